"""Where a consent stands, by SQL, is where the specification puts it, field by field and day by day."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from contracts.consents import ConsentState, DeliveredConsent, consent_state, defects
from tests.fixtures.consented_world import CONSENTS, NIGHT, ConsentedWorld, DemoTerms

TRIES = 600


def anything(rng: random.Random) -> tuple[str, dict[str, Any]]:
    """A consent of the demo county with up to three fields made doubtful."""
    kind = rng.choice(tuple(CONSENTS))
    signed = datetime(2025, 12, 20, 15, 30)
    doubts: dict[str, tuple[Any, ...]] = {
        "status": ("inactive", "draft", None),
        "kind": ("part2_tpo", "roi_508", None),
        "form_version": ("1", "2", None),
        "discloser": (None, ""),
        "recipients": (None, [], ["Organization/county_data_office", "behavioral_health"]),
        "purposes": (None, [], ["HPAYMT"]),
        "element_classes": (None, [], ["diagnoses"]),
        "provision_type": ("deny", "permit", None),
        "valid_from": (None, NIGHT, NIGHT + timedelta(days=1), NIGHT - timedelta(days=1)),
        "valid_to": (None, NIGHT, NIGHT + timedelta(days=1)),
        "signed_at": (
            None,
            datetime(2026, 3, 2),
            datetime(2026, 3, 1, 23, 59, 59),
            datetime(2021, 12, 31),
            datetime(2024, 3, 2, 1),
            signed,
        ),
        "signed_by": (None, "", "parent", "guardian", "both", "representative", "x"),
        "revoked_at": (datetime(2026, 2, 1), datetime(2027, 1, 1)),
        "is_defective": (True, None),
    }
    changes = {name: rng.choice(doubts[name]) for name in rng.sample(sorted(doubts), rng.choice((0, 1, 1, 1, 2, 3)))}
    return kind, changes


@pytest.fixture(scope="module")
def states() -> list[tuple[str, ConsentState, tuple[str, ...], list[str]]]:
    from tests.fixtures.consented_world import demo_terms

    world = ConsentedWorld(demo_terms())
    rng = random.Random(20260302)
    born: dict[str, date | None] = {"adult": date(1980, 1, 1), "minor": date(2012, 1, 1), "unknown": None}
    for name, day in born.items():
        world.subject(name, "health", born=day)
    forms = {(form.id, form.version): form for form in world.terms.forms}
    expected: dict[str, tuple[ConsentState, tuple[str, ...]]] = {}
    for _ in range(TRIES):
        who = rng.choice(tuple(born))
        kind, changes = anything(rng)
        record = world.consent(who, kind, **changes)
        row = world.con.execute("select * from checked.consent where record_id = ?", [record])
        values = dict(zip([column[0] for column in row.description], row.fetchall()[0], strict=True))
        given = DeliveredConsent(
            **{name: tuple(value or ()) if name in {"recipients", "purposes", "element_classes"} else value
               for name, value in values.items() if name in DeliveredConsent.__dataclass_fields__}
        )  # fmt: skip
        form = forms.get((given.form_id or "", given.form_version or ""))
        adult = {"adult": True, "minor": False, "unknown": None}[who]
        missing = defects(given, form.kind) if form else ()
        expected[record] = (consent_state(given, form, night=NIGHT, adult=adult), tuple(missing))
    world.run()
    found = world.con.execute("select consent_id, state, defects from consented.consent_state").fetchall()
    return [(record, *expected[record], [state, *lacking]) for record, state, lacking in found]


def test_every_delivered_consent_has_one_state(states: list[tuple[str, ConsentState, tuple[str, ...], list[str]]]) -> None:
    assert len(states) == TRIES
    assert len({record for record, *_ in states}) == TRIES


def test_sql_says_what_the_specification_says(states: list[tuple[str, ConsentState, tuple[str, ...], list[str]]]) -> None:
    for record, state, missing, said in states:
        assert said == [state.value, *(defect.value for defect in missing)], record


def test_the_tries_reach_every_state(states: list[tuple[str, ConsentState, tuple[str, ...], list[str]]]) -> None:
    assert {state for _, state, _, _ in states} == set(ConsentState)


def test_only_consents_in_force_are_facts(world: ConsentedWorld) -> None:
    world.subject("h", "health")
    holds = world.consent("h", "roi_508")
    for changes in ({"status": "inactive"}, {"valid_to": NIGHT}, {"revoked_at": datetime(2026, 3, 1)}, {"signed_at": None}):
        world.consent("h", "roi_508", **changes)
    world.run()
    assert world.con.execute("select consent_id from consented.consent").fetchall() == [(holds,)]


def test_a_person_can_narrow_a_form_and_never_widen_it(world: ConsentedWorld) -> None:
    world.subject("h", "health")
    world.consent(
        "h",
        "roi_508",
        recipients=["Organization/behavioral_health", "county_data_office", "sheriff"],
        purposes=["CAREMGT", "HRESCH", "prosecution"],
        element_classes=["crisis_contacts", "diagnoses"],
    )
    world.run()
    assert world.con.execute("select recipients, purposes, element_classes, operations from consented.consent").fetchall() == [
        (["behavioral_health", "county_data_office"], ["care_coordination"], ["crisis_contacts"], ["disclose_row", "link"])
    ]


def test_a_forms_longest_term_ends_a_consent_that_says_otherwise(terms: DemoTerms, world: ConsentedWorld) -> None:
    world.subject("h", "health")
    world.consent("h", "roi_508", signed_at=datetime(2025, 1, 1, 9), valid_from=date(2025, 1, 1), valid_to=date(2040, 1, 1))
    world.run()
    longest = next(form.longest_days for form in terms.forms if form.id == "roi-crisis-contacts")
    assert longest is not None
    assert world.con.execute("select valid_to from consented.consent").fetchall() == [(date(2025, 1, 1) + timedelta(days=longest),)]
