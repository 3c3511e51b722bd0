"""``throughcare erase``: what was sealed, entered in error or must be destroyed is gone from every place, and proven so.

Belongs here: the verb and its words. Does not belong here: any step of it (pipelines/erasing).
"""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
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
from resources.ledger_lines import says_why

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
    """Erase records or people from deliveries, quarantine, registers, warehouse, extracts and products, and prove it byte by byte.

    Backups are erased when they are restored: `throughcare restore` replays every erasure before anything is served. Killed on the way, or
    where something was still found, the same words are typed again, or none but --why: everything registered is swept.

    Example: throughcare erase --ordered --reason expunged --why "orders of 3 March" --dry-run

    Example: throughcare erase jail/jail_booking:2026-00017 --reason entered_in_error --why "booked under the wrong number, memo 12" --write
    """
    from assets.checked.erased_rows import registered
    from assets.consented.facts_of import UnknownRecord
    from assets.published.erasure import ErasureRefused, Reason, unfinished
    from pipelines.erasing import Order, planned_erasure
    from resources.ledger import Ledger

    if reason not in set(Reason):
        raise typer.BadParameter(f"[{reason}] is none of {', '.join(Reason)}", param_hint="--reason")
    if not says_why(why):
        raise typer.BadParameter("say in a few words why and by which order; it is kept with the entry", param_hint="--why")
    place, county = here(), county_terms(here())
    order = Order(Reason(reason), today(county, place.home), by or getpass.getuser(), why)
    try:
        with reading() as desk:
            begun = unfinished(desk.con, Ledger(place.home))
            asked = _asked(desk.con, order, names or [], ordered=ordered, instrument=instrument, begun=begun)
            if not write:
                whole = asked | registered(desk.con) if begun else asked
                found = planned_erasure(desk.con, whole, county=county, home=place.home, night=order.night)
    except (UnknownRecord, ErasureRefused) as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    if not (asked or begun):
        complain("nothing is to be erased; no sealing or expungement is known, or none under that instrument")
        raise typer.Exit(BAD)
    if begun and not as_json:
        say(f"begun before and not proven yet: {', '.join(begun)}; everything of it is swept too")
    if not write:
        said = {"written": False, "unfinished": list(begun), **_places(found)}
        _show(said, "nothing was changed; add --write to erase", found, as_json=as_json)
        return
    _carry_out(asked, order, as_json=as_json)


def _asked(con: Connection, order: Order, names: list[str], *, ordered: bool, instrument: str | None, begun: Sequence[str]) -> Erased:
    """Whom the command line means; nobody where it only finishes what was begun.

    Raises:
        ErasureRefused: if it means nobody.
        assets.consented.facts_of.UnknownRecord: if nobody is known by a name, and nobody who was ever erased was.
    """
    from assets.checked.erased_rows import Erased
    from assets.published.erasure import ErasureRefused, received_under
    from assets.published.erasure import ordered as by_order

    if not (names or ordered or instrument or begun):
        raise ErasureRefused("name what to erase, or say --ordered or --instrument")
    asked = Erased()
    for name in names:
        asked |= _meant(con, name)
    if ordered:
        for one in by_order(con).values():
            asked |= one
    if instrument:
        asked |= received_under(con, county_terms(here()), instrument)
    return asked


def _meant(con: Connection, name: str) -> Erased:
    from assets.checked.erased_rows import Erased
    from assets.consented.facts_of import UnknownRecord, named
    from assets.published.erasure import erased_before

    try:
        meant = named(con, name)
    except UnknownRecord:
        # Erased before: the name is asked for again because a kill left something, or to see it proven once more.
        if again := erased_before(con, county_terms(here()), name):
            return again
        raise
    return Erased(frozenset({meant.record_id})) if meant.record_id else Erased(subjects=frozenset({meant.subject_id}))


def _carry_out(asked: Erased, order: Order, *, as_json: bool) -> None:
    from pipelines.erasing import erase as carry_out

    place, county = here(), county_terms(here())
    prepare_dagster(place)

    def rebuild() -> bool:
        with dagster_instance(place) as instance:
            outcome = nightly.execute(place, instance, county=county, job=nightly.DENIES, night=order.night)
        for step, message in outcome.failures.items():
            complain(message if message.startswith(step) else f"{step}: {message}")
        return outcome.success

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
        "rows_naming": found.naming,
        **found.beyond.account(),
    }


def _show(document: dict[str, Any], text: str, found: Plan, *, as_json: bool) -> None:
    if as_json:
        emit_json(document)
        return
    title = f"{len(found.erased.records)} records, {len(found.erased.subjects)} people"
    table(title, ("place", "rows"), found.places.items(), numbers=("rows",))
    say(text)
    for line in _not_reached(found):
        say(line)


def _not_reached(found: Plan) -> Iterator[str]:
    """What an operator must know that the counts do not say."""
    for source, number in found.naming.items():
        yield f"of {source}, {number} rows only name what is erased (an order, another agency's report); they would tell of it and go too"
    for source, people in found.beyond.elsewhere.items():
        yield f"stays: {people} people of {source} are the same person; if the order reaches them, erase them by name too"
    for item in found.beyond.extracts:
        what = f"{item.rows} rows" if item.rows is not None else "its key is gone, so nobody can tell which rows"
        yield f"research/{item.project} {item.version}: {what}; only our copy is reached, tell {item.agency}"
    for product, version in found.beyond.shown.items():
        yield f"{product} showed something of it, last in {version}; what its recipient copied is not reached, tell them"
    yield "not reached: what agencies hold themselves, copies, backups until they are restored"
    yield "write the deny list anew, apart from backups: throughcare deny-list FILE"
