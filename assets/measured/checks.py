"""Checks of the integrator's measures.

Belongs here: that measuring neither loses nor invents a contact. Does not belong here: whether a figure is plausible.
"""

from datetime import datetime

import dagster as dg

from assets.assets import asset_key
from assets.catalogue import TableKey
from assets.checks import check_result
from resources.sql import Connection, load_sql, rows

CONSERVED = "contacts_conserved"


def timeline_specs(key: TableKey) -> list[dg.AssetCheckSpec]:
    """What is checked of the timeline."""
    return [
        dg.AssetCheckSpec(
            CONSERVED,
            asset=asset_key(key),
            blocking=True,
            description="Every linked contact is in the timeline, once; nothing else claims to be one.",
        )
    ]


def timeline_results(con: Connection, key: TableKey, as_of: datetime) -> list[dg.AssetCheckResult]:
    """Compare record ids on both sides."""
    contacts, missing = rows(con, load_sql("assets.measured", "conservation"), {"as_of": as_of})[0]
    return [check_result(key, CONSERVED, missing == 0, {"contacts": contacts, "missing": missing}, blocks=True)]
