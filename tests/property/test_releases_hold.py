"""Twenty releases in a row, each a few people apart: whoever keeps them all computes no small count and no small change.

The reader here knows more than any reader does: exactly which groups nobody entered or left between two releases.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from typing import Any

import pytest

from assets.published.left import Released
from assets.published.linear import Span
from assets.published.released import Before, protect_after
from assets.published.suppression import Protected, protect_together
from contracts.disclosure import DisclosurePolicy
from contracts.products import ProductTable
from tests.fixtures.counts import times

TOTAL = "all"
MINIMUM = 11
RELEASES = 20
POLICY = DisclosurePolicy(
    minimum_cell=MINIMUM,
    zeros="withhold",
    complementary="exact",
    interval_cells=0,
    interval_width=5,
    pooling_months=(12,),
    difference_releases=4,
    citation="a rule for tests",
)
TABLE = ProductTable.model_validate(
    {
        "name": "t",
        "description": "people by two dimensions",
        "grain": "aggregate",
        "question": "t",
        "columns": [
            {"name": "group", "description": "their group", "role": "dimension", "total": TOTAL},
            {"name": "place", "description": "their place", "role": "dimension", "total": TOTAL},
            {"name": "people", "description": "how many there are", "role": "people"},
        ],
    }
)
Atoms = dict[tuple[str, str], int]


def _rows(atoms: Atoms) -> list[dict[str, Any]]:
    groups, places = ([*dict.fromkeys(atom[axis] for atom in atoms), TOTAL] for axis in (0, 1))
    return [
        {"group": group, "place": place, "people": sum(number for atom, number in atoms.items() if _covers((group, place), atom))}
        for group, place in itertools.product(groups, places)
    ]


def _covers(cell: tuple[str, str], atom: tuple[str, str]) -> bool:
    return all(mine in {value, TOTAL} for mine, value in zip(cell, atom, strict=True))


def _history(rng: random.Random) -> list[Atoms]:
    """Twenty states of a population: between two of them 1 to 10 people enter or leave a few groups, now and then many."""
    atoms = {
        (f"g{i}", f"p{j}"): rng.choice([rng.randint(0, 10), rng.randint(11, 40), rng.randint(41, 300)]) for i in range(3) for j in range(2)
    }
    history = [dict(atoms)]
    for _ in range(RELEASES - 1):
        for atom in rng.sample(sorted(atoms), rng.randint(1, 3)):
            change = rng.choice([rng.randint(1, 10), rng.randint(1, 10), rng.randint(11, 60)]) * rng.choice([1, -1])
            atoms[atom] = max(0, atoms[atom] + change)
        history.append(dict(atoms))
    return history


def _released(history: Sequence[Atoms], policy: DisclosurePolicy) -> list[Protected]:
    made: list[Protected] = []
    for atoms in history:
        before = [{"t": item.cells_left} for item in made[-policy.difference_releases :]] if policy.difference_releases else []
        made.append(protect_together([(TABLE, _rows(atoms))], policy, before=before)["t"])
    return made


def _given_away(history: Sequence[Atoms], made: Sequence[Protected], newest: int) -> tuple[int, int]:
    """(small counts computed, small changes read off) by a reader of one release and the four before it."""
    window = range(max(0, newest - POLICY.difference_releases), newest + 1)
    unknowns: dict[tuple[Any, ...], int] = {}
    since: dict[tuple[str, str], int] = {}

    def vector(release: int, cell: tuple[str, str]) -> dict[int, int]:
        return {unknowns.setdefault((first[release][atom], atom), len(unknowns)): 1 for atom in history[release] if _covers(cell, atom)}

    # An atom is one unknown for as long as nobody enters or leaves it.
    first: dict[int, dict[tuple[str, str], int]] = {}
    for release in window:
        for atom in history[release]:
            if release == window[0] or history[release][atom] != history[release - 1][atom]:
                since[atom] = release
        first[release] = dict(since)
    span = Span()
    figures: dict[tuple[str, str], list[int]] = {}
    small: list[dict[int, int]] = []
    for release in window:
        for row in made[release].rows:
            cell = (row["group"], row["place"])
            if row["people"] is not None:
                span.add(vector(release, cell))
                figures.setdefault(cell, []).append(row["people"])
        for row in _rows(history[release]):
            if row["people"] < MINIMUM:
                small.append(vector(release, (row["group"], row["place"])))
    steps = [abs(one - other) for said in figures.values() for one, other in itertools.combinations(said, 2)]
    return sum(not span.reduced(each) for each in small), sum(0 < step < MINIMUM for step in steps)


@pytest.mark.parametrize("seed", range(times(6)))
def test_twenty_releases_a_few_people_apart_give_nothing_away(seed: int) -> None:
    history = _history(random.Random(f"history {seed}"))
    made = _released(history, POLICY)
    assert [_given_away(history, made, newest) for newest in range(1, RELEASES)] == [(0, 0)] * (RELEASES - 1)
    assert sum(row["people"] is not None for item in made for row in item.rows) > RELEASES, (
        "protection does not mean withholding everything"
    )


def test_without_the_comparison_the_same_releases_give_people_away() -> None:
    found = [0, 0]
    for seed in range(3):
        history = _history(random.Random(f"history {seed}"))
        made = _released(history, POLICY.model_copy(update={"difference_releases": 0}))
        for newest in range(1, RELEASES):
            counts, changes = _given_away(history, made, newest)
            found = [found[0] + counts, found[1] + changes]
    assert min(found) > 0, "the attack finds what there is to find"


def test_a_release_made_again_is_the_same_release() -> None:
    history = _history(random.Random("again"))[:4]
    policy = POLICY.model_copy(update={"interval_cells": 300})
    made = _released(history, policy)
    earlier = tuple({"t": item.cells_left} for item in made[:3])
    tonight: tuple[dict[str, Sequence[Released]], ...] = ({"t": made[3].cells_left},)
    again = protect_after([(TABLE, _rows(history[3]))], policy, Before(earlier, tonight), minimum=MINIMUM)["t"]
    assert again == made[3]
    other = dict(history[3])
    other["g0", "p0"] += 3
    changed = protect_after([(TABLE, _rows(other))], policy, Before(earlier, tonight), minimum=MINIMUM)["t"]
    before = {(row["group"], row["place"]): row["people"] for row in made[3].rows}
    steps = [abs(row["people"] - old) for row in changed.rows if row["people"] and (old := before[row["group"], row["place"]])]
    assert all(step == 0 or step >= MINIMUM for step in steps), "tonight's own earlier version was seen too"
