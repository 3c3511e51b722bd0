"""Seeded drawing: the few helpers that every part of the simulation uses.

Belongs here: generators, weighted choice, categorical draws. Does not belong here: what is drawn.
Every part has its own generator, derived from the seed and the part's name, so that a change in one leaves the others alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]
Seconds = Ints
"""Seconds since 1970-01-01 in county-local time, without any time zone."""
Progress = Callable[[str, float], None]
"""Called with the stage's name and the fraction done, 0 to 1."""


def generator(seed: int, part: str) -> np.random.Generator:
    """The generator of one named part of the county with this seed."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy=seed, spawn_key=(zlib.crc32(part.encode()),))))


def weighted(rng: np.random.Generator, weights: npt.ArrayLike, size: int) -> Ints:
    """Indices drawn with replacement in proportion to ``weights``.

    Raises:
        ValueError: if the weights do not sum to a positive number.
    """
    cumulative = np.cumsum(np.asarray(weights, dtype=np.float64))
    if len(cumulative) == 0 or not cumulative[-1] > 0:
        raise ValueError("weights must sum to a positive number")
    drawn: Ints = np.minimum(np.searchsorted(cumulative, rng.random(size) * cumulative[-1], side="right"), len(cumulative) - 1)
    return drawn


def happens(rng: np.random.Generator, chance: float | Floats, size: int) -> Flags:
    """One coin for each of ``size`` cases."""
    return rng.random(size) < chance


def coded(rng: np.random.Generator, kinds: Ints, names: Sequence[str], tables: Mapping[str, Sequence[tuple[str, float]]]) -> pl.Series:
    """A code for each case, by the table of its kind.

    Args:
        rng: the part's generator.
        kinds: index into ``names`` for each case.
        names: kind of each index, a key of ``tables``.
        tables: (code, chance) pairs whose chances sum to one.

    Raises:
        ValueError: if the chances of a table do not sum to one.
    """
    codes = sorted({code for pairs in tables.values() for code, _ in pairs})
    position = {code: index for index, code in enumerate(codes)}
    chances = np.zeros((len(names), len(codes)))
    for row, name in enumerate(names):
        for code, chance in tables[name]:
            chances[row, position[code]] = chance
    if not np.allclose(chances.sum(axis=1), 1.0):
        raise ValueError("the chances of every kind must sum to one")
    uniform = rng.random(len(kinds))
    chosen = np.zeros(len(kinds), dtype=np.int64)
    cumulative = np.cumsum(chances, axis=1)
    for column in range(len(codes) - 1):  # few codes, many cases
        chosen += uniform >= cumulative[kinds, column]
    return pl.Series(codes, dtype=pl.String).gather(chosen)


def heavy_tailed(rng: np.random.Generator, shape: float, size: int) -> Floats:
    """Gamma variates with mean one; the smaller the shape, the fewer people hold most of the sum."""
    return rng.gamma(shape, 1.0 / shape, size)
