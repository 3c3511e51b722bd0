"""How records of a type are counted: declared once, on the record type, for every measure.

Belongs here: what makes two rows one contact, how days are counted, and the switches of what counts at all. Does not belong here: any
measure, any SQL.

Rules learnt from real systems: a contact is a distinct booking, not a row of a location table; an open stay ends with the as-of moment and
is flagged; a stay that overlaps the window counts and its days are clipped to it; the same stay delivered by two systems is one stay; what
has no duration is counted in distinct days. The switches are the option lists of Justice Counts (jails), so that two counties can say
whether their bookings mean the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

JUSTICE_COUNTS: Final = "Justice Counts, jails: which admissions are counted"


@dataclass(frozen=True)
class Switch:
    """One kind of record that a county may count or not.

    A record is of this kind if ``field`` has one of ``words``, or if it lasted at least ``hours_from`` and less than ``hours_to`` hours
    (an open one lasts still and is of no such kind).

    Attributes:
        name: as county.yaml turns it.
        description: what is switched.
        counts: whether it counts where a county says nothing.
        field: canonical field that tells the kind.
        words: its words.
        hours_from: shortest duration, in hours.
        hours_to: duration from which the record is no longer of this kind, in hours.
        standard: where the distinction comes from.
    """

    name: str
    description: str
    counts: bool
    field: str | None = None
    words: tuple[str, ...] = ()
    hours_from: int | None = None
    hours_to: int | None = None
    standard: str = JUSTICE_COUNTS


@dataclass(frozen=True)
class CountingRules:
    """How records of one type become contacts.

    Attributes:
        one_contact: columns that make two rows one contact within a system.
        same_contact: columns that make two contacts of different systems the same one; empty: they never are.
        start: field with which a contact begins.
        end: field with which it ends, half-open; None for an instant.
        open_ends_at_as_of: whether what has no end yet ends with the as-of moment, flagged.
        overlapping_counts: whether a contact that began before the window counts if it reaches into it.
        clip_to_window: whether its days are clipped to the window.
        distinct_days: whether frequency is counted in distinct days, because the record has no duration.
        switches: kinds of record that may be left out.
    """

    start: str
    end: str | None = None
    one_contact: tuple[str, ...] = ("record_id",)
    same_contact: tuple[str, ...] = ()
    open_ends_at_as_of: bool = True
    overlapping_counts: bool = True
    clip_to_window: bool = True
    distinct_days: bool = False
    switches: tuple[Switch, ...] = ()

    def turned(self, said: Mapping[str, bool]) -> CountingRules:
        """These rules with a county's own positions of the switches.

        Raises:
            KeyError: for a switch that there is not; the message names those there are.
        """
        unknown = sorted(set(said) - {switch.name for switch in self.switches})
        if unknown:
            there = ", ".join(switch.name for switch in self.switches) or "none"
            raise KeyError(f"no counting switch {', '.join(unknown)}; there are: {there}")
        return replace(self, switches=tuple(replace(switch, counts=said.get(switch.name, switch.counts)) for switch in self.switches))

    @property
    def left_out(self) -> tuple[Switch, ...]:
        """Switches that are off: kinds of record that do not count."""
        return tuple(switch for switch in self.switches if not switch.counts)

    def parameters(self) -> dict[str, Any]:
        """What a question needs to leave out what does not count, as named parameters.

        ``not_counted_<field>`` VARCHAR[] for every field a switch speaks of, whether it is off or not; ``not_counted_hours_from`` and
        ``not_counted_hours_to`` INTEGER[]: durations, pairwise and half-open, of what does not count.
        """
        fields = dict.fromkeys(switch.field for switch in self.switches if switch.field)
        words = {
            f"not_counted_{field}": sorted(word for switch in self.left_out if switch.field == field for word in switch.words)
            for field in fields
        }
        timed = [switch for switch in self.left_out if switch.hours_to is not None]
        return {
            **words,
            "not_counted_hours_from": [switch.hours_from or 0 for switch in timed],
            "not_counted_hours_to": [switch.hours_to for switch in timed],
        }


def counts(row: Mapping[str, Any], rules: CountingRules) -> bool:
    """Whether a record counts: the specification that a measure's SQL is held against.

    Args:
        row: canonical fields by name; missing ones are unknown, and what is unknown leaves nothing out.
        rules: the record type's, with the county's switches.
    """
    return not any(_is_of(row, switch, rules) for switch in rules.left_out)


def _is_of(row: Mapping[str, Any], switch: Switch, rules: CountingRules) -> bool:
    if switch.field is not None:
        return row.get(switch.field) in switch.words
    start, end = row.get(rules.start), row.get(rules.end) if rules.end else None
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return False
    lasted = end - start
    return timedelta(hours=switch.hours_from or 0) <= lasted < timedelta(hours=switch.hours_to or 0)
