"""The table ``racial_disparity``: every decision point, every race group.

Belongs here: asking the questions point by point and writing the answers. Does not belong here: the statistics (disparity.py), the
questions themselves (decision_event.sql, point_event.sql, withheld_people.sql, point_count.sql).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, Final

from assets.measured.comparison import ALL, BaseKind, Cell, PointCount, Reason, Setting
from assets.measured.disparity import compare
from assets.measured.figure_columns import FIGURES, adjusted, figures_of
from assets.measured.run import PACKAGE, Run
from assets.measured.scope import SCOPE
from assets.measured.settled import append, create_from, follow_filter_id, point_filter_id, words
from contracts.benchmarks import PopulationBase
from contracts.definition_parts import POPULATION, Repeat
from contracts.definitions import DecisionPoint, DecisionPoints
from resources.sql import count, load_sql, rows

Counts = Mapping[tuple[str, str], Mapping[str, PointCount]]
"""(point, domain) -> race group -> what was counted."""

NO_UPPER_AGE: Final = 1_000

RACIAL_DISPARITY: Final = {
    "point_no": "INTEGER",
    "point_id": "VARCHAR",
    "point_name": "VARCHAR",
    "intercept": "INTEGER",
    "domain": "VARCHAR",
    "race_group": "VARCHAR",
    "reference_group": "VARCHAR",
    "race_rule": "VARCHAR",
    "category_system": "VARCHAR",
    "repeat": "VARCHAR",
    "base_kind": "VARCHAR",
    "base_point": "VARCHAR",
    "base_is_previous_numerator": "BOOLEAN",
    "period_start": "TIMESTAMP",
    "period_end": "TIMESTAMP",
    **FIGURES,
    "base_total": "BIGINT",
    "base_linkable": "BIGINT",
    "withheld_people": "BIGINT",
    "rate_if_none_connected": "DOUBLE",
    "rate_if_all_connected": "DOUBLE",
    "benchmark_source": "VARCHAR",
    "benchmark_year": "INTEGER",
    "reason": "VARCHAR",
    "decided_by": "VARCHAR",
    "discretion": "VARCHAR",
    "policy_ref": "VARCHAR",
    "largest": "BIGINT",
    "second_largest": "BIGINT",
}
"""Columns of ``racial_disparity`` in order. Limits are of 95 %. ``largest`` and ``second_largest`` are the events of the two people
with most of them; they serve disclosure control and are never published."""

_POINT_EVENT: Final = {
    "point_no": "INTEGER",
    "event_no": "BIGINT",
    "person_key": "INTEGER",
    "anchor_at": "TIMESTAMP",
    "is_excluded": "BOOLEAN",
    "in_numerator": "BOOLEAN",
}
_POINT_RULE: Final = {
    "point_no": "INTEGER",
    "base_no": "INTEGER",
    "level": "INTEGER",
    "period_start": "TIMESTAMP",
    "own_filter": "VARCHAR",
    "own_system": "VARCHAR",
    "own_horizon": "TIMESTAMP",
    "screens": "VARCHAR[]",
    "charge_levels": "VARCHAR[]",
    "release_types": "VARCHAR[]",
    "stop_facts": "VARCHAR[]",
    "held_hours": "INTEGER",
    "must_be_released": "BOOLEAN",
    "after_release": "BOOLEAN",
    "follow_filter": "VARCHAR",
    "follow_system": "VARCHAR",
    "follow_days": "INTEGER",
    "follow_horizon": "TIMESTAMP",
}
WITHHELD_PEOPLE: Final = {"label": "VARCHAR", "domain": "VARCHAR", "race_group": "VARCHAR", "people": "BIGINT"}


def write_racial_disparity(run: Run, bases: Mapping[str, PopulationBase]) -> None:
    """Fill ``target.racial_disparity``.

    Args:
        run: the run; ``person_timeline``, ``booking``, ``person`` and ``matched_contact`` are there.
        bases: residents by race group, cut to the ages of decision_points.yaml.
    """
    rules = run.definitions.decision_points
    missing = collect_points(run, rules)
    run.keep("point_person")
    run.keep("point_count")
    counts = counts_by_point(run)
    table = f"{run.target}.racial_disparity"
    create_from(run.con, table, RACIAL_DISPARITY, ())
    append(run.con, table, RACIAL_DISPARITY, adjusted(_answers(run, rules, missing, counts, bases)))
    run.written["racial_disparity"] = count(run.con, table)
    run.show("racial_disparity")


def collect_points(run: Run, rules: DecisionPoints) -> dict[str, Reason | None]:
    """Fill the scratch table ``point_event`` for every point of ``rules`` that can be answered; returns why the others cannot."""
    run.keep(
        "decision_event",
        period_start=rules.period.start(run.as_of),
        residents_only=rules.residents_only,
        systems=sorted({point.numerator.system for point in rules.points}),
        age_from=rules.ages.min,
        age_to=NO_UPPER_AGE if rules.ages.max is None else rules.ages.max,
    )
    create_from(run.con, f"{SCOPE}.point_event", _POINT_EVENT, ())
    create_from(run.con, f"{SCOPE}.withheld_people", WITHHELD_PEOPLE, ())
    missing = {point.id: missing_for(run, rules, point) for point in rules.points}
    asked = [point for point in rules.in_order() if missing[point.id] is None]
    lines = [_rule(run, rules, point) for point in asked]
    create_from(run.con, f"{SCOPE}.point_rule", _POINT_RULE, lines)
    for level in sorted({line["level"] for line in lines}):
        run.extend("point_event", "point_event", level=level, earliest=rules.period.start(run.as_of))
    for point in asked:
        _withhold(run, rules, point)
    return missing


def missing_for(run: Run, rules: DecisionPoints, point: DecisionPoint) -> Reason | None:
    """Why the scope cannot answer a point at all, whatever its domain."""
    for link in rules.chain(point):
        wanted, follow = link.numerator, link.numerator.followed_by
        needs = (
            (rules.residents_only, run.held.residence_is_known),
            (True, run.held.age_at_event_is_known),
            (wanted.screen is not None, run.held.bjmhs_is_known),
            (wanted.charge_level is not None, run.held.charge_level_is_known),
            (wanted.release_type is not None, run.held.release_type_is_known),
            (wanted.stop is not None, run.held.stop_is_known),
            (
                wanted.held_at_least_hours is not None or wanted.released or wanted.screen is not None or wanted.charge_level is not None,
                run.held.has_bookings,
            ),
        )
        if wanted.system not in run.systems or (follow is not None and follow.system not in run.systems):
            return Reason.SYSTEM_NOT_IN_SCOPE
        if any(asked and not there for asked, there in needs):
            return Reason.COLUMN_NOT_IN_SCOPE
        if follow is not None and follow.system not in run.horizons:
            return Reason.COMPLETENESS_UNKNOWN
        if wanted.held_at_least_hours is not None and wanted.system not in run.horizons:
            return Reason.COMPLETENESS_UNKNOWN
    return None if _period_start(run, rules, point) < run.as_of else Reason.HISTORY_TOO_SHORT


def _period_start(run: Run, rules: DecisionPoints, point: DecisionPoint) -> datetime:
    """The period's first moment, no earlier than the records of the point's own system begin."""
    return run.since(rules.period, [point.numerator.system])


def _rule(run: Run, rules: DecisionPoints, point: DecisionPoint) -> dict[str, Any]:
    """One point as a row of the scratch table ``point_rule``."""
    wanted, follow = point.numerator, point.numerator.followed_by
    numbers = {each.id: number for number, each in enumerate(run.definitions.decision_points.points)}
    return {
        "point_no": numbers[point.id],
        "base_no": None if point.base == POPULATION else numbers[point.base],
        "level": len(rules.chain(point)) - 1,
        "period_start": _period_start(run, rules, point),
        "own_filter": point_filter_id(point.id),
        "own_system": wanted.system,
        "own_horizon": run.horizons.get(wanted.system, run.as_of),
        "screens": words(wanted.screen),
        "charge_levels": words(wanted.charge_level),
        "release_types": words(wanted.release_type),
        "stop_facts": words(wanted.stop),
        "held_hours": wanted.held_at_least_hours,
        "must_be_released": wanted.released,
        "after_release": any(link.numerator.released for link in rules.chain(point)),
        "follow_filter": None if follow is None else run.alike[follow_filter_id(point.id)],
        "follow_system": None if follow is None else follow.system,
        "follow_days": None if follow is None else follow.within_days,
        "follow_horizon": run.as_of if follow is None else run.horizons[follow.system],
    }


def _withhold(run: Run, rules: DecisionPoints, point: DecisionPoint) -> None:
    """Count the people who may not be looked up in the system that the point's events are followed in."""
    follow = point.numerator.followed_by
    if follow is not None and follow.system != point.numerator.system:
        run.extend(
            "withheld_people",
            "withheld_people",
            label=point.id,
            follow_system=follow.system,
            follow_filter=run.alike[follow_filter_id(point.id)],
            first_at=_period_start(run, rules, point),
            last_at=run.as_of + timedelta(microseconds=1),
        )


def counts_by_point(run: Run) -> dict[tuple[str, str], dict[str, PointCount]]:
    """Counts by (point, domain), then by race group; ``point_count`` is there."""
    names = [each.name for each in fields(PointCount)]
    found: dict[tuple[str, str], dict[str, PointCount]] = {}
    for point_id, domain, *values in rows(run.con, f"select point_id, domain, {', '.join(names)} from {SCOPE}.point_count"):
        counted = PointCount(*values)
        found.setdefault((point_id, domain), {})[counted.race_group] = counted
    return found


def _answers(
    run: Run,
    rules: DecisionPoints,
    missing: Mapping[str, Reason | None],
    counts: Counts,
    bases: Mapping[str, PopulationBase],
) -> Iterator[Mapping[str, Any]]:
    domains: Sequence[str | None] = sorted({domain for domain, _ in run.seen}) or [None]
    cells = _cells(run) if rules.draws else {}
    for point in rules.points:
        for domain in domains:
            reason = missing[point.id] or missing_in(run, rules, point, domain)
            setting = setting_of(run, rules, point, reason)
            own = {} if domain is None else counts.get((point.id, domain), {})
            shared = {**_shared(run, rules, point, domain), "base_is_previous_numerator": _is_exact(point, domain, counts)}
            drawn = {} if domain is None else cells.get((point.id, domain), {})
            for comparison in compare(own or {ALL: PointCount(ALL)}, bases, setting, drawn):
                most = own.get(comparison.race_group) if comparison.events is not None else None
                tops = {"largest": most.largest if most else None, "second_largest": most.second_largest if most else None}
                yield {**shared, **figures_of(comparison, setting), **tops}


def _cells(run: Run) -> dict[tuple[str, str], dict[str, list[Cell]]]:
    """What people have, by (point, domain), then by race group."""
    found: dict[tuple[str, str], dict[str, list[Cell]]] = {}
    for point_id, domain, race_group, hits, base_events, people in rows(run.con, load_sql(PACKAGE, "point_cell")):
        found.setdefault((point_id, domain), {}).setdefault(race_group, []).append((hits, base_events, people))
    return found


def missing_in(run: Run, rules: DecisionPoints, point: DecisionPoint, domain: str | None) -> Reason | None:
    """A domain that lacks one of the point's systems cannot answer it: no row combines systems that may not be linked."""
    if domain is None:
        return Reason.SYSTEM_NOT_IN_SCOPE
    asked = [(link.numerator.system, link.numerator.filter) for link in rules.chain(point)]
    asked += [(follow.system, follow.filter) for link in rules.chain(point) if (follow := link.numerator.followed_by) is not None]
    if any((domain, system) not in run.seen for system, _ in asked):
        return Reason.SYSTEM_NOT_IN_SCOPE
    if not all(run.can_filter(domain, system, wanted) for system, wanted in asked):
        return Reason.COLUMN_NOT_IN_SCOPE
    return None


def setting_of(run: Run, rules: DecisionPoints, point: DecisionPoint, reason: Reason | None) -> Setting:
    """What the groups of one decision point have in common; ``reason`` makes every figure unanswerable."""
    on_population = point.base == POPULATION
    follow = point.numerator.followed_by
    return Setting(
        base_kind=BaseKind.POPULATION if on_population else BaseKind.PREVIOUS_POINT,
        repeat=point.repeat,
        per=rules.per.population if on_population else rules.per.previous_point,
        reference_group=run.definitions.race.reference_group,
        insufficient=rules.insufficient,
        max_mismatch_share=run.definitions.race.max_mismatch_share,
        crosses_systems=follow is not None and follow.system != point.numerator.system,
        membership_known=run.held.membership_is_known,
        missing=reason,
        draws=rules.draws if point.repeat is Repeat.EVENTS else 0,
        label=point.id,
    )


def _is_exact(point: DecisionPoint, domain: str | None, counts: Counts) -> bool | None:
    """Whether the base is exactly the earlier point's numerator: nothing left out because its follow-up is not complete."""
    if point.base == POPULATION or domain is None or (point.id, domain) not in counts:
        return None
    before = counts.get((point.base, domain), {}).get(ALL, PointCount(ALL))
    return counts[point.id, domain].get(ALL, PointCount(ALL)).base_events == before.events


def _shared(run: Run, rules: DecisionPoints, point: DecisionPoint, domain: str | None) -> Mapping[str, Any]:
    return {
        "point_no": rules.points.index(point) + 1,
        "point_id": point.id,
        "point_name": point.name,
        "intercept": point.intercept,
        "domain": domain,
        "reference_group": run.definitions.race.reference_group,
        "race_rule": run.definitions.race.id,
        "category_system": run.definitions.race.category_system,
        "repeat": point.repeat,
        "base_point": None if point.base == POPULATION else point.base,
        "period_start": _period_start(run, rules, point),
        "period_end": run.as_of,
        "decided_by": point.decided_by,
        "discretion": point.discretion,
        "policy_ref": point.policy_ref,
    }
