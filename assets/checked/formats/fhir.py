"""FHIR R4 resources, one JSON text a line, as flat columns of text.

Belongs here: running the question of each resource over the lines of a file. Does not belong here: what a column is mapped to (the
county's text) and whether the resource may be used (contracts).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from contracts.vocabularies.fhir import FHIR_COLUMNS
from contracts.vocabularies.screens import Forms, shipped_forms
from resources.sql import Connection, load_sql

PACKAGE = "assets.checked.formats"
BLOCK = 32 * 1024 * 1024
"""Bytes read at a time; a resource longer than this was refused when the file was examined."""
BATCH_ROWS = 100_000


def resource_chunks(con: Connection, path: Path, resource: str, *, forms: Forms | None = None, raw: bool = False) -> Iterator[pl.DataFrame]:
    """Resources of a file in chunks of flat text, in the order of the file.

    Args:
        con: where the JSON is parsed, on a cursor of its own.
        path: newline-delimited JSON.
        resource: one of FHIR_COLUMNS.
        forms: screening forms that an Observation may answer; default those that ship.
        raw: whether each line itself is wanted, as a row of quarantine is.

    Yields:
        ``_position``, the columns of FHIR_COLUMNS, ``_fault`` (``not_json`` or ``wrong_resource``, else null), and ``_raw`` if asked for.
    """
    flat = load_sql(PACKAGE, f"fhir_{resource.lower()}")
    cursor = con.cursor()
    for name, frame in (_form_tables(forms or shipped_forms()) if resource == "Observation" else {}).items():
        cursor.register(name, frame)
    before = 0
    try:
        for found, lines in _lines_apart(cursor, path, flat) if raw or not _is_plain(path) else _whole_file(cursor, path, flat):
            numbered = found.with_columns(pl.int_range(before + 1, before + 1 + pl.len(), dtype=pl.Int64).alias("_position"))
            before += found.height
            yield _checked(numbered, resource, lines if raw else None)
    finally:
        cursor.close()


def _is_plain(path: Path) -> bool:
    """Whether DuckDB splits the file into lines where we do: no carriage return, no chr(1), no byte order mark."""
    with path.open("rb") as stream:
        first = True
        while block := stream.read(BLOCK):
            if b"\r" in block or b"\x01" in block or (first and block.startswith(b"\xef\xbb\xbf")):
                return False
            first = False
    return True


Parsed = Iterator[tuple[pl.DataFrame, pl.Series | None]]


def _whole_file(cursor: Connection, path: Path, flat: str) -> Parsed:
    """Lines split and parsed by DuckDB in one stream: three times as fast as line by line."""
    asked = cursor.sql(f"with fhir_line as ({load_sql(PACKAGE, 'fhir_line')}) from ({flat})", params={"path": str(path)})
    for batch in asked.to_arrow_reader(BATCH_ROWS):
        frame = pl.DataFrame(pl.from_arrow(batch))
        if frame.height:
            yield frame, None


def _lines_apart(cursor: Connection, path: Path, flat: str) -> Parsed:
    """Lines split here, for files that another reader would split elsewhere, and where the lines themselves are wanted."""
    for lines in _lines(path):
        cursor.register("fhir_line", lines.to_frame())
        found = cursor.sql(flat).pl()
        cursor.unregister("fhir_line")
        yield found, lines


def _lines(path: Path) -> Iterator[pl.Series]:
    """Lines that are not blank, some at a time."""
    rest = b""
    encoding = "utf-8-sig"
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            whole, newline, rest = (rest + block).rpartition(b"\n")
            if newline:
                yield from _split(whole, encoding)
                encoding = "utf-8"
    yield from _split(rest, encoding)


def _split(text: bytes, encoding: str) -> Iterator[pl.Series]:
    lines = pl.Series("line", [text.decode(encoding)]).str.split("\n").list.explode().str.strip_chars(" \t\r\n")
    lines = lines.filter(lines != "")
    if len(lines):
        yield lines


def _checked(frame: pl.DataFrame, resource: str, lines: pl.Series | None) -> pl.DataFrame:
    fault = (
        pl.when(~pl.col("is_json"))
        .then(pl.lit("not_json"))
        .when(pl.col("resource_type").ne_missing(resource))
        .then(pl.lit("wrong_resource"))
        .alias("_fault")
    )
    columns = [pl.col(name).cast(pl.String) for name in FHIR_COLUMNS[resource]]
    if lines is None:
        return frame.select("_position", *columns, fault)
    # Under a name of its own: an address has a line too.
    whole = pl.when(pl.col("is_json")).then("_line").otherwise(pl.struct(raw_line="_line").struct.json_encode()).alias("_raw")
    return frame.with_columns(lines.alias("_line")).select("_position", *columns, whole, fault)


def _form_tables(forms: Forms) -> Mapping[str, pl.DataFrame]:
    """``fhir_form`` (code of the form, codes of its items in order) and ``fhir_answer`` (code of an answer, its number as text)."""
    listed: Sequence[tuple[str, list[str]]] = sorted((code, list(items)) for code, items in forms.items.items())
    answers = sorted((code, str(number)) for code, number in forms.answers.items())
    return {
        "fhir_form": pl.DataFrame(listed, schema={"code": pl.String, "items": pl.List(pl.String)}, orient="row"),
        "fhir_answer": pl.DataFrame(answers, schema={"code": pl.String, "value": pl.String}, orient="row"),
    }
