"""How right whole persons are, where truth is known: B-cubed precision and recall, and persons found whole.

Belongs here: counting persons against the truth that evaluate.py has read. Does not belong here: pairs (evaluate.py), reading truth.

B-cubed (Bagga and Baldwin 1998): the mean over subjects of the share of the found person that is truly theirs (precision) and of the share
of their true person that was found with them (recall). Subjects of one person stand or fall together, so the interval takes true persons
as clusters: the variance of the ratio of their sums by linearisation gives an effective sample size, and with it the limits are Wilson's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from assets.linked.evaluate import interval
from assets.linked.sample_estimate import wilson
from contracts.linkage import Interval
from resources.sql import Connection, load_sql, rows

PACKAGE = "assets.linked"


@dataclass(frozen=True)
class Mean:
    """A mean of shares with its 95 % interval; null without a subject."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class ClusterRow:
    """One slice: B-cubed precision, recall and their harmonic mean, and how many true persons seen again were found whole."""

    by: str
    group: str
    subjects: int
    precision: Mean
    recall: Mean
    f1: float | None
    whole: Interval

    def to_dict(self) -> dict[str, object]:
        """Plain values."""
        return {**asdict(self), "whole": self.whole.model_dump()}


def clusters(con: Connection) -> list[ClusterRow]:
    """Accuracy of whole persons, overall, by race group, sex, age band of the true person, by system of the subject and by system pair.

    Between two systems, a record's company is what it is found with in the other one. Needs ``temp.linked_truth``, which
    evaluate.evaluate fills.
    """
    by_slice: dict[tuple[str, str], list[tuple[int, float, float, bool, bool]]] = defaultdict(list)
    for by, group, _, subjects, precision, recall, again, whole in rows(con, load_sql(PACKAGE, "cluster_accuracy")):
        by_slice[by, group].append((int(subjects), float(precision), float(recall), bool(again), bool(whole)))
    order = ["overall", "race_group", "sex", "age_band", "system"]
    slices = [
        _row(by, group, found) for (by, group), found in sorted(by_slice.items(), key=lambda item: (order.index(item[0][0]), item[0][1]))
    ]
    return [*slices, *_system_pairs(con)]


def _system_pairs(con: Connection) -> list[ClusterRow]:
    by_pair: dict[str, list[tuple[int, float, int, float, bool]]] = defaultdict(list)
    for pair, _, found_subjects, precision, own_subjects, recall, is_whole in rows(con, load_sql(PACKAGE, "cluster_pair_accuracy")):
        by_pair[pair].append((int(found_subjects), float(precision), int(own_subjects), float(recall), bool(is_whole)))
    return [
        _told(
            "system_pair",
            pair,
            subjects=sum(own for _, _, own, _, _ in found),
            precision=mean([(subjects, total) for subjects, total, _, _, _ in found if subjects]),
            recall=mean([(subjects, total) for _, _, subjects, total, _ in found if subjects]),
            again=[whole for _, _, own, _, whole in found if own],
        )
        for pair, found in sorted(by_pair.items())
    ]


def _row(by: str, group: str, found: Sequence[tuple[int, float, float, bool, bool]]) -> ClusterRow:
    return _told(
        by,
        group,
        subjects=sum(subjects for subjects, *_ in found),
        precision=mean([(subjects, value) for subjects, value, _, _, _ in found]),
        recall=mean([(subjects, value) for subjects, _, value, _, _ in found]),
        again=[whole for _, _, _, seen_again, whole in found if seen_again],
    )


def _told(by: str, group: str, *, subjects: int, precision: Mean, recall: Mean, again: Sequence[bool]) -> ClusterRow:
    both = (precision.value or 0.0) + (recall.value or 0.0)
    f1 = 2 * (precision.value or 0.0) * (recall.value or 0.0) / both if both else None
    return ClusterRow(
        by=by,
        group=group,
        subjects=subjects,
        precision=precision,
        recall=recall,
        f1=None if f1 is None else round(f1, 6),
        whole=interval(sum(again), len(again)),
    )


def mean(persons: Sequence[tuple[int, float]]) -> Mean:
    """Mean over subjects from (subjects, sum of their shares) of each true person, persons being the clusters."""
    subjects = sum(n for n, _ in persons)
    if not subjects:
        return Mean(None, None, None)
    value = min(1.0, sum(total for _, total in persons) / subjects)
    spread = sum((total - value * n) ** 2 for n, total in persons)
    variance = spread / subjects**2 * (len(persons) / (len(persons) - 1)) if len(persons) > 1 else 0.0
    effective = value * (1 - value) / variance if variance and 0 < value < 1 else float(len(persons))
    low, high = wilson(value, effective)
    return Mean(round(value, 6), round(low, 6), round(high, 6))
