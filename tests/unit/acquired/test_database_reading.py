"""PostgreSQL really read: both paths, odd values, a server-side cursor, connections that break, watermarks, refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from assets.acquired.acquire import AcquireReport, acquire
from contracts.sources import Source
from resources.home import Home
from resources.source_systems import Known, connector_for, database_adbc, sqlalchemy_query
from resources.source_systems.csv_text import FileFaultError
from resources.source_systems.database_session import read_only
from resources.source_systems.database_statement import Mark
from resources.sql import Connection
from resources.warehouse import Warehouse

NIGHT = date(2026, 3, 2)
KILL = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'"
TEXT: dict[str, Any] = {
    "name": "visits",
    "title": "Visits",
    "system": "crisis",
    "agency": "mobile_crisis",
    "instruments": ["DSA-TEST"],
    "steward": "nobody@example.org",
    "cadence": "nightly",
    "delivery_mode": "increment",
    "connector": {"kind": "sqlalchemy", "where": {"env": "VISITS_URL"}, "backoff_seconds": 0.0, "chunk_rows": 100},
    "formats": {"timestamp": ["%Y-%m-%d %H:%M:%S"], "date": ["%Y-%m-%d"]},
    "feeds": {
        "visits": {
            "record_type": "co_responder_encounter",
            "from": {"table": "Visit"},
            "key": ["VisitNo"],
            "columns": {"ClientNo": "source_person_id", "Begin": "started_at", "Changed": "source_updated_at", "Last": "last_name"},
        }
    },
}


def visits(*, watermark: str | None = None, **connector: Any) -> Source:
    feed = TEXT["feeds"]["visits"]
    origin = {"table": "Visit"} | ({"watermark": {"column": watermark, "overlap_hours": 24, "overlap_steps": 5}} if watermark else {})
    return Source.model_validate(TEXT | {"feeds": {"visits": feed | {"from": origin}}, "connector": TEXT["connector"] | connector})


@contextmanager
def executing(url: str) -> Iterator[Callable[[str], Any]]:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection.exec_driver_sql
    engine.dispose()


@pytest.fixture
def table(postgres: str) -> Iterator[str]:
    with executing(postgres) as execute:
        execute('drop table if exists "Visit"')
        execute('create table "Visit" ("VisitNo" integer, "ClientNo" text, "Begin" timestamp, "Changed" timestamp, "Last" text)')
        execute(
            "insert into \"Visit\" select i, 'C' || i, timestamp '2026-01-01' + i * interval '1 hour',"
            " timestamp '2026-02-01' + i * interval '1 minute', 'Vandersnoot' from generate_series(1, 1000) as t (i)"
        )
    yield postgres
    with executing(postgres) as execute:
        execute('drop table if exists "Visit"')


def collect(source: Source, place: str, into: Path, **known: Any) -> Any:
    into.mkdir(exist_ok=True, parents=True)
    return connector_for(source).collect(source, place=place, night=NIGHT, into=into, known=Known(**known))


@pytest.mark.postgres
def test_the_fast_path_and_the_portable_one_give_one_delivery(table: str, tmp_path: Path) -> None:
    with executing(table) as execute:
        execute(
            'alter table "Visit" add "Amount" numeric(12, 4), add "Flag" boolean, add "Day" date, add "Zone" timestamptz, add "Raw" bytea'
        )
        execute(
            "insert into \"Visit\" values (2000, null, 'infinity', '294247-01-01', 'Ünïcode, \"quoted\"', 70.5000, true, '-infinity',"
            " '2026-01-01 00:00:00.5+02', '\\x01ff')"
        )
    said = visits().model_dump(by_alias=True)
    said["feeds"]["visits"]["columns"] |= {
        "Amount": [{"to": "middle_name"}], "Raw": [{"to": "phone"}], "Day": [{"to": "city"}], "Zone": [{"to": "street_address"}],
        "Flag": [{"to": "homeless", "codes": {"1": True, "0": False}}],
    }  # fmt: skip
    source = Source.model_validate(said)
    slow = source.model_copy(update={"connector": source.connector.model_copy(update={"fast": False})})
    assert database_adbc.is_available(sa.make_url(table))
    fast, portable = collect(source, table, tmp_path / "fast"), collect(slow, table, tmp_path / "slow")
    assert fast.faults == portable.faults == ()
    assert (fast.sha256, fast.parts[0].rows) == (portable.sha256, 1001)
    frame = pl.read_parquet(tmp_path / "fast" / "visits" / "*.parquet").filter(pl.col("VisitNo") == "2000")
    assert frame.row(0, named=True) == {
        "VisitNo": "2000", "ClientNo": None, "Begin": "infinity", "Changed": "294247-01-01 00:00:00", "Last": 'Ünïcode, "quoted"',
        "Amount": "70.5", "Raw": "01ff", "Day": "-infinity", "Zone": "2025-12-31 22:00:00.5+00:00", "Flag": "1",
    }  # fmt: skip


@pytest.mark.postgres
def test_rows_come_from_a_cursor_that_the_server_holds(table: str) -> None:
    source = visits()
    with read_only(table) as connection:
        from resources.source_systems.database_statement import find_table, rows_statement
        from resources.source_systems.drift import Before, policy_of

        found = find_table(connection, source.feeds["visits"], policy_of(source, "visits", Before()))
        frames = sqlalchemy_query.portable_frames(connection, rows_statement(found, backend="postgresql"), found, chunk_rows=100)
        first = next(frames)
        assert first.height == 100
        # The one that is read from, and the one this question is asked with.
        assert connection.exec_driver_sql("select count(*) from pg_cursors").scalar() == 2
        assert connection.exec_driver_sql("select current_setting('statement_timeout')").scalar() == "1h"
        assert 100 + sum(frame.height for frame in frames) == 1000


@pytest.mark.postgres
@pytest.mark.parametrize("fast", [True, False])
def test_a_session_that_is_killed_in_the_middle_is_asked_again_and_nothing_half_is_kept(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fast: bool
) -> None:
    whole = collect(visits(), table, tmp_path / "whole")
    waited: list[float] = []
    monkeypatch.setattr(sqlalchemy_query, "sleep", waited.append)
    name = "fast_frames" if fast else "portable_frames"
    module: Any = database_adbc if fast else sqlalchemy_query
    real, killed = getattr(module, name), []

    def dying(*arguments: Any, **named: Any) -> Iterator[pl.DataFrame]:
        for frame in real(*arguments, **named):
            yield frame.head(10)
            if not killed:
                killed.append(1)
                with executing(table) as execute:
                    execute(KILL)
                arguments[0].cursor().execute("select 1") if fast else arguments[0].exec_driver_sql("select 1")
            yield frame.slice(10)

    monkeypatch.setattr(module, name, dying)
    again = collect(visits(fast=fast), table, tmp_path / "again")
    assert killed == [1]
    assert again.faults == ()
    assert (again.sha256, again.parts[0].rows) == (whole.sha256, 1000)
    assert fast or waited == [0.0]


@pytest.mark.postgres
def test_a_connection_that_breaks_every_time_is_given_up_and_lands_nothing(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(sqlalchemy_query, "sleep", waited.append)

    def dying(connection: Any, *_: Any, **__: Any) -> Iterator[pl.DataFrame]:
        with executing(table) as execute:
            execute(KILL)
        connection.exec_driver_sql("select 1")
        yield pl.DataFrame()

    monkeypatch.setattr(sqlalchemy_query, "portable_frames", dying)
    found = collect(visits(fast=False, attempts=3, backoff_seconds=2.0), table, tmp_path / "into")
    assert (found.parts, found.sha256) == ((), None)
    assert str(found.faults[0]) == "unreachable: OperationalError while reading feed [visits], 3 attempts; see the database's own log"
    assert waited == [2.0, 4.0]


@pytest.mark.postgres
def test_a_user_that_is_refused_is_not_tried_again(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(sqlalchemy_query, "sleep", waited.append)
    url = sa.make_url(postgres).set(username="nobody_at_all", password="sesame").render_as_string(hide_password=False)
    found = collect(visits(), url, tmp_path / "into")
    assert found.faults[0].rule == "unreachable"
    assert "sesame" not in str(found.faults)
    assert "nobody_at_all" not in str(found.faults)
    assert waited == []


@pytest.mark.postgres
def test_a_statement_that_takes_too_long_is_given_up_by_the_server(table: str) -> None:
    with read_only(table, timeout_seconds=1) as connection, pytest.raises(sa.exc.OperationalError, match="statement timeout"):
        connection.exec_driver_sql("select pg_sleep(5)")


def acquired(source: Source, url: str, home: Home, con: Connection, k: int) -> AcquireReport:
    return acquire(source, night=NIGHT + timedelta(days=k), home=home, con=con, environment={"VISITS_URL": url})


@pytest.mark.postgres
@pytest.mark.parametrize("fast", [True, False])
def test_a_watermark_brings_what_changed_and_a_little_of_what_came_before(table: str, tmp_path: Path, fast: bool) -> None:
    source = visits(watermark="Changed", fast=fast)
    warehouse = Warehouse(Home(tmp_path / "home"))
    with warehouse.writer() as con:
        assert acquired(source, table, warehouse.home, con, 0).rows == {"visits": 1000}
        with executing(table) as execute:
            execute("insert into \"Visit\" values (1001, 'C1', '2026-03-02 05:00', '2026-03-02 06:00', 'New')")
            execute("insert into \"Visit\" values (1002, 'C2', '2026-03-02 05:00', null, 'Undated')")
            execute("insert into \"Visit\" values (1003, 'C3', '2026-03-02 05:00', '9999-12-31', 'Slip into the future')")
            execute('update "Visit" set "Changed" = \'2026-03-02 07:00\', "Last" = \'Renamed\' where "VisitNo" = 1')
        # 1000 changes a minute apart, the last at 16:40: those of the 24 hours before it, the new ones, the corrected one
        second = acquired(source, table, warehouse.home, con, 1)
        landed = pl.read_parquet(warehouse.home.landing / "visits" / str(second.sha256) / "visits" / "*.parquet")
        assert {"1", "1001", "1002", "1003"} <= set(landed["VisitNo"])
        assert landed["VisitNo"].n_unique() == landed.height == 1003
        third = acquired(source, table, warehouse.home, con, 2)
        assert third.rows == {"visits": 4}
        manifest = con.execute("select manifest from registers.main.intake where sha256 = ?", [third.sha256]).fetchall()[0][0]
    assert '\\"value\\": \\"2026-03-02T07:00:00\\"' in manifest


def test_a_watermark_written_as_text_must_sort_as_time_does(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'visits.sqlite'}"
    with executing(url) as execute:
        execute("create table Visit (VisitNo, ClientNo, Begin text, Changed text, Last)")
        execute("insert into Visit values (1, 'C1', '2026-03-01 05:00:00', '2026-03-01 06:00:00', 'x')")
        execute("insert into Visit values (2, 'C2', '2026-03-01 05:00:00', '2026-01-01 06:00:00', 'y')")
    source = visits(watermark="Changed")
    first = collect(source, url, tmp_path / "a")
    assert (first.parts[0].rows, Mark.from_json(first.parts[0].mark)) == (2, Mark("text", "2026-03-01 06:00:00", "%Y-%m-%d %H:%M:%S"))
    second = collect(source, url, tmp_path / "b", marks={"visits": first.parts[0].mark})
    assert second.parts[0].rows == 1
    unsorted = Source.model_validate(source.model_dump(by_alias=True) | {"formats": {"timestamp": ["%m/%d/%Y %H:%M"]}})
    assert collect(unsorted, url, tmp_path / "c").faults[0].rule == "watermark_unsorted"


def test_a_column_that_is_read_for_the_first_time_is_read_of_every_row(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'visits.sqlite'}"
    with executing(url) as execute:
        execute("create table Visit (VisitNo, ClientNo, Begin text, Changed text, Last, City)")
        for number in range(1, 4):
            execute(f"insert into Visit values ({number}, 'C', '2026-01-0{number} 05:00:00', '2026-01-0{number} 06:00:00', 'x', 'y')")
    source = visits(watermark="Changed")
    more = source.model_dump(by_alias=True)
    more["feeds"]["visits"]["columns"]["City"] = [{"to": "city"}]
    warehouse = Warehouse(Home(tmp_path / "home"))
    with warehouse.writer() as con:
        assert acquired(source, url, warehouse.home, con, 0).rows == {"visits": 3}
        assert acquired(source, url, warehouse.home, con, 1).rows == {"visits": 2}
        assert acquired(Source.model_validate(more), url, warehouse.home, con, 2).rows == {"visits": 3}


@pytest.mark.parametrize(
    "url", ["mssql+pyodbc://sa:sesame@host/jail", "oracle+oracledb://u:sesame@host/x", "strange+driver://u:sesame@host/x"]
)
def test_a_driver_that_is_not_installed_is_named_and_the_address_is_not(url: str, tmp_path: Path) -> None:
    found = collect(visits(), url, tmp_path / "into")
    assert str(found.faults[0]).startswith(f"unreachable: no driver for [{url.split(':', maxsplit=1)[0]}] is installed")
    assert "sesame" not in str(found)


def test_text_that_is_not_in_the_encoding_of_the_database_refuses_the_delivery(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'visits.sqlite'}"
    with executing(url) as execute:
        execute("create table Visit (VisitNo, ClientNo, Begin, Changed, Last)")
        execute("insert into Visit values (1, 'C', null, null, cast(x'ff41' as text))")
    assert str(collect(visits(), url, tmp_path / "into").faults[0]) == (
        "wrong_encoding: feed [visits]: a text is not in the database's encoding"
    )


def test_a_person_sees_the_first_rows_of_a_table_and_nothing_is_landed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'visits.sqlite'}"
    with executing(url) as execute:
        execute("create table Visit (VisitNo, ClientNo, Begin, Changed, Last, Secret)")
        execute("insert into Visit values (1, 'C', null, null, 'x', 'unread'), (2, 'D', null, null, 'y', 'unread')")
    frame = sqlalchemy_query.first_rows(visits(), "visits", place=url, rows=1)
    assert frame.rows() == [("1", "C", None, None, "x")]
    with pytest.raises(FileFaultError, match="table_missing"):
        sqlalchemy_query.first_rows(visits(), "visits", place="sqlite://" + "/" + str(_empty(tmp_path)), rows=1)


def _empty(folder: Path) -> Path:
    path = folder / "empty.sqlite"
    path.touch()
    return path
