"""Rows of what was erased are written out of deliveries and quarantine, whatever the format, and do not come back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from assets.acquired.acquire import acquire
from assets.acquired.landing import MANIFEST, landed_folder, read_landed
from assets.checked import erased_rows
from assets.checked.check import CheckReport, check_delivery
from assets.checked.erased_rows import Erased, Tombstone, find_rows, mentions, quarantine_hits, quarantined, recover, rewrite
from contracts.keys import record_id, subject_id
from contracts.sources import Source
from resources.home import Home
from resources.sql import Connection
from resources.warehouse import Warehouse
from tests.fixtures.tiny_sources import ANNA, NIGHT, OBSERVED, PERSON, REGIONS, TinyFeed, write_source

ZONE = "America/New_York"
BEN = {**ANNA, "Person": "p2-Quillfeather", "Last": "Quillfeather", "First": "Ben"}
FEEDS = {
    "bookings": TinyFeed(
        "jail_booking",
        {**PERSON, "Booked": "booked_at", "Type": {"to": "booking_type", "codes": {"N": "new_charge"}}, "Released": "released_at"},
        [
            {"Key": "booking-001", **ANNA, "Booked": "2026-02-01 10:00", "Type": "N"},
            {"Key": "booking-002", **BEN, "Booked": "2026-02-03 10:00", "Type": "N"},
            {"Key": "booking-003", **BEN, "Booked": "not a time", "Type": "N"},
            {"Key": "booking-004", **ANNA, "Booked": "not a time either", "Type": "N"},
        ],
        {"race": OBSERVED},
    )
}
BENS = Erased(subjects=frozenset({subject_id("tiny", BEN["Person"])}))
STONE = Tombstone("E-1", "expunged", NIGHT)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").prepare()


@pytest.fixture
def con(home: Home) -> Iterator[Connection]:
    with Warehouse(home).writer() as opened:
        yield opened


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return replace_caps(write_source(tmp_path, FEEDS))


def replace_caps(source: Source) -> Source:
    """The same source with a cap that lets half of its rows be refused."""
    return source.model_copy(update={"refusal_cap": 0.9})


def _night(con: Connection, home: Home, source: Source, tmp_path: Path) -> CheckReport:
    found = acquire(source, night=NIGHT, home=home, con=con, environment={"TINY_DROP": str(tmp_path / "drop")})
    assert found.used_sha256 is not None, found
    return check_delivery(source, timezone=ZONE, regions=REGIONS, night=NIGHT, home=home, con=con)


def _bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_persons_rows_are_written_out_of_a_delivery_which_stays_at_its_address_and_says_so(
    con: Connection, home: Home, source: Source, tmp_path: Path
) -> None:
    _night(con, home, source, tmp_path)
    (folder,) = (home.landing / "tiny").iterdir()
    assert b"Quillfeather" in _bytes(folder)
    landed = read_landed(home, "tiny", folder.name)
    found = find_rows(con, source, landed, BENS, night=NIGHT, timezone=ZONE)
    assert {number: sorted(hits.positions) for number, hits in found.items()} == {0: [2, 3]}, "the unreadable row is his too"
    assert found[0].identifiers == {"booking-002", BEN["Person"]}
    manifest = rewrite(source, landed, found, STONE, con)
    assert b"Quillfeather" not in _bytes(folder)
    assert manifest["sha256"] == folder.name
    assert manifest["erased"] == [{"erasure": "E-1", "reason": "expunged", "on": "2026-03-02", "rows": 2}]
    assert manifest["parts"][0]["landed_sha256_before"] == landed.parts[0].landed_sha256
    assert manifest["parts"][0]["rows"] == 2
    again = read_landed(home, "tiny", folder.name)
    assert again.rows == {"bookings": 2}
    assert not find_rows(con, source, again, BENS, night=NIGHT, timezone=ZONE)


def test_a_record_goes_with_what_hangs_on_it_and_nothing_else(con: Connection, home: Home, source: Source, tmp_path: Path) -> None:
    _night(con, home, source, tmp_path)
    (folder,) = (home.landing / "tiny").iterdir()
    one = Erased(records=frozenset({record_id("tiny", "jail_booking", "booking-001")}))
    found = find_rows(con, source, read_landed(home, "tiny", folder.name), one, night=NIGHT, timezone=ZONE)
    assert found[0].positions == {1}
    assert found[0].identifiers == {"booking-001"}, "the person is not erased, so its number is no proof"


def test_what_was_erased_does_not_come_back_with_a_later_delivery(con: Connection, home: Home, source: Source, tmp_path: Path) -> None:
    entry = "insert into registers.main.erasure values ('E-1', 'subject', ?, 'expunged', ?, 'officer', 'order 7')"
    con.execute(entry, [*BENS.subjects, NIGHT])
    report = _night(con, home, source, tmp_path)
    assert (report.feeds[0].rows_read, report.feeds[0].admitted, report.feeds[0].refused) == (2, 1, 1)
    (folder,) = (home.landing / "tiny").iterdir()
    assert b"Quillfeather" not in _bytes(home.landing)
    kept = json.loads(con.execute("select manifest from registers.main.intake").fetchall()[0][0])
    assert kept == json.loads((folder / MANIFEST).read_text())
    assert con.execute("select rows from acquired.delivery").fetchall() == [('{"bookings": 2}',)]


def test_quarantined_rows_of_an_erased_person_are_found_by_any_of_their_words(
    con: Connection, home: Home, source: Source, tmp_path: Path
) -> None:
    _night(con, home, source, tmp_path)
    ((night, path),) = quarantined(home, source)
    kept, gone = quarantine_hits(source, path, BENS)
    assert (night, kept.height, gone) == (NIGHT, 1, 1)
    erased_rows.rewrite_quarantine(home, source, night, kept)
    assert b"Quillfeather" not in path.read_bytes()
    assert duckdb.connect(str(path), read_only=True).execute("select count(*) from refused").fetchall() == [(1,)]
    assert quarantine_hits(source, path, BENS)[1] == 0


@pytest.mark.parametrize("cell", ["p2-Quillfeather", " p2-Quillfeather ", ["x", {"ref": "Patient/p2-Quillfeather"}], "a,p2-Quillfeather;b"])
def test_a_key_is_recognised_wherever_it_stands_in_a_row_that_cannot_be_read(source: Source, cell: object) -> None:
    assert mentions(source, [None, 7, cell], BENS)
    assert not mentions(source, ["p2", "somebody else"], BENS)


@pytest.mark.parametrize("step", ["before", "between"])
def test_killed_while_it_is_rewritten_a_delivery_is_whole_before_or_after(
    con: Connection, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    home = Home(tmp_path / "home")
    _night(con, home, source, tmp_path)
    (folder,) = (home.landing / "tiny").iterdir()
    landed = read_landed(home, "tiny", folder.name)
    found = find_rows(con, source, landed, BENS, night=NIGHT, timezone=ZONE)
    real = Path.rename

    def killed(path: Path, target: Path) -> Path:
        if step == "before" or path.name.endswith(".erased"):
            raise KeyboardInterrupt
        return real(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            rewrite(source, landed, found, STONE, con)
    assert recover(home) == 1
    left = read_landed(home, "tiny", folder.name)
    assert left.rows == {"bookings": 4 if step == "before" else 2}
    assert [path.name for path in (home.landing / "tiny").iterdir()] == [folder.name]
    assert landed_folder(home, "tiny", folder.name) == replace(landed).folder
