"""What every connector does and what it hands over.

Belongs here: the interface, the parts of a delivery, the faults a file can have, the hash of a delivery. Does not belong here: any one
kind of system, and what becomes of a delivery (assets.acquired).
A fault names feed, part, rule and position. It never carries a value: file and column names that the county's text does not know are
values too, and are given by position and hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from contracts.sources import Source
from resources.source_systems.drift import Before, Drift, Shape, veiled

__all__ = ["Collected", "Connector", "Fault", "FaultyPart", "Known", "Part", "Rule", "delivery_sha256", "file_sha256", "veiled"]


class Rule(StrEnum):
    """What can be wrong with a system or a file as a whole."""

    UNREACHABLE = "unreachable"
    TABLE_MISSING = "table_missing"
    TOO_LARGE = "too_large"
    EMPTY = "empty"
    WRONG_ENCODING = "wrong_encoding"
    NUL_BYTE = "nul_byte"
    MALFORMED_HEADER = "malformed_header"
    DUPLICATE_HEADER = "duplicate_header"
    MISSING_COLUMN = "missing_column"
    UNKNOWN_COLUMN = "unknown_column"
    TRUNCATED = "truncated"
    MALFORMED_QUOTES = "malformed_quotes"
    TOO_FEW_ROWS = "too_few_rows"
    COUNT_MISMATCH = "count_mismatch"
    MALFORMED_MANIFEST = "malformed_manifest"
    LINE_TOO_LONG = "line_too_long"
    CHECKSUM_MISMATCH = "checksum_mismatch"
    MALFORMED_ARCHIVE = "malformed_archive"
    EXPANDS_TOO_MUCH = "expands_too_much"
    WATERMARK_UNSORTED = "watermark_unsorted"
    FIRST_ROWS = "first_rows"
    HMIS_EXPORT = "hmis_export"
    MISSING_MEMBER = "missing_member"
    MALFORMED_WORKBOOK = "malformed_workbook"
    MALFORMED_FOOTER = "malformed_footer"


@dataclass(frozen=True, order=True)
class Fault:
    """One fault of a file: which rule, and where, in words without values."""

    rule: Rule
    detail: str

    def __str__(self) -> str:
        return f"{self.rule.value}: {self.detail}"


@dataclass(frozen=True, order=True)
class FaultyPart:
    """A file that was refused, addressed by its hash so that it is not looked at again under the same text."""

    feed: str
    name: str
    sha256: str
    fault: Fault
    drift: tuple[Drift, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"feed [{self.feed}], file [{self.name}]: {self.fault}"


@dataclass(frozen=True, order=True)
class Part:
    """One file of a delivery, or one table's rows.

    Attributes:
        feed: the feed it belongs to.
        name: file or table name as the county's text names it.
        path: where its payload lies below the delivery's folder.
        sha256: hash of what was delivered (content for a table, bytes for a file).
        landed_sha256: hash of the payload as it lies there.
        rows: data rows.
        columns: its columns, by the names of the county's text, in the order of the payload.
        dropped: number of columns or elements that were dropped at intake because of what they hold.
        night: night in its name, where it has one.
        strange: hashes of columns it had that the text does not know; they were not read.
        shapes: shapes of its columns, to recognise one that is renamed.
        mark: where its watermark stands, for the next night; None where it has none.
        stamp: size and time of change of a file that was fetched from elsewhere, so that it is not fetched again.
    """

    feed: str
    name: str
    path: str
    sha256: str
    landed_sha256: str
    rows: int
    columns: tuple[str, ...]
    dropped: int = 0
    night: date | None = None
    strange: tuple[str, ...] = ()
    shapes: Mapping[str, Shape] = field(default_factory=dict, compare=False)
    mark: str | None = None
    stamp: str = ""


@dataclass(frozen=True)
class Collected:
    """What one look at a system brought.

    Attributes:
        parts: what can be landed; its payload lies in the folder given to ``collect``.
        sha256: address of the delivery; None when there is nothing to land.
        refused: files that may not be used.
        faults: faults that concern the delivery as a whole.
        waiting: why files that are there were left for a later night (their night is not complete yet).
        seen_before: whether what lies there for the night was already taken in.
        refused_before: whether a file that is still missing a better one was refused on an earlier night.
        incomplete_from: first night of whose delivery something is still missing, as far as names can tell; None: nothing is.
        ignored: what lies there that no feed reads, counted.
        drift: what changed in the columns of what can be landed, or kept it from being so.
    """

    parts: tuple[Part, ...] = ()
    sha256: str | None = None
    refused: tuple[FaultyPart, ...] = ()
    faults: tuple[Fault, ...] = ()
    waiting: tuple[str, ...] = ()
    seen_before: bool = False
    refused_before: bool = False
    incomplete_from: date | None = None
    drift: tuple[Drift, ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """Files of earlier nights, by sha256: those taken in, and those refused under the same text of the source.

    ``newest``: the newest night in the name of a file that was taken in; a snapshot of an earlier one has nothing to say any more.
    ``before``: by feed, the columns of the delivery that was accepted last. ``marks``: by feed, where the watermark stands.
    ``stamps``: (name, stamp) of files fetched from elsewhere to the sha256 they had.
    """

    taken: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    newest: date | None = None
    before: Mapping[str, Before] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    stamps: Mapping[tuple[str, str], str] = field(default_factory=dict)


class Connector(Protocol):
    """Fetches one source's delivery for one night."""

    def collect(self, source: Source, *, place: str, night: date, into: Path, known: Known) -> Collected:
        """Fetch what belongs to the night, read-only, and write its payload below ``into``.

        Args:
            source: the source's text.
            place: URL or folder.
            night: files of later nights are left alone.
            into: an empty folder of the caller's.
            known: files that need not be looked at again.

        Never raises for what it finds; whatever is wrong is in the answer.
        """
        ...


def file_sha256(path: Path) -> str:
    """sha256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def delivery_sha256(parts: Iterable[tuple[str, str]]) -> str:
    """Address of a delivery from (feed, sha256) of its parts; the order in which they were found does not matter."""
    digest = hashlib.sha256()
    for feed, sha256 in sorted(parts):
        digest.update(f"{feed}\x1f{sha256}\n".encode())
    return digest.hexdigest()
