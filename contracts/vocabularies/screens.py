"""Codes of the screening forms that an electronic record may hold: forms, their items in order, what an answer counts.

Belongs here: reading the reviewed table screens.csv, and a county's additions. Does not belong here: scoring (assets.measured), the words
for forms and results (screening).

Where the code system has no code, or a vendor uses its own, the county's text names form, items and answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from contracts.vocabularies.tables import table_rows


@dataclass(frozen=True)
class Forms:
    """``items``: code of a form to the codes of its items, in the order of the form. ``answers``: code of an answer to its number."""

    items: Mapping[str, tuple[str, ...]]
    answers: Mapping[str, int]

    def with_more(self, items: Mapping[str, tuple[str, ...]], answers: Mapping[str, int]) -> Forms:
        """These forms and a county's own, which go before these."""
        return Forms(MappingProxyType({**self.items, **items}), MappingProxyType({**self.answers, **answers}))


@cache
def shipped_forms() -> Forms:
    """Forms that LOINC codes whole. K6 is not among them: codes of two of its items are not established, so a county says all six."""
    rows = table_rows("screens.csv", ("screen", "kind", "code", "place", "label", "source"))
    panels = {row["screen"]: row["code"] for row in rows if row["kind"] == "panel"}
    items: dict[str, list[tuple[int, str]]] = {}
    for row in rows:
        if row["kind"] == "item":
            items.setdefault(panels[row["screen"]], []).append((int(row["place"]), row["code"]))
    ordered = {panel: tuple(code for _, code in sorted(found)) for panel, found in items.items()}
    answers = {row["code"]: int(row["place"]) for row in rows if row["kind"] == "answer"}
    return Forms(MappingProxyType(ordered), MappingProxyType(answers))
