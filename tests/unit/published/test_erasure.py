"""An erasure from end to end on one tiny source: planned, carried out, proven, and not undone by a delivery that says it again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from assets.checked.erased_rows import Erased, quarantined, registered
from assets.published.erasure import ErasureRefused, erased_before, erasures_after, expanded, plan, received_under, register, unfinished
from assets.published.erasure_beyond import beyond
from assets.published.erasure_proof import prove_erasure
from assets.published.file import TableToWrite, hashes_in, write_data
from contracts.keys import record_id, subject_id
from pipelines.erasing import erase, planned_erasure
from resources.fresh_copy import LeftOut, count_mentions, write_fresh
from resources.home import Home
from resources.keyring import Keyring
from resources.ledger import Ledger
from resources.published_files import ProductFiles
from resources.warehouse import Warehouse
from tests.fixtures.erasable import BEN, BENS, FEEDS, ORDER, Office, settled_office
from tests.fixtures.tiny_sources import NIGHT, write_source


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return settled_office(tmp_path_factory.mktemp("settled"))


@pytest.fixture
def office(settled: Office, tmp_path: Path) -> Office:
    return Office(Home(shutil.copytree(settled.home.root, tmp_path / "home")), settled.source, tmp_path / "drop")


def _rebuilt() -> bool:
    return True


def test_a_plan_counts_by_place_and_changes_nothing(office: Office) -> None:
    before = office.bytes()
    with Warehouse(office.home).reader() as con:
        found = planned_erasure(con, BENS, county=office.county, home=office.home, night=NIGHT)
    assert found.places == {"landing/tiny": 2, "quarantine/tiny": 1, "warehouse checked": 7, "warehouse linked": 1}
    assert found.identifiers == {"booking-002", BEN["Person"]}
    assert office.bytes() == before


def test_an_erased_person_is_nowhere_byte_for_byte_and_the_ledger_holds_the_proof(office: Office) -> None:
    assert b"Quillfeather" in office.bytes()
    name, found, proof = erase(office.home, office.county, BENS, ORDER, rebuild=_rebuilt)
    assert (proof.proven, proof.identifiers) == (True, 2)
    assert found.erased.records == {record_id("tiny", "jail_booking", "booking-002")}
    left = office.bytes().lower()
    assert not [word for word in (b"quillfeather", b"booking-002", b"booking-003") if word in left]
    assert b"tessaly" in left
    assert b"booking-001" in left
    assert office.ask("select first_name, last_names from linked.standardised") == [(None, None)], "the next night sees who is missing"
    assert quarantined(office.home, office.source) == []
    entry = Ledger(office.home).entries()[-1]
    assert (entry["kind"], entry["fields"]["erasure"], entry["fields"]["proven"]) == ("erased", name, True)
    assert {"place": "landing/tiny", "rows": 2} in entry["fields"]["places"]
    booking = Erased(frozenset({record_id("tiny", "jail_booking", "booking-002")}))
    with Warehouse(office.home).reader() as con:
        assert erased_before(con, office.county, f"tiny:{BEN['Person']}") == BENS, "the name it had is known again"
        assert erased_before(con, office.county, "tiny/jail_booking:booking-002") == booking
        assert not erased_before(con, office.county, "tiny:p1")
        assert not erased_before(con, office.county, "elsewhere:p1")


def test_what_was_erased_stays_out_when_the_vendor_delivers_it_again(office: Office, tmp_path: Path) -> None:
    erase(office.home, office.county, BENS, ORDER, rebuild=_rebuilt)
    later = date(2026, 3, 3)
    write_source(tmp_path, FEEDS, night=later)
    office.night(later)
    assert office.ask("select distinct source_person_id from checked.subject") == [("p1",)]
    assert b"Quillfeather" not in office.bytes()


def test_erasing_again_finishes_what_a_killed_erasure_left(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.erasing.carry_out", killed)
        with pytest.raises(KeyboardInterrupt):
            erase(office.home, office.county, BENS, ORDER, rebuild=_rebuilt)
    assert b"Quillfeather" in office.bytes()
    ledger = Ledger(office.home)
    with Warehouse(office.home).reader() as con:
        begun = unfinished(con, ledger)
    assert len(begun) == 1
    _, _, proof = erase(office.home, office.county, Erased(), ORDER, rebuild=_rebuilt)
    assert proof.proven
    assert ledger.entries()[-1]["fields"]["finished"] == list(begun)
    with Warehouse(office.home).reader() as con:
        assert unfinished(con, ledger) == ()
    assert b"Quillfeather" not in office.bytes()


@pytest.mark.parametrize(("rebuild", "left"), [(lambda: False, None), (_rebuilt, b"a note about booking-002")])
def test_an_erasure_that_left_something_is_not_proven(office: Office, rebuild: Callable[[], bool], left: bytes | None) -> None:
    if left:
        (office.home.root / "incidents").mkdir()
        (office.home.root / "incidents" / "note.csv").write_bytes(left)
    _, _, proof = erase(office.home, office.county, BENS, ORDER, rebuild=rebuild)
    assert not proof.proven
    assert proof.hits == ({"bytes of incidents": 1} if left else {"products not rebuilt": 1})


def test_a_delivery_of_a_source_that_the_county_no_longer_has_is_said_to_be_unread(office: Office) -> None:
    (office.home.landing / "gone").mkdir()
    with Warehouse(office.home).reader() as con:
        proof = prove_erasure(
            con, plan(con, BENS, county=office.county, home=office.home, night=NIGHT), county=office.county, home=office.home, night=NIGHT
        )
    assert proof.unread == ("gone",)
    assert not proof.proven


def test_a_record_takes_what_hangs_on_it_and_a_person_all_of_its_records(office: Office) -> None:
    with Warehouse(office.home).writer() as con:
        booking = record_id("tiny", "jail_booking", "booking-001")
        columns = "record_id, version, parent_record_id, source, system, record_type, labels, known_from"
        charge = "'charge', 'v', ?, 'tiny', 'tiny', 'jail_charge', [], current_date"
        con.execute(f"insert into checked.jail_charge_versions ({columns}) values ({charge})", [booking])
        assert expanded(con, Erased(records=frozenset({booking}))).records == {booking, "charge"}
        assert expanded(con, BENS).records == {record_id("tiny", "jail_booking", "booking-002")}


def test_what_was_received_under_one_instrument_alone_can_be_destroyed_and_nothing_else(office: Office) -> None:
    with Warehouse(office.home).reader() as con:
        found = received_under(con, office.county, "DSA-TEST")
        assert (len(found.records), len(found.subjects)) == (2, 2)
        with pytest.raises(ErasureRefused, match="under that instrument alone"):
            received_under(con, office.county, "DSA-OTHER")


def test_an_erasure_is_entered_once_with_a_reason_and_answers_about_earlier_nights_can_say_so(office: Office) -> None:
    with Warehouse(office.home).writer() as con:
        assert not registered(con)
        with pytest.raises(ErasureRefused, match="say in a few words why"):
            register(con, BENS, name="E", reason="sealed", night=NIGHT, by="officer", why="x")
        said = {"name": "E", "reason": "sealed", "night": NIGHT, "by": "officer", "why": "order 17 of March"}
        assert (register(con, BENS, **said), register(con, BENS, **said)) == (1, 0)
        assert registered(con) == BENS
        assert (erasures_after(con, date(2026, 3, 1)), erasures_after(con, NIGHT)) == (1, 0)


def test_a_fresh_copy_keeps_views_constraints_and_rows_and_leaves_freed_blocks_behind(tmp_path: Path) -> None:
    path = tmp_path / "held.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("create table kept (id varchar primary key, names varchar[]); create view seen as select * from kept where id <> 'x'")
        con.execute("insert into kept select 'row ' || i, ['name ' || i] from range(1000) as r (i)")
        con.execute("insert into kept values ('freed block', []), ('listed', ['left out'])")
        con.execute("delete from kept where id = 'freed block'")
    assert count_mentions(path, LeftOut(ids={"left out", "row 7"})) == {"main.kept": 2}
    assert count_mentions(tmp_path / "absent.duckdb", LeftOut(ids={"x"})) == {}
    assert write_fresh(path, LeftOut(ids={"left out", "row 7"})) == {"main.kept": 2}
    assert b"freed block" not in path.read_bytes()
    with duckdb.connect(str(path)) as con:
        assert con.execute("select count(*) from seen").fetchall() == [(999,)]
        with pytest.raises(duckdb.ConstraintException):
            con.execute("insert into kept values ('row 8', [])")
    assert write_fresh(path) == {}
    assert [item.name for item in tmp_path.iterdir()] == ["held.duckdb"]


def _extract(home: Home, people: list[str]) -> ProductFiles:
    """An extract of one row a person, as `research extract` leaves it."""
    files = ProductFiles(home.research / "reentry")
    version = "2026-03-02-0123456789ab"
    names = Keyring(home.keys).pseudonyms("research", "reentry", 1, people)
    with duckdb.connect() as con:
        con.execute("create table rows as select unnest($names) as research_pseudonym", {"names": sorted(names.values())})
        written = write_data(con, files.data(version), [TableToWrite("extract", "from rows"), TableToWrite("_about", "select 'k' as name")])
    tables = [{"name": table.name, "rows": table.rows, "logical_hash": table.logical_hash} for table in written]
    manifest = {"project": "reentry", "version": version, "agency": "university", "records": len(people), "tables": tables}
    files.manifest_file(version).write_text(json.dumps(manifest))
    return files


def test_an_extract_for_research_is_written_anew_and_what_is_not_reached_is_said(office: Office) -> None:
    files = _extract(office.home, ["ben as a person", "another"])
    (version,) = files.versions()
    before = hashes_in(files.data(version))
    (ben,), known = BENS.subjects, "'county', ?, 'ben as a person', current_date, null"
    with Warehouse(office.home).writer() as con:
        con.execute(f"insert into registers.main.membership values ({known})", [ben])
        con.execute(f"insert into registers.main.membership values ({known})", [subject_id("tiny", "p1")])
    with Warehouse(office.home).reader() as con:
        found = planned_erasure(con, BENS, county=office.county, home=office.home, night=NIGHT)
    assert found.beyond.account() == {
        "stays_elsewhere": [{"source": "tiny", "people": 1}],
        "research_extracts": [{"project": "reentry", "version": version, "agency": "university", "rows": 1}],
        "shown_in": [],
    }
    assert found.places["research/reentry"] == 1
    assert hashes_in(files.data(version)) == before, "a plan changes nothing"
    name, _, proof = erase(office.home, office.county, BENS, ORDER, rebuild=_rebuilt)
    assert proof.proven
    manifest = files.manifest(version)
    assert hashes_in(files.data(version)) == {table["name"]: table["logical_hash"] for table in manifest["tables"]} != before
    assert (manifest["records"], manifest["erased"]) == (1, [{"erasure": name, "reason": "expunged", "on": "2026-03-02", "rows": 1}])
    for path in office.home.keys.glob("pseudonym__research*"):
        path.unlink()
    with Warehouse(office.home).reader() as con:
        assert [item.rows for item in beyond(con, office.home, BENS).extracts] == [None], "without its key nobody can tell"
