"""Who a record is about: identities apart from content, roles, aliases, reused person ids, race."""

from __future__ import annotations

from typing import Any

from contracts.keys import record_id, subject_id
from contracts.records import RECORD_TYPES
from contracts.records.registry import IDENTITY_FIELDS


def test_keys_are_those_of_the_one_formula(house: Any, sound_booking: Any) -> None:
    house.jail(inmate_booking=[sound_booking("B1", "J1")], booking_charge=[{"ChargeId": "C1", "BookingNo": "B1"}])
    house.check(house.source("jail"))
    assert house.rows("select record_id, subject_id from checked.jail_booking") == [
        (record_id("jail", "jail_booking", "B1"), subject_id("jail", "J1"))
    ]
    assert house.rows("select record_id, parent_record_id, subject_id from checked.jail_charge") == [
        (record_id("jail", "jail_charge", "C1"), record_id("jail", "jail_booking", "B1"), subject_id("jail", "J1"))
    ]


def test_an_encounter_names_the_911_event_of_the_other_source(house: Any) -> None:
    crisis = house.source("co_responder")
    house.csv(
        crisis,
        "encounters",
        [{"encounter_id": "E1", "cad_incident": "I7", "encounter_start": "2026-03-01T09:00", "record_status": "active"}],
    )
    house.check(crisis)
    assert house.rows("select cad_record_id, subject_id from checked.co_responder_encounter") == [
        (record_id("cad", "cad_event", "I7"), record_id("co_responder", "co_responder_encounter", "E1"))
    ]


def test_no_content_table_has_a_column_that_identifies(house: Any) -> None:
    house.check(house.source("visits"))
    keys = {"source_person_id", "source_record_id", "source_parent_id"}
    banned = ({*IDENTITY_FIELDS, *keys, "other_names", "race", "ethnicity", "race_raw"}) - {"sex"}
    for name in RECORD_TYPES:
        for table in (name, f"{name}_versions"):
            columns = {column for (column,) in house.rows(f"select column_name from (describe checked.{table})")}
            assert columns & banned == set(), table


def test_identities_of_callers_victims_and_witnesses_are_not_kept(house: Any) -> None:
    cad = house.source("cad")
    house.csv(cad, "events", [{"IncidentNumber": "I1", "CallReceived": "03/01/2026 23:10:00"}])
    roles = {"P1": "SUBJ", "P2": "CALLER", "P3": "VICT", "P4": "WIT", "P5": "OTH", "P6": ""}
    house.csv(
        cad,
        "persons",
        [
            {
                "InvolvementID": key,
                "IncidentNumber": "I1",
                "Role": role,
                "PersonName": f"NAME{key}, FIRST",
                "Race": "W",
                "Phone": f"555-{key}",
            }
            for key, role in roles.items()
        ],
    )
    house.check(cad)
    house.derive()
    assert house.rows("select full_name from checked.identity") == [("NAMEP1, FIRST",)]
    assert house.rows("select count(*) from checked.race_assertion") == [(1,)]
    stored = house.rows("select list(full_name), list(phone) from checked.observation_versions where person_role <> 'subject'")
    assert stored == [([None] * 5, [None] * 5)]
    assert house.rows("select person_role, count(*) from checked.subject group by all order by all") == [
        ("caller", 1), ("subject", 1), ("unknown", 2), ("victim", 1), ("witness", 1),
    ]  # fmt: skip


def test_names_written_in_one_field_are_taken_apart_only_at_their_comma(house: Any) -> None:
    cad = house.source("cad")
    house.csv(cad, "events", [{"IncidentNumber": "I1", "CallReceived": "03/01/2026 23:10:00"}])
    names = {"P1": "VAN DER SNOOT, QUILLON B JR", "P2": "UNK MALE", "P3": "BRIGHTWATER III, YSOLDE", "P4": "MISTLETHWAITE,"}
    house.csv(
        cad,
        "persons",
        [{"InvolvementID": key, "IncidentNumber": "I1", "Role": "SUBJ", "PersonName": name} for key, name in names.items()],
    )
    house.check(cad)
    house.derive()
    found = house.rows("select full_name, last_name, first_name, middle_name, name_suffix from checked.identity order by full_name")
    assert found == [
        ("BRIGHTWATER III, YSOLDE", "BRIGHTWATER", "YSOLDE", None, "III"),
        ("MISTLETHWAITE,", "MISTLETHWAITE", None, None, None),
        ("UNK MALE", None, None, None, None),
        ("VAN DER SNOOT, QUILLON B JR", "VAN DER SNOOT", "QUILLON", "B", "JR"),
    ]


def test_one_identity_stands_for_all_records_that_state_it(house: Any, sound_booking: Any) -> None:
    bookings = [sound_booking(f"B{n}", "J1", BookDt=f"2026-01-1{n} 08:00:00") for n in range(3)]
    house.jail(inmate_booking=[*bookings, sound_booking("B9", "J1", Phone="555-0100")])
    house.check(house.source("jail"))
    house.derive()
    found = house.rows("select phone, recorded_on::varchar, record_id from checked.identity order by phone nulls first")
    assert [(phone, day) for phone, day, _ in found] == [(None, "2026-01-12"), ("555-0100", "2026-01-10")]
    assert found[0][2] == record_id("jail", "jail_booking", "B2")


def test_a_sealed_booking_stands_for_an_identity_only_where_no_other_states_it(house: Any, sound_booking: Any) -> None:
    bookings = [sound_booking(f"B{n}", "J1", BookDt=f"2026-01-1{n} 08:00:00") for n in range(2)]
    sealed = {"EventId": "S1", "JacketNo": "J1", "BookingNo": "B1", "EventCd": "SEAL", "EventDt": "2026-02-01"}
    house.jail(inmate_booking=bookings, legal_event=[sealed])
    house.check(house.source("jail"))
    house.derive()
    assert house.rows("select record_id from checked.identity") == [(record_id("jail", "jail_booking", "B0"),)]
    assert house.rows("select event_type, affects_record_id, subject_id from checked.legal_event") == [
        ("sealed", record_id("jail", "jail_booking", "B1"), subject_id("jail", "J1"))
    ]


def test_aliases_are_evidence_of_their_own_and_never_a_reused_id(house: Any, sound_booking: Any) -> None:
    alias = {"AliasId": "A1", "JacketNo": "J1", "LastNm": "BRIGHTWATER", "FirstNm": "YSOLDE", "DOB": "1991-12-02"}
    house.jail(inmate_booking=[sound_booking("B1", "J1")], inmate_alias=[alias])
    house.check(house.source("jail"))
    house.derive()
    assert house.rows("select evidence, last_name from checked.identity order by evidence") == [
        ("alias", "BRIGHTWATER"), ("primary", "VANDERSNOOT"),
    ]  # fmt: skip
    assert house.rows("select count(*), count(distinct subject_id) from checked.identity") == [(2, 1)]
    assert house.rows("select count(*) from checked.key_reuse") == [(0,)]


def test_an_id_given_to_somebody_else_is_told_apart(house: Any, sound_booking: Any) -> None:
    other = {"FirstNm": "YSOLDE", "LastNm": "BRIGHTWATER", "DOB": "1991-12-02"}
    house.jail(
        inmate_booking=[
            sound_booking("B1", "J1", BookDt="2026-01-10 08:00:00"),
            sound_booking("B2", "J1", BookDt="2026-01-20 08:00:00", **other),
            sound_booking("B3", "J1", BookDt="2026-01-30 08:00:00"),
        ]
    )
    house.check(house.source("jail"))
    house.derive()
    reused = record_id("jail", "jail_booking", "B2")
    assert house.rows("select source_person_id, subject_id, record_id, kind from checked.key_reuse") == [("J1", reused, reused, "reused")]
    assert house.rows("select subject_id, source_person_id, is_key_reuse from checked.subject order by is_key_reuse") == [
        (subject_id("jail", "J1"), "J1", False),
        (reused, "J1", True),
    ]
    # Later bookings are held against the person who had the id first.
    house.jail(inmate_booking=[sound_booking("B1", "J1"), sound_booking("B4", "J1", BookDt="2026-02-20 08:00:00", **other)])
    house.check(house.source("jail"), 1)
    house.derive(1)
    assert house.rows("select record_id from checked.key_reuse") == [(record_id("jail", "jail_booking", "B4"),)]


def test_slips_marriages_and_swapped_names_are_no_reused_id(house: Any, sound_booking: Any) -> None:
    changes: list[dict[str, str]] = [
        {"DOB": "1980-05-71"[:8] + "18", "FirstNm": "YSOLDE", "LastNm": "BRIGHTWATER"},  # one digit of the birth date
        {"DOB": "1908-05-17", "FirstNm": "YSOLDE", "LastNm": "BRIGHTWATER"},  # two digits swapped
        {"DOB": "1991-12-02", "LastNm": "BRIGHTWATER"},  # only the surname and the birth date differ
        {"DOB": "1991-12-02", "FirstNm": "VANDERSNOOT", "LastNm": "QUILLON"},  # names in each other's fields
        {"DOB": "1900-01-01", "FirstNm": "YSOLDE", "LastNm": "BRIGHTWATER"},  # no birth date at all
    ]
    rows = [sound_booking("B0", "J1", BookDt="2025-01-10 08:00:00")]
    rows += [sound_booking(f"B{n}", "J1", BookDt=f"2026-01-1{n} 08:00:00", **change) for n, change in enumerate(changes, start=1)]
    house.jail(inmate_booking=rows)
    assert house.check(house.source("jail")).feeds[0].admitted == 6
    house.derive()
    assert house.rows("select count(*) from checked.key_reuse") == [(0,)]


def test_a_patient_record_that_changes_its_person_is_held_for_a_decision(house: Any) -> None:
    def patient(name: str, given: str, born: str, updated: str) -> dict[str, Any]:
        return {
            "id": "p1", "meta": {"lastUpdated": f"{updated}T00:00:00-05:00"}, "birthDate": born, "gender": "unknown",
            "name": [{"use": "official", "family": name, "given": [given]}],
        }  # fmt: skip

    health = house.source("health")
    house.fhir(0, Patient=[patient("Vandersnoot", "Quillon", "1980-05-17", "2026-02-01")])
    house.check(health)
    house.fhir(1, Patient=[patient("Brightwater", "Ysolde", "1991-12-02", "2026-03-02")])
    house.check(health, 1)
    house.derive(1)
    assert house.rows("select subject_id, is_key_reuse from checked.subject") == [(subject_id("health", "p1"), True)]
    assert house.rows("select kind from checked.key_reuse") == [("rekeyed",)]
    house.fhir(2, Patient=[patient("Brightwater", "Ysolde", "1991-12-02", "2026-03-03") | {"gender": "female"}])
    house.check(health, 2)
    house.derive(2)
    assert house.rows("select kind from checked.key_reuse") == [("rekeyed",)]


def test_age_at_event_counts_whole_years_and_a_partial_birth_date_counts_its_last_day(house: Any, sound_booking: Any) -> None:
    house.jail(
        inmate_booking=[
            sound_booking("B1", "J1", DOB="2008-01-10"),  # eighteen on the day
            sound_booking("B2", "J2", DOB="2008-01-11"),  # the day before
            sound_booking("B3", "J3", DOB=None),
        ]
    )
    house.check(house.source("jail"))
    found = house.rows(
        "select source_record_id, age_at_event, is_juvenile, labels from checked.jail_booking join checked.source_record using (record_id)"
        " order by 1"
    )
    assert found == [("B1", 18, False, []), ("B2", 17, True, ["juvenile"]), ("B3", None, True, ["juvenile"])]


def test_region_and_residence_come_from_the_countys_zip_codes(house: Any, sound_booking: Any) -> None:
    zips = {"B1": "69901", "B2": "69902-1234", "B3": "12345", "B4": "00000", "B5": None}
    house.jail(inmate_booking=[sound_booking(key, key, Zip=zip_code) for key, zip_code in zips.items()])
    house.check(house.source("jail"))
    found = house.rows(
        "select source_record_id, region, resident from checked.jail_booking join checked.source_record using (record_id) order by 1"
    )
    assert found == [("B1", "north", True), ("B2", "south", True), ("B3", None, False), ("B4", None, None), ("B5", None, None)]


def test_race_is_asserted_in_one_set_of_words_with_its_question(house: Any, sound_booking: Any) -> None:
    house.jail(
        inmate_booking=[
            sound_booking("B1", "J1", RaceCd="B", EthCd="H"),
            sound_booking("B2", "J2", RaceCd="W", EthCd="U"),
            sound_booking("B3", "J3", RaceCd="U", EthCd=None),
            sound_booking("B4", "J4", RaceCd=None, EthCd=None),
        ]
    )
    house.check(house.source("jail"))
    house.fixture("sound.csv")
    house.check(house.source("visits"))
    house.derive()
    found = house.rows("select source, raw_code, races, hispanic, category_system, method from checked.race_assertion order by all")
    assert found == [
        ("jail", "B/H", ["BLACK"], True, "omb1997_two_question", "observed"),
        ("jail", "U", [], None, "omb1997_two_question", "observed"),
        ("jail", "W/U", ["WHITE"], None, "omb1997_two_question", "observed"),
        ("visits", "Black", ["BLACK"], False, "combined", "observed"),
        ("visits", "White", ["WHITE"], False, "combined", "observed"),
    ]


def test_labels_of_type_source_and_feed_stand_on_every_row(house: Any) -> None:
    house.fixture("sound.csv")
    source = house.source("visits")
    text = source.model_dump(by_alias=True)
    text["labels"], text["feeds"]["visits"]["labels"] = ["dv"], ["psych"]
    house.check(type(source).model_validate(text))
    assert house.rows("select distinct labels from checked.co_responder_encounter_versions") == [(["dv", "phi", "psych"],)]
