"""Which group of subjects goes on as which person: largest overlap, then the oldest.

Belongs here: pure survivorship and the account of it. Does not belong here: how groups come about, minting, writing (register.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class PersonEvent(StrEnum):
    """What happened to a person in a night."""

    CREATE = "create"  # a new person
    EXTEND = "extend"  # subjects joined that were nobody's
    MERGE = "merge"  # other_key ended; its subjects went to person_key
    SPLIT = "split"  # subjects left other_key, which goes on, for person_key
    RETIRE = "retire"  # the last subject left; nobody takes its place


@dataclass(frozen=True, order=True)
class Event:
    """One row of the account: how many subjects, never which."""

    event: PersonEvent
    person_key: str
    other_key: str | None
    subjects: int


@dataclass(frozen=True)
class Assignment:
    """Key of each group, in the order given; keys that ended and where they went; the night's events."""

    keys: list[str]
    ended: dict[str, str | None]
    events: list[Event]


def assign(groups: Sequence[tuple[str, ...]], previous: Mapping[str, str], age: Mapping[str, int], mint: Callable[[], str]) -> Assignment:
    """Give every group its person key: largest overlap with a previous person, then the oldest person.

    Args:
        groups: disjoint groups of subjects.
        previous: person key of every subject that had one, for all members of every person that any group touches; subjects that are in
            no group any more count as gone.
        age: register sequence of each key in ``previous``; lower is older.
        mint: makes the next key; called in the order of the groups' smallest subjects.
    """
    overlap: Counter[tuple[str, int]] = Counter()
    for index, group in enumerate(groups):
        for subject in group:
            if subject in previous:
                overlap[previous[subject], index] += 1
    key_of: dict[int, str] = {}
    heir: dict[str, int] = {}
    for (key, index), _ in sorted(overlap.items(), key=lambda item: (-item[1], age[item[0][0]], min(groups[item[0][1]]))):
        if key not in heir and index not in key_of:
            key_of[index], heir[key] = key, index
    minted = set()
    for index in sorted((index for index in range(len(groups)) if index not in key_of), key=lambda index: min(groups[index])):
        key_of[index] = mint()
        minted.add(key_of[index])
    ended = _ended(previous, age, overlap, heir, key_of)
    events = _events(groups, previous, overlap, key_of=key_of, minted=minted, ended=ended)
    return Assignment(keys=[key_of[index] for index in range(len(groups))], ended=ended, events=sorted(events, key=_event_order))


def _ended(
    previous: Mapping[str, str],
    age: Mapping[str, int],
    overlap: Mapping[tuple[str, int], int],
    heir: Mapping[str, int],
    key_of: Mapping[int, str],
) -> dict[str, str | None]:
    ended: dict[str, str | None] = {}
    takers: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for (key, index), subjects in overlap.items():
        takers[key].append((subjects, index))
    for key in sorted(set(previous.values()) - set(heir), key=lambda key: age[key]):
        ranked = sorted(takers.get(key, []), key=lambda taker: (-taker[0], age.get(key_of[taker[1]], len(age)), key_of[taker[1]]))
        ended[key] = key_of[ranked[0][1]] if ranked else None
    return ended


def _events(
    groups: Sequence[tuple[str, ...]],
    previous: Mapping[str, str],
    overlap: Mapping[tuple[str, int], int],
    *,
    key_of: Mapping[int, str],
    minted: set[str],
    ended: Mapping[str, str | None],
) -> list[Event]:
    events = [Event(PersonEvent.RETIRE, key, None, 0) for key, successor in ended.items() if successor is None]
    origins: Counter[int] = Counter(index for _, index in overlap)
    for (other, index), subjects in overlap.items():
        key = key_of[index]
        if key != other:
            kind = PersonEvent.MERGE if ended.get(other) == key else PersonEvent.SPLIT
            events.append(Event(kind, key, other, subjects))
    for index, group in enumerate(groups):
        new = sum(subject not in previous for subject in group)
        if key_of[index] in minted and not origins[index]:
            events.append(Event(PersonEvent.CREATE, key_of[index], None, len(group)))
        elif new:
            events.append(Event(PersonEvent.EXTEND, key_of[index], None, new))
    return events


def _event_order(event: Event) -> tuple[str, str, str]:
    return event.event.value, event.person_key, event.other_key or ""
