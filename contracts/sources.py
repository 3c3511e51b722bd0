"""sources/<name>.yaml: how one system's delivery becomes canonical records.

Belongs here: the shape of that file and the whole of what can be said against it without another file. Does not belong here: reading a
delivery (resources.source_systems), mapping a row (assets.checked).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from contracts.columns import Label
from contracts.records import RECORD_TYPES, RecordType
from contracts.reviewed import Reviewed
from contracts.source_feeds import FILE_DATE, Feed, SourceFormats, feed_faults
from contracts.source_feeds import raise_faults as _raise

__all__ = ["Connector", "CsvDrop", "DeliveryMode", "Encoding", "Feed", "FhirNdjson", "Programme", "Source", "SqlAlchemyQuery", "Where"]

MEGABYTE = 1024 * 1024
MANY_BYTES = 4096 * MEGABYTE


class DeliveryMode(StrEnum):
    """What a delivery says about records that it does not contain."""

    FULL_SNAPSHOT = "full_snapshot"  # they no longer exist
    INCREMENT = "increment"  # nothing
    TOMBSTONES = "tombstones"  # nothing; void records are delivered and say so


class Encoding(StrEnum):
    """Encodings a file may be declared in. Nothing is guessed: what is declared is verified."""

    UTF8 = "utf-8"  # a byte order mark is allowed
    WINDOWS_1252 = "windows-1252"
    LATIN_1 = "iso-8859-1"


class Where(Reviewed):
    """Where a system is found: an environment variable, with a default in which {home} stands for THROUGHCARE_HOME."""

    env: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$", description="Environment variable with the URL or folder.")
    default: str | None = Field(default=None, description="Used when the variable is not set.")

    def resolve(self, environment: Mapping[str, str], home: Path) -> str | None:
        """The URL or folder, or None when neither the variable nor a default says it."""
        value = environment.get(self.env) or self.default
        return value.replace("{home}", str(home)) if value else None


class SqlAlchemyQuery(Reviewed):
    """A relational database, read through SQLAlchemy in one read-only transaction."""

    kind: Literal["sqlalchemy"]
    where: Where
    chunk_rows: int = Field(default=50_000, ge=1, le=1_000_000, description="Rows fetched at a time.")


class CsvDrop(Reviewed):
    """A folder into which files of delimited text are dropped."""

    kind: Literal["csv_drop"]
    where: Where
    encoding: Encoding = Encoding.UTF8
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', min_length=1, max_length=1)
    max_bytes: int = Field(default=MANY_BYTES, ge=1, description="Largest file that is opened.")


class FhirNdjson(Reviewed):
    """A folder of FHIR R4 bulk exports: one folder a night, named YYYY-MM-DD, with its manifest."""

    kind: Literal["fhir_ndjson"]
    where: Where
    max_bytes: int = Field(default=MANY_BYTES, ge=1, description="Largest file that is opened.")
    manifest: str = Field(default="manifest.json", description="Name of the manifest in each night's folder.")


Connector = Annotated[SqlAlchemyQuery | CsvDrop | FhirNdjson, Field(discriminator="kind")]
ORIGIN_OF_KIND = {"sqlalchemy": "table", "csv_drop": "file", "fhir_ndjson": "resource"}


class Programme(Reviewed):
    """A programme that gives care. One that is not listed counts as a Part 2 programme."""

    name: str
    part2: bool = Field(description="Whether its records fall under 42 CFR Part 2.")


class Source(Reviewed):
    """One system's delivery."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Name of the source, and of its file.")
    title: str = Field(min_length=1, description="What people call it.")
    system: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="System whose person ids it uses.")
    agency: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Agency that contributes it.")
    instruments: tuple[str, ...] = Field(min_length=1, description="Instruments under which it is received.")
    steward: str = Field(min_length=1, description="Who answers questions about it.")
    cadence: Literal["nightly", "weekly", "monthly"] = Field(description="How often it is delivered.")
    delivery_mode: DeliveryMode
    delete_cap: float = Field(default=0.05, ge=0, le=1, description="Largest share of held records that may vanish in a night.")
    refusal_cap: float = Field(default=0.05, ge=0, le=1, description="Largest share of rows that may be refused.")
    tolerated_rows: int = Field(default=10, ge=0, description="Rows up to which neither cap applies, for small deliveries.")
    connector: Connector
    formats: SourceFormats = SourceFormats()
    feeds: dict[str, Feed] = Field(min_length=1, description="One entry a table, file or resource.")
    labels: tuple[Label, ...] = Field(default=(), description="Rules that every row of the source carries besides those of its type.")
    programmes: dict[str, Programme] = Field(default_factory=dict, description="Programmes of a health source, by id.")

    @field_validator("instruments")
    @classmethod
    def _instruments_said_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) < len(value):
            raise ValueError("an instrument is named twice")
        return value

    @model_validator(mode="after")
    def _feeds_hold_together(self) -> Source:
        wanted = ORIGIN_OF_KIND[self.connector.kind]
        tombstones = any("is_deleted" in feed.targets for feed in self.feeds.values())
        faults = [fault for name, feed in self.feeds.items() for fault in feed_faults(name, feed, formats=self.formats, origin=wanted)]
        if self.delivery_mode is DeliveryMode.TOMBSTONES and not tombstones:
            faults.append((("delivery_mode",), "no feed maps a column to is_deleted; say increment, or map the column that voids a record"))
        if self.delivery_mode is DeliveryMode.FULL_SNAPSHOT and tombstones:
            faults.append((("delivery_mode",), "a full snapshot deletes by absence; remove the column mapped to is_deleted"))
        faults += [fault for name in self.feeds for fault in self._parent_faults(name)]
        faults += self._origin_faults()
        if faults:
            _raise("Source", faults)
        return self

    def _parent_faults(self, name: str) -> list[tuple[tuple[str, ...], str]]:
        record_type = RECORD_TYPES.get(self.feeds[name].record_type)
        if record_type is None or record_type.parent is None:
            return []
        delivered = {feed.record_type for feed in self.feeds.values()}
        parent = record_type.parent.record_type
        if parent in delivered or not record_type.parent.required:
            return []
        return [(("feeds", name, "record_type"), f"[{record_type.name}] belongs to [{parent}], which no feed of this source delivers")]

    def _origin_faults(self) -> list[tuple[tuple[str, ...], str]]:
        seen: dict[str, str] = {}
        becomes: dict[str, str] = {}
        faults: list[tuple[tuple[str, ...], str]] = []
        for name, feed in self.feeds.items():
            other = becomes.setdefault(feed.record_type, name)
            if other != name:
                # What is absent from a delivery could not be told otherwise.
                message = f"[{feed.record_type}] is already delivered by the feed [{other}]; deliver both as one, or write a second source"
                faults.append((("feeds", name, "record_type"), message))
            origin = feed.origin.name
            if origin in seen:
                faults.append((("feeds", name, "from"), f"[{origin}] is already read by the feed [{seen[origin]}]"))
            seen[origin] = name
        return faults

    @property
    def part2_programmes(self) -> tuple[str, ...]:
        """Ids of the listed programmes whose records fall under 42 CFR Part 2, sorted."""
        return tuple(sorted(programme for programme, said in self.programmes.items() if said.part2))

    @property
    def other_programmes(self) -> tuple[str, ...]:
        """Ids of the listed programmes outside Part 2, sorted. Whatever is not among them counts as Part 2."""
        return tuple(sorted(programme for programme, said in self.programmes.items() if not said.part2))

    @property
    def feeds_in_order(self) -> tuple[tuple[str, Feed], ...]:
        """Feeds by name, parents before their children."""
        order = list(RECORD_TYPES)
        return tuple(sorted(self.feeds.items(), key=lambda item: (order.index(item[1].record_type), item[0])))

    @property
    def record_types(self) -> tuple[RecordType, ...]:
        """Record types it delivers, parents before their children."""
        delivered = {feed.record_type for feed in self.feeds.values()}
        return tuple(record_type for name, record_type in RECORD_TYPES.items() if name in delivered)

    @property
    def sha256(self) -> str:
        """Hash of what the file says, comments and order of keys apart."""
        return hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()

    @property
    def is_dated(self) -> bool:
        """Whether its files carry their night in their name."""
        return self.connector.kind == "fhir_ndjson" or all(FILE_DATE.search(feed.origin.name) for feed in self.feeds.values())
