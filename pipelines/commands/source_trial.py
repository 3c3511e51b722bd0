"""``throughcare source check`` and ``preview``: a delivery tried out before the nightly run sees it.

Belongs here: the two verbs and their account. Does not belong here: running the stages (pipelines/onboarding/trial) and any rule.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from contracts.county import County
from contracts.sources import Source
from pipelines.clock import today
from pipelines.commands.common import BAD, USAGE, AsJson, here, parse_night, terms
from pipelines.display import complain, emit_json, say, table
from pipelines.onboarding.preview import RecordPreview, previews, sample_rows
from pipelines.onboarding.row_report import MENDING, write_report
from pipelines.onboarding.trial import CannotTry, Trial, trial
from pipelines.place import Place

Name = Annotated[str, typer.Argument(help="The source, as county.yaml names it.")]
Files = Annotated[list[str] | None, typer.Argument(help="Files, or FEED=FILE; none: what lies where the source looks.")]
Tried = Annotated[
    date | None,
    typer.Option("--night", parser=parse_night, metavar="DATE", help="The night of files that do not name theirs; default today."),
]


def check(
    name: Name,
    files: Files = None,
    night: Tried = None,
    report: Annotated[
        Path | None, typer.Option(help="Where to write the refused rows (.csv or .xlsx); default the quarantine of the home.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Try a delivery: everything that is wrong with it at once, in counts; the rows themselves in a report for their owner.

    Runs the stages of the night in a home that is thrown away. Exits 1 if the delivery or any row of it would be refused.

    Example: throughcare source check jail bookings_20260302.csv --report refused.xlsx
    """
    place = here()
    county, source = _source(place, name)
    when = night or today(county, place.home)
    try:
        with trial(source, county, files or (), night=when, environment=place.environment, home=place.home.root) as tried:
            written = _report(tried, report, place) if tried.refused else None
            if as_json:
                emit_json({**document(tried), "report": str(written) if written else None})
            else:
                say_trial(tried, written)
            good = tried.accepted
    except (CannotTry, FileExistsError, ValueError) as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    if not good:
        raise typer.Exit(BAD)


def preview(
    name: Name,
    files: Files = None,
    night: Tried = None,
    show_rows: Annotated[
        int, typer.Option(min=0, max=1_000, help="Show so many canonical rows of people, on a terminal or in --rows-to.")
    ] = 0,
    rows_to: Annotated[Path | None, typer.Option(help="File (.csv) for the rows of --show-rows; it must not exist.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what canonical rows a delivery would give: how many, how full, which words. No row, unless --show-rows asks for some.

    Example: throughcare source preview jail bookings_20260302.csv
    """
    place = here()
    if show_rows and rows_to is None and not sys.stdout.isatty():
        complain("rows of people are shown on a terminal only; name a file with --rows-to")
        raise typer.Exit(USAGE)
    if rows_to is not None and rows_to.exists():
        complain(f"{rows_to} is there already; name a new file")
        raise typer.Exit(USAGE)
    county, source = _source(place, name)
    lenient = source.model_copy(update={"refusal_cap": 1.0, "delete_cap": 1.0})
    when = night or today(county, place.home)
    try:
        with trial(lenient, county, files or (), night=when, environment=place.environment, home=place.home.root) as tried:
            found = previews(tried.con, tried.source.record_types)
            if as_json:
                emit_json([_preview_document(item) for item in found])
            else:
                say_previews(found)
            if show_rows:
                _show_rows(tried, show_rows, rows_to)
            if not as_json and tried.refused:
                faults = sum(item.faults for item in tried.refused)
                complain(f"{faults} fault(s) in refused rows, not counted above: throughcare source check {name} …")
            read = tried.checked is not None
            reason = tried.acquired.reason
    except CannotTry as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    if not read:
        complain(reason)
        raise typer.Exit(BAD)


def _source(place: Place, name: str) -> tuple[County, Source]:
    county = terms(place)
    source = county.sources.get(name)
    if source is None:
        complain(f"no source [{name}] in use; there are {', '.join(county.sources)}")
        raise typer.Exit(USAGE)
    return county, source


def _report(tried: Trial, asked: Path | None, place: Place) -> Path:
    path = asked
    if path is None:
        folder = place.home.prepare().quarantine / tried.source.name
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / f"check-{tried.night.isoformat()}.csv"
        path.unlink(missing_ok=True)
    write_report(path, tried.quarantine)
    return path


def document(tried: Trial) -> dict[str, Any]:
    """A trial as JSON: counts, rules, columns, positions."""
    feeds = tried.checked.feeds if tried.checked else ()
    return {
        "source": tried.source.name,
        "night": tried.night,
        "accepted": tried.accepted,
        "usable": tried.usable,
        "delivery": {"verdict": tried.acquired.verdict, "faults": _faults(tried.acquired.reason)},
        "checked": {"verdict": tried.checked.verdict, "reason": tried.checked.reason} if tried.checked else None,
        "feeds": [{"feed": feed.feed, "rows_read": feed.rows_read, "admitted": feed.admitted, "refused": feed.refused,
                   "duplicate": feed.duplicate, "superseded": feed.superseded, "awaiting_parent": feed.awaiting_parent}
                  for feed in feeds],
        "refused": [vars(item) for item in tried.refused],
    }  # fmt: skip


def _faults(reason: str) -> list[str]:
    return [part for part in reason.split("; ") if part] if reason else []


def say_trial(tried: Trial, report: Path | None) -> None:
    """A trial in words and tables."""
    for fault in _faults(tried.acquired.reason):
        if tried.usable:
            say(f"the delivery: {escape(fault)}")
        else:
            complain(f"the delivery: {fault}")
    if tried.checked:
        columns = ("feed", "rows read", "admitted", "duplicate", "superseded", "refused", "awaiting parent")
        table(
            f"{tried.source.name}, as the night {tried.night} would take it",
            columns,
            ((feed.feed, feed.rows_read, feed.admitted, feed.duplicate, feed.superseded, feed.refused, feed.awaiting_parent)
             for feed in tried.checked.feeds),
            numbers=columns[1:],
        )  # fmt: skip
        if tried.checked.reason:
            complain(f"the delivery would be refused as a whole: {tried.checked.reason}")
    if tried.refused:
        table(
            "Refused rows (places count data rows from 1)",
            ("feed", "file", "column", "rule", "rows", "places", "what to do"),
            (
                (item.feed, item.part, item.column, item.rule, item.faults, item.places, MENDING.get(item.rule, ""))
                for item in tried.refused
            ),
            numbers=("rows",),
        )
    if report:
        say(
            f"{report} holds the refused rows, which are about people: for the owner of the data, mode 0600; delete it when they are mended"
        )
    verdict = (
        "[green]sound[/green]" if tried.accepted else "would be used, without the refused rows" if tried.usable else "would not be used"
    )
    say(f"{tried.source.name}: {verdict}")


def say_previews(found: tuple[RecordPreview, ...]) -> None:
    """Counts by field."""
    for item in found:
        about = f", {item.subjects:,} people" if item.subjects else ""
        table(
            f"{item.record_type}: {item.rows:,} rows{about}",
            ("field", "kind", "filled", "words"),
            (
                (field.name, field.kind.value, f"{field.filled / item.rows:.1%}" if item.rows else "·", field.words or "")
                for field in item.fields
            ),
            numbers=("filled",),
            clip=120,
        )


def _preview_document(item: RecordPreview) -> dict[str, Any]:
    return {
        "record_type": item.record_type,
        "rows": item.rows,
        "subjects": item.subjects,
        "fields": [{"field": field.name, "kind": field.kind, "filled": field.filled, "words": field.words} for field in item.fields],
    }


def _show_rows(tried: Trial, most: int, rows_to: Path | None) -> None:
    complain("what follows are rows about people; look at them where nobody looks over your shoulder, and keep no copy")
    for record_type in tried.source.record_types:
        frame = sample_rows(tried.con, record_type, most)
        if rows_to is None:
            table(record_type.name, frame.columns, frame.rows())
        else:
            _append_rows(rows_to, record_type.name, frame)


def _append_rows(path: Path, title: str, frame: Any) -> None:
    from defusedcsv import csv

    from pipelines.onboarding.trial import private_file

    if not path.exists():
        import os

        os.close(private_file(path))
    with path.open("a", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([title])
        writer.writerow(frame.columns)
        writer.writerows([["" if value is None else str(value) for value in row] for row in frame.rows()])
