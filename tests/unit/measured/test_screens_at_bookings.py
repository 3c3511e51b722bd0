"""Screens delivered as records: scored alike in SQL and in Python, and laid at the right booking."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.measured.ground import code
from assets.measured.run import PACKAGE
from assets.measured.scope import SCOPE_TABLES, open_scope
from assets.measured.screening_rules import ITEMS, score
from assets.measured.settled import append
from contracts.stepping_up import Screening, ScreenRules
from resources.sql import load_sql, replace_table, rows

AS_OF = datetime(2026, 3, 2)
CUTS = {"bjmhs_current": 2, "k6_cut": 13, "cmhs_men": 6, "cmhs_women": 5}
FORMS = st.sampled_from(Screening).flatmap(
    lambda screen: st.tuples(
        st.just(screen),
        st.lists(st.integers(0, 4 if screen is Screening.K6 else 1) | st.none(), min_size=1, max_size=ITEMS[screen]),
    )
)


@pytest.fixture(scope="module")
def con() -> Any:
    con = duckdb.connect()
    open_scope(con, {})
    yield con
    con.close()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FORMS, min_size=1, max_size=20))
def test_sql_scores_every_form_as_python_does(con: Any, forms: list[tuple[Screening, list[int | None]]]) -> None:
    con.execute("delete from scope.given_screening")
    lines = [
        {"record_id": f"r{n:03d}", "person_key": "p", "domain": "c", "screened_at": AS_OF - timedelta(days=1), "screen": s, "answers": a}
        for n, (s, a) in enumerate(forms)
    ]
    append(con, "scope.given_screening", SCOPE_TABLES["screening"], lines)
    replace_table(con, "scope.event_filter", "select ''::varchar as filter_id where false")
    code(con)
    found = rows(
        con,
        f"select result, total_score, answered, risk_level from ({load_sql(PACKAGE, 'screening_score')}) as scored order by record_id",
        {"as_of": AS_OF, **CUTS},
    )
    expected = [score(screen, answers, ScreenRules()) for screen, answers in forms]
    assert found == [(each.result, each.total, each.answered, each.level) for each in expected]


def screened(county: Any, key: str, at: datetime, screen: str = "k6", **values: Any) -> None:
    county.add(
        "screening", record_id=f"s{key}{at:%m%d%H}", person_key=key, domain="county", system="jail", screened_at=at, screen=screen, **values
    )


def furnish(county: Any) -> None:
    """Records are complete, and the scope holds diagnoses, so that either kind of evidence can be asked."""
    county.complete()
    county.diagnosis(county.person("elsewhere"), date(2024, 1, 1), smi=False)


def figures(county: Any, evidence: str) -> dict[str, float]:
    found = county.ask(
        "select smi_status, numerator from measured.stepping_up where measure = 'bookings_with_smi' and breakdown = 'ALL'"
        " and evidence = $evidence",
        {"evidence": evidence},
    )
    return {status: numerator for status, numerator in found if numerator}


def test_a_screen_belongs_to_the_booking_it_names_else_to_the_persons_last_one(county: Any) -> None:
    furnish(county)
    start = datetime(2025, 10, 1)
    first = county.booking(county.person("a"), start, start + timedelta(days=1))
    county.booking("a", start + timedelta(days=30), start + timedelta(days=40))
    screened(county, "a", start + timedelta(days=30, hours=5), total_score=20)
    screened(county, "a", start + timedelta(days=31), total_score=2, booking_record_id=first)
    county.measured()
    assert county.ask("select result, hours_after_booking from measured.screening_result order by screened_at") == [
        ("positive", 5.0),
        ("negative", 31 * 24.0),
    ]
    # The second screen came a month after the booking it names: it says nothing about it.
    assert figures(county, "screen") == {"positive": 1, "unknown": 1}
    assert figures(county, "bjmhs") == {"unknown": 2}
    assert figures(county, "either") == {"positive": 1, "unknown": 1}


def test_evidence_within_a_day_and_at_three_days_stand_apart_and_unknown_is_shown(county: Any) -> None:
    furnish(county)
    start = datetime(2025, 10, 1)
    for number, (hours, held) in enumerate([(2, 10), (30, 10), (None, 10), (2, 1)]):
        key = county.person(f"p{number}")
        county.booking(key, start, start + timedelta(days=held))
        if hours is not None:
            screened(county, key, start + timedelta(hours=hours), total_score=20)
    county.measured()
    assert figures(county, "evidence_early") == {"positive": 2, "unknown": 2}
    # Of the three still held after three days, two are known by then.
    assert figures(county, "landmark") == {"positive": 2, "unknown": 1}
    assert county.ask("select distinct denominator, unit from measured.stepping_up where evidence = 'landmark' and breakdown = 'ALL'") == [
        (3, "share of bookings still held")
    ]


def test_refused_screens_are_attempts_and_no_result(county: Any) -> None:
    furnish(county)
    start = datetime(2025, 10, 1)
    county.booking(county.person("a"), start, start + timedelta(days=5))
    screened(county, "a", start + timedelta(hours=1), stated_result="refused")
    screened(county, "a", start + timedelta(hours=9), answers=[4, 4, 4, 4, 0, 0], stated_result="negative")
    county.measured()
    found = dict(county.ask("select submeasure, value from measured.screening_summary where breakdown = 'ALL'"))
    assert (found["attempts"], found["refused"], found["screened_in_time"], found["hours_to_screen_median"]) == (2, 1, 1, 9)
    assert county.ask("select result, agrees_with_stated from measured.screening_result order by screened_at") == [
        ("refused", None),
        ("positive", False),
    ]


def test_a_screen_for_suicide_risk_is_no_evidence_of_serious_mental_illness(county: Any) -> None:
    furnish(county)
    start = datetime(2025, 10, 1)
    county.booking(county.person("a"), start, start + timedelta(days=5))
    screened(county, "a", start + timedelta(hours=1), "c_ssrs", answers=[1, 1, 1, 1, 0, 0])
    county.measured()
    assert figures(county, "either") == {"unknown": 1}
    assert county.ask("select result, risk_level from measured.screening_result") == [("positive", "high")]
