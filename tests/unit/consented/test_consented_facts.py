"""Subjects, ages, denies, erasure and custody as facts of one night."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import duckdb
import pytest

from assets.consented import consent
from assets.consented.content import RECORD_TYPES
from contracts.elements import CONTENT
from contracts.records import RECORD_TYPES as REGISTRY
from resources.warehouse import logical_hash
from tests.fixtures.consented_world import NIGHT, ConsentedWorld, DemoTerms

PLANNING = ["crisis_system_planning", "disparity_reporting"]
CONSENTED = (
    "agency", "clause", "clause_out_of_force", "consent", "consent_state", "custody", "deny", "element", "erased_record", "form",
    "instrument", "label_group", "link_domain", "link_permission", "subject", "subject_age",
)  # fmt: skip


def one(world: ConsentedWorld, sql: str) -> object:
    ((value,),) = world.con.execute(sql).fetchall()
    return value


@pytest.mark.parametrize("role", ["caller", "victim", "witness", "unknown", None, "defendant"])
def test_nobody_but_a_subject_is_ever_compared(world: ConsentedWorld, role: str | None) -> None:
    world.subject("c", "cad", role=role)
    world.call("c", person_role=role)
    world.run()
    assert world.link_reason("c") == "not_a_subject"


def test_every_known_subject_has_a_permission_or_a_reason(world: ConsentedWorld) -> None:
    for number, system in enumerate(("jail", "cad", "co_responder", "health", "school")):
        world.subject(f"s{number}", system)
    counts = world.run()
    assert sum(counts.values()) == 5
    assert one(world, "select count(*) from consented.link_permission where permitted is null or reason is null") == 0
    assert world.link_reason("s4") == "no_clause"


@pytest.mark.parametrize(
    ("identity", "since"),
    [
        ({"birth_date": date(2008, 3, 2)}, date(2026, 3, 2)),
        ({"birth_date": date(2008, 2, 29)}, date(2026, 3, 1)),  # born on 29 February: 1 March
        ({"birth_date": None, "birth_date_quality": "partial", "birth_year": 2008, "birth_month": 2}, date(2026, 3, 1)),
        ({"birth_date": None, "birth_date_quality": "partial", "birth_year": 2008, "birth_month": None}, date(2026, 12, 31)),
        ({"birth_date": date(1900, 1, 1), "birth_date_quality": "placeholder"}, None),
        ({"birth_date": None, "birth_date_quality": "missing"}, None),
    ],
)
def test_a_subject_is_an_adult_from_the_latest_day_its_birth_date_allows(
    world: ConsentedWorld, identity: dict[str, object], since: date | None
) -> None:
    world.add("subject", subject_id="s", system="jail", source="jail", person_role="subject", is_key_reuse=False)
    world.identity("s", "jail", **{"birth_date_quality": "full", **identity})
    world.run()
    assert one(world, "select adult_since from consented.subject") == since


def test_of_several_birth_dates_the_latest_counts_and_an_alias_does_not(world: ConsentedWorld) -> None:
    world.subject("s", "health", born=date(1980, 1, 1))
    world.identity("s", "health", born=date(2009, 1, 1))
    world.identity("s", "health", born=date(2015, 1, 1), evidence="alias")
    world.run()
    assert one(world, "select adult_since from consented.subject") == date(2027, 1, 1)


def test_an_identity_that_is_no_longer_known_says_nothing_about_age(world: ConsentedWorld) -> None:
    world.subject("s", "health", born=date(1980, 1, 1))
    world.identity("s", "health", born=date(2015, 1, 1), known_to=NIGHT)
    world.run()
    assert one(world, "select adult_since from consented.subject") == date(1998, 1, 1)


def test_a_sealed_booking_takes_its_charges_with_it(world: ConsentedWorld) -> None:
    world.subject("j", "jail")
    sealed, kept = world.booking("j"), world.booking("j")
    charge = world.content("jail_charge", "j", "jail", parent_record_id=sealed)
    other = world.content("jail_charge", "j", "jail", parent_record_id=kept)
    event = world.content("legal_event", "j", "jail", event_type="expunged", event_date=NIGHT, affects_record_id=sealed)
    assert world.run() == {"permitted": 1}
    erased = {record for (record,) in world.con.execute("select record_id from consented.erased_record").fetchall()}
    assert erased == {sealed, charge, event}
    assert not erased & {kept, other}
    assert one(world, "select count(*) from consented.custody") == 1


def test_an_order_without_a_booking_removes_every_booking_up_to_its_day(world: ConsentedWorld) -> None:
    world.subject("j", "jail")
    before = world.booking("j", booked=datetime(2025, 1, 5, 8))
    after = world.booking("j", booked=datetime(2026, 2, 1, 8))
    world.content("legal_event", "j", "jail", event_type="sealed", event_date=date(2025, 6, 1), affects_record_id=None)
    world.run()
    erased = {record for (record,) in world.con.execute("select record_id from consented.erased_record").fetchall()}
    assert before in erased
    assert after not in erased
    assert world.link_reason("j") == "permitted"


def test_a_person_of_whom_no_booking_is_left_leaves_with_aliases_and_identities(world: ConsentedWorld) -> None:
    world.subject("j", "jail")
    world.identity("j", "jail", born=date(1980, 5, 17), evidence="alias", record_id="alias1")
    booking = world.booking("j")
    world.content("legal_event", "j", "jail", event_type="sealed", event_date=NIGHT, affects_record_id=booking)
    world.run()
    erased = {record for (record,) in world.con.execute("select record_id from consented.erased_record").fetchall()}
    identities = {record for (record,) in world.con.execute("select record_id from checked.identity").fetchall()}
    assert identities | {booking, "alias1"} <= erased
    assert world.link_reason("j") == "erased"
    assert world.con.execute("select reason, operation, recipient from consented.deny").fetchall() == [("sealed", None, None)]


def test_a_seal_does_not_spill_over_a_link_to_the_persons_health_record(world: ConsentedWorld) -> None:
    world.subject("h", "health")
    world.encounter("h")
    world.subject("j", "jail")
    booking = world.booking("j")
    world.content("legal_event", "j", "jail", event_type="sealed", event_date=NIGHT, affects_record_id=booking)
    world.same_person("h", "j")
    world.run()
    said = world.decide("county", PLANNING, "disclose_aggregate", ["health_encounter.__present__"])
    assert {answer[0] for answer in said.values()} == {"permitted"}


def denies(world: ConsentedWorld) -> set[tuple[str, str | None, str | None, str | None]]:
    return set(world.con.execute("select reason, operation, recipient, element_class from consented.deny").fetchall())


def test_an_opt_out_is_total_whatever_boxes_were_ticked(world: ConsentedWorld) -> None:
    world.subject("h", "health")
    world.consent("h", "opt_out", recipients=["sheriff"], element_classes=["diagnoses"])
    world.run()
    assert denies(world) == {("opted_out", None, None, None)}


def test_a_restriction_is_as_narrow_as_it_was_agreed(world: ConsentedWorld) -> None:
    world.subject("h", "health")
    world.consent(
        "h", "opt_out", kind="restriction_522", recipients=["Organization/county_board"], element_classes=["diagnoses", "charges"]
    )
    world.run()
    assert denies(world) == {("restricted", None, "county_board", "diagnoses"), ("restricted", None, "county_board", "charges")}
    assert world.link_reason("h") == "part2_consent_missing"  # no encounter; the restriction itself does not stop linking


def test_a_revocation_takes_back_what_the_consent_named_and_the_comparison(world: ConsentedWorld) -> None:
    world.subject("h", "health")
    world.consent("h", "roi_508", status="inactive", revoked_at=datetime(2026, 3, 1))
    world.run()
    assert denies(world) == {
        ("revoked", None, "behavioral_health", "crisis_contacts"),
        ("revoked", None, "county_data_office", "crisis_contacts"),
        ("revoked", "link", "county_data_office", None),
    }


def test_a_revocation_that_names_nobody_reaches_everybody(world: ConsentedWorld) -> None:
    world.subject("h", "health")
    world.consent("h", "roi_508", status="inactive", revoked_at=datetime(2026, 3, 1), recipients=[], element_classes=None)
    world.run()
    assert denies(world) == {("revoked", None, None, None), ("revoked", "link", None, None)}


@pytest.mark.parametrize(
    ("again", "lifted"),
    [
        ({"signed_at": datetime(2026, 3, 1, 12, 0, 1)}, True),
        ({"signed_at": datetime(2026, 3, 1, 12)}, False),
        ({"signed_at": datetime(2026, 3, 1, 13), "is_defective": True}, False),
        ({"signed_at": datetime(2026, 3, 1, 13), "kind": "part2_tpo"}, False),
        ({"signed_at": datetime(2026, 3, 2, 1)}, False),  # not known tonight
    ],
)
def test_only_a_valid_consent_of_the_same_kind_signed_after_it_lifts_a_revocation(
    world: ConsentedWorld, again: dict[str, object], lifted: bool
) -> None:
    world.subject("h", "health")
    world.consent("h", "roi_508", status="inactive", revoked_at=datetime(2026, 3, 1, 12))
    world.consent("h", "roi_508", **again)
    world.run()
    assert (denies(world) == set()) is lifted


@pytest.mark.parametrize(
    "changes",
    [{"status": "entered-in-error"}, {"status": "inactive"}, {"revoked_at": datetime(2026, 1, 1)}, {"valid_to": NIGHT}],
)
def test_a_wish_that_is_over_denies_nothing(world: ConsentedWorld, changes: dict[str, object]) -> None:
    world.subject("h", "health")
    world.consent("h", "opt_out", **changes)
    world.run()
    assert denies(world) == set()


def test_a_wish_that_is_to_begin_later_holds_as_soon_as_it_is_known(world: ConsentedWorld) -> None:
    world.subject("h", "health")
    world.consent("h", "opt_out", valid_from=date(2026, 9, 1))
    world.run()
    assert denies(world) == {("opted_out", None, None, None)}


def test_a_refused_or_drafted_paper_is_neither_consent_nor_deny(world: ConsentedWorld) -> None:
    world.subject("h", "health")
    world.consent("h", "roi_508", status="rejected")
    world.consent("h", "opt_out", status="draft")
    world.run()
    assert denies(world) == set()
    assert one(world, "select count(*) from consented.consent") == 0


@pytest.mark.parametrize(
    ("booked", "released", "inside"),
    [
        (datetime(2026, 3, 1, 23, 59), None, True),
        (datetime(2026, 3, 2), None, True),
        (datetime(2026, 3, 2, 0, 0, 1), None, False),
        (datetime(2026, 2, 1), datetime(2026, 3, 2, 0, 0, 1), True),
        (datetime(2026, 2, 1), datetime(2026, 3, 2), False),
        (datetime(2026, 2, 1), datetime(2026, 2, 28), False),
    ],
)
def test_custody_is_half_open_at_the_midnight_that_begins_the_night(
    world: ConsentedWorld, booked: datetime, released: datetime | None, inside: bool
) -> None:
    world.subject("j", "jail")
    world.booking("j", booked=booked, released=released)
    world.run()
    assert consent.write_custody(world.con, world.terms, NIGHT) == {"stays": 1, "in_custody": int(inside)}


BEGIN, END, DEATH = "custody_begin", "custody_end", "death"
BOOKED, RELEASED = datetime(2026, 2, 20, 9), datetime(2026, 3, 1, 14)


@pytest.mark.parametrize(
    ("bookings", "events", "held"),
    [
        # NIGHT begins on 2 March, 00:00. An event has no hour: what it begins counts from the next midnight.
        ([], [(BEGIN, 1)], True),
        ([], [(BEGIN, 2)], False),
        ([], [(BEGIN, -5), (END, 1)], False),
        ([], [(BEGIN, -5), (END, 2)], False),
        ([], [(BEGIN, -5), (END, 3)], True),
        ([], [(BEGIN, 1), (END, 1)], False),
        ([], [(BEGIN, -5), (BEGIN, -3), (END, -1)], False),
        ([], [(END, -9), (BEGIN, -5)], True),
        ([], [(END, 1)], False),
        # In a hospital under guard while the booking lasts: back in the jail afterwards.
        ([(BOOKED, None)], [(BEGIN, -5), (END, -2)], True),
        # Nothing but the booking can have ended: it is contradicted.
        ([(BOOKED, None)], [(END, -2)], False),
        ([(BOOKED, None)], [(END, 2)], False),
        ([(BOOKED, None)], [(END, 3)], True),
        ([(datetime(2026, 2, 28, 9), None)], [(END, -2)], True),
        ([(BOOKED, RELEASED)], [(BEGIN, 1)], True),
        # A release on the day of the end is what the end tells of.
        ([(BOOKED, datetime(2026, 3, 2, 14))], [(END, 2)], True),
        ([(BOOKED, None)], [(DEATH, 1)], False),
        ([(BOOKED, None)], [(DEATH, 2)], False),
        ([(BOOKED, None)], [(DEATH, 3)], True),
        ([(BOOKED, None)], [(DEATH, -20), (BEGIN, 1)], False),
        # The county calls it an end, and nothing that an end could close is there.
        ([], [(DEATH, -20), (END, 1)], False),
    ],
)
def test_custody_is_bookings_and_events_and_whatever_is_in_doubt_is_none(
    world: ConsentedWorld, bookings: list[tuple[datetime, datetime | None]], events: list[tuple[str, int]], held: bool
) -> None:
    world.subject("j", "jail")
    for booked, released in bookings:
        world.booking("j", booked=booked, released=released)
    for event, day in events:  # of March; 0 is the last day of February
        world.content("legal_event", "j", "jail", event_type=event, event_date=NIGHT + timedelta(days=day - 2))
    world.run()
    assert consent.write_custody(world.con, world.terms, NIGHT)["in_custody"] == int(held)


def test_an_event_that_names_a_booking_is_about_that_booking(world: ConsentedWorld) -> None:
    world.subject("j", "jail")
    first, second = world.booking("j"), world.booking("j")
    world.content("legal_event", "j", "jail", event_type=END, event_date=date(2026, 2, 25), affects_record_id=first)
    # Begun under the second booking, which ends on 1 March.
    world.con.execute("update checked.jail_booking set released_at = ? where record_id = ?", [RELEASED, second])
    begun = world.content("legal_event", "j", "jail", event_type=BEGIN, event_date=date(2026, 2, 26), affects_record_id=second)
    limited = world.content("legal_event", "j", "jail", event_type=BEGIN, event_date=date(2026, 2, 26), ends_on=date(2026, 2, 28))
    world.run()
    found = dict(world.con.execute("select record_id, released_at from consented.custody").fetchall())
    assert found == {first: datetime(2026, 2, 25), second: RELEASED, begun: RELEASED, limited: datetime(2026, 2, 28)}


def test_custody_of_a_caller_or_of_a_sealed_order_is_none(world: ConsentedWorld) -> None:
    world.subject("j", "jail")
    sealed = world.booking("j")
    world.content("legal_event", "j", "jail", event_type="sealed", event_date=NIGHT, affects_record_id=sealed)
    world.content("legal_event", "j", "jail", event_type=BEGIN, event_date=date(2026, 2, 1), affects_record_id=sealed)
    world.content("legal_event", "j", "jail", event_type=BEGIN, event_date=date(2026, 2, 1), person_role="caller")
    world.run()
    assert one(world, "select count(*) from consented.custody") == 0


def test_presence_in_a_source_is_shown_by_the_least_restricted_row(world: ConsentedWorld) -> None:
    world.subject("h", "health")
    world.encounter("h", part2=True)
    world.run()
    asked = ("county", PLANNING, "disclose_aggregate", ["health.__present__", "health_encounter.__present__"])
    assert {key[1:]: said[0] for key, said in world.decide(*asked).items()} == {
        ("health.__present__", ""): "part2_consent_missing",
        ("health_encounter.__present__", "part2,phi"): "part2_consent_missing",
    }
    world.encounter("h", part2=False)
    world.run()
    assert {key[1:]: said[0] for key, said in world.decide(*asked).items()} == {
        ("health.__present__", ""): "permitted",
        ("health_encounter.__present__", "part2,phi"): "part2_consent_missing",
        ("health_encounter.__present__", "phi"): "permitted",
    }


def test_one_part_2_row_is_enough_to_need_consent_before_comparing(world: ConsentedWorld) -> None:
    world.subject("h", "health")
    world.encounter("h", part2=False)
    world.encounter("h", part2=True)
    world.run()
    assert world.link_reason("h") == "part2_consent_missing"


def test_a_row_whose_label_was_forgotten_is_decided_by_what_it_is(world: ConsentedWorld) -> None:
    world.subject("h", "health")
    world.content("health_encounter", "h", "health", labels=["phi"], is_part2=True, started_at=datetime(2026, 1, 1))
    world.run()
    said = world.decide("county", PLANNING, "disclose_aggregate", ["health_encounter.__present__"])
    assert [answer[0] for answer in said.values()] == ["part2_consent_missing"]


def test_a_county_without_jail_bookings_or_consents_still_has_facts(terms: DemoTerms) -> None:
    world = ConsentedWorld(terms)
    for table in ("jail_booking", "jail_charge", "legal_event", "consent"):
        world.con.execute(f"drop table checked.{table}")
    world.subject("c", "cad")
    world.call("c")
    assert world.run() == {"permitted": 1}


def test_every_content_type_about_people_is_gathered() -> None:
    about_people = {name for name, record_type in REGISTRY.items() if record_type.is_about_people and record_type.is_content}
    assert set(RECORD_TYPES) == about_people >= {"jail_booking", "jail_charge", "legal_event", "cad_person", "health_encounter", "arrest"}
    assert set(RECORD_TYPES) < set(CONTENT)


def test_a_rerun_leaves_the_same_facts(world: ConsentedWorld) -> None:
    for number in range(4):
        world.subject(f"h{number}", "health", born=None if number == 3 else date(1980, 1, 1))
        world.encounter(f"h{number}", part2=number == 1)
        world.subject(f"j{number}", "jail")
        world.booking(f"j{number}")
    world.consent("h0", "roi_508")
    world.consent("h1", "part2_tpo")
    world.consent("h2", "opt_out")
    first = world.run()
    hashes = {table: logical_hash(world.con, f"consented.{table}") for table in CONSENTED}
    assert world.run() == first
    assert {table: logical_hash(world.con, f"consented.{table}") for table in CONSENTED} == hashes


def test_no_fact_carries_a_name_a_birth_date_or_an_address(world: ConsentedWorld) -> None:
    world.subject("h", "health")
    world.run()
    columns = {
        name
        for (name,) in world.con.execute("select column_name from information_schema.columns where table_schema = 'consented'").fetchall()
    }
    assert not columns & {
        "first_name",
        "last_name",
        "full_name",
        "birth_date",
        "street_address",
        "phone",
        "ssn4",
        "state_id",
        "source_person_id",
    }


def test_tomorrow_can_be_asked_today(world: ConsentedWorld) -> None:
    world.subject("h", "health")
    world.encounter("h", part2=True)
    world.consent("h", "part2_tpo", valid_to=NIGHT + timedelta(days=1))
    world.run()
    assert world.link_reason("h") == "permitted"
    world.run(NIGHT + timedelta(days=1))
    assert world.link_reason("h") == "part2_consent_missing"


def test_decisions_under_stale_facts_still_see_that_a_consent_has_ended(world: ConsentedWorld) -> None:
    """Between nights the facts are yesterday's; a consent or clause that ends today must not permit today."""
    world.subject("h", "health")
    world.encounter("h", part2=True)
    world.consent("h", "part2_tpo", valid_to=NIGHT + timedelta(days=1))
    world.run()
    asked = ("county", PLANNING, "disclose_aggregate", ["health_encounter.__present__"])
    assert {said[0] for said in world.decide(*asked).values()} == {"permitted"}
    assert {said[0] for said in world.decide(*asked, night=NIGHT + timedelta(days=1)).values()} == {"part2_consent_missing"}


def test_the_memory_of_a_connection_is_enough(terms: DemoTerms) -> None:
    assert ConsentedWorld(terms, con=duckdb.connect(":memory:")).run() == {}


def test_whoever_a_record_merely_mentions_is_no_client(world: ConsentedWorld) -> None:
    world.subject("h", "health", role="witness")
    world.subject("j", "jail")
    world.booking("j")
    world.same_person("h", "j")
    world.run()
    said = world.decide("health", ["care_coordination"], "disclose_row", ["jail_booking.booked_at"])
    assert {answer[0] for answer in said.values()} == {"not_in_population"}
