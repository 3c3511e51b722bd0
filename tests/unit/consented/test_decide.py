"""The rule itself, gate by gate: one request that is permitted, and what each fact that changes makes of it.

Belongs here: ``decide`` on facts written by hand, no database. The compiled form is held to it elsewhere (property and spec tests).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from assets.consented.asking import Request, asking_about, consent_of, holds, kinds_of, population_of, populations
from assets.consented.decide import GATES, Decision, Reason, Verdict, ban_reason, decide, explain
from assets.consented.decisions import write_decisions
from assets.consented.facts import (
    ClauseFact,
    ConsentFact,
    CustodyFact,
    DenyFact,
    EdgeFact,
    Facts,
    MembershipFact,
    OrderFact,
    RuleFact,
    SubjectFact,
    labels_key,
)
from contracts.elements import Element
from contracts.instruments import Effect, Obligation, Operation, OutputForm, Population, Transform
from contracts.law import RuleEffect

NIGHT = date(2026, 3, 2)
BEFORE, AFTER = NIGHT - timedelta(days=90), NIGHT + timedelta(days=90)
CARE = frozenset({"care_coordination"})
ROW, COUNT, LINK = Operation.DISCLOSE_ROW.value, Operation.DISCLOSE_AGGREGATE.value, Operation.LINK.value
BOOKED, TALLY = "booking.booked_at", "count.population"

CLAUSE = ClauseFact(
    clause_id="DUL-1 §1",
    effect=Effect.PERMIT,
    operation=Operation.DISCLOSE_ROW,
    contributor="sheriff",
    recipient="health",
    system="jail",
    elements=frozenset({BOOKED}),
    labels=frozenset({"phi"}),
    purposes=CARE,
    consent_requirement="none",
    valid_from=BEFORE,
    valid_to=AFTER,
)
CONSENT = ConsentFact(
    consent_id="c1",
    subject_id="j1",
    kind="roi_508",
    recipients=frozenset({"hub", "health"}),
    purposes=CARE,
    element_classes=frozenset({"custody"}),
    operations=frozenset({ROW}),
    valid_from=BEFORE,
    valid_to=AFTER,
)
PROHIBITION = ClauseFact(
    "DUL-1 §9", Effect.PROHIBIT, None, None, None, None, None, frozenset(), frozenset(), "none", valid_from=BEFORE, valid_to=AFTER
)
FACTS = Facts(
    integrator="hub",
    recipients=frozenset({"hub", "health", "sheriff"}),
    elements=(
        Element(BOOKED, "booking", "jail", "sheriff", ("custody",), ("phi",), "booking"),
        Element(TALLY, "count", "jail", "sheriff", (), (), ""),
    ),
    rules=(),
    subjects=(SubjectFact("j1", "jail", "sheriff", "subject"), SubjectFact("h1", "health_record", "health", "subject")),
    clauses=(CLAUSE,),
)
REQUEST = Request("health", CARE, ROW, BOOKED, "jail", NIGHT, "j1")


def _one_person(confidence: float = 1.0) -> tuple[MembershipFact, ...]:
    return (MembershipFact("j1", "p", confidence), MembershipFact("h1", "p", confidence))


def _under(facts: Facts = FACTS, **clause: Any) -> Facts:
    return replace(facts, clauses=(replace(facts.clauses[0], **clause), *facts.clauses[1:]))


def _by(*rules: RuleFact, facts: Facts = FACTS) -> Facts:
    return replace(facts, rules=rules)


def _about(**changed: Any) -> Facts:
    return replace(FACTS, subjects=(replace(FACTS.subjects[0], **changed), FACTS.subjects[1]))


def _reason(facts: Facts = FACTS, **asked: Any) -> Reason:
    request = replace(REQUEST, **asked)
    decision = decide(request, facts)
    gates = explain(request, facts)
    assert (gates[-1].reason or Reason.PERMITTED) is decision.reason, "an explanation ends where the decision does"
    assert [gate.gate for gate in gates] == [name for name, _ in GATES][: len(gates)]
    assert all(gate.passed for gate in gates[:-1])
    if decision.verdict is Verdict.DENY:
        assert decision == Decision(Verdict.DENY, decision.reason), "a deny says nothing but why"
    return decision.reason


def test_a_clause_that_names_exactly_this_permits_it() -> None:
    assert _reason() is Reason.PERMITTED
    assert decide(REQUEST, FACTS) == Decision(
        Verdict.PERMIT,
        Reason.PERMITTED,
        clause_id="DUL-1 §1",
        transform=Transform.RAW,
        output_form=OutputForm.AGGREGATE,
        min_cell=11,
        valid_until=AFTER,
    )
    assert len(explain(REQUEST, FACTS)) == len(GATES)


@pytest.mark.parametrize(
    "asked",
    [
        {"element": "booking.nothing"},
        {"recipient": "stranger"},
        {"operation": "print"},
        {"purposes": frozenset()},
        {"purposes": frozenset({"curiosity"})},
        {"subject_id": None},
        {"subject_id": "nobody"},
        {"subject_id": "h1"},
        {"element": TALLY},
    ],
)
def test_whatever_is_unknown_missing_or_malformed_is_denied(asked: dict[str, Any]) -> None:
    assert _reason(**asked) is Reason.UNKNOWN_TERM


def test_an_element_without_a_person_behind_it_is_decided_by_its_clause_alone() -> None:
    facts = _under(elements=frozenset({TALLY}), population=frozenset())
    assert _reason(facts, element=TALLY, subject_id=None) is Reason.PERMITTED
    adults = _under(facts, population=frozenset({Population.ADULT}))
    assert _reason(adults, element=TALLY, subject_id=None) is Reason.NOT_IN_POPULATION


def test_who_is_erased_no_subject_or_under_a_reused_key_is_denied() -> None:
    assert _reason(_about(is_erased=True)) is Reason.ERASED
    assert _reason(_about(person_role="caller")) is Reason.NOT_A_SUBJECT
    assert _reason(_about(is_key_reuse=True)) is Reason.KEY_REUSED


def test_a_reused_key_keeps_nobody_from_its_own_rows_but_from_any_comparison() -> None:
    own = _under(_about(is_key_reuse=True), recipient="sheriff")
    assert _reason(own, recipient="sheriff") is Reason.PERMITTED
    assert _reason(_under(own, operation=Operation.LINK), recipient="sheriff", operation=LINK) is Reason.KEY_REUSED


@pytest.mark.parametrize(
    ("scope", "reason"),
    [
        ({"labels": {"phi"}}, Reason.LABEL_BANNED),
        ({"purposes": CARE}, Reason.PURPOSE_PROHIBITED),
        ({"labels": {"phi"}, "purposes": CARE}, Reason.LAW_DENIES),
        ({"labels": {"part2"}, "purposes": CARE}, Reason.PART2_PROCEEDING),
        ({"operations": {ROW}}, Reason.LAW_DENIES),
        ({"recipients": {"recipient"}}, Reason.LAW_DENIES),
        ({"to_owner": False}, Reason.LAW_DENIES),
    ],
)
def test_a_rule_that_denies_is_reported_as_what_it_is_about(scope: dict[str, Any], reason: Reason) -> None:
    words = {name: frozenset(value) if isinstance(value, set) else value for name, value in scope.items()}
    rule = RuleFact("T-1", RuleEffect.DENY, **words)
    assert ban_reason(rule) is reason
    assert _reason(_by(rule), labels=frozenset({"part2"})) is reason


@pytest.mark.parametrize(
    "scope",
    [
        {"labels": frozenset({"ferpa"})},
        {"purposes": frozenset({"prosecution"})},
        {"operations": frozenset({COUNT})},
        {"recipients": frozenset({"integrator"})},
        {"lawful_bases": frozenset({"aggregate"})},
    ],
)
def test_a_rule_that_does_not_fit_the_request_denies_nothing(scope: dict[str, Any]) -> None:
    assert _reason(_by(RuleFact("T-1", RuleEffect.DENY, **scope))) is Reason.PERMITTED


def test_a_rule_for_the_integrator_and_one_that_spares_owners_fit_nobody_else() -> None:
    hub = _by(RuleFact("T-1", RuleEffect.DENY, recipients=frozenset({"integrator"})), facts=_under(recipient="hub"))
    assert _reason(hub, recipient="hub") is Reason.LAW_DENIES
    own = _by(RuleFact("T-2", RuleEffect.DENY, to_owner=False), facts=_under(recipient="sheriff"))
    assert _reason(own, recipient="sheriff") is Reason.PERMITTED


def test_of_several_rules_that_deny_the_first_reason_in_their_order_is_given() -> None:
    banned, prohibited = (RuleFact("T-1", RuleEffect.DENY, labels=frozenset({"phi"})), RuleFact("T-2", RuleEffect.DENY, purposes=CARE))
    assert _reason(_by(prohibited, banned)) is Reason.LABEL_BANNED


ORDERED = {"lawful_basis": "court_order", "instrument_kinds": frozenset({"COURT_ORDER"}), "authorities": frozenset({"Court, 1"})}
ORDER = OrderFact("j1", "Court, 1", BEFORE, AFTER)
UNLESS_ORDERED = RuleFact("T-1", RuleEffect.DENY, labels=frozenset({"phi"}), unless=frozenset({"court_order"}))


def test_an_order_about_the_person_lifts_a_rule_for_the_clause_that_stands_on_it() -> None:
    ordered = replace(_by(UNLESS_ORDERED, facts=_under(**ORDERED)), orders=(ORDER,))
    assert _reason(ordered) is Reason.PERMITTED
    for without in (
        replace(ordered, orders=()),
        replace(ordered, orders=(replace(ORDER, subject_id="h1"),)),
        replace(ordered, orders=(replace(ORDER, authority="Court, 2"),)),
        replace(ordered, orders=(replace(ORDER, valid_to=NIGHT),)),
        _under(ordered, lawful_basis="agreement"),
        _under(ordered, instrument_kinds=frozenset({"MOU"})),
        _under(ordered, valid_to=NIGHT),
    ):
        assert _reason(without) is Reason.LABEL_BANNED


def test_the_consent_a_rule_names_lifts_it_only_for_a_clause_that_asks_for_it() -> None:
    rule = RuleFact("T-1", RuleEffect.DENY, labels=frozenset({"phi"}), unless=frozenset({"roi_508"}))
    lifted = replace(_by(rule, facts=_under(consent_requirement="roi_508")), consents=(CONSENT,))
    assert _reason(lifted) is Reason.PERMITTED
    assert _reason(replace(lifted, consents=())) is Reason.LABEL_BANNED
    assert _reason(_under(lifted, consent_requirement="none")) is Reason.LABEL_BANNED


@pytest.mark.parametrize(
    "changed",
    [
        {"effect": Effect.PROHIBIT, "labels": frozenset({"ferpa"})},
        {"contributor": "health"},
        {"recipient": "county"},
        {"operation": Operation.LINK},
        {"system": "cad"},
        {"elements": None},
        {"elements": frozenset({TALLY})},
        {"purposes": frozenset()},
    ],
)
def test_a_clause_that_names_anything_else_permits_nothing(changed: dict[str, Any]) -> None:
    assert _reason(_under(**changed)) is Reason.NO_CLAUSE


def test_a_clause_holds_from_its_first_day_and_not_on_its_last() -> None:
    assert _reason(_under(valid_from=NIGHT)) is Reason.PERMITTED
    for changed in ({"valid_from": NIGHT + timedelta(days=1)}, {"valid_to": NIGHT}, {"in_force": False}):
        assert _reason(_under(**changed)) is Reason.INSTRUMENT_NOT_IN_FORCE


def test_the_instrument_that_law_asks_for_must_stand_above_the_clause() -> None:
    rule = RuleFact("T-1", RuleEffect.INSTRUMENT, instrument="BAA")
    assert _reason(_by(rule)) is Reason.INSTRUMENT_MISSING
    assert _reason(_by(rule, facts=_under(instrument_kinds=frozenset({"BAA", "DSA"})))) is Reason.PERMITTED


def test_a_rule_for_one_lawful_basis_bears_on_clauses_of_that_basis_alone() -> None:
    rule = RuleFact("T-1", RuleEffect.INSTRUMENT, instrument="BAA", lawful_bases=frozenset({"agreement"}))
    assert _reason(_by(rule, facts=_under(lawful_basis="agreement"))) is Reason.INSTRUMENT_MISSING
    assert _reason(_by(rule, facts=_under(lawful_basis="treatment"))) is Reason.PERMITTED


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ({"part2", "juvenile"}, Reason.PART2_NOT_COVERED),
        ({"juvenile", "ferpa"}, Reason.JUVENILE_NOT_COVERED),
        ({"ferpa"}, Reason.LABEL_NOT_COVERED),
        ({"quasi_id"}, Reason.PERMITTED),
    ],
)
def test_a_label_that_no_clause_covers_is_reported_the_strictest_first(labels: set[str], reason: Reason) -> None:
    assert _reason(labels=frozenset(labels)) is reason


def test_a_rule_can_ask_that_even_a_quasi_identifier_be_covered() -> None:
    rule = RuleFact("T-1", RuleEffect.COVER, labels=frozenset({"quasi_id"}))
    assert _reason(_by(rule), labels=frozenset({"quasi_id"})) is Reason.LABEL_NOT_COVERED


def test_a_prohibition_wins_whatever_permits() -> None:
    assert _reason(replace(FACTS, clauses=(CLAUSE, PROHIBITION))) is Reason.CLAUSE_PROHIBITS
    exact = replace(PROHIBITION, contributor="sheriff", recipient="health", operation=Operation.DISCLOSE_ROW, system="jail")
    exact = replace(exact, elements=frozenset({BOOKED}), purposes=CARE, labels=frozenset({"phi"}))
    assert _reason(replace(FACTS, clauses=(CLAUSE, exact))) is Reason.CLAUSE_PROHIBITS


@pytest.mark.parametrize(
    "changed",
    [
        {"valid_to": NIGHT},
        {"contributor": "health"},
        {"recipient": "county"},
        {"operation": Operation.LINK},
        {"system": "cad"},
        {"elements": frozenset({TALLY})},
        {"purposes": frozenset({"prosecution"})},
        {"labels": frozenset({"ferpa"})},
    ],
)
def test_a_prohibition_of_something_else_prohibits_nothing(changed: dict[str, Any]) -> None:
    assert _reason(replace(FACTS, clauses=(CLAUSE, replace(PROHIBITION, **changed)))) is Reason.PERMITTED


@pytest.mark.parametrize(
    ("denies", "reason"),
    [
        ([("restricted", {})], Reason.RESTRICTED),
        ([("restricted", {}), ("opted_out", {})], Reason.OPTED_OUT),
        ([("opted_out", {}), ("revoked", {})], Reason.REVOKED),
        ([("of a kind unknown here", {})], Reason.RESTRICTED),
        ([("opted_out", {"recipient": "health"})], Reason.OPTED_OUT),
        ([("opted_out", {"recipient": "hub"})], Reason.OPTED_OUT),
        ([("opted_out", {"operation": ROW, "element_class": "custody"})], Reason.OPTED_OUT),
        ([("opted_out", {"recipient": "county"})], Reason.PERMITTED),
        ([("opted_out", {"operation": LINK})], Reason.PERMITTED),
        ([("opted_out", {"element_class": "treatment"})], Reason.PERMITTED),
    ],
)
def test_what_a_person_denies_is_denied_within_its_scope(denies: list[tuple[str, dict[str, str]]], reason: Reason) -> None:
    assert _reason(replace(FACTS, denies=tuple(DenyFact("j1", word, **scope) for word, scope in denies))) is reason


def test_a_deny_reaches_the_whole_person_and_one_scored_pair_further() -> None:
    said = replace(FACTS, denies=(DenyFact("h1", "opted_out"),))
    assert _reason(said) is Reason.PERMITTED
    assert _reason(replace(said, memberships=_one_person(0.5))) is Reason.OPTED_OUT
    assert _reason(replace(said, memberships=_one_person(0.49))) is Reason.PERMITTED
    for one, other in (("j1", "h1"), ("h1", "j1")):
        assert _reason(replace(said, edges=(EdgeFact(one, other, 0.5),))) is Reason.OPTED_OUT
        assert _reason(replace(said, edges=(EdgeFact(one, other, 0.4),))) is Reason.PERMITTED
    assert _reason(replace(said, edges=(EdgeFact("a", "b", 0.9),))) is Reason.PERMITTED


def test_another_subjects_deny_does_not_keep_an_agency_from_its_own_records() -> None:
    own = replace(_under(recipient="sheriff"), memberships=_one_person(), denies=(DenyFact("h1", "opted_out"),))
    assert _reason(own, recipient="sheriff") is Reason.PERMITTED
    hub = replace(own, denies=(DenyFact("j1", "opted_out", recipient="hub"),))
    assert _reason(hub, recipient="sheriff") is Reason.PERMITTED, "what may not reach the integrator may still go home"
    assert _reason(replace(own, denies=(DenyFact("j1", "opted_out"),)), recipient="sheriff") is Reason.OPTED_OUT


def test_a_consent_is_asked_for_where_the_clause_or_the_law_does() -> None:
    asked = _under(consent_requirement="roi_508")
    assert _reason(asked) is Reason.CONSENT_MISSING
    assert _reason(replace(asked, consents=(CONSENT,))) is Reason.PERMITTED
    law = _by(RuleFact("T-1", RuleEffect.CONSENT, kinds=frozenset({"roi_508"})))
    assert _reason(law) is Reason.CONSENT_MISSING
    assert _reason(replace(law, consents=(CONSENT,))) is Reason.PERMITTED
    assert _reason(replace(law, rules=(replace(law.rules[0], accepts=frozenset({"none"})),))) is Reason.PERMITTED


def test_a_consent_that_no_form_can_give_is_missing() -> None:
    both = (RuleFact(f"T-{kind}", RuleEffect.CONSENT, kinds=frozenset({kind})) for kind in ("ferpa", "sud_notes"))
    assert _reason(replace(_by(*both), consents=(CONSENT,))) is Reason.CONSENT_MISSING


def test_an_order_lifts_what_law_asks_of_consent() -> None:
    rule = RuleFact("T-1", RuleEffect.CONSENT, kinds=frozenset({"part2_legal"}), unless=frozenset({"court_order"}))
    ordered = replace(_by(rule, facts=_under(**ORDERED)), orders=(ORDER,))
    assert _reason(ordered) is Reason.PERMITTED
    assert _reason(replace(ordered, orders=())) is Reason.CONSENT_MISSING


def test_a_missing_consent_for_part_2_records_is_named_unless_they_are_ones_own() -> None:
    facts = _under(consent_requirement="part2_tpo", labels=frozenset({"phi", "part2"}))
    assert _reason(facts, labels=frozenset({"part2"})) is Reason.PART2_CONSENT_MISSING
    assert _reason(_under(facts, recipient="sheriff"), recipient="sheriff", labels=frozenset({"part2"})) is Reason.CONSENT_MISSING


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "ferpa"},
        {"subject_id": "h1"},
        {"valid_to": NIGHT},
        {"operations": frozenset({LINK})},
        {"recipients": frozenset({"health"})},
        {"purposes": frozenset({"crisis_system_planning"})},
        {"element_classes": frozenset({"treatment"})},
    ],
)
def test_a_consent_that_covers_less_than_is_asked_is_none(changed: dict[str, Any]) -> None:
    facts = replace(_under(consent_requirement="roi_508"), consents=(replace(CONSENT, **changed),))
    assert _reason(facts) is Reason.CONSENT_MISSING


def test_a_count_needs_a_consent_that_names_the_integrator_alone() -> None:
    facts = replace(
        _under(consent_requirement="roi_508", operation=Operation.DISCLOSE_AGGREGATE),
        consents=(replace(CONSENT, recipients=frozenset({"hub"}), operations=frozenset({COUNT})),),
    )
    assert _reason(facts, operation=COUNT) is Reason.PERMITTED


def test_a_consent_to_be_compared_need_name_no_purpose_or_class_and_reaches_no_other_subject() -> None:
    bare = replace(CONSENT, operations=frozenset({LINK}), purposes=frozenset(), element_classes=frozenset())
    facts = replace(_under(consent_requirement="roi_508", operation=Operation.LINK), consents=(bare,))
    assert _reason(facts, operation=LINK) is Reason.PERMITTED
    elsewhere = replace(facts, consents=(replace(bare, subject_id="h1"),), memberships=_one_person())
    assert _reason(elsewhere, operation=LINK) is Reason.CONSENT_MISSING


def test_a_consent_reaches_another_subject_of_the_person_only_if_both_are_surely_tied() -> None:
    facts = replace(_under(consent_requirement="roi_508"), consents=(replace(CONSENT, subject_id="h1"),))
    assert _reason(replace(facts, memberships=_one_person(0.99))) is Reason.PERMITTED
    assert _reason(replace(facts, memberships=_one_person(0.98))) is Reason.CONSENT_MISSING


def test_a_clause_without_its_consent_gives_way_to_one_that_needs_none() -> None:
    asking = replace(CLAUSE, clause_id="A", consent_requirement="roi_508")
    assert decide(REQUEST, replace(FACTS, clauses=(asking, replace(CLAUSE, clause_id="B")))).clause_id == "B"


def test_of_several_consents_the_one_that_reaches_furthest_is_used() -> None:
    short = replace(CONSENT, consent_id="c2", data_from=NIGHT, data_to=AFTER)
    facts = replace(_under(consent_requirement="roi_508", record_days=30), consents=(short, CONSENT))
    assert decide(REQUEST, facts).consent_id == "c1"
    decision = decide(REQUEST, replace(facts, consents=(replace(short, valid_to=NIGHT + timedelta(days=1)),)))
    assert (decision.records_from, decision.records_to, decision.valid_until) == (NIGHT, AFTER, NIGHT + timedelta(days=1))


def test_the_least_revealing_clause_is_chosen_and_every_obligation_binds() -> None:
    clauses = (
        replace(CLAUSE, clause_id="A", obligations=frozenset({Obligation.NOTICE}), record_days=30, min_cell=5),
        replace(CLAUSE, clause_id="B", transform=Transform.YEAR, obligations=frozenset({Obligation.ACCOUNT}), min_cell=20),
        replace(CLAUSE, clause_id="C", transform=Transform.YEAR, output_form=None),
    )
    decision = decide(REQUEST, replace(FACTS, clauses=clauses))
    assert (decision.clause_id, decision.transform, decision.min_cell) == ("B", Transform.YEAR, 20)
    assert decision.obligations == (Obligation.ACCOUNT, Obligation.NOTICE)
    assert decision.records_from == NIGHT - timedelta(days=30)


@pytest.mark.parametrize(("adult_since", "reason"), [(NIGHT, Reason.PERMITTED), (AFTER, Reason.NOT_IN_POPULATION), (None, None)])
def test_a_clause_about_adults_permits_from_the_eighteenth_birthday(adult_since: date | None, reason: Reason | None) -> None:
    facts = _under(_about(adult_since=adult_since), population=frozenset({Population.ADULT}))
    assert _reason(facts) is (reason or Reason.NOT_IN_POPULATION)


def test_a_rule_can_narrow_the_people_a_clause_speaks_of() -> None:
    rule = RuleFact("T-1", RuleEffect.POPULATION, population="adult")
    assert _reason(_by(rule)) is Reason.NOT_IN_POPULATION
    assert _reason(_by(rule, facts=_about(adult_since=NIGHT))) is Reason.PERMITTED
    nameless = RuleFact("T-2", RuleEffect.POPULATION)
    assert _reason(_by(nameless, facts=_about(adult_since=NIGHT))) is Reason.NOT_IN_POPULATION, "a rule that names nobody permits nobody"


@pytest.mark.parametrize(
    ("stay", "reason"),
    [
        ((datetime(2026, 3, 2), None), Reason.PERMITTED),
        ((datetime(2026, 3, 1), datetime(2026, 3, 2, 0, 1)), Reason.PERMITTED),
        ((datetime(2026, 3, 1), datetime(2026, 3, 2)), Reason.NOT_IN_POPULATION),
        ((datetime(2026, 3, 2, 0, 1), None), Reason.NOT_IN_POPULATION),
    ],
)
def test_custody_is_custody_at_the_midnight_that_begins_the_night(stay: tuple[datetime, datetime | None], reason: Reason) -> None:
    facts = replace(_under(population=frozenset({Population.IN_CUSTODY})), custody=(CustodyFact("j1", *stay),))
    assert _reason(facts) is reason
    assert _reason(replace(facts, custody=(CustodyFact("h1", *stay),))) is Reason.NOT_IN_POPULATION


def test_a_client_of_the_recipient_is_known_to_it_as_a_subject() -> None:
    facts = replace(_under(population=frozenset({Population.CLIENT_OF_RECIPIENT})), memberships=_one_person())
    assert _reason(facts) is Reason.PERMITTED
    assert _reason(replace(facts, memberships=())) is Reason.NOT_IN_POPULATION
    caller = replace(FACTS.subjects[1], person_role="caller")
    assert _reason(replace(facts, subjects=(FACTS.subjects[0], caller))) is Reason.NOT_IN_POPULATION


def test_labels_are_spelled_in_one_way_however_they_are_given() -> None:
    assert labels_key(["phi", "part2", "phi"]) == labels_key(("part2", "phi")) == "part2,phi"
    assert labels_key([]) == ""


def test_a_request_of_nobody_and_nothing_still_has_an_answer_at_every_gate() -> None:
    asking = asking_about(replace(REQUEST, element="booking.nothing", subject_id=None), FACTS)
    assert (asking.contributor, asking.is_own, populations(asking)) == ("", False, frozenset())
    assert consent_of(frozenset({"roi_508"}), asking) is None
    assert kinds_of(CLAUSE, asking) is None
    assert population_of(CLAUSE, asking) == frozenset()
    assert holds(CONSENT, NIGHT)
    answers = {name: gate(asking) for name, gate in GATES}
    assert answers["every term is known"] is Reason.UNKNOWN_TERM
    assert answers["a clause in force speaks of it"] is Reason.NO_CLAUSE
    assert answers["the person is in the population"] is Reason.NOT_IN_POPULATION


@pytest.mark.parametrize("operation", [LINK, "print"])
def test_what_is_no_disclosure_is_not_decided_for_a_table(operation: str) -> None:
    with duckdb.connect() as con, pytest.raises(ValueError, match="is not a disclosure"):
        write_decisions(
            con, target_table="temp.d", recipient="health", purposes=list(CARE), operation=operation, elements=[BOOKED], night=NIGHT
        )
