"""How far two systems agree about something they both say.

Belongs here: Cohen's kappa as a pure function of a square table. Does not belong here: what is compared.
Source: Cohen 1960; standard error by Fleiss, Cohen and Everitt 1969.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt

import numpy as np

from assets.measured.intervals import Interval, Z


@dataclass(frozen=True)
class Kappa:
    """Share of pairs that agree, share that would by chance, and kappa with its limits; None where chance alone agrees always."""

    observed: float | None
    expected: float | None
    kappa: float | None
    limits: Interval | None


def cohens_kappa(table: Sequence[Sequence[int]]) -> Kappa:
    """Kappa of a square table of counts: rows what the one says, columns what the other says, the same categories in the same order."""
    whole = np.array(table, dtype=np.int64)
    total = int(whole.sum())
    if total == 0:
        return Kappa(None, None, None, None)
    share = whole / total
    row, column = share.sum(axis=1), share.sum(axis=0)
    # In whole numbers: a product of vectors in floats may end in another digit the next time it is asked.
    observed = int(np.trace(whole)) / total
    expected = int((whole.sum(axis=1) * whole.sum(axis=0)).sum()) / total**2
    if expected >= 1:
        return Kappa(observed, expected, None, None)
    kappa = (observed - expected) / (1 - expected)
    own = fsum(np.diag(share) * (1 - (row + column) * (1 - kappa)) ** 2)
    across = share * (column[:, None] + row[None, :]) ** 2
    np.fill_diagonal(across, 0.0)
    rest = fsum(across.flat) * (1 - kappa) ** 2 - (kappa - expected * (1 - kappa)) ** 2
    error = sqrt(max(0.0, own + rest) / total) / (1 - expected)
    return Kappa(observed, expected, kappa, Interval(kappa - Z * error, kappa + Z * error))
