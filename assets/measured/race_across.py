"""Race across systems: views, agreement, missingness, and what becomes of disparity under another rule.

Belongs here: which question fills which table. Does not belong here: the questions (.sql), kappa (agreement.py), ratios (disparity.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from assets.measured.agreement import cohens_kappa
from assets.measured.comparison import ALL, PointCount, Reason
from assets.measured.conclusions import Answer, change
from assets.measured.decision_points import Counts, counts_by_point, missing_for, missing_in, setting_of
from assets.measured.disparity import compare
from assets.measured.figure_columns import adjusted, figures_of
from assets.measured.run import PACKAGE, Run
from assets.measured.settled import create_from
from contracts.benchmarks import RACE_GROUPS, PopulationBase
from contracts.definitions import DecisionPoint
from resources.sql import count, load_sql, rows

OWN_RULE: Final = "county"
OVERLAPPING: Final = "alone_or_in_combination"
"""A rule under which a person can be in several groups; no population base is counted like that."""
RULES: Final = (OWN_RULE, "latest_self_report", "modal", "prioritised", OVERLAPPING)

RACE_KAPPA: Final = {
    "domain": "VARCHAR",
    "system_a": "VARCHAR",
    "system_b": "VARCHAR",
    "people": "BIGINT",
    "people_agreeing": "BIGINT",
    "agreement": "DOUBLE",
    "agreement_by_chance": "DOUBLE",
    "kappa": "DOUBLE",
    "kappa_lower": "DOUBLE",
    "kappa_upper": "DOUBLE",
    "reason": "VARCHAR",
}
"""Columns of ``race_kappa``; one row a pair of systems."""

_ASKED_AGAIN: Final = {
    "events": "BIGINT",
    "people": "BIGINT",
    "base": "BIGINT",
    "rate": "DOUBLE",
    "rate_per": "DOUBLE",
    "rate_ratio": "DOUBLE",
    "ratio_lower": "DOUBLE",
    "ratio_upper": "DOUBLE",
    "p_value": "DOUBLE",
    "p_adjusted": "DOUBLE",
    "is_significant": "BOOLEAN",
    "stated_ratio": "DOUBLE",
    "stated_is_significant": "BOOLEAN",
    "sign_changes": "BOOLEAN",
    "significance_changes": "BOOLEAN",
    "conclusion_changes": "BOOLEAN",
    "reason": "VARCHAR",
}
SENSITIVITY: Final = {
    "rule": "VARCHAR",
    "point_id": "VARCHAR",
    "domain": "VARCHAR",
    "race_group": "VARCHAR",
    "reference_group": "VARCHAR",
    "base_kind": "VARCHAR",
    **_ASKED_AGAIN,
}
"""Columns of ``racial_disparity_sensitivity``; ``stated`` is the county's own rule."""


def write_race_across(run: Run) -> None:
    """Fill ``person_race_view``, ``race_agreement``, ``race_kappa`` and ``race_missingness``; ``race_evidence`` is there."""
    run.refresh("race_system_group")
    for name in ("person_race_view", "race_agreement", "race_missingness"):
        run.publish(name)
    table = f"{run.target}.race_kappa"
    create_from(run.con, table, RACE_KAPPA, _kappas(run))
    run.written["race_kappa"] = count(run.con, table)
    run.show("race_kappa")


def _kappas(run: Run) -> list[Mapping[str, Any]]:
    pairs: dict[tuple[str, str, str], dict[tuple[str, str], int]] = {}
    found = rows(run.con, "select domain, system_a, system_b, group_a, group_b, people from scope.race_agreement")
    for domain, one, other, group_a, group_b, people in found:
        pairs.setdefault((domain, one, other), {})[group_a, group_b] = people
    lines: list[Mapping[str, Any]] = []
    for (domain, one, other), cells in sorted(pairs.items()):
        groups = sorted({group for pair in cells for group in pair})
        table = [[cells.get((a, b), 0) for b in groups] for a in groups]
        found_kappa = cohens_kappa(table)
        lines.append(
            {
                "domain": domain,
                "system_a": one,
                "system_b": other,
                "people": sum(cells.values()),
                "people_agreeing": sum(people for (a, b), people in cells.items() if a == b),
                "agreement": found_kappa.observed,
                "agreement_by_chance": found_kappa.expected,
                "kappa": found_kappa.kappa,
                "kappa_lower": found_kappa.limits.lower if found_kappa.limits else None,
                "kappa_upper": found_kappa.limits.upper if found_kappa.limits else None,
                "reason": None if found_kappa.kappa is not None else "one_group_only",
            }
        )
    return lines


def write_sensitivity(run: Run, bases: Mapping[str, PopulationBase]) -> None:
    """Fill ``racial_disparity_sensitivity``; ``point_person`` and ``person_group`` are there."""
    table = f"{run.target}.racial_disparity_sensitivity"
    create_from(run.con, table, SENSITIVITY, _asked_again(run, bases))
    run.written["racial_disparity_sensitivity"] = count(run.con, table)
    run.show("racial_disparity_sensitivity")


def _asked_again(run: Run, bases: Mapping[str, PopulationBase]) -> list[dict[str, Any]]:
    counts = _counts_by_rule(run)
    everybody = counts_by_point(run)
    by_rule = {rule: adjusted(_lines(run, rule, counts, everybody, bases)) for rule in RULES}
    stated = {(line["point_id"], line["domain"], line["race_group"]): line for line in by_rule[OWN_RULE]}
    return [
        {**line, **compared_with(stated.get((line["point_id"], line["domain"], line["race_group"])), line)}
        for rule in RULES
        for line in by_rule[rule]
    ]


def compared_with(stated: Mapping[str, Any] | None, line: Mapping[str, Any]) -> dict[str, Any]:
    """Columns that hold a figure asked again against the stated one."""
    before = Answer(stated["rate_ratio"], stated["is_significant"]) if stated else Answer()
    after = change(before, Answer(line["rate_ratio"], line["is_significant"]))
    return {
        "stated_ratio": before.ratio,
        "stated_is_significant": before.is_significant,
        "sign_changes": after.sign,
        "significance_changes": after.significance,
        "conclusion_changes": after.conclusion,
    }


def _counts_by_rule(run: Run) -> dict[tuple[str, str, str], dict[str, PointCount]]:
    question = load_sql(PACKAGE, "point_sum")
    found: dict[tuple[str, str, str], dict[str, PointCount]] = {}
    for rule, point_id, domain, race_group, *values in rows(run.con, question):
        found.setdefault((rule, point_id, domain), {})[race_group] = PointCount(race_group, *values)
    return found


def _lines(
    run: Run,
    rule: str,
    counts: Mapping[tuple[str, str, str], Mapping[str, PointCount]],
    everybody: Counts,
    bases: Mapping[str, PopulationBase],
) -> Iterator[dict[str, Any]]:
    rules = run.definitions.decision_points
    for point in rules.points:
        for domain in sorted({domain for domain, _ in run.seen}):
            if missing_for(run, rules, point) or missing_in(run, rules, point, domain):
                continue
            own = {**counts.get((rule, point.id, domain), {})}
            own[ALL] = everybody.get((point.id, domain), {}).get(ALL, PointCount(ALL))
            yield from _point_lines(run, rule, (point, domain), own, bases)


def _point_lines(
    run: Run, rule: str, at: tuple[DecisionPoint, str], counts: Mapping[str, PointCount], bases: Mapping[str, PopulationBase]
) -> Iterator[dict[str, Any]]:
    point, domain = at
    setting = replace(setting_of(run, run.definitions.decision_points, point, None), draws=0, crosses_systems=False)
    overlaps = rule == OVERLAPPING and point.base == "population"
    for comparison in compare(counts, {} if overlaps else bases, setting):
        if comparison.race_group not in RACE_GROUPS:
            continue
        yield {
            "rule": rule,
            "point_id": point.id,
            "domain": domain,
            "reference_group": setting.reference_group,
            **figures_of(comparison, setting),
            **({"reason": Reason.CATEGORY_MISMATCH} if overlaps else {}),
        }
