"""What a record asserts of a person's race and sex is kept as it was coded, with who said so, what was asked, and when."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from contracts.sources import Source

STOPS = {
    "name": "stops", "title": "Stops", "system": "police", "agency": "police", "instruments": ["I"], "steward": "s", "cadence": "nightly",
    "delivery_mode": "increment", "formats": {"timestamp": ["%Y-%m-%d %H:%M"]},
    "feeds": {
        "stops": {
            "record_type": "police_stop", "from": {"file": "stops_{date:%Y%m%d}.csv"}, "key": ["Stop"],
            "race": {"category_system": "single_mixed", "method": "observed"}, "sex": {"question": "sex", "method": "observed"},
            "columns": {
                "At": "stopped_at",
                "Race": [{"to": "race", "crosswalk": "cook_county_jail"}, {"to": "ethnicity", "crosswalk": "cook_county_jail"}],
                "Sex": {"to": "sex", "crosswalk": "nibrs"},
            },
        }
    },
}  # fmt: skip


def _stops(house: Any, method: str = "observed") -> Source:
    connector = {"kind": "csv_drop", "where": {"env": "STOPS_DROP", "default": str(house.place / "stops")}}
    feed = STOPS["feeds"]["stops"] | {"race": {"category_system": "single_mixed", "method": method}}
    return Source.model_validate({**STOPS, "connector": connector, "feeds": {"stops": feed}})


def _drop(house: Any, *rows: tuple[str, str, str, str]) -> None:
    folder = house.place / "stops"
    folder.mkdir(parents=True)
    with (folder / "stops_20260302.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("Stop", "At", "Race", "Sex"), *rows])


def test_a_stop_keeps_what_the_officer_perceived(house: Any) -> None:
    _drop(
        house,
        ("1", "2026-02-01 10:00", "LB", "M"),
        ("2", "2026-02-02 11:00", "W", "X"),
        ("3", "2026-02-03 12:00", "LT", "U"),
        ("4", "2026-02-04 12:00", "L", "M"),
    )
    report = house.check(_stops(house))
    house.derive()
    assert report.feeds[0].refused_by_rule == {"unknown_code": 2}  # of one row, for race and for ethnicity
    assert house.rows(
        "select raw_code, races, hispanic, method, asserted_on::varchar from checked.race_assertion order by asserted_on"
    ) == [
        ("LB", ["BLACK"], True, "observed", "2026-02-01"),
        ("W", ["WHITE"], None, "observed", "2026-02-02"),
        ("LT", [], True, "observed", "2026-02-03"),
    ]
    assert house.rows("select raw_code, sex, question, method, asserted_on::varchar from checked.sex_assertion order by asserted_on") == [
        ("M", "M", "sex", "observed", "2026-02-01"),
        ("X", "X", "sex", "observed", "2026-02-02"),
        ("U", None, "sex", "observed", "2026-02-03"),
    ]


@pytest.mark.parametrize("method", ["self", "proxy"])
def test_nobody_stopped_is_asked_for_race(house: Any, method: str) -> None:
    with pytest.raises(ValueError, match="police_stop"):
        _stops(house, method)


def test_a_corrected_sex_is_a_new_version_and_a_rerun_changes_nothing(house: Any, sound_booking: Any) -> None:
    source = house.source("jail")
    house.jail(inmate_booking=[sound_booking("B1", "J1", SexCd="U")])
    house.check(source)
    house.derive()
    assert house.rows("select raw_code, sex, question, method from checked.sex_assertion") == [("U", None, "sex", "observed")]
    house.jail(inmate_booking=[sound_booking("B1", "J1", SexCd="F", LastUpdDt="2026-03-02 09:00:00")])
    for _ in range(2):
        house.check(source, 1)
        house.derive(1)
        assert house.rows("select raw_code, sex from checked.sex_assertion") == [("F", "F")]
        assert house.rows("select count(*), count(known_to) from checked.sex_code_versions") == [(2, 1)]


def test_no_sex_is_asserted_of_those_who_are_no_subjects(house: Any) -> None:
    source = house.source("cad")
    house.csv(source, "events", [{"IncidentNumber": "I1", "CallReceived": "02/01/2026 10:00:00", "InitialCallType": "MH"}])
    people = [
        {"InvolvementID": role, "IncidentNumber": "I1", "Role": role, "PersonName": "HOLLOWMERE, ZEPHYRINE", "Sex": "F", "Race": "W"}
        for role in ("SUBJ", "CALLER", "VICT")
    ]
    house.csv(source, "persons", people)
    house.check(source)
    house.derive()
    assert house.rows("select count(*), min(asserted_on)::varchar from checked.sex_assertion") == [(1, "2026-02-01")]
