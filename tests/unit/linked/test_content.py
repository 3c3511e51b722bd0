"""Content joined to person keys: what is joined, what is left out, what is derived."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from linked_world import NIGHT, Seen, World, open_world

from assets.checked.tables import create_tables
from assets.linked.content import CONTENT, DERIVED, join_content
from assets.linked.night import LinkReport

MARIA = Seen("jail", "J1", "Maria", "Vandermeer", "1984-05-17", sex="F", ssn4="4821")
IN_HEALTH = Seen("health", "H1", "Maria", "Vandermeer", "1984-05-17", sex="F", ssn4="4821")
CALLER = Seen("cad", "I1", "Maria", "Vandermeer", "1984-05-17", role="caller")
WITHHELD = Seen("health", "H9", "Quentin", "Obradovic", "1951-02-03", permitted=False)


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory, link: Callable[..., LinkReport]) -> World:
    """One linked person, one caller, one withheld patient; a sealed booking among three."""
    world = open_world(tmp_path_factory.mktemp("content"))
    create_tables(world.con)
    world.hold([MARIA, IN_HEALTH, CALLER, WITHHELD], erased=["b-sealed"])
    for record, booked, released, positive in (
        ("b-1", "2025-03-01 10:00", "2025-03-04 09:00", True),
        ("b-2", "2026-02-27 22:00", None, None),
        ("b-sealed", "2024-01-01 10:00", "2024-01-02 09:00", None),
    ):
        _put(world, "jail_booking", MARIA, record_id=record, booked_at=booked, released_at=released, bjmhs_positive=positive,
             booking_type="new_charge", resident=True, region="North")  # fmt: skip
    _put(world, "jail_charge", MARIA, record_id="c-1", parent_record_id="b-1", position=1)
    _put(world, "cad_person", CALLER, record_id="i-1", event_at="2025-05-05 05:00", is_behavioral_health=True)
    for record, subject, kind in (("e-1", IN_HEALTH, "crisis"), ("e-2", IN_HEALTH, "inpatient"), ("e-9", WITHHELD, "outpatient")):
        _put(world, "health_encounter", subject, record_id=record, started_at="2025-04-04 04:00", encounter_type=kind)
    _put(world, "race_assertion", MARIA, record_id="b-1", raw_code="W", races=["WHITE"])
    _put(world, "jail_count", None, count_date=date(2026, 3, 1), population=40, bookings=3)
    _put(world, "disposition", None, night=NIGHT, source="jail", feed="bookings", record_type="jail_booking", rows_read=4,
         admitted=3, unchanged=0, duplicate=1, superseded=0, refused=0, deleted=0, awaiting_parent=0, verdict="accepted",
         complete_through=date(2026, 3, 1))  # fmt: skip
    link(world)
    join_content(world.con, night=NIGHT)
    return world


def _put(world: World, name: str, subject: Seen | None, **values: Any) -> None:
    """One row of a checked table; a view of what is known tonight is first replaced by a table of its shape."""
    con = world.con
    kind = con.execute("select table_type from information_schema.tables where table_schema = 'checked' and table_name = $n", {"n": name})
    if kind.fetchall() == [("VIEW",)]:
        con.execute(f"create temp table shape as select * from checked.{name} limit 0").fetchall()
        con.execute(f"drop view checked.{name}").fetchall()
        con.execute(f"create table checked.{name} as from shape").fetchall()
        con.execute("drop table shape").fetchall()
    if subject is not None:
        values |= {"subject_id": subject.subject, "system": subject.system, "source": subject.system}
        if name != "race_assertion":
            values |= {"person_role": subject.role, "record_type": name}
    columns = ", ".join(values)
    marks = ", ".join(f"${column}" for column in values)
    con.execute(f"insert into checked.{name} ({columns}) values ({marks})", values).fetchall()


def _rows(world: World, sql: str) -> list[tuple[Any, ...]]:
    return world.con.execute(sql).fetchall()


def test_every_table_is_filled(joined: World) -> None:
    counts = join_content(joined.con, night=NIGHT)
    assert tuple(counts) == (*CONTENT, *DERIVED)
    assert counts["jail_booking"] == 2


def test_a_sealed_booking_is_nowhere(joined: World) -> None:
    for table in ("jail_booking", "contact", "race_assertion"):
        assert _rows(joined, f"select count(*) from linked.{table} where record_id = 'b-sealed'") == [(0,)]


def test_a_caller_has_no_contact(joined: World) -> None:
    assert _rows(joined, "select count(*) from linked.cad_person") == [(0,)]
    assert _rows(joined, "select count(*) from linked.contact where system = 'cad'") == [(0,)]


def test_records_of_two_systems_carry_one_key(joined: World) -> None:
    keys = _rows(joined, "select distinct person_key from linked.contact where record_id in ('b-1', 'e-1')")
    assert len(keys) == 1


def test_a_withheld_patient_keeps_its_rows_under_a_key_of_its_own(joined: World) -> None:
    assert _rows(joined, "select domain, system from linked.contact where record_id = 'e-9'") == [("health_alone", "health")]


def test_contacts_stand_at_their_intercept(joined: World) -> None:
    found = dict(_rows(joined, "select record_id, intercept from linked.contact"))
    assert found == {"b-1": 2, "b-2": 2, "e-1": 0, "e-2": None, "e-9": 0}


def test_an_open_stay_has_no_end_and_is_counted_in_bed_days(joined: World) -> None:
    assert _rows(joined, "select start_at, end_at, unit from linked.contact where record_id = 'b-2'") == [
        (datetime(2026, 2, 27, 22, 0), None, "bed_day")
    ]


def test_a_person_has_an_age_and_never_a_birth_date(joined: World) -> None:
    (row,) = _rows(joined, "select sex, age, resident, region from linked.person_attribute where domain = 'county'")
    assert row == ("F", 41, True, "North")
    columns = {name for (name,) in _rows(joined, "select column_name from (describe linked.person_attribute)")}
    assert not {name for name in columns if "birth" in name}


def test_source_totals_say_how_many_could_be_linked(joined: World) -> None:
    (row,) = _rows(joined, "select system, rows_read, admitted_now, subjects, subjects_linked, subjects_withheld from linked.source_total")
    assert row == ("jail", 4, 3, 1, 1, 0)


def test_content_carries_no_identifier(joined: World) -> None:
    banned = {"first_name", "last_name", "full_name", "birth_date", "phone", "street_address", "ssn4", "state_id", "source_person_id"}
    for table in (*CONTENT, *DERIVED):
        columns = {name for (name,) in _rows(joined, f"select column_name from (describe linked.{table})")}
        assert banned.isdisjoint(columns), table
