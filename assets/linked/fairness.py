"""Whether people of every race group are found equally well, over several simulated counties.

Belongs here: recall by race group with intervals that know that one person's records stand or fall together. Does not belong here: making
links; race is read from truth, after the fact, and never by anything that links.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contracts.linkage import Fairness, GroupRecall, Mitigation
from resources.sql import Connection, load_sql, rows

PACKAGE = "assets.linked"
SMALLEST_GROUP = 500
"""People per county below which a group's recall is shown and not judged."""
ROUNDS = 1000
PersonPairs = tuple[str, int, int, int, int]
"""Race group, true pairs, pairs found, and both again of records that give a name; of one true person."""


def people(con: Connection) -> list[PersonPairs]:
    """One entry for each true person in the county that was just evaluated (``temp.linked_truth``)."""
    return [(str(group), int(true), int(right), int(named), int(found)) for group, true, right, named, found in
            rows(con, load_sql(PACKAGE, "truth_person"))]  # fmt: skip


def fairness(
    counties: Mapping[int, Sequence[PersonPairs]], *, seed: int, causes: Sequence[str], mitigations: Sequence[Mitigation]
) -> Fairness:
    """Recall by race group among subjects with a birth date, pooled over counties, and the largest gap between large groups.

    Args:
        counties: people by the seed of the county they were simulated with.
        seed: of the bootstrap over people (percentile interval, Efron 1979).
        causes: why groups differ, in words.
        mitigations: what was tried, and what it did.
    """
    pooled = [person for found in counties.values() for person in found]
    groups = tuple(_group(name, [person for person in pooled if person[0] == name], len(counties), seed)
                   for name in sorted({person[0] for person in pooled}))  # fmt: skip
    return Fairness(
        counties=tuple(counties),
        smallest_group=SMALLEST_GROUP,
        groups=groups,
        gap_points=_gap(groups, "recall"),
        gap_points_of_named=_gap(groups, "recall_of_named"),
        causes=tuple(causes),
        mitigations=tuple(mitigations),
    )


def _gap(groups: Sequence[GroupRecall], measure: str) -> float | None:
    judged = [getattr(group, measure) for group in groups if group.people_per_county >= SMALLEST_GROUP]
    known = [value for value in judged if value is not None]
    return round(100 * (max(known) - min(known)), 2) if known else None


def _group(name: str, found: Sequence[PersonPairs], counties: int, seed: int) -> GroupRecall:
    import numpy as np

    pairs = np.array([person[1:] for person in found], dtype=float)
    true, right, named, named_right = pairs.sum(axis=0)
    drawn = np.random.default_rng(seed).integers(0, len(pairs), (ROUNDS, len(pairs)))
    sums = pairs[:, :2][drawn].sum(axis=1)
    shares = sums[sums[:, 0] > 0]
    low, high = np.percentile(shares[:, 1] / shares[:, 0], (2.5, 97.5)) if len(shares) else (None, None)
    return GroupRecall(
        group=name,
        people_per_county=len(found) // counties,
        pairs=int(true),
        recall=_rounded(right, true),
        low=None if low is None else round(float(low), 4),
        high=None if high is None else round(float(high), 4),
        recall_of_named=_rounded(named_right, named),
    )


def _rounded(hits: float, of: float) -> float | None:
    return round(float(hits / of), 4) if of else None
