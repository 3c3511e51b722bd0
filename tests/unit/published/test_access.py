"""Who read what, whether it was theirs, and who no longer reads: an officer's review, from the ledger and the spools."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from assets.published.access import FINE, Standing, notes_of, review
from contracts.agencies import Agencies
from contracts.county import County
from pipelines.cli import build_command
from pipelines.clock import set_simulated_day
from resources.home import Home
from resources.ledger import EntryKind, Ledger, spool

TODAY = date(2026, 3, 10)
SINCE = date(2026, 1, 1)


def _fields(product: str, day: str, **more: Any) -> dict[str, Any]:
    return {"product": product, "asked_on": day, "rows": 5, "query_sha256": "ab", **more}


def _sealed(account: str, product: str, day: str, **more: Any) -> dict[str, Any]:
    return {"kind": "queried", "fields": {**_fields(product, day, **more), "spool": account, "spool_mark": "0:ab"}}


def _review(county: County, *entries: dict[str, Any], spooled: Any = (), idle_days: int = 30) -> Any:
    return review(
        entries, spooled, agencies=county.agencies, products=county.products, since=SINCE, until=TODAY, idle_days=idle_days
    )  # fmt: skip


@pytest.mark.parametrize(
    ("account", "product", "standing"),
    [
        ("care.coordination", "health/care_coordination", Standing.ENTITLED),
        ("privacy", "health/care_coordination", Standing.ENTITLED),
        ("linkage.review", "health/care_coordination", Standing.INTEGRATOR),
        ("jail.records", "sheriff/jail_measures", Standing.ROLE_DOES_NOT_READ),
        ("jail.analyst", "health/care_coordination", Standing.OTHER_AGENCY),
        ("somebody", "county/measures", Standing.UNKNOWN_ACCOUNT),
        ("jail.analyst", "sheriff/gone", Standing.UNKNOWN_PRODUCT),
    ],
)
def test_a_reading_is_the_agencys_own_or_is_said_not_to_be(county: County, account: str, product: str, standing: Standing) -> None:
    found = _review(county, _sealed(account, product, "2026-03-01"))
    assert [item.standing for item in found.accesses] == [standing]
    assert bool(found.wrong) == (standing not in FINE)
    assert found.counts()[f"accesses_{standing}"] == 1


def test_readings_are_counted_by_account_and_product_within_the_period(county: County) -> None:
    measures = "county/measures"
    found = _review(
        county,
        _sealed("committee.analyst", measures, "2025-12-31"),
        _sealed("committee.analyst", measures, "2026-01-01"),
        _sealed("committee.analyst", measures, "2026-02-01", exported="csv"),
        _sealed("committee.analyst", measures, "2026-03-11"),
        {"kind": "published", "fields": {"product": measures}},
        spooled=[("committee.analyst", _fields(measures, "2026-03-09", refused=True)), ("committee.analyst", None)],
    )
    (access,) = found.accesses
    assert (access.queries, access.exports, access.refused, access.rows) == (1, 1, 1, 15)
    assert (access.first_on, access.last_on, access.login) == (SINCE, date(2026, 3, 9), "committee.analyst@board.larkmoor.example")
    assert found.unreadable == 1
    assert measures not in found.unopened
    assert set(found.unopened) == {product.path for product in county.products} - {measures}


def test_who_may_read_and_does_not_is_listed_with_the_last_day(county: County) -> None:
    found = _review(
        county,
        _sealed("jail.analyst", "sheriff/jail_measures", "2026-01-05"),
        _sealed("care.coordination", "health/care_coordination", "2026-02-20"),
        _sealed("officer", "governance/audit", "2026-03-01", refused=True),
    )
    assert {item.login.partition("@")[0]: item.last_on for item in found.idle} == {
        "jail.analyst": date(2026, 1, 5),
        "committee.analyst": None,
        "officer": None,
        "privacy": None,
    }
    assert not [item for item in found.idle if item.role == "data_steward"], "their work is not reading products"


@pytest.mark.parametrize("fields", [None, {}, {"product": "a/b"}, {"product": "a/b", "asked_on": "soon"}, {"asked_on": "2026-01-01"}])
def test_a_note_that_cannot_be_read_is_counted_and_stops_nothing(fields: dict[str, Any] | None) -> None:
    assert notes_of([], [("somebody", fields)]) == ((), 1)


def test_an_account_that_two_logins_would_share_is_nobodys_until_it_is_said_whose(county: County) -> None:
    text = county.agencies.model_dump(mode="json", exclude_defaults=True)
    text["agencies"]["county_board"]["people"].append({"login": "officer@board.example", "role": "analyst"})
    assert "officer" not in Agencies.model_validate(text).accounts
    text["agencies"]["county_board"]["people"][-1]["user"] = "board_officer"
    said = Agencies.model_validate(text).accounts
    assert (said["board_officer"][0], said["officer"][0]) == ("county_board", "governance_office")
    text["agencies"]["county_board"]["people"][0]["user"] = "board_officer"
    with pytest.raises(ValidationError, match="two people would read under one account"):
        Agencies.model_validate(text)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home").prepare()
    Ledger(made, clock=lambda: datetime(2026, 3, 1, tzinfo=UTC)).append(EntryKind.NOTE, night=TODAY, about="the first entry")
    set_simulated_day(made, TODAY)
    return made


def _type(home: Home, *words: str) -> Any:
    return CliRunner().invoke(build_command(), [*words], env={"THROUGHCARE_HOME": str(home.root)})


def test_a_review_is_a_list_and_an_entry_that_says_who_and_when(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "jail.analyst")
    spool(home, **_fields("sheriff/jail_measures", "2026-03-01"))
    out = tmp_path / "access.csv"
    done = _type(home, "access", "review", "--out", str(out), "--reviewed-by", "M. Adeyemi", "--note", "nothing to be done", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert [(item["account"], item["standing"]) for item in told["accesses"]] == [("jail.analyst", "entitled")]
    assert (told["last_reviewed_on"], told["entered_in_ledger"]) == (None, True)
    lines = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert {line["finding"] for line in lines} == {"read", "never_opened", "idle_90_days"}
    assert out.stat().st_mode & 0o777 == 0o600
    (entry,) = [entry for entry in Ledger(home).entries() if entry["kind"] == EntryKind.ACCESS_REVIEWED]
    assert (entry["fields"]["by"], entry["fields"]["reviewed_on"], entry["fields"]["accesses_entitled"]) == ("M. Adeyemi", "2026-03-10", 1)
    assert "jail.analyst" not in json.dumps(entry), "the ledger keeps counts and the hash of the list"
    again = _type(home, "access", "review")
    assert "reviewed before: 2026-03-10 by M. Adeyemi" in again.stdout
    assert Ledger(home).verify().sound


def test_what_is_not_theirs_ends_the_command_with_one(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "jail.analyst")
    refused = _type(home, "query", "health/care_coordination", "select 1")
    assert refused.exit_code == 2
    odd = _type(home, "query", "no such product; drop", "select 1")
    assert odd.exit_code == 2
    done = _type(home, "access", "review", "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert {(item["product"], item["standing"], item["refused"]) for item in told["accesses"]} == {
        ("health/care_coordination", "other_agency", 1),
        ("unknown", "unknown_product", 1),
    }
    assert "drop" not in done.stdout


def test_a_review_without_words_or_with_days_turned_round_is_refused(home: Home) -> None:
    assert _type(home, "access", "review", "--reviewed-by", "M. Adeyemi").exit_code == 2
    assert _type(home, "access", "review", "--since", "2026-03-11").exit_code == 2
    assert len(Ledger(home).entries()) == 1
