"""Small cells of an aggregate table: which counts are shown, so that no small group can be seen or computed.

Belongs here: from a table's rows and roles to the rows that may be published. Does not belong here: the arithmetic (linear.py), the
thresholds (contracts/disclosure.py) or where the rows come from.

Method: a count of people below the minimum is withheld (primary); so is every count that would let it be computed by adding and
subtracting shown ones, groups minus their parts included (complementary); where the table is small enough, every withheld count must also
stay uncertain by a set width (interval audit). Rates, ratios and sums over people are shown only where every count behind them is shown.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from assets.published.linear import Cell, Vector, joined, narrower, showable, wide_together
from contracts.disclosure import DisclosurePolicy
from contracts.products import ProductColumn, ProductTable, Role, Within

Row = dict[str, Any]
Decisions = Mapping[tuple[frozenset[tuple[str, Any]], str], tuple[int, bool]]
"""(dimensions with their values, people column) -> (count, whether it is shown)."""
WITHHELD = "withheld"
"""Name of the column that says whether anything in the row is withheld; it does not say for which of the reasons."""


class DisclosureFault(ValueError):
    """The table cannot be protected as it is declared; says which table and rule, never a value."""


@dataclass(frozen=True)
class Protected:
    """A protected table and the account of its protection.

    ``primary`` counts cells that are small themselves; ``complementary`` further cells withheld for their sake; ``audited`` tells whether
    the interval audit ran; ``widened`` how many cells it withheld. ``decided`` has the counts themselves, for tables that repeat them.
    """

    rows: list[Row]
    cells: int
    primary: int
    complementary: int
    audited: bool
    widened: int
    dimensions: tuple[str, ...] = ()
    decided: Decisions = field(default_factory=dict, repr=False)

    @property
    def withheld(self) -> int:
        """Cells of people withheld in all."""
        return self.primary + self.complementary


@dataclass(frozen=True)
class _System:
    """The cells of one table, the sums that cannot be negative, and those that every reader knows to be nought."""

    cells: list[Cell]
    parts: list[Vector]
    zeros: list[Vector]


@dataclass(frozen=True)
class _Table:
    """A table at work: its declaration, its rows in their published order, the rule."""

    declared: ProductTable
    rows: list[Row]
    policy: DisclosurePolicy
    elsewhere: Mapping[str, Protected] = field(default_factory=dict)

    @cached_property
    def people(self) -> tuple[ProductColumn, ...]:
        """Columns that count distinct people."""
        return self.declared.with_role(Role.PEOPLE)

    @cached_property
    def dimensions(self) -> tuple[ProductColumn, ...]:
        """Columns that name a cell."""
        return self.declared.with_role(Role.DIMENSION)

    @cached_property
    def numbers(self) -> dict[tuple[Any, ...], int]:
        """Row number by dimension values.

        Raises:
            DisclosureFault: if two rows name one cell.
        """
        found = {self.place(number): number for number in range(len(self.rows))}
        if len(found) != len(self.rows):
            raise DisclosureFault(f"table [{self.declared.name}] has two rows for one cell; its dimensions must name each row once")
        return found

    def column(self, name: str) -> ProductColumn:
        """A people column by its name."""
        return next(column for column in self.people if column.name == name)

    def place(self, number: int) -> tuple[Any, ...]:
        """Dimension values of a row."""
        row = self.rows[number]
        return tuple(row[column.name] for column in self.dimensions)

    def other(self, number: int, replaced: Mapping[str, Any]) -> int | None:
        """The row that differs from this one in these dimension values; None if there is none."""
        row = self.rows[number]
        return self.numbers.get(tuple(replaced[column.name] if column.name in replaced else row[column.name] for column in self.dimensions))

    def count(self, number: int, name: str) -> int | None:
        """One count of people; None where the table gives none.

        Raises:
            DisclosureFault: if it is no whole number or negative.
        """
        value = self.rows[number][name]
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise DisclosureFault(f"table [{self.declared.name}], column [{name}] is no count of people; use a whole number, 0 or more")
        return value

    def repeated(self, number: int, column: ProductColumn) -> bool | None:
        """Whether the count that this one repeats is shown in its own table; None if it repeats none."""
        value, same = self.count(number, column.name), column.same_as
        if same is None or value is None:
            return None
        other, row = self.elsewhere[same.table], self.rows[number]
        at = frozenset((name, row[same.row.get(name, name)]) for name in other.dimensions)
        found = other.decided.get((at, same.people))
        if found is None:
            return None
        # Two counts that should be one and are not would tell something together: then this one is withheld.
        return found[1] and found[0] == value


def protect(
    table: ProductTable,
    rows: Sequence[Row],
    policy: DisclosurePolicy,
    *,
    minimum: int | None = None,
    elsewhere: Mapping[str, Protected] | None = None,
) -> Protected:
    """Withhold what must be withheld from one aggregate table.

    Args:
        table: the table with the roles of its columns.
        rows: its rows, unprotected.
        policy: the county's rule.
        minimum: a stricter minimum cell that a contributing clause sets.
        elsewhere: tables of the product that are protected already, by name; counts that this table repeats are shown as they are there.

    Returns:
        Rows ordered by their dimensions, with None for what is withheld and a column ``withheld``.

    Raises:
        DisclosureFault: if the table has too many dimensions, a cell twice, or a count that is no whole number.
    """
    policy = _stricter(policy, minimum)
    dimensions = table.with_role(Role.DIMENSION)
    if len(dimensions) > policy.maximum_dimensions:
        raise DisclosureFault(f"table [{table.name}] has {len(dimensions)} dimensions; {policy.maximum_dimensions} is the most allowed")
    # Rows ordered by a count would tell which withheld group is the larger.
    ordered = sorted((dict(row) for row in rows), key=lambda row: tuple(str(row[column.name]) for column in dimensions))
    work = _Table(table, ordered, policy, elsewhere or {})
    counted = {
        (number, column.name): value
        for number in range(len(ordered))
        for column in work.people
        if (value := work.count(number, column.name)) is not None
    }
    repeated = {key: said for key in counted if (said := work.repeated(key[0], work.column(key[1]))) is not None}
    if counted.keys() == repeated.keys():
        chosen = _Chosen({key for key, said in repeated.items() if said})
    else:
        chosen = _choose(_system(work, repeated), {key for key, said in repeated.items() if said}, policy)
    primary = {key for key, value in counted.items() if key not in chosen.shown and policy.too_small(value)}
    names = tuple(column.name for column in work.dimensions)
    return Protected(
        rows=[_published(work, number, chosen.shown) for number in range(len(ordered))],
        cells=len(counted),
        primary=len(primary),
        complementary=len(counted.keys() - chosen.shown - primary),
        audited=chosen.audited,
        widened=chosen.widened,
        dimensions=names,
        decided={
            (frozenset(zip(names, work.place(number), strict=True)), name): (value, (number, name) in chosen.shown)
            for (number, name), value in counted.items()
        },
    )


@dataclass(frozen=True)
class _Chosen:
    """Cells to show, and what the interval audit made of them."""

    shown: set[tuple[int, str]]
    audited: bool = True
    widened: int = 0


def _choose(whole: _System, given: set[tuple[int, str]], policy: DisclosurePolicy) -> _Chosen:
    """The cells that may be shown beside those that another table shows anyway."""
    shown: set[Hashable] = set()
    widened, audited = 0, True
    for system in _apart(whole):
        safe = showable(system.cells, system.zeros, given)
        if len(system.cells) <= policy.interval_cells:
            kept = _widen(system, safe, policy, given)
            widened += len(safe) - len(kept)
            safe = kept
        else:
            audited = False
        shown |= safe
    return _Chosen({key for key in shown if isinstance(key, tuple)}, audited, widened)


def has_small(table: ProductTable, rows: Sequence[Row], policy: DisclosurePolicy, *, minimum: int | None = None) -> bool:
    """Whether any count of people in the table is too small to be shown."""
    work = _Table(table, list(rows), _stricter(policy, minimum))
    counts = (work.count(number, column.name) for number in range(len(work.rows)) for column in work.people)
    return any(value is not None and work.policy.too_small(value) for value in counts)


def _stricter(policy: DisclosurePolicy, minimum: int | None) -> DisclosurePolicy:
    return policy.model_copy(update={"minimum_cell": max(policy.minimum_cell, minimum or 0)})


def _apart(system: _System) -> list[_System]:
    """The system in parts that share no unknown: what is shown in one tells nothing about another."""
    root = joined((*(cell.vector for cell in system.cells), *system.zeros))
    found: dict[int, _System] = {}

    def system_of(vector: Vector) -> _System:
        return found.setdefault(root(next(iter(vector))), _System([], [], []))

    for cell in system.cells:
        system_of(cell.vector).cells.append(cell)
    for vector in system.parts:
        system_of(vector).parts.append(vector)
    for vector in system.zeros:
        system_of(vector).zeros.append(vector)
    return list(found.values())


def _system(work: _Table, repeated: Mapping[tuple[int, str], bool]) -> _System:
    places = {number: place for place, number in work.numbers.items()}
    covered = _covered(places, [column.total for column in work.dimensions])
    atoms = sorted({atom for row in covered.values() for atom in row})
    variables = {key: number for number, key in enumerate(itertools.product(atoms, [column.name for column in work.people]))}

    def vector(number: int, name: str) -> dict[int, int]:
        return dict(Counter(variables[atom, name] for atom in covered[number]))

    cells = [
        Cell(
            (number, column.name),
            value,
            vector(number, column.name),
            # What another table withholds stays withheld, though it be large: it may be there to guard a small one.
            sensitive=not repeated.get((number, column.name), not work.policy.too_small(value)),
        )
        for number in places
        for column in work.people
        if (value := work.count(number, column.name)) is not None
    ]
    rests: list[Cell] = []
    zeros: list[Vector] = []
    for number in places:
        for column in work.people:
            for within in column.within:
                whole = _whole(work, number, column, within)
                rest = whole and _rest(work, (number, column), whole, within, _minus(vector(*whole), vector(number, column.name)))
                if not rest:
                    continue
                rests.append(rest)
                # Where the part is the whole and may be seen to be, both are names of one group: knowing either is knowing both.
                if rest.value == 0 and within.may_be_all:
                    zeros.append(rest.vector)
    return _System([*cells, *rests], [rest.vector for rest in rests], zeros)


def _whole(work: _Table, number: int, column: ProductColumn, within: Within) -> tuple[int, str] | None:
    """Row and column of the count that contains this one; None if there is none or either count is missing."""
    at = work.other(number, {name: work.rows[number][pointer] for name, pointer in within.row.items()})
    if at is None or work.count(number, column.name) is None or work.count(at, within.people) is None:
        return None
    return at, within.people


def _minus(whole: Mapping[int, int], part: Mapping[int, int]) -> dict[int, int]:
    rest = {atom: whole.get(atom, 0) - part.get(atom, 0) for atom in {*whole, *part}}
    return {atom: value for atom, value in sorted(rest.items()) if value}


def _rest(work: _Table, part: tuple[int, ProductColumn], whole: tuple[int, str], within: Within, vector: Vector) -> Cell | None:
    """The people of a group who are not in its part: a group of their own, which showing both counts would give away."""
    number, column = part
    left = (work.count(*whole) or 0) - (work.count(number, column.name) or 0)
    if left < 0:
        raise DisclosureFault(
            f"table [{work.declared.name}], column [{column.name}] counts more people than [{within.people}], which contains it"
        )
    if not vector:
        return None
    sensitive = work.policy.too_small(left) and not (left == 0 and within.may_be_all)
    return Cell((number, column.name, *whole), left, vector, sensitive=sensitive, implicit=True)


def _covered(places: Mapping[int, tuple[Any, ...]], totals: Sequence[str | None]) -> dict[int, list[int]]:
    """For each row the atoms it sums: the rows without a total that it covers.

    A row that is not there counts nobody, so a total is the sum of the rows that are there; where there are none (only margins are
    published), it is the sum of every combination of values that occur, and where none occurs, it stands for itself.
    """
    axes = range(len(totals))
    marked = {number: [totals[axis] is not None and place[axis] == totals[axis] for axis in axes] for number, place in places.items()}
    values = [sorted({place[axis] for number, place in places.items() if not marked[number][axis]}, key=str) for axis in axes]
    atoms: dict[tuple[Any, ...], int] = {}
    for number, place in places.items():
        if not any(marked[number]):
            atoms.setdefault(place, len(atoms))
    plain = list(atoms)
    covered: dict[int, list[int]] = {}
    for number, place in places.items():
        matching = [other for other in plain if all(marked[number][axis] or other[axis] == place[axis] for axis in axes)]
        if not matching:
            inner = (values[axis] if marked[number][axis] and values[axis] else [place[axis]] for axis in axes)
            matching = list(itertools.product(*inner))
        covered[number] = sorted(atoms.setdefault(other, len(atoms)) for other in matching)
    return covered


def _widen(system: _System, shown: set[Hashable], policy: DisclosurePolicy, given: Collection[Hashable]) -> set[Hashable]:
    """Withhold further cells, those given apart, until every sensitive one is uncertain by the required width."""
    visible = [cell for cell in system.cells if cell.key in shown]
    width = policy.interval_width - 0.5
    guarded = [cell for cell in system.cells if cell.sensitive]
    wide = wide_together(guarded, width, visible, system.parts, system.zeros) if visible else set()
    for sensitive in (cell for cell in guarded if cell.key not in wide):
        # Taking a cell away only widens intervals, so each sensitive cell needs looking at once.
        taken: list[Cell] = []
        waiting = [cell for cell in _neighbours(sensitive, visible) if cell.key not in given]
        while waiting and _too_narrow(sensitive, visible, system, policy):
            taken.append(waiting.pop(0))
            visible = [cell for cell in visible if cell.key != taken[-1].key]
        for cell in sorted(taken[:-1], key=lambda cell: -cell.value):
            if not _too_narrow(sensitive, [*visible, cell], system, policy):
                visible.append(cell)
    return {cell.key for cell in visible}


def _neighbours(sensitive: Cell, visible: Sequence[Cell]) -> list[Cell]:
    """Shown cells in the order in which they are given up: the smallest first among those that share an equation with the sensitive one."""
    touching = {atom for cell in visible if cell.vector.keys() & sensitive.vector.keys() for atom in cell.vector}
    return sorted(visible, key=lambda cell: (not cell.vector.keys() <= touching, cell.value))


def _too_narrow(cell: Cell, visible: Sequence[Cell], system: _System, policy: DisclosurePolicy) -> bool:
    if not visible:
        return False
    # The solver answers in floating point; half a person is no difference.
    return narrower(cell, policy.interval_width - 0.5, visible, system.parts, system.zeros)


def _published(work: _Table, number: int, shown: set[tuple[int, str]]) -> Row:
    out = {column.name: _value(work, number, column, shown) for column in work.declared.columns if column.role is not Role.HIDDEN}
    out[WITHHELD] = any(work.rows[number][column.name] is not None and (number, column.name) not in shown for column in work.people)
    return out


def _value(work: _Table, number: int, column: ProductColumn, shown: set[tuple[int, str]]) -> Any:
    row = work.rows[number]
    if column.role is Role.PEOPLE:
        return _rounded(row[column.name], work.policy) if (number, column.name) in shown else None
    if column.role in {Role.DIMENSION, Role.PLAIN}:
        return row[column.name]
    needed: list[int | None] = [number]
    if column.reference:
        needed.append(
            work.other(number, {name: row[value[1:]] if value.startswith("=") else value for name, value in column.reference.items()})
        )
    if any(at is None or (work.rows[at][name] is not None and (at, name) not in shown) for at in needed for name in column.of):
        return None
    if column.numerator and column.base and column.per is not None:
        part, base = (None if row[name] is None else _rounded(row[name], work.policy) for name in (column.numerator, column.base))
        return round(column.per * part / base, 6) if part is not None and base else None
    return row[column.name] if work.policy.rounding == 1 else None


def _rounded(value: int, policy: DisclosurePolicy) -> int:
    return policy.rounding * ((2 * value + policy.rounding) // (2 * policy.rounding))
