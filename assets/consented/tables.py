"""Columns of the consented tables that come from the county's text, and how they are filled.

Belongs here: column types and filling a table from values. Does not belong here: tables that SQL makes from other tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from resources.sql import Connection

TEXTS: Final = pl.List(pl.String)

AGENCY: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "agency": pl.String,
    "receives_as": pl.String,
    "is_integrator": pl.Boolean,
    "is_recipient": pl.Boolean,
}
ELEMENT: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "element": pl.String,
    "record_type": pl.String,
    "system": pl.String,
    "agency": pl.String,
    "classes": TEXTS,
    "labels": TEXTS,
    "decided_on": pl.String,
}
CLAUSE: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "clause_id": pl.String,
    "instrument_id": pl.String,
    "effect": pl.String,
    "contributor": pl.String,
    "recipient": pl.String,
    "operation": pl.String,
    "system": pl.String,
    "element": pl.String,
    "with_systems": TEXTS,
    "labels": TEXTS,
    "purposes": TEXTS,
    "lawful_basis": pl.String,
    "consent_requirement": pl.String,
    "population": TEXTS,
    "record_days": pl.Int32,
    "output_form": pl.String,
    "transform": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "obligations": TEXTS,
    "min_cell": pl.Int32,
    "instrument_kinds": TEXTS,
    "authorities": TEXTS,
    "quote": pl.String,
}
CLAUSE_OUT_OF_FORCE: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {**CLAUSE, "standing": pl.String}
RULE: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "rule_id": pl.String,
    "pack": pl.String,
    "citation": pl.String,
    "says": pl.String,
    "counsel_review": pl.String,
    "effect": pl.String,
    "labels": TEXTS,
    "purposes": TEXTS,
    "operations": TEXTS,
    "recipients": TEXTS,
    "lawful_bases": TEXTS,
    "to_owner": pl.Boolean,
    "kinds": TEXTS,
    "accepts": TEXTS,
    "instrument": pl.String,
    "population": pl.String,
    "unless": TEXTS,
}
INSTRUMENT: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "instrument_id": pl.String,
    "kind": pl.String,
    "title": pl.String,
    "version": pl.String,
    "parent_ids": TEXTS,
    "parties": TEXTS,
    "unsigned": TEXTS,
    "effective_from": pl.Date,
    "expires_on": pl.Date,
    "min_cell": pl.Int32,
    "standing": pl.String,
    "counsel_review": pl.String,
}
LINK_DOMAIN: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {"domain": pl.String, "systems": TEXTS, "clause_ids": TEXTS}
FORM: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "form_id": pl.String,
    "form_version": pl.String,
    "kind": pl.String,
    "denies": pl.Boolean,
    "requires": TEXTS,
    "recipients": TEXTS,
    "purposes": TEXTS,
    "element_classes": TEXTS,
    "operations": TEXTS,
    "in_use_from": pl.Date,
    "withdrawn_on": pl.Date,
    "longest_days": pl.Int32,
    "signers_adult": TEXTS,
    "signers_minor": TEXTS,
    "signers_unknown_age": TEXTS,
}


def fill(
    con: Connection, table: str, columns: Mapping[str, pl.DataType | type[pl.DataType]], values: Sequence[Mapping[str, object]]
) -> int:
    """Create or replace ``table`` with these columns and rows; keys that are no column are left out. Returns the number of rows."""
    kept = [{name: row.get(name) for name in columns} for row in values]
    frame = pl.DataFrame(kept, schema=dict(columns), orient="row")
    con.register("consented_values", frame.to_arrow())
    try:
        con.execute(f"create or replace table {table} as select * from consented_values")
    finally:
        con.unregister("consented_values")
    return len(values)
