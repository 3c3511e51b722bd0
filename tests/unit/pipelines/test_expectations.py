"""What a delivery usually is: advisory, over shares and counts, and only a boolean comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pandas as pd
import pytest

from assets.checked.expectations import IDENTITY, RACE, SUITES, VOLUME, Expected, run_suite, with_great_expectations

NIGHT = date(2026, 3, 6)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("create schema checked")
        opened.execute("create table checked.disposition (night date, source varchar, feed varchar, rows_read bigint, refused bigint)")
        yield opened


def _fill(con: duckdb.DuckDBPyConnection, tonight: int, earlier: tuple[int, ...]) -> None:
    for number, rows_read in enumerate((9_000, *earlier)):
        con.execute("insert into checked.disposition values (?, 'jail', 'booking', ?, 0)", [date(2026, 3, 1 + number), rows_read])
    con.execute("insert into checked.disposition values (?, 'jail', 'booking', ?, 0)", [NIGHT, tonight])


def _seen(con: duckdb.DuckDBPyConnection, suite: str) -> pd.DataFrame:
    frames: list[pd.DataFrame] = []

    def judge(frame: Any, expected: tuple[Expected, ...]) -> tuple[bool, ...]:
        frames.append(frame)
        return (True,) * len(expected)

    run_suite(con, suite, NIGHT, judge=judge)
    return frames[0]


def test_a_night_is_compared_with_the_nights_after_the_backlog(con: duckdb.DuckDBPyConnection) -> None:
    _fill(con, tonight=30, earlier=(100, 120, 80))
    frame = _seen(con, VOLUME)
    assert frame["ratio_to_usual"].tolist() == [0.3]


def test_before_three_usual_nights_nothing_is_usual(con: duckdb.DuckDBPyConnection) -> None:
    _fill(con, tonight=1, earlier=(100, 120))
    assert _seen(con, VOLUME)["ratio_to_usual"].isna().all()


def test_a_collapsed_night_is_unusual_and_an_ordinary_one_is_not(con: duckdb.DuckDBPyConnection) -> None:
    _fill(con, tonight=5, earlier=(100, 120, 80))
    verdict = run_suite(con, VOLUME, NIGHT)
    assert verdict.unmet == ("ratio_to_usual",)
    con.execute("update checked.disposition set rows_read = 90 where night = ?", [NIGHT])
    assert run_suite(con, VOLUME, NIGHT).passed


def test_great_expectations_answers_in_the_order_asked() -> None:
    frame = pd.DataFrame({"b": [0.5], "a": [9.0]})
    asked = (Expected("a", 0, 1), Expected("b", 0, 1))
    assert with_great_expectations(frame, asked) == (False, True)


def test_identities_are_looked_at_as_shares_by_system(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "create table checked.identity as select * from (values"
        " ('jail', 'X', null, 'full', 'M', 'primary', date '2026-03-01', null::date),"
        " ('jail', 'Y', null, 'missing', null, 'primary', date '2026-03-06', null))"
        " as known (system, last_name, full_name, birth_date_quality, sex, evidence, known_from, known_to)"
    )
    frame = _seen(con, IDENTITY)
    assert set(frame.columns) == {"system", *(item.column for item in SUITES[IDENTITY])}
    assert frame.iloc[0].to_dict() == {
        "system": "jail", "named": 1.0, "named_change": 0.0, "with_birth_date_change": -0.5, "with_sex_change": -0.5
    }  # fmt: skip


def test_race_is_looked_at_as_the_share_that_is_unknown(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "create table checked.race_assertion as select * from (values"
        " ('jail', 's1', ['WHITE'], null::boolean, date '2026-03-01'), ('jail', 's2', []::varchar[], null, date '2026-03-06'))"
        " as stated (source, subject_id, races, hispanic, asserted_on)"
    )
    frame = _seen(con, RACE)
    assert frame[["subjects", "unknown_share", "unknown_change"]].to_numpy().tolist() == [[2, 0.5, 0.5]]


@pytest.mark.parametrize("suite", sorted(SUITES))
def test_a_frame_never_names_a_person(suite: str) -> None:
    from resources.sql import load_sql

    final = load_sql("assets.checked", suite).rpartition(")\nselect")[2]
    forbidden = ("subject_id,", "record_id", "last_name,", "birth_date,")
    assert [word for word in forbidden if word in final] == []
