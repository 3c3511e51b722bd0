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

IDENTITY_TYPES: Mapping[str, str] = dict.fromkeys(IDENTITY_FIELDS, "varchar") | {
    "birth_date": "date",
    "birth_year": "integer",
    "birth_month": "integer",
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
        pl.Int64: "bigint",
        pl.Float64: "double",
        pl.Date: "date",
        pl.Datetime("us"): "timestamp",
        pl.List(pl.String): "varchar[]",
        pl.List(pl.Int32): "integer[]",
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


def admitted_columns(record_type: RecordType) -> dict[str, str]:
    """Columns that follow from a row's own fields and the county's text, made when the row is admitted (derived_<record type>.sql)."""
    return {derived.name: derived.sql_type for derived in record_type.derived if derived.at_admission}


def is_completed(record_type: RecordType) -> bool:
    """Whether ``derived_<record type>.sql`` adds to a row, or completes it, when it is admitted."""
    return bool(admitted_columns(record_type) or record_type.folded)


def content_columns(record_type: RecordType) -> dict[str, str]:
    """A record type's own content columns and their SQL types, references and those made at admission included."""
    own = {field: sql_type(record_type.fields[field]) for field in record_type.content_fields}
    references = {reference.column: "varchar" for reference in record_type.references}
    return own | references | admitted_columns(record_type)


def known_columns(record_type: RecordType) -> dict[str, str]:
    """A record type's content columns and their SQL types as everybody after checking sees them."""
    own = {name: kind for name, kind in content_columns(record_type).items() if name not in record_type.folded}
    parent = {record_type.parent.column: "varchar"} if record_type.parent and record_type.parent.column else {}
    return own | parent | {derived.name: derived.sql_type for derived in record_type.derived}


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
    """Columns of a staged feed: where each row stood, every canonical field, and null for what other record types have besides."""
    place = {"part_order": "integer", "row_position": "bigint"}
    shared = dict.fromkeys(("source_person_id", "source_parent_id", "person_role", "reference_key"), "varchar")
    identity = {**IDENTITY_TYPES, "other_names": sql_type(RECORD_TYPES["health_patient"].fields["other_names"])}
    race = {"race": "varchar[]", "ethnicity": "varchar", "race_raw": "varchar"}
    return place | shared | identity | race | {field: sql_type(dtype) for field, dtype in record_type.fields.items()}


def create_staged(record_type: RecordType, table: str) -> str:
    """DDL of a staged feed's temporary table."""
    listed = ", ".join(f"{name} {kind}" for name, kind in staged_columns(record_type).items())
    return f"create or replace temp table {table} ({listed})"


def staged_view(record_type: RecordType, table: str) -> str:
    """DDL of ``temp.staged``: a staged feed with the content hash of each row and the day its identity was stated."""
    version, stated = version_expression(record_type), start_expression(record_type)
    return f"create or replace temp view staged as select *, {version} as version, {stated} as stated_on from {table}"


def version_expression(record_type: RecordType) -> str:
    """SQL of the content hash of a staged row: every field but its key and the time of its last change."""
    fields = [field for field in record_type.fields if field not in {"source_record_id", "source_updated_at"}]
    listed = ", ".join(f"'{field}': {field}" for field in fields)
    return f"left(sha256(to_json({{{listed}}})::varchar), 32)"


def content_fingerprint(record_type: RecordType) -> str:
    """SQL of what a record says happened, without any key: the same for a record that was given another key."""
    listed = ", ".join(f"'{field}': {field}" for field in record_type.content_fields)
    return f"md5(to_json({{{listed}}})::varchar)"


def start_expression(record_type: RecordType) -> str:
    """SQL of the day on which a staged row's identity was stated: the event's, else that of the last change."""
    start = record_type.start if record_type.start in record_type.fields else "source_updated_at"
    return f"{start}::date"


def insert_admitted(record_type: RecordType, selected: str) -> str:
    """INSERT of admitted rows into the versions table; ``selected`` gives them with their derived columns."""
    references = {reference.column: "reference_record_id" for reference in record_type.references}
    fixed = {
        "person_role": "role",
        "source": "$source",
        "system": "$system",
        "record_type": "$record_type",
        "labels": "$labels",
        "known_from": "$night::date",
        "known_to": "null::date",
        **references,
    }
    listed = ", ".join(f"{fixed.get(name, name)} as {name}" for name in versions_columns(record_type))
    return f"insert into {versions_table(record_type)} by name select {listed} from ({selected})"


def held_view(record_type: RecordType) -> str:
    """DDL of ``temp.held``: the versions of a record type that are known before tonight's delivery, of every source."""
    table = versions_table(record_type)
    return f"create or replace temp view held as select record_id, version, source, source_updated_at from {table} where known_to is null"


def close_versions(table: str) -> str:
    """UPDATE that ends, tonight, what is known of the records in ``temp.ended``."""
    ended = "record_id in (select record_id from temp.ended)"
    return f"update {table} set known_to = $night where source = $source and known_to is null and {ended}"
