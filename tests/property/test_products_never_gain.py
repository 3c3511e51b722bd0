"""Whatever somebody takes away, no product gains by it; and what is withheld leaves no trace."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from contracts.county import County, load_county
from tests.fixtures.consented_world import DEMO
from tests.fixtures.published_world import PublishedWorld, published_world

NIGHT = date(2026, 3, 2)
CARE = "health/care_coordination"
SHERIFF = "sheriff/jail_measures"
TABLES = {CARE: ("in_custody_tonight", "recent_crisis_contacts"), SHERIFF: ("own_bookings",)}


@pytest.fixture(scope="module")
def county() -> County:
    county = load_county(DEMO)
    rows_only = [
        product.model_copy(update={"tables": tuple(table for table in product.tables if table.grain == "record")})
        for product in county.products
        if product.path in TABLES
    ]
    return replace(county, products=tuple(rows_only))


@pytest.fixture
def world(county: County, tmp_path: Path) -> Iterator[PublishedWorld]:
    made = published_world(county, tmp_path, NIGHT)
    yield made
    made.con.close()


def _populate(world: PublishedWorld, rng: random.Random, people: int = 12) -> list[str]:
    """People with random systems, links, consents and labels; returns the clients."""
    clients = []
    for number in range(people):
        client = f"pt-{number:08d}"
        tied = [world.client(client)]
        clients.append(client)
        world.made.encounter(tied[0], part2=rng.choice([False, True, None]), juvenile=rng.random() < 0.1)
        if rng.random() < 0.7:
            inmate = world.inmate(f"jacket-{number:03d}")
            released = rng.choice([None, datetime(2026, 2, 25), datetime(2026, 3, 1, 12)])
            world.booking(inmate, f"booking-{number:03d}", released=released, juvenile=rng.random() < 0.1)
            tied.append(inmate)
        if rng.random() < 0.7:
            met = world.made.subject(f"met {number}", "co_responder")
            world.made.crisis(met, started_at=datetime(2026, 3, 1) - timedelta(days=rng.randrange(40)))
            tied.append(met)
        if rng.random() < 0.5:
            called = world.made.subject(f"called {number}", "cad")
            world.made.call(called, call_type="welfare_check")
            tied.append(called)
        world.same_person(*tied, confidence=rng.choice([1.0, 1.0, 0.995, 0.9]))
        if rng.random() < 0.7:
            world.made.consent(tied[0], "roi_508", record_id=f"consent {number}")
    return clients


def _rows(world: PublishedWorld) -> dict[str, set[tuple[object, ...]]]:
    found: dict[str, set[tuple[object, ...]]] = {}
    for path, tables in TABLES.items():
        world.publish(path)
        for table in tables:
            found[table] = set(world.read(path, f"select * from {table}"))
    return found


def _take_away(world: PublishedWorld, rng: random.Random, clients: list[str]) -> str:
    client = rng.choice(clients)
    subject = f"subject of {client}"
    kind = rng.choice(["opt_out", "revoke", "end", "doubt"])
    match kind:
        case "opt_out":
            world.made.consent(subject, "opt_out")
        case "revoke":
            world.con.execute(
                "update checked.consent set revoked_at = ?, status = 'inactive' where subject_id = ?", [datetime(2026, 3, 1), subject]
            )
        case "end":
            world.con.execute("update checked.consent set valid_to = ? where subject_id = ?", [NIGHT, subject])
        case _:
            world.con.execute("update linked.membership set link_confidence = 0.6 where subject_id = ?", [subject])
    return client


@pytest.mark.parametrize("seed", range(6))
def test_a_deny_an_end_or_a_doubt_never_adds_a_row(world: PublishedWorld, seed: int) -> None:
    rng = random.Random(seed)
    clients = _populate(world, rng)
    before = _rows(world.ready())
    for _ in range(2):
        _take_away(world, rng, clients)
        after = _rows(world.ready())
        assert all(after[table] <= before[table] for table in after)
        before = after


@pytest.mark.parametrize("seed", range(4))
def test_an_opt_out_is_gone_from_every_product_of_others_byte_for_byte(world: PublishedWorld, seed: int) -> None:
    rng = random.Random(100 + seed)
    clients = _populate(world, rng)
    _rows(world.ready())
    gone = rng.choice(clients)
    world.made.consent(f"subject of {gone}", "opt_out", known_from=NIGHT)
    world.made.run()
    report = world.denies()
    assert report.proven
    assert gone.encode() not in world.everything(CARE)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_withheld_may_change_and_no_byte_of_the_product_does(world: PublishedWorld, seed: int) -> None:
    rng = random.Random(200 + seed)
    _populate(world, rng)
    # Somebody whose contacts no consent opens: present, then different, then with more of them.
    world.client("pt-hidden01")
    met = world.made.subject("met hidden", "co_responder")
    world.made.encounter("subject of pt-hidden01")
    world.made.crisis(met)
    world.same_person("subject of pt-hidden01", met)
    world.ready()
    first = world.publish(CARE)
    world.con.execute("update checked.co_responder_encounter set disposition = 'arrest', started_at = ? where subject_id = ?", [NIGHT, met])
    world.made.crisis(met, started_at=datetime(2026, 2, 27))
    world.ready()
    second = world.publish(CARE)
    assert (second.version, second.tables) == (first.version, first.tables)
