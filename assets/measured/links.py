"""How far disparity and frequent contact rest on uncertain links: other thresholds, imputed links, and linkage by race.

Belongs here: asking a scope's figures again for every scenario and writing the answers. Does not belong here: grouping subjects
(link_scenarios.py), Rubin's rules (rubin.py), the figures (disparity.py). The integrator asks of everything; a product of the pairs among
the records that it may count, which lie in its scratch and are never published (docs/decisions/0017).

Every scenario is a link domain of its own in one scope that holds only the people it changes; counts are tonight's, less those people as
they are, plus those people as they would be. Rates are sums over people, so that this is exact; its cost is that of uncertain links.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import exp, log
from pathlib import Path
from typing import Any, Final

import numpy as np

from assets.measured import link_scope
from assets.measured.comparison import BaseKind, Comparison, PointCount, Setting
from assets.measured.conclusions import Answer, change
from assets.measured.decision_points import collect_points, missing_for, missing_in, setting_of
from assets.measured.disparity import compare
from assets.measured.figure_columns import adjusted, figures_of
from assets.measured.ground import lay
from assets.measured.link_error import linkage_by_race
from assets.measured.link_scenarios import Ints, at_threshold, drawn
from assets.measured.measure import begin
from assets.measured.rubin import pool
from assets.measured.run import PACKAGE, Run, held_by, systems_seen
from assets.measured.scope import SCOPE, open_scope
from assets.measured.settled import create_from, settle
from assets.measured.significance import LEVEL, false_discovery
from contracts.benchmarks import RACE_GROUPS, PopulationBase, population_bases, read_population
from contracts.definition_parts import Repeat
from contracts.definitions import Definitions
from contracts.linkage import Thresholds
from resources.sql import Connection, count, load_sql, rows

LINK_TABLES: Final = ("link_threshold_sensitivity", "link_imputation", "linkage_by_race")
"""Tables that :func:`measure_links` writes."""

RESTS_ON: Final = ("frequent_utilizers", "racial_disparity")
"""Measures whose answers must lie in the scope before they are asked again."""

STORED: Final = "stored"
"""The scenario of tonight's own links."""

_FIGURE: Final = {
    "figure_kind": "VARCHAR", "figure_id": "VARCHAR", "domain": "VARCHAR", "race_group": "VARCHAR", "reference_group": "VARCHAR",
}  # fmt: skip
_AGAIN: Final = {
    "stated_ratio": "DOUBLE", "stated_is_significant": "BOOLEAN", "sign_changes": "BOOLEAN", "significance_changes": "BOOLEAN",
    "conclusion_changes": "BOOLEAN", "reason": "VARCHAR",
}  # fmt: skip
_RATIO: Final = {
    "rate_ratio": "DOUBLE", "ratio_lower": "DOUBLE", "ratio_upper": "DOUBLE", "p_value": "DOUBLE", "p_adjusted": "DOUBLE",
    "is_significant": "BOOLEAN",
}  # fmt: skip
THRESHOLD: Final = {
    "threshold": "DOUBLE", "is_stored": "BOOLEAN", **_FIGURE, "events": "BIGINT", "people": "BIGINT", "base": "BIGINT", "rate": "DOUBLE",
    "rate_per": "DOUBLE", **_RATIO, **_AGAIN,
}  # fmt: skip
IMPUTATION: Final = {
    **_FIGURE, "imputations": "INTEGER", "usable": "INTEGER", "counted_mean": "DOUBLE", "base_mean": "DOUBLE", **_RATIO,
    "within_variance": "DOUBLE", "between_variance": "DOUBLE", "missing_information": "DOUBLE", "freedom": "DOUBLE", **_AGAIN,
}  # fmt: skip
LINKAGE: Final = {
    "domain": "VARCHAR", "race_group": "VARCHAR", "threshold": "DOUBLE", "is_stored": "BOOLEAN", "subjects": "BIGINT", "people": "BIGINT",
    "subjects_linked": "BIGINT", "linkage_rate": "DOUBLE", "people_across_systems": "BIGINT", "subjects_withheld": "BIGINT",
    "persons_tonight": "BIGINT", "persons_linked": "BIGINT", "persons_across": "BIGINT",
    "links": "BIGINT", "uncertain_links": "BIGINT", "expected_false_links": "DOUBLE", "expected_false_share": "DOUBLE",
    "expected_missed_links": "DOUBLE",
}  # fmt: skip

Key = tuple[str, str, str, str]
"""(kind, id, domain, race group)."""


@dataclass(frozen=True)
class Asked:
    """What does not differ between scenarios."""

    run: Run
    stored: float
    stated: Mapping[Key, Answer]


def measure_links(
    con: Connection,
    *,
    target_schema: str,
    definitions: Definitions,
    benchmarks: Path,
    as_of: datetime,
    thresholds: Thresholds,
) -> dict[str, int]:
    """Fill ``LINK_TABLES``; returns rows by table. Leaves another scope open than it found.

    Args:
        con: connection on which ``measure`` has just answered the measures ``RESTS_ON`` of a scope over the schema ``linked``, the scope
            still open; ``linked`` holds ``edge`` and says the subject of every membership.
        target_schema: schema that receives the tables.
        definitions: what the county means by its words.
        benchmarks: the population file.
        as_of: the same moment.
        thresholds: of the nightly linkage; nothing below them is asked.
    """
    rules = definitions.linkage_sensitivity
    known = link_scope.tonight(con, thresholds)
    scenarios = _scenarios(known, definitions, thresholds)
    link_scope.write_seats(con, known, scenarios)
    link_scope.keep_base(con)
    base_held, base_seen = held_by(con), systems_seen(con)
    groups = con.sql("select domain, person_key, race_group from temp.link_base_person").pl()
    try:
        open_scope(con, link_scope.scenario_tables(con), materialise=True)
        con.execute(f"create schema {SCOPE}.links")
        lean = definitions.model_copy(update={"frequent_utilizers": definitions.frequent_utilizers.model_copy(update={"months": 0})})
        settle(con, lean, as_of)
        run = replace(begin(con, f"{SCOPE}.links", lean, as_of, lay(con, lean)), held=base_held, seen=base_seen)
        link_scope.bring_base(con, [STORED, *sorted(scenarios)])
        population = population_bases(read_population(benchmarks), ages=definitions.decision_points.ages, year=as_of.year)
        lines = _lines(run, population)
        asked = Asked(run, thresholds.link, _stated(lines[STORED]))
    finally:
        link_scope.drop_base(con)
    tables: dict[str, tuple[Mapping[str, str], list[Mapping[str, Any]]]] = {
        "link_threshold_sensitivity": (THRESHOLD, list(_by_threshold(asked, lines))),
        "link_imputation": (IMPUTATION, list(_imputed(asked, lines, rules.imputations))),
        "linkage_by_race": (LINKAGE, list(linkage_by_race(known, groups, [thresholds.link, *_above(definitions, thresholds)], rules))),
    }
    for name, (columns, values) in tables.items():
        create_from(con, f"{target_schema}.{name}", columns, values)
    return {name: count(con, f"{target_schema}.{name}") for name in tables}


def _above(definitions: Definitions, thresholds: Thresholds) -> list[float]:
    """Thresholds above the stored one; lower ones cannot be asked, since their pairs were never persons."""
    return [each for each in definitions.linkage_sensitivity.thresholds if each > thresholds.link]


def _scenarios(known: link_scope.Tonight, definitions: Definitions, thresholds: Thresholds) -> dict[str, Ints]:
    rules = definitions.linkage_sensitivity
    found = {f"t{threshold:g}": at_threshold(known.links, threshold) for threshold in _above(definitions, thresholds)}
    for number in range(rules.imputations):
        rng = np.random.Generator(np.random.PCG64([rules.seed, number]))
        found[f"d{number:03d}"] = drawn(known.links, rng, certain=rules.certain, impossible=rules.impossible)
    return found


def _stated(lines: Sequence[Mapping[str, Any]]) -> dict[Key, Answer]:
    """What tonight's own links say, tested among the same figures as every scenario."""
    return {
        (line["figure_kind"], line["figure_id"], line["domain"], line["race_group"]): Answer(line["rate_ratio"], line["is_significant"])
        for line in lines
    }


def _lines(run: Run, bases: Mapping[str, PopulationBase]) -> dict[str, list[dict[str, Any]]]:
    """Scenario -> one line a figure and race group, with the variance of its log ratio."""
    collect_points(run, run.definitions.decision_points)
    run.keep("point_person")
    _find(run)
    found: dict[str, list[dict[str, Any]]] = {STORED: []}
    # Scenarios that change nobody behind a figure count the same, and are compared once.
    compared: dict[tuple[str, str, str, frozenset[PointCount]], list[dict[str, Any]]] = {}
    for counted in (*_point_counts(run), *_found_counts(run)):
        key = (*counted[1:4], frozenset(counted[4].values()))
        if key not in compared:
            compared[key] = list(_compared(run, bases, counted))
        found.setdefault(counted[0], []).extend(dict(line) for line in compared[key])
    return {scenario: adjusted(lines) for scenario, lines in sorted(found.items())}


def _find(run: Run) -> None:
    """Who of the changed people meets which definition, at tonight's thresholds and where tonight can be answered."""
    run.keep("link_definition_domain")
    run.con.execute(f"create or replace table {SCOPE}.definition_domain as select * from {SCOPE}.link_definition_domain")
    run.keep("filtered_person")
    run.view("definition_person")
    run.keep("plain_value")
    run.keep("criterion_value")
    run.keep("link_criterion_cut")
    run.con.execute(f"create or replace table {SCOPE}.criterion_cut as select * from {SCOPE}.link_criterion_cut")
    run.keep("frequent_utilizer_draft")


_SUMS: Final = (
    "base_events", "base_people", "events", "people", "squares", "products", "base_squares", "ethnicity_unknown_people",
)  # fmt: skip
Counted = tuple[str, str, str, str, dict[str, PointCount]]


def _point_counts(run: Run) -> Iterator[Counted]:
    found: dict[tuple[str, str, str], dict[str, PointCount]] = {}
    for scenario, point, domain, group, *values in rows(run.con, load_sql(PACKAGE, "link_point")):
        named = dict(zip(_SUMS, values, strict=True))
        found.setdefault((scenario, point, domain), {})[group] = PointCount(group, **named)
    for (scenario, point, domain), counts in found.items():
        yield scenario, "disparity", point, domain, counts


def _found_counts(run: Run) -> Iterator[Counted]:
    found: dict[tuple[str, str, str], dict[str, PointCount]] = {}
    for scenario, definition, domain, group, people, eligible in rows(run.con, load_sql(PACKAGE, "link_found")):
        found.setdefault((scenario, definition, domain), {})[group] = PointCount(group, people, people, eligible, eligible)
    for (scenario, definition, domain), counts in found.items():
        yield scenario, "frequent_utilizers", definition, domain, counts


def _compared(run: Run, bases: Mapping[str, PopulationBase], counted: Counted) -> Iterator[dict[str, Any]]:
    _, kind, figure, domain, counts = counted
    setting = _setting(run, kind, figure, domain)
    if setting is None:
        return
    found = {each.race_group: each for each in compare(counts, bases, setting)}
    reference = found.get(setting.reference_group)
    for group, comparison in found.items():
        if group not in RACE_GROUPS:
            continue
        figures = figures_of(comparison, setting)
        yield {
            **{
                name: figures[name] for name in ("events", "people", "base", "rate", "rate_per", "rate_ratio", "ratio_lower", "ratio_upper")
            },
            "p_value": figures["p_value"],
            "reason": figures["reason"],
            "figure_kind": kind,
            "figure_id": figure,
            "domain": domain,
            "race_group": group,
            "reference_group": setting.reference_group,
            "counted": (comparison.people if setting.repeat is Repeat.PEOPLE else comparison.events) or 0,
            "variance": log_variance(comparison, reference, setting),
        }


def _setting(run: Run, kind: str, figure: str, domain: str) -> Setting | None:
    rules = run.definitions.decision_points
    if kind == "frequent_utilizers":
        return Setting(BaseKind.PREVIOUS_POINT, Repeat.PEOPLE, 1.0, run.definitions.race.reference_group, rules.insufficient, 1.0)
    point = next(each for each in rules.points if each.id == figure)
    if missing_for(run, rules, point) or missing_in(run, rules, point, domain):
        return None
    return replace(setting_of(run, rules, point, None), draws=0, crosses_systems=False)


def log_variance(own: Comparison, reference: Comparison | None, setting: Setting) -> float | None:
    """Variance of the log ratio, by the same formula as its limits."""
    if reference is None or own.ratio.value is None or own.race_group == setting.reference_group:
        return None
    if own.log_variance is not None and reference.log_variance is not None:
        return own.log_variance + reference.log_variance
    by_people = setting.repeat is Repeat.PEOPLE
    parts = [((each.people if by_people else each.events) or 0, each.base or 0) for each in (own, reference)]
    if not all(hits and base for hits, base in parts):
        return None
    if setting.base_kind is BaseKind.POPULATION:
        return sum(1 / hits for hits, _ in parts)
    return sum(1 / hits - 1 / base for hits, base in parts) or None


def _by_threshold(asked: Asked, lines: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[Mapping[str, Any]]:
    for scenario, found in lines.items():
        if scenario.startswith("d"):
            continue
        threshold = asked.stored if scenario == STORED else float(scenario.removeprefix("t"))
        for line in found:
            own = {name: value for name, value in line.items() if name in THRESHOLD}
            yield {"threshold": threshold, "is_stored": scenario == STORED, **own, **_against(asked, line)}


def _against(asked: Asked, line: Mapping[str, Any]) -> dict[str, Any]:
    key = (line["figure_kind"], line["figure_id"], line["domain"], line["race_group"])
    stated = asked.stated.get(key, Answer())
    found = change(stated, Answer(line["rate_ratio"], line["is_significant"]))
    return {
        "stated_ratio": stated.ratio,
        "stated_is_significant": stated.is_significant,
        "sign_changes": found.sign,
        "significance_changes": found.significance,
        "conclusion_changes": found.conclusion,
    }


def _imputed(asked: Asked, lines: Mapping[str, Sequence[Mapping[str, Any]]], imputations: int) -> list[dict[str, Any]]:
    drawn_lines: dict[Key, list[Mapping[str, Any]]] = {}
    for scenario, found in lines.items():
        for line in found if scenario.startswith("d") else ():
            drawn_lines.setdefault((line["figure_kind"], line["figure_id"], line["domain"], line["race_group"]), []).append(line)
    pooled = [_pooled(key, found, imputations) for key, found in sorted(drawn_lines.items())]
    for line, p in zip(pooled, false_discovery([line["p_value"] for line in pooled]), strict=True):
        line["p_adjusted"] = p
        line["is_significant"] = None if p is None else p < LEVEL
        line.update(_against(asked, line))
    return pooled


def _pooled(key: Key, lines: Sequence[Mapping[str, Any]], imputations: int) -> dict[str, Any]:
    usable = [(log(line["rate_ratio"]), line["variance"]) for line in lines if line["rate_ratio"] and line["variance"]]
    found = pool([ratio for ratio, _ in usable], [variance for _, variance in usable]) if len(usable) == imputations else None
    line: dict[str, Any] = {
        **dict(zip(("figure_kind", "figure_id", "domain", "race_group"), key, strict=True)),
        "reference_group": lines[0]["reference_group"],
        "imputations": imputations,
        "usable": len(usable),
        "counted_mean": sum(each["counted"] for each in lines) / len(lines),
        "base_mean": None if any(each["base"] is None for each in lines) else sum(each["base"] for each in lines) / len(lines),
        "rate_ratio": None,
        "p_value": None,
    }
    if found is None:
        reasons = sorted({str(each["reason"]) for each in lines if each["reason"]})
        is_reference = key[3] == lines[0]["reference_group"]
        return {**line, "rate_ratio": 1.0 if is_reference and not reasons else None, "reason": reasons[0] if reasons else None}
    return {
        **line,
        "rate_ratio": exp(found.estimate),
        "ratio_lower": exp(found.limits.lower),
        "ratio_upper": exp(found.limits.upper),
        "p_value": found.p_value,
        "within_variance": found.within,
        "between_variance": found.between,
        "missing_information": found.missing_information,
        "freedom": min(found.freedom, 1e9),
    }
