"""Checks of canonical records: what a row must be.

Belongs here: turning the counts of a check report into Dagster's types. Does not belong here: contracts (contracts/records), their
application (check), and what a delivery usually is (quality/checks).
"""

from collections import Counter
from collections.abc import Sequence

import dagster as dg

from assets.catalogue import Table
from assets.checked.check import CheckReport, CheckVerdict, FeedReport
from assets.checks import check_result, check_spec
from assets.figures import per_ten_thousand
from resources.sql import Connection, scalar

SUM = "dispositions_sum"
CONTRACT = "contract_holds"
REFUSALS = "refusals_within_cap"


def figures_of(found: Sequence[CheckReport], record_type: str) -> dict[str, object]:
    """Rows by disposition, and refusals by rule, over all sources that deliver a record type."""
    feeds = _feeds(found, record_type)
    totals = {
        name: sum(getattr(feed, name) for feed in feeds)
        for name in ("rows_read", "admitted", "unchanged", "duplicate", "superseded", "refused", "deleted", "awaiting_parent", "set_aside")
    }
    rules: Counter[str] = Counter()
    for feed in feeds:
        rules.update({f"refused.{rule}": number for rule, number in feed.refused_by_rule.items()})
    return totals | dict(sorted(rules.items()))


def _feeds(found: Sequence[CheckReport], record_type: str) -> list[FeedReport]:
    return [feed for report in found for feed in report.feeds if feed.record_type == record_type]


def record_specs(table: Table) -> list[dg.AssetCheckSpec]:
    """What is checked of every record type."""
    return [
        check_spec(table, SUM, "Every row read ended in exactly one disposition: the five sum to the rows read.", blocking=True),
        check_spec(
            table, CONTRACT, "What lies in the table tonight is what its contract admitted: one row a record, none twice.", blocking=True
        ),
        check_spec(
            table,
            REFUSALS,
            "Refused rows (they lie in quarantine) and vanished records are within the source's caps; if not, what was known stays.",
            blocking=False,
        ),
    ]


def record_results(con: Connection, table: Table, found: Sequence[CheckReport]) -> Sequence[dg.AssetCheckResult]:
    """The three checks of one record type over all sources that deliver it."""
    feeds = _feeds(found, table.key.name)
    read, refused = sum(feed.rows_read for feed in feeds), sum(feed.refused for feed in feeds)
    unplaced = sum(not feed.is_whole for feed in feeds)
    doubled = int(scalar(con, f"select count(*) - count(distinct record_id) from {table.key.qualified}"))
    return [
        check_result(table.key, SUM, unplaced == 0, {"rows_read": read, "feeds_that_do_not_sum": unplaced}, blocks=True),
        check_result(table.key, CONTRACT, doubled == 0, {"records_twice": doubled}, blocks=True),
        check_result(
            table.key,
            REFUSALS,
            all(report.verdict not in {CheckVerdict.REFUSED, CheckVerdict.HELD} for report in found),
            {"refused": refused, "refused_per_ten_thousand": per_ten_thousand(refused, read)},
            blocks=False,
        ),
    ]
