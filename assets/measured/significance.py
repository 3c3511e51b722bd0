"""Tests of whether two rates differ, and what many tests at once do to them.

Belongs here: pure functions of counts that answer p-values. Does not belong here: intervals, the choice of test for a measure.
Sources: Pearson's chi-squared without continuity correction; Fisher's exact test where an expected count is below 5; Wald's test of a log
ratio where people come again; Benjamini and Hochberg 1995 for the false discovery rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Final

SMALL_EXPECTED: Final = 5.0
LEVEL: Final = 0.05
"""A difference is called significant below this adjusted p-value."""


def two_by_two(events: int, base: int, events_reference: int, base_reference: int) -> tuple[float, str] | None:
    """Two-sided p-value of the difference of two shares, and the name of the test.

    Chi-squared; Fisher's exact test if any expected count is below 5. None where there is nothing to test: everybody or nobody is hit.
    """
    from scipy import stats

    hits, total = events + events_reference, base + base_reference
    if not 0 < hits < total or min(base, base_reference) <= 0:
        return None
    smallest = min(hits, total - hits) * min(base, base_reference) / total
    cells = [[events, base - events], [events_reference, base_reference - events_reference]]
    if smallest < SMALL_EXPECTED:
        return float(stats.fisher_exact(cells)[1]), "fisher_exact"
    return float(stats.chi2_contingency(cells, correction=False)[1]), "chi_squared"


def log_ratio(ratio: float, variance_of_log: float) -> tuple[float, str] | None:
    """Two-sided p-value of a ratio against 1 when the variance of its logarithm is known to allow for repeat people (Wald)."""
    from scipy.special import chdtrc

    if ratio <= 0 or variance_of_log <= 0:
        return None
    return float(chdtrc(1, log(ratio) ** 2 / variance_of_log)), "wald_clustered"


def false_discovery(p_values: Sequence[float | None]) -> list[float | None]:
    """Benjamini-Hochberg adjusted p-values in the same order; None stays None and does not count as a test."""
    tested = [p for p in p_values if p is not None]
    if not tested:
        return list(p_values)
    from scipy import stats

    adjusted = iter(float(p) for p in stats.false_discovery_control(tested, method="bh"))
    return [None if p is None else next(adjusted) for p in p_values]
