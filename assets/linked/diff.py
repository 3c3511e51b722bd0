"""What changes between two partitions of the same subjects: two nights, or one night under two models.

Belongs here: comparing memberships and edges that lie in temporary tables. Does not belong here: where they come from (a night's history,
or a shadow run), or approving a model. Counts only: no subject, no key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from resources.sql import Connection, load_sql, replace_table, rows, scalar

PACKAGE = "assets.linked"
PROFILE = "select system, kind, bucket, pairs from linked.score_profile"
"""What a side's ``temp.diff_profile_<side>`` holds: tonight's scored pairs of a night, all of them of a shadow run."""


@dataclass(frozen=True)
class GroupChange:
    """Subjects of one group: all, with other company than before, and of these in persons that merged or split."""

    by: str
    group: str
    subjects: int
    changed: int
    of_merges: int
    of_splits: int


@dataclass(frozen=True)
class ProfileChange:
    """How far weights or the levels of one comparison moved, of pairs with a record of one system. Population stability index: below 0.1
    little, above 0.25 much.
    """

    system: str
    kind: str
    pairs_before: int
    pairs_after: int
    index: float


@dataclass(frozen=True)
class Difference:
    """What is different, in counts. Persons are their members among the subjects that both sides know."""

    subjects_before: int
    subjects_after: int
    subjects_both: int
    persons_before: int
    persons_after: int
    merges: int
    """Persons after that hold subjects of two or more persons before."""
    splits: int
    """Persons before whose subjects are in two or more persons after."""
    changed: int
    """Subjects with other company than before."""
    pairs_gained: int
    pairs_lost: int
    edges_gained: int
    """Scored pairs at or above the link threshold and without a veto, that were not before."""
    edges_lost: int
    shift: tuple[tuple[int, int], ...]
    """(whole bits, pairs) by which the weights of pairs scored both times moved; -10 and 10 stand for everything beyond."""
    groups: tuple[GroupChange, ...]
    profile: tuple[ProfileChange, ...] = ()
    """By system and comparison, the furthest moved first; only what both sides know in the same words."""

    def to_dict(self) -> dict[str, object]:
        """Plain values for ``--json``."""
        return {**asdict(self), "shift": [{"bits": bits, "pairs": pairs} for bits, pairs in self.shift]}


def of_night(con: Connection, night: date, side: str) -> int:
    """Fill ``temp.diff_<side>``, ``temp.diff_edge_<side>`` and ``temp.diff_profile_<side>`` with what was known on one night; returns the
    subjects.

    ``side`` is ``before`` or ``after``.
    """
    parameters = {"night": night}
    known = "known_from <= $night and (known_to is null or known_to > $night)"
    members = f"select subject_id, system, domain || '|' || person_key as person from linked.membership_versions where {known}"
    subjects = replace_table(con, f"temp.diff_{side}", members, parameters)
    edges = f"select subject_a, subject_b, match_weight, veto from linked.edge where {known}"
    replace_table(con, f"temp.diff_edge_{side}", edges, parameters)
    replace_table(con, f"temp.diff_profile_{side}", PROFILE + " where night = $night", parameters)
    return subjects


def same_comparisons(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names of the comparisons whose levels are the same in the settings of two models."""

    def levels(settings: Mapping[str, Any]) -> dict[str, list[str]]:
        return {
            comparison["output_column_name"]: [level["sql_condition"] for level in comparison["comparison_levels"]]
            for comparison in settings["comparisons"]
        }

    earlier, later = levels(before), levels(after)
    return sorted(name for name in earlier if later.get(name) == earlier[name])


def compare(con: Connection, *, link: float) -> Difference:
    """Compare what :func:`of_night`, or a shadow run, put into the temporary tables. ``link``: the threshold in bits."""
    both = replace_table(con, "temp.diff_subject", load_sql(PACKAGE, "diff_subject"))
    before, after, together = rows(con, load_sql(PACKAGE, "diff_pair"))[0]
    merges, splits, changed = rows(
        con,
        "select count(distinct person_after) filter (where is_of_merge), count(distinct person_before) filter (where is_of_split),"
        " count(*) filter (where is_changed) from temp.diff_subject",
    )[0]
    gained = lost = 0
    shift: dict[int, int] = {}
    for _, _, linked_before, linked_after, bits, pairs in rows(con, load_sql(PACKAGE, "diff_edge"), {"link": link}):
        gained += pairs if linked_after and not linked_before else 0
        lost += pairs if linked_before and not linked_after else 0
        if bits is not None:
            shift[bits] = shift.get(bits, 0) + pairs
    return Difference(
        subjects_before=int(scalar(con, "select count(*) from temp.diff_before")),
        subjects_after=int(scalar(con, "select count(*) from temp.diff_after")),
        subjects_both=both,
        persons_before=int(scalar(con, "select count(distinct person) from temp.diff_before")),
        persons_after=int(scalar(con, "select count(distinct person) from temp.diff_after")),
        merges=int(merges),
        splits=int(splits),
        changed=int(changed),
        pairs_gained=int(after - together),
        pairs_lost=int(before - together),
        edges_gained=int(gained),
        edges_lost=int(lost),
        shift=tuple(sorted(shift.items())),
        groups=tuple(GroupChange(*line) for line in rows(con, load_sql(PACKAGE, "diff_group"))),
        profile=tuple(ProfileChange(*line) for line in rows(con, load_sql(PACKAGE, "diff_profile"))),
    )
