"""What the person who onboards a source has said.

Belongs here: the answers given on the command line. Does not belong here: what is made of them (plan).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


class CannotPropose(Exception):
    """The samples do not make a source; the message says why, without a value."""


@dataclass(frozen=True)
class Asked:
    """What the person who onboards has said; None: not decided."""

    name: str
    record_types: tuple[str, ...]
    samples: tuple[Path, ...]
    agency: str | None = None
    system: str | None = None
    standard: str | None = None
    title: str | None = None
    steward: str | None = None
    cadence: str | None = None
    delivery_mode: str | None = None
    race_method: str | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.name):
            raise CannotPropose(f"[{self.name}] is not a name of a source; use small letters, digits and underscores, a letter first")
