"""Who would be one person under other links: numbers alone, no database."""

from __future__ import annotations

import numpy as np
import pytest

from assets.measured.link_scenarios import Links, at_threshold, changed, drawn, links_of

# Subjects 0-3 are person 0 (a chain 0-1-2 with a weak end, 3 joined by somebody's judgement), 4 and 5 persons of their own, 6 alone.
PERSON = np.array([0, 0, 0, 0, 1, 2, 3])
A = np.array([0, 1, 0, 4, 5])
B = np.array([1, 2, 2, 5, 6])
WEIGHT = np.array([20.0, 7.0, 6.0, 3.0, 9.0])
PROBABILITY = np.array([0.99999, 0.98, 0.97, 0.6, 0.99])
LEAST = np.full(5, 5.0)


@pytest.fixture
def links() -> Links:
    return links_of(PERSON, A, B, WEIGHT, PROBABILITY, least=LEAST)


def groups(found: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(found == group).tolist()) for group in set(found.tolist())}


def test_a_person_is_held_together_by_its_best_links_and_by_judgements(links: Links) -> None:
    pairs = {(int(a), int(b)): float(w) for a, b, w in zip(links.tree_a, links.tree_b, links.tree_weight, strict=True)}
    assert {pair: weight for pair, weight in pairs.items() if weight < np.inf} == {(0, 1): 20.0, (1, 2): 7.0}
    assert sum(weight == np.inf for weight in pairs.values()) == 1


def test_a_pair_that_fell_short_may_be_drawn_and_one_that_was_refused_may_not(links: Links) -> None:
    assert list(zip(links.near_a.tolist(), links.near_b.tolist(), strict=True)) == [(4, 5)]


def test_the_stored_threshold_gives_back_tonights_persons(links: Links) -> None:
    assert groups(at_threshold(links, 5.0)) == {frozenset({0, 1, 2, 3}), frozenset({4}), frozenset({5}), frozenset({6})}
    assert not changed(links, at_threshold(links, 5.0)).any()


def test_a_higher_threshold_takes_the_weaker_link_away_and_no_judgement(links: Links) -> None:
    found = groups(at_threshold(links, 8.0))
    assert frozenset({0, 1}) <= max(found, key=len)
    assert not any({1, 2} <= group for group in found)
    assert sum(len(group) for group in found if 3 in group) >= 2
    assert changed(links, at_threshold(links, 8.0))[:4].all()
    assert not changed(links, at_threshold(links, 8.0))[4:].any()


def test_draws_keep_what_is_certain_and_take_the_rest_as_often_as_it_is_likely(links: Links) -> None:
    rng = np.random.default_rng(3)
    found = [drawn(links, rng, certain=0.999, impossible=0.05) for _ in range(4_000)]
    assert all(each[0] == each[1] for each in found)
    assert np.mean([each[1] == each[2] for each in found]) == pytest.approx(0.98, abs=0.01)
    assert np.mean([each[4] == each[5] for each in found]) == pytest.approx(0.6, abs=0.03)
    assert not any(each[5] == each[6] for each in found)


def test_a_pair_less_likely_than_the_countys_limit_is_never_drawn(links: Links) -> None:
    rng = np.random.default_rng(3)
    assert not any((each := drawn(links, rng, certain=0.999, impossible=0.7))[4] == each[5] for _ in range(50))


def test_nobody_linked_and_no_pair_at_all_is_everybody_alone() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    empty = np.zeros(0)
    found = links_of(np.arange(3), nothing, nothing, empty, empty, least=empty)
    assert groups(at_threshold(found, 9.0)) == {frozenset({0}), frozenset({1}), frozenset({2})}
