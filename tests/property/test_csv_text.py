"""Whatever text a vendor writes, a file that is accepted is read back field by field."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.sources import CsvDrop
from resources.source_systems.csv_text import FileFaultError, examine, read_chunks

COLUMNS = ("a", "b", "c")
FIELD = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=8)
ROWS = st.lists(st.lists(FIELD, min_size=1, max_size=5), max_size=8)
OPTIONS = CsvDrop.model_validate({"kind": "csv_drop", "where": {"env": "X"}, "delimiter": ";"})


@given(rows=ROWS, chunk_rows=st.integers(1, 4))
@settings(max_examples=200, deadline=None)
def test_a_file_is_read_back_as_it_was_written(rows: list[list[str]], chunk_rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, delimiter=";", quoting=csv.QUOTE_ALL)
            writer.writerow(COLUMNS)
            writer.writerows(rows)
        seen = examine(path, OPTIONS, expected=COLUMNS, min_rows=0)
        frames = list(read_chunks(path, OPTIONS, columns=seen.header.kept, chunk_rows=chunk_rows))
    read = [row for frame in frames for row in frame.iter_rows(named=True)]
    assert seen.rows == len(rows) == len(read)
    assert seen.ragged == sum(len(row) != 3 for row in rows)
    for position, (wrote, got) in enumerate(zip(rows, read, strict=True), start=1):
        assert got["_position"] == position
        if len(wrote) == 3:
            assert [got[column] for column in COLUMNS] == wrote
            assert got["_fields"] is None
        else:
            assert [got[column] for column in COLUMNS] == [None] * 3
            assert got["_fields"] == wrote


@given(content=st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_accepted_or_refused_and_nothing_else(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(b"a;b;c\n" + content)
        try:
            seen = examine(path, OPTIONS, expected=COLUMNS, min_rows=0)
        except FileFaultError:
            return
        assert sum(frame.height for frame in read_chunks(path, OPTIONS, columns=seen.header.kept)) == seen.rows
