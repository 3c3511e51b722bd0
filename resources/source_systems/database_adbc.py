"""PostgreSQL read as Arrow through ADBC, where it is installed: the same statement, the same text, faster.

Belongs here: that one path. Does not belong here: the statement (database_statement), the portable path (sqlalchemy_query).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import polars as pl
from sqlalchemy import URL, Select
from sqlalchemy.dialects import postgresql

from resources.source_systems.database_session import session_statements

BEGIN = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
BATCH_BYTES = 16 * 1024 * 1024


class FastPathFailed(RuntimeError):
    """ADBC could not do it; the portable path can. Carries nothing of what was said."""


def is_available(url: URL) -> bool:
    """Whether this path can be taken for an address."""
    return url.get_backend_name() == "postgresql" and find_spec("adbc_driver_postgresql") is not None


@contextmanager
def fast_session(url: URL, *, timeout_seconds: int) -> Iterator[Any]:
    """A cursor factory in one read-only transaction.

    Raises:
        FastPathFailed: whatever went wrong.
    """
    from adbc_driver_manager import Error
    from adbc_driver_postgresql import dbapi

    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with dbapi.connect(address, autocommit=True) as connection:
            with connection.cursor() as cursor:
                for statement in (*session_statements("postgresql", timeout_seconds=timeout_seconds), BEGIN):
                    cursor.execute(statement)
            yield connection
    except Error:
        failed = True
    else:
        failed = False
    if failed:
        raise FastPathFailed


def literal_sql(asked: Select[Any]) -> str:
    """The statement as PostgreSQL's own text, bounds written out: ADBC takes no SQLAlchemy parameters."""
    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]  # SQLAlchemy leaves the dialect untyped
    return str(asked.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def fast_frames(connection: Any, asked: Select[Any]) -> Iterator[pl.DataFrame]:
    """Rows of a statement as text, batch by batch as the server sends them."""
    with connection.cursor() as cursor:
        cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(BATCH_BYTES)})
        cursor.execute(literal_sql(asked))
        for batch in cursor.fetch_record_batch():
            frame = pl.from_arrow(batch)
            if isinstance(frame, pl.DataFrame) and frame.height:
                yield frame.with_columns(pl.all().cast(pl.String))
