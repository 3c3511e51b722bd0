"""The formulas of a rate and of its comparison with a reference group.

Belongs here: pure arithmetic that answers None where there is no answer. Does not belong here: intervals (intervals.py), tables, rounding.
A hidden or empty base never yields a number. Source of the formulas: OJJDP relative rate index; child-welfare disproportionality indices.
"""

from __future__ import annotations


def rate(events: float | None, base: float | None, per: float = 1.0) -> float | None:
    """Events per ``per`` of the base; None where either is unknown or the base is not above zero."""
    if events is None or base is None or base <= 0:
        return None
    return per * events / base


def rate_ratio(own: float | None, reference: float | None) -> float | None:
    """How many times the reference rate; None where the reference is unknown or zero."""
    if own is None or reference is None or reference <= 0:
        return None
    return own / reference


def rate_difference(own: float | None, reference: float | None) -> float | None:
    """Own rate minus the reference rate, in the unit of the rates."""
    if own is None or reference is None:
        return None
    return own - reference


def disproportionality_index(events: float, all_events: float, base: float, all_base: float) -> float | None:
    """Share of the events divided by share of the base."""
    return rate_ratio(rate(events, all_events), rate(base, all_base))


def disparity_index(own: float | None, reference: float | None) -> float | None:
    """Disproportionality index of a group divided by that of the reference group; equal to the rate ratio on the same base."""
    return rate_ratio(own, reference)


def excess_events(events: float | None, base: float | None, reference_rate: float | None) -> float | None:
    """Events beyond those that the reference rate (per one of the base) would give: how many must change to reach parity."""
    if events is None or base is None or base <= 0 or reference_rate is None:
        return None
    return events - base * reference_rate


def share_bounds(connected: int, not_known: int, total: int) -> tuple[float, float] | None:
    """Share if none, and if all, of those who may not be looked up were connected; None where the base is empty.

    Args:
        connected: seen to be connected.
        not_known: not seen to be connected, of whom nobody may know.
        total: the whole base, those who may not be looked up included.
    """
    if total <= 0:
        return None
    return connected / total, min(total, connected + not_known) / total
