"""An explanation answers as the nightly decision does, with the words behind it."""

from __future__ import annotations

from datetime import date

import pytest

from assets.consented.decide import Reason
from assets.consented.explained import MEANING, UnknownTerm, explained
from assets.consented.facts_of import UnknownRecord, named
from tests.fixtures.consented_world import NIGHT, ConsentedWorld, demo_terms

ASKED = [
    ("health", ("care_coordination",), "disclose_row"),
    ("county", ("crisis_system_planning",), "disclose_aggregate"),
    ("sheriff", ("jail_operations_measurement",), "disclose_row"),
    ("sheriff", ("investigation",), "disclose_row"),
]
ELEMENTS = [
    "jail.__present__",
    "jail_booking.__present__",
    "jail_booking.facility",
    "cad_person.call_type",
    "co_responder_encounter.disposition",
    "health.__present__",
    "health_encounter.started_at",
    "race_assertion.races",
]


@pytest.fixture
def world() -> ConsentedWorld:
    made = ConsentedWorld(demo_terms())
    made.con.execute(
        "create table checked.source_record (record_id varchar, source varchar, system varchar, record_type varchar, "
        "source_record_id varchar, known_from date)"
    )
    for number in range(6):
        made.subject(f"j{number}", "jail")
        made.subject(f"h{number}", "health", born=date(1980, 5, 17) if number else None)
        made.subject(f"m{number}", "co_responder")
        made.subject(f"c{number}", "cad", role="caller" if number == 5 else "subject")
        made.booking(f"j{number}", juvenile=number == 4)
        made.encounter(f"h{number}", part2=number % 2 == 0)
        made.crisis(f"m{number}")
        made.call(f"c{number}")
        made.same_person(f"j{number}", f"h{number}", f"m{number}", f"c{number}", confidence=0.995 if number < 4 else 0.7)
    made.consent("h1", "roi_508")
    made.consent("h2", "part2_tpo")
    made.consent("h3", "roi_508", revoked_at=date(2026, 2, 1))
    made.consent("h4", "opt_out")
    made.run()
    return made


def test_every_explanation_gives_the_answer_of_the_decision_table(world: ConsentedWorld) -> None:
    compared = 0
    for recipient, purposes, operation in ASKED:
        for (subject, element, labels), (reason, clause, consent) in world.decide(recipient, purposes, operation, ELEMENTS).items():
            found = explained(
                world.con, f":{subject}", element=element, recipient=recipient, purposes=purposes, operation=operation, night=NIGHT
            )
            same = [item for item in found.answers if not labels or ",".join(item.labels) == labels]
            assert len(same) == 1
            decision = same[0].decision
            assert (decision.reason.value, decision.clause_id, decision.consent_id) == (reason, clause, consent)
            assert same[0].gates[-1].reason is (None if decision.reason is Reason.PERMITTED else decision.reason)
            compared += 1
    assert compared > 100


def test_an_explanation_quotes_the_clause_and_says_where_the_consent_stands(world: ConsentedWorld) -> None:
    found = explained(
        world.con,
        ":m1",
        element="co_responder_encounter.disposition",
        recipient="health",
        purposes=["care_coordination"],
        operation="disclose_row",
        night=NIGHT,
    )
    assert found.permitted
    assert [clause.clause_id for clause in found.clauses] == ["DUL-2026-BH §3.4"]
    assert "Mobile Crisis Team" in found.clauses[0].quote
    revoked = explained(
        world.con,
        ":h3",
        element="health.__present__",
        recipient="county",
        purposes=["crisis_system_planning"],
        operation="disclose_aggregate",
        night=NIGHT,
    )
    assert [consent.state for consent in revoked.consents] == ["revoked"]


def test_a_name_that_means_nobody_is_refused_without_being_repeated(world: ConsentedWorld) -> None:
    with pytest.raises(UnknownRecord) as refused:
        named(world.con, "jail:SECRET-NUMBER")
    assert "SECRET" not in str(refused.value)


def test_an_unknown_element_is_refused_with_those_there_are(world: ConsentedWorld) -> None:
    with pytest.raises(UnknownTerm, match=r"jail_booking\.facility"):
        explained(
            world.con, ":j1", element="jail_booking.shoe_size", recipient="health", purposes=["x"], operation="disclose_row", night=NIGHT
        )


def test_an_element_of_another_system_is_refused_by_name(world: ConsentedWorld) -> None:
    with pytest.raises(UnknownTerm, match="asked about is of jail"):
        explained(
            world.con,
            ":j1",
            element="health_encounter.started_at",
            recipient="health",
            purposes=["care_coordination"],
            operation="disclose_row",
            night=NIGHT,
        )


def test_every_reason_has_its_meaning_in_words() -> None:
    assert set(MEANING) == set(Reason)
    assert len(set(MEANING.values())) == len(MEANING)
