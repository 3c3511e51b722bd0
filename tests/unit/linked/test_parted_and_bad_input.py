"""A split is not undone by the machine; faults in what linkage is given are an error, a logged cap, or change nothing: never a merge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from linked_world import DOMAIN, NIGHT, Seen, World

from assets.linked import block, grouping, versions
from assets.linked.delta import SubjectTwice
from assets.linked.grouping import Edges
from assets.linked.model import FrozenModel
from assets.linked.night import LinkReport, link_domains
from contracts.linkage import LinkageChoice

Link = Callable[..., LinkReport]
NEXT, THIRD, FOURTH = (NIGHT + timedelta(days=days) for days in (1, 2, 3))
MARIA = Seen("jail", "J1", "Maria", "Vandermeer", "1984-05-17", middle="Luz", sex="F", ssn4="4821", phone="6145550134",
             address="12 Oak St", zip="45201")  # fmt: skip
IN_HEALTH = replace(MARIA, system="health", key="H1")


def _together(world: World, *keys: str) -> bool:
    by_key = {key: person for (_, key), person in world.persons().items()}
    return len({by_key[key] for key in keys}) == 1


def test_what_was_parted_waits_for_a_person_when_the_evidence_comes_back(world: World, link: Link) -> None:
    somebody_else = replace(IN_HEALTH, first="Teresa", dob="1991-11-02", ssn4="1111", middle=None)
    link(world.hold([MARIA, IN_HEALTH]))
    link(world.hold([MARIA, somebody_else]), NEXT)
    assert not _together(world, "J1", "H1")
    report = link(world.hold([MARIA, IN_HEALTH]), THIRD)
    assert not _together(world, "J1", "H1")
    assert report.review["refused"] == 1
    world.decide(MARIA, IN_HEALTH, "same", THIRD)
    link(world, FOURTH)
    assert _together(world, "J1", "H1")


def test_who_left_by_a_withdrawn_permission_and_came_back_is_the_same_person_again(world: World, link: Link) -> None:
    link(world.hold([MARIA, IN_HEALTH]))
    before = world.persons()
    link(world.hold([MARIA, replace(IN_HEALTH, permitted=False)]), NEXT)
    report = link(world.hold([MARIA, IN_HEALTH]), THIRD)
    assert world.persons() == before
    assert report.domains[DOMAIN].changes == {"newly_permitted": 1, "changed": 0}


def test_a_person_change_tells_recipients_where_a_key_went(world: World, link: Link) -> None:
    link(world.hold([MARIA, replace(IN_HEALTH, first="Teresa", dob="1991-11-02", ssn4="1111", middle=None)]))
    keys = world.persons()
    link(world.hold([MARIA, IN_HEALTH]), NEXT)
    (stays,) = set(world.persons().values())
    gone = next(key for key in keys.values() if key != stays)
    assert world.con.execute("select night, kind, old_key, new_key, subjects from linked.person_change").fetchall() == [
        (NEXT, "merge", gone, stays, 1)
    ]


def test_two_ids_of_a_system_that_gives_everybody_one_are_two_people(world: World, model: FrozenModel, choice: LinkageChoice) -> None:
    strict = choice.model_copy(update={"one_id_systems": ("health",)})
    twice = [replace(IN_HEALTH, key="H1"), replace(IN_HEALTH, key="H2"), MARIA]
    link_domains(world.hold(twice).con, model=model, choice=strict, keyring=world.keyring, night=NIGHT)
    assert not _together(world, "H1", "H2")
    vetoes = world.con.execute("select distinct veto from linked.edge where veto is not null").fetchall()
    assert vetoes == [("two_ids_of_one_system",)]


def test_records_that_look_exactly_alike_are_scored_once_and_all_linked(world: World, link: Link) -> None:
    calls = [replace(MARIA, system="co_responder", key=f"C{number}", first="Mariah", ssn4=None) for number in range(6)]
    link(world.hold([MARIA, *calls]))
    assert _together(world, "J1", *(call.key for call in calls))
    weights = world.con.execute("select count(*), count(distinct match_weight) from linked.edge where known_to is null").fetchall()
    assert weights == [(21, 2)]


def test_a_duplicate_id_is_an_error_that_counts_and_names_nobody(world: World, link: Link) -> None:
    world.hold([MARIA, IN_HEALTH])
    world.con.execute("insert into checked.subject select * from checked.subject where system = 'jail'").fetchall()
    with pytest.raises(SubjectTwice, match="1 subjects stand twice") as failure:
        link(world)
    assert MARIA.subject not in str(failure.value)


def test_rows_without_any_value_are_nobody_elses(world: World, link: Link) -> None:
    empty = [Seen("cad", f"I{number}") for number in range(5)]
    report = link(world.hold([MARIA, *empty]))
    assert len(set(world.persons().values())) == 6
    assert {world.states()["cad", item.key] for item in empty} == {"weak_unattached"}
    assert report.domains[DOMAIN].candidates == 0


def test_one_value_a_hundred_thousand_times_is_a_logged_cap(world: World) -> None:
    con = world.con
    versions.prepare(con)
    con.execute(
        "insert into linked.block_key select 'county', hash(number), 17, $night::date, null from range(100000) as held(number)",
        {"night": NIGHT},
    ).fetchall()
    con.execute("create temp table linked_rescored as select '' as subject_id, node from linked.block_key").fetchall()
    rules, shares = block.reach(con, domain="county", largest_block=400)
    (report,) = rules
    assert (report.rule, report.capped_blocks, report.capped_subjects, report.largest_block) == ("birth_date", 1, 100_000, 100_000)
    pairs = sum(block.share(con, number, of=shares) for number in range(shares))
    assert pairs == report.candidates
    assert pairs < 21 * 100_000


def test_shares_hold_every_pair_once(world: World) -> None:
    con = world.con
    versions.prepare(con)
    con.execute(
        "insert into linked.block_key select 'county', hash(number), key, $night::date, null from range(60) as held(number),"
        " (select unnest([16 + number % 7, 32 + number % 3, 48]) as key)",
        {"night": NIGHT},
    ).fetchall()
    con.execute(
        "create temp table linked_rescored as select '' as subject_id, hash(number) as node from range(0, 60, 2) as held(number)"
    ).fetchall()
    block.reach(con, domain="county", largest_block=25)
    found = []
    for shares in (1, 5):
        pairs: list[tuple[int, int]] = []
        for number in range(shares):
            block.share(con, number, of=shares)
            pairs += con.execute("select node_a, node_b from temp.linked_node_pair").fetchall()
        assert len(pairs) == len(set(pairs))
        assert all(a < b for a, b in pairs)
        found.append(set(pairs))
    assert found[0] == found[1]


def test_a_component_of_ten_thousand_falls_apart_under_the_cap() -> None:
    size = 10_000
    weight = 9.0 + np.arange(size - 1) % 50 / 10
    order = np.lexsort((np.arange(size - 1), -weight))
    edges = Edges(np.arange(size - 1)[order], np.arange(1, size)[order], weight[order])
    subjects = [f"s{number:05d}" for number in range(size)]
    kept, were_cut = grouping.cut(size, edges, subjects, largest=1500)
    assert were_cut == 1
    assert np.bincount(grouping.components(size, kept)).max() <= 1500


@pytest.mark.parametrize("decision", ["same", "different"])
def test_a_judgement_about_an_unknown_record_changes_nothing_and_is_counted(world: World, link: Link, decision: str) -> None:
    world.hold([MARIA, IN_HEALTH])
    world.decide(MARIA, replace(MARIA, key="nobody"), decision)
    world.decide(MARIA, IN_HEALTH, "unsure")
    report = link(world)
    assert (report.judgements, report.judgements_idle) == (2, 1)
    assert report.figures()["judgements_idle"] == 1
    assert _together(world, "J1", "H1")
    assert report.review == {}


def test_the_gate_table_keeps_what_each_night_judged(world: World, link: Link) -> None:
    link(world.hold([MARIA, IN_HEALTH]))
    link(world, NEXT)
    nights = world.con.execute(
        "select night, count(distinct gate), bool_and(verdict = 'passed') from linked.gate group by night order by night"
    )
    assert nights.fetchall() == [(NIGHT, 7, True), (NEXT, 7, True)]
    assert world.con.execute("select distinct night from linked.block_report").fetchall() == [(NIGHT,)]


def test_a_stored_edge_that_no_full_run_would_give_holds_the_night(world: World, model: FrozenModel, choice: LinkageChoice) -> None:
    ready = choice.model_copy(update={"gates": choice.gates.model_copy(update={"settled_persons": 1})})

    def run(night: date) -> LinkReport:
        return link_domains(world.con, model=model, choice=ready, keyring=world.keyring, night=night)

    world.hold([MARIA, IN_HEALTH])
    run(NIGHT)
    assert {finding.gate.value: finding.figure for finding in run(NEXT).findings}["parity"] == 0
    world.con.execute("update linked.edge set match_weight = match_weight - 1").fetchall()
    report = run(THIRD)
    assert report.verdict.value == "held"
    assert {finding.gate.value: finding.figure for finding in report.findings}["parity"] == 2
