"""The sharing matrix says what the clauses say, and a comparison names every clause that begins, ends or reads otherwise."""

from __future__ import annotations

from datetime import date, timedelta

from assets.consented.sharing import Change, changes, matrix
from tests.fixtures.consented_world import NIGHT, demo_terms


def test_every_clause_of_every_instrument_is_in_the_matrix_with_its_words() -> None:
    terms = demo_terms()
    written = {instrument.clause_id(clause) for instrument in terms.instruments for clause in instrument.clauses}
    lines = matrix(terms, NIGHT)
    assert {line.clause_id for line in lines} == written
    assert all(len(line.quote) >= 20 for line in lines)
    assert all(line.covers > 0 for line in lines if line.effect == "permit")


def test_the_same_text_on_the_same_night_differs_in_nothing() -> None:
    lines = matrix(demo_terms(), NIGHT)
    assert changes(lines, lines) == ()


def test_an_instrument_that_lapses_takes_its_clauses_and_those_that_hang_on_it() -> None:
    terms = demo_terms()
    licence = terms.instrument("DUL-2026-BH")
    last, first_without = licence.expires_on - timedelta(days=1), licence.expires_on
    ended = [item for item in changes(matrix(terms, last), matrix(terms, first_without)) if item.clause_id.startswith(licence.id)]
    assert {item.change for item in ended} == {Change.ENDS}
    assert len(ended) == len([line for line in matrix(terms, last) if line.clause_id.startswith(licence.id) and line.in_force])
    lapsed = changes(matrix(terms, NIGHT), matrix(terms.without("DSA-2025-MC"), NIGHT))
    assert {item.system for item in lapsed} == {"co_responder"}, "every licence of that system's records goes dark with its agreement"
    assert {item.clause_id.split(" ")[0] for item in lapsed} > {"DSA-2025-MC"}


def test_a_clause_that_reads_otherwise_is_named_with_what_differs() -> None:
    terms = demo_terms()
    licence = terms.instrument("DUL-2026-BH")
    narrower = [clause.model_copy(update={"record_days": 30}) if clause.number == "3.3" else clause for clause in licence.clauses]
    changed = changes(matrix(terms, NIGHT), matrix(terms.with_instrument(licence.id, clauses=tuple(narrower)), NIGHT))
    assert [(item.change, item.clause_id, item.fields) for item in changed] == [(Change.DIFFERS, "DUL-2026-BH §3.3", ("record_days",))]


def test_before_it_is_effective_a_clause_is_listed_and_not_in_force() -> None:
    terms = demo_terms()
    early = matrix(terms, date(2000, 1, 1))
    assert not any(line.in_force for line in early if line.effect == "permit")
    assert {line.clause_id for line in early} == {line.clause_id for line in matrix(terms, NIGHT)}
