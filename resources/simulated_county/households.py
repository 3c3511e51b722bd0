"""Families: twins, couples, parents, households.

Belongs here: who lives with whom and who is related to whom. Does not belong here: names, addresses, events.
Everything is drawn for all people at once; a person is a row number throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resources.simulated_county.draw import Flags, Floats, Ints
from resources.simulated_county.population import AGE_BANDS, GROUPS, Drawn
from resources.simulated_county.rates import ADULT_TWINS_AT_ONE_ADDRESS, TWIN_PAIRS

COUPLED_BY_BAND = (0.0, 0.0, 0.14, 0.55, 0.69, 0.71, 0.70, 0.68, 0.48)
"""Share of each age band living as a couple."""
AT_HOME_BY_BAND = (0.0, 0.0, 0.60, 0.30, 0.14, 0.0, 0.0, 0.0, 0.0)
"""Share of single adults of each age band living with a parent."""
MIXED_COUPLES = 0.08
ROOMMATES = 0.40
"""Share of random pairs of single adults who share a home: friends, relatives, lodgers."""
MULTIRACIAL = GROUPS.index("MULTIRACIAL")


@dataclass(frozen=True)
class Families:
    """Parallel columns, one row a person; -1 where there is no such person.

    ``twin_of`` is set for the second of a pair; ``lives_with_parent`` holds for minors and for adult children at home.
    """

    household: Ints
    partner: Ints
    father: Ints
    mother: Ints
    twin_of: Ints
    lives_with_parent: Flags


def _pairs_within(rng: np.random.Generator, kind: Ints, among: Ints) -> tuple[Ints, Ints]:
    """Random disjoint pairs of people of the same kind."""
    order = among[np.lexsort((rng.random(len(among)), kind[among]))]
    first, second = order[:-1:2], order[1::2]
    same = kind[first] == kind[second]
    return first[same], second[same]


def _twins(rng: np.random.Generator, people: Drawn) -> Ints:
    kind = people.group.astype(np.int64) * len(AGE_BANDS) + people.band
    first, second = _pairs_within(rng, kind, np.flatnonzero(people.band < 7))
    chosen = rng.random(len(first)) < 2 * TWIN_PAIRS
    twin_of = np.full(len(people), -1, dtype=np.int64)
    twin_of[second[chosen]] = first[chosen]
    return twin_of


def _couples(rng: np.random.Generator, people: Drawn, age: Ints) -> Ints:
    partner = np.full(len(people), -1, dtype=np.int64)
    wants = rng.random(len(people)) < np.array(COUPLED_BY_BAND)[people.band]
    circle = people.group.astype(np.int64).copy()
    mixes = rng.random(len(people)) < MIXED_COUPLES
    circle[mixes] = rng.permutation(circle[mixes])
    for group in range(len(GROUPS)):
        men = np.flatnonzero(wants & (circle == group) & (people.sex == 1))
        women = np.flatnonzero(wants & (circle == group) & (people.sex == 0))
        both = min(len(men), len(women))
        men = np.sort(rng.permutation(men)[:both])
        women = np.sort(rng.permutation(women)[:both])
        men = men[np.argsort(age[men] + rng.normal(0, 3, both), kind="stable")]
        women = women[np.argsort(age[women] + 2 + rng.normal(0, 3, both), kind="stable")]
        partner[men], partner[women] = women, men
    return partner


def _parents(rng: np.random.Generator, child: Ints, people: Drawn, age: Ints, heads: Ints) -> Ints:
    """A head of family for each child: of the same group where there is one, and old enough; -1 where nobody fits."""
    found = np.full(len(child), -1, dtype=np.int64)
    head_age = age[heads] + rng.random(len(heads))
    wanted = age[child] + np.clip(rng.normal(28, 5.5, len(child)), 16, 42)
    for group in (*range(len(GROUPS)), -1):  # the last round takes anybody
        if group in {-1, MULTIRACIAL}:
            pool = np.arange(len(heads))
            mine = np.flatnonzero((found < 0) & ((people.group[child] == group) | (group == -1)))
        else:
            pool = np.flatnonzero(people.group[heads] == group)
            mine = np.flatnonzero((found < 0) & (people.group[child] == group))
        if not len(pool) or not len(mine):
            continue
        pool = pool[np.argsort(head_age[pool], kind="stable")]
        # At least the dozen nearest in age, so that the few oldest heads do not get all the children.
        low = np.maximum(np.minimum(np.searchsorted(head_age[pool], wanted[mine] - 1), len(pool) - 12), 0)
        high = np.minimum(np.maximum(np.searchsorted(head_age[pool], wanted[mine] + 1), low + 12), len(pool))
        pick = low + (rng.random(len(mine)) * (high - low)).astype(np.int64)
        parent = heads[pool[pick]]
        fits = age[parent] - age[child[mine]] >= 15
        found[mine[fits]] = parent[fits]
    return found


def _heads(rng: np.random.Generator, people: Drawn, partner: Ints, eligible: Flags, age: Ints) -> Ints:
    coupled = (partner >= 0) & (people.sex == 0)
    chance: Floats = np.where(coupled, 0.80, np.where(people.sex == 0, 0.38, 0.08))
    chance = np.where((partner >= 0) & (people.sex == 1), 0.0, chance)  # a couple counts once, by its woman
    return np.flatnonzero(eligible & (age >= 18) & (age <= 78) & (rng.random(len(people)) < chance))


def draw_families(rng: np.random.Generator, people: Drawn, age: Ints) -> Families:
    """Twins, couples, parents and households of the residents; the second twin of each pair takes the first one's birth date."""
    size = len(people)
    everyone = np.arange(size)
    adult = age >= 18
    twin_of = _twins(rng, people)
    second = np.flatnonzero(twin_of >= 0)
    people.birth[second] = people.birth[twin_of[second]]
    partner = _couples(rng, people, age)
    siblings = second[partner[second] == twin_of[second]]
    partner[twin_of[siblings]] = -1
    partner[siblings] = -1

    at_home = adult & (partner < 0) & (rng.random(size) < np.array(AT_HOME_BY_BAND)[people.band])
    lives_with_parent = ~adult | at_home
    # Twins who are children share their parents.
    lives_with_parent[second] = np.where(adult[second], lives_with_parent[second], True)
    heads = _heads(rng, people, partner, ~lives_with_parent, age)
    child = np.flatnonzero(lives_with_parent)
    parent = np.full(size, -1, dtype=np.int64)
    parent[child] = _parents(rng, child, people, age, heads) if len(heads) else -1
    shared = second[lives_with_parent[second] & lives_with_parent[twin_of[second]]]
    parent[shared] = parent[twin_of[shared]]
    lives_with_parent &= parent >= 0

    is_man = people.sex == 1
    other = np.where(parent >= 0, partner[np.maximum(parent, 0)], -1)
    man_heads = (parent >= 0) & is_man[np.maximum(parent, 0)]
    father = np.where(man_heads, parent, other)
    mother = np.where(man_heads, other, parent)

    home = np.where((partner >= 0) & ~is_man, partner, everyone)
    alone = np.flatnonzero(adult & (partner < 0) & ~lives_with_parent & (people.band <= 7))
    host, guest = _pairs_within(rng, np.zeros(size, dtype=np.int64), alone)
    shares = rng.random(len(host)) < ROOMMATES
    home[guest[shares]] = host[shares]
    living_twins = second[
        (rng.random(len(second)) < ADULT_TWINS_AT_ONE_ADDRESS)
        & (partner[second] < 0)
        & ~lives_with_parent[second]
        & ~lives_with_parent[twin_of[second]]
    ]
    home[living_twins] = home[twin_of[living_twins]]
    minors = np.flatnonzero(lives_with_parent)
    home[minors] = home[parent[minors]]
    home = home[home]  # a guest's host may have a host: two steps settle it
    household = np.unique(home[home], return_inverse=True)[1]
    return Families(
        household=household.astype(np.int32),
        partner=partner,
        father=father,
        mother=mother,
        twin_of=twin_of,
        lives_with_parent=lives_with_parent,
    )
