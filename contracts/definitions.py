"""What the county means by its words: the files of ``definitions/``.

Belongs here: reading them all, the shapes of race.yaml, timeline.yaml and linkage_sensitivity.yaml, and the checks that need two files.
Does not belong here: the larger files (frequent_utilizers.py, decision_points.py, stepping_up.py, progress.py), the parts they share
(definition_parts.py), any computation, any benchmark figure.

Sources of the shapes: NACo leaves "frequent utilizer" to each jurisdiction; Stepping Up's four measures with the option lists of Justice
Counts; OMB 1997 categories for race and ethnicity.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from contracts.decision_points import (
    AggregateField,
    AggregatePoint,
    DecisionPoint,
    DecisionPoints,
    Insufficient,
    Per,
)
from contracts.definition_parts import FollowUp, RaceTake
from contracts.frequent_utilizers import AtLeast, FrequentUtilizerDefinition, FrequentUtilizers, Preset, PresetUse, presets
from contracts.progress import PolicyChange, Progress, Target
from contracts.reviewed import Fault, Reviewed, TermsFaults, file_lines, line_of, load_reviewed
from contracts.stepping_up import BookingRule, BookingTypes, Breakdown, Connection, Recidivism, SmiEvidence, SteppingUp
from contracts.vocabularies.race import RaceMethod

__all__ = [
    "FILES",
    "AggregateField",
    "AggregatePoint",
    "AtLeast",
    "BookingRule",
    "BookingTypes",
    "Breakdown",
    "Connection",
    "DecisionPoint",
    "DecisionPoints",
    "Definitions",
    "FrequentUtilizerDefinition",
    "FrequentUtilizers",
    "Insufficient",
    "LinkageSensitivity",
    "Mention",
    "Per",
    "PolicyChange",
    "Preset",
    "PresetUse",
    "Progress",
    "RaceRule",
    "RaceStep",
    "Recidivism",
    "SmiEvidence",
    "SteppingUp",
    "Target",
    "Timeline",
    "UnitCost",
    "load_definitions",
    "presets",
]


class RaceStep(Reviewed):
    """One step of the rule: assertions made this way, and which of them to take."""

    method: RaceMethod
    take: RaceTake


class RaceRule(Reviewed):
    """race.yaml: one group per person out of many assertions."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Name of the rule, printed beside every figure that uses it.")
    category_system: Literal["omb1997_two_question"] = Field(description="Categories of the groups and of the population base.")
    prefer: tuple[RaceStep, ...] = Field(min_length=1, description="Tried in order; the first step that has a usable assertion decides.")
    reference_group: Literal["WHITE", "BLACK", "HISPANIC", "ASIAN", "AIAN", "NHPI", "MULTIRACIAL"]
    max_mismatch_share: float = Field(
        ge=0, le=1, description="Share of people whose ethnicity is unknown above which no ratio on the population is given."
    )

    @model_validator(mode="after")
    def _each_method_once(self) -> Self:
        methods = [step.method for step in self.prefer]
        if len(set(methods)) < len(methods):
            raise ValueError("a method is preferred twice; name each method once")
        return self


class UnitCost(Reviewed):
    """What one contact or one day of a system costs, as the county states it."""

    system: str
    record_type: str | None = Field(default=None, description="Default: every contact of the system.")
    per: Literal["event", "bed_day"]
    amount: float = Field(gt=0, description="In the county's currency.")
    source: str = Field(min_length=1)
    year: int = Field(ge=1990, le=2100, description="Year of the prices.")


class Timeline(Reviewed):
    """timeline.yaml: what is known about the records themselves."""

    records_begin: dict[str, date] = Field(description="System -> first day from which its records are complete.")
    first_appearance_hours: int = Field(ge=1, description="Hours after booking at which a stay passes from intercept 2 to 3.")
    transition_days: int = Field(ge=1, description="Longest gap between two contacts that is still one step from one to the other.")
    jail_count_taken: Literal["start_of_day", "end_of_day"] = Field(description="Which midnight of its date the jail's own count is.")
    episode_days: int = Field(default=14, ge=1, description="Contacts no further apart than this, in whatever system, are one episode.")
    unit_costs: tuple[UnitCost, ...] = Field(default=(), description="Without them nothing has a cost. No list is ranked by cost.")


class LinkageSensitivity(Reviewed):
    """linkage_sensitivity.yaml: how figures are asked again where links are uncertain."""

    thresholds: tuple[float, ...] = Field(
        default=(8.0, 12.0), description="Link thresholds in bits beside the stored one; lower ones were never stored and are refused."
    )
    imputations: int = Field(default=20, ge=2, le=200, description="How often uncertain links are drawn.")
    certain: float = Field(default=0.999, gt=0.5, lt=1, description="Probability from which a link is taken as certain.")
    impossible: float = Field(default=0.05, gt=0, lt=0.5, description="Probability below which a pair that is not linked is not drawn.")
    seed: int = Field(default=20_260_302, ge=0)

    @model_validator(mode="after")
    def _thresholds_rise(self) -> Self:
        if list(self.thresholds) != sorted(set(self.thresholds)):
            raise ValueError("thresholds must rise, each said once")
        return self


class Mention(Reviewed):
    """Where a file names a system, so that a wrong name can be pointed at."""

    file: str
    line: int
    key: str
    system: str


class Definitions(Reviewed):
    """All files of ``definitions/``, each valid by itself."""

    frequent_utilizers: FrequentUtilizers
    decision_points: DecisionPoints
    stepping_up: SteppingUp
    race: RaceRule
    timeline: Timeline
    progress: Progress = Field(default_factory=Progress)
    linkage_sensitivity: LinkageSensitivity = Field(default_factory=LinkageSensitivity)
    mentions: tuple[Mention, ...] = ()

    def faults_against(self, *, systems: Collection[str], reference_group: str | None = None) -> list[Fault]:
        """What is wrong when these files meet the rest of the county: systems nobody delivers, another reference group."""
        there = ", ".join(sorted(systems))
        faults = [
            Fault(mention.file, mention.line, mention.key, f"[{mention.system}] is not a system of this county; there are: {there}")
            for mention in self.mentions
            if mention.system not in systems
        ]
        if reference_group is not None and reference_group != self.race.reference_group:
            message = f"is [{self.race.reference_group}] here and [{reference_group}] in county.yaml; make them equal"
            faults.append(Fault("definitions/race.yaml", 1, "reference_group", message))
        points = {point.id for point in self.decision_points.points}
        faults += [
            Fault("definitions/progress.yaml", 1, f"policy_changes.{number}.point", f"[{change.point}] is not a decision point")
            for number, change in enumerate(self.progress.policy_changes)
            if change.point not in points
        ]
        return faults


FILES: dict[str, type[Reviewed]] = {
    "frequent_utilizers": FrequentUtilizers,
    "decision_points": DecisionPoints,
    "stepping_up": SteppingUp,
    "race": RaceRule,
    "timeline": Timeline,
    "progress": Progress,
    "linkage_sensitivity": LinkageSensitivity,
}
OPTIONAL: Final = frozenset({"progress", "linkage_sensitivity"})
"""Files that a county may leave out; it then has what their models say by default."""


def load_definitions(folder: Path) -> Definitions:
    """Read ``definitions/`` of a county folder.

    Raises:
        TermsFaults: with every fault of every file.
    """
    read: dict[str, Reviewed] = {}
    faults: list[Fault] = []
    for name, model in FILES.items():
        if name in OPTIONAL and not (folder / f"{name}.yaml").is_file():
            continue
        try:
            read[name] = load_reviewed(folder / f"{name}.yaml", model, named=f"definitions/{name}.yaml")
        except TermsFaults as error:
            faults += error.faults
    known = {f"{name}.yaml" for name in FILES}
    faults += [
        Fault(f"definitions/{path.name}", 1, "-", f"not a definition file; the files are: {', '.join(sorted(known))}")
        for path in sorted(folder.glob("*"))
        if path.is_file() and path.name not in known and not path.name.startswith(".")
    ]
    if faults:
        raise TermsFaults(faults)
    mentions = [mention for name, model in read.items() for mention in _mentions(folder, name, model)]
    return Definitions.model_validate({**read, "mentions": mentions})


def _mentions(folder: Path, name: str, model: Reviewed) -> Iterator[Mention]:
    lines = file_lines(folder / f"{name}.yaml")
    for at, system in _systems(model):
        yield Mention(file=f"definitions/{name}.yaml", line=line_of(lines, at), key=".".join(map(str, at)), system=system)


def _systems(model: Reviewed) -> Iterator[tuple[tuple[str | int, ...], str]]:
    match model:
        case FrequentUtilizers():
            yield from _systems_of_lists(model)
        case DecisionPoints():
            for number, point in enumerate(model.points):
                yield ("points", number, "numerator", "system"), point.numerator.system
                follow: FollowUp | None = point.numerator.followed_by
                if follow is not None:
                    yield ("points", number, "numerator", "followed_by", "system"), follow.system
        case SteppingUp():
            yield ("connection", "system"), model.connection.system
            if model.assessment is not None:
                yield ("assessment", "system"), model.assessment.system
        case Timeline():
            yield from ((("records_begin", system), system) for system in model.records_begin)
            yield from ((("unit_costs", number, "system"), cost.system) for number, cost in enumerate(model.unit_costs))
        case _:
            return


def _systems_of_lists(model: FrequentUtilizers) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for number, definition in enumerate(model.definitions):
        for position, criterion in enumerate(definition.criteria):
            yield ("definitions", number, "criteria", position, "system"), criterion.system
    for number, use in enumerate(model.presets):
        for role, system in use.systems.items():
            yield ("presets", number, "systems", role), system
