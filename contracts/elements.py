"""The catalogue of what can be shared: every element a clause may name, its classes and its default labels.

Belongs here: element names (``record_type.column``, presence and identity), classes of elements for clauses and consents, labels that a
value carries before any row adds its own. All are read off the record types; classes that are a part of one type are written here. Does not
belong here: who may see an element (instruments), row labels (checked).

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
from contracts.records import RECORD_TYPES, RecordType

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


def _content(record_type: RecordType) -> dict[str, tuple[Label, ...]]:
    """The columns of one record type and what their values carry: labels of the column, and those of every row of the type."""
    columns = record_type.model.to_schema().columns
    derived = {item.name: item.labels for item in record_type.derived}
    own = {
        name: derived[name] if name in derived else tuple(Label(label) for label in columns[name].metadata["labels"])
        for name in record_type.shown_columns
    }
    carried = {name: tuple(sorted({*labels, *record_type.labels})) for name, labels in own.items()}
    return {**_EVENT, PRESENT: tuple(sorted(record_type.labels)), **carried} if record_type.is_about_people else carried


CONTENT: Final[Mapping[str, Mapping[str, tuple[Label, ...]]]] = {
    **{name: _content(record_type) for name, record_type in RECORD_TYPES.items() if record_type.is_content},
    "race_assertion": dict.fromkeys(("races", "hispanic", "category_system", "method", "asserted_on"), ()),
    "person_attribute": dict.fromkeys(("sex", "age", "resident", "region"), (Label.QUASI_ID,)),
}
"""Record type -> content column -> labels every value of it carries. Rows add their own (part2, juvenile, …)."""

WITHOUT_SUBJECT: Final = frozenset(name for name, record_type in RECORD_TYPES.items() if not record_type.is_about_people)
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
            PRESENT, "charge_date", "statute", "charge_description", "charge_level", "charge_category", "position", "age_at_event",
            "is_juvenile", "sex", "region",
        ),
    },
    "booking_details": {
        "jail_booking": (
            PRESENT, "admission_type", "arrested_at", "projected_release_at", "release_reason", "released_to", "detention_status",
            "classification", "bond_type", "bond_amount", "veteran",
        ),
    },
    "jail_screening": {"jail_booking": (PRESENT, "bjmhs_positive", "bjmhs_at")},
    "jail_mental_health": {
        "jail_booking": (PRESENT, "mental_health_flag", "mental_health_referred_at", "assessed_at", "assessed_smi"),
    },
    "crisis_contacts": {
        "cad_person": tuple(CONTENT["cad_person"]),
        "co_responder_encounter": tuple(CONTENT["co_responder_encounter"]),
    },
    "dispatch_contacts": {"cad_person": tuple(CONTENT["cad_person"])},
    "race_and_ethnicity": {"race_assertion": tuple(CONTENT["race_assertion"])},
    "person_attributes": {"person_attribute": tuple(CONTENT["person_attribute"])},
    **{
        record_type.element_class: {name: tuple(CONTENT[name])}
        for name, record_type in RECORD_TYPES.items()
        if record_type.element_class
    },
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


def with_presence(elements: frozenset[str]) -> list[str]:
    """The elements and, for every record type among them, its presence: without it no row of that type is there."""
    return sorted(elements | {f"{element.split('.')[0]}.{PRESENT}" for element in elements})
