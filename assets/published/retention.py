"""Deliveries and refused rows whose time is up.

Belongs here: what may go, what stays and why, removing it. Does not belong here: superseded products (publish), erasure of a person
(erasure.py), the account of disclosures, which lies in registers and ledger and is never removed here: six years of it are owed to anybody
who asks (45 CFR 164.528).
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from assets.acquired.landing import MANIFEST
from contracts.county import Retention
from resources.home import Home, sync_folder
from resources.sql import Connection, rows

GB = 1024**3


@dataclass(frozen=True)
class Expired:
    """One delivery or quarantine file past its time; ``kept_for`` says why it stays all the same, empty if it goes."""

    place: str
    source: str
    night: date
    path: Path
    bytes: int
    kept_for: str = ""


@dataclass(frozen=True)
class RetentionPlan:
    """Everything past its time, and what deliveries take on disk against the county's budget."""

    expired: tuple[Expired, ...]
    landing_bytes: int
    budget_bytes: int | None

    @property
    def going(self) -> tuple[Expired, ...]:
        """What is removed."""
        return tuple(item for item in self.expired if not item.kept_for)

    @property
    def over_budget(self) -> int:
        """Bytes over the budget once what goes is gone; nothing younger than its time is removed to meet it."""
        freed = sum(item.bytes for item in self.going if item.place == "landing")
        return max(0, self.landing_bytes - freed - self.budget_bytes) if self.budget_bytes is not None else 0

    def counts(self) -> dict[str, int]:
        """Files and deliveries that go, by place and source."""
        return dict(sorted(Counter(f"{item.place}/{item.source}" for item in self.going).items()))


def plan_retention(con: Connection, home: Home, retention: Retention, *, night: date) -> RetentionPlan:
    """What is past its time on a night, without changing anything.

    A delivery that any source's newest accepted state rests on stays, however old: without it the next night would have nothing to fall
    back to. So does whatever is under a legal hold.
    """
    newest = dict(rows(con, _IN_USE))
    held = {hold.source: hold.until for hold in retention.legal_holds if night < hold.until}
    found = []
    for manifest in sorted(home.landing.glob(f"*/[0-9a-f]*/{MANIFEST}")):
        folder = manifest.parent
        taken = date.fromisoformat(json.loads(manifest.read_text(encoding="utf-8"))["night"])
        if taken <= night - timedelta(days=retention.landing_days):
            why = _kept(folder.parent.name, folder.name, held, newest)
            found.append(Expired("landing", folder.parent.name, taken, folder, _size(folder), why))
    for path in sorted(home.quarantine.glob("*/*.duckdb")):
        refused = date.fromisoformat(path.stem)
        if refused <= night - timedelta(days=retention.quarantine_days):
            found.append(Expired("quarantine", path.parent.name, refused, path, path.stat().st_size, _kept(path.parent.name, "", held, {})))
    budget = None if retention.landing_budget_gb is None else int(retention.landing_budget_gb * GB)
    return RetentionPlan(tuple(found), _size(home.landing), budget)


_IN_USE = "select name, max_by(sha256, night) from registers.main.night_item where kind = 'delivery' and sha256 is not null group by name"


def _kept(source: str, sha256: str, held: Mapping[str, date], newest: Mapping[str, str]) -> str:
    if source in held:
        return f"legal hold until {held[source]}"
    return "in use: the newest state of the source rests on it" if sha256 and newest.get(source) == sha256 else ""


def remove(planned: RetentionPlan) -> int:
    """Remove what goes; returns bytes freed. The intake register keeps every delivery's counts and hashes."""
    for item in planned.going:
        if item.path.is_dir():
            for inner in item.path.rglob("*"):
                inner.chmod(0o700 if inner.is_dir() else 0o600)
            shutil.rmtree(item.path)
        else:
            item.path.unlink()
        sync_folder(item.path.parent)
    return sum(item.bytes for item in planned.going)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
