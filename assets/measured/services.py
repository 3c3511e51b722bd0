"""The table ``service_gap``: need, contact and capacity side by side.

Belongs here: bringing the county's services into the scope and asking. Does not belong here: reading the file (contracts/services.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from assets.measured.run import Run
from assets.measured.scope import SCOPE
from assets.measured.settled import create_from
from contracts.services import read_services

SERVICE: Final = {"intercept": "INTEGER", "region": "VARCHAR", "service": "VARCHAR", "capacity": "BIGINT", "language": "VARCHAR"}


def write_service_gaps(run: Run, services: Path | None) -> None:
    """Fill ``service_gap``.

    Raises:
        TermsFaults: if the file cannot be used.
    """
    listed = [] if services is None else [vars(service) for service in read_services(services)]
    create_from(run.con, f"{SCOPE}.service", SERVICE, listed)
    period_start = run.since(run.definitions.stepping_up.period, run.systems)
    run.publish("service_gap", period_start=period_start, has_services=services is not None)
