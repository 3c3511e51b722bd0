"""What can be computed from published counts: exact linear arithmetic over one system of cells.

Belongs here: spans, the greedy choice of cells that may be shown, intervals of the withheld ones. Does not belong here: tables, thresholds
and what a cell means (suppression.py).

A cell is a sum of unknown atoms. What a reader can compute exactly from shown cells is their linear span; arithmetic modulo a large prime
finds every membership that rational arithmetic finds, so a mistake can only withhold too much.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PRIME = (1 << 61) - 1

Vector = Mapping[int, int]
"""Atom number -> coefficient; atoms that are not named have coefficient 0."""


@dataclass(frozen=True)
class Cell:
    """One count: its name, its value and the atoms it sums.

    ``sensitive`` cells must not be computable; ``implicit`` cells are never shown themselves (the rest of a group).
    """

    key: Hashable
    value: int
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


def showable(cells: Sequence[Cell], zeros: Iterable[Vector] = ()) -> set[Hashable]:
    """Which cells can be shown so that no sensitive one can be computed from them.

    Cells are tried from the largest value down (ties by their order), because large cells are margins that most readers need; a cell is
    left out when showing it would complete an equation for a sensitive cell.

    Args:
        cells: the cells of one system.
        zeros: sums that every reader knows to be nought: two names for one group.
    """
    span = Span()
    for vector in zeros:
        span.add(vector)
    guarded = [dict(span.reduced(cell.vector)) for cell in cells if cell.sensitive]
    shown: set[Hashable] = set()
    candidates = [cell for cell in cells if not cell.sensitive and not cell.implicit]
    for cell in sorted(candidates, key=lambda cell: -cell.value):
        rest = span.reduced(cell.vector)
        if rest and any(_parallel(sensitive, rest) for sensitive in guarded):
            continue
        shown.add(cell.key)
        added = span.add(rest)
        if added is None:
            continue
        pivot, row = added
        for sensitive in guarded:
            if pivot in sensitive:
                _subtract(sensitive, row, sensitive[pivot])
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
    import numpy as np
    from scipy.optimize import linprog

    known = [*((other.vector, other.value) for other in shown), *((vector, 0) for vector in zeros)]
    known, parts = _bearing_on(cell.vector, known, parts)
    index: dict[int, int] = {}
    for vector in (cell.vector, *(vector for vector, _ in known), *parts):
        for atom in vector:
            index.setdefault(atom, len(index))

    def matrix(vectors: Sequence[Vector]) -> Any:
        filled = np.zeros((len(vectors), len(index)))
        for row, vector in enumerate(vectors):
            filled[row, [index[atom] for atom in vector]] = list(vector.values())
        return filled

    goal = matrix([cell.vector])[0]
    limits: dict[str, Any] = {}
    if known:
        limits |= {"A_eq": matrix([vector for vector, _ in known]), "b_eq": [value for _, value in known]}
    if parts:
        limits |= {"A_ub": -matrix(parts), "b_ub": np.zeros(len(parts))}
    ends = []
    for sign in (1.0, -1.0):
        found = linprog(sign * goal, bounds=(0, None), method="highs", **limits)
        if found.status == 3:  # unbounded: nothing limits it on this side
            ends.append(float("inf"))
        elif found.status == 0:
            ends.append(sign * float(found.fun))
        else:
            return None
    return ends[0], ends[1]


def _bearing_on(
    goal: Vector, known: Sequence[tuple[Vector, int]], parts: Sequence[Vector]
) -> tuple[list[tuple[Vector, int]], list[Vector]]:
    """The equations and parts that hang together with a cell, however many steps away; the rest cannot move it."""
    reached = set(goal)
    equations, inequalities = list(known), list(parts)
    bearing: list[tuple[Vector, int]] = []
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
