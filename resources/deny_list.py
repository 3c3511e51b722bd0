"""What was taken away, as one small file that is kept apart from backups and is newer than any of them.

Belongs here: writing it, reading it, replaying it into restored registers. Does not belong here: backups (backup.py) and what a deny does
(assets/consented).

A backup remembers what was permitted when it was made. The list remembers what was taken away since: erasures, revocations at the office,
opt-outs on paper, and every deny of the newest night. It holds the integrator's own ids and no name; it is still to be kept like a key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from resources.backup import BackupFault
from resources.home import write_atomically
from resources.ledger import LedgerReport
from resources.sql import Connection, rows, table_exists

FORMAT: Final = 1
_TABLES: Final[Mapping[str, str]] = {
    "erasure": "select * from registers.main.erasure order by kind, id",
    "paper_revocation": "select * from registers.main.paper_revocation order by consent_id, recorded_on",
    "paper_consent": "select * from registers.main.paper_consent where provision_type = 'deny' order by consent_id",
}
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
        tables = {name: list(document["tables"][name]) for name in (*_TABLES, "deny")}
        return DenyList(int(document["entries"]), str(document["head"]), tables)
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupFault("the file is no deny list; write one with: throughcare deny-list FILE") from None


def replay(con: Connection, listed: DenyList, *, recorded_on: date) -> int:
    """Enter what a list says and the registers do not; returns rows entered. Doing it twice enters nothing more."""
    before = _total(con)
    for name, found in listed.tables.items():
        table = "replayed_deny" if name == "deny" else name
        for row in found:
            said = {**row, "recorded_on": recorded_on.isoformat()} if name == "deny" else row
            names = sorted(said)
            same = " and ".join(f"{column} is not distinct from ${column}" for column in names if column != "recorded_on" or name != "deny")
            listed_columns, values = ", ".join(names), ", ".join(f"${column}" for column in names)
            con.execute(
                f"insert into registers.main.{table} ({listed_columns}) select {values} "
                f"where not exists (select 1 from registers.main.{table} where {same})",
                said,
            ).fetchall()
    return _total(con) - before


def _total(con: Connection) -> int:
    return sum(int(rows(con, f"select count(*) from registers.main.{name}")[0][0]) for name in (*_TABLES, "replayed_deny"))


def _dicts(con: Connection, question: str) -> list[dict[str, Any]]:
    cursor = con.execute(question)
    names = [str(column[0]) for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
