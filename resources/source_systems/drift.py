"""A vendor's columns that are no longer those of the county's text: new, missing, renamed.

Belongs here: telling them apart, and what the text says is done about each. Does not belong here: reading any file or table.

A name that the text does not know is told by position and hash, never spelled. A column counts as renamed when it is missing and a new one
resembles it: by name, or by the shape of its values (how many are filled, how long they are, digits and letters), at the same place.
Shapes are six figures a column; no value is kept.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import islice

from contracts.sources import Action, DeliveryMode, Source

SHAPE_ROWS = 2_000
"""Rows from which a shape is taken."""
LIKE_NAME = 0.8
LIKE_SHAPE = 0.9
HALF_LIKE_NAME = 0.45
SHORT_HASH = 8
MANY_PAIRS = 4_000

Shape = tuple[float, ...]
"""Share filled; mean length of filled values, over 20; share of digits, letters and other characters; share of distinct values."""


class DriftKind(StrEnum):
    """How a vendor's columns differ from the text."""

    NEW = "new"
    MISSING = "missing"
    RENAMED = "renamed"


@dataclass(frozen=True)
class Drift:
    """One column that changed.

    Attributes:
        feed: the feed.
        kind: what happened to the column.
        column: its name in the county's text; None for a new one, whose name nobody here knows.
        position: where the new or renamed column stands in the delivery, from 1; None for a missing one.
        column_hash: hash of its name there.
        similarity: of a renamed one to the missing one, 0 to 1.
        action: what the text says is done.
    """

    feed: str
    kind: DriftKind
    column: str | None
    position: int | None
    column_hash: str | None
    similarity: float | None
    action: Action

    def __str__(self) -> str:
        match self.kind:
            case DriftKind.NEW:
                said = f"column {self.position} (name hash {self.column_hash}) is new"
            case DriftKind.MISSING:
                said = f"the column [{self.column}] is missing"
            case _:
                said = f"the column [{self.column}] seems to be column {self.position} (name hash {self.column_hash}) now"
        return f"feed [{self.feed}]: {said}"


@dataclass(frozen=True)
class Before:
    """What is known of a feed's columns from the delivery that was accepted last.

    Attributes:
        strange: hashes of columns the text did not know then; they are no news. None: nothing was delivered before.
        order: columns in the order of that delivery, by the names of the text.
        shapes: their shapes.
    """

    strange: frozenset[str] | None = None
    order: tuple[str, ...] = ()
    shapes: Mapping[str, Shape] | None = None


@dataclass(frozen=True)
class DriftPolicy:
    """What one feed's text says about changes, and what was there before."""

    feed: str
    new: Action = Action.BLOCK
    missing: Action = Action.BLOCK
    renamed: Action = Action.BLOCK
    needed: frozenset[str] = frozenset()  # columns without which no row can be read
    before: Before = Before()
    remembers: bool = False  # whether a strange column that was there before is passed over


def policy_of(source: Source, feed: str, before: Before) -> DriftPolicy:
    """The policy of one feed of a source."""
    said = source.feeds[feed]
    return DriftPolicy(
        feed=feed,
        new=source.new_columns,
        missing=source.drift.missing,
        renamed=source.drift.renamed,
        needed=frozenset(said.key) | needed_columns(source, feed),
        before=before,
        remembers=source.connector.kind == "sqlalchemy",
    )


def needed_columns(source: Source, feed: str) -> frozenset[str]:
    """Columns that cannot be read as empty: what they fill is required, names a person or a parent, or voids a record."""
    from contracts.records import RECORD_TYPES

    said = source.feeds[feed]
    always = {*RECORD_TYPES[said.record_type].required_fields, "source_person_id", "source_parent_id"}
    if source.delivery_mode is DeliveryMode.TOMBSTONES:
        always.add("is_deleted")
    return frozenset(name for name, columns in said.columns.items() if any(column.to in always for column in columns))


def normal(name: str) -> str:
    """A column name as it is compared: NFKC, case folded, without outer white space."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def veiled(name: str) -> str:
    """A name that came from outside, told apart without being told."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:SHORT_HASH]


def drift_of(policy: DriftPolicy, *, missing: Sequence[str], strange: Mapping[int, str], shapes: Mapping[int, Shape]) -> tuple[Drift, ...]:
    """What changed, and what is done about each change.

    Args:
        policy: of the feed.
        missing: columns of the text that are not there.
        strange: columns that are there and not in the text: position to name.
        shapes: shapes of these, by position; may be empty.
    """
    news = {
        place: name
        for place, name in strange.items()
        if not (policy.remembers and (policy.before.strange is None or veiled(normal(name)) in policy.before.strange))
    }
    renamed = _renamed(policy, missing, news, shapes)
    found = []
    for column in missing:
        if column in renamed:
            place, likeness = renamed[column]
            # Only a block is safe where the text would go on reading nothing in place of what every row needs.
            action = Action.BLOCK if column in policy.needed else policy.renamed
            found.append(Drift(policy.feed, DriftKind.RENAMED, column, place, veiled(normal(strange[place])), likeness, action))
        else:
            action = Action.BLOCK if column in policy.needed else policy.missing
            found.append(Drift(policy.feed, DriftKind.MISSING, column, None, None, None, action))
    taken = {place for place, _ in renamed.values()}
    found += [
        Drift(policy.feed, DriftKind.NEW, None, place, veiled(normal(name)), None, policy.new)
        for place, name in news.items()
        if place not in taken
    ]
    return tuple(found)


def _renamed(
    policy: DriftPolicy, missing: Sequence[str], news: Mapping[int, str], shapes: Mapping[int, Shape]
) -> dict[str, tuple[int, float]]:
    """Missing column to (position of the new one, likeness); each new column stands for one missing column at most."""
    pairs: list[tuple[float, str, int]] = []
    if len(missing) * len(news) > MANY_PAIRS:
        return {}  # another table altogether
    for column in missing:
        for place, name in news.items():
            likeness = _likeness(policy.before, column, place, name, shapes.get(place))
            if likeness is not None:
                pairs.append((-likeness, column, place))
    chosen: dict[str, tuple[int, float]] = {}
    for negative, column, place in sorted(pairs):
        if column not in chosen and place not in {other for other, _ in chosen.values()}:
            chosen[column] = (place, round(-negative, 3))
    return chosen


def _likeness(before: Before, column: str, place: int, name: str, shape: Shape | None) -> float | None:
    by_name = SequenceMatcher(None, normal(column), normal(name), autojunk=False).ratio()
    known = (before.shapes or {}).get(column)
    by_shape = shape_likeness(known, shape) if known and shape else None
    if by_shape is None:
        return by_name if by_name >= LIKE_NAME else None
    same_place = column in before.order and before.order.index(column) + 1 == place
    if by_shape >= LIKE_SHAPE and (by_name >= HALF_LIKE_NAME or same_place):
        return (by_name + by_shape) / 2 + (0.25 if same_place else 0)
    return by_name if by_name >= LIKE_NAME and by_shape >= LIKE_SHAPE / 2 else None


def shape_of(values: Sequence[str | None]) -> Shape:
    """Shape of a column's first values; no value can be told from it."""
    first = list(islice(values, SHAPE_ROWS))
    filled = [value.strip() for value in first if value and value.strip()]
    if not filled:
        return (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    letters = "".join(filled)
    digits = sum(letter.isdigit() for letter in letters)
    alphabetic = sum(letter.isalpha() for letter in letters)
    size = max(len(letters), 1)
    figures = (
        len(filled) / len(first),
        min(len(letters) / len(filled) / 20, 1),
        digits / size,
        alphabetic / size,
        (size - digits - alphabetic) / size,
        len(set(filled)) / len(filled),
    )
    return tuple(round(figure, 2) for figure in figures)


def shape_likeness(one: Shape, other: Shape) -> float:
    """1 for the same shape, 0 for one that has nothing in common with it."""
    if not any(one) or not any(other):
        return 0.0  # an empty column resembles every other empty one
    return max(0.0, 1 - sum(abs(a - b) for a, b in zip(one, other, strict=True)) / 2)
