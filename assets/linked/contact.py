"""The question that turns content into contacts, put together from the registry.

Belongs here: one SELECT over every record type that is a contact, made of table and column names that the repository's own contracts
declare; words and places go in as named parameters. Does not belong here: how contacts are counted (measured).

When did which person meet which system, at which intercept of the Sequential Intercept Model? One row per countable contact. An instant has
no end; an open stay has none yet. Release is derived from the booking, not stored. What nobody wrote down, or a product may not use, stays
NULL: a false in its place would read like a finding.
"""

from __future__ import annotations

from typing import Any, Final

from contracts.records import RECORD_TYPES, Intercept, RecordType
from contracts.records.counting import CountingRules

QUESTION: Final = "-- When did which person meet which system, at which intercept of the Sequential Intercept Model?"
_KEYS: Final = ("record_id", "person_key", "subject_id", "domain", "system", "source", "record_type")
_PERSON: Final = ("age_at_event", "sex", "region", "labels")
COUNTS_COLUMN: Final = "counts"
"""Column of a content table whose type has counting switches: whether the row counts in this county."""
CONTACTS: Final[tuple[RecordType, ...]] = tuple(kind for kind in RECORD_TYPES.values() if kind.intercept and kind.is_linked)
"""Record types whose rows are contacts, in the order of the registry."""


def has_switches(kind: RecordType) -> bool:
    """Whether a county may leave out some of the type's records."""
    return kind.counting is not None and bool(kind.counting.switches)


def counts_expression(rules: CountingRules) -> str:
    """SQL of whether a row counts; takes the parameters of the rules. The specification is ``contracts.records.counting.counts``."""
    fields = dict.fromkeys(switch.field for switch in rules.switches if switch.field)
    of_kind = [f"not coalesce(list_contains($not_counted_{name}::varchar[], {name}), false)" for name in fields]
    spans = "list_zip($not_counted_hours_from::integer[], $not_counted_hours_to::integer[])"
    lasts = f"{rules.end} >= {rules.start} + to_hours(span[1]) and {rules.end} < {rules.start} + to_hours(span[2])"
    return " and ".join([*of_kind, f"len(list_filter({spans}, lambda span: {lasts})) = 0"])


def contact_select() -> str:
    """SELECT of every contact from the content tables of the schema ``linked``; takes :func:`contact_parameters`."""
    return f"{QUESTION}\n" + "\nunion all by name\n".join(_of(kind) for kind in CONTACTS)


def contact_parameters() -> dict[str, Any]:
    """How each record type is counted and where it stands in the Sequential Intercept Model, by parameter name."""
    parameters: dict[str, Any] = {}
    for kind in CONTACTS:
        place = kind.intercept or Intercept(0)
        parameters |= {f"{kind.name}_unit": kind.unit.value, f"{kind.name}_intercept": place.value}
        if place.field:
            parameters |= {f"{kind.name}_only": sorted(place.only), f"{kind.name}_otherwise": place.otherwise}
    return parameters


def _of(kind: RecordType) -> str:
    said = kind.contact
    about_health = said.behavioral_health if said else None
    columns = {
        "start_at": f"{kind.start}::timestamp",
        "end_at": f"{kind.end}::timestamp" if kind.end else "null::timestamp",
        "unit": f"${kind.name}_unit::varchar",
        "intercept": _intercept(kind),
        "event_type": (said.event_type if said else None) or "null::varchar",
        "disposition": (said.disposition if said else None) or "null::varchar",
        "is_behavioral_health": _truth(about_health),
    }
    listed = ", ".join([*_KEYS, *(f"{value} as {name}" for name, value in columns.items()), *_PERSON])
    # What a county does not count is no contact; what it could not tell is one.
    counted = f" where coalesce({COUNTS_COLUMN}, true)" if has_switches(kind) else ""
    return f"select {listed} from linked.{kind.name}{counted}"


def _truth(said: str | bool | None) -> str:
    return said if isinstance(said, str) else "null::boolean" if said is None else str(said).lower()


def _intercept(kind: RecordType) -> str:
    place = kind.intercept
    if place is None or place.field is None:
        return f"${kind.name}_intercept::integer"
    # The word decides; a county's silence about a place of its own choice is the other place.
    return (
        f"case when list_contains(${kind.name}_only::varchar[], {place.field}) then ${kind.name}_intercept::integer"
        f" else ${kind.name}_otherwise::integer end"
    )
