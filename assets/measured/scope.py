"""The only thing a measure may read: an attached scratch database called ``scope``.

Belongs here: which tables and columns a scope has, and opening one from SELECTs. Does not belong here: who may see what (a product
decides that before it opens a scope) and any measure.

A scope is a set of permitted contacts. For the integrator its objects are views over the linked tables; for a product they are tables
that hold only that product's permitted rows, with NULL in every column it may not use. The same questions are put to both.

Conventions:

* every .sql file of this stage reads ``scope.<table>`` and its own common table expressions, nothing else;
* keys (``person_key``, ``record_id``, ``domain``) are never NULL: a product passes pseudonyms;
* a table that a scope does not hold is there, with the right columns and no rows;
* what one measure builds for another is added to ``scope`` under a name that is not in ``SCOPE_TABLES`` (see ``measure.py``);
* people who may not be linked with anybody are measured in every domain that links their system (see ``seat.sql``), so ``domain`` may
  differ from what was given; the tables as given are ``given_<table>``;
* a person whose rows of a system may not be linked or shown has ``membership.link_state = 'withheld'`` for that system, so that
  bounds can be given; without membership rows the bounds are NULL.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import duckdb
import sqlglot
from sqlglot import exp

from assets.checked.known_sql import shown_columns
from assets.linked.content import CONTENT
from contracts.records import RECORD_TYPES
from resources.sql import Connection, load_sql, replace_table, rows, scalar

SCOPE: Final = "scope"

_KEYS: Final = {"record_id": "VARCHAR", "person_key": "VARCHAR", "domain": "VARCHAR", "system": "VARCHAR", "source": "VARCHAR"}
_SUBJECT: Final = {"subject_id": "VARCHAR", "age_at_event": "INTEGER", "sex": "VARCHAR", "region": "VARCHAR", "labels": "VARCHAR[]"}

_WRITTEN: Final[Mapping[str, Mapping[str, str]]] = {
    # One row per countable contact, subject role only.
    "contact": {
        **_KEYS,
        "subject_id": "VARCHAR",
        "record_type": "VARCHAR",
        "start_at": "TIMESTAMP",
        "end_at": "TIMESTAMP",  # NULL: open (bed_day) or instantaneous (event)
        "unit": "VARCHAR",  # event | bed_day
        "intercept": "INTEGER",  # 0-5
        "event_type": "VARCHAR",
        "disposition": "VARCHAR",
        "is_behavioral_health": "BOOLEAN",
        "age_at_event": "INTEGER",
        "region": "VARCHAR",
        "labels": "VARCHAR[]",
    },
    "jail_booking": {
        **_KEYS,
        **_SUBJECT,
        "booked_at": "TIMESTAMP",
        "released_at": "TIMESTAMP",
        "release_type": "VARCHAR",
        "facility": "VARCHAR",
        "arresting_agency": "VARCHAR",
        "booking_type": "VARCHAR",
        "charge_level": "VARCHAR",
        "bjmhs_positive": "BOOLEAN",
        "bjmhs_at": "TIMESTAMP",
        "homeless": "BOOLEAN",
        "resident": "BOOLEAN",
        "counts": "BOOLEAN",  # false: the county does not count it as a booking; NULL: it does
    },
    "jail_charge": {
        **_KEYS,
        "subject_id": "VARCHAR",
        "parent_record_id": "VARCHAR",
        "charge_date": "DATE",
        "statute": "VARCHAR",
        "charge_description": "VARCHAR",
        "charge_level": "VARCHAR",
        "position": "INTEGER",
    },
    "cad_person": {
        **_KEYS,
        **_SUBJECT,
        "parent_record_id": "VARCHAR",
        "event_at": "TIMESTAMP",
        "call_type": "VARCHAR",
        "is_behavioral_health": "BOOLEAN",
        "call_disposition": "VARCHAR",
    },
    "co_responder_encounter": {
        **_KEYS,
        **_SUBJECT,
        "started_at": "TIMESTAMP",
        "ended_at": "TIMESTAMP",
        "team_type": "VARCHAR",
        "clinician_present": "BOOLEAN",
        "presenting_issue": "VARCHAR",
        "suicidal": "BOOLEAN",
        "intoxicated": "BOOLEAN",
        "weapon": "BOOLEAN",
        "disposition": "VARCHAR",
        "homeless": "BOOLEAN",
        "cad_record_id": "VARCHAR",
    },
    "health_encounter": {
        **_KEYS,
        **_SUBJECT,
        "started_at": "TIMESTAMP",
        "ended_at": "TIMESTAMP",
        "encounter_class": "VARCHAR",
        "encounter_type": "VARCHAR",
        "program_id": "VARCHAR",
        "is_part2": "BOOLEAN",
    },
    "health_diagnosis": {
        **_KEYS,
        "subject_id": "VARCHAR",
        "parent_record_id": "VARCHAR",
        "diagnosed_on": "DATE",
        "icd10": "VARCHAR",
        "is_smi": "BOOLEAN",
        "is_sud": "BOOLEAN",
        "is_part2": "BOOLEAN",
    },
    "screening": {
        **_KEYS,
        "subject_id": "VARCHAR",
        "booking_record_id": "VARCHAR",
        "screened_at": "TIMESTAMP",
        "screen": "VARCHAR",
        "answers": "INTEGER[]",  # in the order of the form; a NULL item was not answered
        "total_score": "INTEGER",
        "stated_result": "VARCHAR",
    },
    "race_assertion": {
        **_KEYS,
        "subject_id": "VARCHAR",
        "raw_code": "VARCHAR",
        "races": "VARCHAR[]",
        "hispanic": "BOOLEAN",
        "category_system": "VARCHAR",
        "method": "VARCHAR",  # self | observed | proxy | unknown
        "asserted_on": "DATE",
    },
    "person_attribute": {
        "person_key": "VARCHAR",
        "domain": "VARCHAR",
        "sex": "VARCHAR",
        "age": "INTEGER",
        "resident": "BOOLEAN",
        "region": "VARCHAR",
    },
    # Aggregates only: no person in these two.
    "jail_count": {"count_date": "DATE", "facility": "VARCHAR", "population": "INTEGER", "bookings": "INTEGER"},
    "source_total": {
        "source": "VARCHAR",
        "system": "VARCHAR",
        "feed": "VARCHAR",
        "record_type": "VARCHAR",
        "rows_read": "BIGINT",
        "admitted_now": "BIGINT",
        "subjects": "BIGINT",
        "subjects_linked": "BIGINT",
        "subjects_withheld": "BIGINT",
        "complete_through": "DATE",
    },
    # Totals that other fields deliver; about no person.
    "aggregate_count": {
        "period_start": "DATE",
        "period_end": "DATE",  # half-open
        "field": "VARCHAR",
        "decision_point": "VARCHAR",
        "race_group": "VARCHAR",
        "sex": "VARCHAR",
        "age_band": "VARCHAR",
        "region": "VARCHAR",
        "stratum": "VARCHAR",
        "stratum_value": "VARCHAR",
        "count": "BIGINT",
        "category_system": "VARCHAR",
        "source": "VARCHAR",
        "system": "VARCHAR",
    },
    "membership": {"person_key": "VARCHAR", "domain": "VARCHAR", "system": "VARCHAR", "link_state": "VARCHAR"},
}


def _declared(record_type: str) -> dict[str, str]:
    """Columns of a content table as its record type declares them."""
    shown = {name: kind.upper() for name, kind in shown_columns(RECORD_TYPES[record_type]).items()}
    left_out = {"version", "person_role", "record_type", "known_from", "known_to", *_KEYS}
    return {**_KEYS, **{name: kind for name, kind in shown.items() if name not in left_out}}


SCOPE_TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    **_WRITTEN,
    **{name: _declared(name) for name in CONTENT if name not in _WRITTEN},
}
"""Table -> column -> DuckDB type, in order: what every scope holds. Types that no measure names yet come from the registry."""

_NEVER_NULL: Final = ("record_id", "person_key", "domain")


class ScopeFault(ValueError):
    """A scope that cannot be measured honestly; says which table, which rule and how many rows, never a value."""


def open_scope(con: Connection, tables: Mapping[str, str], *, materialise: bool = False) -> None:
    """Attach a fresh in-memory database as ``scope`` with every table of ``SCOPE_TABLES``.

    Columns are matched by name and cast to the scope's type; a column the SELECT lacks becomes NULL; further columns are left out.
    An earlier scope of the same connection is dropped. Close with :func:`close_scope`.

    Args:
        con: open connection, outside a transaction (DuckDB writes to one database per transaction).
        tables: scope table -> one SELECT, without parameters. Tables named ``schema.table`` are looked up in the current database.
        materialise: copy the rows now (a product) instead of reading through views (the integrator).

    Raises:
        ScopeFault: if a name is not a scope table, a text is not one SELECT, or a key is NULL.
    """
    unknown = sorted(set(tables) - set(SCOPE_TABLES))
    if unknown:
        raise ScopeFault(f"{unknown} are not tables of a scope; there are: {', '.join(sorted(SCOPE_TABLES))}")
    close_scope(con)
    con.execute(f"attach ':memory:' as {SCOPE}")
    for name, columns in SCOPE_TABLES.items():
        if name in tables:
            _create(con, f"given_{name}", _qualified(con, tables[name], name), columns, "table" if materialise else "view")
        else:
            typed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            con.execute(f"create table {SCOPE}.given_{name} ({typed})")
    _refuse_null_keys(con)
    reseated = replace_table(con, f"{SCOPE}.seat", load_sql("assets.measured", "seat")) > 0
    for name, columns in SCOPE_TABLES.items():
        con.execute(f"create view {SCOPE}.{name} as {_seated(name, columns, reseated=reseated)}")


def _seated(name: str, columns: Mapping[str, str], *, reseated: bool) -> str:
    """The table as given, with people who may not be linked measured where their system is linked."""
    if "domain" not in columns or not reseated:
        return f"select * from {SCOPE}.given_{name}"
    return (
        f"select given_{name}.* replace (coalesce(seat.measured_in, given_{name}.domain) as domain)"
        f" from {SCOPE}.given_{name} left join {SCOPE}.seat on seat.domain = given_{name}.domain"
    )


def whole_of(con: Connection, schema: str) -> dict[str, str]:
    """One SELECT for every scope table that ``schema`` of the current database holds; a table that it lacks stays empty."""
    question = "select table_name from duckdb_tables() where database_name = current_database() and schema_name = $schema"
    views = "select view_name from duckdb_views() where database_name = current_database() and schema_name = $schema"
    held = {name for (name,) in (*rows(con, question, {"schema": schema}), *rows(con, views, {"schema": schema}))}
    return {name: f"select * from {schema}.{name}" for name in SCOPE_TABLES if name in held}


def close_scope(con: Connection) -> None:
    """Detach ``scope`` if it is attached; its scratch tables are gone."""
    if is_open(con):
        con.execute(f"detach {SCOPE}")


def is_open(con: Connection) -> bool:
    """Whether a scope is attached to this connection."""
    return bool(scalar(con, "select count(*) from duckdb_databases() where database_name = $name", {"name": SCOPE}))


def _create(con: Connection, name: str, query: str, columns: Mapping[str, str], kind: str) -> None:
    held = {column for (column,) in rows(con, f"select column_name from (describe {query})")}
    selected = ", ".join(
        f'cast("{column}" as {type_}) as "{column}"' if column in held else f'cast(null as {type_}) as "{column}"'
        for column, type_ in columns.items()
    )
    con.execute(f"create {kind} {SCOPE}.{name} as select {selected} from ({query}) as permitted")


def _qualified(con: Connection, query: str, name: str) -> str:
    """The SELECT with ``schema.table`` spelled ``database.schema.table``: a view in ``scope`` would look in ``scope`` first."""
    try:
        statements = [statement for statement in sqlglot.parse(query, read="duckdb") if statement is not None]
    except sqlglot.errors.SqlglotError:
        raise ScopeFault(f"the text for scope table [{name}] is not SQL that can be read") from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise ScopeFault(f"the text for scope table [{name}] must be exactly one SELECT")
    current = str(scalar(con, "select current_database()"))
    schemas = {schema for (schema,) in rows(con, "select schema_name from duckdb_schemas() where database_name = current_database()")}
    bare = [table for table in statements[0].find_all(exp.Table) if table.db in schemas and not table.catalog]
    for table in bare:
        table.set("catalog", exp.to_identifier(current, quoted=True))
    return str(statements[0].sql(dialect="duckdb")) if bare else query


def _refuse_null_keys(con: Connection) -> None:
    for name, columns in SCOPE_TABLES.items():
        keys = [key for key in _NEVER_NULL if key in columns]
        if not keys:
            continue
        condition = " or ".join(f"{key} is null" for key in keys)
        try:
            nulls = int(scalar(con, f"select count(*) from {SCOPE}.given_{name} where {condition}"))
        except duckdb.Error:
            raise ScopeFault(f"scope table [{name}] cannot be read; check its SELECT and its column types") from None
        if nulls:
            raise ScopeFault(f"scope table [{name}] has [{nulls}] rows without one of {keys}; a product passes pseudonyms, never NULL")
