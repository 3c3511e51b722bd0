"""How many people the systems share after a night.

Belongs here: the one question, asked of the warehouse. Does not belong here: linking, and any person.
"""

from __future__ import annotations

import duckdb

from pipelines.onboarding.trial import PACKAGE
from resources.home import Home
from resources.sql import load_sql, rows, table_exists
from resources.warehouse import Warehouse


def shared_people(home: Home) -> list[dict[str, object]]:
    """People by system, and by pair of systems; empty before the first night, and while a run is writing."""
    if not home.warehouse.exists():
        return []
    try:
        with Warehouse(home).reader() as con:
            if not table_exists(con, "linked", "membership"):
                return []
            found = rows(con, load_sql(PACKAGE, "shared_people"))
    except duckdb.IOException:
        return []
    names = ("system", "with", "people", "subjects", "withheld")
    return [dict(zip(names, line, strict=True)) for line in found]
