"""How times, flags and ids are written in vendors' files.

Belongs here: text of values. Does not belong here: any one vendor's columns.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from resources.simulated_county.draw import Ints

TIMEZONE = "America/New_York"


def as_time(seconds: pl.Expr | pl.Series) -> pl.Expr:
    """County-local wall time of seconds since 1970; null stays null."""
    column = pl.lit(seconds) if isinstance(seconds, pl.Series) else seconds
    return (column.cast(pl.Int64) * 1_000_000).cast(pl.Datetime("us"))


def time_text(seconds: pl.Expr | pl.Series, pattern: str) -> pl.Expr:
    """The time in a strftime pattern."""
    return as_time(seconds).dt.strftime(pattern)


def day_text(seconds: pl.Expr | pl.Series) -> pl.Expr:
    """YYYY-MM-DD."""
    return as_time(seconds).dt.strftime("%Y-%m-%d")


def instant_text(seconds: pl.Expr | pl.Series) -> pl.Expr:
    """A FHIR instant: local wall time with the offset that holds on that day. An hour that does not exist is written an hour later."""
    local = as_time(seconds)
    zoned = local.dt.replace_time_zone(TIMEZONE, ambiguous="earliest", non_existent="null")
    later = local.dt.offset_by("1h").dt.replace_time_zone(TIMEZONE, ambiguous="earliest", non_existent="null")
    return pl.coalesce(zoned, later).dt.strftime("%Y-%m-%dT%H:%M:%S%:z")


def yes_no(flag: pl.Expr, yes: str, no: str) -> pl.Expr:
    """One word or the other; null stays null."""
    return pl.when(flag).then(pl.lit(yes)).when(~flag).then(pl.lit(no))


def shuffled_numbers(rng: np.random.Generator, size: int, spread: int = 3) -> Ints:
    """Distinct numbers in no order, so that a vendor's id says nothing about when a person was simulated."""
    return rng.permutation(size * spread)[:size].astype(np.int64) + 1
