"""Resources of a file as flat text: the same by both ways of splitting lines, in the order of the file, each broken line by itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import standard_exports as exports
from polars.testing import assert_frame_equal

from assets.checked.formats import fhir
from contracts.vocabularies.fhir import FHIR_COLUMNS
from contracts.vocabularies.screens import Forms, shipped_forms


def _read(path: Path, resource: str, **options: Any) -> pl.DataFrame:
    with duckdb.connect() as con:
        con.execute("set threads=2")
        return pl.concat(list(fhir.resource_chunks(con, path, resource, **options)))


def _lines(tmp_path: Path, *items: Any, end: str = "\n") -> Path:
    path = tmp_path / "r.ndjson"
    texts = [item if isinstance(item, str) else json.dumps(item) for item in items]
    path.write_bytes("".join(text + end for text in texts).encode())
    return path


@pytest.mark.parametrize("resource", ["Patient", "Encounter", "Condition", "Observation"])
def test_both_ways_of_splitting_lines_read_the_same(tmp_path: Path, resource: str) -> None:
    items = exports.synthea()[resource] * 3
    plain = _read(_lines(tmp_path, *items, "", "  ", items[0]), resource)
    apart = _read(_lines(tmp_path, *items, "", "  ", items[0], end="\r\n"), resource)
    assert plain.height == len(items) + 1
    assert plain.columns == ["_position", *FHIR_COLUMNS[resource], "_fault"]
    assert_frame_equal(plain, apart)


def test_rows_keep_the_order_of_a_file_of_many_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fhir, "BATCH_ROWS", 5_000)
    monkeypatch.setattr(fhir, "BLOCK", 100_000)
    items = [{"resourceType": "Encounter", "id": str(number), "text": "x" * 900} for number in range(80_000)]
    path = _lines(tmp_path, *items)
    found = _read(path, "Encounter")
    assert found["id"].to_list() == [item["id"] for item in items]
    assert found["_position"].to_list() == list(range(1, len(items) + 1))
    few = _lines(tmp_path, *items[:5_000], end="\r\n")
    assert _read(few, "Encounter")["id"].to_list() == [item["id"] for item in items[:5_000]]


BROKEN = ('{"resourceType":"Patient","id":"p', "null", "7", '"text"', "[1,2]", '{"resourceType":"Group","id":"g"}', "{bad}", "\x01")


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_line_is_told_by_itself_and_its_neighbours_are_read(tmp_path: Path, broken: str) -> None:
    sound = {"resourceType": "Patient", "id": "p1"}
    found = _read(_lines(tmp_path, sound, broken, sound), "Patient", raw=True)
    assert found["id"].to_list()[::2] == ["p1", "p1"]
    assert found["_fault"].to_list()[::2] == [None, None]
    assert found["_fault"][1] in {"not_json", "wrong_resource"}
    assert all(isinstance(json.loads(raw), object) for raw in found["_raw"])
    assert found.drop("_raw").equals(_read(_lines(tmp_path, sound, broken, sound), "Patient"))


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        ("Patient/p-1", "p-1"),
        ("https://ehr.example/fhir/Patient/p-1", "p-1"),
        ("Patient/p-1/_history/4", "p-1"),
        ("urn:uuid:p-1", "p-1"),
        ("Patient?identifier=https://synthea.example|p-1", "p-1"),
        ("p-1", "p-1"),
    ],
)
def test_a_reference_is_read_however_it_is_written(tmp_path: Path, reference: str, key: str) -> None:
    item = {"resourceType": "Encounter", "id": "e", "subject": {"reference": reference}}
    assert _read(_lines(tmp_path, item), "Encounter")["patient_id"].to_list() == [key]


@pytest.mark.parametrize("said", [{"code": "AMB"}, "AMB", [{"coding": [{"code": "AMB"}]}]])
def test_the_class_of_an_encounter_is_read_from_every_shape_seen(tmp_path: Path, said: Any) -> None:
    assert _read(_lines(tmp_path, {"resourceType": "Encounter", "class": said}), "Encounter")["class"].to_list() == ["AMB"]


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ({"recordedDate": "2026-01-03", "onsetDateTime": "2026-01-01"}, "2026-01-03"),
        ({"onsetDateTime": "2026-01-01T10:00:00Z"}, "2026-01-01T10:00:00Z"),
        ({"onsetPeriod": {"start": "2025-12-01"}}, "2025-12-01"),
        ({}, None),
    ],
)
def test_a_condition_without_a_recorded_date_has_the_day_of_its_onset(tmp_path: Path, dates: dict[str, Any], day: str | None) -> None:
    assert _read(_lines(tmp_path, {"resourceType": "Condition", **dates}), "Condition")["recorded_date"].to_list() == [day]


def test_race_is_read_with_its_detail_and_text_whatever_the_order_of_extensions(tmp_path: Path) -> None:
    patient = exports.synthea()["Patient"][0]
    turned = {**patient, "extension": [{**item, "extension": item.get("extension", [])[::-1]} for item in patient["extension"][::-1]]}
    found = _read(_lines(tmp_path, patient, turned), "Patient")
    said = found.select("race", "race_mena", "race_detailed", "race_text", "ethnicity", "ethnicity_text").rows()
    assert said[0] == ("2106-3", "2118-8", "2118-8", "said", "2186-5", "said")
    assert said[0] == said[1]
    assert found["birthsex"].to_list() == ["F", "F"]


def _screen(*components: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Observation", "code": {"coding": [{"system": "x", "code": "LOCAL"}]}, "component": list(components)}


@pytest.mark.parametrize(
    ("component", "answer"),
    [
        ({"valueInteger": 3}, "3"),
        ({"valueQuantity": {"value": 2.0}}, "2"),
        ({"valueBoolean": True}, "1"),
        ({"valueBoolean": False}, "0"),
        ({"valueCodeableConcept": {"coding": [{"code": "OFTEN"}]}}, "4"),
        ({"valueCodeableConcept": {"coding": [{"code": "WHO-KNOWS"}]}}, ""),
        ({}, ""),
    ],
)
def test_answers_stand_in_the_order_of_the_form(tmp_path: Path, component: dict[str, Any], answer: str) -> None:
    forms = shipped_forms().with_more({"LOCAL": ("q1", "q2", "q3")}, {"OFTEN": 4})
    item = _screen({"code": {"coding": [{"code": "q3"}]}, "valueInteger": 1}, {"code": {"coding": [{"code": "q2"}]}, **component})
    assert _read(_lines(tmp_path, item), "Observation", forms=forms)["answers"].to_list() == [f"|{answer}|1"]


def test_an_observation_that_answers_no_item_of_its_form_has_no_answers(tmp_path: Path) -> None:
    forms = Forms({"LOCAL": ("q1", "q2")}, {})
    items = [_screen(), _screen({"code": {"coding": [{"code": "q9"}]}, "valueInteger": 1}), {"resourceType": "Observation", "component": 7}]
    assert _read(_lines(tmp_path, *items), "Observation", forms=forms)["answers"].to_list() == [None, None, None]


def test_shipped_forms_have_as_many_items_as_the_screen() -> None:
    from contracts.vocabularies.crosswalk import codes_for
    from contracts.vocabularies.screening import FORMS

    screens = codes_for("loinc_screens", "screen")
    for code, items in shipped_forms().items.items():
        assert len(items) == len(set(items)) == FORMS[str(screens[code])][0]


def test_a_file_of_nothing_has_no_rows(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        assert sum(chunk.height for chunk in fhir.resource_chunks(con, _lines(tmp_path, "", " "), "Patient")) == 0
        assert sum(chunk.height for chunk in fhir.resource_chunks(con, _lines(tmp_path), "Patient", raw=True)) == 0
