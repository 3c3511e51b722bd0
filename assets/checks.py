"""What the checks of every stage share.

Belongs here: turning a verdict and its counts into Dagster's types. Does not belong here: any rule.
"""

from collections.abc import Mapping

import dagster as dg

from assets.assets import asset_key, metadata_of
from assets.catalogue import Table, TableKey


def check_spec(table: Table, name: str, description: str, *, blocking: bool) -> dg.AssetCheckSpec:
    """A check that the step of its table makes itself."""
    return dg.AssetCheckSpec(name, asset=asset_key(table.key), description=description, blocking=blocking)


def check_result(key: TableKey, name: str, passed: bool, figures: Mapping[str, object], *, blocks: bool) -> dg.AssetCheckResult:
    """The outcome: counts only. ``blocks`` stops what comes after; otherwise a failure is a warning."""
    return dg.AssetCheckResult(
        check_name=name,
        asset_key=asset_key(key),
        passed=passed,
        severity=dg.AssetCheckSeverity.ERROR if blocks else dg.AssetCheckSeverity.WARN,
        metadata=metadata_of(figures),
    )
