"""What is known from night to night: corrections, deletions, snapshots, reruns."""

from __future__ import annotations

from typing import Any

import pytest

from assets.checked.check import NotAcquired, OlderNight, check_delivery
from contracts.sources import DeliveryMode
from resources.warehouse import logical_hash

TABLES = ("jail_booking_versions", "jail_charge_versions", "observation_versions", "race_code_versions", "source_record", "disposition")


def _counts(report: Any, feed: str) -> dict[str, int]:
    found = next(item for item in report.feeds if item.feed == feed)
    assert found.is_whole
    names = ("admitted", "unchanged", "duplicate", "superseded", "refused", "deleted")
    return {name: getattr(found, name) for name in names if getattr(found, name)}


def test_a_correction_closes_one_version_and_opens_another(house: Any, sound_booking: Any) -> None:
    jail = house.source("jail")
    house.jail(inmate_booking=[sound_booking("B1", "J1"), sound_booking("B2", "J2")])
    house.check(jail)
    mended = sound_booking("B1", "J1", ReleaseDt="2026-01-12 10:00:00", ReleaseCd="ROR", LastUpdDt="2026-01-12 10:01:00")
    house.jail(inmate_booking=[mended, sound_booking("B2", "J2")])
    report = house.check(jail, 1)
    assert _counts(report, "booking") == {"admitted": 1, "unchanged": 1}
    versions = house.rows(
        "select known_from, known_to, release_type from checked.jail_booking_versions where record_id ="
        " (select record_id from checked.source_record where source_record_id = 'B1') order by known_from"
    )
    assert versions == [(house.night(0), house.night(1), None), (house.night(1), None, "recognizance")]
    assert house.rows("select count(*) from checked.jail_booking") == [(2,)]


def test_a_rerun_of_a_night_leaves_everything_as_it_was(house: Any, sound_booking: Any) -> None:
    jail = house.source("jail")
    house.jail(
        inmate_booking=[sound_booking("B1", "J1"), sound_booking("B2", "J2")], booking_charge=[{"ChargeId": "C1", "BookingNo": "B1"}]
    )
    house.check(jail)
    house.jail(inmate_booking=[sound_booking("B1", "J1", FacilityCd="ANNEX"), sound_booking("B3", "J3")])
    first = house.check(jail, 1)
    hashes = {name: logical_hash(house.con, f"checked.{name}") for name in TABLES}
    assert house.check(jail, 1) == first
    assert house.check(jail, 1) == first
    assert {name: logical_hash(house.con, f"checked.{name}") for name in TABLES} == hashes


def test_a_record_that_a_snapshot_lacks_is_no_longer_known(house: Any, sound_booking: Any) -> None:
    jail = house.source("jail")
    house.jail(inmate_booking=[sound_booking("B1", "J1"), sound_booking("B2", "J2")])
    house.check(jail)
    house.jail(inmate_booking=[sound_booking("B1", "J1")])
    assert _counts(house.check(jail, 1), "booking") == {"unchanged": 1, "deleted": 1}
    assert house.rows("select count(*) from checked.jail_booking") == [(1,)]
    house.derive(1)
    assert house.rows("select count(*) from checked.subject") == [(1,)]


def test_a_refused_correction_does_not_delete_what_was_known(house: Any, sound_booking: Any) -> None:
    jail = house.source("jail")
    house.jail(inmate_booking=[sound_booking("B1", "J1"), sound_booking("B2", "J2")])
    house.check(jail)
    house.jail(inmate_booking=[sound_booking("B1", "J1", RaceCd="?"), sound_booking("B2", "J2")])
    assert _counts(house.check(jail, 1), "booking") == {"unchanged": 1, "refused": 1}
    assert house.rows("select count(*) from checked.jail_booking") == [(2,)]


def test_too_many_deletions_refuse_the_snapshot(house: Any, sound_booking: Any) -> None:
    jail = house.source("jail", delete_cap=0.2, tolerated_rows=1)
    house.jail(inmate_booking=[sound_booking(f"B{n}", f"J{n}") for n in range(10)])
    house.check(jail)
    house.jail(inmate_booking=[sound_booking(f"B{n}", f"J{n}") for n in range(7)])
    report = house.check(jail, 1)
    assert report.verdict == "refused"
    assert report.reason == "feed [booking]: 3 of 10 known records are not in tonight's snapshot, more than the cap of 20.0%"
    assert house.rows("select count(*) from checked.jail_booking") == [(10,)]
    house.jail(inmate_booking=[sound_booking(f"B{n}", f"J{n}") for n in range(8)])
    assert _counts(house.check(jail, 2), "booking") == {"unchanged": 8, "deleted": 2}


def test_a_charge_without_its_booking_is_refused_and_one_of_a_known_booking_is_not(house: Any, sound_booking: Any) -> None:
    jail = house.source("jail")
    house.jail(inmate_booking=[sound_booking("B1", "J1")])
    house.check(jail)
    charges = [{"ChargeId": "C1", "BookingNo": "B1", "ChargeLvl": "F"}, {"ChargeId": "C2", "BookingNo": "B7", "ChargeLvl": "M"}]
    # The booking is still known from last night, though its row of tonight is refused.
    house.jail(inmate_booking=[sound_booking("B1", "J1", DOB="1980-02-31")], booking_charge=charges)
    report = house.check(jail, 1)
    assert _counts(report, "charge") == {"admitted": 1, "refused": 1}
    assert house.quarantine("jail", 1).filter(feed="charge").select("column_name", "rule").rows() == [("BookingNo", "parent_unknown")]
    assert house.rows("select charge_level from checked.jail_booking") == [("F",)]


def test_an_older_version_does_not_overtake_a_newer_one(house: Any) -> None:
    encounter = {
        "id": "e1", "status": "finished", "class": {"code": "AMB"}, "type": [{"coding": [{"code": "outpatient"}]}],
        "subject": {"reference": "Patient/p1"}, "serviceProvider": {"reference": "Organization/prog-mh-1"},
    }  # fmt: skip
    new = encounter | {"period": {"start": "2026-01-02T09:00:00-05:00"}, "meta": {"lastUpdated": "2026-02-02T00:00:00-05:00"}}
    old = encounter | {"period": {"start": "2026-01-01T09:00:00-05:00"}, "meta": {"lastUpdated": "2026-01-02T00:00:00-05:00"}}
    health = house.source("health")
    house.fhir(0, Encounter=[new])
    house.check(health)
    house.fhir(1, Encounter=[old])
    assert _counts(house.check(health, 1), "encounter") == {"superseded": 1}
    assert [str(at) for (at,) in house.rows("select started_at from checked.health_encounter")] == ["2026-01-02 09:00:00"]


def test_a_tombstone_ends_a_record_even_if_it_says_nothing_else(house: Any) -> None:
    crisis = house.source("co_responder")
    sound = {
        "encounter_id": "E1",
        "client_no": "K1",
        "encounter_start": "2026-03-01T09:00",
        "client_last": "Vandersnoot",
        "record_status": "active",
    }
    house.csv(crisis, "encounters", [sound, sound | {"encounter_id": "E2"}])
    assert _counts(house.check(crisis), "encounters") == {"admitted": 2}
    void = {"encounter_id": "E1", "record_status": "deleted"}
    house.csv(crisis, "encounters", [void, {"encounter_id": "E9", "record_status": "deleted"}], 1)
    assert _counts(house.check(crisis, 1), "encounters") == {"admitted": 1, "unchanged": 1}
    assert house.rows("select count(*) from checked.co_responder_encounter") == [(1,)]
    house.csv(crisis, "encounters", [sound], 2)
    assert _counts(house.check(crisis, 2), "encounters") == {"admitted": 1}


def test_a_person_waits_for_the_event_that_has_not_arrived(house: Any) -> None:
    cad = house.source("cad")
    person = {"InvolvementID": "P1", "IncidentNumber": "I1", "Role": "SUBJ", "PersonName": "VANDERSNOOT, QUILLON"}
    house.csv(cad, "events", [])
    house.csv(cad, "persons", [person])
    report = house.check(cad)
    assert next(feed for feed in report.feeds if feed.feed == "persons").awaiting_parent == 1
    assert house.rows("select count(*) from checked.cad_person") == [(0,)]
    event = {"IncidentNumber": "I1", "CallReceived": "03/01/2026 23:10:00", "InitialCallType": "MH", "FinalCallType": "SUICIDE"}
    house.csv(cad, "events", [event], 1)
    house.csv(cad, "persons", [], 1)
    house.check(cad, 1)
    found = house.rows("select event_at::varchar, call_type, is_behavioral_health, person_role from checked.cad_person")
    assert found == [("2026-03-01 23:10:00", "suicide", True, "subject")]


def test_nothing_new_keeps_what_was_known_and_says_so(house: Any) -> None:
    house.fixture("sound.csv")
    visits = house.source("visits")
    house.check(visits)
    report = house.check(visits, 1)
    assert (report.verdict, report.complete_through) == ("nothing_new", house.night(0))
    assert report.reason == "missing: nothing was delivered for 2026-03-03"
    assert house.rows("select count(*) from checked.co_responder_encounter") == [(3,)]
    assert house.rows("select night, rows_read, verdict from checked.disposition order by night") == [
        (house.night(0), 3, "accepted"),
        (house.night(1), 0, "nothing_new"),
    ]


def test_only_the_newest_night_can_be_checked_again(house: Any) -> None:
    house.fixture("sound.csv")
    visits = house.source("visits")
    house.check(visits)
    house.check(visits, 1)
    with pytest.raises(OlderNight, match="can only be replayed in a scratch home"):
        house.check(visits, 0)


def test_a_source_that_was_not_acquired_is_not_checked(house: Any) -> None:
    with pytest.raises(NotAcquired):
        check_delivery(house.source("visits"), timezone="UTC", regions={}, night=house.night(0), home=house.home, con=house.con)


def test_the_order_of_rows_does_not_matter(tmp_path: Any, house: Any, sound_booking: Any) -> None:
    jail = house.source("jail")
    bookings = [sound_booking(f"B{n}", f"J{n % 3}", BookDt=f"2026-01-{n + 10} 08:00:00") for n in range(9)]
    house.jail(inmate_booking=bookings)
    house.check(jail)
    house.derive()
    names = ("jail_booking", "identity", "subject", "race_assertion", "disposition")
    hashes = {name: logical_hash(house.con, f"checked.{name}") for name in names}
    for register in ("night_item", "first_attempt"):
        house.con.execute(f"delete from registers.main.{register}")
    house.jail(inmate_booking=bookings[::-1])
    house.check(jail)
    house.derive()
    assert {name: logical_hash(house.con, f"checked.{name}") for name in names} == hashes


def test_of_several_snapshots_only_the_newest_says_what_there_is(house: Any) -> None:
    snapshots = house.source("visits", delivery_mode=DeliveryMode.FULL_SNAPSHOT)
    house.fixture("sound.csv", 0)
    house.fixture("no-last-newline.csv", 1)
    report = house.check(snapshots, 1)
    assert _counts(report, "visits") == {"admitted": 2}
    house.fixture("sound.csv", 2)
    assert _counts(house.check(snapshots, 2), "visits") == {"admitted": 1, "unchanged": 2}
    house.fixture("corrected-within.csv", 3)
    assert _counts(house.check(snapshots, 3), "visits") == {"admitted": 1, "unchanged": 1, "superseded": 1, "deleted": 1}


def test_absence_proves_nothing_while_a_row_has_no_key(house: Any) -> None:
    snapshots = house.source("visits", delivery_mode=DeliveryMode.FULL_SNAPSHOT)
    house.fixture("sound.csv")
    house.check(snapshots)
    house.fixture("ragged.csv", 1)
    assert _counts(house.check(snapshots, 1), "visits") == {"admitted": 1, "unchanged": 1, "refused": 2}
    assert house.rows("select count(*) from checked.co_responder_encounter") == [(4,)]
