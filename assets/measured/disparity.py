"""From counts by race group to rates, ratios and what they rest on.

Belongs here: pure functions of counts, bases and the county's thresholds. Does not belong here: SQL, files, rounding.

Which interval goes with which case (domain reference: Garwood, Wilson, Katz, Miettinen-Nurminen, Newcombe by MOVER):

====================  ======================================  =============================================
base                  people                                  events (people come back)
====================  ======================================  =============================================
population            rate: exact Poisson; ratio: log, or     rate and ratio: log, variance ``Σx²/a²`` per group
                      exact where a count is below 10
previous point        share: Wilson; ratio: Katz, or score    share: log by linearisation ``Σ(x-pn)²/(Σx)²``; ratio:
                      where a cell is below 5                 the same, summed; insufficient below the people asked for
test                  chi-squared, or Fisher where an         Wald on the logarithm with the same variance
                      expected count is below 5
====================  ======================================  =============================================

Where people come back the limits from resampling people (bootstrap.py) stand beside those of the formula, and the design effect says how
much wider they are than if every event were somebody else's. P-values are adjusted over the whole table by whoever writes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from assets.measured import bootstrap, intervals, significance
from assets.measured.comparison import ALL, GROUP_ORDER, UNKNOWN, BaseKind, Cell, Comparison, Estimate, PointCount, Reason, Setting
from assets.measured.intervals import Interval
from assets.measured.rates import disparity_index, disproportionality_index, excess_events, rate, rate_difference, rate_ratio, share_bounds
from contracts.benchmarks import RACE_GROUPS, PopulationBase
from contracts.definition_parts import Repeat

__all__ = ["ALL", "GROUP_ORDER", "UNKNOWN", "BaseKind", "Comparison", "Estimate", "PointCount", "Reason", "Setting", "compare"]
SMALL_POISSON: Final = 10
SMALL_CELL: Final = 5


@dataclass(frozen=True)
class _Part:
    """One group's own side of a comparison: its count, base, rate of one, limits, and variance of the logarithm where people repeat."""

    count: int
    base: int | None
    people: int
    rate: float | None
    limits: Interval | None
    variance: float | None
    method: str | None


def compare(
    counts: Mapping[str, PointCount],
    bases: Mapping[str, PopulationBase],
    setting: Setting,
    cells: Mapping[str, Sequence[Cell]] | None = None,
) -> tuple[Comparison, ...]:
    """Rates of every group at one decision point, and their ratio and difference to the reference group.

    Args:
        counts: by race group; a group nobody belongs to may be absent. ``ALL`` is everybody, groups without a base included.
        bases: population by group; only read where the base is the population.
        setting: the point's own rules.
        cells: by race group what people have, for resampling them; only read where events are counted and ``setting.draws`` is set.

    Returns:
        One comparison a group, in ``GROUP_ORDER``; groups that neither occur nor have a base are left out. Where the point cannot be
        answered at all, one row for ``ALL`` with the reason.
    """
    if setting.missing is not None:
        return (_nothing(ALL, setting.missing),)
    groups = [group for group in GROUP_ORDER if group in counts or (setting.base_kind is BaseKind.POPULATION and group in RACE_GROUPS)]
    held = {group: counts.get(group, PointCount(group)) for group in groups}
    parts = {group: _part(held[group], bases, setting) for group in groups}
    mismatch = _mismatched(counts, setting)
    reference = parts.get(setting.reference_group)
    index = {group: _disproportionality(parts, group, bases, setting) for group in groups}
    return tuple(
        _with_indices(
            replace(
                _compared(held[group], parts[group], reference, bases, setting, mismatch=mismatch),
                design_effect=_design_effect(parts[group], setting),
                resampled=_resampled(group, parts, setting, cells or {}),
            ),
            index,
            setting,
        )
        for group in groups
    )


def _with_indices(found: Comparison, index: Mapping[str, float | None], setting: Setting) -> Comparison:
    """The two indices, where they may be said.

    On one base the disparity index is the ratio under another name: where there is no ratio there is none of it. A share of events in
    categories that the base does not share says nothing.
    """
    own = None if found.reason is Reason.CATEGORY_MISMATCH else index[found.race_group]
    against = None if own is None or found.ratio.value is None else disparity_index(own, index.get(setting.reference_group))
    return replace(found, disproportionality_index=own, disparity_index=against)


def _disproportionality(parts: Mapping[str, _Part], group: str, bases: Mapping[str, PopulationBase], setting: Setting) -> float | None:
    """Share of the events over share of the base, among the groups that the base knows; None for a group it does not know."""
    known = [name for name in parts if name in RACE_GROUPS] if setting.base_kind is BaseKind.POPULATION else [n for n in parts if n != ALL]
    if group not in known or (setting.base_kind is BaseKind.POPULATION and not set(bases) >= set(RACE_GROUPS)):
        return None
    own = parts[group]
    if own.base is None or own.base <= 0:
        return None
    all_events = sum(parts[name].count for name in known)
    all_base = sum(parts[name].base or 0 for name in known)
    return disproportionality_index(own.count, all_events, own.base, all_base)


def _resampled(group: str, parts: Mapping[str, _Part], setting: Setting, cells: Mapping[str, Sequence[Cell]]) -> Interval | None:
    """The limits from resampling people; nothing where people cannot come back."""
    own, reference = parts[group], parts.get(setting.reference_group)
    if not setting.draws or reference is None or group in (ALL, setting.reference_group):
        return None
    if own.variance is None or reference.variance is None or not own.base or not reference.base:
        return None
    if _too_few(own, setting) or _too_few(reference, setting):
        return None
    on_population = setting.base_kind is BaseKind.POPULATION
    return bootstrap.ratio_limits(
        cells.get(group, ()),
        cells.get(setting.reference_group, ()),
        bases=(float(own.base), float(reference.base)) if on_population else None,
        draws=setting.draws,
        seed=bootstrap.seed_of(setting.label, group),
    )


def _design_effect(part: _Part, setting: Setting) -> float | None:
    """Variance with people coming back over the variance if every event were somebody else's."""
    if part.variance is None or not part.base or not part.count:
        return None
    alone = 1 / part.count if setting.base_kind is BaseKind.POPULATION else 1 / part.count - 1 / part.base
    return part.variance / alone if alone > 0 else None


def _mismatched(counts: Mapping[str, PointCount], setting: Setting) -> bool:
    """Whether too many people cannot be put into the categories of the population base."""
    everybody = counts.get(ALL)
    if setting.base_kind is not BaseKind.POPULATION or everybody is None or everybody.people == 0:
        return False
    return everybody.ethnicity_unknown_people / everybody.people > setting.max_mismatch_share


def _part(count: PointCount, bases: Mapping[str, PopulationBase], setting: Setting) -> _Part:
    by_people = setting.repeat is Repeat.PEOPLE
    own = count.people if by_people else count.events
    if setting.base_kind is BaseKind.POPULATION:
        base = _population(count.race_group, bases)
    else:
        base = count.base_people if by_people else count.base_events
    value = rate(own, base)
    if value is None or base is None:
        return _Part(own, base, count.people, None, None, None, None)
    if setting.base_kind is BaseKind.POPULATION:
        if by_people or own == 0:
            limits = intervals.poisson_count(own).times(1 / base)
            return _Part(own, base, count.people, value, limits, None, "poisson_exact")
        variance = intervals.clustered_count(own, count.squares)
        return _Part(own, base, count.people, value, intervals.log_limits(value, variance), variance, "log_clustered")
    if by_people or own in (0, base):  # where all or none are hit, nothing varies between people
        return _Part(own, base, count.people, value, intervals.wilson(own, base), None, "wilson")
    variance = intervals.clustered_share(own, base, count.squares, count.products, count.base_squares)
    limits = intervals.log_limits(value, variance)
    return _Part(own, base, count.people, value, Interval(limits.lower, min(1.0, limits.upper)), variance, "log_clustered")


def _population(group: str, bases: Mapping[str, PopulationBase]) -> int | None:
    if group == ALL:
        return sum(base.population for base in bases.values()) if set(bases) >= set(RACE_GROUPS) else None
    return bases[group].population if group in bases else None


def _compared(
    count: PointCount,
    own: _Part,
    reference: _Part | None,
    bases: Mapping[str, PopulationBase],
    setting: Setting,
    *,
    mismatch: bool,
) -> Comparison:
    on_population = setting.base_kind is BaseKind.POPULATION
    reason = _reason(count.race_group, own, reference, setting, mismatch=mismatch)
    ratio = difference = Estimate()
    if reason is None and count.race_group != ALL and reference is not None:
        ratio = _ratio(count.race_group, own, reference, setting)
        difference = _difference(own, reference, setting.per)
    tested = None if ratio.value is None or reference is None else _tested(count.race_group, own, reference, setting)
    # Events in other categories than the base are counted, and are the numerator of no rate that a reader could divide by another.
    shares_categories = reason is not Reason.CATEGORY_MISMATCH
    bounds = _bounds(count, own, setting) if shares_categories else _Bounds()
    used = _benchmark(count.race_group, bases) if on_population else None
    return Comparison(
        race_group=count.race_group,
        events=count.events,
        people=count.people,
        base=own.base,
        base_people=own.base if on_population else count.base_people,
        excluded_events=count.excluded_events if on_population else None,
        ethnicity_unknown_people=count.ethnicity_unknown_people,
        rate=_scaled(own, setting.per) if shares_categories else Estimate(),
        ratio=ratio,
        difference=difference,
        excess=None if ratio.value is None or reference is None else excess_events(own.count, own.base, reference.rate),
        log_variance=own.variance,
        p_value=tested[0] if tested else None,
        test_method=tested[1] if tested else None,
        base_total=own.base if setting.crosses_systems else None,
        base_linkable=bounds.linkable,
        withheld_people=bounds.withheld,
        rate_if_none_connected=bounds.lower,
        rate_if_all_connected=bounds.upper,
        benchmark_source=used.source if used else None,
        benchmark_year=used.year if used else None,
        reason=reason,
    )


def _nothing(group: str, reason: Reason) -> Comparison:
    return Comparison(group, reason=reason)


def _benchmark(group: str, bases: Mapping[str, PopulationBase]) -> PopulationBase | None:
    if group == ALL and bases:
        sources = "; ".join(sorted({base.source for base in bases.values()}))
        return PopulationBase(ALL, sum(base.population for base in bases.values()), sources, min(base.year for base in bases.values()))
    return bases.get(group)


def _reason(group: str, own: _Part, reference: _Part | None, setting: Setting, *, mismatch: bool) -> Reason | None:
    if setting.base_kind is BaseKind.POPULATION and group not in (*RACE_GROUPS, ALL):
        return Reason.CATEGORY_MISMATCH  # the benchmark has no such group
    if own.base is None:
        return Reason.BENCHMARK_MISSING
    if own.base <= 0:
        return Reason.BASE_ZERO
    return None if group == ALL else _no_ratio(own, reference, setting, mismatch=mismatch)


def _no_ratio(own: _Part, reference: _Part | None, setting: Setting, *, mismatch: bool) -> Reason | None:
    if mismatch:
        return Reason.CATEGORY_MISMATCH
    if reference is None or not reference.rate:
        return Reason.REFERENCE_MISSING
    return Reason.INSUFFICIENT if _too_few(own, setting) or _too_few(reference, setting) else None


def _too_few(part: _Part, setting: Setting) -> bool:
    needed = setting.insufficient
    if part.count < needed.events or (part.base or 0) < needed.base:
        return True
    # A variance taken from a handful of people who come back is itself a guess.
    return part.variance is not None and part.people < needed.people


def _ratio(group: str, own: _Part, reference: _Part, setting: Setting) -> Estimate:
    value = rate_ratio(own.rate, reference.rate)
    if group == setting.reference_group:
        return Estimate(value, None, None, "reference")
    if value is None or own.base is None or reference.base is None:
        return Estimate()
    limits, method = _ratio_limits(value, own, reference, setting)
    return Estimate(value, limits.lower, limits.upper, method)


def _ratio_limits(value: float, own: _Part, reference: _Part, setting: Setting) -> tuple[Interval, str]:
    a, b, n, m = own.count, reference.count, own.base or 0, reference.base or 0
    if own.variance is not None and reference.variance is not None:
        return intervals.log_limits(value, own.variance + reference.variance), "log_clustered"
    if setting.base_kind is BaseKind.POPULATION:
        if min(a, b) < SMALL_POISSON:
            return intervals.poisson_ratio_exact(a, n, b, m), "poisson_exact"
        return intervals.poisson_ratio_log(a, n, b, m), "poisson_log"
    if min(a, n - a, b, m - b) < SMALL_CELL:
        return intervals.score_ratio(a, n, b, m), "score"
    return intervals.katz_ratio(a, n, b, m), "katz_log"


def _tested(group: str, own: _Part, reference: _Part, setting: Setting) -> tuple[float, str] | None:
    """P-value of the ratio against 1, and the test; None for the reference group itself."""
    if group == setting.reference_group or own.rate is None or not reference.rate or own.base is None or reference.base is None:
        return None
    if own.variance is not None and reference.variance is not None:
        return significance.log_ratio(own.rate / reference.rate, own.variance + reference.variance)
    if max(own.count - own.base, reference.count - reference.base) > 0:
        return None  # more events than base: no share, and nothing a two-by-two table could hold
    return significance.two_by_two(own.count, own.base, reference.count, reference.base)


def _difference(own: _Part, reference: _Part, per: float) -> Estimate:
    value = rate_difference(own.rate, reference.rate)
    if value is None or own.rate is None or reference.rate is None or own.limits is None or reference.limits is None:
        return Estimate()
    if own is reference:
        return Estimate(0.0, None, None, "reference")
    limits = intervals.mover_difference(own.rate, own.limits, reference.rate, reference.limits)
    return Estimate(per * value, per * limits.lower, per * limits.upper, "mover")


def _scaled(part: _Part, per: float) -> Estimate:
    if part.rate is None or part.limits is None:
        return Estimate()
    return Estimate(per * part.rate, per * part.limits.lower, per * part.limits.upper, part.method)


@dataclass(frozen=True)
class _Bounds:
    linkable: int | None = None
    withheld: int | None = None
    lower: float | None = None
    upper: float | None = None


def _bounds(count: PointCount, own: _Part, setting: Setting) -> _Bounds:
    if not (setting.crosses_systems and setting.membership_known):
        return _Bounds()
    by_people = setting.repeat is Repeat.PEOPLE
    linkable = count.linkable_base_people if by_people else count.linkable_base_events
    ends = share_bounds(own.count, count.potential_people if by_people else count.potential_events, own.base or 0)
    lower, upper = ends if ends else (None, None)
    scaled = (None if lower is None else setting.per * lower, None if upper is None else setting.per * upper)
    return _Bounds(linkable, count.withheld_people, *scaled)
