"""What a comparison between race groups is made of: counts that go in, figures that come out.

Belongs here: the shapes and the words. Does not belong here: any formula (rates, intervals, significance), any rule (disparity).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from assets.measured.intervals import Interval
from contracts.benchmarks import RACE_GROUPS
from contracts.definition_parts import Repeat
from contracts.definitions import Insufficient

ALL: Final = "ALL"
UNKNOWN: Final = "UNKNOWN"
GROUP_ORDER: Final = (*RACE_GROUPS, "OTHER", UNKNOWN, ALL)

Cell = tuple[int, int, int]
"""(hits, base events, people who have exactly so many of both): all that a resampling of people needs to know."""


class BaseKind(StrEnum):
    """What a rate is of."""

    POPULATION = "population"
    PREVIOUS_POINT = "previous_point"


class Reason(StrEnum):
    """Why a figure is not given."""

    SYSTEM_NOT_IN_SCOPE = "system_not_in_scope"
    COLUMN_NOT_IN_SCOPE = "column_not_in_scope"
    COMPLETENESS_UNKNOWN = "completeness_unknown"
    HISTORY_TOO_SHORT = "history_too_short"
    BENCHMARK_MISSING = "benchmark_missing"
    BASE_ZERO = "base_zero"
    CATEGORY_MISMATCH = "category_mismatch"
    INSUFFICIENT = "insufficient"
    REFERENCE_MISSING = "reference_missing"
    NO_COUNT_DELIVERED = "no_count_delivered"


@dataclass(frozen=True)
class PointCount:
    """What was counted at one decision point for one race group (``ALL`` for everybody)."""

    race_group: str
    base_events: int = 0
    base_people: int = 0
    events: int = 0
    people: int = 0
    squares: int = 0  # Σx² over people, x their events in the numerator
    products: int = 0  # Σx·n, n their events in the base
    base_squares: int = 0  # Σn²
    excluded_events: int = 0
    ethnicity_unknown_people: int = 0
    linkable_base_events: int = 0
    linkable_base_people: int = 0
    withheld_people: int = 0
    potential_events: int = 0
    potential_people: int = 0
    largest: int = 0  # events of the person with most of them, and of the next: for disclosure control, never shown
    second_largest: int = 0


@dataclass(frozen=True)
class Setting:
    """What all groups of a decision point have in common.

    ``missing`` is a reason that makes every figure of the point unanswerable. ``crosses_systems`` asks for bounds, and
    ``membership_known`` says whether the scope can give them. ``draws`` is how often people are resampled (0: not at all), ``label``
    seeds the draws, so that the same point has the same limits every time.
    """

    base_kind: BaseKind
    repeat: Repeat
    per: float
    reference_group: str
    insufficient: Insufficient
    max_mismatch_share: float
    crosses_systems: bool = False
    membership_known: bool = False
    missing: Reason | None = None
    draws: int = 0
    label: str = ""


@dataclass(frozen=True)
class Estimate:
    """A number with its limits and the method that gave them."""

    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    method: str | None = None


@dataclass(frozen=True)
class Comparison:
    """One group at one decision point; what is absent is None."""

    race_group: str
    events: int | None = None
    people: int | None = None
    base: int | None = None
    base_people: int | None = None
    excluded_events: int | None = None
    ethnicity_unknown_people: int | None = None
    rate: Estimate = Estimate()
    ratio: Estimate = Estimate()
    difference: Estimate = Estimate()
    excess: float | None = None
    disproportionality_index: float | None = None
    disparity_index: float | None = None
    design_effect: float | None = None
    resampled: Interval | None = None
    log_variance: float | None = None
    p_value: float | None = None
    test_method: str | None = None
    base_total: int | None = None
    base_linkable: int | None = None
    withheld_people: int | None = None
    rate_if_none_connected: float | None = None
    rate_if_all_connected: float | None = None
    benchmark_source: str | None = None
    benchmark_year: int | None = None
    reason: Reason | None = None
