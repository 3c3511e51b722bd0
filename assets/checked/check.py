"""One source's delivery for one night, from text to canonical records.

Belongs here: the order of the work, in one transaction, and what the stage offers to others. Does not belong here: any single step.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from assets.acquired.delivery import AcquireReport, Verdict, read_delivery
from assets.acquired.landing import Landed, read_landed
from assets.checked.admission import admit, set_regions
from assets.checked.conservation import known_records, write_conservation, write_schema_drift
from assets.checked.contract import refuse_disabled_validation
from assets.checked.erased_rows import erase_again
from assets.checked.judging import judge
from assets.checked.quarantine import write_quarantine
from assets.checked.recheck import deliveries_to_read_again
from assets.checked.report import CheckReport, CheckVerdict, Disposition, FeedReport
from assets.checked.staging import Staged, drop, refused_by_rule, refused_rows, stage
from assets.checked.tables import PACKAGE, create_tables, newest_night, undo_night
from contracts.county import County
from contracts.sources import DeliveryMode, Source
from resources.home import Home
from resources.sql import Connection, load_sql, replace_table, rows

__all__ = ["CheckReport", "CheckVerdict", "Disposition", "FeedReport", "OlderNight", "check_source", "create_tables", "derive_identity",
           "derive_race", "derive_subject"]  # fmt: skip


class OlderNight(RuntimeError):
    """Only the newest night may be checked again."""


class NotAcquired(RuntimeError):
    """The source was not acquired for the night."""


def check_source(source: Source, *, county: County, night: date, home: Home, con: Connection) -> CheckReport:
    """Map, validate and admit what the source delivered for the night; quarantine the rest.

    A rerun first undoes what the night wrote. Above the source's caps the delivery is refused as a whole and what was known stays.

    Args:
        source: the source's text.
        county: for its time zone and regions.
        night: the night.
        home: where deliveries and quarantine lie.
        con: the warehouse writer with ``registers`` attached.

    Raises:
        NotAcquired: if ``acquire`` did not run for the night.
        OlderNight: if a later night was checked already.
        LandingDamaged: if the landed delivery is not what its manifest says.
        ValidationDisabled: if contracts are switched off.
    """
    return check_delivery(source, timezone=county.text.timezone, regions=county.regions, night=night, home=home, con=con)


def check_delivery(source: Source, *, timezone: str, regions: dict[str, str], night: date, home: Home, con: Connection) -> CheckReport:
    """:func:`check_source` for what it needs of a county: its zone and its regions by ZIP code."""
    refuse_disabled_validation()
    create_tables(con)
    newest = newest_night(con, source.name)
    if newest is not None and night < newest:
        raise OlderNight(f"source [{source.name}] was checked for {newest}; night {night} can only be replayed in a scratch home")
    delivery = read_delivery(con, source.name, night)
    if delivery is None:
        raise NotAcquired(f"source [{source.name}] was not acquired for {night}; run the acquired stage of that night first")
    if delivery.used_sha256 and is_read(source, delivery):
        # Before the transaction: it writes to the registers too.
        erase_again(con, home, source, delivery.used_sha256, night=night, timezone=timezone)
    earlier = deliveries_to_read_again(con, source, night=night, home=home, tonight=delivery.used_sha256)
    con.execute("begin")
    try:
        undo_night(con, source.name, source.record_types, night)
        before = known_records(con, source)
        if earlier or is_read(source, delivery):
            report = _check(source, delivery, earlier, timezone=timezone, regions=regions, night=night, home=home, con=con)
        else:
            write_quarantine(home, source.name, night, ())
            report = _nothing_new(source, delivery, night)
        _write_dispositions(con, report)
        write_schema_drift(con, source, night)
        write_conservation(con, source, night, before=before)
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise
    _register(con, source, report)
    return report


def is_read(source: Source, delivery: AcquireReport) -> bool:
    """Whether there is something to read: a new delivery, or a snapshot, which can be read as often as one likes."""
    if delivery.used_sha256 is None:
        return False
    return delivery.verdict is Verdict.ACCEPTED or source.delivery_mode is DeliveryMode.FULL_SNAPSHOT


def _check(
    source: Source,
    delivery: AcquireReport,
    earlier: Sequence[Landed],
    *,
    timezone: str,
    regions: dict[str, str],
    night: date,
    home: Home,
    con: Connection,
) -> CheckReport:
    tonight = [read_landed(home, source.name, delivery.used_sha256)] if delivery.used_sha256 else []
    feeds: list[Staged] = []
    try:
        feeds = stage(con, source, [*earlier, *tonight], night=night, timezone=timezone)
        found = judge(con, source, feeds, night=night)
        reason = found.reason
        write_quarantine(home, source.name, night, (frame for feed in feeds for frame in refused_rows(con, source, feed)))
        if reason:
            verdict = CheckVerdict.HELD if found.is_held else CheckVerdict.REFUSED
            complete = _complete_before(con, source, night)
            reports = [_all_refused(con, feed) for feed in feeds]
        else:
            verdict, complete = CheckVerdict.ACCEPTED, delivery.complete_through
            set_regions(con, regions)
            reports = [admit(con, source, feed, night=night) for feed in feeds]
    finally:
        drop(con, feeds)
    return CheckReport(source.name, night, verdict, tuple(reports), reason, delivery.used_sha256, complete, read_again=len(earlier))


def _complete_before(con: Connection, source: Source, night: date) -> date | None:
    """Up to which night the source was complete when a delivery of it was last accepted."""
    asked = {"source": source.name, "night": night, "verdict": CheckVerdict.ACCEPTED.value}
    complete: date | None = rows(
        con,
        "select max(complete_through) from checked.disposition where source = $source and night < $night and verdict = $verdict",
        asked,
    )[0][0]
    return complete


def _all_refused(con: Connection, feed: Staged) -> FeedReport:
    return FeedReport(
        feed=feed.name,
        record_type=feed.record_type.name,
        rows_read=feed.rows_read,
        set_aside=feed.set_aside,
        refused=feed.rows_read,
        refused_by_rule=refused_by_rule(con, feed),
    )


def _nothing_new(source: Source, delivery: AcquireReport, night: date) -> CheckReport:
    feeds = tuple(FeedReport(feed=name, record_type=feed.record_type) for name, feed in source.feeds_in_order)
    return CheckReport(
        source.name, night, CheckVerdict.NOTHING_NEW, feeds, delivery.reason, delivery.used_sha256, delivery.complete_through
    )


def _write_dispositions(con: Connection, report: CheckReport) -> None:
    for feed in report.feeds:
        con.execute(
            "insert into checked.disposition by name select $night as night, $source as source, $feed as feed, $record_type as record_type,"
            " $rows_read as rows_read, $admitted as admitted, $unchanged as unchanged, $duplicate as duplicate, $superseded as superseded,"
            " $refused as refused, $deleted as deleted, $awaiting_parent as awaiting_parent, $verdict as verdict,"
            " $complete_through as complete_through, $delivery_sha256 as delivery_sha256",
            {
                "night": report.night,
                "source": report.source,
                "feed": feed.feed,
                "record_type": feed.record_type,
                "rows_read": feed.rows_read,
                "admitted": feed.admitted,
                "unchanged": feed.unchanged,
                "duplicate": feed.duplicate,
                "superseded": feed.superseded,
                "refused": feed.refused,
                "deleted": feed.deleted,
                "awaiting_parent": feed.awaiting_parent,
                "verdict": report.verdict.value,
                "complete_through": report.complete_through,
                "delivery_sha256": report.delivery_sha256,
            },
        ).fetchall()


def _register(con: Connection, source: Source, report: CheckReport) -> None:
    """Tell later nights what became of the delivery: files of a refused one are not taken as known; and how its rows were mapped."""
    con.execute("begin")
    con.execute(
        "delete from registers.main.night_item where night = ? and kind in ('check', 'mapping') and name = ?", [report.night, report.source]
    ).fetchall()
    if report.verdict is CheckVerdict.ACCEPTED:
        con.execute(
            "insert into registers.main.night_item values (?, 'mapping', ?, ?, ?)",
            [report.night, report.source, source.mapping_sha256, report.verdict.value],
        ).fetchall()
    con.execute(
        "insert into registers.main.night_item values (?, 'check', ?, ?, ?)",
        [report.night, report.source, report.delivery_sha256, report.verdict.value],
    ).fetchall()
    con.execute("commit")


def derive_identity(con: Connection, night: date) -> int:
    """Fill ``checked.identity``: every identity stated tonight, once per subject; returns its rows. ``night`` is the run's."""
    return _derive(con, "identity", night)


def derive_subject(con: Connection, night: date) -> int:
    """Fill ``checked.subject`` and ``checked.key_reuse``; returns the number of subjects. ``night`` is the run's."""
    _derive(con, "key_reuse", night)
    return _derive(con, "subject", night)


def derive_race(con: Connection, night: date) -> int:
    """Fill ``checked.race_assertion``: what each record asserts, in one set of words; returns its rows. ``night`` is the run's.

    Fills ``checked.sex_assertion`` too: the same for sex and gender.
    """
    _derive(con, "sex_assertion", night)
    return _derive(con, "race_assertion", night)


def _derive(con: Connection, name: str, night: date) -> int:
    create_tables(con)
    return replace_table(con, f"checked.{name}", load_sql(PACKAGE, name), {"night": night})
