"""Checks of deliveries.

Belongs here: telling how a delivery was judged. Does not belong here: judging it (acquire).
"""

from collections.abc import Sequence

import dagster as dg

from assets.acquired.acquire import AcquireReport
from assets.catalogue import Table
from assets.checks import check_result, check_spec
from assets.figures import Digest

ACCEPTED = "delivery_accepted"
GOOD = frozenset({"accepted", "unchanged"})


def figures_of(found: AcquireReport, feed: str) -> dict[str, object]:
    """Counts of one feed."""
    return {"rows": found.rows.get(feed), "verdict": found.verdict, "sha256": Digest(found.sha256) if found.sha256 else None}


def delivery_specs(table: Table) -> list[dg.AssetCheckSpec]:
    """What is checked of every source."""
    return [
        check_spec(
            table,
            ACCEPTED,
            "Tonight's delivery of the source was accepted. If not, its last accepted delivery stands in and the night goes on.",
            blocking=False,
        )
    ]


def delivery_results(table: Table, found: AcquireReport) -> Sequence[dg.AssetCheckResult]:
    """A bad delivery is a warning: it never stops the night."""
    return [
        check_result(
            table.key,
            ACCEPTED,
            found.verdict in GOOD,
            {"verdict": found.verdict, "rows": sum(found.rows.values())},
            blocks=False,
        )
    ]
