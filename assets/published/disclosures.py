"""What was shown of one person, and what a wrong merge showed of another: questions put to the account of disclosures.

Belongs here: reading ``registers.main.disclosure``. Does not belong here: filling it (disclosed.py), letters (letters.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from assets.consented.facts import PERMITS_ACROSS
from contracts.accounting import Letter
from contracts.accounts import Accounted, accounted
from contracts.law import Law
from resources.sql import Connection, load_sql, rows

PACKAGE: Final = "assets.published"


@dataclass(frozen=True)
class Disclosure:
    """One interval of versions in which a recipient could see one kind of a person's records in one table."""

    recipient: str
    product: str
    table: str
    record_type: str
    columns: tuple[str, ...]
    clause_ids: tuple[str, ...]
    consent_ids: tuple[str, ...]
    bases: tuple[str, ...]
    labels: tuple[str, ...]
    purposes: tuple[str, ...]
    first_version: str
    last_version: str
    first_night: date
    last_night: date
    subjects: int

    def accounted(self, law: Law, letter: Letter = Letter.ACCOUNTING) -> Accounted:
        """How the county's law asks it to be accounted for, and by which rules."""
        return accounted(law, letter, bases=self.bases, labels=self.labels, purposes=self.purposes)


@dataclass(frozen=True)
class Affected:
    """One interval of versions that showed records of ``about_subject`` under the number of another person, ``under_subject``."""

    recipient: str
    product: str
    table: str
    record_type: str
    columns: tuple[str, ...]
    first_version: str
    last_version: str
    first_night: date
    last_night: date
    under_subject: str
    about_subject: str
    person_key: str


def subjects_of(con: Connection, subject_id: str) -> tuple[str, ...]:
    """The subject and whoever is tied to its person as surely as a consent would have to be."""
    found = rows(con, load_sql(PACKAGE, "own_subjects"), {"subject_id": subject_id, "permits_across": PERMITS_ACROSS})
    return tuple(str(name) for (name,) in found)


def disclosures_about(con: Connection, subjects: Sequence[str], *, since: date, until: date) -> tuple[Disclosure, ...]:
    """Every disclosure by row of these subjects' records that any version between the two nights made, in order of the first night.

    Args:
        con: the warehouse with ``registers`` attached.
        subjects: subject ids of one person.
        since: first night looked at.
        until: last night looked at.
    """
    found = rows(con, load_sql(PACKAGE, "disclosures_about"), {"subjects": list(subjects), "since": since, "until": until})
    return tuple(Disclosure(*_values(row)) for row in found)


def affected_by(con: Connection, *, night: date, person_key: str | None = None) -> tuple[Affected, ...]:
    """Disclosures that showed one person's records under another's number, found out when a person was split on ``night``.

    Args:
        con: the warehouse with ``registers`` attached.
        night: the night on which the register parted the two.
        person_key: only this person that was split; None for every split of the night.
    """
    found = rows(con, load_sql(PACKAGE, "affected"), {"night": night, "person_key": person_key or ""})
    return tuple(Affected(*_values(row)) for row in found)


def _values(row: tuple[Any, ...]) -> list[Any]:
    return [tuple(value) if isinstance(value, list) else value for value in row]


def by_version(affected: Iterable[Affected]) -> list[dict[str, object]]:
    """The same without any person: recipient, product, table, kind of record, columns, versions, and how many rows' worth of people."""
    groups: dict[tuple[object, ...], list[Affected]] = {}
    for item in affected:
        key = (item.recipient, item.product, item.table, item.record_type, item.first_version, item.last_version)
        groups.setdefault(key, []).append(item)
    return [
        {
            "recipient": key[0],
            "product": key[1],
            "table": key[2],
            "record_type": key[3],
            "columns": sorted({column for item in items for column in item.columns}),
            "first_version": key[4],
            "last_version": key[5],
            "first_night": min(item.first_night for item in items),
            "last_night": max(item.last_night for item in items),
            "people_shown": len({item.about_subject for item in items}),
            "shown_under": len({item.under_subject for item in items}),
        }
        for key, items in sorted(groups.items(), key=lambda pair: tuple(str(part) for part in pair[0]))
    ]
