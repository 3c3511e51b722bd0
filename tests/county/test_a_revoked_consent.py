"""A revoked consent is gone from every product after the denies job, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

NIGHTS = (date(2026, 3, 2), date(2026, 3, 3))
DAY_AFTER = date(2026, 3, 4)
CRISIS = ("query", "health/care_coordination", "select distinct client_id from recent_crisis_contacts")
CUSTODY = ("query", "health/care_coordination", "select distinct client_id from in_custody_tonight")


def _clients(office: Any, question: tuple[str, ...], day: date) -> set[str]:
    answer = office.json(*question, "--as-of", day.isoformat())
    return {row["client_id"] if isinstance(row, dict) else row[0] for row in answer["rows"]}


def _consents_of(drop: Path, client: str) -> list[dict[str, Any]]:
    """The newest version of each consent of one client, as delivered so far."""
    newest: dict[str, dict[str, Any]] = {}
    for path in sorted(drop.glob("*/Consent.ndjson")):
        for line in path.read_text(encoding="utf-8").splitlines():
            consent = json.loads(line)
            if consent["patient"]["reference"] == f"Patient/{client}":
                newest[consent["id"]] = consent
    return list(newest.values())


def _revoke(drop: Path, client: str) -> int:
    """Drop a bulk export that holds nothing but the revocation of every consent of one client."""
    revoked = _consents_of(drop, client)
    for consent in revoked:
        consent["status"] = "inactive"
        consent["meta"]["lastUpdated"] = "2026-03-03T10:05:00-05:00"
        consent["extension"].append(
            {"url": "https://throughcare.example/fhir/consent-revoked", "valueDateTime": "2026-03-03T10:00:00-05:00"}
        )
    folder = drop / DAY_AFTER.isoformat()
    folder.mkdir()
    (folder / "Consent.ndjson").write_text("".join(json.dumps(consent) + "\n" for consent in revoked), encoding="utf-8")
    manifest = {
        "transactionTime": "2026-03-04T00:00:00-05:00",
        "output": [{"type": "Consent", "url": "Consent.ndjson", "count": len(revoked)}],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return len(revoked)


def _files_with(folder: Path, needle: str) -> list[str]:
    return [path.name for path in sorted(folder.rglob("*")) if path.is_file() and needle.encode() in path.read_bytes()]


def test_a_revoked_consent_is_gone_from_every_product_after_denies(office: Any, settled: Callable[[Path, int], None]) -> None:
    settled(office.home, len(NIGHTS))
    published = office.home / "published"
    consenting = _clients(office, CRISIS, NIGHTS[-1]) - _clients(office, CUSTODY, NIGHTS[-1])
    assert consenting, "somebody who consented must be there, or this test shows nothing"
    client = min(consenting)
    before = set(published.glob("health/*/*.duckdb"))
    assert _files_with(published, client)

    assert _revoke(office.home / "county_systems" / "health", client) > 0
    office.here("denies", "--night", DAY_AFTER.isoformat())

    assert client not in _clients(office, CRISIS, DAY_AFTER)
    assert _files_with(published, client) == []
    assert not {path for path in before if path.exists()}, "the version that held the row is purged, not only superseded"
    others = consenting - {client}
    assert others <= _clients(office, CRISIS, DAY_AFTER), "everybody else's consent still counts"
    office.here("ledger", "verify")
