"""How right the links are, where truth is known: the simulated county, or a labelled sample written in its form.

Belongs here: counting pairs and persons against truth. Does not belong here: anything that a night or training could read. Truth never
enters the warehouse: it is read from its folder and forgotten.
Pairwise precision and recall count pairs of subjects; Wilson intervals (Wilson 1927) treat pairs as independent, which they are not
quite: the pairs of one much-seen person stand or fall together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from contracts.linkage import AccuracyRow, Interval
from contracts.records import RECORD_TYPES, SubjectFrom
from resources.sql import Connection, load_sql, replace_table, rows, scalar

PACKAGE = "assets.linked"
Scope = Literal["all", "with_birth_date"]
By = Literal["overall", "race_group", "sex", "age_band", "system_pair"]


@dataclass(frozen=True)
class Evaluation:
    """Accuracy of tonight's persons. Counts and proportions only."""

    accuracy: tuple[AccuracyRow, ...]
    subjects: int
    """Subjects that truth knows and that may be linked."""
    subjects_with_birth_date: int
    persons: int
    """True persons with two or more such subjects."""
    persons_whole: int
    """Of these, persons found whole: all their subjects under one key, and nobody else's."""
    unknown_to_truth: int
    shared_vendor_keys: int
    """Subjects whose vendor key stood for two people: neither right nor wrong, left out."""
    effective_true: float
    """Independent pairs as telling as the true pairs among subjects with a birth date (Kish 1965), of which recall is a share."""
    effective_found: float
    """The same of the pairs found, of which precision is a share."""

    def row(self, scope: Scope, by: By = "overall", group: str = "all") -> AccuracyRow:
        """One slice.

        Raises:
            KeyError: if it was not measured.
        """
        for row in self.accuracy:
            if (row.scope, row.by, row.group) == (scope, by, group):
                return row
        raise KeyError(f"no accuracy was measured for {scope}, {by}, {group}")

    def to_dict(self) -> dict[str, object]:
        """Plain values for ``--json``."""
        return {
            "subjects": self.subjects,
            "subjects_with_birth_date": self.subjects_with_birth_date,
            "persons": self.persons,
            "persons_whole": self.persons_whole,
            "unknown_to_truth": self.unknown_to_truth,
            "shared_vendor_keys": self.shared_vendor_keys,
            "accuracy": [row.model_dump(mode="json") for row in self.accuracy],
        }

    def lines(self) -> Iterator[str]:
        """The report as a table of plain text, overall first."""
        yield f"{'scope':<16}{'group':<44}{'true pairs':>11}{'precision (95 %)':>27}{'recall (95 %)':>27}{'F1':>8}"
        for row in self.accuracy:
            name = "overall" if row.by == "overall" else f"{row.by}: {row.group}"
            f1 = "-" if row.f1 is None else f"{row.f1:.4f}"
            yield f"{row.scope:<16}{name:<44}{row.recall.of:>11,}{_shown(row.precision):>27}{_shown(row.recall):>27}{f1:>8}"
        yield (
            f"{self.subjects:,} subjects ({self.subjects_with_birth_date:,} with a birth date), {self.persons:,} persons seen twice or"
            f" more, {self.persons_whole:,} of them found whole;"
            f" left out: {self.shared_vendor_keys:,} shared vendor keys, {self.unknown_to_truth:,} unknown to truth"
        )


def evaluate(con: Connection, truth_dir: Path) -> Evaluation:
    """Compare ``linked.membership`` with truth.

    Args:
        con: the warehouse after a night of linkage; nothing is written to it but temporary tables.
        truth_dir: folder with ``subject.parquet`` (source, feed, vendor_key, person, …) and ``person.parquet`` (person, race_group,
            sex, …).

    Raises:
        FileNotFoundError: naming the truth file that is missing.
    """
    for name in ("subject.parquet", "person.parquet"):
        if not (truth_dir / name).exists():
            raise FileNotFoundError(f"{name} is missing in the truth folder; give the folder that `county simulate` wrote")
    record_types = sorted(name for name, kind in RECORD_TYPES.items() if kind.subject is SubjectFrom.OWN_ID)
    parameters = {
        "subjects": str(truth_dir / "subject.parquet"),
        "persons": str(truth_dir / "person.parquet"),
        "record_types": record_types,
    }
    replace_table(con, "temp.linked_truth", load_sql(PACKAGE, "truth"), parameters)
    unknown, shared = rows(con, load_sql(PACKAGE, "truth_left_out"))[0]
    accuracy = [row for scope in get_args(Scope) for row in _accuracy(con, scope)]
    persons, whole = rows(con, load_sql(PACKAGE, "truth_whole"))[0]
    effective_true, effective_found = rows(con, load_sql(PACKAGE, "truth_spread"))[0]
    return Evaluation(
        accuracy=tuple(accuracy),
        subjects=int(scalar(con, "select count(*) from temp.linked_truth")),
        subjects_with_birth_date=int(scalar(con, "select count(*) from temp.linked_truth where has_birth_date")),
        persons=int(persons),
        persons_whole=int(whole),
        unknown_to_truth=int(unknown),
        shared_vendor_keys=int(shared),
        effective_true=float(effective_true),
        effective_found=float(effective_found),
    )


def _accuracy(con: Connection, scope: Scope) -> Iterable[AccuracyRow]:
    parameters = {"with_birth_date": scope == "with_birth_date"}
    for by, group, right, found, true in rows(con, load_sql(PACKAGE, "truth_pair"), parameters):
        precision, recall = interval(int(right), int(found)), interval(int(right), int(true))
        f1 = round(2 * right / (found + true), 6) if found + true else None
        yield AccuracyRow(scope=scope, by=by, group=group, precision=precision, recall=recall, f1=f1)


def interval(hits: int, of: int) -> Interval:
    """A proportion with its 95 % Wilson interval; without a base there is no value."""
    if of == 0:
        return Interval(hits=hits, of=of)
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(hits, of, alpha=0.05, method="wilson")
    return Interval(hits=hits, of=of, value=round(hits / of, 6), low=round(float(low), 6), high=round(float(high), 6))


def may_be(value: float | None, promised: float, effective: float) -> bool:
    """Whether a proportion measured on so few independent pairs is consistent with at least ``promised``.

    It is unless its 95 % Wilson interval on the effective size lies below. A proportion that could not be measured is not.
    """
    if value is None or effective <= 0:
        return False
    from statsmodels.stats.proportion import proportion_confint

    _, high = proportion_confint(value * effective, effective, alpha=0.05, method="wilson")
    return value >= promised or float(high) >= promised


def _shown(value: Interval) -> str:
    if value.value is None:
        return "-"
    return f"{value.value:.4f} ({value.low:.4f}-{value.high:.4f})"
