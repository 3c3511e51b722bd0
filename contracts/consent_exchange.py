"""A consent as a FHIR R4 Consent: pure, field by field.

Belongs here: the shape in which consents are handed from system to system, and writing it. Does not belong here: reading it
(consent_reading.py), where a consent stands (consents.py), the register it is entered in (assets/consented/paper), files.

What FHIR has a place for stands in that place: status, scope, category, patient, dateTime, performer, organization, policyRule,
verification, and the provision with period, period of the records, actors, action, security labels, purposes, classes and, as nested
denies, who and what is left out. The form, who signed in which capacity, a revocation, the day before which it cannot be taken back and
the event that ends it stand in extensions, as the county's deliveries carry them: what is written here is read by the reader of
deliveries (assets/checked/formats/fhir_consent.sql) as consent_reading reads it. FHIR's last days are included, the county's are not;
times carry the offset of the county.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from contracts.vocabularies.consent import ConsentKind, ConsentStatus, SignedBy

URL: Final = "urn:throughcare"
SCOPE: Final = "http://terminology.hl7.org/CodeSystem/consentscope"
ACT: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
ACTION: Final = "http://terminology.hl7.org/CodeSystem/consentaction"
PART2: Final = frozenset(
    {ConsentKind.PART2_TPO, ConsentKind.PART2_SPECIFIC, ConsentKind.PART2_CJ, ConsentKind.PART2_LEGAL, ConsentKind.SUD_NOTES}
)
PERFORMER: Final[Mapping[str, str]] = {SignedBy.SELF: "Patient", SignedBy.REPRESENTATIVE: "Practitioner"}
"""Signer -> type of the performer, as deliveries write it; everybody else is a RelatedPerson."""

_FHIR_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")


@dataclass(frozen=True)
class ExchangedConsent:
    """One consent between systems. ``source`` and ``person`` are a source's own number of the person; days are half-open."""

    consent_id: str
    source: str
    person: str
    kind: str
    form_id: str
    form_version: str
    provision_type: str
    recipients: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    element_classes: tuple[str, ...] = ()
    discloser: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    signed_at: datetime | None = None
    signed_by: str | None = None
    revoked_at: datetime | None = None
    verified_on: date | None = None
    data_from: date | None = None
    data_to: date | None = None
    not_revocable_before: date | None = None
    expiry_event: str | None = None
    expiry_event_open: bool | None = None
    excluded_recipients: tuple[str, ...] = ()
    excluded_classes: tuple[str, ...] = ()
    excluded_purposes: tuple[str, ...] = ()
    status: str = ConsentStatus.ACTIVE.value


def to_fhir(consent: ExchangedConsent, timezone: str) -> dict[str, Any]:
    """The consent as a FHIR R4 Consent resource; what it does not say is left out.

    Args:
        consent: what the county knows; ``status`` as it is to be written.
        timezone: the county's zone, whose offset times carry.
    """
    is_part2 = consent.kind in {kind.value for kind in PART2}
    provision = {
        "type": consent.provision_type,
        "period": _period(consent.valid_from, consent.valid_to),
        "dataPeriod": _period(consent.data_from, consent.data_to),
        "actor": _actors(consent.recipients),
        "action": [_coding(ACTION, "disclose")],
        "securityLabel": [{"system": ACT, "code": "42CFRPart2"}] if is_part2 else None,
        "purpose": _codings("purpose", consent.purposes),
        "class": _codings("element-class", consent.element_classes),
        # One each: a deny that named several at once would leave out only what is all of them.
        "provision": [
            {"type": "deny", name: said}
            for name, said in (
                ("actor", _actors(consent.excluded_recipients)),
                ("purpose", _codings("purpose", consent.excluded_purposes)),
                ("class", _codings("element-class", consent.excluded_classes)),
            )
            if said
        ],
    }
    return _filled(
        {
            "resourceType": "Consent",
            "id": consent.consent_id,
            "extension": _extensions(consent, timezone),
            "status": consent.status,
            "scope": _coding(SCOPE, "patient-privacy"),
            "category": [_coding(f"{URL}:consent-kind", consent.kind)],
            "patient": _patient(consent),
            "dateTime": _instant(consent.signed_at, timezone),
            "performer": [_performer(consent)] if consent.signed_by else None,
            "organization": [{"reference": f"Organization/{consent.discloser}"}] if consent.discloser else None,
            "policyRule": _coding(ACT, "42CFRPart2" if is_part2 else "OPTIN" if consent.provision_type == "permit" else "OPTOUT"),
            "verification": [{"verified": True, "verificationDate": consent.verified_on.isoformat()}] if consent.verified_on else None,
            "provision": _filled(provision),
        }
    )


def _instant(at: datetime | None, timezone: str) -> str | None:
    return None if at is None else at.replace(tzinfo=ZoneInfo(timezone)).isoformat()


def _extensions(consent: ExchangedConsent, timezone: str) -> list[dict[str, Any]]:
    form = [{"url": "id", "valueString": consent.form_id}, {"url": "version", "valueString": consent.form_version}]
    bound, event = consent.not_revocable_before, [{"url": "event", "valueCode": consent.expiry_event}]
    is_open = [] if consent.expiry_event_open is None else [{"url": "open", "valueBoolean": consent.expiry_event_open}]
    found = (
        {"url": f"{URL}/consent-form", "extension": form},
        {"url": f"{URL}/signed-by", "valueCode": consent.signed_by} if consent.signed_by else None,
        {"url": f"{URL}/consent-revoked", "valueDateTime": _instant(consent.revoked_at, timezone)} if consent.revoked_at else None,
        {"url": f"{URL}/consent-not-revocable-before", "valueDate": bound.isoformat()} if bound else None,
        {"url": f"{URL}/consent-expiry-event", "extension": [*event, *is_open]} if consent.expiry_event else None,
    )
    return [item for item in found if item is not None]


def _patient(consent: ExchangedConsent) -> dict[str, Any]:
    """By the source's number; as a reference too where the number can be one."""
    identifier = {"system": f"{URL}:source:{consent.source}", "value": consent.person}
    return _filled({"reference": f"Patient/{consent.person}" if _FHIR_ID.fullmatch(consent.person) else None, "identifier": identifier})


def _performer(consent: ExchangedConsent) -> dict[str, str]:
    kind = PERFORMER.get(consent.signed_by or "", "RelatedPerson")
    return {"type": kind, "reference": f"{kind}/{consent.signed_by}"}


def _actors(names: Sequence[str]) -> list[dict[str, Any]]:
    return [{"role": _coding(ACT, "IRCP"), "reference": {"reference": f"Organization/{name}"}} for name in names]


def _codings(system: str, codes: Sequence[str]) -> list[dict[str, str]]:
    return [{"system": f"{URL}:{system}", "code": code} for code in codes]


def _coding(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def _period(start: date | None, end: date | None) -> dict[str, str] | None:
    last = None if end is None else end - timedelta(days=1)
    found = {name: day.isoformat() for name, day in (("start", start), ("end", last)) if day is not None}
    return found or None


def _filled(held: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in held.items() if value not in (None, [], {})}
