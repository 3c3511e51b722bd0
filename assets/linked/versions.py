"""The linked stage's tables that live from night to night, and the one way they change.

Belongs here: the layout of versioned tables, opening and closing rows by night, undoing a night. Does not belong here: what the rows
mean, and the registers, which have their own history. A row is known from ``known_from`` until ``known_to`` (null: still known).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from resources.sql import Connection, count, replace_table, rows


@dataclass(frozen=True)
class Versioned:
    """One versioned table: its key among live rows, and all its columns with their types in order."""

    key: tuple[str, ...]
    columns: Mapping[str, str]
    keeps_history: bool
    """Whether closed rows stay. Tables that hold identifiers keep a closed row only until the next night, as undo needs it."""


TABLES: Mapping[str, Versioned] = {
    "setting": Versioned(("domain",), {"domain": "varchar", "fingerprint": "varchar"}, keeps_history=True),
    "standardised": Versioned(
        ("domain", "subject_id"),
        {
            "domain": "varchar",
            "subject_id": "varchar",
            "node": "ubigint",
            "system": "varchar",
            "first_name": "varchar",
            "first_names": "varchar[]",
            "first_roots": "varchar[]",
            "middle_names": "varchar[]",
            "middle_initials": "varchar[]",
            "last_name": "varchar",
            "last_names": "varchar[]",
            "suffix": "varchar",
            "dob": "varchar",
            "birth_ym": "varchar",
            "dobs": "varchar[]",
            "dob_variants": "varchar[]",
            "sex": "varchar",
            "phones": "varchar[]",
            "addresses": "varchar[]",
            "zips": "varchar[]",
            "cities": "varchar[]",
            "ssn4s": "varchar[]",
            "state_ids": "varchar[]",
            "is_weak": "boolean",
            "is_held": "boolean",
            "identity_hash": "hugeint",
        },
        keeps_history=False,
    ),
    "shared_value": Versioned(
        ("domain", "kind", "value"),
        {"domain": "varchar", "kind": "varchar", "value": "varchar"},
        keeps_history=False,
    ),
    "block_key": Versioned(
        ("domain", "node", "key"),
        {"domain": "varchar", "node": "ubigint", "key": "ubigint"},
        keeps_history=False,
    ),
    "edge": Versioned(
        ("domain", "subject_a", "subject_b"),
        {
            "domain": "varchar",
            "subject_a": "varchar",
            "subject_b": "varchar",
            "match_weight": "double",
            "match_probability": "double",
            "gammas": "varchar",
            "model_version": "varchar",
            "veto": "varchar",
        },
        keeps_history=True,
    ),
    "membership_versions": Versioned(
        ("domain", "subject_id"),
        {
            "domain": "varchar",
            "subject_id": "varchar",
            "system": "varchar",
            "person_key": "varchar",
            "link_state": "varchar",
            "link_confidence": "double",
        },
        keeps_history=True,
    ),
}


def prepare(con: Connection) -> None:
    """Create the versioned tables that are missing."""
    con.execute("create table if not exists linked.night_begun (night date not null, is_finished boolean not null)").fetchall()
    con.execute("create table if not exists linked.one_id_system (system varchar not null)").fetchall()
    _drop_old_layouts(con)
    for name, table in TABLES.items():
        columns = ", ".join(f"{column} {kind}" for column, kind in table.columns.items())
        con.execute(f"create table if not exists linked.{name} ({columns}, known_from date not null, known_to date)").fetchall()


def _drop_old_layouts(con: Connection) -> None:
    """A table that an older release laid out otherwise goes, and with it everything compared: the next night does it anew."""
    found: dict[str, set[str]] = {}
    for table, column in rows(
        con,
        "select table_name, column_name from information_schema.columns"
        " where table_catalog = current_database() and table_schema = 'linked' and table_name in (select unnest($names))",
        {"names": list(TABLES)},
    ):
        found.setdefault(table, set()).add(column)
    if any(columns != {*TABLES[name].columns, "known_from", "known_to"} for name, columns in found.items()):
        for name, table in TABLES.items():
            if name in found and not (table.keeps_history and found[name] == {*table.columns, "known_from", "known_to"}):
                con.execute(f"drop table linked.{name}").fetchall()
        if "setting" in found:
            # Without it every subject counts as never compared.
            con.execute("delete from linked.setting where known_to is null").fetchall()


def unfinished(con: Connection) -> list[date]:
    """Nights that began and did not end: a crash left them half written."""
    return [night for (night,) in rows(con, "select night from linked.night_begun where not is_finished order by night")]


def begin(con: Connection, night: date) -> None:
    """Note that ``night`` is being written."""
    con.execute("delete from linked.night_begun where night = $night", {"night": night}).fetchall()
    con.execute("insert into linked.night_begun values ($night, false)", {"night": night}).fetchall()


def finish(con: Connection, night: date) -> None:
    """Note that ``night`` is whole."""
    con.execute("update linked.night_begun set is_finished = true where night = $night", {"night": night}).fetchall()


def undo(con: Connection, night: date) -> None:
    """Forget what ``night`` wrote, and reopen what it closed: a rerun starts from the state the night found."""
    for name in TABLES:
        con.execute(f"delete from linked.{name} where known_from = $night", {"night": night}).fetchall()
        con.execute(f"update linked.{name} set known_to = null where known_to = $night", {"night": night}).fetchall()


def forget(con: Connection, night: date) -> None:
    """Drop closed rows of tables that keep no history, but for those closed by ``night`` itself."""
    for name, table in TABLES.items():
        if not table.keeps_history:
            con.execute(f"delete from linked.{name} where known_to < $night", {"night": night}).fetchall()


def replace(
    con: Connection, name: str, *, staged: str, domain: str, night: date, scope: str | None = None, live: str | None = None
) -> tuple[int, int]:
    """Make the live rows of one domain equal to ``staged``, touching only what differs.

    Args:
        con: the warehouse.
        name: a table of :data:`TABLES`.
        staged: a temporary table of this stage with the table's columns but ``domain``, each key once.
        domain: whose rows are replaced.
        night: opens new rows and closes old ones.
        scope: a temporary table with ``subject_id`` (of keys: ``node``): only rows of these subjects may be closed (an edge: of either
            end). None: all.
        live: a temporary table of exactly these rows and their ``number`` (rowid), where they were read already tonight.

    Returns:
        (rows opened, rows closed)
    """
    table = TABLES[name]
    own = [column for column in table.columns if column != "domain"]
    listed = ", ".join(own)
    parameters = {"domain": domain, "night": night}
    found = f"select rowid as number, {listed} from linked.{name} as live where domain = $domain and known_to is null{_within(own, scope)}"
    replace_table(con, "temp.linked_live", f"select number, {listed} from {live}" if live else found, {"domain": domain})
    new, old = f"select {listed} from {staged}", f"select {listed} from linked_live"
    if not count(con, "linked_live"):
        # Where nothing was, everything is new: no need to look for what is equal.
        con.execute(f"create or replace temp table linked_opened as {new}").fetchall()
        con.execute(f"create or replace temp table linked_closed as {old}").fetchall()
    else:
        con.execute(f"create or replace temp table linked_opened as {new} except {old}").fetchall()
        con.execute(f"create or replace temp table linked_closed as {old} except {new}").fetchall()
        keys = " and ".join(f"live.{column} = gone.{column}" for column in table.key if column != "domain") or "true"
        # By the number of the row, which holds as long as nothing is written in between: the table need not be searched again.
        con.execute(
            f"update linked.{name} set known_to = $night where rowid in"
            f" (select live.number from linked_live as live join linked_closed as gone on {keys})",
            {"night": night},
        ).fetchall()
    con.execute(
        f"insert into linked.{name} by name select $domain as domain, {listed}, $night::date as known_from, null::date as known_to"
        f" from linked_opened",
        parameters,
    ).fetchall()
    return count(con, "linked_opened"), count(con, "linked_closed")


def _within(columns: list[str], scope: str | None) -> str:
    if scope is None:
        return ""
    if "subject_id" in columns:
        ends = {"subject_id": "subject_id"}
    elif "subject_a" in columns:
        ends = {"subject_a": "subject_id", "subject_b": "subject_id"}
    else:
        ends = {"node": "node"}
    tests = " or ".join(f"live.{end} in (select scope.{own} from {scope} as scope)" for end, own in ends.items())
    return f" and ({tests})"


def show_membership(con: Connection) -> None:
    """``linked.membership``: who is which person tonight."""
    con.execute(
        "create or replace view linked.membership as select subject_id, system, domain, person_key, link_state, link_confidence"
        " from linked.membership_versions where known_to is null"
    ).fetchall()
