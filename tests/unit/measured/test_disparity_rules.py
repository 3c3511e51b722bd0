"""Which figure is given, by which method, and what is said where none is: counts alone, no database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assets.measured.disparity import BaseKind, Comparison, PointCount, Reason, Setting, compare
from contracts.benchmarks import RACE_GROUPS, PopulationBase
from contracts.definition_parts import Repeat
from contracts.definitions import Insufficient

SETTING = Setting(BaseKind.PREVIOUS_POINT, Repeat.PEOPLE, 100.0, "WHITE", Insufficient(events=5, base=50, people=20), 0.2)
ON_POPULATION = replace(SETTING, base_kind=BaseKind.POPULATION, per=100_000.0)
BASES = {group: PopulationBase(group, 10_000, "census", 2025) for group in RACE_GROUPS}


def count(group: str, hits: int, base: int = 0, *, each: int = 1, **more: int) -> PointCount:
    """``hits`` events and ``base`` events of people who have ``each`` of them."""
    return PointCount(group, base, base // each, hits, hits // each, hits * each, hits * each, base * each, **more)


def compared(*counts: PointCount, setting: Setting = SETTING, bases: dict[str, PopulationBase] = BASES) -> dict[str, Comparison]:
    return {row.race_group: row for row in compare({each.race_group: each for each in counts}, bases, setting)}


@pytest.mark.parametrize(
    ("hits", "base", "method"),
    [(40, 100, "katz_log"), (6, 100, "katz_log"), (97, 100, "score"), (100, 100, "score")],
)
def test_small_cells_of_a_share_take_the_score_interval(hits: int, base: int, method: str) -> None:
    found = compared(count("WHITE", 50, 100), count("BLACK", hits, base))
    assert found["BLACK"].ratio.method == method
    assert found["BLACK"].rate.method == "wilson"
    assert found["BLACK"].difference.method == "mover"


@pytest.mark.parametrize(("hits", "method"), [(9, "poisson_exact"), (10, "poisson_log")])
def test_small_counts_on_the_population_take_the_exact_interval(hits: int, method: str) -> None:
    found = compared(count("WHITE", 50), count("BLACK", hits), setting=ON_POPULATION)
    assert found["BLACK"].ratio.method == method
    assert found["BLACK"].rate.method == "poisson_exact"


def test_events_of_repeat_people_take_the_clustered_interval() -> None:
    for setting in (replace(SETTING, repeat=Repeat.EVENTS), replace(ON_POPULATION, repeat=Repeat.EVENTS)):
        found = compared(count("WHITE", 60, 200, each=2), count("BLACK", 80, 200, each=2), setting=setting)
        assert found["BLACK"].ratio.method == found["BLACK"].rate.method == "log_clustered"


@pytest.mark.parametrize(
    ("own", "reference", "reason"),
    [
        (count("BLACK", 4, 100), count("WHITE", 40, 100), Reason.INSUFFICIENT),
        (count("BLACK", 20, 49), count("WHITE", 40, 100), Reason.INSUFFICIENT),
        (count("BLACK", 20, 100), count("WHITE", 4, 100), Reason.INSUFFICIENT),
        (count("BLACK", 20, 100), count("WHITE", 0, 100), Reason.REFERENCE_MISSING),
        (count("BLACK", 20, 100), count("WHITE", 0, 0), Reason.REFERENCE_MISSING),
        (count("BLACK", 20, 100), count("ASIAN", 40, 100), Reason.REFERENCE_MISSING),
        (count("BLACK", 0, 0), count("WHITE", 40, 100), Reason.BASE_ZERO),
        (count("BLACK", 20, 100), count("WHITE", 40, 100), None),
    ],
)
def test_a_ratio_or_the_reason_why_there_is_none(own: PointCount, reference: PointCount, reason: Reason | None) -> None:
    found = compared(own, reference)["BLACK"]
    assert found.reason == reason
    assert (found.ratio.value is None) == (reason is not None)
    assert (found.disparity_index is None) == (reason is not None)  # it is the ratio under another name
    assert (found.rate.value is None) == (own.base_events == 0)


def test_too_few_people_behind_many_events_are_insufficient() -> None:
    setting = replace(SETTING, repeat=Repeat.EVENTS)
    assert compared(count("WHITE", 60, 200), count("BLACK", 95, 190, each=5), setting=setting)["BLACK"].reason == Reason.INSUFFICIENT
    assert compared(count("WHITE", 60, 200), count("BLACK", 100, 200, each=5), setting=setting)["BLACK"].reason is None


def test_one_group_only_is_its_own_reference_and_has_no_interval() -> None:
    found = compared(count("WHITE", 40, 100))
    assert set(found) == {"WHITE"}
    assert (found["WHITE"].ratio.value, found["WHITE"].ratio.lower, found["WHITE"].ratio.method) == (1.0, None, "reference")


def test_a_group_of_the_benchmark_without_events_has_a_rate_of_zero_and_no_ratio() -> None:
    found = compared(count("WHITE", 40), setting=ON_POPULATION)
    assert (found["NHPI"].rate.value, found["NHPI"].rate.upper is not None, found["NHPI"].reason) == (0.0, True, Reason.INSUFFICIENT)


@pytest.mark.parametrize("group", ["OTHER", "UNKNOWN"])
def test_people_outside_the_categories_are_counted_and_have_no_rate_on_the_population(group: str) -> None:
    found = compared(count("WHITE", 40), count(group, 30), setting=ON_POPULATION)[group]
    assert (found.events, found.base, found.rate.value, found.reason) == (30, None, None, Reason.CATEGORY_MISMATCH)


@pytest.mark.parametrize(("unknown", "reason"), [(20, None), (21, Reason.CATEGORY_MISMATCH)])
def test_above_the_countys_share_of_unknown_ethnicity_no_ratio_is_given(unknown: int, reason: Reason | None) -> None:
    everybody = count("ALL", 100, ethnicity_unknown_people=unknown)
    found = compared(count("WHITE", 40), count("BLACK", 40), everybody, setting=ON_POPULATION)
    assert found["BLACK"].reason == reason
    for figure in (found["BLACK"].rate.value, found["BLACK"].disproportionality_index, found["BLACK"].disparity_index):
        assert (figure is None) == (reason is not None)
    assert (found["ALL"].reason, found["ALL"].rate.value is None) == (None, False)


def test_everybody_together_has_a_rate_only_if_every_group_has_a_base() -> None:
    assert compared(count("ALL", 70), setting=ON_POPULATION)["ALL"].rate.value == pytest.approx(100.0)
    without = {group: base for group, base in BASES.items() if group != "NHPI"}
    found = compared(count("ALL", 70), setting=ON_POPULATION, bases=without)["ALL"]
    assert (found.rate.value, found.reason) == (None, Reason.BENCHMARK_MISSING)


def test_excess_events_are_those_above_parity() -> None:
    found = compared(count("WHITE", 100), count("BLACK", 160), setting=ON_POPULATION)
    assert found["BLACK"].excess == pytest.approx(60)
    assert found["WHITE"].excess == pytest.approx(0)


def test_bounds_are_given_only_where_systems_are_crossed_and_membership_is_known() -> None:
    own = count("WHITE", 40, 100, linkable_base_people=90, potential_people=15, withheld_people=5)
    crossing = replace(SETTING, crosses_systems=True, membership_known=True)
    found = compared(own, setting=crossing)["WHITE"]
    assert (found.base_total, found.base_linkable, found.withheld_people) == (100, 90, 5)
    assert (found.rate_if_none_connected, found.rate_if_all_connected) == pytest.approx((40.0, 55.0))
    for setting in (SETTING, replace(crossing, membership_known=False)):
        found = compared(own, setting=setting)["WHITE"]
        assert (found.base_linkable, found.rate_if_none_connected, found.rate_if_all_connected) == (None, None, None)


def test_a_point_that_cannot_be_answered_is_one_row_with_its_reason() -> None:
    found = compared(count("WHITE", 40, 100), setting=replace(SETTING, missing=Reason.SYSTEM_NOT_IN_SCOPE))
    assert set(found) == {"ALL"}
    assert (found["ALL"].events, found["ALL"].rate.value, found["ALL"].reason) == (None, None, Reason.SYSTEM_NOT_IN_SCOPE)
