"""The table ``linkage_by_race``: how many subjects are linked, and how many links are likely to be wrong or missing, by race.

Belongs here: counting links by race group and threshold. Does not belong here: whether the model's probabilities are right: that is known
only from a labelled sample (throughcare link sample).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from assets.measured.comparison import ALL, UNKNOWN
from assets.measured.link_scenarios import Floats, Ints, Links, at_threshold
from assets.measured.link_scope import Tonight
from contracts.definitions import LinkageSensitivity


def linkage_by_race(
    known: Tonight, groups: Mapping[tuple[str, str], str], thresholds: Sequence[float], rules: LinkageSensitivity
) -> Iterator[Mapping[str, Any]]:
    """One line a link domain, race group and threshold.

    Args:
        known: tonight's subjects and links.
        groups: (domain, person key) -> race group under the county's rule.
        thresholds: in bits, the stored one first.
        rules: from which probability a link is certain.
    """
    subjects = known.subjects.select("domain", "person_key", "system", "link_state")
    race = [groups.get((domain, key), UNKNOWN) for domain, key in subjects.select("domain", "person_key").iter_rows()]
    subjects = subjects.with_columns(pl.Series("race_group", race, dtype=pl.String))
    for threshold in thresholds:
        stored = threshold == thresholds[0]
        group = known.links.person if stored else at_threshold(known.links, threshold)
        yield from _lines(subjects, known.links, group, threshold, rules, is_stored=stored)


def _lines(
    subjects: pl.DataFrame, links: Links, group: Ints, threshold: float, rules: LinkageSensitivity, *, is_stored: bool
) -> Iterator[Mapping[str, Any]]:
    placed = subjects.with_columns(
        pl.Series("group", group),
        pl.Series("links", _per_subject(links, group, np.ones(len(links.tree_a)), within=True)),
        pl.Series("uncertain", _per_subject(links, group, (links.tree_probability < rules.certain).astype(np.float64), within=True)),
        pl.Series("false_links", _per_subject(links, group, 1 - links.tree_probability, within=True)),
        pl.Series("missed_links", _per_subject(links, group, links.tree_probability, within=False) + _near(links)),
    ).with_columns(pl.len().over("group").alias("size"), pl.col("system").n_unique().over("group").alias("systems"))
    may_be_linked = pl.col("link_state") != "withheld"
    spread = pl.concat([placed, placed.with_columns(pl.lit(ALL).alias("race_group"))])
    counted = (
        spread.group_by("domain", "race_group")
        .agg(
            pl.len().alias("subjects"),
            pl.col("group").n_unique().alias("people"),
            ((pl.col("size") > 1) & may_be_linked).sum().alias("subjects_linked"),
            (~may_be_linked).sum().alias("subjects_withheld"),
            pl.col("group").filter(pl.col("systems") > 1).n_unique().alias("people_across_systems"),
            pl.col("person_key").filter(may_be_linked).n_unique().alias("persons_tonight"),
            pl.col("person_key").filter(may_be_linked & (pl.col("size") > 1)).n_unique().alias("persons_linked"),
            pl.col("person_key").filter(may_be_linked & (pl.col("systems") > 1)).n_unique().alias("persons_across"),
            pl.col("links").sum(),
            pl.col("uncertain").sum().alias("uncertain_links"),
            pl.col("false_links").sum().alias("expected_false_links"),
            pl.col("missed_links").sum().alias("expected_missed_links"),
        )
        .sort("domain", "race_group")
    )
    for row in counted.iter_rows(named=True):
        linkable = row["subjects"] - row["subjects_withheld"]
        yield {
            **row,
            "threshold": threshold,
            "is_stored": is_stored,
            "links": round(row["links"]),
            "uncertain_links": round(row["uncertain_links"]),
            "linkage_rate": row["subjects_linked"] / linkable if linkable else None,
            "expected_false_share": row["expected_false_links"] / row["links"] if row["links"] else None,
        }


def _per_subject(links: Links, group: Ints, worth: Floats, *, within: bool) -> Floats:
    """What every link is worth, half to each of its two subjects, for links inside the groups (``within``) or cut by them."""
    inside = group[links.tree_a] == group[links.tree_b]
    return _halves(len(group), links.tree_a, links.tree_b, np.where(inside == within, worth, 0.0))


def _near(links: Links) -> Floats:
    return _halves(len(links.person), links.near_a, links.near_b, links.near_probability)


def _halves(size: int, a: Ints, b: Ints, worth: Floats) -> Floats:
    return np.asarray((np.bincount(a, worth, size) + np.bincount(b, worth, size)) / 2, dtype=np.float64)
