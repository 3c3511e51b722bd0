"""Columns that several record contracts share: the record itself, who it is about, how that person is identified.

Belongs here: mixins of Pandera models and the builders of fields with a vocabulary. Does not belong here: any one record type.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from contracts.columns import Kind, Label, field
from contracts.vocabularies.person import BirthDateQuality, PersonRole, Sex
from contracts.vocabularies.race import Ethnicity

Timestamp = Annotated[pl.Datetime, "us", None]
"""County-local wall time without a zone, to the microsecond."""
Texts = Annotated[pl.List, pl.String]
OTHER_NAME = pl.Struct({"first_name": pl.String, "middle_name": pl.String, "last_name": pl.String, "name_suffix": pl.String})
OtherNames = Annotated[pl.List, OTHER_NAME]


def identifier(description: str, **checks: Any) -> Any:
    """A field that names a person on its own."""
    return field(description, kind=Kind.IDENTIFIER, labels=(Label.DIRECT_ID,), **checks)


def quasi(description: str, **checks: Any) -> Any:
    """A field that helps to name a person in combination."""
    return field(description, kind=Kind.QUASI, labels=(Label.QUASI_ID,), **checks)


def coded(description: str, words: type[StrEnum], *, kind: Kind = Kind.PLAIN, labels: tuple[Label, ...] = (), **checks: Any) -> Any:
    """A field whose values are the words of a vocabulary."""
    return field(description, kind=kind, labels=labels, isin=[word.value for word in words], **checks)


def in_order(data: PolarsData, earlier: str, later: str) -> pl.LazyFrame:
    """Whether ``earlier`` is not after ``later``; a missing one is no fault."""
    return data.lazyframe.select(pl.col(earlier) <= pl.col(later))


def not_before_birth(data: PolarsData, event: str) -> pl.LazyFrame:
    """Whether ``event`` is not before the birth date; a missing one is no fault."""
    return data.lazyframe.select(pl.col("birth_date") <= pl.col(event).cast(pl.Date))


class Record(pa.DataFrameModel):
    """What every canonical row has."""

    source_record_id: str = identifier("The source's own key of the record; parts of a compound key are joined with |.")
    source_updated_at: Timestamp = field(
        "When the source last changed the record; decides which of two versions is the newer.", kind=Kind.PLAIN, nullable=True
    )
    is_deleted: bool = field("Whether the source says that the record is void.", kind=Kind.PLAIN)

    class Config:
        """No column that the contract does not name."""

        strict = True


class OfPerson(Record):
    """A record about a person whom the source files under an id of its own."""

    source_person_id: str = identifier("The source's own id of the person.", nullable=True)


class Identified(OfPerson):
    """A record that states a person's identity."""

    first_name: str = identifier("Given name.", nullable=True)
    middle_name: str = identifier("Middle name or initial.", nullable=True)
    last_name: str = identifier("Surname.", nullable=True)
    name_suffix: str = identifier("Generation suffix, such as JR.", nullable=True)
    full_name: str = identifier("Whole name, where the source does not split it.", nullable=True)
    birth_date: pl.Date = quasi("Birth date where it is fully known.", nullable=True)
    birth_date_quality: str = coded("Whether the birth date is full, partial, a placeholder or missing.", BirthDateQuality)
    birth_year: pl.Int32 = quasi("Birth year.", unit="year", nullable=True, ge=1900)
    birth_month: pl.Int32 = quasi("Birth month.", unit="month", nullable=True, ge=1, le=12)
    sex: str = coded(
        "Sex as the source states it; null where it does not know.", Sex, kind=Kind.QUASI, labels=(Label.QUASI_ID,), nullable=True
    )
    phone: str = identifier("Telephone number.", nullable=True)
    street_address: str = identifier("Street address.", nullable=True)
    city: str = quasi("City of the address.", nullable=True)
    state: str = quasi("State of the address.", nullable=True)
    zip: str = quasi("Five-digit ZIP code of the address.", nullable=True, str_matches=r"^\d{5}$")
    ssn4: str = identifier("Last four digits of the Social Security number.", nullable=True, str_matches=r"^\d{4}$")
    state_id: str = identifier("State identification number.", nullable=True)


class Raced(Identified):
    """A record that also states race or ethnicity. Measured, never linkage evidence."""

    race: Texts = field("What the source's race codes mean.", kind=Kind.PROTECTED, nullable=True)
    ethnicity: str = coded("Answer about Hispanic or Latino origin, asked apart.", Ethnicity, kind=Kind.PROTECTED, nullable=True)
    race_raw: str = field("Race and ethnicity as the source coded them.", kind=Kind.PROTECTED, nullable=True)


def person_role(description: str) -> Any:
    """The field that says what the person was to the event."""
    return coded(description, PersonRole)
