"""What lifts the ban on proceedings, and for counselling notes: an order or a consent of its own, for exactly whom and what it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from assets.consented.asking import Request, asking_about, populations
from assets.consented.decide import ban_reason
from assets.consented.decisions import write_decisions
from assets.consented.explained import explained
from assets.consented.facts import Facts, RuleFact
from assets.consented.permitted import write_permitted_rows
from contracts.instruments import Effect, Instrument
from contracts.law import load_law
from contracts.purposes import Purpose
from contracts.vocabularies.consent import ConsentKind
from tests.fixtures.consented_world import NIGHT, ConsentedWorld, DemoTerms

COURT = "Larkmoor Circuit Court, 26-CV-0117"
ELEMENTS = ["health_encounter.__present__", "health_encounter.started_at"]
ASKED = "health_encounter.started_at"
LABELS = ["part2", "phi"]


def filed(kind: str, basis: str, requirement: str, **changes: Any) -> Instrument:
    """An instrument with one clause: rows of treatment to the County Board for a civil proceeding."""
    return Instrument.model_validate(
        {
            "id": "CO-2026-01",
            "kind": kind,
            "version": "1",
            "title": "Order on records of one patient",
            "status": "active",
            "parent_ids": ["MOU-2025-01"],
            "parties": [{"agency": "county_board", "role": "recipient"}, {"agency": "county_data_office", "role": "integrator"}],
            "legal_authority": [COURT],
            "purposes": ["civil_proceeding", "investigation"],
            "signed": [
                {"party": name, "signatory": "N. N.", "title": "Clerk", "signed_on": "2026-01-05"}
                for name in ("county_board", "county_data_office")
            ],
            "effective_from": "2026-01-10",
            "expires_on": "2026-12-31",
            "notice_days": 0,
            "min_cell": 11,
            "reid_prohibited": True,
            "clauses": [
                {
                    "number": "1",
                    "quote": "The programme's encounters are given to the Board for the proceeding named above.",
                    "effect": "permit",
                    "operation": "disclose_row",
                    "contributor": "behavioral_health",
                    "recipient": "county_board",
                    "elements": ELEMENTS,
                    "labels": ["phi", "part2", "sud_notes"],
                    "purposes": ["civil_proceeding", "investigation"],
                    "lawful_basis": basis,
                    "consent_requirement": requirement,
                    "output_form": "identified",
                    **changes,
                }
            ],
        }
    )


def serving(terms: DemoTerms, extra: Instrument) -> DemoTerms:
    """The demo county with one instrument more, agreements above it that serve its purposes, and nobody who prohibits it."""
    more = (Purpose.CIVIL_PROCEEDING, Purpose.INVESTIGATION)

    def wider(item: Instrument) -> Instrument:
        permitting = tuple(clause for clause in item.clauses if clause.effect is Effect.PERMIT)
        return item.model_copy(update={"purposes": (*item.purposes, *more), "clauses": permitting})

    return replace(terms, instruments=(*map(wider, terms.instruments), extra))


@pytest.fixture
def county() -> Iterator[list[ConsentedWorld]]:
    made: list[ConsentedWorld] = []
    yield made
    for world in made:
        world.con.close()


def patients(county: list[ConsentedWorld], terms: DemoTerms, *, labels: tuple[str, ...] = ()) -> ConsentedWorld:
    """Two patients of a Part 2 programme, one of them known to the jail too."""
    world = ConsentedWorld(terms)
    county.append(world)
    for name in ("named", "other"):
        world.subject(name, "health")
        world.content("health_encounter", name, "health", labels=[*LABELS, *labels], started_at=datetime(2026, 1, 5, 10), is_part2=True)
    world.subject("jailed", "jail")
    world.booking("jailed")
    world.same_person("named", "jailed")
    return world


def order(world: ConsentedWorld, **changes: Any) -> None:
    values = {"event_type": "court_order", "event_date": date(2026, 2, 1), "ends_on": date(2026, 6, 1), "authority": COURT, **changes}
    world.content("legal_event", "jailed", "jail", **values)


def reasons(world: ConsentedWorld, purpose: str = "civil_proceeding", labels: str = "part2,phi") -> tuple[str, str]:
    world.run()
    found = world.decide("county_board", [purpose], "disclose_row", ELEMENTS)
    return found["named", ASKED, labels][0], found["other", ASKED, labels][0]


def test_an_order_opens_the_records_of_the_person_it_is_about_and_of_nobody_else(county: list[ConsentedWorld], terms: DemoTerms) -> None:
    world = patients(county, serving(terms, filed("COURT_ORDER", "court_order", "none")))
    assert reasons(world) == ("part2_proceeding", "part2_proceeding")
    order(world)
    assert reasons(world) == ("permitted", "part2_proceeding")


@pytest.mark.parametrize(
    "changes",
    [
        {"authority": "Larkmoor Circuit Court, 26-CV-0118"},
        {"authority": None},
        {"ends_on": None},
        {"ends_on": NIGHT},
        {"event_date": NIGHT + timedelta(days=1)},
        {"affects_record_id": "r4"},
        {"event_type": "death"},
    ],
)
def test_another_courts_order_one_without_end_or_one_about_a_single_record_opens_nothing_of_the_person(
    county: list[ConsentedWorld], terms: DemoTerms, changes: dict[str, Any]
) -> None:
    world = patients(county, serving(terms, filed("COURT_ORDER", "court_order", "none")))
    order(world, **changes)
    assert reasons(world) == ("part2_proceeding", "part2_proceeding")


BOOKED = ["jail_booking.__present__", "jail_booking.booked_at", "jail_charge.__present__", "jail_charge.statute", "jail.__present__"]


def twice_booked(county: list[ConsentedWorld], terms: DemoTerms) -> tuple[ConsentedWorld, str, str]:
    """Somebody booked twice, both times for treatment in the jail's own Part 2 programme, with a charge each time; and the two bookings."""
    clause = {"contributor": "sheriff", "elements": BOOKED}
    world = ConsentedWorld(serving(terms, filed("COURT_ORDER", "court_order", "none", **clause)))
    county.append(world)
    world.subject("jailed", "jail")
    bookings = []
    for day in (3, 20):
        bookings.append(world.booking("jailed", booked=datetime(2026, 2, day, 9), labels=LABELS))
        world.content("jail_charge", "jailed", "jail", labels=LABELS, parent_record_id=bookings[-1], statute=f"12.{day}")
    return world, bookings[0], bookings[1]


def test_an_order_that_names_a_booking_opens_that_booking_and_its_charges_and_no_other(
    county: list[ConsentedWorld], terms: DemoTerms
) -> None:
    world, first, second = twice_booked(county, terms)
    order(world, affects_record_id=first)
    world.run()
    key = ",".join(LABELS)
    opened = world.decide("county_board", ["civil_proceeding"], "disclose_row", BOOKED, booking=first)
    others = world.decide("county_board", ["civil_proceeding"], "disclose_row", BOOKED)
    for element in BOOKED[:4]:
        assert opened["jailed", element, key][0] == "permitted", element
        assert others["jailed", element, key][0] == "part2_proceeding", element
    assert others["jailed", "jail.__present__", ""][0] == "part2_proceeding", "that they are in the jail's records at all"
    assert world.decide("county_board", ["civil_proceeding"], "disclose_row", BOOKED, booking=second) == {}
    assert released(world, "jail_booking") == [first]
    assert released(world, "jail_charge") == ["12.3"]


def released(world: ConsentedWorld, record_type: str) -> list[str]:
    """Keys of the rows that leave on the decisions just made for the County Board."""
    write_decisions(
        world.con, target_table="temp.decision", recipient="county_board", purposes=["civil_proceeding"], operation="disclose_row",
        elements=BOOKED, night=NIGHT,
    )  # fmt: skip
    write_permitted_rows(
        world.con, target_table="temp.permitted", content_table=f"checked.{record_type}", decision_table="temp.decision",
        record_type=record_type, keep=["record_id", "subject_id", "labels"],
    )  # fmt: skip
    column = "statute" if record_type == "jail_charge" else "record_id"
    return [str(value) for (value,) in world.con.execute(f"select {column} from temp.permitted order by all").fetchall()]


def test_an_order_about_the_person_and_one_about_a_booking_open_both_what_each_may(county: list[ConsentedWorld], terms: DemoTerms) -> None:
    world, first, second = twice_booked(county, terms)
    order(world, affects_record_id=first, authority="Another Court, 1")
    order(world)
    world.run()
    assert released(world, "jail_booking") == sorted([first, second])


@pytest.mark.parametrize(
    "changes",
    [{"ends_on": NIGHT}, {"authority": None}, {"event_date": NIGHT + timedelta(days=1)}, {"affects_record_id": "no such booking"}],
)
def test_an_order_about_a_booking_that_does_not_hold_opens_nothing(
    county: list[ConsentedWorld], terms: DemoTerms, changes: dict[str, Any]
) -> None:
    world, first, _ = twice_booked(county, terms)
    order(world, **{"affects_record_id": first, **changes})
    world.run()
    assert released(world, "jail_booking") == []


def test_an_order_about_a_sealed_booking_opens_nothing(county: list[ConsentedWorld], terms: DemoTerms) -> None:
    world, first, _ = twice_booked(county, terms)
    order(world, affects_record_id=first)
    order(world, affects_record_id=first, event_type="sealed", ends_on=None, authority=None)
    world.run()
    assert released(world, "jail_booking") == []


def test_an_explanation_says_which_rows_are_of_the_booking_that_an_order_names(county: list[ConsentedWorld], terms: DemoTerms) -> None:
    world, first, second = twice_booked(county, terms)
    order(world, affects_record_id=first)
    world.run()
    keyed = "select record_id, source, system, record_type, record_id as source_record_id from checked.jail_booking"
    world.con.execute(f"create table checked.source_record as {keyed}")
    for name, answers in ((first, [(True, "permitted")]), (second, [(False, "part2_proceeding")])):
        found = explained(
            world.con, f":{name}", element="jail_booking.booked_at", recipient="county_board", purposes=["civil_proceeding"],
            operation="disclose_row", night=NIGHT,
        )  # fmt: skip
        assert [(item.of_ordered_booking, item.decision.reason.value) for item in found.answers] == answers


def test_an_order_that_is_not_filed_opens_nothing(county: list[ConsentedWorld], terms: DemoTerms) -> None:
    for extra in (filed("DUL", "court_order", "none"), filed("COURT_ORDER", "agreement", "none")):
        world = patients(county, serving(terms, extra))
        order(world)
        assert reasons(world) == ("part2_proceeding", "part2_proceeding")


def test_no_order_opens_a_purpose_that_the_whole_store_refuses(county: list[ConsentedWorld], terms: DemoTerms) -> None:
    world = patients(county, serving(terms, filed("COURT_ORDER", "court_order", "none")))
    order(world)
    assert reasons(world, "investigation") == ("purpose_prohibited", "purpose_prohibited")


LEGAL = {
    "form_id": "part2-county-data",
    "form_version": "1",
    "kind": "part2_legal",
    "recipients": ["county_data_office", "county_board"],
    "purposes": ["civil_proceeding"],
    "element_classes": ["treatment_encounters"],
    "provision_type": "permit",
}


def with_form(terms: DemoTerms, kind: str) -> DemoTerms:
    """The demo county's Part 2 form, as if it were one of another kind that names the Board."""
    form = next(item for item in terms.forms if item.id == "part2-county-data")
    changes = {
        "kind": ConsentKind(kind),
        "recipients": ("county_board", "county_data_office"),
        "purposes": (Purpose.CIVIL_PROCEEDING,),
        "element_classes": ("treatment_encounters",),
    }
    return replace(terms, forms=(form.model_copy(update=changes),))


def test_a_consent_to_a_proceeding_is_one_of_its_own(county: list[ConsentedWorld], terms: DemoTerms) -> None:
    county_terms = serving(with_form(terms, "part2_legal"), filed("DUL", "part2_consent", "part2_legal"))
    world = patients(county, county_terms)
    assert reasons(world) == ("part2_proceeding", "part2_proceeding")
    world.consent("named", "part2_tpo", **LEGAL)
    assert reasons(world) == ("permitted", "part2_proceeding")


def test_a_consent_to_treatment_and_operations_is_none_to_a_proceeding(county: list[ConsentedWorld], terms: DemoTerms) -> None:
    county_terms = serving(with_form(terms, "part2_tpo"), filed("DUL", "part2_consent", "part2_legal"))
    world = patients(county, county_terms)
    world.consent("named", "part2_tpo", **{**LEGAL, "kind": "part2_tpo"})
    assert reasons(world) == ("part2_proceeding", "part2_proceeding")


def test_counselling_notes_need_a_consent_for_nothing_else_and_a_state_can_close_them(
    county: list[ConsentedWorld], terms: DemoTerms
) -> None:
    extra = filed("DUL", "part2_consent", "sud_notes", purposes=["crisis_system_planning"])
    extra = extra.model_copy(update={"purposes": (Purpose.CRISIS_SYSTEM_PLANNING,)})
    form = with_form(terms, "sud_notes").forms[0].model_copy(update={"purposes": (Purpose.CRISIS_SYSTEM_PLANNING,)})
    county_terms = serving(replace(terms, forms=(form,)), extra)
    for law, said in ((terms.law, "permitted"), (load_law(["XX-example"]), "label_banned")):
        world = patients(county, replace(county_terms, law=law), labels=("sud_notes",))
        world.consent("named", "part2_tpo", **{**LEGAL, "kind": "sud_notes", "purposes": ["crisis_system_planning"]})
        assert reasons(world, "crisis_system_planning", "part2,phi,sud_notes") == (said, "label_banned")


def test_an_instrument_that_law_asks_for_must_stand_above_the_clause(county: list[ConsentedWorld], terms: DemoTerms) -> None:
    extra = filed("DUL", "limited_data_set", "none", purposes=["crisis_system_planning"], labels=["phi"], output_form="lds")
    extra = extra.model_copy(update={"purposes": (Purpose.CRISIS_SYSTEM_PLANNING,)})
    world = ConsentedWorld(serving(terms, extra))
    county.append(world)
    world.subject("h", "health")
    world.encounter("h")
    world.run()
    found = world.decide("county_board", ["crisis_system_planning"], "disclose_row", ELEMENTS)
    assert found["h", ASKED, "phi"][0] == "instrument_missing"


def test_a_consent_reaches_only_the_records_of_its_period_and_what_it_leaves_out_is_a_wish(
    county: list[ConsentedWorld], terms: DemoTerms
) -> None:
    world = ConsentedWorld(terms)
    county.append(world)
    for name in ("h", "i"):
        world.subject(name, "health")
        world.subject(f"m{name}", "co_responder")
        world.crisis(f"m{name}")
        world.same_person(name, f"m{name}", person=f"person {name}")
    world.consent("h", "roi_508", data_from=date(2025, 6, 1), data_to=date(2026, 1, 1))
    world.consent("i", "roi_508", excluded_classes=["crisis_contacts"])
    world.run()
    world.decide("health", ["care_coordination"], "disclose_row", ["co_responder_encounter.started_at"])
    found = world.con.execute("select subject_id, reason, records_from, records_to from main.decision where system = 'co_responder'")
    assert sorted(found.fetchall()) == [
        ("mh", "permitted", date(2025, 6, 1), date(2026, 1, 1)),
        ("mi", "restricted", None, None),
    ]


def test_what_a_denying_rule_is_reported_as_follows_from_what_it_names() -> None:
    said = {
        ban_reason(RuleFact("A", "deny", labels=frozenset({"cji"}))): "label_banned",
        ban_reason(RuleFact("B", "deny", purposes=frozenset({"charging"}))): "purpose_prohibited",
        ban_reason(RuleFact("C", "deny", labels=frozenset({"part2"}), purposes=frozenset({"charging"}))): "part2_proceeding",
        ban_reason(RuleFact("D", "deny", labels=frozenset({"hiv"}), purposes=frozenset({"charging"}))): "law_denies",
    }
    assert {reason.value for reason in said} == set(said.values())
    for rule in (
        RuleFact("E", "deny", labels=frozenset({"hiv"}), operations=frozenset({"link"})),
        RuleFact("F", "deny", labels=frozenset({"hiv"}), recipients=frozenset({"integrator"})),
        RuleFact("G", "deny", labels=frozenset({"hiv"}), to_owner=False),
    ):
        assert ban_reason(rule).value == "law_denies"


def test_nobody_is_in_no_population() -> None:
    facts = Facts(integrator="hub", recipients=frozenset({"hub", "own"}), elements=(), rules=())
    asking = asking_about(Request("own", frozenset({"x"}), "disclose_row", "count.population", "s", NIGHT), facts)
    assert populations(asking) == frozenset()
    assert (asking.contributor, asking.is_own) == ("", False)
