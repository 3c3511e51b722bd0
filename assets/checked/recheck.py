"""Deliveries that were read under another mapping than the source has now.

Belongs here: which of them are read again tonight, and how many records still stand as an older text read them. Does not belong here:
reading (staging) and judging, which treat them as older parts of tonight's delivery.

A code that a county mends, a column that it begins to map, concern what was delivered before as well. A full snapshot says everything again
each night; of the other sources every accepted delivery is read again from the landing on the first night after the change. A row that
says what it said stays as it is; one that reads otherwise now is a correction of tonight; nothing of earlier nights is rewritten.
"""

from __future__ import annotations

import json
from datetime import date

from assets.acquired.landing import Landed, landed_folder, landed_from, read_landed
from assets.checked.registry_sql import versions_table
from contracts.sources import DeliveryMode, Source
from resources.home import Home
from resources.sql import Connection, load_sql, rows

PACKAGE = "assets.checked"


def deliveries_to_read_again(con: Connection, source: Source, *, night: date, home: Home, tonight: str | None) -> tuple[Landed, ...]:
    """Accepted deliveries of earlier nights, oldest first, if the source's mapping is not the one they were last read by.

    Args:
        con: the warehouse writer with ``registers`` attached.
        source: the source's text.
        night: tonight.
        home: where deliveries lie; one that was removed by retention is left out.
        tonight: tonight's delivery, which is read anyway.

    Raises:
        LandingDamaged: if a delivery is not what its manifest says.
    """
    if source.delivery_mode is DeliveryMode.FULL_SNAPSHOT or not is_mapped_anew(con, source, night):
        return ()
    found = rows(con, load_sql(PACKAGE, "accepted_delivery"), {"source": source.name, "night": night})
    kept = [landed_from(landed_folder(home, source.name, sha256), json.loads(manifest)) for sha256, manifest in found if sha256 != tonight]
    return tuple(read_landed(home, source.name, landed.sha256) for landed in kept if landed.folder.is_dir())


def is_mapped_anew(con: Connection, source: Source, night: date) -> bool:
    """Whether the source was last read by another mapping than its text has now."""
    found = rows(con, load_sql(PACKAGE, "last_mapping"), {"source": source.name, "night": night})
    return bool(found) and found[0][0] != source.mapping_sha256


def records_by_older_mappings(con: Connection, source: Source) -> int:
    """How many known records of the source were last read by another mapping than its text has now.

    Not zero between a change of the text and the next night, and where the landing no longer holds what was delivered.
    """
    asked = {"source": source.name, "mapping": source.mapping_sha256}
    counted = (
        "select count(*) from {table} as held where held.source = $source and held.known_to is null and exists ("
        " select 1 from registers.main.night_item as item where item.kind = 'mapping' and item.name = $source"
        " and item.night = (select max(night) from registers.main.night_item where kind = 'mapping' and name = $source)"
        " and item.sha256 <> $mapping)"
    )
    return sum(int(rows(con, counted.format(table=versions_table(kind)), asked)[0][0]) for kind in source.record_types)
