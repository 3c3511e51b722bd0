"""``throughcare backup``, ``restore``, ``rebuild`` and ``deny-list``: state kept elsewhere, and brought back without showing too much.

Belongs here: the verbs and their words. Does not belong here: any step (resources/backup, pipelines/restoring).
"""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.clock import today
from pipelines.commands import night as nightly
from pipelines.commands.common import BAD, USAGE, AsJson, here
from pipelines.commands.common import terms as county_terms
from pipelines.commands.desk import reading
from pipelines.display import complain, emit_json, say

Denies = Annotated[Path | None, typer.Option("--denies", metavar="FILE", help="The newest list that `throughcare deny-list` wrote.")]


def backup(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A new folder.")],
    keys: Annotated[Path | None, typer.Option(metavar="PATH", help="Copy the keys too, to this other folder, on another medium.")] = None,
    as_json: AsJson = False,
) -> None:
    """Copy deliveries, registers, warehouse, ledger and terms to a folder, with hashes and the ledger's head. Refused during a run.

    Example: throughcare backup /backup/2026-03-03 --keys /safe/keys-2026-03-03
    """
    from resources.backup import BackupFault, back_up
    from resources.ledger import EntryKind, Ledger
    from resources.warehouse import Warehouse

    place, county = here(), county_terms(here())
    try:
        with Warehouse(place.home).lock():
            made = back_up(place.home, path, keys=keys)
    except BackupFault as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    Ledger(place.home).append(
        EntryKind.BACKED_UP,
        night=today(county, place.home),
        entries=made.entries,
        head=made.head,
        files=made.files,
        with_keys=keys is not None,
    )
    document = {"path": str(path), "entries": made.entries, "head": made.head, "files": made.files, "bytes": made.bytes}
    _tell(document, f"{made.files} files, {made.bytes:,} bytes, through entry {made.entries} of the ledger: {path}", as_json=as_json)


def restore(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A backup.")],
    denies: Denies = None,
    anchor: Annotated[
        str | None, typer.Option(metavar="FILE|HEAD", help="A ledger anchor kept outside: how far the ledger is known to have come.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Verify and compare only; nothing is written.")] = False,
    as_json: AsJson = False,
) -> None:
    """Restore a backup into an empty THROUGHCARE_HOME. Denies and erasures known since are replayed before anything is served.

    A backup older than the last revocation or erasure known is refused unless the newer deny list is given.

    Example: throughcare restore /backup/2026-03-03 --denies /safe/denies.json --dry-run
    """
    from pipelines.restoring import judge, refuse_foreign_terms, refuse_lost_keys
    from pipelines.restoring import restore as put_back
    from resources.backup import BackupFault, refuse_occupied
    from resources.deny_list import read_deny_list
    from resources.ledger_anchor import read_anchor

    place, county = here(), county_terms(here())
    try:
        listed = read_deny_list(denies) if denies else None
        refuse_occupied(place.home)
        found = judge(path, place.home, listed=listed, anchor=read_anchor(anchor) if anchor else None)
        refuse_foreign_terms(found, county)
        refuse_lost_keys(found, place.home)
    except BackupFault as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    document: dict[str, Any] = {
        "entries": found.backup.entries,
        "known_entries": found.known_entries,
        "taken_away_since": found.taken_away,
        "replays": listed.rows if listed else 0,
        "nothing_newer_known": found.is_all_that_is_known(anchor is not None),
        "written": not dry_run,
    }
    if document["nothing_newer_known"]:
        complain(
            "nothing newer than the backup is known here: no ledger survived, and neither --denies nor --anchor was given. What was taken "
            f"away after entry {found.backup.entries} would be shown again"
        )
    if dry_run:
        _tell(document, f"the backup is whole, through entry {found.backup.entries}; nothing was written", as_json=as_json)
        return
    day = today(county, place.home)
    good = put_back(found, place.home, county, listed=listed, day=day, by=getpass.getuser(), rebuild=_run_newest)
    said = "restored; products are built, denies and erasures applied" if good else "restored in part"
    _tell({**document, "good": good}, said, as_json=as_json)
    if not good:
        complain("products could not all be built, or an erasure is not proven; mend what was said above and run the night")
        raise typer.Exit(BAD)


def rebuild(as_json: AsJson = False) -> None:
    """Build the warehouse again from deliveries and registers, and publish the newest night from it. Erasures made since are applied.

    Example: throughcare rebuild
    """
    from assets.linked.register import KeysDoNotFit
    from pipelines.restoring import rebuild_warehouse
    from resources.backup import BackupFault

    place, county = here(), county_terms(here())
    try:
        rebuilt = rebuild_warehouse(place, county)
    except (BackupFault, KeysDoNotFit) as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    good = _run_newest()
    document = {
        "nights": [night.isoformat() for night in rebuilt.nights],
        "good": good,
        "erased_since": _erased(),
        "links_are_as_before": rebuilt.links_are_as_before,
    }
    links = "" if rebuilt.links_are_as_before else "; persons kept their keys, but pairs are known from the newest night on"
    said = f"{len(rebuilt.nights)} nights built again; {_erased()} records or people erased since are not in it{links}"
    _tell(document, said, as_json=as_json)
    if not good:
        raise typer.Exit(BAD)


def deny_list(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it, mode 0600; keep it apart from backups.")],
    as_json: AsJson = False,
) -> None:
    """Write everything that was taken away (erasures, revocations, opt-outs, denies) to a file that a later restore replays.

    Example: throughcare deny-list /safe/denies.json
    """
    from resources.deny_list import write_deny_list
    from resources.ledger import EntryKind, Ledger

    ledger = Ledger(here().home)
    with reading() as desk:
        number = write_deny_list(desk.con, path, ledger.verify())
        night = desk.night
    ledger.append(EntryKind.EXPORTED, night=night, what="deny list", rows=number)
    _tell({"path": str(path), "rows": number}, f"{number} entries written to {path}", as_json=as_json)


def _run_newest() -> bool:
    """Run the newest night of the registers again: it gives the same products, less what was taken away since."""
    from pipelines.execution import dagster_instance
    from pipelines.place import prepare_dagster
    from resources.sql import scalar
    from resources.warehouse import Warehouse

    place, county = here(), county_terms(here())
    with Warehouse(place.home).reader() as con:
        night = scalar(con, "select max(night) from registers.main.night_item where kind = 'delivery'")
    prepare_dagster(place)
    with dagster_instance(place) as instance:
        outcome = nightly.execute(place, instance, county=county, job=nightly.NIGHTLY, night=night)
    for step, message in outcome.failures.items():
        complain(message if message.startswith(step) else f"{step}: {message}")
    return outcome.success


def _erased() -> int:
    from assets.checked.erased_rows import registered

    with reading() as desk:
        found = registered(desk.con)
    return len(found.records | found.subjects)


def _tell(document: dict[str, Any], text: str, *, as_json: bool) -> None:
    if as_json:
        emit_json(document)
    else:
        say(text)
