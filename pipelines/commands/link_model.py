"""``throughcare link diff`` and ``throughcare link card``: what a reviewer of a model version reads before a county chooses it.

Belongs here: the verbs, and what they print. Does not belong here: comparing (assets/linked/diff), the shadow run (pipelines/shadow), the
card's figures (assets/linked/train).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from assets.linked import diff as differing
from assets.linked import drift
from assets.linked.model import ModelRefused, load_model
from contracts.county import County
from pipelines.commands.common import USAGE, AsJson, here, terms
from pipelines.commands.desk import Desk, reading
from pipelines.display import OUT, complain, emit_json, say, table
from resources.home import write_atomically
from resources.sql import scalar

_MODEL = re.compile(r"[a-z][a-z_]*\.v[0-9]+")
_BARS = 40
_FURTHEST = 10


class CardFormat(StrEnum):
    """How a card is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"


def diff(
    before: Annotated[str, typer.Argument(help="A model like person.v1, or a night like 2026-03-02.")],
    after: Annotated[str, typer.Argument(help="Another of the same kind.")],
    as_json: AsJson = False,
) -> None:
    """Say what changes between two models on tonight's records, or between two nights: persons merged and split, whose company changed by
    race and system, pairs that cross the threshold, and by how much weights
    and levels move.

    Models are compared by linking everybody anew with each, in memory: nothing is written. This is what a cut-over is approved on.

    Example: throughcare link diff 2026-03-02 2026-03-03

    Or: throughcare link diff person.v1 person.v2
    """
    with reading() as desk:
        if _MODEL.fullmatch(before) and _MODEL.fullmatch(after):
            _models(desk, before, after)
        else:
            _nights(desk, before, after)
        found = differing.compare(desk.con, link=desk.county.linkage.thresholds.link)
    if as_json:
        emit_json({"before": before, "after": after, **found.to_dict()})
    else:
        _say(before, after, found)


def card(
    model: Annotated[str | None, typer.Argument(help="Model version; default the one the county chose.")] = None,
    written: Annotated[CardFormat, typer.Option("--format", help="How the card is written.")] = CardFormat.TEXT,
    out: Annotated[Path | None, typer.Option(help="File to write it to; default standard output.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print a model's card, once the model and its tables are the files that it describes; otherwise say which is not, and exit 2.

    Example: throughcare link card person.v1 --format markdown
    """
    county = terms(here())
    name = model or county.linkage.model
    try:
        frozen = load_model(county.folder / "linkage", name)
    except ModelRefused as refused:
        complain(str(refused))
        raise typer.Exit(USAGE) from None
    if as_json:
        emit_json({"verified": True, **frozen.card.model_dump(mode="json")})
        return
    text = _card(county, name)
    if written is CardFormat.HTML:
        text = _html(name, text)
    if out is not None:
        write_atomically(out, text.encode(), mode=0o644)
        say(f"{out.name}: card of {name}, whose files are what it describes")
    elif written is CardFormat.TEXT:
        from rich.markdown import Markdown

        OUT.print(Markdown(text))
    else:
        print(text)


def _models(desk: Desk, before: str, after: str) -> None:
    from pipelines.shadow import linked_with

    folder = desk.county.folder / "linkage"
    models = {"before": load_model(folder, before), "after": load_model(folder, after)}
    # A level is a number: it says the same of both models only where its comparison is the same.
    alike = [drift.WEIGHT, *differing.same_comparisons(models["before"].settings, models["after"].settings)]
    for side, model in models.items():
        members, edges, profile = linked_with(desk.place.home, model, desk.county.linkage, night=desk.night)
        for table_name, frame in (
            (f"diff_{side}", members),
            (f"diff_edge_{side}", edges),
            (f"diff_profile_{side}", profile.filter(pl.col("kind").is_in(alike))),
        ):
            desk.con.register("diff_frame", frame)
            desk.con.execute(f"create or replace temp table {table_name} as select * from diff_frame").fetchall()
            desk.con.unregister("diff_frame")


def _nights(desk: Desk, before: str, after: str) -> None:
    for text, side in ((before, "before"), (after, "after")):
        try:
            night = date.fromisoformat(text)
        except ValueError:
            complain("give two models of this county, like person.v1 person.v2, or two nights, like 2026-03-02 2026-03-03")
            raise typer.Exit(USAGE) from None
        known = scalar(desk.con, "select count(*) from linked.night_begun where is_finished and night = $night", {"night": night})
        if not known:
            complain(f"night {night} was not linked in this home")
            raise typer.Exit(USAGE)
        differing.of_night(desk.con, night, side)


def _say(before: str, after: str, found: differing.Difference) -> None:
    table(
        f"From {before} to {after}",
        ("figure", "before", "after", "gained", "lost"),
        [
            ("records", found.subjects_before, found.subjects_after, None, None),
            ("persons", found.persons_before, found.persons_after, None, None),
            ("pairs that are one person", None, None, found.pairs_gained, found.pairs_lost),
            ("scored pairs at the threshold", None, None, found.edges_gained, found.edges_lost),
        ],
        numbers=("before", "after", "gained", "lost"),
    )
    say(f"{found.merges:,} persons are merged, {found.splits:,} are split")
    say(f"{found.changed:,} of {found.subjects_both:,} records change company")
    table(
        "Records that change company",
        ("by", "group", "records", "changed", "of merged persons", "of split persons"),
        ((row.by.replace("_", " "), row.group, row.subjects, row.changed, row.of_merges, row.of_splits) for row in found.groups),
        numbers=("records", "changed", "of merged persons", "of split persons"),
    )
    if found.profile:
        table(
            "How far scores and levels moved, the furthest first (population stability index: below 0.1 little, above 0.25 much)",
            ("system", "of", "pairs before", "pairs after", "index"),
            (
                (line.system, line.kind.replace("_", " "), line.pairs_before, line.pairs_after, line.index)
                for line in found.profile[:_FURTHEST]
            ),
            numbers=("pairs before", "pairs after", "index"),
        )
    if found.shift:
        print("Weights of pairs scored both times move by (bits, pairs)")
        most = max(pairs for _, pairs in found.shift)
        for bits, pairs in found.shift:
            print(f"  {bits:>+4}  {pairs:>9,}  {'#' * round(_BARS * pairs / most)}")


def _card(county: County, name: str) -> str:
    from pipelines.reference.model_card import model_card_page

    chosen = county.linkage.model_copy(update={"model": name})
    return model_card_page(replace(county, linkage=chosen))


def _html(name: str, text: str) -> str:
    from html import escape

    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    style = (
        "body{font-family:sans-serif;max-width:60em;margin:2em auto}"
        "table{border-collapse:collapse}td,th{border:1px solid #999;padding:.2em .5em}"
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Linkage model {escape(name)}</title>'
        f"<style>{style}</style></head><body>{body}</body></html>\n"
    )
