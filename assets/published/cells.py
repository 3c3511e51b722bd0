"""From the tables of a product to one system of counts: which cell is the sum of which unknown numbers of people.

Belongs here: rows and roles as cells and vectors, parts of wholes, and counts that several tables say. Does not belong here: which cells
are shown (suppression.py), arithmetic (linear.py), what was released before (released.py).

Tables of one product are one system. A part may lie within a whole of another table (nested windows, definitions that overlap), and columns
of one ``universe`` say one number for one group, in whatever table: a margin that two tables share is one unknown.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from assets.published.linear import Cell, Vector
from contracts.disclosure import DisclosurePolicy
from contracts.products import ProductColumn, ProductTable, Role, Within

Row = dict[str, Any]
Place = tuple[Any, ...]
Key = tuple[str, int, str]
"""Table, row number and column of a cell."""
Variables = dict[tuple[str, Place | int, str], int]


class DisclosureFault(ValueError):
    """The table cannot be protected as it is declared; says which table and rule, never a value."""


@dataclass(frozen=True)
class CountTable:
    """One table at work: its declaration, its rows in their published order, the rule."""

    declared: ProductTable
    rows: list[Row]
    policy: DisclosurePolicy

    @property
    def name(self) -> str:
        """The table's name."""
        return self.declared.name

    @cached_property
    def people(self) -> tuple[ProductColumn, ...]:
        """Columns that count distinct people."""
        return self.declared.with_role(Role.PEOPLE)

    @cached_property
    def sums(self) -> tuple[ProductColumn, ...]:
        """Columns that add up what people contribute, with the largest contributions beside them."""
        return tuple(column for column in self.declared.with_role(Role.MAGNITUDE) if column.top)

    @cached_property
    def dimensions(self) -> tuple[ProductColumn, ...]:
        """Columns that name a cell."""
        return self.declared.with_role(Role.DIMENSION)

    @cached_property
    def numbers(self) -> dict[Place, int]:
        """Row number by dimension values.

        Raises:
            DisclosureFault: if two rows name one cell.
        """
        found = {self.place(number): number for number in range(len(self.rows))}
        if len(found) != len(self.rows):
            raise DisclosureFault(f"table [{self.name}] has two rows for one cell; its dimensions must name each row once")
        return found

    @cached_property
    def covered(self) -> dict[int, list[int]]:
        """For each row the atoms it sums."""
        places = {number: place for place, number in self.numbers.items()}
        return _covered(places, [column.total for column in self.dimensions])

    @cached_property
    def by_group(self) -> dict[frozenset[tuple[str, Any]], int]:
        """Row number by the dimension values that narrow it down."""
        return {self.group(number): number for number in range(len(self.rows))}

    @cached_property
    def plain(self) -> list[int]:
        """Rows without a total in any dimension."""
        return [number for number in range(len(self.rows)) if len(self.group(number)) == len(self.dimensions)]

    def place(self, number: int) -> Place:
        """Dimension values of a row."""
        row = self.rows[number]
        return tuple(row[column.name] for column in self.dimensions)

    def other(self, row: Row, replaced: Mapping[str, Any]) -> int | None:
        """The row that differs from this one, of this table or another, in these dimension values; None if there is none."""
        place = tuple(replaced[column.name] if column.name in replaced else row.get(column.name) for column in self.dimensions)
        return self.numbers.get(place)

    def group(self, number: int) -> frozenset[tuple[str, Any]]:
        """The dimension values of a row that narrow it down: all but totals."""
        row = self.rows[number]
        return frozenset((column.name, row[column.name]) for column in self.dimensions if row[column.name] != column.total)

    def count(self, number: int, name: str) -> int | None:
        """One count of people; None where the table gives none.

        Raises:
            DisclosureFault: if it is no whole number or negative.
        """
        value = self.rows[number][name]
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise DisclosureFault(f"table [{self.name}], column [{name}] is no count of people; use a whole number, 0 or more")
        return value


@dataclass(frozen=True)
class System:
    """Cells, the sums that cannot be negative, those that every reader knows to be nought, and the unknowns by what they stand for."""

    cells: list[Cell] = field(default_factory=list)
    parts: list[Vector] = field(default_factory=list)
    zeros: list[Vector] = field(default_factory=list)


def table_of(declared: ProductTable, rows: Sequence[Row], policy: DisclosurePolicy) -> CountTable:
    """A table at work, its rows ordered by their dimensions: rows ordered by a count would tell which withheld group is the larger.

    Raises:
        DisclosureFault: if the table has more dimensions than the county allows.
    """
    dimensions = declared.with_role(Role.DIMENSION)
    if len(dimensions) > policy.maximum_dimensions:
        raise DisclosureFault(f"table [{declared.name}] has {len(dimensions)} dimensions; {policy.maximum_dimensions} is the most allowed")
    ordered = sorted((dict(row) for row in rows), key=lambda row: tuple(str(row[column.name]) for column in dimensions))
    return CountTable(declared, ordered, policy)


def vectors_of(tables: Sequence[CountTable]) -> dict[Key, Vector]:
    """Every count of people and every sum as a sum of unknowns; unknowns of different tables and columns are different ones.

    A count that repeats one of an earlier table is that one's sum, where no row of its table adds up others: one number, not two.
    """
    variables: dict[tuple[str, int, str], int] = {}
    found: dict[Key, Vector] = {}
    named = {table.name: table for table in tables}
    for table in tables:
        adds_up = any(column.total is not None for column in table.dimensions)
        for number, atoms in table.covered.items():
            for column in (*table.people, *table.sums):
                repeated, is_same = _repeated(named, table, number, column)
                if repeated and is_same and not adds_up:
                    found[table.name, number, column.name] = found[repeated]
                    continue
                sums = Counter(variables.setdefault((table.name, atom, column.name), len(variables)) for atom in atoms)
                found[table.name, number, column.name] = dict(sums)
    return found


def system_of(tables: Sequence[CountTable], vectors: Mapping[Key, Vector]) -> System:
    """All counts of people of some tables as one system.

    Raises:
        DisclosureFault: if a part is larger than its whole, or two tables say different numbers for one group of one universe.
    """
    system = System()
    named = {table.name: table for table in tables}
    for table in tables:
        for number in range(len(table.rows)):
            for column in table.people:
                value = table.count(number, column.name)
                if value is not None:
                    key = (table.name, number, column.name)
                    repeated, is_same = _repeated(named, table, number, column)
                    system.cells.append(Cell(key, value, vectors[key], sensitive=table.policy.too_small(value) or not is_same))
                    if repeated and is_same and (difference := _minus(vectors[key], vectors[repeated])):
                        system.zeros.append(difference)
    for table in tables:
        for number in range(len(table.rows)):
            for column in table.people:
                for within in column.within:
                    _add_rest(system, named, table, (number, column, within), vectors)
    system.zeros.extend(_shared(tables, vectors))
    return system


def _repeated(named: Mapping[str, CountTable], table: CountTable, number: int, column: ProductColumn) -> tuple[Key | None, bool]:
    """The count of another table that this one repeats, and whether it is the same number there.

    Two counts that should be one and are not would tell something together: then this one is withheld.
    """
    same = column.same_as
    if same is None or same.table not in named:
        return None, True
    other, row = named[same.table], table.rows[number]
    at = other.numbers.get(tuple(row[same.row.get(each.name, each.name)] for each in other.dimensions))
    said = None if at is None else other.count(at, same.people)
    if at is None or said is None:
        return None, True
    return (other.name, at, same.people), said == row[column.name]


def _add_rest(
    system: System,
    named: Mapping[str, CountTable],
    table: CountTable,
    part: tuple[int, ProductColumn, Within],
    vectors: Mapping[Key, Vector],
) -> None:
    """The people of a group who are not in its part: a group of their own, which showing both counts would give away."""
    number, column, within = part
    holder = named.get(within.table or table.name)
    if holder is None:
        return
    row = table.rows[number]
    at = holder.other(row, {name: row[pointer] for name, pointer in within.row.items()})
    own = table.count(number, column.name)
    whole = holder.count(at, within.people) if at is not None else None
    if at is None or own is None or whole is None:
        return
    if own > whole:
        raise DisclosureFault(f"table [{table.name}], column [{column.name}] counts more people than [{within.people}], which contains it")
    vector = _minus(vectors[holder.name, at, within.people], vectors[table.name, number, column.name])
    if not vector:
        return
    left = whole - own
    sensitive = table.policy.too_small(left) and not (left == 0 and within.may_be_all)
    key = (table.name, number, column.name, holder.name, at, within.people)
    system.cells.append(Cell(key, left, vector, sensitive=sensitive, implicit=True))
    system.parts.append(vector)
    # Where the part is the whole and may be seen to be, both are names of one group: knowing either is knowing both.
    if left == 0 and within.may_be_all:
        system.zeros.append(vector)


def _minus(whole: Mapping[int, int], part: Mapping[int, int]) -> dict[int, int]:
    rest = {atom: whole.get(atom, 0) - part.get(atom, 0) for atom in {*whole, *part}}
    return {atom: value for atom, value in sorted(rest.items()) if value}


def _shared(tables: Sequence[CountTable], vectors: Mapping[Key, Vector]) -> list[Vector]:
    """Counts that two tables or columns say of one group: their difference is nought, and everybody knows it."""
    columns = [(table, column) for table in tables for column in table.people if column.universe]
    found: list[Vector] = []
    for place, (table, column) in enumerate(columns):
        for other_place, (other, named) in enumerate(columns):
            if named.universe != column.universe or place == other_place:
                continue
            for number in range(len(table.rows)):
                same = _same_group(table, number, other)
                value = table.count(number, column.name)
                if value is None or not same:
                    continue
                said = [other.count(at, named.name) for at in same]
                if None in said:
                    continue
                if sum(each or 0 for each in said) != value:
                    message = f"tables [{table.name}] and [{other.name}] say different numbers for one group of [{column.universe}]"
                    raise DisclosureFault(f"{message}; give one of them a universe of its own")
                whole: Counter[int] = Counter()
                for at in same:
                    whole.update(vectors[other.name, at, named.name])
                found.append(_minus(vectors[table.name, number, column.name], whole))
    return found


def _same_group(table: CountTable, number: int, other: CountTable) -> list[int]:
    """Rows of another table that count the same people: the one of the same group, or the cells that add up to it; none if neither."""
    group = table.group(number)
    if group in other.by_group:
        return [other.by_group[group]]
    names = {name for name, _ in group}
    if not names <= {dimension.name for dimension in other.dimensions}:
        return []
    if any(dimension.total is None for dimension in other.dimensions if dimension.name not in names):
        return []
    return [at for at in other.plain if group <= other.group(at)]


def apart(system: System) -> list[System]:
    """The system in parts that share no unknown: what is shown in one tells nothing about another."""
    part_of: dict[int, int] = {}

    def root(variable: int) -> int:
        while part_of.setdefault(variable, variable) != variable:
            variable = part_of[variable]
        return variable

    for vector in (*(cell.vector for cell in system.cells), *system.zeros):
        first, *others = vector
        for other in others:
            part_of[root(other)] = root(first)
    found: dict[int, System] = {}

    def system_at(vector: Vector) -> System:
        return found.setdefault(root(next(iter(vector))), System())

    for cell in system.cells:
        system_at(cell.vector).cells.append(cell)
    for vector in system.parts:
        system_at(vector).parts.append(vector)
    for vector in system.zeros:
        system_at(vector).zeros.append(vector)
    return list(found.values())


def _covered(places: Mapping[int, Place], totals: Sequence[str | None]) -> dict[int, list[int]]:
    """For each row the atoms it sums: the rows without a total that it covers.

    A row that is not there counts nobody, so a total is the sum of the rows that are there; where there are none (only margins are
    published), it is the sum of every combination of values that occur, and where none occurs, it stands for itself.
    """
    axes = range(len(totals))
    marked = {number: [totals[axis] is not None and place[axis] == totals[axis] for axis in axes] for number, place in places.items()}
    values = [sorted({place[axis] for number, place in places.items() if not marked[number][axis]}, key=str) for axis in axes]
    atoms: dict[Place, int] = {}
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
