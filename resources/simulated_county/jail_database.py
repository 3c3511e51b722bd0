"""The jail's database: its tables, written and copied through SQLAlchemy.

Belongs here: the vendor's schema and moving rows into any database SQLAlchemy can reach. Does not belong here: what the rows say (jail.py).
The same tables stand in SQLite (the simulated county's files) and in PostgreSQL (a county's server, or a test's).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

CHUNK = 20_000
_schema = sa.MetaData()


def _text(name: str, length: int, *, key: bool = False, required: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), primary_key=key, nullable=not (key or required))


sa.Table(
    "inmate_booking", _schema,
    _text("BookingNo", 16, key=True), _text("JacketNo", 16, required=True), _text("BookDt", 19, required=True), _text("ReleaseDt", 19),
    _text("ReleaseCd", 4), _text("LastNm", 60), _text("FirstNm", 40), _text("MidNm", 40), _text("SuffixNm", 8), _text("DOB", 10),
    _text("SexCd", 1), _text("RaceCd", 1), _text("EthCd", 1), _text("Ssn4", 4), _text("StateId", 12), _text("Phone", 16),
    _text("StreetAddr", 80), _text("City", 40), _text("St", 2), _text("Zip", 5), _text("ArrAgency", 8), _text("FacilityCd", 8),
    _text("BookTypeCd", 4), _text("BjmhsResult", 1), _text("BjmhsDt", 19), _text("HomelessFl", 1), _text("LastUpdDt", 19, required=True),
)  # fmt: skip
sa.Table(
    "booking_charge", _schema,
    _text("ChargeId", 16, key=True), _text("BookingNo", 16, required=True), sa.Column("SeqNo", sa.Integer, nullable=False),
    _text("Statute", 24), _text("ChargeDesc", 80), _text("ChargeLvl", 1), _text("ChargeDt", 10),
)  # fmt: skip
sa.Table(
    "inmate_alias", _schema,
    _text("AliasId", 16, key=True), _text("JacketNo", 16, required=True), _text("LastNm", 60), _text("FirstNm", 40), _text("DOB", 10),
)  # fmt: skip
sa.Table(
    "legal_event", _schema,
    _text("EventId", 16, key=True), _text("JacketNo", 16, required=True), _text("BookingNo", 16), _text("EventCd", 4, required=True),
    _text("EventDt", 10, required=True),
)  # fmt: skip
sa.Table(
    "daily_count", _schema,
    _text("CountDt", 10, key=True), _text("FacilityCd", 8, key=True), sa.Column("PopCount", sa.Integer, nullable=False),
    sa.Column("BookingCount", sa.Integer, nullable=False),
)  # fmt: skip
sa.Table(
    "bjmhs_screen", _schema,
    _text("ScreenId", 20, key=True), _text("BookingNo", 16, required=True), _text("ScreenDt", 19, required=True),
    *(_text(f"Q{item}", 1) for item in range(1, 9)),
)  # fmt: skip

JAIL_TABLES: Mapping[str, sa.Table] = dict(_schema.tables)
"""Every table of the vendor's schema, by name."""


def _engine(target: str | sa.Engine) -> tuple[sa.Engine, bool]:
    return (target, False) if isinstance(target, sa.Engine) else (sa.create_engine(target, hide_parameters=True), True)


def _fill(connection: sa.Connection, table: sa.Table, batches: Iterator[list[dict[str, Any]]]) -> int:
    written = 0
    for batch in batches:
        if batch:
            connection.execute(table.insert(), batch)
            written += len(batch)
    return written


def _batches(frame: pl.DataFrame) -> Iterator[list[dict[str, Any]]]:
    for part in frame.iter_slices(CHUNK):
        yield part.to_dicts()


def write_jail(target: str | sa.Engine, tables: Mapping[str, pl.DataFrame]) -> dict[str, int]:
    """Create the jail's tables anew in a database and fill them, all in one transaction.

    Args:
        target: a SQLAlchemy URL or an open engine (SQLite, PostgreSQL, …). Tables of the same names are dropped.
        tables: rows by table name, with the columns of :data:`JAIL_TABLES`; a table that is missing stays empty.

    Returns:
        Rows written by table.

    Raises:
        KeyError: for a table that the jail does not have.
    """
    if unknown := sorted(set(tables) - set(JAIL_TABLES)):
        raise KeyError(f"the jail has no table {', '.join(unknown)}; it has: {', '.join(JAIL_TABLES)}")
    engine, own = _engine(target)
    try:
        with engine.begin() as connection:
            _schema.drop_all(connection)
            _schema.create_all(connection)
            return {
                name: _fill(connection, table, _batches(tables[name].select([column.name for column in table.columns])))
                for name, table in JAIL_TABLES.items()
                if name in tables
            }
    finally:
        if own:
            engine.dispose()


def load_jail_database(url: str, sqlite_path: Path) -> dict[str, int]:
    """Copy one night's SQLite jail to any database, replacing the jail's tables there.

    Args:
        url: SQLAlchemy URL of the target, such as ``postgresql+psycopg://user@host/jail``.
        sqlite_path: ``jail.sqlite`` of a simulated night.

    Returns:
        Rows copied by table.

    Raises:
        FileNotFoundError: if there is no such SQLite file.
    """
    if not sqlite_path.is_file():
        raise FileNotFoundError(f"no jail database at [{sqlite_path}]; simulate a county first")
    source = sa.create_engine(f"sqlite:///{sqlite_path}", hide_parameters=True)
    target = sa.create_engine(url, hide_parameters=True)
    try:
        with source.connect() as reading, target.begin() as writing:
            _schema.drop_all(writing)
            _schema.create_all(writing)
            return {name: _fill(writing, table, _rows(reading, table)) for name, table in JAIL_TABLES.items()}
    finally:
        source.dispose()
        target.dispose()


def _rows(connection: sa.Connection, table: sa.Table) -> Iterator[list[dict[str, Any]]]:
    result = connection.execute(sa.select(table).order_by(*table.primary_key.columns))
    for part in result.mappings().partitions(CHUNK):
        yield [dict(row) for row in part]
