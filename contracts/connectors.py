"""The connector: part of a source's text; where a system is found and how it is read.

Belongs here: one model a kind of system, and how a finished file is told from one still being written. Does not belong here: any reading
(resources.source_systems), what a column means (source_feeds). No secret stands in a text: addresses come from the environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.reviewed import Reviewed
from contracts.vocabularies.hmis import HmisVersion

MEGABYTE = 1024 * 1024
MANY_BYTES = 4096 * MEGABYTE
EXPANSION = 100
"""Largest ratio of unpacked to packed bytes; text that a vendor packs stays far below it."""


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


class Ready(Reviewed):
    """How a finished file is told from one that is still being written. Names of unfinished transfers are never looked at."""

    rule: Literal["name", "marker", "stable"] = Field(
        default="name",
        description="name: a file has its name when it is whole. marker: a file beside it says so. stable: it has stopped growing.",
    )
    marker: str = Field(default="{name}.done", description="Name of the marker; {name} stands for the name of the file.")
    pause_seconds: float = Field(default=10, gt=0, le=600, description="Between the two looks at a size, for the rule stable.")

    @model_validator(mode="after")
    def _marker_of_a_file(self) -> Ready:
        if "{name}" not in self.marker or "/" in self.marker:
            raise ValueError(f"the marker [{self.marker}] must hold {{name}}, and be a file name")
        return self


class DropFolder(Reviewed):
    """What all drop folders have in common. The address is a folder, or a URL that fsspec opens (sftp://, s3://, memory://)."""

    where: Where
    max_bytes: int = Field(default=MANY_BYTES, ge=1, description="Largest file that is opened, packed or unpacked.")
    ready: Ready = Ready()
    checksums: str | None = Field(
        default=None, description="Name of the file with sha256 sums, as sha256sum writes them; may hold {name} for one beside each file."
    )
    max_expansion: int = Field(default=EXPANSION, ge=1, le=EXPANSION, description="Largest ratio of unpacked to packed bytes.")
    ignored_members: tuple[str, ...] = Field(default=(), description="Members of a zip file that nobody reads, said out loud.")


class SqlAlchemyQuery(Reviewed):
    """A relational database, read through SQLAlchemy in one read-only transaction."""

    kind: Literal["sqlalchemy"]
    where: Where
    chunk_rows: int = Field(default=50_000, ge=1, le=1_000_000, description="Rows fetched at a time.")
    statement_timeout_seconds: int = Field(default=3_600, ge=1, description="After which the database gives one statement up.")
    attempts: int = Field(default=4, ge=1, le=20, description="Attempts at a connection that breaks, all of a night's.")
    backoff_seconds: float = Field(default=2, ge=0, le=600, description="Wait before the second attempt; doubled before each further one.")
    fast: bool = Field(default=True, description="Read PostgreSQL through ADBC where it is installed; the delivery is the same.")


class CsvDrop(DropFolder):
    """A folder into which files of delimited text are dropped."""

    kind: Literal["csv_drop"]
    encoding: Encoding = Encoding.UTF8
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', min_length=1, max_length=1)


class FhirNdjson(DropFolder):
    """A folder of FHIR R4 bulk exports: one folder a night, named YYYY-MM-DD, with its manifest."""

    kind: Literal["fhir_ndjson"]
    manifest: str | None = Field(
        default="manifest.json", description="Name of each folder's manifest; null: none is written, and a folder is taken as it lies."
    )
    screens: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Code of a screening form to the codes of its items, in the order of the form."
    )
    screen_answers: dict[str, int] = Field(default_factory=dict, description="Code of an answer to the number it counts.")


class ExcelDrop(DropFolder):
    """A folder into which Excel workbooks (.xlsx) are dropped; each feed names its sheet. Macros and links are never looked at."""

    kind: Literal["excel_drop"]
    max_bytes: int = Field(default=200 * MEGABYTE, ge=1, description="Largest workbook that is opened.")
    max_cells: int = Field(default=20_000_000, ge=1, description="Most cells of one sheet.")


class FixedWidthDrop(DropFolder):
    """A folder into which text files are dropped whose columns stand at fixed places; each feed gives the layout."""

    kind: Literal["fixed_width_drop"]
    encoding: Encoding = Encoding.UTF8


class HmisCsv(Reviewed):
    """A folder of whole HUD HMIS CSV exports: one folder a night, named YYYY-MM-DD, or one zip file a night."""

    kind: Literal["hmis_csv"]
    where: Where
    version: HmisVersion = Field(description="Year of the format; an export of another year is refused.")
    hash_status: Literal[1, 2, 3, 4] = Field(
        default=1, description="Export.HashStatus as agreed: 1 is not hashed. Of a hashed export no name and no number is kept."
    )
    file: str | None = Field(default=None, description="Name of a night's zip file with one {date:…}; without it, a folder a night.")
    max_bytes: int = Field(default=MANY_BYTES, ge=1, description="Largest file that is opened, packed or unpacked.")
    max_expansion: int = Field(default=EXPANSION, ge=1, le=EXPANSION, description="Largest ratio of unpacked to packed bytes.")


Connector = Annotated[SqlAlchemyQuery | CsvDrop | FhirNdjson | ExcelDrop | FixedWidthDrop | HmisCsv, Field(discriminator="kind")]
ORIGIN_OF_KIND = {
    "sqlalchemy": "table",
    "csv_drop": "file",
    "fhir_ndjson": "resource",
    "excel_drop": "file",
    "fixed_width_drop": "file",
    "hmis_csv": "resource",
}
"""What a feed's ``from`` names for each kind of connector."""
