"""`throughcare export`: what was published, in other formats, and never a formula."""

from __future__ import annotations

import csv as plain_csv
import hashlib
import io
import stat
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import fastexcel
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result
from defusedcsv import csv as safe_csv

from contracts.county import load_county
from pipelines.surfaces import export as writing
from pipelines.surfaces.export import harmless
from resources.home import Home
from resources.ledger import EntryKind, Ledger, spool
from resources.published_files import CurrentProduct, current_product
from resources.published_reader import query
from tests.fixtures.consented_world import DEMO
from tests.fixtures.reader_home import NIGHT
from tests.unit.surfaces.conftest import Desk

COUNTY = "county/measures"
HOSTILE = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "|calc", "%x", "=cmd|' /C calc'!A0", "\t=1+1", "\r=1+1", "\n=1+1"]
TAME = ["plain", "-12.5", "1,000", "", "a=b", "'=1+1", "é"]


def _rows(desk: Desk, table: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    return query(desk.home, "county", "measures", f"select * from {table}", as_of=NIGHT)


def test_a_table_comes_out_of_parquet_as_it_was_published(desk: Desk, folder: Path) -> None:
    told = desk.json("export", COUNTY, "--table", "stepping_up", "--format", "parquet", "--out", str(folder))
    (file,) = told["files"]
    table = pq.read_table(file["file"])
    names, rows = _rows(desk, "stepping_up")
    assert table.column_names == names
    assert [tuple(line.values()) for line in table.to_pylist()] == rows
    assert table.schema.metadata[b"throughcare.version"].decode() == told["version"]
    assert hashlib.sha256(Path(file["file"]).read_bytes()).hexdigest() == file["sha256"]


TABLES = [table.name for table in load_county(DEMO).product("county", "measures").tables]


def test_every_table_is_written_with_what_its_columns_mean(desk: Desk, folder: Path) -> None:
    told = desk.json("export", COUNTY, "--format", "csv", "--out", str(folder))
    assert [file["tables"] for file in told["files"]] == [[name] for name in (*TABLES, "_columns")]
    for file in told["files"]:
        names, rows = _rows(desk, file["tables"][0])
        read = list(plain_csv.reader(Path(file["file"]).read_text(encoding="utf-8").splitlines()))
        assert read[0] == names
        assert len(read) - 1 == len(rows) == file["rows"]


def test_notice_and_manifest_lie_beside_and_all_is_for_its_owner_alone(desk: Desk, folder: Path) -> None:
    told = desk.json("export", COUNTY, "--format", "xlsx", "--out", str(folder / "board.xlsx"))
    current = current_product(desk.home, "county", "measures")
    assert sorted(path.name for path in folder.iterdir()) == ["board.NOTICE.txt", "board.manifest.json", "board.xlsx"]
    assert Path(told["notice"]).read_text(encoding="utf-8") == current.notice
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_workbook_holds_the_notice_and_every_table(desk: Desk, folder: Path) -> None:
    desk.type("export", COUNTY, "--format", "xlsx", "--out", str(folder / "board.xlsx"))
    book = fastexcel.read_excel(folder / "board.xlsx")
    assert book.sheet_names == ["notice", *TABLES, "_columns"]
    names, rows = _rows(desk, "flows")
    sheet = book.load_sheet("flows").to_polars()
    assert sheet.columns == names
    assert sheet["people"].to_list() == [row[names.index("people")] for row in rows]


def test_the_same_version_gives_the_same_bytes(desk: Desk, folder: Path) -> None:
    for form in ("parquet", "csv", "xlsx"):
        first = desk.json("export", COUNTY, "--table", "flows", "--format", form, "--out", str(folder / "a"))
        second = desk.json("export", COUNTY, "--table", "flows", "--format", form, "--out", str(folder / "b"))
        assert [file["sha256"] for file in first["files"]] == [file["sha256"] for file in second["files"]]


def test_an_export_is_noted_for_the_ledger(desk: Desk, folder: Path) -> None:
    before = len(desk.spooled())
    told = desk.json("export", COUNTY, "--table", "flows", "--format", "csv", "--out", str(folder))
    (note,) = desk.spooled()[before:]
    assert (note["product"], note["exported"], note["version"]) == (COUNTY, "csv", told["version"])
    assert note["files_sha256"] == [file["sha256"] for file in told["files"]]


def test_the_note_of_an_export_is_sealed_into_a_sound_ledger(desk: Desk, folder: Path, tmp_path: Path) -> None:
    desk.type("export", COUNTY, "--table", "flows", "--format", "csv", "--out", str(folder))
    home = Home(tmp_path / "home").prepare()
    spool(home, **desk.spooled()[-1])
    ledger = Ledger(home, clock=lambda: datetime(2026, 3, 2, 3, tzinfo=UTC))
    assert ledger.seal_spools(night=NIGHT) == 1
    assert [entry["fields"]["exported"] for entry in ledger.entries() if entry["kind"] == EntryKind.QUERIED] == ["csv"]
    assert ledger.verify().sound


def test_a_stale_product_is_not_exported(stale: Callable[..., Result], folder: Path) -> None:
    assert "may be read until" in stale("export", COUNTY, "--out", str(folder)).stderr
    assert not folder.exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--table", "nonsense"), "has no table nonsense"),
        (("--format", "csv", "--file"), "name one with --table"),
        (("--format", "parquet", "--wrong-suffix"), "is not a folder nor a .parquet file"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_written(desk: Desk, folder: Path, words: tuple[str, ...], says: str) -> None:
    out = folder / {"--file": "x.csv", "--wrong-suffix": "x.csv"}.get(words[-1], "")
    asked = [word for word in words if word not in {"--file", "--wrong-suffix"}]
    assert says in desk.type("export", COUNTY, *asked, "--out", str(out), expect=2).stderr
    assert not folder.exists()


def test_products_are_not_written_into(desk: Desk) -> None:
    assert "elsewhere" in desk.type("export", COUNTY, "--out", str(desk.home.published / "county"), expect=2).stderr


@pytest.mark.parametrize("text", HOSTILE)
def test_what_could_begin_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text).startswith("'")
    assert harmless(harmless(text)) == harmless(text)


@pytest.mark.parametrize("text", [*TAME, *(text for text in HOSTILE if text[0] not in "\t\r\n")])
def test_the_rule_is_that_of_defusedcsv(text: str) -> None:
    stream = io.StringIO()
    safe_csv.writer(stream).writerow(["x", text])
    ((_, defused),) = plain_csv.reader([stream.getvalue()])
    assert harmless(text) == defused


def test_hostile_text_of_a_record_is_text_in_every_format(tmp_path: Path) -> None:
    table = pa.table(
        {"note": HOSTILE, "many": [["=1"], *([["b"]] * 9)], "at": [datetime(2026, 3, 2, 9)] * 10, "on": [date(2026, 3, 2)] * 10}
    )
    product = cast(
        CurrentProduct, SimpleNamespace(manifest={"title": "=1+1"}, night=NIGHT, notice="=1+1\nsecond line\n", version="v", recipient="r")
    )
    lines = list(plain_csv.reader(io.StringIO(writing._csv(table).decode(), newline="")))
    assert [line[0][0] for line in lines[1:]] == ["'"] * len(HOSTILE)
    assert lines[1][1:] == ["'=1", "2026-03-02 09:00:00", "2026-03-02"]
    with zipfile.ZipFile(io.BytesIO(writing._workbook({"t": table}, product))) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        strings = book.read("xl/sharedStrings.xml").decode()
    assert len(sheets) == 2
    assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)
    assert "<t>=" not in strings


@pytest.mark.parametrize(
    ("form", "out", "expected"),
    [
        ("csv", "contacts.csv", [["recent_crisis_contacts"], ["consent_scope"]]),
        ("parquet", "", [["recent_crisis_contacts"], ["consent_scope"]]),
        ("xlsx", "contacts.xlsx", [["recent_crisis_contacts", "consent_scope"]]),
    ],
)
def test_rows_that_rest_on_consents_never_leave_without_their_scope(
    desk: Desk, folder: Path, form: str, out: str, expected: list[list[str]]
) -> None:
    asked = ("export", "health/care_coordination", "--table", "recent_crisis_contacts", "--format", form, "--out", str(folder / out))
    told = desk.json(*asked)
    assert [file["tables"] for file in told["files"]] == expected
    names = sorted(Path(file["file"]).name for file in told["files"])
    if form == "csv":
        assert names == ["contacts.consent_scope.csv", "contacts.csv"]
    assert all(Path(file["file"]).stat().st_mode & 0o777 == 0o600 for file in told["files"])
    own = desk.json("export", "health/care_coordination", "--table", "person_changes", "--format", "csv", "--out", str(folder / "own.csv"))
    assert [file["tables"] for file in own["files"]] == [["person_changes"]]
