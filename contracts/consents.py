"""Release-of-information forms and what makes a consent given on one of them valid (forms/*.yaml).

Belongs here: the shape of a form, which kind of consent satisfies which requirement, and the defect rules of 42 CFR 2.31 and
45 CFR 164.508. Does not belong here: the consents themselves, which are delivered records and never files of a county folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from contracts.elements import CLASS_NAMES
from contracts.purposes import Purpose
from contracts.reviewed import Reviewed
from contracts.vocabularies.consent import ConsentKind, ExpiryEvent, SignedBy

NAME = r"^[a-z][a-z0-9_]*$"


DENYING: frozenset[ConsentKind] = frozenset({ConsentKind.OPT_OUT, ConsentKind.RESTRICTION_522})
"""Kinds that take away; they hold however badly the paper was filled in."""


class ConsentRequirement(StrEnum):
    """What a clause asks for before it permits."""

    NONE = "none"
    OPT_OUT = "opt_out"  # nothing, unless the person has opted out
    ROI_508 = "roi_508"
    PART2_TPO = "part2_tpo"
    PART2_SPECIFIC = "part2_specific"
    PART2_CJ = "part2_cj"
    PART2_LEGAL = "part2_legal"
    FERPA = "ferpa"
    SUD_NOTES = "sud_notes"
    PSYCH_NOTES = "psych_notes"


NO_CONSENT_NEEDED: frozenset[ConsentRequirement] = frozenset({ConsentRequirement.NONE, ConsentRequirement.OPT_OUT})

SATISFIED_BY: Mapping[ConsentRequirement, frozenset[ConsentKind]] = {
    ConsentRequirement.NONE: frozenset(),
    ConsentRequirement.OPT_OUT: frozenset(),
    # 42 CFR 2.31(a) asks for everything that 164.508(c) asks for; a form of either kind is held to both lists below.
    ConsentRequirement.ROI_508: frozenset({ConsentKind.ROI_508, ConsentKind.PART2_TPO, ConsentKind.PART2_SPECIFIC}),
    ConsentRequirement.PART2_TPO: frozenset({ConsentKind.PART2_TPO, ConsentKind.PART2_SPECIFIC}),
    ConsentRequirement.PART2_SPECIFIC: frozenset({ConsentKind.PART2_SPECIFIC}),
    ConsentRequirement.PART2_CJ: frozenset({ConsentKind.PART2_CJ}),
    ConsentRequirement.PART2_LEGAL: frozenset({ConsentKind.PART2_LEGAL}),
    ConsentRequirement.FERPA: frozenset({ConsentKind.FERPA}),
    ConsentRequirement.SUD_NOTES: frozenset({ConsentKind.SUD_NOTES}),
    ConsentRequirement.PSYCH_NOTES: frozenset({ConsentKind.PSYCH_NOTES}),
}
"""Requirement -> kinds of which one consent in force is enough."""


def kinds_needed(
    clause: ConsentRequirement, asked: Iterable[tuple[frozenset[ConsentKind], frozenset[ConsentRequirement]]]
) -> frozenset[ConsentKind] | None:
    """Kinds of consent of which one is enough; None if none is needed, empty if no single consent can be all that is asked.

    A clause cannot weaken a rule: where a rule asks for a kind, only that kind is enough, unless the clause itself asks for something that
    the rule accepts in its place.

    Args:
        clause: what the clause asks for.
        asked: of each rule that holds, the kinds that are enough and the requirements that may stand in their place.
    """
    narrowing = [kinds for kinds, accepts in asked if clause not in accepts]
    if clause in NO_CONSENT_NEEDED and not narrowing:
        return None
    start = frozenset(ConsentKind) if clause in NO_CONSENT_NEEDED else SATISFIED_BY[clause]
    return start.intersection(*narrowing)


class MinorSignature(StrEnum):
    """Whose signature a form needs when the person is under eighteen."""

    SELF = "self"  # the minor may consent alone (42 CFR 2.14 and state law)
    GUARDIAN = "guardian"
    BOTH = "both"


_MINOR_SIGNERS: Mapping[MinorSignature, frozenset[SignedBy]] = {
    MinorSignature.SELF: frozenset({SignedBy.SELF, SignedBy.BOTH}),
    MinorSignature.GUARDIAN: frozenset({SignedBy.PARENT, SignedBy.GUARDIAN, SignedBy.BOTH}),
    MinorSignature.BOTH: frozenset({SignedBy.BOTH}),
}
# A parent's signature lapses on the eighteenth birthday; the person's own does not.
_ADULT_SIGNERS = frozenset({SignedBy.SELF, SignedBy.BOTH, SignedBy.REPRESENTATIVE})


def authorised_signers(rule: MinorSignature, *, adult: bool | None) -> frozenset[SignedBy]:
    """Who may have signed for a person who is tonight an adult, a minor, or (None) of unknown age: then it must hold both ways."""
    if adult is None:
        return _MINOR_SIGNERS[rule] & _ADULT_SIGNERS
    return _ADULT_SIGNERS if adult else _MINOR_SIGNERS[rule]


class Statement(StrEnum):
    """What the printed form tells the person."""

    RIGHT_TO_REVOKE = "right_to_revoke"
    NO_CONDITIONING = "no_conditioning"
    REDISCLOSURE = "redisclosure"
    INTERMEDIARY_NAMED = "intermediary_named"


_508_STATEMENTS = frozenset({Statement.RIGHT_TO_REVOKE, Statement.NO_CONDITIONING, Statement.REDISCLOSURE})

REQUIRED_STATEMENTS: Mapping[ConsentKind, frozenset[Statement]] = {
    ConsentKind.ROI_508: _508_STATEMENTS,  # 45 CFR 164.508(c)(2)
    ConsentKind.PART2_TPO: _508_STATEMENTS | {Statement.INTERMEDIARY_NAMED},  # 42 CFR 2.31(a)(4)(ii), (a)(6)
    ConsentKind.PART2_SPECIFIC: _508_STATEMENTS | {Statement.INTERMEDIARY_NAMED},
    ConsentKind.PART2_CJ: frozenset({Statement.REDISCLOSURE}),  # 42 CFR 2.35
    ConsentKind.PART2_LEGAL: _508_STATEMENTS,
    ConsentKind.SUD_NOTES: _508_STATEMENTS,
    ConsentKind.PSYCH_NOTES: _508_STATEMENTS,
    ConsentKind.FERPA: frozenset(),
    ConsentKind.OPT_OUT: frozenset(),
    ConsentKind.RESTRICTION_522: frozenset(),
}
"""Statements without which a form of this kind makes every consent on it defective."""


class Defect(StrEnum):
    """What is missing on the paper a person signed; any one makes the consent no consent."""

    NO_DISCLOSER = "no_discloser"
    NO_RECIPIENT = "no_recipient"
    NO_DESCRIPTION = "no_description"
    NO_PURPOSE = "no_purpose"
    NO_EXPIRY = "no_expiry"
    NO_SIGNATURE = "no_signature"
    NO_SIGNATURE_DATE = "no_signature_date"


ALL_DEFECTS: tuple[Defect, ...] = tuple(Defect)

DEFECTS_OF: Mapping[ConsentKind, tuple[Defect, ...]] = {
    ConsentKind.ROI_508: ALL_DEFECTS,  # 45 CFR 164.508(c)(1)(i)-(vi)
    ConsentKind.PART2_TPO: ALL_DEFECTS,  # 42 CFR 2.31(a)(2)-(9)
    ConsentKind.PART2_SPECIFIC: ALL_DEFECTS,
    ConsentKind.PART2_CJ: ALL_DEFECTS,
    ConsentKind.PART2_LEGAL: ALL_DEFECTS,
    ConsentKind.SUD_NOTES: ALL_DEFECTS,
    ConsentKind.PSYCH_NOTES: ALL_DEFECTS,
    # 34 CFR 99.30(b): records, purpose, parties, signature, date; no expiry.
    ConsentKind.FERPA: tuple(defect for defect in ALL_DEFECTS if defect is not Defect.NO_EXPIRY),
    ConsentKind.OPT_OUT: (),
    ConsentKind.RESTRICTION_522: (),
}
"""Kind -> what must not be missing."""


class Form(Reviewed):
    """One printed form, by version. What a person ticked can be narrower than the form, never wider."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="As printed at the foot of the form.")
    version: str = Field(min_length=1, description="As printed at the foot of the form.")
    title: str = Field(min_length=1)
    language: str = Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$", description="BCP 47 tag of the printed text.")
    kind: ConsentKind = Field(description="What a signature on it means in law.")
    doc_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$", description="Of the printed form.")
    text: str = Field(min_length=20, description="The sentence the person signs under.")
    discloser: tuple[str, ...] = Field(default=(), description="Agencies that may disclose.")
    recipients: tuple[str, ...] = Field(default=(), description="Agencies that may receive; with the integrator, records may be linked.")
    element_classes: tuple[str, ...] = Field(default=(), description="What may be disclosed.")
    purposes: tuple[Purpose, ...] = Field(default=(), description="What for.")
    operations: tuple[str, ...] = Field(default=(), description="What its text speaks of: link, disclose_row, disclose_aggregate.")
    statements: tuple[Statement, ...] = Field(default=(), description="What it tells the person.")
    minor_signature: MinorSignature = Field(description="Whose signature it needs for a minor.")
    longest_days: int | None = Field(default=None, ge=1, description="Days after signature on which a consent lapses at the latest.")
    in_use_from: date = Field(description="First day on which it could be signed.")
    withdrawn_on: date | None = Field(default=None, description="First day on which it could no longer be signed.")
    counsel_review: str | None = Field(default=None, description="Who read it for counsel; empty is shown as such.")

    @model_validator(mode="after")
    def _lawful(self) -> Self:
        missing = sorted(REQUIRED_STATEMENTS[self.kind] - set(self.statements))
        if missing:
            raise ValueError(f"a form of kind {self.kind} must state {', '.join(missing)}; every consent on it would be defective")
        if unknown := sorted(set(self.element_classes) - CLASS_NAMES):
            raise ValueError(f"unknown element class {', '.join(unknown)}; there are: {', '.join(sorted(CLASS_NAMES))}")
        if unknown := sorted(set(self.operations) - {"link", "disclose_row", "disclose_aggregate", "research_extract"}):
            raise ValueError(f"unknown operation {', '.join(unknown)}")
        if self.kind not in DENYING:
            given = {"discloser": self.discloser, "recipients": self.recipients, "operations": self.operations, "purposes": self.purposes}
            if empty := sorted(name for name, value in given.items() if not value):
                raise ValueError(f"a form that permits must say {', '.join(empty)}")
        if self.withdrawn_on and self.withdrawn_on <= self.in_use_from:
            raise ValueError("withdrawn_on must be later than in_use_from")
        return self


class ConsentState(StrEnum):
    """Where one delivered consent stands on a night."""

    IN_FORCE = "in_force"
    NOT_ACTIVE = "not_active"
    REVOKED = "revoked"
    DEFECTIVE = "defective"
    UNKNOWN_FORM = "unknown_form"
    SIGNED_LATER = "signed_later"
    FORM_NOT_IN_USE = "form_not_in_use"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    NO_AUTHORITY = "no_authority"


@dataclass(frozen=True)
class DeliveredConsent:
    """The fields of one row of ``checked.consent`` that decide whether it is in force."""

    status: str | None
    kind: str | None
    form_id: str | None
    form_version: str | None
    discloser: str | None
    recipients: tuple[str, ...]
    purposes: tuple[str, ...]
    element_classes: tuple[str, ...]
    provision_type: str | None
    valid_from: date | None
    valid_to: date | None
    signed_at: datetime | None
    signed_by: str | None
    revoked_at: datetime | None
    is_defective: bool | None
    not_revocable_before: date | None = None
    expiry_event: str | None = None
    expiry_event_open: bool | None = None


def defects(consent: DeliveredConsent, kind: ConsentKind) -> tuple[Defect, ...]:
    """What is missing on a consent of this kind, in the order of the law; empty when nothing is."""
    missing = {
        Defect.NO_DISCLOSER: not consent.discloser,
        Defect.NO_RECIPIENT: not consent.recipients,
        Defect.NO_DESCRIPTION: not consent.element_classes,
        Defect.NO_PURPOSE: not consent.purposes,
        Defect.NO_EXPIRY: consent.valid_to is None and consent.expiry_event is None,
        Defect.NO_SIGNATURE: not consent.signed_by,
        Defect.NO_SIGNATURE_DATE: consent.signed_at is None,
    }
    return tuple(defect for defect in DEFECTS_OF[kind] if missing[defect])


def consent_state(consent: DeliveredConsent, form: Form | None, *, night: date, adult: bool | None) -> ConsentState:
    """Whether a consent that permits is in force on ``night``, and if not, the first reason why.

    Days are half-open: in force from ``valid_from`` until the day before ``valid_to``. A revocation counts from the moment it is known,
    whatever moment it names, but for treatment that a court ordered, which cannot be taken back before its day; a consent that names no
    first day begins when it was signed. A consent that an event ends holds while the event is known not to have happened.

    Args:
        consent: what was delivered.
        form: the form that its id and version name; None if the county has no such form.
        night: the night asked about.
        adult: whether the person is eighteen on that night; None if the age is unknown.
    """
    if consent.revoked_at is not None and not _bound(consent, night):
        return ConsentState.REVOKED
    if consent.status != "active" or consent.provision_type != "permit":
        return ConsentState.NOT_ACTIVE
    if form is None or consent.kind != form.kind or form.kind in DENYING:
        return ConsentState.UNKNOWN_FORM
    if consent.is_defective is not False or defects(consent, form.kind):
        return ConsentState.DEFECTIVE
    return _dated_state(consent, form, night=night, adult=adult)


def _bound(consent: DeliveredConsent, night: date) -> bool:
    """Whether a consent to treatment that a court ordered cannot be taken back yet (42 CFR 2.35(c))."""
    until = consent.not_revocable_before
    return consent.kind == ConsentKind.PART2_CJ and until is not None and night < until


def _event_is_open(consent: DeliveredConsent, *, adult: bool | None) -> bool:
    """Whether the event that ends the consent is known not to have happened; what nobody knows has happened."""
    if consent.expiry_event == ExpiryEvent.EIGHTEENTH_BIRTHDAY:
        return adult is False
    return consent.expiry_event in {event.value for event in ExpiryEvent} and consent.expiry_event_open is True


def _dated_state(consent: DeliveredConsent, form: Form, *, night: date, adult: bool | None) -> ConsentState:
    if consent.signed_at is None or consent.signed_at.date() >= night:
        return ConsentState.SIGNED_LATER
    signed_on = consent.signed_at.date()
    if signed_on < form.in_use_from or (form.withdrawn_on is not None and signed_on >= form.withdrawn_on):
        return ConsentState.FORM_NOT_IN_USE
    if night < (consent.valid_from or signed_on):
        return ConsentState.NOT_YET
    if consent.expiry_event is not None and not _event_is_open(consent, adult=adult):
        return ConsentState.EXPIRED
    too_old = form.longest_days is not None and (night - signed_on).days >= form.longest_days
    if too_old or (consent.valid_to is not None and night >= consent.valid_to):
        return ConsentState.EXPIRED
    authorised = consent.signed_by in {signer.value for signer in authorised_signers(form.minor_signature, adult=adult)}
    return ConsentState.IN_FORCE if authorised else ConsentState.NO_AUTHORITY
