"""Small cells of the aggregate tables of a product: which counts are shown, so that no small group can be seen or computed.

Belongs here: from tables' rows and roles to the rows that may be published. Does not belong here: the arithmetic (linear.py), the tables as
one system (cells.py), what earlier releases give away (earlier.py), the thresholds (contracts/disclosure.py) or where the rows come from.

Method: a count of people below the minimum is withheld (primary), and so is one that moved by fewer since an earlier release; so is every
count that would let it be computed by adding and subtracting shown ones, groups minus their parts, other tables and earlier releases
included (complementary); where a system is small enough, every withheld count must also stay uncertain by a set width (interval audit).
Sums over people are shown only with the people behind them and where no one or two of them make up nearly all of it (dominance); rates and
ratios only where everything behind them is shown.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from assets.published.cells import CountTable, DisclosureFault, Key, Row, System, apart, system_of, table_of, vectors_of
from assets.published.earlier import Earlier, guards, moved, unchanged
from assets.published.left import Mark, Released, cells_left, marks_of, plain, rounded, said_before
from assets.published.linear import Cell, Vector, narrower, showable, wide_together
from contracts.disclosure import DisclosurePolicy
from contracts.products import ProductColumn, ProductTable, Role

__all__ = ["WITHHELD", "DisclosureFault", "Protected", "Row", "has_small", "protect", "protect_together"]

WITHHELD = "withheld"
"""Name of the column that says whether anything in the row is withheld; it does not say for which of the reasons."""


@dataclass(frozen=True)
class Protected:
    """A protected table and the account of its protection.

    ``primary`` counts cells that are small themselves; ``moved`` those that an earlier release would give away, ``complementary`` further
    cells withheld for the sake of either; ``dominated`` sums that one or two people make up; ``audited`` tells whether the interval audit
    ran and held; ``widened`` how many cells it withheld. ``cells_left`` is what a later release is compared with.
    """

    rows: list[Row]
    cells: int
    primary: int
    complementary: int
    audited: bool
    widened: int
    moved: int = 0
    dominated: int = 0
    cells_left: tuple[Released, ...] = ()

    @property
    def withheld(self) -> int:
        """Cells of people withheld in all."""
        return self.primary + self.moved + self.complementary


@dataclass(frozen=True)
class _Chosen:
    """What may be shown of one system, and what the audit made of it."""

    shown: set[Hashable]
    widened: set[Hashable]
    moved: set[Hashable]
    audited: bool


def protect(table: ProductTable, rows: Sequence[Row], policy: DisclosurePolicy, *, minimum: int | None = None) -> Protected:
    """:func:`protect_together` of one table that nothing was released of before."""
    return protect_together([(table, rows)], policy, minimum=minimum)[table.name]


def protect_together(
    tables: Sequence[tuple[ProductTable, Sequence[Row]]],
    policy: DisclosurePolicy,
    *,
    minimum: int | None = None,
    before: Sequence[Mapping[str, Sequence[Released]]] = (),
    mark: Mark | None = None,
) -> dict[str, Protected]:
    """Withhold what must be withheld from the aggregate tables that one reader gets, as one system.

    Args:
        tables: the tables with the roles of their columns, and their rows, unprotected.
        policy: the county's rule.
        minimum: a stricter minimum cell that a contributing clause sets.
        before: what the same reader was shown before, one mapping from table to cells a release.
        mark: how counts are marked, so that later releases know which stayed; keyed, or the counts could be guessed from the marks.
            None: by the count itself, for releases that are not kept.

    Returns:
        By table: rows ordered by their dimensions, with None for what is withheld and a column ``withheld``.

    Raises:
        DisclosureFault: if a table has too many dimensions, a cell twice, a count that is no whole number, a part larger than its whole, or
            two numbers for one group of one universe.
    """
    policy = _stricter(policy, minimum)
    works = [table_of(table, rows, policy) for table, rows in tables]
    vectors = vectors_of(works)
    whole = system_of(works, vectors)
    marks = marks_of(works, whole, mark or plain)
    said = said_before(works, whole, before, marks)
    systems = apart(whole)
    chosen = [_choose(system, said, policy) for system in systems]
    shown = set[Hashable]().union(*(each.shown for each in chosen))
    dominated = {key for table in works for key in _dominated(table)}
    sums = _sums_shown(works, vectors, shown, dominated)
    keys = {cell.key: cell for cell in whole.cells}
    found: dict[str, Protected] = {}
    for table in works:
        # The audit of a table is that of every system it has a cell in.
        mine = [each for each, system in zip(chosen, systems, strict=True) if any(_table(cell) == table.name for cell in system.cells)]
        counted = {key for key, cell in keys.items() if not cell.implicit and _table(cell) == table.name}
        primary = {key for key in counted if keys[key].sensitive}
        shifted = {key for each in mine for key in each.moved if key in counted} - primary
        found[table.name] = Protected(
            rows=[_published(table, number, shown, sums) for number in range(len(table.rows))],
            cells=len(counted),
            primary=len(primary),
            complementary=len(counted - shown - primary - shifted),
            audited=all(each.audited for each in mine),
            widened=len({key for each in mine for key in each.widened if key in counted}),
            moved=len(shifted),
            dominated=sum(key[0] == table.name for key in dominated),
            cells_left=tuple(cells_left(table, whole, shown, marks)),
        )
    return found


def has_small(table: ProductTable, rows: Sequence[Row], policy: DisclosurePolicy, *, minimum: int | None = None) -> bool:
    """Whether any count of people in the table is too small to be shown."""
    work = CountTable(table, list(rows), _stricter(policy, minimum))
    counts = (work.count(number, column.name) for number in range(len(work.rows)) for column in work.people)
    return any(value is not None and work.policy.too_small(value) for value in counts)


def _stricter(policy: DisclosurePolicy, minimum: int | None) -> DisclosurePolicy:
    return policy.model_copy(update={"minimum_cell": max(policy.minimum_cell, minimum or 0)})


def _table(cell: Cell) -> str:
    return str(cast("tuple[Any, ...]", cell.key)[0])


def _choose(system: System, said: Earlier, policy: DisclosurePolicy) -> _Chosen:
    """What may be shown of one system."""
    as_shown = [replace(cell, value=rounded(int(cell.value), policy)) for cell in system.cells]
    shifted = {cell.key for cell in as_shown if not cell.sensitive and moved(cell.value, said.get(cell.key, ()), policy)}
    readers = guards(as_shown, system.zeros, said)
    cells = [replace(cell, sensitive=True) if cell.key in shifted else cell for cell in system.cells]
    safe = showable(cells, system.zeros, readers)
    # Several names of one sum are one count to the audit.
    named: dict[frozenset[tuple[int, int]], list[Cell]] = {}
    for cell in cells:
        named.setdefault(frozenset(cell.vector.items()), []).append(cell)
    if len(named) > policy.interval_cells:
        return _Chosen(safe, set(), shifted, audited=False)
    fixed = [replace(cell, key=("earlier", cell.key)) for cell in unchanged(as_shown, said)] if policy.rounding == 1 else []
    first = [replace(names[0], sensitive=any(cell.sensitive for cell in names)) for names in named.values()]
    visible: set[Hashable] = {names[0].key for names in named.values() if any(cell.key in safe for cell in names)}
    wide, held = _widen(System(first, system.parts, system.zeros), visible, fixed, policy)
    kept: set[Hashable] = {cell.key for names in named.values() if names[0].key in wide for cell in names if cell.key in safe}
    return _Chosen(kept, safe - kept, shifted, audited=held)


def _widen(system: System, shown: set[Hashable], fixed: Sequence[Cell], policy: DisclosurePolicy) -> tuple[set[Hashable], bool]:
    """Withhold further cells until every sensitive one is uncertain by the required width; False where ``fixed`` ones do not let it."""
    visible = [cell for cell in system.cells if cell.key in shown]
    held = True
    guarded = [cell for cell in system.cells if cell.sensitive]
    wide = wide_together(guarded, policy.interval_width - 0.5, [*visible, *fixed], system.parts, system.zeros) if visible else set()
    for sensitive in (cell for cell in guarded if cell.key not in wide):
        # Taking a cell away only widens intervals, so each sensitive cell needs looking at once.
        taken: list[Cell] = []
        waiting = _neighbours(sensitive, visible)
        while (narrow := _too_narrow(sensitive, [*visible, *fixed], system, policy)) and waiting:
            taken.append(waiting.pop(0))
            visible = [cell for cell in visible if cell.key != taken[-1].key]
        held = held and not narrow
        for cell in sorted(taken[:-1], key=lambda cell: -cell.value):
            if not _too_narrow(sensitive, [*visible, cell, *fixed], system, policy):
                visible.append(cell)
    return {cell.key for cell in visible}, held


def _neighbours(sensitive: Cell, visible: Sequence[Cell]) -> list[Cell]:
    """Shown cells in the order in which they are given up: the smallest first among those that share an equation with the sensitive one."""
    touching = {atom for cell in visible if cell.vector.keys() & sensitive.vector.keys() for atom in cell.vector}
    return sorted(visible, key=lambda cell: (not cell.vector.keys() <= touching, cell.value))


def _too_narrow(cell: Cell, visible: Sequence[Cell], system: System, policy: DisclosurePolicy) -> bool:
    if not visible:
        return False
    # The solver answers in floating point; half a person is no difference.
    return narrower(cell, policy.interval_width - 0.5, visible, system.parts, system.zeros)


def _dominated(table: CountTable) -> list[Key]:
    """Sums that one or two people make up nearly all of."""
    found: list[Key] = []
    for number, row in enumerate(table.rows):
        for column in table.sums:
            total, largest = row[column.name], [row[name] for name in column.top if row[name] is not None]
            if total is not None and table.policy.dominated(float(total), [float(value) for value in largest]):
                found.append((table.name, number, column.name))
    return found


def _sums_shown(tables: Sequence[CountTable], vectors: Mapping[Key, Vector], people: set[Hashable], dominated: set[Key]) -> set[Hashable]:
    """Which sums may be shown: none whose people are withheld or that is dominated, and none that would give one of those away."""
    cells: list[Cell] = []
    for table in tables:
        for number, row in enumerate(table.rows):
            for column in table.sums:
                key = (table.name, number, column.name)
                if row[column.name] is not None:
                    hidden = any(row[name] is not None and (table.name, number, name) not in people for name in column.of)
                    cells.append(Cell(key, float(row[column.name]), vectors[key], sensitive=hidden or key in dominated))
    return set[Hashable]().union(*(showable(part.cells) for part in apart(System(cells))))


def _published(table: CountTable, number: int, shown: set[Hashable], sums: set[Hashable]) -> Row:
    out = {column.name: _value(table, number, column, shown, sums) for column in table.declared.columns if column.role is not Role.HIDDEN}
    out[WITHHELD] = any(_is_withheld(table, number, column.name, shown, sums) for column in (*table.people, *table.sums))
    return out


def _value(table: CountTable, number: int, column: ProductColumn, shown: set[Hashable], sums: set[Hashable]) -> Any:
    row = table.rows[number]
    if column.role is Role.PEOPLE:
        return rounded(row[column.name], table.policy) if (table.name, number, column.name) in shown else None
    if column.role in {Role.DIMENSION, Role.PLAIN}:
        return row[column.name]
    if column.top and (table.name, number, column.name) not in sums:
        return None
    needed: list[int | None] = [number]
    if column.reference:
        needed.append(
            table.other(row, {name: row[value[1:]] if value.startswith("=") else value for name, value in column.reference.items()})
        )
    if any(at is None or _is_withheld(table, at, name, shown, sums) for at in needed for name in column.of):
        return None
    if column.numerator and column.base and column.per is not None:
        part, base = (None if row[name] is None else rounded(row[name], table.policy) for name in (column.numerator, column.base))
        return round(column.per * part / base, 6) if part is not None and base else None
    return row[column.name] if table.policy.rounding == 1 else None


def _is_withheld(table: CountTable, number: int, name: str, shown: set[Hashable], sums: set[Hashable]) -> bool:
    key = (table.name, number, name)
    return table.rows[number][name] is not None and key not in shown and key not in sums
