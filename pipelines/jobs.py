"""What can be run: the nightly job and the denies job.

Belongs here: which assets a job selects and how it executes. Does not belong here: when it runs (schedules, sensors), what an asset does.
"""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from assets.assets import asset_key, nights
from assets.catalogue import Table, TableKey, published
from contracts.county import County
from contracts.stages import Stage

NIGHTLY = "nightly"
DENIES = "denies"
DENY_PROOF = published("denies")[0]
"""The asset that only the denies job fills."""

_TAGS = {"dagster/max_runtime": "14400"}


def nightly_job(county: County) -> UnresolvedAssetJobDefinition:
    """Every asset of one night but the proof of denies.

    It runs in this process: a spawned step would cost seconds, and the warehouse has one writer.
    """
    return dg.define_asset_job(
        NIGHTLY,
        selection=dg.AssetSelection.all() - dg.AssetSelection.assets(asset_key(DENY_PROOF)),
        partitions_def=nights(county),
        executor_def=dg.in_process_executor,
        tags=_TAGS,
        description="One night: deliveries in, checked, consented, linked, measured, products out.",
    )


def denies_job(county: County, tables: tuple[Table, ...]) -> UnresolvedAssetJobDefinition:
    """From the sources that carry consents and sealings straight to the products; linkage and measures stay as the last good night left them."""
    return dg.define_asset_job(
        DENIES,
        selection=dg.AssetSelection.assets(*(asset_key(key) for key in sorted(denies_selection(tables)))),
        partitions_def=nights(county),
        executor_def=dg.in_process_executor,
        tags=_TAGS,
        description="A deny never waits: consents and sealings are read now and every product they touch is rebuilt or withdrawn.",
    )


def denies_selection(tables: tuple[Table, ...]) -> frozenset[TableKey]:
    """Keys of the denies job: what consents and legal events come from, the whole consented stage, and the proof."""
    by_key = {table.key: table for table in tables}
    wanted = {table.key for table in tables if table.key.stage is Stage.CONSENTED} | {DENY_PROOF}
    waiting = [key for key in by_key if key.stage is Stage.CHECKED and key.name in {"consent", "legal_event"}]
    return frozenset(wanted | _with_ancestors(waiting, by_key) | {
        table.key for table in tables if table.key.stage is Stage.CHECKED and table.filled_with & set(waiting)
    })
