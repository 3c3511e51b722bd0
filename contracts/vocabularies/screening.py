"""Words for screens, and the size of each form.

Belongs here: which screens there are, how many items each has and the highest mark of an item. Does not belong here: how a screen is
scored (measures).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Screen(StrEnum):
    """A form with which a person is screened."""

    BJMHS = "bjmhs"  # Brief Jail Mental Health Screen
    K6 = "k6"  # Kessler psychological distress scale
    CMHS_M = "cmhs_m"  # Correctional Mental Health Screen for Men
    CMHS_W = "cmhs_w"  # Correctional Mental Health Screen for Women
    C_SSRS = "c_ssrs"  # Columbia suicide severity rating scale, screener


class ScreenResult(StrEnum):
    """The result as the source states it; ours is worked out from the answers."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    REFUSED = "refused"
    NOT_COMPLETED = "not_completed"


FORMS: Final[Mapping[str, tuple[int, int]]] = {
    Screen.BJMHS.value: (8, 1),
    Screen.K6.value: (6, 4),
    Screen.CMHS_M.value: (12, 1),
    Screen.CMHS_W.value: (8, 1),
    Screen.C_SSRS.value: (6, 1),
}
"""Screen -> number of items and highest mark of an item; a no is 0, a yes 1."""

MOST_ITEMS: Final = max(size for size, _ in FORMS.values())
