"""The page of all benchmarks, from the figures that they wrote.

Belongs here: rendering data/bench/*.json as docs/reference/benchmarks.md. Does not belong here: measuring. The page holds no date: it
changes when a figure does. Run ``python tests/bench/page.py`` after the benchmarks; ``make bench`` does both.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FIGURES = ROOT / "data" / "bench"
PAGE = ROOT / "docs" / "reference" / "benchmarks.md"
HEAD = """<!-- Written by `make bench` from the figures that the benchmarks measure. Edits here are lost. -->

# Benchmarks

Each section is one script of `tests/bench/`. Seconds belong to the machine they were measured on (two shared cores); ratios within one run
are what carries over. `make bench BENCH_DATA=folder` measures again; the folder holds the public data sets of the linkage benchmark.
"""
KEYS = ("title", "command", "versions", "seed", "notes", "tables")


class FigureFault(ValueError):
    """A file of figures does not have the agreed shape; the message names it and what is missing."""


def page(folder: Path) -> str:
    """The whole page.

    Raises:
        FigureFault: if a file lacks a part, or a row has more or fewer cells than its table has columns.
        FileNotFoundError: if no benchmark has written anything.
    """
    files = sorted(folder.glob("*.json"))
    if not files:
        raise FileNotFoundError(f"no figures in {folder.name}; run the benchmarks first")
    read = [_read(file) for file in files]
    return "\n".join([HEAD, *_commits(read), *("\n".join(_section(figures)) for figures in read)]).rstrip() + "\n"


def _commits(read: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Say so where not all figures are of one commit: they were not measured on the same code."""
    measured = [of for figures in read for of in (figures, *(table for table in figures["tables"] if "commit" in table))]
    found = sorted({str(of.get("commit") or "unknown") for of in measured})
    if len(found) > 1:
        yield f"**These figures were measured on {len(found)} commits** ({', '.join(found)}); each section names its own.\n"


def _read(file: Path) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(file.read_text())
    missing = [key for key in KEYS if key not in figures]
    if missing:
        raise FigureFault(f"{file.name} lacks {', '.join(missing)}; write it as tests/bench/page.py reads it")
    for table in figures["tables"]:
        for row in table["rows"]:
            if len(row) != len(table["columns"]):
                raise FigureFault(f"{file.name}: a row of {table['caption']!r} has {len(row)} cells for {len(table['columns'])} columns")
    return figures


def _section(figures: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {figures['title']}\n"
    versions = ", ".join(f"{name} {number}" for name, number in sorted(figures["versions"].items()))
    yield f"`{figures['command']}`" + (f", seed {figures['seed']}" if figures["seed"] is not None else "") + f"; {versions}\n"
    yield f"Commit {figures.get('commit') or 'unknown'}.\n"
    for note in figures["notes"]:
        yield f"- {note}"
    for table in figures["tables"]:
        yield f"\n**{table['caption']}**\n"
        yield from _own(figures, table)
        yield from _table(table["columns"], table["rows"])
    yield ""


def _own(figures: Mapping[str, Any], table: Mapping[str, Any]) -> Iterator[str]:
    """What a table was measured with, where that is not what its section says."""
    said = []
    if table.get("command", figures["command"]) != figures["command"]:
        said.append(f"`{table['command']}`")
    if table.get("commit", figures.get("commit")) != figures.get("commit"):
        said.append(f"commit {table['commit'] or 'unknown'}")
    if table.get("versions", figures["versions"]) != figures["versions"]:
        said.append(", ".join(f"{name} {number}" for name, number in sorted(table["versions"].items())))
    if said:
        yield f"Measured apart: {'; '.join(said)}\n"


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    yield "| " + " | ".join(columns) + " |"
    yield "| " + " | ".join("---" for _ in columns) + " |"
    for row in rows:
        yield "| " + " | ".join(_cell(value) for value in row) + " |"


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value).replace("|", "\\|")


def main() -> None:
    """Write the page, or say why not."""
    parser = argparse.ArgumentParser(description="Write docs/reference/benchmarks.md from data/bench/*.json.")
    parser.add_argument("--figures", type=Path, default=FIGURES)
    parser.add_argument("--page", type=Path, default=PAGE)
    arguments = parser.parse_args()
    try:
        text = page(arguments.figures)
    except (FigureFault, FileNotFoundError) as error:
        sys.exit(str(error))
    arguments.page.write_text(text)
    print(f"written: {arguments.page.name}")


if __name__ == "__main__":
    main()
