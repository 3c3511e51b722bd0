"""One feed of a source: a vendor's table, file or resource, mapped column by column to a record type.

Belongs here: the shape of a feed's text and what can be said against it. Does not belong here: the source as a whole, any mapping of rows.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Any, NoReturn

import polars as pl
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from contracts.columns import Label
from contracts.records import RECORD_TYPES, RecordType
from contracts.records.registry import DERIVED_FIELDS, PERSON_ID_FIELD, SubjectFrom
from contracts.reviewed import Reviewed
from contracts.vocabularies.fhir import FHIR_COLUMNS
from contracts.vocabularies.prohibited import is_prohibited
from contracts.vocabularies.race import CategorySystem, RaceMethod

FeedFault = tuple[tuple[str, ...], str]
"""Where in the source's text, and what is wrong with it."""

FILE_DATE = re.compile(r"\{date:([^}]+)\}")
"""The part of a file name that says which night it is for, as a strftime format: ``events_{date:%Y%m%d}.csv``."""


class Parser(StrEnum):
    """How one vendor column fills more than its own field, or is cleaned on the way."""

    LAST_FIRST = "last_comma_first"  # "LAST, FIRST MIDDLE JR" into full_name and its parts
    OTHER_NAMES = "other_names_json"  # JSON list of names into other_names
    ICD10 = "icd10"  # adds the point that some systems leave out
    DAY_AFTER = "day_after"  # a last day into the first day after it: our periods are half-open


PARSER_TARGETS = {Parser.LAST_FIRST: "full_name", Parser.OTHER_NAMES: "other_names", Parser.ICD10: "icd10", Parser.DAY_AFTER: "valid_to"}
PARSER_ALSO_FILLS = {Parser.LAST_FIRST: ("last_name", "first_name", "middle_name", "name_suffix")}


class SourceFormats(Reviewed):
    """How the source writes dates and times, in strptime's letters. A format without a day gives a partial birth date."""

    timestamp: tuple[str, ...] = ()
    date: tuple[str, ...] = ()


class Origin(Reviewed):
    """What a feed is read from; exactly one of the three, as the connector needs."""

    table: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$")
    file: str | None = Field(default=None, description="File name with one {date:…}.")
    resource: str | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> Origin:
        if sum(value is not None for value in (self.table, self.file, self.resource)) != 1:
            raise ValueError("name exactly one of table, file, resource")
        return self

    @field_validator("file")
    @classmethod
    def _dated(cls, value: str | None) -> str | None:
        if value is not None and len(FILE_DATE.findall(value)) != 1:
            raise ValueError(f"[{value}] must hold one date, for example events_{{date:%Y%m%d}}.csv")
        if value is not None and "/" in value:
            raise ValueError(f"[{value}] must be a file name, not a path")
        return value

    @field_validator("resource")
    @classmethod
    def _known_resource(cls, value: str | None) -> str | None:
        if value is not None and value not in FHIR_COLUMNS:
            raise ValueError(f"[{value}] is not a resource this software reads; it reads {', '.join(FHIR_COLUMNS)}")
        return value

    @property
    def kind(self) -> str:
        """table, file or resource."""
        return "table" if self.table else "file" if self.file else "resource"

    @property
    def name(self) -> str:
        """The table, the file pattern or the resource."""
        return self.table or self.file or self.resource or ""


Code = str | bool | None


class Column(Reviewed):
    """One vendor column's way into one canonical field."""

    to: str = Field(description="Canonical field.")
    codes: dict[str, Code] | None = Field(default=None, description="Every raw code and what it means; null says: not known.")
    formats: tuple[str, ...] = Field(default=(), description="strptime formats, tried in order, instead of the source's.")
    parse: Parser | None = None
    separator: str | None = Field(default=None, min_length=1, max_length=3, description="Between the codes of a list.")
    placeholders: tuple[date, ...] = Field(default=(), description="Birth dates that stand for not known, besides 1900-01-01 and its like.")

    @field_validator("codes", mode="before")
    @classmethod
    def _quoted_codes(cls, value: Any) -> Any:
        if isinstance(value, dict):
            for code in value:
                if not isinstance(code, str):
                    raise ValueError(f"the code [{code}] is not text; put it in quotes")
        return value


class Race(Reviewed):
    """How the source asks for race, and who answers."""

    category_system: CategorySystem
    method: RaceMethod


class Feed(Reviewed):
    """One table, file or resource, and where each of its columns goes."""

    record_type: str
    origin: Origin = Field(alias="from")
    key: tuple[str, ...] = Field(min_length=1, description="Vendor columns that identify a record.")
    columns: dict[str, tuple[Column, ...]] = Field(description="Vendor column to canonical field.")
    unused: tuple[str, ...] = Field(default=(), description="Vendor columns that are read by nobody, said out loud.")
    constants: dict[str, Code] = Field(default_factory=dict, description="Fields that have one value for the whole feed.")
    references: dict[str, str] = Field(default_factory=dict, description="Record type of another source to the name of that source.")
    race: Race | None = None
    labels: tuple[Label, ...] = Field(default=(), description="Rules that rows of this feed carry besides those of their type.")
    min_rows: int = Field(default=0, ge=0, description="Fewest rows a delivery of this feed may have.")

    @field_validator("columns", mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        for column in value:
            if not isinstance(column, str):
                raise ValueError(f"the column [{column}] is not text; put it in quotes")
        return {column: _as_columns(said) for column, said in value.items()}

    @property
    def targets(self) -> tuple[str, ...]:
        """Canonical fields that vendor columns map to, in the order of the text."""
        return tuple(column.to for columns in self.columns.values() for column in columns)

    @property
    def vendor_columns(self) -> tuple[str, ...]:
        """Every vendor column that the text knows, used ones first."""
        return tuple(dict.fromkeys((*self.used_columns, *self.unused)))

    @property
    def used_columns(self) -> tuple[str, ...]:
        """Vendor columns that are read."""
        return tuple(dict.fromkeys((*self.key, *self.columns)))


def _as_columns(said: Any) -> Any:
    if isinstance(said, str):
        return [{"to": said}]
    return said if isinstance(said, list | tuple) else [said]


def raise_faults(title: str, faults: list[FeedFault]) -> NoReturn:
    """Report every fault at its place in the text, not at the first one's.

    Raises:
        ValidationError: with all of them.
    """
    raise ValidationError.from_exception_data(
        title,
        [
            InitErrorDetails(type=PydanticCustomError("reviewed", "{message}", {"message": message}), loc=place, input=None)
            for place, message in faults
        ],
    )


def feed_faults(name: str, feed: Feed, *, formats: SourceFormats, origin: str) -> list[FeedFault]:
    """Everything wrong with one feed's text.

    Args:
        name: the feed.
        feed: its text.
        formats: the source's date and time formats.
        origin: table, file or resource, as the source's connector reads.
    """
    here = ("feeds", name)
    record_type = RECORD_TYPES.get(feed.record_type)
    if record_type is None:
        return [((*here, "record_type"), f"[{feed.record_type}] is not a record type; there are {', '.join(RECORD_TYPES)}")]
    faults: list[FeedFault] = []
    if feed.origin.kind != origin:
        faults.append(((*here, "from"), f"this connector reads a {origin}, not a {feed.origin.kind}"))
    faults += _said_twice(here, feed)
    for vendor_column, columns in feed.columns.items():
        for column in columns:
            where = (*here, "columns", vendor_column)
            faults += [(where, message) for message in _column_messages(column, record_type, formats)]
    faults += [((*here, "constants", field), message) for field, message in _constant_messages(feed, record_type)]
    faults += [(here, message) for message in _missing_messages(feed, record_type)]
    return faults


def _said_twice(here: tuple[str, ...], feed: Feed) -> list[FeedFault]:
    faults: list[FeedFault] = []
    for column in feed.unused:
        if column in feed.columns or column in feed.key:
            faults.append(((*here, "unused"), f"the column [{column}] is both used and unused"))
    filled = [*feed.targets, *feed.constants]
    for columns in feed.columns.values():
        filled += [also for column in columns if column.parse for also in PARSER_ALSO_FILLS.get(column.parse, ())]
    for field in sorted({field for field in filled if filled.count(field) > 1}):
        faults.append((here, f"more than one column or constant fills the field [{field}]"))
    spelled: dict[str, str] = {}
    for column in feed.vendor_columns:
        other = spelled.setdefault(column.casefold(), column)
        if other != column:
            faults.append((here, f"the columns [{other}] and [{column}] differ by case only"))
    for column in feed.used_columns:
        if is_prohibited(column):
            faults.append((here, f"the column [{column}] holds what is dropped at intake; remove it"))
    if feed.origin.resource:
        known = FHIR_COLUMNS[feed.origin.resource]
        faults += [(here, f"[{column}] is not read from a {feed.origin.resource}") for column in feed.vendor_columns if column not in known]
        silent = [column for column in known if column not in feed.vendor_columns]
        if silent:
            faults.append((here, f"nothing is said about the columns {', '.join(silent)}; map them or list them under unused"))
    return faults


def _column_messages(column: Column, record_type: RecordType, formats: SourceFormats) -> list[str]:
    field = column.to
    if field in DERIVED_FIELDS or field == "source_record_id":
        return [f"the field [{field}] is derived; map what it is derived from, or name the column under key"]
    if field not in record_type.fields:
        return [f"[{record_type.name}] has no field [{field}]; it has {', '.join(mappable_fields(record_type))}"]
    dtype = record_type.fields[field]
    words = record_type.vocabularies.get(field)
    messages = []
    if column.parse and PARSER_TARGETS[column.parse] != field:
        messages.append(f"the parser {column.parse.value} fills [{PARSER_TARGETS[column.parse]}], not [{field}]")
    if field == "other_names" and column.parse is not Parser.OTHER_NAMES:
        messages.append("the field [other_names] needs parse: other_names_json")
    if (words or dtype == pl.Boolean) and column.codes is None:
        allowed = ", ".join(words) if words else "true, false"
        messages.append(f"the field [{field}] needs codes: every raw code and one of {allowed} (or null: not known)")
    for code, word in (column.codes or {}).items():
        messages += _word_messages(field, code, word, words, is_boolean=dtype == pl.Boolean)
    if dtype in (pl.Date, pl.Datetime("us")) and not (column.formats or _formats_of(dtype, formats)):
        messages.append(f"nothing says how the field [{field}] is written; add formats here or to the source")
    if column.separator and not record_type.is_list(field):
        messages.append(f"the field [{field}] is not a list; remove separator")
    if column.placeholders and field != "birth_date":
        messages.append("placeholders are for birth_date only")
    return messages


def _formats_of(dtype: pl.DataType, formats: SourceFormats) -> tuple[str, ...]:
    return formats.date if dtype == pl.Date else formats.timestamp


def _word_messages(field: str, code: str, word: Code, words: tuple[str, ...] | None, *, is_boolean: bool) -> list[str]:
    if word is None:
        return []
    if is_boolean:
        return [] if isinstance(word, bool) else [f"the code [{code}] of [{field}] must mean true, false or null"]
    if isinstance(word, bool):
        return [f"the code [{code}] of [{field}] means [{str(word).lower()}], which is not text; put it in quotes"]
    if words and word not in words:
        return [f"the code [{code}] means [{word}], which [{field}] does not know; it knows {', '.join(words)}"]
    return []


def _constant_messages(feed: Feed, record_type: RecordType) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for field, value in feed.constants.items():
        if field not in record_type.fields:
            found.append((field, f"[{record_type.name}] has no field [{field}]"))
        elif isinstance(value, bool) != (record_type.fields[field] == pl.Boolean):
            found.append((field, f"the field [{field}] cannot be [{str(value).lower()}]"))
        elif field in record_type.vocabularies and value not in record_type.vocabularies[field]:
            found.append((field, f"[{value}] is not a word of [{field}]; it knows {', '.join(record_type.vocabularies[field])}"))
    return found


def _missing_messages(feed: Feed, record_type: RecordType) -> list[str]:
    filled = {*feed.targets, *feed.constants, "source_record_id", "is_deleted"}
    messages = [f"nothing fills the required field [{field}]" for field in record_type.required_fields if field not in filled]
    if record_type.subject is SubjectFrom.PERSON_ID and not filled & {PERSON_ID_FIELD, "source_parent_id"}:
        messages.append("nothing says whom a row is about; map a column to source_person_id")
    if filled & {"race", "ethnicity"} and feed.race is None:
        messages.append("race or ethnicity is mapped; say under race: which category_system and method the source uses")
    for reference in record_type.references:
        if reference.field in filled and reference.record_type not in feed.references:
            messages.append(
                f"[{reference.field}] names a record of another source; say which under references, as {reference.record_type}: SOURCE"
            )
    return messages


def mappable_fields(record_type: RecordType) -> tuple[str, ...]:
    """Fields of a record type that a vendor column may map to."""
    return tuple(field for field in record_type.fields if field not in DERIVED_FIELDS and field != "source_record_id")
