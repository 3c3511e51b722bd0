from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

SECOND = timedelta(seconds=1)
AS_OF = datetime(2026, 3, 2)


def test_contacts_of_every_system_stand_in_order_with_their_intercept(county: Any) -> None:
    person = county.person("p1")
    county.care(person, datetime(2026, 2, 20), "crisis")
    county.booking(person, datetime(2026, 2, 10), datetime(2026, 2, 15))
    county.encounter(person, datetime(2026, 2, 9, 12))
    county.call(person, datetime(2026, 2, 9, 11))
    county.measured()
    steps = county.ask("select position, system, step, intercept, days_since_previous from measured.person_timeline order by position")
    assert steps == [
        (1, "cad", "contact", 1, None),
        (2, "co_responder", "contact", 1, 1 / 24),
        (3, "jail", "contact", 2, 0.5),
        (4, "jail", "stay", 3, 1.0),
        (5, "jail", "release", 4, 4.0),
        (6, "health", "contact", 0, 5.0),
    ]


def test_a_stay_that_ends_within_the_first_day_has_no_step_three(county: Any) -> None:
    county.booking(county.person("p1"), datetime(2026, 2, 10), datetime(2026, 2, 11))
    county.booking(county.person("p2"), datetime(2026, 2, 10), datetime(2026, 2, 11) + SECOND)
    county.measured()
    assert county.ask("select person_key, list(intercept order by position) from measured.person_timeline group by all order by all") == [
        ("p1", [2, 4]),
        ("p2", [2, 3, 4]),
    ]


def test_an_open_stay_is_flagged_and_has_the_days_so_far(county: Any) -> None:
    county.booking(county.person("p1"), datetime(2026, 2, 20))
    county.measured()
    assert county.ask("select step, is_open, end_at, days from measured.person_timeline order by position") == [
        ("contact", True, None, 10.0),
        ("stay", True, None, 9.0),
    ]


@pytest.mark.parametrize(("moment", "seen"), [(AS_OF - SECOND, 1), (AS_OF, 0), (AS_OF + SECOND, 0)])
def test_nothing_at_or_after_the_moment_is_known(county: Any, moment: datetime, seen: int) -> None:
    county.call(county.person("p1"), moment)
    county.measured()
    assert county.ask("select count(*) from measured.person_timeline") == [(seen,)]


@pytest.mark.parametrize(
    ("released", "is_open", "disposition"),
    [(AS_OF - SECOND, False, "bail"), (AS_OF, True, None), (AS_OF + timedelta(days=3), True, None)],
)
def test_a_release_that_has_not_happened_yet_is_not_known(county: Any, released: datetime, is_open: bool, disposition: str | None) -> None:
    county.booking(county.person("p1"), datetime(2026, 2, 20), released)
    county.measured()
    assert county.ask("select is_open, disposition from measured.person_timeline where step = 'contact'") == [(is_open, disposition)]
    assert county.ask("select count(*) from measured.person_timeline where step = 'release'") == [(0 if is_open else 1,)]


def test_a_stay_that_ends_before_it_begins_has_no_days_and_is_not_open(county: Any) -> None:
    county.booking(county.person("p1"), datetime(2026, 2, 20), datetime(2026, 2, 19))
    county.measured()
    found = county.ask("select step, end_is_impossible, is_open, days, end_at from measured.person_timeline")
    assert found == [("contact", True, False, None, None)]


def test_the_same_stay_under_two_vendor_ids_counts_once(county: Any) -> None:
    person = county.person("p1")
    for _ in range(2):
        county.booking(person, datetime(2026, 2, 20), datetime(2026, 2, 21))
    county.measured()
    assert county.ask("select list(is_counted order by record_id) from measured.person_timeline where step = 'contact'") == [
        ([True, False],)
    ]


def test_a_booking_of_a_kind_that_is_switched_off_is_shown_and_does_not_count(county: Any) -> None:
    county.booking(county.person("p1"), datetime(2026, 2, 20), datetime(2026, 2, 21), booking_type="hold")
    county.measured()
    assert county.ask("select is_counted from measured.person_timeline where step = 'contact'") == [(False,)]
