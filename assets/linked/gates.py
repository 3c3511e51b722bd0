"""What must hold before tonight's persons may be used.

Belongs here: one pure function from figures to a verdict. Does not belong here: how a figure is counted, or what a held night does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contracts.linkage import Gates


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


@dataclass(frozen=True)
class GateFigures:
    """What is judged: counts over all link domains of one night."""

    violations: int
    """Persons that hold a vetoed pair which nobody judged to be the same."""
    largest_person: int
    persons_before: int
    merges: int
    splits: int


@dataclass(frozen=True)
class GateFinding:
    """One gate's verdict with its figure and its limit, in the same unit (merges and splits: per thousand persons)."""

    gate: Gate
    verdict: GateVerdict
    figure: float
    limit: float


def judge(figures: GateFigures, gates: Gates) -> tuple[GateFinding, ...]:
    """Judge every gate. A figure that cannot be compared (negative, not a number) is held.

    Merges and splits are rates per thousand of last night's persons, judged only where there were at least ``settled_persons``:
    on a first night everybody is new and nothing can merge.
    """
    settled = figures.persons_before >= max(gates.settled_persons, 1)

    def per_thousand(events: int) -> float:
        return 1000 * events / figures.persons_before if settled else 0.0

    return (
        _finding(Gate.VIOLATIONS, figures.violations, 0),
        _finding(Gate.LARGEST_PERSON, figures.largest_person, gates.largest_person),
        _finding(Gate.MERGES, per_thousand(figures.merges), gates.merges_per_thousand),
        _finding(Gate.SPLITS, per_thousand(figures.splits), gates.splits_per_thousand),
    )


def verdict(findings: tuple[GateFinding, ...]) -> GateVerdict:
    """Passed only if there are findings and all of them passed."""
    passed = bool(findings) and all(finding.verdict is GateVerdict.PASSED for finding in findings)
    return GateVerdict.PASSED if passed else GateVerdict.HELD


def _finding(gate: Gate, figure: float, limit: float) -> GateFinding:
    within = 0 <= figure <= limit
    return GateFinding(gate, GateVerdict.PASSED if within else GateVerdict.HELD, figure, limit)
