"""``throughcare docs``: the generated pages of the reference.

Belongs here: writing them, and saying which are out of date. Does not belong here: what they say (pipelines/reference).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from contracts.county import load_county
from pipelines.commands.common import BAD, USAGE, AsJson
from pipelines.display import complain, emit_json, say
from pipelines.place import REPOSITORY, demo_county

REFERENCE = REPOSITORY / "docs" / "reference"
README = "../../README.md"
"""From the reference pages; only its figures are written."""


def docs(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if a page is out of date.")] = False,
    into: Annotated[Path | None, typer.Option(help="Folder of the pages; default docs/reference of this checkout.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the generated pages of the reference: records, tables, elements, instruments, definitions, model, commands, schemas;
    and the linkage figures of the README.

    They are made from the contracts, the assets, the command line and the demo county, whatever THROUGHCARE_COUNTY says.

    Example: throughcare docs --check
    """
    from pipelines.reference import generated_pages, with_figures

    folder = into or REFERENCE
    if not folder.is_dir():
        complain(f"{folder} is not a folder; name one with --into")
        raise typer.Exit(USAGE)
    county = load_county(demo_county())
    pages = generated_pages(county)
    if into is None:
        pages[README] = with_figures((folder / README).read_text(encoding="utf-8"), county)
    stale, left_over = stale_pages(folder, pages), left_over_pages(folder, pages)
    if not check:
        _write(folder, {path: pages[path] for path in stale}, left_over)
    if as_json:
        emit_json({"pages": len(pages), "stale": stale, "left_over": left_over, "written": not check})
    else:
        _say(folder, pages=len(pages), stale=stale, left_over=left_over, check=check)
    if check and (stale or left_over):
        raise typer.Exit(BAD)


def stale_pages(folder: Path, pages: dict[str, str]) -> list[str]:
    """Pages that are missing or say something else."""
    return [path for path, text in pages.items() if not (folder / path).is_file() or (folder / path).read_text(encoding="utf-8") != text]


def left_over_pages(folder: Path, pages: dict[str, str]) -> list[str]:
    """Generated files that nothing writes any more."""
    from pipelines.reference import is_generated

    there = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return [path for path in there if is_generated(path) and path not in pages]


def _write(folder: Path, pages: dict[str, str], left_over: list[str]) -> None:
    for path, text in pages.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    for path in left_over:
        (folder / path).unlink()


def _say(folder: Path, *, pages: int, stale: list[str], left_over: list[str], check: bool) -> None:
    if not (stale or left_over):
        say(f"[green]current[/green]  {pages} pages in {folder}")
    elif check:
        for path in (*stale, *left_over):
            complain(f"out of date: {path}")
        complain("write them with: make docs")
    else:
        for path in (*stale, *left_over):
            say(f"{'removed' if path in left_over else 'wrote'}  {(folder / path).resolve()}")
