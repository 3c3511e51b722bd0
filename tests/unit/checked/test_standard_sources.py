"""Exports as published standards shape them become canonical records by the layouts that ship, and nothing else."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import standard_exports as exports
import yaml

from contracts import standards
from contracts.reviewed import UNDECIDED
from contracts.sources import Source
from contracts.vocabularies.hmis import HmisVersion

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "standards"


def _source(name: str, house: Any, **connector: Any) -> Source:
    template = standards.template(name)
    place = house.place / "county"
    return Source.model_validate(
        {
            "name": "county", "title": template.title, "system": "county", "agency": "agency", "instruments": ["I"], "steward": "s",
            "cadence": "nightly", "delivery_mode": template.delivery_mode,
            "connector": {**template.connector, "where": {"env": "COUNTY_DROP", "default": str(place)}, **connector},
            "formats": template.formats,
            "feeds": yaml.safe_load(yaml.safe_dump(template.feeds, sort_keys=False).replace(UNDECIDED, "new_charge")),
        }
    )  # fmt: skip


def _folder(house: Any) -> Path:
    folder: Path = house.place / "county" / house.night(0).isoformat()
    return folder


@pytest.mark.parametrize("version", HmisVersion)
def test_an_hmis_export_becomes_clients_and_enrolments(house: Any, version: HmisVersion) -> None:
    exports.write_hmis(_folder(house), version, exports.hmis_rows(version))
    report = house.check(_source(f"hmis_fy{version.value}", house))
    house.derive()
    assert [(feed.rows_read, feed.admitted, feed.refused) for feed in report.feeds] == [(3, 3, 0), (4, 3, 1)]
    found = house.rows(
        "select entry_date::varchar, exit_date::varchar, project_type, prior_living_situation, destination, times_homeless,"
        " months_homeless, victim_service_provider, from_jail from checked.hmis_enrollment order by entry_date"
    )
    assert found == [
        ("2026-01-10", "2026-02-01", "emergency_shelter", "jail_or_prison", "rental_with_subsidy", 4, 13, False, True),
        ("2026-01-11", None, "emergency_shelter_night_by_night", "unsheltered", None, None, None, True, False),
        ("2026-01-12", None, "emergency_shelter", None, None, None, None, False, None),
    ]
    assert house.rows("select last_name, birth_date::varchar, sex, ssn4 from checked.identity order by all") == [
        ("Brightwater", "1991-12-05", "F", "4321"),
        ("Vandersnoot", "1980-05-17", "F", None),
        (None, None, None, None),
    ]
    assert house.rows("select races, hispanic, category_system, method from checked.race_assertion order by all") == [
        ([], None, "omb2024_combined", "self"),
        (["BLACK"], False, "omb2024_combined", "self"),
        (["MENA", "WHITE"], False, "omb2024_combined", "self"),
    ]
    asked = "gender" if version is HmisVersion.FY2024 else "sex"
    assert {row[0] for row in house.rows("select question from checked.sex_assertion")} == {asked}


def test_who_is_with_a_victim_service_provider_is_told_to_nobody(house: Any) -> None:
    version = HmisVersion.FY2026
    rows = exports.hmis_rows(version)
    rows["Client"][1] |= {"FirstName": "Zephyrine", "LastName": "Hollowmere", "NameDataQuality": "1", "DOB": "1975-03-03"}
    exports.write_hmis(_folder(house), version, rows)
    report = house.check(_source("hmis_fy2026", house))
    house.derive()
    assert {feed.feed: feed.refused_by_rule for feed in report.feeds} == {
        "client": {"victim_service_identity": 1},
        "enrollment": {"victim_service_identity": 2},
    }
    assert "Hollowmere" not in str(house.rows("from checked.identity"))
    landed = b"".join(path.read_bytes() for path in house.root.rglob("*") if path.is_file() and "county_systems" not in path.parts)
    assert b"Hollowmere" not in landed
    assert b"Zephyrine" not in landed


def test_what_an_export_marks_as_deleted_ends(house: Any) -> None:
    version = HmisVersion.FY2026
    source = _source("hmis_fy2026", house)
    rows = exports.hmis_rows(version)
    exports.write_hmis(_folder(house), version, rows)
    house.check(source)
    rows["Enrollment"][0] |= {"DateDeleted": "2026-03-02 10:00:00", "DateUpdated": "2026-03-02 10:00:00"}
    exports.write_hmis(house.place / "county" / house.night(1).isoformat(), version, rows)
    house.check(source, 1)
    assert house.rows("select entry_date::varchar from checked.hmis_enrollment order by all") == [("2026-01-11",), ("2026-01-12",)]


def test_a_zip_of_an_export_says_what_its_folder_says(house: Any, tmp_path: Path) -> None:
    version = HmisVersion.FY2024
    folder = exports.write_hmis(tmp_path / "export", version, exports.hmis_rows(version))
    (house.place / "county").mkdir(parents=True)
    exports.zip_of(folder, house.place / "county" / "hmis_20260302.zip")
    report = house.check(_source("hmis_fy2024", house, file="hmis_{date:%Y%m%d}.zip"))
    assert [(feed.rows_read, feed.admitted) for feed in report.feeds] == [(3, 3), (4, 3)]


def test_a_synthea_shaped_export_is_read_without_a_manifest(house: Any) -> None:
    exports.write_ndjson(_folder(house), exports.synthea(), manifest=False)
    source = _source("fhir_us_core", house, manifest=None)
    report = house.check(source)
    house.derive()
    assert {feed.feed: (feed.rows_read, feed.admitted, feed.set_aside, feed.refused) for feed in report.feeds} == {
        "patient": (1, 1, 0, 0),
        "encounter": (1, 1, 0, 0),
        "condition": (1, 1, 1, 0),  # the other is not coded in ICD-10-CM
        "screen": (2, 2, 1, 0),  # the other is a height
    }
    assert house.rows("select encounter_class, encounter_type, program_id, is_part2 from checked.health_encounter") == [
        ("AMB", "outpatient", "org-9", True)
    ]
    assert house.rows("select diagnosed_on::varchar, icd10, is_smi from checked.health_diagnosis") == [("2026-01-02", "F20.9", True)]
    assert house.rows("select screened_at::varchar, screen, answers, total_score from checked.screening order by all") == [
        ("2026-01-02 15:40:00", "c_ssrs", [1, 1, None, None, None, 0], None),
        ("2026-01-03 09:00:00", "k6", None, 14),
    ]
    asserted = house.rows("select raw_code, races, hispanic from checked.race_assertion")
    assert asserted == [("race=2106-3/race_mena=2118-8/2186-5", ["MENA", "WHITE"], False)]
    assert house.rows("select first_name, middle_name, sex from checked.identity") == [("Ysolde", "Ann", "F")]
    said = house.rows("select reason from acquired.delivery")
    assert "1 files of resources that no feed reads" in said[0][0]


def test_part_2_goes_by_programme_and_never_by_code(house: Any) -> None:
    resources = exports.synthea()
    resources["Condition"][0]["code"]["coding"][1]["code"] = "F11.20"
    exports.write_ndjson(_folder(house), resources)
    text = _source("fhir_us_core", house).model_dump(by_alias=True)
    source = Source.model_validate({**text, "programmes": {"org-9": {"name": "Clinic", "part2": False}}})
    house.check(source)
    assert house.rows("select is_part2 from checked.health_encounter") == [(False,)]
    assert house.rows("select icd10, is_sud, is_part2 from checked.health_diagnosis") == [("F11.20", True, False)]


def test_several_files_of_one_resource_are_all_read(house: Any) -> None:
    resources = exports.synthea()
    folder = _folder(house)
    exports.write_ndjson(folder, {"Patient": resources["Patient"]}, manifest=False)
    (folder / "Patient.ndjson").rename(folder / "Patient.000.ndjson")
    exports.write_ndjson(folder, {"Patient": [{**resources["Patient"][0], "id": "p-2"}]}, manifest=False)
    report = house.check(_source("fhir_us_core", house, manifest=None))
    assert [feed.admitted for feed in report.feeds if feed.feed == "patient"] == [2]


def test_a_dssg_file_tells_a_booking_once_and_its_moves_one_by_one(house: Any) -> None:
    folder = house.place / "county"
    folder.mkdir(parents=True)
    (folder / "jail_bookings_20260302.csv").write_bytes((FIXTURES / "dssg_jail_bookings.csv").read_bytes())
    with (FIXTURES / "dssg_jail_bookings.csv").open(newline="") as stream:
        header = next(csv.reader(stream))
    template = standards.template("dssg_jail_bookings")
    feeds = yaml.safe_load(yaml.safe_dump(dict(template.narrowed(header).feeds), sort_keys=False).replace(UNDECIDED, "new_charge"))
    text = _source("dssg_jail_bookings", house).model_dump(by_alias=True)
    report = house.check(Source.model_validate({**text, "feeds": feeds}))
    house.derive()
    counted = {feed.feed: (feed.rows_read, feed.admitted, feed.duplicate + feed.superseded, feed.refused_by_rule) for feed in report.feeds}
    assert counted == {
        "booking": (5, 2, 2, {"unknown_code": 1}),
        "move": (4, 3, 0, {"parent_unknown": 1}),  # that of the booking that is refused
    }
    booked = "select booked_at::varchar, released_at::varchar, homeless, mental_health_flag from checked.jail_booking order by all"
    assert house.rows(booked) == [
        ("2026-01-03 00:00:00", None, None, None),
        ("2026-01-05 00:00:00", "2026-02-01 00:00:00", True, False),
    ]
    assert house.rows("select last_name, birth_date::varchar, birth_date_quality, birth_year, ssn4 from checked.identity order by all") == [
        ("Brightwater", None, "partial", 1980, "4321"),
        ("Vandersnoot", "1975-05-17", "full", 1975, None),
    ]
    assert sorted(row[0] for row in house.rows("select source_person_id from checked.subject")) == ["1001", "1003"]
    assert house.rows("select raw_code, races, hispanic from checked.race_assertion order by all") == [
        ("H", [], True),
        ("W, I/NOT HISPANIC", ["AIAN", "WHITE"], False),
    ]
    assert house.rows("select count(*), count(distinct parent_record_id) from checked.housing_move") == [(3, 2)]


@pytest.mark.parametrize(("variant", "is_smi"), [("strict", False), ("standard", True), ("core", False), ("broad", True)])
def test_a_county_chooses_what_stands_for_serious_mental_illness(house: Any, variant: str, is_smi: bool) -> None:
    resources = exports.synthea()
    resources["Condition"][0]["code"]["coding"][1]["code"] = "F29"
    exports.write_ndjson(_folder(house), resources)
    text = _source("fhir_us_core", house).model_dump(by_alias=True)
    house.check(Source.model_validate({**text, "diagnosis_sets": {"smi_dx_proxy": variant}}))
    assert house.rows("select icd10, is_smi from checked.health_diagnosis") == [("F29", is_smi)]


def test_sources_of_one_county_hold_to_one_variant(house: Any) -> None:
    from contracts.county import _diagnosis_faults

    one = _source("fhir_us_core", house)
    other = Source.model_validate({**one.model_dump(by_alias=True), "name": "ed", "diagnosis_sets": {"smi_dx_proxy": "broad"}})
    hmis = _source("hmis_fy2026", house)
    assert list(_diagnosis_faults({"sources/county.yaml": one, "sources/hmis.yaml": hmis})) == []
    assert [(fault.file, fault.key) for fault in _diagnosis_faults({"sources/a.yaml": one, "sources/ed.yaml": other})] == [
        ("sources/ed.yaml", "diagnosis_sets")
    ]


def test_a_form_without_published_codes_is_read_by_the_countys_own(house: Any) -> None:
    items = [f"bjmhs-{number}" for number in range(1, 9)]
    no = {"valueCodeableConcept": {"coding": [{"code": "N"}]}}
    said = [("bjmhs-2", {"valueBoolean": True}), ("bjmhs-1", no), ("other", {"valueInteger": 9})]
    screen = {
        "resourceType": "Observation", "id": "o-9", "status": "final", "code": {"coding": [{"system": "urn:county", "code": "BJMHS"}]},
        "subject": {"reference": "Patient/p-1"}, "effectiveDateTime": "2026-01-02T15:40:00-05:00",
        "component": [{"code": {"coding": [{"code": code}]}, **value} for code, value in said],
    }  # fmt: skip
    exports.write_ndjson(_folder(house), {**exports.synthea(), "Observation": [screen]})
    text = _source("fhir_us_core", house, screens={"BJMHS": items}, screen_answers={"N": 0}).model_dump(by_alias=True)
    columns = text["feeds"]["screen"]["columns"] | {"code": {"to": "screen", "codes": {"BJMHS": "bjmhs"}}}
    feed = text["feeds"]["screen"] | {"columns": columns, "only": {"code": ["BJMHS"]}}
    house.check(Source.model_validate({**text, "feeds": text["feeds"] | {"screen": feed}}))
    assert house.rows("select screen, answers, total_score from checked.screening") == [
        ("bjmhs", [0, 1, None, None, None, None, None, None], None)
    ]


def test_a_workbook_is_read_to_canonical_records(house: Any) -> None:
    from datetime import datetime

    import xlsxwriter

    (house.place / "cad").mkdir(parents=True)
    book = xlsxwriter.Workbook(str(house.place / "cad" / "cad_20260302.xlsx"))
    sheet = book.add_worksheet("Events")
    times = book.add_format({"num_format": "m/d/yy h:mm"})
    sheet.write_row(0, 0, ["Calls, all beats"])
    sheet.write_row(1, 0, ["Incident #", "Received", "Nature (final)"])
    for row, (key, nature) in enumerate([("I-1", "SUICIDE THREAT"), ("I-2", "SUICIDAL"), ("I-3", "NOISE")], start=2):
        sheet.write_row(row, 0, [key])
        sheet.write_datetime(row, 1, datetime(2026, 2, row, 13, 5), times)
        sheet.write(row, 2, nature)
    sheet.write(5, 0, "Total calls: 3")
    book.close()
    around = {"sheet": "Events", "header_row": 2, "footer_rows": 1, "footer_begins": ["Total"]}
    source = Source.model_validate(
        {
            "name": "cad", "title": "CAD", "system": "cad", "agency": "dispatch", "instruments": ["I"], "steward": "s",
            "cadence": "nightly", "delivery_mode": "increment", "formats": {"timestamp": ["%Y-%m-%d %H:%M:%S"]},
            "connector": {"kind": "excel_drop", "where": {"env": "CAD_DROP", "default": str(house.place / "cad")}},
            "feeds": {
                "events": {
                    "record_type": "cad_event", "from": {"file": "cad_{date:%Y%m%d}.xlsx", **around}, "key": ["Incident"],
                    "aliases": {"Incident": ["Incident #"], "Final nature": ["Nature (final)"]},
                    "columns": {"Received": "received_at", "Final nature": {"to": "final_call_type", "crosswalk": "call_nature"}},
                }
            },
        }
    )  # fmt: skip
    report = house.check(source)
    assert report.feeds[0].refused_by_rule == {"unknown_code": 1}
    assert house.rows("select received_at::varchar, final_call_type, is_behavioral_health from checked.cad_event order by all") == [
        ("2026-02-02 13:05:00", "suicide", True),
        ("2026-02-04 13:05:00", "noise", False),
    ]
    assert house.quarantine("cad").select("row_position", "column_name", "rule").rows() == [(2, "Final nature", "unknown_code")]
