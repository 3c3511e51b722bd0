"""Interval estimates for counts, shares and ratios, each by a published method.

Belongs here: pure functions of counts. Does not belong here: which method suits which measure (disparity.py), any table, any rounding.

All intervals are two-sided with coverage ``1 - ALPHA``. ``inf`` and 0 are limits in their own right: a zero numerator has the lower
limit 0, a zero reference the upper limit ``inf``. Sources: Garwood 1936 (Poisson); Wilson 1927; Katz et al. 1978 (log ratio of shares);
Miettinen and Nurminen 1985 (score ratio); Clopper and Pearson 1934 (by way of the binomial given the total); Donner and Zou 2012 (MOVER,
which with Wilson limits is Newcombe's hybrid).
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, inf, log, sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

from scipy.optimize import brentq
from scipy.special import betaincinv, chdtri

ALPHA: Final = 0.05
Z: Final = NormalDist().inv_cdf(1 - ALPHA / 2)


class Interval(NamedTuple):
    """Lower and upper limit."""

    lower: float
    upper: float

    def times(self, factor: float) -> Interval:
        """Both limits multiplied by a positive factor."""
        return Interval(self.lower * factor, self.upper * factor)


def poisson_count(events: int) -> Interval:
    """Exact (Garwood) limits of the expectation of a Poisson count."""
    # chdtri is the inverse of the upper tail of chi-squared.
    lower = float(chdtri(2 * events, 1 - ALPHA / 2)) / 2 if events else 0.0
    return Interval(lower, float(chdtri(2 * events + 2, ALPHA / 2)) / 2)


def wilson(events: int, base: int) -> Interval:
    """Wilson score limits of a share."""
    share = events / base
    centre = (share + Z**2 / (2 * base)) / (1 + Z**2 / base)
    half = Z / (1 + Z**2 / base) * sqrt(share * (1 - share) / base + Z**2 / (4 * base**2))
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def clopper_pearson(events: int, base: int) -> Interval:
    """Exact limits of a share."""
    lower = float(betaincinv(events, base - events + 1, ALPHA / 2)) if events else 0.0
    upper = float(betaincinv(events + 1, base - events, 1 - ALPHA / 2)) if events < base else 1.0
    return Interval(lower, upper)


def log_limits(value: float, variance_of_log: float) -> Interval:
    """Limits of a positive quantity whose logarithm is about normal: ``exp(ln v ± z·s)``."""
    reach = Z * sqrt(variance_of_log)
    return Interval(exp(log(value) - reach), exp(log(value) + reach))


def poisson_ratio_log(events: int, base: float, events_reference: int, base_reference: float) -> Interval:
    """Log limits of a ratio of two rates on population bases: variance ``1/a + 1/b``. Needs both counts above zero."""
    ratio = (events / base) / (events_reference / base_reference)
    return log_limits(ratio, 1 / events + 1 / events_reference)


def poisson_ratio_exact(events: int, base: float, events_reference: int, base_reference: float) -> Interval:
    """Exact limits of a ratio of two rates: given the total, the count is binomial (Clopper-Pearson). For small counts."""
    share = clopper_pearson(events, events + events_reference)
    scale = base_reference / base
    upper = inf if share.upper >= 1 else share.upper / (1 - share.upper) * scale
    return Interval(share.lower / (1 - share.lower) * scale, upper)


def katz_ratio(events: int, base: int, events_reference: int, base_reference: int) -> Interval:
    """Log limits of a ratio of two shares: variance ``1/a - 1/n1 + 1/b - 1/n0``. Needs both counts above zero."""
    ratio = (events / base) / (events_reference / base_reference)
    return log_limits(ratio, 1 / events - 1 / base + 1 / events_reference - 1 / base_reference)


def score_ratio(events: int, base: int, events_reference: int, base_reference: int) -> Interval:
    """Miettinen-Nurminen score limits of a ratio of two shares; also for zero counts. For small counts."""
    critical = Z**2

    def excess(ratio: float) -> float:
        return _score_statistic(events, base, events_reference, base_reference, ratio) - critical

    if events == 0 and events_reference == 0:
        return Interval(0.0, inf)
    estimate = (events / base) / (events_reference / base_reference) if events_reference else inf
    lower = 0.0 if events == 0 else _crossing(excess, estimate, outward=0.5)
    upper = inf if events_reference == 0 else _crossing(excess, estimate, outward=2.0)
    return Interval(lower, upper)


def _score_statistic(a: int, n1: int, b: int, n0: int, ratio: float) -> float:
    """Squared score statistic for the hypothesis that the ratio of shares is ``ratio``."""
    # The restricted estimate of the reference share solves  n·r·p² - (n1·r + a + n0 + b·r)·p + (a + b) = 0.
    n = n1 + n0
    linear = n1 * ratio + a + n0 + b * ratio
    root = sqrt(max(0.0, linear**2 - 4 * n * ratio * (a + b)))
    p0 = 2 * (a + b) / (linear + root)  # the stable form of the smaller root
    p1 = p0 * ratio
    variance = (p1 * (1 - p1) / n1 + ratio**2 * p0 * (1 - p0) / n0) * n / (n - 1)
    distance = a / n1 - ratio * b / n0
    if variance <= 0:
        return 0.0 if distance == 0 else inf
    return distance**2 / variance


def _crossing(excess: Callable[[float], float], estimate: float, *, outward: float) -> float:
    """Where the statistic passes the critical value, going outward from the estimate."""
    near = estimate if 0 < estimate < inf else 1.0
    # Without a finite estimate to start from, walk inward until the statistic is below the critical value.
    while excess(near) > 0:
        near /= outward
    far = near * outward
    while excess(far) < 0:
        near, far = far, far * outward
    return float(brentq(excess, min(near, far), max(near, far), xtol=1e-15, rtol=1e-14))


def clustered_share(hits: int, base: int, squares: float, products: float, base_squares: float) -> float:
    """Variance of the logarithm of a share of events when people come back.

    With x hits among n events of one person and p = Σx/Σn: ``Σ(x - p·n)² / (Σx)²``, from ``Σx²``, ``Σx·n``, ``Σn²``. Where nobody comes
    back it is Katz's ``1/a - 1/n``. Needs hits above zero.
    """
    share = hits / base
    return max(0.0, squares - 2 * share * products + share**2 * base_squares) / hits**2


def clustered_count(events: int, squares: float) -> float:
    """Variance of the logarithm of a count of events when people come back: ``Σx²/a²``; where nobody does, ``1/a``."""
    return squares / events**2


def mover_difference(value: float, limits: Interval, reference: float, reference_limits: Interval) -> Interval:
    """Limits of a difference from the limits of its two parts (MOVER; with Wilson limits Newcombe's hybrid)."""
    difference = value - reference
    return Interval(
        difference - sqrt((value - limits.lower) ** 2 + (reference_limits.upper - reference) ** 2),
        difference + sqrt((limits.upper - value) ** 2 + (reference - reference_limits.lower) ** 2),
    )
