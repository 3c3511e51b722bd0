"""The catalogue of elements agrees with the canonical records and has no wildcard."""

from __future__ import annotations

import pytest

from contracts.elements import (
    CLASS_NAMES,
    CONTENT,
    ELEMENT_CLASSES,
    IDENTITY,
    PRESENT,
    SUBJECT_LEVEL,
    WITHOUT_SUBJECT,
    classes_of,
    column_elements,
    expand,
    system_catalogue,
)
from contracts.records import RECORD_TYPES
from contracts.records.registry import SubjectFrom

NO_CONTENT = {"jail_alias", "health_patient", "consent"}
"""Types that carry identity or consent and nothing that could be shared."""


def jail() -> tuple:
    return system_catalogue(
        source="jail", system="jail", agency="sheriff", record_types=["jail_booking", "jail_charge", "jail_count", "jail_alias"]
    )


def test_every_canonical_content_column_is_in_the_catalogue() -> None:
    for name, record_type in RECORD_TYPES.items():
        if name not in NO_CONTENT:
            assert set(record_type.content_fields) - set(record_type.folded) <= set(CONTENT[name]), name


def test_no_identity_column_or_key_is_an_element() -> None:
    keys = {"record_id", "subject_id", "parent_record_id", "person_key", "cad_record_id", "source_record_id"}
    for name, columns in CONTENT.items():
        identity = set(RECORD_TYPES[name].identity_fields) if name in RECORD_TYPES else set()
        assert not set(columns) & ((identity - {"sex"}) | keys), name


def test_a_columns_labels_are_at_least_those_of_its_contract() -> None:
    for name, record_type in RECORD_TYPES.items():
        for column in set(record_type.content_fields) & set(CONTENT.get(name, {})):
            metadata = record_type.model.to_schema().columns[column].metadata
            assert set(metadata["labels"]) <= {label.value for label in CONTENT[name][column]}, f"{name}.{column}"


def test_types_without_a_subject_are_the_registrys() -> None:
    assert {name for name, record_type in RECORD_TYPES.items() if record_type.subject is SubjectFrom.NOBODY} == WITHOUT_SUBJECT


def test_every_class_names_elements_of_the_catalogue() -> None:
    known = {element for name in CONTENT for element in column_elements(name)}
    for name, elements in ELEMENT_CLASSES.items():
        assert elements, name
        assert set(elements) <= known, name
        assert not any("*" in element for element in elements)


def test_a_class_about_people_carries_the_presence_of_its_rows() -> None:
    for name, elements in ELEMENT_CLASSES.items():
        for record_type in {element.split(".")[0] for element in elements} - WITHOUT_SUBJECT - set(SUBJECT_LEVEL):
            assert f"{record_type}.{PRESENT}" in elements, name


def test_every_content_type_about_people_has_presence() -> None:
    for name in set(CONTENT) - WITHOUT_SUBJECT - set(SUBJECT_LEVEL):
        assert PRESENT in CONTENT[name], name


def test_a_sources_catalogue_holds_presence_identity_and_its_own_types_only() -> None:
    names = {element.name for element in jail()}
    assert {"jail.__present__", "jail.__identity__", "jail.source_person_id", "jail_booking.booked_at", "race_assertion.races"} <= names
    assert not any(name.startswith(("health", "cad", "jail_alias")) for name in names)


def test_what_a_decision_looks_at_follows_the_kind_of_element() -> None:
    decided_on = {element.name: element.decided_on for element in jail()}
    assert decided_on["jail_booking.booked_at"] == "jail_booking"
    assert decided_on["jail_count.population"] == ""
    assert decided_on["jail.__present__"] == decided_on["race_assertion.races"] == PRESENT
    assert decided_on["jail.__identity__"] == IDENTITY


def test_identity_belongs_to_no_class_so_that_no_consent_to_a_class_discloses_it() -> None:
    assert classes_of("jail.__identity__") == ()
    assert classes_of("jail.__present__") == ("appearance",)


@pytest.mark.parametrize("selector", ["*", "jail_booking.*", "jail_booking", "%", "health_encounter.started_at", ""])
def test_a_selector_that_names_nothing_of_the_catalogue_stands_for_nothing(selector: str) -> None:
    assert expand(selector, jail()) == ()


def test_a_class_stands_for_its_members_that_the_county_has() -> None:
    assert expand("custody_status", jail()) == (
        "jail_booking.__present__",
        "jail_booking.booked_at",
        "jail_booking.facility",
        "jail_booking.released_at",
    )
    assert expand("treatment_encounters", jail()) == ()
    assert all(name in CLASS_NAMES for name in ELEMENT_CLASSES)
