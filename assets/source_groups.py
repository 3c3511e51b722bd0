"""Which sources share a table.

Belongs here: grouping a county's sources so that one step fills each checked table. Does not belong here: reading or checking anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.sources import Source

CARRIERS_OF_DENIES = frozenset({"consent", "legal_event"})
"""Record types that can take a permission away."""


@dataclass(frozen=True)
class SourceGroup:
    """Sources that deliver a record type in common, directly or through a third; in most counties each is alone."""

    sources: tuple[Source, ...]

    @property
    def name(self) -> str:
        """Names of the sources, joined."""
        return "_".join(source.name for source in self.sources)

    @property
    def record_types(self) -> tuple[str, ...]:
        """Record types the group delivers, sorted."""
        return tuple(sorted({record_type.name for source in self.sources for record_type in source.record_types}))

    @property
    def carries_denies(self) -> bool:
        """Whether a consent or a sealing can arrive with it."""
        return bool(CARRIERS_OF_DENIES & set(self.record_types))

    @property
    def references(self) -> tuple[str, ...]:
        """Record types of other groups that rows of this one name, sorted."""
        named = {reference for source in self.sources for feed in source.feeds.values() for reference in feed.references}
        return tuple(sorted(named - set(self.record_types)))


def delivered(sources: Mapping[str, Source]) -> frozenset[str]:
    """Record types that some source of the county delivers."""
    return frozenset(record_type.name for source in sources.values() for record_type in source.record_types)


def source_groups(sources: Mapping[str, Source]) -> tuple[SourceGroup, ...]:
    """The groups in an order in which referenced records come first; within a group by name."""
    groups: list[list[Source]] = []
    for name in sorted(sources):
        source = sources[name]
        types = {record_type.name for record_type in source.record_types}
        joined = [group for group in groups if any(types & {kind.name for kind in other.record_types} for other in group)]
        groups = [group for group in groups if group not in joined]
        groups.append(sorted([*(member for group in joined for member in group), source], key=lambda member: member.name))
    return _in_order([SourceGroup(tuple(group)) for group in sorted(groups, key=lambda group: group[0].name)])


def _in_order(groups: list[SourceGroup]) -> tuple[SourceGroup, ...]:
    placed: list[SourceGroup] = []
    waiting = list(groups)
    while waiting:
        missing = {record_type for group in waiting for record_type in group.record_types}
        ready = [group for group in waiting if not set(group.references) & missing]
        # Two groups that name each other's records stand in order of name; their references are resolved in the next night.
        chosen = ready[0] if ready else waiting[0]
        placed.append(chosen)
        waiting.remove(chosen)
    return tuple(placed)
