"""The catalogue of what can be shared: every element a clause may name, its classes and its default labels.

Belongs here: element names (``record_type.column``, presence and identity), classes of elements for clauses and consents, labels that a
value carries before any row adds its own. Does not belong here: who may see an element (instruments), row labels (checked).

An element is one of

* ``<record_type>.<column>``: the value of one canonical content column;
* ``<record_type>.__present__``: that a row of this type exists about a person; the gate of every row;
* ``<source>.__present__``: that a person appears in this source at all;
* ``<source>.__identity__``: the identity fields of a source, which can be linked but never disclosed.

There is no wildcard: a clause names elements or classes, and a class is a list written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from contracts.columns import Label

PRESENT: Final = "__present__"
IDENTITY: Final = "__identity__"
SOURCE_PERSON_ID: Final = "source_person_id"
SUBJECT_LEVEL: Final = ("race_assertion", "person_attribute")
"""Derived tables with rows about subjects but no row labels of their own: decided by what all rows of the subject have in common."""

_EVENT: Final[Mapping[str, tuple[Label, ...]]] = {
    PRESENT: (),
    "age_at_event": (Label.QUASI_ID,),
    "is_juvenile": (Label.QUASI_ID,),
    "sex": (Label.QUASI_ID,),
    "region": (Label.QUASI_ID,),
}


def _plain(*columns: str) -> dict[str, tuple[Label, ...]]:
    return dict.fromkeys(columns, ())


def _phi(*columns: str) -> dict[str, tuple[Label, ...]]:
    return dict.fromkeys(columns, (Label.PHI,))


CONTENT: Final[Mapping[str, Mapping[str, tuple[Label, ...]]]] = {
    "jail_booking": {
        **_EVENT,
        **_plain("booked_at", "released_at", "release_type", "facility", "arresting_agency", "booking_type", "charge_level"),
        **_plain("homeless", "resident"),
        **_phi("bjmhs_positive", "bjmhs_at"),
    },
    "jail_charge": {**_EVENT, **_plain("charge_date", "statute", "charge_description", "charge_level", "position")},
    "jail_count": _plain("count_date", "facility", "population", "bookings"),
    "legal_event": {**_EVENT, **_plain("event_type", "event_date")},
    "cad_event": _plain(
        "received_at", "dispatched_at", "en_route_at", "arrived_at", "cleared_at", "initial_call_type", "final_call_type",
        "is_behavioral_health", "priority", "call_disposition", "beat", "cancelled",
    ),
    "cad_person": {**_EVENT, **_plain("event_at", "call_type", "is_behavioral_health", "call_disposition")},
    "co_responder_encounter": {
        **_EVENT,
        **_phi("started_at", "ended_at", "team_type", "clinician_present", "presenting_issue", "suicidal", "intoxicated", "weapon"),
        **_phi("disposition", "homeless", PRESENT),
    },
    "health_encounter": {
        **_EVENT,
        **_phi(PRESENT, "started_at", "ended_at", "encounter_class", "encounter_type", "program_id", "is_part2"),
    },
    "health_diagnosis": {**_EVENT, **_phi(PRESENT, "diagnosed_on", "icd10", "is_smi", "is_sud", "is_part2")},
    "race_assertion": _plain("races", "hispanic", "category_system", "method", "asserted_on"),
    "person_attribute": dict.fromkeys(("sex", "age", "resident", "region"), (Label.QUASI_ID,)),
}  # fmt: skip
"""Record type -> content column -> labels every value of it carries. Rows add their own (part2, juvenile, …)."""

WITHOUT_SUBJECT: Final = frozenset({"jail_count", "cad_event"})
"""Record types with no person behind a row."""

_CLASS_COLUMNS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "custody_status": {"jail_booking": (PRESENT, "booked_at", "released_at", "facility")},
    "bookings": {
        "jail_booking": (
            PRESENT, "booked_at", "released_at", "release_type", "facility", "arresting_agency", "booking_type", "charge_level",
            "homeless", "resident", "age_at_event", "is_juvenile", "sex", "region",
        ),
    },
    "charges": {
        "jail_charge": (
            PRESENT, "charge_date", "statute", "charge_description", "charge_level", "position", "age_at_event", "is_juvenile", "sex",
            "region",
        ),
    },
    "jail_screening": {"jail_booking": (PRESENT, "bjmhs_positive", "bjmhs_at")},
    "jail_counts": {"jail_count": tuple(CONTENT["jail_count"])},
    "legal_events": {"legal_event": tuple(CONTENT["legal_event"])},
    "dispatch_events": {"cad_event": tuple(CONTENT["cad_event"])},
    "crisis_contacts": {
        "cad_person": tuple(CONTENT["cad_person"]),
        "co_responder_encounter": tuple(CONTENT["co_responder_encounter"]),
    },
    "dispatch_contacts": {"cad_person": tuple(CONTENT["cad_person"])},
    "co_responder_encounters": {"co_responder_encounter": tuple(CONTENT["co_responder_encounter"])},
    "treatment_encounters": {"health_encounter": tuple(CONTENT["health_encounter"])},
    "diagnoses": {"health_diagnosis": tuple(CONTENT["health_diagnosis"])},
    "race_and_ethnicity": {"race_assertion": tuple(CONTENT["race_assertion"])},
    "person_attributes": {"person_attribute": tuple(CONTENT["person_attribute"])},
}  # fmt: skip

ELEMENT_CLASSES: Final[Mapping[str, tuple[str, ...]]] = {
    name: tuple(sorted(f"{record_type}.{column}" for record_type, columns in parts.items() for column in columns))
    for name, parts in _CLASS_COLUMNS.items()
}
"""Class name -> its elements: what a clause or a form may name instead of listing columns."""

APPEARANCE: Final = "appearance"
"""Class of the elements that say only that a person appears in a source."""

CLASS_NAMES: Final = frozenset({*ELEMENT_CLASSES, APPEARANCE})


@dataclass(frozen=True, order=True)
class Element:
    """One entry of a county's catalogue.

    ``decided_on`` is what a decision about it looks at: the rows of one record type, the subject's ``__present__`` (what all its rows
    have in common) or its ``__identity__`` (the union of all its rows); empty when no person stands behind a row.
    """

    name: str
    record_type: str
    system: str
    agency: str
    classes: tuple[str, ...]
    labels: tuple[str, ...]
    decided_on: str


def classes_of(element: str) -> tuple[str, ...]:
    """Classes an element belongs to, sorted. Presence in a source belongs to ``appearance`` only."""
    listed = [name for name, elements in ELEMENT_CLASSES.items() if element in elements]
    return tuple(sorted(listed)) or ((APPEARANCE,) if element.endswith((f".{PRESENT}", f".{SOURCE_PERSON_ID}")) else ())


def column_elements(record_type: str) -> tuple[str, ...]:
    """Names of the elements of one record type, presence included; empty for a type without content (identity only)."""
    return tuple(f"{record_type}.{column}" for column in CONTENT.get(record_type, ()))


def _labels(record_type: str, column: str) -> tuple[str, ...]:
    return tuple(sorted(label.value for label in CONTENT[record_type][column]))


def system_catalogue(*, source: str, system: str, agency: str, record_types: Iterable[str]) -> tuple[Element, ...]:
    """Every element that one source brings, in order of name.

    Args:
        source: the delivery, as the county names it.
        system: the system it comes from.
        agency: who owns the system.
        record_types: what its feeds map to; a type without content (aliases, patients, consents) brings none.
    """
    found = [
        Element(f"{source}.{PRESENT}", "", system, agency, (APPEARANCE,), (), PRESENT),
        Element(f"{source}.{SOURCE_PERSON_ID}", "", system, agency, (APPEARANCE,), (), PRESENT),
        Element(f"{source}.{IDENTITY}", "", system, agency, (), (), IDENTITY),
    ]
    for record_type in sorted({*record_types, *SUBJECT_LEVEL} & set(CONTENT)):
        decided_on = "" if record_type in WITHOUT_SUBJECT else PRESENT if record_type in SUBJECT_LEVEL else record_type
        for column in CONTENT[record_type]:
            name = f"{record_type}.{column}"
            found.append(Element(name, record_type, system, agency, classes_of(name), _labels(record_type, column), decided_on))
    return tuple(sorted(found))


def expand(selector: str, catalogue: Iterable[Element]) -> tuple[str, ...]:
    """Element names that one selector of a clause stands for: itself, or the members of a class that the catalogue holds.

    Unknown selectors stand for nothing; ``instrument_faults`` has refused them before.
    """
    names = {element.name: element for element in catalogue}
    if selector in CLASS_NAMES:
        return tuple(sorted(name for name, element in names.items() if selector in element.classes))
    return (selector,) if selector in names else ()
