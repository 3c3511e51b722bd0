"""The person register: survivorship, events, reruns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from linked_world import open_world

from assets.linked import register
from assets.linked.register import Event, KeysDoNotFit, NotTheNewestNight, PersonEvent, assign
from resources.keyring import Keyring

NIGHT = date(2026, 3, 2)
LATER = date(2026, 3, 3)


def _mint() -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"new{number}"


def _assign(groups: list[tuple[str, ...]], previous: dict[str, str], age: dict[str, int] | None = None) -> register.Assignment:
    keys = _mint()
    return assign(groups, previous, age or {key: number for number, key in enumerate(sorted(set(previous.values())))}, lambda: next(keys))


def test_a_new_group_is_a_new_person() -> None:
    done = _assign([("a", "b")], {})
    assert done.keys == ["new1"]
    assert done.events == [Event(PersonEvent.CREATE, "new1", None, 2)]


def test_a_person_that_gains_a_subject_keeps_its_key() -> None:
    done = _assign([("a", "b")], {"a": "p1"})
    assert done.keys == ["p1"]
    assert done.events == [Event(PersonEvent.EXTEND, "p1", None, 1)]


def test_of_two_persons_that_merge_the_one_with_more_subjects_stays() -> None:
    done = _assign([("a", "b", "c")], {"a": "p1", "b": "p2", "c": "p2"})
    assert done.keys == ["p2"]
    assert done.ended == {"p1": "p2"}
    assert done.events == [Event(PersonEvent.MERGE, "p2", "p1", 1)]


def test_of_two_equal_persons_that_merge_the_older_stays() -> None:
    done = _assign([("a", "b")], {"a": "p9", "b": "p1"}, {"p9": 1, "p1": 2})
    assert done.keys == ["p9"]


def test_a_person_that_splits_leaves_its_key_with_the_larger_part() -> None:
    done = _assign([("a",), ("b", "c")], {"a": "p1", "b": "p1", "c": "p1"})
    assert done.keys == ["new1", "p1"]
    assert done.events == [Event(PersonEvent.SPLIT, "new1", "p1", 1)]


def test_a_person_whose_last_subject_left_is_retired_without_a_successor() -> None:
    done = _assign([], {"a": "p1"})
    assert done.ended == {"p1": None}
    assert done.events == [Event(PersonEvent.RETIRE, "p1", None, 0)]


def test_a_subject_that_moves_between_two_persons_is_a_split_of_the_first() -> None:
    done = _assign([("a",), ("b", "c")], {"a": "p1", "b": "p1", "c": "p2"}, {"p1": 1, "p2": 2})
    assert set(done.keys) == {"p1", "p2"}
    assert [event.event for event in done.events] == [PersonEvent.SPLIT]


def test_no_key_is_given_to_two_groups() -> None:
    done = _assign([("a", "c"), ("b", "d")], {"a": "p1", "b": "p1", "c": "p2", "d": "p2"})
    assert sorted(done.keys) == ["p1", "p2"]


def _members(groups: list[tuple[str, ...]]) -> pl.DataFrame:
    told = [(subject, number) for number, group in enumerate(groups) for subject in group]
    return pl.DataFrame(told, schema={"subject_id": pl.String, "person": pl.Int64}, orient="row")


def _hold(con: object, subjects: list[str]) -> None:
    con.execute("create or replace temp table scope as select unnest($s::varchar[]) as subject_id", {"s": subjects}).fetchall()


def test_a_rerun_after_undo_gives_the_same_keys_and_events(tmp_path: Path) -> None:
    world = open_world(tmp_path)
    seen = []
    for _ in range(2):
        register.undo(world.con, NIGHT)
        _hold(world.con, ["a", "b", "c"])
        register.record(world.con, domain="d", night=NIGHT, members=_members([("a", "b"), ("c",)]), keyring=world.keyring, scope="scope")
        seen.append(
            [
                world.con.execute(f"select * from registers.main.{table} order by all").fetchall()
                for table in ("person", "membership", "person_event")
            ]
        )
    assert seen[0] == seen[1]


def test_a_merge_leaves_a_redirect_and_undo_takes_it_back(tmp_path: Path) -> None:
    world = open_world(tmp_path)
    _hold(world.con, ["a", "b"])
    register.record(world.con, domain="d", night=NIGHT, members=_members([("a",), ("b",)]), keyring=world.keyring, scope="scope")
    register.record(world.con, domain="d", night=LATER, members=_members([("a", "b")]), keyring=world.keyring, scope="scope")
    first, second = world.keyring.person_key("d", 1), world.keyring.person_key("d", 2)
    redirect = "select person_key, redirect_to, retired_on from registers.main.person where redirect_to is not null"
    assert world.con.execute(redirect).fetchall() == [(second, first, LATER)]
    register.undo(world.con, LATER)
    assert world.con.execute(redirect).fetchall() == []
    assert world.con.execute("select count(*) from registers.main.membership where known_to is null").fetchall() == [(2,)]


def test_an_older_night_may_not_change_the_registers(tmp_path: Path) -> None:
    world = open_world(tmp_path)
    _hold(world.con, ["a"])
    register.record(world.con, domain="d", night=LATER, members=_members([("a",)]), keyring=world.keyring, scope="scope")
    register.check_newest(world.con, LATER)
    with pytest.raises(NotTheNewestNight, match="scratch home"):
        register.check_newest(world.con, NIGHT)


def test_another_mint_secret_is_noticed_before_a_key_is_minted(tmp_path: Path) -> None:
    world = open_world(tmp_path)
    _hold(world.con, ["a"])
    register.record(world.con, domain="d", night=NIGHT, members=_members([("a",)]), keyring=world.keyring, scope="scope")
    with pytest.raises(KeysDoNotFit, match="key backup"):
        register.record(world.con, domain="d", night=LATER, members=_members([("a",)]), keyring=Keyring(tmp_path / "other"), scope="scope")
