"""Keeping Dagster's account of a run cheap to write.

Belongs here: two settings of its SQLite files while a run in this process lasts. Does not belong here: what is written.

Dagster opens, commits and closes a connection for each of several hundred small events; every close of a last connection folds the
write-ahead log into the file and waits for the disk, which can take longer than the night's work itself. Here one idle connection a file
is held open, and commits wait for the operating system only. A power cut may lose the last seconds of that account and damages nothing;
the account that must survive is the ledger, which waits for the disk at every entry.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine


@contextmanager
def held_open(folder: Path) -> Iterator[None]:
    """Hold one connection to every SQLite file that SQLAlchemy opens below ``folder``, until the end."""
    held: dict[str, sqlite3.Connection] = {}

    def connected(connection: Any, _record: Any) -> None:
        raw = getattr(connection, "driver_connection", connection)
        if not isinstance(raw, sqlite3.Connection):
            return
        file = _file_of(raw)
        if file is None or not Path(file).is_relative_to(folder):
            return
        raw.execute("pragma synchronous = normal").close()
        if file not in held:
            # Steps may run in threads of their own; this connection does nothing but stay open.
            held[file] = sqlite3.connect(file, check_same_thread=False)
            held[file].execute("pragma schema_version").close()

    event.listen(Engine, "connect", connected)
    try:
        yield
    finally:
        event.remove(Engine, "connect", connected)
        for connection in held.values():
            connection.close()


def _file_of(connection: sqlite3.Connection) -> str | None:
    found = connection.execute("pragma database_list").fetchall()
    return next((file for _, name, file in found if name == "main" and file), None)
