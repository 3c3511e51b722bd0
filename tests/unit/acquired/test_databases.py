"""The same tables read through the same connector: SQLite, and a PostgreSQL that is really started."""

from __future__ import annotations

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from contracts.reviewed import load_reviewed
from contracts.sources import Source
from resources.simulated_county import JAIL_TABLES, load_jail_database, simulate, write_jail
from resources.source_systems import Known, connector_for
from resources.source_systems.database_session import read_only
from resources.source_systems.sqlalchemy_query import as_text, content_sha256, text_frame

NIGHT = dt.date(2026, 3, 2)
JAIL = load_reviewed(Path(__file__).resolve().parents[3] / "contracts" / "demo_county" / "sources" / "jail.yaml", Source)


@pytest.fixture(scope="module")
def jail_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("county")
    simulate(out, residents=1_000, first_night=NIGHT, nights=1, seed=5)
    return out / "nights" / NIGHT.isoformat() / "jail.sqlite"


def _collect(place: str, into: Path, source: Source = JAIL) -> Any:
    into.mkdir(exist_ok=True)
    return connector_for(source).collect(source, place=place, night=NIGHT, into=into, known=Known())


@pytest.mark.postgres
def test_postgresql_and_sqlite_give_the_same_delivery(jail_file: Path, postgres: str, tmp_path: Path) -> None:
    load_jail_database(postgres, jail_file)
    here = _collect(f"sqlite:///{jail_file}", tmp_path / "sqlite")
    there = _collect(postgres, tmp_path / "postgresql")
    assert here.faults == there.faults == ()
    assert here.sha256 == there.sha256
    assert [(part.feed, part.rows, part.sha256) for part in here.parts] == [(part.feed, part.rows, part.sha256) for part in there.parts]
    assert sum(part.rows for part in here.parts) > 0


@pytest.mark.postgres
def test_a_postgresql_session_of_the_connector_cannot_write(jail_file: Path, postgres: str) -> None:
    load_jail_database(postgres, jail_file)
    with pytest.raises(sa.exc.InternalError, match="read-only transaction"), read_only(postgres) as connection:
        connection.execute(sa.text("delete from inmate_booking"))


def test_a_sqlite_session_of_the_connector_cannot_write(jail_file: Path) -> None:
    with pytest.raises(sa.exc.OperationalError, match="readonly"), read_only(f"sqlite:///{jail_file}") as connection:
        connection.execute(sa.text("delete from inmate_booking"))


def test_the_order_of_rows_does_not_change_the_hash_of_a_delivery(jail_file: Path, tmp_path: Path) -> None:
    source = sa.create_engine(f"sqlite:///{jail_file}")
    with source.connect() as connection:
        tables = {
            name: pl.DataFrame([row._asdict() for row in connection.execute(table.select())], infer_schema_length=None)
            for name, table in JAIL_TABLES.items()
        }
    source.dispose()
    other = tmp_path / "other.sqlite"
    write_jail(f"sqlite:///{other}", {name: frame.reverse() for name, frame in tables.items() if frame.height})
    assert _collect(f"sqlite:///{other}", tmp_path / "a").sha256 == _collect(f"sqlite:///{jail_file}", tmp_path / "b").sha256


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ([("a", "b"), ("c", None)], [("c", None), ("a", "b")], True),
        ([("a", "b")], [("a", "b"), ("a", "b")], False),
        ([("a", None)], [("a", "")], False),
        ([("ab", "c")], [("a", "bc")], False),
        ([("a", "b")], [("b", "a")], False),
    ],
)
def test_the_content_hash_tells_what_differs_and_nothing_else(tmp_path: Path, one: list[Any], other: list[Any], same: bool) -> None:
    hashes = []
    for name, rows in (("one", one), ("other", other)):
        (tmp_path / name).mkdir()
        text_frame(["x", "y"], rows).write_parquet(tmp_path / name / "00001.parquet")
        hashes.append(content_sha256(tmp_path / name, ("x", "y")))
    assert (hashes[0] == hashes[1]) is same


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "1"),
        (7, "7"),
        (Decimal("7.00"), "7"),
        (Decimal("70"), "70"),
        (7.25, "7.25"),
        (dt.datetime(2026, 3, 2, 4, 5, 6), "2026-03-02 04:05:06"),
        (dt.datetime(2026, 3, 2, 4, 5, 6, 500_000), "2026-03-02 04:05:06.5"),
        (Decimal("Infinity"), "Infinity"),
        (float("inf"), "Infinity"),
        ({"b": 1, "a": [None]}, '{"a": [null], "b": 1}'),
        (dt.date(2026, 3, 2), "2026-03-02"),
        (b"\x01\xff", "01ff"),
        ("as it is", "as it is"),
    ],
)
def test_a_value_has_one_text_whatever_driver_it_came_from(value: Any, text: str) -> None:
    assert as_text(value) == text


def test_a_column_that_no_one_maps_is_never_fetched(jail_file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "jail.sqlite"
    shutil.copyfile(jail_file, copy)
    engine = sa.create_engine(f"sqlite:///{copy}")
    with engine.begin() as connection:
        connection.execute(sa.text("alter table inmate_booking add column Citizenship text default 'Atlantis'"))
    engine.dispose()
    found = _collect(f"sqlite:///{copy}", tmp_path / "into")
    assert found.sha256 == _collect(f"sqlite:///{jail_file}", tmp_path / "again").sha256
    assert "Citizenship" not in found.parts[0].columns
