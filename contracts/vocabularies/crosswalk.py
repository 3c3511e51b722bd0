"""Crosswalks that ship with the software: every code of a published list and the word it stands for here.

Belongs here: reading the reviewed tables in ``crosswalks/`` and finding the codes for one field. Does not belong here: a county's own codes
(its sources/*.yaml may add to a crosswalk, never contradict it), the words themselves (the vocabularies beside this module).

A crosswalk is an exhaustive list. A code that is not on it is a fault of the row (``unknown_code``); no code is ever matched by its
beginning: that has put "NATIVE AMERICAN" among Pacific Islanders and every code with "H" among Native Hawaiians before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from contracts.vocabularies.tables import table_names, table_rows

Word = str | bool | None
COLUMNS: tuple[str, ...] = ("crosswalk", "element", "to", "code", "means", "reason", "label", "source")


@dataclass(frozen=True)
class Entry:
    """One code of one list.

    Attributes:
        crosswalk: name by which a source's text asks for the list.
        element: the vendor column it is for, where the list has several (HMIS has one a race); empty: any.
        to: canonical field it fills.
        code: as the vendor writes it, letter by letter.
        means: our word; None where it stands for nothing known.
        reason: why nothing or only ``UNKNOWN`` is known: not_known, refused, not_collected, not_asked, …; empty where something is.
        label: the list's own name of the code.
        source: who publishes the list.
    """

    crosswalk: str
    element: str
    to: str
    code: str
    means: Word
    reason: str
    label: str
    source: str


def _word(text: str) -> Word:
    return {"": None, "true": True, "false": False}.get(text, text)


@cache
def entries() -> tuple[Entry, ...]:
    """Every code of every shipped list, in the order of the tables.

    Raises:
        ValueError: if a table has other columns, or says a code twice.
    """
    found: list[Entry] = []
    said: set[tuple[str, str, str, str]] = set()
    for name in table_names("crosswalks"):
        for row in table_rows(name, COLUMNS):
            key = (row["crosswalk"], row["element"], row["to"], row["code"])
            if key in said:
                raise ValueError(f"{name}: {'/'.join(key)} is said twice")
            said.add(key)
            found.append(Entry(*key, _word(row["means"]), row["reason"], row["label"], row["source"]))
    return tuple(found)


@cache
def names() -> tuple[str, ...]:
    """Names of the shipped crosswalks, sorted."""
    return tuple(sorted({entry.crosswalk for entry in entries()}))


@cache
def targets(crosswalk: str) -> tuple[str, ...]:
    """Canonical fields that a crosswalk has codes for, sorted."""
    return tuple(sorted({entry.to for entry in entries() if entry.crosswalk == crosswalk}))


@cache
def codes_for(crosswalk: str, to: str, column: str = "") -> Mapping[str, Word]:
    """Every code of a list for one field: those for the vendor column if the list tells columns apart, else those for any.

    Args:
        crosswalk: name of the list.
        to: canonical field.
        column: the vendor's column, compared without regard to case.

    Raises:
        KeyError: with a message for the reader of the county's text, if there is no such list or it has nothing for the field.
    """
    if crosswalk not in names():
        raise KeyError(f"[{crosswalk}] is not a crosswalk; there are {', '.join(names())}")
    fitting = [entry for entry in entries() if entry.crosswalk == crosswalk and entry.to == to]
    own = {entry.code: entry.means for entry in fitting if entry.element and entry.element.casefold() == column.casefold()}
    found = own or {entry.code: entry.means for entry in fitting if not entry.element}
    if not found:
        raise KeyError(f"the crosswalk [{crosswalk}] has no codes for [{to}]; it has some for {', '.join(targets(crosswalk))}")
    return MappingProxyType(found)
