"""Consents on paper: what an officer enters at the office, and what somebody takes back there.

Belongs here: the register of paper forms and of revocations made at the office, how tonight's consents include them, and finding the
person a form names. Does not belong here: where a consent stands (consent_state.sql), asking at a terminal (pipelines/commands/consents).

A paper form is evidence like a delivered one and is judged by the same rules: a form that lacks what the law asks is defective. The
register is append-only; a form entered in error is taken back, never removed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from contracts.consents import DENYING, Form
from resources.sql import Connection, load_sql, replace_table, rows, scalar

PACKAGE: Final = "assets.consented"
_REGISTERED: Final = "select count(*) from information_schema.tables where table_catalog = 'registers' and table_name = 'paper_consent'"


class PaperRefused(ValueError):
    """A paper form or a revocation cannot be entered; the message says what to mend and repeats no identifier."""


@dataclass(frozen=True)
class Paper:
    """One signed form, as the officer reads it off the paper."""

    form: Form
    signed_at: datetime
    signed_by: str
    valid_from: date | None
    valid_to: date | None
    recipients: tuple[str, ...]
    element_classes: tuple[str, ...]
    purposes: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """One subject that fits what an officer asked for: by its own number in its own system, and its consents."""

    subject_id: str
    system: str
    source: str
    source_person_id: str | None


def write_known_consents(con: Connection, night: date) -> int:
    """Fill ``temp.consent_known`` with tonight's consents: delivered, on paper, and what was taken back at the office."""
    on_paper = bool(scalar(con, _REGISTERED))
    return replace_table(
        con, "temp.consent_known", load_sql(PACKAGE, "consent_on_paper" if on_paper else "consent_delivered"), {"night": night}
    )


def find_subjects(con: Connection, *, last_name: str, first_name: str, birth_date: date | None) -> tuple[Found, ...]:
    """Subjects of any system whose identity reads so, exactly but for case; by number, never by name, in the answer."""
    values = {"last": last_name.strip(), "first": first_name.strip(), "born": birth_date}
    return tuple(Found(*row) for row in rows(con, load_sql(PACKAGE, "paper_find"), values))


def record(con: Connection, who: Found, paper: Paper, *, recorded_on: date, recorded_by: str, reason: str) -> str:
    """Enter one paper form of a known subject.

    Returns:
        the consent's id; entering the same form of the same person twice gives the same id and one row.

    Raises:
        PaperRefused: if the form was not in use when it was signed, is signed in the future, or has no reason.
    """
    _refuse_empty(reason, recorded_by)
    if paper.signed_at.date() > recorded_on:
        raise PaperRefused(f"the form is signed on {paper.signed_at.date()}, which is after {recorded_on}; enter the date as written")
    end = paper.form.withdrawn_on
    if paper.signed_at.date() < paper.form.in_use_from or (end is not None and paper.signed_at.date() >= end):
        raise PaperRefused(f"form {paper.form.id} {paper.form.version} was not in use on {paper.signed_at.date()}; look at its foot again")
    denies = paper.form.kind in DENYING
    text = "|".join((who.subject_id, paper.form.id, paper.form.version, paper.signed_at.isoformat()))
    consent_id = hashlib.sha256(f"paper|{text}".encode()).hexdigest()[:32]
    if scalar(con, "select count(*) from registers.main.paper_consent where consent_id = $id", {"id": consent_id}):
        return consent_id
    con.execute(
        "insert into registers.main.paper_consent values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            consent_id, who.subject_id, who.system, who.source, paper.form.kind.value, paper.form.id, paper.form.version,
            paper.form.discloser[0] if paper.form.discloser else None, list(paper.recipients), list(paper.purposes),
            list(paper.element_classes), "deny" if denies else "permit", paper.valid_from, paper.valid_to, paper.signed_at,
            paper.signed_by, recorded_on, recorded_by, reason,
        ],
    ).fetchall()  # fmt: skip
    return consent_id


def revoke(con: Connection, consent_ids: Sequence[str], *, revoked_at: datetime, recorded_on: date, recorded_by: str, reason: str) -> int:
    """Enter that a person takes these consents back; it counts at once.

    Returns:
        consents taken back that were not before.

    Raises:
        PaperRefused: if a consent is not known, or there is no reason.
    """
    _refuse_empty(reason, recorded_by)
    known = {
        name for (name,) in rows(con, "select record_id from checked.consent union select consent_id from registers.main.paper_consent")
    }
    strange = [name for name in consent_ids if name not in known]
    if strange or not consent_ids:
        raise PaperRefused(f"{len(strange) or 'no'} of the consents named is known; list them with `throughcare consents find`")
    done = {name for (name,) in rows(con, "select consent_id from registers.main.paper_revocation")}
    new = sorted(set(consent_ids) - done)
    for name in new:
        con.execute(
            "insert into registers.main.paper_revocation values (?, ?, ?, ?, ?)", [name, revoked_at, recorded_on, recorded_by, reason]
        ).fetchall()
    return len(new)


def _refuse_empty(reason: str, recorded_by: str) -> None:
    if len(reason.strip()) < 8:
        raise PaperRefused("say in a few words why and from which paper; it is kept with the entry")
    if not recorded_by.strip():
        raise PaperRefused("say who enters it")
