"""FHIR resources as canonical records: names, Part 2 by programme, diagnoses, consents."""

from __future__ import annotations

from typing import Any

from contracts.keys import subject_id

US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
CONSENT = {
    "id": "c1",
    "status": "active",
    "category": [{"coding": [{"code": "roi_508"}]}],
    "patient": {"reference": "Patient/p1"},
    "dateTime": "2026-01-05T10:00:00-05:00",
    "performer": [{"reference": "Patient/p1"}],
    "organization": [{"reference": "Organization/behavioral_health"}],
    "extension": [
        {
            "url": "https://vendor.example/consent-form",
            "extension": [{"url": "id", "valueString": "roi"}, {"url": "version", "valueString": "2"}],
        }
    ],
    "provision": {
        "type": "permit",
        "period": {"start": "2026-01-05", "end": "2026-12-31"},
        "actor": [{"reference": {"reference": "Organization/county_data_office"}}],
        "purpose": [{"code": "TREAT"}],
        "class": [{"system": "http://hl7.org/fhir/resource-types", "code": "Patient"}, {"system": "x", "code": "crisis_contacts"}],
    },
}


def _coded(url: str, *codes: str) -> dict[str, Any]:
    return {"url": f"{US_CORE}/{url}", "extension": [{"url": "ombCategory", "valueCoding": {"code": code}} for code in codes]}


def _encounter(key: str, programme: str | None, kind: str = "outpatient") -> dict[str, Any]:
    return {
        "id": key,
        "status": "finished",
        "class": {"code": "AMB"},
        "type": [{"coding": [{"code": kind}]}],
        "subject": {"reference": "Patient/p1"},
        "period": {"start": "2026-01-02T15:30:00Z"},
        **({"serviceProvider": {"reference": f"Organization/{programme}"}} if programme else {}),
    }


def _condition(key: str, code: str, encounter: str | None, **more: Any) -> dict[str, Any]:
    return {
        "id": key,
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}]},
        "subject": {"reference": "Patient/p1"},
        "recordedDate": "2026-01-02",
        **({"encounter": {"reference": f"Encounter/{encounter}"}} if encounter else {}),
        **more,
    }


def test_a_patient_is_read_with_former_names_race_and_a_partial_birth_date(house: Any) -> None:
    patient = {
        "id": "p1",
        "meta": {"lastUpdated": "2026-02-01T00:30:00-05:00"},
        "extension": [_coded("us-core-race", "2106-3", "2054-5"), _coded("us-core-ethnicity", "2186-5")],
        "identifier": [
            {"type": {"coding": [{"code": "MR"}]}, "value": "M-1"},
            {"type": {"coding": [{"code": "SS"}]}, "value": "xxx-xx-4321"},
        ],
        "name": [
            {"use": "maiden", "family": "Brightwater"},
            {"use": "official", "family": "Vandersnoot", "given": ["Ysolde", "Ann", "Bee"]},
            {"use": "nickname", "given": ["Yzzy"]},
        ],
        "birthDate": "1991-12",
        "gender": "female",
        "address": [{"use": "home", "line": ["12 Elm", "Apt 3"], "city": "Larkmoor", "state": "XX", "postalCode": "69902"}],
        "telecom": [{"system": "email", "value": "x@y"}, {"system": "phone", "value": "555-0100"}],
    }
    house.fhir(0, Patient=[patient])
    assert house.check(house.source("health")).feeds[0].admitted == 1
    house.derive()
    assert house.rows(
        "select evidence, first_name, middle_name, last_name, birth_year, birth_month, birth_date, birth_date_quality, sex, ssn4, phone,"
        " street_address, zip, recorded_on::varchar from checked.identity order by evidence desc, first_name"
    ) == [
        (
            "primary", "Ysolde", "Ann Bee", "Vandersnoot", 1991, 12, None, "partial", "F", "4321", "555-0100", "12 Elm Apt 3", "69902",
            "2026-02-01",
        ),
        ("alias", "Ysolde", "Ann Bee", "Brightwater", 1991, 12, None, "partial", "F", None, None, None, None, "2026-02-01"),
        ("alias", "Yzzy", None, "Vandersnoot", 1991, 12, None, "partial", "F", None, None, None, None, "2026-02-01"),
    ]  # fmt: skip
    assert house.rows("select raw_code, races, hispanic, method from checked.race_assertion") == [
        ("2106-3|2054-5/2186-5", ["BLACK", "WHITE"], False, "self")
    ]


def test_part_2_goes_by_programme_and_an_unknown_one_counts_as_part_2(house: Any) -> None:
    programmes = {"e1": "prog-mh-1", "e2": "prog-sud-1", "e3": "nobody-knows", "e4": None}
    house.fhir(
        0,
        Encounter=[_encounter(key, programme) for key, programme in programmes.items()],
        Condition=[_condition(f"d{key}", "F11.20", key) for key in programmes] + [_condition("d0", "F20.9", None)],
    )
    house.check(house.source("health"))
    encounters = house.rows(
        "select source_record_id, is_part2, labels from checked.health_encounter join checked.source_record using (record_id) order by 1"
    )
    assert encounters == [
        ("e1", False, ["juvenile", "phi"]),
        ("e2", True, ["juvenile", "part2", "phi"]),
        ("e3", True, ["juvenile", "part2", "phi"]),
        ("e4", True, ["juvenile", "part2", "phi"]),
    ]
    diagnoses = house.rows(
        "select source_record_id, is_part2, is_smi, is_sud from checked.health_diagnosis join checked.source_record using (record_id)"
        " order by 1"
    )
    assert diagnoses == [
        ("d0", True, True, False),
        ("de1", False, False, True),
        ("de2", True, False, True),
        ("de3", True, False, True),
        ("de4", True, False, True),
    ]


def test_times_with_an_offset_become_the_countys_own(house: Any) -> None:
    house.fhir(0, Encounter=[_encounter("e1", "prog-crisis-1", "crisis")])
    house.check(house.source("health"))
    assert house.rows("select started_at::varchar, subject_id from checked.health_encounter") == [
        ("2026-01-02 10:30:00", subject_id("health", "p1"))
    ]


def test_codes_without_a_point_get_one_and_void_diagnoses_end(house: Any) -> None:
    health = house.source("health")
    house.fhir(0, Condition=[_condition("d1", "f3181", "e1"), _condition("d2", "F17.210", "e1"), _condition("d3", "Z", "e1")])
    report = next(feed for feed in house.check(health).feeds if feed.feed == "condition")
    assert (report.admitted, dict(report.refused_by_rule)) == (2, {"malformed": 1})
    assert house.rows("select icd10, is_smi, is_sud from checked.health_diagnosis order by 1") == [
        ("F17.210", False, False), ("F31.81", True, False),
    ]  # fmt: skip
    house.fhir(1, Condition=[_condition("d1", "F31.81", "e1", verificationStatus={"coding": [{"code": "entered-in-error"}]})])
    house.check(health, 1)
    assert house.rows("select count(*) from checked.health_diagnosis") == [(1,)]


def test_lines_that_are_no_resource_are_refused_by_position(house: Any) -> None:
    house.fhir(
        0, Encounter=[_encounter("e1", None), '{"resourceType": "Encounter", "id": ', '{"resourceType":"Patient","id":"x"}', '"text"']
    )
    report = next(feed for feed in house.check(house.source("health")).feeds if feed.feed == "encounter")
    assert (report.rows_read, report.admitted, report.refused) == (4, 1, 3)
    assert house.quarantine("health").select("row_position", "rule").rows() == [
        (2, "not_json"),
        (3, "wrong_resource"),
        (4, "wrong_resource"),
    ]


def test_a_consent_is_read_half_open_with_its_form(house: Any) -> None:
    house.fhir(0, Consent=[CONSENT])
    house.check(house.source("health"))
    assert house.rows(
        "select consent_key, status, kind, form_id, form_version, discloser, recipients, purposes, element_classes, provision_type,"
        " valid_from::varchar, valid_to::varchar, signed_at::varchar, signed_by, revoked_at, is_defective, defect from checked.consent"
    ) == [
        (
            "c1", "active", "roi_508", "roi", "2", "behavioral_health", ["county_data_office"], ["TREAT"], ["crisis_contacts"], "permit",
            "2026-01-05", "2027-01-01", "2026-01-05 10:00:00", "self", None, False, None,
        )
    ]  # fmt: skip


def test_a_form_that_lacks_what_the_law_requires_is_defective(house: Any) -> None:
    bare = {key: value for key, value in CONSENT.items() if key not in {"dateTime", "performer"}}
    opt_out = {"id": "c2", "status": "active", "category": [{"coding": [{"code": "opt_out"}]}], "patient": {"reference": "Patient/p2"}}
    unknown = CONSENT | {"id": "c3", "category": []}
    house.fhir(0, Consent=[bare, opt_out, unknown])
    house.check(house.source("health"))
    assert house.rows("select consent_key, is_defective, defect from checked.consent order by 1") == [
        ("c1", True, "no_signature, no_signature_date"),
        ("c2", False, None),
        ("c3", True, "unknown_kind"),
    ]


def test_a_consent_whose_correction_cannot_be_read_is_no_longer_relied_on(house: Any) -> None:
    health = house.source("health")
    house.fhir(0, Consent=[CONSENT, CONSENT | {"id": "c2"}])
    house.check(health)
    house.fhir(1, Consent=[CONSENT | {"status": "withdrawn-somehow"}])
    report = next(feed for feed in house.check(health, 1).feeds if feed.feed == "consent")
    assert (report.refused, report.deleted) == (1, 1)
    assert house.rows("select consent_key from checked.consent") == [("c2",)]


def test_a_revocation_is_a_new_version_of_the_consent(house: Any) -> None:
    health = house.source("health")
    house.fhir(0, Consent=[CONSENT])
    house.check(health)
    revoked = {"url": "https://vendor.example/consent-revoked", "valueDateTime": "2026-03-02T09:00:00-05:00"}
    house.fhir(1, Consent=[CONSENT | {"status": "inactive", "extension": [*CONSENT["extension"], revoked]}])
    house.check(health, 1)
    assert house.rows("select status, revoked_at::varchar, known_from from checked.consent") == [
        ("inactive", "2026-03-02 09:00:00", house.night(1))
    ]


def test_a_broken_line_of_any_kind_stands_for_itself_only(house: Any) -> None:
    deep = '{"resourceType":"Encounter","id":' + "[" * 20_000 + "]" * 20_000 + "}"
    split = '{"resourceType":"Encounter","id":"a\x01b"'
    house.fhir(0, Encounter=[_encounter("e1", None), split, deep, _encounter("e2", None)])
    report = next(feed for feed in house.check(house.source("health")).feeds if feed.feed == "encounter")
    assert (report.rows_read, report.admitted, report.refused) == (4, 2, 2)
    assert set(house.quarantine("health")["row_position"]) == {2, 3}
