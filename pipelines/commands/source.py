"""``throughcare source``: a vendor's export on its way to becoming a source of the county.

Belongs here: the verbs new and list, and putting check, preview and card beside them. Does not belong here: profiling and proposing
(pipelines/onboarding), and any rule a row must satisfy.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.commands.common import USAGE, AsJson, here, terms
from pipelines.commands.source_card import card
from pipelines.commands.source_trial import check, preview
from pipelines.display import complain, emit_json, say, table
from pipelines.onboarding.asked import Asked, CannotPropose
from pipelines.onboarding.plan import NewSource, plan_source, surroundings
from pipelines.onboarding.propose import FeedProposal, Proposal
from pipelines.onboarding.sample import UnreadableSample
from pipelines.onboarding.shared_people import shared_people
from pipelines.onboarding.source_text import render

app = typer.Typer(no_args_is_help=True, help="A vendor's export on its way to becoming a source.")
app.command()(check)
app.command()(preview)
app.command()(card)
Standard = Literal["dssg", "fhir", "hmis"]
Cadence = Literal["nightly", "weekly", "monthly", "yearly"]
Mode = Literal["full_snapshot", "increment", "tombstones"]
Method = Literal["self", "observed", "proxy", "unknown"]


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the source, and of its file: small letters, digits and underscores.")],
    record_types: Annotated[
        list[str] | None, typer.Option("--type", help="Record type of the sample after it; once for each --from, in the same order.")
    ] = None,
    samples: Annotated[
        list[Path] | None, typer.Option("--from", help="Sample file; a folder for the standards fhir and hmis. Repeat for several feeds.")
    ] = None,
    standard: Annotated[Standard | None, typer.Option(help="Published layout that the export follows.")] = None,
    agency: Annotated[str | None, typer.Option(help="Agency that contributes it, as agencies.yaml names it.")] = None,
    system: Annotated[str | None, typer.Option(help="System whose person ids it uses; default the name of the source.")] = None,
    title: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    steward: Annotated[str | None, typer.Option(help="Who answers questions about it.")] = None,
    cadence: Annotated[Cadence | None, typer.Option(help="How often it is delivered.")] = None,
    delivery: Annotated[Mode | None, typer.Option(help="What a delivery says about records it does not contain.")] = None,
    race_method: Annotated[Method | None, typer.Option(help="Who says a person's race in this source.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Write the files; without it nothing is written.")] = False,
    as_json: AsJson = False,
) -> None:
    """Propose a source from samples: mapping, codes, formats, key, and every question that a person must decide.

    Shows counts and shapes of the sample, never a value of a person. Writes nothing without --write, and never over a file.

    Example: throughcare source new jail --type jail_booking --from bookings_20260302.csv --agency sheriff
    """
    place = here()
    try:
        asked = Asked(
            name, tuple(record_types or ()), tuple(samples or ()), agency, system, standard, title, steward, cadence, delivery, race_method
        )
        found = plan_source(asked, surroundings(place.county))
    except (CannotPropose, UnreadableSample) as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    files = files_of(found)
    if as_json:
        emit_json(document(found, files))
    else:
        say_plan(found)
    if write:
        write_files(place.county, files)
    elif not as_json:
        say_files(files)
    if not as_json:
        say_next(found, place.county, written=write)


@app.command("list")
def list_sources(as_json: AsJson = False) -> None:
    """List the county's sources: whose they are, how they are read, what they deliver; after a night, how many people they share.

    Example: throughcare source list
    """
    place = here()
    county = terms(place)
    shared = shared_people(place.home)
    lines = [
        {
            "source": source.name,
            "system": source.system,
            "agency": source.agency,
            "read_by": source.connector.kind,
            "delivers": source.delivery_mode.value,
            "cadence": source.cadence,
            "feeds": {name: feed.record_type for name, feed in source.feeds_in_order},
            "instruments": list(source.instruments),
        }
        for source in county.sources.values()
    ]
    if as_json:
        emit_json({"sources": lines, "people": shared})
        return
    table(
        county.text.name,
        ("source", "system", "agency", "read by", "delivers", "cadence", "feeds", "instruments"),
        ((*(line[key] for key in tuple(line)[:7]), ", ".join(line["instruments"])) for line in lines),
    )
    if shared:
        columns = ("system", "with", "people", "subjects", "withheld")
        table("People of the newest night", columns, (tuple(line.values()) for line in shared), numbers=columns[2:])


def files_of(found: NewSource) -> dict[str, str]:
    """Path in the county folder to text of every file that a new source brings."""
    return {f"sources/{found.text.name}.yaml": render(found.text), found.instrument.file: found.instrument.text}


def say_plan(found: NewSource) -> None:
    """What was seen and what is proposed, column by column."""
    for feed in found.feeds:
        table(
            f"{feed.name}: {feed.record_type.name}, key {', '.join(feed.key) or 'not decided'}",
            ("column", "fill", "distinct", "looks like", "commonest shape", "goes to", "likeness", ""),
            (_line(item, feed) for item in feed.columns),
            numbers=("fill", "distinct", "likeness"),
            clip=60,
        )
        for name in feed.missing:
            say(f"{feed.name}: nothing fills the required field {name}")
    for remark in found.remarks:
        say(remark)


def _line(item: Proposal, feed: FeedProposal) -> tuple[object, ...]:
    column = item.column
    shape = column.shapes[0][0] if column.shapes and column.look.value not in {"text", "code"} else ""
    where = "the record's key" if column.name in feed.key else ", ".join(str(said["to"]) for said in item.said) or item.field or ""
    return (column.name, f"{column.fill:.0%}", column.distinct, column.look.value, shape, where, f"{item.score:.2f}" if item.score else "",
            item.state.value)  # fmt: skip


def document(found: NewSource, files: dict[str, str]) -> dict[str, object]:
    """The plan as JSON: counts and shapes, no value."""
    return {
        "source": found.text.name,
        "undecided": found.text.undecided,
        "remarks": list(found.remarks),
        "agencies_entry": found.agency,
        "feeds": [
            {
                "feed": feed.name,
                "record_type": feed.record_type.name,
                "key": list(feed.key),
                "missing": list(feed.missing),
                "columns": [
                    {
                        "column": item.column.name,
                        "fill": round(item.column.fill, 4),
                        "distinct": item.column.distinct,
                        "look": item.column.look,
                        "formats": list(item.column.formats),
                        "field": item.field,
                        "likeness": item.score,
                        "state": item.state,
                    }
                    for item in feed.columns
                ],
            }
            for feed in found.feeds
        ],
        "files": files,
    }


def say_files(files: dict[str, str]) -> None:
    """The files as they would be written."""
    for name, text in files.items():
        say(f"[bold]{name}[/bold]")
        print(text)


def write_files(folder: Path, files: dict[str, str]) -> None:
    """Write new files into a county folder; none of them if one is there."""
    there = [name for name in files if (folder / name).exists()]
    if there:
        complain(f"{', '.join(there)} is there already; nothing was written. Name another source, or move the file away")
        raise typer.Exit(USAGE)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
        say(f"wrote {path}")


def say_next(found: NewSource, folder: Path, *, written: bool) -> None:
    """What is left to do."""
    if not written:
        say("nothing was written; add --write")
    open_ = found.text.undecided
    say(f"{open_} line(s) of sources/{found.text.name}.yaml are marked DECIDE; county check refuses the file until they are mended")
    if found.agency:
        say("agencies.yaml has no owner of the system; under agencies put:")
        print(found.agency)
    say(f"county.yaml: add {found.text.name} to sources")
    say(f"then: throughcare county check {folder}")
