"""What the governance office sees, and the integrator's own account of what was withheld."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from assets.published.withheld import withheld_by_reason
from tests.fixtures.published_world import PublishedWorld

AUDIT = "governance/audit"
COUNTY = "county/measures"


@pytest.fixture
def patients(world: PublishedWorld) -> PublishedWorld:
    for number in range(40):
        patient = world.client(f"pt-{number:08d}", race="WHITE" if number < 26 else "BLACK")
        world.made.encounter(patient, age_at_event=40)
        if number < 15:
            world.made.consent(patient, "roi_508", valid_to=date(2026, 3, 20) if number < 12 else date(2027, 1, 1))
        elif number < 27:
            world.made.consent(patient, "roi_508", revoked_at=datetime(2026, 2, 1))
    return world.ready()


def test_the_audit_shows_coverage_by_race_and_lets_nobody_small_be_computed(patients: PublishedWorld) -> None:
    patients.publish(AUDIT)
    rows = patients.read(AUDIT, "select race_group, state, people, percent from consent_coverage where kind = 'roi_508'")
    shown = {(group, state): (people, percent) for group, state, people, percent in rows}
    assert shown["ALL", "ALL"] == (40, 100.0)
    assert shown["BLACK", "revoked"] == (None, None), "one person"
    assert shown["WHITE", "revoked"] == (None, None), "eleven people, and twelve of all would give the one away"
    assert {state for _, state in shown} == {"in_force", "expired", "revoked", "defective", "other", "none", "ALL"}
    assert all(people is None or people >= 11 for people, _ in shown.values())


def test_the_audit_says_when_consents_and_instruments_end(patients: PublishedWorld) -> None:
    patients.publish(AUDIT)
    rows = patients.read(AUDIT, "select ends_within, people from consents_ending where kind = 'roi_508' order by 1")
    assert dict(rows)["ALL"] == 15
    assert dict(rows)["later"] is None, "three people"
    instruments = dict(patients.read(AUDIT, "select instrument_id, ends from instruments"))
    assert instruments["DUL-2026-GO"] == "later"
    assert len(instruments) == len(patients.county.instruments)


def test_the_audit_counts_decisions_of_every_product_whatever_was_published(patients: PublishedWorld) -> None:
    patients.publish(AUDIT)
    rows = patients.read(AUDIT, "select product, record_type, reason, people from decisions where record_type = 'health_encounter'")
    assert ("county/measures disclose_aggregate", "health_encounter", "ALL", 40) in rows
    assert ("sheriff/jail_measures disclose_aggregate", "health_encounter", "ALL", 40) in rows
    first = patients.publish(AUDIT).tables
    patients.publish("sheriff/jail_measures")
    assert patients.publish(AUDIT).tables == first


def test_the_audit_names_deliveries_rows_linkage_and_products(patients: PublishedWorld) -> None:
    patients.con.execute("insert into linked.review_queue values ('county', 'a', 'b', 'uncertain', 3.5, 'open')")
    patients.con.execute("update checked.disposition set rows_read = 7, admitted = 5, refused = 2 where record_type = 'health_encounter'")
    patients.ready().publish(AUDIT)
    assert ("jail", "accepted") in patients.read(AUDIT, "select source, verdict from deliveries")
    assert ("health", 7, 5, 2) in patients.read(
        AUDIT, "select source, rows_read, admitted, refused from dispositions where record_type = 'health_encounter'"
    )
    assert patients.read(AUDIT, "select reason, cases from linkage_review") == [("uncertain", 1)]
    assert ("health in county", "ALL", 40) in patients.read(AUDIT, "select system, link_state, people from linkage_quality")
    assert len(patients.read(AUDIT, "select product from products")) == len(patients.county.products)


def test_accuracy_of_linkage_is_said_not_to_be_measured_until_a_sample_was_judged(patients: PublishedWorld) -> None:
    patients.publish(AUDIT)
    assert patients.read(AUDIT, "select group_name, value, standing from linkage_accuracy") == [("all", None, "not measured here")]
    for sample, day, group, value, judged in (
        ("first", "2026-01-01", "all", 0.5, 400), ("second", "2026-02-01", "all", 0.97, 380), ("second", "2026-02-01", "AIAN", 1.0, 3),
        ("later", "2027-01-01", "all", 0.1, 400),
    ):  # fmt: skip
        patients.con.execute(
            "insert into registers.main.linkage_accuracy values (?, ?, ?, 'person.v1', 'race_group', ?, 'precision', ?, 0.9, 1.0, ?, 900)",
            [sample, day, day, group, value, judged],
        )
    patients.publish(AUDIT)
    assert sorted(patients.read(AUDIT, "select group_name, value, judged, standing from linkage_accuracy"), key=str) == [
        ("AIAN", None, None, "too few pairs judged"),
        ("all", 0.97, 380, "estimated from a judged sample"),
    ]


def test_no_key_of_a_person_is_in_the_audit(patients: PublishedWorld) -> None:
    patients.publish(AUDIT)
    content = patients.everything(AUDIT)
    for internal in (b"pt-0000", b"subject of", b"person of", b"record of"):
        assert internal not in content


def test_the_integrator_keeps_the_account_of_what_was_withheld_and_why(patients: PublishedWorld) -> None:
    assert withheld_by_reason(patients.con) == {}
    for number in range(30, 35):
        patients.made.consent(f"subject of pt-{number:08d}", "opt_out")
    report = patients.ready().publish(COUNTY)
    assert report.withheld["opted_out"] == 5
    assert withheld_by_reason(patients.con)[COUNTY] == report.withheld
    again = patients.publish(COUNTY)
    assert withheld_by_reason(patients.con)[COUNTY] == again.withheld, "once a night, not once a run"
    protection = patients.con.execute("select table_name, cells > 0, audited from published.protection order by 1").fetchall()
    assert [name for name, _, _ in protection] == ["flows", "frequent_utilizers", "racial_disparity", "stepping_up"]
    versions = patients.con.execute("select verdict, version from published.version").fetchall()
    assert versions == [("unchanged", report.version)]


def test_an_older_layout_of_the_account_gives_way(patients: PublishedWorld) -> None:
    patients.con.execute("create schema published")
    patients.con.execute("create table published.version (night date, odd varchar)")
    patients.publish(AUDIT)
    assert patients.con.execute("select count(*) from published.version").fetchall() == [(1,)]
