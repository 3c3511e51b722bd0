"""The rows of one landed part as text, whatever it is.

Belongs here: choosing the reader, positions, and fetching the text of single rows for quarantine. Does not belong here: FHIR (fhir).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from contracts.sources import CsvDrop, FhirNdjson, Source, SqlAlchemyQuery
from contracts.vocabularies.screens import shipped_forms
from resources.source_systems.connector import Part
from resources.source_systems.csv_text import CHUNK_ROWS, POSITION, RAGGED, read_chunks
from resources.sql import Connection

__all__ = ["ERASED_SUFFIX", "POSITION", "RAGGED", "RAW", "ROW_FAULT", "raw_rows", "text_chunks", "whole_chunks"]

ROW_FAULT = "_fault"
"""Column of rows that the reader of a standard could not read: the rule they break."""
RAW = "_raw"
"""Column with a row as it was delivered, where that is more than its columns."""


def text_chunks(folder: Path, part: Part, source: Source, con: Connection, *, raw: bool = False) -> Iterator[pl.DataFrame]:
    """Rows of one part in chunks: ``_position`` from 1, the vendor's columns as text, and marks of rows that cannot be read.

    Rows that the feed's text sets aside (``only``) are left out; positions stay those of the delivery.

    Args:
        folder: the landed delivery.
        part: which of its parts.
        source: the source's text.
        con: where DuckDB parses JSON; temporary objects only.
        raw: whether rows are wanted as they were delivered, where that is more than their columns.
    """
    only = source.feeds[part.feed].only
    for chunk in _chunks(folder / part.path, part, source, con, raw=raw):
        yield chunk.filter(_ours(chunk, only)) if only else chunk


ANYTHING = "*"
"""Stands in ``only`` for any text at all."""


def _ours(chunk: pl.DataFrame, only: Mapping[str, Sequence[str]]) -> pl.Expr:
    """Rows the feed is about, and those that nobody can read."""
    said = pl.all_horizontal(_says(pl.col(column).str.strip_chars(), texts) for column, texts in only.items())
    marks = [pl.col(mark).is_not_null() for mark in (RAGGED, ROW_FAULT) if mark in chunk.columns]
    return pl.any_horizontal(said, *marks)


def _says(text: pl.Expr, texts: Sequence[str]) -> pl.Expr:
    listed = text.fill_null("").is_in(list(texts))
    return listed | (text.fill_null("") != "") if ANYTHING in texts else listed


ERASED_SUFFIX = ".erased.parquet"
"""How a part ends that was written anew without rows that were erased, whatever it was delivered as."""


def whole_chunks(folder: Path, part: Part, source: Source, con: Connection) -> Iterator[pl.DataFrame]:
    """Every row of one part as its reader reads it, also those that the feed sets aside, and as they were delivered where that is more."""
    yield from _chunks(folder / part.path, part, source, con, raw=True)


def _chunks(path: Path, part: Part, source: Source, con: Connection, *, raw: bool) -> Iterator[pl.DataFrame]:
    if path.name.endswith(ERASED_SUFFIX):
        yield from _frame_chunks(path)
        return
    match source.connector:
        case CsvDrop() as options:
            yield from read_chunks(path, options, columns=part.columns)
        case FhirNdjson() as fhir:
            from assets.checked.formats.fhir import resource_chunks

            resource = source.feeds[part.feed].origin.resource or ""
            forms = shipped_forms().with_more(fhir.screens, fhir.screen_answers)
            yield from resource_chunks(con, path, resource, forms=forms, raw=raw)
        case SqlAlchemyQuery():
            yield from _table_chunks(path)
        case _:
            yield from _frame_chunks(path)


def _table_chunks(folder: Path) -> Iterator[pl.DataFrame]:
    before = 0
    for file in sorted(folder.iterdir()):
        frame = pl.read_parquet(file)
        yield frame.with_columns(pl.int_range(before + 1, before + 1 + pl.len(), dtype=pl.Int64).alias(POSITION))
        before += frame.height


def _frame_chunks(path: Path) -> Iterator[pl.DataFrame]:
    """Rows of a part whose reader landed them as one frame with their positions and marks."""
    with path.open("rb") as stream:
        yield from pl.read_parquet(stream).iter_slices(CHUNK_ROWS)


def raw_rows(chunks: Iterator[pl.DataFrame], positions: Sequence[int]) -> pl.DataFrame:
    """``_position`` and ``raw_row`` (JSON) of single rows; for quarantine, which is the only place they may go."""
    wanted = pl.DataFrame({POSITION: positions}, schema={POSITION: pl.Int64}).unique()
    found = [_as_json(chunk.join(wanted, on=POSITION, how="semi")) for chunk in chunks]
    found.append(pl.DataFrame(schema={POSITION: pl.Int64, "raw_row": pl.String}))
    return pl.concat(found).sort(POSITION)


def _as_json(rows: pl.DataFrame) -> pl.DataFrame:
    if RAW in rows.columns:
        return rows.select(POSITION, pl.col(RAW).alias("raw_row"))
    columns = [name for name in rows.columns if name not in {POSITION, RAGGED, ROW_FAULT}]
    whole = pl.struct(columns).struct.json_encode()
    if RAGGED not in rows.columns:
        return rows.select(POSITION, whole.alias("raw_row"))
    ragged = pl.struct(pl.col(RAGGED)).struct.json_encode()
    return rows.select(POSITION, pl.when(pl.col(RAGGED).is_not_null()).then(ragged).otherwise(whole).alias("raw_row"))
