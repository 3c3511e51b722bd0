"""Permitted content joined to person keys.

Belongs here: which content tables carry a person key, and the derived tables that measures read. Does not belong here: who is one
person (night.py), what a measure says, or who may see a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from contracts.records import RECORD_TYPES
from contracts.vocabularies.health import COMMUNITY_ENCOUNTER_TYPES
from resources.sql import Connection, load_sql, replace_table

PACKAGE = "assets.linked"
CONTENT: tuple[str, ...] = ("jail_booking", "jail_charge", "cad_person", "co_responder_encounter", "health_encounter", "health_diagnosis")
"""Record types whose rows get a person key."""
DERIVED: tuple[str, ...] = ("race_assertion", "contact", "person_attribute", "jail_count", "source_total")
"""Tables that one .sql file each derives, in order: ``contact`` and ``person_attribute`` read the content tables above."""


def join_content(con: Connection, *, night: date) -> Mapping[str, int]:
    """Fill every content table of the linked stage; returns rows by table.

    Only rows whose person was the subject, whose subject has a person key tonight, and whose record is neither sealed nor expunged.
    A subject that may not be linked keeps its rows under a person of its own.
    """
    counts = {name: replace_table(con, f"linked.{name}", _of(name)) for name in CONTENT}
    parameters = {"night": night, **contact_parameters()}
    return counts | {name: replace_table(con, f"linked.{name}", load_sql(PACKAGE, name), parameters) for name in DERIVED}


def contact_parameters() -> dict[str, Any]:
    """Parameters of contact.sql: how each record type is counted and where it stands in the Sequential Intercept Model."""
    parameters: dict[str, Any] = {"community_types": sorted(word.value for word in COMMUNITY_ENCOUNTER_TYPES)}
    for name in CONTENT:
        intercept = RECORD_TYPES[name].intercept
        parameters |= {f"{name}_unit": RECORD_TYPES[name].unit.value, f"{name}_intercept": intercept.value if intercept else None}
    return parameters


def _of(record_type: str) -> str:
    """The content question put to one record type of the registry: the one place where a table name enters a text."""
    return load_sql(PACKAGE, "content").replace("checked.jail_booking", f"checked.{record_type}")
