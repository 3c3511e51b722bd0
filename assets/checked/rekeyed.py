"""A vendor that gave known records new keys: the same bookings once more, under numbers nobody has seen.

Belongs here: noticing it before anything is written. Does not belong here: single person ids that changed hands (reused.sql).

Read as it stands, such a delivery would end every record and begin it again, or, where it is no snapshot, double all of them. It is held:
what was known stays, and a person says in the source's text (``rekeyed_on``) on which night it may be taken.
"""

from __future__ import annotations

from datetime import date

from assets.checked.registry_sql import content_fingerprint, versions_table
from assets.checked.staging import PACKAGE, Staged
from contracts.sources import Source
from resources.sql import Connection, load_sql, replace_table, rows

SHARE = 0.5
"""Share of tonight's new keys that must stand for a known record's content."""


def rekeyed(con: Connection, source: Source, siblings: list[Staged], *, night: date) -> list[str]:
    """Why the delivery is held, if it brings known records under new keys; needs ``temp.keyed`` and ``temp.held`` of the record type.

    Only record types that happen at a time are looked at: the content of others is too little to tell two records apart.
    """
    record_type = siblings[0].record_type
    if night in source.rekeyed_on or record_type.start not in record_type.fields:
        return []
    con.execute(
        "create or replace temp view content_held as"
        f" select record_id, {record_type.start} as started, {content_fingerprint(record_type)} as content"
        f" from {versions_table(record_type)} where known_to is null and source = getvariable('rekeyed_source')"
    ).fetchall()
    con.execute(
        f"create or replace temp view content_new as select record_id, {record_type.start} as started,"
        f" {content_fingerprint(record_type)} as content from temp.keyed where not is_deleted"
    ).fetchall()
    con.execute("set variable rekeyed_source = $source", {"source": source.name}).fetchall()
    try:
        replace_table(con, "temp.same_content", load_sql(PACKAGE, "same_content"))
        new, again = rows(con, "select * from temp.same_content")[0]
    finally:
        con.execute("drop view temp.content_held").fetchall()
        con.execute("drop view temp.content_new").fetchall()
    if again <= source.tolerated_rows or again <= SHARE * new:
        return []
    named = ", ".join(f"[{feed.name}]" for feed in siblings)
    said = f"feed {named}: {again} of {new} records under new keys say what known records say that are not in this delivery"
    return [f"{said}; held: if the vendor gave new keys, put {night} under rekeyed_on, else ask for another delivery"]
