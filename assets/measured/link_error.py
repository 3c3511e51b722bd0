"""The table ``linkage_by_race``: how many subjects are linked, and how many links are likely to be wrong or missing, by race.

Belongs here: counting links by race group and threshold. Does not belong here: whether the model's probabilities are right: that is known
only from a labelled sample (throughcare link sample).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from assets.measured.comparison import ALL, UNKNOWN
from assets.measured.link_scenarios import Bools, Floats, Ints, Links, at_threshold
from assets.measured.link_scope import Tonight
from contracts.definitions import LinkageSensitivity


@dataclass(frozen=True)
class _Subjects:
    """Tonight's subjects as numbers: the line each is counted in (a domain and race group), its system, whether it may be linked."""

    lines: list[tuple[str, str]]
    line: Ints
    system: Ints
    may_be_linked: Bools

    def count(self, chosen: Bools) -> list[int]:
        """How many of the chosen are in each line."""
        return [int(found) for found in np.bincount(self.line[chosen], minlength=len(self.lines))]

    def sum(self, worth: Floats) -> list[float]:
        """What those of each line are worth."""
        return [float(found) for found in np.bincount(self.line, worth, len(self.lines))]


def linkage_by_race(
    known: Tonight, groups: pl.DataFrame, thresholds: Sequence[float], rules: LinkageSensitivity
) -> Iterator[Mapping[str, Any]]:
    """One line a link domain, race group and threshold.

    Args:
        known: tonight's subjects and links.
        groups: domain, person_key, race_group under the county's rule, one row a person.
        thresholds: in bits, the stored one first.
        rules: from which probability a link is certain.
    """
    subjects = _numbered(known, groups)
    for threshold in thresholds:
        stored = threshold == thresholds[0]
        group = known.links.person if stored else at_threshold(known.links, threshold)
        for (domain, race_group), line in _lines(subjects, known.links, group, rules):
            linkable = line["subjects"] - line["subjects_withheld"]
            yield {
                **line,
                "domain": domain,
                "race_group": race_group,
                "threshold": threshold,
                "is_stored": stored,
                "links": round(line["links"]),
                "uncertain_links": round(line["uncertain_links"]),
                "linkage_rate": line["subjects_linked"] / linkable if linkable else None,
                "expected_false_share": line["expected_false_links"] / line["links"] if line["links"] else None,
            }


def _numbered(known: Tonight, groups: pl.DataFrame) -> _Subjects:
    subjects = known.subjects.select("domain", "person_key", "system", "link_state")
    placed = subjects.join(groups, on=["domain", "person_key"], how="left", maintain_order="left").select(
        "domain", pl.col("race_group").fill_null(UNKNOWN), "system", pl.col("link_state") != "withheld"
    )
    lines = placed.select("domain", "race_group").unique().sort("domain", "race_group")
    where = placed.join(lines.with_row_index("line"), on=["domain", "race_group"], how="left", maintain_order="left")["line"]
    return _Subjects(
        [(str(domain), str(group)) for domain, group in lines.iter_rows()],
        where.to_numpy().astype(np.int64),
        placed["system"].rank("dense").to_numpy().astype(np.int64),
        placed["link_state"].to_numpy(),
    )


def _lines(subjects: _Subjects, links: Links, group: Ints, rules: LinkageSensitivity) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """What is counted of each line, and of everybody of each domain."""
    first, size, systems = _about(group, subjects.system)
    linked, across = size > 1, systems > 1
    may = subjects.may_be_linked
    counted: dict[str, list[int] | list[float]] = {
        "subjects": subjects.count(np.ones(len(group), dtype=np.bool_)),
        # A threshold can only split, so that a group lies whole in the line of its first subject.
        "people": subjects.count(first),
        "subjects_linked": subjects.count(linked & may),
        "subjects_withheld": subjects.count(~may),
        "people_across_systems": subjects.count(first & across),
        "persons_tonight": subjects.count(_first_of(links.person, may)),
        "persons_linked": subjects.count(_first_of(links.person, may & linked)),
        "persons_across": subjects.count(_first_of(links.person, may & across)),
        "links": subjects.sum(_per_subject(links, group, np.ones(len(links.tree_a)), within=True)),
        "uncertain_links": subjects.sum(
            _per_subject(links, group, (links.tree_probability < rules.certain).astype(np.float64), within=True)
        ),
        "expected_false_links": subjects.sum(_per_subject(links, group, 1 - links.tree_probability, within=True)),
        "expected_missed_links": subjects.sum(_per_subject(links, group, links.tree_probability, within=False) + _near(links)),
    }
    for domain in dict.fromkeys(domain for domain, _ in subjects.lines):
        own = [number for number, (each, _) in enumerate(subjects.lines) if each == domain]
        yield (domain, ALL), {name: sum(values[number] for number in own) for name, values in counted.items()}
        for number in own:
            yield subjects.lines[number], {name: values[number] for name, values in counted.items()}


def _about(group: Ints, system: Ints) -> tuple[Bools, Ints, Ints]:
    """Of every subject: whether it is the first of its group, how many the group has, and of how many systems they are."""
    labels = int(group.max(initial=-1)) + 1
    systems = np.zeros(labels, dtype=np.int64)
    for each in np.unique(system):
        present = np.zeros(labels, dtype=np.int64)
        present[group[system == each]] = 1
        systems += present
    return _first_of(group, np.ones(len(group), dtype=np.bool_)), np.bincount(group, minlength=labels)[group], systems[group]


def _first_of(label: Ints, chosen: Bools) -> Bools:
    """Marks the first chosen subject of every label that has one."""
    where = np.flatnonzero(chosen)[::-1]
    first = np.full(int(label.max(initial=-1)) + 1, -1, dtype=np.int64)
    # Of several that are written to one place the last one stays: the first subject, since they come backwards.
    first[label[where]] = where
    found = np.zeros(len(label), dtype=np.bool_)
    found[first[first >= 0]] = True
    return found


def _per_subject(links: Links, group: Ints, worth: Floats, *, within: bool) -> Floats:
    """What every link is worth, half to each of its two subjects, for links inside the groups (``within``) or cut by them."""
    inside = group[links.tree_a] == group[links.tree_b]
    return _halves(len(group), links.tree_a, links.tree_b, np.where(inside == within, worth, 0.0))


def _near(links: Links) -> Floats:
    return _halves(len(links.person), links.near_a, links.near_b, links.near_probability)


def _halves(size: int, a: Ints, b: Ints, worth: Floats) -> Floats:
    return np.asarray((np.bincount(a, worth, size) + np.bincount(b, worth, size)) / 2, dtype=np.float64)
