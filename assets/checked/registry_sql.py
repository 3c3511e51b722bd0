"""The one place of this stage where names from the repository's own registry enter SQL text.

Belongs here: column lists and expressions made of field names of record types. Does not belong here: any value, any name from a county's
text or a vendor's file: those are bound as parameters or stay in frames.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from polars.datatypes import DataType

from contracts.records import RECORD_TYPES, RecordType
from contracts.records.registry import IDENTITY_FIELDS

RECORD_COLUMNS: Mapping[str, str] = {
    "record_id": "varchar not null",
    "version": "varchar not null",
    "subject_id": "varchar",
    "parent_record_id": "varchar",
    "person_role": "varchar",
    "source": "varchar not null",
    "system": "varchar not null",
    "record_type": "varchar not null",
    "labels": "varchar[] not null",
}
"""Columns of every versioned content table, before its own."""

KNOWN_COLUMNS: Mapping[str, str] = {"source_updated_at": "timestamp", "known_from": "date not null", "known_to": "date"}
"""Columns of every versioned content table, after its own."""

DERIVED_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "cad_event": {"is_behavioral_health": "boolean"},
    "health_encounter": {"is_part2": "boolean"},
    "health_diagnosis": {"is_smi": "boolean", "is_sud": "boolean"},
    "consent": {"is_defective": "boolean", "defect": "varchar"},
}
"""Columns that follow from a row's own fields and the county's text, made when the row is admitted (derived_<record type>.sql)."""

IDENTITY_TYPES: Mapping[str, str] = {
    field: "date" if field == "birth_date" else "integer" if field in {"birth_year", "birth_month"} else "varchar" for field in IDENTITY_FIELDS
}
"""Columns of an identity."""


def sql_type(dtype: DataType | type[DataType]) -> str:
    """DuckDB's name of a canonical field's type.

    Raises:
        TypeError: for a type that no contract uses.
    """
    scalars: dict[DataType | type[DataType], str] = {
        pl.String: "varchar",
        pl.Boolean: "boolean",
        pl.Int32: "integer",
        pl.Date: "date",
        pl.Datetime("us"): "timestamp",
        pl.List(pl.String): "varchar[]",
    }
    for known, name in scalars.items():
        if dtype == known:
            return name
    if isinstance(dtype, pl.List) and isinstance(dtype.inner, pl.Struct):
        fields = ", ".join(f"{field.name} varchar" for field in dtype.inner.fields)
        return f"struct({fields})[]"
    raise TypeError(f"no SQL type for [{dtype}]")


def versions_table(record_type: RecordType) -> str:
    """Qualified name of the table with every version of a record type."""
    return f"checked.{record_type.name}_versions"


def known_view(record_type: RecordType) -> str:
    """Qualified name of the view with what is known tonight."""
    return f"checked.{record_type.name}"


def content_columns(record_type: RecordType) -> dict[str, str]:
    """A record type's own content columns and their SQL types, references and derived ones included."""
    own = {field: sql_type(record_type.fields[field]) for field in record_type.content_fields}
    references = {reference.column: "varchar" for reference in record_type.references}
    return own | references | dict(DERIVED_COLUMNS.get(record_type.name, {}))


def versions_columns(record_type: RecordType) -> dict[str, str]:
    """Every column of the versions table."""
    return {**RECORD_COLUMNS, **content_columns(record_type), **KNOWN_COLUMNS}


def create_versions(record_type: RecordType) -> str:
    """DDL of the versions table."""
    listed = ", ".join(f"{name} {kind}" for name, kind in versions_columns(record_type).items())
    return f"create table if not exists {versions_table(record_type)} ({listed})"


def create_known(record_type: RecordType, sql: str) -> str:
    """DDL of the view of what is known tonight."""
    return f"create or replace view {known_view(record_type)} as {sql}"


def staged_columns(record_type: RecordType) -> dict[str, str]:
    """Columns of a staged feed: where each row stood, then every canonical field."""
    place = {"part_order": "integer", "row_position": "bigint"}
    fields = {field: sql_type(dtype) for field, dtype in record_type.fields.items()}
    # Fields that only some record types have, so that one question can be put to all.
    shared = {field: "varchar" for field in ("source_person_id", "source_parent_id", "person_role", "reference_key", "evidence")}
    identity = {**IDENTITY_TYPES, "other_names": sql_type(RECORD_TYPES["health_patient"].fields["other_names"])}
    race = {"race": "varchar[]", "ethnicity": "varchar", "race_raw": "varchar"}
    return place | shared | identity | race | fields


def version_expression(record_type: RecordType) -> str:
    """SQL of the content hash of a staged row: every field but its key and the time of its last change."""
    fields = [field for field in record_type.fields if field not in {"source_record_id", "source_updated_at"}]
    listed = ", ".join(f"'{field}': {field}" for field in fields)
    return f"left(sha256(to_json({{{listed}}})::varchar), 32)"


def start_expression(record_type: RecordType) -> str:
    """SQL of the day on which a staged row's identity was stated: the event's, else that of the last change."""
    start = record_type.start if record_type.start in record_type.fields else "source_updated_at"
    return f"{start}::date"


def admitted_columns(record_type: RecordType) -> str:
    """Column list with which admitted rows enter the versions table."""
    return ", ".join(versions_columns(record_type))
