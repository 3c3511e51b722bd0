from __future__ import annotations

import duckdb
import pytest

from assets.measured.scope import SCOPE_TABLES, ScopeFault, close_scope, is_open, open_scope


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("create schema linked")
    con.execute("create table linked.contact (record_id varchar, person_key varchar, domain varchar, start_at timestamp, secret varchar)")
    con.execute("insert into linked.contact values ('r1', 'p1', 'county', timestamp '2025-01-01', 'left out')")
    return con


def test_every_table_of_a_scope_is_there_with_its_columns_and_types(con: duckdb.DuckDBPyConnection) -> None:
    open_scope(con, {})
    for name, columns in SCOPE_TABLES.items():
        found = {column: kind for column, kind, *_ in con.execute(f"describe scope.{name}").fetchall()}
        assert found == dict(columns)
        assert con.execute(f"select count(*) from scope.{name}").fetchall() == [(0,)]


def test_a_column_that_is_not_permitted_is_null_and_a_further_column_is_left_out(con: duckdb.DuckDBPyConnection) -> None:
    open_scope(con, {"contact": "select * from linked.contact"})
    assert con.execute("select record_id, disposition from scope.contact").fetchall() == [("r1", None)]
    assert "secret" not in [column for column, *_ in con.execute("describe scope.contact").fetchall()]


def test_a_view_follows_its_table_and_a_copy_does_not(con: duckdb.DuckDBPyConnection) -> None:
    for materialise, expected in ((False, 2), (True, 1)):
        open_scope(con, {"contact": "select * from linked.contact where record_id >= 'r1'"}, materialise=materialise)
        con.execute("insert into linked.contact values ('r2', 'p2', 'county', timestamp '2025-01-02', '')")
        assert con.execute("select count(*) from scope.contact").fetchall() == [(expected,)]
        con.execute("delete from linked.contact where record_id = 'r2'")


def test_common_table_expressions_and_other_databases_are_resolved(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("attach ':memory:' as product")
    con.execute("create table product.main.permitted as select 'r1' as record_id")
    text = "with allowed as (select * from product.main.permitted) select c.* from linked.contact c semi join allowed using (record_id)"
    open_scope(con, {"contact": text})
    assert con.execute("select record_id from scope.contact").fetchall() == [("r1",)]


def test_opening_again_replaces_the_scope_and_closing_removes_it(con: duckdb.DuckDBPyConnection) -> None:
    open_scope(con, {"contact": "select * from linked.contact"})
    open_scope(con, {})
    assert con.execute("select count(*) from scope.contact").fetchall() == [(0,)]
    close_scope(con)
    assert not is_open(con)
    close_scope(con)
    assert not is_open(con)


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"identity": "select 1"}, "not tables of a scope"),
        ({"contact": "delete from linked.contact"}, "exactly one SELECT"),
        ({"contact": "select 1; select 2"}, "exactly one SELECT"),
        ({"contact": "select select from"}, "not SQL"),
        ({"contact": "select 'r' as record_id, null as person_key, 'county' as domain"}, r"\[1\] rows without"),
    ],
)
def test_a_scope_that_cannot_be_trusted_is_refused(con: duckdb.DuckDBPyConnection, tables: dict[str, str], message: str) -> None:
    with pytest.raises(ScopeFault, match=message):
        open_scope(con, tables)


def test_a_fault_names_no_value(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("insert into linked.contact values (null, 'Zebulon Quixwater', 'county', null, '')")
    with pytest.raises(ScopeFault) as caught:
        open_scope(con, {"contact": "select * from linked.contact"})
    assert "Zebulon" not in str(caught.value)


def test_people_who_may_not_be_linked_are_measured_where_their_system_is_linked(con: duckdb.DuckDBPyConnection) -> None:
    membership = """
        select * from (values
            ('p1', 'jail+health', 'jail', 'linked'),
            ('p2', 'jail+health', 'health', 'single'),
            ('p3', 'jail_alone', 'jail', 'withheld'),
            ('p4', 'cad_alone', 'cad', 'withheld')
        ) as member (person_key, domain, system, link_state)"""
    contact = "select person_key || 'r' as record_id, person_key, domain, system from scope_of_test.membership"
    con.execute("create schema scope_of_test")
    con.execute(f"create table scope_of_test.membership as {membership}")
    open_scope(con, {"membership": "select * from scope_of_test.membership", "contact": contact})
    expected = [("p1", "jail+health"), ("p2", "jail+health"), ("p3", "jail+health"), ("p4", "cad_alone")]
    for table in ("membership", "contact"):
        assert con.execute(f"select person_key, domain from scope.{table} order by all").fetchall() == expected


def test_a_withheld_person_is_measured_in_every_domain_of_its_system(con: duckdb.DuckDBPyConnection) -> None:
    membership = """
        select * from (values
            ('p1', 'jail+health', 'jail', 'linked'),
            ('p2', 'jail+cad', 'jail', 'linked'),
            ('p3', 'jail_alone', 'jail', 'withheld')
        ) as member (person_key, domain, system, link_state)"""
    open_scope(con, {"membership": membership})
    assert con.execute("select domain from scope.membership where person_key = 'p3' order by all").fetchall() == [
        ("jail+cad",),
        ("jail+health",),
    ]
