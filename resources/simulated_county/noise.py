"""Slips of the keyboard and of the ear, made on whole columns at once.

Belongs here: how a text or a date goes wrong. Does not belong here: how often (rates.py), or whose (identities.py).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from resources.simulated_county.draw import Flags, Ints

KEYBOARD = ("QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")
HEARD = (
    ("PH", "F"),
    ("CK", "K"),
    ("EY", "Y"),
    ("IE", "Y"),
    ("TT", "T"),
    ("LL", "L"),
    ("SS", "S"),
    ("NN", "N"),
    ("EE", "EA"),
    ("CH", "SH"),
    ("Z", "S"),
)
"""Sounds written another way; the first that occurs in a name is replaced."""
WIDTH = 40


def _neighbours() -> npt.NDArray[np.uint8]:
    """For each byte two keys beside it; a byte that is no letter has itself."""
    table = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 2, axis=1)
    for row in KEYBOARD:
        for at, key in enumerate(row):
            table[ord(key)] = (
                ord(row[max(at - 1, 0)] if at else row[1]),
                ord(row[min(at + 1, len(row) - 1)] if at + 1 < len(row) else row[at - 1]),
            )
    return table


NEIGHBOURS = _neighbours()


def misspelled(rng: np.random.Generator, names: pl.Series) -> pl.Series:
    """Each name with one slip: a neighbouring key, a letter left out, doubled or exchanged, or a sound written another way.

    The first letter is spared in four of five cases, as in typing. Names of one letter stay as they are.
    """
    if not len(names):
        return names
    heard = names
    for sound, other in HEARD:
        heard = pl.select(pl.when(heard == names).then(names.str.replace(sound, other, literal=True)).otherwise(heard)).to_series()
    by_ear = pl.Series(rng.random(len(names)) < 0.30) & (heard != names)
    typed = _mistyped(rng, names)
    return pl.select(pl.when(by_ear).then(heard).otherwise(typed)).to_series().alias(names.name)


def _mistyped(rng: np.random.Generator, names: pl.Series) -> pl.Series:
    size = len(names)
    letters = np.array(names.to_list(), dtype=f"S{WIDTH}").view(np.uint8).reshape(size, WIDTH)
    length = names.str.len_bytes().to_numpy().astype(np.int64)
    rows = np.arange(size)
    start = np.where(rng.random(size) < 0.8, np.minimum(1, length - 1), 0)
    at = start + (rng.random(size) * (length - start)).astype(np.int64)
    kind = rng.choice(4, size, p=(0.30, 0.30, 0.18, 0.22))
    kind = np.where((kind == 3) & (at + 1 >= length), 0, kind)
    column = np.arange(WIDTH)[None, :]
    shift = np.where((kind == 1)[:, None] & (column >= at[:, None]), 1, 0) - np.where((kind == 2)[:, None] & (column > at[:, None]), 1, 0)
    wrong = np.take_along_axis(letters, np.clip(column + shift, 0, WIDTH - 1), axis=1)
    struck = NEIGHBOURS[letters[rows, at], rng.integers(0, 2, size)]
    wrong[rows, at] = np.where(kind == 0, struck, wrong[rows, at])
    swap = np.flatnonzero(kind == 3)
    wrong[swap, at[swap]], wrong[swap, at[swap] + 1] = letters[swap, at[swap] + 1], letters[swap, at[swap]]
    wrong[length <= 1] = letters[length <= 1]
    return pl.Series(np.ascontiguousarray(wrong).view(f"S{WIDTH}").ravel().astype(f"U{WIDTH}").tolist(), dtype=pl.String)


def misspell_where(rng: np.random.Generator, names: pl.Series, wrong: Flags) -> pl.Series:
    """The names, with a slip in those marked; missing names stay missing."""
    at = np.flatnonzero(wrong & names.is_not_null().to_numpy())
    if not len(at):
        return names
    return names.scatter(at, misspelled(rng, names.gather(at)))


def wrong_dates(rng: np.random.Generator, year: Ints, month: Ints, day: Ints) -> tuple[Ints, Ints, Ints]:
    """Each date with one slip: another day, another month, a year beside it, or a decade away; always a date that exists."""
    size = len(year)
    kind = rng.choice(4, size, p=(0.40, 0.20, 0.28, 0.12))
    day = np.where(kind == 0, (day - 1 + rng.choice((1, 2, 9, 10, 18), size)) % 28 + 1, day)
    month = np.where(kind == 1, (month - 1 + rng.integers(1, 12, size)) % 12 + 1, month)
    year = np.where(kind == 2, year + rng.choice((-1, 1), size), np.where(kind == 3, year - 10, year))
    return year, month, np.where(kind == 0, day, np.minimum(day, 28))


def swapped_dates(month: Ints, day: Ints) -> tuple[Ints, Ints]:
    """Month and day exchanged where the day can be a month."""
    can = day <= 12
    return np.where(can, day, month), np.where(can, month, day)


def wrong_digit(rng: np.random.Generator, number: Ints, digits: int) -> Ints:
    """Each number with one of its last ``digits`` digits replaced by another."""
    place = np.power(10, rng.integers(0, digits, len(number)), dtype=np.int64)
    digit = number // place % 10
    wrong: Ints = number + ((digit + rng.integers(1, 10, len(number))) % 10 - digit) * place
    return wrong
