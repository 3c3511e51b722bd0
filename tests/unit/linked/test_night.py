"""One night and the next: who becomes one person, who must not, and what a change does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from linked_world import NIGHT, Seen, World

from assets.linked import score
from assets.linked.gates import GateVerdict
from assets.linked.model import FrozenModel
from assets.linked.night import LinkReport, link_domains
from assets.linked.register import NotTheNewestNight
from contracts.linkage import LinkageChoice

Link = Callable[..., LinkReport]
NEXT = NIGHT + timedelta(days=1)
MARIA = Seen("jail", "J1", "Maria", "Vandermeer", "1984-05-17", middle="Luz", sex="F", ssn4="4821", phone="6145550134",
             address="12 Oak St", zip="45201")  # fmt: skip
IN_HEALTH = replace(MARIA, system="health", key="H1", ssn4=None)
IN_FIELD = replace(MARIA, system="co_responder", key="C1", phone=None, ssn4=None, middle=None)
JOHN = Seen("jail", "J2", "John", "Kowalczyk", "1971-01-30", sex="M", ssn4="1177", phone="6145550199")


def _together(world: World, *keys: str) -> bool:
    by_key = {key: person for (_, key), person in world.persons().items()}
    return len({by_key[key] for key in keys}) == 1


def test_one_person_in_three_systems_gets_one_key(world: World, link: Link) -> None:
    link(world.hold([MARIA, IN_HEALTH, IN_FIELD, JOHN]))
    assert _together(world, "J1", "H1", "C1")
    assert not _together(world, "J1", "J2")
    assert world.states() == {
        ("jail", "J1"): "linked",
        ("health", "H1"): "linked",
        ("co_responder", "C1"): "linked",
        ("jail", "J2"): "single",
    }


def test_a_former_surname_known_as_an_alias_links(world: World, link: Link) -> None:
    married = replace(IN_HEALTH, last="Obradovic")
    link(world.hold([MARIA, married]))
    apart = _together(world, "J1", "H1")
    link(world.hold([MARIA, married, replace(married, last="Vandermeer", evidence="alias")]))
    assert _together(world, "J1", "H1")
    assert world.con.execute("select count(*) from linked.edge where known_to is null").fetchall() == [(1,)]
    assert isinstance(apart, bool)


@pytest.mark.parametrize("first", ["Mary", "Mariah", "M"])
def test_a_nickname_a_slip_or_an_initial_links(world: World, link: Link, first: str) -> None:
    link(world.hold([MARIA, replace(IN_HEALTH, first=first)]))
    assert _together(world, "J1", "H1")


def test_two_surnames_without_a_given_name_are_not_held_against_a_person(world: World, link: Link) -> None:
    sergio = Seen("jail", "J1", "Sergio", "Godoy Monterrosa", "1977-01-20", sex="M")
    link(world.hold([sergio, Seen("cad", "I1", full="GODOY MONTERROSA", dob="1977-01-20", sex="M")]))
    assert _together(world, "J1", "I1")


def test_twins_in_one_household_stay_two(world: World, link: Link) -> None:
    twin = replace(MARIA, key="J9", first="Teresa", middle=None, ssn4=None)
    link(world.hold([MARIA, twin, IN_HEALTH]))
    assert _together(world, "J1", "H1")
    assert not _together(world, "J1", "J9")


def test_a_father_and_a_son_of_one_name_stay_two(world: World, link: Link) -> None:
    senior = replace(JOHN, key="S", suffix="Sr", ssn4=None, dob=None, address="9 Elm St", zip="45201", state_id="A1")
    junior = replace(senior, key="J", suffix="Jr", state_id=None, dob="1995-02-02")
    report = link(world.hold([senior, junior]))
    assert not _together(world, "S", "J")
    assert report.verdict is GateVerdict.PASSED


def test_two_state_ids_are_two_people(world: World, link: Link) -> None:
    link(world.hold([replace(MARIA, state_id="A1"), replace(MARIA, key="J7", state_id="B2")]))
    assert not _together(world, "J1", "J7")


def test_a_record_without_birth_date_attaches_to_its_person(world: World, link: Link) -> None:
    call = Seen("cad", "I1", "Maria", "Vandermeer", phone="6145550134")
    link(world.hold([MARIA, IN_HEALTH, call]))
    assert _together(world, "J1", "H1", "I1")


def test_a_record_without_birth_date_never_bridges_two_persons(world: World, link: Link) -> None:
    # A mother and a daughter of one name share a phone: the call could be either's, so it is nobody's.
    daughter = replace(MARIA, key="J5", dob="2004-11-02", ssn4="9090", middle=None)
    call = Seen("cad", "I1", "Maria", "Vandermeer", phone="6145550134", address="12 Oak St", zip="45201")
    report = link(world.hold([MARIA, daughter, call]))
    assert not _together(world, "J1", "J5")
    assert world.states()["cad", "I1"] == "weak_unattached"
    assert report.review.get("weak_ambiguous") == 2


def test_a_caller_never_reaches_linkage(world: World, link: Link) -> None:
    caller = replace(MARIA, system="cad", key="I1", role="caller")
    link(world.hold([MARIA, caller]))
    assert ("cad", "I1") not in world.persons()
    tables = ("standardised", "block_key", "edge", "membership_versions")
    assert all(caller.subject not in str(world.con.execute(f"select * from linked.{table}").fetchall()) for table in tables)


def test_a_withheld_subject_is_a_person_of_its_own_and_never_compared(world: World, link: Link) -> None:
    report = link(world.hold([MARIA, replace(IN_HEALTH, permitted=False)]))
    assert not _together(world, "J1", "H1")
    assert world.states()["health", "H1"] == "withheld"
    assert report.withheld == 1
    assert world.con.execute("select count(*) from linked.standardised").fetchall() == [(1,)]
    assert world.con.execute("select distinct domain from linked.membership where link_state = 'withheld'").fetchall() == [
        ("health_alone",)
    ]


def test_a_revoked_permission_takes_the_subject_and_its_edges_away(world: World, link: Link) -> None:
    link(world.hold([MARIA, IN_HEALTH, IN_FIELD]))
    before = world.persons()
    link(world.hold([MARIA, replace(IN_HEALTH, permitted=False), IN_FIELD]), NEXT)
    after = world.persons()
    assert _together(world, "J1", "C1")
    assert after["jail", "J1"] == before["jail", "J1"]
    assert after["health", "H1"] not in before.values()
    assert world.con.execute("select count(*) from linked.edge where known_to is null").fetchall() == [(1,)]
    assert world.con.execute("select count(*) from linked.block_key where known_to is null and node = md5_number_lower($s)",
                             {"s": IN_HEALTH.subject}).fetchall() == [(0,)]  # fmt: skip


def test_two_persons_joined_only_through_a_revoked_subject_come_apart(world: World, link: Link) -> None:
    jail = replace(MARIA, ssn4=None, phone=None, address=None, zip=None, middle=None, dob=None, state_id="A1", first="Maria")
    field = replace(IN_FIELD, last="Obradovic", phone="6145550188", address=None, zip=None)
    bridge = replace(IN_HEALTH, state_id="A1", phone="6145550188")
    also = replace(bridge, last="Obradovic", evidence="alias")
    link(world.hold([jail, field, bridge, also]))
    assert _together(world, "J1", "H1", "C1")
    link(world.hold([jail, field, replace(bridge, permitted=False), replace(also, permitted=False)]), NEXT)
    assert not _together(world, "J1", "C1")
    events = world.con.execute("select event from linked.person_event where night = $n", {"n": NEXT}).fetchall()
    assert ("split",) in events


def test_a_sealed_record_is_no_evidence(world: World, link: Link) -> None:
    married = replace(IN_HEALTH, last="Obradovic", dob=None, phone=None, address=None, zip=None)
    alias = replace(married, last="Vandermeer", dob="1984-05-17", phone="6145550134", evidence="alias")
    link(world.hold([MARIA, married, alias]))
    assert _together(world, "J1", "H1")
    sealed = world.con.execute("select record_id from checked.identity where evidence = 'alias'").fetchall()[0][0]
    link(world.hold([MARIA, married, alias], erased=[sealed]), NEXT)
    assert not _together(world, "J1", "H1")


def test_a_reused_vendor_id_is_held_for_review(world: World, link: Link) -> None:
    report = link(world.hold([replace(MARIA, reuse=True), IN_HEALTH]))
    assert not _together(world, "J1", "H1")
    assert report.review == {"key_conflict": 1}


def test_a_rerun_of_the_same_night_changes_nothing(world: World, link: Link) -> None:
    def everything() -> list[list[tuple[object, ...]]]:
        tables = ("linked.edge", "linked.membership_versions", "linked.standardised", "linked.review_queue", "registers.main.person",
                  "registers.main.membership", "registers.main.person_event")  # fmt: skip
        return [world.con.execute(f"select * from {table} order by all").fetchall() for table in tables]

    link(world.hold([MARIA, IN_HEALTH, JOHN]))
    link(world.hold([MARIA, replace(IN_HEALTH, permitted=False), JOHN, IN_FIELD]), NEXT)
    first = everything()
    link(world, NEXT)
    assert everything() == first


def test_a_rebuilt_warehouse_gives_the_same_keys(world: World, link: Link) -> None:
    link(world.hold([MARIA, IN_HEALTH, JOHN, replace(IN_FIELD, permitted=False)]))
    before = world.persons()
    world.con.execute("drop schema linked cascade").fetchall()
    world.con.execute("create schema linked").fetchall()
    link(world, NEXT)
    assert world.persons() == before
    assert world.con.execute("select count(*) from linked.person_event where night = $n", {"n": NEXT}).fetchall() == [(0,)]


def test_who_left_while_the_warehouse_was_away_leaves_the_register(world: World, link: Link) -> None:
    link(world.hold([MARIA, JOHN, replace(IN_FIELD, permitted=False)]))
    world.con.execute("drop schema linked cascade").fetchall()
    world.con.execute("create schema linked").fetchall()
    link(world.hold([MARIA]), NEXT)
    live = world.con.execute("select subject_id from registers.main.membership where known_to is null").fetchall()
    assert live == [(MARIA.subject,)]


def test_a_night_that_a_crash_left_half_written_is_forgotten(world: World, link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    link(world.hold([MARIA, JOHN]))
    world.hold([MARIA, JOHN, IN_HEALTH])
    with monkeypatch.context() as broken:
        broken.setattr(score, "scoring", _crash)
        with pytest.raises(RuntimeError, match="power cut"):
            link(world, NEXT)
    link(world, NEXT + timedelta(days=1))
    assert _together(world, "J1", "H1")


def _crash(*_: object, **__: object) -> None:
    raise RuntimeError("power cut")


def test_an_older_night_is_refused(world: World, link: Link) -> None:
    link(world.hold([MARIA]), NEXT)
    with pytest.raises(NotTheNewestNight):
        link(world, NIGHT)


def test_a_night_without_change_compares_nobody(world: World, link: Link) -> None:
    link(world.hold([MARIA, IN_HEALTH, JOHN]))
    report = link(world, NEXT)
    figures = report.figures()
    assert (figures["standardised"], figures["rescored"], figures["candidates"], figures["affected"]) == (0, 0, 0, 0)


def test_the_same_identity_recorded_again_is_not_compared_again(world: World, link: Link) -> None:
    link(world.hold([MARIA, IN_HEALTH]))
    report = link(world.hold([MARIA, replace(IN_HEALTH, recorded="2026-02-20")]), NEXT)
    assert report.figures()["standardised"] == 1
    assert report.figures()["rescored"] == 0


def test_a_shelter_phone_is_no_evidence(world: World, link: Link, choice: object) -> None:
    others = [replace(JOHN, key=f"S{n}", first=f"{letter}amuel", last=f"{letter}ernandel", dob=f"19{60 + n}-03-11", ssn4=None,
                      phone=MARIA.phone) for n, letter in enumerate("ABCDEFGH")]  # fmt: skip
    link(world.hold([MARIA, *others]))
    assert world.con.execute("select kind, value from linked.shared_value").fetchall() == [("phone", "6145550134")]


def test_a_person_recorded_more_often_than_the_block_cap_is_still_one(world: World, model: FrozenModel, choice: LinkageChoice) -> None:
    small = choice.model_copy(update={"caps": choice.caps.model_copy(update={"largest_block": 10})})
    calls = [replace(MARIA, system="cad", key=f"I{number}", ssn4=None, middle=None) for number in range(40)]
    report = link_domains(world.hold(calls).con, model=model, choice=small, keyring=world.keyring, night=NIGHT)
    assert _together(world, *(call.key for call in calls))
    domain = report.domains["county"]
    assert domain.capped_keys["birth_date"] == 1
    assert domain.candidates == 39


def test_a_component_over_the_cap_is_never_merged_silently(world: World, model: FrozenModel, choice: LinkageChoice) -> None:
    small = choice.model_copy(update={"caps": choice.caps.model_copy(update={"largest_component": 10})})
    calls = [replace(MARIA, system="cad", key=f"I{number}", ssn4=None, middle=None) for number in range(12)]
    report = link_domains(world.hold(calls).con, model=model, choice=small, keyring=world.keyring, night=NIGHT)
    assert report.domains["county"].cut_components == 1
    assert report.review["refused"] > 0


@pytest.mark.parametrize(("decision", "together"), [("different", False), ("same", True)])
def test_a_judgement_binds_tonight_and_later_nights(world: World, link: Link, decision: str, together: bool) -> None:
    other = IN_HEALTH if decision == "different" else replace(JOHN, system="health", key="H1", first="Jack", dob="1980-04-04", ssn4=None)
    world.hold([MARIA, other])
    world.decide(MARIA, other, decision)
    link(world)
    assert _together(world, "J1", "H1") is together
    link(world, NEXT)
    assert _together(world, "J1", "H1") is together


def test_a_domain_that_no_instrument_upholds_any_more_lets_go_of_its_persons(world: World, link: Link) -> None:
    link(world.hold([MARIA, IN_HEALTH]))
    world.con.execute("delete from consented.link_domain").fetchall()
    world.con.execute("delete from consented.link_permission").fetchall()
    link(world, NEXT)
    assert not _together(world, "J1", "H1")
    assert set(world.states().values()) == {"withheld"}


def test_closed_identifiers_are_kept_for_one_night_only(world: World, link: Link) -> None:
    link(world.hold([MARIA, IN_HEALTH]))
    link(world.hold([MARIA]), NEXT)
    kept = "select count(*) from linked.standardised where known_to is not null"
    assert world.con.execute(kept).fetchall() == [(1,)]
    link(world, date(2026, 3, 4))
    assert world.con.execute(kept).fetchall() == [(0,)]


def test_the_report_holds_counts_only(world: World, link: Link) -> None:
    report = link(world.hold([MARIA, IN_HEALTH, JOHN]))
    assert all(isinstance(value, int) for value in report.figures().values())
    assert "Vandermeer".lower() not in str(report).lower()
