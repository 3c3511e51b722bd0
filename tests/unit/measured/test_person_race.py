from __future__ import annotations

from datetime import date
from typing import Any

import pytest


def group(county: Any, key: str = "p1") -> tuple[Any, ...]:
    county.measured()
    return tuple(
        county.ask("select race_group, hispanic_unknown, decided_by from measured.person_race where person_key = $key", {"key": key})[0]
    )


@pytest.mark.parametrize(
    ("races", "hispanic", "expected"),
    [
        (["WHITE"], False, "WHITE"),
        (["WHITE"], True, "HISPANIC"),
        (["BLACK", "AIAN"], True, "HISPANIC"),
        ([], True, "HISPANIC"),
        (["WHITE", "BLACK"], False, "MULTIRACIAL"),
        (["WHITE", "OTHER"], False, "MULTIRACIAL"),
        (["MULTIPLE"], False, "MULTIRACIAL"),
        (["NHPI"], False, "NHPI"),
        (["OTHER"], False, "OTHER"),
        ([], False, "UNKNOWN"),
        ([], None, "UNKNOWN"),
    ],
)
def test_hispanic_comes_first_then_more_than_one_race(county: Any, races: list[str], hispanic: bool | None, expected: str) -> None:
    county.person("p1", race=None, hispanic=None)
    county.assertion("p1", races=races, hispanic=hispanic)
    assert group(county)[0] == expected


def test_white_with_unknown_ethnicity_is_not_white_not_hispanic(county: Any) -> None:
    county.person("p1", race="WHITE", hispanic=None)
    assert group(county) == ("UNKNOWN", True, None)


def test_an_assertion_that_says_ethnicity_overrules_one_that_does_not(county: Any) -> None:
    county.person("p1", race=None, hispanic=None)
    county.assertion("p1", races=["WHITE"], hispanic=None, method="self", on=date(2026, 1, 1))
    county.assertion("p1", races=["WHITE"], hispanic=False, method="observed", on=date(2024, 1, 1))
    assert group(county) == ("WHITE", False, "observed")


def test_the_latest_self_report_comes_before_what_others_saw(county: Any) -> None:
    county.person("p1", race=None, hispanic=None)
    county.assertion("p1", races=["WHITE"], hispanic=False, method="self", on=date(2024, 1, 1))
    county.assertion("p1", races=["AIAN"], hispanic=False, method="self", on=date(2025, 1, 1))
    for day in range(1, 5):
        county.assertion("p1", races=["BLACK"], hispanic=False, method="observed", on=date(2025, 6, day))
    assert group(county) == ("AIAN", False, "self")


def test_without_a_self_report_the_most_frequent_observation_decides(county: Any) -> None:
    county.person("p1", race=None, hispanic=None)
    county.assertion("p1", races=["WHITE"], hispanic=False, method="observed", on=date(2025, 12, 1))
    for day in (1, 2):
        county.assertion("p1", races=["BLACK"], hispanic=False, method="observed", on=date(2025, 6, day))
    assert group(county) == ("BLACK", False, "observed")


def test_a_tie_between_observations_goes_to_the_later_and_never_to_chance(county: Any) -> None:
    county.person("p1", race=None, hispanic=None)
    county.assertion("p1", races=["WHITE"], hispanic=False, method="observed", on=date(2025, 1, 1))
    county.assertion("p1", races=["ASIAN"], hispanic=False, method="observed", on=date(2025, 2, 1))
    assert group(county)[0] == "ASIAN"


def test_an_assertion_made_on_or_after_the_day_is_not_known_yet(county: Any) -> None:
    county.person("p1", race=None, hispanic=None)
    county.assertion("p1", races=["WHITE"], hispanic=False, on=date(2026, 3, 2))
    assert group(county)[0] == "UNKNOWN"


def test_a_person_with_no_assertion_is_unknown_and_still_there(county: Any) -> None:
    county.person("p1", race=None, hispanic=None)
    assert group(county) == ("UNKNOWN", False, None)


def test_the_rule_and_the_categories_are_named_beside_the_group(county: Any) -> None:
    county.person("p1")
    county.measured()
    assert county.ask("select race_rule, category_system, category_systems from measured.person_race") == [
        ("self_report_first", "omb1997_two_question", ["omb1997_two_question"])
    ]
