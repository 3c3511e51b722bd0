"""Where refused rows lie: one file a source and night, readable by its owner only, outside warehouse and backups.

Belongs here: writing that file. Does not belong here: deciding what goes into it. Nothing else ever holds a refused row.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import chain
from pathlib import Path

import duckdb
import polars as pl

from resources.home import Home, sync_folder

COLUMNS = {
    "source": pl.String,
    "feed": pl.String,
    "delivery_sha256": pl.String,
    "part": pl.String,
    "row_position": pl.Int64,
    "column_name": pl.String,
    "rule": pl.String,
    "raw_row": pl.String,
}
_DDL = """create table refused (
    source varchar not null, feed varchar not null, delivery_sha256 varchar not null, part varchar, row_position bigint,
    column_name varchar, rule varchar not null, raw_row json)"""


def quarantine_file(home: Home, source: str, night: date) -> Path:
    """The file of one source and night."""
    return home.quarantine / source / f"{night.isoformat()}.duckdb"


def write_quarantine(home: Home, source: str, night: date, refused: Iterable[pl.DataFrame]) -> None:
    """Replace the quarantine of a source and night.

    Args:
        home: where it lies.
        source: the source.
        night: the night.
        refused: frames with one row for each fault and with :data:`COLUMNS`, written one after the other. None: the file is removed.
    """
    frames = (frame for frame in refused if frame.height)
    first = next(frames, None)
    target = quarantine_file(home, source, night)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if first is None:
        target.unlink(missing_ok=True)
        return
    # The folder is closed to others before the file exists in it.
    target.parent.chmod(0o700)
    unfinished = target.with_name(f".{target.name}.part")
    for left_over in (unfinished, Path(f"{unfinished}.wal")):
        left_over.unlink(missing_ok=True)
    con = duckdb.connect(str(unfinished))
    try:
        unfinished.chmod(0o600)
        con.execute(_DDL)
        for frame in chain([first], frames):
            con.register("refused_frame", frame.select(*COLUMNS))
            in_order = "select * from refused_frame order by feed, part, row_position, column_name, rule"
            con.execute(f"insert into refused by name {in_order}").fetchall()
            con.unregister("refused_frame")
    finally:
        con.close()
    unfinished.replace(target)
    sync_folder(target.parent)
