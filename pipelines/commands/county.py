"""``throughcare county``: the county folder, and a simulated county to try it on.

Belongs here: check, new, simulate, deliver. Does not belong here: simulating (resources/simulated_county) and the checks themselves
(contracts/county).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from contracts.county import load_county
from contracts.law import NOT_REVIEWED
from contracts.readiness import missing_for_linking, missing_for_receiving
from contracts.reviewed import TermsFaults
from contracts.standing_clauses import dark_clauses
from pipelines.clock import set_simulated_day, today
from pipelines.commands.common import BAD, USAGE, AsJson, Night, here, parse_night
from pipelines.display import complain, counting, emit_json, say
from pipelines.onboarding.new_county import make_county

app = typer.Typer(no_args_is_help=True, help="The county folder, and a simulated county to try it on.")


@app.command()
def check(
    path: Annotated[Path | None, typer.Argument(help="The county folder; default THROUGHCARE_COUNTY or the demo county.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say everything that is wrong with a county folder, naming file, line and key; and, if it is sound, what linking still lacks.

    A clause that does not hold today, for its own days or because something above it has lapsed, is named as dark; that is no fault.

    Example: throughcare county check ./our_county
    """
    from pipelines.product_labels import label_faults

    folder = path or here().county
    try:
        county = load_county(folder)
        if faults := label_faults(county):
            raise TermsFaults(faults)
    except TermsFaults as error:
        if as_json:
            emit_json({"sound": False, "faults": [vars(fault) for fault in error.faults]})
        else:
            for fault in error.faults:
                complain(str(fault))
            complain(f"{len(error.faults)} fault(s); nothing will be read until they are mended")
        raise typer.Exit(BAD) from None
    night = max(county.text.first_night, today(county, here().home))
    lacking = [*missing_for_receiving(county, night), *missing_for_linking(county, night)]
    dark = dark_clauses(county.folder, county.instruments, night)
    if as_json:
        emit_json(
            {
                "sound": True,
                "faults": [],
                "lacking": lacking,
                "dark": [vars(item) for item in dark],
                "name": county.text.name,
                "sha256": county.sha256,
                "rule_packs": [{"id": pack.id, "title": pack.title, "rules": len(pack.rules)} for pack in county.law.packs],
                "rules_not_reviewed": [item.rule.id for item in county.law.cited if item.reviewed == NOT_REVIEWED],
            }
        )
    else:
        for line in lacking:
            say(f"[yellow]not yet[/yellow]  {escape(line)}")
        for item in dark:
            say(f"[yellow]dark[/yellow]  {escape(str(item))}")
        unread = sum(item.reviewed == NOT_REVIEWED for item in county.law.cited)
        packs = ", ".join(pack.id for pack in county.law.packs)
        say(f"rule packs: {packs}; {len(county.law.cited)} rules, {unread} of them {NOT_REVIEWED}")
        say(
            f"[green]sound[/green]  {county.text.name}: {len(county.sources)} sources, {len(county.instruments)} instruments, "
            f"{len(county.products)} products  [dim]terms {county.sha256[:12]}[/dim]"
        )


@app.command()
def new(
    path: Annotated[Path, typer.Argument(help="The folder to make; it must not exist yet.")],
    empty: Annotated[
        bool, typer.Option("--empty", help="Without agencies, sources, instruments and products: to be filled with your own.")
    ] = False,
) -> None:
    """Make a county folder: a copy of the demo county's reviewed text to be edited, or, with --empty, one to be filled.

    Every file names its JSON Schema, which lies in schemas/, so that an editor completes it.

    Example: throughcare county new ./our_county --empty
    """
    if path.exists() and any(path.iterdir() if path.is_dir() else [path]):
        complain(f"{path} is there already; name a new folder")
        raise typer.Exit(USAGE)
    make_county(path, empty=empty)
    say(f"made {path}")
    say(f"edit its text, then: throughcare county check {path}   and set THROUGHCARE_COUNTY={path}")


@app.command()
def simulate(
    out: Annotated[Path | None, typer.Option(help="Where to write; default simulated_county in the home.")] = None,
    residents: Annotated[int, typer.Option(min=1_000, max=1_000_000, help="People living in the county.")] = 20_000,
    first_night: Annotated[
        date | None, typer.Option(parser=parse_night, metavar="DATE", help="First night; default the county's own.")
    ] = None,
    nights: Annotated[int, typer.Option(min=1, max=3_650, help="How many nights.")] = 3,
    seed: Annotated[int, typer.Option(help="The same seed gives the same county.")] = 20_260_302,
) -> None:
    """Simulate a county with known truth, in the formats of four vendors and the state's counts.

    Example: throughcare county simulate --residents 20000 --nights 3
    """
    from resources.simulated_county.simulate import simulate as simulate_county

    place = here()
    folder = out or place.simulated
    begin = first_night or load_county(place.county).text.first_night
    try:
        with counting("simulating") as report:
            simulate_county(folder, residents=residents, first_night=begin, nights=nights, seed=seed, progress=report)
    except (FileExistsError, ValueError) as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    say(f"simulated {residents:,} residents and {nights} night(s) from {begin}: {folder}")
    say(f"hand a night over with: throughcare county deliver --night {begin}")


@app.command()
def deliver(
    night: Night,
    out: Annotated[Path | None, typer.Option(help="The simulated county; default simulated_county in the home.")] = None,
) -> None:
    """Hand one night of a simulated county over: to its jail database, drop folders and bulk export folder.

    Example: throughcare county deliver --night 2026-03-02
    """
    from resources.simulated_county.deliver import deliver as deliver_night

    place = here()
    place.home.prepare()
    try:
        deliver_night(out or place.simulated, place.systems, night)
    except FileNotFoundError as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    set_simulated_day(place.home, night)
    say(f"delivered night {night} to {place.systems}")
