"""``throughcare consents export`` and ``import``: consents as FHIR R4, out to a file and in from one.

Belongs here: the two verbs and their files. Does not belong here: the shape of a resource (contracts/consent_exchange,
contracts/consent_reading), which of them can be entered (assets/consented/exchange) or the register (assets/consented/paper).
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.clock import today
from pipelines.commands.common import BAD, USAGE, AsJson, here
from pipelines.commands.desk import Desk, reading, writing
from pipelines.display import complain, emit_json, say

if TYPE_CHECKING:
    from datetime import date

    from assets.consented.exchange import Accepted
    from contracts.county import County


def export(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write: .ndjson one a line, anything else one Bundle. Mode 0600.")],
    in_force: Annotated[bool, typer.Option("--in-force", help="Only consents in force on the newest night.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the county's consents as FHIR R4 Consent, by the sources' own numbers of people. Mind who gets the file.

    Example: throughcare consents export /safe/consents.ndjson
    """
    from assets.consented.exchange import exchanged
    from contracts.consent_exchange import to_fhir
    from resources.home import write_atomically
    from resources.ledger import EntryKind, Ledger
    from resources.sql import scalar

    with reading() as desk:
        found = [to_fhir(consent, desk.county.text.timezone) for consent in exchanged(desk.con, in_force=in_force)]
        asked = "select count(*) from consented.consent_state where not $in_force or state = 'in_force'"
        left_out = scalar(desk.con, asked, {"in_force": in_force}) - len(found)
        night = desk.night
    if out.suffix == ".ndjson":
        text = "".join(json.dumps(resource, sort_keys=True) + "\n" for resource in found)
    else:
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource} for resource in found]}
        text = json.dumps(bundle, indent=1, sort_keys=True) + "\n"
    write_atomically(out, text.encode(), mode=0o600)
    Ledger(here().home).append(EntryKind.EXPORTED, night=night, what="consents", rows=len(found), entered_by=getpass.getuser())
    said = f"{len(found)} consents written to {out}"
    if left_out:
        said += f"; {left_out} without a kind, a form, a status or a number of the person were left out"
    _tell({"path": str(out), "consents": len(found), "left_out": left_out}, said, as_json=as_json)


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A Bundle, or .ndjson with one Consent a line.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="From whom it came and why it is entered; kept with each entry.")],
    write: Annotated[bool, typer.Option("--write", help="Enter them; without this they are only read and judged.")] = False,
    as_json: AsJson = False,
) -> None:
    """Enter consents from FHIR R4 as paper forms are entered: all of them or, if one is refused, none. Nothing is entered wider.

    Example: throughcare consents import /safe/consents.ndjson --reason "register of the clinic, March" --write
    """
    from assets.consented.exchange import enter
    from assets.consented.paper import PaperRefused, refuse_empty
    from resources.ledger import EntryKind, Ledger

    clerk = getpass.getuser()
    try:
        refuse_empty(reason, clerk)
        with writing() if write else reading() as desk:
            place, county, day = desk.place, desk.county, today(desk.county, desk.place.home)
            accepted, refused = _judged(desk, file, day)
            done = enter(desk.con, accepted, day=day, clerk=clerk, reason=reason) if write and not refused else None
    except PaperRefused as error:
        complain(f"{error}; nothing was entered")
        raise typer.Exit(USAGE) from None
    if done and (done.new or done.revoked):
        Ledger(place.home).append(
            EntryKind.CONSENT_RECORDED, night=day, what="imported", form=None, consents=done.new, entered_by=clerk, reason=reason
        )
    if done:
        said = f"{done.new} consents entered, {done.revoked} taken back, {done.known} known already"
    elif refused:
        said = f"{len(refused)} of {len(accepted) + len(refused)} consents refused; nothing was entered"
    else:
        said = f"{len(accepted)} consents could be entered; nothing was entered; add --write to enter them"
    document = {"consents": done.new if done else len(accepted), "refused": refused, "written": done is not None}
    _tell({**document, "revoked": done.revoked, "known": done.known} if done else document, said, as_json=as_json)
    if refused:
        for item in () if as_json else refused:
            complain(f"{file}:{item['at']}: {item['rule']}: {item['says']}")
        raise typer.Exit(BAD)
    if done and (done.new or done.revoked):
        _rebuild(county)


def _judged(desk: Desk, file: Path, day: date) -> tuple[list[Accepted], list[dict[str, Any]]]:
    """What can be entered, and what is refused by place in the file (line, or number of the entry of a Bundle) and rule."""
    from assets.consented.exchange import ImportRefused, ImportRule, judge
    from contracts.consent_reading import ConsentUnreadable, from_fhir

    accepted: list[Accepted] = []
    refused: list[dict[str, Any]] = []
    for at, resource in _resources(file):
        try:
            if resource is None:
                refused.append({"at": at, "rule": ImportRule.NOT_JSON.value, "says": "is no JSON object"})
                continue
            accepted.append(judge(desk.con, desk.county, from_fhir(resource, desk.county.text.timezone), day=day))
        except ConsentUnreadable as error:
            refused.append({"at": at, "rule": ImportRule.UNREADABLE.value, "says": str(error)})
        except ImportRefused as error:
            refused.append({"at": at, "rule": error.rule.value, "says": str(error)})
    return accepted, refused


def _resources(file: Path) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """(place in the file, resource) of each Consent; None where a line is no JSON object."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        if file.suffix == ".ndjson":
            yield from ((str(number), _object(line)) for number, line in enumerate(text.split("\n"), start=1) if line.strip())
            return
        document = json.loads(text)
        held = [document] if document.get("resourceType") == "Consent" else [entry["resource"] for entry in document["entry"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        complain("the file is neither a FHIR Bundle nor NDJSON of Consent resources; nothing was entered")
        raise typer.Exit(USAGE) from None
    yield from ((f"entry {number}", item if isinstance(item, dict) else None) for number, item in enumerate(held, start=1))


def _object(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _rebuild(county: County) -> None:
    from pipelines.commands import night as nightly
    from pipelines.execution import dagster_instance
    from pipelines.place import prepare_dagster

    place = here()
    prepare_dagster(place)
    with dagster_instance(place) as instance:
        outcome = nightly.execute(place, instance, county=county, job=nightly.DENIES, night=today(county, place.home))
    if not outcome.success:
        raise typer.Exit(BAD)


def _tell(document: dict[str, Any], text: str, *, as_json: bool) -> None:
    if as_json:
        emit_json(document)
    else:
        say(text)
