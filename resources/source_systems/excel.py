"""One sheet of an Excel workbook as rows of text.

Belongs here: what may be opened, how a cell becomes text, where the header stands. Does not belong here: folders and nights (table_drop),
what a column means.

Read with calamine, which opens the zip and reads cells only: macros, links and external data are never looked at, and of a formula only the
value that the program which saved it had worked out. A row with a cell that came to an error (#N/A, #REF!) is refused.
Dates become ``YYYY-MM-DD`` and times ``YYYY-MM-DD HH:MM:SS``, so that no order of day and month is left open; a date that was typed as text
stays as it was typed. Cells of hidden rows and columns are read like any other: hiding is no deletion. A merged cell has its value in its
first cell, and the others are blank. Rows that hold nothing are passed over.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import polars as pl

from contracts.connectors import ExcelDrop
from contracts.source_feeds import Origin
from resources.source_systems.connector import Fault, Rule
from resources.source_systems.csv_text import FileFaultError
from resources.source_systems.odd_headers import refuse_record_as_footer

MARK = "_fault"
CELL_ERROR = "cell_error"
"""Rule that a row breaks in which a formula came to an error."""
MANY_MEMBERS = 5_000
EXPANSION = 200
"""Largest ratio of unpacked to packed bytes; sheets of numbers pack well."""


def read_sheet(path: Path, options: ExcelDrop, origin: Origin) -> tuple[list[str], pl.DataFrame]:
    """Header and rows of one sheet.

    Args:
        path: the workbook.
        options: size limits.
        origin: sheet, header_row (among rows that hold anything), footer_rows.

    Returns:
        The header as it stands there; the rows below it as text, one column a header's place (``column_0`` …), and ``_fault``.

    Raises:
        FileFaultError: if it is no workbook, too large, or lacks the sheet, the header or the footers.
    """
    refuse_bomb(path, options)
    frame = _cells(path, options, str(origin.sheet)).filter(~pl.all_horizontal(pl.exclude(MARK).is_null()) | pl.col(MARK).is_not_null())
    if frame.height < origin.header_row:
        raise FileFaultError(Fault(Rule.EMPTY, f"the sheet has no row {origin.header_row} with the column names"))
    named = frame.drop(MARK).row(origin.header_row - 1)
    width = max((place for place, name in enumerate(named, start=1) if name), default=0)
    header = [str(name or "") for name in named[:width]]
    rows = frame.slice(origin.header_row)
    beyond = frame.columns[width:-1]
    if beyond and rows.select(pl.any_horizontal(pl.col(beyond).is_not_null()).any()).item():
        raise FileFaultError(Fault(Rule.MALFORMED_HEADER, f"there are values in columns after column {width}, which have no name"))
    if rows.height < origin.footer_rows:
        raise FileFaultError(Fault(Rule.TRUNCATED, f"{rows.height} rows below the header where {origin.footer_rows} footers are said"))
    rows = rows.select(*frame.columns[:width], MARK)
    for place in range(1, origin.footer_rows + 1):
        refuse_record_as_footer(rows.drop(MARK).row(-place), origin.footer_begins, place=place)
    return header, rows.head(rows.height - origin.footer_rows)


def refuse_bomb(path: Path, options: ExcelDrop) -> None:
    """Refuse a workbook that is too large, packed or unpacked, before anything opens its cells.

    Raises:
        FileFaultError: if it is, or is no zip file.
    """
    size = path.stat().st_size
    if size > options.max_bytes:
        raise FileFaultError(Fault(Rule.TOO_LARGE, f"{size} bytes, more than the {options.max_bytes} that are allowed"))
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        members = []
    if not members:
        raise FileFaultError(Fault(Rule.MALFORMED_WORKBOOK, "the file is no Excel workbook (.xlsx)"))
    if len(members) > MANY_MEMBERS:
        raise FileFaultError(Fault(Rule.MALFORMED_WORKBOOK, f"{len(members)} members, more than {MANY_MEMBERS}"))
    unpacked = sum(info.file_size for info in members)
    if unpacked > max(options.max_bytes, 1024 * 1024) * 10 or unpacked > EXPANSION * max(size, 1024 * 1024):
        raise FileFaultError(Fault(Rule.EXPANDS_TOO_MUCH, f"{unpacked} bytes come out of {size}"))


def _cells(path: Path, options: ExcelDrop, name: str) -> pl.DataFrame:
    """Every cell of a sheet as text, ``column_0`` …, and ``_fault`` of its row."""
    import fastexcel

    fault: Fault | None = None
    frame, errors = pl.DataFrame(), list[int]()
    try:
        book = fastexcel.read_excel(path.read_bytes())
        if name not in book.sheet_names:
            fault = Fault(Rule.MALFORMED_WORKBOOK, f"none of its {len(book.sheet_names)} sheets is called [{name}]")
        else:
            sheet = book.load_sheet(name, header_row=None, dtypes="string", whitespace_as_null=True)
            if sheet.width * sheet.total_height > options.max_cells:
                fault = Fault(
                    Rule.TOO_LARGE, f"{sheet.width * sheet.total_height} cells, more than the {options.max_cells} that are allowed"
                )
            else:
                batch, failed = sheet.to_arrow_with_errors()
                frame = pl.DataFrame(pl.from_arrow(batch))
                errors = sorted({error.position[0] for error in failed.errors}) if failed else []
    except fastexcel.FastExcelError:
        fault = Fault(Rule.MALFORMED_WORKBOOK, "the file is no Excel workbook (.xlsx), or it is damaged or locked")
    if fault:
        raise FileFaultError(fault)
    frame = frame.rename({column: f"column_{place}" for place, column in enumerate(frame.columns)})
    midnight = pl.all().cast(pl.String).str.replace(r"^(\d{4}-\d{2}-\d{2}) 00:00:00$", "$1")
    marked = pl.int_range(pl.len()).is_in(errors)
    return frame.select(midnight, pl.when(marked).then(pl.lit(CELL_ERROR)).alias(MARK))
