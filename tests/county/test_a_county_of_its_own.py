"""A county folder outside the repository, with another vendor's files, is YAML only."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

NIGHTS = (date(2026, 3, 2), date(2026, 3, 3))
OTHER = Path(__file__).resolve().parents[1] / "fixtures" / "other_county"
WHY_LEFT = {
    "ROR": "own recognizance", "BAIL": "bail", "BOND": "bail", "CRT": "court", "TS": "served", "PROB": "supervision",
    "PAR": "supervision", "DISM": "dropped", "NCF": "dropped", "TRAN": "moved", "DOC": "prison", "HOSP": "hospital", "DEC": "died",
    "OTH": "other",
}  # fmt: skip
WHY_IN = {"NEW": "charge", "FTA": "warrant", "HOLD": "hold", "SENT": "sentence", "TECH": "technical"}
RACE = {"W": "WHI", "B": "BLK", "A": "ASN", "I": "NAT", "P": "PAC", "O": "OTH", "U": "UNK"}


def _day(text: str | None) -> str:
    return date.fromisoformat(text[:10]).strftime("%d.%m.%Y") if text else ""


def _moment(text: str | None) -> str:
    return datetime.fromisoformat(text).strftime("%d.%m.%Y %H:%M") if text else ""


def _admission(row: sqlite3.Row) -> list[str]:
    return [
        row["BookingNo"], row["JacketNo"], _moment(row["BookDt"]), _moment(row["ReleaseDt"]), WHY_LEFT.get(row["ReleaseCd"] or "", ""),
        row["LastNm"] or "", row["FirstNm"] or "", row["MidNm"] or "", row["SuffixNm"] or "", _day(row["DOB"]),
        {"M": "1", "F": "2"}.get(row["SexCd"], "9"), RACE[row["RaceCd"]], {"H": "yes", "N": "no"}.get(row["EthCd"], "?"),
        row["Ssn4"] or "", row["StateId"] or "", row["Phone"] or "", row["StreetAddr"] or "", row["City"] or "", row["St"] or "",
        row["Zip"] or "", row["ArrAgency"] or "", row["FacilityCd"], WHY_IN[row["BookTypeCd"]],
        {"P": "pos", "N": "neg"}.get(row["BjmhsResult"], ""), _moment(row["BjmhsDt"]),
        {"Y": "1", "N": "0"}.get(row["HomelessFl"], ""), "B-12",
    ]  # fmt: skip


ADMISSION = [
    "admission_ref", "person_no", "admitted", "left", "left_why", "surname", "given", "middle", "suffix", "born",
    "gender", "race", "hispanic", "last_four", "state_no", "telephone", "street", "town", "state", "postcode",
    "agency", "building", "why", "screen", "screened", "unhoused", "cell",
]  # fmt: skip


def _drop(database: Path, folder: Path, night: date) -> set[str]:
    con = sqlite3.connect(database)
    con.row_factory = sqlite3.Row
    # The columns stand in another order than the YAML names them: they are found by name.
    order = sorted(range(len(ADMISSION)), key=lambda number: ADMISSION[number])
    admissions = [_admission(row) for row in con.execute("select * from inmate_booking order by BookingNo")]
    lines = ["|".join(ADMISSION[number] for number in order), *("|".join(row[number] for number in order) for row in admissions)]
    counts = ["day|building|held|admitted"]
    counts += ["|".join([_day(row[0]), row[1], str(row[2]), str(row[3])]) for row in con.execute("select * from daily_count order by 1, 2")]
    con.close()
    folder.mkdir(parents=True, exist_ok=True)
    stamp = night.strftime("%Y%m%d")
    (folder / f"admissions-{stamp}.txt").write_bytes(("\r\n".join(lines) + "\r\n").encode("windows-1252"))
    (folder / f"counts-{stamp}.txt").write_bytes(("\r\n".join(counts) + "\r\n").encode("windows-1252"))
    return {admission[0] for admission in admissions}


def _without_charges(county: Path) -> None:
    """This county's jail delivers no charges, so its instruments may not speak of them; `county check` says where they do."""
    for path in (county / "instruments").glob("dul-*.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("bookings, charges, ", "bookings, ").replace("      - charges\n", ""), encoding="utf-8")


def test_a_county_outside_the_repository_with_another_vendor_runs_through(
    office: Any, delivered: Callable[[Any, date], None], tmp_path: Path
) -> None:
    county = tmp_path / "elsewhere"
    office.here("county", "new", str(county))
    for replaced in (OTHER / "sources").glob("*.yaml"):
        shutil.copy(replaced, county / "sources" / replaced.name)
    office.environment |= {"THROUGHCARE_COUNTY": str(county), "ELSEWHERE_CUSTODY_DROP": str(tmp_path / "custody")}
    assert "[sheriff] contributes nothing named [charges]" in office.here("county", "check", str(county), expect=1).stderr
    _without_charges(county)
    office.here("county", "check", str(county))

    delivered_ever: set[str] = set()
    for night in NIGHTS:
        delivered(office, night)
        systems = office.home / "county_systems"
        delivered_ever |= _drop(systems / "jail.sqlite", tmp_path / "custody", night)
        (systems / "jail.sqlite").unlink()
        office.here("run", "--night", night.isoformat())

    with duckdb.connect(str(office.home / "warehouse.duckdb"), read_only=True) as con:
        held = con.execute("select count(*), count(distinct facility) from checked.jail_booking").fetchall()[0]
        assert held[0] == len(delivered_ever), "an increment says nothing about what it leaves out"
        people, systems_met = con.execute(
            "select count(*), max(systems) from (select person_key, count(distinct system) as systems from linked.membership group by 1)"
        ).fetchall()[0]
        assert people > 0
        assert systems_met >= 2, "the other vendor's people are linked with the other systems'"
        release = con.execute("select distinct release_type from checked.jail_booking where release_type is not null").fetchall()
        assert {"recognizance", "bail"} <= {value for (value,) in release}
    assert sorted(path.parent.name for path in office.home.glob("published/*/*/CURRENT")) == sorted(
        ["audit", "care_coordination", "jail_measures", "measures"]
    )
