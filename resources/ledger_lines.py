"""One line of the ledger: read, hashed, held against the line before it.

Belongs here: pure functions of lines. Does not belong here: files, locks, keys (ledger.py, signing_key.py).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import rfc8785

_FIELD = re.compile(r"[a-z][a-z0-9_]*")

PERSON_FIELDS = frozenset(
    {
        "first_name", "middle_name", "last_name", "full_name", "name_suffix", "birth_date", "phone", "street_address", "ssn4", "state_id",
        "source_person_id", "subject_id", "record_id", "person_key", "own_id", "client_id", "booking_no", "jacket_no",
    }
)  # fmt: skip
"""Fields that would put a person into the ledger; an entry that carries one is refused."""

GENESIS: Final = "0" * 64
"""``prev`` of the first entry."""

CLOCK_SET_BACK: Final = "clock_set_back"
"""Kind of the entry that says the machine's clock stood before the newest entry."""


LEAST_REASON: Final = 8


def says_why(text: str | None) -> bool:
    """Whether a reason that is kept for good can say anything: eight letters or more, so that somebody else understands it later."""
    return len((text or "").strip()) >= LEAST_REASON


def parsed(line: bytes) -> dict[str, Any] | None:
    """The entry, or None where the line is none."""
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def line_faults(number: int, line: bytes, prev: str) -> list[str]:
    """What is wrong with one line, given its place and the hash of the line before it."""
    entry = parsed(line)
    if entry is None:
        return [f"line {number}: not an entry"]
    faults = []
    if rfc8785.dumps(entry) != line:
        faults.append(f"line {number}: not canonical")
    if entry.get("number") != number:
        faults.append(f"line {number}: numbered {entry.get('number')}")
    if entry.get("prev") != prev:
        faults.append(f"line {number}: does not follow the line before it")
    return faults


def recorded(line: bytes) -> datetime | None:
    """When an entry says it was written; None where it does not say it in a way that can be compared."""
    entry = parsed(line) or {}
    try:
        said = datetime.fromisoformat(str(entry.get("recorded_at")))
    except ValueError:
        return None
    return said if said.tzinfo is not None else None


def clock_faults(lines: Sequence[bytes]) -> list[str]:
    """Entries that say an earlier time than the one before them, without an entry that says the clock was set back."""
    faults = []
    before: datetime | None = None
    for number, line in enumerate(lines, start=1):
        said = recorded(line)
        noted = (parsed(line) or {}).get("kind") == CLOCK_SET_BACK
        if before is not None and said is not None and said < before and not noted:
            faults.append(f"line {number}: says an earlier time than the line before it")
        before = said or before
    return faults


def sha256(content: bytes) -> str:
    """sha256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def refuse_persons(fields: Mapping[str, Any]) -> None:
    """Make sure that fields of an entry are named as fields are, and that none could name a person.

    Raises:
        ValueError: naming the field, or, where it has a name that no field has, without repeating it.
    """
    for name, value in fields.items():
        if not _FIELD.fullmatch(name):
            raise ValueError("a ledger field must have a snake_case name")
        if name in PERSON_FIELDS:
            raise ValueError(f"the ledger takes no person: remove the field {name}")
        for inner in value if isinstance(value, list | tuple) else [value]:
            if isinstance(inner, Mapping):
                refuse_persons(inner)
