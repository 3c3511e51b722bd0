"""``throughcare source card``: how a source's deliveries have been, on one page.

Belongs here: the verb. Does not belong here: measuring (assets/checked/quality) and drawing (assets/checked/quality/card).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.common import USAGE, AsJson, here, terms
from pipelines.display import complain


def card(
    name: Annotated[str, typer.Argument(help="The source, as county.yaml names it.")],
    out: Annotated[Path | None, typer.Option(help="Folder to write to; default quality in the home.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the report card of a source.

    Example: throughcare source card jail
    """
    place = here()
    terms(place)
    complain(f"{name} {out} {as_json}")
    raise typer.Exit(USAGE)
