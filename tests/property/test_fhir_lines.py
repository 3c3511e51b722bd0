"""However a file of resources is split into lines, its rows are the same, in the same places, and none is lost."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import duckdb
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from assets.checked.formats import fhir

LETTERS = st.characters(codec="utf-8", exclude_characters="\n\x00")
SOUND = st.fixed_dictionaries({"resourceType": st.sampled_from(["Condition", "Group"]), "id": st.text(LETTERS, max_size=8)}).map(
    lambda item: json.dumps(item, ensure_ascii=False)
)
ODD = st.sampled_from(["", " ", "{", '"', "null", "[]", "\t", "{}", ",,", "''"])
LINES = st.lists(st.one_of(SOUND, st.text(LETTERS, max_size=20), ODD))


def _read(path: Path, *, raw: bool) -> pl.DataFrame:
    with duckdb.connect() as con:
        chunks = list(fhir.resource_chunks(con, path, "Condition", raw=raw))
    empty = pl.DataFrame(schema={"_position": pl.Int64, "id": pl.String, "_fault": pl.String})
    return pl.concat([empty, *(chunk.select("_position", "id", "_fault") for chunk in chunks)])


@settings(max_examples=40, deadline=None)
@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_both_ways_of_splitting_a_file_give_the_same_rows(lines: list[str], end: str, ends: bool) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "r.ndjson"
        path.write_bytes((end.join(lines) + (end if ends else "")).encode())
        plain, apart = _read(path, raw=False), _read(path, raw=True)
    assert_frame_equal(plain, apart)
    assert plain["_position"].to_list() == list(range(1, plain.height + 1))
    written = [line for line in lines if line.strip(" \t\r")]
    assert plain.height == len(written)
    sound = [json.loads(line)["id"] for line in written if '"resourceType": "Condition"' in line]
    assert plain.filter(pl.col("_fault").is_null() & pl.col("id").is_not_null())["id"].to_list() == sound
