"""Column lineage is read from the SQL that fills a table."""

from __future__ import annotations

from assets.lineage import Origin, column_lineage, tables_read, union_of

SQL = """-- Which subjects were booked last when?
with last as (
    select subject_id, max(booked_at) as booked_at from checked.jail_booking where booked_at < $as_of group by subject_id
)
select last.subject_id, last.booked_at, subject.system as taken_from, count(*) as n
from last join checked.subject as subject using (subject_id)
group by all
"""
COLUMNS = {
    "checked.jail_booking": {"subject_id": "VARCHAR", "booked_at": "TIMESTAMP"},
    "checked.subject": {"subject_id": "VARCHAR", "system": "VARCHAR"},
}


def test_the_tables_a_select_reads_leave_its_own_expressions_out() -> None:
    assert tables_read(SQL) == {"checked.jail_booking", "checked.subject"}


def test_a_column_is_followed_through_common_table_expressions_and_renames() -> None:
    found = column_lineage(SQL, COLUMNS)
    assert found["booked_at"] == (Origin("checked.jail_booking", "booked_at"),)
    assert found["taken_from"] == (Origin("checked.subject", "system"),)


def test_a_count_has_no_direct_input() -> None:
    assert column_lineage(SQL, COLUMNS)["n"] == ()


def test_text_that_cannot_be_resolved_yields_silence_and_not_a_guess() -> None:
    assert column_lineage("select from where", {}) == {}


def test_tables_filled_by_several_selects_have_all_their_origins() -> None:
    a, b = Origin("checked.a", "x"), Origin("checked.b", "y")
    assert union_of([{"n": (b,)}, {"n": (a, b), "m": ()}]) == {"m": (), "n": (a, b)}
