"""A consent written as FHIR and read back says the same; what would be entered wider than it was signed is refused."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.consent_exchange import ConsentUnreadable, ExchangedConsent, from_fhir, to_fhir
from contracts.vocabularies.consent import ConsentKind, SignedBy

_WORD = st.from_regex(r"[a-z][a-z0-9_]{0,11}", fullmatch=True)
_WORDS = st.lists(_WORD, max_size=3, unique=True).map(tuple)
_DAY = st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))
_TIME = st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(microsecond=0))
CONSENTS = st.builds(
    ExchangedConsent, consent_id=_WORD, source=_WORD, person=st.text(min_size=1, max_size=12).filter(str.strip),
    kind=st.sampled_from([kind.value for kind in ConsentKind]), form_id=_WORD, form_version=_WORD,
    provision_type=st.sampled_from(["permit", "deny"]), recipients=_WORDS, purposes=_WORDS, element_classes=_WORDS,
    discloser=st.none() | _WORD, valid_from=_DAY, valid_to=_DAY, signed_at=_TIME,
    signed_by=st.none() | st.sampled_from([who.value for who in SignedBy]), revoked_at=_TIME, verified_on=_DAY,
)  # fmt: skip
PLAIN = ExchangedConsent("c1", "health", "pt-1", "roi_508", "roi", "2", "permit", element_classes=("a", "b"))


@given(CONSENTS)
@settings(max_examples=100, deadline=None)
def test_a_consent_comes_back_as_it_went_out(consent: ExchangedConsent) -> None:
    assert from_fhir(json.loads(json.dumps(to_fhir(consent)))) == consent


def test_a_class_left_out_by_a_nested_provision_is_left_out() -> None:
    resource = to_fhir(PLAIN)
    resource["provision"]["provision"] = [{"type": "deny", "class": [{"code": "b"}]}]
    assert from_fhir(resource).element_classes == ("a",)


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
        ({"provision": {"type": "permit", "dataPeriod": {"start": "2026-01-01"}}}, "dataPeriod"),
        ({"provision": {"type": "permit", "provision": [{"type": "permit", "class": [{"code": "b"}]}]}}, "provision.provision"),
        ({"provision": {"type": "permit", "actor": [{"role": {}}]}}, "provision.actor"),
        ({"dateTime": "yesterday"}, "dateTime"),
        ({"dateTime": "2026-01-01T00:00:00+02:00"}, "zone"),
    ],
)
def test_what_cannot_be_entered_as_it_was_signed_is_refused_by_element(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ConsentUnreadable, match=says):
        from_fhir({**to_fhir(PLAIN), **change})
