"""Link domains are the maximal sets of systems all of whose pairs both contributors permit."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.consented import consent
from assets.consented.domains import domain_name, maximal_sets, mutual_pairs
from contracts.instruments import InstrumentStatus
from tests.fixtures.consented_world import NIGHT, ConsentedWorld, DemoTerms

SYSTEMS = ("a", "b", "c", "d", "e")
PAIRS = tuple(combinations(SYSTEMS, 2))


def brute_force(systems: tuple[str, ...], pairs: frozenset[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    subsets = [set(chosen) for size in range(1, len(systems) + 1) for chosen in combinations(systems, size)]
    whole = [chosen for chosen in subsets if all(pair in pairs for pair in combinations(sorted(chosen), 2))]
    return tuple(sorted(tuple(sorted(one)) for one in whole if not any(one < other for other in whole)))


@given(pairs=st.frozensets(st.sampled_from(PAIRS)))
def test_domains_are_exactly_the_maximal_sets_of_mutually_permitted_systems(pairs: frozenset[tuple[str, str]]) -> None:
    assert maximal_sets(SYSTEMS, pairs) == brute_force(SYSTEMS, pairs)


def test_two_systems_that_may_not_be_linked_are_never_in_one_domain() -> None:
    pairs = {("a", "b"), ("a", "c")}
    assert maximal_sets("abc", pairs) == (("a", "b"), ("a", "c"))


def test_a_system_without_a_partner_is_a_domain_of_its_own() -> None:
    assert maximal_sets(["a", "b"], set()) == (("a",), ("b",))
    assert maximal_sets([], set()) == ()


def test_one_contributor_alone_cannot_permit_a_pair() -> None:
    assert mutual_pairs({"a": {"b", "c"}, "b": {"a"}, "c": set()}) == {("a", "b")}
    assert mutual_pairs({"a": {"b"}}) == frozenset()


def test_a_domain_is_named_by_its_systems_in_any_order() -> None:
    assert domain_name(["jail", "cad"]) == domain_name(("cad", "jail")) == "cad+jail"


def domains(world: ConsentedWorld) -> dict[str, list[str]]:
    consent.write_link_domains(world.con, world.terms, NIGHT)
    found = world.con.execute("select domain, systems, clause_ids from consented.link_domain").fetchall()
    assert all(clause_ids for _, _, clause_ids in found)
    return {name: systems for name, systems, _ in found}


def test_the_demo_county_has_one_domain(world: ConsentedWorld) -> None:
    assert domains(world) == {"cad+co_responder+health+jail": ["cad", "co_responder", "health", "jail"]}


def test_a_system_whose_agreement_lapses_leaves_the_domain(terms: DemoTerms) -> None:
    lapsed = ConsentedWorld(terms.with_instrument("DSA-2025-EC", status=InstrumentStatus.TERMINATED))
    assert domains(lapsed) == {"co_responder+health+jail": ["co_responder", "health", "jail"]}


def test_a_pair_that_one_side_no_longer_permits_splits_the_domain(terms: DemoTerms) -> None:
    clause = terms.instrument("DSA-2025-EC").clauses[0].model_copy(update={"with_systems": ("co_responder", "health")})
    split = ConsentedWorld(terms.with_instrument("DSA-2025-EC", clauses=(clause,)))
    assert domains(split) == {
        "cad+co_responder+health": ["cad", "co_responder", "health"],
        "co_responder+health+jail": ["co_responder", "health", "jail"],
    }


def test_a_subject_of_a_system_in_two_domains_has_a_permission_for_each(terms: DemoTerms) -> None:
    clause = terms.instrument("DSA-2025-EC").clauses[0].model_copy(update={"with_systems": ("co_responder", "health")})
    split = ConsentedWorld(terms.with_instrument("DSA-2025-EC", clauses=(clause,)))
    split.subject("h", "health")
    split.encounter("h")
    split.run()
    found = split.con.execute("select domain, permitted from consented.link_permission order by domain").fetchall()
    assert found == [("cad+co_responder+health", True), ("co_responder+health+jail", True)]


@pytest.mark.parametrize("system", ["jail", "cad", "co_responder", "health"])
def test_without_any_agreement_nothing_of_a_system_is_linked(terms: DemoTerms, system: str) -> None:
    agreement = terms.sources[system].instruments[0]
    dark = ConsentedWorld(terms.without(agreement))
    dark.subject("s", system)
    if system == "health":
        dark.encounter("s")
    dark.run()
    assert dark.link_reason("s") == "no_clause"
    assert chain.from_iterable(domains(dark).values()) is not None
    assert not any(system in systems for systems in domains(dark).values())
