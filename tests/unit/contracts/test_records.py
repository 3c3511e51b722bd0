"""Contracts describe every column, and the registry hangs together."""

from __future__ import annotations

import pytest

from contracts.columns import Kind, Label
from contracts.elements import CONTENT
from contracts.keys import record_id, subject_id
from contracts.records import RECORD_TYPES, SubjectFrom
from contracts.vocabularies.health import SMI_DX_PROXY_ROOTS, SUD_DX_ROOTS, code_set_pattern, in_code_set
from contracts.vocabularies.prohibited import is_prohibited
from contracts.vocabularies.race import RACES, RaceCode

FIELDS = [(name, field) for name, record_type in RECORD_TYPES.items() for field in record_type.fields]


@pytest.mark.parametrize(("name", "field"), FIELDS, ids=[f"{name}.{field}" for name, field in FIELDS])
def test_every_field_says_what_it_means_and_what_it_can_do(name: str, field: str) -> None:
    column = RECORD_TYPES[name].model.to_schema().columns[field]
    assert len(str(column.description)) > 5
    kind = Kind(column.metadata["kind"])
    assert (kind is Kind.IDENTIFIER) == (Label.DIRECT_ID.value in column.metadata["labels"])


def test_race_is_protected_and_never_part_of_an_identity() -> None:
    for record_type in RECORD_TYPES.values():
        assert [field for field in record_type.identity_fields if record_type.kind(field) is Kind.PROTECTED] == []
        assert {record_type.kind(field) for field in record_type.race_fields} <= {Kind.PROTECTED}


def test_content_never_identifies() -> None:
    for record_type in RECORD_TYPES.values():
        identifying = [field for field in record_type.content_fields if record_type.kind(field) in {Kind.IDENTIFIER, Kind.PROTECTED}]
        assert identifying == [], record_type.name


def test_parents_come_before_their_children_and_references_exist() -> None:
    order = list(RECORD_TYPES)
    for name, record_type in RECORD_TYPES.items():
        if record_type.parent:
            assert order.index(record_type.parent.record_type) < order.index(name)
        for reference in record_type.references:
            assert reference.record_type in RECORD_TYPES
            assert reference.field in record_type.fields


def test_every_contact_has_an_intercept_a_begin_and_a_unit() -> None:
    contacts = {name for name, record_type in RECORD_TYPES.items() if record_type.intercept}
    assert {name: RECORD_TYPES[name].intercept.value for name in contacts} == {
        "jail_booking": 2, "cad_person": 1, "co_responder_encounter": 1, "health_encounter": 0, "arrest": 1, "police_stop": 1,
        "ems_response": 0, "ed_visit": 0, "hmis_enrollment": 0, "court_event": 2, "supervision": 5,
    }  # fmt: skip
    for name in contacts:
        assert RECORD_TYPES[name].contact
        assert RECORD_TYPES[name].counting
        assert RECORD_TYPES[name].start
        assert RECORD_TYPES[name].unit.value in {"event", "bed_day"}
        assert RECORD_TYPES[name].subject is not SubjectFrom.NOBODY


def test_what_can_be_shared_is_what_the_contracts_hold() -> None:
    shared = {"age_at_event", "is_juvenile", "sex", "region", "__present__"}
    for name, elements in CONTENT.items():
        if name in RECORD_TYPES:
            assert set(elements) - shared == set(RECORD_TYPES[name].shown_columns) - shared, name


@pytest.mark.parametrize(
    ("code", "smi", "sud"),
    [
        ("F20", True, False),
        ("F20.9", True, False),
        ("F200", False, False),
        ("F32.2", True, False),
        ("F32.9", False, False),
        ("F33.30", True, False),
        ("F31.81", True, False),
        ("F11.20", False, True),
        ("F17.210", False, False),
        ("F19", False, True),
        ("F1", False, False),
        ("XF20.9", False, False),
    ],
)
def test_diagnosis_sets_go_by_documented_roots(code: str, smi: bool, sud: bool) -> None:
    import re

    assert (in_code_set(code, SMI_DX_PROXY_ROOTS), in_code_set(code, SUD_DX_ROOTS)) == (smi, sud)
    assert (bool(re.match(code_set_pattern(SMI_DX_PROXY_ROOTS), code)), bool(re.match(code_set_pattern(SUD_DX_ROOTS), code))) == (smi, sud)


@pytest.mark.parametrize(
    "column", ["Birthplace", "PLACE_OF_BIRTH", "Country of Birth", "citizenship_status", "ImmigrationStatus", "AlienNo"]
)
def test_columns_about_origin_and_status_are_known_by_their_names(column: str) -> None:
    assert is_prohibited(column)


@pytest.mark.parametrize("column", ["BirthDt", "City", "Zip", "StateId", "NativeLanguage"])
def test_other_columns_are_not_taken_for_them(column: str) -> None:
    assert not is_prohibited(column)


def test_races_are_told_from_answers_that_name_none() -> None:
    assert set(RACES) == set(RaceCode) - {RaceCode.HISPANIC, RaceCode.UNKNOWN, RaceCode.REFUSED}


def test_keys_do_not_run_into_each_other() -> None:
    assert record_id("a", "bc", "d") != record_id("ab", "c", "d")
    assert record_id("jail", "jail_booking", "1") != subject_id("jail", "1")
    assert len(record_id("jail", "jail_booking", "1")) == 32
