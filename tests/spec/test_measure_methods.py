"""Our tests, agreement, follow-up and resampling against statsmodels, scipy and numpy, wherever those define the same quantity."""

from __future__ import annotations

from collections import Counter
from math import log

import numpy as np
import pytest
from scipy import stats
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight
from statsmodels.stats import inter_rater, proportion
from statsmodels.stats.multitest import multipletests

from assets.measured import agreement, bootstrap, incidence, intervals, rubin, significance

CLOSE = {"rel": 1e-9, "abs": 1e-9}
RNG = np.random.default_rng(7)


@pytest.mark.parametrize("size", [1, 2, 9, 60])
def test_adjusted_p_values_are_benjamini_and_hochbergs(size: int) -> None:
    values = list(RNG.random(size) ** 3)
    assert significance.false_discovery(values) == pytest.approx(list(multipletests(values, method="fdr_bh")[1]), **CLOSE)


def test_what_was_not_tested_does_not_count_as_a_test() -> None:
    assert significance.false_discovery([None, 0.01, None, 0.04]) == [None, *multipletests([0.01], method="fdr_bh")[1] * 2, None, 0.04]


@pytest.mark.parametrize(("a", "n", "b", "m"), [(30, 100, 20, 100), (40, 400, 90, 1000), (200, 300, 180, 320)])
def test_chi_squared_is_that_of_two_proportions(a: int, n: int, b: int, m: int) -> None:
    found = significance.two_by_two(a, n, b, m)
    assert found == (pytest.approx(float(proportion.proportions_chisquare([a, b], [n, m])[1]), **CLOSE), "chi_squared")


@pytest.mark.parametrize("ratio", [0.4, 1.3, 2.5])
def test_walds_test_is_that_of_the_normal(ratio: float) -> None:
    found = significance.log_ratio(ratio, 0.09)
    assert found is not None
    assert found[0] == pytest.approx(2 * stats.norm.sf(abs(log(ratio)) / 0.3), **CLOSE)


@pytest.mark.parametrize("size", [2, 3, 6])
def test_kappa_and_its_limits_are_those_of_statsmodels(size: int) -> None:
    table = RNG.integers(0, 30, (size, size)) + 20 * np.eye(size, dtype=int)
    expected = inter_rater.cohens_kappa(table)
    found = agreement.cohens_kappa(table.tolist())
    assert found.kappa == pytest.approx(float(expected.kappa), **CLOSE)
    assert found.limits is not None
    assert found.limits.lower == pytest.approx(float(expected.kappa - intervals.Z * expected.std_kappa), **CLOSE)


def followed(people: int) -> tuple[np.ndarray, np.ndarray]:
    """Days and causes: 0 censored, 1 and 2 events."""
    return RNG.integers(0, 60, people), RNG.choice([0, 1, 2], people, p=[0.5, 0.3, 0.2])


def by_day(days: np.ndarray, causes: np.ndarray, cause: int) -> dict[int, int]:
    return dict(Counter(days[causes == cause].tolist()))


@pytest.mark.parametrize("people", [12, 300])
def test_cumulative_incidence_and_its_error_are_those_of_statsmodels(people: int) -> None:
    days, causes = followed(people)
    # The last day must not be everybody's event: there statsmodels divides by zero.
    days, causes = np.append(days, 70), np.append(causes, 0)
    expected = CumIncidenceRight(days, causes)
    found = incidence.aalen_johansen({"one": by_day(days, causes, 1), "two": by_day(days, causes, 2)}, by_day(days, causes, 0))
    for number, cause in enumerate(("one", "two")):
        at = {entry.day: entry for entry in found[cause]}
        for day, share, error in zip(expected.times, expected.cinc[number], expected.cinc_se[number], strict=True):
            assert at[int(day)].share == pytest.approx(float(share), **CLOSE)
            assert at[int(day)].error == pytest.approx(float(error), rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("people", [12, 300])
def test_one_minus_kaplan_meier_and_greenwoods_error_are_those_of_statsmodels(people: int) -> None:
    days, causes = followed(people)
    days, causes = np.append(days, 70), np.append(causes, 0)
    expected = SurvfuncRight(days, (causes == 1).astype(int))
    others = Counter(days[causes != 1].tolist())
    at = {entry.day: entry for entry in incidence.kaplan_meier(by_day(days, causes, 1), dict(others))}
    for day, without, error in zip(expected.surv_times, expected.surv_prob, expected.surv_prob_se, strict=True):
        assert at[int(day)].share == pytest.approx(float(1 - without), **CLOSE)
        assert at[int(day)].error == pytest.approx(float(error), **CLOSE)


def test_where_nothing_can_come_first_both_estimators_agree() -> None:
    days, causes = followed(200)
    event, left = by_day(days, causes, 1), dict(Counter(days[causes != 1].tolist()))
    alone = incidence.aalen_johansen({"one": event}, left)["one"]
    assert [entry.share for entry in alone] == pytest.approx([entry.share for entry in incidence.kaplan_meier(event, left)], **CLOSE)


def test_drawing_once_for_equal_people_gives_the_distribution_of_drawing_for_each() -> None:
    people = [(hits, hits + extra) for hits, extra in RNG.integers(0, 4, (80, 2)).tolist()]
    cells = [(x, n, k) for (x, n), k in Counter(people).items()]
    x, n = (np.array(each, dtype=float) for each in zip(*people, strict=True))
    weights = np.random.default_rng(1).poisson(1, (20_000, len(people)))
    each = (weights @ x) / (weights @ n)
    grouped = bootstrap.resampled_rates(cells, base=None, draws=20_000, rng=np.random.default_rng(2))
    assert float(grouped.mean()) == pytest.approx(float(each.mean()), abs=3e-3)
    assert float(grouped.std()) == pytest.approx(float(each.std()), rel=0.03)


def test_resampled_limits_are_near_the_formula_where_many_people_come_again() -> None:
    own, reference = [(1, 1, 300), (4, 4, 60)], [(1, 1, 500), (5, 5, 40)]
    found = bootstrap.ratio_limits(own, reference, bases=(5_000.0, 9_000.0), draws=4_000, seed=3)
    a, b = 300 + 240, 500 + 200
    variance = (300 + 16 * 60) / a**2 + (500 + 25 * 40) / b**2
    formula = intervals.log_limits((a / 5_000) / (b / 9_000), variance)
    assert found is not None
    assert found.lower == pytest.approx(formula.lower, rel=0.03)
    assert found.upper == pytest.approx(formula.upper, rel=0.03)
    assert bootstrap.ratio_limits(own, reference, bases=(5_000.0, 9_000.0), draws=4_000, seed=3) == found


def test_pooled_limits_are_students_with_rubins_freedom() -> None:
    found = rubin.pool([0.1, 0.3, 0.2, 0.25], [0.04, 0.05, 0.04, 0.03])
    assert found is not None
    expected = stats.t.interval(0.95, found.freedom, loc=found.estimate, scale=found.total**0.5)
    assert (found.limits.lower, found.limits.upper) == pytest.approx(tuple(map(float, expected)), **CLOSE)
    assert found.p_value == pytest.approx(float(2 * stats.t.sf(abs(found.estimate) / found.total**0.5, found.freedom)), **CLOSE)
    assert 0 < found.missing_information < 1
