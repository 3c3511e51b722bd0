"""The SQL that leaves out what a county does not count says what the specification says, row by row."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from tiny_sources import ANNA, PERSON, TinyFeed, check_source, join_each_alone

from assets.linked.contact import counts_expression
from contracts.records import RECORD_TYPES
from contracts.records.counting import CountingRules, counts
from contracts.vocabularies.jail import AdmissionType, BookingType
from resources.home import Home
from resources.warehouse import Warehouse

RULES = RECORD_TYPES["jail_booking"].counting or CountingRules(start="booked_at")
BOOKED = datetime(2026, 1, 1, 8)
ROWS = [
    {"booked_at": BOOKED, "released_at": released, "booking_type": kind, "admission_type": admission}
    for released, kind, admission in itertools.product(
        [None, *(BOOKED + timedelta(hours=hours) for hours in (0, 11.99, 12, 23.99, 24, 72))],
        [None, *(word.value for word in BookingType)],
        [None, *(word.value for word in AdmissionType)],
    )
]
SETTINGS = [
    {},
    {"paper_bookings": True, "temporary_returns": True, "facility_transfers": True},
    {"under_12_hours": False},
    {"from_12_to_24_hours": False, "holds": False},
    {switch.name: False for switch in RULES.switches},
]


@pytest.mark.parametrize("said", SETTINGS, ids=lambda said: ",".join(sorted(said)) or "as shipped")
def test_sql_and_specification_agree_on_every_kind_of_stay(said: dict[str, bool]) -> None:
    rules = RULES.turned(said)
    con = duckdb.connect()
    con.execute(
        "create table stay (place integer, booked_at timestamp, released_at timestamp, booking_type varchar, admission_type varchar)"
    )
    con.executemany("insert into stay values (?, ?, ?, ?, ?)", [[place, *row.values()] for place, row in enumerate(ROWS)])
    sql = f"select {counts_expression(rules)} from stay order by place"
    found = [counted for (counted,) in con.execute(sql, {k: v for k, v in rules.parameters().items() if f"${k}" in sql}).fetchall()]
    assert found == [counts(row, rules) for row in ROWS]
    assert True in found


def test_a_paper_booking_is_kept_and_is_no_contact(tmp_path: Path) -> None:
    kinds = {"to": "booking_type", "codes": {"N": "new_charge"}}
    ways = {"to": "admission_type", "codes": {"P": "paper_booking", "A": "new_admission"}}
    feed = TinyFeed(
        "jail_booking",
        {**{name: said for name, said in PERSON.items() if name != "Race"}, "In": "booked_at", "Why": kinds, "How": ways},
        [
            {
                "Key": key,
                **{name: value for name, value in ANNA.items() if name != "Race"},
                "In": "2026-01-10 08:00",
                "Why": "N",
                "How": how,
            }
            for key, how in (("b1", "P"), ("b2", "A"), ("b3", ""))
        ],
    )
    with Warehouse(Home(tmp_path / "home")).writer() as con:
        check_source(con, Home(tmp_path / "home"), tmp_path, {"bookings": feed})
        join_each_alone(con)
        booked = con.execute("select admission_type, counts from linked.jail_booking order by all").fetchall()
        assert booked == [("new_admission", True), ("paper_booking", False), (None, True)]
        assert con.execute("select count(*) from linked.contact").fetchall() == [(2,)]
