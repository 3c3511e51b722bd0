"""Clustering as a pure function: weights, vetoes, the weak tier, judgements."""

from __future__ import annotations

from itertools import permutations

import pytest

from assets.linked.cluster import FORBIDDEN, Edge, Judgement, agglomerate, attach, bounded, components, contradicts, must_link

AGAINST_DATES, FOR_DATES = Judgement(dates=-1), Judgement(dates=1)
AGAINST_NAMES, FOR_NAMES = Judgement(names=-1), Judgement(names=1)
PERSONS = [("p",), ("q",)]


def test_an_edge_joins_two_subjects() -> None:
    resolution = agglomerate("ab", [Edge("a", "b", 9.0)], {})
    assert resolution.groups == [("a", "b")]
    assert resolution.tie == {"a": 9.0, "b": 9.0}


def test_a_chain_does_not_join_a_forbidden_pair() -> None:
    # Twins a and c both resemble their mother's record b; the firmer edge wins, the other is left for a person.
    resolution = agglomerate("abc", [Edge("a", "b", 12.0), Edge("b", "c", 9.0)], {("a", "c"): FORBIDDEN})
    assert resolution.groups == [("a", "b"), ("c",)]
    assert resolution.refused == [Edge("b", "c", 9.0)]


def test_one_misspelt_date_among_many_does_not_break_a_person() -> None:
    # a holds a slip of the pen that contradicts d; b and c agree with d.
    edges = [Edge("a", "b", 20.0), Edge("b", "c", 20.0), Edge("c", "d", 9.0)]
    said = {("a", "d"): AGAINST_DATES, ("b", "d"): FOR_DATES, ("c", "d"): FOR_DATES}
    assert agglomerate("abcd", edges, said).groups == [("a", "b", "c", "d")]


def test_dates_that_mostly_speak_against_one_person_keep_two() -> None:
    edges = [Edge("a", "b", 20.0), Edge("b", "c", 20.0), Edge("c", "d", 9.0)]
    said = {("a", "d"): AGAINST_DATES, ("b", "d"): AGAINST_DATES, ("c", "d"): FOR_DATES}
    assert agglomerate("abcd", edges, said).groups == [("a", "b", "c"), ("d",)]


def test_twins_with_many_records_stay_two_although_one_record_resembles_both() -> None:
    edges = [Edge("a1", "a2", 20.0), Edge("b1", "b2", 20.0), Edge("a2", "b1", 9.0)]
    said = {(a, b): AGAINST_NAMES for a in ("a1", "a2") for b in ("b1", "b2") if (a, b) != ("a2", "b1")}
    assert agglomerate(["a1", "a2", "b1", "b2"], edges, said).groups == [("a1", "a2"), ("b1", "b2")]


def test_a_person_who_goes_by_the_middle_name_is_one_if_a_record_says_both() -> None:
    # j1 says Julian Austin, j2 and j3 only Julian, x only Austin.
    edges = [Edge("j1", "j2", 20.0), Edge("j2", "j3", 20.0), Edge("j1", "x", 9.0)]
    said = {("j1", "x"): FOR_NAMES, ("j2", "x"): AGAINST_NAMES, ("j3", "x"): AGAINST_NAMES}
    assert agglomerate(["j1", "j2", "j3", "x"], edges, said).groups == [("j1", "j2", "j3", "x")]
    assert not contradicts(["j1", "j2", "j3", "x"], said | {("j1", "j2"): FOR_NAMES, ("j2", "j3"): FOR_NAMES})


def test_a_group_that_holds_a_forbidden_pair_contradicts_itself() -> None:
    assert contradicts(["a", "b", "c"], {("a", "c"): FORBIDDEN})
    assert not contradicts(["a", "b", "c"], {("a", "d"): FORBIDDEN})


def test_the_result_does_not_depend_on_the_order_of_edges() -> None:
    edges = [Edge("a", "b", 9.0), Edge("b", "c", 9.0), Edge("c", "d", 12.0), Edge("a", "d", 8.0)]
    results = {str(agglomerate("dcba", order, {("a", "c"): FORBIDDEN})) for order in permutations(edges)}
    assert len(results) == 1


def test_a_tie_never_overstates_the_path_between_two_members() -> None:
    resolution = agglomerate("abcd", [Edge("a", "b", 20.0), Edge("c", "d", 15.0), Edge("b", "c", 9.0)], {})
    assert resolution.groups == [("a", "b", "c", "d")]
    assert min(resolution.tie["a"], resolution.tie["d"]) <= 9.0


def test_a_leaf_does_not_loosen_the_core() -> None:
    resolution = agglomerate("abcx", [Edge("a", "b", 20.0), Edge("b", "c", 20.0), Edge("c", "x", 9.0)], {})
    assert resolution.tie == {"a": 20.0, "b": 20.0, "c": 20.0, "x": 9.0}


def test_components_are_named_by_their_smallest_member() -> None:
    assert components("abc", [Edge("b", "c", 1.0)]) == {"a": "a", "b": "b", "c": "b"}


def test_a_giant_component_is_cut_at_a_higher_weight() -> None:
    chain = [Edge(f"n{i:02d}", f"n{i + 1:02d}", 9.0 + (i % 2) * 5) for i in range(20)]
    kept, cut = bounded({node for edge in chain for node in edge[:2]}, chain, largest=4)
    assert cut == 1
    assert all(edge.weight > 9.0 for edge in kept)


def test_a_weak_record_attaches_to_the_one_person_it_fits() -> None:
    placed = attach({"w": {0: 12.0, 1: 5.0}}, PERSONS, {}, least=10.0, margin=4.0)
    assert placed.person == {"w": 0}


@pytest.mark.parametrize("fits", [{0: 12.0, 1: 11.0}, {0: 9.9}, {}])
def test_a_weak_record_that_fits_two_or_none_attaches_to_nobody(fits: dict[int, float]) -> None:
    assert attach({"w": fits}, PERSONS, {}, least=10.0, margin=4.0).person == {}


def test_a_weak_record_that_fits_two_persons_is_left_for_review() -> None:
    assert attach({"w": {0: 12.0, 1: 11.0}}, PERSONS, {}, least=10.0, margin=4.0).ambiguous == {"w": 12.0}


def test_a_weak_record_does_not_attach_to_a_person_that_it_contradicts() -> None:
    placed = attach({"w": {0: 12.0, 1: 11.0}}, PERSONS, {("p", "w"): AGAINST_NAMES}, least=10.0, margin=4.0)
    assert placed.person == {"w": 1}


def test_two_weak_records_that_contradict_each_other_do_not_meet_in_one_person() -> None:
    placed = attach({"v": {0: 12.0}, "w": {0: 14.0}}, PERSONS, {("v", "w"): FORBIDDEN}, least=10.0, margin=4.0)
    assert placed.person == {"w": 0}
    assert placed.ambiguous == {"v": 12.0}


def test_a_judgement_joins_two_groups_whatever_their_weight() -> None:
    groups, contradictions = must_link([("a", "b"), ("c",)], [("c", "b")], [])
    assert groups == [("a", "b", "c")]
    assert contradictions == []


def test_a_judgement_that_would_join_a_pair_judged_different_is_a_contradiction() -> None:
    groups, contradictions = must_link([("a", "b"), ("c",)], [("b", "c")], [("a", "c")])
    assert groups == [("a", "b"), ("c",)]
    assert contradictions == [("b", "c")]


def test_joined_groups_stay_joined_when_further_judgements_name_them() -> None:
    groups, _ = must_link([("a",), ("b",), ("c",), ("d",)], [("c", "d"), ("a", "b"), ("b", "d")], [])
    assert groups == [("a", "b", "c", "d")]
