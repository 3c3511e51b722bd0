"""What a recipient is told of merges and splits: in its own names, of subjects it may know of, and of nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

import duckdb
import pytest

from resources.sql import load_sql
from resources.warehouse import migrate

FIRST, SECOND = date(2026, 3, 2), date(2026, 3, 3)
MOVED = [("kept", "old", FIRST, SECOND), ("kept", "new", SECOND, None), ("hidden", "old", FIRST, SECOND), ("hidden", "new", SECOND, None)]
Told = Callable[..., list[tuple[object, ...]]]


@pytest.fixture
def told() -> Iterator[Told]:
    con = duckdb.connect()
    con.execute("attach ':memory:' as registers")
    migrate(con)
    con.executemany("insert into registers.main.membership values ('county', ?, ?, ?, ?)", MOVED)
    con.execute("insert into registers.main.person_event values ($n, 'county', 'merge', 'new', 'old', 2)", {"n": SECOND})
    con.execute("create schema linked")
    con.execute("create table linked.membership as select subject_id, person_key from registers.main.membership where known_to is null")

    def ask(permitted: Sequence[str], by_row: bool, renamed: bool = False) -> list[tuple[object, ...]]:
        con.execute("create or replace temp table product_decision (subject_id varchar, verdict varchar)")
        for subject in ("kept", "hidden"):
            con.execute("insert into product_decision values (?, ?)", [subject, "permit" if subject in permitted else "deny"])
        named = con.execute(load_sql("assets.published", "people_to_name")).fetchall()
        con.execute("create or replace temp table product_pseudonym (person_key varchar, pseudonym varchar)")
        con.executemany("insert into product_pseudonym values (?, 'name of ' || ?)", [(key, key) for (key,) in named])
        con.execute("create or replace temp table former_pseudonym (person_key varchar, pseudonym varchar, since date)")
        if renamed:
            con.execute("insert into former_pseudonym values ('new', 'former name of new', $n)", {"n": SECOND})
        return con.execute(load_sql("assets.published", "handed_person_change"), {"by_row": by_row}).fetchall()

    yield ask
    con.close()


def test_a_merge_is_told_in_the_products_own_names_and_counts_only_permitted_subjects(told: Told) -> None:
    assert told(["kept"], True) == [(SECOND, "merge", "name of old", "name of new", 1)]


def test_a_merge_of_subjects_it_may_not_know_of_leaves_no_trace(told: Told) -> None:
    assert told([], True) == []


def test_a_product_of_counts_is_told_of_nobody(told: Told) -> None:
    assert told(["kept", "hidden"], False) == []


def test_after_a_change_of_keys_old_and_new_names_stand_side_by_side_where_the_rotation_allows_it(told: Told) -> None:
    assert (SECOND, "renamed", "former name of new", "name of new", 1) in told(["kept"], True, renamed=True)
    assert told(["kept"], False, renamed=True) == []
