"""Any sequence of nights ends where one full link of the same registers ends: same persons, same keys, same edges, same ties."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from linked_world import NIGHT, Seen, World, open_world, simulate

from assets.linked.membership_on import members_on, person_of
from assets.linked.model import FrozenModel, load_model
from assets.linked.night import LinkReport, link_domains
from contracts.linkage import LinkageChoice
from contracts.reviewed import load_reviewed
from tests.fixtures.counts import times

FOLDER = Path(__file__).resolve().parents[2] / "contracts" / "demo_county" / "linkage"
PEOPLE, NIGHTS = 20, 3
REGISTERS = ("person", "membership", "person_event", "review_decision")


@pytest.fixture(scope="module")
def choice() -> LinkageChoice:
    """The demo county's choice, its caps so low that blocks and shared values cross them, its gates ready to sample from the start."""
    shipped = load_reviewed(FOLDER / "linkage.yaml", LinkageChoice)
    caps = shipped.caps.model_copy(update={"largest_block": 6, "shared_phone_names": 3, "shared_address_names": 3, "largest_component": 9})
    gates = shipped.gates.model_copy(update={"settled_persons": 1, "parity_persons": 5})
    return shipped.model_copy(update={"caps": caps, "gates": gates})


@pytest.fixture(scope="module")
def model(choice: LinkageChoice) -> FrozenModel:
    return load_model(FOLDER, choice.model)


def _changed(draw: random.Random, now: list[Seen], pool: list[Seen]) -> list[Seen]:
    """Deleted, corrected, withdrawn, permitted again, reused and new records."""
    kept = [item for item in now if draw.random() > 0.06]
    for at, item in enumerate(kept):
        other = draw.choice(pool)
        kind = draw.choice(("phone", "first", "dob", "ssn4", "permission", "reuse", *[""] * 24))
        if kind == "permission":
            kept[at] = replace(item, permitted=not item.permitted)
        elif kind == "reuse":
            kept[at] = replace(item, reuse=not item.reuse)
        elif kind:
            kept[at] = replace(item, **{kind: getattr(other, kind)})
    fresh = [replace(draw.choice(pool), key=f"new{draw.randrange(10**6)}") for _ in range(4)]
    return list({(item.system, item.key): item for item in [*kept, *fresh]}.values())


def _with_registers_of(world: World, folder: Path) -> World:
    """Another warehouse with the same registers and keys, in which nothing was ever compared."""
    other = open_world(folder, "county")
    for table in REGISTERS:
        other.con.register("held", world.con.sql(f"select * from registers.main.{table}").pl())
        other.con.execute(f"insert into registers.main.{table} by name select * from held").fetchall()
        other.con.unregister("held")
    return other


def _edges(world: World) -> set[tuple[object, ...]]:
    text = "select domain, subject_a, subject_b, match_weight, veto, gammas from linked.edge where known_to is null"
    return set(world.con.execute(text).fetchall())


def _members(world: World) -> set[tuple[object, ...]]:
    text = "select domain, subject_id, person_key, link_state, round(link_confidence, 9) from linked.membership"
    return set(world.con.execute(text).fetchall())


def _cases(world: World) -> list[tuple[object, ...]]:
    return world.con.execute("select * from linked.review_queue order by all").fetchall()


def _together(world: World, one: str, other: str) -> bool:
    found = world.con.execute(
        "select count(distinct person_key) from linked.membership where subject_id in (?, ?)", [one, other]
    ).fetchall()
    return found == [(1,)]


def _check(world: World, report: LinkReport, full: World, night: date) -> None:
    assert _members(world) == _members(full)
    assert _edges(world) == _edges(full)
    assert _cases(world) == _cases(full)
    figures = {finding.gate.value: finding.figure for finding in report.findings}
    assert (figures["violations"], figures["parity"]) == (0, 0)
    different = "select subject_a, subject_b from temp.linked_judged where decision = 'different'"
    assert not [pair for pair in world.con.execute(different).fetchall() if _together(world, *pair)]
    told = {
        key: {row.subject_id for row in members_on(world.con, key, on=night, as_known_on=night)} for key in set(world.persons().values())
    }
    assert {frozenset(members) for members in told.values()} == {
        frozenset(item.subject for item in world.seen if world.persons().get((item.system, item.key)) == key) for key in told
    }


@settings(max_examples=times(2), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_nights_of_changes_end_where_a_full_link_of_the_same_registers_does(model: FrozenModel, choice: LinkageChoice, seed: int) -> None:
    draw = random.Random(seed)
    now, _ = simulate(PEOPLE, seed)
    pool, _ = simulate(PEOPLE, seed + 1)
    with TemporaryDirectory() as folder:
        world = open_world(Path(folder), "county")
        for number in range(NIGHTS):
            night = NIGHT + timedelta(days=number)
            if number:
                now = _changed(draw, now, [*pool, *now])
                world.hold(now)
                world.decide(*draw.sample(now, 2), draw.choice(["same", "different"]), night)
                linked = world.con.execute("select subject_a, subject_b from linked.edge where known_to is null order by all").fetchall()
                subjects = {item.subject: item for item in now}
                chosen = [pair for pair in linked if pair[0] in subjects and pair[1] in subjects]
                if chosen:
                    a, b = draw.choice(chosen)
                    world.decide(subjects[a], subjects[b], "different", night)
            full = _with_registers_of(world, Path(folder))
            report = link_domains(world.hold(now).con, model=model, choice=choice, keyring=world.keyring, night=night)
            shuffled = full.hold(draw.sample(now, len(now)))
            link_domains(shuffled.con, model=model, choice=choice, keyring=full.keyring, night=night)
            _check(world, report, full, night)


def test_systems_without_a_mutual_permission_never_share_a_person(tmp_path: Path, model: FrozenModel, choice: LinkageChoice) -> None:
    seen, _ = simulate(PEOPLE, 3)
    world = open_world(tmp_path).hold(seen)
    world.con.execute("delete from consented.link_domain").fetchall()
    world.con.execute("insert into consented.link_domain values ('one', ['jail', 'cad']), ('two', ['jail', 'health'])").fetchall()
    world.con.execute(
        "create or replace table consented.link_permission as select subject_id, system, domain, true as permitted, 'test' as reason"
        " from checked.subject join consented.link_domain on list_contains(systems, system)"
    ).fetchall()
    link_domains(world.con, model=model, choice=choice, keyring=world.keyring, night=NIGHT)
    spread = world.con.execute(
        "select person_key, list_sort(list_distinct(list(system))), list_distinct(list(domain)) from linked.membership group by person_key"
    ).fetchall()
    assert any(systems == ["cad", "jail"] for _, systems, _ in spread)
    assert any(systems == ["health", "jail"] for _, systems, _ in spread)
    assert not [systems for _, systems, _ in spread if {"cad", "health"} <= set(systems)]
    assert all(len(domains) == 1 for _, _, domains in spread)
    jail = next(item for item in seen if item.system == "jail")
    assert {standing.domain for standing in person_of(world.con, jail.subject, on=NIGHT, as_known_on=NIGHT)} == {"one", "two"}


def _permit(world: World, domains: dict[str, list[str]], denied: set[tuple[str, str]]) -> World:
    """Let every subject of a domain's systems be linked there but those denied in it."""
    world.con.execute("delete from consented.link_domain").fetchall()
    world.con.executemany("insert into consented.link_domain values (?, ?)", [[name, systems] for name, systems in domains.items()])
    world.con.execute("create or replace temp table denied (subject_id varchar, domain varchar)").fetchall()
    world.con.executemany("insert into denied values (?, ?)", [*map(list, sorted(denied)), ["nobody", "nowhere"]])
    world.con.execute(
        "create or replace table consented.link_permission as select subject_id, system, domain,"
        " (subject_id, domain) not in (select (subject_id, domain) from denied) as permitted, 'test' as reason"
        " from checked.subject join consented.link_domain on list_contains(systems, system)"
    ).fetchall()
    return world


def _groups(world: World, domain: str) -> set[frozenset[str]]:
    found = world.con.execute("select list(subject_id) from linked.membership where domain = ? group by person_key", [domain]).fetchall()
    return {frozenset(members) for (members,) in found}


@settings(max_examples=times(2), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_a_domain_links_its_own_permitted_records_as_if_there_were_no_other(model: FrozenModel, choice: LinkageChoice, seed: int) -> None:
    draw = random.Random(seed)
    seen, _ = simulate(PEOPLE, seed)
    systems = sorted({item.system for item in seen})
    domains = {f"d{number}": sorted(draw.sample(systems, draw.randint(2, len(systems)))) for number in range(3)}
    denied = {(item.subject, domain) for item in seen for domain in domains if draw.random() < 0.15}
    with TemporaryDirectory() as folder:
        world = _permit(open_world(Path(folder), "all").hold(seen), domains, denied)
        link_domains(world.con, model=model, choice=choice, keyring=world.keyring, night=NIGHT)
        assert any(len(group) > 1 for domain in domains for group in _groups(world, domain)), "nobody was linked: nothing was tried"
        for domain, members in domains.items():
            held = {subject for group in _groups(world, domain) for subject in group}
            assert held == {item.subject for item in seen if item.system in members and (item.subject, domain) not in denied}
        spread = world.con.execute("select count(distinct domain) from linked.membership group by person_key").fetchall()
        assert set(spread) == {(1,)}, "a key of one domain is a key of another"
        chosen = draw.choice(sorted(domains))
        alone = _permit(open_world(Path(folder), "alone").hold(seen), {chosen: domains[chosen]}, denied)
        link_domains(alone.con, model=model, choice=choice, keyring=alone.keyring, night=NIGHT)
        assert _groups(alone, chosen) == _groups(world, chosen)
