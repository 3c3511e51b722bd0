"""Who is seen often: frequent_utilizers.yaml, and published rules that a county can take over by name.

Belongs here: the shapes of a definition, of a preset and of its use. Does not belong here: any computation.
NACo leaves "frequent utilizer" to each jurisdiction, so there is no constant anywhere: a definition is text, with a version and a source.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from contracts.definition_parts import Criterion, PersonFilter
from contracts.reviewed import Reviewed, load_reviewed

PRESETS: Final = Path(__file__).parent / "presets" / "frequent_utilizers.yaml"


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


class PresetCriterion(Criterion):
    """A criterion whose ``system`` is a role, such as ``jail`` or ``shelter``; the county says which of its systems plays it."""


class Preset(Reviewed):
    """A published rule in words that any county can use."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = Field(min_length=1)
    version: int = Field(ge=1)
    place: str = Field(min_length=1, description="Where it is or was in use.")
    source: str = Field(min_length=1)
    marked: Literal["verified", "common_knowledge"] = Field(
        description="verified: read in a public source; common_knowledge: not re-read, check it before you rely on it."
    )
    caveat: str | None = Field(default=None, description="In what our rendering differs from the published rule.")
    criteria: tuple[PresetCriterion, ...] = Field(min_length=1)
    combine: Literal["all", "any"] | AtLeast = "all"
    person: PersonFilter = Field(default_factory=PersonFilter)
    list_size: int | None = Field(default=None, ge=1)

    @property
    def roles(self) -> frozenset[str]:
        """Roles that a county must name a system for."""
        return frozenset(criterion.system for criterion in self.criteria)


class Presets(Reviewed):
    """contracts/presets/frequent_utilizers.yaml."""

    presets: tuple[Preset, ...]


class PresetUse(Reviewed):
    """A published rule taken over by name: which of the county's systems plays which role, and how long its list is."""

    id: str = Field(description="Name of the preset.")
    systems: dict[str, str] = Field(description="Role -> system of this county.")
    list_size: int | None = Field(default=None, ge=1, description="Outreach capacity; default the preset's own.")


class FrequentUtilizers(Reviewed):
    """frequent_utilizers.yaml."""

    definitions: tuple[FrequentUtilizerDefinition, ...] = Field(default=(), description="The county's own rules.")
    presets: tuple[PresetUse, ...] = Field(default=(), description="Published rules, to compare with.")
    months: int = Field(default=6, ge=0, le=36, description="How many months back the lists are compared with each other; 0: not at all.")

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [definition.id for definition in self.definitions] + [use.id for use in self.presets]
        if not ids:
            raise ValueError("neither a definition nor a preset is named; name at least one")
        if twice := sorted({id_ for id_ in ids if ids.count(id_) > 1}):
            raise ValueError(f"definition ids {twice} are used twice; every definition has its own id")
        for use in self.presets:
            _refuse_use(use)
        return self

    def every(self) -> tuple[FrequentUtilizerDefinition, ...]:
        """The county's own definitions, then its presets with the county's systems in their roles."""
        return (*self.definitions, *(_taken_over(use) for use in self.presets))


@cache
def presets() -> Mapping[str, Preset]:
    """Every published rule that ships, by its id."""
    return {preset.id: preset for preset in load_reviewed(PRESETS, Presets).presets}


def _refuse_use(use: PresetUse) -> None:
    known = presets()
    if use.id not in known:
        raise ValueError(f"[{use.id}] is not a preset; there are: {', '.join(sorted(known))}")
    roles = known[use.id].roles
    if set(use.systems) != roles:
        raise ValueError(f"preset [{use.id}] needs a system for each of {sorted(roles)}; it is given {sorted(use.systems)}")


def _taken_over(use: PresetUse) -> FrequentUtilizerDefinition:
    preset = presets()[use.id]
    return FrequentUtilizerDefinition(
        id=preset.id,
        name=preset.name,
        version=preset.version,
        source=preset.source if preset.caveat is None else f"{preset.source}; {preset.caveat}",
        criteria=tuple(criterion.model_copy(update={"system": use.systems[criterion.system]}) for criterion in preset.criteria),
        combine=preset.combine,
        person=preset.person,
        list_size=use.list_size or preset.list_size,
    )
