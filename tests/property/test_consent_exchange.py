"""A consent written as FHIR and read back says the same, and so does a delivery of it; what would be entered wider is refused."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.checked.formats.fhir import resource_chunks
from assets.checked.mapping import map_rows, plan_of
from contracts.consent_exchange import ExchangedConsent, to_fhir
from contracts.consent_reading import ConsentUnreadable, from_fhir
from contracts.consents import MinorSignature, authorised_signers
from contracts.records import RECORD_TYPES
from contracts.reviewed import load_reviewed
from contracts.sources import Source
from contracts.vocabularies.consent import ConsentKind, ExpiryEvent, SignedBy

ZONE = "America/New_York"
SOURCES = Path(__file__).resolve().parents[2] / "contracts" / "demo_county" / "sources"
_WORD = st.from_regex(r"[a-z][a-z0-9_]{0,11}", fullmatch=True)
_WORDS = st.lists(_WORD, max_size=3, unique=True).map(tuple)
_DAY = st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))
# Through UTC, because the hour that a clock skips is no time at which anybody signed.
_TIME = st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(
    lambda at: at.replace(tzinfo=UTC).astimezone(ZoneInfo(ZONE)).replace(tzinfo=None, fold=0)
)


def _sound(consent: ExchangedConsent) -> ExchangedConsent:
    """Days in order, an event that is open only where there is one, and a status that fits the revocation."""
    changes: dict[str, Any] = {}
    for first, end in (("valid_from", "valid_to"), ("data_from", "data_to")):
        start, stop = getattr(consent, first), getattr(consent, end)
        if start and stop and stop <= start:
            changes[end] = start + timedelta(days=1)
    if consent.expiry_event is None:
        changes["expiry_event_open"] = None
    stays = consent.kind == ConsentKind.PART2_CJ and consent.not_revocable_before is not None
    return replace(consent, **changes, status="inactive" if consent.revoked_at and not stays else "active")


CONSENTS = st.builds(
    ExchangedConsent, consent_id=_WORD, source=_WORD, person=st.text(min_size=1, max_size=12).filter(str.strip),
    kind=st.sampled_from([kind.value for kind in ConsentKind]), form_id=_WORD, form_version=_WORD,
    provision_type=st.sampled_from(["permit", "deny"]), recipients=_WORDS, purposes=_WORDS, element_classes=_WORDS,
    discloser=st.none() | _WORD, valid_from=_DAY, valid_to=_DAY, signed_at=_TIME,
    signed_by=st.none() | st.sampled_from([who.value for who in SignedBy]), revoked_at=_TIME, verified_on=_DAY,
    data_from=_DAY, data_to=_DAY, not_revocable_before=_DAY,
    expiry_event=st.none() | st.sampled_from([event.value for event in ExpiryEvent]), expiry_event_open=st.none() | st.booleans(),
    excluded_recipients=_WORDS, excluded_classes=_WORDS, excluded_purposes=_WORDS,
).map(_sound)  # fmt: skip
PLAIN = ExchangedConsent("c1", "health", "pt-1", "roi_508", "roi", "2", "permit", element_classes=("a", "b"))
FULL = ExchangedConsent(
    "c2", "health", "pt-2", "part2_tpo", "part2-county-data", "1", "permit", ("county_data_office", "behavioral_health"),
    ("TREAT", "HOPERAT"), ("diagnoses", "crisis_contacts"), "behavioral_health", date(2026, 1, 1), date(2027, 1, 1),
    datetime(2025, 12, 20, 15, 30), "self", None, None, date(2025, 1, 1), date(2026, 1, 1), date(2026, 5, 1), "end_of_treatment", True,
    ("sheriff",), ("diagnoses",), ("HRESCH",),
)  # fmt: skip
REVOKED = replace(
    FULL, consent_id="c3", signed_by="representative", revoked_at=datetime(2026, 7, 1, 9, 5), status="inactive", valid_to=None
)
OPT_OUT = ExchangedConsent(
    "c4", "health", "pt-4", "opt_out", "opt-out", "1", "deny", signed_at=datetime(2026, 1, 2, 8), signed_by="guardian",
    valid_from=date(2026, 1, 2), excluded_purposes=("TREAT",),
)  # fmt: skip


@given(CONSENTS)
@settings(max_examples=100, deadline=None)
def test_a_consent_comes_back_as_it_went_out(consent: ExchangedConsent) -> None:
    assert from_fhir(json.loads(json.dumps(to_fhir(consent, ZONE))), ZONE) == consent


def test_a_delivery_of_what_was_exported_says_the_same(tmp_path: Path) -> None:
    exported = {consent.consent_id: consent for consent in (FULL, REVOKED, OPT_OUT)}
    file = tmp_path / "Consent.ndjson"
    file.write_text("".join(json.dumps(to_fhir(consent, ZONE)) + "\n" for consent in exported.values()), encoding="utf-8")
    health = load_reviewed(SOURCES / "health.yaml", Source)
    record_type = next(item for item in RECORD_TYPES.values() if item.name == "consent")
    plan = plan_of(health.feeds["consent"], record_type, formats=health.formats, as_of=datetime(2026, 8, 1), timezone=ZONE)
    (chunk,) = resource_chunks(duckdb.connect(), file, "Consent")
    mapped = map_rows(chunk, plan)
    assert mapped.refusals.height == 0
    lists = {name for name, value in asdict(FULL).items() if isinstance(value, tuple)}
    renamed = {"consent_id": "source_record_id", "person": "source_person_id"}
    for row in mapped.rows.to_dicts():
        said = asdict(exported.pop(row["source_record_id"]))
        for name in set(said) - {"source", "verified_on"}:
            read = row[renamed.get(name, name)]
            assert (tuple(read or ()) if name in lists else read) == said[name], name
    assert not exported


def test_a_delivery_reads_signers_it_has_no_type_for_as_guardians_which_never_permits_more() -> None:
    performers = {who.value: to_fhir(replace(PLAIN, signed_by=who.value), ZONE)["performer"][0]["type"] for who in SignedBy}
    assert {who for who, kind in performers.items() if kind == "RelatedPerson"} == {"parent", "guardian", "both"}
    for rule in MinorSignature:
        for adult in (True, False, None):
            may = authorised_signers(rule, adult=adult)
            assert SignedBy.GUARDIAN not in may or {SignedBy.PARENT, SignedBy.BOTH} <= may


def test_a_class_left_out_by_a_nested_provision_is_kept_as_left_out() -> None:
    resource = to_fhir(PLAIN, ZONE)
    resource["provision"]["provision"] = [{"type": "deny", "class": [{"code": "b"}]}]
    assert from_fhir(resource, ZONE).excluded_classes == ("b",)


_FORM = {"url": "x/consent-form", "extension": [{"url": "id", "valueString": "roi"}, {"url": "version", "valueString": "2"}]}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"resourceType": "Patient"}, "resourceType"),
        ({"status": "entered-in-error"}, "status"),
        ({"status": "inactive"}, "status"),
        ({"patient": {"reference": "Patient/1"}}, "identifier"),
        ({"patient": {"identifier": {"system": "urn:other", "value": "1"}}}, "patient.identifier"),
        ({"extension": []}, "consent-form"),
        ({"extension": "x"}, "list of elements"),
        ({"category": []}, "category"),
        ({"category": [{"coding": [{"code": "unheard-of"}]}]}, "category"),
        ({"provision": None}, "provision"),
        ({"provision": {"type": "maybe"}}, "provision.type"),
        ({"status": "draft"}, "status"),
        ({"modifierExtension": [{"url": "x"}]}, "modifierExtension"),
        ({"provision": {"type": "permit", "data": [{"meaning": "instance"}]}}, "provision.data"),
        ({"provision": {"type": "permit", "dataPeriod": {"start": "2026-01"}}}, "dataPeriod.start"),
        ({"provision": {"type": "permit", "dataPeriod": "2026"}}, "dataPeriod"),
        ({"provision": {"type": "permit", "period": {"end": "9999-12-31"}}}, "period.end"),
        ({"provision": {"type": "permit", "period": {"start": "2026-02-02", "end": "2026-02-01"}}}, "in that order"),
        ({"provision": {"type": "permit", "action": [{"coding": [{"code": "correct"}]}]}}, "provision.action"),
        ({"provision": {"type": "permit", "securityLabel": [{"code": "ETH"}]}}, "securityLabel"),
        ({"provision": {"type": "permit", "purpose": [{"code": "A|B"}]}}, "provision.purpose"),
        ({"provision": {"type": "permit", "provision": [{"type": "deny"}]}}, "provision.provision"),
        ({"provision": {"type": "permit", "provision": [{"type": "deny", "class": [{"code": "b"}], "period": {}}]}}, "provision.provision"),
        ({"extension": [_FORM, {"url": "x/consent-expiry-event", "extension": [{"url": "event", "valueCode": "rain"}]}]}, "expiry-event"),
        ({"extension": [_FORM, {"url": "x/consent-not-revocable-before"}]}, "not-revocable-before"),
        ({"provision": {"type": "permit", "provision": [{"type": "permit", "class": [{"code": "b"}]}]}}, "provision.provision"),
        ({"provision": {"type": "permit", "actor": [{"role": {}}]}}, "provision.actor"),
        ({"dateTime": "yesterday"}, "dateTime"),
    ],
)
def test_what_cannot_be_entered_as_it_was_signed_is_refused_by_element(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ConsentUnreadable, match=says):
        from_fhir({**to_fhir(PLAIN, ZONE), **change}, ZONE)
