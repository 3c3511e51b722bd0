"""The compiled policy answers as the specification does, and both can only become stricter as facts are taken away."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.consented.asking import asking_about
from assets.consented.decide import Decision, Reason, Verdict, decide, explain
from assets.consented.decisions import decide_all
from assets.consented.facts import COURT_ORDER, Facts, MembershipFact, OrderFact, RuleFact
from contracts.instruments import Effect
from contracts.law import RuleEffect
from tests.fixtures.counts import times
from tests.fixtures.random_decisions import ASKED, COURTS, NIGHT, label_groups, requests, world, write

BATCH = 400
SEEDS = st.lists(st.integers(0, 2**48), min_size=BATCH, max_size=BATCH, unique=True)


def sql_answers(con: duckdb.DuckDBPyConnection, worlds: list[Facts], asked) -> dict[tuple[str | None, ...], tuple[object, ...]]:
    recipient, purposes, operation = asked
    elements = sorted({element.name for facts in worlds for element in facts.elements})
    decide_all(
        con, target_table="main.decision", recipient=recipient, purposes=purposes, operation=operation, elements=elements, night=NIGHT
    )
    found = con.execute(
        "select subject_id, system, element, labels, ordered_booking, verdict, reason, clause_id, consent_id, transform, output_form, "
        "obligations, min_cell, records_from, records_to, valid_until from main.decision"
    ).fetchall()
    answers = {row[:5]: row[5:] for row in found}
    assert len(answers) == len(found), "a question was answered twice"
    return answers


def as_row(decision: Decision) -> tuple[object, ...]:
    return (
        decision.verdict.value,
        decision.reason.value,
        decision.clause_id,
        decision.consent_id,
        decision.transform.value if decision.transform else None,
        decision.output_form.value if decision.output_form else None,
        [obligation.value for obligation in decision.obligations],
        decision.min_cell,
        decision.records_from,
        decision.records_to,
        decision.valid_until,
    )


@given(seeds=SEEDS)
@settings(max_examples=times(5), deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
def test_sql_and_python_decide_alike_in_every_world(seeds: list[int]) -> None:
    worlds = [world(seed) for seed in seeds]
    groups = [label_groups(facts, seed) for facts, seed in zip(worlds, seeds, strict=True)]
    con = duckdb.connect()
    write(con, worlds, groups)
    for asked in ASKED:
        answers = sql_answers(con, worlds, asked)
        expected = 0
        for seed, facts, found in zip(seeds, worlds, groups, strict=True):
            for key, request in requests(facts, found, asked):
                expected += 1
                said = answers.get((request.subject_id, request.system, request.element, key, request.booking_id))
                assert said == as_row(decide(request, facts)), f"world [{seed}], {request}"
        assert len(answers) == expected, "SQL answered what nobody asked"


def test_what_may_be_linked_does_not_hang_on_who_is_linked_already() -> None:
    # A stay, a consent or an order of another subject of the person would be a reason that only linking could know.
    asked = next(item for item in ASKED if item[2] == "link")
    for seed in range(60):
        facts = world(seed)
        for _, request in requests(facts, label_groups(facts, seed), asked):
            assert decide(request, facts) == decide(request, replace(facts, memberships=()))


def test_the_random_worlds_reach_every_gate() -> None:
    seen: Counter[Reason] = Counter()
    lifted: Counter[str] = Counter()
    for seed in range(300):
        facts = world(seed)
        groups = label_groups(facts, seed)
        for asked in ASKED:
            for _, request in requests(facts, groups, asked):
                reason = decide(request, facts).reason
                seen[reason] += 1
                if reason is Reason.PERMITTED:
                    lifted.update(rule.rule_id for rule in asking_about(request, facts).asks(RuleEffect.DENY))
    missing = set(Reason) - set(seen) - {Reason.UNKNOWN_TERM, Reason.PURPOSE_PROHIBITED}
    assert not missing, f"no world reached {missing}"
    assert seen[Reason.PERMITTED] > 200
    assert {"P2-NOUSE", "P2-NOTES", "HIPAA-PSYCH-NOTES"} <= set(lifted), "no world bears the evidence that lifts a rule"


def test_an_order_about_a_booking_opens_that_booking_in_some_worlds_and_no_other_in_any() -> None:
    opened = 0
    for seed in range(400):
        facts = world(seed)
        if not any(clause.lawful_basis == COURT_ORDER and "COURT_ORDER" in clause.instrument_kinds for clause in facts.clauses):
            continue
        for subject in facts.subjects:
            order = OrderFact(subject.subject_id, COURTS[0], date(2025, 1, 1), date(2027, 1, 1), f"{subject.subject_id}_b")
            ordered, without = replace(facts, orders=(order,)), replace(facts, orders=())
            for _, request in requests(ordered, label_groups(ordered, seed), ASKED[4]):
                is_opened = decide(request, ordered).verdict is not decide(request, without).verdict
                assert not is_opened or request.booking_id == order.booking_id, f"world [{seed}], {request}"
                opened += is_opened
    assert opened > 10, "no order about a booking opened anything"


def permits(facts: Facts, seed: int) -> set[tuple[str | None, str, str, str, str]]:
    groups = label_groups(facts, seed)
    return {
        (request.subject_id, request.system, request.element, key, str(asked))
        for asked in ASKED
        for key, request in requests(facts, groups, asked)
        if decide(request, facts).verdict is Verdict.PERMIT
    }


def weakened(facts: Facts, pick: int) -> dict[str, Facts]:
    """The same facts with one permission less or one obstacle more, by what was done."""
    found: dict[str, Facts] = {}
    permitting = [clause for clause in facts.clauses if clause.effect is Effect.PERMIT]
    if permitting:
        gone = permitting[pick % len(permitting)]
        rest = tuple(clause for clause in facts.clauses if clause is not gone)
        found["a permission removed"] = replace(facts, clauses=rest)
        found["a permission shortened"] = replace(facts, clauses=(*rest, replace(gone, valid_to=max(gone.valid_from, NIGHT))))
        found["a permission out of force"] = replace(facts, clauses=(*rest, replace(gone, in_force=False)))
        ban = replace(gone, effect=Effect.PROHIBIT, in_force=True, valid_from=NIGHT, valid_to=NIGHT.replace(year=2030))
        found["a prohibition added"] = replace(facts, clauses=(*facts.clauses, ban))
    if facts.orders:
        order = facts.orders[pick % len(facts.orders)]
        without = tuple(item for item in facts.orders if item is not order)
        found["a court order removed"] = replace(facts, orders=without)
        found["a court order about a booking that is not theirs"] = replace(facts, orders=(*without, replace(order, booking_id="nobody_b")))
        found["a court order of another court"] = replace(facts, orders=(*without, replace(order, authority="Court of Nowhere")))
    stricter = (
        RuleFact("Z-1", "deny", labels=frozenset({"phi"})),
        RuleFact("Z-2", "consent", kinds=frozenset({"roi_508"}), labels=frozenset({"phi"})),
        RuleFact("Z-3", "instrument", instrument="QSOA"),
        RuleFact("Z-4", "population", population="adult"),
        RuleFact("Z-5", "cover", labels=frozenset({"quasi_id"})),
    )
    found["a rule of law added"] = replace(facts, rules=(*facts.rules, stricter[pick % len(stricter)]))
    if facts.consents:
        lost = facts.consents[pick % len(facts.consents)]
        others = tuple(item for item in facts.consents if item is not lost)
        found["a consent removed"] = replace(facts, consents=others)
        found["a consent expired"] = replace(facts, consents=(*others, replace(lost, valid_to=NIGHT)))
        found["a consent narrowed"] = replace(facts, consents=(*others, replace(lost, recipients=frozenset())))
    if facts.denies:
        found["a deny widened"] = replace(
            facts,
            denies=(*facts.denies, replace(facts.denies[pick % len(facts.denies)], operation=None, recipient=None, element_class=None)),
        )
    if facts.memberships:
        tie = facts.memberships[pick % len(facts.memberships)]
        rest_tied = tuple(item for item in facts.memberships if item is not tie)
        doubtful = replace(tie, link_confidence=min(0.98, max(0.5, tie.link_confidence)))
        found["a link too doubtful for permits, sure enough for denies"] = replace(facts, memberships=(*rest_tied, doubtful))
        stranger = facts.subjects[pick % len(facts.subjects)].subject_id
        false_link = MembershipFact(stranger, tie.person_key, 0.98)
        found["a false link below what permits need"] = replace(facts, memberships=(*facts.memberships, false_link))
    return found


@given(seed=st.integers(0, 2**48), pick=st.integers(0, 50))
@settings(max_examples=times(1_000), deadline=None, derandomize=True, database=None)
def test_taking_a_permission_away_or_adding_an_obstacle_never_permits_more(seed: int, pick: int) -> None:
    facts = world(seed)
    before = permits(facts, seed)
    # Each world tries a third of the changes: every one is tried in hundreds of worlds.
    tried = list(weakened(facts, pick).items())[pick % 3 :: 3]
    for change, after in tried:
        assert permits(after, seed) <= before, f"world [{seed}]: {change}"


@given(seed=st.integers(0, 2**48))
@settings(max_examples=times(80), deadline=None, derandomize=True, database=None)
def test_an_explanation_ends_where_the_decision_does(seed: int) -> None:
    facts = world(seed)
    groups = label_groups(facts, seed)
    for asked in ASKED:
        for _, request in requests(facts, groups, asked):
            decision, gates = decide(request, facts), explain(request, facts)
            assert all(gate.passed for gate in gates[:-1])
            assert gates[-1].reason == (None if decision.verdict is Verdict.PERMIT else decision.reason)


@pytest.mark.parametrize("purpose", ["prosecution", "immigration_enforcement", "investigation"])
def test_a_prohibited_purpose_is_never_served_in_any_world(purpose: str) -> None:
    for seed in range(40):
        facts = world(seed)
        widened = replace(facts, clauses=tuple(replace(clause, purposes=clause.purposes | {purpose}) for clause in facts.clauses))
        groups = label_groups(facts, seed)
        for recipient, _, operation in ASKED:
            for _, request in requests(widened, groups, (recipient, (purpose,), operation)):
                assert decide(request, widened).verdict is Verdict.DENY
