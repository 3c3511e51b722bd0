"""Shipped crosswalks: every code of every list means what its publisher says, and nothing else means anything."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assets.checked import values
from contracts.records import RECORD_TYPES
from contracts.reviewed import TermsFaults, load_reviewed
from contracts.sources import Source
from contracts.vocabularies import crosswalk
from contracts.vocabularies.race import Ethnicity, RaceCode

RACES: dict[str, dict[str, str]] = {
    "nemsis": {
        "2514001": "AIAN", "2514003": "ASIAN", "2514005": "BLACK", "2514007": "HISPANIC", "2514009": "NHPI", "2514011": "WHITE",
        "2514013": "MENA", "7701001": "UNKNOWN", "7701003": "UNKNOWN", "8801019": "REFUSED", "8801023": "UNKNOWN",
    },
    "us_core": {
        "1002-5": "AIAN", "2028-9": "ASIAN", "2054-5": "BLACK", "2076-8": "NHPI", "2106-3": "WHITE", "2118-8": "MENA", "2131-1": "OTHER",
        "UNK": "UNKNOWN", "ASKU": "REFUSED",
    },
    "nibrs": {"W": "WHITE", "B": "BLACK", "I": "AIAN", "A": "ASIAN", "P": "NHPI", "U": "UNKNOWN"},
    "dssg": {
        "W": "WHITE", "B": "BLACK", "A": "ASIAN", "I": "AIAN", "P": "NHPI", "H": "HISPANIC", "O": "OTHER", "D": "UNKNOWN", "R": "REFUSED",
        "N": "UNKNOWN",
    },
    "joco_jail": {"A": "ASIAN", "B": "BLACK", "I": "AIAN", "O": "OTHER", "U": "UNKNOWN", "W": "WHITE"},
    "cook_county_jail": {
        "AS": "ASIAN", "B": "BLACK", "BK": "BLACK", "IN": "AIAN", "LB": "BLACK", "LW": "WHITE", "LT": "HISPANIC", "W": "WHITE",
        "WH": "WHITE",
    },
    "recidiviz": {
        "AMERICAN_INDIAN_ALASKAN_NATIVE": "AIAN", "ASIAN": "ASIAN", "BLACK": "BLACK", "NATIVE_HAWAIIAN_PACIFIC_ISLANDER": "NHPI",
        "OTHER": "OTHER", "WHITE": "WHITE", "INTERNAL_UNKNOWN": "UNKNOWN", "EXTERNAL_UNKNOWN": "UNKNOWN",
    },
    "compas": {
        "African-American": "BLACK", "Caucasian": "WHITE", "Hispanic": "HISPANIC", "Other": "OTHER", "Asian": "ASIAN",
        "Native American": "AIAN",
    },
}  # fmt: skip
FLAGS = {"AmIndAKNative": "AIAN", "Asian": "ASIAN", "BlackAfAmerican": "BLACK", "NativeHIPacific": "NHPI", "White": "WHITE"}
NOT_SAID = {"RaceNone=8": "UNKNOWN", "RaceNone=9": "REFUSED", "RaceNone=99": "UNKNOWN"}
RACES |= {
    "hmis_fy2022": {**FLAGS, "NativeHIOtherPacific": "NHPI", **NOT_SAID},
    "hmis_fy2024": {**FLAGS, "HispanicLatinaeo": "HISPANIC", "MidEastNAfrican": "MENA", **NOT_SAID},
    "hmis_fy2026": {**FLAGS, "HispanicLatinao": "HISPANIC", "MidEastNAfrican": "MENA", **NOT_SAID},
}
ETHNICITIES: dict[str, dict[str, str | None]] = {
    "us_core": {"2135-2": "HISPANIC", "2186-5": "NOT_HISPANIC", "UNK": "UNKNOWN", "ASKU": "UNKNOWN"},
    "nibrs": {"H": "HISPANIC", "N": "NOT_HISPANIC", "U": "UNKNOWN"},
    "dssg": {
        "HISPANIC": "HISPANIC", "NOT HISPANIC": "NOT_HISPANIC", "DOESN'T KNOW": "UNKNOWN", "REFUSED": "UNKNOWN", "NOT COLLECTED": "UNKNOWN",
    },
    "cook_county_jail": {
        "AS": None, "B": None, "BK": None, "IN": None, "LB": "HISPANIC", "LW": "HISPANIC", "LT": "HISPANIC", "W": None, "WH": None,
    },
    "recidiviz": {
        "HISPANIC": "HISPANIC", "NOT_HISPANIC": "NOT_HISPANIC", "INTERNAL_UNKNOWN": "UNKNOWN", "EXTERNAL_UNKNOWN": "UNKNOWN",
    },
}  # fmt: skip
SEXES: dict[str, dict[str, str | None]] = {
    "hmis_fy2026": {"0": "F", "1": "M", "8": None, "9": None, "99": None},
    "nemsis": {"9919001": "F", "9919003": "M", "9919005": None, "7701001": None, "7701003": None},
    "fhir_gender": {"male": "M", "female": "F", "other": "X", "unknown": None},
    "dssg": {"F": "F", "M": "M", "MT": None, "FT": None, "O": "X", "D": None, "R": None, "N": None},
}


@pytest.mark.parametrize("name", sorted(RACES))
def test_every_code_of_a_race_list_means_what_the_list_says(name: str) -> None:
    assert dict(crosswalk.codes_for(name, "race")) == RACES[name]


@pytest.mark.parametrize("name", sorted(ETHNICITIES))
def test_every_code_of_an_ethnicity_list_means_what_the_list_says(name: str) -> None:
    assert dict(crosswalk.codes_for(name, "ethnicity")) == ETHNICITIES[name]


@pytest.mark.parametrize("name", sorted(SEXES))
def test_every_code_of_a_sex_list_means_what_the_list_says(name: str) -> None:
    assert dict(crosswalk.codes_for(name, "sex")) == SEXES[name]


@pytest.mark.parametrize(("flag", "race"), sorted(FLAGS.items()))
def test_a_check_mark_names_its_race_and_its_absence_names_none(flag: str, race: str) -> None:
    for year in ("hmis_fy2022", "hmis_fy2024", "hmis_fy2026"):
        assert dict(crosswalk.codes_for(year, "race", flag)) == {"0": None, "1": race, "99": None}
        assert crosswalk.codes_for(year, "race", flag.upper()) == crosswalk.codes_for(year, "race", flag)


def test_the_flags_that_one_year_renamed_belong_to_that_year_only() -> None:
    assert crosswalk.codes_for("hmis_fy2024", "race", "HispanicLatinaeo")["1"] == "HISPANIC"
    assert "1" not in crosswalk.codes_for("hmis_fy2026", "race", "HispanicLatinaeo")
    assert dict(crosswalk.codes_for("hmis_fy2022", "ethnicity", "Ethnicity"))["1"] == "HISPANIC"


def test_justice_counts_has_eight_races_by_three_answers() -> None:
    races, ethnicities = crosswalk.codes_for("justice_counts", "race"), crosswalk.codes_for("justice_counts", "ethnicity")
    assert len(races) == len(ethnicities) == 24
    assert set(races) == set(ethnicities)
    assert len({(races[code], ethnicities[code]) for code in races}) == 24
    assert (races["Black / Hispanic or Latino"], ethnicities["Black / Hispanic or Latino"]) == ("BLACK", "HISPANIC")
    assert (races["More than one race / Unknown Ethnicity"], ethnicities["Unknown / Not Hispanic or Latino"]) == (
        "MULTIPLE",
        "NOT_HISPANIC",
    )


def test_native_americans_are_not_pacific_islanders() -> None:
    listed = crosswalk.codes_for("joco_text", "race")
    assert {code: listed[code] for code in ("NATIVE AMERICAN", "NATIVE HAWAIIAN", "HISPANIC")} == {
        "NATIVE AMERICAN": "AIAN",
        "NATIVE HAWAIIAN": "NHPI",
        "HISPANIC": "HISPANIC",
    }


@pytest.mark.parametrize("name", crosswalk.names())
def test_every_meaning_is_a_word_of_the_field_it_fills(name: str) -> None:
    words: dict[str, set[object]] = {"race": {*RaceCode}, "ethnicity": {*Ethnicity}}
    for record_type in RECORD_TYPES.values():
        for field, listed in record_type.vocabularies.items():
            words.setdefault(field, set()).update(listed)
    for entry in crosswalk.entries():
        if entry.crosswalk == name and isinstance(entry.means, str):
            assert entry.means in words[entry.to], entry


def test_a_code_without_a_meaning_says_why_and_every_code_names_its_source() -> None:
    for entry in crosswalk.entries():
        assert entry.source, entry
        assert entry.label, entry
        nothing = entry.means is None or entry.means in {"UNKNOWN", "REFUSED"}
        flag_not_set = entry.element in {*FLAGS, "NativeHIOtherPacific", "HispanicLatinaeo", "HispanicLatinao", "MidEastNAfrican"}
        assert bool(entry.reason) == nothing or (flag_not_set and entry.code == "0"), entry


PREFIXES = ("H", "HI", "NAT", "NATIVE", "NATIVE AMER", "W ", "WHITE ", "wh", "B/W", "AS", "U1", "2514", "1002", "")


def _refused(codes: Any, raw: str) -> bool:
    made = values.coded_list_values(pl.col("raw"), "race", dict(codes), "|")
    frame = pl.DataFrame({"raw": [raw]}, schema={"raw": pl.String}).with_columns(values.clean("raw"))
    return bool(frame.select(made.faults["unknown_code"].fill_null(False)).item())


@pytest.mark.parametrize("name", sorted({entry.crosswalk for entry in crosswalk.entries() if entry.to == "race"}))
def test_the_beginning_of_a_code_is_not_the_code(name: str) -> None:
    listed = crosswalk.codes_for(name, "race")
    for raw in PREFIXES:
        known = raw.strip() in listed or not raw.strip()
        assert _refused(listed, raw) is not known, (name, raw)


RACE_LISTS = sorted({entry.crosswalk for entry in crosswalk.entries() if entry.to == "race"})


@given(
    st.sampled_from(RACE_LISTS), st.text(alphabet=st.characters(codec="ascii", exclude_characters="|\x7f", min_codepoint=33), max_size=12)
)
def test_whatever_is_not_on_a_list_is_refused(name: str, raw: str) -> None:
    listed = crosswalk.codes_for(name, "race")
    assert _refused(listed, raw) is (raw != "" and raw not in listed)


@given(st.sampled_from(RACE_LISTS), st.data())
def test_a_code_cut_short_or_drawn_out_is_another_code(name: str, data: st.DataObject) -> None:
    listed = crosswalk.codes_for(name, "race")
    code = data.draw(st.sampled_from(sorted(listed)))
    other = data.draw(st.sampled_from([code[: data.draw(st.integers(1, len(code)))], code + "X", "X" + code, code.swapcase()]))
    assert _refused(listed, other) is (other.strip() not in listed)


VISIT = {
    "name": "visits", "title": "Visits", "system": "visits", "agency": "clinic", "instruments": ["I"], "steward": "s", "cadence": "nightly",
    "delivery_mode": "increment", "connector": {"kind": "csv_drop", "where": {"env": "VISITS_DROP"}},
    "formats": {"timestamp": ["%Y-%m-%d"]},
}  # fmt: skip


def _source(tmp_path: Any, columns: dict[str, Any]) -> Source:
    feed = {
        "record_type": "co_responder_encounter", "from": {"file": "v_{date:%Y%m%d}.csv"}, "key": ["Id"],
        "race": {"category_system": "omb2024_combined", "method": "self"}, "columns": {"Begin": "started_at", **columns},
    }  # fmt: skip
    path = tmp_path / "visits.yaml"
    path.write_text(yaml.safe_dump({**VISIT, "feeds": {"visits": feed}}))
    return load_reviewed(path, Source)


def test_a_source_names_a_crosswalk_and_need_not_retype_it(tmp_path: Any) -> None:
    source = _source(tmp_path, {"Race": {"to": "race", "crosswalk": "nibrs", "codes": {"H": "HISPANIC"}}})
    codes = source.feeds["visits"].columns["Race"][0].codes
    assert codes == {**crosswalk.codes_for("nibrs", "race"), "H": "HISPANIC"}
    assert Source.model_validate(source.model_dump(by_alias=True)) == source


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown crosswalk": ({"to": "race", "crosswalk": "nibrz"}, "[nibrz] is not a crosswalk; there are "),
    "a crosswalk of another field": ({"to": "race", "crosswalk": "york_release"}, "has no codes for [race]; it has some for release_type"),
    "a contradiction": ({"to": "race", "crosswalk": "nibrs", "codes": {"P": "ASIAN"}}, "the crosswalk [nibrs] says otherwise of [P]"),
}


@pytest.mark.parametrize("case", sorted(FAULTS))
def test_a_crosswalk_that_does_not_fit_is_a_fault_of_the_text(tmp_path: Any, case: str) -> None:
    said, message = FAULTS[case]
    with pytest.raises(TermsFaults, match=message.replace("[", r"\[").replace("]", r"\]")):
        _source(tmp_path, {"Race": said})


def test_columns_of_check_marks_add_up_and_keep_what_was_written(tmp_path: Any) -> None:
    from datetime import datetime

    from assets.checked.mapping import map_rows, plan_of

    columns = {flag: {"to": "race", "crosswalk": "hmis_fy2024"} for flag in ("White", "MidEastNAfrican", "RaceNone")}
    source = _source(tmp_path, columns)
    plan = plan_of(
        source.feeds["visits"], RECORD_TYPES["co_responder_encounter"], formats=source.formats, as_of=datetime(2026, 3, 2), timezone="UTC"
    )
    text = pl.DataFrame(
        {
            "_position": [1, 2, 3, 4],
            "Id": ["1", "2", "3", "4"],
            "Begin": ["2026-01-01"] * 4,
            "White": ["1", "0", "0", "2"],
            "MidEastNAfrican": ["1", "0", "0", "0"],
            "RaceNone": ["", "9", "", ""],
        }
    )
    mapped = map_rows(text, plan)
    assert mapped.rows["race"].to_list() == [["MENA", "WHITE"], ["REFUSED"], []]
    assert mapped.rows["race_raw"].to_list()[:2] == ["MidEastNAfrican=1/White=1", "MidEastNAfrican=0/RaceNone=9/White=0"]
    assert mapped.refusals.select("_position", "column_name", "rule").rows() == [(4, "White", "unknown_code")]
