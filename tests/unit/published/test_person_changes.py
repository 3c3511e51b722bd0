"""What a recipient is told of merges and splits: in its own names, of subjects it may know of, and of nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

import duckdb
import pytest

from resources.sql import load_sql
from resources.warehouse import migrate
from tests.fixtures.published_world import DOMAIN, PublishedWorld

FIRST, SECOND = date(2026, 3, 2), date(2026, 3, 3)
MOVED = [
    ("kept", "old", FIRST, SECOND), ("kept", "new", SECOND, None), ("hidden", "old", FIRST, SECOND), ("hidden", "new", SECOND, None),
    ("there", "new", FIRST, None),
]  # fmt: skip
HEALTH = "health/care_coordination"
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
        for subject in ("kept", "hidden", "there"):
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
    assert told(["kept", "there"], True) == [(SECOND, "merge", "name of old", "name of new", 1)]


def test_a_merge_of_subjects_it_may_not_know_of_leaves_no_trace(told: Told) -> None:
    assert told([], True) == []


def test_a_merge_with_somebody_it_may_not_know_of_leaves_no_trace(told: Told) -> None:
    assert told(["kept"], True) == []
    assert told(["kept", "hidden"], True) == [], "both came from the same person"


def test_a_recipient_finds_the_change_beside_its_own_number(world: PublishedWorld) -> None:
    first, second = world.client("pt-00000001"), world.client("pt-00000002")
    for subject in (first, second):
        world.made.encounter(subject)
    world.same_person(first, second)
    world.ready()
    ((key,),) = world.con.execute(
        "select distinct person_key from linked.membership where subject_id in (?, ?)", [first, second]
    ).fetchall()
    before, tonight = date(2026, 3, 1), world.night
    known = [(DOMAIN, first, key, before, None), (DOMAIN, second, "parted", before, tonight), (DOMAIN, second, key, tonight, None)]
    world.con.executemany("insert into registers.main.membership values (?, ?, ?, ?, ?)", known)
    world.con.execute("insert into registers.main.person_event values (?, ?, 'merge', ?, 'parted', 1)", [tonight, DOMAIN, key])
    world.publish(HEALTH)
    told = world.read(HEALTH, "select own_number, changed_on, kind, person_was, person_is from person_changes")
    assert [row[:3] for row in told] == [("pt-00000001", tonight, "merge"), ("pt-00000002", tonight, "merge")]
    names = world.keyring.pseudonyms("health", "care_coordination", 1, ["parted", key])
    assert {row[3:] for row in told} == {(names["parted"], names[key])}
    assert b"parted" not in world.everything(HEALTH).replace(b"was parted", b"").replace(b"or parted", b"")


def test_a_product_of_counts_is_told_of_nobody(told: Told) -> None:
    assert told(["kept", "hidden", "there"], False) == []


def test_after_a_change_of_keys_old_and_new_names_stand_side_by_side_where_the_rotation_allows_it(told: Told) -> None:
    assert (SECOND, "renamed", "former name of new", "name of new", 1) in told(["kept"], True, renamed=True)
    assert told(["kept"], False, renamed=True) == []
