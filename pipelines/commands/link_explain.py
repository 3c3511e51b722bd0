"""``throughcare link explain`` and ``throughcare link history``: why two records are one person, and since when.

Belongs here: the verbs, and what they print. Does not belong here: gathering the evidence (assets/linked/explain) or reading the
register (assets/linked/history).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from assets.linked import history as told
from assets.linked import review
from assets.linked.explain import MEANS, Explanation
from assets.linked.explain import explain as explained
from assets.linked.references import subject_or_person
from assets.linked.weigh import Contribution
from pipelines import waterfall
from pipelines.clock import now
from pipelines.commands.common import AsJson, parse_night
from pipelines.commands.desk import Desk, reading
from pipelines.display import emit_json, say, table
from resources.home import write_atomically

Subject = "source:person id, source:record key, a record id, a subject id or a person key"


def explain(
    a: Annotated[str, typer.Argument(help=f"One side: {Subject}.")],
    b: Annotated[str, typer.Argument(help=f"The other side: {Subject}.")],
    html: Annotated[Path | None, typer.Option(help="Also write the chart as one self-contained page, for its owner only.")] = None,
    values: Annotated[bool, typer.Option("--values", help="Also show what each side has written; names people.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say why two records are one person or two: every field with its weight, the rules that found the pair, vetoes, judgements, the path
    through other records, and the threshold.

    What may not be linked is not explained: the answer is then "withheld", whatever is typed.

    Example: throughcare link explain jail:J0000017 health:P0000021
    """
    with reading() as desk:
        one, other = (subject_or_person(desk.con, text, name=name) for text, name in ((a, "A"), (b, "B")))
        model = desk.model()
        through = max(desk.night, now(desk.county, desk.place.home).date())
        found = explained(desk.con, model, desk.county.linkage, one, other, night=through)
        sides = _sides(desk, found) if values and found.weighed is not None else []
    if html is not None and found.weighed is not None:
        write_atomically(html, waterfall.page(_title(found), _steps(found), found.threshold or 0.0, _paragraphs(found)).encode())
    if as_json:
        document = found.to_dict()
        emit_json(document | {"values": [vars(side) for side in sides]} if sides else document)
        return
    _say(found, sides)
    if html is not None:
        say(f"chart written to {html.name}" if found.weighed is not None else "no chart is written of a withheld link")


def history(
    person: Annotated[str, typer.Argument(help=f"Whose: {Subject}.")],
    on: Annotated[
        date | None, typer.Option(parser=parse_night, metavar="DATE", help="Who belonged to the person on this day; default: every change.")
    ] = None,
    as_known: Annotated[
        date | None, typer.Option(parser=parse_night, metavar="DATE", help="As the register knew it on this night; default the newest.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell a person's history: created, extended, merged, split, retired; which records belonged to it when, as known when; judgements.

    With --on: who the person was on that day, as known then or later. A key that has ended leads to the one that took its place.

    Example: throughcare link history jail:J0000017 --on 2026-03-02 --as-known 2026-03-03
    """
    with reading() as desk:
        meant = subject_or_person(desk.con, person, name="the person")
        key = told.key_of(desk.con, meant, known=as_known or desk.night)
        found = told.tell(desk.con, key, on=on, known=as_known or desk.night)
    if as_json:
        emit_json(found.to_dict())
        return
    _say_history(found)


def _sides(desk: Desk, found: Explanation) -> list[review.FieldShown]:
    a, b = found.pair
    case = review.pair_case(found.domain or "", a, b, reason="asked", status="open")
    return list(review.shown(desk.con, desk.model(), case).fields)


def _title(found: Explanation) -> str:
    return f"{' and '.join(found.systems or ())}: {MEANS[found.standing]}"


def _steps(found: Explanation) -> list[waterfall.Bar]:
    assert found.weighed is not None  # noqa: S101 - callers draw only what is not withheld
    parts: list[tuple[str, float]] = []
    for part in found.weighed.contributions:
        if part.is_compared:
            parts.append((_named(part), part.bits))
            if part.rarity:
                parts.append((f"{part.field.replace('_', ' ')}: how rare it is", part.rarity))
    return waterfall.bars(found.weighed.prior, parts, "match weight")


def _named(part: Contribution) -> str:
    return f"{part.field.replace('_', ' ')}: {part.level}"


def _paragraphs(found: Explanation) -> list[str]:
    weighed = found.weighed
    if weighed is None:
        return [MEANS[found.standing]]
    said = [
        f"{MEANS[found.standing]}.",
        (
            f"match weight {weighed.weight:+.2f} bits (probability {weighed.probability:.4f}); threshold to {found.threshold_kind}"
            f" {found.threshold:+.1f}; model {found.model}"
        ),
    ]
    silent = [part.field.replace("_", " ") for part in weighed.contributions if not part.is_compared]
    if silent:
        said.append(f"nothing to compare: {', '.join(silent)}")
    said.append(
        "brought together by: " + "; ".join(f"{meeting.rule} ({meeting.subjects:,} records share it)" for meeting in found.meetings)
        if found.meetings
        else "brought together by: no blocking rule"
    )
    said.append(f"veto: {weighed.veto or 'none'}; birth dates speak {_speaks(weighed.dates)}, given names {_speaks(weighed.names)}")
    said += [f"judged {judged.verdict} by {judged.decided_by} on {judged.decided_on}: {judged.reason}" for judged in found.judged]
    if len(found.path) > 1:
        said.append("path: " + _path(found))
    return said


def _path(found: Explanation) -> str:
    first = (found.systems or ("?",))[0]
    steps = (f" --{'judged the same' if step.weight is None else f'{step.weight:.1f}'}-- {step.system}" for step in found.path)
    return first + "".join(steps)


def _speaks(sign: int) -> str:
    return {1: "for one person", -1: "against", 0: "neither way"}[sign]


def _say(found: Explanation, sides: list[review.FieldShown]) -> None:
    if found.weighed is None:
        say(MEANS[found.standing])
        return
    said = _paragraphs(found)
    say(f"[bold]{' / '.join(found.systems or ())}[/bold]  {said[0]}")
    say(said[1])
    for line in waterfall.lines(_steps(found), found.threshold or 0.0):
        print(f"  {line}")
    for text in said[2:]:
        print(text)
    if sides:
        table(
            "What is written",
            ("field", "A", "B"),
            ((line.field.replace("_", " "), "\n".join(line.left), "\n".join(line.right)) for line in sides),
        )


def _say_history(found: told.History) -> None:
    say(f"[bold]person {found.person_key}[/bold]  {found.standing}")
    for line in found.redirects:
        say(f"followed: {line}")
    table(
        "Events",
        ("night", "event", "other person", "records"),
        ((event.night, event.event, event.other_key, event.subjects) for event in found.events),
        numbers=("records",),
    )
    title = f"Members on {found.on}, as known on {found.known}" if found.on else f"Members, as known on {found.known}"
    table(
        title,
        ("record", "system", "seen from", "known from", "known to"),
        ((member.record, member.system, member.seen_from, member.known_from, member.known_to) for member in found.members),
    )
    if found.judged:
        table("Judgements", ("on", "case", "judged", "by"), ((line.on, line.case, line.verdict, line.by) for line in found.judged))
