"""Workbooks, fixed-width text and exports with titles and totals: read as the text says, or refused with a reason and no value."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from contracts.sources import Source
from resources.source_systems import connector_for
from resources.source_systems.connector import Collected, Known
from resources.source_systems.csv_text import FileFaultError
from resources.source_systems.table_drop import read_table

NIGHT = date(2026, 3, 2)
COLUMNS = {"Incident #": "priority", "When": {"to": "received_at", "formats": ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d"]}, "Beat": "beat"}


def _source(tmp_path: Path, kind: str, origin: dict[str, Any], **feed: Any) -> Source:
    suffix = {"excel_drop": "xlsx", "fixed_width_drop": "txt", "csv_drop": "csv"}[kind]
    said = {
        "record_type": "cad_event", "from": {"file": f"cad_{{date:%Y%m%d}}.{suffix}", **origin}, "key": ["Incident #"], "columns": COLUMNS,
    } | feed  # fmt: skip
    return Source.model_validate(
        {
            "name": "cad", "title": "CAD", "system": "cad", "agency": "dispatch", "instruments": ["I"], "steward": "s",
            "cadence": "nightly", "delivery_mode": "increment", "connector": {"kind": kind, "where": {"env": "CAD_DROP"}},
            "formats": {"timestamp": ["%Y-%m-%d %H:%M:%S"]}, "feeds": {"events": said},
        }
    )  # fmt: skip


def _collect(source: Source, tmp_path: Path) -> Collected:
    into = tmp_path / "into"
    into.mkdir()
    return connector_for(source).collect(source, place=str(tmp_path), night=NIGHT, into=into, known=Known())


def _workbook(path: Path, fill: Callable[[Any, Any], Any] | None = None) -> Path:
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("Notes").write(0, 0, "nothing here")
    sheet = book.add_worksheet("Events")
    days, times = book.add_format({"num_format": "mm/dd/yyyy"}), book.add_format({"num_format": "m/d/yy h:mm"})
    sheet.write(0, 0, "Calls for service, all beats")
    sheet.write_row(2, 0, ["Incident #", "When", "Beat"])
    sheet.write(3, 0, "I-1")
    sheet.write_datetime(3, 1, datetime(2026, 2, 3, 4, 5, 6), times)
    sheet.write(3, 2, "007")
    sheet.write(4, 0, 123456789012)
    sheet.write_datetime(4, 1, datetime(2026, 2, 3), days)
    sheet.write_formula(4, 2, "=1+6", None, 7)
    sheet.set_row(4, None, None, {"hidden": True})
    sheet.merge_range(5, 0, 6, 0, "I-3")
    sheet.write(5, 1, "03/02/2026")
    sheet.write(8, 0, "Total")
    sheet.write(8, 2, 3)
    if fill:
        fill(book, sheet)
    book.close()
    return path


SHEET = {"sheet": "Events", "header_row": 2, "footer_rows": 1, "footer_begins": ["total"]}


def test_a_sheet_is_read_as_text_with_dates_that_cannot_be_mistaken(tmp_path: Path) -> None:
    source = _source(tmp_path, "excel_drop", SHEET)
    frame, header = read_table(_workbook(tmp_path / "w.xlsx"), source, source.feeds["events"])
    assert header.kept == ("Incident #", "When", "Beat")
    assert frame.rows() == [
        (1, "I-1", "2026-02-03 04:05:06", "007", None),
        (2, "123456789012", "2026-02-03", "7", None),
        (3, "I-3", "03/02/2026", None, None),
    ]


def test_a_cell_that_came_to_an_error_marks_its_row(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_formula(3, 2, "=1/0", None, "#DIV/0!")

    source = _source(tmp_path, "excel_drop", SHEET)
    frame, _ = read_table(_workbook(tmp_path / "w.xlsx", fill), source, source.feeds["events"])
    assert frame["_fault"].to_list() == ["cell_error", None, None]


def _extra_column(book: Any, sheet: Any) -> None:
    sheet.write(3, 5, "who knows")


def _twice(book: Any, sheet: Any) -> None:
    sheet.write(2, 3, "When")


def _twice_after_folding(book: Any, sheet: Any) -> None:
    sheet.write(2, 3, "ＷＨＥＮ ")


WORKBOOKS: dict[str, tuple[Callable[[Any, Any], Any] | None, dict[str, Any], str]] = {
    "another sheet": (None, {"sheet": "Sheet1"}, "malformed_workbook: none of its 2 sheets is called [Sheet1]"),
    "no such row": (None, {"header_row": 99}, "empty: the sheet has no row 99"),
    "values without a name": (_extra_column, {}, "malformed_header: there are values in columns after column 3"),
    "a name twice": (_twice, {}, "duplicate_header: columns 2 and 4 have the same name"),
    "a name twice in wide letters": (_twice_after_folding, {}, "duplicate_header: columns 2 and 4 have the same name"),
    "a footer that is a row": (lambda book, sheet: sheet.write(8, 0, "I-9"), {}, "malformed_footer: row 1 from the end begins otherwise"),
    "the title taken for the header": (None, {"header_row": 1}, "malformed_header: there are values in columns after column 1"),
}


@pytest.mark.parametrize("case", sorted(WORKBOOKS))
def test_a_workbook_that_is_not_as_the_text_says_is_refused(tmp_path: Path, case: str) -> None:
    fill, origin, message = WORKBOOKS[case]
    source = _source(tmp_path, "excel_drop", SHEET | origin)
    with pytest.raises(FileFaultError) as caught:
        read_table(_workbook(tmp_path / "w.xlsx", fill), source, source.feeds["events"])
    assert str(caught.value).startswith(message)


def _no_zip(path: Path) -> None:
    path.write_bytes(b"Incident #,When,Beat\n")


def _other_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no workbook")


def _cut(path: Path) -> None:
    path.write_bytes(_workbook(path).read_bytes()[:-200])


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000_000)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_no_zip, "malformed_workbook: the file is no Excel workbook"),
        (_other_zip, "malformed_workbook: the file is no Excel workbook"),
        (_cut, "malformed_workbook: the file is no Excel workbook"),
        (_bomb, "expands_too_much: 300000000 bytes come out of"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, damage: Callable[[Path], None], message: str) -> None:
    source = _source(tmp_path, "excel_drop", SHEET)
    damage(tmp_path / "w.xlsx")
    with pytest.raises(FileFaultError) as caught:
        read_table(tmp_path / "w.xlsx", source, source.feeds["events"])
    assert str(caught.value).startswith(message)


def test_a_sheet_has_no_more_cells_than_the_text_allows(tmp_path: Path) -> None:
    source = _source(tmp_path, "excel_drop", SHEET)
    small = source.model_copy(update={"connector": source.connector.model_copy(update={"max_cells": 10})})
    with pytest.raises(FileFaultError, match="cells, more than the 10 that are allowed"):
        read_table(_workbook(tmp_path / "w.xlsx"), small, small.feeds["events"])


def test_a_dropped_workbook_is_landed_as_rows_and_known_by_its_own_hash(tmp_path: Path) -> None:
    source = _source(tmp_path, "excel_drop", SHEET)
    _workbook(tmp_path / "cad_20260302.xlsx")
    found = _collect(source, tmp_path)
    assert [(part.feed, part.rows, part.columns) for part in found.parts] == [("events", 3, ("Incident #", "When", "Beat"))]
    assert found.parts[0].sha256 != found.parts[0].landed_sha256
    again = connector_for(source).collect(
        source, place=str(tmp_path), night=NIGHT, into=tmp_path / "again", known=Known(taken=frozenset({found.parts[0].sha256}))
    )
    assert again.parts == ()
    assert again.seen_before


LAYOUT = {"layout": {"Incident #": [1, 4], "When": [5, 14], "Beat": [15, 17]}}


def test_fixed_places_are_cut_and_lines_of_another_length_are_kept_whole(tmp_path: Path) -> None:
    source = _source(tmp_path, "fixed_width_drop", LAYOUT | {"header_row": 2, "footer_rows": 1, "footer_begins": ["4 lines"]})
    path = tmp_path / "w.txt"
    lines = ("INC WHEN      BT ", "I-1 2026-02-03007", "", "I-2 2026-02-04", "I-3 2026-02-05Ñ08X", "I-4 2026-02-06Ñ08", "4 lines", "")
    path.write_text("\n".join(lines), encoding="utf-8")
    frame, header = read_table(path, source, source.feeds["events"])
    assert header.kept == ("Incident #", "When", "Beat")
    assert frame.rows() == [
        (1, "I-1 ", "2026-02-03", "007", None),
        (2, None, None, None, ["I-2 2026-02-04"]),
        (3, None, None, None, ["I-3 2026-02-05Ñ08X"]),
        (4, "I-4 ", "2026-02-06", "Ñ08", None),
    ]


def test_a_record_is_not_taken_for_a_footer(tmp_path: Path) -> None:
    source = _source(tmp_path, "fixed_width_drop", LAYOUT | {"footer_rows": 1, "footer_begins": ["Total"]})
    path = tmp_path / "w.txt"
    path.write_text("I-1 2026-02-03007\n")
    with pytest.raises(FileFaultError, match="malformed_footer: row 1 from the end begins otherwise"):
        read_table(path, source, source.feeds["events"])


@pytest.mark.parametrize(
    ("origin", "message"),
    [
        ({"layout": {"Incident #": [1, 4], "When": [4, 9], "Beat": [15, 17]}}, "overlap those of another column"),
        ({"layout": {"Incident #": [0, 4], "When": [5, 9], "Beat": [15, 17]}}, "must be two numbers from 1"),
        ({"layout": {"Incident #": [1, 4], "When": [5, 9]}}, "the layout gives no places for Beat"),
        ({"layout": LAYOUT["layout"] | {"Shoe": [20, 22]}}, "nothing is said about Shoe"),
        ({}, "the layout gives no places for Incident #, When, Beat"),
    ],
)
def test_a_layout_that_cannot_hold_is_a_fault_of_the_text(tmp_path: Path, origin: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _source(tmp_path, "fixed_width_drop", origin)


def test_footers_without_a_beginning_are_a_fault_of_the_text(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="say how the rows at the end begin"):
        _source(tmp_path, "csv_drop", {"footer_rows": 1})


def test_a_workbook_without_a_sheet_is_a_fault_of_the_text(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="name the sheet"):
        _source(tmp_path, "excel_drop", {})


ODD = (
    'Calls for service\nPrinted 03/02/2026,"by ""records"""\n\n'
    "Inc. No.,Received (local time),BEAT\nI-1,2026-02-03 04:05:06,7\nI-2,,\n{footer}"
)
ALIASES = {"Incident #": ["Inc. No.", "Incident Number"], "When": ["Received (local time)"]}


def _odd(tmp_path: Path, footer: str, **origin: Any) -> Collected:
    around = {"header_row": 3, "footer_rows": 1, "footer_begins": ["Total", "2 records"], **origin}
    source = _source(tmp_path, "csv_drop", around, aliases=ALIASES)
    (tmp_path / "cad_20260302.csv").write_text(ODD.replace("{footer}", footer))
    return _collect(source, tmp_path)


@pytest.mark.parametrize("footer", ["Total,,\n", "2 records\n", "Total records: 2,,,,,\n"])
def test_titles_and_totals_are_left_out_and_columns_found_by_their_other_spelling(tmp_path: Path, footer: str) -> None:
    found = _odd(tmp_path, footer)
    assert found.refused == ()
    assert [(part.rows, part.columns) for part in found.parts] == [(2, ("Incident #", "When", "Beat"))]
    landed = (tmp_path / "into" / found.parts[0].path).read_text()
    assert landed == "Incident #,When,BEAT\nI-1,2026-02-03 04:05:06,7\nI-2,,\n"


@pytest.mark.parametrize(
    ("footer", "origin", "message"),
    [
        ("", {}, "malformed_footer: row 1 from the end begins otherwise"),
        ("I-3,2026-02-03 04:05:06,7\n", {}, "malformed_footer: row 1 from the end begins otherwise"),
        ("Total,,\n", {"header_row": 1}, "missing_column: no column"),
        ("Total,,\n", {"header_row": 40}, "empty: the file has no line 40"),
        ("Total,,\n", {"footer_rows": 9}, "truncated: 3 lines below the header where 9 footers are said"),
    ],
)
def test_what_stands_around_the_rows_must_be_as_the_text_says(tmp_path: Path, footer: str, origin: dict[str, Any], message: str) -> None:
    assert [str(part.fault).startswith(message) for part in _odd(tmp_path, footer, **origin).refused] == [True]


def test_two_spellings_of_one_column_in_one_file_are_refused(tmp_path: Path) -> None:
    source = _source(tmp_path, "csv_drop", {}, aliases=ALIASES)
    (tmp_path / "cad_20260302.csv").write_text("Incident #,Inc. No.,When,Beat\nI-1,I-2,2026-02-03,7\n")
    assert [part.fault.rule.value for part in _collect(source, tmp_path).refused] == ["duplicate_header"]
