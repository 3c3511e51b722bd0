"""What people judge binds later nights, is read together, and comes back when the records are corrected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from linked_world import NIGHT, Seen, World

from assets.linked import decisions
from assets.linked.decisions import Decision, DecisionRefused, Verdict
from assets.linked.night import LinkReport

Link = Callable[..., LinkReport]
NEXT = NIGHT + timedelta(days=1)
ANN = Seen("jail", "J1", "Ann", "Archer", "1980-01-02", ssn4="1234", phone="5133330001")
ANN_TOO = Seen("health", "P1", "Ann", "Archer", "1980-01-02", ssn4="1234", phone="5133330001")
BEA = Seen("jail", "J2", "Beatrix", "Quill", "1971-07-09", ssn4="8888")
CARL = Seen("health", "P3", "Carl", "Ostrom", "1965-03-03", ssn4="7777")


def _judge(
    world: World, one: Seen, other: Seen, verdict: Verdict, *, by: str = "A. Reviewer", hour: int = 10, final: bool = False
) -> Decision:
    at = datetime.combine(NIGHT, datetime.min.time()) + timedelta(hours=hour)
    made = Decision(one.subject, other.subject, verdict, by, at, "told apart by the booking photograph", final)
    decisions.stand(world.con, NIGHT)
    decisions.write(world.con, [made])
    return made


def _queue(world: World) -> list[tuple[str, str]]:
    return world.con.execute("select reason, status from linked.review_queue order by all").fetchall()


def test_different_splits_a_linked_pair_the_next_night_and_same_merges_an_unlinked_one(world: World, link: Link) -> None:
    seen = [ANN, ANN_TOO, BEA, CARL]
    link(world.hold(seen))
    assert world.partition() == {frozenset({("jail", "J1"), ("health", "P1")}), frozenset({("jail", "J2")}), frozenset({("health", "P3")})}
    _judge(world, ANN, ANN_TOO, Verdict.DIFFERENT)
    _judge(world, BEA, CARL, Verdict.SAME)
    report = link(world.hold(seen), NEXT)
    assert world.partition() == {frozenset({("jail", "J1")}), frozenset({("health", "P1")}), frozenset({("jail", "J2"), ("health", "P3")})}
    assert report.review == {}


def test_a_judgement_taken_back_stops_binding(world: World, link: Link) -> None:
    seen = [BEA, CARL]
    link(world.hold(seen))
    _judge(world, BEA, CARL, Verdict.SAME)
    link(world.hold(seen), NEXT)
    assert len(world.partition()) == 1
    _judge(world, BEA, CARL, Verdict.UNSURE, hour=11)
    link(world.hold(seen), NEXT + timedelta(days=1))
    assert len(world.partition()) == 2


def test_a_merge_holds_only_for_the_facts_it_was_judged_on_and_the_case_comes_back(world: World, link: Link) -> None:
    link(world.hold([BEA, CARL]))
    _judge(world, BEA, CARL, Verdict.SAME)
    link(world.hold([BEA, CARL]), NEXT)
    assert len(world.partition()) == 1
    link(world.hold([replace(BEA, phone="5133330009"), CARL]), NEXT + timedelta(days=1))
    assert len(world.partition()) == 1, "a new phone corrects nothing"
    link(world.hold([replace(BEA, dob="1972-07-09"), CARL]), NEXT + timedelta(days=2))
    assert len(world.partition()) == 2
    assert _queue(world) == [("corrected", "reopened")]


def test_a_split_outlives_a_correction_and_the_case_comes_back(world: World, link: Link) -> None:
    link(world.hold([ANN, ANN_TOO]))
    _judge(world, ANN, ANN_TOO, Verdict.DIFFERENT)
    link(world.hold([ANN, replace(ANN_TOO, ssn4=None)]), NEXT)
    assert len(world.partition()) == 2
    assert _queue(world) == [("corrected", "reopened")]


def test_reviewers_who_disagree_keep_the_pair_apart_until_one_judgement_is_final(world: World, link: Link) -> None:
    link(world.hold([ANN, ANN_TOO]))
    _judge(world, ANN, ANN_TOO, Verdict.DIFFERENT, by="One", hour=9)
    _judge(world, ANN, ANN_TOO, Verdict.SAME, by="Other", hour=10)
    link(world.hold([ANN, ANN_TOO]), NEXT)
    assert len(world.partition()) == 2
    assert _queue(world) == [("disagreement", "open")]
    _judge(world, ANN, ANN_TOO, Verdict.SAME, by="Third", hour=11, final=True)
    link(world.hold([ANN, ANN_TOO]), NEXT + timedelta(days=1))
    assert len(world.partition()) == 1
    assert _queue(world) == []


def test_two_judgements_of_one_day_are_read_in_the_order_they_were_made(world: World, link: Link) -> None:
    link(world.hold([BEA, CARL]))
    _judge(world, BEA, CARL, Verdict.SAME, hour=9)
    _judge(world, CARL, BEA, Verdict.DIFFERENT, hour=9)
    decisions.stand(world.con, NIGHT)
    assert world.con.execute("select decision, reviewers from temp.linked_standing").fetchall() == [("different", 1)]


def test_judgements_that_contradict_each_other_are_refused_and_named_by_position(world: World, link: Link) -> None:
    link(world.hold([ANN, BEA, CARL]))
    _judge(world, ANN, BEA, Verdict.SAME)
    decisions.stand(world.con, NIGHT)
    at = datetime.combine(NIGHT, datetime.min.time())
    new = [
        Decision(BEA.subject, CARL.subject, Verdict.SAME, "B", at, "why"),
        Decision(ANN.subject, CARL.subject, Verdict.DIFFERENT, "B", at, "why"),
    ]
    before = world.con.execute("select count(*) from registers.main.review_decision").fetchall()
    with pytest.raises(DecisionRefused) as refused:
        decisions.write(world.con, new)
    assert "judgement 2 says different" in str(refused.value)
    assert "judgement 1" in str(refused.value)
    assert "judged before" in str(refused.value)
    assert world.con.execute("select count(*) from registers.main.review_decision").fetchall() == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reason": " "}, "no reason"),
        ({"decided_by": ""}, "nobody is named"),
        ({"subject_b": "f" * 32}, "nothing to judge"),
        ({"subject_b": ANN.subject}, "one record"),
    ],
)
def test_a_judgement_without_reason_name_or_known_records_is_refused(world: World, link: Link, change: dict[str, str], said: str) -> None:
    link(world.hold([ANN, BEA]))
    decisions.stand(world.con, NIGHT)
    made = Decision(ANN.subject, BEA.subject, Verdict.SAME, "A", datetime.combine(NIGHT, datetime.min.time()), "why")
    faults = decisions.check(world.con, [replace(made, **change)])
    assert len(faults) == 1
    assert faults[0].startswith("judgement 1: ")
    assert said in faults[0]


def test_a_record_that_may_not_be_linked_cannot_be_judged(world: World, link: Link) -> None:
    link(world.hold([ANN, replace(BEA, permitted=False)]))
    decisions.stand(world.con, NIGHT)
    with pytest.raises(DecisionRefused, match="may not be compared"):
        decisions.evidence_hash(world.con, ANN.subject, BEA.subject)


def test_one_reviewer_judges_a_pair_once_in_a_sheet(world: World, link: Link) -> None:
    link(world.hold([ANN, BEA]))
    decisions.stand(world.con, NIGHT)
    made = Decision(ANN.subject, BEA.subject, Verdict.SAME, "A", datetime.combine(NIGHT, datetime.min.time()), "why")
    again = replace(made, subject_a=BEA.subject, subject_b=ANN.subject, verdict=Verdict.DIFFERENT)
    assert "already, as judgement 1" in decisions.check(world.con, [made, again])[0]


def test_kappa_is_what_cohen_computed() -> None:
    # Cohen's worked table: 20 both yes, 15 both no, 5 and 10 apart, of 50.
    both = [("same", "same")] * 20 + [("same", "different")] * 5 + [("different", "same")] * 10 + [("different", "different")] * 15
    assert decisions.kappa(both) == pytest.approx(0.4)
    assert decisions.kappa([("same", "same")] * 7) is None
    assert decisions.kappa([]) is None


def test_agreement_counts_pairs_that_two_people_judged(world: World, link: Link) -> None:
    link(world.hold([ANN, ANN_TOO, BEA, CARL]))
    for one, other, first, second in ((ANN, ANN_TOO, Verdict.SAME, Verdict.SAME), (BEA, CARL, Verdict.DIFFERENT, Verdict.UNSURE)):
        _judge(world, one, other, first, by="One")
        _judge(world, one, other, second, by="Two", hour=12)
    _judge(world, ANN, BEA, Verdict.DIFFERENT, by="One")
    (found,) = decisions.agreement(world.con)
    assert (found.one, found.other, found.pairs, found.agreed) == ("One", "Two", 2, 1)
