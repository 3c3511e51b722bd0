from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest

from assets.measured.measure import MEASURED_TABLES, measure
from assets.measured.scope import ScopeFault, close_scope
from contracts.definitions import Definitions
from contracts.reviewed import TermsFaults
from resources.warehouse import logical_hash

AS_OF = datetime(2026, 3, 2)


def furnished(county: Any) -> None:
    county.complete()
    for number in range(25):
        key = county.person(f"p{number:02d}", race=("WHITE", "BLACK", "ASIAN")[number % 3])
        for again in range(number % 5):
            start = datetime(2025, 5, 1) + timedelta(days=40 * again + number, hours=number)
            county.booking(key, start, start + timedelta(days=number + 1), bjmhs_positive=number % 2 == 0, bjmhs_at=start)
        county.care(key, datetime(2025, 6, 1) + timedelta(days=number))
        county.encounter(key, datetime(2025, 7, 1) + timedelta(days=number), "arrest" if number % 4 else "refused")


def test_every_table_is_written_and_counted(county: Any, demo_definitions: Definitions) -> None:
    furnished(county)
    report = county.measured(definitions=demo_definitions)
    assert tuple(report.rows) == MEASURED_TABLES
    for name, rows in report.rows.items():
        assert county.ask(f"select count(*) from measured.{name}") == [(rows,)]
    empty = {name for name, rows in report.rows.items() if not rows}
    # Nobody delivers screens here, one system alone asserts race, and no services file is given a region's capacity.
    assert empty == {"screening_result", "race_agreement", "race_kappa"}
    assert report.reasons["racial_disparity"]["system_not_in_scope"] == 1  # no calls in this scope


def test_the_same_scope_gives_the_same_tables_whatever_the_order_of_rows_and_threads(county: Any, demo_definitions: Definitions) -> None:
    furnished(county)
    county.definitions = demo_definitions
    county.con.execute("set threads = 2")
    county.measured()
    before = {name: logical_hash(county.con, f"measured.{name}") for name in MEASURED_TABLES}
    first_rows = {name: county.ask(f"select * from measured.{name}") for name in MEASURED_TABLES}
    for rows in county.rows.values():
        rows.reverse()
    county.con.execute("set threads = 1")
    county.measured()
    assert {name: logical_hash(county.con, f"measured.{name}") for name in MEASURED_TABLES} == before
    assert {name: county.ask(f"select * from measured.{name}") for name in MEASURED_TABLES} == first_rows


def test_what_becomes_known_later_does_not_change_an_earlier_moment(county: Any) -> None:
    furnished(county)
    earlier = datetime(2025, 10, 1)
    county.measured(as_of=earlier)
    before = {name: logical_hash(county.con, f"measured.{name}") for name in ("person_timeline", "frequent_utilizers", "intercept_flow")}
    for number in range(25):
        county.booking(f"p{number:02d}", earlier + timedelta(days=number), earlier + timedelta(days=number + 1))
    county.measured(as_of=earlier)
    after = {name: logical_hash(county.con, f"measured.{name}") for name in before}
    assert after == before


def test_an_empty_scope_is_measured_and_every_figure_has_a_reason(county: Any, demo_definitions: Definitions) -> None:
    report = county.measured(definitions=demo_definitions)
    assert report.rows["person_timeline"] == 0
    for table, figure in (("racial_disparity", "rate"), ("stepping_up", "value"), ("frequent_utilizer_summary", "eligible")):
        assert county.ask(f"select count(*) from measured.{table} where {figure} is not null or reason is null") == [(0,)]


def test_the_tables_can_be_written_to_another_database(county: Any) -> None:
    furnished(county)
    county.measured()
    county.con.execute("attach ':memory:' as product")
    report = measure(
        county.con, target_schema="product.main", definitions=county.definitions, benchmarks=county.folder / "population.csv", as_of=AS_OF
    )
    assert report.target_schema == "product.main"
    assert logical_hash(county.con, "product.main.stepping_up") == logical_hash(county.con, "measured.stepping_up")


def test_measuring_without_a_scope_is_refused(county: Any) -> None:
    county.measured()
    close_scope(county.con)
    with pytest.raises(ScopeFault, match="open_scope"):
        county_again(county)


def county_again(county: Any) -> None:
    measure(county.con, target_schema="measured", definitions=county.definitions, benchmarks=county.folder / "population.csv", as_of=AS_OF)


def test_a_benchmark_that_cannot_be_used_stops_before_anything_is_measured(county: Any) -> None:
    with pytest.raises(TermsFaults, match=r"population\.csv:2"):
        county.measured(population="race_group,sex,age_band,population,source,year\nPURPLE,F,18-64,100,x,2025\n")
    assert county.ask("select count(*) from information_schema.tables where table_schema = 'measured'") == [(0,)]


def test_finished_tables_survive_the_scope(county: Any) -> None:
    furnished(county)
    county.measured()
    close_scope(county.con)
    assert isinstance(county.con, duckdb.DuckDBPyConnection)
    assert county.ask("select count(*) > 0 from measured.person_timeline") == [(True,)]
