"""What can be computed from published counts: exact linear arithmetic over one system of cells.

Belongs here: spans, the greedy choice of cells that may be shown, intervals of the withheld ones. Does not belong here: tables, thresholds
and what a cell means (suppression.py).

A cell is a sum of unknown atoms. What a reader can compute exactly from shown cells is their linear span; arithmetic modulo a large prime
finds every membership that rational arithmetic finds, so a mistake can only withhold too much.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

PRIME = (1 << 61) - 1

Vector = Mapping[int, int]
"""Atom number -> coefficient; atoms that are not named have coefficient 0."""


@dataclass(frozen=True)
class Cell:
    """One count or sum: its name, its value and the atoms it adds up.

    ``sensitive`` cells must not be computable; ``implicit`` cells are never shown themselves (the rest of a group).
    """

    key: Hashable
    value: float
    vector: Vector
    sensitive: bool = False
    implicit: bool = False


@dataclass
class Span:
    """The linear span of some vectors, modulo ``PRIME``."""

    rows: list[tuple[int, dict[int, int]]] = field(default_factory=list)

    def reduced(self, vector: Vector) -> dict[int, int]:
        """What is left of a vector after everything in the span is taken out; empty exactly when it lies in the span."""
        rest = {atom: value % PRIME for atom, value in vector.items() if value % PRIME}
        # A row has no entry at the pivots of earlier rows, so one pass in order of insertion is enough.
        for pivot, row in self.rows:
            if pivot in rest:
                _subtract(rest, row, rest[pivot])
        return rest

    def add(self, vector: Vector) -> tuple[int, dict[int, int]] | None:
        """Add a vector; returns the new pivot and row, or None when it lay in the span already."""
        rest = self.reduced(vector)
        if not rest:
            return None
        pivot = min(rest)
        inverse = pow(rest[pivot], -1, PRIME)
        row = {atom: value * inverse % PRIME for atom, value in rest.items()}
        self.rows.append((pivot, row))
        return pivot, row


def _subtract(vector: dict[int, int], row: Mapping[int, int], times: int) -> None:
    for atom, value in row.items():
        left = (vector.get(atom, 0) - times * value) % PRIME
        if left:
            vector[atom] = left
        else:
            vector.pop(atom, None)


def computable(vector: Vector, shown: Iterable[Vector]) -> bool:
    """Whether a reader of the shown sums can compute this sum exactly."""
    span = Span()
    for other in shown:
        span.add(other)
    return not span.reduced(vector)


@dataclass
class Guard:
    """What a reader can compute, and what must stay out of it."""

    span: Span
    guarded: list[dict[int, int]]

    @classmethod
    def of(cls, known: Iterable[Vector], sensitive: Iterable[Vector]) -> Guard:
        """A reader who knows these sums and must not come to know those; what is known already cannot be guarded any more."""
        span = Span()
        for vector in known:
            span.add(vector)
        return cls(span, [rest for vector in sensitive if (rest := dict(span.reduced(vector)))])

    def gives_away(self, vector: Vector) -> bool:
        """Whether showing this sum as well would complete an equation for a guarded one."""
        rest = self.span.reduced(vector)
        return bool(rest) and any(_parallel(sensitive, rest) for sensitive in self.guarded)

    def show(self, vector: Vector) -> None:
        """Let the reader know this sum."""
        added = self.span.add(vector)
        if added is None:
            return
        pivot, row = added
        for sensitive in self.guarded:
            if pivot in sensitive:
                _subtract(sensitive, row, sensitive[pivot])


def showable(cells: Sequence[Cell], zeros: Iterable[Vector] = (), guards: Sequence[Guard] = ()) -> set[Hashable]:
    """Which cells can be shown so that no sensitive one can be computed from them.

    Cells are tried from the largest value down (ties by their order), because large cells are margins that most readers need; a cell is
    left out when showing it would complete an equation for a sensitive cell.

    Args:
        cells: the cells of one system.
        zeros: sums that every reader knows to be nought: two names for one group.
        guards: further readers, who know more: what was released before.
    """
    readers = [Guard.of(zeros, [cell.vector for cell in cells if cell.sensitive]), *guards]
    shown: set[Hashable] = set()
    candidates = [cell for cell in cells if not cell.sensitive and not cell.implicit]
    for cell in sorted(candidates, key=lambda cell: -cell.value):
        if any(reader.gives_away(cell.vector) for reader in readers):
            continue
        shown.add(cell.key)
        for reader in readers:
            reader.show(cell.vector)
    return shown


def _parallel(sensitive: Mapping[int, int], rest: Mapping[int, int]) -> bool:
    """Whether the sensitive residue is a multiple of the rest, so that showing the rest would give it away."""
    if sensitive.keys() != rest.keys():
        return False
    atom = next(iter(rest))
    times = sensitive[atom] * pow(rest[atom], -1, PRIME) % PRIME
    return all(sensitive[other] == times * value % PRIME for other, value in rest.items())


def interval(cell: Cell, shown: Sequence[Cell], parts: Sequence[Vector], zeros: Sequence[Vector] = ()) -> tuple[float, float] | None:
    """Least and greatest value that a cell can have, given the shown values and that no part is negative.

    Args:
        cell: the withheld cell.
        shown: what the reader sees.
        parts: sums that cannot be negative besides the atoms themselves (a group minus its part).
        zeros: sums known to be nought.

    Returns:
        The interval; None when the shown values contradict each other (people counted in two places), so that nothing follows exactly.
    """
    program = _program(cell, shown, parts, zeros)
    ends = [program.end(sign) for sign in (1.0, -1.0)]
    return None if ends[0] is None or ends[1] is None else (ends[0], ends[1])


def narrower(cell: Cell, width: float, shown: Sequence[Cell], parts: Sequence[Vector], zeros: Sequence[Vector] = ()) -> bool:
    """Whether the interval of a cell is narrower than ``width``; asked at its upper end first, which mostly settles it.

    The true counts satisfy whatever is known, so a greatest value that far above the true one is enough. Where people are counted in two
    places they may not, and then what a reader infers is wrong anyway.
    """
    program = _program(cell, shown, parts, zeros)
    if program.is_free and cell.value > 0:
        return False
    upper = program.end(-1.0)
    if upper is None or upper - cell.value >= width:
        return False
    lower = program.end(1.0)
    return lower is not None and upper - lower < width


def wide_together(
    cells: Sequence[Cell], width: float, shown: Sequence[Cell], parts: Sequence[Vector], zeros: Sequence[Vector] = ()
) -> set[Hashable]:
    """Cells that can be ``width`` above their values: none of them is :func:`narrower`, whatever of ``shown`` is taken away.

    A few linear programs, each for many cells at once, in place of one or two for each. A cell that is not named may be wide all the same.
    """
    known = [*((other.vector, other.value) for other in shown), *((vector, 0) for vector in zeros)]
    root = joined(vector for vector in (*(vector for vector, _ in known), *parts) if vector)
    found: set[Hashable] = set()
    groups: dict[frozenset[int], list[Cell]] = {}
    for cell in cells:
        groups.setdefault(frozenset(root(atom) for atom in cell.vector), []).append(cell)
    for roots, group in groups.items():
        equations = [item for item in known if item[0] and root(next(iter(item[0]))) in roots]
        limiting = [vector for vector in parts if vector and root(next(iter(vector))) in roots]
        found |= _wide(group, width, equations, limiting)
    return found


def joined(vectors: Iterable[Vector]) -> Callable[[int], int]:
    """Which atoms hang together by these vectors: atom -> the same number for all that do."""
    part_of: dict[int, int] = {}

    def root(atom: int) -> int:
        while part_of.setdefault(atom, atom) != atom:
            part_of[atom] = part_of[part_of[atom]]
            atom = part_of[atom]
        return atom

    for vector in vectors:
        first, *others = vector
        for other in others:
            part_of[root(other)] = root(first)
    return root


def _wide(cells: Sequence[Cell], width: float, known: Sequence[tuple[Vector, float]], parts: Sequence[Vector]) -> set[Hashable]:
    """Those of some cells on which the same equations bear; asked again of the rest, since not all of them can be wide at once."""
    found: set[Hashable] = set()
    left = list(cells)
    while left:
        reached = _reached(left, [cell.value + width for cell in left], known, parts)
        if reached is None:  # contradicting: nothing follows of any of them
            return {cell.key for cell in cells}
        new = {cell.key for cell, value in zip(left, reached, strict=True) if value > cell.value + width - 1e-6}
        if not new:
            break
        found |= new
        left = [cell for cell in left if cell.key not in new]
    return found


def _reached(
    cells: Sequence[Cell], ends: Sequence[float], known: Sequence[tuple[Vector, float]], parts: Sequence[Vector]
) -> Sequence[float] | None:
    """Values of the cells where as many as can be are at their ends; None if what is known contradicts itself."""
    import numpy as np
    from scipy.optimize import linprog

    matrix, atoms = _matrices((*(cell.vector for cell in cells), *(vector for vector, _ in known), *parts))
    goals, many = matrix([cell.vector for cell in cells]), len(cells)
    limits: dict[str, Any] = {}
    if known:
        equations = np.hstack([matrix([vector for vector, _ in known]), np.zeros((len(known), many))])
        limits |= {"A_eq": equations, "b_eq": [value for _, value in known]}
    below = [np.hstack([-goals, np.eye(many)])]
    if parts:
        below.append(np.hstack([-matrix(parts), np.zeros((len(parts), many))]))
    answer = linprog(
        np.concatenate([np.zeros(atoms), -np.ones(many)]),
        A_ub=np.vstack(below),
        b_ub=np.zeros(many + len(parts)),
        bounds=[*[(0, None)] * atoms, *((0, end) for end in ends)],
        method="highs",
        **limits,
    )
    if answer.status == 2:
        return None
    return [float(value) for value in goals @ answer.x[:atoms]] if answer.status == 0 else [0.0] * many


def _matrices(vectors: Iterable[Vector]) -> tuple[Callable[[Sequence[Vector]], Any], int]:
    """How to write vectors over the atoms of all of ``vectors`` as rows, and how many atoms there are."""
    import numpy as np

    index: dict[int, int] = {}
    for vector in vectors:
        for atom in vector:
            index.setdefault(atom, len(index))

    def matrix(chosen: Sequence[Vector]) -> Any:
        filled = np.zeros((len(chosen), len(index)))
        for row, vector in enumerate(chosen):
            filled[row, [index[atom] for atom in vector]] = list(vector.values())
        return filled

    return matrix, len(index)


@dataclass(frozen=True)
class _Program:
    """What bears on one cell, as a linear program over its atoms."""

    goal: Vector
    known: Sequence[tuple[Vector, float]]
    parts: Sequence[Vector]

    @property
    def is_free(self) -> bool:
        """Whether every equation is about nought: then the true counts, times anything, satisfy them all."""
        return not any(value for _, value in self.known)

    @cached_property
    def _limits(self) -> tuple[Any, dict[str, Any]]:
        import numpy as np

        matrix, _ = _matrices((self.goal, *(vector for vector, _ in self.known), *self.parts))
        limits: dict[str, Any] = {}
        if self.known:
            limits |= {"A_eq": matrix([vector for vector, _ in self.known]), "b_eq": [value for _, value in self.known]}
        if self.parts:
            limits |= {"A_ub": -matrix(self.parts), "b_ub": np.zeros(len(self.parts))}
        return matrix([self.goal])[0], limits

    def end(self, sign: float) -> float | None:
        """The least value (sign 1) or the greatest (sign -1); None when what is known contradicts itself."""
        from scipy.optimize import linprog

        goal, limits = self._limits
        found = linprog(sign * goal, bounds=(0, None), method="highs", **limits)
        if found.status == 3:  # unbounded: nothing limits it on this side
            return float("inf")
        return sign * float(found.fun) if found.status == 0 else None


def _program(cell: Cell, shown: Sequence[Cell], parts: Sequence[Vector], zeros: Sequence[Vector]) -> _Program:
    known = [*((other.vector, other.value) for other in shown), *((vector, 0) for vector in zeros)]
    return _Program(cell.vector, *_bearing_on(cell.vector, known, parts))


def _bearing_on(
    goal: Vector, known: Sequence[tuple[Vector, float]], parts: Sequence[Vector]
) -> tuple[list[tuple[Vector, float]], list[Vector]]:
    """The equations and parts that hang together with a cell, however many steps away; the rest cannot move it."""
    reached = set(goal)
    equations, inequalities = list(known), list(parts)
    bearing: list[tuple[Vector, float]] = []
    limiting: list[Vector] = []
    grown = True
    while grown:
        near = [item for item in equations if not reached.isdisjoint(item[0])]
        close = [vector for vector in inequalities if not reached.isdisjoint(vector)]
        equations = [item for item in equations if reached.isdisjoint(item[0])]
        inequalities = [vector for vector in inequalities if reached.isdisjoint(vector)]
        bearing += near
        limiting += close
        reached = reached.union(*(item[0] for item in near), *close)
        grown = bool(near or close)
    return bearing, limiting
