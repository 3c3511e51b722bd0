"""Values of any database as text, the same text for the same value whatever driver it came from, and the hash of many rows of it.

Belongs here: turning driver values and column types into text, and hashing. Does not belong here: sessions, statements, what a text means.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from sqlalchemy import Boolean, ColumnElement, DateTime, Integer, LargeBinary, Numeric, String, Text, cast, func, literal_column
from sqlalchemy.types import Float, TypeEngine

from resources.source_systems.connector import file_sha256

PADDED = frozenset({"CHAR", "NCHAR", "BPCHAR"})


def server_text(value: ColumnElement[Any], kind: TypeEngine[Any], *, backend: str) -> ColumnElement[Any]:
    """A column as PostgreSQL itself writes it as text; other databases hand over their values.

    Only the server can write every value of its types: the year 294247 and ``infinity`` have no Python value, and one such row must not
    keep a whole delivery from being read.
    """
    if backend != "postgresql":
        return value
    if isinstance(kind, String) and type(kind).__name__.upper() not in PADDED:
        return value
    text: ColumnElement[Any]
    if isinstance(kind, Boolean):
        text = cast(cast(value, Integer), Text)
    elif isinstance(kind, LargeBinary):
        text = func.encode(value, literal_column("'hex'"))
    elif isinstance(kind, DateTime) and kind.timezone:
        text = cast(func.timezone(literal_column("'UTC'"), value), Text) + literal_column("'+00:00'")
    elif isinstance(kind, Numeric) and not isinstance(kind, Float):
        text = cast(func.trim_scale(value), Text)
    else:
        text = cast(value, Text)
    return text


def text_frame(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    """Rows of any driver as text, null where the database has null."""
    by_column = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return pl.DataFrame([_series(name, values) for name, values in zip(columns, by_column, strict=True)])


def _series(name: str, values: Sequence[Any]) -> pl.Series:
    if {type(value) for value in values} <= {str, type(None)}:
        return pl.Series(name, values, dtype=pl.String)
    return pl.Series(name, [value if value is None or type(value) is str else as_text(value) for value in values], dtype=pl.String)


def as_text(value: Any) -> str:
    """One value as text, the same for the same value whatever driver it came from."""
    match value:
        case bool():
            text = "1" if value else "0"  # as databases without a boolean type store it
        case datetime():
            text = _without_trailing_zeros(value.isoformat(sep=" "), value.microsecond)
        case time():
            text = _without_trailing_zeros(value.isoformat(), value.microsecond)
        case date():
            text = value.isoformat()
        case Decimal():
            text = format(value.normalize(), "f") if value.is_finite() else str(value)
        case float():
            number = Decimal(repr(value))
            text = format(number.normalize(), "f") if number.is_finite() else str(number)
        case bytes() | bytearray() | memoryview():
            text = bytes(value).hex()
        case dict() | list() | tuple():
            text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
        case _:
            text = str(value)
    return text


def _without_trailing_zeros(text: str, microsecond: int) -> str:
    """Fractions as PostgreSQL writes them: ``.5``, not ``.500000``."""
    if not microsecond:
        return text
    whole = f"{microsecond:06}"
    return text.replace(f".{whole}", f".{whole.rstrip('0')}", 1)


def content_sums(files: str, columns: Sequence[str]) -> tuple[int, int, int]:
    """Rows of Parquet files, and the sums of the two halves of their hashes: sums of several files add up to those of all.

    Args:
        files: a path, or a pattern of paths.
        columns: the columns that count, in any order.
    """
    listed = ", ".join('"' + name.replace('"', '""') + '"' for name in sorted(columns))
    quoted = files.replace("'", "''")
    con = duckdb.connect()
    try:
        con.execute("set threads=2")
        con.execute("set temp_directory=''")
        # As JSON neither a separator in a value nor a null can move a boundary.
        found = con.execute(
            "select count(*), coalesce(sum(('0x' || row_hash[1:16])::ubigint::hugeint), 0)::varchar,"
            " coalesce(sum(('0x' || row_hash[17:32])::ubigint::hugeint), 0)::varchar"
            f" from (select md5(to_json([{listed}])::varchar) as row_hash from read_parquet('{quoted}'))"
        ).fetchall()[0]
    finally:
        con.close()
    return int(found[0]), int(found[1]), int(found[2])


def sums_sha256(sums: Iterable[tuple[int, int, int]], columns: Sequence[str]) -> str:
    """Hash of rows from the sums of their files: the same for the same rows in any order and any files, repeated rows counted."""
    total = [sum(parts) for parts in zip(*sums, strict=True)] or [0, 0, 0]
    digest = hashlib.sha256("\x1f".join(sorted(columns)).encode())
    digest.update("\x1f".join(map(str, total)).encode())
    return digest.hexdigest()


def content_sha256(folder: Path, columns: Sequence[str]) -> str:
    """Hash of the rows in a folder of Parquet files."""
    return sums_sha256([content_sums(str(folder / "*.parquet"), columns)], columns)


def folder_sha256(folder: Path) -> str:
    """One hash for the files of a folder, in the order of their names."""
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        digest.update(file_sha256(file).encode())
    return digest.hexdigest()
