"""May this recipient have this element of this subject, for this purpose, tonight? The rule itself.

Belongs here: the pure, total specification and its explanation, gate by gate. Does not belong here: running it for everybody
(decisions.py does that in SQL; a property test holds the two equal) or how facts become true.

Fixed order; the first gate that denies wins; a permit needs every gate; whatever is unknown, missing or malformed is a deny.
Own records, an agency's records returned to itself, are no disclosure: they need a clause, but no label's consent, and another
subject's deny does not reach them, or their absence would tell the agency what the person said elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from assets.consented.asking import (
    Asking,
    Request,
    asking_about,
    consent_of,
    holds,
    is_lifted,
    kinds_of,
    population_of,
    populations,
    speaks_of,
)
from assets.consented.facts import SUBJECT_ROLE, ClauseFact, DenyFact, Facts, RuleFact
from contracts.columns import Label
from contracts.instruments import Effect, Obligation, Operation, OutputForm, Transform
from contracts.law import RuleEffect
from contracts.purposes import Purpose

__all__ = [
    "BAN_REASONS", "DENY_REASONS", "GATES", "NEED_NO_COVER", "Decision", "GateAnswer", "Reason", "Request", "Verdict", "ban_reason",
    "decide", "explain",
]  # fmt: skip


class Verdict(StrEnum):
    """The answer."""

    PERMIT = "permit"
    DENY = "deny"


class Reason(StrEnum):
    """Why: the first gate that denied, in the order of the gates."""

    PERMITTED = "permitted"
    UNKNOWN_TERM = "unknown_term"
    ERASED = "erased"
    NOT_A_SUBJECT = "not_a_subject"
    KEY_REUSED = "key_reused"
    LABEL_BANNED = "label_banned"
    PURPOSE_PROHIBITED = "purpose_prohibited"
    PART2_PROCEEDING = "part2_proceeding"
    LAW_DENIES = "law_denies"
    NO_CLAUSE = "no_clause"
    INSTRUMENT_NOT_IN_FORCE = "instrument_not_in_force"
    INSTRUMENT_MISSING = "instrument_missing"
    PART2_NOT_COVERED = "part2_not_covered"
    JUVENILE_NOT_COVERED = "juvenile_not_covered"
    LABEL_NOT_COVERED = "label_not_covered"
    CLAUSE_PROHIBITS = "clause_prohibits"
    REVOKED = "revoked"
    OPTED_OUT = "opted_out"
    RESTRICTED = "restricted"
    PART2_CONSENT_MISSING = "part2_consent_missing"
    CONSENT_MISSING = "consent_missing"
    NOT_IN_POPULATION = "not_in_population"


DENY_REASONS: Final = (Reason.REVOKED, Reason.OPTED_OUT, Reason.RESTRICTED)
"""Reasons a row of ``consented.deny`` may give, the first of several being reported."""

BAN_REASONS: Final = (Reason.LABEL_BANNED, Reason.PURPOSE_PROHIBITED, Reason.PART2_PROCEEDING, Reason.LAW_DENIES)
"""Reasons a rule that denies may give, the first of several being reported."""

NEED_NO_COVER: Final = frozenset({Label.QUASI_ID})
"""Labels a clause need not name unless a rule says so; disclosure control looks after them."""


@dataclass(frozen=True)
class Decision:
    """What is answered; everything but verdict and reason is empty on a deny."""

    verdict: Verdict
    reason: Reason
    clause_id: str | None = None
    consent_id: str | None = None
    transform: Transform | None = None
    output_form: OutputForm | None = None
    obligations: tuple[Obligation, ...] = ()
    min_cell: int | None = None
    records_from: date | None = None
    records_to: date | None = None
    valid_until: date | None = None


def _known(asking: Asking) -> Reason | None:
    request, element, subject = asking.request, asking.element, asking.subject
    is_known = (
        element is not None
        and request.recipient in asking.facts.recipients
        and request.operation in {operation.value for operation in Operation}
        and bool(request.purposes)
        and request.purposes <= {purpose.value for purpose in Purpose}
        and (element.decided_on == "") == (request.subject_id is None)
        and (request.subject_id is None or (subject is not None and subject.system == request.system))
    )
    return None if is_known else Reason.UNKNOWN_TERM


def _not_erased(asking: Asking) -> Reason | None:
    return Reason.ERASED if asking.subject and asking.subject.is_erased else None


def _is_subject(asking: Asking) -> Reason | None:
    if asking.subject is None:
        return None
    if asking.subject.person_role != SUBJECT_ROLE:
        return Reason.NOT_A_SUBJECT
    # A vendor key that has meant two people ties nobody to anything, but the vendor may have its own rows back.
    mixes_people = asking.subject.is_key_reuse and (asking.is_link or not asking.is_own)
    return Reason.KEY_REUSED if mixes_people else None


def _law_does_not_deny(asking: Asking) -> Reason | None:
    """What is refused stays refused for every clause but those that bear the evidence each refusal names."""
    asking.candidates = [clause for clause in asking.facts.clauses if clause.effect is Effect.PERMIT and speaks_of(clause, asking)]
    banning = asking.asks(RuleEffect.DENY)
    if not banning:
        return None
    holding = [clause for clause in asking.candidates if holds(clause, asking.request.night)]
    asking.candidates = [clause for clause in holding if all(is_lifted(rule, clause, asking) for rule in banning)]
    return None if asking.candidates else min((ban_reason(rule) for rule in banning), key=BAN_REASONS.index)


def ban_reason(rule: RuleFact) -> Reason:
    """What a denying rule is reported as: by its labels, by its purposes, or both."""
    if rule.operations or rule.recipients or not rule.to_owner:
        return Reason.LAW_DENIES
    if not rule.labels:
        return Reason.PURPOSE_PROHIBITED
    if not rule.purposes:
        return Reason.LABEL_BANNED
    return Reason.PART2_PROCEEDING if Label.PART2 in rule.labels else Reason.LAW_DENIES


def _clause_in_force(asking: Asking) -> Reason | None:
    if not asking.candidates:
        return Reason.NO_CLAUSE
    asking.candidates = [clause for clause in asking.candidates if holds(clause, asking.request.night)]
    return None if asking.candidates else Reason.INSTRUMENT_NOT_IN_FORCE


def _law_has_its_instruments(asking: Asking) -> Reason | None:
    def has_all(clause: ClauseFact) -> bool:
        return all(rule.instrument in clause.instrument_kinds for rule in asking.asks(RuleEffect.INSTRUMENT, clause))

    asking.candidates = [clause for clause in asking.candidates if has_all(clause)]
    return None if asking.candidates else Reason.INSTRUMENT_MISSING


def _labels_covered(asking: Asking) -> Reason | None:
    said = frozenset().union(*(rule.labels for rule in asking.asks(RuleEffect.COVER)))
    needed = asking.labels - (NEED_NO_COVER - said)
    covering = [clause for clause in asking.candidates if needed <= clause.labels]
    if covering:
        asking.candidates = covering
        return None
    missing = needed.difference(*(clause.labels for clause in asking.candidates))
    if Label.PART2 in missing:
        return Reason.PART2_NOT_COVERED
    return Reason.JUVENILE_NOT_COVERED if Label.JUVENILE in missing else Reason.LABEL_NOT_COVERED


def _nothing_prohibits(asking: Asking) -> Reason | None:
    request = asking.request

    def prohibits(clause: ClauseFact) -> bool:
        return (
            clause.effect is Effect.PROHIBIT
            and holds(clause, request.night)
            and clause.contributor in {None, asking.contributor}
            and clause.recipient in {None, request.recipient}
            and clause.operation in {None, request.operation}
            and clause.system in {None, request.system}
            and (clause.elements is None or request.element in clause.elements)
            and (not clause.purposes or bool(clause.purposes & request.purposes))
            and (not clause.labels or bool(clause.labels & asking.labels))
        )

    return Reason.CLAUSE_PROHIBITS if any(map(prohibits, asking.facts.clauses)) else None


def _person_does_not_deny(asking: Asking) -> Reason | None:
    if asking.request.subject_id is None:
        return None
    alone = asking.is_own or asking.is_link
    denying = frozenset({asking.request.subject_id}) if alone else asking.facts.denied_with(asking.request.subject_id)
    found = {deny.reason for deny in asking.facts.denies if deny.subject_id in denying and _denies(deny, asking)}
    if not found:
        return None
    return next((reason for reason in DENY_REASONS if reason in found), Reason.RESTRICTED)


def _denies(deny: DenyFact, asking: Asking) -> bool:
    request = asking.request
    # What may not reach the integrator cannot reach anybody through it.
    reached = {None, request.recipient} | (set() if asking.is_own else {asking.facts.integrator})
    classes = asking.element.classes if asking.element else ()
    # Identity is of no class, so that only a deny without one stops a comparison.
    by_class = deny.element_class is None or deny.element_class in classes
    return deny.recipient in reached and deny.operation in {None, request.operation} and by_class


def _consented(asking: Asking) -> Reason | None:
    passing = []
    for clause in asking.candidates:
        kinds = kinds_of(clause, asking)
        consent = consent_of(kinds, asking) if kinds else None
        if consent is not None:
            asking.consents[clause.clause_id] = consent
        if kinds is None or consent is not None:
            passing.append(clause)
    if passing:
        asking.candidates = passing
        return None
    return Reason.PART2_CONSENT_MISSING if Label.PART2 in asking.labels and not asking.is_own else Reason.CONSENT_MISSING


def _in_population(asking: Asking) -> Reason | None:
    holding = populations(asking)
    asking.candidates = [clause for clause in asking.candidates if population_of(clause, asking) <= holding]
    return None if asking.candidates else Reason.NOT_IN_POPULATION


GATES: Final[tuple[tuple[str, Callable[[Asking], Reason | None]], ...]] = (
    ("every term is known", _known),
    ("no legal erasure", _not_erased),
    ("the person is a subject", _is_subject),
    ("no rule of law denies it", _law_does_not_deny),
    ("a clause in force speaks of it", _clause_in_force),
    ("the instruments that law asks for stand above it", _law_has_its_instruments),
    ("the clause covers every label", _labels_covered),
    ("no clause prohibits it", _nothing_prohibits),
    ("the person does not deny it", _person_does_not_deny),
    ("consent is given where due", _consented),
    ("the person is in the population", _in_population),
)
"""The gates in their order. Each returns None to pass, or the reason to deny."""


@dataclass(frozen=True)
class GateAnswer:
    """One line of an explanation."""

    gate: str
    passed: bool
    reason: Reason | None


def decide(request: Request, facts: Facts) -> Decision:
    """Answer one request; total: every request has an answer, and without every gate it is a deny."""
    asking = asking_about(request, facts)
    for _, gate in GATES:
        reason = gate(asking)
        if reason is not None:
            return Decision(Verdict.DENY, reason)
    return _permit(asking)


def explain(request: Request, facts: Facts) -> tuple[GateAnswer, ...]:
    """The gates a request went through, the last being the one that denied, if any did."""
    asking = asking_about(request, facts)
    answers: list[GateAnswer] = []
    for name, gate in GATES:
        reason = gate(asking)
        answers.append(GateAnswer(name, reason is None, reason))
        if reason is not None:
            break
    return tuple(answers)


def _permit(asking: Asking) -> Decision:
    """The least revealing of the clauses that permit; obligations are the union of all of them."""
    chosen = min(
        asking.candidates,
        key=lambda clause: (-_rank(Transform, clause.transform), -_rank(OutputForm, clause.output_form), clause.clause_id),
    )
    consent = asking.consents.get(chosen.clause_id)
    first_days = [
        asking.request.night - timedelta(days=clause.record_days) for clause in asking.candidates if clause.record_days is not None
    ]
    if consent is not None and consent.data_from is not None:
        first_days.append(consent.data_from)
    return Decision(
        verdict=Verdict.PERMIT,
        reason=Reason.PERMITTED,
        clause_id=chosen.clause_id,
        consent_id=consent.consent_id if consent else None,
        transform=chosen.transform,
        output_form=chosen.output_form,
        obligations=tuple(sorted(frozenset().union(*(clause.obligations for clause in asking.candidates)))),
        min_cell=max(clause.min_cell for clause in asking.candidates),
        records_from=max(first_days, default=None),
        records_to=consent.data_to if consent else None,
        valid_until=min([chosen.valid_to, *([consent.valid_to] if consent else [])]),
    )


def _rank(words: type[StrEnum], word: StrEnum | None) -> int:
    return -1 if word is None else list(words).index(word)
