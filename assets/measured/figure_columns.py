"""The columns in which a comparison between race groups is written, whatever table holds it.

Belongs here: names and types, filling them from a comparison, adjusting p-values over a table. Does not belong here: any formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Final

from assets.measured import significance
from assets.measured.comparison import Comparison, Estimate, Setting

FIGURES: Final = {
    "events": "BIGINT",
    "people": "BIGINT",
    "base": "BIGINT",
    "base_people": "BIGINT",
    "excluded_events": "BIGINT",
    "ethnicity_unknown_people": "BIGINT",
    "rate": "DOUBLE",
    "rate_per": "DOUBLE",
    "rate_lower": "DOUBLE",
    "rate_upper": "DOUBLE",
    "rate_method": "VARCHAR",
    "rate_ratio": "DOUBLE",
    "ratio_lower": "DOUBLE",
    "ratio_upper": "DOUBLE",
    "ratio_method": "VARCHAR",
    "ratio_resampled_lower": "DOUBLE",
    "ratio_resampled_upper": "DOUBLE",
    "design_effect": "DOUBLE",
    "rate_difference": "DOUBLE",
    "difference_lower": "DOUBLE",
    "difference_upper": "DOUBLE",
    "difference_method": "VARCHAR",
    "excess_events": "DOUBLE",
    "disproportionality_index": "DOUBLE",
    "disparity_index": "DOUBLE",
    "p_value": "DOUBLE",
    "test_method": "VARCHAR",
    "p_adjusted": "DOUBLE",
    "is_significant": "BOOLEAN",
}
"""Column -> type of every figure of a comparison, in the order tables show them."""

_OWN: Final = {
    "events", "people", "base", "base_people", "excluded_events", "ethnicity_unknown_people", "design_effect", "disproportionality_index",
    "disparity_index", "p_value", "test_method", "base_total", "base_linkable", "withheld_people", "rate_if_none_connected",
    "rate_if_all_connected", "benchmark_source", "benchmark_year", "reason",
}  # fmt: skip
"""Fields of a comparison that are a column of the same name."""


def figures_of(comparison: Comparison, setting: Setting) -> dict[str, Any]:
    """Every column that a comparison fills; ``p_adjusted`` and ``is_significant`` need the whole table (:func:`adjusted`)."""
    resampled = comparison.resampled
    return {
        **{each.name: getattr(comparison, each.name) for each in fields(Comparison) if each.name in _OWN},
        "race_group": comparison.race_group,
        "base_kind": setting.base_kind,
        "rate_per": setting.per,
        **_estimate("rate", "rate", comparison.rate),
        **_estimate("rate_ratio", "ratio", comparison.ratio),
        **_estimate("rate_difference", "difference", comparison.difference),
        "ratio_resampled_lower": resampled.lower if resampled else None,
        "ratio_resampled_upper": resampled.upper if resampled else None,
        "excess_events": comparison.excess,
    }


def _estimate(name: str, prefix: str, estimate: Estimate) -> dict[str, Any]:
    return {
        name: estimate.value,
        f"{prefix}_lower": estimate.lower,
        f"{prefix}_upper": estimate.upper,
        f"{prefix}_method": estimate.method,
    }


def adjusted(lines: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows of one table with p-values adjusted over all of them (Benjamini-Hochberg) and what that makes of each difference."""
    whole = [dict(line) for line in lines]
    for line, p in zip(whole, significance.false_discovery([line["p_value"] for line in whole]), strict=True):
        line["p_adjusted"] = p
        line["is_significant"] = None if p is None else p < significance.LEVEL
    return whole
