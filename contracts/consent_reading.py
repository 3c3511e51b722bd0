"""Reading a FHIR R4 Consent as a consent: everything that it says, or a refusal by element.

A consent that says something narrower than can be entered is refused, never entered wider.

Belongs here: the reading half of contracts/consent_exchange. Does not belong here: whether the county knows the form and the person
(assets/consented/exchange).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from contracts.consent_exchange import URL, ExchangedConsent
from contracts.vocabularies.consent import ConsentKind, ConsentStatus, ExpiryEvent, SignedBy

Value = TypeVar("Value")

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_REFERRED: Final = re.compile(r"([^/:|]+)(/_history/[^/]*)?$")
_SAID: Final = frozenset({"id", "type", "period", "actor", "action", "securityLabel", "purpose", "class", "dataPeriod", "provision"})
"""Members of a provision that can be entered; any other narrows it in a way that nothing here would honour."""


class ConsentUnreadable(ValueError):
    """A resource cannot be entered as a consent; the message names the element, never its value."""


def from_fhir(resource: Mapping[str, Any], timezone: str) -> ExchangedConsent:
    """A FHIR R4 Consent resource as a consent.

    Args:
        resource: the resource.
        timezone: the county's zone, in which times are kept; a time without an offset is one of it.

    Raises:
        ConsentUnreadable: naming the element that is missing, malformed, or narrower than can be entered.
    """
    if resource.get("resourceType") != "Consent":
        raise ConsentUnreadable("resourceType: is not Consent")
    provision = _mapping(resource, "provision")
    _refuse_narrower(resource, provision)
    source, person = _person(resource)
    form_id, form_version = _form(resource)
    kind = _code(_list(resource.get("category")), "category")
    if kind not in set(ConsentKind):
        raise ConsentUnreadable("category: is none of the kinds of consent")
    organization = _list(resource.get("organization"))
    verified = [item.get("verificationDate") for item in _list(resource.get("verification")) if item.get("verified")]
    verified_at = _time(verified[0], "verification.verificationDate", timezone) if verified else None
    signed_by = (_extension(resource, "signed-by") or {}).get("valueCode")
    revoked = _extension(resource, "consent-revoked")
    bound = _extension(resource, "consent-not-revocable-before")
    valid, about = _days(provision, "period"), _days(provision, "dataPeriod")
    left_out = _list(provision.get("provision"))
    event, is_open = _expiry(resource)
    found = ExchangedConsent(
        consent_id=str(resource.get("id", "")),
        source=source,
        person=person,
        kind=kind,
        form_id=form_id,
        form_version=form_version,
        provision_type=_one_of(provision.get("type"), ("permit", "deny"), "provision.type"),
        recipients=_named(provision),
        purposes=_codes(provision, "purpose"),
        element_classes=_codes(provision, "class"),
        discloser=_reference(organization[0], "organization") if organization else None,
        valid_from=valid[0],
        valid_to=valid[1],
        signed_at=_time(resource.get("dateTime"), "dateTime", timezone),
        signed_by=None if signed_by is None else _one_of(signed_by, tuple(SignedBy), "extension signed-by"),
        revoked_at=_needed(_time(revoked.get("valueDateTime"), "extension consent-revoked", timezone), "consent-revoked")
        if revoked
        else None,
        verified_on=verified_at.date() if verified_at else None,
        data_from=about[0],
        data_to=about[1],
        not_revocable_before=_needed(_day(bound.get("valueDate"), "extension consent-not-revocable-before"), "consent-not-revocable-before")
        if bound
        else None,
        expiry_event=event,
        expiry_event_open=is_open,
        excluded_recipients=tuple(name for inner in left_out for name in _named(inner)),
        excluded_classes=tuple(code for inner in left_out for code in _codes(inner, "class")),
        excluded_purposes=tuple(code for inner in left_out for code in _codes(inner, "purpose")),
        status=_one_of(resource.get("status"), tuple(ConsentStatus), "status"),
    )
    _refuse_standing(found)
    return found


def _refuse_standing(consent: ExchangedConsent) -> None:
    """Only what is active or was revoked can be entered; treatment that a court ordered may be both (42 CFR 2.35(c))."""
    is_bound = consent.kind == ConsentKind.PART2_CJ and consent.not_revocable_before is not None
    is_revoked = consent.revoked_at is not None
    if consent.status == ConsentStatus.ACTIVE and (not is_revoked or is_bound):
        return
    if consent.status != ConsentStatus.INACTIVE or not is_revoked:
        raise ConsentUnreadable("status: only active consents and revoked ones are entered")


def _refuse_narrower(resource: Mapping[str, Any], provision: Mapping[str, Any]) -> None:
    if resource.get("modifierExtension") or resource.get("implicitRules"):
        raise ConsentUnreadable("modifierExtension: changes what the rest means; enter it from the paper, or not at all")
    for name in sorted(set(provision) - _SAID):
        if provision[name]:
            shown = name if name in {"data", "code", "extension", "modifierExtension"} else "a member of it"
            raise ConsentUnreadable(f"provision.{shown}: narrower than can be entered; enter it from the paper, or not at all")
    actions = [_code([action], "provision.action") for action in _list(provision.get("action"))]
    if actions and "disclose" not in actions:
        raise ConsentUnreadable("provision.action: says nothing of disclosing")
    if set(_codes(provision, "securityLabel")) - {"42CFRPart2"}:
        raise ConsentUnreadable("provision.securityLabel: narrower than can be entered; enter it from the paper, or not at all")
    for inner in _list(provision.get("provision")):
        names = [name for name in ("actor", "purpose", "class") if (_named(inner) if name == "actor" else _codes(inner, name))]
        if inner.get("type") != "deny" or set(inner) - {"id", "type", "actor", "purpose", "class"} or not names:
            raise ConsentUnreadable("provision.provision: only people, purposes and classes left out can be entered")


def _person(resource: Mapping[str, Any]) -> tuple[str, str]:
    identifier = _mapping(_mapping(resource, "patient"), "identifier")
    system = str(identifier.get("system", ""))
    source = system.removeprefix(f"{URL}:source:")
    if source == system or not identifier.get("value"):
        raise ConsentUnreadable("patient.identifier: must name a source of the county and its number of the person")
    return source, str(identifier["value"])


def _form(resource: Mapping[str, Any]) -> tuple[str, str]:
    parts = {str(part.get("url")): part.get("valueString") for part in _list((_extension(resource, "consent-form") or {}).get("extension"))}
    if not (parts.get("id") and parts.get("version")):
        raise ConsentUnreadable("extension consent-form: must name the form and its version")
    return str(parts["id"]), str(parts["version"])


def _expiry(resource: Mapping[str, Any]) -> tuple[str | None, bool | None]:
    held = _extension(resource, "consent-expiry-event")
    if held is None:
        return None, None
    parts = {str(part.get("url")): part for part in _list(held.get("extension"))}
    event = _one_of(parts.get("event", {}).get("valueCode"), tuple(ExpiryEvent), "extension consent-expiry-event")
    is_open = parts.get("open", {}).get("valueBoolean")
    if is_open is not None and not isinstance(is_open, bool):
        raise ConsentUnreadable("extension consent-expiry-event: open is neither true nor false")
    return event, is_open


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
    """Codes of a list of codings; kinds of FHIR resources say nothing about the county's elements."""
    items = [item for item in _list(held.get(name)) if not str(item.get("system") or "").endswith("/resource-types")]
    codes = tuple(str(item.get("code") or "") for item in items)
    # Deliveries are flattened with "|" between codes.
    if any(not code or "|" in code for code in codes):
        raise ConsentUnreadable(f"provision.{name}: has no code, or one with a bar")
    return codes


def _named(held: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_reference(actor.get("reference"), "provision.actor") for actor in _list(held.get("actor")))


def _reference(held: Any, name: str) -> str:
    said = held.get("reference") if isinstance(held, Mapping) else None
    found = _REFERRED.search(said) if isinstance(said, str) else None
    if found is None:
        raise ConsentUnreadable(f"{name}: has no reference")
    return found[1]


def _one_of(value: Any, words: Sequence[str], name: str) -> str:
    if not isinstance(value, str) or value not in {str(word) for word in words}:
        raise ConsentUnreadable(f"{name}: is none of {', '.join(words)}")
    return value


def _needed(value: Value | None, name: str) -> Value:
    if value is None:
        raise ConsentUnreadable(f"extension {name}: has no value")
    return value


def _days(provision: Mapping[str, Any], name: str) -> tuple[date | None, date | None]:
    """First day, and the day after FHIR's last one."""
    held = provision.get(name)
    if held is None:
        return None, None
    period = _mapping(provision, name)
    start, end = _day(period.get("start"), f"provision.{name}.start"), _day(period.get("end"), f"provision.{name}.end")
    if end == date.max:
        raise ConsentUnreadable(f"provision.{name}.end: is no day that comes; leave out an end that is none")
    if set(period) - {"start", "end"} or (start is not None and end is not None and end < start):
        raise ConsentUnreadable(f"provision.{name}: must be a first and a last day, in that order")
    return start, None if end is None else end + timedelta(days=1)


def _day(value: Any, name: str) -> date | None:
    if value is None:
        return None
    try:
        if _DAY.fullmatch(str(value)):
            return date.fromisoformat(str(value))
    except ValueError:
        pass
    raise ConsentUnreadable(f"{name}: is not a day, like 2026-03-02")


def _time(value: Any, name: str, timezone: str) -> datetime | None:
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(str(value))
        return found if found.tzinfo is None else found.astimezone(ZoneInfo(timezone)).replace(tzinfo=None, fold=0)
    except (ValueError, OverflowError):
        raise ConsentUnreadable(f"{name}: is not a date") from None
