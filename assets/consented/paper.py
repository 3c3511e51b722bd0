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
from typing import Any, Final

from contracts.consents import DENYING, Form
from resources.ledger_lines import says_why
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
    discloser: str | None = None
    """As written; the first that the form prints where nothing else is."""
    data_from: date | None = None
    data_to: date | None = None
    not_revocable_before: date | None = None
    expiry_event: str | None = None
    expiry_event_open: bool | None = None
    excluded_recipients: tuple[str, ...] = ()
    excluded_classes: tuple[str, ...] = ()
    excluded_purposes: tuple[str, ...] = ()


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
        PaperRefused: if the form was not in use when it was signed, is signed in the future, has no reason, or is entered already and
            says something else.
    """
    refuse_empty(reason, recorded_by)
    refuse_dates(paper, recorded_on)
    row = _row(who, paper)
    said = " and ".join(f"{name} is not distinct from ${name}" for name in row)
    known = rows(con, f"select {said} from registers.main.paper_consent where consent_id = $consent_id", row)
    if known and not known[0][0]:
        raise PaperRefused(
            "that form of that person is entered already and says something else; take that one back, and have it signed anew"
        )
    if not known:
        entry = {**row, "recorded_on": recorded_on, "recorded_by": recorded_by, "reason": reason}
        names, values = ", ".join(entry), ", ".join(f"${name}" for name in entry)
        con.execute(f"insert into registers.main.paper_consent ({names}) values ({values})", entry).fetchall()
    return str(row["consent_id"])


def refuse_dates(paper: Paper, recorded_on: date) -> None:
    """Refuse a form that cannot have been signed on its date.

    Raises:
        PaperRefused: if it is signed in the future, or was not in use when it was signed.
    """
    if paper.signed_at.date() > recorded_on:
        raise PaperRefused(f"the form is signed on {paper.signed_at.date()}, which is after {recorded_on}; enter the date as written")
    end = paper.form.withdrawn_on
    if paper.signed_at.date() < paper.form.in_use_from or (end is not None and paper.signed_at.date() >= end):
        raise PaperRefused(f"form {paper.form.id} {paper.form.version} was not in use on {paper.signed_at.date()}; look at its foot again")


def _row(who: Found, paper: Paper) -> dict[str, Any]:
    """What the register keeps of a form, by column."""
    form = paper.form
    text = "|".join((who.subject_id, form.id, form.version, paper.signed_at.isoformat()))
    return {
        "consent_id": hashlib.sha256(f"paper|{text}".encode()).hexdigest()[:32],
        "subject_id": who.subject_id,
        "system": who.system,
        "source": who.source,
        "kind": form.kind.value,
        "form_id": form.id,
        "form_version": form.version,
        "discloser": paper.discloser or (form.discloser[0] if form.discloser else None),
        "recipients": list(paper.recipients),
        "purposes": list(paper.purposes),
        "element_classes": list(paper.element_classes),
        "provision_type": "deny" if form.kind in DENYING else "permit",
        "valid_from": paper.valid_from,
        "valid_to": paper.valid_to,
        "signed_at": paper.signed_at,
        "signed_by": paper.signed_by,
        "data_from": paper.data_from,
        "data_to": paper.data_to,
        "not_revocable_before": paper.not_revocable_before,
        "expiry_event": paper.expiry_event,
        "expiry_event_open": paper.expiry_event_open,
        **{name: list(getattr(paper, name)) or None for name in ("excluded_recipients", "excluded_classes", "excluded_purposes")},
    }


def revoke(con: Connection, consent_ids: Sequence[str], *, revoked_at: datetime, recorded_on: date, recorded_by: str, reason: str) -> int:
    """Enter that a person takes these consents back; it counts at once.

    Returns:
        consents taken back that were not before.

    Raises:
        PaperRefused: if a consent is not known, or there is no reason.
    """
    refuse_empty(reason, recorded_by)
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


def refuse_empty(reason: str, recorded_by: str) -> None:
    """Refuse an entry of which nobody says why or by whom.

    Raises:
        PaperRefused: if either is missing.
    """
    if not says_why(reason):
        raise PaperRefused("say in a few words why and from which paper; it is kept with the entry")
    if not recorded_by.strip():
        raise PaperRefused("say who enters it")
