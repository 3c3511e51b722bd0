"""Each record type goes the whole way: text and file, checked rows, and a contact where it is one."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from tiny_sources import ANNA, OBSERVED, PERSON, TinyFeed, check_source, join_each_alone

from contracts.records import RECORD_TYPES
from resources.sql import load_sql

RACE = {"race": OBSERVED}
BOOKING = TinyFeed(
    "jail_booking",
    {
        **PERSON,
        "In": "booked_at",
        "Why": {"to": "booking_type", "codes": {"N": "new_charge"}},
        "Bond": "bond_amount",
        "Due": "projected_release_at",
    },
    [{"Key": "b1", **ANNA, "In": "2026-01-10 08:00", "Why": "N", "Bond": "1500.50", "Due": "2026-09-01 12:00"}],
    RACE,
)


def _yes_no(field: str) -> dict[str, Any]:
    return {"to": field, "codes": {"Y": True, "N": False}}


def _words(field: str, *words: str) -> dict[str, Any]:
    return {"to": field, "codes": {word: word for word in words}}


FEEDS: dict[str, dict[str, TinyFeed]] = {
    "arrest": {
        "arrests": TinyFeed(
            "arrest",
            {**PERSON, "At": "arrested_at", "Kind": _words("arrest_kind", "summons"), "Next": _words("disposition", "released")},
            [{"Key": "a1", **ANNA, "At": "2026-02-01 09:30", "Kind": "summons", "Next": "released"}],
            RACE,
        )
    },
    "police_stop": {
        "stops": TinyFeed(
            "police_stop",
            {
                "At": "stopped_at",
                "Why": _words("reason", "equipment"),
                "Age": "perceived_age",
                "Race": PERSON["Race"],
                "Searched": _yes_no("searched"),
                "Basis": _words("search_basis", "consent"),
                "Hit": _yes_no("contraband_found"),
                "End": _words("outcome", "warning"),
            },
            [{"Key": "s1", "At": "2026-02-02 22:15", "Why": "equipment", "Age": "30", "Race": "B", "Searched": "Y", "Basis": "consent",
              "Hit": "N", "End": "warning"}],
            RACE,
        )
    },
    "ems_response": {
        "responses": TinyFeed(
            "ems_response",
            {
                **PERSON,
                "Notified": "notified_at",
                "Arrived": "arrived_at",
                "Reason": _words("dispatch_reason", "mental_health"),
                "Impression": "primary_impression",
                "Also": {"to": "other_impressions", "separator": ";"},
                "Taken": _words("transport_disposition", "transported"),
            },
            [{"Key": "e1", **ANNA, "Notified": "2026-02-03 01:00", "Arrived": "2026-02-03 01:07", "Reason": "mental_health",
              "Impression": "R07.9", "Also": "F10.129;R45.851", "Taken": "transported"}],
            RACE,
        )
    },
    "ed_visit": {
        "visits": TinyFeed(
            "ed_visit",
            {
                **PERSON,
                "In": "arrived_at",
                "Out": "departed_at",
                "By": _words("arrival_mode", "police"),
                "Dx1": {"to": "icd10", "parse": "icd10"},
                "Dx2": {"to": "other_diagnoses", "separator": ";"},
                "End": _words("ed_disposition", "home"),
                "Acuity": "acuity",
            },
            [{"Key": "v1", **ANNA, "In": "2026-02-04 03:00", "Out": "2026-02-04 07:00", "By": "police", "Dx1": "F209", "Dx2": "F1120;I10",
              "End": "home", "Acuity": "2"}],
            RACE,
        )
    },
    "hmis_enrollment": {
        "clients": TinyFeed(
            "hmis_client",
            {**PERSON, "Created": "recorded_on", "Vet": _yes_no("veteran")},
            [{"Key": "p1", **ANNA, "Created": "2025-12-01", "Vet": "N"}],
            RACE,
        ),
        "enrollments": TinyFeed(
            "hmis_enrollment",
            {
                "Person": "source_person_id",
                "In": "entry_date",
                "Out": "exit_date",
                "Type": _words("project_type", "emergency_shelter"),
                "From": _words("prior_living_situation", "jail_or_prison", "unsheltered"),
                "To": _words("destination", "rental"),
                "Vsp": _yes_no("victim_service_provider"),
            },
            [{"Key": "h1", "Person": "p1", "In": "2026-01-15", "Out": "2026-02-15", "Type": "emergency_shelter", "From": "jail_or_prison",
              "To": "rental", "Vsp": "Y"}],
        ),
    },
    "court_event": {
        "events": TinyFeed(
            "court_event",
            {**PERSON, "At": "event_at", "What": _words("event_type", "first_appearance", "plea"), "Found": _words("finding", "guilty")},
            [
                {"Key": "c1", **ANNA, "At": "2026-01-11 10:00", "What": "first_appearance"},
                {"Key": "c2", **ANNA, "At": "2026-02-11 10:00", "What": "plea", "Found": "guilty"},
            ],
            RACE,
        )
    },
    "supervision": {
        "terms": TinyFeed(
            "supervision",
            {**PERSON, "From": "started_on", "Until": "planned_end_on", "Kind": _words("supervision_type", "probation")},
            [{"Key": "t1", **ANNA, "From": "2026-02-12", "Until": "2027-02-12", "Kind": "probation"}],
            RACE,
        )
    },
}  # fmt: skip

EXPECTED: dict[str, list[tuple[Any, ...]]] = {
    "arrest": [(datetime(2026, 2, 1, 9, 30), None, 1, "summons", "released", None, 39, "north")],
    "police_stop": [(datetime(2026, 2, 2, 22, 15), None, 1, "equipment", "warning", None, 30, None)],
    "ems_response": [(datetime(2026, 2, 3, 1, 0), None, 1, "mental_health", "transported", True, 39, "north")],
    "ed_visit": [(datetime(2026, 2, 4, 3, 0), datetime(2026, 2, 4, 7, 0), 0, "police", "home", True, 39, "north")],
    "hmis_enrollment": [(datetime(2026, 1, 15), datetime(2026, 2, 15), 0, "emergency_shelter", "rental", None, 39, "north")],
    "court_event": [
        (datetime(2026, 1, 11, 10, 0), None, 2, "first_appearance", None, None, 39, "north"),
        (datetime(2026, 2, 11, 10, 0), None, 3, "plea", "guilty", None, 39, "north"),
    ],
    "supervision": [(datetime(2026, 2, 12), None, 5, "probation", None, None, 39, "north")],
}
COLUMNS = "start_at, end_at, intercept, event_type, disposition, is_behavioral_health, age_at_event, region"


@pytest.mark.parametrize("name", sorted(FEEDS))
def test_a_row_of_text_becomes_a_contact(house: Any, tmp_path: Path, name: str) -> None:
    report = check_source(house.con, house.home, tmp_path, FEEDS[name])
    assert [(feed.refused, feed.admitted == feed.rows_read) for feed in report.feeds] == [(0, True)] * len(report.feeds)
    join_each_alone(house.con)
    assert house.rows(f"select {COLUMNS} from linked.contact order by start_at") == EXPECTED[name]
    assert {kind for (kind,) in house.rows("select distinct record_type from linked.contact")} == {name}


def test_the_tested_types_are_all_the_contacts_that_no_demo_system_delivers() -> None:
    contacts = {name for name, record_type in RECORD_TYPES.items() if record_type.intercept}
    assert contacts - set(FEEDS) == {"jail_booking", "cad_person", "co_responder_encounter", "health_encounter"}


def test_codes_decide_what_a_response_was_about(house: Any, tmp_path: Path) -> None:
    check_source(house.con, house.home, tmp_path, FEEDS["ems_response"])
    assert house.rows("select is_behavioral_health, is_opioid_overdose, labels from checked.ems_response") == [(True, False, ["phi"])]


def test_codes_decide_what_a_visit_was_about(house: Any, tmp_path: Path) -> None:
    check_source(house.con, house.home, tmp_path, FEEDS["ed_visit"])
    assert house.rows("select is_behavioral_health, is_smi, is_sud, icd10 from checked.ed_visit") == [(True, True, True, "F20.9")]


def test_a_response_without_codes_is_unknown_and_stands_where_the_county_says(house: Any, tmp_path: Path) -> None:
    feed = FEEDS["ems_response"]["responses"]
    bare = [{**feed.rows[0], "Impression": "", "Also": ""}]
    check_source(house.con, house.home, tmp_path, {"responses": TinyFeed(feed.record_type, feed.columns, bare, {**RACE, "constants": {"intercept_place": "community"}})})  # fmt: skip  # noqa: E501
    join_each_alone(house.con)
    assert house.rows("select intercept, is_behavioral_health from linked.contact") == [(0, None)]


def test_a_shelter_that_serves_victims_labels_its_rows(house: Any, tmp_path: Path) -> None:
    check_source(house.con, house.home, tmp_path, FEEDS["hmis_enrollment"])
    assert house.rows("select from_jail, labels, is_juvenile from checked.hmis_enrollment") == [(True, ["dv"], False)]
    assert house.rows("select veteran from checked.hmis_client") == [(False,)]


def test_a_perceived_age_stands_in_for_an_unknown_birth_date(house: Any, tmp_path: Path) -> None:
    check_source(house.con, house.home, tmp_path, FEEDS["police_stop"])
    assert house.rows("select age_at_event, is_juvenile, labels from checked.police_stop") == [(30, False, [])]
    assert house.rows("select races, method from checked.race_assertion") == [(["BLACK"], "observed")]


def test_a_booking_keeps_what_its_jail_says_of_bond_and_of_the_day_to_come(house: Any, tmp_path: Path) -> None:
    report = check_source(house.con, house.home, tmp_path, {"bookings": BOOKING})
    assert report.feeds[0].refused == 0
    assert house.rows("select bond_amount, projected_release_at, resident from checked.jail_booking") == [
        (1500.5, datetime(2026, 9, 1, 12, 0), True)
    ]


def test_a_move_is_the_bookings_and_never_another_booking(house: Any, tmp_path: Path) -> None:
    moves = TinyFeed(
        "housing_move",
        {"Booking": "source_parent_id", "At": "moved_at", "Where": _words("housing_type", "intake", "mental_health")},
        [
            {"Key": "m1", "Booking": "b1", "At": "2026-01-10 09:00", "Where": "intake"},
            {"Key": "m2", "Booking": "b1", "At": "2026-01-11 09:00", "Where": "mental_health"},
        ],
    )
    check_source(house.con, house.home, tmp_path, {"bookings": BOOKING, "moves": moves})
    join_each_alone(house.con)
    assert house.rows(
        "select housing_type, booking_record_id = parent_record_id, age_at_event from linked.housing_move order by moved_at"
    ) == [
        ("intake", True, 39),
        ("mental_health", True, 39),
    ]
    assert house.rows("select count(*) from linked.contact") == [(1,)]
    assert house.rows("select count(distinct subject_id) from checked.housing_move") == [(1,)]


def test_a_screen_is_answered_item_by_item_or_in_one_list(house: Any, tmp_path: Path) -> None:
    items = {f"Q{number}": {"to": f"item_{number}", "codes": {"Y": "1", "N": "0"}} for number in range(1, 9)}
    columns = {"Person": "source_person_id", "Booking": "source_parent_id", "At": "screened_at", "Form": _words("screen", "bjmhs", "k6")}
    answered = dict.fromkeys(items, "N") | {"Q2": "Y", "Q8": ""}
    screens = TinyFeed(
        "screening",
        {**columns, **items, "List": "answers"},
        [
            {"Key": "q1", "Booking": "b1", "At": "2026-01-10 10:00", "Form": "bjmhs", **answered},
            {"Key": "q2", "Person": "p1", "At": "2026-01-12 10:00", "Form": "k6", "List": "4|0||1|2|3"},
            {"Key": "q3", "Person": "p1", "At": "2026-01-13 10:00", "Form": "bjmhs"},
        ],
    )
    report = check_source(house.con, house.home, tmp_path, {"bookings": BOOKING, "screens": screens})
    assert [feed.refused for feed in report.feeds] == [0, 0]
    join_each_alone(house.con)
    assert house.rows("select screen, answers, booking_record_id is not null, age_at_event from linked.screening order by screened_at") == [
        ("bjmhs", [0, 1, 0, 0, 0, 0, 0, None], True, 39),
        ("k6", [4, 0, None, 1, 2, 3], False, 39),
        ("bjmhs", None, False, 39),
    ]
    assert "item_1" not in {name for (name,) in house.rows("select column_name from (describe checked.screening)")}


def test_answers_beyond_the_form_are_refused_by_name(house: Any, tmp_path: Path) -> None:
    columns = {
        "Person": "source_person_id",
        "At": "screened_at",
        "Form": _words("screen", "bjmhs", "k6"),
        "Nine": "item_9",
        "List": "answers",
    }
    rows = [
        {"Key": "q1", "Person": "p1", "At": "2026-01-10 10:00", "Form": "bjmhs", "Nine": "1"},
        {"Key": "q2", "Person": "p1", "At": "2026-01-10 10:00", "Form": "k6", "List": "5|0|0|0|0|0"},
        {"Key": "q3", "Person": "p1", "At": "2026-01-10 10:00", "Form": "bjmhs", "List": "1|0|0|0|0|0|0|0|0"},
    ]
    report = check_source(house.con, house.home, tmp_path, {"screens": TinyFeed("screening", columns, rows)})
    assert report.feeds[0].refused_by_rule == {"answer_beyond_the_form": 3}


def test_a_search_that_was_not_made_has_no_basis_and_no_hit(house: Any, tmp_path: Path) -> None:
    feed = FEEDS["police_stop"]["stops"]
    rows = [{**feed.rows[0], "Searched": "N"}, {**feed.rows[0], "Key": "s2", "Searched": "N", "Basis": "", "Hit": ""}]
    report = check_source(house.con, house.home, tmp_path, {"stops": TinyFeed(feed.record_type, feed.columns, rows, feed.more)})
    assert report.feeds[0].refused_by_rule == {"basis_without_search": 1, "hit_without_search": 1}
    assert report.feeds[0].admitted == 1


def test_times_of_a_response_keep_their_order(house: Any, tmp_path: Path) -> None:
    feed = FEEDS["ems_response"]["responses"]
    rows = [{**feed.rows[0], "Arrived": "2026-02-03 00:50"}]
    report = check_source(house.con, house.home, tmp_path, {"responses": TinyFeed(feed.record_type, feed.columns, rows, feed.more)})
    assert report.feeds[0].refused_by_rule == {"en_route_not_after_arrived": 1}


def test_orders_that_do_not_erase_leave_the_booking(house: Any, tmp_path: Path) -> None:
    orders = TinyFeed(
        "legal_event",
        {"Person": "source_person_id", "Booking": "source_parent_id", "What": _words("event_type", "court_order", "death", "custody_begin"),
         "On": "event_date", "Until": "ends_on"},
        [
            {"Key": "o1", "Person": "p1", "Booking": "b1", "What": "court_order", "On": "2026-01-20", "Until": "2027-01-20"},
            {"Key": "o2", "Person": "p1", "What": "custody_begin", "On": "2026-02-01"},
        ],
    )  # fmt: skip
    check_source(house.con, house.home, tmp_path, {"bookings": BOOKING, "orders": orders})
    assert house.rows("select event_type, ends_on, affects_record_id is not null from checked.legal_event order by event_date") == [
        ("court_order", date(2027, 1, 20), True),
        ("custody_begin", None, False),
    ]
    assert house.rows("select count(*) from checked.identity") == [(1,)]


def test_counts_have_no_person_and_keep_their_dimensions(house: Any, tmp_path: Path) -> None:
    columns = {
        "From": "period_start", "To": "period_end", "Field": _words("field", "education", "stops"),
        "Point": _words("decision_point", "suspension", "stop"), "Race": _words("race_group", "BLACK", "ALL"),
        "Trait": _words("stratum", "disability"), "Value": "stratum_value", "N": "count",
    }  # fmt: skip
    year = {"From": "2025-01-01", "To": "2026-01-01"}
    rows = [
        {"Key": "1", **year, "Field": "education", "Point": "suspension", "Race": "BLACK", "N": "41"},
        {"Key": "2", **year, "Field": "education", "Point": "suspension", "Race": "ALL", "Trait": "disability", "Value": "yes", "N": "12"},
        {"Key": "3", **year, "Field": "education", "Point": "stop", "Race": "ALL", "N": "12"},
        {"Key": "4", **year, "Field": "stops", "Point": "stop", "Race": "ALL", "Trait": "disability", "N": "12"},
        {"Key": "5", **year, "Field": "stops", "Point": "stop", "Race": "ALL", "N": "-1"},
    ]
    report = check_source(house.con, house.home, tmp_path, {"counts": TinyFeed("aggregate_count", columns, rows)})
    assert report.feeds[0].refused_by_rule == {"point_not_of_the_field": 1, "stratum_without_value": 1, "too_small": 1}
    join_each_alone(house.con)
    assert house.rows("select race_group, stratum, count, subject_id from linked.aggregate_count order by count") == [
        ("ALL", "disability", 12, None),
        ("BLACK", None, 41, None),
    ]
    assert house.rows("select count(*) from checked.subject") == [(0,)]


def test_what_hangs_on_a_sealed_booking_goes_with_it(house: Any, tmp_path: Path) -> None:
    at = {"Booking": "source_parent_id", "At": "moved_at"}
    sealed = TinyFeed(
        "legal_event",
        {"Person": "source_person_id", "Booking": "source_parent_id", "What": _words("event_type", "sealed"), "On": "event_date"},
        [{"Key": "o1", "Person": "p1", "Booking": "b1", "What": "sealed", "On": "2026-02-20"}],
    )
    moves = TinyFeed("housing_move", at, [{"Key": "m1", "Booking": "b1", "At": "2026-01-10 09:00"}])
    screens = TinyFeed(
        "screening",
        {"Person": "source_person_id", "At": "screened_at", "Form": _words("screen", "bjmhs")},
        [{"Key": "q1", "Person": "p1", "At": "2026-01-10 10:00", "Form": "bjmhs"}],
    )
    check_source(house.con, house.home, tmp_path, {"bookings": BOOKING, "moves": moves, "screens": screens, "orders": sealed})
    erased = {name for (name,) in house.con.execute(f"select record_id from ({load_sql('assets.consented', 'erased_record')})").fetchall()}
    for name in ("jail_booking", "housing_move", "screening", "legal_event"):
        assert {record for (record,) in house.rows(f"select record_id from checked.{name}")} <= erased, name


def test_one_of_several_columns_is_enough_and_none_is_refused_under_the_rules_name(house: Any, tmp_path: Path) -> None:
    """Inmate number or person id, booking number or event id, last or full name: as a published layout of jail bookings asks."""
    columns = {name: said for name, said in {**BOOKING.columns, "Whole": "full_name"}.items() if name != "Person"}
    one_of = {
        "booking_number_or_event_id": {"fills": "source_record_id", "columns": ["Key", "Event"]},
        "inmate_number_or_person_id": {"fills": "source_person_id", "columns": ["Inmate", "Person"]},
    }
    at = {"In": "2026-01-10 08:00", "Why": "N"}
    rows = [
        {"Key": "b1", **at, "Inmate": "i1", "Last": "Tessaly"},
        {"Event": "e2", **at, "Person": "p2", "Whole": "TESSALY, ANNA"},
        {**at, "Person": "p3", "Last": "Tessaly"},
        {"Key": "b4", **at, "Last": "Tessaly"},
        {"Key": "b5", **at, "Person": "p5"},
    ]
    feed = TinyFeed("jail_booking", columns, rows, {**RACE, "one_of": one_of}, also=("Event", "Inmate", "Person"))
    report = check_source(house.con, house.home, tmp_path, {"bookings": feed})
    assert report.feeds[0].admitted == 2
    assert report.feeds[0].refused_by_rule == {"booking_number_or_event_id": 1, "inmate_number_or_person_id": 1, "last_or_full_name": 1}
    assert house.rows("select source_record_id from checked.source_record order by all") == [("b1",), ("e2",)]
    assert house.rows("select source_person_id from checked.subject order by all") == [("i1",), ("p2",)]
