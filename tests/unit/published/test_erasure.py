"""An erasure from end to end on one tiny source: planned, carried out, proven, and not undone by a delivery that says it again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import duckdb
import pytest

from assets.acquired.acquire import acquire
from assets.checked.check import check_delivery, derive_identity, derive_subject
from assets.checked.erased_rows import Erased, quarantined, registered
from assets.linked import versions
from assets.published.erasure import ErasureRefused, Reason, erasures_after, expanded, plan, received_under, register
from assets.published.erasure_proof import prove_erasure
from contracts.county import County
from contracts.keys import record_id, subject_id
from contracts.sources import Source
from pipelines.erasing import Order, erase, planned_erasure
from resources.fresh_copy import LeftOut, count_mentions, write_fresh
from resources.home import Home
from resources.ledger import Ledger
from resources.warehouse import Warehouse
from tests.fixtures.tiny_sources import ANNA, NIGHT, OBSERVED, PERSON, REGIONS, TinyFeed, write_source

BEN = {**ANNA, "Person": "p2-Quillfeather", "Last": "Quillfeather", "First": "Ben"}
TYPES = {"to": "booking_type", "codes": {"N": "new_charge"}}
FEEDS = {
    "bookings": TinyFeed(
        "jail_booking",
        {**PERSON, "Booked": "booked_at", "Type": TYPES},
        [
            {"Key": "booking-001", **ANNA, "Booked": "2026-02-01 10:00", "Type": "N"},
            {"Key": "booking-002", **BEN, "Booked": "2026-02-03 10:00", "Type": "N"},
            {"Key": "booking-003", **BEN, "Booked": "not a time", "Type": "N"},
        ],
        {"race": OBSERVED},
    )
}
ORDER = Order(Reason.EXPUNGED, NIGHT, "officer", "order of the court 17")
BENS = Erased(subjects=frozenset({subject_id("tiny", BEN["Person"])}))


@dataclass
class Office:
    """A home after one night of the tiny source."""

    home: Home
    source: Source
    drop: Path

    @property
    def county(self) -> County:
        """The one source as a county's terms."""
        return cast("County", SimpleNamespace(sources={"tiny": self.source}, text=SimpleNamespace(timezone="America/New_York")))

    def night(self, night: date = NIGHT) -> None:
        """Take in and check what lies in the drop folder."""
        with Warehouse(self.home).writer() as con:
            acquire(self.source, night=night, home=self.home, con=con, environment={"TINY_DROP": str(self.drop)})
            check_delivery(self.source, timezone="America/New_York", regions=REGIONS, night=night, home=self.home, con=con)
            for derive in (derive_identity, derive_subject):
                derive(con, night)
            con.execute("create or replace table consented.erased_record (record_id varchar, subject_id varchar, reason varchar)")
            versions.prepare(con)
            con.execute("delete from linked.standardised")
            standardised = "'county', subject_id, system, 'ben', ['quillfeather'], known_from"
            columns = "domain, subject_id, system, first_name, last_names, known_from"
            con.execute(
                f"insert into linked.standardised ({columns}) select {standardised} from checked.observation_versions as seen "
                "where source_person_id = ? and known_to is null",
                [BEN["Person"]],
            )

    def bytes(self) -> bytes:
        """Everything that lies in the home but what the agency itself holds."""
        return b"".join(path.read_bytes() for path in sorted(self.home.root.rglob("*")) if path.is_file())

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """Rows of the warehouse."""
        with Warehouse(self.home).reader() as con:
            return con.execute(question).fetchall()


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("settled")
    source = write_source(folder, FEEDS).model_copy(update={"refusal_cap": 0.9})
    made = Office(Home(folder / "home").prepare(), source, folder / "drop")
    made.night()
    return made


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
    _, _, proof = erase(office.home, office.county, Erased(), ORDER, rebuild=_rebuilt)
    assert proof.proven
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
        assert (register(con, BENS, **said), register(con, BENS, **said)) == (1, 0)  # type: ignore[arg-type]
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
