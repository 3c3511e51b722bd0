"""How fast FHIR NDJSON becomes canonical rows, beside DuckDB reading the same elements and doing nothing with them.

Belongs here: writing an export as Synthea shapes it, and the clock. Does not belong here: the reader (assets.checked.formats.fhir), the
mapping (assets.checked.mapping), which are those of every night.

    python tests/bench/bench_fhir.py [--small] [--megabytes 300] [--threads 2] [--seed 7]

Both sides read the same files in the same process, by turns. The promise is 50 MB/s parsed to canonical rows: text by the county's mapping,
every code looked up, every row held to its contract.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from stamp import commit  # noqa: E402

from assets.checked.formats.fhir import resource_chunks  # noqa: E402
from assets.checked.mapping import map_rows, plan_of  # noqa: E402
from contracts import standards  # noqa: E402
from contracts.records import RECORD_TYPES  # noqa: E402
from contracts.sources import Source  # noqa: E402

OUT = ROOT / "data" / "bench" / "fhir.json"
NIGHT = date(2026, 3, 2)
ENCOUNTERS = 8
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
CODES = ("F20.9", "F31.81", "F10.20", "F11.20", "F41.1", "I10", "E11.9", "J45.909")
SIDES = ("ours, text and marks", "ours, canonical rows", "DuckDB read_json")
COST = ("canonical rows: MB a processor second", "canonical rows: times DuckDB's processor time")
COLUMNS = {
    "Patient": "{id: 'VARCHAR', meta: 'STRUCT(lastUpdated VARCHAR)', extension: 'STRUCT(url VARCHAR, extension STRUCT(url VARCHAR,"
    " valueCoding STRUCT(code VARCHAR), valueString VARCHAR)[], valueCode VARCHAR)[]',"
    " identifier: 'STRUCT(type STRUCT(coding STRUCT(code VARCHAR)[]),"
    " system VARCHAR, value VARCHAR)[]', name: 'STRUCT(use VARCHAR, family VARCHAR, given VARCHAR[], suffix VARCHAR[])[]',"
    " birthDate: 'VARCHAR', gender: 'VARCHAR', address: 'STRUCT(use VARCHAR, line VARCHAR[], city VARCHAR, state VARCHAR,"
    " postalCode VARCHAR)[]', telecom: 'STRUCT(system VARCHAR, value VARCHAR)[]'}",
    "Encounter": "{id: 'VARCHAR', meta: 'STRUCT(lastUpdated VARCHAR)', status: 'VARCHAR', class: 'JSON', type: 'STRUCT(coding STRUCT(code"
    " VARCHAR)[])[]', subject: 'STRUCT(reference VARCHAR)', period: 'STRUCT(\"start\" VARCHAR, \"end\" VARCHAR)',"
    " serviceProvider: 'STRUCT(reference VARCHAR)'}",
    "Condition": "{id: 'VARCHAR', meta: 'STRUCT(lastUpdated VARCHAR)', code: 'STRUCT(coding STRUCT(system VARCHAR, code VARCHAR)[])',"
    " subject: 'STRUCT(reference VARCHAR)', encounter: 'STRUCT(reference VARCHAR)', recordedDate: 'VARCHAR', onsetDateTime: 'VARCHAR',"
    " verificationStatus: 'STRUCT(coding STRUCT(code VARCHAR)[])', category: 'STRUCT(coding STRUCT(code VARCHAR)[])[]'}",
}


def _id(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128)))


def _said(url: str, code: str, text: str) -> dict[str, Any]:
    coding = {"system": "urn:oid:2.16.840.1.113883.6.238", "code": code, "display": text}
    return {"url": f"{US_CORE}/{url}", "extension": [{"url": "ombCategory", "valueCoding": coding}, {"url": "text", "valueString": text}]}


def _concept(system: str, code: str, text: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": text}], "text": text}


def _patient(chance: random.Random, key: str) -> dict[str, Any]:
    v2 = "http://terminology.hl7.org/CodeSystem/v2-0203"
    number = f"999-{chance.randrange(10, 99)}-{chance.randrange(10_000):04d}"
    return {
        "resourceType": "Patient", "id": key,
        "meta": {"profile": [f"{US_CORE}/us-core-patient"], "lastUpdated": "2026-02-01T00:30:00.000-05:00"},
        "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Made for a benchmark; nobody is meant.</div>'},
        "extension": [
            _said("us-core-race", chance.choice(("2106-3", "2054-5", "2028-9", "1002-5")), "race as it was said"),
            _said("us-core-ethnicity", chance.choice(("2135-2", "2186-5")), "ethnicity as it was said"),
            {"url": f"{US_CORE}/us-core-birthsex", "valueCode": chance.choice("FM")},
            {"url": "http://synthetichealth.github.io/synthea/disability-adjusted-life-years", "valueDecimal": chance.random() * 20},
        ],
        "identifier": [
            {"system": "https://github.com/synthetichealth/synthea", "value": key},
            {"type": _concept(v2, "MR", "Medical Record Number"), "system": "http://hospital.smarthealthit.org", "value": key},
            {"type": _concept(v2, "SS", "Social Security Number"), "system": "http://hl7.org/fhir/sid/us-ssn", "value": number},
        ],
        "name": [{"use": "official", "family": f"Invented{chance.randrange(9999)}", "given": [f"Nobody{chance.randrange(999)}", "Ann"]}],
        "telecom": [{"system": "phone", "value": f"555-01{chance.randrange(100):02d}", "use": "home"}],
        "gender": chance.choice(("male", "female")), "birthDate": f"19{chance.randrange(30, 99)}-{chance.randrange(1, 13):02d}-17",
        "address": [{"line": [f"{chance.randrange(1, 999)} Elm Street"], "city": "Larkmoor", "state": "XX", "postalCode": "69902"}],
        "maritalStatus": _concept("http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "M", "Married"), "multipleBirthBoolean": False,
        "communication": [{"language": _concept("urn:ietf:bcp:47", "en-US", "English")}],
    }  # fmt: skip


def _encounter(chance: random.Random, key: str, patient: str, day: str) -> dict[str, Any]:
    class_ = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": chance.choice(("AMB", "EMER", "IMP", "HH"))}
    performer = _concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "PPRF", "primary performer")
    period = {"start": f"{day}T05:05:02-05:00", "end": f"{day}T05:20:02-05:00"}
    return {
        "resourceType": "Encounter", "id": key,
        "meta": {"profile": [f"{US_CORE}/us-core-encounter"]},
        "identifier": [{"use": "official", "system": "https://github.com/synthetichealth/synthea", "value": key}], "status": "finished",
        "class": class_, "type": [_concept("http://snomed.info/sct", "162673000", "General examination of patient (procedure)")],
        "subject": {"reference": f"Patient/{patient}", "display": "Nobody Invented"},
        "participant": [{"type": [performer], "period": period, "individual": {"reference": f"Practitioner/{_id(chance)}"}}],
        "period": period, "location": [{"location": {"reference": f"Location/{_id(chance)}", "display": "Clinic"}}],
        "serviceProvider": {"reference": f"Organization/org-{chance.randrange(20)}", "display": "Clinic"},
    }  # fmt: skip


def _condition(chance: random.Random, key: str, patient: str, encounter: str, day: str) -> dict[str, Any]:
    hl7 = "http://terminology.hl7.org/CodeSystem"
    return {
        "resourceType": "Condition", "id": key,
        "clinicalStatus": _concept(f"{hl7}/condition-clinical", "active", "Active"),
        "verificationStatus": _concept(f"{hl7}/condition-ver-status", "confirmed", "Confirmed"),
        "category": [_concept(f"{hl7}/condition-category", "encounter-diagnosis", "Encounter Diagnosis")],
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "38341003"}, {"system": ICD10, "code": chance.choice(CODES)}]},
        "subject": {"reference": f"Patient/{patient}"}, "encounter": {"reference": f"Encounter/{encounter}"},
        "onsetDateTime": f"{day}T05:05:02-05:00", "recordedDate": f"{day}T05:05:02-05:00",
    }  # fmt: skip


def write_export(folder: Path, *, megabytes: int, seed: int) -> None:
    """Patients with eight encounters and conditions each, until the files together have the size that is asked for."""
    chance = random.Random(seed)
    streams = {name: (folder / f"{name}.ndjson").open("w", encoding="utf-8") for name in COLUMNS}
    written = 0

    def write(item: dict[str, Any]) -> int:
        return streams[item["resourceType"]].write(json.dumps(item, separators=(",", ":")) + "\n")

    while written < megabytes * 1_000_000:
        patient = _id(chance)
        written += write(_patient(chance, patient))
        for _ in range(ENCOUNTERS):
            encounter, day = _id(chance), f"20{chance.randrange(10, 26)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}"
            written += write(_encounter(chance, encounter, patient, day))
            written += write(_condition(chance, _id(chance), patient, encounter, day))
    for stream in streams.values():
        stream.close()


def _source() -> Source:
    template = standards.template("fhir_us_core")
    feeds = yaml.safe_load(yaml.safe_dump(template.feeds))
    return Source.model_validate(
        {
            "name": "health", "title": template.title, "system": "health", "agency": "a", "instruments": ["I"], "steward": "s",
            "cadence": "nightly", "delivery_mode": template.delivery_mode, "formats": template.formats, "feeds": feeds,
            "connector": {**template.connector, "where": {"env": "HEALTH_DROP"}},
        }
    )  # fmt: skip


def _chunks(con: duckdb.DuckDBPyConnection, folder: Path, resource_name: str) -> Iterator[Any]:
    yield from resource_chunks(con, folder / f"{resource_name}.ndjson", resource_name)


def ours(con: duckdb.DuckDBPyConnection, folder: Path, resource_name: str, *, canonical: bool) -> int:
    """Rows read by the production reader, and mapped and held to their contract if asked for."""
    if not canonical:
        return sum(chunk.height for chunk in _chunks(con, folder, resource_name))
    source = _source()
    feed = next(feed for feed in source.feeds.values() if feed.origin.resource == resource_name)
    as_of = datetime(NIGHT.year, NIGHT.month, NIGHT.day)
    plan = plan_of(feed, RECORD_TYPES[feed.record_type], formats=source.formats, as_of=as_of, timezone="America/New_York")
    rows = 0
    for chunk in _chunks(con, folder, resource_name):
        mapped = map_rows(chunk, plan)
        if mapped.refusals.height:
            raise RuntimeError(f"{mapped.refusals.height} rows of {resource_name} were refused; the export or the mapping is wrong")
        rows += mapped.rows.height
    return rows


def bare(con: duckdb.DuckDBPyConnection, folder: Path, resource_name: str) -> int:
    """Rows of DuckDB's own reader with the same elements named, into a table."""
    said = f"'{folder / f'{resource_name}.ndjson'}', format = 'newline_delimited', columns = {COLUMNS[resource_name]}"
    con.execute(f"create or replace temp table bare as select * from read_json({said})").fetchall()
    return int(con.execute("select count(*) from bare").fetchall()[0][0])


@dataclass
class Spent:
    """Shortest wall time and least processor time of some rounds, and the rows."""

    wall: float = float("inf")
    cpu: float = float("inf")
    rows: int = 0


def _timed(work: Callable[[], int], rounds: int) -> Spent:
    spent = Spent()
    for _ in range(rounds):
        began, worked = time.perf_counter(), time.process_time()
        spent.rows = work()
        spent.wall = min(spent.wall, time.perf_counter() - began)
        spent.cpu = min(spent.cpu, time.process_time() - worked)
    return spent


def measure(folder: Path, *, threads: int, rounds: int) -> list[list[Any]]:
    """One line a resource and one for all: megabytes, rows, MB/s of each side, then what canonical rows cost in processor time."""
    lines: list[list[Any]] = []
    total, whole = 0.0, {side: Spent(0.0, 0.0) for side in SIDES}
    for name in COLUMNS:
        size = (folder / f"{name}.ndjson").stat().st_size / 1e6
        with duckdb.connect() as con:
            con.execute(f"set threads = {threads}")
            sides = (
                lambda name=name: ours(con, folder, name, canonical=False),
                lambda name=name: ours(con, folder, name, canonical=True),
                lambda name=name: bare(con, folder, name),
            )
            took = {side: _timed(work, rounds) for side, work in zip(SIDES, sides, strict=True)}
        counts = {spent.rows for spent in took.values()}
        if len(counts) != 1:
            raise RuntimeError(f"the sides read different numbers of rows of {name}: {sorted(counts)}")
        lines.append(_line(name, size, took))
        total += size
        for side, spent in took.items():
            whole[side] = Spent(whole[side].wall + spent.wall, whole[side].cpu + spent.cpu, whole[side].rows + spent.rows)
    lines.append(_line("all", total, whole))
    return lines


def _line(name: str, size: float, took: dict[str, Spent]) -> list[Any]:
    rates = [round(size / took[side].wall) for side in SIDES]
    canonical, other = took[SIDES[1]], took[SIDES[2]]
    return [name, round(size, 1), canonical.rows, *rates, round(size / canonical.cpu), round(canonical.cpu / other.cpu, 1)]


def main() -> None:
    """Measure, print, write data/bench/fhir.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="20 MB, one round")
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    megabytes, rounds = (20, 1) if asked.small else (asked.megabytes, asked.rounds)
    with tempfile.TemporaryDirectory(prefix="throughcare-fhir-") as place:
        write_export(Path(place), megabytes=megabytes, seed=asked.seed)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        lines = measure(Path(place), threads=asked.threads, rounds=rounds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    columns = ["resource", "MB", "rows", *(f"{side}, MB/s" for side in SIDES), *COST]
    print("  ".join(columns))
    for line in lines:
        print("  ".join(str(value) for value in line))
    print(f"peak memory {peak:.0f} MB, {before:.0f} MB of it before anything was read")
    said = {
        "title": "FHIR NDJSON to canonical rows",
        "command": f"python tests/bench/bench_fhir.py --megabytes {megabytes} --rounds {rounds} --threads {asked.threads}",
        "versions": {name: version(name) for name in ("duckdb", "polars", "pandera")},
        "commit": commit(),
        "seed": asked.seed,
        "notes": [
            "An export as Synthea shapes it, written at run time; every row is admitted by the layout fhir_us_core.",
            "Shortest of the rounds, on the same files in one process. Canonical rows: parsed, mapped, coded, held to the contract.",
            "MB/s is wall time, which other work on the machine lengthens; processor seconds are those of this process alone.",
            f"Peak memory of the process {peak:.0f} MB.",
        ],
        "tables": [{"caption": "MB of NDJSON a second", "columns": columns, "rows": lines}],
    }
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
