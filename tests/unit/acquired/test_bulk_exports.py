"""FHIR bulk exports: complete folders only, counted against their manifest, without what may not be kept."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from assets.acquired.acquire import AcquireReport, acquire
from contracts.reviewed import load_reviewed
from contracts.sources import Source

NIGHT = dt.date(2026, 3, 2)
HEALTH = load_reviewed(Path(__file__).resolve().parents[3] / "contracts" / "demo_county" / "sources" / "health.yaml", Source)
PATIENT = {"resourceType": "Patient", "id": "p1", "name": [{"use": "official", "family": "Vandersnoot", "given": ["Quillon"]}]}


def _export(folder: Path, *, lines: list[str] | None = None, manifest: Any = "matching", night: dt.date = NIGHT) -> None:
    export = folder / night.isoformat()
    export.mkdir(parents=True)
    patients = lines if lines is not None else [json.dumps(PATIENT)]
    (export / "Patient.ndjson").write_text("".join(line + "\n" for line in patients))
    output = [{"type": "Patient", "url": "https://vendor.example/export/Patient.ndjson", "count": len(patients)}]
    if manifest == "matching":
        (export / "manifest.json").write_text(json.dumps({"output": output}))
    elif manifest is not None:
        (export / "manifest.json").write_text(manifest if isinstance(manifest, str) else json.dumps(manifest))


def _acquire(drop: Any, night: dt.date = NIGHT) -> AcquireReport:
    return acquire(HEALTH, night=night, home=drop.home, con=drop.con, environment={"THROUGHCARE_HEALTH_DROP": str(drop.folder)})


def test_a_resource_without_changes_may_be_absent_from_an_export(drop: Any) -> None:
    _export(drop.folder)
    report = _acquire(drop)
    assert (report.verdict, report.rows) == ("accepted", {"patient": 1})


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (None, "has no manifest.json yet"),
        ("{", "malformed_manifest"),
        ({"output": [{"url": "Patient.ndjson"}]}, "malformed_manifest"),
        ({"output": [{"type": "Patient", "url": "Patient_2.ndjson"}]}, "not every file it lists"),
    ],
)
def test_an_unfinished_export_waits(drop: Any, manifest: Any, said: str) -> None:
    _export(drop.folder, manifest=manifest)
    report = _acquire(drop)
    assert report.verdict == "missing"
    assert said in report.reason


def test_a_manifest_cannot_lead_out_of_its_folder(drop: Any, tmp_path: Path) -> None:
    (tmp_path / "secret.ndjson").write_text("{}\n")
    _export(drop.folder, manifest={"output": [{"type": "Patient", "url": "../../secret.ndjson"}]})
    assert _acquire(drop).verdict == "missing"


def test_a_file_with_another_number_of_resources_than_its_manifest_says_is_refused(drop: Any) -> None:
    _export(drop.folder, manifest={"output": [{"type": "Patient", "url": "Patient.ndjson", "count": 2}]})
    report = _acquire(drop)
    assert report.verdict == "refused"
    assert "count_mismatch: 1 resources where the manifest says 2" in report.reason


def test_a_file_that_ends_in_the_middle_of_a_resource_is_refused(drop: Any) -> None:
    _export(drop.folder)
    path = drop.folder / NIGHT.isoformat() / "Patient.ndjson"
    path.write_text(json.dumps(PATIENT)[:-4])
    report = _acquire(drop)
    assert report.verdict == "refused"
    assert "truncated: resource 1 ends the file in the middle" in report.reason
    assert "Vandersnoot" not in report.reason


def test_birthplace_and_citizenship_are_taken_out_before_landing(drop: Any) -> None:
    extension = [
        {"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace", "valueAddress": {"country": "Atlantis"}},
        {"url": "http://hl7.org/fhir/StructureDefinition/patient-citizenship", "extension": [{"url": "code", "valueString": "Lemuria"}]},
        {"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race", "extension": []},
    ]
    broken = '{"resourceType":"Patient","note":"patient-birthPlace Mu'
    _export(drop.folder, lines=[json.dumps(PATIENT | {"extension": extension}), json.dumps(PATIENT), broken])
    report = _acquire(drop)
    assert report.verdict == "accepted"
    text = b"".join(path.read_bytes() for path in drop.home.landing.rglob("*") if path.is_file())
    assert [word for word in (b"Atlantis", b"Lemuria", b"Mu", b"birthPlace") if word in text] == []
    assert b"us-core-race" in text
    manifest = json.loads(next(drop.home.landing.rglob("manifest.json")).read_text())
    assert [part["dropped"] for part in manifest["parts"]] == [3]
