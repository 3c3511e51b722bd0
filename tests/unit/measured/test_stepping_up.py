from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from contracts.definitions import Definitions

AS_OF = datetime(2026, 3, 2)
JUNE = datetime(2025, 6, 1)


def row(
    county: Any, measure: str, columns: str, *, submeasure: str | None = None, evidence: str = "ALL", status: str = "ALL", race: str = "ALL"
) -> tuple[Any, ...] | None:
    found = county.ask(
        f"select {columns} from measured.stepping_up where measure = $measure and ($submeasure is null or submeasure = $submeasure)"
        " and evidence = $evidence and smi_status = $status and race_group = $race",
        {"measure": measure, "submeasure": submeasure, "evidence": evidence, "status": status, "race": race},
    )
    assert len(found) <= 1
    return tuple(found[0]) if found else None


def booking_changed(definitions: Definitions, **changes: Any) -> Definitions:
    rules = definitions.stepping_up
    return definitions.model_copy(update={"stepping_up": rules.model_copy(update={"booking": rules.booking.model_copy(update=changes)})})


def test_unknown_is_shown_beside_positive_and_negative_and_folded_into_neither(county: Any) -> None:
    for key, result in (("a", True), ("b", False), ("c", None), ("d", None)):
        county.booking(
            county.person(key), JUNE, JUNE + timedelta(days=1), bjmhs_positive=result, bjmhs_at=JUNE if result is not None else None
        )
    county.measured()
    statuses = {
        status: row(county, "bookings_with_smi", "numerator, denominator, value", evidence="bjmhs", status=status)
        for status in ("positive", "negative", "unknown")
    }
    assert statuses == {"positive": (1, 4, 0.25), "negative": (1, 4, 0.25), "unknown": (2, 4, 0.5)}


@pytest.mark.parametrize(("late_by", "expected"), [(timedelta(seconds=-1), "positive"), (timedelta(0), "unknown")])
def test_a_screen_long_after_booking_says_nothing_about_the_booking(county: Any, late_by: timedelta, expected: str) -> None:
    county.booking(county.person("a"), JUNE, JUNE + timedelta(days=9), bjmhs_positive=True, bjmhs_at=JUNE + timedelta(hours=72) + late_by)
    county.measured()
    assert row(county, "bookings_with_smi", "numerator", evidence="bjmhs", status=expected) == (1,)


@pytest.mark.parametrize(
    ("diagnosed", "expected"),
    [
        (date(2025, 5, 31), "positive"),
        (date(2025, 6, 1), "unknown"),  # on the day of booking: before or after, nobody can say
        (date(2023, 6, 1), "positive"),
        (date(2023, 5, 31), "negative"),  # known to care, but too long ago
    ],
)
def test_a_diagnosis_counts_within_its_window_before_the_booking(county: Any, diagnosed: date, expected: str) -> None:
    county.booking(county.person("a"), JUNE, JUNE + timedelta(days=1))
    county.diagnosis("a", diagnosed)
    county.measured()
    assert row(county, "bookings_with_smi", "numerator", evidence="smi_dx_proxy", status=expected) == (1,)


def test_either_is_positive_if_one_is_and_unknown_only_if_both_are(county: Any) -> None:
    for key, screen, diagnosis in (("a", False, True), ("b", False, None), ("c", None, None), ("d", True, None)):
        county.booking(
            county.person(key), JUNE, JUNE + timedelta(days=1), bjmhs_positive=screen, bjmhs_at=JUNE if screen is not None else None
        )
        if diagnosis:
            county.diagnosis(key, date(2025, 1, 1))
    county.measured()
    found = {
        status: row(county, "bookings_with_smi", "numerator", evidence="either", status=status)
        for status in ("positive", "negative", "unknown")
    }
    assert found == {"positive": (2,), "negative": (1,), "unknown": (1,)}


def test_what_counts_as_a_booking_is_a_switch_for_each_kind(county: Any) -> None:
    for number, kind in enumerate(("new_charge", "fta", "hold", "sentenced", "technical_violation", None)):
        county.booking(county.person(f"p{number}"), JUNE, JUNE + timedelta(days=1), booking_type=kind)
    county.measured()
    assert row(county, "bookings_with_smi", "denominator", evidence="ALL") == (5,)
    types = county.definitions.stepping_up.booking.types.model_copy(update={"fta": False, "unknown": False, "hold": True})
    county.measured(definitions=booking_changed(county.definitions, types=types))
    assert row(county, "bookings_with_smi", "denominator") == (4,)


def test_short_stays_can_be_left_out(county: Any) -> None:
    county.booking(county.person("short"), JUNE, JUNE + timedelta(hours=12) - timedelta(seconds=1))
    county.booking(county.person("long"), JUNE, JUNE + timedelta(hours=12))
    county.measured(definitions=booking_changed(county.definitions, minimum_stay_hours=12))
    assert row(county, "bookings_with_smi", "denominator") == (1,)


def test_length_of_stay_is_of_releases_in_the_period(county: Any) -> None:
    for key, booked, days in (
        ("a", JUNE, 1),
        ("b", JUNE, 2),
        ("c", JUNE, 9),
        ("before", datetime(2025, 2, 1), 10),
        ("across", datetime(2025, 2, 1), 40),
    ):
        county.booking(county.person(key), booked, booked + timedelta(days=days))
    county.booking(county.person("open"), JUNE)
    county.booking(county.person("impossible"), JUNE, JUNE - timedelta(days=1))
    county.measured()
    assert row(county, "average_length_of_stay", "numerator, denominator, value, unit", submeasure="mean") == (52.0, 4, 13.0, "days")
    assert row(county, "average_length_of_stay", "value", submeasure="median") == (5.5,)
    assert row(county, "average_length_of_stay", "value", submeasure="p90") == (pytest.approx(9 + 0.7 * 31),)


def test_average_daily_population_is_custody_days_in_the_period_over_its_days(county: Any) -> None:
    person = county.person("a")
    county.booking(person, datetime(2025, 2, 1), datetime(2025, 3, 12))  # ten days of it in the period
    county.booking(person, datetime(2025, 3, 10), datetime(2025, 3, 14))  # two more days
    county.booking(county.person("b"), datetime(2026, 2, 1))  # 29 days so far
    county.measured()
    assert row(county, "average_daily_population", "numerator, denominator, people", submeasure="custody_days_per_day") == (
        10 + 2 + 29,
        365,
        2,
    )


def test_outcomes_after_release_exclude_each_other_and_add_up(county: Any) -> None:
    county.complete()
    released = JUNE + timedelta(days=1)
    for key in ("connected", "rebooked", "left", "nothing", "rebooked_before_care", "late"):
        county.booking(county.person(key), JUNE, released, release_type="prison" if key == "left" else "bail")
    county.care("connected", released + timedelta(days=6))
    county.booking("rebooked", released + timedelta(days=3), released + timedelta(days=4))
    county.booking("rebooked_before_care", released + timedelta(days=2), released + timedelta(days=30))
    county.care("rebooked_before_care", released + timedelta(days=5))
    county.care("late", released + timedelta(days=7))
    county.measured()
    outcomes = {
        outcome: row(county, "connection_to_treatment", "numerator, denominator", submeasure=f"{outcome}_7d")
        for outcome in ("connected", "rebooked_first", "left_community", "not_seen")
    }
    # The two later bookings have releases of their own, with nothing after them.
    assert outcomes == {"connected": (1, 8), "rebooked_first": (2, 8), "left_community": (1, 8), "not_seen": (4, 8)}


def test_connection_is_asked_only_of_releases_that_were_seen_long_enough(county: Any) -> None:
    county.complete("jail")
    county.complete("health", through=date(2026, 2, 20))
    end = datetime(2026, 2, 20) - timedelta(days=7)
    for key, released in (("mature", end - timedelta(seconds=1)), ("immature", end)):
        county.booking(county.person(key), released - timedelta(days=3), released)
        county.care(key, released + timedelta(days=1))
    county.measured()
    columns = "numerator, denominator, excluded, period_end"
    assert row(county, "connection_to_treatment", columns, submeasure="connected_7d") == (1, 1, 1, end)


def test_the_wait_for_care_is_asked_only_of_releases_that_could_have_waited_long(county: Any) -> None:
    county.complete()
    longest = max(county.definitions.stepping_up.connection.within_days)
    mature = AS_OF - timedelta(days=longest + 10)
    for key, released, waited in (
        ("short", mature, timedelta(hours=10)),
        ("long", mature, timedelta(days=longest, seconds=-1)),
        ("too_long", mature, timedelta(days=longest)),
        ("late", AS_OF - timedelta(days=3), timedelta(hours=1)),  # who waits longer than three days cannot be among these
    ):
        county.booking(county.person(key), released - timedelta(days=2), released)
        county.care(key, released + waited)
    county.measured()
    asked = (
        "select value, people, denominator, reason from measured.screening_summary"
        f" where submeasure = 'hours_to_connect_median_{longest}d' and breakdown = 'ALL'"
    )
    ((hours, people, releases, reason),) = county.ask(asked)
    assert (hours, people, releases, reason) == (pytest.approx((10 + 24 * longest) / 2, abs=1e-3), 2, 2, None)
    assert row(county, "connection_to_treatment", "people", submeasure=f"connected_{longest}d") == (2,)
    county.rows["source_total"] = []
    county.measured()
    assert county.ask(asked) == [(None, None, None, "completeness_unknown")]


def test_connection_carries_the_bounds_of_what_may_not_be_looked_up(county: Any) -> None:
    county.complete()
    for number in range(4):
        key = county.person(f"p{number}", link="withheld" if number == 3 else "linked")
        county.booking(key, JUNE, JUNE + timedelta(days=1))
    county.care("p0", JUNE + timedelta(days=2))
    county.person("hidden", system="health", link="withheld", race="BLACK")
    county.care("hidden", JUNE + timedelta(days=2))
    county.measured()
    columns = "value, base_total, base_linkable, value_if_none, value_if_all"
    assert row(county, "connection_to_treatment", columns, submeasure="connected_7d") == (0.25, 4, 3, 0.25, 0.75)
    assert row(county, "connection_to_treatment", columns, submeasure="connected_7d", race="WHITE") == (0.25, 4, 3, 0.25, 0.5)


@pytest.mark.parametrize(("gap", "returned"), [(365 * 86400 + 1, 0), (365 * 86400, 1), (365 * 86400 - 1, 1)])
def test_backward_recidivism_looks_back_from_the_admission(county: Any, gap: int, returned: int) -> None:
    person = county.person("a")
    second = datetime(2025, 9, 1)
    first = second - timedelta(seconds=gap)
    county.booking(person, first, first + timedelta(days=1))
    county.booking(person, second, second + timedelta(days=1))
    county.measured()
    assert row(county, "recidivism_backward", "numerator, denominator", submeasure="returned_within_365d") == (returned, 1)


@pytest.mark.parametrize(("gap", "rebooked"), [(90 * 86400, 0), (90 * 86400 - 1, 1), (1, 1), (0, 0)])
def test_forward_recidivism_follows_a_release_cohort(county: Any, gap: int, rebooked: int) -> None:
    county.complete()
    person = county.person("a")
    released = datetime(2025, 6, 3)
    county.booking(person, JUNE, released)
    again = released + timedelta(seconds=gap)
    county.booking(person, again, again + timedelta(days=200))
    county.measured()
    assert row(county, "recidivism_forward", "numerator, denominator", submeasure="rebooked_90d") == (rebooked, 1)


def test_looking_back_begins_only_when_the_records_reach_back_far_enough(county: Any) -> None:
    # Records begin on 2 March 2024: admissions can be looked back upon for 365 days from 2 March 2025.
    for key, booked in (("early", datetime(2025, 3, 1)), ("late", datetime(2025, 3, 2))):
        county.booking(county.person(key), booked, booked + timedelta(days=1))
    county.measured(as_of=datetime(2026, 2, 1))
    assert row(county, "recidivism_backward", "denominator, period_start", submeasure="returned_within_365d") == (1, datetime(2025, 3, 2))
    county.measured(as_of=datetime(2025, 3, 2))
    assert row(county, "recidivism_backward", "numerator, value, reason", submeasure="returned_within_365d") == (
        None,
        None,
        "history_too_short",
    )


def test_a_period_does_not_begin_before_the_records(county: Any) -> None:
    county.booking(county.person("a"), datetime(2024, 1, 1), datetime(2024, 1, 5))
    county.booking(county.person("b"), datetime(2024, 4, 1), datetime(2024, 4, 5))
    county.measured(as_of=datetime(2024, 9, 1))
    assert row(county, "bookings_with_smi", "denominator, period_start") == (1, datetime(2024, 3, 2))
    county.measured(as_of=datetime(2024, 3, 2))
    assert row(county, "bookings_with_smi", "denominator, reason") == (None, "history_too_short")


def test_evidence_the_scope_does_not_hold_has_a_reason_and_no_figure(county: Any) -> None:
    county.booking(county.person("a"), JUNE, JUNE + timedelta(days=1), bjmhs_positive=True, bjmhs_at=JUNE)
    county.measured()
    assert row(county, "bookings_with_smi", "numerator", evidence="bjmhs", status="positive") == (1,)
    found = county.ask(
        "select distinct value, reason from measured.stepping_up"
        " where measure = 'bookings_with_smi' and evidence in ('smi_dx_proxy', 'either')"
    )
    assert found == [(None, "diagnosis_not_in_scope")]


@pytest.mark.parametrize(
    ("removed", "measure", "reason"),
    [
        ("health", "connection_to_treatment", "system_not_in_scope"),
        ("completeness", "connection_to_treatment", "completeness_unknown"),
        ("completeness", "recidivism_forward", "completeness_unknown"),
        ("release_type", "connection_to_treatment", "release_type_not_in_scope"),
        ("booking_type", "bookings_with_smi", "booking_type_not_in_scope"),
        ("jail", "average_length_of_stay", "system_not_in_scope"),
    ],
)
def test_what_a_scope_lacks_gives_null_with_its_reason(county: Any, removed: str, measure: str, reason: str) -> None:
    county.person("a")
    if removed != "jail":
        county.booking("a", JUNE, JUNE + timedelta(days=1))
    if removed != "health":
        county.care("a", JUNE + timedelta(days=2))
    if removed != "completeness":
        county.complete()
    for booking in county.rows.get("jail_booking", []):
        booking.update({removed: None} if removed in booking else {})
    county.measured()
    found = county.ask("select distinct numerator, value, reason from measured.stepping_up where measure = $measure", {"measure": measure})
    assert found == [(None, None, reason)]


def test_people_are_counted_beside_events(county: Any) -> None:
    person = county.person("a", race="BLACK")
    for number in range(3):
        county.booking(person, JUNE + timedelta(days=9 * number), JUNE + timedelta(days=9 * number + 1))
    county.measured()
    assert row(county, "bookings_with_smi", "numerator, people, base_people", race="BLACK") == (3, 1, 1)
    assert row(county, "bookings_with_smi", "numerator, people, base_people") == (3, 1, 1)
