"""The columns of every table, found by running a night on nothing.

Belongs here: the stages' own functions in their own order, in memory, without a row. Does not belong here: a second list of columns, which
could be wrong.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import duckdb

from contracts.county import County
from contracts.stages import STAGES
from resources.home import Home
from resources.keyring import Keyring
from resources.sql import Connection, rows
from resources.warehouse import migrate

Columns = Mapping[str, Mapping[str, str]]
"""``schema.table`` -> column -> DuckDB type, in the order of the table."""


def columns_of_every_table(county: County) -> Columns:
    """Columns of every table that a night of this county writes to the warehouse."""
    con = duckdb.connect()
    try:
        con.execute("set timezone='UTC'")
        for stage in STAGES:
            con.execute(f"create schema {stage.value}")
        con.execute("attach ':memory:' as registers")
        migrate(con)
        _run(con, county)
        return _described(con)
    finally:
        con.close()


def _run(con: Connection, county: County) -> None:
    from assets.acquired.delivery import create_delivery_table
    from assets.checked.quality.measure import measure_quality
    from assets.checked.tables import create_tables
    from assets.consented import consent
    from assets.consented.own_id import write_own_ids
    from assets.linked.night import join_content, link_night
    from assets.measured.assets import measure_everything
    from assets.measured.scope import close_scope, open_scope, whole_of

    night = county.text.first_night
    create_delivery_table(con)
    create_tables(con)
    with tempfile.TemporaryDirectory() as home:
        measure_quality(con, county=county, night=night, home=Home(Path(home)))
    for write in (
        consent.write_clauses,
        consent.write_link_domains,
        consent.write_erased_records,
        consent.write_consents,
        consent.write_custody,
        consent.write_court_orders,
        consent.write_denies,
    ):
        write(con, county, night)
    write_own_ids(con)
    consent.write_link_permissions(con, county, night)
    with tempfile.TemporaryDirectory() as keys:
        link_night(con, county=county, keyring=Keyring(Path(keys)), night=night)
    join_content(con, night=night)
    open_scope(con, whole_of(con, "linked"))
    measure_everything(con, county, datetime.combine(night, datetime.min.time()))
    close_scope(con)


def _described(con: Connection) -> Columns:
    found: dict[str, dict[str, str]] = {}
    listed = rows(
        con,
        "select table_schema || '.' || table_name, column_name, data_type from information_schema.columns"
        " where table_catalog = current_database() order by table_schema, table_name, ordinal_position",
    )
    for table, column, kind in listed:
        found.setdefault(str(table), {})[str(column)] = str(kind)
    return found
