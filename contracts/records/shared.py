"""Columns that several record contracts share: the record itself, who it is about, how that person is identified.

Belongs here: mixins of Pandera models and the builders of fields with a vocabulary. Does not belong here: any one record type.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from contracts.columns import CONVENTION, Kind, Label, field
from contracts.records.declaring import Declaration, declaration_of
from contracts.records.rules import Rule
from contracts.vocabularies.person import BirthDateQuality, PersonRole, Sex
from contracts.vocabularies.race import Ethnicity

Timestamp = Annotated[pl.Datetime, "us", None]
"""County-local wall time without a zone, to the microsecond."""
Texts = Annotated[pl.List, pl.String]
Marks = Annotated[pl.List, pl.Int32]
OTHER_NAME = pl.Struct({"first_name": pl.String, "middle_name": pl.String, "last_name": pl.String, "name_suffix": pl.String})
OtherNames = Annotated[pl.List, OTHER_NAME]


def identifier(description: str, *, standard: str, **checks: Any) -> Any:
    """A field that names a person on its own."""
    return field(description, kind=Kind.IDENTIFIER, labels=(Label.DIRECT_ID,), standard=standard, **checks)


def quasi(description: str, *, standard: str, **checks: Any) -> Any:
    """A field that helps to name a person in combination."""
    return field(description, kind=Kind.QUASI, labels=(Label.QUASI_ID,), standard=standard, **checks)


def coded(
    description: str,
    words: type[StrEnum],
    *,
    standard: str,
    kind: Kind = Kind.PLAIN,
    labels: tuple[Label, ...] = (),
    **checks: Any,
) -> Any:
    """A field whose values are the words of a vocabulary."""
    return field(description, kind=kind, labels=labels, standard=standard, isin=[word.value for word in words], **checks)


def sensitive(description: str, *, standard: str, phi: bool = False, **checks: Any) -> Any:
    """A field whose disclosure harms; ``phi``: it is health information wherever it stands."""
    return field(description, kind=Kind.SENSITIVE, labels=(Label.PHI,) if phi else (), standard=standard, **checks)


def plain(description: str, *, standard: str, **checks: Any) -> Any:
    """A field that harms nobody."""
    return field(description, kind=Kind.PLAIN, standard=standard, **checks)


def declared_by(model: type[pa.DataFrameModel]) -> Declaration | None:
    """What the ``Config`` of a model declares; None for a model that is only a part of others."""
    config = getattr(model, "__config__", None)
    return declaration_of(config.metadata if config else None)


def _check(rule: Rule) -> pa.Check:
    def kept(data: PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(rule.kept())

    return pa.Check(kept, name=rule.name, description=rule.description)


class Record(pa.DataFrameModel):
    """What every canonical row has."""

    source_record_id: str = identifier(
        "The source's own key of the record; parts of a compound key are joined with |.", standard=CONVENTION
    )
    source_updated_at: Timestamp = plain(
        "When the source last changed the record; decides which of two versions is the newer.",
        standard="US Core: meta.lastUpdated; HMIS CSV: DateUpdated; DSSG jail-bookings: updated_date",
        nullable=True,
    )
    is_deleted: bool = plain(
        "Whether the source says that the record is void.", standard="HMIS CSV: DateDeleted; FHIR R4: entered-in-error"
    )

    class Config:
        """No column that the contract does not name."""

        strict = True

    @classmethod
    def to_schema(cls) -> pa.DataFrameSchema:
        """The model as a schema, with the rules between fields that its ``Config`` declares."""
        schema = super().to_schema()
        declared = declared_by(cls)
        held = {check.name for check in schema.checks}
        schema.checks += [_check(rule) for rule in (declared.rules if declared else ()) if rule.name not in held]
        return schema


class OfPerson(Record):
    """A record about a person whom the source files under an id of its own."""

    source_person_id: str = identifier(
        "The source's own id of the person.",
        standard="DSSG jail-bookings: inmate_number or internal_person_id; HMIS CSV: PersonalID; FHIR R4: Patient.id",
        nullable=True,
    )


class Identified(OfPerson):
    """A record that states a person's identity."""

    first_name: str = identifier("Given name.", standard="US Core: Patient.name.given; NEMSIS 3.5.1: ePatient.03", nullable=True)
    middle_name: str = identifier(
        "Middle name or initial.", standard="US Core: Patient.name.given, second; NEMSIS 3.5.1: ePatient.04", nullable=True
    )
    last_name: str = identifier("Surname.", standard="US Core: Patient.name.family; NEMSIS 3.5.1: ePatient.02", nullable=True)
    name_suffix: str = identifier(
        "Generation suffix, such as JR.", standard="US Core: Patient.name.suffix; HMIS CSV: Client.NameSuffix", nullable=True
    )
    full_name: str = identifier("Whole name, where the source does not split it.", standard="DSSG jail-bookings: full_name", nullable=True)
    birth_date: pl.Date = quasi(
        "Birth date where it is fully known.", standard="US Core: Patient.birthDate; NEMSIS 3.5.1: ePatient.17", nullable=True
    )
    birth_date_quality: str = coded(
        "Whether the birth date is full, partial, a placeholder or missing.",
        BirthDateQuality,
        standard="HMIS CSV: Client.DOBDataQuality, with placeholders told apart",
    )
    birth_year: pl.Int32 = quasi("Birth year.", standard="US Core: Patient.birthDate, partial", unit="year", nullable=True, ge=1900)
    birth_month: pl.Int32 = quasi(
        "Birth month.", standard="US Core: Patient.birthDate, partial", unit="month of the year", nullable=True, ge=1, le=12
    )
    sex: str = coded(
        "Sex as the source states it; null where it does not know.",
        Sex,
        standard="US Core: Patient.gender; NEMSIS 3.5.1: ePatient.25; HMIS CSV FY2026: Client.Sex",
        kind=Kind.QUASI,
        labels=(Label.QUASI_ID,),
        nullable=True,
    )
    sex_raw: str = quasi("Sex or gender as the source coded it.", standard=CONVENTION, nullable=True)
    phone: str = identifier("Telephone number.", standard="US Core: Patient.telecom; NEMSIS 3.5.1: ePatient.18", nullable=True)
    street_address: str = identifier("Street address.", standard="US Core: Patient.address.line; NEMSIS 3.5.1: ePatient.05", nullable=True)
    city: str = quasi("City of the address.", standard="US Core: Patient.address.city; NEMSIS 3.5.1: ePatient.06", nullable=True)
    state: str = quasi("State of the address.", standard="US Core: Patient.address.state; NEMSIS 3.5.1: ePatient.08", nullable=True)
    zip: str = quasi(
        "Five-digit ZIP code of the address.",
        standard="US Core: Patient.address.postalCode; NEMSIS 3.5.1: ePatient.09",
        nullable=True,
        str_matches=r"^\d{5}$",
    )
    ssn4: str = identifier(
        "Last four digits of the Social Security number.",
        standard="HMIS CSV: Client.SSN, last four; DSSG jail-bookings: ssn, last four",
        nullable=True,
        str_matches=r"^\d{4}$",
    )
    state_id: str = identifier("State identification number.", standard="DSSG jail-bookings: additional_id_number", nullable=True)


class Raced(Identified):
    """A record that also states race or ethnicity. Measured, never linkage evidence."""

    race: Texts = field(
        "What the source's race codes mean.",
        kind=Kind.PROTECTED,
        standard="OMB Statistical Policy Directive 15, 1997 and 2024; US Core: us-core-race",
        nullable=True,
    )
    ethnicity: str = coded(
        "Answer about Hispanic or Latino origin, asked apart.",
        Ethnicity,
        standard="OMB Statistical Policy Directive 15, 1997; US Core: us-core-ethnicity",
        kind=Kind.PROTECTED,
        nullable=True,
    )
    race_raw: str = field("Race and ethnicity as the source coded them.", kind=Kind.PROTECTED, standard=CONVENTION, nullable=True)


def person_role(description: str) -> Any:
    """The field that says what the person was to the event."""
    return coded(description, PersonRole, standard="NIBRS: roles of persons in an incident")
