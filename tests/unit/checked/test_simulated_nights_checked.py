"""Three nights of a simulated county, end to end through acquisition and checking."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from resources.simulated_county import deliver, simulate
from resources.warehouse import logical_hash

SOURCES = ("jail", "cad", "co_responder", "health", "state_reports")


@pytest.fixture
def county(house: Any, tmp_path: Any) -> Any:
    out = tmp_path / "county"
    simulate(out, residents=2_000, first_night=house.night(0), nights=3, seed=3)
    return out


def test_three_nights_of_a_county_are_admitted_whole_and_a_rerun_changes_nothing(house: Any, county: Any) -> None:
    read = refused = 0
    for k in range(3):
        deliver(county, house.place, house.night(k))
        for name in SOURCES:
            report = house.check(house.source(name), k)
            # The state's file is the same every night.
            assert report.verdict in {"accepted", "nothing_new"} if name == "state_reports" else report.verdict == "accepted", report.reason
            assert all(feed.is_whole for feed in report.feeds)
            read += sum(feed.rows_read for feed in report.feeds)
            refused += sum(feed.refused for feed in report.feeds)
        house.derive(k)
    assert refused < read / 500  # the county's clerks now and then write 30 February
    tables = ("jail_booking", "cad_person", "co_responder_encounter", "health_diagnosis", "consent", "identity", "subject", "disposition")
    hashes = {name: logical_hash(house.con, f"checked.{name}") for name in tables}
    for name in SOURCES:
        house.check(house.source(name), 2)
    house.derive(2)
    assert {name: logical_hash(house.con, f"checked.{name}") for name in tables} == hashes
    assert house.rows("select count(*) - count(distinct record_id) from checked.jail_booking") == [(0,)]
    assert house.rows("select count(*) - count(distinct subject_id) from checked.subject") == [(0,)]
    _reused_ids_are_told_apart(house, county)
    _screens_and_counts_are_there(house)


def _screens_and_counts_are_there(house: Any) -> None:
    booked = "select count(*) from checked.jail_booking where bjmhs_positive is not null"
    assert house.rows("select count(*), count(subject_id), min(len(answers)), max(len(answers)) from checked.screening") == [
        (*house.rows(booked)[0] * 2, 8, 8)
    ]
    assert house.rows("select count(distinct field), count(subject_id), bool_and(count >= 0) from checked.aggregate_count") == [
        (4, 0, True)
    ]


def _reused_ids_are_told_apart(house: Any, county: Any) -> None:
    truth = pl.read_parquet(county / "truth" / "subject.parquet").filter(source="jail")
    shared = truth.group_by("vendor_key").agg(pl.col("person").n_unique().alias("people")).filter(pl.col("people") > 1)
    assert shared.height > 0
    found = {person for (person,) in house.rows("select distinct source_person_id from checked.key_reuse where kind = 'reused'")}
    assert found == set(shared["vendor_key"])
