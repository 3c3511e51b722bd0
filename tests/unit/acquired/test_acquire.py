"""Verdicts, the landing, the frozen list of a night."""

from __future__ import annotations

import json
import sqlite3
import stat
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from assets.acquired.acquire import acquire
from assets.acquired.landing import LandingDamaged, read_landed
from contracts.reviewed import load_reviewed
from contracts.sources import DeliveryMode, Source
from resources.source_systems.drop_folder import night_in_name

FIRST = date(2026, 3, 2)
SECOND = FIRST + timedelta(days=1)
DEMO = Path(__file__).resolve().parents[3] / "contracts" / "demo_county" / "sources"


def test_a_delivery_lands_under_its_own_hash_with_a_manifest(drop: Any) -> None:
    drop.deliver("sound.csv")
    report = drop.acquire()
    assert report.verdict == "accepted"
    assert report.complete_through == FIRST
    folder = drop.home.landing / "visits" / report.sha256
    manifest = json.loads((folder / "manifest.json").read_text())
    assert [(part["feed"], part["rows"]) for part in manifest["parts"]] == [("visits", 3)]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()} == {0o400}


def test_a_rerun_uses_what_the_first_attempt_froze_even_if_more_arrived(drop: Any) -> None:
    drop.deliver("sound.csv")
    first = drop.acquire()
    drop.deliver("repeated-rows.csv", FIRST - timedelta(days=1))
    assert drop.acquire() == first
    drop.con.execute("drop table acquired.delivery")
    assert drop.acquire() == first, "a warehouse that was lost is told what the first attempt said"
    drop.con.execute("drop table acquired.delivery")
    drop.con.execute("delete from registers.main.first_attempt")
    again = drop.acquire()
    assert (again.sha256, again.verdict, again.rows) == (first.sha256, first.verdict, first.rows)
    late = drop.acquire(SECOND)
    assert (late.verdict, late.rows) == ("accepted", {"visits": 4})


def test_a_first_attempt_that_found_nothing_stays_so(drop: Any) -> None:
    assert drop.acquire().verdict == "missing"
    drop.deliver("sound.csv")
    assert drop.acquire().verdict == "missing"
    assert drop.acquire(SECOND).verdict == "accepted"


def test_the_same_file_again_is_unchanged(drop: Any) -> None:
    drop.deliver("sound.csv")
    first = drop.acquire()
    drop.deliver("sound.csv", SECOND)
    again = drop.acquire(SECOND)
    assert (again.verdict, again.used_sha256, again.complete_through) == ("unchanged", first.sha256, SECOND)
    assert len(list((drop.home.landing / "visits").iterdir())) == 1
    drop.con.execute("drop table acquired.delivery")
    assert drop.acquire(SECOND) == again, "complete through the night that said nothing new"


def test_a_missing_delivery_falls_back_to_the_last_accepted_one(drop: Any) -> None:
    drop.deliver("sound.csv")
    first = drop.acquire()
    report = drop.acquire(SECOND)
    assert report.verdict == "fallback"
    assert (report.sha256, report.used_sha256, report.complete_through) == (None, first.sha256, FIRST)
    assert report.reason == "missing: nothing was delivered for 2026-03-03"


def test_a_refused_delivery_falls_back_and_says_why(drop: Any) -> None:
    drop.deliver("sound.csv")
    first = drop.acquire()
    drop.deliver("nul-byte.csv", SECOND)
    report = drop.acquire(SECOND)
    assert (report.verdict, report.used_sha256) == ("fallback", first.sha256)
    assert report.reason.startswith("refused: feed [visits], file [visits_20260303.csv]: nul_byte: byte ")


def test_files_of_later_nights_are_left_alone(drop: Any) -> None:
    drop.deliver("sound.csv", SECOND)
    assert drop.acquire(FIRST).verdict == "missing"
    assert drop.acquire(SECOND).verdict == "accepted"


def test_the_delivery_table_holds_one_row_a_source_and_night(drop: Any) -> None:
    drop.deliver("sound.csv")
    drop.acquire()
    drop.acquire()
    found = drop.con.execute("select night, source, verdict, rows, delivered_sha256_used = sha256 from acquired.delivery").fetchall()
    assert found == [(FIRST, "visits", "accepted", '{"visits": 3}', True)]


def test_a_pair_of_files_waits_for_its_other_half(drop: Any, tmp_path: Path) -> None:
    cad = load_reviewed(DEMO / "cad.yaml", Source)
    events = ",".join(cad.feeds["events"].vendor_columns) + "\n"
    persons = ",".join(cad.feeds["persons"].vendor_columns) + "\n"
    (drop.folder / "cad_events_20260302.csv").write_text(events)
    environment = {"THROUGHCARE_CAD_DROP": str(drop.folder)}
    report = acquire(cad, night=FIRST, home=drop.home, con=drop.con, environment=environment)
    assert report.verdict == "missing"
    assert "wait for a usable file of feed [persons]" in report.reason
    (drop.folder / "cad_persons_20260302.csv").write_text(persons)
    later = acquire(cad, night=SECOND, home=drop.home, con=drop.con, environment=environment)
    assert (later.verdict, later.rows) == ("accepted", {"events": 0, "persons": 0})


def test_an_older_snapshot_that_comes_late_does_not_bring_back_the_past(drop: Any) -> None:
    drop.source = drop.source.model_copy(update={"delivery_mode": DeliveryMode.FULL_SNAPSHOT})
    drop.deliver("sound.csv", SECOND)
    assert drop.acquire(SECOND).verdict == "accepted"
    drop.deliver("no-last-newline.csv", FIRST)
    third = drop.acquire(SECOND + timedelta(days=1))
    assert third.verdict == "fallback"
    drop.deliver("no-last-newline.csv", SECOND)
    assert drop.acquire(SECOND + timedelta(days=2)).rows == {"visits": 2}


def test_a_landed_delivery_that_was_altered_is_not_read(drop: Any) -> None:
    drop.deliver("sound.csv")
    report = drop.acquire()
    payload = next((drop.home.landing / "visits" / report.sha256 / "visits").iterdir())
    payload.chmod(0o600)
    payload.write_bytes(payload.read_bytes() + b"\n")
    with pytest.raises(LandingDamaged, match="1 of 1 parts were altered"):
        read_landed(drop.home, "visits", report.sha256)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("postgresql+psycopg://clerk:sesame@127.0.0.1:9/jail", "unreachable"),
        ("sqlite:////nowhere/jail.sqlite", "the database file is not there"),
        ("not a url", "the address is not a database URL"),
    ],
)
def test_a_database_that_cannot_be_reached_is_missing_and_its_address_is_not_told(drop: Any, place: str, said: str) -> None:
    jail = load_reviewed(DEMO / "jail.yaml", Source)
    report = acquire(jail, night=FIRST, home=drop.home, con=drop.con, environment={"THROUGHCARE_JAIL_URL": place})
    assert report.verdict == "missing"
    assert said in report.reason
    assert "sesame" not in report.reason
    assert "clerk" not in report.reason


def test_a_database_without_a_table_is_refused_and_never_created(drop: Any, tmp_path: Path) -> None:
    jail = load_reviewed(DEMO / "jail.yaml", Source)
    file = tmp_path / "jail.sqlite"
    sqlite3.connect(file).executescript("create table inmate_booking (BookingNo)").close()
    report = acquire(jail, night=FIRST, home=drop.home, con=drop.con, environment={"THROUGHCARE_JAIL_URL": f"sqlite:///{file}"})
    assert report.verdict == "refused"
    assert report.reason.startswith("refused: missing_column: feed [booking]: no column [JacketNo], [BookDt]")


@pytest.mark.parametrize(
    ("pattern", "name", "night"),
    [
        ("events_{date:%Y%m%d}.csv", "events_20260302.csv", date(2026, 3, 2)),
        ("events_{date:%Y%m%d}.csv", "events_20261302.csv", None),
        ("events_{date:%Y%m%d}.csv", "events_20260302.csv.part", None),
        ("e.{date:%Y-%m-%d}.txt", "e.2026-03-02.txt", date(2026, 3, 2)),
        ("e.{date:%Y-%m-%d}.txt", "ex2026-03-02.txt", None),
        ("{date:%d%b%y}_x.csv", "02Mar26_x.csv", None),
    ],
)
def test_a_night_is_read_from_a_file_name_only_where_it_fits_whole(pattern: str, name: str, night: date | None) -> None:
    assert night_in_name(pattern, name) == night
