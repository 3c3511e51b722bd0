"""``throughcare consents``: paper forms and revocations at the office, coverage by race, what lapses soon.

Belongs here: asking at the terminal and saying what came of it. Does not belong here: the register (assets/consented/paper) or the rule.
A paper form carries a name: identifiers are asked for and never taken as arguments, which a shell would keep.
"""

from __future__ import annotations

import getpass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.clock import now, today
from pipelines.commands import consents_exchange
from pipelines.commands import night as nightly
from pipelines.commands.common import BAD, USAGE, AsJson, here, parse_night
from pipelines.commands.common import terms as county_terms
from pipelines.commands.desk import reading, writing
from pipelines.display import complain, emit_json, say, table
from pipelines.execution import dagster_instance
from pipelines.place import prepare_dagster

if TYPE_CHECKING:
    from assets.consented.paper import Found
    from contracts.consents import Form
    from contracts.county import County
    from pipelines.place import Place
    from resources.sql import Connection

app = typer.Typer(no_args_is_help=True, help="Consents: on paper, taken back, covering whom, lapsing when.")

app.command(name="export")(consents_exchange.export)
app.command(name="import")(consents_exchange.import_)

Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why, and from which paper; it is kept with the entry and in the ledger.")]
Clerk = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who enters it; default the account this runs under.")]


@app.command()
def find(as_json: AsJson = False) -> None:
    """Ask for a name and a birth date, and list who fits by number, with every consent of theirs and how it stands.

    Example: throughcare consents find
    """
    with reading() as desk:
        people = _asked_for(desk.con)
        found = [{**vars(who), "consents": _consents_of(desk.con, who.subject_id)} for who in people]
    if as_json:
        emit_json(found)
    elif not found:
        complain("nobody fits; look at the spelling, or leave the birth date out")
    else:
        _say_found(found)
    if not found:
        raise typer.Exit(BAD)


@app.command()
def record(
    form: Annotated[str, typer.Option(metavar="FORM@VERSION", help="As printed at the foot of the form: roi-crisis-contacts@2.")],
    signed_on: Annotated[date, typer.Option(parser=parse_night, metavar="DATE", help="The date beside the signature.")],
    reason: Reason,
    signed_by: Annotated[str, typer.Option(metavar="WHO", help="self, parent, guardian, both or representative.")] = "self",
    until: Annotated[
        date | None, typer.Option(parser=parse_night, metavar="DATE", help="First day on which it no longer holds, if written.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option("--class", metavar="CLASS", help="What was ticked, if less than the form says.")] = None,
    by: Clerk = None,
    write: Annotated[bool, typer.Option("--write", help="Enter it; without this it is only shown what would be entered.")] = False,
    as_json: AsJson = False,
) -> None:
    """Enter a paper form. The person is asked for; a consent counts from the night after, an opt-out at once.

    Example: throughcare consents record --form roi-crisis-contacts@2 --signed-on 2026-03-04 --until 2027-03-04 --reason "folder 12"
    """
    from assets.consented.paper import Paper, PaperRefused
    from assets.consented.paper import record as enter
    from contracts.consents import DENYING
    from contracts.vocabularies.consent import SignedBy

    place, county = here(), county_terms(here())
    printed = _form(county, form)
    if signed_by not in {who.value for who in SignedBy}:
        raise typer.BadParameter(f"[{signed_by}] is none of {', '.join(SignedBy)}", param_hint="--signed-by")
    strange = sorted(set(only or []) - set(printed.element_classes))
    if strange:
        raise typer.BadParameter(f"the form does not speak of {', '.join(strange)}", param_hint="--class")
    day = today(county, place.home)
    paper = Paper(
        form=printed,
        signed_at=datetime.combine(signed_on, datetime.min.time()),
        signed_by=signed_by,
        valid_from=None,
        valid_to=until,
        recipients=printed.recipients,
        element_classes=tuple(only) if only else printed.element_classes,
        purposes=tuple(purpose.value for purpose in printed.purposes),
    )
    denies = printed.kind in DENYING
    who = _chosen()
    read = {"form": f"{printed.id} {printed.version}", "signed_on": signed_on, "signed_by": signed_by, "system": who.system}
    if not as_json:
        say(f"{printed.title} ({printed.id} {printed.version}), signed {signed_on} by {signed_by}, for one person of {who.system}")
    if not write:
        _tell({**read, "written": False}, "nothing was entered; add --write to enter it", as_json=as_json)
        return
    try:
        with writing() as desk:
            consent_id = enter(desk.con, who, paper, recorded_on=day, recorded_by=by or getpass.getuser(), reason=reason)
    except PaperRefused as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    _account(place, day, "recorded", form=f"{printed.id} {printed.version}", consents=1, by=by, reason=reason)
    counts_from = day if denies else day + timedelta(days=1)
    said = f"entered as consent {consent_id}; it counts from the night of {counts_from}"
    _tell({**read, "written": True, "consent_id": consent_id, "counts_from": counts_from}, said, as_json=as_json)
    if denies:
        _rebuild(place, county, day, quiet=as_json)


@app.command()
def revoke(
    reason: Reason,
    consent: Annotated[
        list[str] | None,
        typer.Option(metavar="CONSENT", help="A consent by its id, as `consents find` lists it; default every one in force."),
    ] = None,
    by: Clerk = None,
    write: Annotated[bool, typer.Option("--write", help="Take it back; without this it is only shown what would be.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take back consents at a person's word. The person is asked for; every product it touches is rebuilt or withdrawn at once.

    Example: throughcare consents revoke --reason "came to the counter on 4 March" --write
    """
    from assets.consented.paper import PaperRefused
    from assets.consented.paper import revoke as take_back

    place, county = here(), county_terms(here())
    chosen = list(consent or [])
    if not chosen:
        who = _chosen()
        with reading() as desk:
            chosen = [str(item["consent_id"]) for item in _consents_of(desk.con, who.subject_id) if item["state"] == "in_force"]
        if not chosen:
            complain("that person has no consent in force; there is nothing to take back. An opt-out is a form of its own: consents record")
            raise typer.Exit(BAD)
    if not write:
        said = f"{len(chosen)} consents would be taken back; nothing was changed; add --write to take them back"
        _tell({"consents": len(chosen), "written": False}, said, as_json=as_json)
        return
    day = today(county, place.home)
    try:
        with writing() as desk:
            done = take_back(
                desk.con,
                chosen,
                revoked_at=now(county, place.home),
                recorded_on=day,
                recorded_by=by or getpass.getuser(),
                reason=reason,
            )
    except PaperRefused as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    _account(place, day, "revoked", form=None, consents=done, by=by, reason=reason)
    _tell({"consents": done, "written": True, "counts_from": day}, f"{done} consents were taken back", as_json=as_json)
    _rebuild(place, county, day, quiet=as_json)


@app.command()
def coverage(
    exactly: Annotated[
        bool, typer.Option("--exact", help="Counts below the county's minimum cell too; for the integrator's eyes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say how many people each system knows have a consent of each kind in force, by race.

    Example: throughcare consents coverage
    """
    from assets.published.coverage import coverage as covered

    with reading() as desk:
        least = 0 if exactly else desk.county.disclosure.minimum_cell
        found = covered(desk.con, least=least)
    if as_json:
        emit_json([{**vars(line), "share": line.share} for line in found])
        return
    table(
        "Consents in force, by race",
        ("system", "kind", "race group", "people", "in force", "share"),
        ((line.system, line.kind, line.race_group, line.people, line.in_force, line.share) for line in found),
        numbers=("people", "in force", "share"),
    )
    if least:
        say(f"A count under {least}, and one that would give it away, is not shown; --exact shows it.")


@app.command()
def expiring(
    within: Annotated[int, typer.Option(min=1, metavar="DAYS", help="Days from the newest night.")] = 90,
    as_json: AsJson = False,
) -> None:
    """List forms whose consents lapse soon, with how many people have signed again already.

    Example: throughcare consents expiring --within 60
    """
    from resources.sql import load_sql, rows

    with reading() as desk:
        night = desk.night
        found = rows(desk.con, load_sql("assets.published", "consent_expiring"), {"until": night + timedelta(days=within)})
    columns = ("form", "version", "kind", "consents", "people", "signed again", "first end", "last end")
    if as_json:
        emit_json([dict(zip((name.replace(" ", "_") for name in columns), row, strict=True)) for row in found])
        return
    table(f"Consents that lapse within {within} days of {night}", columns, found, numbers=("consents", "people", "signed again"))


def _asked_for(con: Connection) -> tuple[Found, ...]:
    """Ask whom the paper names; the answers are kept nowhere."""
    from assets.consented.paper import find_subjects

    last = typer.prompt("Last name", err=True)
    first = typer.prompt("First name", err=True)
    born = typer.prompt("Birth date, like 1980-05-17 (empty if the paper has none)", default="", show_default=False, err=True)
    return find_subjects(con, last_name=last, first_name=first, birth_date=parse_night(born) if born.strip() else None)


def _chosen() -> Found:
    """The one subject meant; where several fit, the officer says which by number."""
    with reading() as desk:
        people = _asked_for(desk.con)
    if not people:
        complain("nobody fits; look at the spelling, or leave the birth date out")
        raise typer.Exit(BAD)
    if len(people) == 1:
        return people[0]
    for number, who in enumerate(people, start=1):
        typer.echo(f"{number}  {who.source}:{who.source_person_id or who.subject_id}", err=True)
    number = typer.prompt("Which one", type=int, err=True)
    if not 1 <= number <= len(people):
        complain("none of those; nothing was done")
        raise typer.Exit(USAGE)
    return people[number - 1]


def _consents_of(con: Connection, subject_id: str) -> list[dict[str, Any]]:
    from resources.sql import rows

    question = (
        "select consent_id, kind, form_id, form_version, state, valid_from, valid_to from consented.consent_state "
        "where subject_id = $subject_id order by valid_from, consent_id"
    )
    names = ("consent_id", "kind", "form_id", "form_version", "state", "valid_from", "valid_to")
    return [dict(zip(names, row, strict=True)) for row in rows(con, question, {"subject_id": subject_id})]


def _say_found(found: list[dict[str, Any]]) -> None:
    table(
        "Who fits",
        ("system", "number", "consents", "in force"),
        (
            (
                item["system"],
                f"{item['source']}:{item['source_person_id'] or item['subject_id']}",
                len(item["consents"]),
                sum(consent["state"] == "in_force" for consent in item["consents"]),
            )
            for item in found
        ),
        numbers=("consents", "in force"),
    )
    table(
        "Their consents",
        ("number", "form", "standing", "from", "until", "consent"),
        (
            (
                f"{item['source']}:{item['source_person_id'] or item['subject_id']}",
                f"{consent['form_id'] or 'unknown form'} {consent['form_version'] or ''}",
                consent["state"],
                consent["valid_from"],
                consent["valid_to"],
                consent["consent_id"],
            )
            for item in found
            for consent in item["consents"]
        ),
    )


def _form(county: County, text: str) -> Form:
    name, _, version = text.partition("@")
    for form in county.forms:
        if (form.id, form.version) == (name, version):
            return form
    there = ", ".join(sorted(f"{form.id}@{form.version}" for form in county.forms))
    raise typer.BadParameter(f"the county has no form [{text}]; there are {there}", param_hint="--form")


def _account(place: Place, day: date, what: str, *, form: str | None, consents: int, by: str | None, reason: str) -> None:
    from resources.ledger import EntryKind, Ledger

    Ledger(place.home).append(
        EntryKind.CONSENT_RECORDED, night=day, what=what, form=form, consents=consents, entered_by=by or getpass.getuser(), reason=reason
    )


def _tell(document: dict[str, Any], text: str, *, as_json: bool) -> None:
    """The outcome, as a document or in words."""
    if as_json:
        emit_json(document)
    else:
        say(text)


def _rebuild(place: Place, county: County, day: date, *, quiet: bool) -> None:
    """A deny never waits: rebuild or withdraw every product it touches, and prove it."""
    prepare_dagster(place)
    with dagster_instance(place) as instance:
        outcome = nightly.execute(place, instance, county=county, job=nightly.DENIES, night=day)
    if not quiet:
        nightly.report(place, county, [outcome], as_json=False)
    elif not outcome.success:
        raise typer.Exit(BAD)
