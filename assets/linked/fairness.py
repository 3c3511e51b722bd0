"""Whether people of every race group are found equally well, over several simulated counties.

Belongs here: recall by race group with intervals that know that one person's records stand or fall together, and why pairs are missed. Does
not belong here: making links, or what was tried against a gap (mitigations.py); race is read from truth, after the fact, and never by
anything that links.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assets.linked.grouping import Array
from contracts.linkage import CountyGap, Fairness, GroupRecall, MissedPairs, Mitigation
from resources.sql import Connection, load_sql, rows

PACKAGE = "assets.linked"
SMALLEST_GROUP = 500
"""People per county below which a group's recall is shown and not judged."""
ROUNDS = 1000
PersonPairs = tuple[str, int, int, int, int]
"""Race group, true pairs, pairs found, and both again of records that give a name; of one true person."""
_CAUSES = ("unnamed", "never_compared", "forbidden", "below", "parted")


@dataclass(frozen=True)
class Outcome:
    """What came of linking one county: its true people, and of the pairs found among records with a birth date how many are right."""

    people: Sequence[PersonPairs]
    right: int
    found: int
    missed: Sequence[MissedPairs] = ()


def people(con: Connection) -> list[PersonPairs]:
    """One entry for each true person in the county that was just evaluated (``temp.linked_truth``)."""
    return _people(rows(con, load_sql(PACKAGE, "truth_person")))


def people_without(con: Connection, rules: Sequence[int]) -> list[PersonPairs]:
    """The same, not counting pairs whose records meet under none but these blocking rules (block_key.sql numbers them)."""
    return _people(rows(con, load_sql(PACKAGE, "truth_only_under"), {"rules": list(rules)}))


def missed(con: Connection, *, link: float) -> list[MissedPairs]:
    """Pairs that were not found in the county that was just evaluated, by race group and cause. ``link``: the threshold in bits."""
    names = ("pairs", "missed", *_CAUSES)
    return [
        MissedPairs(group=str(group), **dict(zip(names, (int(count) for count in counts), strict=True)))
        for group, *counts in rows(con, load_sql(PACKAGE, "truth_missed"), {"link": link})
    ]


def fairness(
    counties: Mapping[int, Outcome], *, seed: int, causes: Sequence[str], mitigations: Sequence[Mitigation], measured: int | None = None
) -> Fairness:
    """Recall by race group among subjects with a birth date, pooled over counties, and the largest gap between large groups.

    Args:
        counties: what came of each county, by the seed it was simulated with.
        seed: of the bootstrap over people (percentile interval, Efron 1979).
        causes: why groups differ, in words.
        mitigations: what was tried, and what it did.
        measured: seed of the county that is also told of alone; None for none.
    """
    groups = by_group([person for outcome in counties.values() for person in outcome.people], len(counties), seed)
    return Fairness(
        counties=tuple(counties),
        smallest_group=SMALLEST_GROUP,
        groups=groups,
        gap_points=_gap(groups, "recall"),
        gap_points_of_named=_gap(groups, "recall_of_named"),
        causes=tuple(causes),
        mitigations=tuple(mitigations),
        measured=None if measured is None else county_gap(counties[measured], measured, judged_groups(groups), seed),
        missed=_added([line for outcome in counties.values() for line in outcome.missed]),
    )


def by_group(found: Sequence[PersonPairs], counties: int, seed: int) -> tuple[GroupRecall, ...]:
    """Recall of every race group, with its interval."""
    names = sorted({person[0] for person in found})
    return tuple(_group(name, [person for person in found if person[0] == name], counties, seed) for name in names)


def judged_groups(groups: Sequence[GroupRecall]) -> tuple[str, ...]:
    """Groups large enough for their recall to be judged."""
    return tuple(group.group for group in groups if group.people_per_county >= SMALLEST_GROUP)


def county_gap(outcome: Outcome, simulation_seed: int, judged: Sequence[str], seed: int) -> CountyGap:
    """The gap in one county alone between the ``judged`` groups, with its interval by resampling the people of both."""
    import numpy as np

    found = outcome.people
    groups = by_group(found, 1, seed)
    told = [group for group in groups if group.group in judged and group.recall is not None]
    best = max(told, key=lambda group: group.recall or 0.0, default=None)
    worst = min(told, key=lambda group: group.recall or 0.0, default=None)
    low = high = None
    if best is not None and worst is not None and best is not worst:
        drawn = [_resampled([person for person in found if person[0] == group.group], seed + at) for at, group in enumerate((best, worst))]
        apart = 100 * (drawn[0][: min(map(len, drawn))] - drawn[1][: min(map(len, drawn))])
        if len(apart):
            low, high = (round(float(limit), 2) for limit in np.percentile(apart, (2.5, 97.5)))
    return CountyGap(
        simulation_seed=simulation_seed,
        groups=groups,
        gap_points=_points(told, "recall"),
        low=low,
        high=high,
        gap_points_of_named=_points(told, "recall_of_named"),
        missed=tuple(outcome.missed),
    )


def _people(found: Iterable[Sequence[Any]]) -> list[PersonPairs]:
    return [(str(group), int(true), int(right), int(named), int(named_right)) for group, true, right, named, named_right in found]


def _gap(groups: Sequence[GroupRecall], measure: str) -> float | None:
    return _points([group for group in groups if group.people_per_county >= SMALLEST_GROUP], measure)


def _points(groups: Sequence[GroupRecall], measure: str) -> float | None:
    known = [value for value in (getattr(group, measure) for group in groups) if value is not None]
    return round(100 * (max(known) - min(known)), 2) if known else None


def _resampled(found: Sequence[PersonPairs], seed: int) -> Array:
    """Recall of :data:`ROUNDS` samples of people drawn with replacement; rounds without a true pair are left out."""
    import numpy as np

    pairs = np.array([person[1:3] for person in found], dtype=float)
    drawn = np.random.default_rng(seed).integers(0, len(pairs), (ROUNDS, len(pairs)))
    sums = pairs[drawn].sum(axis=1)
    shares = sums[sums[:, 0] > 0]
    return shares[:, 1] / shares[:, 0]


def _group(name: str, found: Sequence[PersonPairs], counties: int, seed: int) -> GroupRecall:
    import numpy as np

    true, right = sum(person[1] for person in found), sum(person[2] for person in found)
    named, named_right = sum(person[3] for person in found), sum(person[4] for person in found)
    shares = _resampled(found, seed)
    low, high = np.percentile(shares, (2.5, 97.5)) if len(shares) else (None, None)
    return GroupRecall(
        group=name,
        people_per_county=len(found) // counties,
        pairs=true,
        recall=_rounded(right, true),
        low=None if low is None else round(float(low), 4),
        high=None if high is None else round(float(high), 4),
        recall_of_named=_rounded(named_right, named),
    )


def _added(lines: Sequence[MissedPairs]) -> tuple[MissedPairs, ...]:
    names = ("pairs", "missed", *_CAUSES)
    return tuple(
        MissedPairs(group=group, **{name: sum(getattr(line, name) for line in lines if line.group == group) for name in names})
        for group in sorted({line.group for line in lines})
    )


def _rounded(hits: float, of: float) -> float | None:
    return round(float(hits / of), 4) if of else None
