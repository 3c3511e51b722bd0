"""The table ``racial_disparity_aggregate``: decision points of other fields, from delivered totals.

Belongs here: putting totals of one period under their base and asking for the comparison. Does not belong here: the statistics
(disparity.py). Nothing here is about a person and nothing is linked: totals come from whoever counts them, and counts are taken as
independent because nobody can say how often one child is in them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from assets.measured.comparison import ALL, BaseKind, Comparison, PointCount, Reason, Setting
from assets.measured.disparity import compare
from assets.measured.figure_columns import FIGURES, adjusted, figures_of
from assets.measured.run import PACKAGE, Run
from assets.measured.settled import create_from
from contracts.benchmarks import CATEGORY_SYSTEM, RACE_GROUPS, PopulationBase, PopulationRow, population_bases
from contracts.definition_parts import POPULATION, Repeat
from contracts.definitions import AggregatePoint
from resources.sql import count, load_sql, rows

Period = tuple[date, date]
Totals = Mapping[tuple[str, str], Mapping[Period, Mapping[str, tuple[int, str | None]]]]
"""(field, decision point) -> period -> race group -> (count, category system)."""

_LEFT_OUT: Final = frozenset({"people", "base_people", "excluded_events", "ethnicity_unknown_people", "design_effect",
                              "ratio_resampled_lower", "ratio_resampled_upper"})  # fmt: skip
AGGREGATE: Final = {
    "point_id": "VARCHAR",
    "point_name": "VARCHAR",
    "field": "VARCHAR",
    "race_group": "VARCHAR",
    "reference_group": "VARCHAR",
    "category_system": "VARCHAR",
    "base_kind": "VARCHAR",
    "base_point": "VARCHAR",
    "period_start": "DATE",
    "period_end": "DATE",
    **{name: kind for name, kind in FIGURES.items() if name not in _LEFT_OUT},
    "benchmark_source": "VARCHAR",
    "benchmark_year": "INTEGER",
    "reason": "VARCHAR",
    "decided_by": "VARCHAR",
    "discretion": "VARCHAR",
    "policy_ref": "VARCHAR",
}
"""Columns of ``racial_disparity_aggregate`` in order; ``events`` are whatever the deliverer counts."""


def write_aggregate_disparity(run: Run, population: Sequence[PopulationRow]) -> None:
    """Fill ``target.racial_disparity_aggregate``: every period of every point of decision_points.yaml."""
    totals = _totals(run)
    table = f"{run.target}.racial_disparity_aggregate"
    create_from(run.con, table, AGGREGATE, adjusted(_answers(run, totals, population)))
    run.written["racial_disparity_aggregate"] = count(run.con, table)
    run.show("racial_disparity_aggregate")


def _totals(run: Run) -> Totals:
    found: dict[tuple[str, str], dict[Period, dict[str, tuple[int, str | None]]]] = {}
    for field, point, start, end, race_group, number, system in rows(run.con, load_sql(PACKAGE, "aggregate_total"), {"as_of": run.as_of}):
        found.setdefault((field, point), {}).setdefault((start, end), {})[race_group] = (int(number), system)
    return found


def _answers(run: Run, totals: Totals, population: Sequence[PopulationRow]) -> Iterator[Mapping[str, Any]]:
    points = {point.id: point for point in run.definitions.decision_points.aggregate_points}
    for point in points.values():
        periods = totals.get((point.field, point.decision_point), {})
        if not periods:
            yield {**_shared(run, point), "race_group": ALL, "p_value": None, "reason": Reason.NO_COUNT_DELIVERED}
        for (start, end), own in sorted(periods.items()):
            above = None
            if point.base != POPULATION:
                below = point.delivered_base or points[point.base].decision_point
                above = totals.get((point.field, below), {}).get((start, end))
            shared = {**_shared(run, point), "period_start": start.isoformat(), "period_end": end.isoformat()}
            for line in _compared(run, point, own, above, _bases(run, point, population, end)):
                yield {**shared, **line}


def _bases(run: Run, point: AggregatePoint, population: Sequence[PopulationRow], end: date) -> dict[str, PopulationBase]:
    if point.base != POPULATION:
        return {}
    return population_bases(population, ages=point.ages or run.definitions.decision_points.ages, year=end.year)


def _compared(
    run: Run,
    point: AggregatePoint,
    own: Mapping[str, tuple[int, str | None]],
    above: Mapping[str, tuple[int, str | None]] | None,
    bases: Mapping[str, PopulationBase],
) -> Iterator[Mapping[str, Any]]:
    rules = run.definitions.decision_points
    on_population = point.base == POPULATION
    systems = sorted({system for _, system in own.values() if system})
    missing = None if on_population or above else Reason.NO_COUNT_DELIVERED
    setting = Setting(
        base_kind=BaseKind.POPULATION if on_population else BaseKind.PREVIOUS_POINT,
        repeat=Repeat.PEOPLE,
        per=point.per or (rules.per.population if on_population else rules.per.previous_point),
        reference_group=run.definitions.race.reference_group,
        insufficient=rules.insufficient,
        max_mismatch_share=run.definitions.race.max_mismatch_share,
        missing=missing,
    )
    # Totals in one mixed code have no "White, not Hispanic": nothing of them may stand over a base that has.
    other_categories = on_population and bool(set(systems) - {CATEGORY_SYSTEM, "omb2024_combined"})
    counts = _counts(own, above)
    delivered = _delivered(own, None if on_population else above)
    all_told = delivered >= (set(RACE_GROUPS) if on_population else set(counts))
    for comparison in compare(counts, {} if other_categories else bases, setting):
        group = comparison.race_group
        # A group of which no total came is not a group with a count of zero: it may have been too small to be told.
        told = comparison if missing or group in delivered else Comparison(group, reason=Reason.NO_COUNT_DELIVERED)
        figures = {name: value for name, value in figures_of(told, setting).items() if name in AGGREGATE}
        if not all_told:
            figures["disproportionality_index"] = None  # a share of events of which a part was not told
        if other_categories:
            figures["reason"] = Reason.CATEGORY_MISMATCH
        yield {**figures, "reference_group": setting.reference_group, "category_system": ", ".join(systems) or None}


def _counts(own: Mapping[str, tuple[int, str | None]], above: Mapping[str, tuple[int, str | None]] | None) -> dict[str, PointCount]:
    groups = {*own, *(above or {})} - {ALL}
    counts = {group: _count(group, own.get(group, (0, None))[0], (above or {}).get(group, (0, None))[0]) for group in groups}
    counts[ALL] = _count(ALL, *_everybody(own, above))
    return counts


def _delivered(own: Mapping[str, tuple[int, str | None]], above: Mapping[str, tuple[int, str | None]] | None) -> frozenset[str]:
    """Groups of which a total came, and a total of their base where that is counted too."""
    return frozenset({*own, ALL}) if above is None else frozenset({ALL, *(set(own) & set(above))})


def _everybody(own: Mapping[str, tuple[int, str | None]], above: Mapping[str, tuple[int, str | None]] | None) -> tuple[int, int]:
    """Everybody's count and base: the deliverer's own two totals, else the sums of the groups that both have.

    A sum of some groups over a total of all would be a share of a base that it is no part of.
    """
    if above is None:
        return (own[ALL][0] if ALL in own else _sum(own, own)), 0
    if ALL in own and ALL in above:
        return own[ALL][0], above[ALL][0]
    both = set(own) & set(above) - {ALL}
    return _sum(own, both), _sum(above, both)


def _sum(totals: Mapping[str, tuple[int, str | None]], groups: Collection[str]) -> int:
    return sum(totals[group][0] for group in groups if group != ALL)


def _count(group: str, events: int, base: int) -> PointCount:
    return PointCount(group, base_events=base, base_people=base, events=events, people=events)


def _shared(run: Run, point: AggregatePoint) -> Mapping[str, Any]:
    return {
        "point_id": point.id,
        "point_name": point.name,
        "field": point.field,
        "base_kind": BaseKind.POPULATION if point.base == POPULATION else BaseKind.PREVIOUS_POINT,
        "base_point": None if point.base == POPULATION else point.base,
        "reference_group": run.definitions.race.reference_group,
        "decided_by": point.decided_by,
        "discretion": point.discretion,
        "policy_ref": point.policy_ref,
    }
