"""What the demo county's products ask for is what its licences speak of, and every permission can be used."""

from __future__ import annotations

import pytest

from assets.consented.clauses import StandingClause, catalogue, standing_clauses, system_instruments
from contracts.county import County, load_county
from contracts.instruments import Effect, Operation
from tests.fixtures.consented_world import DEMO, NIGHT


@pytest.fixture(scope="module")
def county() -> County:
    return load_county(DEMO)


@pytest.fixture(scope="module")
def clauses(county: County) -> tuple[StandingClause, ...]:
    sources = county.sources.values()
    return standing_clauses(county.instruments, catalogue(sources), system_instruments(sources), NIGHT)


def test_every_clause_is_in_force_on_the_first_night(clauses: tuple[StandingClause, ...]) -> None:
    assert {clause.standing.value for clause in clauses} == {"in_force"}


def test_every_element_a_product_asks_for_is_permitted_by_a_clause(county: County, clauses: tuple[StandingClause, ...]) -> None:
    known = {element.name for element in catalogue(county.sources.values())}
    for product in county.products:
        for operation in product.operations:
            permitted = {
                name
                for clause in clauses
                if clause.clause.effect is Effect.PERMIT
                and clause.clause.operation == operation
                and clause.clause.recipient == product.agency
                and {str(purpose) for purpose in product.purposes} <= set(clause.purposes)
                for name in clause.elements or ()
            }
            asked = product.elements(operation)
            assert asked <= known, f"{product.path}: {sorted(asked - known)}"
            assert asked <= permitted, f"{product.path}: {sorted(asked - permitted)}"


def test_every_permission_covers_the_labels_its_elements_always_carry(county: County, clauses: tuple[StandingClause, ...]) -> None:
    labels = {(element.name, element.system): set(element.labels) - {"quasi_id"} for element in catalogue(county.sources.values())}
    for clause in clauses:
        if clause.clause.effect is Effect.PERMIT:
            for name in clause.elements or ():
                assert labels[name, str(clause.system)] <= {label.value for label in clause.clause.labels}, f"{clause.clause_id}: {name}"


def test_nothing_of_a_part_2_programme_is_disclosed_to_the_sheriff(clauses: tuple[StandingClause, ...]) -> None:
    to_sheriff = [clause for clause in clauses if clause.clause.recipient == "sheriff" and clause.clause.effect is Effect.PERMIT]
    assert to_sheriff
    for clause in to_sheriff:
        assert "part2" not in clause.clause.labels
        if clause.clause.contributor == "behavioral_health":
            assert clause.clause.operation is Operation.DISCLOSE_AGGREGATE


def test_every_quote_is_the_countys_own_and_every_review_is_still_open(county: County) -> None:
    quotes = [clause.quote for instrument in county.instruments for clause in instrument.clauses]
    assert len(set(quotes)) == len(quotes)
    assert all(instrument.counsel_review is None for instrument in county.instruments)
