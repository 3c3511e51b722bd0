"""One delivery's feeds as temporary tables: mapped, held to their contracts, keyed; nothing admitted yet.

Belongs here: reading the landing chunk by chunk into ``staged_<n>``, ``refusal_<n>``, ``refused_key_<n>``, ``keyed_<n>``. Does not belong
here: what other rows or earlier nights say about a row (judging).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

import polars as pl

from assets.acquired.landing import Landed
from assets.checked.formats.text_rows import POSITION, raw_rows, text_chunks
from assets.checked.mapping import Mapped, Plan, map_rows, plan_of
from assets.checked.registry_sql import create_staged, staged_view
from contracts.records import RECORD_TYPES, RecordType
from contracts.source_feeds import Feed
from contracts.sources import DeliveryMode, Source
from resources.source_systems.connector import Part
from resources.sql import Connection, count, insert_into, load_sql, replace_table, rows

PACKAGE = "assets.checked"
_NAMES = ("staged", "refusal", "refused_key", "refused_record", "keyed", "judged", "gone")


@dataclass(frozen=True)
class StagedPart:
    """One part that is read: ``order`` is its place among all parts, the newer the higher; ``delivery`` is the one it came with."""

    order: int
    part: Part
    delivery: Landed


@dataclass(frozen=True)
class Staged:
    """One feed of the delivery in temporary tables numbered ``number``."""

    number: int
    name: str
    feed: Feed
    record_type: RecordType
    parts: tuple[StagedPart, ...]
    rows_read: int

    @property
    def set_aside(self) -> int:
        """Rows of the delivery that are not this feed's."""
        return sum(read.part.rows for read in self.parts) - self.rows_read if self.feed.only else 0

    def table(self, what: str) -> str:
        """Qualified name of one of its temporary tables."""
        return f"temp.{what}_{self.number}"


def as_of(night: date) -> datetime:
    """Midnight at the start of the night."""
    return datetime.combine(night, time.min)


def parts_to_read(source: Source, landed: Landed, feed: str) -> tuple[Part, ...]:
    """Parts of a feed, oldest night first; of full snapshots only the newest says what there is."""
    parts = sorted((part for part in landed.parts if part.feed == feed), key=lambda part: (part.night or date.min, part.name))
    if source.delivery_mode is DeliveryMode.FULL_SNAPSHOT and parts:
        newest = parts[-1].night
        parts = [part for part in parts if part.night == newest]
    return tuple(parts)


def ordered_parts(source: Source, deliveries: Sequence[Landed]) -> Mapping[str, tuple[StagedPart, ...]]:
    """Parts to read by feed, numbered over all feeds: of two rows about one record the one from the later part is the newer.

    Args:
        source: the source's text.
        deliveries: oldest first.
    """
    listed = [
        (place, part.night or date.min, number, part, landed)
        for place, landed in enumerate(deliveries)
        for number, (name, _) in enumerate(source.feeds_in_order)
        for part in parts_to_read(source, landed, name)
    ]
    listed.sort(key=lambda item: (item[0], item[1], item[2], item[3].name))
    parts: dict[str, list[StagedPart]] = {name: [] for name, _ in source.feeds_in_order}
    for order, (_, _, _, part, landed) in enumerate(listed):
        parts[part.feed].append(StagedPart(order, part, landed))
    return {name: tuple(found) for name, found in parts.items()}


def stage(con: Connection, source: Source, deliveries: Sequence[Landed], *, night: date, timezone: str) -> list[Staged]:
    """Read, map and key every feed of the deliveries, oldest first; parents before their children."""
    staged = []
    parts = ordered_parts(source, deliveries)
    for number, (name, feed) in enumerate(source.feeds_in_order):
        record_type = RECORD_TYPES[feed.record_type]
        plan = plan_of(feed, record_type, formats=source.formats, as_of=as_of(night), timezone=timezone)
        found = Staged(number, name, feed, record_type, parts[name], 0)
        found = replace(found, rows_read=_read(con, source, found, plan))
        _key(con, source, found)
        staged.append(found)
    return staged


def _read(con: Connection, source: Source, staged: Staged, plan: Plan) -> int:
    con.execute(create_staged(staged.record_type, f"staged_{staged.number}")).fetchall()
    con.execute(
        f"create or replace temp table refusal_{staged.number} (part_order integer, row_position bigint, column_name varchar, rule varchar)"
    ).fetchall()
    con.execute(
        f"create or replace temp table refused_key_{staged.number} (part_order integer, row_position bigint, source_record_id varchar)"
    ).fetchall()
    read = 0
    for one in staged.parts:
        for chunk in text_chunks(one.delivery.folder, one.part, source, con):
            read += chunk.height
            _append(con, staged, map_rows(chunk, plan), one.order)
    return read


def _append(con: Connection, staged: Staged, mapped: Mapped, order: int) -> None:
    reference = staged.record_type.references[0].field if staged.record_type.references else None
    rows_ = mapped.rows.with_columns(reference_key=pl.col(reference)) if reference else mapped.rows
    for table, frame in (("staged", rows_), ("refusal", mapped.refusals), ("refused_key", mapped.refused_keys)):
        if frame.is_empty():
            continue
        con.register("checked_chunk", frame.rename({POSITION: "row_position"}).with_columns(part_order=pl.lit(order, dtype=pl.Int32)))
        insert_into(con, staged.table(table), "select * from checked_chunk")
        con.unregister("checked_chunk")


def key_parameters(source: Source, staged: Staged) -> dict[str, object]:
    """What the questions about one feed are asked with."""
    record_type = staged.record_type
    reference = record_type.references[0] if record_type.references else None
    return {
        "source": source.name,
        "system": source.system,
        "record_type": record_type.name,
        "parent_type": record_type.parent.record_type if record_type.parent else None,
        "reference_type": reference.record_type if reference else None,
        "reference_source": staged.feed.references.get(reference.record_type) if reference else None,
        "default_role": record_type.default_role.value if record_type.default_role else None,
        "subject_from": record_type.subject.value,
    }


def _key(con: Connection, source: Source, staged: Staged) -> None:
    asked = key_parameters(source, staged)
    con.execute(staged_view(staged.record_type, staged.table("staged"))).fetchall()
    replace_table(con, staged.table("keyed"), load_sql(PACKAGE, "keyed"), asked)
    con.execute("drop view temp.staged").fetchall()
    con.execute(f"drop table {staged.table('staged')}").fetchall()
    con.execute(f"create or replace temp view refused_key as from {staged.table('refused_key')}").fetchall()
    replace_table(con, staged.table("refused_record"), load_sql(PACKAGE, "refused_record"), asked)


def show(con: Connection, staged: Staged | Sequence[Staged], *names: str) -> None:
    """Let the questions of the stage, which name ``temp.keyed`` and its like, speak of one feed, or of several of one record type."""
    feeds = [staged] if isinstance(staged, Staged) else staged
    for name in names:
        tables = " union all by name ".join(f"from {feed.table(name)}" for feed in feeds)
        con.execute(f"create or replace temp view {name} as {tables}").fetchall()


def drop(con: Connection, staged: list[Staged]) -> None:
    """Remove every temporary object of the check."""
    for name in ("staged", "keyed", "judged", "refused_key", "refused_record", "gone", "held", "delivered_parent", "held_parent"):
        con.execute(f"drop view if exists temp.{name}").fetchall()
    for feed in staged:
        for name in _NAMES:
            con.execute(f"drop table if exists {feed.table(name)}").fetchall()
    for name in ("fresh", "reused", "admitted", "ended", "region", "judged_all", "same_content"):
        con.execute(f"drop table if exists temp.{name}").fetchall()


def refused_rows(con: Connection, source: Source, staged: Staged) -> Iterator[pl.DataFrame]:
    """Faults of one feed with the rows as they were delivered, chunk by chunk: a refused delivery can be as large as any."""
    for one in staged.parts:
        faults = con.sql(
            f"select row_position as _position, column_name, rule from {staged.table('refusal')} where part_order = $part order by all",
            params={"part": one.order},
        ).pl()
        if faults.is_empty():
            continue
        for chunk in text_chunks(one.delivery.folder, one.part, source, con, raw=True):
            here = faults.filter(pl.col(POSITION).is_between(chunk[POSITION].min(), chunk[POSITION].max()))
            if here.is_empty():
                continue
            yield here.join(raw_rows(iter([chunk]), here[POSITION].to_list()), on=POSITION, how="left").select(
                pl.lit(source.name).alias("source"),
                pl.lit(staged.name).alias("feed"),
                pl.lit(one.delivery.sha256).alias("delivery_sha256"),
                pl.lit(one.part.name).alias("part"),
                pl.col(POSITION).alias("row_position"),
                "column_name",
                "rule",
                "raw_row",
            )


def refused_by_rule(con: Connection, staged: Staged) -> dict[str, int]:
    """Faults of one feed by rule."""
    found = rows(con, f"select rule, count(*) from {staged.table('refusal')} group by rule order by rule")
    return {str(rule): int(number) for rule, number in found}


def refused_count(con: Connection, staged: Staged) -> int:
    """Rows of one feed with at least one fault."""
    return count(con, f"(select distinct part_order, row_position from {staged.table('refusal')})")
