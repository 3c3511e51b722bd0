"""k and l of an extract counted a second time, by somebody else's library.

Belongs here: asking pycanon (https://pypi.org/project/pycanon/). Does not belong here: our own count (generalised.py), what follows from a
difference (research.py). pycanon comes with the dev extra; where it is not installed an extract is handed out on our count alone, and its
manifest says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

import polars as pl

from contracts.research import PSEUDONYM


@dataclass(frozen=True)
class SecondCount:
    """k and l as pycanon counts them; ``by`` is its name and version."""

    k: int
    l_diversity: int
    by: str


def second_count(rows: pl.DataFrame, quasi: Sequence[str], sensitive: Sequence[str]) -> SecondCount | None:
    """Count k and l of finished rows once more; None where pycanon is not installed.

    k counts people, so somebody with several records in one combination is one row for it; l counts values, an empty one included.
    Without a sensitive column l is 0.

    Args:
        rows: the extract, every quasi-identifier as text.
        quasi: names of the quasi-identifiers.
        sensitive: names of the sensitive columns.
    """
    try:
        from pycanon import anonymity
    except ImportError:
        return None
    people = rows.select(PSEUDONYM, *quasi).unique().select(quasi).fill_null("").to_pandas()
    counted = rows.select(*quasi, *sensitive).fill_null("").to_pandas()
    return SecondCount(
        k=int(anonymity.k_anonymity(people, list(quasi))),
        l_diversity=int(anonymity.l_diversity(counted, list(quasi), list(sensitive))) if sensitive else 0,
        by=f"pycanon {version('pycanon')}",
    )
