"""People with frequent contact: lists, what they leave out, how definitions overlap, how lists change.

Belongs here: which question fills which table, and the equity of a list. Does not belong here: the definitions, the questions (.sql).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from assets.measured.comparison import ALL, BaseKind, PointCount, Reason, Setting
from assets.measured.disparity import compare
from assets.measured.figure_columns import adjusted, figures_of
from assets.measured.run import Run
from assets.measured.settled import create_from
from contracts.definition_parts import Repeat
from resources.sql import count, rows

EQUITY: Final = {
    "definition_id": "VARCHAR",
    "definition_version": "INTEGER",
    "domain": "VARCHAR",
    "race_group": "VARCHAR",
    "reference_group": "VARCHAR",
    "step": "VARCHAR",
    "people": "BIGINT",
    "base": "BIGINT",
    "share": "DOUBLE",
    "share_lower": "DOUBLE",
    "share_upper": "DOUBLE",
    "share_ratio": "DOUBLE",
    "ratio_lower": "DOUBLE",
    "ratio_upper": "DOUBLE",
    "ratio_method": "VARCHAR",
    "p_value": "DOUBLE",
    "test_method": "VARCHAR",
    "p_adjusted": "DOUBLE",
    "is_significant": "BOOLEAN",
    "disproportionality_index": "DOUBLE",
    "reason": "VARCHAR",
}
"""Columns of ``frequent_utilizer_equity``. step: eligible (of those the definition can find) or listed (of the eligible)."""


def write_frequent_utilizers(run: Run) -> None:
    """Fill ``frequent_utilizers`` and ``frequent_utilizer_summary``, and keep every month's draft."""
    run.keep(
        "definition_domain",
        smi_is_known=run.held.bjmhs_is_known or run.held.diagnosis_is_known,
        homeless_is_known=run.held.homeless_is_known,
        resident_is_known=run.held.residence_is_known,
        age_is_known=run.held.age_is_known,
    )
    run.keep("filtered_person")
    run.view("definition_person")
    run.keep("plain_value")
    run.keep("criterion_value")
    run.keep("criterion_cut")
    run.keep("frequent_utilizer_draft")
    run.publish("frequent_utilizers")
    run.publish("frequent_utilizer_summary")


def write_comparisons(run: Run) -> None:
    """Fill ``frequent_utilizer_equity``, ``frequent_utilizer_overlap`` and ``frequent_utilizer_stability``."""
    run.publish("frequent_utilizer_overlap")
    run.keep("month_met")
    run.keep("frequent_utilizer_month")
    run.publish("frequent_utilizer_stability")
    table = f"{run.target}.frequent_utilizer_equity"
    create_from(run.con, table, EQUITY, adjusted(_equity(run)))
    run.written["frequent_utilizer_equity"] = count(run.con, table)
    run.show("frequent_utilizer_equity")


def _equity(run: Run) -> Iterator[Mapping[str, Any]]:
    found: dict[tuple[str, int, str], dict[str, tuple[int, int, int]]] = {}
    question = (
        "select definition_id, definition_version, domain, race_group, people, eligible, listed, reason"
        " from scope.frequent_utilizer_summary order by all"
    )
    for definition_id, version, domain, race_group, people, eligible, listed, reason in rows(run.con, question):
        if reason is not None:
            yield {
                "definition_id": definition_id,
                "definition_version": version,
                "domain": domain,
                "race_group": ALL,
                "p_value": None,
                "reason": reason,
            }
            continue
        found.setdefault((definition_id, version, domain), {})[race_group] = (people, eligible, listed)
    for (definition_id, version, domain), groups in found.items():
        shared = {"definition_id": definition_id, "definition_version": version, "domain": domain}
        steps = {
            "eligible": {group: (eligible, people) for group, (people, eligible, _) in groups.items()},
            "listed": {group: (listed, eligible) for group, (_, eligible, listed) in groups.items()},
        }
        for step, shares in steps.items():
            for line in _shares(run, shares):
                yield {**shared, "step": step, **line}


def _shares(run: Run, shares: Mapping[str, tuple[int, int]]) -> Iterator[Mapping[str, Any]]:
    setting = Setting(
        base_kind=BaseKind.PREVIOUS_POINT,
        repeat=Repeat.PEOPLE,
        per=1.0,
        reference_group=run.definitions.race.reference_group,
        insufficient=run.definitions.decision_points.insufficient,
        max_mismatch_share=1.0,
    )
    counts = {
        group: PointCount(group, base_events=base, base_people=base, events=hits, people=hits) for group, (hits, base) in shares.items()
    }
    for comparison in compare(counts, {}, setting):
        figures = figures_of(comparison, setting)
        yield {
            **{name: figures.get(name) for name in EQUITY if name in figures},
            "reference_group": setting.reference_group,
            "share": figures["rate"],
            "share_lower": figures["rate_lower"],
            "share_upper": figures["rate_upper"],
            "share_ratio": figures["rate_ratio"],
            "reason": None if comparison.reason is None else Reason(comparison.reason),
        }
