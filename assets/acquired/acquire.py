"""One source's delivery for one night: fetched, examined, landed, decided.

Belongs here: the decision and the order in which it is written down. Does not belong here: how a system is read (resources.source_systems)
or what a row means (checked).

The first attempt at a night freezes what was used; a rerun uses the same, even if more has arrived since. Written in the order landing,
registers, warehouse, so that a run that dies in between leaves nothing that was not also landed.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from assets.acquired.delivery import AcquireReport, Verdict, read_delivery, write_delivery
from assets.acquired.landing import Landed, land, landed_folder, landed_from, manifest_of, rows_by_feed
from contracts.sources import Action, DeliveryMode, Source
from contracts.vocabularies.prohibited import is_prohibited
from resources.home import Home
from resources.source_systems import Collected, Fault, Known, Rule, connector_for
from resources.source_systems.drift import Before
from resources.source_systems.drop_folder import unreachable
from resources.sql import Connection, load_sql, rows

__all__ = ["AcquireReport", "Verdict", "acquire", "decide"]


def acquire(source: Source, *, night: date, home: Home, con: Connection, environment: Mapping[str, str]) -> AcquireReport:
    """Fetch what the source delivers for the night, land it, decide about it, and write ``acquired.delivery``.

    Args:
        source: the source's text.
        night: the night; nothing of a later night is looked at.
        home: where deliveries land.
        con: the warehouse writer with ``registers`` attached.
        environment: where the text's environment variables are looked up.

    Never raises for what a delivery is: whatever is wrong with it is in the report.
    """
    frozen = rows(con, load_sql("assets.acquired", "frozen_item"), {"source": source.name, "night": night})
    if frozen:
        report = _as_frozen(source, Verdict(frozen[0][0]), frozen[0][1], night=night, home=home, con=con)
    else:
        report = _first_attempt(source, night=night, home=home, con=con, environment=environment)
    write_delivery(con, report)
    return report


def _first_attempt(source: Source, *, night: date, home: Home, con: Connection, environment: Mapping[str, str]) -> AcquireReport:
    scratch = home.scratch / f"acquire-{source.name}"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True, mode=0o700)
    try:
        collected = _collect(source, night=night, home=home, con=con, environment=environment, scratch=scratch)
        last = _last_accepted(con, source, night, home)
        report, manifest = decide(source, collected, night=night, last=last)
        if manifest is not None:
            land(home, source, scratch, manifest)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    _register(con, source, collected, report, manifest)
    return report


def _collect(source: Source, *, night: date, home: Home, con: Connection, environment: Mapping[str, str], scratch: Path) -> Collected:
    place = source.connector.where.resolve(environment, home.root)
    if place is None:
        return unreachable(None)
    asked = {"source": source.name, "night": night, "text": source.sha256}
    found = rows(con, load_sql("assets.acquired", "known_file"), asked)
    known = known_files(source, found, last=_last_accepted(con, source, night, home))
    return connector_for(source).collect(source, place=place, night=night, into=scratch, known=known)


def known_files(source: Source, found: Sequence[tuple[str, bool, date | None, str | None, str]], *, last: Landed | None) -> Known:
    """What need not be looked at again, and from where to go on.

    A snapshot that says again what an older one said is news: the state has returned to it. Only the newest one is known.

    Args:
        source: the source's text.
        found: (sha256, taken in or refused, night in its name, name, stamp) of files of earlier nights.
        last: the delivery accepted last; its columns are what tonight's are compared with, its watermarks where reading goes on.
    """
    taken = [(sha256, night) for sha256, is_taken, night, _, _ in found if is_taken]
    newest = max((night for _, night in taken if night is not None), default=None)
    if source.delivery_mode is DeliveryMode.FULL_SNAPSHOT:
        taken = [(sha256, night) for sha256, night in taken if night == newest]
    return Known(
        taken=frozenset(sha256 for sha256, _ in taken),
        refused=frozenset(sha256 for sha256, is_taken, *_ in found if not is_taken),
        newest=newest,
        before={part.feed: Before(frozenset(part.strange), part.columns, part.shapes) for part in last.parts} if last else {},
        marks=_marks(source, last) if last else {},
        stamps={(name, stamp): sha256 for sha256, is_taken, _, name, stamp in found if is_taken and name and stamp},
    )


def _marks(source: Source, last: Landed) -> dict[str, str]:
    """Where each feed's watermark stands. A column that is read now and was not then is in no row delivered since: all is read again."""
    marks = {}
    for part in last.parts:
        said = source.feeds.get(part.feed)
        if part.mark is not None and said is not None and said.origin.watermark is not None:
            wanted = {column for column in said.used_columns if not is_prohibited(column)}
            if wanted <= set(part.columns):
                marks[part.feed] = part.mark
    return marks


def decide(source: Source, collected: Collected, *, night: date, last: Landed | None) -> tuple[AcquireReport, dict[str, Any] | None]:
    """What to do with what was collected; with the manifest of the delivery if it is to be landed.

    Args:
        source: the source's text.
        collected: what the connector brought.
        night: tonight.
        last: the delivery accepted last on an earlier night.
    """
    if last is None:
        collected = _held_to_its_baseline(source, collected)
    warned = [str(change) for change in collected.drift if change.action == Action.WARN]
    reason = "; ".join([*map(str, collected.faults), *map(str, collected.refused), *collected.waiting, *collected.ignored, *warned])
    same_again = last is not None and collected.sha256 == last.sha256
    if collected.sha256 is not None and not same_again:
        complete = collected.incomplete_from - timedelta(days=1) if collected.incomplete_from else night
        manifest = manifest_of(source, collected, night=night, complete_through=complete)
        counted = rows_by_feed(collected.parts)
        report = AcquireReport(source.name, night, Verdict.ACCEPTED, counted, reason, collected.sha256, collected.sha256, complete)
        return report, manifest
    if last is not None and (same_again or collected.seen_before):
        # A database that says what it said last night may have stopped; a file of tonight's date has not.
        complete = night if collected.seen_before else last.complete_through
        return AcquireReport(source.name, night, Verdict.UNCHANGED, last.rows, reason, last.sha256, last.sha256, complete), None
    faulty = any(fault.rule is not Rule.UNREACHABLE for fault in collected.faults)
    was_refused = bool(collected.refused) or collected.refused_before or faulty
    cause = Verdict.REFUSED if was_refused else Verdict.MISSING
    said = f"{cause.value}: {reason}" if reason else f"{cause.value}: nothing was delivered for {night}"
    if last is None:
        return AcquireReport(source.name, night, cause, {}, said), None
    return AcquireReport(source.name, night, Verdict.FALLBACK, last.rows, said, None, last.sha256, last.complete_through), None


def _held_to_its_baseline(source: Source, collected: Collected) -> Collected:
    """A first delivery can be compared with nothing but what the text says its feeds may have."""
    counted = rows_by_feed(collected.parts)
    faults = []
    for name, feed in source.feeds.items():
        said, found = feed.first_rows, counted.get(name, 0)
        if said is None or collected.sha256 is None or (found >= said.at_least and (said.at_most is None or found <= said.at_most)):
            continue
        band = f"{said.at_least} to {said.at_most}" if said.at_most is not None else f"at least {said.at_least}"
        faults.append(Fault(Rule.FIRST_ROWS, f"feed [{name}]: {found} rows in the first delivery, where {band} are expected"))
    return replace(collected, faults=(*collected.faults, *faults), sha256=None) if faults else collected


def _last_accepted(con: Connection, source: Source, night: date, home: Home) -> Landed | None:
    found = rows(con, load_sql("assets.acquired", "last_accepted"), {"source": source.name, "night": night})
    if not found:
        return None
    sha256, manifest = found[0]
    return landed_from(landed_folder(home, source.name, sha256), json.loads(manifest))


def _register(con: Connection, source: Source, collected: Collected, report: AcquireReport, manifest: dict[str, Any] | None) -> None:
    """Write the intake and the frozen item of the night in one transaction of the registers."""
    said_again = (
        "on conflict (source, sha256) do update set night = excluded.night, verdict = excluded.verdict, manifest = excluded.manifest"
    )
    con.execute("begin")
    for part in collected.refused:
        refusal: dict[str, Any] = {
            "feed": part.feed,
            "file": part.name,
            "rule": part.fault.rule.value,
            "detail": part.fault.detail,
            "text": source.sha256,
        }
        con.execute(
            f"insert into registers.main.intake values (?, ?, ?, 'refused', ?) {said_again}",
            [source.name, part.sha256, report.night, json.dumps(refusal, sort_keys=True)],
        )
    if manifest is not None:
        # The same content again after something else: the register keeps the newest night it was accepted on.
        con.execute(
            f"insert into registers.main.intake values (?, ?, ?, 'accepted', ?) {said_again}",
            [source.name, report.sha256, report.night, json.dumps(manifest, sort_keys=True)],
        )
    for change in collected.drift:
        con.execute(
            "insert into registers.main.schema_drift values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [report.night, source.name, change.feed, change.kind.value, change.column, change.position, change.column_hash,
             change.similarity, change.action.value],
        )  # fmt: skip
    con.execute(
        "insert into registers.main.night_item values (?, 'delivery', ?, ?, ?)",
        [report.night, source.name, report.used_sha256, report.verdict.value],
    )
    con.execute(
        "insert into registers.main.first_attempt values (?, ?, ?, ?, ?)",
        [report.night, source.name, json.dumps(dict(report.rows), sort_keys=True), report.reason, report.complete_through],
    )
    con.execute("commit")


def _as_frozen(source: Source, verdict: Verdict, sha256: str | None, *, night: date, home: Home, con: Connection) -> AcquireReport:
    """The report of the first attempt; rebuilt from the register where the warehouse has lost it."""
    before = read_delivery(con, source.name, night)
    if before is not None:
        return before
    accepted = sha256 if verdict in {Verdict.ACCEPTED, Verdict.UNCHANGED} else None
    said = rows(con, load_sql("assets.acquired", "first_attempt"), {"source": source.name, "night": night})
    if said:
        counted, reason, complete = said[0]
        return AcquireReport(source.name, night, verdict, json.loads(counted), reason, accepted, sha256, complete)
    # A night before the register kept what was said of it: the landing knows the rows and the completeness of the delivery itself.
    reason = "as the first attempt at this night decided"
    found = rows(con, load_sql("assets.acquired", "landed_manifest"), {"source": source.name, "sha256": sha256}) if sha256 else []
    if not found:
        return AcquireReport(source.name, night, verdict, {}, reason)
    used = landed_from(landed_folder(home, source.name, str(sha256)), json.loads(found[0][0]))
    return AcquireReport(source.name, night, verdict, used.rows, reason, accepted, sha256, used.complete_through)
