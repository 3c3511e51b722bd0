"""Checks of canonical records: blocking where a row must be so, advisory where a delivery usually is so.

Belongs here: turning the counts of a check report and the verdicts of the suites into Dagster's types. Does not belong here: contracts
(contracts/records), their application (check) and what is usual (expectations).
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import dagster as dg

from assets.assets import POOL, asset_key
from assets.catalogue import Table, TableKey, checked
from assets.checked import expectations
from assets.checked.check import CheckReport, CheckVerdict, FeedReport
from assets.checks import check_result, check_spec
from assets.figures import per_ten_thousand
from resources.integrator import Integrator
from resources.sql import Connection, scalar

SUM = "dispositions_sum"
CONTRACT = "contract_holds"
REFUSALS = "refusals_within_cap"

SUITE_OF: dict[str, TableKey] = {
    expectations.VOLUME: checked("disposition")[0],
    expectations.IDENTITY: checked("identity")[0],
    expectations.RACE: checked("race_assertion")[0],
}


def figures_of(found: Sequence[CheckReport], record_type: str) -> dict[str, object]:
    """Rows by disposition, and refusals by rule, over all sources that deliver a record type."""
    feeds = _feeds(found, record_type)
    totals = {
        name: sum(getattr(feed, name) for feed in feeds)
        for name in ("rows_read", "admitted", "unchanged", "duplicate", "superseded", "refused", "deleted", "awaiting_parent")
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
            all(report.verdict is not CheckVerdict.REFUSED for report in found),
            {"refused": refused, "refused_per_ten_thousand": per_ten_thousand(refused, read)},
            blocks=False,
        ),
    ]


def build() -> list[dg.AssetChecksDefinition]:
    """The stage's advisory checks; blocking ones are made by the steps themselves."""

    @dg.multi_asset_check(
        name="checked_is_as_usual",
        specs=[
            dg.AssetCheckSpec(
                suite,
                asset=asset_key(key),
                description=f"Advisory: {_columns(suite)} lie in their usual bands.",
            )
            for suite, key in SUITE_OF.items()
        ],
        pool=POOL,
    )
    def usual(context: dg.AssetCheckExecutionContext, integrator: dg.ResourceParam[Integrator]) -> Iterator[dg.AssetCheckResult]:
        with integrator.step("checked.is_as_usual") as con:
            night = scalar(con, "select max(night) from checked.disposition")
            verdicts = [expectations.run_suite(con, suite, night) for suite in SUITE_OF]
        for verdict in verdicts:
            figures = {"looked_at": verdict.looked_at, **{f"unusual.{column}": True for column in verdict.unmet}}
            yield check_result(SUITE_OF[verdict.suite], verdict.suite, verdict.passed, figures, blocks=False)

    return [usual]


def advisory_checks() -> list[dg.AssetCheckKey]:
    """Keys of the advisory checks."""
    return [dg.AssetCheckKey(asset_key(key), suite) for suite, key in SUITE_OF.items()]


def _columns(suite: str) -> str:
    return ", ".join(item.column for item in expectations.SUITES[suite])
