"""Scratch databases: where a product is worked out, apart from everything it may not see.

Belongs here: opening and removing them. Does not belong here: what is written there.

A product's measures run on a connection to such a database only. The warehouse is not attached to it, so no question can reach a row that
was not handed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from assets.published.file import remove_data
from resources.sql import Connection, quoted, scalar


@contextmanager
def open_scratch(path: Path, *, like: Connection) -> Iterator[Connection]:
    """A database of its own at ``path``, with the limits of ``like`` and no way to load anything."""
    con = duckdb.connect(str(path))
    try:
        for setting in ("threads", "memory_limit", "temp_directory"):
            value = str(scalar(like, f"select current_setting('{setting}')")).replace("'", "''")
            con.execute(f"set {setting}='{value}'")
        con.execute("set autoinstall_known_extensions=false")
        con.execute("set autoload_known_extensions=false")
        con.execute("set enable_progress_bar=false")
        yield con
    finally:
        con.close()


@contextmanager
def handed_over(con: Connection, path: Path, *, fresh: bool = True, alias: str = "handover") -> Iterator[str]:
    """Attach a scratch database to the warehouse's connection for writing; detached again before anything else reads it.

    ``fresh`` removes what lies there first.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if fresh:
        remove_data(path)
    con.execute(f"attach {quoted(path)} as {alias}")
    try:
        yield alias
    finally:
        con.execute(f"detach {alias}")


def clear(paths: list[Path]) -> None:
    """Remove scratch databases; what they held was derived."""
    for path in paths:
        remove_data(path)
