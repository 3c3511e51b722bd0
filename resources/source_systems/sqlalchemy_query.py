"""A relational database, read through SQLAlchemy.

Belongs here: one attempt after another until all tables of a source were read in one read-only transaction, everything as text, written
chunk by chunk. Does not belong here: sessions (database_session), statements (database_statement), what a value means.

A connection that breaks is waited for and asked again. What was read of a table that broke off is thrown away; of a full snapshot
everything is, because its tables must agree with each other. Error messages of drivers can hold hosts, users and values; none is passed on.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select
from sqlalchemy.exc import SQLAlchemyError

from contracts.source_feeds import Feed
from contracts.sources import DeliveryMode, Source, SqlAlchemyQuery
from resources.source_systems import database_adbc
from resources.source_systems.connector import Collected, Fault, Known, Part, Rule, delivery_sha256
from resources.source_systems.csv_text import FileFaultError
from resources.source_systems.database_session import database_url, is_broken_connection, read_only
from resources.source_systems.database_statement import Found, Mark, find_table, highest_statement, latest, mark_of, rows_statement
from resources.source_systems.database_text import as_text, content_sha256, content_sums, folder_sha256, sums_sha256, text_frame
from resources.source_systems.drift import Before, Drift, policy_of

__all__ = ["SqlAlchemyConnector", "as_text", "content_sha256", "first_rows", "text_frame"]

Frames = Iterator[pl.DataFrame]
sleep: Callable[[float], None] = time.sleep
"""Waiting between attempts; tests do not wait."""


@dataclass
class _Attempt:
    """What the attempts of one night have come to so far."""

    parts: dict[str, Part] = field(default_factory=dict)
    drift: dict[str, tuple[Drift, ...]] = field(default_factory=dict)
    feed: str = ""
    connected: bool = False


class SqlAlchemyConnector:
    """Reads ``sqlalchemy`` sources; see :class:`resources.source_systems.connector.Connector`."""

    def collect(self, source: Source, *, place: str, night: date, into: Path, known: Known) -> Collected:
        """All rows of every table of the source, or what changed since the last delivery, as they stand in one transaction."""
        options = source.connector
        if not isinstance(options, SqlAlchemyQuery):
            raise TypeError(f"source [{source.name}] is not a database")
        done = _Attempt()
        for attempt in range(1, options.attempts + 1):
            try:
                with _session(place, options) as (connection, frames):
                    done.connected = True
                    _read_feeds(source, connection, frames, done, night=night, into=into, known=known)
                break
            except FileFaultError as error:
                fault = Fault(error.fault.rule, f"feed [{done.feed}]: {error.fault.detail}") if done.feed else error.fault
                return Collected(faults=(fault,), drift=(*_listed(done.drift), *error.drift))
            except database_adbc.FastPathFailed:
                # Nothing of the fast path is kept: what it could not do, the portable path does from the beginning.
                options = options.model_copy(update={"fast": False})
                _forget(done, into, everything=True)
            except Exception as error:  # whatever a driver makes of a value: a bad source never stops the night
                if _is_bad_text(error):
                    return Collected(faults=(Fault(Rule.WRONG_ENCODING, f"feed [{done.feed}]: a text is not in the database's encoding"),))
                if attempt == options.attempts or not is_broken_connection(error, connected=done.connected):
                    return Collected(faults=(_unreachable(error, done.feed, attempt),))
                _forget(done, into, everything=source.delivery_mode is DeliveryMode.FULL_SNAPSHOT)
                sleep(options.backoff_seconds * 2 ** (attempt - 1))
        else:
            return Collected(faults=(Fault(Rule.UNREACHABLE, f"gave up after {options.attempts} attempts"),))
        parts = tuple(done.parts[feed] for feed in source.feeds)
        return Collected(parts, delivery_sha256((part.feed, part.sha256) for part in parts), drift=_listed(done.drift))


def first_rows(source: Source, feed: str, *, place: str, rows: int) -> pl.DataFrame:
    """The first rows of a feed's table as text, read-only, for a person who looks at it; nothing is landed.

    Raises:
        FileFaultError: if the table cannot be read; its words carry no value.
    """
    if not isinstance(source.connector, SqlAlchemyQuery):
        raise TypeError(f"source [{source.name}] is not a database")
    try:
        with read_only(place, timeout_seconds=source.connector.statement_timeout_seconds) as connection:
            found = find_table(connection, source.feeds[feed], policy_of(source, feed, Before()))
            asked = rows_statement(found, backend=connection.dialect.name, limit=rows)
            return text_frame(list(found.columns), connection.execute(asked).fetchall())
    except SQLAlchemyError as error:
        fault = _unreachable(error, feed, 1)
    raise FileFaultError(fault)


def _unreachable(error: Exception, feed: str, attempts: int) -> Fault:
    where = f"while reading feed [{feed}]" if feed else "when connecting"
    tried = f", {attempts} attempts" if attempts > 1 else ""
    return Fault(Rule.UNREACHABLE, f"{type(error).__name__} {where}{tried}; see the database's own log")


def _is_bad_text(error: Exception) -> bool:
    return "Could not decode to UTF-8" in str(getattr(error, "orig", ""))


def _listed(drift: Mapping[str, tuple[Drift, ...]]) -> tuple[Drift, ...]:
    return tuple(change for changes in drift.values() for change in changes)


def _forget(done: _Attempt, into: Path, *, everything: bool) -> None:
    """Throw away what was read of the table that broke off, or of all."""
    if everything:
        done.parts.clear()
    for folder in into.iterdir():
        if folder.name not in done.parts:
            shutil.rmtree(folder)
    done.feed, done.connected = "", False


_Reader = Callable[[Select[Any], Found], Frames]


@contextmanager
def _session(place: str, options: SqlAlchemyQuery) -> Iterator[tuple[Connection, _Reader]]:
    """A connection to look tables up with, and a way to read rows: both read-only."""
    url = database_url(place)
    with read_only(place, timeout_seconds=options.statement_timeout_seconds) as connection:
        if options.fast and database_adbc.is_available(url):
            with database_adbc.fast_session(url, timeout_seconds=options.statement_timeout_seconds) as fast:
                yield connection, lambda asked, _: database_adbc.fast_frames(fast, asked)
        else:
            yield connection, lambda asked, found: portable_frames(connection, asked, found, chunk_rows=options.chunk_rows)


def portable_frames(connection: Connection, asked: Select[Any], found: Found, *, chunk_rows: int) -> Frames:
    """Rows of a statement as text, so many at a time, from a cursor that the server holds where the driver can."""
    result = connection.execution_options(stream_results=True, yield_per=chunk_rows).execute(asked)
    for chunk in result.partitions(chunk_rows):
        yield text_frame(list(found.columns), chunk)


def _read_feeds(source: Source, connection: Connection, frames: _Reader, done: _Attempt, *, night: date, into: Path, known: Known) -> None:
    for name, said in source.feeds.items():
        if name in done.parts:
            continue
        done.feed = name
        found = find_table(connection, said, policy_of(source, name, known.before.get(name, Before())))
        done.drift[name] = found.drift
        asked, mark = _asked(source, said, found, connection, night=night, before=known.marks.get(name))
        done.parts[name] = _write(name, said, found, frames(asked, found), into=into, mark=mark)
    done.feed = ""


def _asked(
    source: Source, said: Feed, found: Found, connection: Connection, *, night: date, before: str | None
) -> tuple[Select[Any], Mark | None]:
    """The question for tonight, and where the next night begins: that is asked first, so that no row is written in between unread."""
    backend, watermark = connection.dialect.name, said.origin.watermark
    if watermark is None:
        return rows_statement(found, backend=backend), None
    until, written = latest(found, watermark, night=night, formats=_formats(source, said))
    mark = mark_of(connection.execute(highest_statement(found, watermark, until=until)).scalar(), written)
    since = Mark.from_json(before) if before else None
    return rows_statement(found, backend=backend, watermark=watermark, since=since), mark or since


def _formats(source: Source, said: Feed) -> tuple[str, ...]:
    watermark = said.origin.watermark.column if said.origin.watermark else ""
    own = [pattern for column in said.columns.get(watermark, ()) for pattern in column.formats]
    return (*own, *source.formats.timestamp, *source.formats.date)


def _write(feed: str, said: Feed, found: Found, frames: Frames, *, into: Path, mark: Mark | None) -> Part:
    columns = tuple(found.columns)
    folder = into / feed
    folder.mkdir(parents=True, exist_ok=True)
    rows = files = 0
    # One thread hashes what is written while the next rows come.
    with ThreadPoolExecutor(1) as hashing:
        sums: list[Future[tuple[int, int, int]]] = []
        for frame in frames:
            files += 1
            file = folder / f"{files:05}.parquet"
            frame.write_parquet(file, compression="zstd", compression_level=1)
            sums.append(hashing.submit(content_sums, str(file), columns))
            rows += frame.height
        if not files:
            text_frame(list(columns), []).write_parquet(folder / "00001.parquet", compression="zstd")
        content = sums_sha256([done.result() for done in sums], columns)
    if rows < said.min_rows and mark is None:
        raise FileFaultError(Fault(Rule.TOO_FEW_ROWS, f"{rows} rows where at least {said.min_rows} are expected"))
    return Part(
        feed=feed,
        name=said.origin.table or "",
        path=feed,
        sha256=content,
        landed_sha256=folder_sha256(folder),
        rows=rows,
        columns=columns,
        strange=found.strange,
        mark=mark.as_json() if mark else None,
    )
