"""One answer out of several completed data sets.

Belongs here: Rubin's rules for one quantity as a pure function. Does not belong here: what was drawn.
Source: Rubin 1987; degrees of freedom as there, fraction of missing information as in Barnard and Rubin 1999 for large complete data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt

from scipy.special import stdtr, stdtrit

from assets.measured.intervals import ALPHA, Interval


@dataclass(frozen=True)
class Pooled:
    """Pooled estimate, its limits and what they are made of; ``p_value`` is for the hypothesis that the quantity is zero."""

    estimate: float
    limits: Interval
    within: float
    between: float
    total: float
    freedom: float
    missing_information: float
    p_value: float


def pool(estimates: Sequence[float], variances: Sequence[float]) -> Pooled | None:
    """Pool the same quantity from several completed data sets; None with fewer than two or without any variance.

    The total variance is the mean variance within plus ``1 + 1/m`` times the variance between.
    """
    m = len(estimates)
    if m < 2:
        return None
    mean, within = sum(estimates) / m, sum(variances) / m
    between = sum((each - mean) ** 2 for each in estimates) / (m - 1)
    extra = (1 + 1 / m) * between
    total = within + extra
    if total <= 0:
        return None
    freedom = (m - 1) * (1 + within / extra) ** 2 if extra > 0 else inf
    share = extra / within if within > 0 else inf
    missing = 1.0 if share == inf else 0.0 if freedom == inf else (share + 2 / (freedom + 3)) / (share + 1)
    large = min(freedom, 1e12)
    reach = float(stdtrit(large, 1 - ALPHA / 2)) * sqrt(total)
    p_value = 2 * float(stdtr(large, -abs(mean) / sqrt(total)))
    return Pooled(mean, Interval(mean - reach, mean + reach), within, between, total, freedom, missing, p_value)
