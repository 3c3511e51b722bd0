from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts.county import load_county
from resources.simulated_county.deliver import night_folder
from resources.simulated_county.population import GROUPS
from resources.simulated_county.state_reports import COLUMNS, DISTRICT, POINTS, RACE_WORDS, YEARS, state_reports

ROOT = Path(__file__).parents[3]
FIRST = date(2026, 3, 2)
REPORTS = state_reports(20_000)


def _count(report: str, point: str, race: str = "All", year: int = YEARS[-1]) -> int:
    found = REPORTS.filter(
        pl.col("report") == report, pl.col("decision_point") == point, pl.col("race_ethnicity") == race, pl.col("stratum") == "",
        pl.col("period_start") == f"{year}-01-01",
    )  # fmt: skip
    return int(found["n"].item())


def test_every_count_has_a_key_and_the_columns_the_county_maps() -> None:
    assert tuple(REPORTS.columns) == COLUMNS
    assert REPORTS["report_id"].n_unique() == REPORTS.height
    feed = load_county(ROOT / "contracts" / "demo_county").sources["state_reports"].feeds["counts"]
    assert set(feed.vendor_columns) == set(COLUMNS)
    for column in ("report", "decision_point", "race_ethnicity"):
        assert set(REPORTS[column]) <= set(feed.columns[column][0].codes or {})


def test_a_ratio_worked_out_from_the_reports_is_the_one_written_down() -> None:
    for point in (item for item in POINTS if item.point in {"alleged victims", "suspension", "stop"}):
        for group, ratio in zip(GROUPS, point.ratios, strict=True):
            rate = _count(point.report, point.point, RACE_WORDS[group]) / _count(point.report, point.base, RACE_WORDS[group])
            assert rate / point.rate == pytest.approx(ratio, rel=0.25, abs=0.02), (point.point, group)


def test_no_point_counts_more_than_the_one_it_is_a_part_of_and_all_is_the_sum() -> None:
    for point in POINTS:
        assert _count(point.report, point.point) == sum(_count(point.report, point.point, word) for word in RACE_WORDS.values())
        for word in RACE_WORDS.values():
            assert _count(point.report, point.point, word) <= _count(point.report, point.base, word)


def test_the_reports_are_of_the_district_and_follow_its_size() -> None:
    youth = sum(_count("youth_justice", "population", word) for word in RACE_WORDS.values())
    assert youth == pytest.approx(0.078 * 20_000 * DISTRICT, rel=0.1)
    assert state_reports(20_000).equals(REPORTS)
    assert not state_reports(40_000).equals(REPORTS)


def test_what_people_say_of_themselves_is_counted_for_schools_only() -> None:
    by_trait = REPORTS.filter(pl.col("stratum") != "")
    assert set(by_trait["stratum"]) == {"disability", "language", "lgbtq"}
    assert set(by_trait["report"]) == {"education"}
    assert set(by_trait["race_ethnicity"]) == {"All"}


def test_the_same_file_comes_every_night(county: Any) -> None:
    files = [next((night_folder(county.out, night) / "state_reports").iterdir()) for night in (FIRST, date(2026, 3, 3))]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert [path.name for path in files] == ["aggregate_counts_20260302.csv", "aggregate_counts_20260303.csv"]


def test_the_answers_of_a_screen_say_what_its_result_says(county: Any) -> None:
    with sqlite3.connect(night_folder(county.out, FIRST) / "jail.sqlite") as con:
        items = ", ".join(f"s.Q{item} = 'Y'" for item in range(1, 9))
        asked = f"select b.BjmhsResult, b.BjmhsDt = s.ScreenDt, {items} from bjmhs_screen s join inmate_booking b using (BookingNo)"
        rows = con.execute(asked).fetchall()
        screened = con.execute("select count(*) from inmate_booking where BjmhsResult is not null").fetchone()
    con.close()
    assert (len(rows),) == screened
    assert rows
    for result, same_time, *answers in rows:
        assert same_time
        positive = sum(answers[:6]) >= 2 or bool(answers[6]) or bool(answers[7])
        assert positive == (result == "P")
    assert {row[-1] for row in rows} == {0, 1}
