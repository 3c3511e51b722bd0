"""``throughcare scope``: who may have what under which clause, and what another text would change.

Belongs here: the verb and its tables. Does not belong here: reading clauses (assets/consented/sharing) or deciding (whatif).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands.common import USAGE, AsJson, here, parse_night
from pipelines.commands.common import terms as county_terms
from pipelines.commands.desk import reading
from pipelines.display import complain, emit_json, say, table

if TYPE_CHECKING:
    from assets.consented.sharing import Changed, Shared
    from assets.consented.whatif import Effect
    from contracts.county import County
    from pipelines.place import Place


def scope(
    as_of: Annotated[
        date | None, typer.Option("--as-of", parser=parse_night, metavar="DATE", help="The night read for; default the newest.")
    ] = None,
    diff: Annotated[
        str | None,
        typer.Option(metavar="DATE|FILE", help="Compare with another date, or with a draft instrument (a YAML file) as if it were signed."),
    ] = None,
    lapse: Annotated[str | None, typer.Option(metavar="INSTRUMENT", help="Compare with this instrument gone: what would go dark.")] = None,
    recipient: Annotated[str | None, typer.Option(metavar="AGENCY", help="Only clauses for this recipient.")] = None,
    contributor: Annotated[str | None, typer.Option(metavar="AGENCY", help="Only clauses over this contributor's records.")] = None,
    document: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the scope document of the newest night: one HTML page to sign and archive.")
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --document: print it to PDF too, by a Chromium on this machine.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Clauses out of force as well, with the reason.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the sharing matrix: agency by element by purpose, with the clause and its words; or what a change of it would do.

    A comparison is counted on the records of the night: people of whom an element begins to flow, or goes dark. Nothing is changed.

    Example: throughcare scope --recipient behavioral_health

    Example: throughcare scope --diff draft-dul.yaml

    Example: throughcare scope --lapse DSA-2025-MC

    Example: throughcare scope --document scope.html --pdf scope.pdf
    """
    from assets.consented.sharing import matrix
    from resources.as_known import newest_night

    place = here()
    county = county_terms(place)
    night = as_of or newest_night(place.home) or county.text.first_night
    if document is not None:
        _document(place, county, night, document, pdf)
        return
    if diff is not None or lapse is not None:
        if diff is not None and lapse is not None:
            raise typer.BadParameter("give --diff or --lapse, not both", param_hint="--lapse")
        _compare(place, county, night, diff=diff, lapse=lapse, as_json=as_json)
        return
    lines = [
        line
        for line in matrix(county, night)
        if (everything or line.in_force) and recipient in {None, line.recipient} and contributor in {None, line.contributor}
    ]
    if as_json:
        emit_json([_plain(line) for line in lines])
        return
    table(
        f"Sharing as of {night}", ("clause", "contributor", "recipient", "may", "what", "for", "asks", "form", "until"), map(_cells, lines)
    )
    for line in lines:
        say(f"[bold]{line.clause_id}[/bold] {line.system}{'' if line.in_force else f' ({line.standing})'}: {line.quote}")
    unread = sorted({line.clause_id.split(" §")[0] for line in lines if not line.counsel_review})
    if unread:
        say("")
        say(f"Not reviewed by counsel: {', '.join(unread)}")
    say("")
    table(
        "What law asks whatever they signed",
        ("rule", "source", "does", "its words", "counsel"),
        (
            (item.rule.id, item.rule.citation, item.rule.effect, " ".join(item.rule.says.split()), item.reviewed)
            for item in county.law.cited
        ),
    )


def _document(place: Place, county: County, night: date, document: Path, pdf: Path | None) -> None:
    from assets.published.scope_document import CannotPrint, print_pdf, write
    from pipelines.scope_document import page

    with reading() as desk:
        write(document, page(desk.con, place=place, county=county, night=night, run_id="written by hand"))
    say(f"written: {document}")
    if pdf is None:
        return
    try:
        say(f"written: {print_pdf(document, pdf)}")
    except CannotPrint as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None


def _cells(line: Shared) -> tuple[object, ...]:
    asks = [line.consent_requirement, *line.population] if line.effect == "permit" else []
    return (
        line.clause_id,
        line.contributor or "anyone's",
        line.recipient or "anyone",
        f"{'' if line.effect == 'permit' else 'NOT '}{line.operation or 'anything'}",
        ", ".join(line.elements) or "everything",
        ", ".join(line.purposes) or "anything",
        ", ".join(asks),
        line.output_form,
        line.valid_to if line.in_force else line.standing,
    )


def _plain(line: Shared) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(line).items()}


def _compare(place: Place, county: County, night: date, *, diff: str | None, lapse: str | None, as_json: bool) -> None:
    from assets.consented.sharing import changes, matrix
    from assets.consented.whatif import effects
    from pipelines.drafts import NoSuchInstrument, with_draft, without
    from resources.as_known import NotYetKnown

    before = matrix(county, night)
    counted: tuple[Effect, ...] = ()
    day = _date(diff) if diff else None
    try:
        if day is not None:
            changed = changes(before, matrix(county, day))
            title = f"clauses of {night} and of {day}"
        else:
            other = with_draft(county, _file(str(diff)), night) if diff else without(county, str(lapse))
            changed = changes(before, matrix(other, night))
            counted = effects(place.home, county, other, county.products, night)
            title = f"if {Path(str(diff)).name} were signed" if diff else f"without {lapse}"
    except (NoSuchInstrument, NotYetKnown) as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    if as_json:
        emit_json({"night": night, "changed": [_changed(item) for item in changed], "effects": [asdict(item) for item in counted]})
        return
    _say_changes(title, changed, counted, night, dated=day is not None)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise typer.BadParameter(f"[{text}] is neither a date like 2027-01-01 nor a file", param_hint="--diff")
    return path


def _changed(item: Changed) -> dict[str, Any]:
    return {
        "change": item.change.value,
        "clause_id": item.clause_id,
        "system": item.system,
        "fields": list(item.fields),
        "before": _plain(item.before) if item.before else None,
        "after": _plain(item.after) if item.after else None,
    }


def _say_changes(title: str, changed: Iterable[Changed], counted: Iterable[Effect], night: date, *, dated: bool) -> None:
    lines = list(changed)
    if not lines:
        say(f"No clause differs: {title}.")
    else:
        table(
            f"What changes: {title}",
            ("clause", "system", "change", "what", "its words"),
            (
                (
                    item.clause_id,
                    item.system,
                    item.change.value,
                    ", ".join(item.fields or item.line.elements),
                    item.line.quote,
                )
                for item in lines
            ),
        )
    effects = list(counted)
    if effects:
        table(
            f"On the records of {night}: people of whom an element begins to flow, or goes dark",
            ("product", "may", "system", "element", "now", "then", "begins", "goes dark"),
            (
                (
                    item.product or "linking",
                    item.operation,
                    item.system,
                    item.element,
                    item.reason_before,
                    item.reason_after,
                    item.gained,
                    item.lost,
                )
                for item in effects
            ),
            numbers=("begins", "goes dark"),
        )
        say("Links stay as they are tonight; where the comparison of identities itself begins or ends, the line says linking.")
    elif lines and not dated:
        say("No element of anybody in tonight's products changes: no product asks for what the clauses speak of, or nobody fits them.")
