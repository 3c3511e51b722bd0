"""Cells as they leave: what a release says of each count, and what earlier releases said of the same one.

Belongs here: names of cells that hold from release to release, their marks, and finding one release's cells in another. Does not belong
here: what follows from them (earlier.py), the register they are kept in (released.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from assets.published.cells import CountTable, System
from assets.published.earlier import Shown
from assets.published.linear import Cell
from contracts.disclosure import DisclosurePolicy

Mark = Callable[[str, int], str]
"""From the name of a cell and its count to a mark that is equal exactly where both are."""


@dataclass(frozen=True)
class Released:
    """One cell as it leaves: its key, what it sums of which group, its figure or None, and whether it is withheld for being small.

    ``column`` of an implicit cell, the rest of a group outside its part, names both; such a cell is never shown itself. ``mark`` tells
    whether a count, shown or not, is the same in another release, and nothing else of it.
    """

    column: str
    place: tuple[tuple[str, Any], ...]
    universe: str | None
    group: tuple[tuple[str, Any], ...]
    value: int | None
    small: bool
    mark: str
    period: tuple[date | None, date | None] | None


def plain(_: str, count: int) -> str:
    """The mark of a count in releases that are not kept: the count."""
    return str(count)


def marks_of(tables: Sequence[CountTable], system: System, mark: Mark) -> dict[Hashable, str]:
    """The mark of every count, under the name it has in every release: what it sums of which group, or else its place in its table."""
    named = {table.name: table for table in tables}
    found: dict[Hashable, str] = {}
    for cell in system.cells:
        name, number, column = _column(cell)
        universe = None if cell.implicit else _universe(named[name], column)
        where = [universe, _group(named[name], number)] if universe else [name, column, _pairs(named[name], number)]
        found[cell.key] = mark(json.dumps(where), int(cell.value))
    return found


def said_before(
    tables: Sequence[CountTable], system: System, before: Sequence[Mapping[str, Sequence[Released]]], marks: Mapping[Hashable, str]
) -> dict[Hashable, list[Shown]]:
    """What earlier releases said of each cell, found by its table, column and place, or by what it sums of which group."""
    named = {table.name: table for table in tables}
    found: dict[Hashable, list[Shown]] = {}
    for number, release in enumerate(before):
        by_place = {(name, item.column, item.place): item for name, items in release.items() for item in items}
        by_group = {(item.universe, item.group): item for items in release.values() for item in items if item.universe}
        for cell in system.cells:
            name, row, column = _column(cell)
            place = _pairs(named[name], row)
            item = by_place.get((name, column, place))
            universe = None if cell.implicit else _universe(named[name], column)
            if item is None and universe is not None:
                item = by_group.get((universe, _group(named[name], row)))
            if item is not None and _overlap(item.period, _period(named[name], row)):
                found.setdefault(cell.key, []).append(Shown(number, item.value, item.small, item.mark == marks[cell.key], item.mark))
        _rests_said(system, found, number)
    return found


def _rests_said(system: System, found: dict[Hashable, list[Shown]], release: int) -> None:
    """A rest was known where the group and its part were both shown."""
    for cell in system.cells:
        if not cell.implicit:
            continue
        table, number, column, holder, at, people = cast("tuple[str, int, str, str, int, str]", cell.key)
        part = _value_in(found, (table, number, column), release)
        whole = _value_in(found, (holder, at, people), release)
        if part is not None and whole is not None:
            found[cell.key] = [said for said in found.get(cell.key, []) if said.release != release]
            found[cell.key].append(Shown(release, whole - part, small=False, same=whole - part == cell.value))


def _value_in(found: Mapping[Hashable, Sequence[Shown]], key: Hashable, release: int) -> int | None:
    return next((said.value for said in found.get(key, ()) if said.release == release), None)


def _column(cell: Cell) -> tuple[str, int, str]:
    """Table, row and column of a cell; the column of an implicit one names part and whole."""
    table, number, *names = cast("tuple[Any, ...]", cell.key)
    return table, number, names[0] if not cell.implicit else f"{names[0]} in {names[1]}.{names[3]}"


def _universe(table: CountTable, column: str) -> str | None:
    return next((each.universe for each in table.people if each.name == column), None)


def _pairs(table: CountTable, number: int) -> tuple[tuple[str, Any], ...]:
    return tuple((column.name, _text(table.rows[number][column.name])) for column in table.dimensions)


def _group(table: CountTable, number: int) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((name, _text(value)) for name, value in table.group(number)))


def _text(value: Any) -> str | None:
    """As the register keeps a dimension's value."""
    return None if value is None else str(value)


def _period(table: CountTable, number: int) -> tuple[date | None, date | None] | None:
    if table.declared.period is None:
        return None
    start, end = (_day(table.rows[number][name]) for name in table.declared.period)
    return None if start is None and end is None else (start, end)


def _day(value: Any) -> date | None:
    return value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None


def _overlap(one: tuple[date | None, date | None] | None, other: tuple[date | None, date | None] | None) -> bool:
    """Whether two periods share a day; without both periods it cannot be excluded."""
    (begins, ends), (other_begins, other_ends) = one or (None, None), other or (None, None)
    if begins is None or ends is None or other_begins is None or other_ends is None:
        return True
    return begins < other_ends and other_begins < ends


def cells_left(table: CountTable, system: System, shown: set[Hashable], marks: Mapping[Hashable, str]) -> list[Released]:
    """Every count of the table as it leaves, and the rests of groups that are small."""
    found = []
    for cell in system.cells:
        name, number, column = _column(cell)
        small = table.policy.too_small(int(cell.value)) and cell.sensitive
        if name != table.name or (cell.implicit and not small):
            continue
        value = rounded(int(cell.value), table.policy) if cell.key in shown and not cell.implicit else None
        universe = None if cell.implicit else _universe(table, column)
        group = _group(table, number) if universe else ()
        found.append(Released(column, _pairs(table, number), universe, group, value, small, marks[cell.key], _period(table, number)))
    return found


def rounded(value: int, policy: DisclosurePolicy) -> int:
    """A count as it is shown: to the county's multiple, halves upwards."""
    return policy.rounding * ((2 * value + policy.rounding) // (2 * policy.rounding))
