"""What the care team may learn of its own clients, and what it may not tell apart."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from assets.published.publish import PublishVerdict
from tests.fixtures.published_world import PublishedWorld

PRODUCT = "health/care_coordination"
CUSTODY = "select client_id, booked_at, facility, released_at from in_custody_tonight"
CONTACTS = "select client_id, contact_type, disposition from recent_crisis_contacts"


def _held_client(world: PublishedWorld, client: str = "pt-00000001", confidence: float = 1.0) -> tuple[str, str]:
    patient, inmate = world.client(client), world.inmate(f"J-of-{client}")
    world.made.encounter(patient)
    world.booking(inmate, f"B-of-{client}")
    world.same_person(patient, inmate, confidence=confidence)
    return patient, inmate


def _met_client(world: PublishedWorld, client: str, *, form: str | None = "roi_508", confidence: float = 1.0) -> str:
    patient = world.client(client)
    met = world.made.subject(f"met {client}", "co_responder")
    world.made.encounter(patient)
    world.made.crisis(met, started_at=datetime(2026, 2, 20, 22))
    world.same_person(patient, met, confidence=confidence)
    if form:
        world.made.consent(patient, form)
    return patient


def test_a_client_in_custody_is_listed_under_the_recipients_own_number(world: PublishedWorld) -> None:
    _held_client(world)
    report = world.ready().publish(PRODUCT)
    assert report.verdict is PublishVerdict.PUBLISHED
    assert world.read(PRODUCT, CUSTODY) == [("pt-00000001", datetime(2026, 2, 20, 9), "MAIN", None)]


def test_an_inmate_who_is_no_client_is_not_there(world: PublishedWorld) -> None:
    _held_client(world)
    world.booking(world.inmate("J-stranger"), "B-stranger")
    world.ready().publish(PRODUCT)
    assert [row[0] for row in world.read(PRODUCT, CUSTODY)] == ["pt-00000001"]


@pytest.mark.parametrize("confidence", [0.5, 0.98])
def test_a_link_that_is_not_sure_enough_carries_nothing(world: PublishedWorld, confidence: float) -> None:
    _held_client(world)
    _held_client(world, "pt-00000002", confidence=confidence)
    _met_client(world, "pt-00000003", confidence=confidence)
    world.ready().publish(PRODUCT)
    assert [row[0] for row in world.read(PRODUCT, CUSTODY)] == ["pt-00000001"]
    assert world.read(PRODUCT, CONTACTS) == []


def test_a_client_number_that_meant_two_people_carries_nothing(world: PublishedWorld) -> None:
    _held_client(world)
    patient = world.client("pt-00000002", reuse=True)
    inmate = world.inmate("J-2")
    world.made.encounter(patient)
    world.booking(inmate, "B-2")
    world.same_person(patient, inmate)
    world.ready().publish(PRODUCT)
    assert [row[0] for row in world.read(PRODUCT, CUSTODY)] == ["pt-00000001"]


def test_a_crisis_contact_is_there_only_where_a_consent_reaches_it(world: PublishedWorld) -> None:
    _met_client(world, "pt-00000001")
    _met_client(world, "pt-00000002", form=None)
    world.ready().publish(PRODUCT)
    assert world.read(PRODUCT, CONTACTS) == [("pt-00000001", "co_responder", "ed")]


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_to": date(2026, 3, 2)},
        {"valid_from": date(2026, 3, 3)},
        {"revoked_at": datetime(2026, 2, 25)},
        {"status": "entered-in-error"},
        {"signed_by": None},
        {"is_defective": True},
        {"purposes": ["HRESCH"]},
        {"recipients": ["county_data_office"]},
    ],
)
def test_a_consent_that_does_not_hold_opens_nothing(world: PublishedWorld, changes: dict[str, object]) -> None:
    _met_client(world, "pt-00000001")
    patient = _met_client(world, "pt-00000002", form=None)
    world.made.consent(patient, "roi_508", **changes)
    world.ready().publish(PRODUCT)
    assert [row[0] for row in world.read(PRODUCT, CONTACTS)] == ["pt-00000001"]


def test_withheld_and_never_happened_look_the_same(world: PublishedWorld) -> None:
    _met_client(world, "pt-00000001")
    world.ready().publish(PRODUCT)
    without = dict(_hashes(world))
    _met_client(world, "pt-00000002", form=None)
    world.ready().publish(PRODUCT)
    assert dict(_hashes(world)) == without
    assert b"pt-00000002" not in world.everything(PRODUCT)


def _hashes(world: PublishedWorld) -> list[tuple[str, str]]:
    files = world.files(PRODUCT)
    version = files.current()
    assert version is not None
    return [(table["name"], table["logical_hash"]) for table in files.manifest(version)["tables"]]


def test_a_contact_older_than_thirty_days_is_not_recent(world: PublishedWorld) -> None:
    patient = _met_client(world, "pt-00000001")
    old = world.made.subject("old contact", "co_responder")
    world.made.crisis(old, started_at=datetime(2026, 3, 2) - timedelta(days=30, seconds=1))
    world.con.execute("insert into linked.membership values (?, 'co_responder', 'county', ?, 'linked', 1.0)", [old, f"person of {patient}"])
    world.ready().publish(PRODUCT)
    assert world.read(PRODUCT, CONTACTS) == [("pt-00000001", "co_responder", "ed")]


def test_somebody_released_long_ago_is_not_in_custody(world: PublishedWorld) -> None:
    _held_client(world)
    patient, inmate = world.client("pt-00000002"), world.inmate("J-2")
    world.made.encounter(patient)
    world.booking(inmate, "B-2", released=datetime(2026, 2, 25))
    world.same_person(patient, inmate)
    world.ready().publish(PRODUCT)
    assert [row[0] for row in world.read(PRODUCT, CUSTODY)] == ["pt-00000001"]


def test_only_the_recipients_own_identifiers_are_in_the_file(world: PublishedWorld) -> None:
    _held_client(world)
    _met_client(world, "pt-00000003")
    world.ready().publish(PRODUCT)
    content = world.everything(PRODUCT)
    assert b"pt-00000001" in content
    for foreign in (b"J-of-pt", b"B-of-pt", b"person of", b"subject of", b"record of", b"met pt"):
        assert foreign not in content


def test_the_notice_says_where_part_2_applies_and_what_the_clauses_oblige_to(world: PublishedWorld) -> None:
    _held_client(world)
    _met_client(world, "pt-00000003")
    world.ready().publish(PRODUCT)
    text = b"\n".join(path.read_bytes() for path in world.files(PRODUCT).folder.glob("*.NOTICE.txt")).decode()
    assert "It may not be passed on." in text
    assert "DUL-2026-BH §3.2" in text
    assert [line for (line,) in world.read(PRODUCT, "select notice from _notice order by line")] == text.splitlines()


def test_the_product_goes_stale_with_the_first_consent_that_ends(world: PublishedWorld) -> None:
    _met_client(world, "pt-00000001")
    other = _met_client(world, "pt-00000002", form=None)
    world.made.consent(other, "roi_508", valid_to=date(2026, 3, 4))
    assert world.ready().publish(PRODUCT).valid_until == date(2026, 3, 4)
