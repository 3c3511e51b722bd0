"""One feed of a source: a vendor's table, file or resource, mapped column by column to a record type.

Belongs here: the shape of a feed's text and what can be said against it. Does not belong here: the source as a whole, any mapping of rows.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

import polars as pl
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from contracts.column_mapping import (
    PARSER_ALSO_FILLS,
    Code,
    Column,
    Parser,
    Race,
    SexAsked,
    SourceFormats,
    column_messages,
    mappable_fields,
    with_crosswalk,
)
from contracts.columns import Label
from contracts.records import RECORD_TYPES, RecordType
from contracts.records.registry import PERSON_ID_FIELD, SubjectFrom
from contracts.reviewed import Reviewed
from contracts.vocabularies.counts import is_aggregate_only
from contracts.vocabularies.fhir import FHIR_COLUMNS, FHIR_OPTIONAL_COLUMNS
from contracts.vocabularies.hmis import HMIS_COLUMNS
from contracts.vocabularies.prohibited import is_prohibited

__all__ = ["FILE_DATE", "Code", "Column", "Feed", "FeedFault", "Origin", "Parser", "Race", "SexAsked", "SourceFormats", "feed_faults",
           "mappable_fields", "raise_faults", "reader_faults"]  # fmt: skip

FeedFault = tuple[tuple[str, ...], str]
"""Where in the source's text, and what is wrong with it."""

FILE_DATE = re.compile(r"\{date:([^}]+)\}")
"""The part of a file name that says which night it is for, as a strftime format: ``events_{date:%Y%m%d}.csv``."""


RESOURCE_COLUMNS = {**FHIR_COLUMNS, **HMIS_COLUMNS}
"""Flat columns into which a standard's resource or file is read."""


class Watermark(Reviewed):
    """Reading only what changed since the last delivery that was accepted, and a little of what came before it.

    The overlap catches rows that were written late with an earlier time; rows it brings again are recognised by key and content.
    """

    column: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_$#]*$", description="Column that grows with every change of a row.")
    overlap_hours: int = Field(default=48, ge=0, le=24 * 366, description="How far back from the last value a time is read again.")
    overlap_steps: int = Field(default=1_000, ge=0, description="The same for a column of whole numbers.")


class FirstRows(Reviewed):
    """How many rows the first delivery of a feed may have: nothing is known yet that it could be compared with."""

    at_least: int = Field(default=0, ge=0)
    at_most: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> FirstRows:
        if self.at_most is not None and self.at_most < self.at_least:
            raise ValueError("at_most is less than at_least")
        return self


class Origin(Reviewed):
    """What a feed is read from; exactly one of the three, as the connector needs."""

    table: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$")
    file: str | None = Field(default=None, description="File name with one {date:…}.")
    resource: str | None = None
    member: str | None = Field(default=None, description="Member of a zip file, where it has several.")
    watermark: Watermark | None = Field(default=None, description="For a table that is read by what changed.")
    header_row: int = Field(default=1, ge=1, le=1_000, description="Line or row with the column names; what stands above is left out.")
    footer_rows: int = Field(default=0, ge=0, le=100, description="Rows of totals and the like at the end of the file.")
    footer_begins: tuple[str, ...] = Field(default=(), description="How each of these rows may begin, so that no record is taken for one.")
    sheet: str | None = Field(default=None, description="Sheet of a workbook.")
    layout: dict[str, tuple[int, int]] | None = Field(
        default=None, description="Fixed-width text: vendor column to its first and last place in the line, counted from 1."
    )

    @model_validator(mode="after")
    def _belongs_to_its_kind(self) -> Origin:
        if self.member is not None and not (self.file or "").lower().endswith(".zip"):
            raise ValueError("a member is that of a file whose name ends in .zip")
        if self.watermark is not None and self.table is None:
            raise ValueError("a watermark is that of a table")
        if bool(self.footer_rows) != any(text.strip() for text in self.footer_begins):
            raise ValueError("footer_rows and footer_begins belong together: say how the rows at the end begin, such as [Total]")
        return self

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
        if value is not None and value not in RESOURCE_COLUMNS:
            raise ValueError(f"[{value}] is not a resource this software reads; it reads {', '.join(RESOURCE_COLUMNS)}")
        return value

    @field_validator("layout")
    @classmethod
    def _ranges(cls, value: dict[str, tuple[int, int]] | None) -> dict[str, tuple[int, int]] | None:
        taken = 0
        for column, (first, last) in sorted((value or {}).items(), key=lambda item: item[1]):
            if first < 1 or last < first:
                raise ValueError(f"the places of [{column}] must be two numbers from 1, the first not after the last")
            if first <= taken:
                raise ValueError(f"the places of [{column}] overlap those of another column")
            taken = last
        return value

    @property
    def kind(self) -> str:
        """table, file or resource."""
        return "table" if self.table else "file" if self.file else "resource"

    @property
    def name(self) -> str:
        """The table, the file pattern with the member it is, or the resource."""
        if self.file and self.member:
            return f"{self.file}#{self.member}"
        return self.table or self.file or self.resource or ""


class OneOfColumns(Reviewed):
    """Columns of which a row must fill at least one; the first that is filled counts. A row without any is refused by the rule's name."""

    fills: str = Field(description="Canonical field of text that takes the value, or source_record_id for the record's own key.")
    columns: tuple[str, ...] = Field(min_length=2, description="Vendor columns, the surest first.")


class Feed(Reviewed):
    """One table, file or resource, and where each of its columns goes."""

    record_type: str
    origin: Origin = Field(alias="from")
    key: tuple[str, ...] = Field(min_length=1, description="Vendor columns that identify a record.")
    columns: dict[str, tuple[Column, ...]] = Field(description="Vendor column to canonical field.")
    unused: tuple[str, ...] = Field(default=(), description="Vendor columns that are read by nobody, said out loud.")
    one_of: dict[str, OneOfColumns] = Field(
        default_factory=dict, description="Name of a rule to the columns of which it asks for one: booking_number_or_event_id."
    )
    constants: dict[str, Code] = Field(default_factory=dict, description="Fields that have one value for the whole feed.")
    references: dict[str, str] = Field(default_factory=dict, description="Record type of another source to the name of that source.")
    race: Race | None = None
    sex: SexAsked | None = None
    only: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Vendor column to the texts of this feed's rows (*: any); other rows are set aside.",
    )
    aliases: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="Vendor column to other spellings of its header.")
    labels: tuple[Label, ...] = Field(default=(), description="Rules that rows of this feed carry besides those of their type.")
    min_rows: int = Field(default=0, ge=0, description="Fewest rows a delivery of this feed may have.")
    first_rows: FirstRows | None = Field(default=None, description="Rows its first delivery may have.")

    @field_validator("columns", mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        for column in value:
            if not isinstance(column, str):
                raise ValueError(f"the column [{column}] is not text; put it in quotes")
        return {column: [with_crosswalk(column, one) for one in _as_columns(said)] for column, said in value.items()}

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
        of_rules = (column for rule in self.one_of.values() for column in rule.columns)
        return tuple(dict.fromkeys((*self.key, *self.columns, *of_rules)))


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
    faults += _said_twice(here, feed, record_type)
    faults += _other_faults(here, feed)
    for vendor_column, columns in feed.columns.items():
        for column in columns:
            where = (*here, "columns", vendor_column)
            faults += [(where, message) for message in column_messages(column, record_type, formats)]
    for rule, said in feed.one_of.items():
        if said.fills != "source_record_id" and record_type.fields.get(said.fills) != pl.String:
            faults.append(((*here, "one_of", rule), f"[{record_type.name}] has no field of text [{said.fills}]"))
    faults += [((*here, "constants", field), message) for field, message in _constant_messages(feed, record_type)]
    faults += [(here, message) for message in _missing_messages(feed, record_type)]
    return faults


def _said_twice(here: tuple[str, ...], feed: Feed, record_type: RecordType) -> list[FeedFault]:
    faults: list[FeedFault] = []
    for column in feed.unused:
        if column in feed.used_columns:
            faults.append(((*here, "unused"), f"the column [{column}] is both used and unused"))
    filled = [*feed.targets, *feed.constants, *(rule.fills for rule in feed.one_of.values())]
    for columns in feed.columns.values():
        filled += [also for column in columns if column.parse for also in PARSER_ALSO_FILLS.get(column.parse, ())]
    for field in sorted({field for field in filled if filled.count(field) > 1 and not _adds_up(feed, field)}):
        faults.append((here, f"more than one column or constant fills the field [{field}]"))
    spelled: dict[str, str] = {}
    for column in feed.vendor_columns:
        other = spelled.setdefault(column.casefold(), column)
        if other != column:
            faults.append((here, f"the columns [{other}] and [{column}] differ by case only"))
    for column in feed.used_columns:
        if is_prohibited(column):
            faults.append((here, f"the column [{column}] holds what is dropped at intake; remove it"))
        elif record_type.is_about_people and is_aggregate_only(column):
            message = f"the column [{column}] says of one person what may only be counted; list it under unused, deliver aggregate_count"
            faults.append((here, message))
    if feed.origin.resource:
        known = RESOURCE_COLUMNS[feed.origin.resource]
        faults += [(here, f"[{column}] is not read from a {feed.origin.resource}") for column in feed.vendor_columns if column not in known]
        silent = [column for column in known if column not in feed.vendor_columns and column not in FHIR_OPTIONAL_COLUMNS]
        if silent:
            faults.append((here, f"nothing is said about the columns {', '.join(silent)}; map them or list them under unused"))
    return faults


def reader_faults(name: str, feed: Feed, kind: str) -> list[FeedFault]:
    """What one kind of connector needs to be told of a feed, or cannot use. ``kind``: the connector's."""
    here = ("feeds", name, "from")
    faults: list[FeedFault] = []
    if kind == "excel_drop" and not feed.origin.sheet:
        faults.append((here, "a workbook has several sheets; name the sheet"))
    if kind == "fixed_width_drop":
        placed = feed.origin.layout or {}
        lacking = [column for column in feed.used_columns if column not in placed]
        if lacking:
            faults.append((here, f"the layout gives no places for {', '.join(lacking)}"))
        silent = [column for column in placed if column not in feed.vendor_columns and not is_prohibited(column)]
        if silent:
            faults.append((here, f"nothing is said about {', '.join(silent)}; map them, list them under unused, or take them out"))
    if kind in {"fhir_ndjson", "hmis_csv"} and feed.origin.resource not in (FHIR_COLUMNS if kind == "fhir_ndjson" else HMIS_COLUMNS):
        faults.append((here, f"this connector does not read a [{feed.origin.resource}]"))
    return faults


def _adds_up(feed: Feed, field: str) -> bool:
    """Whether several columns may fill the field: a list of words to which each adds its own, as columns of check marks do."""
    return RECORD_TYPES[feed.record_type].is_list(field) and field not in feed.constants


def _other_faults(here: tuple[str, ...], feed: Feed) -> list[FeedFault]:
    faults: list[FeedFault] = []
    for column in feed.only:
        if column not in feed.vendor_columns:
            faults.append(((*here, "only"), f"the column [{column}] is not one of the feed's; list it under unused"))
    for column in feed.aliases:
        if column not in feed.vendor_columns:
            faults.append(((*here, "aliases"), f"the column [{column}] is not one of the feed's"))
    if feed.sex is not None and "sex" not in feed.targets:
        faults.append(((*here, "sex"), "no column is mapped to sex; remove this"))
    return faults


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
    filled = {*feed.targets, *feed.constants, *(rule.fills for rule in feed.one_of.values()), "source_record_id", "is_deleted"}
    messages = [f"nothing fills the required field [{field}]" for field in record_type.required_fields if field not in filled]
    if record_type.subject is SubjectFrom.PERSON_ID and not filled & {PERSON_ID_FIELD, "source_parent_id"}:
        messages.append("nothing says whom a row is about; map a column to source_person_id")
    if filled & {"race", "ethnicity"} and feed.race is None:
        messages.append("race or ethnicity is mapped; say under race: which category_system and method the source uses")
    if feed.race is not None and feed.race.method not in record_type.race_methods:
        allowed = ", ".join(sorted(method.value for method in record_type.race_methods))
        messages.append(f"race in a [{record_type.name}] is {allowed}, not {feed.race.method.value}")
    for reference in record_type.references:
        if reference.field in filled and reference.record_type not in feed.references:
            messages.append(
                f"[{reference.field}] names a record of another source; say which under references, as {reference.record_type}: SOURCE"
            )
    return messages
