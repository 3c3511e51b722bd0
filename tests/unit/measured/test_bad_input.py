"""Input that cannot mean anything: a clear error, or no figure and the reason. Never a ratio on a hidden base."""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.definitions import load_definitions
from contracts.reviewed import TermsFaults

DEMO = Path(__file__).resolve().parents[3] / "contracts" / "demo_county" / "definitions"
START = datetime(2025, 6, 1)
RATIOS = "race_group, rate, rate_ratio, reason"


def told(tmp_path: Path, name: str, old: str, new: str) -> str:
    folder = tmp_path / "definitions"
    shutil.copytree(DEMO, folder)
    text = (folder / f"{name}.yaml").read_text()
    assert old in text
    (folder / f"{name}.yaml").write_text(text.replace(old, new, 1))
    try:
        faults = load_definitions(folder).faults_against(systems={"jail", "cad", "co_responder", "health"})
    except TermsFaults as error:
        return str(error)
    return "\n".join(map(str, faults))


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("frequent_utilizers", "system: cad", "system: radio", "[radio] is not a system of this county"),
        ("frequent_utilizers", "arrests: jail", "arrests: radio", "[radio] is not a system of this county"),
        ("frequent_utilizers", "id: wake_p90", "id: atlantis", "[atlantis] is not a preset; there are: camden_arise"),
        ("frequent_utilizers", "{emergency_care: health, arrests: jail}", "{arrests: jail}", "needs a system for each of"),
        ("frequent_utilizers", "window: {months: 12}", "window: {months: 0}", "a window of [0] months is empty"),
        ("stepping_up", "system: health", "system: radio", "[radio] is not a system of this county"),
        ("stepping_up", "age_bands: [18, 25", "age_bands: [25, 18", "ages above zero that rise"),
        ("decision_points", "base: youth_referral", "base: booking", "neither `population` nor an earlier aggregate point"),
        ("progress", "change_percent: -20\n", "change_percent: -20\n    value: 3\n", "say one of the two"),
        ("progress", "baseline: {period_end: 2025-03-02}", "baseline: {value: 3}", "a stated baseline needs its source"),
        ("progress", "point: booking", "point: nowhere", "[nowhere] is not a decision point"),
        ("linkage_sensitivity", "[8, 12]", "[12, 8]", "thresholds must rise"),
    ],
)
def test_text_that_cannot_mean_anything_is_refused_with_its_place(tmp_path: Path, name: str, old: str, new: str, message: str) -> None:
    found = told(tmp_path, name, old, new)
    assert message in found
    assert f"definitions/{name}.yaml:" in found


def booked(county: Any, race: str | None, people: int, **person: Any) -> None:
    for number in range(people):
        key = county.person(f"{race}{number:02d}", race=race, **person)
        county.booking(key, START + timedelta(days=number), START + timedelta(days=number + 1))


def disparity(county: Any, columns: str = RATIOS) -> list[tuple[Any, ...]]:
    return county.ask(f"select {columns} from measured.racial_disparity where point_id = 'booking' order by race_group")


def test_a_benchmark_without_a_group_gives_that_group_no_rate_and_the_whole_none(county: Any) -> None:
    county.complete()
    booked(county, "WHITE", 30)
    booked(county, "BLACK", 30)
    without = "race_group,sex,age_band,population,source,year\n" + "WHITE,F,18-64,900,census,2025\n"
    county.measured(population=without)
    found = {row[0]: row[1:] for row in disparity(county)}
    assert found["BLACK"] == (None, None, "benchmark_missing")
    assert found["ALL"] == (None, None, "benchmark_missing")
    assert found["WHITE"][0] is not None
    assert county.ask("select count(*) from measured.racial_disparity where rate_ratio is not null and race_group <> 'WHITE'") == [(0,)]


def test_a_base_of_zero_has_no_rate(county: Any) -> None:
    county.complete()
    booked(county, "WHITE", 30)
    booked(county, "BLACK", 30)
    zero = "race_group,sex,age_band,population,source,year\nWHITE,F,18-64,900,census,2025\nBLACK,F,18-64,0,census,2025\n"
    county.measured(population=zero)
    assert {row[0]: row[1:] for row in disparity(county)}["BLACK"] == (None, None, "base_zero")


def test_where_nobodys_race_is_known_everybody_is_counted_and_no_ratio_is_given(county: Any) -> None:
    county.complete()
    booked(county, None, 30)
    county.measured()
    found = {row[0]: row[1:] for row in disparity(county)}
    assert found["UNKNOWN"] == (None, None, "category_mismatch")
    assert found["ALL"][0] is not None
    assert not [row for row in disparity(county) if row[2] not in (None,)]
    assert county.ask("select people, people_with_group, share_without_group from measured.race_missingness") == [(30, 0, 1.0)]
    assert county.ask("select count(*) from measured.race_kappa") == [(0,)]


def test_one_group_alone_is_its_own_reference_and_tests_nothing(county: Any) -> None:
    county.complete()
    booked(county, "WHITE", 30)
    county.measured()
    found = disparity(county, "rate_ratio, p_value, disparity_index")
    assert [row for row in found if row[0] is not None] == [(1.0, None, 1.0)]
    for system in ("health", "cad"):
        for number in range(30):
            county.assertion(f"WHITE{number:02d}", races=["WHITE"], hispanic=False, system=system)
    county.measured()
    assert county.ask("select distinct kappa, reason, agreement from measured.race_kappa") == [(None, "one_group_only", 1.0)]


def test_a_stay_that_ends_before_it_begins_has_no_length_and_is_a_booking_all_the_same(county: Any) -> None:
    county.complete()
    county.booking(county.person("a"), START, START - timedelta(days=3))
    county.measured()
    found = dict(
        county.ask(
            "select measure || ' ' || submeasure, numerator from measured.stepping_up where breakdown = 'ALL' and evidence = 'ALL'"
            " and measure in ('bookings_with_smi', 'average_length_of_stay', 'average_daily_population')"
        )
    )
    assert found == {"bookings_with_smi bookings": 1.0}
    assert county.ask("select days_held, is_held from measured.person_summary") == [(None, False)]
    assert county.ask("select count(*) from measured.follow_up_curve where reason is null") == [(0,)]


def test_a_person_in_two_groups_is_counted_once_and_in_both_only_where_groups_overlap(county: Any) -> None:
    county.complete()
    key = county.person("a", race="BLACK")
    county.assertion(key, races=["WHITE"], hispanic=True, method="observed", on=date(2025, 5, 1), system="cad")
    county.booking(key, START, START + timedelta(days=1))
    county.measured()
    assert county.ask("select race_group from measured.person_race") == [("BLACK",)]
    assert county.ask(
        "select by_county_rule, by_latest_self_report, by_prioritised, omb1997_in_combination, omb1997_alone from measured.person_race_view"
    ) == [("BLACK", "BLACK", "HISPANIC", ["BLACK", "HISPANIC", "WHITE"], None)]
    counted = county.ask(
        "select rule, race_group, events, reason from measured.racial_disparity_sensitivity"
        " where events > 0 and point_id = 'booking' order by all"
    )
    overlapping = [row for row in counted if row[0] == "alone_or_in_combination"]
    assert [row[1] for row in overlapping] == ["BLACK", "HISPANIC", "WHITE"]
    assert {row[3] for row in overlapping} == {"category_mismatch"}
    assert [row[:3] for row in counted if row[0] != "alone_or_in_combination"] == [
        ("county", "BLACK", 1),
        ("latest_self_report", "BLACK", 1),
        ("modal", "HISPANIC", 1),
        ("prioritised", "HISPANIC", 1),
    ]


def test_mena_is_white_in_the_categories_of_1997_and_itself_in_those_of_2024(county: Any) -> None:
    county.complete()
    key = county.person("a", race=None)
    county.assertion(key, races=["MENA"], hispanic=False, category_system="omb2024_combined")
    county.booking(key, START, START + timedelta(days=1))
    county.measured()
    assert county.ask("select by_county_rule, omb1997_alone, omb2024_alone, bridge from measured.person_race_view") == [
        ("WHITE", "WHITE", "MENA", "mena_to_white")
    ]
