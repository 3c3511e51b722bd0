"""The denies job: a deny never waits, and the proof looks everywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from assets.published import denies as denies_module
from assets.published.proof import Denied, denied_identifiers, scan
from assets.published.publish import PublishVerdict
from contracts.products import Product
from tests.fixtures.published_world import PublishedWorld

CARE = "health/care_coordination"
SHERIFF = "sheriff/jail_measures"
LATER = date(2026, 3, 3)


@pytest.fixture
def cared_for(world: PublishedWorld) -> PublishedWorld:
    """Two clients with crisis contacts on consent, one of them in custody too; only row products, so that nothing is measured."""
    slim = tuple(_rows_only(product) for product in world.county.products if product.path in {CARE, SHERIFF})
    world.county = replace(world.county, products=slim)
    for number in (1, 2):
        patient = world.client(f"pt-0000000{number}")
        met = world.made.subject(f"met {number}", "co_responder")
        inmate = world.inmate(f"jacket-00{number}")
        world.made.encounter(patient)
        world.made.crisis(met, started_at=datetime(2026, 2, 20, 22))
        world.booking(inmate, f"booking-00{number}", released=None if number == 1 else datetime(2026, 2, 25))
        world.same_person(patient, met, inmate)
        world.made.consent(patient, "roi_508", record_id=f"consent {number}")
    world.ready()
    for path in (CARE, SHERIFF):
        world.publish(path)
    return world


def _rows_only(product: Product) -> Product:
    return product.model_copy(update={"tables": tuple(table for table in product.tables if table.grain == "record")})


def _revoke(world: PublishedWorld, consent: str) -> None:
    world.con.execute(
        "update checked.consent set revoked_at = ?, known_from = ?, status = 'inactive' where record_id = ?",
        [datetime(2026, 3, 2, 15), LATER, consent],
    )
    world.made.run(LATER)


def test_a_revoked_consent_is_gone_from_the_product_byte_for_byte(cared_for: PublishedWorld) -> None:
    assert b"pt-00000002" in cared_for.everything(CARE)
    _revoke(cared_for, "consent 2")
    report = cared_for.denies(LATER)
    assert report.subjects_newly_denied == 1
    assert report.proven
    assert b"pt-00000002" not in cared_for.everything(CARE)
    assert cared_for.read(CARE, "select client_id from recent_crisis_contacts") == [("pt-00000001",)]


def test_what_something_else_permits_stays_and_is_no_hit(cared_for: PublishedWorld) -> None:
    _revoke(cared_for, "consent 1")
    report = cared_for.denies(LATER)
    assert cared_for.read(CARE, "select client_id from recent_crisis_contacts") == [("pt-00000002",)]
    assert cared_for.read(CARE, "select client_id from in_custody_tonight") == [("pt-00000001",)], "custody asks for no consent"
    assert report.proven


def test_the_rebuilt_version_is_of_the_last_good_night_and_unaffected_products_stay_as_they_are(cared_for: PublishedWorld) -> None:
    before = {path: cared_for.files(path).current() for path in (CARE, SHERIFF)}
    _revoke(cared_for, "consent 2")
    report = cared_for.denies(LATER)
    assert [(item.product, item.verdict) for item in report.products] == [
        ("care_coordination", PublishVerdict.PUBLISHED),
        ("jail_measures", PublishVerdict.UNCHANGED),
    ]
    after = {path: cared_for.files(path).current() for path in (CARE, SHERIFF)}
    assert after[SHERIFF] == before[SHERIFF]
    assert str(after[CARE]).startswith("2026-03-02-")
    assert cared_for.files(CARE).versions() == [after[CARE]]


def test_the_ledger_holds_the_proof(cared_for: PublishedWorld) -> None:
    _revoke(cared_for, "consent 2")
    report = cared_for.denies(LATER)
    entry = cared_for.ledger.entries()[-1]
    assert entry["kind"] == "denies"
    assert entry["night"] == "2026-03-03"
    assert entry["fields"]["proven"] is True
    assert entry["fields"]["identifiers_scanned"] == report.identifiers_scanned > 0
    assert entry["fields"]["files_scanned"] == report.files_scanned == 8
    assert cared_for.ledger.verify().sound


def test_a_product_that_cannot_be_rebuilt_is_withdrawn_and_the_others_are_not(
    cared_for: PublishedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = denies_module.publish_product

    def broken(product: Product, **more: Any) -> Any:
        if product.path == CARE:
            raise RuntimeError("a value that must not be told")
        return real(product, **more)

    monkeypatch.setattr(denies_module, "publish_product", broken)
    _revoke(cared_for, "consent 2")
    report = cared_for.denies(LATER)
    assert report.failures == {CARE: "RuntimeError"}
    assert "must not be told" not in report.why[CARE]
    assert [item.verdict for item in report.products] == [PublishVerdict.WITHDRAWN, PublishVerdict.UNCHANGED]
    assert list(cared_for.files(CARE).folder.iterdir()) == []
    assert report.proven
    assert b"must not be told" not in cared_for.ledger.file.read_bytes()


def test_a_product_that_the_terms_no_longer_have_is_withdrawn(cared_for: PublishedWorld) -> None:
    cared_for.county = replace(cared_for.county, products=cared_for.county.products[:1])
    dropped = CARE if cared_for.county.products[0].path == SHERIFF else SHERIFF
    cared_for.denies(LATER)
    assert cared_for.files(dropped).current() is None
    assert cared_for.files(dropped).versions() == []
    assert [entry["fields"]["reason"] for entry in cared_for.ledger.entries() if entry["kind"] == "withdrawn"] == ["not_in_terms"]


def test_a_product_that_nobody_can_read_is_not_rebuilt(cared_for: PublishedWorld) -> None:
    cared_for.files(CARE).current_file.unlink()
    report = cared_for.denies(LATER)
    assert [item.product for item in report.products] == ["jail_measures"]


def test_an_opt_out_takes_custody_rows_away_too(cared_for: PublishedWorld) -> None:
    cared_for.made.consent("subject of pt-00000001", "opt_out", known_from=LATER)
    cared_for.made.run(LATER)
    report = cared_for.denies(LATER)
    assert cared_for.read(CARE, "select client_id from in_custody_tonight") == []
    assert b"pt-00000001" not in cared_for.everything(CARE)
    assert report.proven


def test_a_sealed_booking_is_gone_even_from_its_own_agency(cared_for: PublishedWorld) -> None:
    cared_for.made.content(
        "legal_event",
        "subject of jacket-002",
        "jail",
        event_type="sealed",
        event_date=date(2026, 3, 1),
        affects_record_id="record of booking-002",
    )
    cared_for.made.run(LATER)
    report = cared_for.denies(LATER)
    assert b"booking-002" not in cared_for.everything(SHERIFF)
    assert b"booking-001" in cared_for.everything(SHERIFF)
    assert report.proven


def test_the_scan_finds_what_a_rebuild_forgot(cared_for: PublishedWorld) -> None:
    _revoke(cared_for, "consent 2")
    denied = denied_identifiers(cared_for.con, LATER)
    assert "pt-00000002" in denied.own
    assert "subject of pt-00000002" in denied.never
    # Nothing was rebuilt: yesterday's file still holds the client, and yesterday's decisions permitted it.
    cared_for.con.execute("delete from published.own_id_permit")
    found = scan(cared_for.con, home=cared_for.home, products=cared_for.county.products, denied=denied)
    assert found.hits[CARE] >= 2, "once in the bytes, once in the values"


@pytest.mark.parametrize("name", ["stray.txt", "2026-03-02-0123456789ab.NOTICE.txt"])
def test_the_scan_reads_every_file_of_a_product(cared_for: PublishedWorld, name: str) -> None:
    (cared_for.files(CARE).folder / name).write_text("left behind: secret-identifier")
    found = scan(
        cared_for.con, home=cared_for.home, products=cared_for.county.products, denied=Denied(frozenset({"secret-identifier"}), frozenset())
    )
    assert found.hits == {CARE: 1}


def test_short_identifiers_are_looked_for_in_values_and_an_empty_file_holds_nothing(cared_for: PublishedWorld) -> None:
    (cared_for.files(CARE).folder / "empty").write_bytes(b"")
    found = scan(cared_for.con, home=cared_for.home, products=cared_for.county.products, denied=Denied(frozenset({"ed"}), frozenset()))
    assert found.hits == {CARE: 1}, "a disposition equals it; bytes would hold it by chance"


def test_nobody_denied_means_nothing_to_look_for(cared_for: PublishedWorld) -> None:
    report = cared_for.denies(LATER)
    assert (report.subjects_newly_denied, report.identifiers_scanned, report.hits) == (0, 0, {})
    assert all(item.verdict is PublishVerdict.UNCHANGED for item in report.products)
