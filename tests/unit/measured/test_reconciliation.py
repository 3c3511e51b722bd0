from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest


def steps(county: Any) -> dict[str, tuple[Any, ...]]:
    return {
        step: tuple(values)
        for step, *values in county.ask(
            "select step, ours, theirs, difference, reason from measured.reconciliation where count_date is null"
        )
    }


def test_rows_become_bookings_become_people(county: Any) -> None:
    county.complete()
    person = county.person("a")
    for _ in range(2):
        county.booking(person, datetime(2025, 6, 1), datetime(2025, 6, 2))
    county.booking(county.person("b"), datetime(2025, 6, 1), datetime(2025, 6, 2), booking_type="hold")
    county.measured()
    found = steps(county)
    assert {step: found[step][0] for step in found if found[step][0] is not None} == {
        "rows_delivered": 100,
        "records_admitted": 90,
        "bookings": 3,
        "same_stay_twice": 1,
        "bookings_that_count": 1,
        "people": 2,
    }


def test_our_figures_stand_beside_the_jails_own(county: Any) -> None:
    for number in range(4):
        county.booking(county.person(f"p{number}"), datetime(2025, 6, 1, 6), datetime(2025, 6, 3) if number else datetime(2025, 6, 1, 20))
    for day, population, bookings in ((1, 0, 5), (2, 4, 0), (3, 3, 0)):
        county.add("jail_count", count_date=date(2025, 6, day), facility="main", population=population, bookings=bookings)
    county.measured()
    found = steps(county)
    assert found["bookings_in_counted_days"] == (4, 5, -1, None)
    # Midnights that begin the day: nobody, three, and on the third day nobody, for the stays end at that midnight.
    behind = county.ask("select step, people from measured.reconciliation where step_no between 3 and 8 order by step_no")
    assert [people for _, people in behind] == [4, 0, 4, 4, 4, 3]
    assert found["mean_population_of_counted_days"] == (1.0, pytest.approx(7 / 3), pytest.approx(-4 / 3), None)
    daily = county.ask(
        "select count_date, ours, theirs, difference_pct, reason from measured.reconciliation where step = 'population_of_day'"
    )
    assert daily == [
        (date(2025, 6, 1), 0, 0, None, "base_zero"),
        (date(2025, 6, 2), 3, 4, -25.0, None),
        (date(2025, 6, 3), 0, 3, -100.0, None),
    ]


def test_the_midnight_that_ends_the_day_is_the_countys_choice(county: Any) -> None:
    county.booking(county.person("a"), datetime(2025, 6, 1, 6), datetime(2025, 6, 2, 6))
    county.add("jail_count", count_date=date(2025, 6, 1), facility="main", population=1, bookings=1)
    for taken, held in (("start_of_day", 0), ("end_of_day", 1)):
        timeline = county.definitions.timeline.model_copy(update={"jail_count_taken": taken})
        county.measured(definitions=county.definitions.model_copy(update={"timeline": timeline}))
        assert county.ask("select ours from measured.reconciliation where step = 'population_of_day'") == [(held,)]


def test_days_the_jail_did_not_count_are_not_compared(county: Any) -> None:
    county.booking(county.person("a"), datetime(2025, 6, 1, 6), datetime(2025, 6, 2, 6))
    county.booking(county.person("b"), datetime(2025, 6, 5, 6), datetime(2025, 6, 6, 6))
    county.add("jail_count", count_date=date(2025, 6, 1), facility="main", population=0, bookings=1)
    county.add("jail_count", count_date=date(2025, 6, 5), facility="main", population=0, bookings=None)
    county.measured()
    assert steps(county)["bookings_in_counted_days"] == (1, 1, 0, None)


def test_without_the_jails_count_there_is_a_reason_and_no_difference(county: Any) -> None:
    county.booking(county.person("a"), datetime(2025, 6, 1), datetime(2025, 6, 2))
    county.measured()
    assert steps(county)["bookings_in_counted_days"] == (None, None, None, "not_in_scope")


def test_counts_of_the_night_itself_are_not_known_yet(county: Any) -> None:
    county.booking(county.person("a"), datetime(2026, 2, 1))
    for day in (date(2026, 3, 1), date(2026, 3, 2)):
        county.add("jail_count", count_date=day, facility="main", population=1, bookings=0)
    county.measured()
    assert county.ask("select count_date from measured.reconciliation where step = 'population_of_day'") == [(date(2026, 3, 1),)]


def test_a_flow_is_two_steps_close_enough_together(county: Any) -> None:
    for number, gap in enumerate((timedelta(days=30), timedelta(days=30, seconds=1))):
        person = county.person(f"p{number}")
        county.call(person, datetime(2025, 6, 1))
        county.care(person, datetime(2025, 6, 1) + gap)
    county.measured()
    columns = "race_group, from_intercept, from_system, to_intercept, to_system, transitions, people, median_days"
    assert county.ask(f"select {columns} from measured.intercept_flow order by race_group") == [
        ("ALL", 1, "cad", 0, "health", 1, 1, 30.0),
        ("WHITE", 1, "cad", 0, "health", 1, 1, 30.0),
    ]
