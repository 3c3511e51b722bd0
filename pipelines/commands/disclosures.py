"""``throughcare disclosures``: what was shown of a person, and what a wrong merge showed.

Belongs here: the verb, its letters and its incidents in words. Does not belong here: the account itself (assets/published/disclosed).
"""

from __future__ import annotations

import getpass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.clock import today
from pipelines.commands.common import BAD, USAGE, AsJson, here, parse_night
from pipelines.commands.common import terms as county_terms
from pipelines.commands.desk import reading
from pipelines.display import complain, emit_json, say, table


def disclosures(
    person: Annotated[
        str | None,
        typer.Argument(metavar="[PERSON]", help="SOURCE:PERSON, as health:pt-00000088, or an id of the integrator's."),
    ] = None,
    affected_by: Annotated[
        str | None,
        typer.Option("--affected-by", metavar="EVENT", help="A night on which people were parted, like 2026-03-04, or NIGHT/PERSON_KEY."),
    ] = None,
    letter: Annotated[
        str | None, typer.Option(metavar="KIND", help="accounting (45 CFR 164.528) or part2 (42 CFR 2.24), as a letter in Markdown.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the letter here, mode 0600, and not to the screen.")] = None,
    incident: Annotated[
        bool, typer.Option("--open-incident", help="With --affected-by: open an incident and enter it in the ledger.")
    ] = False,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why the incident is opened; it enters the ledger.")] = None,
    as_of: Annotated[
        date | None, typer.Option("--as-of", parser=parse_night, metavar="DATE", help="The day of the account; default today.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what was shown of a person's records, to whom, under which clause; or everything that a wrong merge showed of others.

    Products of counts name nobody and are not listed. With --affected-by the command exits 1 when anybody was shown what was another's.

    Example: throughcare disclosures health:pt-00000088 --letter part2 --out letter.md

    Example: throughcare disclosures --affected-by 2026-03-04 --open-incident --reason "twins told apart"
    """
    if (person is None) == (affected_by is None):
        raise typer.BadParameter("name a PERSON, or an event with --affected-by", param_hint="PERSON")
    if affected_by is not None:
        _affected(affected_by, incident=incident, reason=reason, as_of=as_of, as_json=as_json)
        return
    _about(str(person), letter=letter, out=out, as_of=as_of, as_json=as_json)


def _about(person: str, *, letter: str | None, out: Path | None, as_of: date | None, as_json: bool) -> None:
    from assets.consented.facts_of import UnknownRecord, named
    from assets.published.disclosures import disclosures_about, subjects_of
    from assets.published.letters import LOOKS_BACK, Letter, letter_text, years_before
    from contracts.accounting import ACCOUNTED_YEARS
    from resources.ledger import EntryKind, Ledger

    kind = None if letter is None else _kind(letter)
    place = here()
    county = county_terms(place)
    day = as_of or today(county, place.home)
    try:
        with reading() as desk:
            con = desk.con
            subjects = subjects_of(con, named(con, person).subject_id)
            years = LOOKS_BACK[kind] if kind else ACCOUNTED_YEARS
            found = disclosures_about(con, subjects, since=years_before(day, years), until=day)
    except UnknownRecord as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    if kind is not None:
        text = letter_text(Letter(kind), found, office=_office(county), asked_on=day)
        # That an account was given has to be kept (45 CFR 164.528(d)); of whom, the officer's file says.
        Ledger(place.home).append(
            EntryKind.EXPORTED, night=day, what=f"letter {Letter(kind).value}", rows=len(found), entered_by=getpass.getuser()
        )
        if out is None:
            print(text, end="")
        else:
            from resources.home import write_atomically

            write_atomically(out, text.encode(), mode=0o600)
            say(f"written to {out}; it is for that person and the officer who sends it")
        return
    if as_json:
        emit_json([_document(item, county.law) for item in found])
        return
    if not found:
        say("Nothing was shown by row of that person's records to an agency that did not give them.")
        return
    table(
        f"Shown by row, until {day}",
        ("recipient", "product", "table", "records", "columns", "first", "last", "clauses", "accounting", "rule"),
        (
            (
                item.recipient,
                item.product,
                item.table,
                item.record_type,
                ", ".join(item.columns),
                item.first_version,
                item.last_version,
                ", ".join(item.clause_ids),
                item.accounted(county.law).code.value,
                ", ".join(f"{each.pack} {each.rule.id}" for each in item.accounted(county.law).rules),
            )
            for item in found
        ),
    )


def _kind(text: str) -> Any:
    from assets.published.letters import Letter

    try:
        return Letter(text)
    except ValueError:
        raise typer.BadParameter(f"[{text}] is no letter; there are {', '.join(Letter)}", param_hint="--letter") from None


def _office(county: Any) -> Any:
    from assets.published.letters import Office
    from contracts.instruments import InstrumentKind

    agencies = county.agencies
    folders = {agencies.folder_of(name): agencies.agencies[name] for name in agencies.recipients}
    integrator = agencies.agencies[agencies.integrator]
    return Office(
        county=county.text.name,
        integrator=integrator.title,
        contact=integrator.breach_contact,
        titles={folder: agency.title for folder, agency in folders.items()},
        contacts={folder: agency.breach_contact for folder, agency in folders.items() if agency.breach_contact},
        law=county.law,
        orders={item.id: "; ".join(item.legal_authority) for item in county.instruments if item.kind is InstrumentKind.COURT_ORDER},
    )


def _document(item: Any, law: Any) -> dict[str, Any]:
    from contracts.accounting import Letter

    document = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(item).items()}
    rules = {
        letter.value: [
            {"pack": each.pack, "rule": each.rule.id, "citation": each.rule.citation, "accounting": each.rule.accounting}
            for each in item.accounted(law, letter).rules
        ]
        for letter in Letter
    }
    return {**document, "accounting": item.accounted(law).code.value, "rules": rules}


def _affected(event: str, *, incident: bool, reason: str | None, as_of: date | None, as_json: bool) -> None:
    from assets.published.disclosures import affected_by, by_version
    from assets.published.incident import open_incident
    from resources.ledger import Ledger

    if incident and not reason:
        raise typer.BadParameter("say why with --reason; it enters the ledger", param_hint="--reason")
    text, _, person_key = event.partition("/")
    night = parse_night(text)
    place = here()
    county = county_terms(place)
    with reading() as desk:
        affected = affected_by(desk.con, night=night, person_key=person_key or None)
    opened = None
    if incident and affected:
        opened = open_incident(
            affected,
            night=night,
            home=place.home,
            ledger=Ledger(place.home),
            opened_by=getpass.getuser(),
            reason=str(reason),
            recorded_on=as_of or today(county, place.home),
        )
    lines = by_version(affected)
    if as_json:
        emit_json({"event": event, "incident": opened.name if opened else None, "affected": lines})
    elif not affected:
        say(f"Nobody was shown what was another's: no disclosure rests on what was parted on {night}.")
    else:
        table(
            f"Shown under another person's number until {night}",
            ("recipient", "product", "table", "records", "columns", "first version", "last version", "people shown", "shown under"),
            (
                (
                    line["recipient"],
                    line["product"],
                    line["table"],
                    line["record_type"],
                    ", ".join(str(name) for name in line["columns"]) if isinstance(line["columns"], list) else "",
                    line["first_version"],
                    line["last_version"],
                    line["people_shown"],
                    line["shown_under"],
                )
                for line in lines
            ),
            numbers=("people shown", "shown under"),
        )
        if opened:
            say(f"incident {opened.name}: {opened.disclosures} disclosures about {opened.people} people, listed in {opened.file}")
        else:
            say("add --open-incident --reason TEXT to open an incident; its file says who, by the integrator's ids")
    if affected:
        raise typer.Exit(BAD)
