"""What the pipeline needs to know about a record type beyond its columns.

Belongs here: what is read off a contract and its declaration. Does not belong here: the shape of a declaration (declaring), the list of
types (the package itself).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property

import pandera.polars as pa
import polars as pl
from polars.datatypes import DataType

from contracts.columns import Kind
from contracts.records.counting import CountingRules
from contracts.records.declaring import Contact, Declaration, Derived, Intercept, Parent, Reference, RowLabel, SubjectFrom, Unit
from contracts.records.shared import Identified, OfPerson, Raced, Record, declared_by
from contracts.vocabularies.race import RaceCode

__all__ = [
    "DERIVED_FIELDS",
    "IDENTITY_FIELDS",
    "PARENT_FIELD",
    "PERSON_ID_FIELD",
    "RACE_FIELDS",
    "RECORD_FIELDS",
    "SEX_RAW_FIELD",
    "Contact",
    "CountingRules",
    "Derived",
    "Intercept",
    "Parent",
    "RecordType",
    "Reference",
    "RowLabel",
    "SubjectFrom",
    "Unit",
    "record_type_of",
]  # fmt: skip

RECORD_FIELDS: tuple[str, ...] = tuple(Record.to_schema().columns)
PERSON_ID_FIELD = "source_person_id"
PARENT_FIELD = "source_parent_id"
SEX_RAW_FIELD = "sex_raw"
IDENTITY_FIELDS: tuple[str, ...] = tuple(
    name for name in Identified.to_schema().columns if name not in {*OfPerson.to_schema().columns, SEX_RAW_FIELD}
)
RACE_FIELDS: tuple[str, ...] = tuple(name for name in Raced.to_schema().columns if name not in Identified.to_schema().columns)
DERIVED_FIELDS: frozenset[str] = frozenset({"birth_date_quality", "birth_year", "birth_month", "race_raw", SEX_RAW_FIELD})
"""Fields that mapping derives from others; no vendor column maps to them."""


class Undeclared(TypeError):
    """A record model does not declare what type it is."""


@dataclass(frozen=True, kw_only=True)
class RecordType(Declaration):
    """One kind of canonical record: ``model``, which says what a row must be, and what the model's ``Config`` declares."""

    model: type[pa.DataFrameModel]

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
        stated = set(self.fields) >= set(IDENTITY_FIELDS)
        return tuple(name for name in self.fields if stated and name in {*IDENTITY_FIELDS, "other_names"})

    @cached_property
    def race_fields(self) -> tuple[str, ...]:
        """Fields that state race or ethnicity; they never lie beside identity."""
        return tuple(name for name in self.fields if name in RACE_FIELDS)

    @cached_property
    def content_fields(self) -> tuple[str, ...]:
        """Fields that say what happened: all but keys, identity and race."""
        references = {reference.field for reference in self.references}
        keys = {*RECORD_FIELDS, PERSON_ID_FIELD, PARENT_FIELD, "person_role", SEX_RAW_FIELD, *references}
        return tuple(name for name in self.fields if name not in {*keys, *self.identity_fields, *self.race_fields})

    @cached_property
    def shown_columns(self) -> tuple[str, ...]:
        """Content columns as everybody after checking sees them: fields that are not folded, then derived ones."""
        own = tuple(name for name in self.content_fields if name not in self.folded)
        return (*own, *(derived.name for derived in self.derived))

    @property
    def is_about_people(self) -> bool:
        """Whether a person stands behind a row."""
        return self.subject is not SubjectFrom.NOBODY

    @property
    def is_content(self) -> bool:
        """Whether it says what happened to somebody, or what was counted, and a clause may speak of it."""
        return self.is_shared and bool(self.shown_columns)

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

    def standard(self, name: str) -> str:
        """Source of one field's definition."""
        return str(self.model.to_schema().columns[name].metadata["standard"])

    def may_lie_ahead(self, name: str) -> bool:
        """Whether a day or time may lie in the future."""
        return bool(self.model.to_schema().columns[name].metadata["ahead"])

    def is_list(self, name: str) -> bool:
        """Whether the field holds several words."""
        return self.fields[name] == pl.List(pl.String)


def record_type_of(model: type[pa.DataFrameModel]) -> RecordType:
    """The record type that a model declares.

    Raises:
        Undeclared: if its ``Config.metadata`` is not ``declares(...)``.
    """
    declared = declared_by(model)
    if declared is None:
        raise Undeclared(f"[{model.__name__}] declares no record type; give its Config the metadata declares(name=..., ...)")
    return RecordType(model=model, **{item.name: getattr(declared, item.name) for item in fields(declared)})
