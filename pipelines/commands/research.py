"""``throughcare research``: extracts for research projects, coarse enough, under their own pseudonyms, with an end.

Belongs here: the verbs, and what they print: counts only. Does not belong here: the rules of an extract (assets/published/research).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.clock import today
from pipelines.commands.common import BAD, USAGE, AsJson, here, terms
from pipelines.commands.desk import writing
from pipelines.display import complain, emit_json, say, table
from resources.keyring import Keyring
from resources.ledger import Ledger

if TYPE_CHECKING:
    from assets.published.research import Desk

app = typer.Typer(no_args_is_help=True, help="Extracts for research: made coarse enough, handed out, destroyed.")

Project = Annotated[str, typer.Argument(metavar="PROJECT", help="The project, as research/*.yaml names it.")]
By = Annotated[str, typer.Option(metavar="NAME", help="Who does it.")]
Write = Annotated[bool, typer.Option("--write", help="Do it; without this everything is worked out and nothing is kept.")]


@contextmanager
def _desk() -> Iterator[Desk]:
    """Where extracts are made; a refusal becomes a line."""
    from assets.published.research import Desk, ResearchRefused

    try:
        with writing() as held:
            home = held.place.home
            yield Desk(held.con, held.county, home, Keyring(home.keys), Ledger(home), held.night, today(held.county, home))
    except ResearchRefused as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the county's research projects and the extracts that lie here, and say which are past their day.

    Example: throughcare research list
    """
    from assets.published.research import extracts

    place = here()
    county = terms(place)
    day = today(county, place.home).isoformat()
    held = [
        {
            **{name: item[name] for name in ("project", "version", "records", "left_out", "k", "destroy_by")},
            "overdue": item["destroy_by"] <= day,
        }
        for item in extracts(place.home)
    ]
    projects = [{"project": project.id, "agency": project.agency, "instrument": project.instrument} for project in county.research]
    if as_json:
        emit_json({"projects": projects, "extracts": held})
    else:
        table(f"{len(projects)} projects", ("project", "agency", "instrument"), (tuple(item.values()) for item in projects))
        table(
            f"{len(held)} extracts",
            tuple(held[0]) if held else ("project",),
            (tuple(str(value) for value in item.values()) for item in held),
        )
    if any(item["overdue"] for item in held):
        raise typer.Exit(BAD)


@app.command()
def extract(
    project: Project,
    by: By,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why now; it is kept in the ledger.")],
    write: Write = False,
    as_json: AsJson = False,
) -> None:
    """Make a project's extract: decided, under its own pseudonyms, made coarser until enough people share every combination.

    Example: throughcare research extract reentry_2026 --by "T. Vasquez-Holm" --reason "first wave, protocol 2026-14" --write
    """
    from assets.published.research import extract as make
    from assets.published.research import project_of

    with _desk() as desk:
        found = make(desk, project_of(desk.county, project), by=by, reason=reason, write=write)
    made = found.made
    document: dict[str, Any] = {
        "project": found.project, "version": found.version, "folder": str(found.folder) if found.folder else None,
        "records": made.rows.height,
        "left_out": made.left_out, "k": made.k, "l_diversity": made.l_diversity,
        "verified_by": found.verified.by if found.verified else None, "steps": dict(made.steps), "clauses": list(found.clauses),
        "destroy_by": found.valid_until.isoformat(), "written": write,
    }  # fmt: skip
    if as_json:
        emit_json(document)
        return
    counted = f"{found.verified.by} counts the same" if found.verified else "pycanon is not installed, so nobody else counted"
    say(f"{made.rows.height:,} of {made.records:,} records, {made.left_out:,} left out as too rare")
    say(f"k {made.k}, l {made.l_diversity}: {counted}")
    say("columns: " + ", ".join(f"{name} at {step}" for name, step in made.steps.items()))
    say(f"under {'; '.join(found.clauses)}; to be destroyed by {found.valid_until}")
    say(f"written: {found.folder} {found.version}" if write else "nothing was written; add --write to hand it out")


@app.command()
def destroy(
    project: Project,
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The extract, as `research list` names it.")],
    by: By,
    evidence: Annotated[
        str, typer.Option(metavar="TEXT", help="What shows that the recipient's copy is gone: whose certificate, of which day.")
    ],
    as_json: AsJson = False,
) -> None:
    """Remove our copy of an extract and enter the evidence that the recipient's is gone.

    Example: throughcare research destroy reentry_2026 2026-03-02-0f3a9c2b7d41 --by "T. Vasquez-Holm" --evidence "certificate of 2 May 2027"
    """
    from assets.published.research import destroy as remove

    with _desk() as desk:
        remove(desk, project, version, by=by, evidence=evidence)
    if as_json:
        emit_json({"project": project, "version": version, "destroyed": True})
    else:
        say(f"{project} {version} is gone here; the evidence is in the ledger")
