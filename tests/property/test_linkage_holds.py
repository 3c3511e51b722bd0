"""What linkage promises on any night: any order gives the same, keys are stable, weak records never bridge; clustering and survivorship."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linked_world import NIGHT, Seen, World, open_world, simulate

from assets.linked.cluster import FORBIDDEN, Edge, Judgement, agglomerate, canonical
from assets.linked.grouping import Edges, ties
from assets.linked.model import FrozenModel, load_model
from assets.linked.night import LinkReport, link_domains
from assets.linked.register import assign
from contracts.linkage import LinkageChoice
from contracts.reviewed import load_reviewed

FOLDER = Path(__file__).resolve().parents[2] / "contracts" / "demo_county" / "linkage"
PEOPLE = 25


@pytest.fixture(scope="module")
def choice() -> LinkageChoice:
    """The demo county's choice with caps so low that blocks and shared values cross them all the time."""
    shipped = load_reviewed(FOLDER / "linkage.yaml", LinkageChoice)
    caps = shipped.caps.model_copy(update={"largest_block": 5, "shared_phone_names": 3, "shared_address_names": 3, "largest_component": 8})
    return shipped.model_copy(update={"caps": caps})


@pytest.fixture(scope="module")
def model(choice: LinkageChoice) -> FrozenModel:
    return load_model(FOLDER, choice.model)


@pytest.fixture
def link(model: FrozenModel, choice: LinkageChoice) -> Callable[..., LinkReport]:
    def run(world: World, night: date = NIGHT) -> LinkReport:
        return link_domains(world.con, model=model, choice=choice, keyring=world.keyring, night=night)

    return run


def _next_night(draw: random.Random, now: list[Seen], pool: list[Seen]) -> list[Seen]:
    """Records gone, corrected, forbidden, permitted again, and new ones."""
    kept = [item for item in now if draw.random() > 0.05]
    for at, item in enumerate(kept):
        chance = draw.random()
        if chance < 0.05:
            kept[at] = replace(item, phone=draw.choice(pool).phone)
        elif chance < 0.08:
            kept[at] = replace(item, first=draw.choice(pool).first)
        elif chance < 0.11:
            kept[at] = replace(item, permitted=not item.permitted)
        elif chance < 0.13:
            kept[at] = replace(item, dob=draw.choice(pool).dob)
    new = [replace(draw.choice(pool), key=f"new{draw.randrange(10**6)}") for _ in range(5)]
    return list({(item.system, item.key): item for item in [*kept, *new]}.values())


def test_the_order_of_records_changes_neither_persons_nor_keys(tmp_path: Path, link: Callable[..., LinkReport]) -> None:
    seen, _ = simulate(PEOPLE, 5)
    one, other = open_world(tmp_path, "same"), open_world(tmp_path, "same")
    link(one.hold(seen))
    link(other.hold(random.Random(5).sample(seen, len(seen))))
    assert one.persons() == other.persons()


def test_weak_records_never_change_who_is_one_person_among_full_ones(tmp_path: Path, link: Callable[..., LinkReport]) -> None:
    seen, _ = simulate(PEOPLE, 6)
    full = [item for item in seen if item.dob or item.ssn4]
    with_weak, without = open_world(tmp_path, "with"), open_world(tmp_path, "without")
    link(with_weak.hold(seen))
    link(without.hold(full))
    names = {(item.system, item.key) for item in full}
    assert len(names) < len(seen)
    assert {frozenset(group & names) for group in with_weak.partition()} - {frozenset()} == without.partition()


def test_a_person_whose_records_did_not_change_keeps_its_key(tmp_path: Path, link: Callable[..., LinkReport]) -> None:
    seen, _ = simulate(PEOPLE, 7)
    world = open_world(tmp_path)
    link(world.hold(seen))
    before, groups, states = world.persons(), world.partition(), world.states()
    link(world.hold(_next_night(random.Random(7), seen, seen)), NIGHT + timedelta(days=1))
    after = world.persons()
    unchanged = groups & world.partition()
    assert len(unchanged) > PEOPLE / 4
    # Who becomes withheld leaves the domain, and with it the key.
    kept = {subject for group in unchanged for subject in group if (states[subject], world.states()[subject]).count("withheld") != 1}
    assert {subject: before[subject] for subject in kept} == {subject: after[subject] for subject in kept}
    assert len(set(after.values())) == len(world.partition())


SUBJECTS = st.sampled_from("abcdefgh")
EDGES = st.lists(st.tuples(SUBJECTS, SUBJECTS, st.sampled_from([6.0, 7.5, 9.0, 12.0])).filter(lambda e: e[0] != e[1]), max_size=14)
SAID = st.dictionaries(
    st.tuples(SUBJECTS, SUBJECTS).filter(lambda p: p[0] < p[1]),
    st.sampled_from([FORBIDDEN, Judgement(dates=-1), Judgement(dates=1), Judgement(names=-1), Judgement(names=1)]),
    max_size=12,
)


def _edge(a: str, b: str, weight: float) -> Edge:
    return Edge(*canonical(a, b), weight)


@settings(max_examples=300, deadline=None)
@given(edges=EDGES, said=SAID, shuffle=st.randoms(use_true_random=False))
def test_clustering_ignores_order_and_never_joins_a_forbidden_pair(
    edges: list[tuple[str, str, float]], said: dict[tuple[str, str], Judgement], shuffle: random.Random
) -> None:
    made = [_edge(*edge) for edge in edges]
    found = agglomerate("abcdefgh", made, said)
    again = agglomerate("hgfedcba", shuffle.sample(made, len(made)), said)
    assert found == again
    together = {pair for group in found.groups for pair in ((a, b) for a in group for b in group if a < b)}
    assert not [pair for pair, judgement in said.items() if judgement.forbidden and pair in together]


@settings(max_examples=300, deadline=None)
@given(edges=EDGES)
def test_ties_of_arrays_are_those_of_agglomeration(edges: list[tuple[str, str, float]]) -> None:
    weights = {canonical(a, b): weight for a, b, weight in edges}
    ordered = sorted(weights, key=lambda pair: (-weights[pair], pair))
    a, b = ([ord(pair[side]) - ord("a") for pair in ordered] for side in (0, 1))
    tied = ties(8, Edges(np.array(a, int), np.array(b, int), np.array([weights[pair] for pair in ordered], float)))
    told = agglomerate("abcdefgh", [Edge(*pair, weight) for pair, weight in weights.items()], {}).tie
    assert {letter: weight for letter, weight in zip("abcdefgh", tied.tolist(), strict=True) if not np.isnan(weight)} == told


@settings(max_examples=300, deadline=None)
@given(edges=EDGES)
def test_the_lesser_tie_of_two_members_is_no_more_than_the_widest_path_between_them(edges: list[tuple[str, str, float]]) -> None:
    made = [_edge(*edge) for edge in edges]
    found = agglomerate("abcdefgh", made, {})
    widest = {node: dict.fromkeys("abcdefgh", 0.0) for node in "abcdefgh"}
    for a, b, weight in made:
        widest[a][b] = widest[b][a] = max(weight, widest[a][b])
    for via in "abcdefgh":
        for a in "abcdefgh":
            for b in "abcdefgh":
                widest[a][b] = max(widest[a][b], min(widest[a][via], widest[via][b]))
    for group in found.groups:
        assert all(min(found.tie[a], found.tie[b]) <= widest[a][b] for a in group for b in group if a < b)


MEMBERS = st.dictionaries(st.sampled_from(range(12)), st.integers(0, 5))


@settings(max_examples=300, deadline=None)
@given(before=MEMBERS, now=MEMBERS, shuffle=st.randoms(use_true_random=False))
def test_keys_are_never_shared_reused_or_dependent_on_order(before: dict[int, int], now: dict[int, int], shuffle: random.Random) -> None:
    previous = {f"s{subject:02d}": f"p{person}" for subject, person in before.items()}
    members: dict[int, list[str]] = {}
    for subject, group in now.items():
        members.setdefault(group, []).append(f"s{subject:02d}")
    groups = [tuple(sorted(group)) for group in members.values()]

    def run(order: list[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
        numbers = iter(range(100))
        done = assign(order, previous, {f"p{n}": n for n in range(6)}, lambda: f"new{next(numbers)}")
        assert len(set(done.keys)) == len(done.keys)
        kept = {key for key in done.keys if key.startswith("p")}
        assert kept | set(done.ended) == set(previous.values())
        assert kept.isdisjoint(done.ended)
        assert all(successor is None or successor in done.keys for successor in done.ended.values())
        return dict(zip(order, done.keys, strict=True))

    assert run(groups) == run(shuffle.sample(groups, len(groups)))
    for group, key in run(groups).items():
        assert not key.startswith("p") or key in {previous.get(subject) for subject in group}
