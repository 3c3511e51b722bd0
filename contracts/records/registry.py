"""What the pipeline needs to know about a record type beyond its columns.

Belongs here: the shape of that declaration and what is read off a contract. Does not belong here: the list of types (the package itself).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import pandera.polars as pa
import polars as pl
from polars.datatypes import DataType

from contracts.columns import Kind, Label
from contracts.records.shared import Identified, OfPerson, Raced, Record
from contracts.vocabularies.person import Evidence, PersonRole
from contracts.vocabularies.race import RaceCode

RECORD_FIELDS: tuple[str, ...] = tuple(Record.to_schema().columns)
PERSON_ID_FIELD = "source_person_id"
PARENT_FIELD = "source_parent_id"
IDENTITY_FIELDS: tuple[str, ...] = tuple(name for name in Identified.to_schema().columns if name not in OfPerson.to_schema().columns)
RACE_FIELDS: tuple[str, ...] = tuple(name for name in Raced.to_schema().columns if name not in Identified.to_schema().columns)
DERIVED_FIELDS: frozenset[str] = frozenset({"birth_date_quality", "birth_year", "birth_month", "race_raw"})
"""Fields that mapping derives from others; no vendor column maps to them."""


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
    """Place in the Sequential Intercept Model; ``only`` limits it to rows whose ``field`` has one of these values."""

    value: int
    field: str | None = None
    only: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Parent:
    """The record a row belongs to, named by ``source_parent_id`` within the same source; ``required``: the row means nothing without."""

    record_type: str
    required: bool


@dataclass(frozen=True)
class Reference:
    """A field that names a record of another source; ``column`` is the record_id made from it."""

    field: str
    record_type: str
    column: str


@dataclass(frozen=True)
class RecordType:
    """One kind of canonical record.

    Attributes:
        name: as in the county's text and in table names.
        model: what a row must be; its cross-field rules are its dataframe checks.
        subject: how a row finds its subject.
        start: field with which a contact begins; None for what is not an event.
        end: field with which it ends, half-open; None for an instant.
        unit: how a contact is counted.
        intercept: where it stands in the Sequential Intercept Model.
        parent: the record a row belongs to.
        references: records of other sources that it names.
        evidence: kind of identity it states.
        default_role: role of its person where no field says so.
        labels: bodies of rules every row carries; a county may add, never remove.
    """

    name: str
    model: type[pa.DataFrameModel]
    subject: SubjectFrom
    start: str | None = None
    end: str | None = None
    unit: Unit = Unit.NONE
    intercept: Intercept | None = None
    parent: Parent | None = None
    references: tuple[Reference, ...] = ()
    evidence: Evidence = Evidence.PRIMARY
    default_role: PersonRole | None = PersonRole.SUBJECT
    labels: tuple[Label, ...] = ()

    @property
    def dedupe_key(self) -> tuple[str, ...]:
        """Fields that make two rows of one source the same record."""
        return ("source_record_id",)

    @cached_property
    def fields(self) -> Mapping[str, DataType]:
        """Every canonical field and its Polars type, in the order of the contract."""
        return {str(name): column.dtype.type for name, column in self.model.to_schema().columns.items()}

    @cached_property
    def identity_fields(self) -> tuple[str, ...]:
        """Fields that state who the person is; they never lie beside content."""
        return tuple(name for name in self.fields if name in {*IDENTITY_FIELDS, "other_names"})

    @cached_property
    def race_fields(self) -> tuple[str, ...]:
        """Fields that state race or ethnicity; they never lie beside identity."""
        return tuple(name for name in self.fields if name in RACE_FIELDS)

    @cached_property
    def content_fields(self) -> tuple[str, ...]:
        """Fields that say what happened: all but keys, identity and race."""
        keys = {*RECORD_FIELDS, PERSON_ID_FIELD, PARENT_FIELD, "person_role", *(reference.field for reference in self.references)}
        return tuple(name for name in self.fields if name not in {*keys, *self.identity_fields, *self.race_fields})

    @cached_property
    def required_fields(self) -> tuple[str, ...]:
        """Fields that every row must fill and the county's text must map."""
        columns = self.model.to_schema().columns
        return tuple(str(name) for name, column in columns.items() if not column.nullable and name not in DERIVED_FIELDS)

    @cached_property
    def vocabularies(self) -> Mapping[str, tuple[str, ...]]:
        """Field to the words it may take, for fields that have a vocabulary."""
        found: dict[str, tuple[str, ...]] = {}
        for name, column in self.model.to_schema().columns.items():
            for check in column.checks:
                if check.name == "isin" and check.statistics:
                    found[str(name)] = tuple(check.statistics["allowed_values"])
        if self.race_fields:
            found["race"] = tuple(code.value for code in RaceCode)
        return found

    def kind(self, name: str) -> Kind:
        """Privacy kind of one field."""
        return Kind(self.model.to_schema().columns[name].metadata["kind"])

    def is_list(self, name: str) -> bool:
        """Whether the field holds several words."""
        return self.fields[name] == pl.List(pl.String)
