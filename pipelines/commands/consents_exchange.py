"""``throughcare consents export`` and ``import``: consents as FHIR R4, out to a file and in from one.

Belongs here: the two verbs. Does not belong here: the shape of a resource (contracts/consent_exchange) or the register
(assets/consented/paper).
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.clock import today
from pipelines.commands.common import BAD, USAGE, AsJson, here
from pipelines.commands.common import terms as county_terms
from pipelines.commands.desk import reading, writing
from pipelines.display import complain, emit_json, say

if TYPE_CHECKING:
    from contracts.consent_exchange import ExchangedConsent
    from contracts.county import County
    from resources.sql import Connection


def export(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write: .ndjson one a line, anything else one Bundle. Mode 0600.")],
    in_force: Annotated[bool, typer.Option("--in-force", help="Only consents in force on the newest night.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the county's consents as FHIR R4 Consent, by the sources' own numbers of people. Mind who gets the file.

    Example: throughcare consents export /safe/consents.ndjson
    """
    from contracts.consent_exchange import to_fhir
    from resources.home import write_atomically
    from resources.ledger import EntryKind, Ledger

    with reading() as desk:
        found = [to_fhir(consent) for consent in _known(desk.con, in_force=in_force)]
        night = desk.night
    if out.suffix == ".ndjson":
        text = "".join(json.dumps(resource, sort_keys=True) + "\n" for resource in found)
    else:
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource} for resource in found]}
        text = json.dumps(bundle, indent=1, sort_keys=True) + "\n"
    write_atomically(out, text.encode(), mode=0o600)
    Ledger(here().home).append(EntryKind.EXPORTED, night=night, what="consents", rows=len(found), entered_by=getpass.getuser())
    _tell({"path": str(out), "consents": len(found)}, f"{len(found)} consents written to {out}", as_json=as_json)


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A Bundle, or NDJSON with one Consent a line.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="From whom it came and why it is entered; kept with each entry.")],
    write: Annotated[bool, typer.Option("--write", help="Enter them; without this they are only read.")] = False,
    as_json: AsJson = False,
) -> None:
    """Enter consents from FHIR R4 as paper forms are entered: person and form must be known, nothing is entered wider.

    Example: throughcare consents import /safe/consents.ndjson --reason "register of the clinic, March" --write
    """
    from assets.consented.paper import Found, Paper, PaperRefused
    from assets.consented.paper import record as enter
    from assets.consented.paper import revoke as take_back
    from contracts.consent_exchange import ConsentUnreadable, from_fhir
    from contracts.keys import subject_id
    from resources.ledger import EntryKind, Ledger
    from resources.sql import scalar

    place, county = here(), county_terms(here())
    day, clerk = today(county, place.home), getpass.getuser()
    entered, refused = 0, []
    with writing() as desk:
        for number, resource in enumerate(_resources(file), start=1):
            try:
                consent = from_fhir(resource)
                source = county.sources.get(consent.source)
                form = next((item for item in county.forms if (item.id, item.version) == (consent.form_id, consent.form_version)), None)
                if source is None or form is None or form.kind != consent.kind or consent.signed_at is None or consent.signed_by is None:
                    raise ConsentUnreadable("source, form, its kind, signature and date must be ones that the county knows")
                if set(consent.element_classes) - set(form.element_classes) or set(consent.recipients) - set(form.recipients):
                    raise ConsentUnreadable("provision: is wider than the form that was signed")
                who = Found(subject_id(source.system, consent.person), source.system, source.name, consent.person)
                if not scalar(desk.con, "select count(*) from checked.subject where subject_id = $id", {"id": who.subject_id}):
                    raise ConsentUnreadable("patient: is nobody the source has delivered")
                paper = Paper(
                    form, consent.signed_at, consent.signed_by, consent.valid_from, consent.valid_to, consent.recipients,
                    consent.element_classes, consent.purposes,
                )  # fmt: skip
                if write:
                    name = enter(desk.con, who, paper, recorded_on=day, recorded_by=clerk, reason=reason)
                    if consent.revoked_at is not None:
                        take_back(desk.con, [name], revoked_at=consent.revoked_at, recorded_on=day, recorded_by=clerk, reason=reason)
                entered += 1
            except (ConsentUnreadable, PaperRefused) as error:
                refused.append(f"resource {number}: {error}")
    if write and entered:
        Ledger(place.home).append(
            EntryKind.CONSENT_RECORDED, night=day, what="imported", form=None, consents=entered, entered_by=clerk, reason=reason
        )
    said = f"{entered} consents {'entered' if write else 'could be entered; add --write to enter them'}, {len(refused)} refused"
    _tell({"consents": entered, "refused": refused, "written": write}, said, as_json=as_json)
    if not as_json:
        for line in refused:
            complain(line)
    if write and entered:
        _rebuild(county)
    if refused:
        raise typer.Exit(BAD)


def _known(con: Connection, *, in_force: bool) -> Iterable[ExchangedConsent]:
    """Consents of the newest night with the number their source knows the person by."""
    from contracts.consent_exchange import ExchangedConsent
    from resources.sql import load_sql, rows

    for row in rows(con, load_sql("assets.consented", "consent_exchanged"), {"in_force": in_force}):
        values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in row]
        yield ExchangedConsent(*values)


def _resources(file: Path) -> list[dict[str, Any]]:
    text = file.read_text(encoding="utf-8")
    try:
        if file.suffix == ".ndjson":
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        document = json.loads(text)
        return [document] if document.get("resourceType") == "Consent" else [entry["resource"] for entry in document["entry"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        complain("the file is neither a FHIR Bundle nor NDJSON of Consent resources; nothing was entered")
        raise typer.Exit(USAGE) from None


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
