"""Permitted content joined to person keys.

Belongs here: which content tables carry a person key, and the derived tables that measures read. Does not belong here: who is one
person (night.py), what a contact is made of (contact.py), what a measure says, or who may see a row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from assets.linked.contact import COUNTS_COLUMN, contact_parameters, contact_select, counts_expression, has_switches
from contracts.records import RECORD_TYPES
from contracts.records.counting import CountingRules
from resources.sql import Connection, load_sql, replace_table

__all__ = ["CONTENT", "COUNTS", "DERIVED", "contact_parameters", "contact_select", "join_content", "shown"]

PACKAGE = "assets.linked"
CONTENT: Final[tuple[str, ...]] = tuple(
    name for name, kind in RECORD_TYPES.items() if kind.is_about_people and kind.is_content and kind.is_linked
)
"""Record types whose rows get a person key."""
COUNTS: Final = ("jail_count", "aggregate_count")
"""Record types without a person that measures read beside contacts, as the agency counted."""
DERIVED: Final[tuple[str, ...]] = ("race_assertion", "contact", "person_attribute", *COUNTS, "source_total")
"""Tables derived from others, in order: ``contact`` and ``person_attribute`` read the content tables above."""
ASKED_FOR: Final = frozenset(
    {"jail_booking", "jail_charge", "cad_person", "co_responder_encounter", "health_encounter", "health_diagnosis", "jail_count"}
)
"""Tables that measures of every county name; the others are assets only where a source delivers them."""


def shown(names: Collection[str], delivered: Collection[str]) -> tuple[str, ...]:
    """Those of the tables that are assets of a county: delivered there, or asked for everywhere."""
    return tuple(name for name in names if name in delivered or name in ASKED_FOR)


def join_content(con: Connection, *, night: date, counting: Mapping[str, CountingRules] | None = None) -> Mapping[str, int]:
    """Fill every content table of the linked stage; returns rows by table.

    Only rows whose person was the subject, whose subject has a person key tonight, and whose record is neither sealed nor expunged.
    A subject that may not be linked keeps its rows under a person of its own. Rows of a type with counting switches say in ``counts``
    whether they count, by the county's rules (``counting``, by record type) or the type's own.
    """
    rules = {kind.name: kind.counting for kind in RECORD_TYPES.values() if has_switches(kind) and kind.counting} | dict(counting or {})
    counts = {
        name: replace_table(con, f"linked.{name}", _of(name, rules.get(name)), rules[name].parameters() if name in rules else None)
        for name in CONTENT
    }
    replace_table(con, "temp.known_record", _known())
    parameters = {"night": night, **contact_parameters()}
    return counts | {name: replace_table(con, f"linked.{name}", _derived(name), parameters) for name in DERIVED}


def _derived(name: str) -> str:
    if name == "contact":
        return contact_select()
    return f"select * from checked.{name}" if name in COUNTS else load_sql(PACKAGE, name)


def _of(record_type: str, rules: CountingRules | None) -> str:
    """The content question put to one record type of the registry: the one place where a table name enters a text."""
    joined = load_sql(PACKAGE, "content").replace("checked.jail_booking", f"checked.{record_type}")
    if rules is None or not rules.switches:
        return joined
    return f"select joined.*, {counts_expression(rules)} as {COUNTS_COLUMN} from ({joined}) as joined"


def _known() -> str:
    """How many records of each type are known of each source."""
    return " union all ".join(
        f"select source, record_type, count(*) as records from checked.{name} group by source, record_type" for name in RECORD_TYPES
    )
