"""Clustering at the size of a county: components without a contradiction as arrays, all others by :mod:`assets.linked.cluster`.

Belongs here: the part of clustering that no veto can touch, over numbered subjects. Does not belong here: SQL, or any rule about who may
be one person: cluster.py is the specification. In a component in which no pair is forbidden or speaks against one person, every edge merges
whatever the order, so the component is the person. Numbers sort as subject ids do, so both parts break ties alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assets.linked.cluster import Edge, Judgement, Pair, agglomerate, bounded

Array = Any  # numpy's generic arrays say nothing that a reader needs here


@dataclass(frozen=True)
class Edges:
    """Scored pairs by number, ``a`` < ``b``, weights in bits; ordered by descending weight, then by a and b."""

    a: Array
    b: Array
    weight: Array

    def where(self, chosen: Array) -> Edges:
        """Those of a boolean array, or of places in the order."""
        return Edges(self.a[chosen], self.b[chosen], self.weight[chosen])


@dataclass(frozen=True)
class Verdicts:
    """What hard facts say of pairs, by number; pairs of which they say nothing are absent."""

    a: Array
    b: Array
    forbidden: Array
    dates: Array
    names: Array

    @property
    def against(self) -> Array:
        """Which of the pairs speak against one person in any way."""
        return self.forbidden | (self.dates < 0) | (self.names < 0)

    def among(self, chosen: Array, subjects: Sequence[str]) -> dict[Pair, Judgement]:
        """Those of a boolean array, by subject id."""
        found = zip(self.a[chosen], self.b[chosen], self.forbidden[chosen], self.dates[chosen], self.names[chosen], strict=True)
        return {(subjects[a], subjects[b]): Judgement(bool(forbidden), int(dates), int(names)) for a, b, forbidden, dates, names in found}


@dataclass
class Grouping:
    """Component of every subject, by number (the smallest number in it), and the weight by which it is tied (nan: alone)."""

    of: Array
    tie: Array
    refused: list[Edge] = field(default_factory=list)


def components(size: int, edges: Edges) -> Array:
    """Component of every number below ``size``, named by its smallest member."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(edges.a), dtype=np.int8), (edges.a, edges.b)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    smallest = np.full(int(labels.max(initial=-1)) + 1, size, dtype=np.int64)
    np.minimum.at(smallest, labels, np.arange(size))
    return smallest[labels]


def cut(size: int, edges: Edges, subjects: Sequence[str], *, largest: int) -> tuple[Edges, int]:
    """Edges that remain when every component above ``largest`` was cut (:func:`cluster.bounded`), and how many had to be."""
    import numpy as np

    of = components(size, edges)
    sizes = np.bincount(of, minlength=size)
    over = sizes[of[edges.a]] > largest
    if not over.any():
        return edges, 0
    crowded = edges.where(over)
    nodes = sorted({subjects[number] for number in (*crowded.a.tolist(), *crowded.b.tolist())})
    number_of = {subject: number for number, subject in zip(range(size), subjects, strict=True)}
    found = [Edge(subjects[a], subjects[b], float(weight)) for a, b, weight in zip(crowded.a, crowded.b, crowded.weight, strict=True)]
    kept, were_cut = bounded(nodes, found, largest=largest)
    keep = {(number_of[edge.a], number_of[edge.b]) for edge in kept}
    stays = np.fromiter(((a, b) in keep for a, b in zip(edges.a.tolist(), edges.b.tolist(), strict=True)), bool, len(over))
    return edges.where(~over | stays), were_cut


def group(size: int, edges: Edges, verdicts: Verdicts, apart: Mapping[Pair, Judgement], subjects: Sequence[str]) -> Grouping:
    """Groups of all numbers below ``size``, exactly as :func:`cluster.agglomerate` makes them.

    Args:
        size: how many subjects there are.
        edges: weights between them.
        verdicts: at least of every pair inside a component of three or more; a component of two was judged when its edge was scored.
        apart: pairs that somebody has kept apart, by subject id; forbidden whatever the facts say.
        subjects: id of every number.
    """
    import numpy as np

    of = components(size, edges)
    number_of = {subject: number for pair in apart for subject in pair for number in (_find(subjects, subject),) if number >= 0}
    parted = [(number_of[a], number_of[b]) for a, b in apart if a in number_of and b in number_of]
    inside = of[verdicts.a] == of[verdicts.b]
    judged = [of[a] for a, b in parted if of[a] == of[b]]
    troubled = np.unique(np.concatenate((of[verdicts.a[inside & verdicts.against]], judged))).astype(int)
    is_troubled = np.zeros(size, dtype=bool)
    is_troubled[troubled] = True
    calm = ~is_troubled[of[edges.a]]
    grouping = Grouping(of=of.copy(), tie=ties(size, edges.where(calm)))
    if len(troubled):
        rough = edges.where(~calm)
        said = verdicts.among(inside & is_troubled[of[verdicts.a]], subjects) | dict(apart)
        nodes = np.flatnonzero(is_troubled[of])
        _settle(grouping, nodes, rough, said, subjects)
    return grouping


def _settle(grouping: Grouping, nodes: Array, edges: Edges, said: Mapping[Pair, Judgement], subjects: Sequence[str]) -> None:
    number_of = {subjects[number]: number for number in nodes.tolist()}
    found = [Edge(subjects[a], subjects[b], float(weight)) for a, b, weight in zip(edges.a, edges.b, edges.weight, strict=True)]
    resolution = agglomerate(number_of, found, said)
    for members in resolution.groups:
        numbers = [number_of[subject] for subject in members]
        grouping.of[numbers] = min(numbers)
    for subject, weight in resolution.tie.items():
        grouping.tie[number_of[subject]] = weight
    grouping.refused.extend(resolution.refused)


def ties(size: int, edges: Edges) -> Array:
    """How firmly each number is tied where nothing stands between: see ``cluster.Resolution.tie``. Alone: nan."""
    import numpy as np

    tie = np.full(size, np.nan)
    degree = np.bincount(edges.a, minlength=size) + np.bincount(edges.b, minlength=size)
    lone = (degree[edges.a] == 1) & (degree[edges.b] == 1)
    tie[edges.a[lone]] = tie[edges.b[lone]] = edges.weight[lone]
    rest = _spanning(size, edges.where(~lone))
    parent: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    for a, b, weight in zip(rest.a.tolist(), rest.b.tolist(), rest.weight.tolist(), strict=True):
        left, right = _root(parent, a), _root(parent, b)
        if left == right:
            continue
        own, other = members.get(left) or [left], members.get(right) or [right]
        if len(own) <= len(other):
            tie[own] = weight
        if len(other) <= len(own):
            tie[other] = weight
        if len(own) < len(other):
            left, right, own, other = right, left, other, own
        parent[right] = left
        own.extend(other)
        members[left] = own
        members.pop(right, None)
    return tie


def _spanning(size: int, edges: Edges) -> Edges:
    """Those edges, in their order, that join two parts when taken one after the other: the only ones that merge anything."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    # The place in the order is the length: no two are equal, so the tree of least length is the one that the order makes.
    places = np.arange(1, len(edges.a) + 1, dtype=np.float64)
    tree = minimum_spanning_tree(coo_array((places, (edges.a, edges.b)), shape=(size, size)).tocsr())
    return edges.where(np.sort(tree.data).astype(np.int64) - 1)


def _root(parent: dict[int, int], node: int) -> int:
    root = node
    while root in parent:
        root = parent[root]
    while node != root:
        parent[node], node = root, parent[node]
    return root


def _find(subjects: Sequence[str], subject: str) -> int:
    from bisect import bisect_left

    at = bisect_left(subjects, subject)
    return at if at < len(subjects) and subjects[at] == subject else -1
