"""``throughcare explain``: one decision, gate by gate, with the words of the clause and the form behind it.

Belongs here: the verb and its wording. Does not belong here: the rule (assets/consented/decide).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands.common import BAD, USAGE, AsJson, here, parse_night
from pipelines.commands.common import terms as county_terms
from pipelines.display import complain, emit_json, say, table
from pipelines.past import terms_on

if TYPE_CHECKING:
    from assets.consented.explained import Explained


def explain(
    record: Annotated[
        str,
        typer.Argument(
            metavar="RECORD",
            help="SOURCE:PERSON (jail:100234), SOURCE/RECORD_TYPE:RECORD (jail/jail_booking:2026-00017), an id of the integrator's, or "
            "nobody for an element without a person.",
        ),
    ],
    element: Annotated[str, typer.Argument(metavar="ELEMENT", help="As the catalogue names it: jail_booking.facility, jail.__present__.")],
    recipient: Annotated[str, typer.Argument(metavar="RECIPIENT", help="An agency, or the folder it receives in: health.")],
    purpose: Annotated[str, typer.Argument(metavar="PURPOSE", help="care_coordination; several joined by commas.")],
    operation: Annotated[
        str, typer.Option(metavar="OPERATION", help="link, disclose_row, disclose_aggregate or research_extract.")
    ] = "disclose_row",
    as_of: Annotated[
        date | None, typer.Option("--as-of", parser=parse_night, metavar="DATE", help="The night asked about; default the newest.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether a recipient may have an element of a record for a purpose, and why: gate, rule, clause, quote, consent.

    Answered by the rule that every nightly decision is compared with, from what was known that night. Exits 1 when denied.

    Example: throughcare explain health:pt-00000088 health.__present__ health care_coordination --as-of 2026-03-04
    """
    from assets.consented.explained import MEANING, UnknownTerm, explained
    from assets.consented.facts_of import UnknownRecord
    from assets.consented.replay import replayed
    from assets.published.erasure import erasures_after
    from resources.as_known import NotYetKnown, newest_night

    place = here()
    night = as_of or newest_night(place.home)
    try:
        if night is None:
            raise NotYetKnown("no night was run yet; run one first: throughcare run --night DATE")
        county, exactly = terms_on(place, county_terms(place), night)
        with replayed(place.home, county, night) as con:
            later = erasures_after(con, night)
            found = explained(
                con,
                None if record == "nobody" else record,
                element=element,
                recipient=recipient,
                purposes=[word.strip() for word in purpose.split(",") if word.strip()],
                operation=operation,
                night=night,
            )
    except (NotYetKnown, UnknownRecord, UnknownTerm) as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    if as_json:
        emit_json(_document(found, {reason.value: meaning for reason, meaning in MEANING.items()}))
    else:
        if not exactly:
            complain(f"the terms of {night} are not kept in this home; answered under the county folder as it is now")
        if later:
            complain(f"{later} records or people were erased after {night}; no answer about that night shows them any more")
        _say(found, {reason.value: meaning for reason, meaning in MEANING.items()})
    if not found.permitted:
        raise typer.Exit(BAD)


def _document(found: Explained, meaning: dict[str, str]) -> dict[str, Any]:
    return {
        "element": found.element,
        "system": found.system,
        "recipient": found.recipient,
        "purposes": list(found.purposes),
        "operation": found.operation,
        "as_of": found.night,
        "permitted": found.permitted,
        "answers": [
            {
                "labels": list(answer.labels),
                "of_ordered_booking": answer.of_ordered_booking,
                "verdict": answer.decision.verdict.value,
                "reason": answer.decision.reason.value,
                "meaning": meaning[answer.decision.reason.value],
                "clause_id": answer.decision.clause_id,
                "consent_id": answer.decision.consent_id,
                "transform": answer.decision.transform.value if answer.decision.transform else None,
                "output_form": answer.decision.output_form.value if answer.decision.output_form else None,
                "obligations": [obligation.value for obligation in answer.decision.obligations],
                "records_from": answer.decision.records_from,
                "valid_until": answer.decision.valid_until,
                "rules": [vars(rule) for rule in answer.rules],
                "gates": [{"gate": gate.gate, "passed": gate.passed} for gate in answer.gates],
            }
            for answer in found.answers
        ],
        "clauses": [vars(clause) for clause in found.clauses],
        "consents": [{**vars(consent), "defects": list(consent.defects)} for consent in found.consents],
    }


def _say(found: Explained, meaning: dict[str, str]) -> None:
    say(f"[bold]{found.element}[/bold] of {found.system}, to {found.recipient}, for {', '.join(found.purposes)}")
    say(f"{found.operation} as of {found.night}")
    say("")
    if not found.answers:
        say("[red]deny[/red]  that person has no row of this kind; there is nothing that could be shown")
    for answer in found.answers:
        decision = answer.decision
        colour = "green" if decision.verdict.value == "permit" else "red"
        rows = f"rows labelled {', '.join(answer.labels)}" if answer.labels else "rows without labels"
        rows += " of the booking that a court order names" if answer.of_ordered_booking else ""
        say(f"[{colour}]{decision.verdict.value}[/{colour}]  {rows}: {meaning[decision.reason.value]} ({decision.reason.value})")
        for gate in answer.gates:
            say(f"    {'passed' if gate.passed else 'denied'}  {gate.gate}")
        for rule in answer.rules:
            say(f"    law     {rule.rule_id} ({rule.citation}; {rule.counsel_review}) {rule.effect}: {rule.says}")
        if decision.clause_id:
            until = decision.valid_until or "further notice"
            say(f"    by {decision.clause_id}, as {decision.output_form}, {decision.transform}, until {until}")
            if decision.obligations:
                say(f"    obligations: {', '.join(obligation.value for obligation in decision.obligations)}")
    say("")
    if found.clauses:
        table(
            "Clauses that speak of it",
            ("clause", "standing", "consent asked", "from", "until", "its words"),
            (
                (item.clause_id, item.standing, item.consent_requirement, item.valid_from, item.valid_to, item.quote)
                for item in found.clauses
            ),
        )
    else:
        say("No clause speaks of it.")
    if found.consents:
        table(
            "Consents of this person in this system",
            ("form", "kind", "standing", "missing", "from", "until", "consent"),
            (
                (item.form, item.kind, item.state, ", ".join(item.defects) or None, item.valid_from, item.valid_to, item.consent_id)
                for item in found.consents
            ),
        )
