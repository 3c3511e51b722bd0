"""Figures laid out for a terminal: what is the same in every line said once, limits beside their figure, withheld said as withheld.

Belongs here: choosing and folding columns. Does not belong here: reading figures (figures.py), drawing a table (pipelines/display).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pipelines.surfaces.figures import Figures

WITHHELD: Final = "withheld"
_METHOD: Final = ("_method", "race_rule", "category_system", "category_systems", "discretion", "policy_ref", "decided_by")
_ASIDE: Final = frozenset(
    {"p_value", "definition_source", "ratio_resampled_lower", "ratio_resampled_upper", "stated_is_significant", "sign_changes"}
)
"""Never shown in a terminal; JSON has them."""
_WIDEST: Final = 12
"""Most columns of a table that can still be read."""
_FIRST_TO_GO: Final = (
    "point_no", "point_name", "definition_name", "definition_source", "definition_version", "repeat", "base_is_previous_numerator",
    "benchmark_source", "benchmark_year", "window_start", "window_end", "reaches_before_records", "excluded_events",
    "ethnicity_unknown_people", "base_linkable", "base_total", "stated_ratio", "design_effect", "disparity_index",
    "disproportionality_index", "difference 95 %", "rate_difference", "excess_events", "base_point", "base_kind", "intercept",
    "excluded", "reference_group", "rate_per", "p_adjusted", "is_significant", "tied_at_cut", "list_size", "share_of_people",
    "within_variance", "between_variance", "freedom", "usable", "period_start", "period_end", "withheld_people", "base_people",
)  # fmt: skip
"""What a wide table loses first."""


class NoSuchColumn(ValueError):
    """A filter names a column that no table of the measure has."""


@dataclass(frozen=True)
class Laid:
    """One table as shown: what every line shares, the columns, the lines, how many more lines there are, and which columns."""

    shared: Mapping[str, Any]
    columns: tuple[str, ...]
    lines: tuple[tuple[Any, ...], ...]
    left_out: int
    hidden: tuple[str, ...]
    numbers: tuple[str, ...]


def only(tables: Sequence[Figures], filters: Sequence[str]) -> list[Figures]:
    """The lines whose columns have the asked values, of the tables that have those columns.

    Args:
        tables: the tables of a measure.
        filters: ``column=value`` each; all must hold. A value is compared as text.

    Raises:
        NoSuchColumn: if a filter is not of that form or no table has all the columns.
    """
    asked: dict[str, str] = {}
    for text in filters:
        column, mark, value = text.partition("=")
        if not mark:
            raise NoSuchColumn(f"[{text}] is not a filter; write it like race_group=ALL")
        asked[column.strip()] = value.strip()
    found = [_only(table, asked) for table in tables if set(asked) <= set(table.columns)]
    if tables and not found:
        raise NoSuchColumn(f"no table of the measure has the columns {', '.join(sorted(asked))}; `measures explain` lists what there is")
    return found


def _only(table: Figures, asked: Mapping[str, str]) -> Figures:
    places = {list(table.columns).index(column): value for column, value in asked.items()}
    kept = [row for row in table.rows if all(str(_plain(row[place])) == value for place, value in places.items())]
    return Figures(table.table, table.description, table.columns, kept, table.counts)


def laid(table: Figures, *, most: int) -> Laid:
    """A table as a terminal shows it: no column that says nothing, and no more columns than can be read.

    Args:
        table: the figures.
        most: most lines; 0: all.
    """
    lines = [_said(table, row) for row in table.rows]
    names = list(table.columns)
    shared = _shared(names, lines) if len(lines) > 1 else {}
    told = [name for name in names if name not in shared and any(line[name] is not None for line in lines)]
    folded_names, folded = _folded([name for name in told if not _is_aside(name)], lines)
    columns = _narrowed(folded_names)
    shown = folded[:most] if most else folded
    return Laid(
        shared={name: value for name, value in shared.items() if value is not None and not _is_aside(name)},
        columns=tuple(columns),
        lines=tuple(tuple(line[name] for name in columns) for line in shown),
        left_out=len(folded) - len(shown),
        hidden=tuple(sorted({name for name in told if _is_aside(name)} | (set(folded_names) - set(columns)))),
        numbers=tuple(name for name in columns if any(_is_number(line[name]) for line in folded)),
    )


def _narrowed(names: Sequence[str]) -> list[str]:
    kept = list(names)
    for name in _FIRST_TO_GO:
        if len(kept) > _WIDEST and name in kept:
            kept.remove(name)
    return kept


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _said(table: Figures, row: Sequence[Any]) -> dict[str, Any]:
    line = {name: _plain(value) for name, value in zip(table.columns, row, strict=True)}
    if line.get(WITHHELD):
        line |= {name: WITHHELD for name in table.counts if name in line and line[name] is None}
    return line


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes").removesuffix(" 00:00")
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return value


def _is_aside(name: str) -> bool:
    return name in _ASIDE or name.endswith(_METHOD)


def _shared(names: Sequence[str], lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    first = lines[0]
    return {name: first[name] for name in names if all(line[name] == first[name] for line in lines)}


def _folded(names: Sequence[str], lines: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[dict[str, Any]]]:
    """Lower and upper limits as one column, where both are there."""
    pairs = {f"{name.removesuffix('_lower')} 95 %": (name, f"{name.removesuffix('_lower')}_upper") for name in names}
    pairs = {title: (lower, upper) for title, (lower, upper) in pairs.items() if lower.endswith("_lower") and upper in names}
    for prefix in ("value_if", "rate_if"):
        ends = [name for name in names if name.startswith(prefix)]
        if len(ends) == 2:
            pairs[f"{prefix.removesuffix('_if')}, none to all connected"] = (ends[0], ends[1])
    titles = {lower: title for title, (lower, _) in pairs.items()}
    uppers = {upper for _, upper in pairs.values()}
    columns = [titles.get(name, name) for name in names if name not in uppers]
    folded = [{**line, **{title: _interval(line[lower], line[upper]) for title, (lower, upper) in pairs.items()}} for line in lines]
    return columns, folded


def _interval(lower: Any, upper: Any) -> str | None:
    if lower is None and upper is None:
        return None
    return f"{_number(lower)} to {_number(upper)}"


def _number(value: Any) -> str:
    return "no limit" if value is None else f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
