"""The refused rows for the owner of the data, row by row, as a file that a spreadsheet opens safely.

Belongs here: writing that file. Does not belong here: deciding what is refused. The file holds values of people: it is made only when a
person asks for a check, for the account that asked, and says so in its first line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from pipelines.onboarding.trial import PACKAGE, private_file
from resources.sql import load_sql, rows

HEADER = ("feed", "file", "row", "column", "rule", "what to do", "value", "whole row")
WARNING = "This file holds rows about people. Keep it where the delivery itself may lie, and delete it when the rows are mended."
MENDING = {
    "unknown_code": "say what the code means, and list it under codes",
    "not_a_date": "another format, or an impossible day",
    "not_a_timestamp": "another format, or an impossible time",
    "not_a_number": "a whole number belongs here",
    "time_out_of_range": "the future, or before 1900",
    "birth_date_out_of_range": "the future, or before anybody alive",
    "required": "every record needs a value here",
    "key_missing": "the record has no key",
    "wrong_field_count": "a delimiter or line break inside a value that is not quoted",
    "too_long": "longer than any real value: a broken export",
    "parent_unknown": "the record it belongs to is not in the delivery",
    "not_json": "the line is not JSON",
    "wrong_resource": "the line is another resource",
    "malformed": "not of the form the field wants (a ZIP code has five digits)",
    "not_in_vocabulary": "the word is not in the field's vocabulary",
}


def write_report(path: Path, quarantine: Path) -> int:
    """Write the refused rows; returns how many faults.

    Args:
        path: where to; its ending says CSV or XLSX. It must not exist.
        quarantine: the file of :func:`assets.checked.quarantine.write_quarantine`.

    Raises:
        FileExistsError: if there is such a file; a report is never written over another.
        ValueError: for another ending.
    """
    if path.suffix.lower() not in {".csv", ".xlsx"}:
        raise ValueError(f"{path.name}: name a file that ends in .csv or .xlsx")
    lines = list(_lines(quarantine))
    descriptor = private_file(path)
    if path.suffix.lower() == ".csv":
        _write_csv(descriptor, lines)
    else:
        _write_workbook(descriptor, lines)
    return len(lines)


def _lines(quarantine: Path) -> Iterator[tuple[str, ...]]:
    if not quarantine.exists():
        return
    with duckdb.connect(str(quarantine), read_only=True) as con:
        found = rows(con, load_sql(PACKAGE, "refused_rows"))
    for feed, part, place, column, rule, raw in found:
        yield (
            feed,
            part or "",
            str(place),
            column or "",
            rule,
            MENDING.get(rule, "breaks a rule of the record type"),
            _value(raw, column),
            raw,
        )


def _value(raw: str | None, column: str | None) -> str:
    try:
        row: Any = json.loads(raw or "")
    except ValueError:
        return ""
    value = row.get(column) if isinstance(row, dict) else None
    return "" if value is None else str(value)


def _write_csv(descriptor: int, lines: list[tuple[str, ...]]) -> None:
    # A cell that begins with =, +, - or @ would run as a formula where the file is opened.
    from defusedcsv import csv

    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow((WARNING,))
        writer.writerow(HEADER)
        writer.writerows(lines)


def _write_workbook(descriptor: int, lines: list[tuple[str, ...]]) -> None:
    import xlsxwriter

    with os.fdopen(descriptor, "wb") as stream:
        book = xlsxwriter.Workbook(
            stream, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
        )
        sheet = book.add_worksheet("refused")
        sheet.write_string(0, 0, WARNING)
        for number, line in enumerate([HEADER, *lines], start=1):
            for place, cell in enumerate(line):
                sheet.write_string(number, place, cell[:32_000])
        sheet.freeze_panes(2, 0)
        sheet.set_column(0, len(HEADER) - 1, 18)
        book.close()
