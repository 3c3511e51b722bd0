"""What every verb shares: where it works, how it ends.

Belongs here: options said the same way everywhere. Does not belong here: any verb.
"""

from __future__ import annotations

import os
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import typer

from contracts.county import County, folder_sha256, load_county
from contracts.law import SHIPPED
from pipelines.place import Place, place_of

BAD = 1
"""Exit code when what is reported is bad."""

USAGE = 2
"""Exit code when the command could not be carried out."""

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]


def parse_night(text: str) -> date:
    """A night from the command line.

    Raises:
        typer.BadParameter: if it is not an ISO date.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"[{text}] is not a date; write it like 2026-03-02") from None


Night = Annotated[date, typer.Option("--night", parser=parse_night, metavar="DATE", help="The night, like 2026-03-02.")]


def here() -> Place:
    """The place this process works in."""
    return place_of(os.environ)


def terms(place: Place) -> County:
    """The county's terms.

    Raises:
        contracts.reviewed.TermsFaults: with everything wrong with the folder.
    """
    return _read(place.county, folder_sha256(place.county), folder_sha256(SHIPPED))


@lru_cache(maxsize=8)
def _read(folder: Path, sha256: str, packs: str) -> County:
    """The text as it is: read once however often a command asks for it, and again as soon as a byte of it is another."""
    return load_county(folder)
