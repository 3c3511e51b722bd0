"""Files that cannot be used as a whole are refused by rule and position; files that only look odd are read by name."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.sources import Encoding, Source
from resources.source_systems.connector import Rule
from resources.source_systems.csv_text import BLOCK, FileFaultError, examine, read_chunks

FIRST = date(2026, 3, 2)
FAULTS = {
    "duplicate-header.csv": Rule.DUPLICATE_HEADER,
    "missing-column.csv": Rule.MISSING_COLUMN,
    "unknown-column.csv": Rule.UNKNOWN_COLUMN,
    "invisible-letter-in-header.csv": Rule.MALFORMED_HEADER,
    "truncated.csv": Rule.TRUNCATED,
    "unterminated-quote.csv": Rule.MALFORMED_QUOTES,
    "wrong-encoding.csv": Rule.WRONG_ENCODING,
    "utf-16.csv": Rule.WRONG_ENCODING,
    "nul-byte.csv": Rule.NUL_BYTE,
    "empty.csv": Rule.EMPTY,
    "blank.csv": Rule.EMPTY,
    "header-only.csv": Rule.TOO_FEW_ROWS,
}
VALUES = ("Quillon", "Vandersnoot", "Ysolde", "Brightw", "Torquil", "Mistlethwaite", "1980", "1991", "69901", "K1")


@pytest.mark.parametrize(("fixture", "rule"), FAULTS.items(), ids=list(FAULTS))
def test_a_faulty_file_is_refused_by_its_rule_and_no_value_is_told(drop: Any, fixture: str, rule: Rule) -> None:
    drop.deliver(fixture)
    report = drop.acquire()
    assert report.verdict == "refused"
    assert f"visits_20260302.csv]: {rule.value}: " in report.reason
    assert [value for value in VALUES if value in report.reason] == []
    refused = drop.con.execute("select verdict, manifest from registers.main.intake").fetchall()
    assert [verdict for verdict, _ in refused] == ["refused"]
    assert [value for value in VALUES if value in refused[0][1]] == []


@pytest.mark.parametrize(
    ("fixture", "rows"),
    [
        ("sound.csv", 3),
        ("swapped-columns.csv", 1),
        ("header-in-capitals.csv", 1),
        ("byte-order-mark-and-crlf.csv", 2),
        ("no-last-newline.csv", 2),
        ("ragged.csv", 4),
        ("formula.csv", 2),
    ],
)
def test_a_file_that_only_looks_odd_is_accepted(drop: Any, fixture: str, rows: int) -> None:
    drop.deliver(fixture)
    report = drop.acquire()
    assert (report.verdict, report.rows) == ("accepted", {"visits": rows})


def test_columns_are_found_by_name_however_the_vendor_orders_them(fixtures: Path, visits: Source) -> None:
    options, feed = visits.connector, visits.feeds["visits"]
    seen = examine(fixtures / "swapped-columns.csv", options, expected=feed.vendor_columns, min_rows=1)
    frame = next(read_chunks(fixtures / "swapped-columns.csv", options, columns=seen.header.kept))
    assert frame.select("VisitNo", "Last", "Born").row(0) == ("V1", "Vandersnoot", "1980-05-17")


def test_a_row_with_another_number_of_fields_fills_no_column(fixtures: Path, visits: Source) -> None:
    options, feed = visits.connector, visits.feeds["visits"]
    seen = examine(fixtures / "ragged.csv", options, expected=feed.vendor_columns, min_rows=1)
    assert (seen.rows, seen.ragged) == (4, 2)
    frame = next(read_chunks(fixtures / "ragged.csv", options, columns=seen.header.kept))
    assert frame["_position"].to_list() == [1, 2, 3, 4]
    assert frame["VisitNo"].to_list() == ["V1", None, None, "V4"]
    assert [None if fields is None else len(fields) for fields in frame["_fields"].to_list()] == [None, 12, 10, None]


def test_chunks_of_any_size_give_the_same_rows(fixtures: Path, visits: Source) -> None:
    options = visits.connector
    columns = visits.feeds["visits"].vendor_columns
    whole = next(read_chunks(fixtures / "sound.csv", options, columns=columns))
    parts = [frame.row(0) for frame in read_chunks(fixtures / "sound.csv", options, columns=columns, chunk_rows=1)]
    assert parts == whole.rows()


def test_a_file_larger_than_allowed_is_not_opened(tmp_path: Path, visits: Source) -> None:
    path = tmp_path / "large.csv"
    path.write_bytes(b"x" * 100)
    options = visits.connector.model_copy(update={"max_bytes": 99})
    with pytest.raises(FileFaultError, match="100 bytes"):
        examine(path, options, expected=("a",), min_rows=0)


def test_a_byte_outside_the_declared_encoding_is_placed_across_blocks(tmp_path: Path, visits: Source) -> None:
    path = tmp_path / "late.csv"
    path.write_bytes(b"a\n" + b"x" * (BLOCK - 3) + b"\xc3" + b"\xc3\n")
    with pytest.raises(FileFaultError, match=f"bytes from {BLOCK - 1} on"):
        examine(path, visits.connector, expected=("a",), min_rows=0)


def test_utf_8_under_another_declaration_is_told(tmp_path: Path, visits: Source) -> None:
    path = tmp_path / "utf8.csv"
    path.write_bytes("a\nKöln\n".encode())
    options = visits.connector.model_copy(update={"encoding": Encoding.WINDOWS_1252})
    with pytest.raises(FileFaultError, match="every byte reads as utf-8"):
        examine(path, options, expected=("a",), min_rows=0)
    path.write_bytes("a\nKöln\n".encode("cp1252"))
    assert examine(path, options, expected=("a",), min_rows=0).rows == 1


def test_columns_about_birthplace_never_reach_the_landing(drop: Any) -> None:
    drop.deliver("prohibited-column.csv")
    report = drop.acquire()
    assert report.verdict == "accepted"
    landed = [path for path in drop.home.landing.rglob("*") if path.is_file()]
    assert landed
    text = b"".join(path.read_bytes() for path in landed)
    assert [word for word in (b"Atlantis", b"Lemuria", b"Mu,", b"Country") if word in text] == []
    assert b"Vandersnoot" in text


def test_a_mended_file_is_taken_on_the_next_night_and_the_bad_one_is_left(drop: Any) -> None:
    drop.deliver("truncated.csv")
    assert drop.acquire().verdict == "refused"
    assert drop.acquire(FIRST + timedelta(days=1)).verdict == "refused"
    drop.deliver("sound.csv")
    report = drop.acquire(FIRST + timedelta(days=2))
    assert (report.verdict, report.rows) == ("accepted", {"visits": 3})


def test_a_refused_file_is_looked_at_again_when_the_text_changes(drop: Any) -> None:
    drop.deliver("unknown-column.csv")
    assert drop.acquire().verdict == "refused"
    mended = drop.source.model_dump(by_alias=True)
    mended["feeds"]["visits"]["unused"] = ["Vandersnoot"]
    drop.source = Source.model_validate(mended)
    assert drop.acquire(FIRST + timedelta(days=1)).verdict == "accepted"
