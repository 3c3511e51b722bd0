"""Unique names are planted wherever a vendor can write one; none may come out where it does not belong."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from resources.simulated_county.deliver import deliver

NIGHTS = (date(2026, 3, 2), date(2026, 3, 3))
CALLER = "QZCALLERNAME"


class Canaries:
    """Unique letters, one for each place they were planted."""

    def __init__(self) -> None:
        self.planted: dict[str, str] = {}

    def at(self, place: str) -> str:
        letters = "".join(chr(ord("A") + int(digit)) for digit in f"{len(self.planted):04d}")
        self.planted[place] = f"QZX{letters}XZQ"
        return self.planted[place]


def _plant_in_jail(path: Path, canaries: Canaries) -> None:
    """Every text column of every table gets a canary in a row of its own copy; most such rows will be refused, two people will not."""
    con = sqlite3.connect(path)
    tables = [name for (name,) in con.execute("select name from sqlite_master where type = 'table' order by name")]
    for table in tables:
        columns = [row[1] for row in con.execute(f"pragma table_info({table})")]
        keys = [row[1] for row in con.execute(f"pragma table_info({table})") if row[5]]
        sample = con.execute(f"select * from {table} limit 1").fetchone()
        if sample is None:
            continue
        for number, column in enumerate(columns):
            row = dict(zip(columns, sample, strict=True))
            for key in keys:
                row[key] = f"K{number}-{row[key]}" if key not in {"CountDt"} else row[key]
            row[column] = canaries.at(f"jail.{table}.{column}")
            con.execute(f"insert or replace into {table} values ({', '.join('?' * len(columns))})", list(row.values()))
    con.commit()
    con.close()


def _plant_in_csv(path: Path, canaries: Canaries, source: str, delimiter: str, key: str) -> None:
    text = path.read_text(encoding="utf-8-sig")
    mark = "\ufeff" if path.read_bytes().startswith(b"\xef\xbb\xbf") else ""
    rows = list(csv.DictReader(text.splitlines(), delimiter=delimiter))
    columns = list(rows[0])
    extra = []
    for number, column in enumerate(columns):
        row = dict(rows[0]) | {key: f"K{number}-{rows[0][key]}"}
        row[column] = canaries.at(f"{source}.{path.stem.split('_2')[0]}.{column}")
        extra.append(row)
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(mark)
        writer = csv.DictWriter(stream, columns, delimiter=delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows([*rows, *extra])


def _texts(value: Any, at: str = "") -> list[str]:
    match value:
        case dict():
            return [place for key, item in value.items() for place in _texts(item, f"{at}.{key}")]
        case list():
            return [place for number, item in enumerate(value) for place in _texts(item, f"{at}.{number}")]
        case str():
            return [at]
        case _:
            return []


def _with(value: Any, at: list[str], new: str) -> Any:
    if not at:
        return new
    key: Any = int(at[0]) if isinstance(value, list) else at[0]
    copy = list(value) if isinstance(value, list) else dict(value)
    copy[key] = _with(value[key], at[1:], new)
    return copy


def _plant_in_fhir(folder: Path, canaries: Canaries) -> None:
    for path in sorted(folder.glob("*.ndjson")):
        lines = path.read_text(encoding="utf-8").splitlines()
        resource = json.loads(lines[0])
        for number, place in enumerate(_texts(resource)):
            copy = _with(resource, place.split(".")[1:], canaries.at(f"health.{path.stem}{place}"))
            if place != ".id":
                copy["id"] = f"k{number}-{resource['id']}"
            lines.append(json.dumps(copy))
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _plant_headers_and_file_names(place: Path, canaries: Canaries) -> None:
    header = canaries.at("header of a dispatch file")
    night = NIGHTS[1].strftime("%Y%m%d")
    path = place / "cad" / f"cad_persons_{night}.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([f"{lines[0]},{header}", *(f"{line},x" for line in lines[1:])]) + "\n", encoding="utf-8")
    (place / "co_responder" / f"encounters_{canaries.at('file name')}.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    (place / "cad" / f"{canaries.at('strange file name')}.csv").write_text("a,b\n1,2\n", encoding="utf-8")


def _files(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())


def _hits(path: Path, needles: dict[str, str]) -> list[str]:
    content = path.read_bytes() + str(path).encode()
    return [place for place, needle in needles.items() if needle.encode() in content or needle.encode("utf-16-le") in content]


def _values(path: Path) -> str:
    """Every value of every table of a DuckDB file as text: compression hides nothing here."""
    with duckdb.connect(str(path), read_only=True) as con:
        tables = con.execute("select table_schema, table_name from information_schema.tables").fetchall()
        return "\n".join(str(con.execute(f'select * from "{schema}"."{table}"').fetchall()) for schema, table in tables)


@dataclass(frozen=True)
class Planted:
    """An office after two nights with canaries: of callers and witnesses in the first, wherever a vendor can write in the second."""

    office: Any
    canaries: Canaries
    callers: int


def _plant_callers(path: Path) -> int:
    """Give everybody but subjects a name that nobody else has; returns how many."""
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    others = [row for row in rows if row["Role"] not in {"SUBJ"}]
    for row in others:
        row["PersonName"] = f"{CALLER}, QZGIVEN"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(others)


@pytest.fixture(scope="module")
def planted(simulated: Path, tmp_path_factory: pytest.TempPathFactory, new_office: Callable[[Path], Any]) -> Planted:
    office, canaries = new_office(tmp_path_factory.mktemp("planted") / "home"), Canaries()
    place = office.home / "county_systems"
    deliver(simulated, place, NIGHTS[0])
    callers = _plant_callers(place / "cad" / f"cad_persons_{NIGHTS[0].strftime('%Y%m%d')}.csv")
    deliver(simulated, place, NIGHTS[1])
    _plant_in_jail(place / "jail.sqlite", canaries)
    stamp = NIGHTS[1].strftime("%Y%m%d")
    _plant_in_csv(place / "cad" / f"cad_events_{stamp}.csv", canaries, "cad", ",", "IncidentNumber")
    _plant_in_csv(place / "co_responder" / f"encounters_{NIGHTS[1].isoformat()}.csv", canaries, "co_responder", ";", "encounter_id")
    _plant_in_fhir(place / "health" / NIGHTS[1].isoformat(), canaries)
    _plant_headers_and_file_names(place, canaries)
    for night in NIGHTS:
        office.type("run", "--night", night.isoformat(), expect=None)
    return Planted(office, canaries, callers)


def test_planted_names_never_reach_the_control_plane_or_a_product(planted: Planted) -> None:
    office, names = planted.office, planted.canaries.planted
    office.type("status", expect=None)
    office.type("status", "--json", expect=None)
    assert len(names) > 150

    said = "\n".join(office.printed)
    assert [place for place, needle in names.items() if needle in said] == []
    assert CALLER not in said

    control_plane = _files(office.home / "dagster", office.home / "ledger", office.home / "published", office.home / "scratch")
    assert control_plane
    assert {str(path): hits for path in control_plane if (hits := _hits(path, names | {"caller": CALLER}))} == {}

    # Rows of the health system's own clients and of the sheriff's own bookings are theirs; identifiers of others never are.
    own = {
        "sheriff": {"jail.inmate_booking.BookingNo", "jail.inmate_booking.JacketNo"},
        "health": {place for place in names if place.endswith(".id")},
    }
    for product in sorted(office.home.glob("published/*/*/*.duckdb")):
        recipient = product.relative_to(office.home / "published").parts[0]
        values = _values(product)
        leaked = {place for place, needle in names.items() if needle in values}
        assert leaked - own.get(recipient, set()) == set(), product.name


def test_a_caller_or_witness_never_reaches_linkage(planted: Planted) -> None:
    assert planted.callers > 20
    with duckdb.connect(str(planted.office.home / "warehouse.duckdb"), read_only=True) as con:
        read = con.execute("select count(*) from checked.cad_person where person_role <> 'subject'").fetchall()[0][0]
        assert read >= planted.callers, "the planted callers must have been read, or this test shows nothing"
        tables = con.execute(
            "select table_schema, table_name from information_schema.tables where table_schema in ('checked', 'linked', 'measured')"
        ).fetchall()
        assert tables
        for schema, table in tables:
            found = con.execute(f'select count(*) from {schema}."{table}" as t where t::varchar ilike ?', [f"%{CALLER}%"]).fetchall()[0][0]
            assert found == 0, f"{schema}.{table}"
        linked = con.execute(
            """select count(*) from linked.membership as m join checked.cad_person as p using (subject_id)
               where p.person_role <> 'subject' and m.link_state <> 'withheld'"""
        ).fetchall()[0][0]
        assert linked == 0
