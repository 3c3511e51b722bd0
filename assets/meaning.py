"""Description and privacy kind of a column, in one value.

Belongs here: the shape, and one short word for each privacy kind. Does not belong here: any column (dictionary, dictionary_by_table).
"""

from __future__ import annotations

from dataclasses import dataclass

from contracts.columns import Kind, Label


@dataclass(frozen=True)
class Meaning:
    """Description, privacy kind and labels of a column."""

    description: str
    kind: Kind
    labels: tuple[Label, ...] = ()

    @property
    def tags(self) -> dict[str, str]:
        """As Dagster shows them beside the column."""
        return {"kind": self.kind.value, **{f"label/{label.value}": "" for label in self.labels}}


def identifier(description: str) -> Meaning:
    """A column that names one person on its own."""
    return Meaning(description, Kind.IDENTIFIER, (Label.DIRECT_ID,))


def quasi(description: str) -> Meaning:
    """A column that helps to name a person in combination."""
    return Meaning(description, Kind.QUASI, (Label.QUASI_ID,))


def protected(description: str) -> Meaning:
    """Race or ethnicity."""
    return Meaning(description, Kind.PROTECTED)


def sensitive(description: str) -> Meaning:
    """Content whose disclosure harms."""
    return Meaning(description, Kind.SENSITIVE)


def plain(description: str) -> Meaning:
    """None of these."""
    return Meaning(description, Kind.PLAIN)
