"""Every row shown of another agency's record is accounted for, person by person, version by version."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tests.fixtures.published_world import PublishedWorld

PRODUCT = "health/care_coordination"
NEXT = date(2026, 3, 3)


def _met(world: PublishedWorld, client: str, *, consent: bool = True) -> tuple[str, str]:
    patient = world.client(client)
    met = world.made.subject(f"met {client}", "co_responder")
    world.made.encounter(patient)
    world.made.crisis(met, started_at=datetime(2026, 2, 20, 22))
    world.same_person(patient, met)
    if consent:
        world.made.consent(patient, "roi_508")
    return patient, met


def _account(world: PublishedWorld) -> list[dict[str, Any]]:
    found = world.con.execute("select * from registers.main.disclosure order by all")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_a_shown_row_is_accounted_for_with_its_clause_its_consent_and_its_version(world: PublishedWorld) -> None:
    patient, met = _met(world, "pt-00000001")
    _met(world, "pt-00000002", consent=False)
    report = world.ready().publish(PRODUCT)
    (line,) = _account(world)
    assert (line["under_subject"], line["about_subject"], line["record_type"]) == (patient, met, "co_responder_encounter")
    assert line["table_name"] == "recent_crisis_contacts"
    assert line["clause_ids"] == ["DUL-2026-BH §3.4"]
    assert len(line["consent_ids"]) == 1
    assert line["bases"] == ["authorisation"]
    assert "disposition" in line["columns"]
    assert (line["first_version"], line["last_version"]) == (report.version, report.version)


def test_the_same_night_again_accounts_for_nothing_twice(world: PublishedWorld) -> None:
    _met(world, "pt-00000001")
    world.ready().publish(PRODUCT)
    world.publish(PRODUCT, run_id="again")
    assert len(_account(world)) == 1


def test_what_goes_on_is_one_interval_and_what_comes_back_is_another(world: PublishedWorld) -> None:
    _met(world, "pt-00000001")
    versions = [world.ready().publish(PRODUCT).version]
    world.night = NEXT
    versions.append(world.ready(NEXT).publish(PRODUCT).version)
    (line,) = _account(world)
    assert [line["first_version"], line["last_version"]] == versions
    assert (line["first_night"], line["last_night"]) == (date(2026, 3, 2), NEXT)


def test_a_row_that_another_agency_did_not_give_is_no_disclosure(world: PublishedWorld) -> None:
    world.booking(world.inmate("J-1"), "B-1")
    world.ready().publish("sheriff/jail_measures")
    assert _account(world) == []


def test_a_table_of_counts_names_nobody_in_the_account(world: PublishedWorld) -> None:
    _met(world, "pt-00000001")
    world.ready().publish("county/measures")
    assert _account(world) == []
