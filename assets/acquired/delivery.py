"""What is decided about one source's delivery on one night.

Belongs here: verdicts, the report, the one row it becomes. Does not belong here: fetching (resources.source_systems), landing, registers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from resources.sql import Connection, insert_into, load_sql, rows

DELIVERY_TABLE = "acquired.delivery"


class Verdict(StrEnum):
    """What became of a delivery."""

    ACCEPTED = "accepted"  # new, and used
    UNCHANGED = "unchanged"  # delivered, and the same as what was accepted last
    FALLBACK = "fallback"  # missing or refused; what was accepted last is used
    REFUSED = "refused"  # refused, and nothing was ever accepted
    MISSING = "missing"  # not there, and nothing was ever accepted


@dataclass(frozen=True)
class AcquireReport:
    """One source, one night.

    Attributes:
        source: the source.
        night: the night.
        verdict: what was decided.
        rows: rows by feed of the delivery that is used.
        reason: why, in words without values; empty when there is nothing to say.
        sha256: address of tonight's delivery; None when nothing was delivered or all of it refused.
        used_sha256: address of the delivery that is used tonight; None when there is none.
        complete_through: night up to whose midnight the source is complete, as far as deliveries can tell.
    """

    source: str
    night: date
    verdict: Verdict
    rows: Mapping[str, int] = field(default_factory=dict)
    reason: str = ""
    sha256: str | None = None
    used_sha256: str | None = None
    complete_through: date | None = None


def create_delivery_table(con: Connection) -> None:
    """Create ``acquired.delivery`` where it is not there."""
    con.execute("create schema if not exists acquired").fetchall()
    con.execute(
        f"create table if not exists {DELIVERY_TABLE} as {load_sql('assets.acquired', 'delivery')} limit 0", _parameters(None)
    ).fetchall()


def write_delivery(con: Connection, report: AcquireReport) -> None:
    """Replace the source's row of the night."""
    create_delivery_table(con)
    con.execute("begin")
    con.execute(f"delete from {DELIVERY_TABLE} where night = ? and source = ?", [report.night, report.source])
    insert_into(con, DELIVERY_TABLE, load_sql("assets.acquired", "delivery"), _parameters(report))
    con.execute("commit")


def read_delivery(con: Connection, source: str, night: date) -> AcquireReport | None:
    """What was decided about the source on the night; None if nothing was."""
    create_delivery_table(con)
    found = rows(con, load_sql("assets.acquired", "decided"), {"source": source, "night": night})
    if not found:
        return None
    verdict, counts, reason, sha256, used, complete_through = found[0]
    return AcquireReport(source, night, Verdict(verdict), json.loads(counts), reason, sha256, used, complete_through)


def _parameters(report: AcquireReport | None) -> dict[str, object]:
    if report is None:
        return dict.fromkeys(
            ("night", "source", "sha256", "verdict", "rows", "reason", "complete_through", "delivered_sha256_used"),
        )
    return {
        "night": report.night,
        "source": report.source,
        "sha256": report.sha256,
        "verdict": report.verdict.value,
        "rows": json.dumps(dict(report.rows), sort_keys=True),
        "reason": report.reason,
        "complete_through": report.complete_through,
        "delivered_sha256_used": report.used_sha256,
    }
