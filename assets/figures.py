"""What may enter the control plane: integers, enum members and hashes, under plain names.

Belongs here: the allow-list that every piece of run-time metadata passes. Does not belong here: rows, values, free text, frames.
Dagster keeps metadata, shows it without authentication and cannot forget it (docs/explanation/rows-never-enter.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

_NAME = re.compile(r"[a-z][a-z0-9_.]{0,99}")
_HASH = re.compile(r"[0-9a-f]{16,64}")


class NotAFigure(TypeError):
    """Something that is neither an integer, an enum member nor a hash was offered as metadata."""


class Digest(str):
    """A lower-case hexadecimal hash of 16 to 64 digits.

    Raises:
        NotAFigure: if the text is anything else.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Digest:
        """Refuse what is not a hash."""
        if not _HASH.fullmatch(text):
            raise NotAFigure("not a hexadecimal hash; nothing else may stand here")
        return super().__new__(cls, text)


Figure = int | StrEnum | Digest


def figures(values: Mapping[str, object]) -> dict[str, Figure]:
    """The same mapping, proven to hold nothing that could describe a person.

    ``None`` is left out, so that a figure nobody could compute is absent and not zero.

    Raises:
        NotAFigure: naming the entry, never its value.
    """
    admitted: dict[str, Figure] = {}
    for name, value in values.items():
        if not _NAME.fullmatch(name):
            raise NotAFigure("a name of metadata is not lower_case_words; names are data too and come from this repository only")
        if value is None:
            continue
        if not isinstance(value, int | StrEnum | Digest):
            raise NotAFigure(f"metadata [{name}] is {type(value).__name__}; only integers, enum members and hashes may be shown")
        admitted[name] = value
    return admitted


def per_ten_thousand(part: int, whole: int) -> int | None:
    """A share as an integer, because a float invites more precision than a count has; None where there is no whole."""
    return round(10_000 * part / whole) if whole else None
