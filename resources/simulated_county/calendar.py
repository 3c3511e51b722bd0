"""The nights of the simulation: as-of times, which night first knows a record, and which records later nights touch.

Belongs here: the arithmetic of nights. Does not belong here: what is delivered.
A night knows what was recorded before its as-of, which is midnight at the start of that date. Intervals are half-open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from resources.simulated_county.draw import Flags, Floats, Ints, Seconds, happens
from resources.simulated_county.rates import HISTORY_DAYS, LATE

DAY = 86_400
HOUR = 3_600
NEVER_KNOWN = 1_000_000
HOURLY = (22, 17, 13, 9, 7, 7, 10, 15, 20, 24, 27, 29, 31, 32, 33, 35, 37, 38, 38, 37, 35, 33, 30, 26)
"""Relative frequency of events by hour of the day."""


@dataclass(frozen=True)
class Calendar:
    """First night and number of nights; night ``k`` (0, 1, …) is ``first_night + k`` days."""

    first_night: date
    nights: int

    def night(self, k: int) -> date:
        """Date of night ``k``."""
        return self.first_night + timedelta(days=k)

    def as_of(self, k: int) -> int:
        """Midnight at the start of night ``k``, in seconds."""
        return (self.night(k) - date(1970, 1, 1)).days * DAY

    @property
    def start(self) -> int:
        """Beginning of the history that the first night delivers."""
        return self.as_of(0) - HISTORY_DAYS * DAY

    @property
    def end(self) -> int:
        """As-of of the last night: nothing later is ever known."""
        return self.as_of(self.nights - 1)

    @property
    def years(self) -> float:
        """Length of the simulated time, in years of 365 days."""
        return (self.end - self.start) / DAY / 365

    def night_of(self, recorded: Seconds) -> Ints:
        """The first night that knows what was recorded at this time; ``NEVER_KNOWN`` after the last night."""
        night = np.maximum((recorded - self.as_of(0)) // DAY + 1, 0)
        return np.where(night < self.nights, night, NEVER_KNOWN).astype(np.int64)


def draw_times(rng: np.random.Generator, start: int, end: int, size: int) -> Seconds:
    """Times in [start, end), whole minutes, more by day and evening than by night. ``start`` and ``end`` are midnights."""
    day = rng.integers(0, max((end - start) // DAY, 1), size)
    hour = np.searchsorted(np.cumsum(HOURLY), rng.random(size) * sum(HOURLY), side="right")
    return start + day * DAY + hour * HOUR + rng.integers(0, 60, size) * 60


def each_later_night(rng: np.random.Generator, calendar: Calendar, size: int) -> Seconds:
    """``size`` times in the daytime before each night but the first, so that every later night brings something new."""
    days = np.repeat([calendar.as_of(k - 1) for k in range(1, calendar.nights)], size).astype(np.int64)
    return days + rng.integers(8 * 60, 18 * 60, len(days)) * 60


def known_on(rng: np.random.Generator, calendar: Calendar, recorded: Seconds, *, spare: Flags | None = None) -> Ints:
    """The night on which each record first arrives; a few are late, at least one on every later night.

    Args:
        rng: the system's generator.
        calendar: the nights.
        recorded: when each record was complete.
        spare: records that must not be chosen as the forced late ones.
    """
    size = len(recorded)
    delay: Floats = np.where(happens(rng, LATE, size), rng.integers(1, 7, size), 0)
    prompt = calendar.night_of(recorded)
    night = calendar.night_of(recorded + delay.astype(np.int64) * DAY)
    free = np.ones(size, dtype=bool) if spare is None else ~spare
    for k in range(1, calendar.nights):
        if np.any((night == k) & (prompt < k)):
            continue
        waiting = np.flatnonzero(free & (night == 0) & (recorded < calendar.as_of(0)))
        if not len(waiting):
            continue
        # One of the last to be recorded: a record that is late by years would be another story.
        recent = waiting[np.argsort(-recorded[waiting], kind="stable")[: 20 + k]]
        chosen = recent[int(rng.integers(len(recent)))]
        night[chosen] = k
        free[chosen] = False
    return night


def touched(rng: np.random.Generator, calendar: Calendar, night: Ints, rate: float, *, free: Flags) -> list[tuple[int, Ints]]:
    """For each later night the rows that it changes: a share of those already delivered, at least one; no row twice.

    Args:
        rng: the system's generator.
        calendar: the nights.
        night: first night of each row.
        rate: share of the known rows touched each night.
        free: rows that may be chosen.

    Returns:
        (night number, row numbers) pairs.
    """
    left = free.copy()
    chosen: list[tuple[int, Ints]] = []
    for k in range(1, calendar.nights):
        known = np.flatnonzero(left & (night < k))
        many = min(len(known), max(1, int(rng.poisson(rate * len(known)))))
        rows = np.sort(rng.choice(known, many, replace=False)) if many else known
        left[rows] = False
        chosen.append((k, rows))
    return chosen


def flattened(chosen: list[tuple[int, Ints]]) -> tuple[Ints, Ints]:
    """Rows and, beside each, the night that touches it; see :func:`touched`."""
    none = np.zeros(0, dtype=np.int64)
    rows = np.concatenate([none, *(rows for _, rows in chosen)]).astype(np.int64)
    nights = np.concatenate([none, *(np.full(len(rows), k) for k, rows in chosen)]).astype(np.int64)
    return rows, nights
