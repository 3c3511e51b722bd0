"""How many have had an event by a day, when others are no longer seen and something else may come first.

Belongs here: cumulative incidence with competing causes (Aalen-Johansen) and without (one minus Kaplan-Meier), from counts by day.
Does not belong here: what an event is. Formulas as in Marubini and Valsecchi 1995; statsmodels' CumIncidenceRight and SurvfuncRight give
the same figures from rows of people (tests/spec), but take no standard error from counts, and a county has more releases than days.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, log

import numpy as np
import numpy.typing as npt

from assets.measured.intervals import Interval, Z

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Incidence:
    """One cause on one day: still seen at its begin, events by its end, share that has had the event and its standard error."""

    day: int
    at_risk: int
    events: int
    share: float
    error: float

    @property
    def limits(self) -> Interval:
        """95 % limits of the share. Of a curve of a thousand days a few are shown, so that they are worked out when they are asked."""
        return _limits(self.share, self.error)


def aalen_johansen(events: Mapping[str, Mapping[int, int]], censored: Mapping[int, int]) -> dict[str, list[Incidence]]:
    """Cumulative incidence of every cause when each takes people away from the others.

    Args:
        events: cause -> day -> releases whose first event it was, on that day.
        censored: day -> releases without an event that were last seen on that day; they are at risk on it.

    Returns:
        Cause -> one entry a day on which anything happened.
    """
    days, total, left = _days(events.values(), censored)
    if not len(days):
        return {cause: [] for cause in events}
    together = sum((_on(days, counts) for counts in events.values()), np.zeros(len(days)))
    at_risk = total - np.concatenate([[0.0], np.cumsum(together + left)[:-1]])
    before = np.concatenate([[1.0], np.cumprod(1 - together / at_risk)[:-1]])
    return {cause: _curve(days, at_risk, before, together, _on(days, counts)) for cause, counts in events.items()}


def kaplan_meier(event: Mapping[int, int], censored: Mapping[int, int]) -> list[Incidence]:
    """One minus the share without the event, everything else taken as no longer seen; Greenwood's standard error.

    It answers what would happen if nothing else could come first, and is never below Aalen-Johansen.
    """
    days, total, left = _days([event], censored)
    if not len(days):
        return []
    hits = _on(days, event)
    at_risk = total - np.concatenate([[0.0], np.cumsum(hits + left)[:-1]])
    without: Floats = np.asarray(np.cumprod(1 - hits / at_risk), dtype=np.float64)
    steps = np.divide(hits, at_risk * (at_risk - hits), out=np.zeros(len(days)), where=at_risk > hits)
    error: Floats = np.asarray(without * np.sqrt(np.cumsum(steps)), dtype=np.float64)
    return _entries(days, at_risk, np.cumsum(hits), np.asarray(1 - without, dtype=np.float64), error)


def _days(counts: Iterable[Mapping[int, int]], censored: Mapping[int, int]) -> tuple[list[int], float, Floats]:
    listed = list(counts)
    days = sorted({day for each in (*listed, censored) for day in each})
    total = float(sum(sum(each.values()) for each in listed) + sum(censored.values()))
    return days, total, _on(days, censored)


def _on(days: list[int], counts: Mapping[int, int]) -> Floats:
    return np.array([counts.get(day, 0) for day in days], dtype=np.float64)


def _curve(days: list[int], at_risk: Floats, before: Floats, together: Floats, own: Floats) -> list[Incidence]:
    weight = before / at_risk
    share = np.cumsum(weight * own)
    room = at_risk * (at_risk - together)
    all_cause = np.divide(together, room, out=np.zeros(len(days)), where=room > 0)
    own_cause = (at_risk - own) * own / at_risk
    variance = share**2 * np.cumsum(all_cause) - 2 * share * np.cumsum(share * all_cause) + np.cumsum(share**2 * all_cause)
    variance += np.cumsum(weight**2 * own_cause)
    cross = weight * own / at_risk
    variance += -2 * share * np.cumsum(cross) + 2 * np.cumsum(share * cross)
    return _entries(days, at_risk, np.cumsum(own), share, np.sqrt(np.maximum(variance, 0.0)))


def _entries(days: list[int], at_risk: Floats, events: Floats, share: Floats, error: Floats) -> list[Incidence]:
    columns = (at_risk.tolist(), events.tolist(), share.tolist(), error.tolist())
    return [
        Incidence(day, round(risk), round(hits), value, deviation) for day, risk, hits, value, deviation in zip(days, *columns, strict=True)
    ]


def _limits(share: float, error: float) -> Interval:
    """Limits of a share on the scale of ln(-ln(1 - share)), which keeps them between 0 and 1."""
    if not 0 < share < 1 or error <= 0:
        return Interval(max(0.0, share), min(1.0, share))
    scale = log(-log(1 - share))
    reach = Z * error / ((1 - share) * abs(log(1 - share)))
    return Interval(1 - exp(-exp(scale - reach)), 1 - exp(-exp(scale + reach)))


def share_on(curve: list[Incidence], day: int) -> Incidence | None:
    """The last entry not after ``day``; None before anything happened."""
    after = bisect_right(curve, day, key=lambda entry: entry.day)
    return curve[after - 1] if after else None
