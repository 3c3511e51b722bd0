"""Who was whom on one day, as known on another: the register read along both of its times.

Belongs here: questions to ``registers.main.{person, membership}`` about any day. Does not belong here: writing the register, what a
person's records hold, or how an answer is shown.

The register's one pair of dates carries both times. A subject's rows that follow each other without a gap are one stay; a merge or split
within it says who the subject was all along, a gap says that it was away. ``on`` picks the stay, ``as_known_on`` what was known of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from resources.sql import Connection, load_sql, rows

PACKAGE = "assets.linked"


@dataclass(frozen=True)
class Standing:
    """A subject's stay with one person in one domain: valid from a day until another (null: not ended, as far as was known)."""

    domain: str
    subject_id: str
    person_key: str
    valid_from: date
    valid_to: date | None


def person_of(con: Connection, subject_id: str, *, on: date, as_known_on: date) -> list[Standing]:
    """Which person a subject was on ``on``, by what was known on ``as_known_on``; one row a domain, none where it was nobody's.

    A day after ``as_known_on`` is answered as if nothing changed in between.

    Args:
        con: the warehouse, or any connection with ``registers`` attached.
        subject_id: the subject.
        on: the day asked about.
        as_known_on: the night whose knowledge answers.
    """
    found = _standings(con, subject=subject_id, person_key=None, on=on, as_known_on=as_known_on)
    return [standing for standing in found if standing.subject_id == subject_id]


def members_on(con: Connection, person_key: str, *, on: date, as_known_on: date) -> list[Standing]:
    """Who was ``person_key`` on ``on``, by what was known on ``as_known_on``.

    A key that had already gone into another by then is answered for that other one (:func:`successor`); an unknown key has no members.
    """
    key = successor(con, person_key, as_known_on=as_known_on)
    found = _standings(con, subject=None, person_key=key, on=on, as_known_on=as_known_on)
    return [standing for standing in found if standing.person_key == key]


def successor(con: Connection, person_key: str, *, as_known_on: date) -> str:
    """The key under which a person goes on, following every redirect known by ``as_known_on``; its own where it did not end.

    A person whose last subject left has no successor and keeps its own key.
    """
    redirects = dict(
        rows(
            con,
            "select person_key, redirect_to from registers.main.person where redirect_to is not null and retired_on <= $as_known_on",
            {"as_known_on": as_known_on},
        )
    )
    # Keys are never reused and a redirect points to a person that outlived its source, so this ends.
    while person_key in redirects:
        person_key = redirects[person_key]
    return person_key


def _standings(con: Connection, *, subject: str | None, person_key: str | None, on: date, as_known_on: date) -> list[Standing]:
    parameters = {"subject": subject, "person_key": person_key, "on": on, "as_known_on": as_known_on}
    return [Standing(*row) for row in rows(con, load_sql(PACKAGE, "membership_on"), parameters)]
