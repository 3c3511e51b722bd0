"""``throughcare link review``: the cases that the model leaves to a person.

Belongs here: the verbs, and what they print. Does not belong here: the order of the queue (assets/linked/review), what a judgement does
(assets/linked/decisions).
These screens show people's names to the person who asked for them. They belong to the integrator's account.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from assets.linked import decisions, review, review_sheet
from assets.linked.decisions import Decision, DecisionRefused, Verdict
from assets.linked.references import subject_or_person
from assets.linked.review import Case, CaseShown
from pipelines.clock import now
from pipelines.commands.common import USAGE, AsJson
from pipelines.commands.desk import Desk, reading, writing
from pipelines.display import complain, emit_json, say, table
from resources.ledger import EntryKind, Ledger

app = typer.Typer(no_args_is_help=True, help="Cases that the model leaves to a person: look, judge, hand out, take back.")

Blind = Annotated[
    bool,
    typer.Option("--blind/--no-blind", help="Hide the systems, the model's reason and its weight, so that nobody judges what it said."),
]
CaseName = Annotated[str, typer.Argument(help="The case, as `link review list` names it.")]


@app.command("list")
def list_(
    top: Annotated[int, typer.Option(min=1, help="How many of the weightiest cases.")] = 20,
    blind: Blind = True,
    as_json: AsJson = False,
) -> None:
    """List the cases that wait, ordered by what hangs on them.

    Re-opened cases first; then by systems that would be read together for the first time, by consents and denials that would speak for
    both sides, by records that would change hands, by custody tonight, and by how close the weight is to the threshold.

    Example: throughcare link review list --top 10
    """
    with reading() as desk:
        waiting = _waiting(desk)
    lines = [_line(case, blind=blind) for case in waiting[:top]]
    if as_json:
        emit_json({"waiting": len(waiting), "cases": lines})
        return
    if not lines:
        say("no case waits")
        return
    columns = tuple(lines[0])
    numbers = ("systems_bridged", "disclosures", "records", "match_weight")
    table(f"{len(waiting)} cases wait", columns, (tuple(line.values()) for line in lines), numbers=numbers)
    say("look at one with: throughcare link review show CASE")


@app.command()
def show(case: CaseName, blind: Blind = True, as_json: AsJson = False) -> None:
    """Show both sides of a case, field by field, with what each field weighs.

    No person key, no race, no total and no verdict of the model. Names are shown: mind who stands behind you.

    Example: throughcare link review show 0f3a9c2b7d41
    """
    with reading() as desk:
        found = review.find(desk.con, _waiting(desk), case)
        both = review.shown(desk.con, desk.model(), found)
    if as_json:
        emit_json(_document(both, blind=blind))
    else:
        _say_case(both, blind=blind)


@app.command()
def decide(
    verdict: Annotated[Verdict, typer.Argument(help="What you judge: same, different or unsure.")],
    by: Annotated[str, typer.Option(help="Who judges.")],
    why: Annotated[str, typer.Option(help="Why, for whoever judges again. Stays in the register.")],
    case: Annotated[str | None, typer.Option(help="The case, as `link review list` names it.")] = None,
    pair: Annotated[tuple[str, str] | None, typer.Option(help="Instead of a case, any two records, like jail:J0001234 health:P77.")] = None,
    final: Annotated[bool, typer.Option("--final", help="Settle what others said of the pair before.")] = False,
    as_json: AsJson = False,
) -> None:
    """Judge a pair: same, different or unsure. Linkage obeys from the next night on, or from tonight if the night is run again.

    Nothing is overwritten: who judges again adds to the register. If two reviewers disagree, the pair is kept apart and comes back.

    Example: throughcare link review decide different --case 0f3a9c2b7d41 --by "D. Osei" --why "twins: given names and jackets differ"
    """
    if (case is None) == (pair is None):
        complain("name either --case or --pair")
        raise typer.Exit(USAGE)
    with writing() as desk:
        found = _meant(desk, case, pair)
        if found.subject_b is None:
            complain("this case is one vendor key that seems to stand for two people; it is mended in the source system, not judged here")
            raise typer.Exit(USAGE)
        made = Decision(found.subject_a, found.subject_b, verdict, by, now(desk.county, desk.place.home), why, final)
        (number,) = _written(desk, [made])
    if as_json:
        emit_json({"decision": number, "case": found.case, "verdict": verdict})
    else:
        say(f"judgement {number}: case {found.case} is {verdict.value}; it binds when a night is run next")


@app.command("export")
def export_(
    out: Annotated[Path, typer.Option(help="CSV to write; only its owner may read it.")],
    top: Annotated[int, typer.Option(min=1, help="How many of the weightiest cases.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Write cases to a CSV for a reviewer who works away from the machine: both sides, and empty columns for the answers.

    The file names people. It is written with mode 0600; treat it like the records themselves.

    Example: throughcare link review export --out cases.csv
    """
    if out.exists():
        complain(f"{out.name} exists already; name another file")
        raise typer.Exit(USAGE)
    with reading() as desk:
        pairs = [case for case in _waiting(desk) if case.subject_b is not None][:top]
        written = review_sheet.write_sheet(out, review.side_by_side(desk.con, desk.model(), pairs))
    complain(f"{out.name} names people: keep it where the records themselves may lie, and delete it when it has been read back")
    if as_json:
        emit_json({"cases": written})
    else:
        say(f"{written} cases in {out.name}; fill in judgement, decided_by and reason, then: throughcare link review import {out.name}")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV as `link review export` wrote it, with the answers filled in.")],
    write: Annotated[bool, typer.Option("--write", help="Write the judgements; without it they are only checked.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take judgements back from a CSV. All of it is checked before anything is written: one fault, and nothing is.

    Example: throughcare link review import cases.csv --write
    """
    answers, still_open = review_sheet.read_sheet(file)
    with writing() if write else reading() as desk:
        waiting = _waiting(desk)
        made, faults = _decisions(desk, waiting, answers)
        if not faults:
            faults = [_by_line(fault, answers) for fault in decisions.check(desk.con, made)]
        if faults:
            for fault in faults:
                complain(fault)
            complain("nothing was written")
            raise typer.Exit(USAGE)
        numbers = _written(desk, made) if write and made else []
    counts = {verdict.value: sum(answer.verdict is verdict for answer in answers) for verdict in Verdict}
    if as_json:
        emit_json({"written": bool(numbers), "judged": counts, "open": still_open, "decisions": numbers})
        return
    said = ", ".join(f"{count} {word}" for word, count in counts.items())
    say(f"{said}; {still_open} lines still open; {'written' if numbers else 'nothing written: add --write'}")


@app.command()
def reopened(as_json: AsJson = False) -> None:
    """List judgements whose records were corrected since: what was judged is no longer so.

    A "different" keeps the pair apart until somebody judges again; a "same" no longer holds it together.

    Example: throughcare link review reopened
    """
    with reading() as desk:
        decisions.stand(desk.con, now(desk.county, desk.place.home).date())
        found = [
            {"case": decisions.case_of((a, b)), "judged": said, "still_binds": said != Verdict.SAME.value, "reviewers": reviewers}
            for a, b, said, reviewers in _reopened(desk)
        ]
    if as_json:
        emit_json(found)
        return
    table(
        f"{len(found)} judgements are open again",
        ("case", "judged", "still binds", "reviewers"),
        (tuple(line.values()) for line in found),
        numbers=("reviewers",),
    )


@app.command()
def agreement(as_json: AsJson = False) -> None:
    """How far reviewers agree on the pairs that two of them judged: Cohen's kappa (1: always; 0: as by chance).

    Example: throughcare link review agreement
    """
    with reading() as desk:
        found = decisions.agreement(desk.con)
    if as_json:
        emit_json([asdict(line) for line in found])
        return
    table(
        "Agreement of reviewers",
        ("one", "other", "pairs", "agreed", "kappa"),
        ((line.one, line.other, line.pairs, line.agreed, line.kappa) for line in found),
        numbers=("pairs", "agreed", "kappa"),
    )


def _waiting(desk: Desk) -> list[Case]:
    through = max(desk.night, now(desk.county, desk.place.home).date())
    return review.cases(desk.con, choice=desk.county.linkage, night=desk.night, through=through)


def _reopened(desk: Desk) -> list[tuple[str, str, str, int]]:
    from resources.sql import rows

    return [
        (a, b, said, int(reviewers))
        for a, b, said, reviewers in rows(
            desk.con,
            "select distinct subject_a, subject_b, decision, reviewers from temp.linked_judged where is_corrected order by all",
        )
    ]


def _meant(desk: Desk, case: str | None, pair: tuple[str, str] | None) -> Case:
    waiting = _waiting(desk)
    if case is not None:
        return review.find(desk.con, waiting, case)
    ends = [
        subject_or_person(desk.con, text, name=name).subjects for text, name in zip(pair or (), ("the first", "the second"), strict=True)
    ]
    if any(len(subjects) != 1 for subjects in ends):
        raise DecisionRefused("a person of several records cannot be judged as a whole; name one record of each side")
    return review.comparable(desk.con, ends[0][0], ends[1][0])


def _written(desk: Desk, made: list[Decision]) -> list[int]:
    numbers = decisions.write(desk.con, made)
    ledger = Ledger(desk.place.home)
    for number, decision in zip(numbers, made, strict=True):
        ledger.append(
            EntryKind.JUDGED,
            night=desk.night,
            decision=number,
            judgement=decision.verdict.value,
            reviewer=decision.decided_by.strip(),
            is_final=decision.is_final,
        )
    return numbers


def _decisions(desk: Desk, waiting: list[Case], answers: list[review_sheet.Answer]) -> tuple[list[Decision], list[str]]:
    at = now(desk.county, desk.place.home)
    made, faults = [], []
    for answer in answers:
        try:
            found = review.find(desk.con, waiting, answer.case)
        except review.UnknownCase:
            faults.append(f"line {answer.line}: no such case waits or was judged; the record may be gone, or the sheet of another county")
            continue
        if found.subject_b is None:
            faults.append(f"line {answer.line}: one vendor key that stands for two people is mended in the source system, not judged here")
            continue
        made.append(Decision(found.subject_a, found.subject_b, answer.verdict, answer.decided_by, at, answer.reason))
    return made, faults


def _by_line(fault: str, answers: list[review_sheet.Answer]) -> str:
    """Positions of judgements as lines of the sheet."""
    for position in range(len(answers), 0, -1):
        fault = fault.replace(f"judgement {position}:", f"line {answers[position - 1].line}:")
        fault = fault.replace(f"judgement {position} ", f"line {answers[position - 1].line} ")
        fault = fault.replace(f"judgement {position};", f"line {answers[position - 1].line};")
    return fault


def _line(case: Case, *, blind: bool) -> dict[str, Any]:
    line = {
        "case": case.case,
        "status": case.status,
        "systems_bridged": case.systems_bridged,
        "disclosures": case.disclosures,
        "records": case.records,
        "in_custody": case.in_custody,
    }
    if blind:
        return line
    return line | {"systems": ", ".join(case.systems), "reason": case.reason, "match_weight": case.match_weight}


def _document(both: CaseShown, *, blind: bool) -> dict[str, Any]:
    document: dict[str, Any] = {"case": both.case, "fields": [asdict(field) for field in both.fields]}
    return document if blind else document | {"systems": list(both.systems)}


def _say_case(both: CaseShown, *, blind: bool) -> None:
    left, right = ("left", "right") if blind or len(both.systems) < 2 else both.systems
    table(
        f"Case {both.case}: one person or two?",
        ("field", left, f"{right} ", "level", "bits"),
        ((line.field.replace("_", " "), "\n".join(line.left), "\n".join(line.right), line.level, line.bits) for line in both.fields),
        numbers=("bits",),
    )
    say("bits: what the field adds (+) or takes away (-); none where a side says nothing")
    say(f'judge with: throughcare link review decide same|different|unsure --case {both.case} --by NAME --why "…"')
