"""Markdown, as little of it as the generated pages need.

Belongs here: tables, headings, escaping. Does not belong here: anything that is said with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTHING = "–"


def code(text: object) -> str:
    """A name or a value as code."""
    return f"`{text}`"


def codes(words: Iterable[object], *, between: str = ", ") -> str:
    """Several names as code; a dash for none."""
    return between.join(code(word) for word in words) or NOTHING


def table(columns: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """A table; empty cells get a dash, so that nothing looks forgotten."""
    head = [_line(columns), "|" + " --- |" * len(columns)]
    return "\n".join([*head, *(_line(line) for line in lines)])


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(value: object) -> str:
    match value:
        case None | "":
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case _:
            return " ".join(str(value).split()).replace("|", "\\|")


def bullets(items: Iterable[str]) -> str:
    """A list, one line an item."""
    return "\n".join(f"- {item}" for item in items)


def page(title: str, *, source: str, parts: Iterable[str]) -> str:
    """A whole generated page.

    Args:
        title: its heading.
        source: what is edited to change it, in words.
        parts: paragraphs, headings and tables in order; empty ones are left out.
    """
    mark = f"<!-- Written by `throughcare docs` from {source}. Edit that and run it again; edits here are lost. -->"
    return "\n\n".join([mark, f"# {title}", *(part.strip("\n") for part in parts if part)]) + "\n"
