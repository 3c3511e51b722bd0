"""What other rows and earlier nights say about each row, and whether the delivery may be used at all.

Belongs here: orphans, dispositions, absences, the two caps. Does not belong here: mapping (before), writing (after).
"""

from __future__ import annotations

from assets.checked.registry_sql import held_view, versions_table
from assets.checked.staging import PACKAGE, Staged, refused_count, show
from contracts.records import RECORD_TYPES
from contracts.sources import DeliveryMode, Source
from resources.sql import Connection, count, load_sql, replace_table, scalar

ORPHAN_RULE = "parent_unknown"


def judge(con: Connection, source: Source, feeds: list[Staged]) -> str:
    """Give every row of a delivery its disposition, in ``judged_<n>``, and every ended record a place in ``gone_<n>``.

    Returns:
        Why the delivery must be refused as a whole, in words without values; empty if it may be used.
    """
    snapshot = source.delivery_mode is DeliveryMode.FULL_SNAPSHOT
    reasons = []
    by_type = {feed.record_type.name: feed for feed in feeds}
    for feed in feeds:
        con.execute(held_view(feed.record_type)).fetchall()
        show(con, feed, "keyed", "refused_record")
        parent = feed.record_type.parent
        if snapshot and parent and parent.required:
            _refuse_orphans(con, source, feed, by_type[parent.record_type])
        replace_table(con, feed.table("judged"), load_sql(PACKAGE, "judged"))
        reasons += _too_many_refused(con, source, feed)
        reasons += _end_records(con, source, feed, snapshot=snapshot)
    return "; ".join(reasons)


def _refuse_orphans(con: Connection, source: Source, feed: Staged, parent: Staged) -> None:
    """Rows whose parent is neither in the snapshot nor, refused there, still known from before."""
    con.execute(
        "create or replace temp view delivered_parent as"
        f" select record_id from {parent.table('keyed')} union"
        f" select record_id from {parent.table('refused_record')} where record_id in"
        f" (select record_id from {versions_table(parent.record_type)} where known_to is null)"
    ).fetchall()
    replace_table(con, "temp.orphan", load_sql(PACKAGE, "orphan"))
    column = next((name for name, columns in feed.feed.columns.items() for said in columns if said.to == "source_parent_id"), "")
    con.execute(
        f"insert into {feed.table('refusal')} by name"
        " select part_order, row_position, $column as column_name, $rule as rule from temp.orphan",
        {"column": column, "rule": ORPHAN_RULE},
    ).fetchall()
    con.execute(
        f"delete from {feed.table('keyed')} as keyed using temp.orphan as orphan"
        " where keyed.part_order = orphan.part_order and keyed.row_position = orphan.row_position"
    ).fetchall()
    con.execute("drop table temp.orphan").fetchall()
    con.execute("drop view temp.delivered_parent").fetchall()


def _too_many_refused(con: Connection, source: Source, feed: Staged) -> list[str]:
    refused = refused_count(con, feed)
    if refused <= source.tolerated_rows or refused <= source.refusal_cap * feed.rows_read:
        return []
    return [
        f"feed [{feed.name}]: {refused} of {feed.rows_read} rows refused, more than the cap of {source.refusal_cap:.1%}; see the quarantine"
    ]


def _end_records(con: Connection, source: Source, feed: Staged, *, snapshot: bool) -> list[str]:
    """Fill ``gone_<n>``; returns a reason if more is gone than may go in one night."""
    asked = {"source": source.name}
    if feed.record_type.name == "consent":
        # A consent that the source tried to change, in a way nobody can read, is not relied on.
        replace_table(con, feed.table("gone"), load_sql(PACKAGE, "withdrawn"), asked)
        return []
    unread = int(scalar(con, f"select count(*) from {feed.table('refused_key')} where source_record_id is null"))
    if not snapshot or unread:
        # With a row whose key nobody can read, absence proves nothing.
        replace_table(con, feed.table("gone"), "select null::varchar as record_id where false")
        return []
    replace_table(con, feed.table("gone"), load_sql(PACKAGE, "absent"), asked)
    gone = count(con, feed.table("gone"))
    held = int(scalar(con, "select count(*) from temp.held where source = $source", asked))
    if gone <= source.tolerated_rows or gone <= source.delete_cap * held:
        return []
    return [
        f"feed [{feed.name}]: {gone} of {held} known records are not in tonight's snapshot, more than the cap of {source.delete_cap:.1%}"
    ]


def held_parents(con: Connection, feed: Staged) -> None:
    """``temp.held_parent``: parents known after tonight's admissions so far."""
    parent = feed.record_type.parent
    table = versions_table(RECORD_TYPES[parent.record_type]) if parent else versions_table(feed.record_type)
    con.execute(f"create or replace temp view held_parent as select record_id from {table} where known_to is null").fetchall()
