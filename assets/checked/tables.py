"""The stage's tables: what every version of a record said, and the views of what is known tonight.

Belongs here: creating them, undoing a night. Does not belong here: filling them.
Content carries no name, birth date or address. Identifiers lie in ``observation_versions``, ``source_record``, ``identity`` and
``subject``; race lies in ``race_code_versions`` and ``race_assertion``, sex as it was coded in ``sex_code_versions`` and ``sex_assertion``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from assets.checked.known_sql import known_select
from assets.checked.registry_sql import IDENTITY_TYPES, create_known, create_versions, versions_table
from contracts.records import RECORD_TYPES, RecordType
from resources.sql import Connection, load_sql, rows

PACKAGE = "assets.checked"

_IDENTITY = ", ".join(f"{name} {kind}" for name, kind in IDENTITY_TYPES.items())

_TABLES = (
    f"""create table if not exists checked.observation_versions (
            record_id varchar not null, version varchar not null, subject_id varchar, person_role varchar, evidence varchar not null,
            source varchar not null, system varchar not null, record_type varchar not null, source_person_id varchar,
            parent_record_id varchar, {_IDENTITY}, latest_birth_date date, region varchar, resident boolean, recorded_on date,
            key_reuse varchar, known_from date not null, known_to date)""",
    """create table if not exists checked.race_code_versions (
            record_id varchar not null, version varchar not null, subject_id varchar, source varchar not null, system varchar not null,
            parent_record_id varchar, race varchar[], ethnicity varchar, race_raw varchar, category_system varchar not null,
            method varchar not null, asserted_on date, known_from date not null, known_to date)""",
    """create table if not exists checked.sex_code_versions (
            record_id varchar not null, version varchar not null, subject_id varchar, source varchar not null, system varchar not null,
            parent_record_id varchar, sex varchar, sex_raw varchar, question varchar not null, method varchar not null, asserted_on date,
            known_from date not null, known_to date)""",
    """create table if not exists checked.source_record (
            record_id varchar not null, source varchar not null, system varchar not null, record_type varchar not null,
            source_record_id varchar not null, known_from date not null)""",
    """create table if not exists checked.disposition (
            night date not null, source varchar not null, feed varchar not null, record_type varchar not null, rows_read bigint not null,
            admitted bigint not null, unchanged bigint not null, duplicate bigint not null, superseded bigint not null,
            refused bigint not null, deleted bigint not null, awaiting_parent bigint not null, verdict varchar not null,
            complete_through date, delivery_sha256 varchar)""",
    """create table if not exists checked.schema_drift (
            night date not null, source varchar not null, feed varchar not null, drift varchar not null, column_name varchar,
            column_position integer, column_hash varchar, similarity double, action varchar not null)""",
    """create table if not exists checked.row_conservation (
            night date not null, source varchar not null, record_type varchar not null, rows_read bigint not null, admitted bigint not null,
            unchanged bigint not null, duplicate bigint not null, superseded bigint not null, refused bigint not null,
            known_before bigint not null, begun bigint not null, ended bigint not null, known_after bigint not null,
            is_conserved boolean not null)""",
)
SIDE_TABLES = ("checked.observation_versions", "checked.race_code_versions", "checked.sex_code_versions")
_PEOPLE = ("identity", "subject", "race_assertion", "sex_assertion", "key_reuse")


def create_tables(con: Connection) -> None:
    """Create every table and view of the stage that is not there, empty."""
    con.execute("create schema if not exists checked").fetchall()
    for statement in _TABLES:
        con.execute(statement).fetchall()
    for record_type in RECORD_TYPES.values():
        con.execute(create_versions(record_type)).fetchall()
    for record_type in RECORD_TYPES.values():
        con.execute(create_known(record_type, known_select(record_type))).fetchall()
    for name in _PEOPLE:
        con.execute(f"create table if not exists checked.{name} as {load_sql(PACKAGE, name)} limit 0").fetchall()


def undo_night(con: Connection, source: str, record_types: Iterable[RecordType], night: date) -> None:
    """Forget what ``night`` wrote of a source and reopen what it closed: a rerun starts from the state the night found."""
    asked = {"source": source, "night": night}
    for table in (*map(versions_table, record_types), *SIDE_TABLES):
        con.execute(f"delete from {table} where source = $source and known_from = $night", asked).fetchall()
        con.execute(f"update {table} set known_to = null where source = $source and known_to = $night", asked).fetchall()
    con.execute("delete from checked.source_record where source = $source and known_from = $night", asked).fetchall()
    for table in ("disposition", "schema_drift", "row_conservation"):
        con.execute(f"delete from checked.{table} where source = $source and night = $night", asked).fetchall()


def newest_night(con: Connection, source: str) -> date | None:
    """The newest night for which the source was checked."""
    found: date | None = rows(con, "select max(night) from checked.disposition where source = $source", {"source": source})[0][0]
    return found
