"""The person register: which group of subjects is which person, night after night.

Belongs here: survivorship, minting keys, events, and writing ``registers.main.{person, membership, person_event}``. Does not belong
here: how groups come about. A key is never reused; a person that disappears keeps its row and says where it went.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import polars as pl

from resources.keyring import Keyring
from resources.sql import Connection, rows, scalar


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


class KeysDoNotFit(RuntimeError):
    """The mint secret is not the one under which the register's keys were made."""


class NotTheNewestNight(RuntimeError):
    """Registers may be changed by the newest night only."""


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


def check_newest(con: Connection, night: date) -> None:
    """Refuse to change registers that a later night has already changed.

    Raises:
        NotTheNewestNight: naming both nights.
    """
    newest = scalar(
        con,
        "select greatest((select max(created_on) from registers.main.person), (select max(retired_on) from registers.main.person),"
        " (select max(known_from) from registers.main.membership), (select max(known_to) from registers.main.membership))",
    )
    if newest is not None and newest > night:
        raise NotTheNewestNight(
            f"the registers already know the night {newest}; night {night} can only be replayed in a scratch home, which publishes nothing"
        )


def live_domains(con: Connection) -> list[str]:
    """Domains in which somebody is a member."""
    return [
        domain for (domain,) in rows(con, "select distinct domain from registers.main.membership where known_to is null order by domain")
    ]


def undo(con: Connection, night: date) -> None:
    """Take back what ``night`` wrote into the registers, so that a rerun gives the same keys."""
    values = {"night": night}
    con.execute("delete from registers.main.person_event where night = $night", values).fetchall()
    con.execute("delete from registers.main.membership where known_from = $night", values).fetchall()
    con.execute("update registers.main.membership set known_to = null where known_to = $night", values).fetchall()
    con.execute("delete from registers.main.person where created_on = $night", values).fetchall()
    con.execute("update registers.main.person set retired_on = null, redirect_to = null where retired_on = $night", values).fetchall()


@dataclass
class Mint:
    """Hands out the next keys of one domain in register order."""

    keyring: Keyring
    domain: str
    sequence: int

    @classmethod
    def of(cls, con: Connection, keyring: Keyring, domain: str) -> Mint:
        """The mint of ``domain``, standing behind its newest person.

        Raises:
            KeysDoNotFit: if the newest person's key was not made with this mint secret.
        """
        newest = rows(
            con,
            "select sequence, person_key from registers.main.person where domain = $domain order by sequence desc limit 1",
            {"domain": domain},
        )
        for sequence, person_key in newest:
            if keyring.person_key(domain, sequence) != person_key:
                raise KeysDoNotFit(
                    "keys/mint.key is not the secret under which the register's person keys were made;"
                    " restore the key backup that belongs to registers.duckdb"
                )
        return cls(keyring, domain, newest[0][0] if newest else 0)

    def __call__(self) -> str:
        """The next key."""
        self.sequence += 1
        return self.keyring.person_key(self.domain, self.sequence)


def record(con: Connection, *, domain: str, night: date, groups: Sequence[tuple[str, ...]], keyring: Keyring, scope: str) -> Assignment:
    """Bring the register of one domain up to date for the subjects in ``scope``.

    Args:
        con: the warehouse with ``registers`` attached.
        domain: link domain.
        night: the newest night.
        groups: tonight's persons among the subjects in scope.
        keyring: holder of the mint secret.
        scope: a temporary table with ``subject_id``, closed under previous persons: with one member, every member.

    Raises:
        KeysDoNotFit: see :class:`Mint`.
    """
    known = rows(
        con,
        f"select membership.subject_id, membership.person_key, person.sequence from registers.main.membership as membership"
        f" join registers.main.person as person using (domain, person_key)"
        f" where membership.domain = $domain and membership.known_to is null and membership.subject_id in (select subject_id from {scope})",
        {"domain": domain},
    )
    previous = {subject: key for subject, key, _ in known}
    mint = Mint.of(con, keyring, domain)
    first = mint.sequence
    assignment = assign(groups, previous, {key: sequence for _, key, sequence in known}, mint)
    _write_persons(con, domain=domain, night=night, keyring=keyring, sequences=range(first + 1, mint.sequence + 1), ended=assignment.ended)
    now = {subject: key for group, key in zip(groups, assignment.keys, strict=True) for subject in group}
    _write_memberships(con, domain=domain, night=night, previous=previous, now=now)
    _append(
        con,
        "person_event",
        {
            "night": [night] * len(assignment.events),
            "domain": [domain] * len(assignment.events),
            "event": [event.event.value for event in assignment.events],
            "person_key": [event.person_key for event in assignment.events],
            "other_key": [event.other_key for event in assignment.events],
            "subjects": [event.subjects for event in assignment.events],
        },
    )
    return assignment


def _write_persons(
    con: Connection, *, domain: str, night: date, keyring: Keyring, sequences: range, ended: Mapping[str, str | None]
) -> None:
    _append(
        con,
        "person",
        {
            "domain": [domain] * len(sequences),
            "sequence": list(sequences),
            "person_key": [keyring.person_key(domain, sequence) for sequence in sequences],
            "created_on": [night] * len(sequences),
        },
    )
    if ended:
        _stage(con, {"person_key": list(ended), "redirect_to": list(ended.values())})
        con.execute(
            "update registers.main.person as person set retired_on = $night, redirect_to = staged.redirect_to"
            " from linked_register_rows as staged where person.domain = $domain and person.person_key = staged.person_key",
            {"night": night, "domain": domain},
        ).fetchall()
        _unstage(con)


def _write_memberships(con: Connection, *, domain: str, night: date, previous: Mapping[str, str], now: Mapping[str, str]) -> None:
    closed = sorted(subject for subject, key in previous.items() if now.get(subject) != key)
    opened = sorted(subject for subject, key in now.items() if previous.get(subject) != key)
    if closed:
        _stage(con, {"subject_id": closed})
        con.execute(
            "update registers.main.membership as membership set known_to = $night from linked_register_rows as staged"
            " where membership.domain = $domain and membership.known_to is null and membership.subject_id = staged.subject_id",
            {"night": night, "domain": domain},
        ).fetchall()
        _unstage(con)
    _append(
        con,
        "membership",
        {
            "domain": [domain] * len(opened),
            "subject_id": opened,
            "person_key": [now[subject] for subject in opened],
            "known_from": [night] * len(opened),
        },
    )


def _stage(con: Connection, columns: Mapping[str, Sequence[object]]) -> None:
    strings = {name: pl.Series(name, values, dtype=_TYPES[name]) for name, values in columns.items()}
    con.register("linked_register_rows", pl.DataFrame(strings))


def _unstage(con: Connection) -> None:
    con.unregister("linked_register_rows")


def _append(con: Connection, table: str, columns: Mapping[str, Sequence[object]]) -> None:
    _stage(con, columns)
    con.execute(f"insert into registers.main.{table} by name select * from linked_register_rows").fetchall()
    _unstage(con)


_TYPES: Mapping[str, type[pl.DataType]] = {
    "night": pl.Date,
    "domain": pl.String,
    "event": pl.String,
    "person_key": pl.String,
    "other_key": pl.String,
    "redirect_to": pl.String,
    "subject_id": pl.String,
    "subjects": pl.Int64,
    "sequence": pl.Int64,
    "created_on": pl.Date,
    "known_from": pl.Date,
}
