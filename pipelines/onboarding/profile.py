"""What a column of a sample holds, in counts and shapes.

Belongs here: fill, distinct values, shapes, formats that parse every value, and whether a column looks like a code. Does not belong here:
what it may mean (propose). A profile holds no value of a person: its only values are the words of a column that looks like a code, and
nobody writes those unless the column is proposed for a field with a vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl

FEWEST_SEEN = 3
"""A code seen in fewer rows is counted, not named: a value that only one or two people have could be their own."""
MOST_CODES = 40
LONGEST_CODE = 40
SEEN_PER_CODE = 5
"""A code column repeats itself: at least so many filled rows for each distinct value."""
VALUE = "value"
NUMBER = "number"

DATE_FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y%m%d", "%m-%d-%Y", "%d-%b-%Y", "%m/%d/%y", "%d/%m/%y", "%Y/%m/%d")
TIMESTAMP_FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f%:z",
    "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p", "%d/%m/%Y %I:%M %p", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%Y%m%d%H%M%S", "%Y%m%d%H%M", "%d-%b-%Y %H:%M:%S",
)  # fmt: skip
_ALL = (*DATE_FORMATS, *TIMESTAMP_FORMATS)


class Look(StrEnum):
    """What a column looks like."""

    EMPTY = "empty"
    CODE = "code"
    DATE = "date"
    TIMESTAMP = "timestamp"
    NUMBER = "number"
    KEY = "key"  # every row another
    TEXT = "text"


@dataclass(frozen=True)
class ColumnProfile:
    """One column.

    Attributes:
        name: as the header spells it.
        rows: rows looked at.
        filled: of them, not blank.
        distinct: different values.
        look: what it looks like.
        shapes: commonest shapes (9 a digit, A+ letters) and their share of the filled rows.
        formats: strptime formats that each parse every value; more than one: the sample does not tell which.
        words: of a code, its values seen at least ``FEWEST_SEEN`` times, commonest first.
        rare: of a code, number of values seen less often.
    """

    name: str
    rows: int
    filled: int
    distinct: int
    look: Look
    shapes: tuple[tuple[str, float], ...] = ()
    formats: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    rare: int = 0

    @property
    def fill(self) -> float:
        """Share of rows that are filled."""
        return self.filled / self.rows if self.rows else 0.0

    @property
    def is_unique(self) -> bool:
        """Whether every row has a value and no two the same."""
        return 0 < self.rows == self.filled == self.distinct


def profile(frame: pl.DataFrame) -> dict[str, ColumnProfile]:
    """Every column of a table of text, in its order."""
    return {name: _column(frame[name]) for name in frame.columns}


def _column(column: pl.Series) -> ColumnProfile:
    values = column.drop_nulls().alias(VALUE)
    counts = values.value_counts(sort=True, name=NUMBER)
    distinct = counts.height
    name, rows, filled = column.name, column.len(), values.len()
    if not filled:
        return ColumnProfile(name, rows, 0, 0, Look.EMPTY)
    shown = shapes(values)
    formats = _formats(counts[VALUE])
    words, rare = _codes(counts, filled)
    if formats:
        look = Look.TIMESTAMP if formats[0] in TIMESTAMP_FORMATS else Look.DATE
        words, rare = (), 0
    elif words:
        look = Look.CODE
    elif filled == rows == distinct:
        look = Look.KEY
    elif counts[VALUE].str.contains(r"^-?\d{1,9}(\.\d+)?$").all():
        look = Look.NUMBER
    else:
        look = Look.TEXT
    return ColumnProfile(name, rows, filled, distinct, look, shown, formats, words, rare)


def shapes(values: pl.Series, *, most: int = 3) -> tuple[tuple[str, float], ...]:
    """Commonest shapes of the values: a digit becomes 9, letters become A+, white space one blank; the rest stands."""
    made = (
        values.alias(VALUE)
        .str.slice(0, 40)
        .str.replace_all(r"\d", "9")
        .str.replace_all(r"\p{L}+", "A+")
        .str.replace_all(r"\s+", " ")
        .str.replace_all(r"9{13,}", "9+")
        .value_counts(name=NUMBER)
        .sort([NUMBER, VALUE], descending=[True, False])
        .head(most)
    )
    return tuple((str(shape), round(number / values.len(), 3)) for shape, number in made.iter_rows())


def _formats(distinct: pl.Series) -> tuple[str, ...]:
    """Formats that parse every distinct value, each reading them differently; only for what begins with a digit and has six of them."""
    if not distinct.str.contains(r"^\d").all() or (distinct.str.count_matches(r"\d") < 6).any():
        return ()
    found: dict[str, pl.Series] = {}
    for pattern in _ALL:
        read = reading(distinct, pattern)
        if read is not None and not any(read.equals(earlier) for earlier in found.values()):
            found[pattern] = read
    return tuple(found)


def reading(values: pl.Series, pattern: str) -> pl.Series | None:
    """What a format makes of the values; None unless it reads every one as a day or time between 1800 and 2200."""
    if pattern in TIMESTAMP_FORMATS:
        text = values.str.replace(r"[zZ]$", "+00:00") if "%:z" in pattern else values
        at = text.str.to_datetime(pattern, strict=False, time_unit="us")
    else:
        at = values.str.to_date(pattern, strict=False)
    return at if at.dt.year().is_between(1800, 2200).fill_null(False).all() else None


def _codes(counts: pl.DataFrame, filled: int) -> tuple[tuple[str, ...], int]:
    distinct = counts.height
    if distinct > MOST_CODES or filled < SEEN_PER_CODE * distinct:
        return (), 0
    if (counts[VALUE].str.len_chars() > LONGEST_CODE).any():
        return (), 0
    ordered = counts.sort([NUMBER, VALUE], descending=[True, False])
    words = ordered.filter(pl.col(NUMBER) >= FEWEST_SEEN)[VALUE].to_list()
    return tuple(words), distinct - len(words)
