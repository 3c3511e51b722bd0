from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from contracts.definition_parts import AgeRange, Window
from contracts.definitions import DecisionPoint, DecisionPoints, Definitions, Insufficient

AS_OF = datetime(2026, 3, 2)
TEXTS = {"intercept": 2, "decided_by": "somebody", "discretion": "some", "policy_ref": "a policy"}


def pointed(definitions: Definitions, *points: dict[str, Any], residents_only: bool = True) -> Definitions:
    made = tuple(DecisionPoint.model_validate({"name": point["id"], **TEXTS, **point}) for point in points)
    rules = DecisionPoints(
        period=Window(months=12),
        residents_only=residents_only,
        ages=AgeRange(min=18),
        insufficient=Insufficient(events=1, base=1, people=1),
        points=made,
    )
    return definitions.model_copy(update={"decision_points": rules})


BOOKING = {"id": "booking", "numerator": {"system": "jail"}, "base": "population", "repeat": "events"}
PERSON = {**BOOKING, "id": "person_booked", "repeat": "people"}
RELEASE = {"id": "release", "numerator": {"system": "jail", "released": True}, "base": "booking", "repeat": "events"}
CONNECTED = {
    "id": "connected",
    "numerator": {"system": "jail", "followed_by": {"system": "health", "filter": {"event_type": ["outpatient"]}, "within_days": 30}},
    "base": "release",
    "repeat": "events",
}


def rows(county: Any, point: str, columns: str, *, where: str = "true") -> dict[str, Any]:
    found = county.ask(f"select race_group, {columns} from measured.racial_disparity where point_id = $point and {where}", {"point": point})
    return {row[0]: row[1] if len(row) == 2 else tuple(row[1:]) for row in found}


def booked(county: Any, key: str, times: int = 1, **values: Any) -> None:
    for number in range(times):
        start = datetime(2025, 6, 1) + timedelta(days=7 * number)
        county.booking(key, start, start + timedelta(days=2), **values)


def test_events_are_set_against_residents_of_the_same_group_and_ages(county: Any) -> None:
    # The benchmark holds 8,000 White and 3,200 Black adults.
    for number in range(20):
        booked(county, county.person(f"w{number}", race="WHITE"))
    for number in range(12):
        booked(county, county.person(f"b{number}", race="BLACK"), times=2)
    county.measured(definitions=pointed(county.definitions, BOOKING, PERSON))
    assert rows(county, "booking", "events, people, base, rate")["WHITE"] == (20, 20, 8000, 250.0)
    assert rows(county, "booking", "events, people, base, rate")["BLACK"] == (24, 12, 3200, 750.0)
    assert rows(county, "booking", "rate_ratio, rate_difference")["BLACK"] == pytest.approx((3.0, 500.0))
    assert rows(county, "person_booked", "rate_ratio")["BLACK"] == 1.5
    assert rows(county, "booking", "benchmark_source, benchmark_year, reference_group, category_system")["BLACK"] == (
        "simulated census",
        2025,
        "WHITE",
        "omb1997_two_question",
    )


def test_the_interval_allows_for_people_who_come_again(county: Any) -> None:
    for number in range(20):
        booked(county, county.person(f"w{number}", race="WHITE"))
    booked(county, county.person("b0", race="BLACK"), times=16)
    booked(county, county.person("b1", race="BLACK"), times=4)
    county.measured(definitions=pointed(county.definitions, BOOKING))
    lower, upper, method = rows(county, "booking", "ratio_lower, ratio_upper, ratio_method")["BLACK"]
    # Σx²/a² = (16² + 4²)/20² = 0.68, against 1/20 if every booking were another person's.
    assert method == "log_clustered"
    assert upper / lower == pytest.approx(2.718281828459045 ** (2 * 1.959963984540054 * (0.68 + 0.05) ** 0.5), rel=1e-9)


def test_non_residents_and_unknown_residence_are_left_out_and_counted(county: Any) -> None:
    for key, resident in (("here", True), ("elsewhere", False), ("not_known", None)):
        booked(county, county.person(key, resident=resident))
    county.measured(definitions=pointed(county.definitions, BOOKING))
    assert rows(county, "booking", "events, excluded_events")["WHITE"] == (1, 2)
    county.measured(definitions=pointed(county.definitions, BOOKING, residents_only=False))
    assert rows(county, "booking", "events, excluded_events")["WHITE"] == (3, 0)


def test_ages_outside_the_population_and_unknown_ages_are_left_out(county: Any) -> None:
    for key, age in (("grown", 18), ("child", 17), ("not_known", None)):
        booked(county, county.person(key), age=age)
    county.measured(definitions=pointed(county.definitions, BOOKING))
    assert rows(county, "booking", "events, excluded_events")["WHITE"] == (1, 2)


@pytest.mark.parametrize(("moment", "counted"), [(-1, 0), (0, 1), (1, 1)])
def test_the_period_is_half_open_at_its_start(county: Any, moment: int, counted: int) -> None:
    county.booking(county.person("p1"), datetime(2025, 3, 2) + timedelta(seconds=moment), datetime(2025, 3, 5))
    county.booking(county.person("p2", race="BLACK"), datetime(2025, 6, 2), datetime(2025, 6, 5))
    county.measured(definitions=pointed(county.definitions, BOOKING))
    assert rows(county, "booking", "events").get("WHITE", 0) == counted


def test_the_base_of_a_share_is_the_earlier_point(county: Any) -> None:
    for number in range(10):
        county.booking(county.person(f"w{number}"), datetime(2025, 6, 1), datetime(2025, 6, 3) if number < 8 else None)
    county.measured(definitions=pointed(county.definitions, BOOKING, RELEASE))
    columns = "events, base, base_kind, base_point, base_is_previous_numerator, rate, rate_per"
    assert rows(county, "release", columns)["WHITE"] == (8, 10, "previous_point", "booking", True, 80.0, 100.0)


@pytest.mark.parametrize(("days", "in_base"), [(30, 1), (31, 1), (29, 0)])
def test_a_follow_up_counts_only_when_it_is_mature(county: Any, days: int, in_base: int) -> None:
    county.complete()
    county.booking(county.person("p1"), datetime(2026, 1, 1), AS_OF - timedelta(days=days))
    county.care("p1", datetime(2026, 3, 1, 12))
    county.measured(definitions=pointed(county.definitions, BOOKING, RELEASE, CONNECTED))
    assert rows(county, "connected", "base").get("WHITE", 0) == in_base


def test_maturity_is_measured_to_the_end_of_the_records_not_to_tonight(county: Any) -> None:
    county.complete("jail")
    county.complete("health", through=date(2026, 2, 1))
    county.booking(county.person("p1"), datetime(2025, 12, 1), datetime(2026, 1, 2))
    county.booking(county.person("p2"), datetime(2025, 12, 1), datetime(2026, 1, 3))
    county.care("p2", datetime(2026, 1, 20))
    county.measured(definitions=pointed(county.definitions, BOOKING, RELEASE, CONNECTED))
    assert rows(county, "connected", "events, base, base_is_previous_numerator")["WHITE"] == (0, 1, False)


def test_without_knowing_how_complete_the_records_are_there_is_no_follow_up(county: Any) -> None:
    county.booking(county.person("p1"), datetime(2025, 6, 1), datetime(2025, 6, 3))
    county.care("p1", datetime(2025, 6, 5))
    county.measured(definitions=pointed(county.definitions, BOOKING, RELEASE, CONNECTED))
    assert rows(county, "connected", "events, base, rate, reason") == {"ALL": (None, None, None, "completeness_unknown")}


@pytest.mark.parametrize(("offset", "connected"), [(-1, 0), (0, 1), (30 * 86400 - 1, 1), (30 * 86400, 0)])
def test_the_follow_up_window_is_half_open(county: Any, offset: int, connected: int) -> None:
    county.complete()
    released = datetime(2025, 6, 3)
    county.booking(county.person("p1"), datetime(2025, 6, 1), released)
    county.care("p1", released + timedelta(seconds=offset))
    county.measured(definitions=pointed(county.definitions, BOOKING, RELEASE, CONNECTED))
    assert rows(county, "connected", "events")["WHITE"] == connected


def test_what_may_not_be_looked_up_widens_the_bounds_and_never_reads_as_not_connected(county: Any) -> None:
    county.complete()
    for number in range(10):
        key = county.person(f"w{number}", link="withheld" if number == 9 else "linked")
        county.booking(key, datetime(2025, 6, 1), datetime(2025, 6, 3))
        if number < 4:
            county.care(key, datetime(2025, 6, 10))
    for number in range(2):  # patients whose records may not be linked, seen while people were being followed
        county.person(f"hidden{number}", system="health", link="withheld")
        county.care(f"hidden{number}", datetime(2025, 6, 10))
    county.measured(definitions=pointed(county.definitions, BOOKING, RELEASE, CONNECTED))
    columns = "events, base_total, base_linkable, withheld_people, rate, rate_if_none_connected, rate_if_all_connected"
    assert rows(county, "connected", columns)["WHITE"] == (4, 10, 9, 2, 40.0, 40.0, 70.0)


def test_bounds_need_to_know_who_may_be_linked(county: Any) -> None:
    county.complete()
    county.booking(county.person("p1"), datetime(2025, 6, 1), datetime(2025, 6, 3))
    county.care("p1", datetime(2025, 6, 10))
    county.rows["membership"] = []
    county.measured(definitions=pointed(county.definitions, BOOKING, RELEASE, CONNECTED))
    assert rows(county, "connected", "base_total, base_linkable, rate_if_all_connected")["WHITE"] == (1, None, None)


def test_a_person_whose_ethnicity_is_unknown_is_in_no_group_of_the_benchmark(county: Any) -> None:
    for number in range(9):
        booked(county, county.person(f"w{number}"))
    booked(county, county.person("not_known", hispanic=None))
    booked(county, county.person("b", race="BLACK"))
    county.measured(definitions=pointed(county.definitions, BOOKING))
    assert rows(county, "booking", "events, ethnicity_unknown_people, rate, reason")["UNKNOWN"] == (1, 1, None, "category_mismatch")
    assert rows(county, "booking", "events, ethnicity_unknown_people, reason")["ALL"] == (11, 1, None)
    assert rows(county, "booking", "rate_ratio")["BLACK"] is not None


def test_where_too_many_have_no_ethnicity_no_ratio_on_the_population_is_given(county: Any) -> None:
    for number in range(3):
        booked(county, county.person(f"w{number}"))
        booked(county, county.person(f"u{number}", hispanic=None))
    booked(county, county.person("b", race="BLACK"))
    county.measured(definitions=pointed(county.definitions, BOOKING, RELEASE))
    assert rows(county, "booking", "rate_ratio, reason")["BLACK"] == (None, "category_mismatch")
    assert rows(county, "release", "rate_ratio, reason")["BLACK"] == (1.0, None)


def test_when_every_race_is_unknown_there_are_counts_and_no_ratio(county: Any) -> None:
    for number in range(3):
        booked(county, county.person(f"u{number}", race=None, hispanic=None))
    county.measured(definitions=pointed(county.definitions, BOOKING))
    assert rows(county, "booking", "events")["UNKNOWN"] == 3
    assert set(rows(county, "booking", "rate_ratio").values()) == {None}


def test_a_reference_group_without_events_leaves_no_ratio(county: Any) -> None:
    booked(county, county.person("b", race="BLACK"))
    county.measured(definitions=pointed(county.definitions, BOOKING))
    assert rows(county, "booking", "rate, rate_ratio, reason")["BLACK"] == (31.25, None, "reference_missing")


def test_a_group_that_the_benchmark_lacks_has_no_rate(county: Any) -> None:
    booked(county, county.person("a", race="ASIAN"))
    booked(county, county.person("w", race="WHITE"))
    without = "race_group,sex,age_band,population,source,year\nWHITE,F,18-64,100,x,2025\nASIAN,F,18-64,0,x,2025\n"
    county.measured(definitions=pointed(county.definitions, BOOKING), population=without)
    assert rows(county, "booking", "rate, reason")["ASIAN"] == (None, "base_zero")
    assert rows(county, "booking", "rate, reason")["BLACK"] == (None, "benchmark_missing")
    assert rows(county, "booking", "base, rate, reason")["ALL"] == (None, None, "benchmark_missing")


def test_a_system_outside_the_scope_gives_null_and_never_zero(county: Any) -> None:
    county.complete()
    booked(county, county.person("w"))
    county.measured(definitions=pointed(county.definitions, BOOKING, RELEASE, CONNECTED))
    assert rows(county, "connected", "events, base, rate, reason") == {"ALL": (None, None, None, "system_not_in_scope")}


def test_a_column_outside_the_scope_gives_null_and_never_zero(county: Any) -> None:
    booked(county, county.person("w"))
    screened = {"id": "screened", "numerator": {"system": "jail", "screen": ["positive"]}, "base": "booking", "repeat": "events"}
    county.measured(definitions=pointed(county.definitions, BOOKING, screened))
    assert rows(county, "screened", "events, rate, reason") == {"ALL": (None, None, "column_not_in_scope")}


def test_held_for_so_long_is_asked_only_of_bookings_old_enough(county: Any) -> None:
    county.complete()
    held = {"id": "held", "numerator": {"system": "jail", "held_at_least_hours": 72}, "base": "booking", "repeat": "events"}
    county.booking(county.person("short"), datetime(2025, 6, 1), datetime(2025, 6, 3, 23, 59, 59))
    county.booking(county.person("exact"), datetime(2025, 6, 1), datetime(2025, 6, 4))
    county.booking(county.person("open_long"), AS_OF - timedelta(hours=72))
    county.booking(county.person("open_short"), AS_OF - timedelta(hours=71))
    county.measured(definitions=pointed(county.definitions, BOOKING, held))
    assert rows(county, "held", "events, base")["WHITE"] == (2, 3)


def test_being_booked_again_is_not_the_booking_itself(county: Any) -> None:
    county.complete()
    again = {
        "id": "again",
        "numerator": {"system": "jail", "followed_by": {"system": "jail", "within_days": 90}},
        "base": "release",
        "repeat": "events",
    }
    for key, gaps in (("once", []), ("again", [89]), ("late", [90])):
        start = datetime(2025, 6, 1)
        county.booking(county.person(key), start, start)
        for days in gaps:
            county.booking(key, start + timedelta(days=days), start + timedelta(days=days + 1))
    county.measured(definitions=pointed(county.definitions, BOOKING, RELEASE, again))
    assert rows(county, "again", "events, base")["WHITE"] == (1, 5)


def stopped(county: Any, key: str, number: int, outcome: str = "warning", **facts: Any) -> None:
    at = datetime(2025, 6, 1) + timedelta(days=number)
    record = county.contact(
        key, at, system="police", record_type="police_stop", intercept=1, event_type="traffic_violation", disposition=outcome
    )
    shared = {"domain": "county", "system": "police", "source": "police", "person_key": key, "subject_id": key}
    county.add("police_stop", record_id=record, **shared, stopped_at=at, outcome=outcome, **facts)


def test_stops_searches_hits_and_arrests_are_counted_from_rows(county: Any) -> None:
    for number in range(20):
        for race, times in (("WHITE", 1), ("BLACK", 2)):
            key = county.person(f"{race}{number}", race=race, system="police", method="observed")
            searched = number < (4 if race == "WHITE" else 8)
            for again in range(times):
                stopped(
                    county, key, 40 * again + number, "arrest" if number < 2 else "warning",
                    searched=searched, contraband_found=searched and number % 4 == 0, force="handcuffs" if number == 0 else "none",
                )  # fmt: skip
    stop = {"id": "stop", "numerator": {"system": "police"}, "base": "population", "repeat": "events"}
    search = {"id": "search", "numerator": {"system": "police", "stop": ["searched"]}, "base": "stop", "repeat": "events"}
    hit = {"id": "hit", "numerator": {"system": "police", "stop": ["found"]}, "base": "search", "repeat": "events"}
    force = {"id": "force", "numerator": {"system": "police", "stop": ["force"]}, "base": "stop", "repeat": "events"}
    arrest = {"id": "arrest", "numerator": {"system": "police", "filter": {"disposition": ["arrest"]}}, "base": "stop", "repeat": "events"}
    traffic = {
        "id": "traffic", "numerator": {"system": "police", "filter": {"event_type": ["traffic_violation"]}}, "base": "stop",
        "repeat": "people",
    }  # fmt: skip
    county.measured(definitions=pointed(county.definitions, stop, search, hit, force, arrest, traffic))
    found = {point: rows(county, point, "events, base") for point in ("stop", "search", "hit", "force", "arrest", "traffic")}
    assert {point: groups["WHITE"] for point, groups in found.items()} == {
        "stop": (20, 8000), "search": (4, 20), "hit": (1, 4), "force": (1, 20), "arrest": (2, 20), "traffic": (20, 20),
    }  # fmt: skip
    assert {point: groups["BLACK"] for point, groups in found.items()} == {
        "stop": (40, 3200), "search": (16, 40), "hit": (4, 16), "force": (2, 40), "arrest": (4, 40), "traffic": (40, 20),
    }  # fmt: skip
    county.rows["police_stop"] = []
    county.measured(definitions=pointed(county.definitions, stop, search))
    assert county.ask("select distinct reason from measured.racial_disparity where point_id = 'search'") == [("column_not_in_scope",)]


def test_no_row_combines_systems_of_different_link_domains(county: Any) -> None:
    county.complete()
    county.booking(county.person("p1"), datetime(2025, 6, 1), datetime(2025, 6, 3))
    county.care("p1", datetime(2025, 6, 10))
    for table in ("contact", "health_encounter"):
        for row in county.rows[table]:
            if row["system"] == "health":
                row["domain"] = "health_alone"
    county.measured(definitions=pointed(county.definitions, BOOKING, RELEASE, CONNECTED))
    assert county.ask(
        "select distinct domain, reason, events from measured.racial_disparity where point_id = 'connected' order by all"
    ) == [
        ("county", "system_not_in_scope", None),
        ("health_alone", "system_not_in_scope", None),
    ]


@pytest.mark.parametrize(("disposition", "expected"), [("arrest", (1, 1, None)), (None, (None, None, "column_not_in_scope"))])
def test_a_filter_on_a_fact_the_scope_does_not_hold_is_no_finding(county: Any, disposition: str | None, expected: tuple[Any, ...]) -> None:
    county.encounter(county.person("w"), datetime(2025, 6, 1), disposition)
    met = {"id": "met", "numerator": {"system": "co_responder"}, "base": "population", "repeat": "events"}
    arrested = {
        "id": "arrested",
        "numerator": {"system": "co_responder", "filter": {"disposition": ["arrest"]}},
        "base": "met",
        "repeat": "events",
    }
    county.measured(definitions=pointed(county.definitions, met, arrested))
    assert rows(county, "arrested", "events, base, reason")["ALL"] == expected
    assert rows(county, "met", "events")["ALL"] == 1


def test_a_period_begins_no_earlier_than_the_records_of_its_system(county: Any) -> None:
    booked(county, county.person("w"))
    timeline = county.definitions.timeline.model_copy(update={"records_begin": {"jail": date(2025, 6, 2)}})
    definitions = pointed(county.definitions, BOOKING).model_copy(update={"timeline": timeline})
    county.measured(definitions=definitions)
    found = county.ask("select distinct period_start from measured.racial_disparity")
    assert found == [(datetime(2025, 6, 2),)]
    county.measured(definitions=definitions, as_of=datetime(2025, 6, 2))
    assert rows(county, "booking", "events, rate, reason") == {"ALL": (None, None, "history_too_short")}


def test_people_withheld_in_domains_of_their_own_stay_in_the_bases(county: Any) -> None:
    county.complete()
    for number in range(10):
        key = county.person(f"w{number}", link="withheld" if number == 9 else "linked")
        county.booking(key, datetime(2025, 6, 1), datetime(2025, 6, 3))
        if number < 4:
            county.care(key, datetime(2025, 6, 10))
            county.add("membership", person_key=key, domain="county", system="health", link_state="linked")
    county.person("hidden", system="health", link="withheld")
    county.care("hidden", datetime(2025, 6, 10))
    for made in county.rows.values():
        for row in made:
            row.update({"domain": "jail_alone"} if row.get("person_key") == "w9" else {})
            row.update({"domain": "health_alone"} if row.get("person_key") == "hidden" else {})
    county.measured(definitions=pointed(county.definitions, BOOKING, RELEASE, CONNECTED))
    assert county.ask("select distinct domain from measured.racial_disparity") == [("county",)]
    columns = "events, base_total, base_linkable, withheld_people, rate_if_none_connected, rate_if_all_connected"
    assert rows(county, "connected", columns)["WHITE"] == (4, 10, 9, 1, 40.0, 60.0)
    assert rows(county, "booking", "events")["WHITE"] == 10
