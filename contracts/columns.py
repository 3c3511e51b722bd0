"""The one vocabulary for what a column is and which rules its values carry.

Belongs here: kinds, labels, and how a Pandera field declares them. Does not belong here: policy about who may see them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pandera.polars as pa

CONVENTION = "domain convention"
"""Source of a definition that no standard gives: what the field's practitioners call it, written down here."""


class Kind(StrEnum):
    """What a column can do to a person's privacy."""

    IDENTIFIER = "identifier"  # names one person on its own: name, phone, vendor key
    QUASI = "quasi"  # helps to name one in combination: birth date, ZIP code, sex
    PROTECTED = "protected"  # race and ethnicity: measured, never linkage evidence
    SENSITIVE = "sensitive"  # content whose disclosure harms: diagnosis, disposition
    PLAIN = "plain"  # none of these


class Label(StrEnum):
    """Which body of rules a value carries wherever it goes."""

    PHI = "phi"
    PART2 = "part2"
    SUD_NOTES = "sud_notes"
    PSYCH = "psych"
    PSYCH_NOTES = "psych_notes"
    HIV = "hiv"
    JUVENILE = "juvenile"
    FERPA = "ferpa"
    CJI = "cji"
    DV = "dv"
    DIRECT_ID = "direct_id"
    QUASI_ID = "quasi_id"
    FREE_TEXT = "free_text"


def field(
    description: str,
    *,
    kind: Kind,
    standard: str,
    labels: tuple[Label, ...] = (),
    unit: str | None = None,
    ahead: bool = False,
    **checks: Any,
) -> Any:
    """A Pandera field that says what it is.

    Args:
        description: meaning in plain words, for the reader who signs.
        kind: the privacy kind of the column.
        standard: where the definition comes from: a standard and its element, a published layout, a statute, or ``CONVENTION``.
        labels: rules every value of the column carries by default; a county may add labels, never remove them.
        unit: unit of a number, where it has one.
        ahead: whether a day or time may lie in the future, as a planned one does.
        checks: any ``pandera.Field`` argument (``nullable``, ``isin``, ``ge``, ``unique`` …).

    Raises:
        ValueError: if the description or the standard is empty, or an identifier is not labelled ``direct_id``.
    """
    if not description.strip():
        raise ValueError("a contract field needs a description")
    if not standard.strip():
        raise ValueError(f"a contract field names the source of its definition [{description}]")
    if kind is Kind.IDENTIFIER and Label.DIRECT_ID not in labels:
        raise ValueError(f"an identifier must carry the label direct_id [{description}]")
    metadata = {
        "kind": kind.value,
        "labels": tuple(label.value for label in labels),
        "unit": unit,
        "standard": standard,
        "ahead": ahead,
    }
    return pa.Field(description=description, metadata=metadata, **checks)
