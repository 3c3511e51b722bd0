"""The parts the county's definitions are made of: windows, filters, criteria, what a decision point counts.

Belongs here: shapes that more than one definition file uses, or that stand inside one. Does not belong here: the files themselves.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from contracts.records import RECORD_TYPES
from contracts.reviewed import Reviewed
from contracts.vocabularies.health import EncounterType
from contracts.vocabularies.jail import BookingType, ChargeLevel, ReleaseType
from contracts.vocabularies.response import CallDisposition, CallType, EncounterDisposition, PresentingIssue

POPULATION: Final = "population"

_EVENT_WORDS: Final = frozenset(word.value for words in (BookingType, EncounterType, CallType, PresentingIssue) for word in words)
_DISPOSITION_WORDS: Final = frozenset(word.value for words in (ReleaseType, CallDisposition, EncounterDisposition) for word in words)


@cache
def contact_words(side: Literal["event_type", "disposition"]) -> frozenset[str]:
    """Every word that ``event_type`` or ``disposition`` of a contact can be, of whatever record type."""
    columns = [(kind.vocabularies, getattr(kind.contact, side)) for kind in RECORD_TYPES.values() if kind.contact]
    declared = frozenset(word for vocabularies, column in columns if column for word in vocabularies.get(column, ()))
    return declared | (_EVENT_WORDS if side == "event_type" else _DISPOSITION_WORDS)


class Unit(StrEnum):
    """What is counted."""

    EVENT = "event"  # distinct contacts that start in the window
    DISTINCT_DAY = "distinct_day"  # calendar days on which a contact starts
    BED_DAY = "bed_day"  # days of stays, clipped to the window, overlapping stays once
    COST = "cost"  # what the contacts cost by the county's stated unit costs; days of stays clipped to the window


class Among(StrEnum):
    """Whose distribution a percentile is taken from."""

    USERS = "users"  # people with at least one such contact in the window
    LINKED_PEOPLE = "linked_people"  # everybody in the scope, zeros included


class Repeat(StrEnum):
    """How a person who comes again counts at a decision point."""

    PEOPLE = "people"  # once
    EVENTS = "events"  # every time; intervals allow for it


class Screen(StrEnum):
    """What the Brief Jail Mental Health Screen said in time."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    UNKNOWN = "unknown"


class RaceTake(StrEnum):
    """Which of several assertions counts."""

    LATEST = "latest"
    MODAL = "modal"


class Window(Reviewed):
    """A length of time back from the as-of moment: half-open, [as_of - length, as_of)."""

    days: int | None = None
    months: int | None = None
    years: int | None = None

    @model_validator(mode="after")
    def _one_positive_length(self) -> Self:
        said = {name: value for name, value in self.model_dump().items() if value is not None}
        if len(said) != 1:
            raise ValueError("say a window in exactly one of days, months or years")
        ((name, value),) = said.items()
        if value < 1:
            raise ValueError(f"a window of [{value}] {name} is empty; it must be at least 1")
        return self

    def start(self, as_of: datetime) -> datetime:
        """First moment inside the window that ends at ``as_of``; a month back from the 31st ends on the month's last day."""
        if self.days is not None:
            return as_of - timedelta(days=self.days)
        months = (self.months or 0) + 12 * (self.years or 0)
        month = as_of.year * 12 + (as_of.month - 1) - months
        year, month = divmod(month, 12)
        for day in range(as_of.day, 27, -1):
            try:
                return as_of.replace(year=year, month=month + 1, day=day)
            except ValueError:
                continue
        return as_of.replace(year=year, month=month + 1)


class AgeRange(Reviewed):
    """Ages in whole years, both ends included; no ``max`` has no end."""

    min: int = Field(ge=0)
    max: int | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.max is not None and self.max < self.min:
            raise ValueError(f"ages from [{self.min}] to [{self.max}] are nobody; raise max or lower min")
        return self


class EventFilter(Reviewed):
    """Which contacts of a system are meant. What is not said does not restrict; several values of one key are alternatives."""

    record_type: tuple[str, ...] | None = Field(default=None, min_length=1)
    event_type: tuple[str, ...] | None = Field(default=None, min_length=1)
    disposition: tuple[str, ...] | None = Field(default=None, min_length=1)
    region: tuple[str, ...] | None = Field(default=None, min_length=1)
    intercept: tuple[int, ...] | None = Field(default=None, min_length=1)
    is_behavioral_health: bool | None = None

    @field_validator("event_type")
    @classmethod
    def _event_words(cls, words: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return _known(words, contact_words("event_type"))

    @field_validator("disposition")
    @classmethod
    def _disposition_words(cls, words: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return _known(words, contact_words("disposition"))


def _known(words: tuple[str, ...] | None, vocabulary: frozenset[str]) -> tuple[str, ...] | None:
    # A word nobody uses would select nothing, and nothing looks like an answer.
    if unknown := sorted(set(words or ()) - vocabulary):
        raise ValueError(f"{unknown} are not in the vocabulary; there are: {', '.join(sorted(vocabulary))}")
    return words


class Criterion(Reviewed):
    """How much of what, in which window, is much: exactly one of ``min``, ``percentile`` and ``rank``."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Short name of what is counted.")
    system: str
    filter: EventFilter = Field(default_factory=EventFilter)
    unit: Unit
    window: Window
    min: float | None = Field(default=None, gt=0, description="At least this many.")
    percentile: float | None = Field(default=None, gt=0, lt=100, description="At or above this percentile (continuous).")
    rank: int | None = Field(default=None, ge=1, description="Among the first so many; ties at the cut are all included.")
    among: Among = Field(default=Among.USERS, description="Whose distribution a percentile is taken from.")

    @model_validator(mode="after")
    def _one_threshold(self) -> Self:
        said = [name for name in ("min", "percentile", "rank") if getattr(self, name) is not None]
        if len(said) != 1:
            raise ValueError(f"criterion [{self.name}] says {said or 'no threshold'}; say exactly one of min, percentile, rank")
        return self


class PersonFilter(Reviewed):
    """Who can be found at all. What is not said does not restrict; somebody whose answer is unknown does not pass."""

    smi: bool | None = Field(default=None, description="Evidence of serious mental illness before the as-of moment.")
    homeless: bool | None = Field(default=None, description="Recorded as homeless in any contact of the longest window of the definition.")
    resident: bool | None = None
    min_age: int | None = Field(default=None, ge=0, description="Age at the as-of moment.")


class FollowUp(Reviewed):
    """A later contact of the same person: [start or release, + within_days). Only mature records count."""

    system: str
    filter: EventFilter = Field(default_factory=EventFilter)
    within_days: int = Field(ge=1)


class StopFact(StrEnum):
    """What may be said of a police stop besides why it was made and how it ended."""

    SEARCHED = "searched"
    FOUND = "found"  # a hit: the search found something
    FORCE = "force"  # any force


class PointEvents(Reviewed):
    """What a decision point counts."""

    system: str
    filter: EventFilter = Field(default_factory=EventFilter)
    screen: tuple[Screen, ...] | None = Field(default=None, min_length=1, description="Jail only: result of the mental-health screen.")
    charge_level: tuple[ChargeLevel, ...] | None = Field(default=None, min_length=1, description="Jail only: gravest charge.")
    release_type: tuple[ReleaseType, ...] | None = Field(default=None, min_length=1, description="Jail only: how the stay ended.")
    held_at_least_hours: int | None = Field(default=None, ge=1, description="Jail only: still held after so many hours.")
    released: bool = Field(default=False, description="Jail only: the stay has ended.")
    stop: tuple[StopFact, ...] | None = Field(default=None, min_length=1, description="Police stops only: searched, found, force.")
    followed_by: FollowUp | None = Field(default=None, description="A later contact; after release where `released` is said here or above.")
