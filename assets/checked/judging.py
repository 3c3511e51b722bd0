"""What other rows and earlier nights say about each row, and whether the delivery may be used at all.

Belongs here: orphans, dispositions, absences, the two caps. Does not belong here: mapping (before), writing (after).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from assets.checked.registry_sql import held_view, versions_table
from assets.checked.rekeyed import rekeyed
from assets.checked.staging import PACKAGE, Staged, refused_count, show
from contracts.records import RECORD_TYPES
from contracts.sources import DeliveryMode, Source
from resources.sql import Connection, count, load_sql, replace_table, scalar

ORPHAN_RULE = "parent_unknown"


@dataclass(frozen=True)
class Judgement:
    """Why a delivery may not be used as a whole, in words without values; empty: it may. ``is_held``: a person has to look at it."""

    reason: str
    is_held: bool = False


def judge(con: Connection, source: Source, feeds: list[Staged], *, night: date) -> Judgement:
    """Give every row of a delivery its disposition, in ``judged_<n>``, and every ended record a place in ``gone_<n>``."""
    snapshot = source.delivery_mode is DeliveryMode.FULL_SNAPSHOT
    reasons: list[str] = []
    held: list[str] = []
    by_type: dict[str, list[Staged]] = {}
    for feed in feeds:
        by_type.setdefault(feed.record_type.name, []).append(feed)
    for siblings in by_type.values():
        record_type = siblings[0].record_type
        con.execute(held_view(record_type)).fetchall()
        if snapshot and record_type.parent and record_type.parent.required:
            for feed in siblings:
                show(con, feed, "keyed")
                _refuse_orphans(con, source, feed, by_type[record_type.parent.record_type])
        show(con, siblings, "keyed", "refused_record")
        _give_dispositions(con, siblings)
        reasons += [reason for feed in siblings for reason in _too_many_refused(con, source, feed)]
        ended = _end_records(con, source, siblings, snapshot=snapshot)
        under_new_keys = rekeyed(con, source, siblings, night=night)
        held += under_new_keys
        reasons += [] if under_new_keys else ended
    return Judgement("; ".join([*held, *reasons]), is_held=bool(held) and not reasons)


def _give_dispositions(con: Connection, siblings: list[Staged]) -> None:
    """Judge the rows of all feeds of one record type together: two feeds may speak of one record."""
    if len(siblings) == 1:
        replace_table(con, siblings[0].table("judged"), load_sql(PACKAGE, "judged"))
        return
    replace_table(con, "temp.judged_all", load_sql(PACKAGE, "judged"))
    for feed in siblings:
        own = [part.order for part in feed.parts]
        replace_table(con, feed.table("judged"), "select * from temp.judged_all where list_contains($own, part_order)", {"own": own})


def _refuse_orphans(con: Connection, source: Source, feed: Staged, parents: list[Staged]) -> None:
    """Rows whose parent is neither in the snapshot nor, refused there, still known from before."""
    delivered = " union ".join(
        f"select record_id from {parent.table('keyed')} union"
        f" select record_id from {parent.table('refused_record')} where record_id in"
        f" (select record_id from {versions_table(parent.record_type)} where known_to is null)"
        for parent in parents
    )
    con.execute(f"create or replace temp view delivered_parent as {delivered}").fetchall()
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


def _end_records(con: Connection, source: Source, siblings: list[Staged], *, snapshot: bool) -> list[str]:
    """Fill ``gone_<n>`` of the first feed of a record type, for all; returns a reason if more is gone than may go in one night."""
    asked = {"source": source.name}
    feed = siblings[0]
    for other in siblings:
        replace_table(con, other.table("gone"), "select null::varchar as record_id where false")
    if feed.record_type.name == "consent":
        # A consent that the source tried to change, in a way nobody can read, is not relied on.
        replace_table(con, feed.table("gone"), load_sql(PACKAGE, "withdrawn"), asked)
        return []
    unread = [scalar(con, f"select count(*) from {other.table('refused_key')} where source_record_id is null") for other in siblings]
    if not snapshot or any(unread):
        # With a row whose key nobody can read, absence proves nothing.
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
