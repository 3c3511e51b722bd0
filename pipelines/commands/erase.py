"""``throughcare erase``: what was sealed, entered in error or must be destroyed is gone from every place, and proven so.

Belongs here: the verb and its words. Does not belong here: any step of it (pipelines/erasing).
"""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.clock import today
from pipelines.commands import night as nightly
from pipelines.commands.common import BAD, USAGE, AsJson, here
from pipelines.commands.common import terms as county_terms
from pipelines.commands.desk import reading
from pipelines.display import complain, emit_json, say, table
from pipelines.execution import dagster_instance
from pipelines.place import prepare_dagster

if TYPE_CHECKING:
    from assets.checked.erased_rows import Erased
    from assets.published.erasure import Plan
    from pipelines.erasing import Order
    from resources.sql import Connection


def erase(
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="By which order or form; it is kept with the entry and in the ledger.")],
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="SOURCE:PERSON for all of one person, or SOURCE/RECORD_TYPE:RECORD for one record."),
    ] = None,
    reason: Annotated[str, typer.Option(metavar="REASON", help="expunged, sealed, entered_in_error or destroy_by.")] = "entered_in_error",
    ordered: Annotated[
        bool, typer.Option("--ordered", help="Everything that sealings and expungements delivered up to the newest night speak of.")
    ] = False,
    instrument: Annotated[
        str | None, typer.Option(metavar="INSTRUMENT", help="Everything received under this instrument alone, at its destroy-by date.")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does it; default the account this runs under.")] = None,
    write: Annotated[bool, typer.Option("--write/--dry-run", help="Erase; by default it is only shown what would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase records or people from deliveries, quarantine, registers, warehouse and products, and prove it byte by byte.

    Backups are erased when they are restored: `throughcare restore` replays every erasure before anything is served.

    Example: throughcare erase --ordered --reason expunged --why "orders of 3 March" --dry-run

    Example: throughcare erase jail/jail_booking:2026-00017 --reason entered_in_error --why "booked under the wrong number, memo 12" --write
    """
    from assets.consented.facts_of import UnknownRecord
    from assets.published.erasure import ErasureRefused, Reason
    from pipelines.erasing import Order, planned_erasure

    if reason not in set(Reason):
        raise typer.BadParameter(f"[{reason}] is none of {', '.join(Reason)}", param_hint="--reason")
    place, county = here(), county_terms(here())
    order = Order(Reason(reason), today(county, place.home), by or getpass.getuser(), why)
    try:
        with reading() as desk:
            asked = _asked(desk.con, order, names or [], ordered=ordered, instrument=instrument)
            if not write:
                found = planned_erasure(desk.con, asked, county=county, home=place.home, night=order.night)
    except (UnknownRecord, ErasureRefused) as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    if not asked:
        complain("nothing is to be erased; no sealing or expungement is known, or none under that instrument")
        raise typer.Exit(BAD)
    if not write:
        _show({"written": False, **_places(found)}, "nothing was changed; add --write to erase", found, as_json=as_json)
        return
    _carry_out(asked, order, as_json=as_json)


def _asked(con: Connection, order: Order, names: list[str], *, ordered: bool, instrument: str | None) -> Erased:
    """Whom the command line means.

    Raises:
        ErasureRefused: if it means nobody.
    """
    from assets.checked.erased_rows import Erased
    from assets.consented.facts_of import named
    from assets.published.erasure import ErasureRefused, received_under
    from assets.published.erasure import ordered as by_order

    if not (names or ordered or instrument):
        raise ErasureRefused("name what to erase, or say --ordered or --instrument")
    asked = Erased()
    for name in names:
        meant = named(con, name)
        asked |= Erased(frozenset({meant.record_id})) if meant.record_id else Erased(subjects=frozenset({meant.subject_id}))
    if ordered:
        for one in by_order(con).values():
            asked |= one
    if instrument:
        asked |= received_under(con, county_terms(here()), instrument)
    return asked


def _carry_out(asked: Erased, order: Order, *, as_json: bool) -> None:
    from pipelines.erasing import erase as carry_out

    place, county = here(), county_terms(here())
    prepare_dagster(place)

    def rebuild() -> bool:
        with dagster_instance(place) as instance:
            return nightly.execute(place, instance, county=county, job=nightly.DENIES, night=order.night).success

    name, found, proof = carry_out(place.home, county, asked, order, rebuild=rebuild)
    said = {
        "written": True,
        "erasure": name,
        **_places(found),
        "files_scanned": proof.files,
        "identifiers_scanned": proof.identifiers,
        "hits": dict(proof.hits),
        "proven": proof.proven,
    }
    word = "[green]erased[/green]" if proof.proven else "[red]erased, and something of it was still found[/red]"
    text = f"{word}  {name}: {proof.identifiers} identifiers looked for in {proof.files} files"
    _show(said, text, found, as_json=as_json)
    for where, number in proof.hits.items():
        complain(f"{where}: {number} still there; erase again, and look at what wrote it")
    for source in proof.unread:
        complain(f"landing/{source}: the county's text has no such source any more, so its deliveries could not be read; remove the folder")
    if not proof.proven:
        raise typer.Exit(BAD)


def _places(found: Plan) -> dict[str, Any]:
    return {
        "records": len(found.erased.records),
        "people": len(found.erased.subjects),
        "places": found.places,
        "sources_unread": found.unread,
    }


def _show(document: dict[str, Any], text: str, found: Plan, *, as_json: bool) -> None:
    if as_json:
        emit_json(document)
        return
    title = f"{len(found.erased.records)} records, {len(found.erased.subjects)} people"
    table(title, ("place", "rows"), found.places.items(), numbers=("rows",))
    say(text)
