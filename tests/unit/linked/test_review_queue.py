"""The queue puts first what would change most, and forgets what was judged until somebody has to look again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import duckdb
import pytest
from linked_world import NIGHT, Seen, World

from assets.linked import decisions, review, review_queue
from assets.linked.decisions import Decision, Verdict
from assets.linked.night import LinkReport
from contracts.linkage import LinkageChoice

SEEN = [
    Seen(system, f"{system}{number}", f"Given{letter}", f"Family{letter}", f"19{40 + number}-0{number + 1}-1{number}")
    for number, letter in enumerate("ABCDE")
    for system in ("jail", "health")
]
BY_KEY = {(item.system, item.key): item for item in SEEN}


def _item(system: str, number: int) -> Seen:
    return BY_KEY[system, f"{system}{number}"]


@pytest.fixture
def queued(world: World, link: Callable[..., LinkReport]) -> World:
    """Every pair of neighbours waits; what hangs on them differs by one thing at a time."""
    link(world.hold(SEEN))
    con = world.con
    con.execute("create table linked.contact (subject_id varchar, record_id varchar)").fetchall()
    con.execute("create table consented.consent (subject_id varchar, consent_id varchar)").fetchall()
    con.execute("create table consented.deny (subject_id varchar, reason varchar)").fetchall()
    con.execute("create table consented.custody (subject_id varchar, booked_at timestamp, released_at timestamp)").fetchall()
    con.execute("delete from linked.review_queue").fetchall()
    return world


def _wait(world: World, one: Seen, other: Seen, *, weight: float | None = 3.0, reason: str = "uncertain", status: str = "open") -> None:
    a, b = sorted((one.subject, other.subject))
    world.con.execute("insert into linked.review_queue values ('county', ?, ?, ?, ?, ?)", [a, b, reason, weight, status]).fetchall()


def _listed(world: World, choice: LinkageChoice) -> list[review.Case]:
    return review.cases(world.con, choice=choice, night=NIGHT, through=NIGHT)


def test_the_weightiest_case_is_first(queued: World, choice: LinkageChoice) -> None:
    jail = [_item("jail", number) for number in range(5)]
    health = _item("health", 4)
    _wait(queued, jail[0], jail[1], weight=2.1)
    _wait(queued, jail[0], jail[2], weight=4.9)
    _wait(queued, jail[3], jail[0], weight=2.1)
    _wait(queued, jail[1], health, weight=2.1)
    _wait(queued, jail[2], jail[1], weight=2.2, status="reopened", reason="corrected")
    before = [case.systems_bridged for case in _listed(queued, choice)]
    assert before == [0, 0, 0, 0, 0], "every person is seen by both systems already"
    # The persons of jail 1 and of health 4 lose their other half: reading them together would be new.
    queued.con.execute(
        "update linked.membership_versions set person_key = subject_id where subject_id in (?, ?, ?)",
        [jail[1].subject, health.subject, jail[3].subject],
    ).fetchall()
    queued.con.execute("insert into linked.contact select ?, i::varchar from range(3) as t(i)", [jail[3].subject]).fetchall()
    queued.con.execute("insert into consented.deny values (?, 'opted_out')", [jail[3].subject]).fetchall()
    queued.con.execute("insert into consented.custody values (?, ?, null)", [jail[3].subject, datetime(2026, 3, 1, 12)]).fetchall()
    listed = _listed(queued, choice)
    assert listed[0].status == "reopened"
    pairs = [{case.subject_a, case.subject_b} for case in listed[1:]]
    assert pairs[0] == {jail[1].subject, health.subject}, "two systems would be read together for the first time"
    assert pairs[1] == {jail[3].subject, jail[0].subject}, "a denial would speak for both, and somebody is in custody"
    assert (listed[2].disclosures, listed[2].in_custody) == (1, True)
    assert pairs[2] == {jail[0].subject, jail[2].subject}, "nearest to the threshold"


def test_a_judged_case_waits_no_longer_and_a_doubt_stays_marked(queued: World, choice: LinkageChoice) -> None:
    one, other, third = _item("jail", 0), _item("jail", 1), _item("jail", 2)
    _wait(queued, one, other)
    _wait(queued, one, third)
    decisions.stand(queued.con, NIGHT)
    at = datetime.combine(NIGHT, datetime.min.time())
    made = [
        Decision(one.subject, other.subject, Verdict.DIFFERENT, "A", at, "why"),
        Decision(one.subject, third.subject, Verdict.UNSURE, "A", at, "blurred"),
    ]
    decisions.write(queued.con, made)
    (left,) = _listed(queued, choice)
    assert (left.status, {left.subject_a, left.subject_b}) == ("unsure", {one.subject, third.subject})
    found = review.find(queued.con, [left], decisions.case_of(made[0].pair))
    assert (found.reason, found.status) == ("judged", "different")
    with pytest.raises(review.UnknownCase):
        review.find(queued.con, [left], "0" * 12)


def test_a_vendor_key_of_two_people_waits_as_a_case_of_one_side(queued: World, choice: LinkageChoice) -> None:
    queued.con.execute(
        "insert into linked.review_queue values ('county', ?, null, 'key_conflict', null, 'open')", [_item("jail", 0).subject]
    ).fetchall()
    (case,) = _listed(queued, choice)
    assert (case.subject_b, case.systems_bridged) == (None, 0)


def test_custody_that_ended_before_the_night_is_none(queued: World, choice: LinkageChoice) -> None:
    one, other = _item("jail", 0), _item("jail", 1)
    _wait(queued, one, other)
    start = datetime.combine(NIGHT, datetime.min.time())
    queued.con.execute("insert into consented.custody values (?, ?, ?)", [one.subject, start - timedelta(days=3), start]).fetchall()
    (case,) = _listed(queued, choice)
    assert case.in_custody is False


def test_cases_are_all_looked_for_again_after_a_night_that_was_undone_taken_back_or_broken_off() -> None:
    first, second, third = (date(2026, 3, day) for day in (2, 3, 4))
    with duckdb.connect() as con:
        con.execute("create schema linked").fetchall()
        con.execute("create table linked.review_queue (domain varchar)").fetchall()

        def ends(night: date, seal: str = review_queue.SEAL) -> None:
            con.execute("insert into linked.review_queue_of values ($night, $seal)", {"night": night, "seal": seal}).fetchall()

        assert not review_queue.begin(con, first), "there was no queue before"
        ends(first)
        assert review_queue.begin(con, second)
        assert not review_queue.begin(con, second), "the night broke off"
        ends(second)
        assert not review_queue.begin(con, second), "the night is run again"
        ends(second)
        review_queue.leave(con)
        assert not review_queue.begin(con, third), "the night was taken back"
        ends(third, seal="another rule")
        assert not review_queue.begin(con, date(2026, 3, 5)), "the rules of a case moved"
