"""A person's history: what happened to it, who belonged to it when, as known when, and what reviewers judged of its records.

Belongs here: reading the register for one person. Does not belong here: writing it (register.py) or questions about one day
(membership_on.py), which this asks.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise

from assets.linked.decisions import case_of
from assets.linked.membership_on import members_on, person_of, successor
from assets.linked.references import Reference, UnknownReference
from resources.sql import Connection, rows


@dataclass(frozen=True)
class Happened:
    """One event of the register: ``other_key`` went into the person (merge) or is where its records came from (split)."""

    night: date
    event: str
    person_key: str
    other_key: str | None
    subjects: int


@dataclass(frozen=True)
class Member:
    """One record's stay with the person. ``seen_from``: the first day its system speaks of; known from and to: nights of the register."""

    record: str
    system: str
    seen_from: date | None
    known_from: date
    known_to: date | None


@dataclass(frozen=True)
class Judged:
    """A judgement about two records of which one at least belonged to the person."""

    on: date
    case: str
    verdict: str
    by: str


@dataclass(frozen=True)
class History:
    """What the register tells of one person. ``on`` is null where every stay is listed."""

    person_key: str
    standing: str
    redirects: tuple[str, ...]
    on: date | None
    known: date
    events: tuple[Happened, ...]
    members: tuple[Member, ...]
    judged: tuple[Judged, ...]

    def to_dict(self) -> dict[str, object]:
        """Plain values for ``--json``: keys and ids, no name."""
        return asdict(self)


def key_of(con: Connection, meant: Reference, *, known: date) -> str:
    """The person key that a reference means, as known on ``known``.

    Raises:
        UnknownReference: if the record was nobody's then: its role is no subject's, or it came later.
    """
    if meant.person_key is not None:
        return meant.person_key
    for subject in meant.subjects:
        for standing in person_of(con, subject, on=known, as_known_on=known):
            return standing.person_key
    raise UnknownReference("the record was nobody's then: it came later, its role is no subject's, or it was sealed")


def tell(con: Connection, person_key: str, *, on: date | None, known: date) -> History:
    """The history of one person, by what was known on ``known``.

    Args:
        con: the warehouse with ``registers`` attached.
        person_key: the key, ended or not; redirects are followed.
        on: list who the person was on this day; None lists every stay.
        known: night whose knowledge answers.
    """
    chain = [person_key]
    now = successor(con, person_key, as_known_on=known)
    if now != person_key:
        chain = _chain(con, person_key, now, known)
    members = _on_day(con, now, on, known) if on is not None else _ever(con, chain, known)
    return History(
        person_key=now,
        standing=_standing(con, now, known),
        redirects=tuple(f"{one} ended and went into {other}" for one, other in pairwise(chain)),
        on=on,
        known=known,
        events=_events(con, chain, known),
        members=members,
        judged=_judged(con, [member.record for member in members], known),
    )


def _chain(con: Connection, start: str, end: str, known: date) -> list[str]:
    chain = [start]
    while chain[-1] != end:
        found = rows(
            con,
            "select redirect_to from registers.main.person where person_key = $key and retired_on <= $known",
            {"key": chain[-1], "known": known},
        )
        chain.append(found[0][0])
    return chain


def _standing(con: Connection, key: str, known: date) -> str:
    found = rows(
        con,
        "select created_on, case when retired_on <= $known then retired_on end from registers.main.person where person_key = $key",
        {"key": key, "known": known},
    )
    if not found or found[0][0] > known:
        return f"not known yet on {known}"
    created, retired = found[0]
    return f"since {created}" if retired is None else f"from {created} to {retired}: its last record left"


def _events(con: Connection, chain: list[str], known: date) -> tuple[Happened, ...]:
    found = rows(
        con,
        "select night, event, person_key, other_key, subjects from registers.main.person_event"
        " where (list_contains($chain, person_key) or list_contains($chain, other_key)) and night <= $known"
        " order by night, event, person_key, other_key",
        {"chain": chain, "known": known},
    )
    return tuple(Happened(*line) for line in found)


def _on_day(con: Connection, key: str, on: date, known: date) -> tuple[Member, ...]:
    facts = _facts(con, [standing.subject_id for standing in members_on(con, key, on=on, as_known_on=known)])
    return tuple(
        Member(standing.subject_id, *facts.get(standing.subject_id, ("gone", None)), standing.valid_from, standing.valid_to)
        for standing in members_on(con, key, on=on, as_known_on=known)
    )


def _ever(con: Connection, chain: list[str], known: date) -> tuple[Member, ...]:
    found = rows(
        con,
        "select subject_id, known_from, case when known_to <= $known then known_to end from registers.main.membership"
        " where list_contains($chain, person_key) and known_from <= $known order by known_from, subject_id",
        {"chain": chain, "known": known},
    )
    facts = _facts(con, [subject for subject, _, _ in found])
    return tuple(Member(subject, *facts.get(subject, ("gone", None)), start, end) for subject, start, end in found)


def _facts(con: Connection, subjects: list[str]) -> dict[str, tuple[str, date | None]]:
    found = rows(
        con,
        "select subject_id, system, first_seen_on from checked.subject where list_contains($subjects, subject_id)",
        {"subjects": subjects},
    )
    return {subject: (system, seen) for subject, system, seen in found}


def _judged(con: Connection, subjects: list[str], known: date) -> tuple[Judged, ...]:
    found = rows(
        con,
        "select decided_on, least(subject_a, subject_b), greatest(subject_a, subject_b), decision, decided_by"
        " from registers.main.review_decision where decided_on <= $known"
        " and (list_contains($subjects, subject_a) or list_contains($subjects, subject_b))"
        " order by coalesce(decided_at, decided_on::timestamp), number",
        {"subjects": subjects, "known": known},
    )
    return tuple(Judged(on, case_of((a, b)), verdict, by) for on, a, b, verdict, by in found)
