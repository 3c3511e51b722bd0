"""How scored pairs become persons: agglomeration by descending weight under vetoes, and the weak tier.

Belongs here: pure functions over subjects, edges and forbidden pairs. Does not belong here: SQL, Splink, keys, thresholds' values.
A union-find over all edges would glue households and twins into one person (measured: reference of the model card); here an edge
merges two groups only if no pair across them is forbidden. The result does not depend on the order of its input.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Pair = tuple[str, str]


class Edge(NamedTuple):
    """A scored pair, ``a`` before ``b``; ``weight`` in bits."""

    a: str
    b: str
    weight: float


@dataclass(frozen=True)
class Resolution:
    """Groups of subjects, each sorted; how firmly each subject is tied to its group; edges that a veto kept from merging."""

    groups: list[tuple[str, ...]]
    tie: dict[str, float]
    """Weight in bits by which a subject is tied: the least weight at which its side of any merge was the smaller one (both, when equal).
    For any two members the lesser of their ties is at most the widest path between them, so it never overstates a link.
    Subjects that are alone are absent."""
    refused: list[Edge]


@dataclass(frozen=True)
class Attachment:
    """Where weak records went, and which were left because two persons fitted about equally well or the person holds its contradiction."""

    person: dict[str, int]
    tie: dict[str, float]
    ambiguous: dict[str, float] = field(default_factory=dict)


def canonical(a: str, b: str) -> Pair:
    """The pair with its smaller subject first."""
    return (a, b) if a < b else (b, a)


class _Forest:
    """Union-find in which the root is always the smallest member."""

    def __init__(self, nodes: Iterable[str]) -> None:
        self.parent = {node: node for node in nodes}

    def find(self, node: str) -> str:
        root = node
        while self.parent[root] != root:
            root = self.parent[root]
        while self.parent[node] != root:
            self.parent[node], node = root, self.parent[node]
        return root

    def union(self, a: str, b: str) -> str:
        low, high = sorted((self.find(a), self.find(b)))
        self.parent[high] = low
        return low


def components(nodes: Iterable[str], edges: Iterable[Edge]) -> dict[str, str]:
    """Component of every node, named by its smallest member."""
    forest = _Forest(nodes)
    for edge in edges:
        forest.union(edge.a, edge.b)
    return {node: forest.find(node) for node in forest.parent}


def bounded(nodes: Iterable[str], edges: Sequence[Edge], *, largest: int, step: float = 2.0) -> tuple[list[Edge], int]:
    """Edges that remain when every component above ``largest`` is cut at ever higher weights until it falls apart.

    Returns:
        (remaining edges, number of components that had to be cut)
    """
    kept: list[Edge] = []
    cut = 0
    pending = [(sorted(nodes), list(edges))]
    first_round = True
    while pending:
        group, own = pending.pop()
        of = components(group, own)
        sizes: dict[str, list[str]] = defaultdict(list)
        for node, root in of.items():
            sizes[root].append(node)
        by_root: dict[str, list[Edge]] = defaultdict(list)
        for edge in own:
            by_root[of[edge.a]].append(edge)
        for root, members in sizes.items():
            if len(members) <= largest:
                kept.extend(by_root[root])
                continue
            cut += first_round
            floor = min(edge.weight for edge in by_root[root]) + step
            pending.append((members, [edge for edge in by_root[root] if edge.weight >= floor]))
        first_round = False
    return kept, cut


def agglomerate(nodes: Iterable[str], edges: Iterable[Edge], cannot: Iterable[Pair]) -> Resolution:
    """Merge by descending weight, never across a forbidden pair.

    Args:
        nodes: subjects that may be a person of their own right.
        edges: scored pairs at or above the link threshold.
        cannot: forbidden pairs, in any order; at least all that lie inside one component of ``edges``.
    """
    forest = _Forest(nodes)
    members = {node: [node] for node in forest.parent}
    foes: dict[str, set[str]] = defaultdict(set)
    for a, b in cannot:
        if a in members and b in members:
            foes[a].add(b)
            foes[b].add(a)
    tie: dict[str, float] = {}
    refused: list[Edge] = []
    for edge in sorted(edges, key=lambda edge: (-edge.weight, edge.a, edge.b)):
        left, right = forest.find(edge.a), forest.find(edge.b)
        if left == right:
            continue
        if _forbidden(members[left], members[right], foes[left], foes[right]):
            refused.append(edge)
            continue
        # Weights descend, so the newest merge is the loosest. An even merge loosens both sides: neither tie may overstate the link.
        for side, across in ((left, right), (right, left)):
            if len(members[side]) <= len(members[across]):
                tie.update(dict.fromkeys(members[side], edge.weight))
        root = forest.union(left, right)
        other = right if root == left else left
        members[root].extend(members.pop(other))
        foes[root] |= foes.pop(other)
    groups = sorted(tuple(sorted(group)) for group in members.values())
    return Resolution(groups=groups, tie=tie, refused=[edge for edge in refused if forest.find(edge.a) != forest.find(edge.b)])


def _forbidden(left: list[str], right: list[str], foes_left: set[str], foes_right: set[str]) -> bool:
    if len(left) <= len(right):
        return not foes_right.isdisjoint(left)
    return not foes_left.isdisjoint(right)


def must_link(groups: Sequence[tuple[str, ...]], must: Iterable[Pair], cannot: Iterable[Pair]) -> tuple[list[tuple[str, ...]], list[Pair]]:
    """Join groups that a person has judged to be the same, after resolution: as edges they would bridge whole groups by weight alone.

    Args:
        groups: result of :func:`agglomerate`.
        must: pairs judged the same.
        cannot: pairs judged different; they win.

    Returns:
        (groups, contradictions: judged the same, but joining them would join a pair judged different)
    """
    group_of = {subject: index for index, group in enumerate(groups) for subject in group}
    apart = {canonical(a, b) for a, b in cannot}
    joined = {index: set(group) for index, group in enumerate(groups)}
    contradictions: list[Pair] = []
    for a, b in sorted(canonical(a, b) for a, b in must):
        if a not in group_of or b not in group_of or group_of[a] == group_of[b]:
            continue
        into, gone = sorted((group_of[a], group_of[b]))
        if any(canonical(x, y) in apart for x in joined[into] for y in joined[gone]):
            contradictions.append((a, b))
            continue
        for subject in joined[gone]:
            group_of[subject] = into
        joined[into] |= joined.pop(gone)
    return sorted(tuple(sorted(group)) for group in joined.values()), contradictions


def attach(
    fits: Mapping[str, Mapping[int, float]],
    cannot: Iterable[Pair],
    *,
    least: float,
    margin: float,
) -> Attachment:
    """Attach each weak record to the one person it fits; never to two, so that it cannot bridge them.

    Args:
        fits: for each weak record, the best weight in bits to each person that nothing forbids.
        cannot: forbidden pairs of weak records: they never meet in one person, the better fit goes first.
        least: weight below which nothing attaches.
        margin: bits by which the best person must beat the second best.
    """
    foes: dict[str, set[str]] = defaultdict(set)
    for a, b in cannot:
        foes[a].add(b)
        foes[b].add(a)
    best = {record: max(own.values()) for record, own in fits.items() if own}
    person: dict[str, int] = {}
    tie: dict[str, float] = {}
    ambiguous: dict[str, float] = {}
    taken: dict[int, set[str]] = defaultdict(set)
    for record in sorted((record for record, weight in best.items() if weight >= least), key=lambda record: (-best[record], record)):
        near = [index for index, weight in fits[record].items() if best[record] - weight < margin]
        if len(near) > 1 or not foes[record].isdisjoint(taken[near[0]]):
            ambiguous[record] = best[record]
            continue
        person[record], tie[record] = near[0], best[record]
        taken[near[0]].add(record)
    return Attachment(person=person, tie=tie, ambiguous=ambiguous)
