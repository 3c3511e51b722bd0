"""Link domains: which systems may be linked all with each other.

Belongs here: the pure step from permitted pairs to maximal sets of systems, and their names. Does not belong here: clauses or subjects.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations

Pair = tuple[str, str]


def mutual_pairs(permitted_with: Mapping[str, Collection[str]]) -> frozenset[Pair]:
    """Pairs of systems each of which may be compared with the other, sorted within the pair.

    Args:
        permitted_with: system -> systems that its own contributor lets it be compared with.
    """
    return frozenset(
        (one, other)
        for one, other in combinations(sorted(permitted_with), 2)
        if other in permitted_with[one] and one in permitted_with[other]
    )


def maximal_sets(systems: Iterable[str], pairs: Collection[Pair]) -> tuple[tuple[str, ...], ...]:
    """Every maximal set of systems all of whose pairs are permitted (the maximal cliques), each sorted, in order.

    A system without a partner is a set of its own: its records may still be compared with each other.
    Bron and Kerbosch 1973 without pivoting; a county has a handful of systems.
    """
    near: dict[str, set[str]] = {system: set() for system in systems}
    for one, other in pairs:
        near[one].add(other)
        near[other].add(one)
    found: list[tuple[str, ...]] = []

    def grow(chosen: frozenset[str], open_: set[str], closed: set[str]) -> None:
        if not open_ and not closed:
            found.append(tuple(sorted(chosen)))
        for system in sorted(open_):
            grow(chosen | {system}, open_ & near[system], closed & near[system])
            open_.remove(system)
            closed.add(system)

    if near:
        grow(frozenset(), set(near), set())
    return tuple(sorted(found))


def domain_name(systems: Iterable[str]) -> str:
    """The same name for the same systems, whatever order they come in."""
    return "+".join(sorted(systems))
