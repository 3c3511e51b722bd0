"""A FHIR Consent's nested provisions, periods of records and ending events are read so that nothing is widened."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest

from resources.sql import load_sql

DENY = {"type": "deny"}


def read(provision: dict[str, Any], *extensions: dict[str, Any]) -> dict[str, Any]:
    """The flat row of one delivered Consent."""
    resource = {"resourceType": "Consent", "id": "c", "status": "active", "extension": extensions, "provision": provision}
    con = duckdb.connect()
    con.execute("create table fhir_line as select ? as line", [json.dumps(resource)])
    found = con.execute(load_sql("assets.checked.formats", "fhir_consent"))
    return dict(zip([column[0] for column in found.description], found.fetchall()[0], strict=True))


@pytest.mark.parametrize(
    ("nested", "kind", "actors", "classes", "purposes"),
    [
        ([], "permit", "", "", ""),
        ([{**DENY, "class": [{"code": "diagnoses"}]}], "permit", "", "diagnoses", ""),
        ([{**DENY, "actor": [{"reference": {"reference": "Organization/sheriff"}}]}], "permit", "sheriff", "", ""),
        ([{**DENY, "purpose": [{"code": "HRESCH"}]}], "permit", "", "", "HRESCH"),
        # A deny that names nothing we read, or only a kind of resource, denies the whole.
        ([{**DENY, "securityLabel": [{"code": "ETH"}]}], "deny", "", "", ""),
        ([{**DENY, "class": [{"system": "http://hl7.org/fhir/resource-types", "code": "Condition"}]}], "deny", "", "", ""),
        # A nested permit adds nothing; a deny under it still takes away.
        ([{"type": "permit", "class": [{"code": "diagnoses"}]}], "permit", "", "", ""),
        ([{"type": "permit", "provision": [{**DENY, "class": [{"code": "diagnoses"}]}]}], "permit", "", "diagnoses", ""),
    ],
)
def test_a_nested_deny_takes_away_and_a_nested_permit_adds_nothing(
    nested: list[dict[str, Any]], kind: str, actors: str, classes: str, purposes: str
) -> None:
    found = read({"type": "permit", "provision": nested})
    assert found["provision_type"] == kind
    assert (found["excluded_actors"], found["excluded_classes"], found["excluded_purposes"]) == (actors, classes, purposes)


def test_periods_and_ending_events_are_read() -> None:
    found = read(
        {"type": "permit", "dataPeriod": {"start": "2025-01-01", "end": "2025-12-31"}},
        {"url": "x/consent-not-revocable-before", "valueDate": "2026-05-01"},
        {
            "url": "x/consent-expiry-event",
            "extension": [{"url": "event", "valueCode": "end_of_treatment"}, {"url": "open", "valueBoolean": True}],
        },
    )
    assert (found["data_period_start"], found["data_period_end"]) == ("2025-01-01", "2025-12-31")
    assert (found["not_revocable_before"], found["expiry_event"], found["expiry_event_open"]) == ("2026-05-01", "end_of_treatment", "true")
