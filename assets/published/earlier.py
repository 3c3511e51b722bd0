"""What earlier releases leave to be computed: their figures beside the new ones, as one linear system.

Belongs here: from what a reader was shown before to what a new release must not complete. Does not belong here: the register of what was
released (released.py), the choice of cells (suppression.py).

A reader who keeps two releases can subtract them. A figure that moved by 1 to ten people (the minimum cell less one) would show those few,
so the new one is withheld. And whatever did not change between two releases is one unknown in both: what the old release withheld and the
new one shows, or the other way round, may not complete an equation of either. Which counts did not change is known by their marks, which
tell equal from different and nothing else. The reader guarded against knows as much.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from assets.published.linear import Cell, Guard, Vector
from contracts.disclosure import DisclosurePolicy


@dataclass(frozen=True)
class Shown:
    """One cell as one earlier release had it.

    ``value`` is its figure, or None where it was withheld; ``small`` whether it was withheld for being small; ``same`` whether the count,
    shown or not, is what it was; ``mark`` the mark of the count, by which two earlier releases agree or do not.
    """

    release: int
    value: int | None
    small: bool
    same: bool
    mark: str = ""


Earlier = Mapping[Hashable, Sequence[Shown]]
"""Key of a cell of the new release -> what earlier releases said of the same cell."""


def moved(value: float, earlier: Sequence[Shown], policy: DisclosurePolicy) -> bool:
    """Whether a figure differs from an earlier one by so few people that both together would show them."""
    return any(said.value is not None and policy.too_little_changed(round(value) - said.value) for said in earlier)


def unchanged(cells: Sequence[Cell], earlier: Earlier) -> list[Cell]:
    """Cells whose figure an earlier release gave as it still is: whoever kept that release knows it, shown again or not."""
    return [cell for cell in cells if any(said.value == cell.value for said in earlier.get(cell.key, ()))]


def guards(cells: Sequence[Cell], zeros: Sequence[Vector], earlier: Earlier) -> list[Guard]:
    """The readers who kept the earlier releases.

    Two of them where a table shows margins without the cells between: one holds what no release ever named for unchanged, one does not.

    Args:
        cells: cells of one system of the new release, the sensitive ones marked.
        zeros: sums that every reader knows to be nought.
        earlier: what was said before of these cells.
    """
    if not any(earlier.get(cell.key) for cell in cells):
        return []
    sensitive = [cell.vector for cell in cells if cell.sensitive]
    found = []
    named = {atom for cell in cells if _is_atom(cell) for atom in cell.vector}
    for stands in (True, False) if any(atom not in named for cell in cells for atom in cell.vector) else (True,):
        known = _Known(cells, earlier, named, unnamed_stand=stands)
        shown = [known.vector(cell, said) for cell, said in known.said if said.value is not None]
        small = [known.vector(cell, said) for cell, said in known.said if said.small]
        found.append(Guard.of([*zeros, *shown], [*sensitive, *small]))
    return found


def _is_atom(cell: Cell) -> bool:
    return len(cell.vector) == 1 and not cell.implicit


@dataclass
class _Known:
    """Earlier figures in the unknowns of the new release, with unknowns of their own for what was different then."""

    cells: Sequence[Cell]
    earlier: Earlier
    named: set[int]
    unnamed_stand: bool
    own: dict[Hashable, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.said = [(cell, said) for cell in self.cells for said in self.earlier.get(cell.key, ())]
        self.then = {(said.release, atom): said for cell, said in self.said if _is_atom(cell) for atom in cell.vector}

    def vector(self, cell: Cell, said: Shown) -> dict[int, int]:
        """The earlier figure as a sum of unknowns."""
        vector = {self._unknown(said.release, atom): times for atom, times in cell.vector.items()}
        if not said.same and vector == dict(cell.vector):
            # Something in it was different that is no cell of the new release: a group nobody is in any more.
            vector[self._own("sum", cell.key, said.mark)] = 1
        return vector

    def _unknown(self, release: int, atom: int) -> int:
        if atom not in self.named:
            return atom if self.unnamed_stand else self._own("unnamed", release, atom)
        then = self.then.get((release, atom))
        if then is None:
            return self._own("absent", release, atom)
        return atom if then.same else self._own("atom", atom, then.mark)

    def _own(self, *name: Hashable) -> int:
        # Negative numbers are no atom of the new release.
        return self.own.setdefault(name, -1 - len(self.own))
