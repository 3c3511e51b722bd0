"""No row is lost: what was read, where it went, and what is known of it afterwards, one table a night.

Belongs here: ``checked.row_conservation`` and ``checked.schema_drift`` of one source and night. Does not belong here: deciding where a row
goes (judging), and what becomes of known records once they are linked (assets.linked).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from assets.checked.registry_sql import versions_table
from contracts.sources import Source
from resources.sql import Connection, insert_into, load_sql, scalar

PACKAGE = "assets.checked"


def known_records(con: Connection, source: Source) -> dict[str, int]:
    """Records of the source that are known, by record type."""
    asked = {"source": source.name}
    counted = "select count(*) from {table} where source = $source and known_to is null"
    return {kind.name: int(scalar(con, counted.format(table=versions_table(kind)), asked)) for kind in source.record_types}


def write_conservation(con: Connection, source: Source, night: date, *, before: Mapping[str, int]) -> None:
    """Write the night's account of a source: rows read and where they went, records known before, begun, ended and known after.

    ``begun`` counts versions that are known from tonight on, ``ended`` those that were until tonight: a correction is one of each. A record
    that is void is ended and not begun. ``is_conserved``: both sums hold.

    Args:
        con: the warehouse writer, dispositions of the night written.
        source: the source.
        night: the night.
        before: from :func:`known_records`, after the night was undone.
    """
    after = known_records(con, source)
    for kind in source.record_types:
        table = versions_table(kind)
        asked = {"source": source.name, "night": night}
        figures = {
            "known_before": before.get(kind.name, 0),
            "known_after": after[kind.name],
            "begun": int(scalar(con, f"select count(*) from {table} where source = $source and known_from = $night", asked)),
            "ended": int(scalar(con, f"select count(*) from {table} where source = $source and known_to = $night", asked)),
        }
        insert_into(con, "checked.row_conservation", load_sql(PACKAGE, "row_conservation"), asked | {"record_type": kind.name} | figures)


def write_schema_drift(con: Connection, source: Source, night: date) -> None:
    """Copy what acquisition registered of changed columns into ``checked.schema_drift``."""
    insert_into(con, "checked.schema_drift", load_sql(PACKAGE, "schema_drift"), {"source": source.name, "night": night})
