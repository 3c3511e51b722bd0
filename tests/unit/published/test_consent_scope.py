"""The scope of the consents goes with every row that rests on one (42 CFR 2.32), and tells of nobody."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import duckdb
import pytest
from pydantic import ValidationError

from assets.published import build
from assets.published.build import QUESTIONS, BuildFault
from assets.published.consent_scope import COLUMNS, drops_scope
from contracts.products import CONSENT_SCOPE, CONSENT_SCOPE_ID, Product, ProductColumn, ProductForm
from resources.sql import load_sql
from tests.fixtures.published_world import PublishedWorld

CARE = "health/care_coordination"
SCOPED = f"select client_id, {CONSENT_SCOPE_ID} from recent_crisis_contacts order by client_id, contact_at"


def _met(world: PublishedWorld, client: str, **consent: Any) -> str:
    patient = world.client(client)
    met = world.made.subject(f"met {client}", "co_responder")
    world.made.encounter(patient)
    world.made.crisis(met, started_at=datetime(2026, 2, 20, 22))
    world.same_person(patient, met)
    world.made.consent(patient, "roi_508", **consent)
    return patient


def _scopes(world: PublishedWorld, *columns: str) -> list[tuple[Any, ...]]:
    return world.read(CARE, f"select {', '.join(columns)} from {CONSENT_SCOPE} order by all")


def test_equal_terms_are_one_scope_and_other_terms_another(world: PublishedWorld) -> None:
    _met(world, "pt-00000001")
    _met(world, "pt-00000002")
    _met(world, "pt-00000003", valid_to=date(2026, 6, 1))
    world.ready().publish(CARE)
    first, second, third = (scope for _, scope in world.read(CARE, SCOPED))
    assert first == second != third
    assert {(scope, end) for scope, end in _scopes(world, CONSENT_SCOPE_ID, "valid_until")} == {
        (first, date(2027, 1, 1)),
        (third, date(2026, 6, 1)),
    }


def test_a_scope_says_clause_form_purpose_recipient_classes_and_how_it_ends(world: PublishedWorld) -> None:
    _met(world, "pt-00000001")
    world.ready().publish(CARE)
    columns = ("clause_id", "consent_kind", "form", "discloser", "recipient", "purposes", "element_classes", "labels", "valid_from")
    assert _scopes(world, *columns, "valid_until", "revocation") == [
        (
            "DUL-2026-BH §3.4", "roi_508", "roi-crisis-contacts 2", "mobile_crisis", "behavioral_health", "care_coordination",
            "crisis_contacts", "phi", date(2026, 1, 1), date(2027, 1, 1), "at any time",
        )
    ]  # fmt: skip


def test_only_scopes_that_a_row_carries_are_told(world: PublishedWorld) -> None:
    _met(world, "pt-00000001")
    patient = world.client("pt-00000002")
    world.made.encounter(patient)
    world.made.consent(patient, "roi_508", valid_to=date(2026, 5, 1))
    old = _met(world, "pt-00000003", valid_to=date(2026, 4, 1))
    world.con.execute(
        "update checked.co_responder_encounter set started_at = timestamp '2025-12-01 10:00' where subject_id = 'met pt-00000003'"
    )
    world.ready().publish(CARE)
    assert old not in {client for client, _ in world.read(CARE, SCOPED)}
    assert _scopes(world, "valid_until") == [(date(2027, 1, 1),)]


def test_a_consent_with_an_event_says_it_and_one_on_paper_without_end_has_no_last_day(world: PublishedWorld) -> None:
    _met(world, "pt-00000001", valid_to=None, expiry_event="end_of_treatment", expiry_event_open=True)
    world.ready().publish(CARE)
    ((event, until),) = _scopes(world, "expiry_event", "valid_until")
    assert event == "end_of_treatment"
    days = world.county.forms
    longest = next(form.longest_days for form in days if form.id == "roi-crisis-contacts")
    assert (until is None) == (longest is None)


def test_nothing_in_a_scope_tells_of_a_person(world: PublishedWorld) -> None:
    patient = _met(world, "pt-00000001")
    ((consent,),) = world.con.execute("select record_id from checked.consent").fetchall()
    world.ready().publish(CARE)
    told = {str(value) for row in _scopes(world, *COLUMNS) for value in row}
    assert not told & {patient, consent, "pt-00000001", "met pt-00000001"}
    assert b"subject of" not in world.everything(CARE)


def test_rows_that_ask_for_no_consent_have_no_scope(world: PublishedWorld) -> None:
    patient, inmate = world.client("pt-00000001"), world.inmate("J-1")
    world.made.encounter(patient)
    world.booking(inmate, "B-1")
    world.same_person(patient, inmate)
    world.ready().publish(CARE)
    assert world.read(CARE, f"select client_id, {CONSENT_SCOPE_ID} from in_custody_tonight") == [("pt-00000001", None)]
    assert _scopes(world, CONSENT_SCOPE_ID) == []


def test_the_product_explains_its_scopes_and_the_manifest_lists_them(world: PublishedWorld) -> None:
    _met(world, "pt-00000001")
    report = world.ready().publish(CARE)
    explained = world.read(CARE, "select table_name, column_name from _columns")
    assert {("recent_crisis_contacts", CONSENT_SCOPE_ID), ("in_custody_tonight", CONSENT_SCOPE_ID)} <= set(explained)
    assert {(CONSENT_SCOPE, name) for name in COLUMNS} <= set(explained)
    tables = {table["name"]: table for table in world.files(CARE).manifest(str(report.version))["tables"]}
    assert [column["name"] for column in tables[CONSENT_SCOPE]["columns"]] == list(COLUMNS)
    assert tables["recent_crisis_contacts"]["columns"][-1]["name"] == CONSENT_SCOPE_ID
    notice = " ".join(line for (line,) in world.read(CARE, "select notice from _notice order by line"))
    assert "carries its consent_scope_id" in notice


def test_two_products_never_join_by_a_scope_and_pseudonymised_ones_tell_days_to_the_month(world: PublishedWorld) -> None:
    about = {"data_from": date(2025, 5, 19), "data_to": date(2026, 10, 8)}
    _met(world, "pt-00000001", valid_from=date(2026, 1, 17), valid_to=date(2026, 9, 23), **about)
    world.ready().publish(CARE)
    ((_, first),) = world.read(CARE, SCOPED)
    other = world.product(CARE)
    tables = tuple(
        table.model_copy(update={"columns": tuple(column.model_copy(update={"own_id": None}) for column in table.columns)})
        for table in other.tables
        if table.name == "recent_crisis_contacts"
    )
    world.publish(CARE, product=other.model_copy(update={"name": "contacts", "form": ProductForm.PSEUDONYMISED, "tables": tables}))
    assert _scopes(world, "records_from", "records_until") == [tuple(about.values())], "an identified row tells the days"
    second = world.read(
        "health/contacts", f"select {CONSENT_SCOPE_ID}, valid_from, valid_until, records_from, records_until from {CONSENT_SCOPE}"
    )
    assert [row[1:] for row in second] == [(date(2026, 1, 1), date(2026, 9, 1), date(2025, 5, 1), date(2026, 10, 1))]
    assert second[0][0] != first


def test_a_scope_is_what_is_left_when_a_consent_is_taken_back(world: PublishedWorld) -> None:
    patient = _met(world, "pt-00000001")
    world.made.consent(patient, "roi_508", valid_to=date(2026, 4, 1))
    world.ready().publish(CARE)
    assert _scopes(world, "valid_until") == [(date(2027, 1, 1),)], "of two the one that lasts longest is named"
    world.con.execute("update checked.consent set revoked_at = timestamp '2026-03-01 09:00' where valid_to = date '2027-01-01'")
    world.ready().publish(CARE)
    assert world.read(CARE, SCOPED) == [], "what is taken back denies, whatever else was signed"


def test_a_question_that_would_drop_the_scope_is_found() -> None:
    con = duckdb.connect()
    con.execute("create schema linked")
    con.execute("create table linked.cad_person (person_key varchar, consent_scope_id varchar)")
    question = "-- Who?\nselect person_key from linked.cad_person"
    assert not drops_scope(con, question, ["person_key"]), "no row rests on a consent"
    con.execute("insert into linked.cad_person values ('p', 'a1b2')")
    assert drops_scope(con, question, ["person_key"])
    assert not drops_scope(con, question, ["person_key", CONSENT_SCOPE_ID])


def test_a_product_whose_question_would_drop_the_scope_is_not_built(world: PublishedWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    _met(world, "pt-00000001")
    world.ready()
    text = load_sql(QUESTIONS, "recent_crisis_contacts").replace(", contact.consent_scope_id", "")
    monkeypatch.setattr(build, "load_sql", lambda package, name: text if name == "recent_crisis_contacts" else load_sql(package, name))
    with pytest.raises(BuildFault, match=r"\[recent_crisis_contacts\]: rows .* rest on a consent, and it has no column consent_scope_id"):
        world.publish(CARE)
    assert world.files(CARE).current() is None


def test_no_products_text_takes_the_names(world: PublishedWorld) -> None:
    with pytest.raises(ValidationError, match="added to rows that rest on a consent"):
        ProductColumn(name=CONSENT_SCOPE_ID, description="Of one's own.")
    product = world.product(CARE)
    tables = [product.tables[0].model_dump(exclude_defaults=True) | {"name": CONSENT_SCOPE}]
    with pytest.raises(ValidationError, match="give yours another name"):
        Product.model_validate({**product.model_dump(mode="json", exclude_defaults=True), "tables": tables})
