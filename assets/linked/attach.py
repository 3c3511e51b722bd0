"""Where weak records go: to the one person they fit, as arrays where nothing speaks against it, by :mod:`assets.linked.cluster` elsewhere.

Belongs here: placing weak records among finished persons, over numbered subjects. Does not belong here: SQL, or the rule itself:
``cluster.attach`` is the specification. A record of which nothing speaks against anybody it could meet goes where the weights say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from assets.linked import cluster
from assets.linked.cluster import Judgement, Pair
from assets.linked.grouping import Array, Edges, Grouping, Verdicts
from contracts.linkage import Thresholds


@dataclass(frozen=True)
class Placed:
    """Every subject's person and tie, by number, weak records in their places; which were placed, and which fit two persons or a
    contradiction (``best``: how well).
    """

    person: Array
    tie: Array
    best: Array
    is_placed: Array
    is_ambiguous: Array


def fits_of(edges: Edges, weak: Array, of: Array) -> pl.DataFrame:
    """The best weight of each weak record to each person: record, person, weight."""
    import numpy as np

    across = edges.where(weak[edges.a] != weak[edges.b])
    record = np.where(weak[across.a], across.a, across.b)
    other = np.where(weak[across.a], across.b, across.a)
    found = pl.DataFrame({"record": record, "person": of[other], "weight": across.weight})
    return found.group_by("record", "person").agg(pl.col("weight").max()).sort("record", "person")


def place(
    fits: pl.DataFrame,
    full: Grouping,
    verdicts: Verdicts,
    different: Mapping[Pair, Judgement],
    subjects: list[str],
    *,
    limits: Thresholds,
) -> Placed:
    """Attach each weak record to the one person it fits.

    Args:
        fits: from :func:`fits_of`.
        full: the persons.
        verdicts: at least of each weak record with every member of the persons it fits, and with other weak records that fit them.
        different: pairs that somebody judged different.
        subjects: id of every number.
        limits: the county's thresholds.
    """
    import numpy as np

    size = len(subjects)
    placed = Placed(full.of.copy(), full.tie.copy(), np.full(size, np.nan), np.zeros(size, bool), np.zeros(size, bool))
    rough = _rough(fits, verdicts, different, subjects)
    _place_calm(placed, fits.filter(~pl.col("record").is_in(rough)), limits)
    if rough:
        near = fits.filter(pl.col("record").is_in(rough))
        _place_rough(placed, near, _said(near, verdicts, different, subjects), full=full, subjects=subjects, limits=limits)
    _tie(placed, full)
    return placed


def _rough(fits: pl.DataFrame, verdicts: Verdicts, different: Mapping[Pair, Judgement], subjects: list[str]) -> list[int]:
    """Records near a person that is near a record of which something speaks against anybody; where one goes may decide over another."""
    against = verdicts.against
    named = {subject for pair in different for subject in pair}
    numbers = {*verdicts.a[against].tolist(), *verdicts.b[against].tolist()}
    numbers |= {number for number, subject in enumerate(subjects) if subject in named} if named else set()
    persons = fits.filter(pl.col("record").is_in(sorted(numbers)))["person"].unique()
    return fits.filter(pl.col("person").is_in(persons.to_list()))["record"].unique().sort().to_list()


def _place_calm(placed: Placed, fits: pl.DataFrame, limits: Thresholds) -> None:
    best = pl.col("weight").max().over("record")
    near = fits.filter(best >= limits.attach, best - pl.col("weight") < limits.attach_margin)
    told = near.group_by("record").agg(pl.len().alias("persons"), pl.col("person").first(), pl.col("weight").max())
    one, several = told.filter(pl.col("persons") == 1), told.filter(pl.col("persons") > 1)
    records = one["record"].to_numpy()
    placed.person[records], placed.tie[records] = one["person"].to_numpy(), one["weight"].to_numpy()
    placed.is_placed[records] = True
    records = several["record"].to_numpy()
    placed.is_ambiguous[records], placed.best[records] = True, several["weight"].to_numpy()


def _said(fits: pl.DataFrame, verdicts: Verdicts, different: Mapping[Pair, Judgement], subjects: list[str]) -> dict[Pair, Judgement]:
    import numpy as np

    records = fits["record"].unique().to_numpy()
    return verdicts.among(np.isin(verdicts.a, records) | np.isin(verdicts.b, records), subjects) | dict(different)


def _place_rough(
    placed: Placed, fits: pl.DataFrame, said: Mapping[Pair, Judgement], *, full: Grouping, subjects: list[str], limits: Thresholds
) -> None:
    import numpy as np

    persons = fits["person"].unique().sort().to_list()
    members: dict[int, list[str]] = {person: [] for person in persons}
    records = set(fits["record"].to_list())
    for number in np.flatnonzero(np.isin(full.of, persons)).tolist():
        members[int(full.of[number])].append(subjects[number])
    index_of = {person: index for index, person in enumerate(persons)}
    own: dict[str, dict[int, float]] = {}
    for record, person, weight in fits.iter_rows():
        own.setdefault(subjects[record], {})[index_of[person]] = weight
    groups = [tuple(group) for group in members.values()]
    found = cluster.attach(own, groups, said, least=limits.attach, margin=limits.attach_margin)
    number_of = {subjects[record]: record for record in records}
    for subject, index in found.person.items():
        number = number_of[subject]
        placed.person[number], placed.tie[number], placed.is_placed[number] = persons[index], found.tie[subject], True
    for subject, weight in found.ambiguous.items():
        placed.is_ambiguous[number_of[subject]], placed.best[number_of[subject]] = True, weight


def _tie(placed: Placed, full: Grouping) -> None:
    """A person of one full record has no tie of its own yet; it is as sure as its surest weak record.

    A weak record is tied no more firmly than the loosest member, since the path between two members may lead through that one.
    """
    import numpy as np

    records = np.flatnonzero(placed.is_placed)
    if not len(records):
        return
    size = len(full.of)
    loosest, surest = np.full(size, np.inf), np.full(size, -np.inf)
    tied = np.flatnonzero(~np.isnan(full.tie))
    np.minimum.at(loosest, full.of[tied], full.tie[tied])
    np.maximum.at(surest, placed.person[records], placed.tie[records])
    placed.tie[records] = np.minimum(placed.tie[records], loosest[placed.person[records]])
    lone = np.unique(placed.person[records])
    lone = lone[np.isinf(loosest[lone])]
    # A component is named by its smallest member: of a lone full record, itself.
    placed.tie[lone] = surest[lone]
