"""Rows that cannot be used lie in quarantine by position, column and rule; the others are admitted."""

from __future__ import annotations

import stat
from typing import Any

import pytest

from assets.checked.quarantine import quarantine_file

# file -> (position, column, rule) of every fault, and the keys admitted
FAULTS: dict[str, tuple[list[tuple[int, str, str]], set[str]]] = {
    "unknown-code.csv": ([(2, "Race", "unknown_code")], {"V1", "V3"}),
    "impossible-date.csv": ([(2, "Born", "not_a_date")], {"V1", "V3"}),
    "impossible-time.csv": ([(2, "Begin", "not_a_timestamp")], {"V1", "V3"}),
    "born-in-the-future.csv": ([(2, "Born", "birth_date_out_of_range")], {"V1", "V3"}),
    "born-after-event.csv": ([(1, "(row)", "encounter_not_before_birth")], {"V2"}),
    "end-before-begin.csv": ([(2, "(row)", "end_not_before_start")], {"V1", "V3"}),
    "event-in-the-future.csv": ([(2, "Begin", "time_out_of_range")], {"V1", "V3"}),
    "ragged.csv": ([(2, "(row)", "wrong_field_count"), (3, "(row)", "wrong_field_count")], {"V1", "V4"}),
    "missing-key.csv": ([(2, "VisitNo", "key_missing")], {"V1", "V3"}),
    "missing-required.csv": ([(2, "Begin", "required")], {"V1", "V3"}),
    "too-long.csv": ([(2, "Last", "too_long")], {"V1", "V3"}),
}


@pytest.mark.parametrize("fixture", FAULTS)
def test_a_faulty_row_is_quarantined_and_the_others_are_admitted(house: Any, fixture: str) -> None:
    house.fixture(fixture)
    faults, admitted = FAULTS[fixture]
    report = house.check(house.source("visits"))
    feed = report.feeds[0]
    assert report.verdict == "accepted"
    assert (feed.admitted, feed.refused) == (len(admitted), len({position for position, _, _ in faults}))
    assert feed.is_whole
    found = house.quarantine("visits")
    assert [tuple(row) for row in found.select("row_position", "column_name", "rule").rows()] == faults
    assert found["raw_row"].null_count() == 0
    assert {key for (key,) in house.rows("select source_record_id from checked.source_record")} == admitted


def test_the_quarantine_can_be_read_by_its_owner_only(house: Any) -> None:
    house.fixture("unknown-code.csv")
    house.check(house.source("visits"))
    path = quarantine_file(house.home, "visits", house.night(0))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "Brightwaterish" in house.quarantine("visits")["raw_row"][0]


def test_a_rerun_without_faults_leaves_no_quarantine_behind(house: Any) -> None:
    house.fixture("unknown-code.csv")
    source = house.source("visits")
    house.check(source)
    codes = source.model_dump(by_alias=True)
    codes["feeds"]["visits"]["columns"]["Race"][0]["codes"]["Brightwaterish"] = "OTHER"
    house.check(type(source).model_validate(codes))
    assert not quarantine_file(house.home, "visits", house.night(0)).exists()


def test_a_report_and_its_reasons_carry_no_value(house: Any, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    house.fixture("ragged.csv")
    report = house.check(house.source("visits", refusal_cap=0.0, tolerated_rows=0))
    captured = capfd.readouterr()
    told = f"{report}{captured.out}{captured.err}{caplog.text}"
    assert report.verdict == "refused"
    assert "2 of 4 rows refused" in report.reason
    assert [value for value in ("Vandersnoot", "Brightwater", "Mistlethwaite", "Ysolde", "K1") if value in told] == []


def test_a_delivery_above_the_refusal_cap_is_refused_whole_and_last_night_stays(house: Any) -> None:
    source = house.source("visits", refusal_cap=0.3, tolerated_rows=0)
    house.fixture("sound.csv")
    house.check(source)
    before = house.rows("select * from checked.co_responder_encounter order by all")
    house.fixture("ragged.csv", 1)
    report = house.check(source, 1)
    assert report.verdict == "refused"
    assert (report.feeds[0].rows_read, report.feeds[0].refused, report.feeds[0].admitted) == (4, 4, 0)
    assert house.rows("select * from checked.co_responder_encounter order by all") == before
    assert report.complete_through == house.night(0)
    assert house.quarantine("visits", 1).height == 2


def test_files_of_a_delivery_refused_when_checked_are_left_until_they_or_the_text_change(house: Any) -> None:
    strict = house.source("visits", refusal_cap=0.3, tolerated_rows=0)
    house.fixture("ragged.csv")
    assert house.check(strict).verdict == "refused"
    assert house.check(strict, 1).verdict == "nothing_new"
    mild = house.source("visits", refusal_cap=0.5, tolerated_rows=0)
    assert house.check(mild, 2).verdict == "accepted"
    assert house.rows("select count(*) from checked.co_responder_encounter") == [(2,)]


def test_a_placeholder_birth_date_is_kept_as_such_and_gives_no_age(house: Any) -> None:
    house.fixture("placeholder-birth-date.csv")
    house.check(house.source("visits"))
    house.derive()
    found = house.rows(
        "select last_name, birth_date, birth_date_quality, birth_year, age_at_event, is_juvenile, list_contains(labels, 'juvenile')"
        " from checked.identity join checked.co_responder_encounter using (record_id) order by last_name"
    )
    assert found[1] == ("Vandersnoot", None, "placeholder", None, None, True, True)
    assert found[0][2:] == ("full", 1991, 34, False, False)


def test_control_characters_are_read_as_blanks(house: Any) -> None:
    house.fixture("control-character.csv")
    house.check(house.source("visits"))
    house.derive()
    assert ("Vander snoot",) in house.rows("select last_name from checked.identity")


def test_a_formula_is_only_text(house: Any) -> None:
    house.fixture("formula.csv")
    assert house.check(house.source("visits")).feeds[0].admitted == 2


def test_repeated_and_overtaken_rows_of_one_delivery_are_told_apart(house: Any) -> None:
    house.fixture("repeated-rows.csv")
    feed = house.check(house.source("visits")).feeds[0]
    assert (feed.rows_read, feed.admitted, feed.duplicate, feed.superseded) == (4, 2, 2, 0)
    house.fixture("corrected-within.csv", 1)
    feed = house.check(house.source("visits"), 1).feeds[0]
    assert (feed.rows_read, feed.admitted, feed.unchanged, feed.duplicate, feed.superseded) == (3, 1, 1, 0, 1)
    assert house.rows("select disposition from checked.co_responder_encounter order by all") == [("ed",), ("ed",)]
