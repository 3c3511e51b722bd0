"""A relational database, read through SQLAlchemy.

Belongs here: one read-only transaction over the tables of a source, everything as text, and a content hash that neither the order of
rows nor the kind of database changes. Does not belong here: what a value means.
Error messages of drivers can hold hosts, users and values; none is passed on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from sqlalchemy import ColumnElement, Connection, Engine, column, create_engine, inspect, select, table
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchTableError, SQLAlchemyError

from contracts.sources import Feed, Source, SqlAlchemyQuery
from contracts.vocabularies.prohibited import is_prohibited
from resources.source_systems.connector import Collected, Fault, Known, Part, Rule, delivery_sha256, file_sha256
from resources.source_systems.csv_text import FileFaultError, normal


class SqlAlchemyConnector:
    """Reads ``sqlalchemy`` sources; see :class:`resources.source_systems.connector.Connector`."""

    def collect(self, source: Source, *, place: str, night: date, into: Path, known: Known) -> Collected:
        """All rows of every table of the source, as they stand in one transaction."""
        options = source.connector
        if not isinstance(options, SqlAlchemyQuery):
            raise TypeError(f"source [{source.name}] is not a database")
        parts: list[Part] = []
        feed = ""
        try:
            with _read_only(place) as connection:
                for feed, said in source.feeds.items():
                    parts.append(_read_table(connection, feed, said, into=into, chunk_rows=options.chunk_rows))
        except FileFaultError as error:
            return Collected(faults=(Fault(error.fault.rule, f"feed [{feed}]: {error.fault.detail}"),))
        except (SQLAlchemyError, OSError, ImportError) as error:
            kind = type(error).__name__
            where = f"while reading feed [{feed}]" if feed else "when connecting"
            return Collected(faults=(Fault(Rule.UNREACHABLE, f"{kind} {where}; see the database's own log"),))
        return Collected(parts=tuple(parts), sha256=delivery_sha256((part.feed, part.sha256) for part in parts))


@contextmanager
def _read_only(place: str) -> Iterator[Connection]:
    """One connection in one read-only transaction that is rolled back at the end."""
    try:
        url = make_url(place)
    except ArgumentError:
        raise FileFaultError(Fault(Rule.UNREACHABLE, "the address is not a database URL")) from None
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            if url.get_backend_name() == "sqlite":
                connection.exec_driver_sql("PRAGMA query_only = on")
                connection.exec_driver_sql("BEGIN")  # the driver begins none for a SELECT, and the tables must agree
            yield connection
            connection.rollback()
    finally:
        engine.dispose()


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        if not url.database or not Path(url.database).is_file():
            raise FileFaultError(Fault(Rule.UNREACHABLE, "the database file is not there"))
        file = Path(url.database).resolve().as_uri()
        return create_engine(url.set(database=f"{file}?mode=ro", query={"uri": "true"}), hide_parameters=True)
    if url.get_backend_name() == "postgresql":
        isolation = "REPEATABLE READ"  # all tables from one snapshot
        return create_engine(url, hide_parameters=True, execution_options={"isolation_level": isolation, "postgresql_readonly": True})
    return create_engine(url, hide_parameters=True)


def _read_table(connection: Connection, feed: str, said: Feed, *, into: Path, chunk_rows: int) -> Part:
    schema, _, name = (said.origin.table or "").rpartition(".")
    columns = _columns(connection, name, schema or None, said)
    wanted: list[ColumnElement[Any]] = [column(theirs) for theirs in columns.values()]
    asked = select(*wanted).select_from(table(name, schema=schema or None))
    folder = into / feed
    folder.mkdir(parents=True, exist_ok=True)
    rows = chunks = 0
    result = connection.execution_options(stream_results=True, yield_per=chunk_rows).execute(asked)
    for chunk in result.partitions(chunk_rows):
        chunks += 1
        frame = text_frame(list(columns), chunk)
        frame.write_parquet(folder / f"{chunks:05}.parquet", compression="zstd")
        rows += frame.height
    if not chunks:
        text_frame(list(columns), []).write_parquet(folder / "00001.parquet", compression="zstd")
    if rows < said.min_rows:
        raise FileFaultError(Fault(Rule.TOO_FEW_ROWS, f"{rows} rows where at least {said.min_rows} are expected"))
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        digest.update(file_sha256(file).encode())
    content = content_sha256(folder, tuple(columns))
    return Part(feed, said.origin.table or "", feed, content, digest.hexdigest(), rows, tuple(columns))


def _columns(connection: Connection, name: str, schema: str | None, said: Feed) -> dict[str, str]:
    """Columns to read: name in the county's text to name in the database. What the text does not use is never fetched."""
    try:
        found = [str(item["name"]) for item in inspect(connection).get_columns(name, schema=schema)]
    except NoSuchTableError:
        found = []
    if not found:
        raise FileFaultError(Fault(Rule.TABLE_MISSING, "the table is not there, or this user may not see it"))
    theirs: dict[str, str] = {}
    for place, their_name in enumerate(found, start=1):
        if normal(their_name) in theirs:
            raise FileFaultError(Fault(Rule.DUPLICATE_HEADER, f"column {place} has the name of another"))
        theirs[normal(their_name)] = their_name
    missing = [ours for ours in said.used_columns if normal(ours) not in theirs]
    if missing:
        raise FileFaultError(Fault(Rule.MISSING_COLUMN, f"no column {', '.join(f'[{ours}]' for ours in missing)}"))
    return {ours: theirs[normal(ours)] for ours in said.used_columns if not is_prohibited(ours)}


def text_frame(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    """Rows of any driver as text, null where the database has null."""
    by_column = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return pl.DataFrame([pl.Series(name, _texts(values), dtype=pl.String) for name, values in zip(columns, by_column, strict=True)])


def _texts(values: Sequence[Any]) -> list[str | None]:
    return [value if value is None or type(value) is str else as_text(value) for value in values]


def as_text(value: Any) -> str:
    """One value as text, the same for the same value whatever driver it came from."""
    match value:
        case bool():
            text = "1" if value else "0"  # as databases without a boolean type store it
        case datetime():
            text = value.isoformat(sep=" ")
        case date() | time():
            text = value.isoformat()
        case Decimal():
            text = format(value.normalize(), "f")
        case float():
            text = format(Decimal(repr(value)).normalize(), "f")
        case bytes() | memoryview():
            text = bytes(value).hex()
        case _:
            text = str(value)
    return text


def content_sha256(folder: Path, columns: Sequence[str]) -> str:
    """Hash of the rows in a folder of Parquet files: the same for the same rows in any order, repeated rows counted."""
    names = sorted(columns)
    listed = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
    files = str(folder / "*.parquet").replace("'", "''")
    digest = hashlib.sha256("\x1f".join(names).encode())
    con = duckdb.connect()
    try:
        con.execute("set threads=2")
        con.execute("set temp_directory=''")
        con.execute(f"create temp table hashed as select sha256(to_json([{listed}])::varchar) as row_hash from read_parquet('{files}')")
        # In 256 pieces, so that no single text grows with the table.
        pieces = "select string_agg(row_hash, '' order by row_hash) from hashed group by left(row_hash, 2) order by left(row_hash, 2)"
        for (text,) in con.execute(pieces).fetchall():
            digest.update(text.encode())
    finally:
        con.close()
    return digest.hexdigest()
