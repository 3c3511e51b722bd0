"""Gates at their limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assets.linked.gates import Gate, GateFigures, GateVerdict, judge, verdict
from contracts.linkage import Gates

LIMITS = Gates(largest_person=10, merges_per_thousand=5, splits_per_thousand=5, settled_persons=1000)
GOOD = GateFigures(violations=0, largest_person=10, persons_before=1000, merges=5, splits=5)


def test_figures_at_every_limit_pass() -> None:
    assert verdict(judge(GOOD, LIMITS)) is GateVerdict.PASSED


@pytest.mark.parametrize(
    ("gate", "figures"),
    [
        (Gate.VIOLATIONS, replace(GOOD, violations=1)),
        (Gate.LARGEST_PERSON, replace(GOOD, largest_person=11)),
        (Gate.MERGES, replace(GOOD, merges=6)),
        (Gate.SPLITS, replace(GOOD, splits=6)),
        (Gate.VIOLATIONS, replace(GOOD, violations=-1)),
    ],
)
def test_one_figure_beyond_its_limit_holds_the_night(gate: Gate, figures: GateFigures) -> None:
    findings = judge(figures, LIMITS)
    assert [finding.gate for finding in findings if finding.verdict is GateVerdict.HELD] == [gate]
    assert verdict(findings) is GateVerdict.HELD


def test_merges_of_an_unsettled_register_are_not_judged() -> None:
    assert verdict(judge(replace(GOOD, persons_before=999, merges=900), LIMITS)) is GateVerdict.PASSED


def test_a_figure_that_is_not_a_number_is_held() -> None:
    findings = judge(replace(GOOD, largest_person=float("nan")), LIMITS)
    assert verdict(findings) is GateVerdict.HELD


def test_no_findings_is_no_pass() -> None:
    assert verdict(()) is GateVerdict.HELD
