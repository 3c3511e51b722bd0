from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from resources.simulated_county import simulate
from resources.simulated_county.cad import EVENT_COLUMNS, PERSON_COLUMNS
from resources.simulated_county.care import PART2_PROGRAMMES, PROGRAMMES
from resources.simulated_county.co_responder import COLUMNS

LATER = (1, 2, 3)
DEMO = Path(__file__).parents[3] / "contracts" / "demo_county"


def _midnight(night: date) -> datetime:
    return datetime.combine(night, datetime.min.time())


def _keys(resources: list[dict[str, Any]]) -> set[str]:
    return {resource["id"] for resource in resources}


def _text_files(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.suffix in {".csv", ".ndjson", ".json"}
    }


def test_the_same_seed_gives_the_same_bytes_and_the_same_rows(county: Any, make_county: Callable[..., Any]) -> None:
    again = make_county()
    assert _text_files(again.out) == _text_files(county.out)
    for k in range(4):
        for table in ("inmate_booking", "booking_charge", "inmate_alias", "legal_event", "daily_count"):
            assert again.jail(k, table).equals(county.jail(k, table))
    for name in ("subject", "record", "person"):
        assert again.truth(name).equals(county.truth(name))


def test_another_seed_gives_another_county_of_the_same_make_up(county: Any, make_county: Callable[..., Any]) -> None:
    other = make_county(seed=12, nights=1)
    assert not other.truth("person").equals(county.truth("person"))
    assert (other.out / "truth" / "population.csv").read_bytes() == (county.out / "truth" / "population.csv").read_bytes()


def test_files_have_the_vendors_headers_separators_and_marks(county: Any) -> None:
    assert county.cad(0, "events").columns == list(EVENT_COLUMNS)
    assert county.cad(0, "persons").columns == list(PERSON_COLUMNS)
    assert county.co_responder(0).columns == list(COLUMNS)
    raw = (county.folder(0) / "co_responder" / "encounters_2026-03-02.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfencounter_id;client_no;")
    assert b"\r" not in raw


@pytest.mark.parametrize("k", LATER)
def test_every_later_night_of_the_jail_brings_something_of_each_kind(county: Any, k: int) -> None:
    before, now = county.jail(k - 1, "inmate_booking"), county.jail(k, "inmate_booking")
    came = now.join(before, on="BookingNo", how="anti")
    gone = before.join(now, on="BookingNo", how="anti")
    assert came.join(before, on="JacketNo", how="anti").height >= 1, "a new person"
    assert gone.height >= 1, "a voided booking"
    late = came.filter(pl.col("BookDt").str.to_datetime() < _midnight(county.night(k - 1)))
    assert late.height >= 1, "a late booking"
    both = now.join(before, on="BookingNo", suffix="_before")
    assert both.filter(pl.col("ArrAgency") != pl.col("ArrAgency_before")).height >= 1, "a corrected booking"
    sealed = county.jail(k, "legal_event").join(county.jail(k - 1, "legal_event"), on="EventId", how="anti")
    assert sealed.height >= 1
    assert (sealed["EventDt"] == county.night(k - 1).isoformat()).all()


@pytest.mark.parametrize("k", LATER)
def test_every_later_night_of_dispatch_brings_something_of_each_kind(county: Any, k: int) -> None:
    seen = pl.concat([county.cad(earlier, "events") for earlier in range(k)])
    now = county.cad(k, "events")
    received = pl.col("CallReceived").str.to_datetime("%m/%d/%Y %H:%M:%S")
    fresh = now.join(seen, on="IncidentNumber", how="anti")
    assert fresh.filter(received >= _midnight(county.night(k - 1))).height >= 1, "a new event"
    assert fresh.filter(received < _midnight(county.night(k - 1))).height >= 1, "a late event"
    assert now.join(seen, on="IncidentNumber", how="semi").height >= 1, "a corrected event"
    people = pl.concat([county.cad(earlier, "persons") for earlier in range(k)])
    assert county.cad(k, "persons").join(people, on="InvolvementID", how="semi").height >= 1, "a corrected person"


@pytest.mark.parametrize("k", LATER)
def test_every_later_night_of_the_team_brings_something_of_each_kind(county: Any, k: int) -> None:
    seen = pl.concat([county.co_responder(earlier) for earlier in range(k)])
    now = county.co_responder(k)
    fresh = now.join(seen, on="encounter_id", how="anti")
    known = now.join(seen, on="encounter_id", how="semi")
    assert (known["record_status"] == "deleted").sum() >= 1, "a tombstone"
    assert (known["record_status"] == "active").sum() >= 1, "a correction"
    assert fresh.join(seen, on="client_no", how="anti").height >= 1, "a new client"
    assert fresh.filter(pl.col("encounter_end").str.to_datetime("%Y-%m-%dT%H:%M") < _midnight(county.night(k - 1))).height >= 1, (
        "a late row"
    )


@pytest.mark.parametrize("k", LATER)
def test_every_later_night_of_the_health_system_brings_something_of_each_kind(county: Any, k: int) -> None:
    def earlier(resource: str) -> set[str]:
        return set().union(*(_keys(county.fhir(night, resource)) for night in range(k)))

    patients, encounters = county.fhir(k, "Patient"), county.fhir(k, "Encounter")
    assert _keys(patients) - earlier("Patient"), "a new patient"
    assert _keys(patients) & earlier("Patient"), "a changed patient"
    known = earlier("Encounter")
    assert any(item["status"] == "entered-in-error" and item["id"] in known for item in encounters)
    midnight = _midnight(county.night(k - 1)).isoformat()
    late = [item for item in encounters if item["id"] not in known and item["period"].get("end", "9")[:19] < midnight]
    assert late, "a late encounter"
    assert any(item["id"] in earlier("Condition") for item in county.fhir(k, "Condition")), "a changed diagnosis"
    revoked = [item for item in county.fhir(k, "Consent") if item["id"] in earlier("Consent")]
    assert any(item["status"] == "inactive" and any(e["url"].endswith("/consent-revoked") for e in item["extension"]) for item in revoked)


def test_nothing_is_known_before_it_happened(county: Any) -> None:
    for k in range(4):
        as_of = _midnight(county.night(k)).isoformat(sep=" ")
        bookings = county.jail(k, "inmate_booking")
        for column in ("BookDt", "ReleaseDt", "BjmhsDt", "LastUpdDt"):
            assert (bookings[column].drop_nulls() < as_of).all(), column
        for resource in ("Patient", "Encounter", "Condition", "Consent"):
            assert all(item["meta"]["lastUpdated"][:19] < as_of.replace(" ", "T") for item in county.fhir(k, resource))
        assert all(item["period"].get("end", "")[:19] < as_of.replace(" ", "T") for item in county.fhir(k, "Encounter"))


def test_times_of_a_call_and_of_a_stay_are_in_order(county: Any) -> None:
    stamp = "%m/%d/%Y %H:%M:%S"
    events = county.cad(0, "events").select(pl.col("CallReceived", "Dispatched", "EnRoute", "Arrived", "Cleared").str.to_datetime(stamp))
    for a, b in zip(events.columns, events.columns[1:], strict=False):
        both = events.drop_nulls([a, b])
        assert (both[a] <= both[b]).all()
    stays = county.jail(3, "inmate_booking").drop_nulls("ReleaseDt")
    assert (stays["BookDt"] < stays["ReleaseDt"]).all()


def test_the_jails_own_count_agrees_with_its_bookings_on_most_days(county: Any) -> None:
    bookings = county.jail(0, "inmate_booking").select(
        pl.col("FacilityCd"), pl.col("BookDt").str.to_datetime(), pl.col("ReleaseDt").str.to_datetime().fill_null(datetime(2100, 1, 1))
    )
    counts = county.jail(0, "daily_count").with_columns(midnight=pl.col("CountDt").str.to_datetime())
    held = bookings.join(counts, on="FacilityCd").filter(
        (pl.col("BookDt") <= pl.col("midnight")) & (pl.col("ReleaseDt") > pl.col("midnight"))
    )
    counted = counts.join(held.group_by("FacilityCd", "midnight").len(), on=["FacilityCd", "midnight"], how="left").with_columns(
        pl.col("len").fill_null(0).cast(pl.Int64)
    )
    off = counted["PopCount"] != counted["len"]
    assert 0 < off.mean() < 0.15
    assert (counted["PopCount"] - counted["len"]).abs().max() <= 4


def test_references_lead_to_records_that_were_delivered(county: Any) -> None:
    events = pl.concat([county.cad(k, "events") for k in range(4)])["IncidentNumber"]
    assert pl.concat([county.cad(k, "persons") for k in range(4)])["IncidentNumber"].is_in(events.to_list()).all()
    patients: set[str] = set()
    encounters: set[str] = set()
    for k in range(4):
        patients |= _keys(county.fhir(k, "Patient"))
        encounters |= _keys(county.fhir(k, "Encounter"))
        assert {item["subject"]["reference"].removeprefix("Patient/") for item in county.fhir(k, "Encounter")} <= patients
        assert {item["encounter"]["reference"].removeprefix("Encounter/") for item in county.fhir(k, "Condition")} <= encounters
        assert {item["patient"]["reference"].removeprefix("Patient/") for item in county.fhir(k, "Consent")} <= patients
    bookings = county.jail(3, "inmate_booking")
    assert county.jail(3, "booking_charge")["BookingNo"].is_in(bookings["BookingNo"].to_list()).all()


def test_the_truth_names_a_person_for_every_vendor_key_and_no_other(county: Any) -> None:
    truth = county.truth("subject")
    delivered = {
        "jail": set().union(*(county.jail(k, "inmate_booking")["JacketNo"] for k in range(4))),
        "cad": set().union(*(county.cad(k, "persons")["InvolvementID"] for k in range(4))),
        "co_responder": set().union(*(county.co_responder(k)["client_no"] for k in range(4))),
        "health": set().union(*(_keys(county.fhir(k, "Patient")) for k in range(4))),
    }
    for source, keys in delivered.items():
        assert set(truth.filter(source=source)["vendor_key"]) == keys, source
    assert truth["person"].is_in(county.truth("person")["person"].to_list()).all()
    records = county.truth("record")
    assert set(records.filter(record_type="consent")["vendor_key"]) == set().union(*(_keys(county.fhir(k, "Consent")) for k in range(4)))
    assert records.select("source", "record_type", "vendor_key").is_duplicated().sum() == 0


def test_a_reused_jacket_has_two_persons_at_different_times(make_county: Callable[..., Any]) -> None:
    county = make_county(residents=2_500, nights=1, seed=5)
    jackets = county.truth("subject").filter(source="jail")
    shared = jackets.filter(pl.col("vendor_key").is_duplicated()).sort("vendor_key", "valid_from", nulls_last=False)
    assert shared["vendor_key"].n_unique() >= 1
    for _, rows in shared.group_by("vendor_key"):
        assert rows["person"].n_unique() == 2
        assert rows["valid_to"][0] == rows["valid_from"][1]
    two = jackets.filter(pl.col("person").is_duplicated())
    assert two.height >= 2, "one person with two JacketNos"


def test_consents_are_given_expired_revoked_refused_defective_and_denied(make_county: Callable[..., Any]) -> None:
    consents = make_county(residents=3_000, nights=1, seed=5).fhir(0, "Consent")
    kinds = Counter(item["category"][0]["coding"][0]["code"] for item in consents)
    assert set(kinds) == {"roi_508", "part2_tpo", "opt_out"}
    assert {item["status"] for item in consents} == {"active", "inactive", "rejected"}
    assert any("performer" not in item for item in consents)
    assert any("dateTime" not in item for item in consents)
    permits = [item["provision"] for item in consents if item["provision"]["type"] == "permit"]
    assert any("actor" not in provision for provision in permits)
    assert any("end" not in provision["period"] for provision in permits)
    assert any(provision["period"].get("end", "9") < "2026-03-02" for provision in permits)
    part2 = [item["provision"] for item in consents if item["category"][0]["coding"][0]["code"] == "part2_tpo"]
    assert all(provision["securityLabel"][0]["code"] == "42CFRPart2" for provision in part2)
    for provision in permits:
        assert {coding["coding"][0]["code"] for coding in provision["action"]} == {"link", "disclose"}
        agencies = {actor["reference"]["reference"].removeprefix("Organization/") for actor in provision.get("actor", ())}
        assert agencies <= {"county_data_office", "behavioral_health", "mobile_crisis", "sheriff"}
    denied = [item["provision"] for item in consents if item["provision"]["type"] == "deny"]
    assert denied
    assert all("purpose" not in provision for provision in denied)


def test_consents_use_the_forms_of_the_county_folder(county: Any) -> None:
    forms = {(form["id"], form["version"]) for form in (yaml.safe_load(path.read_text()) for path in (DEMO / "forms").glob("*.yaml"))}
    used = Counter()
    for item in county.fhir(0, "Consent"):
        form = {part["url"]: part["valueString"] for part in item["extension"][0]["extension"]}
        used[form["id"], form["version"]] += 1
    assert forms <= set(used)
    unknown = sum(count for form, count in used.items() if form not in forms)
    assert unknown < 0.08 * sum(used.values())


def _codes(source: str, feed: str, column: str) -> set[str]:
    mapping = yaml.safe_load((DEMO / "sources" / f"{source}.yaml").read_text(encoding="utf-8"))["feeds"][feed]["columns"][column]
    return {str(code) for code in (mapping[0] if isinstance(mapping, list) else mapping)["codes"]}


def test_every_code_is_one_that_the_county_folder_maps(county: Any) -> None:
    bookings = county.jail(3, "inmate_booking")
    for column in ("ReleaseCd", "SexCd", "RaceCd", "EthCd", "BookTypeCd", "BjmhsResult", "HomelessFl"):
        assert set(bookings[column].drop_nulls()) <= _codes("jail", "booking", column), column
    events, persons, encounters = county.cad(0, "events"), county.cad(0, "persons"), county.co_responder(0)
    for column in ("InitialCallType", "FinalCallType", "CallDisposition", "Cancelled"):
        assert set(events[column].drop_nulls()) <= _codes("cad", "events", column), column
    for column in ("Role", "Sex", "Race"):
        assert set(persons[column].drop_nulls()) <= _codes("cad", "persons", column), column
    for column in ("team_type", "gender", "race_ethnicity", "presenting_issue", "disposition", "record_status"):
        assert set(encounters[column].drop_nulls()) <= _codes("co_responder", "encounters", column), column
    visits = county.fhir(0, "Encounter")
    assert {item["class"]["code"] for item in visits} <= _codes("health", "encounter", "class")
    assert {item["type"][0]["coding"][0]["code"] for item in visits} <= _codes("health", "encounter", "type")


def test_programmes_are_those_of_the_county_folder(county: Any) -> None:
    listed = yaml.safe_load((DEMO / "sources" / "health.yaml").read_text(encoding="utf-8"))["programmes"]
    assert set(listed) == set(PROGRAMMES)
    assert {name for name, said in listed.items() if said["part2"]} == set(PART2_PROGRAMMES)
    used = {item["serviceProvider"]["reference"].removeprefix("Organization/") for item in county.fhir(0, "Encounter")}
    assert used == set(PROGRAMMES)


def test_diagnoses_and_instants_are_well_formed(county: Any) -> None:
    for item in county.fhir(0, "Condition"):
        assert re.fullmatch(r"[A-TV-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?", item["code"]["coding"][0]["code"])
        assert datetime.fromisoformat(item["recordedDate"]).utcoffset() in {timedelta(hours=-5), timedelta(hours=-4)}


def test_the_manifest_counts_the_resources(county: Any) -> None:
    import json

    manifest = json.loads((county.folder(1) / "health" / "2026-03-03" / "manifest.json").read_text())
    assert manifest["transactionTime"] == "2026-03-03T00:00:00-05:00"
    assert {item["type"]: item["count"] for item in manifest["output"]} == {
        name: len(county.fhir(1, name)) for name in ("Patient", "Encounter", "Condition", "Consent")
    }


def test_systems_disagree_about_race_but_mostly_agree(county: Any) -> None:
    truth = county.truth("subject").filter(source="jail").join(county.truth("person"), on="person")
    bookings = county.jail(3, "inmate_booking").join(truth, left_on="JacketNo", right_on="vendor_key")
    white = bookings.filter(pl.col("race_group") == "WHITE")["RaceCd"]
    assert 0.85 < (white == "W").mean() < 1.0
    hispanic = bookings.filter(pl.col("race_group") == "HISPANIC")
    assert (hispanic["RaceCd"] == "H").sum() == 0
    assert 0.3 < (hispanic["EthCd"] == "H").mean() < 0.9


def test_progress_only_goes_forward_and_ends(tmp_path: Path) -> None:
    heard: list[tuple[str, float]] = []
    simulate(tmp_path / "c", residents=1_000, first_night=date(2026, 3, 2), nights=1, seed=1, progress=lambda *said: heard.append(said))
    fractions = [fraction for _, fraction in heard]
    assert fractions == sorted(fractions)
    assert heard[-1] == ("done", 1.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_smallest_county_has_its_corrections_and_newcomers_too(make_county: Callable[..., Any], seed: int) -> None:
    county = make_county(residents=1_000, nights=3, seed=seed)
    for k in (1, 2):
        assert county.co_responder(k).filter(record_status="deleted").height >= 1
        assert any(item["status"] == "entered-in-error" for item in county.fhir(k, "Encounter"))
        assert any(item["status"] == "inactive" for item in county.fhir(k, "Consent"))
        assert county.jail(k, "legal_event").height > county.jail(k - 1, "legal_event").height
        assert county.jail(k, "inmate_booking").join(county.jail(k - 1, "inmate_booking"), on="JacketNo", how="anti").height >= 1


def test_a_single_night_is_a_backlog_only(make_county: Callable[..., Any]) -> None:
    county = make_county(residents=1_000, nights=1)
    assert county.co_responder(0)["record_status"].unique().to_list() == ["active"]
    assert [path.name for path in sorted((county.out / "nights").iterdir())] == ["2026-03-02"]


def test_the_backlog_of_dispatch_has_repeated_amended_and_unreadable_rows(make_county: Callable[..., Any]) -> None:
    county = make_county(residents=6_000, nights=1, seed=5)
    events, persons = county.cad(0, "events"), county.cad(0, "persons")
    assert persons.is_duplicated().sum() >= 2, "a row exported twice"
    versions = events.unique(maintain_order=True).filter(pl.col("IncidentNumber").is_duplicated())
    assert versions.height >= 2, "an event in two versions"
    assert persons["DOB"].str.starts_with("02/30/").sum() >= 1, "a birth date that is no date"


def test_a_small_county_has_no_unreadable_row(county: Any) -> None:
    assert county.cad(0, "persons")["DOB"].str.starts_with("02/30/").sum() <= 1
    assert (county.co_responder(0)["birthdate"] > "2026-03-02").sum() == 0
