"""What no recipient may ever be handed, tried on many small nights decided by the code that runs every night.

Counts of an ordinary run, multiplied by ``--soak``: a revoked person 300, non-interference 500, false links 500, boundary days 200.
Monotonicity (1,000) and SQL = Python (2,000 worlds) lie beside this file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest

from assets.consented.decide import decide
from assets.consented.decisions import decide_all
from assets.consented.facts import DENIES_ACROSS, DenyFact, Facts, MembershipFact
from tests.fixtures.counts import times
from tests.fixtures.pure_night import DISCLOSED, Night, changed, logical_hash, night_of, run_nights
from tests.fixtures.random_decisions import ASKED, NIGHT, requests, write

BATCH = 100


def batches(number: int, first: int) -> Iterator[list[int]]:
    """Seeds of ``number`` nights, a batch at a time; each property has seeds of its own."""
    seeds = [first * 1_000_003 + index for index in range(number)]
    yield from (seeds[start : start + BATCH] for start in range(0, number, BATCH))


def _person_of(facts: Facts, subject: str) -> frozenset[str]:
    return facts.tied(subject, at_least=DENIES_ACROSS)


def test_who_takes_everything_back_is_handed_to_nobody() -> None:
    tried = shown_before = 0
    for seeds in batches(times(300), 1):
        nights = [night_of(seed) for seed in seeds]
        gone = [_person_of(night.facts, night.facts.subjects[0].subject_id) for night in nights]
        denied = [
            changed(night, denies=(*night.facts.denies, *(DenyFact(subject, "revoked") for subject in sorted(people))))
            for night, people in zip(nights, gone, strict=True)
        ]
        before, after = run_nights(nights), run_nights(denied)
        for number, (night, people) in enumerate(zip(nights, gone, strict=True)):
            theirs = {value for row in night.rows if row.subject_id in people for value in (row.value, row.other)}
            for product in range(len(DISCLOSED)):
                shown_before += bool(theirs & {value for row in before[number, product] for value in row})
                assert not theirs & {value for row in after[number, product] for value in row}, (
                    f"world [{seeds[number]}], product {product}"
                )
            tried += 1
    assert tried == times(300)
    assert shown_before > tried // 10, "too few of them were ever shown for this to mean anything"


def _with_denied_cells_changed(night: Night, shown: set[object]) -> Night:
    """The same night where everything that this recipient is not handed reads otherwise, but for what a transform leaves of it."""
    rows = tuple(
        replace(
            row,
            value=row.value if row.value in shown else f"{row.value} changed",
            other=row.other if row.other in shown else f"{row.other} changed",
        )
        for row in night.rows
    )
    return replace(night, rows=rows)


def test_what_a_recipient_may_not_see_does_not_influence_what_it_is_handed() -> None:
    tried = withheld = 0
    for seeds in batches(times(500), 2):
        nights = [night_of(seed) for seed in seeds]
        before = run_nights(nights)
        for product in range(len(DISCLOSED)):
            shown = [{value for row in before[number, product] for value in row} for number in range(len(nights))]
            others = [_with_denied_cells_changed(night, seen) for night, seen in zip(nights, shown, strict=True)]
            withheld += sum(night.rows != other.rows for night, other in zip(nights, others, strict=True))
            after = run_nights(others)
            for number, seed in enumerate(seeds):
                assert logical_hash(after[number, product]) == logical_hash(before[number, product]), f"world [{seed}], product {product}"
        tried += len(nights)
    assert tried == times(500)
    assert withheld > tried


@pytest.mark.parametrize("confidence", [0.5, 0.989])
def test_a_false_link_that_is_not_sure_enough_hands_nothing_more_over(confidence: float) -> None:
    tried = 0
    for seeds in batches(times(500), 3):
        nights, linked = [], []
        for seed in seeds:
            night = night_of(seed)
            # Everybody of the world is taken for the first one's person, each a little less surely than a consent needs.
            false = tuple(MembershipFact(subject.subject_id, f"false {seed}", confidence) for subject in night.facts.subjects)
            nights.append(night)
            linked.append(changed(night, memberships=(*night.facts.memberships, *false)))
        before, after = run_nights(nights), run_nights(linked)
        for key, rows in after.items():
            assert _within(rows, before[key]), f"world [{seeds[key[0]]}], product {key[1]}"
        tried += len(nights)
    assert tried == times(500)


def _within(rows: tuple[tuple[object, ...], ...], before: tuple[tuple[object, ...], ...]) -> bool:
    """Whether every value handed over was handed over before."""
    return {value for row in rows for value in row} <= {value for row in before for value in row} | {None}


def test_a_deny_reaches_over_a_doubtful_link() -> None:
    tried = withheld = 0
    for seeds in batches(times(500), 4):
        nights, denied = [], []
        for seed in seeds:
            night = night_of(seed)
            near = tuple(MembershipFact(subject.subject_id, f"near {seed}", DENIES_ACROSS) for subject in night.facts.subjects)
            tied = changed(night, memberships=(*night.facts.memberships, *near))
            nights.append(tied)
            denied.append(changed(tied, denies=(*tied.facts.denies, DenyFact(tied.facts.subjects[0].subject_id, "opted_out"))))
        before, after = run_nights(nights), run_nights(denied)
        for number, night in enumerate(denied):
            own = {subject.subject_id: subject.agency for subject in night.facts.subjects}
            for product, (recipient, _, _) in enumerate(DISCLOSED):
                foreign = {row.value for row in night.rows if own[row.subject_id] != recipient}
                assert not foreign & {row[0] for row in after[number, product]}, f"world [{seeds[number]}], product {product}"
                withheld += bool(foreign & {row[0] for row in before[number, product]})
        tried += len(nights)
    assert tried == times(500)
    assert withheld > tried // 10


def _boundaries(facts: Facts) -> set[date]:
    """Every day on which something begins or ends in a world."""
    days = {day for clause in facts.clauses for day in (clause.valid_from, clause.valid_to)}
    days |= {day for consent in facts.consents for day in (consent.valid_from, consent.valid_to)}
    days |= {subject.adult_since for subject in facts.subjects if subject.adult_since}
    days |= {moment.date() for stay in facts.custody for moment in (stay.booked_at, stay.released_at) if moment}
    return {day for day in days if abs((day - NIGHT).days) < 1000}


def test_on_the_day_before_the_day_itself_and_the_day_after_sql_decides_as_the_rule_says() -> None:
    tried = 0
    for seeds in batches(times(200), 5):
        nights = [night_of(seed) for seed in seeds]
        con = duckdb.connect()
        write(con, [night.facts for night in nights], [night.groups for night in nights])
        elements = sorted({element.name for night in nights for element in night.facts.elements})
        common = sorted({day for night in nights for day in _boundaries(night.facts)})
        for day in sorted({day + timedelta(days=step) for day in common for step in (-1, 0, 1)}):
            recipient, purposes, operation = ASKED[day.toordinal() % len(ASKED)]
            decide_all(
                con, target_table="main.decision", recipient=recipient, purposes=purposes, operation=operation, elements=elements, night=day
            )
            said = {
                row[:5]: row[5]
                for row in con.execute("select subject_id, system, element, labels, ordered_booking, reason from main.decision").fetchall()
            }
            for night in nights[:: max(1, len(nights) // 25)]:
                for key, request in requests(night.facts, night.groups, (recipient, purposes, operation)):
                    asked = replace(request, night=day)
                    answer = said[asked.subject_id, asked.system, asked.element, key, asked.booking_id]
                    assert answer == decide(asked, night.facts).reason.value, f"{day}: {asked}"
        con.close()
        tried += len(nights)
    assert tried == times(200)


def test_the_order_in_which_worlds_and_rows_come_changes_nothing() -> None:
    nights = [night_of(seed) for seed in range(60)]
    backwards = [replace(night, rows=night.rows[::-1]) for night in reversed(nights)]
    before, after = run_nights(nights), run_nights(backwards)
    assert {(len(nights) - 1 - number, product): rows for (number, product), rows in after.items()} == dict(before)
    assert any(before.values())
