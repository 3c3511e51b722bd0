"""FHIR R4 resources, one JSON text a line, as flat columns of text.

Belongs here: running the question of each resource over the lines of a file. Does not belong here: what a column is mapped to (the
county's text) and whether the resource may be used (contracts).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from contracts.vocabularies.fhir import FHIR_COLUMNS
from resources.sql import Connection, load_sql, replace_table

PACKAGE = "assets.checked.formats"


def resource_chunks(con: Connection, path: Path, resource: str, *, chunk_rows: int) -> Iterator[pl.DataFrame]:
    """Resources of a file in chunks of flat text.

    Args:
        con: where the JSON is parsed; uses the temporary table ``fhir_line``.
        path: newline-delimited JSON.
        resource: Patient, Encounter, Condition or Consent.
        chunk_rows: rows a chunk.

    Yields:
        ``_position``, the columns of FHIR_COLUMNS, ``_raw`` (the line), ``_fault`` (``not_json`` or ``wrong_resource``, else null).
    """
    flat = load_sql(PACKAGE, f"fhir_{resource.lower()}")
    for lines in _lines(path, chunk_rows):
        con.register("fhir_text", lines)
        replace_table(con, "temp.fhir_line", load_sql(PACKAGE, "fhir_line"))
        con.unregister("fhir_text")
        frame = con.sql(flat).pl()
        con.execute("drop table temp.fhir_line").fetchall()
        yield _checked(frame, resource, FHIR_COLUMNS[resource])


def _lines(path: Path, chunk_rows: int) -> Iterator[pl.DataFrame]:
    """Lines that are not blank, with their place among them from 1. Split here: a reader of tables would split within a broken line too."""
    lines: list[str] = []
    before = 0
    with path.open(encoding="utf-8", newline="\n") as stream:
        for line in stream:
            text = line.strip()
            if not text:
                continue
            lines.append(text)
            if len(lines) == chunk_rows:
                yield _numbered(lines, before)
                before, lines = before + len(lines), []
    if lines:
        yield _numbered(lines, before)


def _numbered(lines: list[str], before: int) -> pl.DataFrame:
    return pl.DataFrame({"line": lines}).with_columns(pl.int_range(before + 1, before + 1 + pl.len(), dtype=pl.Int64).alias("_position"))


def _checked(frame: pl.DataFrame, resource: str, columns: tuple[str, ...]) -> pl.DataFrame:
    fault = (
        pl.when(~pl.col("is_json"))
        .then(pl.lit("not_json"))
        .when(pl.col("resource_type").ne_missing(resource))
        .then(pl.lit("wrong_resource"))
        .alias("_fault")
    )
    raw = pl.when(pl.col("is_json")).then("raw_line").otherwise(pl.struct(pl.col("raw_line")).struct.json_encode()).alias("_raw")
    return frame.select("_position", *(pl.col(name).cast(pl.String) for name in columns), raw, fault)
