"""Whether two answers to one question lead to the same conclusion.

Belongs here: the flag that stands beside every table asked again under other rules, thresholds or draws. Does not belong here: the asking.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """A ratio and whether it differs from 1 by the table's own test; None where there is no ratio or no test."""

    ratio: float | None = None
    is_significant: bool | None = None


@dataclass(frozen=True)
class Change:
    """What changed between two answers; None where one of them cannot be had."""

    sign: bool | None
    significance: bool | None

    @property
    def conclusion(self) -> bool | None:
        """Whether either changed; a figure that is lost or gained is a change by itself."""
        if self.sign is None and self.significance is None:
            return None
        return bool(self.sign) or bool(self.significance)


def change(stated: Answer, asked_again: Answer) -> Change:
    """What becomes of a conclusion when the question is asked again.

    The sign changes where one ratio is above 1 and the other below; significance where only one of the two differs from 1. Neither can be
    said where both answers are missing. Where one is missing the conclusion is no longer, or not yet, supported: significance changes if
    the other is significant.
    """
    if stated.ratio is None and asked_again.ratio is None:
        return Change(None, None)
    if stated.ratio is None or asked_again.ratio is None:
        return Change(None, bool(stated.is_significant) or bool(asked_again.is_significant))
    sign = (stated.ratio - 1) * (asked_again.ratio - 1) < 0
    return Change(sign, bool(stated.is_significant) != bool(asked_again.is_significant))
