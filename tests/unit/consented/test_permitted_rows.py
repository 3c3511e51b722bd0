"""Only permitted rows, and of these only permitted values, leave."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from assets.consented.decisions import write_decisions
from assets.consented.facts import labels_key
from assets.consented.permitted import NotContent, write_permitted_rows
from contracts.elements import column_elements
from contracts.instruments import Instrument, Obligation, Transform
from tests.fixtures.consented_world import NIGHT, ConsentedWorld, DemoTerms

PLANNING = ["crisis_system_planning", "disparity_reporting"]


def rows_for(  # noqa: PLR0917
    world: ConsentedWorld, recipient: str, purposes: list[str], operation: str, record_type: str, elements: list[str] | None = None
) -> list[dict[str, object]]:
    write_decisions(
        world.con,
        target_table="temp.decision",
        recipient=recipient,
        purposes=purposes,
        operation=operation,
        elements=elements if elements is not None else list(column_elements(record_type)),
        night=NIGHT,
    )
    number = write_permitted_rows(
        world.con,
        target_table="temp.permitted",
        content_table=f"checked.{record_type}",
        decision_table="temp.decision",
        record_type=record_type,
        keep=["record_id", "subject_id", "labels"],
    )
    found = world.con.execute("select * from temp.permitted order by record_id")
    names = [column[0] for column in found.description]
    made = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    assert len(made) == number
    return made


def altered(terms: DemoTerms, name: str, number: str, **changes: object) -> DemoTerms:
    instrument: Instrument = terms.instrument(name)
    clauses = tuple(clause.model_copy(update=changes) if clause.number == number else clause for clause in instrument.clauses)
    return terms.with_instrument(name, clauses=clauses)


def test_a_juvenile_row_does_not_leave_on_the_strength_of_an_adult_one(world: ConsentedWorld) -> None:
    world.subject("j", "jail")
    adult = world.booking("j")
    world.booking("j", juvenile=True, booked=datetime(1997, 1, 1))
    world.run()
    assert [row["record_id"] for row in rows_for(world, "county", PLANNING, "disclose_aggregate", "jail_booking")] == [adult]


def test_a_part_2_row_does_not_leave_on_the_strength_of_another(world: ConsentedWorld) -> None:
    world.subject("h", "health")
    open_ = world.encounter("h", part2=False)
    world.encounter("h", part2=True)
    world.encounter("h", part2=None)
    world.run()
    assert [row["record_id"] for row in rows_for(world, "county", PLANNING, "disclose_aggregate", "health_encounter")] == [open_]


def test_a_column_that_no_clause_names_is_empty(world: ConsentedWorld) -> None:
    world.subject("h", "health")
    world.encounter("h", encounter_type="crisis", program_id="bh-crisis")
    world.run()
    measuring = ["jail_operations_measurement", "disparity_reporting"]
    (row,) = rows_for(world, "sheriff", measuring, "disclose_aggregate", "health_encounter")
    assert row["encounter_type"] == "crisis"
    assert row["program_id"] is None
    assert row["is_part2"] is None
    assert row["sex"] is None


def test_a_column_that_was_not_asked_for_is_empty(world: ConsentedWorld) -> None:
    world.subject("j", "jail")
    world.booking("j")
    world.run()
    asked = ["jail_booking.__present__", "jail_booking.booked_at"]
    (row,) = rows_for(world, "county", PLANNING, "disclose_aggregate", "jail_booking", asked)
    assert row["booked_at"] == datetime(2026, 2, 20, 9)
    assert row["facility"] is None


def test_without_permission_for_the_presence_of_a_row_there_is_no_row(world: ConsentedWorld) -> None:
    world.subject("j", "jail")
    world.booking("j")
    world.run()
    assert rows_for(world, "county", PLANNING, "disclose_aggregate", "jail_booking", ["jail_booking.booked_at"]) == []


def test_an_erased_record_never_leaves(world: ConsentedWorld) -> None:
    world.subject("j", "jail")
    sealed, kept = world.booking("j"), world.booking("j")
    world.content("legal_event", "j", "jail", event_type="sealed", event_date=NIGHT, affects_record_id=sealed)
    world.run()
    # Content joined after erasure holds no such record; decisions made before it have no say.
    world.con.execute("delete from checked.jail_booking where record_id in (select record_id from consented.erased_record)")
    assert [row["record_id"] for row in rows_for(world, "county", PLANNING, "disclose_aggregate", "jail_booking")] == [kept]


def test_a_clause_that_reaches_back_a_year_withholds_older_rows(world: ConsentedWorld) -> None:
    world.subject("h", "health")
    world.encounter("h")
    world.subject("m", "co_responder")
    fresh = world.crisis("m", started_at=datetime(2025, 3, 2))
    world.crisis("m", started_at=datetime(2025, 3, 1, 23, 59))
    world.crisis("m", started_at=None)
    world.consent("h", "roi_508")
    world.same_person("h", "m")
    world.run()
    (row,) = rows_for(world, "health", ["care_coordination"], "disclose_row", "co_responder_encounter")
    assert row["record_id"] == fresh
    assert row["disposition"] == "ed"
    assert row["weapon"] is None


@pytest.mark.parametrize(
    ("transform", "booked_at", "age", "facility", "homeless"),
    [
        (Transform.RAW, datetime(2026, 2, 20, 9), 37, "MAIN", True),
        (Transform.YEAR, datetime(2026, 1, 1), None, None, None),
        (Transform.AGE_BAND, None, 30, None, None),
        (Transform.ZIP3, None, None, "MAI", None),
        (Transform.FLAG, None, None, None, True),
        (Transform.SUPPRESS, None, None, None, None),
    ],
)
def test_a_transform_leaves_a_coarser_value_or_none(  # noqa: PLR0917
    terms: DemoTerms, transform: Transform, booked_at: object, age: object, facility: object, homeless: object
) -> None:
    world = ConsentedWorld(altered(terms, "DUL-2026-CB", "3.1", transform=transform))
    world.subject("j", "jail")
    world.booking("j", age_at_event=37, homeless=True)
    world.run()
    (row,) = rows_for(world, "county", PLANNING, "disclose_aggregate", "jail_booking")
    assert (row["booked_at"], row["age_at_event"], row["facility"], row["homeless"]) == (booked_at, age, facility, homeless)


def test_the_least_revealing_of_two_clauses_counts(terms: DemoTerms) -> None:
    dul = terms.instrument("DUL-2026-CB")
    coarse = dul.clauses[0].model_copy(update={"number": "9.9", "transform": Transform.YEAR, "obligations": (Obligation.ACCOUNT,)})
    world = ConsentedWorld(terms.with_instrument("DUL-2026-CB", clauses=(*dul.clauses, coarse)))
    world.subject("j", "jail")
    world.booking("j")
    world.run()
    (row,) = rows_for(world, "county", PLANNING, "disclose_aggregate", "jail_booking")
    assert row["booked_at"] == datetime(2026, 1, 1)
    found = world.con.execute("select distinct clause_id, obligations from temp.decision where verdict = 'permit'").fetchall()
    assert found == [("DUL-2026-CB §9.9", ["account", "min_cell", "no_reidentification"])]


def test_race_follows_the_presence_of_its_subject(world: ConsentedWorld) -> None:
    world.con.execute(
        "create table checked.race_assertion (record_id varchar, subject_id varchar, races varchar[], hispanic boolean, "
        "category_system varchar, method varchar, asserted_on date)"
    )
    for subject, part2 in (("h1", False), ("h2", True)):
        world.subject(subject, "health")
        world.encounter(subject, part2=part2)
        world.con.execute(
            "insert into checked.race_assertion values (?, ?, ['BLACK'], false, 'combined', 'self', ?)",
            [f"race of {subject}", subject, date(2026, 1, 1)],
        )
    world.run()
    write_decisions(
        world.con,
        target_table="temp.decision",
        recipient="county_board",
        purposes=PLANNING,
        operation="disclose_aggregate",
        elements=["health.__present__", *column_elements("race_assertion")],
        night=NIGHT,
    )
    write_permitted_rows(
        world.con,
        target_table="temp.permitted",
        content_table="checked.race_assertion",
        decision_table="temp.decision",
        record_type="race_assertion",
        keep=["subject_id"],
    )
    assert world.con.execute("select subject_id, races from temp.permitted").fetchall() == [("h1", ["BLACK"])]


def test_an_unknown_type_or_column_is_named_in_the_error(world: ConsentedWorld) -> None:
    arguments = {"target_table": "temp.x", "decision_table": "temp.decision", "keep": ["record_id"]}
    with pytest.raises(NotContent, match=r"\[mugshot\] is not a record type"):
        write_permitted_rows(world.con, content_table="checked.jail_booking", record_type="mugshot", **arguments)
    with pytest.raises(NotContent, match="no column person_key"):
        write_permitted_rows(
            world.con, content_table="checked.jail_booking", record_type="jail_booking", **{**arguments, "keep": ["person_key"]}
        )


def test_labels_are_spelled_one_way() -> None:
    assert labels_key(["phi", "juvenile", "phi"]) == "juvenile,phi"
    assert labels_key([]) == ""


def test_linking_is_no_disclosure(world: ConsentedWorld) -> None:
    world.run()
    for operation in ("link", "sell", ""):
        with pytest.raises(ValueError, match="is not a disclosure"):
            write_decisions(
                world.con,
                target_table="temp.d",
                recipient="sheriff",
                purposes=["care_coordination"],
                operation=operation,
                elements=[],
                night=NIGHT,
            )


@pytest.mark.parametrize(
    ("recipient", "purposes"),
    [("press", ["care_coordination"]), ("health", []), ("health", ["curiosity"]), ("dispatch", ["care_coordination"])],
)
def test_an_unknown_recipient_or_purpose_is_denied_everything(world: ConsentedWorld, recipient: str, purposes: list[str]) -> None:
    world.subject("h", "health")
    world.encounter("h")
    world.run()
    said = world.decide(recipient, purposes, "disclose_row", ["health.source_person_id", "jail_count.population"])
    assert {answer[0] for answer in said.values()} == {"unknown_term"}
    assert len(said) == 2


def test_an_element_outside_the_catalogue_yields_no_row(world: ConsentedWorld) -> None:
    world.subject("h", "health")
    world.run()
    assert world.decide("health", ["care_coordination"], "disclose_row", ["health_patient.last_name", "*", "x"]) == {}


@pytest.mark.parametrize("purpose", ["prosecution", "investigation", "immigration_enforcement"])
def test_a_prohibited_purpose_is_refused_before_any_clause_is_read(world: ConsentedWorld, purpose: str) -> None:
    world.subject("j", "jail")
    world.booking("j")
    world.run()
    said = world.decide("sheriff", [purpose], "disclose_row", ["jail_booking.booked_at"])
    assert {answer[0] for answer in said.values()} == {"purpose_prohibited"}


def test_a_prohibition_of_everything_stops_what_a_clause_permits(terms: DemoTerms) -> None:
    ban = terms.instrument("MOU-2025-01").clauses[2].model_copy(update={"number": "6.9", "operation": None})
    mou = terms.instrument("MOU-2025-01")
    world = ConsentedWorld(terms.with_instrument("MOU-2025-01", clauses=(*mou.clauses, ban)))
    world.subject("j", "jail")
    world.booking("j")
    world.run()
    asked = ("disclose_aggregate", ["jail_booking.__present__", "jail_count.population"])
    assert {answer[0] for answer in world.decide("county", PLANNING, *asked).values()} == {"clause_prohibits"}
    measuring = ["jail_operations_measurement", "disparity_reporting"]
    assert {answer[0] for answer in world.decide("sheriff", measuring, *asked).values()} == {"permitted"}
