"""YAML scalars and comments as a person would write them.

Belongs here: quoting, and the mark of what is not decided. Does not belong here: the shape of any file.
A library that dumps YAML loses comments and line order, and the comments are the point of a draft.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from contracts.reviewed import UNDECIDED

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*( [A-Za-z0-9_./()-]+)*")
_RESERVED = frozenset({"y", "n", "yes", "no", "true", "false", "on", "off", "null", "none", "~", "nan", "inf"})
SCHEMA_LINE = "# yaml-language-server: $schema={where}"


def scalar(value: object) -> str:
    """One value, quoted where plain text would be read as something else."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    return text if _PLAIN.fullmatch(text) and text.casefold() not in _RESERVED else json.dumps(text, ensure_ascii=False)


def listed(values: Iterable[object]) -> str:
    """A list in one line."""
    return f"[{', '.join(scalar(value) for value in values)}]"


def mapped(values: Mapping[str, object]) -> str:
    """A mapping in one line."""
    return f"{{{', '.join(f'{scalar(key)}: {scalar(value)}' for key, value in values.items())}}}"


def decide(question: str) -> str:
    """The value that no file may keep, and what it asks."""
    return f"{UNDECIDED}   # DECIDE: {question}"


def wrapped(values: Iterable[object], *, indent: str, width: int = 120) -> list[str]:
    """A list over several lines of at most ``width`` characters, brackets included."""
    lines, line = [], f"{indent}["
    items = [scalar(value) for value in values]
    for number, item in enumerate(items):
        part = item + ("," if number < len(items) - 1 else "]")
        if len(line) + len(part) + 1 > width and line.strip() != "[":
            lines.append(line.rstrip())
            line = f"{indent} "
        line += part + " "
    lines.append(line.rstrip() if items else f"{indent}[]")
    return lines
