"""A product's tables as files that other programs open: Parquet, CSV, an Excel workbook.

Belongs here: the formats, the rule that keeps a text from becoming a formula, names and modes of the files. Does not belong here: what
may be read (resources/published_reader), the command.
Whoever has the files has the product: its notice and its manifest lie beside them.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from contracts.products import CONSENT_SCOPE, CONSENT_SCOPE_ID
from resources.home import Home, write_atomically
from resources.published_files import CurrentProduct, ProductFiles, current_product
from resources.published_reader import read_whole

if TYPE_CHECKING:
    import pyarrow as pa

_FORMULA: Final = ("@", "+", "-", "=", "|", "%", "\t", "\r", "\n")
_NUMBER: Final = re.compile(r"-?[0-9,.]+")
_SHEET: Final = 31
"""Most characters of a sheet's name."""
_SHEET_ROWS: Final = 1_048_575
"""Most lines of a sheet below its heading."""
_COLUMNS: Final = "_columns"
"""The product's own table of what its columns mean."""


class Format(StrEnum):
    """What the files are."""

    PARQUET = "parquet"
    CSV = "csv"
    XLSX = "xlsx"


class CannotExport(ValueError):
    """The export cannot be made as asked; the message says why and what would mend it."""


@dataclass(frozen=True)
class Written:
    """One file of an export: which tables, how many lines, and the hash of its bytes."""

    path: Path
    tables: tuple[str, ...]
    rows: int
    sha256: str


@dataclass(frozen=True)
class Exported:
    """An export: the version, its files, and what lies beside them."""

    version: str
    files: tuple[Written, ...]
    notice: Path
    manifest: Path


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe before what could begin one.

    The rule is defusedcsv's (https://pypi.org/project/defusedcsv/), and holds for line breaks and tabs at the beginning as well.
    Whatever looks like a number stays.
    """
    if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return "'" + text.replace("|", "\\|")
    return text


def export(home: Home, path: str, *, tables: Sequence[str], form: Format, out: Path, as_of: date) -> Exported:
    """Write tables of the current version of a product, read through the locked reader.

    Args:
        home: where products lie.
        path: the product as recipient/name.
        tables: which; empty: all, and what its columns mean.
        form: what the files are. Parquet and CSV are one file a table, a workbook holds all of them.
        out: a folder, or with one file to write, the file.
        as_of: today.

    Raises:
        NoSuchProduct: if nothing is current under that name.
        StaleProduct: if its terms have run out, or its night lies ahead.
        CannotExport: if a table is not there or ``out`` does not fit.
    """
    recipient, _, name = path.partition("/")
    current = current_product(home, recipient, name)
    # The product's own tables about itself begin with an underscore; of those only what its columns mean is worth a file.
    known = [table for item in current.manifest["tables"] if not (table := str(item["name"])).startswith("_")]
    if strange := sorted(set(tables) - {*known, _COLUMNS}):
        raise CannotExport(f"{path} has no table {', '.join(strange)}; there are: {', '.join(known)}")
    chosen = list(dict.fromkeys(tables)) or [*known, _COLUMNS]
    files = _with_scope(current, chosen, form, out, _places(current, chosen, form, out))
    if any(target.resolve().is_relative_to(home.published.resolve()) for target, _ in files):
        raise CannotExport("products lie there; write the export elsewhere")
    written_tables = {table: None for _, inside in files for table in inside}
    held = {table: read_whole(home, recipient, name, table, as_of=as_of) for table in written_tables}
    written = tuple(_write(target, {table: held[table] for table in inside}, current, form) for target, inside in files)
    return Exported(current.version, written, *_beside(home, current, files[0][0], form, out))


def _places(current: CurrentProduct, chosen: Sequence[str], form: Format, out: Path) -> list[tuple[Path, tuple[str, ...]]]:
    groups = [tuple(chosen)] if form is Format.XLSX else [(table,) for table in chosen]
    if out.suffix == f".{form.value}" and not out.is_dir():
        if len(groups) > 1:
            raise CannotExport(f"{len(groups)} tables are {len(groups)} {form.value} files; name one with --table, or a folder with --out")
        return [(out, groups[0])]
    if out.suffix.lstrip(".") in {item.value for item in Format} or out.is_file():
        raise CannotExport(f"[{out.name}] is not a folder nor a .{form.value} file")
    stem = _stem(current)
    return [(out / (f"{stem}.{form.value}" if form is Format.XLSX else f"{stem}.{group[0]}.{form.value}"), group) for group in groups]


def _with_scope(
    current: CurrentProduct, chosen: Sequence[str], form: Format, out: Path, files: list[tuple[Path, tuple[str, ...]]]
) -> list[tuple[Path, tuple[str, ...]]]:
    """The same files, and beside rows that rest on consents what these cover: no such row goes anywhere without it (42 CFR 2.32)."""
    columns = {str(table["name"]): {column["name"] for column in table.get("columns", ())} for table in current.manifest["tables"]}
    if CONSENT_SCOPE in chosen or not any(CONSENT_SCOPE_ID in columns.get(table, set()) for table in chosen):
        return files
    first, inside = files[0]
    if form is Format.XLSX:
        return [(first, (*inside, CONSENT_SCOPE))]
    stem = out.name.removesuffix(f".{form.value}") if first == out else _stem(current)
    return [*files, (first.with_name(f"{stem}.{CONSENT_SCOPE}.{form.value}"), (CONSENT_SCOPE,))]


def _stem(current: CurrentProduct) -> str:
    return f"{current.recipient}-{current.product}-{current.version}"


def _beside(home: Home, current: CurrentProduct, first: Path, form: Format, out: Path) -> tuple[Path, Path]:
    stem = out.name.removesuffix(f".{form.value}") if first == out else _stem(current)
    files = ProductFiles.of(home, current.recipient, current.product)
    notice, manifest = first.with_name(f"{stem}.NOTICE.txt"), first.with_name(f"{stem}.manifest.json")
    write_atomically(notice, files.notice_file(current.version).read_bytes(), mode=0o600)
    write_atomically(manifest, files.manifest_file(current.version).read_bytes(), mode=0o600)
    return notice, manifest


def _write(path: Path, tables: Mapping[str, pa.Table], current: CurrentProduct, form: Format) -> Written:
    if form is Format.XLSX:
        content = _workbook(tables, current)
    else:
        (only,) = tables.values()
        content = _csv(only) if form is Format.CSV else _parquet(only, current)
    write_atomically(path, content, mode=0o600)
    return Written(path, tuple(tables), sum(table.num_rows for table in tables.values()), hashlib.sha256(content).hexdigest())


def _parquet(table: pa.Table, current: CurrentProduct) -> bytes:
    import pyarrow.parquet as pq

    said = {
        "throughcare.product": f"{current.recipient}/{current.product}",
        "throughcare.version": current.version,
        "throughcare.valid_until": current.valid_until.isoformat(),
        "throughcare.notice": current.notice,
    }
    stream = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(said), stream)
    return stream.getvalue()


def _csv(table: pa.Table) -> bytes:
    from defusedcsv import csv

    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([harmless(name) for name in table.column_names])
    for batch in table.to_batches():
        writer.writerows([_text(value) for value in line.values()] for line in batch.to_pylist())
    return stream.getvalue().encode("utf-8")


def _text(value: Any) -> Any:
    """A value as CSV has it: numbers as they are, everything else as harmless text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    return harmless(_said(value))


def _said(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, list | tuple):
        return "; ".join(_said(item) for item in value)
    return str(value)


def _workbook(tables: Mapping[str, pa.Table], current: CurrentProduct) -> bytes:
    import xlsxwriter

    stream = io.BytesIO()
    quiet = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, quiet) as book:
        # The same version gives the same bytes, whenever it is exported.
        book.set_properties({"title": current.manifest["title"], "created": datetime.combine(current.night, time())})
        formats = {
            "bold": book.add_format({"bold": True}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        sheet = book.add_worksheet("notice")
        for number, line in enumerate(current.notice.splitlines()):
            sheet.write_string(number, 0, harmless(line))
        for number, (name, table) in enumerate(tables.items(), start=1):
            if table.num_rows > _SHEET_ROWS:
                raise CannotExport(f"[{name}] has more lines than a sheet holds; export it as parquet or csv")
            title = name if len(name) <= _SHEET else f"{name[: _SHEET - 3]}_{number}"
            _sheet(book.add_worksheet(title), table, formats)
    return stream.getvalue()


def _sheet(sheet: Any, table: pa.Table, formats: Mapping[Any, Any]) -> None:
    for column, name in enumerate(table.column_names):
        sheet.write_string(0, column, harmless(name), formats["bold"])
    sheet.freeze_panes(1, 0)
    row = 0
    for batch in table.to_batches():
        for line in batch.to_pylist():
            row += 1
            for column, value in enumerate(line.values()):
                _cell(sheet, row, column, value, formats)


def _cell(sheet: Any, row: int, column: int, value: Any, formats: Mapping[Any, Any]) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float) and abs(value) < float("inf"):
        sheet.write_number(row, column, value)
    elif type(value) in {date, datetime}:
        sheet.write_datetime(row, column, value, formats[type(value)])
    else:
        sheet.write_string(row, column, harmless(_said(value)))
