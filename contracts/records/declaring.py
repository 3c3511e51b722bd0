"""What a record type says about itself beyond its columns, and how its model's ``Config`` says it.

Belongs here: the shape of that declaration. Does not belong here: any one record type, and what is read off its columns (registry).

A new record type is one Pandera model whose ``Config.metadata`` is ``declares(...)``; mapping, tables, catalogue of elements, contacts and
the dictionary follow from the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from contracts.columns import Kind, Label
from contracts.records.counting import CountingRules
from contracts.records.rules import Rule
from contracts.vocabularies.person import Evidence, PersonRole
from contracts.vocabularies.race import RaceMethod

DECLARATION: Final = "record_type"
"""Key under which a model's metadata holds its declaration."""


class Unit(StrEnum):
    """How a contact of this type is counted."""

    EVENT = "event"
    BED_DAY = "bed_day"
    NONE = "none"  # not a contact


class SubjectFrom(StrEnum):
    """How a row finds the subject it is about."""

    OWN_ID = "own_id"  # the source's person id, else the record itself; the row states an identity
    PERSON_ID = "person_id"  # the source's person id; the identity lies elsewhere
    PARENT = "parent"  # whoever the parent record is about
    NOBODY = "nobody"


@dataclass(frozen=True)
class Intercept:
    """Place in the Sequential Intercept Model; ``only`` limits it to rows whose ``field`` has one of these values.

    Rows with another value stand at ``otherwise``, or nowhere.
    """

    value: int
    field: str | None = None
    only: frozenset[str] = frozenset()
    otherwise: int | None = None


@dataclass(frozen=True)
class Parent:
    """The record a row belongs to, named by ``source_parent_id`` within the same source; ``required``: the row means nothing without.

    ``column``: a second name under which the parent's record_id is shown.
    """

    record_type: str
    required: bool
    column: str | None = None


@dataclass(frozen=True)
class Reference:
    """A field that names a record of another source; ``column`` is the record_id made from it."""

    field: str
    record_type: str
    column: str


@dataclass(frozen=True)
class Derived:
    """A column that follows from a row's own fields, its parent or its children.

    Attributes:
        name: the column.
        sql_type: its DuckDB type.
        description: its meaning.
        kind: privacy kind.
        labels: rules its values carry besides those of the record type.
        standard: where its definition comes from.
        at_admission: whether it is made when a row is admitted (``derived_<record type>.sql``); else when the night looks at what is
            known, by copying or by ``known_<record type>.sql``.
        copied_from: the parent's columns, the first that is filled counting.
        if_absent: what a yes/no copied from a parent is where there is no parent, or it does not say.
        of_identity: whether it is a column of the identity that the row states, told as it was on the day.
    """

    name: str
    sql_type: str
    description: str
    kind: Kind = Kind.SENSITIVE
    labels: tuple[Label, ...] = ()
    standard: str = "derived by this software"
    at_admission: bool = False
    copied_from: tuple[str, ...] = ()
    if_absent: bool | None = None
    of_identity: bool = False


@dataclass(frozen=True)
class RowLabel:
    """A yes/no column whose yes puts a label on the row; ``if_unknown``: an empty one does too."""

    column: str
    label: Label
    if_unknown: bool


@dataclass(frozen=True)
class Contact:
    """Which of a type's columns say what kind of contact it was and how it ended; ``behavioral_health`` may be true of all."""

    event_type: str | None = None
    disposition: str | None = None
    behavioral_health: str | bool | None = None


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """One record type's own account of itself.

    Attributes:
        name: as in the county's text and in table names.
        system: kind of system that keeps such records.
        subject: how a row finds its subject.
        start: field with which a contact begins; None for what is not an event.
        end: field with which it ends, half-open; None for an instant.
        unit: how a contact is counted.
        intercept: where it stands in the Sequential Intercept Model.
        contact: which columns say what kind of contact it was.
        parent: the record a row belongs to.
        references: records of other sources that it names.
        evidence: kind of identity it states.
        default_role: role of its person where no field says so.
        labels: bodies of rules every row carries; a county may add, never remove.
        row_labels: labels that a row's own columns put on it.
        derived: columns that follow from others.
        folded: fields that are kept only as parts of a derived column.
        age_field: field with the age somebody stated or perceived, used where no birth date is known.
        race_methods: how its race may have been asked; a stop's is what the officer perceived.
        rules: rules between its fields.
        counting: how its records are counted; None for what is not counted.
        element_class: class of elements that its whole content forms, for clauses.
        is_shared: whether a clause can speak of its content at all.
        is_linked: whether its rows get a person key.
    """

    name: str
    system: str
    subject: SubjectFrom
    start: str | None = None
    end: str | None = None
    unit: Unit = Unit.NONE
    intercept: Intercept | None = None
    contact: Contact | None = None
    parent: Parent | None = None
    references: tuple[Reference, ...] = ()
    evidence: Evidence = Evidence.PRIMARY
    default_role: PersonRole | None = PersonRole.SUBJECT
    labels: tuple[Label, ...] = ()
    row_labels: tuple[RowLabel, ...] = ()
    derived: tuple[Derived, ...] = ()
    folded: tuple[str, ...] = ()
    age_field: str | None = None
    race_methods: frozenset[RaceMethod] = frozenset(RaceMethod)
    rules: tuple[Rule, ...] = field(default=(), repr=False)
    counting: CountingRules | None = None
    element_class: str | None = None
    is_shared: bool = True
    is_linked: bool = True


def declares(**said: Any) -> dict[str, Any]:
    """The ``Config.metadata`` of a record model; takes the attributes of :class:`Declaration`."""
    return {DECLARATION: Declaration(**said)}


def declaration_of(metadata: Mapping[str, Any] | None) -> Declaration | None:
    """What a model's metadata declares; None for a model that is only a part of others."""
    found = (metadata or {}).get(DECLARATION)
    return found if isinstance(found, Declaration) else None
