"""sources/<name>.yaml: how one system's delivery becomes canonical records.

Belongs here: the shape of that file and the whole of what can be said against it without another file. Does not belong here: reading a
delivery (resources.source_systems), mapping a row (assets.checked).
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field, field_validator, model_validator

from contracts.columns import Label
from contracts.connectors import ORIGIN_OF_KIND, Connector, CsvDrop, Encoding, FhirNdjson, SqlAlchemyQuery, Where
from contracts.records import RECORD_TYPES, RecordType
from contracts.reviewed import Reviewed
from contracts.source_feeds import FILE_DATE, Feed, SourceFormats, feed_faults, reader_faults
from contracts.source_feeds import raise_faults as _raise
from contracts.source_quality import SourceQuality
from contracts.vocabularies.diagnosis import SmiVariant, SudVariant

__all__ = ["Action", "Connector", "CsvDrop", "DeliveryMode", "DiagnosisSets", "DriftRules", "Encoding", "Feed", "FhirNdjson", "Programme",
           "Source", "SqlAlchemyQuery", "Where"]  # fmt: skip


class DeliveryMode(StrEnum):
    """What a delivery says about records that it does not contain."""

    FULL_SNAPSHOT = "full_snapshot"  # they no longer exist
    INCREMENT = "increment"  # nothing
    TOMBSTONES = "tombstones"  # nothing; void records are delivered and say so


class Action(StrEnum):
    """What a change of a vendor's columns does."""

    WARN = "warn"  # it is reported; the delivery is read by what the text knows
    BLOCK = "block"  # the delivery is refused


class DriftRules(Reviewed):
    """What happens when a vendor's columns are no longer those of the text.

    A column that is missing can only be read as empty where no key, no required field and no person id comes from it.
    """

    new: Action | None = Field(default=None, description="A column nobody knows. Default: block for files, warn for databases.")
    missing: Action = Field(default=Action.BLOCK, description="A column of the text that is not there.")
    renamed: Action = Field(default=Action.BLOCK, description="A missing column and a new one that looks like it.")


class Programme(Reviewed):
    """A programme that gives care. One that is not listed counts as a Part 2 programme."""

    name: str
    part2: bool = Field(description="Whether its records fall under 42 CFR Part 2.")


class DiagnosisSets(Reviewed):
    """Which variant of each proxy set of diagnoses the county holds to (contracts/vocabularies/diagnosis_sets.csv)."""

    smi_dx_proxy: SmiVariant = SmiVariant.STANDARD
    sud_dx_proxy: SudVariant = SudVariant.STANDARD


class Source(Reviewed):
    """One system's delivery."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Name of the source, and of its file.")
    title: str = Field(min_length=1, description="What people call it.")
    system: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="System whose person ids it uses.")
    agency: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Agency that contributes it.")
    instruments: tuple[str, ...] = Field(min_length=1, description="Instruments under which it is received.")
    steward: str = Field(min_length=1, description="Who answers questions about it.")
    cadence: Literal["nightly", "weekly", "monthly", "yearly"] = Field(description="How often it is delivered.")
    delivery_mode: DeliveryMode
    delete_cap: float = Field(default=0.05, ge=0, le=1, description="Largest share of held records that may vanish in a night.")
    refusal_cap: float = Field(default=0.05, ge=0, le=1, description="Largest share of rows that may be refused.")
    tolerated_rows: int = Field(default=10, ge=0, description="Rows up to which neither cap applies, for small deliveries.")
    connector: Connector
    drift: DriftRules = DriftRules()
    rekeyed_on: tuple[date, ...] = Field(
        default=(), description="Nights on which the vendor gave known records new keys, and a person has looked at it."
    )
    formats: SourceFormats = SourceFormats()
    feeds: dict[str, Feed] = Field(min_length=1, description="One entry a table, file or resource.")
    labels: tuple[Label, ...] = Field(default=(), description="Rules that every row of the source carries besides those of its type.")
    quality: SourceQuality = Field(default=SourceQuality(), description="What is usual of it, where the software's own bands do not fit.")
    diagnosis_sets: DiagnosisSets = Field(default=DiagnosisSets(), description="What its diagnoses are taken to stand for.")
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
        faults += [fault for name, feed in self.feeds.items() for fault in reader_faults(name, feed, self.connector.kind)]
        faults += self._watermark_faults()
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
        faults: list[tuple[tuple[str, ...], str]] = []
        for name, feed in self.feeds.items():
            origin = feed.origin.name
            if origin in seen and self.feeds[seen[origin]].record_type == feed.record_type:
                faults.append((("feeds", name, "from"), f"[{origin}] is already read by the feed [{seen[origin]}]"))
            seen[origin] = name
        return faults

    def _watermark_faults(self) -> list[tuple[tuple[str, ...], str]]:
        if self.delivery_mode is not DeliveryMode.FULL_SNAPSHOT:
            return []
        message = "a full snapshot is read whole; say increment or tombstones, or remove the watermark"
        return [(("feeds", name, "from", "watermark"), message) for name, feed in self.feeds.items() if feed.origin.watermark]

    @property
    def part2_programmes(self) -> tuple[str, ...]:
        """Ids of the listed programmes whose records fall under 42 CFR Part 2, sorted."""
        return tuple(sorted(programme for programme, said in self.programmes.items() if said.part2))

    @property
    def other_programmes(self) -> tuple[str, ...]:
        """Ids of the listed programmes outside Part 2, sorted. Whatever is not among them counts as Part 2."""
        return tuple(sorted(programme for programme, said in self.programmes.items() if not said.part2))

    @property
    def has_diagnoses(self) -> bool:
        """Whether any feed delivers what proxy sets are applied to."""
        return any(feed.record_type in {"health_diagnosis", "ed_visit"} for feed in self.feeds.values())

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
    def mapping_sha256(self) -> str:
        """Hash of what decides how a row is read: formats, and each feed's columns, codes, constants, keys, labels and references.

        Where a system lies, caps and cadence are left out: they change no row.
        """
        feeds = {
            name: feed.model_dump(mode="json", exclude={"origin", "unused", "min_rows", "first_rows"}) for name, feed in self.feeds.items()
        }
        said = {
            "feeds": feeds,
            "diagnosis_sets": self.diagnosis_sets.model_dump(mode="json"),
            "formats": self.formats.model_dump(mode="json"),
            "labels": sorted(self.labels),
            "programmes": {name: programme.part2 for name, programme in self.programmes.items()},
            "system": self.system,
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    @property
    def new_columns(self) -> Action:
        """What a column that the text does not know does."""
        if self.drift.new is not None:
            return self.drift.new
        return Action.WARN if self.connector.kind == "sqlalchemy" else Action.BLOCK

    @property
    def is_dated(self) -> bool:
        """Whether its files carry their night in their name."""
        return self.connector.kind in {"fhir_ndjson", "hmis_csv"} or all(FILE_DATE.search(feed.origin.name) for feed in self.feeds.values())
