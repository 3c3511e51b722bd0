"""A session with a database in which nothing can be written.

Belongs here: engines, what is said at the beginning of a session in each dialect, and telling a broken connection from a refusal. Does not
belong here: statements over tables, reading. Messages of drivers can hold hosts, users and values; none is passed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from resources.source_systems.connector import Fault, Rule
from resources.source_systems.csv_text import FileFaultError

ISOLATION = {"postgresql": "REPEATABLE READ", "mysql": "REPEATABLE READ", "mariadb": "REPEATABLE READ", "mssql": "SNAPSHOT"}
"""All tables of a delivery are read as they stood at one moment."""

_SNAPSHOT = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"
_SESSION = {
    "sqlite": ("PRAGMA query_only = on", "BEGIN"),  # the driver begins none for a SELECT, and the tables must agree
    "postgresql": (
        "SET statement_timeout = {milliseconds}",
        "SET datestyle = 'ISO, YMD'",
        "SET intervalstyle = 'iso_8601'",
        "SET timezone = 'UTC'",
        "SET bytea_output = 'hex'",
        "SET extra_float_digits = 1",
    ),
    "mysql": ("SET SESSION max_execution_time = {milliseconds}", "SET SESSION time_zone = '+00:00'", _SNAPSHOT),
    "mariadb": ("SET SESSION max_statement_time = {seconds}", "SET SESSION time_zone = '+00:00'", _SNAPSHOT),
    "oracle": ("SET TRANSACTION READ ONLY",),
    "mssql": ("SET LOCK_TIMEOUT {milliseconds}", "SET DEADLOCK_PRIORITY LOW", "SET NOCOUNT ON"),
}

_REFUSED = re.compile(
    r"28P01|28000|ORA-01017|ORA-28000|\b1045\b|\b18456\b|password authentication failed|role \".*\" does not exist|no pg_hba\.conf entry"
)
"""How databases refuse a user; asking again would only lock the account."""


def database_url(place: str) -> URL:
    """The address, parsed.

    Raises:
        FileFaultError: if it is none.
    """
    try:
        return make_url(place)
    except ArgumentError:
        raise FileFaultError(Fault(Rule.UNREACHABLE, "the address is not a database URL")) from None


def session_statements(backend: str, *, timeout_seconds: int) -> tuple[str, ...]:
    """What is said before the first question: read only, one snapshot, and an end to statements that never end.

    SQL Server has no read-only session: there the account's rights are what keeps it from writing. Oracle's timeout is the driver's.
    """
    seconds = {"seconds": timeout_seconds, "milliseconds": timeout_seconds * 1_000}
    return tuple(statement.format(**seconds) for statement in _SESSION.get(backend, ()))


@contextmanager
def read_only(place: str, *, timeout_seconds: int = 3_600) -> Iterator[Connection]:
    """One connection in one read-only transaction that is rolled back at the end.

    Raises:
        FileFaultError: if the address is none, or no driver for it is installed.
        SQLAlchemyError: whatever the database says.
    """
    url = database_url(place)
    engine = read_only_engine(url)
    try:
        with engine.connect() as connection:
            for statement in session_statements(url.get_backend_name(), timeout_seconds=timeout_seconds):
                connection.exec_driver_sql(statement)
            _limit_calls(connection, url.get_backend_name(), timeout_seconds)
            yield connection
            connection.rollback()
    finally:
        engine.dispose()


def _limit_calls(connection: Connection, backend: str, timeout_seconds: int) -> None:
    driver = connection.connection.driver_connection
    if backend == "oracle":
        driver.call_timeout = timeout_seconds * 1_000  # type: ignore[union-attr]  # an attribute of that driver alone
    elif backend == "mssql" and hasattr(driver, "timeout"):
        driver.timeout = timeout_seconds  # type: ignore[union-attr]  # an attribute of that driver alone


def read_only_engine(url: URL) -> Engine:
    """An engine whose sessions only read; parameters never reach its messages.

    Raises:
        FileFaultError: if the database file is not there, or no driver for the address is installed.
    """
    backend = url.get_backend_name()
    options: dict[str, object] = {"isolation_level": ISOLATION[backend]} if backend in ISOLATION else {}
    if backend == "postgresql":
        options["postgresql_readonly"] = True
    if backend == "sqlite":
        if not url.database or not Path(url.database).is_file():
            raise FileFaultError(Fault(Rule.UNREACHABLE, "the database file is not there"))
        file = Path(url.database).resolve().as_uri()
        url = url.set(database=f"{file}?mode=ro", query={"uri": "true"})
    try:
        return create_engine(url, hide_parameters=True, execution_options=options)
    except (ImportError, NoSuchModuleError):
        raise FileFaultError(Fault(Rule.UNREACHABLE, f"no driver for [{url.drivername}] is installed; see read-a-database.md")) from None


def is_broken_connection(error: Exception, *, connected: bool) -> bool:
    """Whether another attempt may succeed: the connection broke or was not made, and no user was refused."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, OSError)
    said = f"{getattr(error.orig, 'sqlstate', '')} {error.orig}"
    if _REFUSED.search(said):
        return False
    return bool(error.connection_invalidated) or not connected
