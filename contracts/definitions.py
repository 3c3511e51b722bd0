"""What the county means by its words: the five files of ``definitions/``.

Belongs here: the shapes of frequent_utilizers.yaml, decision_points.yaml, stepping_up.yaml, race.yaml and timeline.yaml, and the checks
that need two of them. Does not belong here: the parts they share (definition_parts.py), any computation, any benchmark figure.

Sources of the shapes: NACo leaves "frequent utilizer" to each jurisdiction; Stepping Up's four measures with the option lists of Justice
Counts; OMB 1997 categories for race and ethnicity.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from contracts.definition_parts import (
    POPULATION,
    AgeRange,
    Criterion,
    EventFilter,
    FollowUp,
    PersonFilter,
    PointEvents,
    RaceTake,
    Repeat,
    Window,
)
from contracts.reviewed import Fault, Reviewed, TermsFaults, file_lines, line_of, load_reviewed
from contracts.vocabularies.jail import ReleaseType
from contracts.vocabularies.race import RaceMethod


class AtLeast(Reviewed):
    """``combine: {at_least: k}``: k of the criteria suffice."""

    at_least: int = Field(ge=1, description="How many criteria a person must meet.")


class FrequentUtilizerDefinition(Reviewed):
    """One way of saying who is seen often. A changed rule is a new version, so that lists of different months can be compared."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Short name, used in tables.")
    name: str = Field(min_length=1, description="What pages call it.")
    version: int = Field(ge=1, description="Raised whenever the rule changes.")
    source: str = Field(min_length=1, description="Where the rule comes from, in words a reader can follow up.")
    criteria: tuple[Criterion, ...] = Field(min_length=1, description="What is counted, and how much is much.")
    combine: Literal["all", "any"] | AtLeast = Field(default="all", description="How criteria join: all, any, or at_least k.")
    person: PersonFilter = Field(default_factory=PersonFilter, description="Who can be found at all.")
    list_size: int | None = Field(default=None, ge=1, description="Outreach capacity; people tied at the cut are all listed.")

    @property
    def needed(self) -> int:
        """How many criteria must be met."""
        if isinstance(self.combine, AtLeast):
            return self.combine.at_least
        return 1 if self.combine == "any" else len(self.criteria)

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.needed > len(self.criteria):
            raise ValueError(f"at_least [{self.needed}] of [{len(self.criteria)}] criteria can never be met; lower it or add criteria")
        names = [criterion.name for criterion in self.criteria]
        if len(set(names)) < len(names):
            raise ValueError("two criteria have the same name; give each its own")
        return self


class FrequentUtilizers(Reviewed):
    """frequent_utilizers.yaml."""

    definitions: tuple[FrequentUtilizerDefinition, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [definition.id for definition in self.definitions]
        if twice := sorted({id_ for id_ in ids if ids.count(id_) > 1}):
            raise ValueError(f"definition ids {twice} are used twice; every definition has its own id")
        return self


class Insufficient(Reviewed):
    """Below these a ratio is not given."""

    events: int = Field(default=5, ge=1, description="Fewest events of a group.")
    base: int = Field(default=50, ge=1, description="Smallest base of a group.")
    people: int = Field(default=20, ge=1, description="Fewest people of a group for an interval that allows for repeat people.")


class Per(Reviewed):
    """What rates are per."""

    population: int = Field(default=100_000, ge=1, description="Multiplier where the base is the population.")
    previous_point: int = Field(default=100, ge=1, description="Multiplier where the base is an earlier decision point.")


class DecisionPoint(Reviewed):
    """One point at which somebody decides, and what is counted there."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Short name, used in tables; `population` is taken.")
    name: str = Field(min_length=1)
    intercept: int = Field(ge=0, le=5, description="Sequential Intercept.")
    numerator: PointEvents = Field(description="What is counted; with an earlier point as base, a condition on that point's own events.")
    base: str = Field(description="`population`, or the id of the earlier decision point.")
    decided_by: str = Field(min_length=1, description="Who decides.")
    discretion: str = Field(min_length=1, description="How far the decider is free.")
    policy_ref: str = Field(min_length=1, description="Where the rule that binds the decider is written.")
    repeat: Repeat = Field(description="Whether a person counts once (people) or as often as it happens (events).")


class DecisionPoints(Reviewed):
    """decision_points.yaml."""

    period: Window = Field(description="How far back from the as-of moment events are counted.")
    residents_only: bool = Field(description="Whether only residents are counted, as the population base demands.")
    ages: AgeRange = Field(description="Age at event, and the ages of the population base.")
    per: Per = Field(default_factory=Per)
    insufficient: Insufficient = Field(default_factory=Insufficient)
    points: tuple[DecisionPoint, ...] = Field(min_length=1)

    def chain(self, point: DecisionPoint) -> tuple[DecisionPoint, ...]:
        """The points from the population down to ``point``, itself included."""
        by_id = {other.id: other for other in self.points}
        steps = [point]
        while steps[0].base != POPULATION:
            steps.insert(0, by_id[steps[0].base])
        return tuple(steps)

    def in_order(self) -> tuple[DecisionPoint, ...]:
        """Every point after its base, otherwise as the file lists them."""
        return tuple(sorted(self.points, key=lambda point: len(self.chain(point))))

    @model_validator(mode="after")
    def _bases_hold(self) -> Self:
        ids = [point.id for point in self.points]
        if POPULATION in ids:
            raise ValueError("no decision point may be called `population`; that word names the benchmark base")
        if twice := sorted({id_ for id_ in ids if ids.count(id_) > 1}):
            raise ValueError(f"decision point ids {twice} are used twice; every point has its own id")
        by_id = {point.id: point for point in self.points}
        for point in self.points:
            _refuse_base(point, by_id)
        return self


def _refuse_base(point: DecisionPoint, by_id: dict[str, DecisionPoint]) -> None:
    seen = [point.id]
    at = point
    while at.base != POPULATION:
        if at.base not in by_id:
            raise ValueError(f"point [{at.id}] has the base [{at.base}], which is neither `population` nor a point of this file")
        if at.base in seen:
            raise ValueError(f"bases go round in a circle: {' -> '.join([*seen, at.base])}; one of them must rest on `population`")
        if by_id[at.base].numerator.system != at.numerator.system:
            raise ValueError(
                f"point [{at.id}] counts [{at.numerator.system}] but its base [{at.base}] counts [{by_id[at.base].numerator.system}];"
                " a share needs the same records above and below: name the base's system and say followed_by for the other"
            )
        seen.append(at.base)
        at = by_id[at.base]


class BookingTypes(Reviewed):
    """Which kinds of booking count as a booking; one switch each (Justice Counts lists them as separate choices)."""

    new_charge: bool
    fta: bool
    hold: bool
    sentenced: bool
    technical_violation: bool
    unknown: bool = Field(description="Bookings whose kind the jail did not record.")

    @property
    def counted(self) -> tuple[str, ...]:
        """The kinds that count, as records spell them; `unknown` stands for no value."""
        return tuple(name for name, on in self.model_dump().items() if on)


class BookingRule(Reviewed):
    """What counts as a booking."""

    types: BookingTypes
    minimum_stay_hours: int = Field(default=0, ge=0, description="Stays that ended sooner are not counted; 0 counts every stay.")


class SmiEvidence(Reviewed):
    """What counts as evidence of serious mental illness at a booking. Unknown is shown, never folded into no."""

    screened_within_hours: int = Field(ge=1, description="A BJMHS later than this after booking says nothing about the booking.")
    diagnosis_window: Window = Field(
        description="smi_dx_proxy: a diagnosis in this window before the booking. A proxy: nothing is known of functioning."
    )


class Connection(Reviewed):
    """What counts as connected to treatment after release."""

    within_days: tuple[int, ...] = Field(min_length=1, description="Follow-up lengths in days.")
    system: str
    filter: EventFilter = Field(default_factory=EventFilter, description="Which contacts are a community service.")
    leaves_community: tuple[ReleaseType, ...] = Field(
        description="Release types after which no community service can follow: death, prison, another agency."
    )

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if min(self.within_days) < 1 or len(set(self.within_days)) < len(self.within_days):
            raise ValueError("follow-up days are whole numbers from 1, each said once")
        return self


class Recidivism(Reviewed):
    """Backward (York: admissions that follow an earlier one) and forward (release cohort); two questions, two names."""

    backward_days: int = Field(ge=1, description="How far before an admission an earlier admission counts.")
    forward_days: tuple[int, ...] = Field(min_length=1, description="Follow-up lengths after release.")


class SteppingUp(Reviewed):
    """stepping_up.yaml."""

    period: Window
    booking: BookingRule
    smi: SmiEvidence
    connection: Connection
    recidivism: Recidivism


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


class Timeline(Reviewed):
    """timeline.yaml: what is known about the records themselves."""

    records_begin: dict[str, date] = Field(description="System -> first day from which its records are complete.")
    first_appearance_hours: int = Field(ge=1, description="Hours after booking at which a stay passes from intercept 2 to 3.")
    transition_days: int = Field(ge=1, description="Longest gap between two contacts that is still one step from one to the other.")
    jail_count_taken: Literal["start_of_day", "end_of_day"] = Field(description="Which midnight of its date the jail's own count is.")


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
        return faults


FILES: dict[str, type[Reviewed]] = {
    "frequent_utilizers": FrequentUtilizers,
    "decision_points": DecisionPoints,
    "stepping_up": SteppingUp,
    "race": RaceRule,
    "timeline": Timeline,
}


def load_definitions(folder: Path) -> Definitions:
    """Read ``definitions/`` of a county folder.

    Raises:
        TermsFaults: with every fault of every file.
    """
    read: dict[str, Reviewed] = {}
    faults: list[Fault] = []
    for name, model in FILES.items():
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
            for number, definition in enumerate(model.definitions):
                for position, criterion in enumerate(definition.criteria):
                    yield ("definitions", number, "criteria", position, "system"), criterion.system
        case DecisionPoints():
            for number, point in enumerate(model.points):
                yield ("points", number, "numerator", "system"), point.numerator.system
                follow: FollowUp | None = point.numerator.followed_by
                if follow is not None:
                    yield ("points", number, "numerator", "followed_by", "system"), follow.system
        case SteppingUp():
            yield ("connection", "system"), model.connection.system
        case Timeline():
            for system in model.records_begin:
                yield ("records_begin", system), system
        case _:
            return
