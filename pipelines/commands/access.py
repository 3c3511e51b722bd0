"""``throughcare access``: who reads which product, gone through by an officer.

Belongs here: the verb, its list as a file, and its entry in the ledger. Does not belong here: what a reading stands for
(assets/published/access).
"""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from pipelines.clock import today
from pipelines.commands.common import BAD, AsJson, here, parse_night, terms
from pipelines.display import emit_json, say, table
from resources.ledger_lines import says_why

if TYPE_CHECKING:
    from assets.published.access import Review

app = typer.Typer(no_args_is_help=True, help="Who reads which product.")

PERIOD: Final = 90
_COLUMNS: Final = (
    "finding", "account", "login", "agency", "role", "product", "standing", "queries", "exports", "refused", "rows", "first_on", "last_on",
)  # fmt: skip


@app.callback()
def _group() -> None:
    """Who reads which product."""


@app.command()
def review(
    since: Annotated[
        date | None, typer.Option(parser=parse_night, metavar="DATE", help=f"First day looked at; default {PERIOD} days before the last.")
    ] = None,
    until: Annotated[date | None, typer.Option(parser=parse_night, metavar="DATE", help="Last day looked at; default today.")] = None,
    idle_days: Annotated[
        int, typer.Option("--idle-days", min=1, help="Days without any reading after which a person who may read is listed.")
    ] = PERIOD,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the whole list as CSV here, mode 0600.")] = None,
    reviewed_by: Annotated[
        str | None, typer.Option("--reviewed-by", metavar="NAME", help="Who has gone through it; enters it in the ledger.")
    ] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="With --reviewed-by: what was found or done about it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Go through who read which product how often, whether it was theirs, which products nobody opened, and who no longer reads at all.

    Exits 1 when an account read, or tried to read, what agencies.yaml does not say is its agency's.

    Example: throughcare access review --since 2026-01-01 --out access.csv

    Example: throughcare access review --out access.csv --reviewed-by "M. Adeyemi" --note "two idle accounts closed"
    """
    from assets.published.access import review as go_through
    from resources.ledger import EntryKind, Ledger

    if reviewed_by is not None and not says_why(note):
        raise typer.BadParameter(
            "say with --note what was found or done, in words that somebody else understands later", param_hint="--note"
        )
    place = here()
    county = terms(place)
    day = today(county, place.home)
    last = until or day
    first = since or last - timedelta(days=PERIOD)
    if first > last:
        raise typer.BadParameter(f"{first} is after {last}", param_hint="--since")
    ledger = Ledger(place.home)
    found = go_through(
        ledger.entries(), ledger.spooled(), agencies=county.agencies, products=county.products, since=first, until=last, idle_days=idle_days
    )
    text = _csv(found)
    if out is not None:
        from resources.home import write_atomically

        write_atomically(out, text.encode(), mode=0o600)
    if reviewed_by is not None:
        ledger.append(
            EntryKind.ACCESS_REVIEWED,
            night=day,
            by=reviewed_by,
            note=str(note),
            reviewed_on=day.isoformat(),
            since=first.isoformat(),
            until=last.isoformat(),
            idle_days=idle_days,
            list_sha256=hashlib.sha256(text.encode()).hexdigest(),
            **found.counts(),
        )
    if as_json:
        emit_json(_document(found, is_entered=reviewed_by is not None))
    else:
        _say(found, out, reviewed_by)
    if found.wrong:
        raise typer.Exit(BAD)


def _document(found: Review, *, is_entered: bool) -> dict[str, Any]:
    return {
        "since": found.since,
        "until": found.until,
        "accesses": [{**vars(item), "standing": item.standing.value} for item in found.accesses],
        "unopened": list(found.unopened),
        "idle_days": found.idle_days,
        "idle": [vars(item) for item in found.idle],
        "notes_unreadable": found.unreadable,
        "last_reviewed_on": found.last_reviewed_on,
        "last_reviewed_by": found.last_reviewed_by,
        "entered_in_ledger": is_entered,
    }


def _csv(found: Review) -> str:
    """The whole list, one finding a line; no text in it is taken for a formula."""
    from pipelines.surfaces.export import harmless

    lines: list[dict[str, Any]] = [
        *({"finding": "read", **vars(item), "standing": item.standing.value} for item in found.accesses),
        *({"finding": "never_opened", "product": path} for path in found.unopened),
        *({"finding": f"idle_{found.idle_days}_days", **vars(item)} for item in found.idle),
    ]
    written = io.StringIO()
    writer = csv.DictWriter(written, _COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for line in lines:
        writer.writerow({name: harmless("" if value is None else str(value)) for name, value in line.items()})
    return written.getvalue()


def _say(found: Review, out: Path | None, reviewed_by: str | None) -> None:
    table(
        f"Read from {found.since} to {found.until}",
        ("account", "agency", "role", "product", "standing", "queries", "exports", "refused", "rows", "first", "last"),
        (
            (
                item.account,
                item.agency,
                item.role,
                item.product,
                item.standing.value,
                item.queries,
                item.exports,
                item.refused,
                item.rows,
                item.first_on,
                item.last_on,
            )
            for item in found.accesses
        ),
        numbers=("queries", "exports", "refused", "rows"),
    )
    table("Products nobody opened", ("product",), ((path,) for path in found.unopened))
    table(
        f"People who may read and have not for {found.idle_days} days",
        ("login", "agency", "role", "last"),
        ((item.login, item.agency, item.role, item.last_on or "never") for item in found.idle),
    )
    if found.unreadable:
        say(f"{found.unreadable} notes of reading cannot be read; `throughcare ledger verify` looks at the chain")
    before = f"{found.last_reviewed_on} by {found.last_reviewed_by}" if found.last_reviewed_on else "never"
    say(f"reviewed before: {before}" + (f"; now entered in the ledger by {reviewed_by}" if reviewed_by else ""))
    if out is not None:
        say(f"written to {out}")
