"""Whether a figure is on its way to where the county wants it (Set, Measure, Achieve).

Belongs here: pure arithmetic of a baseline, a target and a date. Does not belong here: any figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Standing(StrEnum):
    """Where a target stands."""

    REACHED = "reached"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    MISSED = "missed"  # due, and not reached


@dataclass(frozen=True)
class Track:
    """Figure to reach, figure that a straight line from baseline to target has reached today, change so far, and the verdict."""

    target: float
    expected_now: float
    change: float
    change_percent: float | None
    standing: Standing


def track(*, baseline: float, current: float, target: float, begin: date, due: date, today: date) -> Track:
    """Hold a figure against the straight line from its baseline to its target.

    Args:
        baseline: figure at ``begin``.
        current: figure now.
        target: figure to reach; above or below the baseline, that is the direction wanted.
        begin: end of the baseline period.
        due: day by which the target shall be reached.
        today: the as-of day.
    """
    passed = min(1.0, max(0.0, (today - begin).days / max(1, (due - begin).days)))
    expected = baseline + (target - baseline) * passed
    up = 1 if target >= baseline else -1
    if up * current >= up * target:
        standing = Standing.REACHED
    elif today >= due:
        standing = Standing.MISSED
    else:
        standing = Standing.ON_TRACK if up * current >= up * expected else Standing.BEHIND
    change = current - baseline
    return Track(target, expected, change, 100 * change / baseline if baseline else None, standing)
