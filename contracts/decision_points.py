"""Where somebody decides: decision_points.yaml.

Belongs here: points counted from rows, points counted from delivered totals, and what their bases must be. Does not belong here: rates.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Self

from pydantic import Field, model_validator

from contracts.definition_parts import POPULATION, AgeRange, PointEvents, Repeat, Window
from contracts.reviewed import Reviewed

DELIVERED: Final = "delivered:"


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


class AggregateField(StrEnum):
    """Where somebody decides about people whom this county knows only as delivered totals."""

    JUVENILE_JUSTICE = "juvenile_justice"
    CHILD_WELFARE = "child_welfare"
    EDUCATION = "education"
    ADULT_JUSTICE = "adult_justice"
    STOPS = "stops"


class AggregatePoint(Reviewed):
    """One decision point of another field, counted by whoever delivers the totals; never linked, never about a person."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Short name, used in tables; `population` is taken.")
    name: str = Field(min_length=1)
    field: AggregateField
    decision_point: str = Field(min_length=1, description="As the delivered totals name it.")
    base: str = Field(
        description="`population`, the id of an earlier aggregate point of the same field, or `delivered:` and a point of the totals"
        " that is a base and no decision, such as `delivered:enrolled`."
    )
    ages: AgeRange | None = Field(default=None, description="Ages of the population base; default those of the file.")
    per: int | None = Field(default=None, ge=1, description="Rates are per so many; default as for other points.")
    decided_by: str = Field(min_length=1)
    discretion: str = Field(min_length=1)
    policy_ref: str = Field(min_length=1)

    @property
    def delivered_base(self) -> str | None:
        """Point of the delivered totals that is the base, if the base is one that nobody decides about."""
        return self.base.removeprefix(DELIVERED) if self.base.startswith(DELIVERED) else None


class DecisionPoints(Reviewed):
    """decision_points.yaml."""

    period: Window = Field(description="How far back from the as-of moment events are counted.")
    residents_only: bool = Field(description="Whether only residents are counted, as the population base demands.")
    ages: AgeRange = Field(description="Age at event, and the ages of the population base.")
    per: Per = Field(default_factory=Per)
    insufficient: Insufficient = Field(default_factory=Insufficient)
    points: tuple[DecisionPoint, ...] = Field(min_length=1)
    aggregate_points: tuple[AggregatePoint, ...] = Field(default=(), description="Points counted from delivered totals.")
    draws: int = Field(default=1_000, ge=0, description="How often people are resampled for the limits of a ratio; 0: not at all.")

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
    def _aggregate_bases_hold(self) -> Self:
        seen: dict[str, AggregatePoint] = {}
        for point in self.aggregate_points:
            if point.id in seen or point.id in {other.id for other in self.points} or point.id == POPULATION:
                raise ValueError(f"the id [{point.id}] is taken; every decision point has its own")
            above = seen.get(point.base)
            if point.base == POPULATION or point.delivered_base is not None:
                seen[point.id] = point
                continue
            if above is None or above.field is not point.field:
                raise ValueError(
                    f"aggregate point [{point.id}] has the base [{point.base}], which is neither `population` nor an earlier aggregate"
                    f" point of [{point.field}]"
                )
            seen[point.id] = point
        return self

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
