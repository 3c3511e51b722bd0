from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts.definitions import Definitions, FrequentUtilizerDefinition, FrequentUtilizers

AS_OF = datetime(2026, 3, 2)
SECOND = timedelta(seconds=1)
BOOKINGS = {"name": "bookings", "system": "jail", "unit": "event", "window": {"months": 12}, "min": 3}


def defined(definitions: Definitions, **said: Any) -> Definitions:
    text = {"id": "often", "name": "Often", "version": 1, "source": "this test", **said}
    only = FrequentUtilizers(definitions=(FrequentUtilizerDefinition.model_validate(text),))
    return definitions.model_copy(update={"frequent_utilizers": only})


def listed(county: Any, **said: Any) -> dict[str, tuple[Any, ...]]:
    county.measured(definitions=defined(county.definitions, **said))
    columns = "person_key, criterion_values, criteria_met, qualifies, list_rank, listed, tied_at_cut"
    return {row[0]: tuple(row[1:]) for row in county.ask(f"select {columns} from measured.frequent_utilizers")}


def booked(county: Any, key: str, times: int, *, start: datetime = datetime(2026, 1, 1)) -> None:
    for number in range(times):
        county.booking(key, start + timedelta(days=2 * number), start + timedelta(days=2 * number + 1))


def qualifying(found: dict[str, tuple[Any, ...]]) -> set[str]:
    return {key for key, (_, _, qualifies, *_) in found.items() if qualifies}


def test_a_minimum_is_met_by_exactly_so_many(county: Any) -> None:
    for key, times in (("two", 2), ("three", 3), ("four", 4)):
        booked(county, county.person(key), times)
    found = listed(county, criteria=[BOOKINGS])
    assert qualifying(found) == {"three", "four"}
    assert found["three"][0] == [3.0]
    assert "two" not in found


@pytest.mark.parametrize(
    ("moment", "counts"),
    [
        (datetime(2025, 3, 2) - SECOND, False),
        (datetime(2025, 3, 2), True),
        (datetime(2025, 3, 2) + SECOND, True),
        (AS_OF - SECOND, True),
        (AS_OF, False),
        (AS_OF + SECOND, False),
    ],
)
def test_a_window_is_half_open(county: Any, moment: datetime, counts: bool) -> None:
    county.person("p1")
    county.call("p1", moment)
    county.call(county.person("another"), datetime(2026, 1, 1))
    found = listed(county, criteria=[{**BOOKINGS, "system": "cad", "min": 1}])
    assert ("p1" in found) is counts


def test_the_parts_of_a_day_count_once_where_days_are_counted(county: Any) -> None:
    county.person("p1")
    for hour in (1, 12, 23, 25):
        county.call("p1", datetime(2026, 1, 1) + timedelta(hours=hour))
    found = listed(county, criteria=[{**BOOKINGS, "system": "cad", "unit": "distinct_day", "min": 1}])
    assert found["p1"][0] == [2.0]


def test_bed_days_are_clipped_to_the_window_and_overlapping_stays_count_once(county: Any) -> None:
    county.person("p1")
    county.booking("p1", datetime(2025, 2, 1), datetime(2025, 3, 4))  # two days inside the window
    county.booking("p1", datetime(2025, 5, 1), datetime(2025, 5, 11))
    county.booking("p1", datetime(2025, 5, 6), datetime(2025, 5, 13))  # two days beyond the stay before
    county.booking("p1", datetime(2025, 5, 7), datetime(2025, 5, 8))  # wholly inside another
    county.booking("p1", datetime(2026, 2, 28))  # open: two days so far
    found = listed(county, criteria=[{**BOOKINGS, "unit": "bed_day", "min": 1}])
    assert found["p1"][0] == [2.0 + 10.0 + 2.0 + 2.0]


def test_all_any_and_at_least_k_combine_criteria(county: Any) -> None:
    for key, bookings, calls in (("both", 3, 2), ("jail_only", 3, 0), ("calls_only", 0, 2)):
        booked(county, county.person(key), bookings)
        for number in range(calls):
            county.call(key, datetime(2026, 1, 10 + number))
    criteria = [BOOKINGS, {"name": "calls", "system": "cad", "unit": "event", "window": {"days": 90}, "min": 2}]
    assert qualifying(listed(county, criteria=criteria, combine="all")) == {"both"}
    assert qualifying(listed(county, criteria=criteria, combine="any")) == {"both", "jail_only", "calls_only"}
    assert qualifying(listed(county, criteria=criteria, combine={"at_least": 2})) == {"both"}


def test_everybody_tied_at_the_cut_is_listed_and_the_excess_is_reported(county: Any) -> None:
    for key, times in (("a", 6), ("b", 4), ("c", 4), ("d", 4), ("e", 3)):
        booked(county, county.person(key), times)
    found = listed(county, criteria=[BOOKINGS], list_size=2)
    assert {key: row[3:] for key, row in found.items()} == {
        "a": (1, True, False),
        "b": (2, True, True),
        "c": (2, True, True),
        "d": (2, True, True),
        "e": (5, False, False),
    }
    columns = "eligible, listed, tied_at_cut, list_size, listed_beyond_size"
    summary = county.ask(f"select {columns} from measured.frequent_utilizer_summary where race_group = 'ALL'")
    assert summary == [(5, 4, 3, 2, 2)]


def test_a_rank_takes_everybody_who_is_tied_with_the_last_place(county: Any) -> None:
    for key, times in (("a", 6), ("b", 4), ("c", 4), ("d", 2)):
        booked(county, county.person(key), times)
    rank_two = {name: value for name, value in BOOKINGS.items() if name != "min"} | {"rank": 2}
    assert qualifying(listed(county, criteria=[rank_two])) == {"a", "b", "c"}


@pytest.mark.parametrize(("among", "expected"), [("users", {"p9"}), ("linked_people", {"p5", "p6", "p7", "p8", "p9"})])
def test_a_percentile_says_among_whom(county: Any, among: str, expected: set[str]) -> None:
    # Ten people with 0 to 9 bookings and forty with none: the 90th percentile is 8.2 among users and 4.1 among everybody.
    for number in range(10):
        booked(county, county.person(f"p{number}"), number, start=datetime(2025, 6, 1))
    for number in range(40):
        county.person(f"none{number:02d}")
    percentile = {name: value for name, value in BOOKINGS.items() if name != "min"} | {"percentile": 90, "among": among}
    assert qualifying(listed(county, criteria=[percentile])) == expected


def test_a_person_filter_comes_before_the_ranking_and_an_unknown_answer_does_not_pass(county: Any) -> None:
    for key, resident in (("here", True), ("elsewhere", False), ("not_known", None)):
        booked(county, county.person(key, resident=resident), 3 if key == "here" else 5)
    rank_one = {name: value for name, value in BOOKINGS.items() if name != "min"} | {"rank": 1}
    assert qualifying(listed(county, criteria=[rank_one], person={"resident": True})) == {"here"}


def test_homelessness_must_be_recorded_within_the_window(county: Any) -> None:
    for key, moment in (("now", datetime(2025, 12, 1)), ("long_ago", datetime(2024, 12, 1))):
        booked(county, county.person(key), 3)
        county.booking(key, moment, moment + timedelta(days=1), homeless=True)
    assert qualifying(listed(county, criteria=[BOOKINGS], person={"homeless": True})) == {"now"}


def test_a_definition_that_names_a_system_outside_the_scope_finds_nobody_and_says_why(county: Any) -> None:
    booked(county, county.person("p1"), 5)
    criteria = [BOOKINGS, {"name": "care", "system": "health", "unit": "event", "window": {"months": 12}, "min": 1}]
    assert listed(county, criteria=criteria, combine="any") == {}
    summary = county.ask("select race_group, people, eligible, listed, reason from measured.frequent_utilizer_summary")
    assert summary == [("ALL", None, None, None, "system_not_in_scope")]


def test_a_filter_on_a_fact_the_scope_does_not_hold_finds_nobody_and_says_why(county: Any) -> None:
    booked(county, county.person("p1"), 5)
    assert listed(county, criteria=[BOOKINGS], person={"homeless": True}) == {}
    assert county.ask("select eligible, reason from measured.frequent_utilizer_summary") == [(None, "homeless_not_in_scope")]


def test_a_window_that_begins_before_the_records_is_said(county: Any) -> None:
    booked(county, county.person("p1"), 5)
    listed(county, criteria=[{**BOOKINGS, "window": {"years": 5}}])
    assert county.ask("select distinct reaches_before_records from measured.frequent_utilizer_summary") == [(True,)]


def test_eligible_and_listed_stand_beside_each_other_by_race(county: Any) -> None:
    for number in range(4):
        booked(county, county.person(f"w{number}", race="WHITE"), 3 + number)
    booked(county, county.person("b1", race="BLACK"), 4)
    listed(county, criteria=[BOOKINGS], list_size=2)
    columns = "race_group, people, eligible, listed, round(share_of_eligible, 3), round(share_of_listed, 3)"
    assert county.ask(f"select {columns} from measured.frequent_utilizer_summary order by race_group") == [
        ("ALL", 5, 5, 2, 1.0, 1.0),
        ("BLACK", 1, 1, 0, 0.2, 0.0),
        ("WHITE", 4, 4, 2, 0.8, 1.0),
    ]


def test_a_filter_on_a_fact_no_contact_has_finds_nobody_and_says_why(county: Any) -> None:
    booked(county, county.person("p1"), 5)
    for row in county.rows["contact"]:
        row["event_type"] = None
    assert listed(county, criteria=[{**BOOKINGS, "filter": {"event_type": ["fta"]}}]) == {}
    assert county.ask("select eligible, reason from measured.frequent_utilizer_summary") == [(None, "column_not_in_scope")]
