"""``throughcare source card``: how a source's deliveries have been, on one page.

Belongs here: the verb. Does not belong here: measuring and drawing (assets/checked/quality).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import duckdb
import typer

from pipelines.commands.common import BAD, USAGE, AsJson, here, terms
from pipelines.display import complain, emit_json, say
from resources.sql import table_exists
from resources.warehouse import Warehouse


def card(
    name: Annotated[str, typer.Argument(help="The source, as county.yaml names it.")],
    out: Annotated[Path | None, typer.Option(help="Folder to write to; default quality in the home.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a source's report card: rows, refusals, fill, freshness, drift and race collection over the nights; counts only.

    Exits 1 if a figure of the newest night is not as usual. Writes NAME.html (one file that loads nothing), NAME.md and NAME.json.

    Example: throughcare source card jail --out ./cards
    """
    from assets.checked.quality.card import read_card
    from assets.checked.quality.card_page import write_card
    from assets.checked.quality.pages import quality_folder

    place = here()
    source = terms(place).sources.get(name)
    if source is None:
        complain(f"no source [{name}] in use")
        raise typer.Exit(USAGE)
    if not place.home.warehouse.exists():
        complain("no night has been run; start with: throughcare run --night DATE")
        raise typer.Exit(USAGE)
    try:
        with Warehouse(place.home).reader() as con:
            found = read_card(con, source) if table_exists(con, "checked", "quality_metric") else None
    except duckdb.IOException:
        complain("a run is writing to the warehouse; the card can be made when it has ended")
        raise typer.Exit(USAGE) from None
    if found is None:
        complain("no night has been measured yet; run one")
        raise typer.Exit(USAGE)
    written = write_card(out or quality_folder(place.home), found)
    if as_json:
        emit_json({"card": str(written), "night": found.night, "unusual": [dict(figure) for figure in found.unusual]})
    else:
        say(f"{written}: night {found.night}, {len(found.unusual)} figure(s) not as usual")
    if found.unusual:
        raise typer.Exit(BAD)
