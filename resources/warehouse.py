"""The integrator's warehouse and registers: one writer at a time.

Belongs here: opening, locking, schemas, migrations, logical hashes. Does not belong here: what any table means.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from contracts.stages import STAGES
from resources.home import Home
from resources.sql import Connection, quoted, rows, scalar


class WarehouseBusy(RuntimeError):
    """Another run holds the warehouse."""


@dataclass(frozen=True)
class Warehouse:
    """The two database files of the integrator, opened by one writer under one lock.

    ``threads`` and ``memory_limit`` bound DuckDB, not the whole process.
    """

    home: Home
    threads: int = 2
    memory_limit: str = "4GB"

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the single-writer lock shared by the command line and the daemon.

        Raises:
            WarehouseBusy: if another process holds it.
        """
        self.home.prepare()
        descriptor = os.open(self.home.root / "writer.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise WarehouseBusy("another run is writing to this warehouse; wait for it to end, or stop it, and try again") from None
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def writer(self) -> Iterator[Connection]:
        """The warehouse, writable, with the registers attached as ``registers``."""
        self.home.prepare()
        con = self._open(self.home.warehouse)
        try:
            for stage in STAGES:
                con.execute(f"create schema if not exists {stage.value}")
            con.execute(f"attach {quoted(self.home.registers)} as registers")
            migrate(con)
            yield con
        finally:
            con.close()

    @contextmanager
    def reader(self) -> Iterator[Connection]:
        """The warehouse and registers, read-only."""
        con = duckdb.connect(str(self.home.warehouse), read_only=True)
        try:
            if self.home.registers.exists():
                con.execute(f"attach {quoted(self.home.registers)} as registers (read_only)")
            yield con
        finally:
            con.close()

    def _open(self, path: Path) -> Connection:
        con = duckdb.connect(str(path))
        con.execute(f"set threads={int(self.threads)}")
        con.execute(f"set memory_limit='{self.memory_limit}'")
        con.execute(f"set temp_directory={quoted(self.home.scratch)}")
        con.execute("set autoinstall_known_extensions=false")
        con.execute("set autoload_known_extensions=false")
        con.execute("set enable_progress_bar=false")
        # Else a night rewrites the same blocks many times over; what a crash leaves in the log is replayed when the file is opened.
        con.execute("set checkpoint_threshold='512MB'")
        con.execute("set timezone='UTC'")
        return con


def migrate(con: Connection) -> None:
    """Bring ``registers`` to the newest layout; each migration runs once, in the order of its number."""
    from resources.registers import MIGRATIONS

    con.execute("create table if not exists registers.main.migration (number integer primary key, name varchar not null)")
    done = {number for (number,) in rows(con, "select number from registers.main.migration")}
    for number, (name, statements) in enumerate(MIGRATIONS, start=1):
        if number in done:
            continue
        con.execute("begin")
        for statement in statements:
            con.execute(statement)
        con.execute("insert into registers.main.migration values (?, ?)", [number, name])
        con.execute("commit")


def logical_hash(con: Connection, table: str) -> str:
    """sha256 of a table's content that does not depend on row order or file layout.

    Column names and types count; physical order does not.
    """
    columns = rows(con, f"select column_name, column_type from (describe select * from {table}) order by column_name")
    head = hashlib.sha256(repr(columns).encode()).hexdigest()
    expressions = ", ".join(f'"{name}"' for name, _ in columns)
    body = scalar(
        con,
        # The sum of 128-bit row hashes is the same for any order of the same rows, duplicates counted.
        f"select count(*) || ':' || coalesce(sum(('0x' || left(sha256(to_json(row({expressions}))::varchar), 15))::hugeint), 0)"
        f" || ':' || coalesce(sum(('0x' || substr(sha256(to_json(row({expressions}))::varchar), 16, 15))::hugeint), 0) from {table}",
    )
    return hashlib.sha256(f"{head}:{body}".encode()).hexdigest()
