"""What can be run: the nightly job and the denies job.

Belongs here: which assets a job selects and how it executes. Does not belong here: when it runs (schedules, sensors), what an asset does.
"""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from assets.acquired.assets import feed_tables
from assets.assets import asset_key, nights
from assets.catalogue import TableKey
from assets.checked.assets import derived_tables, record_tables
from assets.consented.assets import tables as consented_tables
from assets.published.assets import DENIES as DENY_PROOF
from assets.source_groups import source_groups
from contracts.county import County

NIGHTLY = "nightly"
DENIES = "denies"
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


def denies_job(county: County) -> UnresolvedAssetJobDefinition:
    """From the sources that carry consents and sealings to the products; linkage and measures stay as the last good night left them."""
    return dg.define_asset_job(
        DENIES,
        selection=dg.AssetSelection.assets(*(asset_key(key) for key in denies_selection(county))),
        partitions_def=nights(county),
        executor_def=dg.in_process_executor,
        tags=_TAGS,
        description="A deny never waits: consents and sealings are read now, and every product they touch is rebuilt or withdrawn.",
    )


def denies_selection(county: County) -> tuple[TableKey, ...]:
    """Assets of the denies job, sorted."""
    groups = [group for group in source_groups(county.sources) if group.carries_denies]
    selected = {
        *(table.key for group in groups for source in group.sources for table in feed_tables(source)),
        *(table.key for group in groups for table in record_tables(county, group)),
        *(table.key for table in derived_tables(county)),
        *(table.key for table in consented_tables(county)),
        DENY_PROOF,
    }
    return tuple(sorted(selected))
