"""What the county set out to reach: progress.yaml (Set, Measure, Achieve; policy changes; the Six Questions).

Belongs here: the shapes. Does not belong here: any figure but those a county states itself. Percentages of the Set, Measure, Achieve
campaign were not found in a public source: every target is the county's own text.
"""

from __future__ import annotations

from datetime import date
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from contracts.reviewed import Reviewed

QUESTIONS: Final = {
    1: "Is our leadership committed?",
    2: "Do we conduct timely screening and assessments?",
    3: "Do we have baseline data?",
    4: "Have we conducted a comprehensive process analysis and inventory of services?",
    5: "Have we prioritized policy, practice, and funding improvements?",
    6: "Do we track progress?",
}
"""Stepping Up's Six Questions."""


class Baseline(Reviewed):
    """Where a target starts: a figure the county states, or the period that ends on a day and is as long as the measures' own."""

    period_end: date | None = Field(default=None, description="The day after the baseline period; its figure is computed.")
    value: float | None = Field(default=None, description="A figure from elsewhere.")
    source: str | None = Field(default=None, description="Where a stated figure comes from.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.period_end is None) == (self.value is None):
            raise ValueError("say a baseline as period_end or as value, one of the two")
        if self.value is not None and not self.source:
            raise ValueError("a stated baseline needs its source")
        return self


class Target(Reviewed):
    """One figure of the table stepping_up, where it was, where it shall be, and by when."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = Field(min_length=1)
    measure: str
    submeasure: str
    evidence: str = "either"
    smi_status: str = "positive"
    figure: Literal["value", "numerator"] = Field(default="value", description="The share or mean itself, or the count above it.")
    baseline: Baseline
    change_percent: float | None = Field(default=None, description="Change against the baseline: -20 is a fifth less.")
    value: float | None = Field(default=None, description="The figure to reach.")
    due: date

    @model_validator(mode="after")
    def _one_goal(self) -> Self:
        if (self.change_percent is None) == (self.value is None):
            raise ValueError(f"target [{self.id}] says change_percent and value, or neither; say one of the two")
        if self.baseline.period_end is not None and self.baseline.period_end >= self.due:
            raise ValueError(f"target [{self.id}] is due before its baseline period ends")
        return self


class PolicyChange(Reviewed):
    """One change of policy whose before and after are compared at one decision point."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = Field(min_length=1)
    since: date = Field(description="First day of the new policy.")
    point: str = Field(description="Decision point of decision_points.yaml.")
    months_before: int = Field(ge=1)
    months_after: int = Field(ge=1)
    source: str = Field(min_length=1, description="Where the change is written.")


class QuestionStatus(Reviewed):
    """What the county says of one of the Six Questions."""

    question: int = Field(ge=1, le=6)
    status: Literal["yes", "partly", "no"]
    since: date | None = None
    evidence: str = Field(min_length=1)


class Progress(Reviewed):
    """progress.yaml; a county without one has set no target."""

    targets: tuple[Target, ...] = ()
    policy_changes: tuple[PolicyChange, ...] = ()
    six_questions: tuple[QuestionStatus, ...] = ()

    @model_validator(mode="after")
    def _said_once(self) -> Self:
        for what, ids in (
            ("target", [target.id for target in self.targets]),
            ("policy change", [change.id for change in self.policy_changes]),
            ("question", [str(said.question) for said in self.six_questions]),
        ):
            if twice := sorted({id_ for id_ in ids if ids.count(id_) > 1}):
                raise ValueError(f"{what} {twice} is said twice")
        return self
