"""The facts a decision rests on, as plain values.

Belongs here: the shapes that ``decide`` reads, each the twin of one ``consented`` table. Does not belong here: the rule (decide.py) or
how a fact becomes true (clauses, consents and denies have modules of their own).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from contracts.elements import Element
from contracts.instruments import Effect, Obligation, Operation, OutputForm, Population, Transform

PERMITS_ACROSS = 0.99
"""A consent or a custody fact reaches another subject of the person only if both are tied to it at least so surely."""

DENIES_ACROSS = 0.5
"""A deny reaches every subject tied to the person at least so surely."""

SUBJECT_ROLE = "subject"
"""The only ``person_role`` that is linked, counted or shown."""

LABELS_SEPARATOR = ","

COURT_ORDER = "court_order"
"""Lawful basis of a clause that stands on an order, and what lifts a rule for it: the order, delivered about the person."""


def labels_key(labels: Iterable[str]) -> str:
    """The labels of a row as decisions spell them: sorted, each once, comma-joined; '' for none."""
    return LABELS_SEPARATOR.join(sorted(set(labels)))


@dataclass(frozen=True)
class SubjectFact:
    """One row of ``consented.subject``. ``adult_since`` is the eighteenth birthday; None if the age is unknown."""

    subject_id: str
    system: str
    agency: str
    person_role: str
    is_erased: bool = False
    is_key_reuse: bool = False
    adult_since: date | None = None


@dataclass(frozen=True)
class ClauseFact:
    """One clause with its selectors expanded for one system.

    Of a prohibition, ``system`` or ``elements`` None and empty ``purposes`` or ``labels`` mean any. ``instrument_kinds`` are those of
    everything it hangs on; ``authorities`` the courts and docket numbers of the orders among them.
    """

    clause_id: str
    effect: Effect
    operation: Operation | None
    contributor: str | None
    recipient: str | None
    system: str | None
    elements: frozenset[str] | None
    labels: frozenset[str]
    purposes: frozenset[str]
    consent_requirement: str
    valid_from: date
    valid_to: date
    in_force: bool = True
    lawful_basis: str | None = None
    instrument_kinds: frozenset[str] = frozenset()
    authorities: frozenset[str] = frozenset()
    population: frozenset[Population] = frozenset()
    output_form: OutputForm | None = OutputForm.AGGREGATE
    transform: Transform = Transform.RAW
    obligations: frozenset[Obligation] = frozenset()
    min_cell: int = 11
    record_days: int | None = None


@dataclass(frozen=True)
class ConsentFact:
    """One consent in force, as the form and the person together worded it."""

    consent_id: str
    subject_id: str
    kind: str
    recipients: frozenset[str]
    purposes: frozenset[str]
    element_classes: frozenset[str]
    operations: frozenset[str]
    valid_from: date
    valid_to: date
    data_from: date | None = None
    data_to: date | None = None


@dataclass(frozen=True)
class OrderFact:
    """One court order: by which authority, half-open; about the person as a whole, or (``booking_id``) about one booking alone."""

    subject_id: str
    authority: str
    valid_from: date
    valid_to: date
    booking_id: str | None = None


@dataclass(frozen=True)
class RuleFact:
    """One rule of law, as it bears on decisions: one row of ``consented.rule``. An empty scope means any."""

    rule_id: str
    effect: str
    labels: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()
    operations: frozenset[str] = frozenset()
    recipients: frozenset[str] = frozenset()
    lawful_bases: frozenset[str] = frozenset()
    to_owner: bool = True
    kinds: frozenset[str] = frozenset()
    accepts: frozenset[str] = frozenset()
    instrument: str | None = None
    population: str | None = None
    unless: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DenyFact:
    """One wish or order that takes away. None in a scope means every operation, recipient or class."""

    subject_id: str
    reason: str
    operation: str | None = None
    recipient: str | None = None
    element_class: str | None = None


@dataclass(frozen=True)
class CustodyFact:
    """One stay in jail, half-open; ``released_at`` None while it lasts."""

    subject_id: str
    booked_at: datetime
    released_at: datetime | None

    def holds(self, night: date) -> bool:
        """Whether the person was in custody at the midnight that begins ``night``."""
        at = datetime.combine(night, time())
        return self.booked_at <= at and (self.released_at is None or at < self.released_at)


@dataclass(frozen=True)
class MembershipFact:
    """How surely a subject belongs to its person."""

    subject_id: str
    person_key: str
    link_confidence: float


@dataclass(frozen=True)
class EdgeFact:
    """A scored pair that no contradiction vetoes; it need not have been strong enough to link."""

    subject_a: str
    subject_b: str
    match_probability: float


@dataclass(frozen=True)
class Facts:
    """Everything known on one night."""

    integrator: str
    recipients: frozenset[str]
    elements: tuple[Element, ...]
    rules: tuple[RuleFact, ...]
    subjects: tuple[SubjectFact, ...] = ()
    clauses: tuple[ClauseFact, ...] = ()
    consents: tuple[ConsentFact, ...] = ()
    denies: tuple[DenyFact, ...] = ()
    custody: tuple[CustodyFact, ...] = ()
    orders: tuple[OrderFact, ...] = ()
    memberships: tuple[MembershipFact, ...] = ()
    edges: tuple[EdgeFact, ...] = ()

    def element(self, name: str, system: str) -> Element | None:
        """The catalogue's entry, or None."""
        return next((item for item in self.elements if (item.name, item.system) == (name, system)), None)

    def subject(self, subject_id: str | None) -> SubjectFact | None:
        """The subject, or None."""
        return next((item for item in self.subjects if item.subject_id == subject_id), None)

    def tied(self, subject_id: str, *, at_least: float) -> frozenset[str]:
        """The subject and all subjects of its person, if both it and they are tied to the person so surely."""
        own = {item.person_key for item in self.memberships if item.subject_id == subject_id and item.link_confidence >= at_least}
        others = {item.subject_id for item in self.memberships if item.person_key in own and item.link_confidence >= at_least}
        return frozenset({subject_id, *others})

    def denied_with(self, subject_id: str) -> frozenset[str]:
        """Subjects whose denies reach this one: its person's, and those of a person one scored pair away."""
        near = self.tied(subject_id, at_least=DENIES_ACROSS)
        strong = [edge for edge in self.edges if edge.match_probability >= DENIES_ACROSS]
        neighbours = {edge.subject_b for edge in strong if edge.subject_a in near} | {
            edge.subject_a for edge in strong if edge.subject_b in near
        }
        return near.union(*(self.tied(neighbour, at_least=DENIES_ACROSS) for neighbour in neighbours))
