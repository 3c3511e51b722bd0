"""What was taken away, as one small file that is kept apart from backups and is newer than any of them.

Belongs here: writing it, reading it, replaying it into restored registers. Does not belong here: backups (backup.py) and what a deny does
(assets/consented).

A backup remembers what was permitted when it was made. The list remembers what was taken away since: erasures, revocations at the office,
opt-outs on paper, every deny of the newest night, names of people that a product no longer uses and secrets that were destroyed. It holds
the integrator's own ids and no name; it is still to be kept like a key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb

from resources.backup import BackupFault
from resources.home import write_atomically
from resources.ledger import LedgerReport
from resources.sql import Connection, rows, table_exists
from resources.warehouse import migrate

FORMAT: Final = 1
_TABLES: Final[Mapping[str, str]] = {
    "erasure": "select * from registers.main.erasure order by kind, id",
    "paper_revocation": "select * from registers.main.paper_revocation order by consent_id, recorded_on",
    "paper_consent": "select * from registers.main.paper_consent where provision_type = 'deny' order by consent_id",
    "key_epoch": "select * from registers.main.key_epoch order by recipient, product, epoch",
}
_SECRETS: Final = "select name, fingerprint, since, destroyed_on from registers.main.secret where destroyed_on is not null order by name"
_DESTROYED: Final = "destroyed_secret"
_COLUMNS: Final = "select column_name from duckdb_columns() where database_name = 'registers' and table_name = $table"
_KEYED: Final = frozenset({"erasure", "paper_consent", "key_epoch"})
"""Registers that hold one row a key: what they say already stands."""
_SINCE_FIRST: Final = frozenset({"key_epoch", _DESTROYED})
"""Not in lists written before they were kept."""
_DENY: Final = "select subject_id, reason, operation, recipient, element_class, from_night from consented.deny order by all"


@dataclass(frozen=True)
class DenyList:
    """A list as read: the ledger it was written under, and rows by table."""

    entries: int
    head: str
    tables: Mapping[str, list[dict[str, Any]]]

    @property
    def rows(self) -> int:
        """Everything that was taken away."""
        return sum(len(found) for found in self.tables.values())


def write_deny_list(con: Connection, path: Path, ledger: LedgerReport) -> int:
    """Write the list, mode 0600; returns how much was taken away. ``con`` is the warehouse with ``registers``, read-only will do."""
    tables = {name: _dicts(con, question) for name, question in _TABLES.items()}
    tables["deny"] = _dicts(con, _DENY) if table_exists(con, "consented", "deny") else []
    tables[_DESTROYED] = _dicts(con, _SECRETS)
    document = {"format": FORMAT, "entries": ledger.entries, "head": ledger.head, "tables": tables}
    write_atomically(path, json.dumps(document, indent=1, sort_keys=True, default=str).encode(), mode=0o600)
    return sum(len(found) for found in tables.values())


def read_deny_list(path: Path) -> DenyList:
    """The list.

    Raises:
        BackupFault: if the file is none.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        told = document["tables"]
        tables = {
            name: [dict(row) for row in told[name]] for name in (*_TABLES, "deny", _DESTROYED) if name in told or name not in _SINCE_FIRST
        }
        listed = DenyList(int(document["entries"]), str(document["head"]), tables)
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupFault(f"{path.name} is no deny list; write one with: throughcare deny-list FILE") from None
    _refuse_strange_columns(tables)
    return listed


def _refuse_strange_columns(tables: Mapping[str, list[dict[str, Any]]]) -> None:
    """Make sure that a list names no column that registers have not: names of columns become part of statements.

    Raises:
        BackupFault: naming the table.
    """
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as registers")
        migrate(con)
        for name, found in tables.items():
            known = {column for (column,) in rows(con, _COLUMNS, {"table": _register_of(name)})}
            if any(not row.keys() <= known for row in found):
                raise BackupFault(f"the deny list says of [{name}] what registers of this version do not know; write the list again")


def _register_of(table: str) -> str:
    return {"deny": "replayed_deny", _DESTROYED: "secret"}.get(table, table)


def replay(con: Connection, listed: DenyList, *, recorded_on: date) -> int:
    """Enter what a list says and the registers do not; returns rows entered. Doing it twice enters nothing more."""
    before = _total(con)
    for row in listed.tables.get(_DESTROYED, []):
        _destroy(con, row)
    for name, found in listed.tables.items():
        if name == _DESTROYED:
            continue
        table = _register_of(name)
        for row in found:
            said = {**row, "recorded_on": recorded_on.isoformat()} if name == "deny" else row
            names = sorted(said)
            same = " and ".join(f"{column} is not distinct from ${column}" for column in names if column != "recorded_on" or name != "deny")
            listed_columns, values = ", ".join(names), ", ".join(f"${column}" for column in names)
            con.execute(
                f"insert into registers.main.{table} ({listed_columns}) select {values} "
                f"where not exists (select 1 from registers.main.{table} where {same})"
                + (" on conflict do nothing" if table in _KEYED else ""),
                said,
            ).fetchall()
    return _total(con) - before


def _total(con: Connection) -> int:
    held = sum(int(rows(con, f"select count(*) from registers.main.{name}")[0][0]) for name in (*_TABLES, "replayed_deny"))
    return held + len(rows(con, _SECRETS))


def _destroy(con: Connection, row: Mapping[str, Any]) -> None:
    """A secret destroyed after the backup stays destroyed, even where a key backup still has it."""
    con.execute(
        "insert into registers.main.secret (name, fingerprint, since, destroyed_on) values ($name, $fingerprint, $since, $destroyed_on) "
        "on conflict (name) do update set destroyed_on = excluded.destroyed_on",
        dict(row),
    ).fetchall()


def _dicts(con: Connection, question: str) -> list[dict[str, Any]]:
    cursor = con.execute(question)
    names = [str(column[0]) for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
