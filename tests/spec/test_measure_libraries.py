"""Our intervals against scipy and statsmodels, wherever those define the same quantity: equal to 1e-9."""

from __future__ import annotations

import warnings

import pytest
from scipy import stats
from statsmodels.stats import proportion
from statsmodels.stats.rates import confint_poisson, confint_poisson_2indep

from assets.measured import intervals

COUNTS = [0, 1, 2, 5, 9, 17, 60, 250, 4_000]
SHARES = [(0, 20), (1, 29), (7, 10), (15, 148), (81, 263), (263, 263), (900, 12_000)]
PAIRS = [
    (3, 50, 10, 60),
    (7, 10, 9, 12),
    (1, 400, 3, 900),
    (104, 11_037, 189, 11_034),
    (36, 40, 16, 80),
    (5, 5, 30, 40),
    (60, 300, 240, 1000),
]
CLOSE = {"rel": 1e-9, "abs": 1e-9}


@pytest.mark.parametrize("events", COUNTS)
def test_poisson_limits_are_garwoods(events: int) -> None:
    assert intervals.poisson_count(events) == pytest.approx(tuple(map(float, confint_poisson(events, 1, method="exact-c"))), **CLOSE)
    upper = stats.gamma.ppf(0.975, events + 1)
    assert intervals.poisson_count(events).upper == pytest.approx(float(upper), **CLOSE)


@pytest.mark.parametrize(("events", "base"), SHARES)
def test_wilson_limits(events: int, base: int) -> None:
    expected = proportion.proportion_confint(events, base, method="wilson")
    assert intervals.wilson(events, base) == pytest.approx(tuple(map(float, expected)), **CLOSE)


@pytest.mark.parametrize(("events", "base"), SHARES)
def test_clopper_pearson_limits(events: int, base: int) -> None:
    found = stats.binomtest(events, base).proportion_ci(0.95, method="exact")
    assert intervals.clopper_pearson(events, base) == pytest.approx((float(found.low), float(found.high)), **CLOSE)


@pytest.mark.parametrize("pair", PAIRS)
def test_katz_limits_of_a_ratio_of_shares(pair: tuple[int, int, int, int]) -> None:
    expected = proportion.confint_proportions_2indep(*pair, compare="ratio", method="log")
    assert intervals.katz_ratio(*pair) == pytest.approx(tuple(map(float, expected)), **CLOSE)


@pytest.mark.parametrize("pair", [*(pair for pair in PAIRS if pair[0] < pair[1]), (0, 20, 5, 30)])
def test_score_limits_of_a_ratio_of_shares(pair: tuple[int, int, int, int]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        lower, upper = proportion.confint_proportions_2indep(*pair, compare="ratio", method="score")
    assert intervals.score_ratio(*pair) == pytest.approx((float(lower), float(upper)), **CLOSE)


@pytest.mark.parametrize("pair", PAIRS)
def test_at_each_score_limit_the_score_test_stands_at_five_percent(pair: tuple[int, int, int, int]) -> None:
    # statsmodels' own limits are wrong where everybody is hit (its root is complex); its test is right, and the limits invert it.
    for limit in intervals.score_ratio(*pair):
        found = proportion.test_proportions_2indep(*pair, value=limit, compare="ratio", method="score", correction=True)
        assert float(found.pvalue) == pytest.approx(0.05, abs=1e-9)


@pytest.mark.parametrize("pair", PAIRS)
def test_log_limits_of_a_ratio_of_rates(pair: tuple[int, int, int, int]) -> None:
    expected = confint_poisson_2indep(*pair, method="wald-log", compare="ratio")
    assert intervals.poisson_ratio_log(*pair) == pytest.approx(tuple(map(float, expected)), **CLOSE)


@pytest.mark.parametrize("pair", PAIRS)
def test_exact_limits_of_a_ratio_of_rates_are_those_of_the_binomial_given_the_total(pair: tuple[int, int, int, int]) -> None:
    a, n, b, m = pair
    found = stats.binomtest(a, a + b).proportion_ci(0.95, method="exact")
    expected = tuple(float(p / (1 - p)) * m / n for p in (found.low, found.high))
    assert intervals.poisson_ratio_exact(a, n, b, m) == pytest.approx(expected, **CLOSE)


@pytest.mark.parametrize("pair", PAIRS)
def test_limits_of_a_difference_of_shares_are_newcombes(pair: tuple[int, int, int, int]) -> None:
    a, n, b, m = pair
    expected = proportion.confint_proportions_2indep(a, n, b, m, compare="diff", method="newcomb")
    found = intervals.mover_difference(a / n, intervals.wilson(a, n), b / m, intervals.wilson(b, m))
    assert found == pytest.approx(tuple(map(float, expected)), **CLOSE)


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair[0] > 1])
def test_limits_of_a_difference_of_rates_are_movers(pair: tuple[int, int, int, int]) -> None:
    a, n, b, m = pair
    expected = confint_poisson_2indep(a, n, b, m, method="mover", method_mover="exact-c", compare="diff")
    limits = [intervals.poisson_count(count).times(1 / base) for count, base in ((a, n), (b, m))]
    assert intervals.mover_difference(a / n, limits[0], b / m, limits[1]) == pytest.approx(tuple(map(float, expected)), **CLOSE)
