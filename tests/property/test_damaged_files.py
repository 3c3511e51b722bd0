"""One byte of a file changed, put in or taken out: the file is refused, the row set aside, or one field differs; no column ever shifts."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.sources import CsvDrop
from resources.source_systems.csv_text import FileFaultError, examine, read_chunks

COLUMNS = ("first", "second", "third", "fourth")
ROWS = [tuple(f"{column}{number}" for column in COLUMNS) for number in range(1, 6)]
SOUND = "\n".join(",".join(row) for row in (COLUMNS, *ROWS)).encode() + b"\n"
OPTIONS = CsvDrop.model_validate({"kind": "csv_drop", "where": {"env": "X"}})
DAMAGE = st.tuples(st.sampled_from(["change", "put in", "take out"]), st.integers(0, len(SOUND) - 1), st.binary(min_size=1, max_size=1))


def damaged(kind: str, place: int, byte: bytes) -> bytes:
    end = {"change": place + 1, "put in": place, "take out": place + 1}[kind]
    return SOUND[:place] + (b"" if kind == "take out" else byte) + SOUND[end:]


def read_back(content: bytes) -> tuple[int, list[dict[str, str]], str]:
    """Rows counted, rows read, and why the file is refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(content)
        try:
            seen = examine(path, OPTIONS, expected=COLUMNS, min_rows=0)
        except FileFaultError as error:
            return 0, [], str(error)
        frames = list(read_chunks(path, OPTIONS, columns=seen.header.kept))
        return seen.rows, [row for frame in frames for row in frame.iter_rows(named=True)], ""


@given(damage=DAMAGE)
@settings(max_examples=600, deadline=None)
def test_no_damage_of_one_byte_moves_a_value_into_another_column(damage: tuple[str, int, bytes]) -> None:
    counted, read, refused = read_back(damaged(*damage))
    assert not any(value in refused for row in ROWS for value in row)
    assert len(read) == counted
    whole = [tuple(row[column] for column in COLUMNS) for row in read if row["_fields"] is None]
    known = {value: column for row in ROWS for column, value in zip(COLUMNS, row, strict=True)}
    for row in whole:
        differing = [value for column, value in zip(COLUMNS, row, strict=True) if known.get(value) != column]
        assert len(differing) <= 1
        assert not any(value in known for value in differing)
    assert refused or len(set(ROWS) - set(whole)) <= 2
