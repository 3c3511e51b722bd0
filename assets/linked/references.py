"""What a person at the keyboard may call a subject or a person, and which one that is.

Belongs here: reading one reference. Does not belong here: what is said about it afterwards. A message never repeats what was typed: it
may be somebody's number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from contracts.keys import record_id
from contracts.records import RECORD_TYPES
from resources.sql import Connection, rows

_HASH = re.compile(r"[0-9a-f]{32}")


class UnknownReference(ValueError):
    """Nothing is known under what was typed; the message says which forms there are."""


@dataclass(frozen=True)
class Reference:
    """What was meant: one subject, or a person and the subjects it has tonight (none, if its key has ended)."""

    subjects: tuple[str, ...]
    person_key: str | None = None


def subject_or_person(con: Connection, text: str, *, name: str = "it") -> Reference:
    """Read ``source:key`` (a person id or a record's key of that source), a subject id, a record id or a person key.

    Args:
        con: the warehouse with ``registers`` attached.
        text: as typed.
        name: what the message calls it, for example ``A``.

    Raises:
        UnknownReference: if nothing is known under it.
    """
    text = text.strip()
    found = _of_source(con, *text.split(":", 1)) if ":" in text else _of_hash(con, text)
    if found is None:
        raise UnknownReference(
            f"nothing is known tonight under what was given for {name}; give source:person id (like jail:J0001234), source:record key,"
            " a record id, a subject id or a person key"
        )
    return found


def _of_source(con: Connection, source: str, key: str) -> Reference | None:
    own = rows(
        con,
        "select subject_id from checked.subject where $source in (source, system) and source_person_id = $key order by subject_id",
        {"source": source, "key": key},
    )
    if own:
        return Reference((own[0][0],))
    return _of_records(con, [record_id(source, record_type, key) for record_type in sorted(RECORD_TYPES)])


def _of_hash(con: Connection, text: str) -> Reference | None:
    person = rows(con, "select domain from registers.main.person where person_key = $key", {"key": text})
    if person:
        members = rows(con, "select subject_id from linked.membership where person_key = $key order by subject_id", {"key": text})
        return Reference(tuple(subject for (subject,) in members), text)
    return _of_records(con, [text]) if _HASH.fullmatch(text) else None


def _of_records(con: Connection, records: list[str]) -> Reference | None:
    found = rows(
        con,
        "select subject_id from checked.subject where list_contains($records, subject_id)"
        " union select subject_id from checked.identity where list_contains($records, record_id) and known_to is null"
        " order by subject_id",
        {"records": records},
    )
    return Reference((found[0][0],)) if found else None
