"""Checks of canonical records: blocking where a row must be so, advisory where a delivery usually is so.

Belongs here: turning the counts of a check report and the verdicts of the suites into Dagster's types. Does not belong here: contracts
(contracts/records), their application (check) and what is usual (expectations).
"""

from collections.abc import Iterator, Sequence
from datetime import date

import dagster as dg

from assets.assets import POOL, asset_key
from assets.catalogue import Table, TableKey, checked
from assets.checked import expectations
from assets.checked.check import CheckReport
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
            "No row was refused by its contract (refused rows lie in quarantine). Above the source's cap the delivery itself is refused.",
            blocking=False,
        ),
    ]


def record_results(con: Connection, table: Table, found: Sequence[CheckReport], night: date) -> Sequence[dg.AssetCheckResult]:
    """The three checks of one record type over all sources that deliver it."""
    feeds = [feed for report in found for feed in report.feeds if feed.record_type == table.key.name]
    read = sum(feed.rows_read for feed in feeds)
    disposed = sum(feed.admitted + feed.unchanged + feed.duplicate + feed.superseded + feed.refused for feed in feeds)
    refused = sum(feed.refused for feed in feeds)
    doubled = int(scalar(con, f"select count(*) - count(distinct record_id) from {table.key.qualified}"))
    return [
        check_result(table.key, SUM, disposed == read, {"rows_read": read, "disposed": disposed}, blocks=True),
        check_result(table.key, CONTRACT, doubled == 0, {"records_twice": doubled}, blocks=True),
        check_result(
            table.key,
            REFUSALS,
            refused == 0,
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
