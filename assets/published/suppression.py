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
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assets.published.linear import Cell, Vector, interval, showable
from contracts.disclosure import DisclosurePolicy
from contracts.products import ProductColumn, ProductTable, Role

Row = dict[str, Any]
WITHHELD = "withheld"
"""Name of the column that says whether anything in the row is withheld; it does not say for which of the reasons."""


class DisclosureFault(ValueError):
    """The table cannot be protected as it is declared; says which table and rule, never a value."""


@dataclass(frozen=True)
class Protected:
    """A protected table and the account of its protection.

    ``primary`` counts cells that are small themselves; ``complementary`` further cells withheld for their sake; ``audited`` tells whether
    the interval audit ran; ``widened`` how many cells it withheld.
    """

    rows: list[Row]
    cells: int
    primary: int
    complementary: int
    audited: bool
    widened: int

    @property
    def withheld(self) -> int:
        """Cells of people withheld in all."""
        return self.primary + self.complementary


@dataclass(frozen=True)
class _System:
    """The cells of one table, and for each group the sums that cannot be negative."""

    cells: list[Cell]
    parts: list[Vector]


@dataclass(frozen=True)
class _Table:
    """A table at work: its declaration, its rows in their published order, the rule."""

    declared: ProductTable
    rows: list[Row]
    policy: DisclosurePolicy

    @property
    def people(self) -> tuple[ProductColumn, ...]:
        """Columns that count distinct people."""
        return self.declared.with_role(Role.PEOPLE)

    @property
    def dimensions(self) -> tuple[ProductColumn, ...]:
        """Columns that name a cell."""
        return self.declared.with_role(Role.DIMENSION)

    def place(self, number: int, **replaced: str) -> tuple[Any, ...]:
        """Dimension values of a row, some of them replaced."""
        return tuple(replaced.get(column.name, self.rows[number][column.name]) for column in self.dimensions)

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


def protect(table: ProductTable, rows: Sequence[Row], policy: DisclosurePolicy, *, minimum: int | None = None) -> Protected:
    """Withhold what must be withheld from one aggregate table.

    Args:
        table: the table with the roles of its columns.
        rows: its rows, unprotected.
        policy: the county's rule.
        minimum: a stricter minimum cell that a contributing clause sets.

    Returns:
        Rows ordered by their dimensions, with None for what is withheld and a column ``withheld``.

    Raises:
        DisclosureFault: if the table has too many dimensions, a cell twice, or a count that is no whole number.
    """
    policy = policy.model_copy(update={"minimum_cell": max(policy.minimum_cell, minimum or 0)})
    dimensions = table.with_role(Role.DIMENSION)
    if len(dimensions) > policy.maximum_dimensions:
        raise DisclosureFault(f"table [{table.name}] has {len(dimensions)} dimensions; {policy.maximum_dimensions} is the most allowed")
    # Rows ordered by a count would tell which withheld group is the larger.
    ordered = sorted((dict(row) for row in rows), key=lambda row: tuple(str(row[column.name]) for column in dimensions))
    work = _Table(table, ordered, policy)
    shown: set[Hashable] = set()
    widened, audited = 0, True
    systems = _apart(_system(work))
    for system in systems:
        safe = showable(system.cells)
        if len(system.cells) <= policy.interval_cells:
            kept = _widen(system, safe, policy)
            widened += len(safe) - len(kept)
            safe = kept
        else:
            audited = False
        shown |= safe
    primary = {cell.key for system in systems for cell in system.cells if cell.sensitive and not cell.implicit}
    counted = {(number, column.name) for number, row in enumerate(ordered) for column in work.people if row[column.name] is not None}
    return Protected(
        rows=[_published(work, number, shown) for number in range(len(ordered))],
        cells=len(counted),
        primary=len(primary),
        complementary=len(counted - shown - primary),
        audited=audited,
        widened=widened,
    )


def _apart(system: _System) -> list[_System]:
    """The system in parts that share no unknown: what is shown in one tells nothing about another."""
    part_of: dict[int, int] = {}

    def root(variable: int) -> int:
        while part_of.setdefault(variable, variable) != variable:
            variable = part_of[variable]
        return variable

    for cell in system.cells:
        first, *others = cell.vector
        for other in others:
            part_of[root(other)] = root(first)
    cells: dict[int, list[Cell]] = {}
    parts: dict[int, list[Vector]] = {}
    for cell in system.cells:
        cells.setdefault(root(next(iter(cell.vector))), []).append(cell)
    for vector in system.parts:
        parts.setdefault(root(next(iter(vector))), []).append(vector)
    return [_System(cells[name], parts.get(name, [])) for name in cells]


def _system(work: _Table) -> _System:
    places = {number: work.place(number) for number in range(len(work.rows))}
    if len(set(places.values())) != len(places):
        raise DisclosureFault(f"table [{work.declared.name}] has two rows for one cell; its dimensions must name each row once")
    covered = _covered(places, [column.total for column in work.dimensions])
    atoms = sorted({atom for row in covered.values() for atom in row})
    variables = {key: number for number, key in enumerate(itertools.product(atoms, [column.name for column in work.people]))}
    numbers = {place: number for number, place in places.items()}
    wholes = [(number, column, whole) for number in places for column in work.people if (whole := _whole(work, number, column, numbers))]
    for number, column, whole in wholes:
        # Where the part is the whole and may be seen to be, both are one unknown: knowing either is knowing both.
        if (
            column.may_be_all
            and len(covered[number]) == len(covered[whole[0]]) == 1
            and work.count(number, column.name) == work.count(*whole)
        ):
            _merge(variables, (covered[number][0], column.name), (covered[whole[0]][0], whole[1]))

    def vector(number: int, name: str) -> dict[int, int]:
        return dict(Counter(variables[atom, name] for atom in covered[number]))

    cells = [
        Cell((number, column.name), value, vector(number, column.name), sensitive=work.policy.too_small(value))
        for number in places
        for column in work.people
        if (value := work.count(number, column.name)) is not None
    ]
    rests = [_rest(work, (number, column), whole, _minus(vector(*whole), vector(number, column.name))) for number, column, whole in wholes]
    return _System([*cells, *(rest for rest in rests if rest)], [rest.vector for rest in rests if rest])


def _whole(work: _Table, number: int, column: ProductColumn, numbers: Mapping[tuple[Any, ...], int]) -> tuple[int, str] | None:
    """Row and column of the count that contains this one; None if there is none or either count is missing."""
    if column.part_of is None or work.count(number, column.name) is None:
        return None
    at = number
    if column.part_of_row:
        values = {dimension: work.rows[number][name] for dimension, name in column.part_of_row.items()}
        at = numbers.get(work.place(number, **values), -1)
    if at < 0 or work.count(at, column.part_of) is None:
        return None
    return at, column.part_of


def _merge(variables: dict[tuple[int, str], int], one: tuple[int, str], other: tuple[int, str]) -> None:
    kept, gone = variables[other], variables[one]
    for key, variable in variables.items():
        if variable == gone:
            variables[key] = kept


def _minus(whole: Mapping[int, int], part: Mapping[int, int]) -> dict[int, int]:
    rest = {atom: whole.get(atom, 0) - part.get(atom, 0) for atom in {*whole, *part}}
    return {atom: value for atom, value in sorted(rest.items()) if value}


def _rest(work: _Table, part: tuple[int, ProductColumn], whole: tuple[int, str], vector: Vector) -> Cell | None:
    """The people of a group who are not in its part: a group of their own, which showing both counts would give away."""
    number, column = part
    inside, outside = work.count(number, column.name), work.count(*whole)
    if inside is None or outside is None or not vector:
        return None
    if inside > outside:
        raise DisclosureFault(
            f"table [{work.declared.name}], column [{column.name}] counts more people than [{column.part_of}], which contains it"
        )
    left = outside - inside
    sensitive = work.policy.too_small(left) and not (left == 0 and column.may_be_all)
    return Cell((number, column.name, "rest"), left, vector, sensitive=sensitive, implicit=True)


def _covered(places: Mapping[int, tuple[Any, ...]], totals: Sequence[str | None]) -> dict[int, list[int]]:
    """For each row the atoms it sums: the rows without a total that it covers.

    A row that is not there counts nobody, so a total is the sum of the rows that are there; where there are none (only margins are
    published), it is the sum of every combination of values that occur.
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
            matching = list(itertools.product(*(values[axis] if marked[number][axis] else [place[axis]] for axis in axes)))
        covered[number] = sorted(atoms.setdefault(other, len(atoms)) for other in matching)
    return covered


def _widen(system: _System, shown: set[Hashable], policy: DisclosurePolicy) -> set[Hashable]:
    """Withhold further cells until every sensitive one is uncertain by the required width."""
    visible = [cell for cell in system.cells if cell.key in shown]
    for sensitive in (cell for cell in system.cells if cell.sensitive):
        # Taking a cell away only widens intervals, so each sensitive cell needs looking at once.
        taken: list[Cell] = []
        waiting = _neighbours(sensitive, visible)
        while _too_narrow(sensitive, visible, system.parts, policy):
            taken.append(waiting.pop(0))
            visible = [cell for cell in visible if cell.key != taken[-1].key]
        for cell in sorted(taken[:-1], key=lambda cell: -cell.value):
            if not _too_narrow(sensitive, [*visible, cell], system.parts, policy):
                visible.append(cell)
    return {cell.key for cell in visible}


def _neighbours(sensitive: Cell, visible: Sequence[Cell]) -> list[Cell]:
    """Shown cells in the order in which they are given up: the smallest first among those that share an equation with the sensitive one."""
    touching = {atom for cell in visible if cell.vector.keys() & sensitive.vector.keys() for atom in cell.vector}
    return sorted(visible, key=lambda cell: (not cell.vector.keys() <= touching, cell.value))


def _too_narrow(cell: Cell, visible: Sequence[Cell], parts: Sequence[Vector], policy: DisclosurePolicy) -> bool:
    if not visible:
        return False
    ends = interval(cell, visible, parts)
    # The solver answers in floating point; half a person is no difference.
    return ends is not None and ends[1] - ends[0] < policy.interval_width - 0.5


def _published(work: _Table, number: int, shown: set[Hashable]) -> Row:
    out = {column.name: _value(work, number, column, shown) for column in work.declared.columns}
    out[WITHHELD] = any(work.rows[number][column.name] is not None and (number, column.name) not in shown for column in work.people)
    return out


def _value(work: _Table, number: int, column: ProductColumn, shown: set[Hashable]) -> Any:
    row = work.rows[number]
    if column.role is Role.PEOPLE:
        return _rounded(row[column.name], work.policy) if (number, column.name) in shown else None
    if column.role in {Role.DIMENSION, Role.PLAIN}:
        return row[column.name]
    needed = [number]
    if column.reference:
        place = work.place(number, **column.reference)
        needed.append(next((other for other in range(len(work.rows)) if work.place(other) == place), -1))
    if any((at, name) not in shown for at in needed for name in column.of):
        return None
    if column.numerator and column.base and column.per is not None:
        base = _rounded(row[column.base], work.policy)
        return round(column.per * _rounded(row[column.numerator], work.policy) / base, 6) if base else None
    return row[column.name] if work.policy.rounding == 1 else None


def _rounded(value: int, policy: DisclosurePolicy) -> int:
    return policy.rounding * ((2 * value + policy.rounding) // (2 * policy.rounding))
