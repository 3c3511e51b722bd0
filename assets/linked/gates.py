"""What must hold before tonight's persons may be used.

Belongs here: one pure function from figures to findings, and the table that keeps them by night. Does not belong here: how a figure is
counted (drift.py, parity.py, block.py, resolve.py), or what a held night does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import polars as pl

from contracts.linkage import Gates
from resources.integrator import overridden_gates
from resources.sql import Connection, insert_into


class GateVerdict(StrEnum):
    """Whether linked tables may be published from; anything but ``passed`` keeps last night's products."""

    PASSED = "passed"
    HELD = "held"


class Gate(StrEnum):
    """One thing that is judged."""

    VIOLATIONS = "violations"
    LARGEST_PERSON = "largest_person"
    MERGES = "merges"
    SPLITS = "splits"
    CANDIDATES = "candidates"
    SCORE_DRIFT = "score_drift"
    PARITY = "parity"


EVERYTHING = "all"
"""What a finding is about, where it is not one system or rule."""


@dataclass(frozen=True)
class GateFigures:
    """What is judged: counts over all link domains of one night."""

    violations: int
    """Persons that hold a vetoed pair which nobody judged to be the same."""
    largest_person: int
    persons_before: int
    merges: int
    splits: int
    compared: int = 0
    """Subjects that were compared tonight."""
    candidates: Mapping[str, int] = field(default_factory=dict)
    """Candidate pairs by blocking rule."""
    drift: Mapping[str, float] = field(default_factory=dict)
    """Population stability index by system, where both its scores tonight and the model's first ones are enough to be compared."""
    parity: int = 0
    """Of sampled persons resolved anew: subjects whose standardised values, edges or group differ from what is stored."""


@dataclass(frozen=True)
class GateFinding:
    """One gate's verdict with its figure and its limit, in the same unit (merges and splits: per thousand persons)."""

    gate: Gate
    verdict: GateVerdict
    figure: float
    limit: float
    of: str = EVERYTHING
    """The system or blocking rule it is about."""


def judge(figures: GateFigures, gates: Gates) -> tuple[GateFinding, ...]:
    """Judge every gate. A figure that cannot be compared (negative, not a number) is held.

    Merges and splits are rates per thousand of last night's persons, judged only where there were at least ``settled_persons``:
    on a first night everybody is new and nothing can merge. Candidates are pairs by rule and compared subject, judged only where at least
    ``compared_subjects`` were compared: a handful in a shelter says nothing about a rule.
    """
    settled = figures.persons_before >= max(gates.settled_persons, 1)
    crowd = figures.compared >= max(gates.compared_subjects, 1)

    def per_thousand(events: int) -> float:
        return 1000 * events / figures.persons_before if settled else 0.0

    rules = {rule: pairs / figures.compared for rule, pairs in figures.candidates.items()} if crowd else {}
    return (
        _finding(Gate.VIOLATIONS, figures.violations, 0),
        _finding(Gate.LARGEST_PERSON, figures.largest_person, gates.largest_person),
        _finding(Gate.MERGES, per_thousand(figures.merges), gates.merges_per_thousand),
        _finding(Gate.SPLITS, per_thousand(figures.splits), gates.splits_per_thousand),
        *_each(Gate.CANDIDATES, rules, gates.candidates_per_subject),
        *_each(Gate.SCORE_DRIFT, figures.drift, gates.score_drift),
        _finding(Gate.PARITY, figures.parity, 0),
    )


def _each(gate: Gate, figures: Mapping[str, float], limit: float) -> Sequence[GateFinding]:
    found = [_finding(gate, figure, limit, of) for of, figure in sorted(figures.items())]
    return found or [_finding(gate, 0, limit)]


def verdict(findings: tuple[GateFinding, ...]) -> GateVerdict:
    """Passed only if there are findings and all of them passed."""
    passed = bool(findings) and all(finding.verdict is GateVerdict.PASSED for finding in findings)
    return GateVerdict.PASSED if passed else GateVerdict.HELD


def worst(findings: Sequence[GateFinding], gate: Gate) -> GateFinding | None:
    """What one gate comes to: its held finding, if there is one, and of these the largest figure."""
    own = [finding for finding in findings if finding.gate is gate]
    return max(own, key=lambda finding: (finding.verdict is GateVerdict.HELD, finding.figure), default=None)


def write(con: Connection, findings: Sequence[GateFinding], night: date) -> None:
    """Keep the night's findings in ``linked.gate``, and whether somebody has overridden the gate by name."""
    con.execute(
        "create table if not exists linked.gate (night date not null, gate varchar not null, scope varchar not null,"
        " verdict varchar not null, figure double, limit_value double, is_overridden boolean not null)"
    ).fetchall()
    con.execute("delete from linked.gate where night = $night", {"night": night}).fetchall()
    overridden = overridden_gates(con, night)
    rows = [
        (
            night,
            finding.gate.value,
            finding.of,
            finding.verdict.value,
            float(finding.figure),
            float(finding.limit),
            finding.gate in overridden,
        )
        for finding in findings
    ]
    columns = ("night", "gate", "scope", "verdict", "figure", "limit_value", "is_overridden")
    con.register("linked_frame", pl.DataFrame(rows, schema=columns, orient="row"))
    insert_into(con, "linked.gate", "select * from linked_frame")
    con.unregister("linked_frame")


def _finding(gate: Gate, figure: float, limit: float, of: str = EVERYTHING) -> GateFinding:
    within = 0 <= figure <= limit
    return GateFinding(gate, GateVerdict.PASSED if within else GateVerdict.HELD, figure, limit, of)
