"""Limits of a ratio by resampling people, where people come back.

Belongs here: the Poisson-weight bootstrap as a pure function of cells. Does not belong here: the closed formula (intervals.py).

Every person gets a random weight that is Poisson with mean 1 and is kept whole, with all events: people are resampled, never events. The
number of people drawn varies from draw to draw, as it does in the world when the people who are met are not fixed beforehand; a bootstrap
that always draws exactly n people leaves that variation out and covers too seldom. The sum of the weights of k people who have the same
hits and base is Poisson with mean k, so that one number per distinct pair is drawn instead of one per person: exact, and as quick for a
million people as for a thousand. Percentile limits of the ratio.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from assets.measured.comparison import Cell
from assets.measured.intervals import ALPHA, Interval

DRAWS: Final = 1_000
FEWEST_USABLE: Final = 0.95
"""Share of the draws that must give a ratio; below it the limits would describe only the lucky draws."""


def seed_of(*words: str) -> int:
    """A seed that depends on names alone."""
    return int.from_bytes(hashlib.sha256("\0".join(words).encode()).digest()[:8], "big")


def resampled_rates(cells: Sequence[Cell], *, base: float | None, draws: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Rate of one group in every draw.

    Args:
        cells: what people have, with how many of them.
        base: residents, where the base is the population; None where it is the people's own events.
        draws: how many.
        rng: source of the weights.
    """
    hits, events, people = (np.array(column, dtype=np.float64) for column in zip(*cells, strict=True))
    weights = rng.poisson(people, size=(draws, len(people)))
    above = weights @ hits
    if base is not None:
        return np.asarray(above / base, dtype=np.float64)
    below = weights @ events
    return np.asarray(np.divide(above, below, out=np.full(draws, np.nan), where=below > 0), dtype=np.float64)


def ratio_limits(
    own: Sequence[Cell],
    reference: Sequence[Cell],
    *,
    bases: tuple[float, float] | None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval | None:
    """Percentile limits of the ratio of two rates; None where too many draws give no ratio.

    Args:
        own: cells of the group.
        reference: cells of the reference group.
        bases: residents of the group and of the reference group; None where the base is the people's own events.
        draws: at least 1,000 for 95 % limits.
        seed: the same seed gives the same limits.
    """
    if not own or not reference:
        return None
    rng = np.random.Generator(np.random.PCG64(seed))
    above = resampled_rates(sorted(own), base=bases[0] if bases else None, draws=draws, rng=rng)
    below = resampled_rates(sorted(reference), base=bases[1] if bases else None, draws=draws, rng=rng)
    ratios = np.divide(above, below, out=np.full(draws, np.nan), where=below > 0)
    usable = ratios[np.isfinite(ratios)]
    if len(usable) < FEWEST_USABLE * draws:
        return None
    lower, upper = np.quantile(usable, [ALPHA / 2, 1 - ALPHA / 2])
    return Interval(float(lower), float(upper))
