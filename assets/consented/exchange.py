"""Consents handed over by another system: which of them the county can enter, and entering them as paper forms are entered.

Belongs here: judging what was read of a file against the county's forms, sources and subjects, by rule; entering all of it or nothing.
Does not belong here: the shape of a resource (contracts/consent_reading), the register (paper.py), files (pipelines/commands).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, Final

from assets.consented.paper import Found, Paper, PaperRefused, record, refuse_dates, revoke
from contracts.consent_exchange import ExchangedConsent
from contracts.consents import DENYING, Form
from contracts.county import County
from contracts.elements import CLASS_NAMES
from contracts.keys import subject_id
from contracts.purposes import purposes_of
from contracts.vocabularies.consent import ConsentStatus
from resources.sql import Connection, load_sql, rows, scalar

PACKAGE: Final = "assets.consented"


class ImportRule(StrEnum):
    """Why a resource of a file cannot be entered."""

    NOT_JSON = "not_json"
    UNREADABLE = "unreadable"
    UNKNOWN_SOURCE = "unknown_source"
    UNKNOWN_FORM = "unknown_form"
    OTHER_PROVISION = "other_provision"
    UNSIGNED = "unsigned"
    NOT_IN_USE = "not_in_use_when_signed"
    SIGNED_LATER = "signed_in_the_future"
    NO_DISCLOSER = "no_discloser"
    UNKNOWN_EXCEPTION = "unknown_exception"
    UNKNOWN_SUBJECT = "unknown_subject"


SAYS: Final = {
    ImportRule.UNKNOWN_SOURCE: "patient.identifier: names no source of the county",
    ImportRule.UNKNOWN_FORM: "extension consent-form: is no form of the county of that version and kind; write the form down first",
    ImportRule.OTHER_PROVISION: "provision.type: a form that permits says deny, or one that denies says permit",
    ImportRule.UNSIGNED: "dateTime, extension signed-by: who signed and when must be said",
    ImportRule.NOT_IN_USE: "dateTime: the form was not in use on that day",
    ImportRule.SIGNED_LATER: "dateTime: is signed after today",
    ImportRule.NO_DISCLOSER: "organization: must be named where something is permitted",
    ImportRule.UNKNOWN_EXCEPTION: "provision.provision: leaves out a class or a purpose by a word the county does not know",
    ImportRule.UNKNOWN_SUBJECT: "patient: is nobody the source has delivered",
}
"""What to mend; values of the resource are never repeated."""


class ImportRefused(ValueError):
    """A consent cannot be entered; carries the rule it breaks."""

    def __init__(self, rule: ImportRule) -> None:
        super().__init__(SAYS[rule])
        self.rule = rule


@dataclass(frozen=True)
class Accepted:
    """One consent that can be entered; ``known_as`` is its id where the county has it from the source already."""

    who: Found
    paper: Paper
    consent: ExchangedConsent
    known_as: str | None


@dataclass(frozen=True)
class Entered:
    """What came of a file: consents new to the register, consents taken back, consents the county had already."""

    new: int
    revoked: int
    known: int


def exchanged(con: Connection, *, in_force: bool) -> tuple[ExchangedConsent, ...]:
    """Consents of the newest night with the number their source knows the person by, in order of their ids."""
    names = [field.name for field in fields(ExchangedConsent) if field.name != "verified_on"]
    selected = f"select {', '.join(names)} from ({load_sql(PACKAGE, 'consent_exchanged')}) order by consent_id"
    found = rows(con, selected, {"in_force": in_force})
    return tuple(_consent(dict(zip(names, row, strict=True))) for row in found)


def _consent(row: dict[str, Any]) -> ExchangedConsent:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    return ExchangedConsent(**values)


def judge(con: Connection, county: County, consent: ExchangedConsent, *, day: date) -> Accepted:
    """The consent as a paper form of a subject the county knows.

    Recipients and classes beyond the form are kept as said, as of a delivery, and give nothing (consent_state.sql).

    Raises:
        ImportRefused: with the first rule it breaks.
    """
    source = county.sources.get(consent.source)
    if source is None:
        raise ImportRefused(ImportRule.UNKNOWN_SOURCE)
    paper = _paper(consent, _form(county.forms, consent), day)
    who = Found(subject_id(source.system, consent.person), source.system, source.name, consent.person)
    if not scalar(con, "select count(*) from checked.subject where subject_id = $id", {"id": who.subject_id}):
        raise ImportRefused(ImportRule.UNKNOWN_SUBJECT)
    values = {"subject": who.subject_id, "form": consent.form_id, "version": consent.form_version, "signed": consent.signed_at}
    known = rows(con, load_sql(PACKAGE, "consent_same"), values)
    return Accepted(who, paper, consent, known[0][0] if known else None)


def enter(con: Connection, accepted: Sequence[Accepted], *, day: date, clerk: str, reason: str) -> Entered:
    """Enter all of them in one transaction, with what was taken back.

    What the county has from its source already is not entered a second time, which could give back what was taken away since; that it
    was taken back is entered.

    Raises:
        assets.consented.paper.PaperRefused: if the register refuses one; nothing is then entered.
    """
    new = revoked = 0
    before = _entries(con)
    con.execute("begin")
    try:
        for item in accepted:
            name = item.known_as or record(con, item.who, item.paper, recorded_on=day, recorded_by=clerk, reason=reason)
            if item.consent.revoked_at is not None:
                revoked += revoke(con, [name], revoked_at=item.consent.revoked_at, recorded_on=day, recorded_by=clerk, reason=reason)
        new = _entries(con) - before
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")
    return Entered(new, revoked, len(accepted) - new)


def _entries(con: Connection) -> int:
    return int(scalar(con, "select count(*) from registers.main.paper_consent"))


def _form(forms: Sequence[Form], consent: ExchangedConsent) -> Form:
    for form in forms:
        if (form.id, form.version, form.kind.value) == (consent.form_id, consent.form_version, consent.kind):
            if (form.kind in DENYING) != (consent.provision_type == "deny"):
                raise ImportRefused(ImportRule.OTHER_PROVISION)
            return form
    raise ImportRefused(ImportRule.UNKNOWN_FORM)


def _paper(consent: ExchangedConsent, form: Form, day: date) -> Paper:
    if consent.signed_at is None or consent.signed_by is None:
        raise ImportRefused(ImportRule.UNSIGNED)
    # The register would take the form's own discloser, which would mend what is defective.
    if form.kind not in DENYING and consent.discloser is None:
        raise ImportRefused(ImportRule.NO_DISCLOSER)
    if set(consent.excluded_classes) - CLASS_NAMES or not all(purposes_of(code) for code in consent.excluded_purposes):
        raise ImportRefused(ImportRule.UNKNOWN_EXCEPTION)
    # What a source has ended is not held open until the day of a court.
    bound = consent.not_revocable_before if consent.status == ConsentStatus.ACTIVE else None
    paper = Paper(
        form, consent.signed_at, consent.signed_by, consent.valid_from, consent.valid_to, consent.recipients, consent.element_classes,
        consent.purposes, consent.discloser, consent.data_from, consent.data_to, bound, consent.expiry_event, consent.expiry_event_open,
        consent.excluded_recipients, consent.excluded_classes, consent.excluded_purposes,
    )  # fmt: skip
    try:
        refuse_dates(paper, day)
    except PaperRefused:
        is_later = consent.signed_at.date() > day
        raise ImportRefused(ImportRule.SIGNED_LATER if is_later else ImportRule.NOT_IN_USE) from None
    return paper
