"""The reader of products: what it answers and what it refuses."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from resources import query_guard
from resources.home import Home
from resources.published_files import NoSuchProduct, ProductFiles, current_product, published_products
from resources.published_reader import StaleProduct, open_product, query
from resources.query_guard import RefusedQuery, guarded

VERSION = "2026-03-02-0123456789ab"
TODAY = date(2026, 3, 2)

HOSTILE = [
    "",
    "-- nothing but a comment",
    "select 1; select 2",
    "select 1; drop table counts",
    "insert into counts values ('x', 1)",
    "update counts set people = 0",
    "delete from counts",
    "drop table counts",
    "create table mine as select * from counts",
    "create temp table mine as select * from counts",
    "create view mine as select * from counts",
    "create macro f(a) as a + 1",
    "alter table counts add column x integer",
    "truncate counts",
    "attach ':memory:' as z",
    "attach 'other.duckdb' as z",
    "detach product",
    "use memory",
    "copy counts to 'out.csv'",
    "copy (select * from counts) to 'out.parquet'",
    "copy counts from 'in.csv'",
    "export database 'folder'",
    "import database 'folder'",
    "pragma database_list",
    "pragma version",
    "set threads = 1",
    "set lock_configuration = false",
    "reset threads",
    "load httpfs",
    "install httpfs",
    "call duckdb_tables()",
    "checkpoint",
    "vacuum",
    "begin",
    "explain select * from counts",
    "explain analyze select * from counts",
    "describe counts",
    "show tables",
    "prepare p as select 1",
    "execute p",
    "select * from read_blob('product.duckdb')",
    "select * from read_text('/etc/hostname')",
    "select content from read_text('product.duckdb')",
    "select * from read_csv('/etc/hostname')",
    "select * from read_csv_auto('x.csv')",
    "select * from read_json('x.json')",
    "select * from read_parquet('x.parquet')",
    "select * from glob('/*')",
    "select * from '/etc/hostname'",
    "select * from 'x.csv'",
    'select * from "/etc/hostname"',
    "from 'x.parquet'",
    "select getenv('HOME')",
    "select current_setting('temp_directory')",
    "select * from duckdb_settings()",
    "select * from duckdb_tables()",
    "select * from duckdb_secrets()",
    "select * from duckdb_logs",
    "select * from duckdb_views",
    "select * from pragma_database_list",
    "select * from information_schema.tables",
    "select * from pg_catalog.pg_tables",
    "select * from sqlite_master",
    "select * from system.main.duckdb_settings",
    "select * from memory.main.counts",
    "select * from other.counts",
    "select * from missing",
    "select * from query('select 1')",
    "select * from query_table('counts')",
    "select * from sql_auto_complete('sel')",
    "select * from range(1000000000000)",
    "select * from generate_series(1, 1000000000000)",
    "select unnest(range(1000000000))",
    "select repeat('a', 1500000000)",
    "select rpad('a', 1500000000, 'b')",
    "select lpad('a', 1500000000, 'b')",
    "select string_agg(group_name, ',') from counts",
    "select list(group_name) from counts",
    "select group_name || group_name from counts",
    "select concat(group_name, group_name) from counts",
    "with recursive r as (select 1 as n union all select n + 1 from r) select * from r",
    "select * from counts where group_name = $1",
    "select * from counts where group_name = ?",
    "select * from counts where exists (select 1 from read_text('/etc/hostname'))",
    "select (select content from read_text('/etc/hostname')) from counts",
    "with c as (select * from read_blob('x')) select * from c",
    "select * from counts union all select * from read_csv('x')",
    "select * from counts order by (select count(*) from duckdb_tables())",
    "select * from counts limit (select count(*) from duckdb_tables())",
    "select columns('.*') from counts",
    "select list_transform([1], x -> x) from counts",
    "select [x for x in [1, 2]] from counts",
    "select {'a': group_name} from counts",
    "select cast(group_name as blob) from counts",
    "select cast(1 as bit) from counts",
    "select * from counts tablesample 10%",
    "pivot counts on group_name using sum(people)",
    "summarize counts",
    "select * into mine from counts",
    "select * from counts for update",
    "select nextval('s')",
    "with a as (select * from duckdb_views), duckdb_views as (select 1) select * from a",
    "select * from (with duckdb_views as (select 1) select * from duckdb_views) as a, duckdb_views as b",
    "with a as (with b as (select 1) select * from b) select * from a",
    "select people into mine from counts",
    "select * from upper('x')",
    "select /*+ hint */ * from counts limit 1 by people",
    "select write_log('x')",
    "select add_parquet_key('k', 'v')",
    "select error('x')",
    "select txid_current()",
    "select version()",
    "select * from counts\0",
    "select 'unterminated",
    "selec * from counts",
    "((((((((((",
    "select * from counts where " + "(" * 2000 + "true" + ")" * 2000,
    "select " + "1 + " * 5000 + "1",
    "select " + "1," * 4000 + "1",
    "select '" + "x" * 30000 + "'",
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path).prepare()
    files = ProductFiles.of(home, "county", "measures")
    files.folder.mkdir(parents=True)
    with duckdb.connect() as con:
        con.execute(f"attach '{files.data(VERSION)}' as product (storage_version 'v1.4.0')")
        con.execute("create table product.counts as select * from (values ('A', 20), ('B', 30), ('C', null)) as v (group_name, people)")
        con.execute("create table product._notice as select 'Handle with care' as notice")
    files.manifest_file(VERSION).write_text(json.dumps({"night": "2026-03-02", "valid_until": "2026-03-05"}))
    files.notice_file(VERSION).write_text("Handle with care\n")
    files.current_file.write_text(f"{VERSION}\n")
    return home


def test_at_least_sixty_ways_out_are_tried() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 60


def test_a_product_of_a_night_ahead_is_not_read_because_the_clock_was_set_back(home: Home) -> None:
    with pytest.raises(StaleProduct, match="lies ahead of 2026-03-01: the clock was set back"):
        query(home, "county", "measures", "select 1", as_of=date(2026, 3, 1))


@pytest.mark.parametrize("sql", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_query_is_refused(home: Home, sql: str) -> None:
    with pytest.raises(RefusedQuery):
        query(home, "county", "measures", sql, as_of=TODAY)


def test_the_engine_alone_would_also_refuse_to_write_or_reach_outside(home: Home) -> None:
    path = ProductFiles.of(home, "county", "measures").data(VERSION)
    outside = [
        "drop table counts",
        "attach ':memory:' as z",
        "copy counts to 'o.csv'",
        "select * from read_text('/etc/hostname')",
        "set threads=1",
    ]
    with open_product(path) as con:
        for sql in outside:
            with pytest.raises(duckdb.Error):
                con.execute(sql).fetchall()
        assert con.execute("select count(*) from counts").fetchall() == [(3,)]


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("select group_name, people from counts where people > 10 order by people desc", [("B", 30), ("A", 20)]),
        ("select count(*), sum(people), median(people) from counts", [(3, 50, 25.0)]),
        ("with big as (select * from counts where people > 25) select group_name from big", [("B",)]),
        (
            "select group_name from counts where people is null union all select notice from _notice order by 1",
            [("C",), ("Handle with care",)],
        ),
        ("SELECT main.counts.group_name FROM main.counts ORDER BY 1 LIMIT 1", [("A",)]),
        (
            "select case when people > 25 then 'many' else 'few' end as k, count(*) from counts group by all order by 1",
            [("few", 2), ("many", 1)],
        ),
        ("select group_name, row_number() over (order by people desc nulls last) from counts order by 2", [("B", 1), ("A", 2), ("C", 3)]),
        ("select round(people / 7, 1) from counts where group_name = 'A' -- trailing", [(2.9,)]),
        ("select date_trunc('month', date '2026-03-17')::date = date '2026-03-01'", [(True,)]),
        ("(select 1)", [(1,)]),
    ],
)
def test_a_plain_select_is_answered(home: Home, sql: str, rows: list[tuple[object, ...]]) -> None:
    assert query(home, "county", "measures", sql, as_of=TODAY)[1] == rows


def test_the_answer_carries_its_column_names(home: Home) -> None:
    assert query(home, "county", "measures", "select people as n from counts limit 1", as_of=TODAY)[0] == ["n"]


def test_an_answer_over_the_cap_is_refused_and_never_cut(home: Home) -> None:
    assert len(query(home, "county", "measures", "select * from counts", as_of=TODAY, row_cap=3)[1]) == 3
    with pytest.raises(RefusedQuery, match="more than 2 rows"):
        query(home, "county", "measures", "select * from counts", as_of=TODAY, row_cap=2)


def test_a_product_is_refused_from_the_day_its_terms_run_out(home: Home) -> None:
    assert query(home, "county", "measures", "select 1", as_of=date(2026, 3, 4))[1] == [(1,)]
    with pytest.raises(StaleProduct, match="until 2026-03-05"):
        query(home, "county", "measures", "select 1", as_of=date(2026, 3, 5))


def test_a_query_that_never_ends_is_interrupted(home: Home) -> None:
    crossed = " cross join ".join(f"(select a{i}.people from counts as a{i}) as t{i}" for i in range(40))
    with pytest.raises(RefusedQuery, match="longer than"):
        query(home, "county", "measures", f"select count(*) from {crossed}", as_of=TODAY, seconds=0.3)


def test_an_error_of_the_engine_that_could_quote_a_row_is_withheld(home: Home) -> None:
    with pytest.raises(RefusedQuery) as error:
        query(home, "county", "measures", "select cast(group_name as integer) from counts", as_of=TODAY)
    assert "withheld" in str(error.value)
    assert "'A'" not in str(error.value)


def test_a_misspelt_column_is_named(home: Home) -> None:
    with pytest.raises(RefusedQuery, match="peple"):
        query(home, "county", "measures", "select peple from counts", as_of=TODAY)


@pytest.mark.parametrize(("recipient", "product"), [("..", "measures"), ("county", "../../x"), ("county", "absent"), ("", "")])
def test_a_product_that_is_not_there_is_said_so(home: Home, recipient: str, product: str) -> None:
    with pytest.raises(NoSuchProduct):
        query(home, recipient, product, "select 1", as_of=TODAY)


def test_a_withdrawn_product_is_not_there(home: Home) -> None:
    ProductFiles.of(home, "county", "measures").current_file.unlink()
    with pytest.raises(NoSuchProduct):
        current_product(home, "county", "measures")
    assert published_products(home) == []


def test_a_current_that_names_no_version_is_as_good_as_none(home: Home) -> None:
    files = ProductFiles.of(home, "county", "measures")
    files.current_file.write_text("../../elsewhere\n")
    assert files.current() is None


def test_published_products_are_listed_with_their_terms(home: Home) -> None:
    (product,) = published_products(home)
    assert (product.recipient, product.product, product.version, product.night) == ("county", "measures", VERSION, TODAY)
    assert product.notice == "Handle with care\n"


def test_versions_and_manifests_are_found_by_name(home: Home) -> None:
    files = ProductFiles.of(home, "county", "measures")
    (files.folder / "stray.duckdb").write_bytes(b"")
    assert files.versions() == [VERSION]
    assert ProductFiles.of(home, "county", "other").versions() == []
    with pytest.raises(NoSuchProduct):
        files.manifest("2026-03-03-0123456789ab")


def test_a_name_given_at_the_beginning_may_be_used_after_it(home: Home) -> None:
    sql = "with a as (select people from counts), b as (select max(people) as most from a) select most from b, a group by all"
    assert query(home, "county", "measures", sql, as_of=TODAY)[1] == [(30,)]


def test_a_query_nested_beyond_the_parsers_depth_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_deep(*_: object, **__: object) -> str:
        raise RecursionError

    monkeypatch.setattr(query_guard, "_check_tables", too_deep)
    with pytest.raises(RefusedQuery, match="nested too deeply"):
        guarded("select people from counts", {"counts"})


@pytest.mark.parametrize("text", ["select from where", "drop table counts"])
def test_the_engines_own_parser_has_the_last_word(text: str) -> None:
    with pytest.raises(RefusedQuery):
        query_guard._one_engine_select(text)


def test_what_runs_is_written_anew_from_the_parsed_tree() -> None:
    assert guarded("select /* hi */ people from counts -- bye", {"counts"}) == "SELECT people FROM counts"
