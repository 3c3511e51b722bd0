"""A night's subjects linked once more beside the real thing: in memory, with any model, leaving nothing behind.

Belongs here: opening what a full link needs on top of a warehouse that is only read. Does not belong here: linking, or comparing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from assets.linked.diff import PROFILE
from assets.linked.model import FrozenModel
from assets.linked.night import link_domains
from contracts.linkage import LinkageChoice
from resources.home import Home
from resources.keyring import Keyring
from resources.sql import Connection, quoted, rows
from resources.warehouse import migrate

READ = ("checked", "consented")


@contextmanager
def shadow(home: Home) -> Iterator[Connection]:
    """An empty linked stage in memory over tonight's checked and consented tables, with the judgements of reviewers."""
    con = duckdb.connect(":memory:")
    try:
        con.execute("set threads=2").fetchall()
        con.execute("set enable_progress_bar=false").fetchall()
        con.execute(f"attach {quoted(home.warehouse)} as real_warehouse (read_only)").fetchall()
        con.execute(f"attach {quoted(home.registers)} as real_registers (read_only)").fetchall()
        con.execute("attach ':memory:' as registers").fetchall()
        migrate(con)
        con.execute("insert into registers.main.review_decision by name select * from real_registers.main.review_decision").fetchall()
        for stage in (*READ, "linked"):
            con.execute(f"create schema {stage}").fetchall()
        for stage, table in rows(
            con,
            "select table_schema, table_name from information_schema.tables"
            " where table_catalog = 'real_warehouse' and list_contains($read, table_schema) order by all",
            {"read": list(READ)},
        ):
            con.execute(f'create view {stage}."{table}" as select * from real_warehouse.{stage}."{table}"').fetchall()
        yield con
    finally:
        con.close()


def linked_with(home: Home, model: FrozenModel, choice: LinkageChoice, *, night: date) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Tonight's subjects linked from nothing with ``model``.

    Returns (subject_id, system, person) of every subject, (subject_a, subject_b, match_weight, veto) of every edge, and (system, kind,
    bucket, pairs): how weights and levels are spread.
    """
    with tempfile.TemporaryDirectory() as keys, shadow(home) as con:
        link_domains(con, model=model, choice=choice, keyring=Keyring(Path(keys)), night=night)
        members = con.sql("select subject_id, system, domain || '|' || person_key as person from linked.membership").pl()
        edges = con.sql("select subject_a, subject_b, match_weight, veto from linked.edge where known_to is null").pl()
        profile = con.sql(PROFILE).pl()
    return members, edges, profile
