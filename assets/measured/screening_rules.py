"""How the answers of a screen become a result.

Belongs here: pure scoring of one form. Does not belong here: which screens are evidence of what (stepping_up.yaml), any table.
Items are in the order of the form; None is an item nobody answered. A form is positive as soon as the answers given make it so; it is
negative only if no answer that is missing could still make it positive; else it is not completed. Sources: BJMHS: Steadman and others 2005
(items 1 to 6 current symptoms, 7 ever in hospital, 8 medication); K6: Kessler and others 2003; CMHS: Ford and others 2007; C-SSRS screener:
items 1 and 2 low, 3 moderate, 4, 5 and 6 high. Cut-offs of K6 and CMHS are configuration: stepping_up.yaml.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contracts.stepping_up import Screening, ScreenRules

Answers = Sequence[int | None]

ITEMS: Final = {Screening.BJMHS: 8, Screening.K6: 6, Screening.CMHS_M: 12, Screening.CMHS_W: 8, Screening.C_SSRS: 6}
"""Screen -> items of its form."""


class Result(StrEnum):
    """What a screen says."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    NOT_COMPLETED = "not_completed"


@dataclass(frozen=True)
class Scored:
    """Result, total of the items answered, how many were answered, and of C-SSRS the level of risk."""

    result: Result
    total: int
    answered: int
    level: str | None = None


def score(screen: Screening, answers: Answers, rules: ScreenRules) -> Scored:
    """Score one form; items beyond the form are ignored, items that are missing count as not answered."""
    size = ITEMS[screen]
    given = [*answers[:size], *([None] * (size - len(answers)))]
    total, answered = sum(item or 0 for item in given), sum(item is not None for item in given)
    match screen:
        case Screening.BJMHS:
            result = _bjmhs(given, rules.bjmhs_current)
        case Screening.K6:
            result = _at_least(given, rules.k6, highest=4)
        case Screening.CMHS_M:
            result = _at_least(given, rules.cmhs_m, highest=1)
        case Screening.CMHS_W:
            result = _at_least(given, rules.cmhs_w, highest=1)
        case Screening.C_SSRS:
            return _c_ssrs(given, total, answered)
    return Scored(result, total, answered)


def _bjmhs(given: Answers, current: int) -> Result:
    yes = sum(item or 0 for item in given[:6])
    unknown = sum(item is None for item in given[:6])
    if yes >= current or given[6] or given[7]:
        return Result.POSITIVE
    could_be = yes + unknown >= current or given[6] is None or given[7] is None
    return Result.NOT_COMPLETED if could_be else Result.NEGATIVE


def _at_least(given: Answers, cut: int, *, highest: int) -> Result:
    total = sum(item or 0 for item in given)
    if total >= cut:
        return Result.POSITIVE
    most = total + highest * sum(item is None for item in given)
    return Result.NOT_COMPLETED if most >= cut else Result.NEGATIVE


def _c_ssrs(given: Answers, total: int, answered: int) -> Scored:
    levels = (("high", (3, 4, 5)), ("moderate", (2,)), ("low", (0, 1)))
    for level, items in levels:
        if any(given[item] for item in items):
            return Scored(Result.POSITIVE, total, answered, level)
    # Items 3 to 5 are asked only after a yes to item 2.
    needed = (0, 1, 5)
    complete = all(given[item] is not None for item in needed)
    return Scored(Result.NEGATIVE if complete else Result.NOT_COMPLETED, total, answered)
