"""An incident: what a wrong merge showed of one person to another's caseworker, opened, counted and accounted for.

Belongs here: the incident's id, its file for those who must tell the people, its entry in the ledger. Does not belong here: finding the
disclosures (disclosures.py), and telling anybody.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assets.published.disclosures import Affected, by_version
from resources.home import Home, write_atomically
from resources.ledger import EntryKind, Ledger

COLUMNS = (
    "recipient", "product", "table", "record_type", "columns", "first_version", "last_version", "first_night", "last_night",
    "under_subject", "about_subject", "person_key",
)  # fmt: skip


@dataclass(frozen=True)
class Incident:
    """One opened incident; ``file`` lists the disclosures by the integrator's ids and must be read by nobody else."""

    name: str
    file: Path
    disclosures: int
    people: int


def incident_name(affected: Sequence[Affected], night: date) -> str:
    """The name of the incident: the same disclosures of the same night always have the same one."""
    text = "\n".join("|".join(str(getattr(item, column)) for column in COLUMNS) for item in affected)
    return f"INC-{night.isoformat()}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def open_incident(
    affected: Sequence[Affected], *, night: date, home: Home, ledger: Ledger, opened_by: str, reason: str, recorded_on: date
) -> Incident:
    """Write the incident's file and enter it in the ledger, once.

    Args:
        affected: disclosures that showed one person's records under another's number.
        night: the night on which the register parted the people.
        home: where the file goes, mode 0600.
        ledger: which recipients, products and versions are concerned, and how many people; no person.
        opened_by: who opens it.
        reason: why, in a sentence.
        recorded_on: the night it is entered under.
    """
    name = incident_name(affected, night)
    file = home.incidents / f"{name}.csv"
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in affected:
        writer.writerow([" ".join(value) if isinstance(value, tuple) else value for value in (getattr(item, name) for name in COLUMNS)])
    write_atomically(file, text.getvalue().encode(), mode=0o600)
    file.parent.chmod(0o700)
    people = len({item.about_subject for item in affected})
    if not ledger.has(EntryKind.INCIDENT, incident=name):
        ledger.append(
            EntryKind.INCIDENT,
            night=recorded_on,
            incident=name,
            parted_on=night.isoformat(),
            opened_by=opened_by,
            reason=reason,
            disclosures=len(affected),
            people_shown=people,
            versions=[_as_text(line) for line in by_version(affected)],
        )
    return Incident(name, file, len(affected), people)


def _as_text(line: Mapping[str, object]) -> dict[str, object]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in line.items()}
