"""May this recipient have this element of this subject, for this purpose, tonight? The rule itself.

Belongs here: the pure, total specification and its explanation, gate by gate. Does not belong here: running it for everybody
(decisions.py does that in SQL; a property test holds the two equal) or how facts become true.

Fixed order; the first gate that denies wins; a permit needs every gate; whatever is unknown, missing or malformed is a deny.
Own records, an agency's records returned to itself, are no disclosure: they need a clause, but no label's consent, and another
subject's deny does not reach them, or their absence would tell the agency what the person said elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from assets.consented.facts import PERMITS_ACROSS, SUBJECT_ROLE, ClauseFact, ConsentFact, DenyFact, Facts, SubjectFact
from contracts.columns import Label
from contracts.consents import NO_CONSENT_NEEDED, SATISFIED_BY, ConsentRequirement, required_grade
from contracts.elements import Element
from contracts.instruments import Effect, Obligation, Operation, OutputForm, Population, Transform
from contracts.purposes import PART2_PROCEEDINGS, PROHIBITED, Purpose


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
    NO_CLAUSE = "no_clause"
    INSTRUMENT_NOT_IN_FORCE = "instrument_not_in_force"
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

BANNED_LABELS: Final = frozenset({Label.SUD_NOTES, Label.CJI, Label.FREE_TEXT})
"""Labels that no clause can open: counselling notes, criminal-history systems' data, free text."""

NEED_NO_COVER: Final = frozenset({Label.QUASI_ID})
"""Labels a clause need not name; disclosure control looks after them."""


@dataclass(frozen=True)
class Request:
    """What is asked. ``labels`` are those of the rows; ``subject_id`` is None for an element without a person behind a row."""

    recipient: str
    purposes: frozenset[str]
    operation: str
    element: str
    system: str
    night: date
    subject_id: str | None = None
    labels: frozenset[str] = frozenset()


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
    valid_until: date | None = None


@dataclass
class _Asking:
    """A request with the facts that concern it; ``candidates`` narrows from gate to gate."""

    request: Request
    facts: Facts
    element: Element | None
    subject: SubjectFact | None
    labels: frozenset[str] = frozenset()
    candidates: list[ClauseFact] = field(default_factory=list)
    consents: dict[str, ConsentFact] = field(default_factory=dict)

    @property
    def contributor(self) -> str:
        return self.element.agency if self.element else ""

    @property
    def is_own(self) -> bool:
        return self.contributor == self.request.recipient

    @property
    def is_link(self) -> bool:
        return self.request.operation == Operation.LINK


def _asking(request: Request, facts: Facts) -> _Asking:
    element = facts.element(request.element, request.system)
    labels = request.labels | frozenset(element.labels if element else ())
    return _Asking(request, facts, element, facts.subject(request.subject_id), labels)


def _known(asking: _Asking) -> Reason | None:
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


def _not_erased(asking: _Asking) -> Reason | None:
    return Reason.ERASED if asking.subject and asking.subject.is_erased else None


def _is_subject(asking: _Asking) -> Reason | None:
    if asking.subject is None:
        return None
    if asking.subject.person_role != SUBJECT_ROLE:
        return Reason.NOT_A_SUBJECT
    # A vendor key that has meant two people ties nobody to anything, but the vendor may have its own rows back.
    mixes_people = asking.subject.is_key_reuse and (asking.is_link or not asking.is_own)
    return Reason.KEY_REUSED if mixes_people else None


def _no_absolute_ban(asking: _Asking) -> Reason | None:
    if asking.labels & BANNED_LABELS:
        return Reason.LABEL_BANNED
    if asking.request.purposes & PROHIBITED:
        return Reason.PURPOSE_PROHIBITED
    if Label.PART2 in asking.labels and asking.request.purposes & PART2_PROCEEDINGS:
        return Reason.PART2_PROCEEDING
    return None


def _clause_in_force(asking: _Asking) -> Reason | None:
    speaking = [clause for clause in asking.facts.clauses if clause.effect is Effect.PERMIT and _speaks_of(clause, asking)]
    if not speaking:
        return Reason.NO_CLAUSE
    asking.candidates = [clause for clause in speaking if _holds(clause, asking.request.night)]
    return None if asking.candidates else Reason.INSTRUMENT_NOT_IN_FORCE


def _speaks_of(clause: ClauseFact, asking: _Asking) -> bool:
    request = asking.request
    return (
        clause.contributor == asking.contributor
        and clause.recipient == request.recipient
        and clause.operation == request.operation
        and clause.system == request.system
        and clause.elements is not None
        and request.element in clause.elements
        and request.purposes <= clause.purposes
    )


def _holds(item: ClauseFact | ConsentFact, night: date) -> bool:
    return item.valid_from <= night < item.valid_to and (not isinstance(item, ClauseFact) or item.in_force)


def _labels_covered(asking: _Asking) -> Reason | None:
    needed = asking.labels - NEED_NO_COVER
    covering = [clause for clause in asking.candidates if needed <= clause.labels]
    if covering:
        asking.candidates = covering
        return None
    missing = needed.difference(*(clause.labels for clause in asking.candidates))
    if Label.PART2 in missing:
        return Reason.PART2_NOT_COVERED
    return Reason.JUVENILE_NOT_COVERED if Label.JUVENILE in missing else Reason.LABEL_NOT_COVERED


def _nothing_prohibits(asking: _Asking) -> Reason | None:
    request = asking.request

    def prohibits(clause: ClauseFact) -> bool:
        return (
            clause.effect is Effect.PROHIBIT
            and _holds(clause, request.night)
            and clause.contributor in {None, asking.contributor}
            and clause.recipient in {None, request.recipient}
            and clause.operation in {None, request.operation}
            and clause.system in {None, request.system}
            and (clause.elements is None or request.element in clause.elements)
            and (not clause.purposes or bool(clause.purposes & request.purposes))
            and (not clause.labels or bool(clause.labels & asking.labels))
        )

    return Reason.CLAUSE_PROHIBITS if any(map(prohibits, asking.facts.clauses)) else None


def _person_does_not_deny(asking: _Asking) -> Reason | None:
    if asking.request.subject_id is None:
        return None
    alone = asking.is_own or asking.is_link
    denying = frozenset({asking.request.subject_id}) if alone else asking.facts.denied_with(asking.request.subject_id)
    found = {deny.reason for deny in asking.facts.denies if deny.subject_id in denying and _denies(deny, asking)}
    if not found:
        return None
    return next((reason for reason in DENY_REASONS if reason in found), Reason.RESTRICTED)


def _denies(deny: DenyFact, asking: _Asking) -> bool:
    request = asking.request
    # What may not reach the integrator cannot reach anybody through it.
    reached = {None, request.recipient} | (set() if asking.is_own else {asking.facts.integrator})
    classes = asking.element.classes if asking.element else ()
    # Identity is of no class, so that only a deny without one stops a comparison.
    by_class = deny.element_class is None or deny.element_class in classes
    return deny.recipient in reached and deny.operation in {None, request.operation} and by_class


def _consented(asking: _Asking) -> Reason | None:
    passing = []
    for clause in asking.candidates:
        grade = _grade(clause, asking)
        consent = None if grade is None or grade in NO_CONSENT_NEEDED else _consent(grade, asking)
        if consent is not None:
            asking.consents[clause.clause_id] = consent
        if grade in NO_CONSENT_NEEDED or consent is not None:
            passing.append(clause)
    if passing:
        asking.candidates = passing
        return None
    return Reason.PART2_CONSENT_MISSING if Label.PART2 in asking.labels and not asking.is_own else Reason.CONSENT_MISSING


def _grade(clause: ClauseFact, asking: _Asking) -> ConsentRequirement | None:
    own = ConsentRequirement(clause.consent_requirement)
    return own if asking.is_own and not asking.is_link else required_grade(own, asking.labels)


def _consent(grade: ConsentRequirement, asking: _Asking) -> ConsentFact | None:
    """The consent that satisfies ``grade``: the longest-lived, then the first by id; None if there is none."""
    subject_id = asking.request.subject_id
    if subject_id is None:
        return None
    given = frozenset({subject_id}) if asking.is_link else asking.facts.tied(subject_id, at_least=PERMITS_ACROSS)
    found = [
        consent
        for consent in asking.facts.consents
        if consent.subject_id in given and consent.kind in SATISFIED_BY[grade] and _covers(consent, asking)
    ]
    return min(found, key=lambda consent: (-consent.valid_to.toordinal(), consent.consent_id)) if found else None


def _covers(consent: ConsentFact, asking: _Asking) -> bool:
    request = asking.request
    if not _holds(consent, request.night) or request.operation not in consent.operations:
        return False
    if not _reached(asking) <= consent.recipients:
        return False
    if asking.is_link:
        return True
    classes = asking.element.classes if asking.element else ()
    return request.purposes <= consent.purposes and bool(consent.element_classes.intersection(classes))


def _reached(asking: _Asking) -> frozenset[str]:
    """Who must be named: whoever receives rows, and the integrator who compares, counts, or stands between (42 CFR 2.31(a)(4)(ii))."""
    integrator = asking.facts.integrator
    if asking.request.operation in {Operation.LINK, Operation.DISCLOSE_AGGREGATE}:
        return frozenset({integrator})
    return frozenset({asking.request.recipient, integrator})


def _in_population(asking: _Asking) -> Reason | None:
    holding = _populations(asking)
    asking.candidates = [clause for clause in asking.candidates if clause.population <= holding]
    return None if asking.candidates else Reason.NOT_IN_POPULATION


def _populations(asking: _Asking) -> frozenset[Population]:
    subject, night = asking.subject, asking.request.night
    if subject is None:
        return frozenset()
    # Who is one person is known only after linking, and must not decide what may be linked.
    alone = frozenset({subject.subject_id})
    person = alone if asking.is_link else asking.facts.tied(subject.subject_id, at_least=PERMITS_ACROSS)
    holding = {
        Population.ADULT: subject.adult_since is not None and subject.adult_since <= night,
        Population.IN_CUSTODY: any(stay.subject_id in person and stay.holds(night) for stay in asking.facts.custody),
        Population.CLIENT_OF_RECIPIENT: any(
            other.subject_id in person and other.agency == asking.request.recipient and other.person_role == SUBJECT_ROLE
            for other in asking.facts.subjects
        ),
    }
    return frozenset(population for population, holds in holding.items() if holds)


GATES: Final[tuple[tuple[str, Callable[[_Asking], Reason | None]], ...]] = (
    ("every term is known", _known),
    ("no legal erasure", _not_erased),
    ("the person is a subject", _is_subject),
    ("no absolute ban", _no_absolute_ban),
    ("a clause in force speaks of it", _clause_in_force),
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
    asking = _asking(request, facts)
    for _, gate in GATES:
        reason = gate(asking)
        if reason is not None:
            return Decision(Verdict.DENY, reason)
    return _permit(asking)


def explain(request: Request, facts: Facts) -> tuple[GateAnswer, ...]:
    """The gates a request went through, the last being the one that denied, if any did."""
    asking = _asking(request, facts)
    answers: list[GateAnswer] = []
    for name, gate in GATES:
        reason = gate(asking)
        answers.append(GateAnswer(name, reason is None, reason))
        if reason is not None:
            break
    return tuple(answers)


def _permit(asking: _Asking) -> Decision:
    """The least revealing of the clauses that permit; obligations are the union of all of them."""
    chosen = min(
        asking.candidates,
        key=lambda clause: (-_rank(Transform, clause.transform), -_rank(OutputForm, clause.output_form), clause.clause_id),
    )
    consent = asking.consents.get(chosen.clause_id)
    windows = [clause.record_days for clause in asking.candidates if clause.record_days is not None]
    return Decision(
        verdict=Verdict.PERMIT,
        reason=Reason.PERMITTED,
        clause_id=chosen.clause_id,
        consent_id=consent.consent_id if consent else None,
        transform=chosen.transform,
        output_form=chosen.output_form,
        obligations=tuple(sorted(frozenset().union(*(clause.obligations for clause in asking.candidates)))),
        min_cell=max(clause.min_cell for clause in asking.candidates),
        records_from=asking.request.night - timedelta(days=min(windows)) if windows else None,
        valid_until=min([chosen.valid_to, *([consent.valid_to] if consent else [])]),
    )


def _rank(words: type[StrEnum], word: StrEnum | None) -> int:
    return -1 if word is None else list(words).index(word)
