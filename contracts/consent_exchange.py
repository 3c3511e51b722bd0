"""A consent as a FHIR R4 Consent, out and in: pure, field by field, failing closed.

Belongs here: the shape in which consents are handed from system to system. Does not belong here: where a consent stands (consents.py), the
register it is entered in, and files (pipelines/commands/consents_exchange).

What FHIR has a place for stands in that place: status, scope, category, patient, dateTime, performer, organization, policyRule,
verification, and the provision with period, actors, action, security labels, purposes, classes. The form, who signed in which
capacity and a revocation stand in extensions, as the county's deliveries carry them. A consent that says something narrower than
can be entered (a period of the data, a nested provision that is more than a class left out) is refused, never entered wider.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from contracts.vocabularies.consent import ConsentKind, SignedBy

URL: Final = "urn:throughcare"
SCOPE: Final = "http://terminology.hl7.org/CodeSystem/consentscope"
ACT: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
ACTION: Final = "http://terminology.hl7.org/CodeSystem/consentaction"
PART2: Final = frozenset({ConsentKind.PART2_TPO, ConsentKind.PART2_SPECIFIC, ConsentKind.PART2_CJ, ConsentKind.PART2_LEGAL})


class ConsentUnreadable(ValueError):
    """A resource cannot be entered as a consent; the message names the element, never its value."""


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


def to_fhir(consent: ExchangedConsent) -> dict[str, Any]:
    """The consent as a FHIR R4 Consent resource; what it does not say is left out."""
    is_part2 = consent.kind in {kind.value for kind in PART2}
    provision = {
        "type": consent.provision_type,
        "period": _period(consent.valid_from, consent.valid_to),
        "actor": [{"role": _coding(ACT, "IRCP"), "reference": {"reference": f"Organization/{name}"}} for name in consent.recipients],
        "action": [_coding(ACTION, "disclose")],
        "securityLabel": [{"system": ACT, "code": "42CFRPart2"}] if is_part2 else None,
        "purpose": [{"system": f"{URL}:purpose", "code": code} for code in consent.purposes],
        "class": [{"system": f"{URL}:element-class", "code": code} for code in consent.element_classes],
    }
    form = [{"url": "id", "valueString": consent.form_id}, {"url": "version", "valueString": consent.form_version}]
    signed_by = {"url": f"{URL}/signed-by", "valueCode": consent.signed_by} if consent.signed_by else None
    revoked = {"url": f"{URL}/consent-revoked", "valueDateTime": consent.revoked_at.isoformat()} if consent.revoked_at else None
    return _filled(
        {
            "resourceType": "Consent",
            "id": consent.consent_id,
            "extension": [item for item in ({"url": f"{URL}/consent-form", "extension": form}, signed_by, revoked) if item],
            "status": "inactive" if consent.revoked_at else "active",
            "scope": _coding(SCOPE, "patient-privacy"),
            "category": [_coding(f"{URL}:consent-kind", consent.kind)],
            "patient": {"identifier": {"system": f"{URL}:source:{consent.source}", "value": consent.person}},
            "dateTime": consent.signed_at.isoformat() if consent.signed_at else None,
            "performer": [{"type": "Patient" if consent.signed_by == SignedBy.SELF else "RelatedPerson"}] if consent.signed_by else None,
            "organization": [{"reference": f"Organization/{consent.discloser}"}] if consent.discloser else None,
            "policyRule": _coding(ACT, "42CFRPart2" if is_part2 else "OPTIN" if consent.provision_type == "permit" else "OPTOUT"),
            "verification": [{"verified": True, "verificationDate": consent.verified_on.isoformat()}] if consent.verified_on else None,
            "provision": _filled(provision),
        }
    )


def from_fhir(resource: Mapping[str, Any]) -> ExchangedConsent:
    """A FHIR R4 Consent resource as a consent.

    Raises:
        ConsentUnreadable: naming the element that is missing, malformed, or narrower than can be entered.
    """
    if resource.get("resourceType") != "Consent":
        raise ConsentUnreadable("resourceType: is not Consent")
    status = resource.get("status")
    revoked = _extension(resource, "consent-revoked")
    if status not in {"active", "inactive"} or (status == "inactive") != (revoked is not None):
        raise ConsentUnreadable("status: only active consents and revoked ones are entered")
    provision = _mapping(resource, "provision")
    _refuse_narrower(provision)
    identifier = _mapping(_mapping(resource, "patient"), "identifier")
    system = str(identifier.get("system", ""))
    source = system.removeprefix(f"{URL}:source:")
    if source == system or not identifier.get("value"):
        raise ConsentUnreadable("patient.identifier: must name a source of the county and its number of the person")
    parts = {str(part.get("url")): part.get("valueString") for part in _list((_extension(resource, "consent-form") or {}).get("extension"))}
    if not (parts.get("id") and parts.get("version")):
        raise ConsentUnreadable("extension consent-form: must name the form and its version")
    kind = _code(_list(resource.get("category")), "category")
    if kind not in set(ConsentKind):
        raise ConsentUnreadable("category: is none of the kinds of consent")
    organization = _list(resource.get("organization"))
    verified = [item.get("verificationDate") for item in _list(resource.get("verification")) if item.get("verified")]
    signed_by = (_extension(resource, "signed-by") or {}).get("valueCode")
    period = provision.get("period") or {}
    left_out = {code for inner in _list(provision.get("provision")) for code in _codes(inner, "class")}
    return ExchangedConsent(
        consent_id=str(resource.get("id", "")),
        source=source,
        person=str(identifier["value"]),
        kind=kind,
        form_id=str(parts["id"]),
        form_version=str(parts["version"]),
        provision_type=_one_of(provision.get("type"), ("permit", "deny"), "provision.type"),
        recipients=tuple(_reference(actor.get("reference"), "provision.actor") for actor in _list(provision.get("actor"))),
        purposes=_codes(provision, "purpose"),
        element_classes=tuple(code for code in _codes(provision, "class") if code not in left_out),
        discloser=_reference(organization[0], "organization") if organization else None,
        valid_from=_day(period.get("start"), "provision.period.start"),
        valid_to=_day(period.get("end"), "provision.period.end"),
        signed_at=_time(resource.get("dateTime"), "dateTime"),
        signed_by=None if signed_by is None else _one_of(signed_by, tuple(SignedBy), "extension signed-by"),
        revoked_at=_time(revoked.get("valueDateTime"), "extension consent-revoked") if revoked else None,
        verified_on=_day(verified[0], "verification.verificationDate") if verified else None,
    )


def _refuse_narrower(provision: Mapping[str, Any]) -> None:
    for name in ("dataPeriod", "data", "code"):
        if provision.get(name):
            raise ConsentUnreadable(f"provision.{name}: narrower than can be entered; enter it from the paper, or not at all")
    for inner in _list(provision.get("provision")):
        if inner.get("type") != "deny" or set(inner) - {"type", "class"} or not inner.get("class"):
            raise ConsentUnreadable("provision.provision: only classes left out can be entered; enter it from the paper, or not at all")


def _extension(resource: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    return next((item for item in _list(resource.get("extension")) if str(item.get("url", "")).endswith(f"/{name}")), None)


def _mapping(held: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = held.get(name)
    if not isinstance(value, Mapping):
        raise ConsentUnreadable(f"{name}: is missing")
    return value


def _list(value: Any) -> Sequence[Mapping[str, Any]]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise ConsentUnreadable("a list of elements was expected")
    return value


def _code(concepts: Sequence[Mapping[str, Any]], name: str) -> str:
    codings = _list(concepts[0].get("coding")) if concepts else ()
    if not codings or not codings[0].get("code"):
        raise ConsentUnreadable(f"{name}: has no code")
    return str(codings[0]["code"])


def _codes(held: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(str(item["code"]) for item in _list(held.get(name)) if item.get("code"))


def _reference(held: Any, name: str) -> str:
    said = held.get("reference") if isinstance(held, Mapping) else None
    if not isinstance(said, str) or not said.rsplit("/", 1)[-1]:
        raise ConsentUnreadable(f"{name}: has no reference")
    return said.rsplit("/", 1)[-1]


def _one_of(value: Any, words: Sequence[str], name: str) -> str:
    if value not in {str(word) for word in words}:
        raise ConsentUnreadable(f"{name}: is none of {', '.join(words)}")
    return str(value)


def _day(value: Any, name: str) -> date | None:
    found = _time(value, name)
    return found.date() if found else None


def _time(value: Any, name: str) -> datetime | None:
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        raise ConsentUnreadable(f"{name}: is not a date") from None
    if found.tzinfo is not None:
        raise ConsentUnreadable(f"{name}: has a zone; times of the county are local")
    return found


def _coding(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def _period(start: date | None, end: date | None) -> dict[str, str] | None:
    found = {name: day.isoformat() for name, day in (("start", start), ("end", end)) if day is not None}
    return found or None


def _filled(held: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in held.items() if value not in (None, [], {})}
