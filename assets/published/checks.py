"""Checks of what was published.

Belongs here: turning the counts of a publication or a denies run into check results. Does not belong here: deciding or scanning anything.
"""

from collections.abc import Sequence

import dagster as dg

from assets.assets import asset_key, metadata_of
from assets.catalogue import Table
from assets.published.denies import DeniesReport
from assets.published.publish import PublishReport

READABLE = "readable_tonight"
PROVEN = "absence_proven"
REBUILT = "products_rebuilt"


def figures_of(found: PublishReport) -> dict[str, int]:
    """The counts of one publication."""
    return {
        "tables": len(found.tables),
        "rows": sum(table.rows for table in found.tables),
        "cells_withheld": sum(table.cells_withheld for table in found.tables),
        **{f"withheld.{reason.lower()}": count for reason, count in sorted(found.withheld.items())},
    }


def product_specs(table: Table) -> list[dg.AssetCheckSpec]:
    """What is checked of every product."""
    return [
        dg.AssetCheckSpec(
            READABLE,
            asset=asset_key(table.key),
            description="The product stands: published tonight or unchanged, not withdrawn. Withdrawing is right when its terms end.",
        )
    ]


def product_results(table: Table, found: PublishReport) -> Sequence[dg.AssetCheckResult]:
    """A withdrawn product is a warning: withdrawing is what the terms demanded, and somebody should know."""
    return [
        dg.AssetCheckResult(
            check_name=READABLE,
            asset_key=asset_key(table.key),
            passed=found.verdict != "withdrawn",
            severity=dg.AssetCheckSeverity.WARN,
            metadata=metadata_of({"tables": len(found.tables)}),
        )
    ]


def denies_specs(table: Table) -> list[dg.AssetCheckSpec]:
    """What is checked of a denies run."""
    return [
        dg.AssetCheckSpec(
            PROVEN,
            asset=asset_key(table.key),
            blocking=True,
            description="No identifier of a newly denied person is found, byte for byte, in a product that may not hold it.",
        ),
        dg.AssetCheckSpec(
            REBUILT,
            asset=asset_key(table.key),
            blocking=True,
            description="Every product that readers had was rebuilt; one that could not be is withdrawn, and that is no success.",
        ),
    ]


def denies_results(table: Table, found: DeniesReport) -> Sequence[dg.AssetCheckResult]:
    """One hit anywhere is a failure, and so is a product that had to be withdrawn because it could not be rebuilt."""
    return [
        dg.AssetCheckResult(
            check_name=PROVEN,
            asset_key=asset_key(table.key),
            passed=found.proven,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata=metadata_of({"hits": sum(found.hits.values()), "files_scanned": found.files_scanned}),
        ),
        dg.AssetCheckResult(
            check_name=REBUILT,
            asset_key=asset_key(table.key),
            passed=not found.failures,
            severity=dg.AssetCheckSeverity.ERROR,
            metadata=metadata_of({"not_rebuilt": len(found.failures)}),
        ),
    ]
