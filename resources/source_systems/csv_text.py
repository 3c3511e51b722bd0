"""Delimited text, examined byte by byte before anything trusts it, then read as text.

Belongs here: everything that can be said of one such file. Does not belong here: folders and nights (csv_drop), what a value means.

A reader that is told its columns ignores the header and shifts a birth date into an id when a vendor swaps two columns; so columns are
found by name, and a row with another number of fields is never read as if it had the right one.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO

import polars as pl

from contracts.sources import CsvDrop, Encoding
from contracts.vocabularies.prohibited import is_prohibited
from resources.source_systems.connector import Fault, Rule
from resources.source_systems.drift import SHAPE_ROWS, Drift, DriftPolicy, Shape, drift_of, normal, shape_of, veiled

__all__ = ["BLOCK", "CHUNK_ROWS", "POSITION", "RAGGED", "Examined", "FileFaultError", "Header", "examine", "normal", "pass_over_bytes",
           "read_chunks", "read_header", "records", "refuse_drift", "write_without_dropped"]  # fmt: skip

BLOCK = 1024 * 1024
CHUNK_ROWS = 200_000
CHUNK_LETTERS = 24_000_000
"""Letters after which a chunk ends before it has its rows; what a chunk costs depends on both."""
MANY_COLUMNS = 4_096
LONGEST_LINE = 8_000_000
"""A longer line is no row of anything, and reading it would take the memory that other files need."""
POSITION = "_position"
"""Column with a row's place in its file: 1 is the first row after the header."""
RAGGED = "_fields"
"""Column of rows that do not have one field per column: everything they held, in order."""


@dataclass(frozen=True)
class Bytes:
    """What a pass over the bytes showed."""

    sha256: str
    size: int
    ends_with_newline: bool


@dataclass(frozen=True)
class Header:
    """A header that was accepted: for each column in the file its name in the county's text, None where it is dropped at intake."""

    columns: tuple[str | None, ...]
    drift: tuple[Drift, ...] = ()
    strange: tuple[str, ...] = ()

    @property
    def kept(self) -> tuple[str, ...]:
        """Columns that are read, by the names of the county's text, in the order of the file."""
        return tuple(column for column in self.columns if column is not None)

    @property
    def dropped(self) -> int:
        """Number of columns dropped at intake."""
        return self.columns.count(None)


@dataclass(frozen=True)
class Examined:
    """A file without a fault."""

    sha256: str
    header: Header
    rows: int
    ragged: int
    shapes: Mapping[str, Shape] = field(default_factory=dict)


class FileFaultError(Exception):
    """The file as a whole cannot be used; ``fault`` says why, ``drift`` which columns changed where that is why."""

    def __init__(self, fault: Fault, drift: tuple[Drift, ...] = ()) -> None:
        self.fault = fault
        self.drift = drift
        super().__init__(str(fault))


def examine(path: Path, options: CsvDrop, *, expected: Sequence[str], min_rows: int, policy: DriftPolicy | None = None) -> Examined:
    """Look at a whole file and accept it.

    Args:
        path: the file.
        options: declared encoding, delimiter, quote and size limit.
        expected: every column that the county's text knows for it, used or not.
        min_rows: fewest data rows it may have.
        policy: what is done about columns that changed; None: every change blocks.

    Raises:
        FileFaultError: if it cannot be used as a whole. Rows with a wrong number of fields are counted, not refused, here.
    """
    seen = pass_over_bytes(path, encoding=options.encoding, max_bytes=options.max_bytes)
    rows = ragged = last_fields = 0
    header: Header | None = None
    first: list[list[str]] = []
    for fields in _records(path, options):
        if header is None:
            header = read_header(fields, expected, policy, sample=lambda: list(islice(_records(path, options), 1, SHAPE_ROWS)))
            continue
        rows += 1
        last_fields = len(fields)
        ragged += last_fields != len(header.columns)
        if rows <= SHAPE_ROWS and last_fields == len(header.columns):
            first.append(fields)
    if header is None:
        raise FileFaultError(Fault(Rule.EMPTY, "the file has no header"))
    if rows and not seen.ends_with_newline and last_fields < len(header.columns):
        raise FileFaultError(Fault(Rule.TRUNCATED, f"row {rows} ends the file with {last_fields} of {len(header.columns)} fields"))
    if rows < min_rows:
        raise FileFaultError(Fault(Rule.TOO_FEW_ROWS, f"{rows} rows where at least {min_rows} are expected"))
    shapes = (
        {column: shape_of([fields[place] for fields in first]) for place, column in enumerate(header.columns) if column} if first else {}
    )
    return Examined(seen.sha256, header, rows, ragged, shapes)


def pass_over_bytes(path: Path, *, encoding: Encoding, max_bytes: int) -> Bytes:
    """Hash a text file and verify its size, its declared encoding and that it holds no NUL byte.

    Raises:
        FileFaultError: at the first byte that is wrong.
    """
    size = path.stat().st_size
    if size > max_bytes:
        raise FileFaultError(Fault(Rule.TOO_LARGE, f"{size} bytes, more than the {max_bytes} that are allowed"))
    declared = codecs.getincrementaldecoder(encoding.value)("strict")
    as_utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")("strict") if encoding is not Encoding.UTF8 else None
    digest = hashlib.sha256()
    position = 0
    last = b""
    beyond_ascii = False
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            if position == 0:
                _refuse_other_byte_order_mark(block, encoding)
            digest.update(block)
            if (nul := block.find(0)) >= 0:
                raise FileFaultError(Fault(Rule.NUL_BYTE, f"byte {position + nul} is NUL"))
            _decode(declared, block, position, encoding)
            beyond_ascii = beyond_ascii or not block.isascii()
            if as_utf8 is not None:
                as_utf8 = _still_utf8(as_utf8, block)
            last = block[-1:]
            position += len(block)
    _decode(declared, b"", position, encoding, final=True)
    if position == 0:
        raise FileFaultError(Fault(Rule.EMPTY, "the file has no bytes"))
    if beyond_ascii and as_utf8 is not None and not as_utf8.getstate()[0]:
        # Text in one of the eight-bit encodings hardly ever reads as UTF-8 by chance.
        raise FileFaultError(Fault(Rule.WRONG_ENCODING, f"declared {encoding.value}, but every byte reads as utf-8"))
    return Bytes(digest.hexdigest(), position, last in {b"\n", b"\r"})


def _refuse_other_byte_order_mark(block: bytes, encoding: Encoding) -> None:
    marks = {"utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), "utf-8": (codecs.BOM_UTF8,)}
    for found, starts in marks.items():
        if block.startswith(starts) and found != encoding.value:
            raise FileFaultError(Fault(Rule.WRONG_ENCODING, f"declared {encoding.value}, but the byte order mark is that of {found}"))


def _decode(decoder: codecs.IncrementalDecoder, block: bytes, position: int, encoding: Encoding, *, final: bool = False) -> None:
    waiting = len(decoder.getstate()[0])  # bytes of a letter that began in the block before
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError as error:
        place = position - waiting + error.start
    else:
        return
    raise FileFaultError(Fault(Rule.WRONG_ENCODING, f"declared {encoding.value}, but the bytes from {place} on do not fit"))


def _still_utf8(decoder: codecs.IncrementalDecoder, block: bytes) -> codecs.IncrementalDecoder | None:
    try:
        decoder.decode(block)
    except UnicodeDecodeError:
        return None
    return decoder


def _records(path: Path, options: CsvDrop) -> Iterator[list[str]]:
    """Every record of the file that is not an empty line, header first."""
    encoding = "utf-8-sig" if options.encoding is Encoding.UTF8 else options.encoding.value
    record = -1
    csv.field_size_limit(LONGEST_LINE)  # the module's own limit is that of everybody in the process
    with path.open(encoding=encoding, newline="") as stream:
        reader = csv.reader(_lines(stream), delimiter=options.delimiter, quotechar=options.quote, strict=True)
        try:
            for fields in reader:
                if fields:
                    record += 1
                    yield fields
        except csv.Error:
            failed_after = record
        else:
            return
    raise FileFaultError(Fault(Rule.MALFORMED_QUOTES, f"the text after row {max(0, failed_after)} cannot be split into fields"))


def records(path: Path, options: CsvDrop) -> Iterator[list[str]]:
    """Every record of the file that is not an empty line, header first.

    Raises:
        FileFaultError: where the text cannot be split into fields.
    """
    return _records(path, options)


def _lines(stream: IO[str]) -> Iterator[str]:
    """Lines of a text, none of them endless."""
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
            raise FileFaultError(Fault(Rule.LINE_TOO_LONG, f"line {number} has more than {LONGEST_LINE} letters"))
        yield line


def read_header(
    fields: Sequence[str],
    expected: Sequence[str],
    policy: DriftPolicy | None = None,
    *,
    sample: Callable[[], list[list[str]]] | None = None,
) -> Header:
    """Match a header with the columns the county's text knows, by name, in any order.

    Args:
        fields: names in the file.
        expected: names in the text.
        policy: what is done about columns that changed; None: every change blocks.
        sample: gives the first rows, where a renamed column has to be told from a new one.

    Raises:
        FileFaultError: if a name is repeated or unreadable, or columns changed in a way that blocks.
    """
    policy = policy or DriftPolicy(feed="")
    if len(fields) > MANY_COLUMNS:
        raise FileFaultError(Fault(Rule.MALFORMED_HEADER, f"{len(fields)} columns, more than the {MANY_COLUMNS} any table has"))
    if not any(name.strip() for name in fields):
        raise FileFaultError(Fault(Rule.EMPTY, "the header names no column"))
    for place, name in enumerate(fields, start=1):
        # Cc control, Cf format (bidirectional overrides among them), Cs surrogates, Co private use
        if any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co"} for letter in name.strip()):
            raise FileFaultError(Fault(Rule.MALFORMED_HEADER, f"column {place} has an invisible character in its name"))
    ours = {normal(name): name for name in expected}
    seen: dict[str, int] = {}
    for place, name in enumerate(fields, start=1):
        if normal(name) in seen:
            raise FileFaultError(Fault(Rule.DUPLICATE_HEADER, f"columns {seen[normal(name)]} and {place} have the same name"))
        seen[normal(name)] = place
    strange = {place: fields[place - 1] for name, place in seen.items() if name not in ours and not is_prohibited(fields[place - 1])}
    missing = [name for key, name in ours.items() if key not in seen and not is_prohibited(name)]
    shapes: dict[int, Shape] = {}
    if missing and strange and sample and policy.before.shapes:
        rows = [row for row in sample() if len(row) == len(fields)]
        shapes = {place: shape_of([row[place - 1] for row in rows]) for place in strange} if rows else {}
    drift = drift_of(policy, missing=missing, strange=strange, shapes=shapes)
    refuse_drift(drift)
    columns = tuple(None if is_prohibited(name) else ours.get(normal(name)) for name in fields)
    return Header(columns, drift, tuple(sorted(veiled(normal(name)) for name in strange.values())))


def refuse_drift(drift: Sequence[Drift]) -> None:
    """Refuse a delivery whose columns changed in a way that blocks.

    Raises:
        FileFaultError: with what changed.
    """
    blocking = [change for change in drift if change.action == "block"]
    absent = [change.column for change in blocking if change.column]
    if absent:
        renamed = [f"column {change.position} resembles [{change.column}]" for change in blocking if change.kind == "renamed"]
        also = f"; {', '.join(renamed)}" if renamed else ""
        detail = f"no column {', '.join(f'[{name}]' for name in absent)}{also}"
        raise FileFaultError(Fault(Rule.MISSING_COLUMN, detail), tuple(drift))
    if blocking:
        first = blocking[0]
        where = f"column {first.position} (name hash {first.column_hash}) is not in the county's text"
        raise FileFaultError(Fault(Rule.UNKNOWN_COLUMN, f"{where}; map it or list it under unused"), tuple(drift))


def write_without_dropped(path: Path, target: Path, options: CsvDrop, header: Header) -> None:
    """Copy a file without the columns that are dropped at intake.

    In a row with another number of fields nobody knows which field is which: it is copied empty, and still has a wrong number.
    """
    keep = [index for index, column in enumerate(header.columns) if column is not None]
    encoding = options.encoding.value
    with target.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=options.delimiter, quotechar=options.quote, lineterminator="\n")
        for fields in _records(path, options):
            writer.writerow([fields[index] for index in keep] if len(fields) == len(header.columns) else [""] * (len(keep) + 1))


def read_chunks(path: Path, options: CsvDrop, *, columns: Sequence[str], chunk_rows: int = CHUNK_ROWS) -> Iterator[pl.DataFrame]:
    """Rows of an examined file as text, ``columns`` in the order of the file.

    Yields frames with ``columns``, ``_position`` and ``_fields``: null for a sound row; for a ragged one the list of whatever it held,
    every named column then being null.
    """
    records = _records(path, options)
    next(records, None)
    width = len(columns)
    sound: list[list[str]] = []
    places: list[int] = []
    ragged: list[tuple[int, list[str]]] = []
    letters = 0
    for position, fields in enumerate(records, start=1):
        if len(fields) == width:
            sound.append(fields)
            places.append(position)
        else:
            ragged.append((position, fields))
        letters += sum(map(len, fields))
        if len(sound) + len(ragged) >= chunk_rows or letters >= CHUNK_LETTERS:
            yield _frame(columns, sound, places, ragged)
            sound, places, ragged, letters = [], [], [], 0
    if sound or ragged:
        yield _frame(columns, sound, places, ragged)


def _frame(columns: Sequence[str], sound: list[list[str]], places: list[int], ragged: list[tuple[int, list[str]]]) -> pl.DataFrame:
    by_column = list(zip(*sound, strict=True)) if sound else [()] * len(columns)
    frame = pl.DataFrame(
        [pl.Series(name, values, dtype=pl.String) for name, values in zip(columns, by_column, strict=True)],
    ).with_columns(pl.Series(POSITION, places, dtype=pl.Int64), pl.lit(None, dtype=pl.List(pl.String)).alias(RAGGED))
    if not ragged:
        return frame
    odd = pl.DataFrame(
        {POSITION: [place for place, _ in ragged], RAGGED: [fields for _, fields in ragged]},
        schema={POSITION: pl.Int64, RAGGED: pl.List(pl.String)},
    )
    return pl.concat([frame, odd], how="diagonal").sort(POSITION)
