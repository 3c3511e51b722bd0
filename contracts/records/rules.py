"""Rules between the fields of one row, as data.

Belongs here: the kinds of rule, their words and the expression that tells whether a row keeps one. Does not belong here: rules between
rows (assets.checked), rules about one value (the field itself).

A rule's name is what the quarantine and every report show, so it says what was broken. A missing value breaks no rule but those that ask
for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import polars as pl


class Rule(Protocol):
    """A rule between fields."""

    @property
    def name(self) -> str:
        """Name in reports."""

    @property
    def description(self) -> str:
        """What it asks for, in words."""

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields it speaks of."""

    def kept(self) -> pl.Expr:
        """Whether a row keeps it; null counts as kept."""


@dataclass(frozen=True)
class InOrder:
    """``later`` is not before any of ``earlier``."""

    name: str
    description: str
    earlier: tuple[str, ...]
    later: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The times in order."""
        return (*self.earlier, self.later)

    def kept(self) -> pl.Expr:
        """Whether the latest known earlier time is not after ``later``."""
        return pl.max_horizontal(self.earlier) <= pl.col(self.later)


@dataclass(frozen=True)
class NotBeforeBirth:
    """The event does not come before the birth date."""

    event: str
    name: str = "event_not_before_birth"
    description: str = "Nothing happens to anybody before birth."

    @property
    def fields(self) -> tuple[str, ...]:
        """The birth date and the event."""
        return ("birth_date", self.event)

    def kept(self) -> pl.Expr:
        """Whether the day of the event is not before the birth date."""
        return pl.col("birth_date") <= pl.col(self.event).cast(pl.Date)


@dataclass(frozen=True)
class OneOf:
    """At least one of the fields is filled."""

    name: str
    description: str
    fields: tuple[str, ...]

    def kept(self) -> pl.Expr:
        """Whether any is filled."""
        return pl.any_horizontal([pl.col(field).is_not_null() for field in self.fields])


@dataclass(frozen=True)
class Together:
    """All of the fields are filled, or none."""

    name: str
    description: str
    fields: tuple[str, ...]

    def kept(self) -> pl.Expr:
        """Whether they are filled alike."""
        filled = [pl.col(field).is_not_null() for field in self.fields]
        return pl.all_horizontal(filled) | ~pl.any_horizontal(filled)


@dataclass(frozen=True)
class NeedsYes:
    """``field`` is filled only where ``answer`` is yes: no basis of a search that was not made."""

    name: str
    description: str
    field: str
    answer: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The answer and what hangs on it."""
        return (self.answer, self.field)

    def kept(self) -> pl.Expr:
        """Whether nothing hangs on a no."""
        return pl.col(self.field).is_null() | pl.col(self.answer).fill_null(False)


@dataclass(frozen=True)
class WithinForm:
    """Answers stay within what each form asks: no more items than it has, none below 0 or above its highest mark.

    ``listed`` holds all answers in one list, ``items`` one each; ``forms``: word of ``form`` -> number of items and highest mark.
    """

    name: str
    description: str
    form: str
    listed: str
    items: tuple[str, ...]
    forms: Mapping[str, tuple[int, int]]

    @property
    def fields(self) -> tuple[str, ...]:
        """The form and its answers."""
        return (self.form, self.listed, *self.items)

    def kept(self) -> pl.Expr:
        """Whether every answer belongs to the form and lies within its marks."""
        wrong = [(pl.col(self.form) == word) & self._beyond(size, highest) for word, (size, highest) in self.forms.items()]
        return ~pl.any_horizontal(wrong)

    def _beyond(self, size: int, highest: int) -> pl.Expr:
        answers = pl.col(self.listed)
        of_list = [answers.list.len() > size, answers.list.min() < 0, answers.list.max() > highest]
        within = [pl.col(item) > highest for item in self.items[:size]]
        beyond = [pl.col(item).is_not_null() for item in self.items[size:]]
        return pl.any_horizontal([expression.fill_null(False) for expression in (*of_list, *within, *beyond)])

    def __hash__(self) -> int:
        """By name: the forms are a mapping."""
        return hash((self.name, self.form, self.items))


@dataclass(frozen=True)
class PointOfField:
    """``point`` is one of the words that ``field`` allows."""

    name: str
    description: str
    field: str
    point: str
    points: Mapping[str, frozenset[str]]

    @property
    def fields(self) -> tuple[str, ...]:
        """The field and its point."""
        return (self.field, self.point)

    def kept(self) -> pl.Expr:
        """Whether the point belongs to the field."""
        return pl.any_horizontal(
            [(pl.col(self.field) == word) & pl.col(self.point).is_in(sorted(allowed)) for word, allowed in self.points.items()]
        )

    def __hash__(self) -> int:
        """By name: the points are a mapping."""
        return hash((self.name, self.field, self.point))


def stages(*times: str) -> tuple[InOrder, ...]:
    """One rule for each stage of a process: not before any stage before it, unknown stages passed over.

    >>> [rule.name for rule in stages("received_at", "dispatched_at", "cleared_at")]
    ['received_not_after_dispatched', 'dispatched_not_after_cleared']
    """
    bare = [time.removesuffix("_at").removesuffix("_on") for time in times]
    return tuple(
        InOrder(
            f"{bare[place - 1]}_not_after_{bare[place]}",
            f"{bare[place].replace('_', ' ').capitalize()} comes after every earlier stage that is known.",
            times[:place],
            times[place],
        )
        for place in range(1, len(times))
    )
