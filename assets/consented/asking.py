"""A request beside the facts that concern it: what the gates of a decision look things up with.

Belongs here: which clauses speak of a request, which rules of law fit it, which consents and orders reach it, who is in which population.
Does not belong here: the order of the gates and what each answers (decide.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from assets.consented.facts import COURT_ORDER, PERMITS_ACROSS, SUBJECT_ROLE, ClauseFact, ConsentFact, Facts, RuleFact, SubjectFact
from contracts.consents import ConsentRequirement, kinds_needed
from contracts.elements import Element
from contracts.instruments import InstrumentKind, Operation, Population
from contracts.law import Recipient, RuleEffect
from contracts.vocabularies.consent import ConsentKind


@dataclass(frozen=True)
class Request:
    """What is asked. ``labels`` are those of the rows; ``subject_id`` is None for an element without a person behind a row.

    ``booking_id`` is the booking that the rows are of or hang on, where a court order names it; None for all other rows.
    """

    recipient: str
    purposes: frozenset[str]
    operation: str
    element: str
    system: str
    night: date
    subject_id: str | None = None
    labels: frozenset[str] = frozenset()
    booking_id: str | None = None


@dataclass
class Asking:
    """A request with the facts that concern it; ``candidates`` narrows from gate to gate."""

    request: Request
    facts: Facts
    element: Element | None
    subject: SubjectFact | None
    labels: frozenset[str] = frozenset()
    rules: tuple[RuleFact, ...] = ()
    candidates: list[ClauseFact] = field(default_factory=list)
    consents: dict[str, ConsentFact] = field(default_factory=dict)

    @property
    def contributor(self) -> str:
        """Whose element it is; nobody's for an unknown one."""
        return self.element.agency if self.element else ""

    @property
    def is_own(self) -> bool:
        """Whether the records are the recipient's own."""
        return self.contributor == self.request.recipient

    @property
    def is_link(self) -> bool:
        """Whether identities are to be compared, which shows nobody anything."""
        return self.request.operation == Operation.LINK

    @property
    def is_return(self) -> bool:
        """Whether an agency gets its own records back, which is no disclosure."""
        return self.is_own and not self.is_link

    def asks(self, effect: RuleEffect, clause: ClauseFact | None = None) -> list[RuleFact]:
        """Rules of this effect that fit the request, and of those that speak of a lawful basis only the clause's."""
        basis = {clause.lawful_basis} if clause else set()
        return [rule for rule in self.rules if rule.effect == effect and (not rule.lawful_bases or rule.lawful_bases & basis)]


def asking_about(request: Request, facts: Facts) -> Asking:
    """The request beside its element, its subject, all its labels and the rules that fit it."""
    element = facts.element(request.element, request.system)
    labels = request.labels | frozenset(element.labels if element else ())
    asking = Asking(request, facts, element, facts.subject(request.subject_id), labels)
    asking.rules = tuple(rule for rule in facts.rules if _fits(rule, asking))
    return asking


def _fits(rule: RuleFact, asking: Asking) -> bool:
    request = asking.request
    part = Recipient.INTEGRATOR if request.recipient == asking.facts.integrator else Recipient.RECIPIENT
    return (
        (not rule.labels or bool(rule.labels & asking.labels))
        and (not rule.purposes or bool(rule.purposes & request.purposes))
        and (not rule.operations or request.operation in rule.operations)
        and (not rule.recipients or part in rule.recipients)
        and (rule.to_owner or not asking.is_return)
    )


def speaks_of(clause: ClauseFact, asking: Asking) -> bool:
    """Whether a clause names exactly this: whose element, for whom, what for, by which operation."""
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


def holds(item: ClauseFact | ConsentFact, night: date) -> bool:
    """Whether a clause or a consent is in force on a night."""
    return item.valid_from <= night < item.valid_to and (not isinstance(item, ClauseFact) or item.in_force)


def is_lifted(rule: RuleFact, clause: ClauseFact, asking: Asking) -> bool:
    """Whether the clause bears evidence that lifts the rule: its order, delivered about this person, or the consent it asks for."""
    if COURT_ORDER in rule.unless and _is_ordered(clause, asking):
        return True
    wanted = clause.consent_requirement
    return wanted in rule.unless and consent_of(frozenset({wanted}), asking) is not None


def _is_ordered(clause: ClauseFact, asking: Asking) -> bool:
    if clause.lawful_basis != COURT_ORDER or InstrumentKind.COURT_ORDER not in clause.instrument_kinds:
        return False
    night, person = asking.request.night, person_of(asking)
    return any(
        order.subject_id in person
        and order.booking_id in {None, asking.request.booking_id}
        and order.authority in clause.authorities
        and order.valid_from <= night < order.valid_to
        for order in asking.facts.orders
    )


def kinds_of(clause: ClauseFact, asking: Asking) -> frozenset[str] | None:
    """Kinds of consent of which one is enough under this clause and the law; None if none is needed, empty if none can be."""
    asked = [
        (frozenset(map(ConsentKind, rule.kinds)), frozenset(map(ConsentRequirement, rule.accepts)))
        for rule in asking.asks(RuleEffect.CONSENT, clause)
        if not is_lifted(rule, clause, asking)
    ]
    return kinds_needed(ConsentRequirement(clause.consent_requirement), asked)


def person_of(asking: Asking) -> frozenset[str]:
    """Subjects whose consents, orders and stays count. Who is one person is known only after linking, and must not decide it."""
    subject_id = asking.request.subject_id
    if subject_id is None:
        return frozenset()
    return frozenset({subject_id}) if asking.is_link else asking.facts.tied(subject_id, at_least=PERMITS_ACROSS)


def consent_of(kinds: frozenset[str], asking: Asking) -> ConsentFact | None:
    """The consent of one of ``kinds``: the one with the widest period of records, then the longest-lived, then the first by id."""
    person = person_of(asking)
    found = [
        consent for consent in asking.facts.consents if consent.subject_id in person and consent.kind in kinds and _covers(consent, asking)
    ]
    return min(found, key=_reach, default=None)


def _reach(consent: ConsentFact) -> tuple[date, int, int, str]:
    return consent.data_from or date.min, -(consent.data_to or date.max).toordinal(), -consent.valid_to.toordinal(), consent.consent_id


def _covers(consent: ConsentFact, asking: Asking) -> bool:
    request = asking.request
    if not holds(consent, request.night) or request.operation not in consent.operations:
        return False
    if not _reached(asking) <= consent.recipients:
        return False
    if asking.is_link:
        return True
    classes = asking.element.classes if asking.element else ()
    return request.purposes <= consent.purposes and bool(consent.element_classes.intersection(classes))


def _reached(asking: Asking) -> frozenset[str]:
    """Who must be named: whoever receives rows, and the integrator who compares, counts, or stands between (42 CFR 2.31(a)(4)(ii))."""
    integrator = asking.facts.integrator
    if asking.request.operation in {Operation.LINK, Operation.DISCLOSE_AGGREGATE}:
        return frozenset({integrator})
    return frozenset({asking.request.recipient, integrator})


def population_of(clause: ClauseFact, asking: Asking) -> frozenset[str]:
    """People of whom alone the clause and the law speak."""
    return clause.population | {rule.population or "" for rule in asking.asks(RuleEffect.POPULATION, clause)}


def populations(asking: Asking) -> frozenset[Population]:
    """Populations the subject is in on the night."""
    subject, night = asking.subject, asking.request.night
    if subject is None:
        return frozenset()
    person = person_of(asking)
    holding = {
        Population.ADULT: subject.adult_since is not None and subject.adult_since <= night,
        Population.IN_CUSTODY: any(stay.subject_id in person and stay.holds(night) for stay in asking.facts.custody),
        Population.CLIENT_OF_RECIPIENT: any(
            other.subject_id in person and other.agency == asking.request.recipient and other.person_role == SUBJECT_ROLE
            for other in asking.facts.subjects
        ),
    }
    return frozenset(population for population, is_in in holding.items() if is_in)
