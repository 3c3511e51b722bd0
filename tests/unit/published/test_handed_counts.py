"""Counts that agencies deliver reach a product by whole dimensions only."""

from __future__ import annotations

import duckdb
import pytest

from contracts.elements import CONTENT
from resources.sql import load_sql

WHOLE = ("period_start", "period_end", "field", "decision_point", "race_group", "count")
COUNTS = [
    # race_group, sex, age_band, region, stratum, stratum_value, count
    ("ALL", None, None, None, None, None, 100),
    ("BLACK", None, "12-17", None, None, None, 40),
    ("ALL", "F", None, None, None, None, 30),
    ("ALL", None, None, None, "disability", "yes", 20),
    ("ALL", None, None, "north", None, None, 10),
]


def _handed(elements: tuple[str, ...], system: str = "state_reports") -> list[int]:
    con = duckdb.connect()
    con.execute("create schema linked")
    con.execute(
        "create table linked.aggregate_count (period_start date, period_end date, field varchar, decision_point varchar,"
        " race_group varchar, sex varchar, age_band varchar, region varchar, stratum varchar, stratum_value varchar,"
        " count integer, category_system varchar, source varchar, system varchar)"
    )
    for race, sex, ages, region, stratum, value, number in COUNTS:
        con.execute(
            "insert into linked.aggregate_count values ('2025-01-01', '2026-01-01', 'education', 'suspension', ?, ?, ?, ?, ?, ?, ?,"
            " 'combined', 'state_reports', 'state_reports')",
            [race, sex, ages, region, stratum, value, number],
        )
    con.execute("create temp table product_decision (subject_id varchar, system varchar, element varchar, verdict varchar)")
    for element in elements:
        con.execute("insert into product_decision values (null, ?, ?, 'permit')", [system, f"aggregate_count.{element}"])
    sql = load_sql("assets.published", "handed_aggregate_count")
    return [number for (number,) in con.execute(f"select count from ({sql}) order by count desc").fetchall()]


def test_everything_permitted_is_everything() -> None:
    assert _handed(tuple(CONTENT["aggregate_count"])) == [100, 40, 30, 20, 10]


def test_a_count_by_a_dimension_that_may_not_be_used_never_looks_like_a_total() -> None:
    assert _handed(WHOLE) == [100]
    assert _handed((*WHOLE, "age_band")) == [100, 40]
    assert _handed((*WHOLE, "stratum")) == [100], "a stratum without its value says nothing"
    assert _handed((*WHOLE, "stratum", "stratum_value")) == [100, 20]


@pytest.mark.parametrize("missing", WHOLE)
def test_a_count_that_lacks_what_makes_it_one_is_not_handed_over(missing: str) -> None:
    assert _handed(tuple(name for name in CONTENT["aggregate_count"] if name != missing)) == []


def test_a_permission_for_one_system_opens_no_other() -> None:
    assert _handed(tuple(CONTENT["aggregate_count"]), system="jail") == []
