"""A vendor's sample as a table of text, with what its bytes say about encoding and delimiter.

Belongs here: opening one file whose form nobody has declared yet. Does not belong here: what a column holds (profile), and reading
deliveries (resources.source_systems), where nothing is guessed.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.connectors import Encoding, ExcelDrop
from contracts.source_feeds import Origin
from contracts.vocabularies.prohibited import is_prohibited
from resources.source_systems.csv_text import FileFaultError
from resources.source_systems.excel import MARK, read_sheet

DELIMITERS = (",", ";", "|", "\t")
LOOKED_AT = 200
"""Records by which a delimiter is judged."""
MOST_ROWS = 200_000
MOST_BYTES = 1024 * 1024 * 1024
_WORKBOOKS = frozenset({".xlsx", ".xlsm"})


class UnreadableSample(Exception):
    """The sample cannot be profiled; the message says why without a value."""


@dataclass(frozen=True)
class Sample:
    """One sample file.

    Attributes:
        path: the file.
        encoding: what its bytes fit; None for a workbook.
        sheet: of a workbook, the sheet that was read.
        plain: whether it holds nothing but ASCII, so that it fits any encoding.
        delimiter: None for a workbook.
        frame: its rows as text, prohibited columns left out, a blank as null.
        ragged: rows with another number of fields than the header; they are not in the frame.
        dropped: number of columns that are dropped at intake because of what their name says.
        whole: whether every row was looked at.
    """

    path: Path
    encoding: Encoding | None
    delimiter: str | None
    frame: pl.DataFrame
    ragged: int = 0
    dropped: int = 0
    whole: bool = True
    plain: bool = False
    sheet: str | None = None


def read_sample(path: Path, *, most_rows: int = MOST_ROWS) -> Sample:
    """Open a sample of delimited text or a workbook's first sheet.

    Args:
        path: the file.
        most_rows: rows to look at.

    Raises:
        UnreadableSample: if it is not such a file, or its header cannot be used.
    """
    if not path.is_file():
        raise UnreadableSample(f"{path} is not a file")
    if path.stat().st_size > MOST_BYTES:
        raise UnreadableSample(f"{path.name} has more than {MOST_BYTES // 1024**3} GB; a sample of some ten thousand rows is enough")
    if path.suffix.lower() in _WORKBOOKS:
        return _workbook(path, most_rows)
    encoding, text = _decoded(path)
    delimiter = _delimiter(text, path)
    return _table(path, encoding, delimiter, text, most_rows)


def _decoded(path: Path) -> tuple[Encoding, str]:
    content = path.read_bytes()
    if not content.strip():
        raise UnreadableSample(f"{path.name} is empty")
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise UnreadableSample(f"{path.name} is UTF-16; ask the vendor for UTF-8, or save it as UTF-8 first")
    if 0 in content:
        raise UnreadableSample(f"{path.name} holds NUL bytes: it is not delimited text (a compressed file or a database?)")
    for encoding, name in ((Encoding.UTF8, "utf-8-sig"), (Encoding.WINDOWS_1252, "windows-1252"), (Encoding.LATIN_1, "iso-8859-1")):
        try:
            return encoding, content.decode(name)
        except UnicodeDecodeError:
            continue
    raise UnreadableSample(f"{path.name} is in no encoding that this software reads")


def _records(text: str, delimiter: str, most: int) -> list[list[str]]:
    found = []
    for fields in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        if fields:
            found.append(fields)
        if len(found) > most:
            break
    return found


def _delimiter(text: str, path: Path) -> str:
    """The delimiter with which most records have the header's number of fields; more fields break a tie."""
    csv.field_size_limit(16 * 1024 * 1024)
    best: tuple[float, int, str] | None = None
    for delimiter in DELIMITERS:
        try:
            records = _records(text, delimiter, LOOKED_AT)
        except csv.Error:
            continue
        width = len(records[0])
        if width < 2:
            continue
        share = sum(len(fields) == width for fields in records) / len(records)
        if best is None or (share, width) > best[:2]:
            best = (share, width, delimiter)
    if best is None:
        # One column is a table too.
        return ","
    if best[0] < 0.5:
        raise UnreadableSample(f"{path.name}: no delimiter among comma, semicolon, bar and tab gives most rows the header's fields")
    return best[2]


def _table(path: Path, encoding: Encoding, delimiter: str, text: str, most_rows: int) -> Sample:
    try:
        records = _records(text, delimiter, most_rows + 1)
    except csv.Error:
        raise UnreadableSample(f"{path.name}: a quoted field never ends") from None
    header, body = [field.strip() for field in records[0]], records[1:]
    _usable(header, path)
    sound = [fields for fields in body[:most_rows] if len(fields) == len(header)]
    columns = list(zip(*sound, strict=True)) if sound else [()] * len(header)
    if any(name in values for name, values in zip(header, columns, strict=True)):
        # Of a file without a header the first row's codes stand again below; its names must not become column names.
        raise UnreadableSample(
            f"{path.name}: a name of the first line stands again as a value below it; either that line is no header, or it is repeated"
        )
    kept = [(name, values) for name, values in zip(header, columns, strict=True) if not is_prohibited(name)]
    frame = pl.DataFrame([pl.Series(name, values, dtype=pl.String) for name, values in kept])
    return Sample(
        path=path,
        encoding=encoding,
        delimiter=delimiter,
        frame=_tidied(frame),
        ragged=min(len(body), most_rows) - len(sound),
        dropped=len(header) - len(kept),
        whole=len(body) <= most_rows,
        plain=text.isascii(),
    )


def _workbook(path: Path, most_rows: int) -> Sample:
    """The first sheet, read as the nightly run reads it."""
    import fastexcel

    try:
        sheet = fastexcel.read_excel(path).sheet_names[0]
        options = ExcelDrop.model_validate({"kind": "excel_drop", "where": {"env": "SAMPLE"}})
        header, cells = read_sheet(path, options, Origin(file="sample_{date:%Y%m%d}.xlsx", sheet=sheet))
    except FileFaultError as error:
        raise UnreadableSample(f"{path.name}: {error.fault}") from None
    except Exception as error:
        raise UnreadableSample(f"{path.name} cannot be opened as a workbook ({type(error).__name__})") from None
    header = [name.strip() for name in header]
    _usable(header, path)
    sound = cells.filter(pl.col(MARK).is_null()).drop(MARK)
    text = sound.select(pl.col(place).alias(name) for place, name in zip(sound.columns, header, strict=True) if not is_prohibited(name))
    return Sample(
        path=path,
        encoding=None,
        delimiter=None,
        frame=_tidied(text.head(most_rows)),
        ragged=cells.height - sound.height,
        dropped=len(header) - text.width,
        whole=text.height <= most_rows,
        sheet=sheet,
    )


def _tidied(frame: pl.DataFrame) -> pl.DataFrame:
    trimmed = pl.all().str.strip_chars()
    return frame.select(pl.when(trimmed != "").then(trimmed).name.keep())


def _usable(header: list[str], path: Path) -> None:
    """A first line that is data must not become column names: names are written into the county's text."""
    repeated = [place for place, name in enumerate(header, start=1) if header.index(name) + 1 != place]
    if repeated:
        raise UnreadableSample(f"{path.name}: columns {', '.join(map(str, repeated))} repeat a name; a header names every column once")
    odd = [
        place
        for place, name in enumerate(header, start=1)
        if not name or any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co"} for letter in name)
    ]
    if odd:
        raise UnreadableSample(f"{path.name}: column {', '.join(map(str, odd))} has no readable name; the first line must be the header")
    if sum(_is_value(name) for name in header) * 3 > len(header):
        raise UnreadableSample(f"{path.name}: the first line looks like a row, not like a header; ask for an export with column names")


def _is_value(name: str) -> bool:
    kinds = Counter("digit" if letter.isdigit() else "letter" if letter.isalpha() else "other" for letter in name)
    return kinds["digit"] > kinds["letter"]
