"""How scored pairs become persons: agglomeration by descending weight under vetoes, and the weak tier.

Belongs here: pure functions over subjects, edges and forbidden pairs. Does not belong here: SQL, Splink, keys, thresholds' values.
A union-find over all edges would glue households and twins into one person (measured: reference of the model card); here an edge
merges two groups only if nothing forbids a pair across them, and if the birth dates and given names across them do not speak more
against one person than for it. The result does not depend on the order of its input.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

Pair = tuple[str, str]


class Edge(NamedTuple):
    """A scored pair, ``a`` before ``b``; ``weight`` in bits."""

    a: str
    b: str
    weight: float


class Judgement(NamedTuple):
    """What hard facts say of a pair: forbidden outright; +1, 0 or -1 as birth dates and given names speak for one person or against."""

    forbidden: bool = False
    dates: int = 0
    names: int = 0


FORBIDDEN = Judgement(forbidden=True)
Judgements = Mapping[Pair, Judgement]
"""By canonical pair; a pair that is absent says nothing."""


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
    """Where weak records went, and which were left: two persons fitted about equally well, or the person holds its contradiction."""

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


class _Balance:
    """Sums of judgements between groups, by root; groups that say nothing of each other have no entry."""

    def __init__(self, judgements: Judgements, nodes: Mapping[str, object]) -> None:
        self.between: dict[str, dict[str, tuple[int, int, int]]] = defaultdict(dict)
        for (a, b), (forbidden, dates, names) in judgements.items():
            if a in nodes and b in nodes:
                self.between[a][b] = self.between[b][a] = (int(forbidden), dates, names)

    def said(self, left: str, right: str) -> tuple[int, int, int]:
        return self.between[left].get(right, (0, 0, 0))

    def merge(self, root: str, other: str) -> None:
        gone = self.between.pop(other, {})
        own = self.between[root]
        own.pop(other, None)
        gone.pop(root, None)
        for group, said in gone.items():
            own[group] = self.between[group][root] = _sum(own.get(group, (0, 0, 0)), said)
            self.between[group].pop(other, None)


def _sum(one: tuple[int, int, int], other: tuple[int, int, int]) -> tuple[int, int, int]:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def compatible(left: Sequence[str], right: Sequence[str], judgements: Judgements, said: tuple[int, int, int] | None = None) -> bool:
    """Whether two groups of subjects may be one person.

    Nothing is forbidden, and at least as many pairs have birth dates for one person as against. In given names likewise, or most subjects
    of one side have a name that somebody on the other side explains: of a person who goes by the middle name, few records say both.

    Args:
        left: one group.
        right: the other.
        judgements: of pairs across them.
        said: their sums (forbidden, dates, names) where they are known already.
    """
    if said is None:
        said = (0, 0, 0)
        for a in left:
            for b in right:
                forbidden, dates, names = judgements.get(canonical(a, b), (False, 0, 0))
                said = _sum(said, (int(forbidden), dates, names))
    if said[0] or said[1] < 0:
        return False
    return said[2] >= 0 or _explained(left, right, judgements) or _explained(right, left, judgements)


def _explained(subjects: Sequence[str], by: Sequence[str], judgements: Judgements) -> bool:
    balance = 0
    for subject in subjects:
        names = {judgements.get(canonical(subject, other), (False, 0, 0))[2] for other in by}
        balance += 1 if 1 in names else -1 if -1 in names else 0
    return balance > 0


def contradicts(group: Sequence[str], judgements: Judgements) -> bool:
    """Whether a finished group is no person: a forbidden pair, dates that speak against one, or given names that mostly nobody shares."""
    pairs = [judgements[pair] for pair in combinations(sorted(group), 2) if pair in judgements]
    if any(pair.forbidden for pair in pairs) or sum(pair.dates for pair in pairs) < 0:
        return True
    return sum(pair.names for pair in pairs) < 0 and not _explained(group, group, judgements)


def agglomerate(nodes: Iterable[str], edges: Iterable[Edge], judgements: Judgements) -> Resolution:
    """Merge by descending weight wherever the judgements across two groups allow it.

    Args:
        nodes: subjects that may be a person of their own right.
        edges: scored pairs at or above the link threshold that are not vetoed themselves.
        judgements: at least of all pairs inside one component of ``edges``.
    """
    forest = _Forest(nodes)
    members = {node: [node] for node in forest.parent}
    said = _Balance(judgements, members)
    tie: dict[str, float] = {}
    refused: list[Edge] = []
    for edge in sorted(edges, key=lambda edge: (-edge.weight, edge.a, edge.b)):
        left, right = forest.find(edge.a), forest.find(edge.b)
        if left == right:
            continue
        if not compatible(members[left], members[right], judgements, said.said(left, right)):
            refused.append(edge)
            continue
        # Weights descend, so the newest merge is the loosest. An even merge loosens both sides: neither tie may overstate the link.
        for side, across in ((left, right), (right, left)):
            if len(members[side]) <= len(members[across]):
                tie.update(dict.fromkeys(members[side], edge.weight))
        root = forest.union(left, right)
        other = right if root == left else left
        members[root].extend(members.pop(other))
        said.merge(root, other)
    groups = sorted(tuple(sorted(group)) for group in members.values())
    return Resolution(groups=groups, tie=tie, refused=[edge for edge in refused if forest.find(edge.a) != forest.find(edge.b)])


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
    groups: Sequence[tuple[str, ...]],
    judgements: Judgements,
    *,
    least: float,
    margin: float,
) -> Attachment:
    """Attach each weak record to the one person it fits; never to two, so that it cannot bridge them.

    Args:
        fits: for each weak record, the best weight in bits to each person, by index of ``groups``.
        groups: the persons.
        judgements: at least of each weak record with every member of the persons it fits, and with other weak records that fit them.
        least: weight below which nothing attaches.
        margin: bits by which the best person must beat the second best.
    """
    allowed = {
        record: {index: weight for index, weight in own.items() if compatible([record], groups[index], judgements)}
        for record, own in fits.items()
    }
    best = {record: max(own.values()) for record, own in allowed.items() if own}
    person: dict[str, int] = {}
    tie: dict[str, float] = {}
    ambiguous: dict[str, float] = {}
    taken: dict[int, list[str]] = defaultdict(list)
    # The better fit goes first: of two weak records that contradict each other, it is the one that stays.
    for record in sorted((record for record, weight in best.items() if weight >= least), key=lambda record: (-best[record], record)):
        near = [index for index, weight in allowed[record].items() if best[record] - weight < margin]
        if len(near) > 1 or not compatible([record], taken[near[0]], judgements):
            ambiguous[record] = best[record]
            continue
        person[record], tie[record] = near[0], best[record]
        taken[near[0]].append(record)
    return Attachment(person=person, tie=tie, ambiguous=ambiguous)
