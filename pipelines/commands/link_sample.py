"""``throughcare link sample``: how right the links are in a county whose truth nobody knows.

Belongs here: the verb and what it prints. Does not belong here: drawing (assets/linked/sample) or estimating (sample_estimate).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from assets.linked import accuracy, review
from assets.linked import sample as sampling
from assets.linked.decisions import Verdict
from assets.linked.sample_estimate import Estimate, bounds, estimates
from assets.linked.sample_files import KEY, PAIRS, SampleKey, read_judged, read_key, write_sample
from pipelines.clock import now
from pipelines.commands.common import USAGE, AsJson
from pipelines.commands.desk import Desk, reading, writing
from pipelines.display import complain, emit_json, say, table
from resources.ledger import EntryKind, Ledger


def sample(
    out: Annotated[Path | None, typer.Option(help="Folder for a new sample: a file for reviewers and a sealed key.")] = None,
    size: Annotated[int, typer.Option(min=20, max=20_000, help="Pairs to draw.")] = 400,
    seed: Annotated[int, typer.Option(help="Names the draw; the same seed on the same night draws the same pairs.")] = 1,
    judged: Annotated[Path | None, typer.Option(help="Instead: the reviewers' file with their answers.")] = None,
    key: Annotated[Path | None, typer.Option(help="The sample's key; default key.json beside the judged file.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Keep the estimate: products print it from the next night on.")] = False,
    as_json: AsJson = False,
) -> None:
    """Draw a random, stratified, blind sample of pairs, or estimate precision, recall and F1 from the answers to it.

    Strata are outcome and weight band x system pair x race groups, near misses of blocking included. Intervals are design-based.

    Example: throughcare link sample --size 400 --seed 7 --out ./sample

    Then: throughcare link sample --judged ./sample/pairs.csv --write
    """
    if (out is None) == (judged is None):
        complain("give either --out, to draw a sample, or --judged, to estimate from one")
        raise typer.Exit(USAGE)
    if out is not None:
        _draw(out, size=size, seed=seed, as_json=as_json)
    elif judged is not None:
        _estimate(judged, key or judged.parent / KEY, write=write, as_json=as_json)


def _draw(out: Path, *, size: int, seed: int, as_json: bool) -> None:
    with reading() as desk:
        model = desk.model()
        drawn = sampling.draw(desk.con, model, desk.county.linkage, size=size, seed=seed)
        values = review.written(desk.con, [subject for pair in drawn.pairs for subject in (pair.subject_a, pair.subject_b)])
        sealed = write_sample(out, drawn, values, night=desk.night, model=model.name, seed=seed)
        Ledger(desk.place.home).append(
            EntryKind.SAMPLED, night=desk.night, what="sample drawn", sample=sealed, pairs=len(drawn.pairs), seed=seed
        )
    complain(f"{PAIRS} names people: keep it where the records themselves may lie; {KEY} is for nobody who judges")
    if as_json:
        emit_json({"sample": sealed, "pairs": len(drawn.pairs), "frame": sum(drawn.frame.values()), "outside": drawn.outside})
        return
    say(
        f"{len(drawn.pairs)} of {sum(drawn.frame.values()):,} pairs drawn into {out.name}; {drawn.outside:,} pairs below"
        f" {sampling.FLOOR:g} bits lie outside the frame"
    )
    say(f"when {PAIRS} is judged: throughcare link sample --judged {out / PAIRS} --write")


def _estimate(judged: Path, key_file: Path, *, write: bool, as_json: bool) -> None:
    key = read_key(key_file)
    answers, unanswered = read_judged(judged, key)
    with writing() if write else reading() as desk:
        _is_sealed(desk, key)
        found = estimates(answers, key.frame)
        limits = bounds(answers, key.frame)
        if write:
            if not any(answer.verdict is not Verdict.UNSURE for answer in answers):
                raise sampling.SampleRefused("no pair is judged same or different; there is nothing to keep")
            accuracy.keep(desk.con, key, found, on=now(desk.county, desk.place.home).date())
            Ledger(desk.place.home).append(
                EntryKind.SAMPLED, night=desk.night, what="estimate kept", sample=key.sample, judged=len(answers), unanswered=unanswered
            )
    if as_json:
        emit_json(_document(key, found, limits, answered=len(answers), unanswered=unanswered, kept=write))
        return
    _say(key, found, limits)
    unsure = sum(answer.verdict is Verdict.UNSURE for answer in answers)
    say(f"{len(answers)} pairs judged, {unsure} of them unsure, {unanswered} not judged; {'kept' if write else 'not kept: add --write'}")


def _is_sealed(desk: Desk, key: SampleKey) -> None:
    """Make sure that the key is one that was drawn here, unchanged.

    Raises:
        SampleRefused: if the ledger does not know it.
    """
    if not Ledger(desk.place.home).has(EntryKind.SAMPLED, sample=key.sample, what="sample drawn"):
        raise sampling.SampleRefused("the key is not one that this home's ledger sealed: it was changed, or belongs to another home")


def _document(key: SampleKey, found: list[Estimate], limits: dict[str, tuple[float | None, float | None]], **counts: Any) -> dict[str, Any]:
    return {
        "sample": key.sample,
        "night": key.night,
        "model": key.model,
        "frame": sum(cell.pairs for cell in key.frame),
        "outside": key.outside,
        **counts,
        "if_unsure_were": {measure: {"worse": worse, "better": better} for measure, (worse, better) in limits.items()},
        "estimates": [vars(line) for line in found],
    }


def _say(key: SampleKey, found: list[Estimate], limits: dict[str, tuple[float | None, float | None]]) -> None:
    table(
        f"Accuracy of linkage, night {key.night}, model {key.model}, from a judged sample (95 % intervals)",
        ("by", "group", "measure", "value", "low", "high", "judged", "pairs"),
        (
            (line.grouped_by.replace("_", " "), line.group, line.measure, line.value, line.low, line.high, line.judged, line.pairs)
            for line in found
        ),
        numbers=("value", "low", "high", "judged", "pairs"),
    )
    for measure, (worse, better) in limits.items():
        if worse is not None and better is not None and worse != better:
            say(f"{measure}: {worse:.3f} to {better:.3f}, depending on what the unsure answers would turn out to be")
    say(f"recall is among pairs of the frame; {key.outside:,} pairs far below the threshold were not in it")
