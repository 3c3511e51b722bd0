"""What became of a disparity when a policy changed: before and after, group against group.

Belongs here: the ratio of ratios as a pure function of what people have before and after. Does not belong here: which people, which policy.
The logarithm of a rate before minus after sums what each person adds to it; its variance is the sum of the squares of those contributions,
so that a person who is in both periods is one person. It is change and not effect: whatever else changed meanwhile is in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log

from assets.measured.intervals import Interval, log_limits
from assets.measured.significance import log_ratio

Person = tuple[int, int, int, int, int]
"""(hits before, base before, hits after, base after, people who have exactly so many)."""


@dataclass(frozen=True)
class Side:
    """One group: totals, log of the ratio after to before, and its variance; None where a period has no hit."""

    hits_before: int
    base_before: int
    hits_after: int
    base_after: int
    people: int
    log_change: float | None
    variance: float | None

    @property
    def change(self) -> float | None:
        """Rate after over rate before."""
        return None if self.log_change is None else exp(self.log_change)


def side(people: Iterable[Person], *, on_population: bool, exposure: float = 1.0) -> Side:
    """One group before and after.

    Args:
        people: what people have.
        on_population: whether the base is the same population in both periods, so that only hits count.
        exposure: length of the period after over the length of the one before; only used on the population.
    """
    listed = list(people)
    x0, n0, x1, n1 = (sum(each[place] * each[4] for each in listed) for place in range(4))
    met = sum(each[4] for each in listed if each[0] + each[2])
    if not (x0 and x1) or (not on_population and not (n0 and n1)):
        return Side(x0, n0, x1, n1, met, None, None)
    p0, p1 = (0.0, 0.0) if on_population else (x0 / n0, x1 / n1)
    change = log(x1 / x0 / exposure) if on_population else log(p1 / p0)
    variance = sum(k * ((b1 - p1 * m1) / x1 - (b0 - p0 * m0) / x0) ** 2 for b0, m0, b1, m1, k in listed)
    return Side(x0, n0, x1, n1, met, change, variance)


def ratio_of_ratios(own: Side, reference: Side) -> tuple[float, Interval, float | None] | None:
    """How many times more a group's rate changed than the reference group's: value, 95 % limits, p-value; None without both changes."""
    if own.log_change is None or reference.log_change is None or own.variance is None or reference.variance is None:
        return None
    value, variance = exp(own.log_change - reference.log_change), own.variance + reference.variance
    tested = log_ratio(value, variance)
    return value, log_limits(value, variance), tested[0] if tested else None
