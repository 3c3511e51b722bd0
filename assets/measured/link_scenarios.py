"""Who would be one person under another link threshold, or if uncertain links fell otherwise.

Belongs here: grouping subjects anew from tonight's persons and scored pairs, as pure functions of numbers. Does not belong here: SQL, any
figure, and any threshold below the stored one: pairs that were never kept cannot be asked.

Tonight's persons are the point of departure, with every veto and every judgement of a person in them. A higher threshold takes their weaker
links away and so can only split them. A draw keeps or drops each uncertain link that holds a person together, and adds pairs that fell
short of the threshold, each with its own probability. The links that hold a person together are its maximum spanning tree: of several links
between the same two sides the best one counts, and the rest are no independent evidence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Links:
    """Tonight's subjects by number, the person each belongs to, and the pairs among them.

    ``tree_*``: links that hold persons together; a link that no stored pair explains (a judgement) has probability 1 and infinite weight.
    ``near_*``: for each two persons the best pair that fell short of the threshold and that nothing forbids.
    """

    person: Ints
    tree_a: Ints
    tree_b: Ints
    tree_weight: Floats
    tree_probability: Floats
    near_a: Ints
    near_b: Ints
    near_probability: Floats


def links_of(person: Ints, a: Ints, b: Ints, weight: Floats, probability: Floats, *, least: Floats) -> Links:
    """Sort stored pairs into links and near links.

    Args:
        person: number of the person of every subject.
        a: first subject of every live pair that is not vetoed.
        b: second subject.
        weight: match weight in bits.
        probability: match probability.
        least: weight from which the pair would have linked; pairs across persons at or above it were refused and are not drawn.
    """
    inside = person[a] == person[b]
    tree = _spanning(len(person), a[inside], b[inside], weight[inside])
    chosen = np.flatnonzero(inside)[tree]
    held_a, held_b = a[chosen], b[chosen]
    joined_a, joined_b = _unexplained(person, held_a, held_b)
    near = np.flatnonzero(~inside & (weight < least))
    near = near[_best_of_pairs(person[a[near]], person[b[near]], weight[near])]
    return Links(
        person=person,
        tree_a=np.concatenate([held_a, joined_a]),
        tree_b=np.concatenate([held_b, joined_b]),
        tree_weight=np.concatenate([weight[chosen], np.full(len(joined_a), np.inf)]),
        tree_probability=np.concatenate([probability[chosen], np.ones(len(joined_a))]),
        near_a=a[near],
        near_b=b[near],
        near_probability=probability[near],
    )


def at_threshold(links: Links, threshold: float) -> Ints:
    """Group of every subject when links below ``threshold`` bits are taken away, numbered as :func:`drawn` numbers them."""
    return _regrouped(links, links.tree_weight >= threshold, np.zeros(len(links.near_a), dtype=np.bool_))


def drawn(links: Links, rng: np.random.Generator, *, certain: float, impossible: float) -> Ints:
    """Group of every subject in one draw of the uncertain links.

    Whose person loses no link and gets none keeps the person's number; everybody else has a number that is no person's.
    """
    held = (links.tree_probability >= certain) | (rng.random(len(links.tree_a)) < links.tree_probability)
    possible = links.near_probability >= impossible
    added = possible & (rng.random(len(links.near_a)) < links.near_probability)
    return _regrouped(links, np.asarray(held, dtype=np.bool_), np.asarray(added, dtype=np.bool_))


def changed(links: Links, group: Ints) -> Bools:
    """Which subjects are with others than tonight: their person was split, or theirs was joined with another.

    Args:
        links: tonight's.
        group: as :func:`at_threshold` or :func:`drawn` answered.
    """
    # Persons are asked whole, so that company is counted among these subjects alone.
    asked = np.flatnonzero(group != links.person)
    person, part = links.person[asked], group[asked]
    # Person and group as one number: sorting numbers is ten times as quick as sorting pairs.
    same = _sizes(person * (part.max(initial=0) + 1) + part)
    found = np.zeros(len(group), dtype=np.bool_)
    found[asked] = (same != _sizes(person)) | (same != _sizes(part))
    return found


def _sizes(labels: Ints) -> Ints:
    """How many bear each one's label."""
    _, where, size = np.unique(labels, return_inverse=True, return_counts=True)
    return np.asarray(size[where], dtype=np.int64)


def _regrouped(links: Links, held: Bools, added: Bools) -> Ints:
    """Groups under the links that are ``held`` and the near ones that are ``added``; only persons they touch are put together anew."""
    person = links.person
    persons = int(person.max(initial=-1)) + 1
    touched = np.zeros(persons, dtype=np.bool_)
    for ends in (links.tree_a[~held], links.near_a[added], links.near_b[added]):
        touched[person[ends]] = True
    inside = touched[person]
    subjects = np.flatnonzero(inside)
    place = np.zeros(len(person), dtype=np.int64)
    place[subjects] = np.arange(len(subjects))
    kept = held & inside[links.tree_a]
    a = np.concatenate([links.tree_a[kept], links.near_a[added]])
    b = np.concatenate([links.tree_b[kept], links.near_b[added]])
    group = person.copy()
    group[subjects] = persons + _groups(len(subjects), place[a], place[b])
    return group


def _groups(size: int, a: Ints, b: Ints) -> Ints:
    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _spanning(size: int, a: Ints, b: Ints, weight: Floats) -> Ints:
    """Positions of the pairs of a maximum spanning forest."""
    if not len(a):
        return np.zeros(0, dtype=np.int64)
    # A place in the order of weights, from 1: ties are broken by position, and no pair has the length 0 that a sparse graph drops.
    place = np.empty(len(a), dtype=np.float64)
    place[np.lexsort((np.arange(len(a)), -weight))] = np.arange(1, len(a) + 1)
    tree = minimum_spanning_tree(coo_array((place, (a, b)), shape=(size, size)).tocsr())
    order = np.argsort(place)
    return np.asarray(order[np.sort(tree.data).astype(np.int64) - 1], dtype=np.int64)


def _unexplained(person: Ints, a: Ints, b: Ints) -> tuple[Ints, Ints]:
    """Certain links between parts of a person that no stored pair joins: a person was put together by somebody's judgement."""
    part = _groups(len(person), a, b)
    _, first_of_part = np.unique(part, return_index=True)
    order = np.lexsort((first_of_part, person[first_of_part]))
    ordered = first_of_part[order]
    same = person[ordered][1:] == person[ordered][:-1]
    return ordered[:-1][same], ordered[1:][same]


def _best_of_pairs(one: Ints, other: Ints, weight: Floats) -> Ints:
    if not len(one):
        return np.zeros(0, dtype=np.int64)
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((np.arange(len(one)), -weight, high, low))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (low[order][1:] != low[order][:-1]) | (high[order][1:] != high[order][:-1])
    return np.asarray(np.sort(order[first]), dtype=np.int64)
