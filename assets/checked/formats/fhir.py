"""FHIR R4 resources, one JSON text a line, as flat columns of text.

Belongs here: running the question of each resource over the lines of a file. Does not belong here: what a column is mapped to (the
county's text) and whether the resource may be used (contracts).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from contracts.vocabularies.fhir import FHIR_COLUMNS
from resources.sql import Connection, load_sql, scalar

PACKAGE = "assets.checked.formats"
LONGEST_LINE = 32 * 1024 * 1024


def resource_chunks(con: Connection, path: Path, resource: str, *, chunk_rows: int) -> Iterator[pl.DataFrame]:
    """Resources of a file in chunks of flat text.

    Args:
        con: where the JSON is parsed; uses the temporary tables ``fhir_line`` and ``fhir_flat``.
        path: newline-delimited JSON.
        resource: Patient, Encounter, Condition or Consent.
        chunk_rows: rows a chunk.

    Yields:
        ``_position``, the columns of FHIR_COLUMNS, ``_raw`` (the line), ``_fault`` (``not_json`` or ``wrong_resource``, else null).
    """
    if path.stat().st_size == 0:
        return
    lines = load_sql(PACKAGE, "fhir_line")
    con.execute(f"create or replace temp table fhir_line as {lines}", {"path": str(path), "longest": LONGEST_LINE}).fetchall()
    total = int(scalar(con, "select count(*) from temp.fhir_line"))
    flat = load_sql(PACKAGE, f"fhir_{resource.lower()}")
    columns = FHIR_COLUMNS[resource]
    for first in range(1, total + 1, chunk_rows):
        asked = {"first": first, "last": first + chunk_rows - 1}
        frame = con.sql(flat, params=asked).pl()
        yield _checked(frame, resource, columns)
    con.execute("drop table temp.fhir_line").fetchall()


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
