"""Levels of a comparison as conditions in SQL.

Belongs here: how a level is put to Splink. Does not belong here: any comparison.
"""

from __future__ import annotations

from typing import Any


def level(condition: str, label: str) -> Any:
    """A level reached where the condition holds."""
    import splink.comparison_level_library as cll

    return cll.CustomLevel(condition, label_for_charts=label, base_dialect_str="duckdb")


def nothing_to_compare(condition: str) -> Any:
    """The level of pairs in which one side says nothing: it neither adds nor takes away."""
    return level(condition, "nothing to compare").configure(is_null_level=True)


def any_alike(column: str, condition: str) -> str:
    """Whether any value ``x`` of one side and any value ``y`` of the other meet the condition."""
    return f"len(list_filter({column}_l, lambda x: len(list_filter({column}_r, lambda y: {condition})) > 0)) > 0"
