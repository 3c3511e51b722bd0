"""Who was whom on one day, as known on another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from linked_world import World, open_world

from assets.linked import register
from assets.linked.membership_on import members_on, person_of, successor

DAYS = [date(2026, 5, day) for day in range(1, 7)]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return open_world(tmp_path)


def _night(world: World, night: date, groups: Sequence[tuple[str, ...]], everybody: str = "abc") -> list[str]:
    world.con.execute("create or replace temp table scope as select unnest($s::varchar[]) as subject_id", {"s": list(everybody)}).fetchall()
    told = [(subject, number) for number, group in enumerate(groups) for subject in group]
    members = pl.DataFrame(told, schema={"subject_id": pl.String, "person": pl.Int64}, orient="row")
    keys = register.record(world.con, domain="d", night=night, members=members, keyring=world.keyring, scope="scope").keys
    key_of = dict(keys.iter_rows())
    return [key_of[group[0]] for group in groups]


def _who(world: World, subject: str, on: date, known: date) -> list[str]:
    return [standing.person_key for standing in person_of(world.con, subject, on=on, as_known_on=known)]


def test_a_merge_corrects_who_somebody_was_but_only_for_those_who_know_of_it(world: World) -> None:
    older, younger = _night(world, DAYS[0], [("a", "b"), ("c",)])
    _night(world, DAYS[3], [("a", "b", "c")])
    assert _who(world, "c", on=DAYS[2], known=DAYS[2]) == [younger]
    assert _who(world, "c", on=DAYS[2], known=DAYS[3]) == [older]
    assert [standing.subject_id for standing in members_on(world.con, older, on=DAYS[2], as_known_on=DAYS[2])] == ["a", "b"]
    assert [standing.subject_id for standing in members_on(world.con, older, on=DAYS[2], as_known_on=DAYS[4])] == ["a", "b", "c"]


def test_a_key_that_went_into_another_answers_for_it_once_that_is_known(world: World) -> None:
    older, younger = _night(world, DAYS[0], [("a", "b"), ("c",)])
    _night(world, DAYS[3], [("a", "b", "c")])
    assert successor(world.con, younger, as_known_on=DAYS[2]) == younger
    assert successor(world.con, younger, as_known_on=DAYS[3]) == older
    assert len(members_on(world.con, younger, on=DAYS[4], as_known_on=DAYS[4])) == 3


def test_somebody_who_left_was_still_the_person_before(world: World) -> None:
    (key,) = _night(world, DAYS[0], [("a", "b")])
    _night(world, DAYS[2], [("a",)], everybody="ab")
    assert _who(world, "b", on=DAYS[1], known=DAYS[3]) == [key]
    assert _who(world, "b", on=DAYS[2], known=DAYS[3]) == []
    assert person_of(world.con, "b", on=DAYS[1], as_known_on=DAYS[3])[0].valid_to == DAYS[2]


def test_who_left_and_came_back_was_away_in_between(world: World) -> None:
    (key,) = _night(world, DAYS[0], [("a", "b")])
    _night(world, DAYS[1], [("a",)], everybody="ab")
    _night(world, DAYS[3], [("a", "b")], everybody="ab")
    assert [bool(_who(world, "b", on=day, known=DAYS[5])) for day in DAYS[:5]] == [True, False, False, True, True]
    assert _who(world, "b", on=DAYS[4], known=DAYS[5]) == [key]


def test_a_split_corrects_the_days_before_it(world: World) -> None:
    (key,) = _night(world, DAYS[0], [("a", "b", "c")])
    (_, new) = _night(world, DAYS[2], [("a", "b"), ("c",)])
    assert _who(world, "c", on=DAYS[0], known=DAYS[1]) == [key]
    assert _who(world, "c", on=DAYS[0], known=DAYS[2]) == [new]


def test_nobody_is_known_before_the_first_night_or_under_an_unknown_key(world: World) -> None:
    _night(world, DAYS[1], [("a",)])
    assert _who(world, "a", on=DAYS[0], known=DAYS[5]) == []
    assert _who(world, "a", on=DAYS[1], known=DAYS[0]) == []
    assert members_on(world.con, "nobody", on=DAYS[3], as_known_on=DAYS[3]) == []
