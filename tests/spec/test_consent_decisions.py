"""consent_decisions.md, row by row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from contracts.instruments import InstrumentStatus
from tests.fixtures.consented_world import NIGHT, ConsentedWorld, DemoTerms, demo_terms

TABLE = Path(__file__).with_name("consent_decisions.md")
TODAY, TOMORROW = NIGHT, NIGHT + timedelta(days=1)


def rows() -> list[tuple[str, str, str]]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("|")][2:]
    return [(cells[0], cells[1], cells[2]) for cells in ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)]


TERMS = demo_terms()
LAPSED = {"expires_on": TODAY}
TERM_FACTS: dict[str, Callable[[DemoTerms], DemoTerms]] = {
    "health agreement lapsed": lambda terms: terms.with_instrument("DSA-2025-BH", **LAPSED),
    "BAA lapsed": lambda terms: terms.with_instrument("BAA-2025-BH", **LAPSED),
    "jail agreement lapsed": lambda terms: terms.with_instrument("DSA-2025-SO", **LAPSED),
    "board licence lapsed": lambda terms: terms.with_instrument("DUL-2026-CB", **LAPSED),
    "memorandum suspended": lambda terms: terms.with_instrument("MOU-2025-01", status=InstrumentStatus.SUSPENDED),
    "memorandum unsigned by the Sheriff": lambda terms: terms.with_instrument(
        "MOU-2025-01", signed=tuple(item for item in terms.instrument("MOU-2025-01").signed if item.party != "sheriff")
    ),
}

ROI, PART2 = "roi_508", "part2_tpo"
CONSENT_FACTS: dict[str, list[tuple[str, dict[str, object]]]] = {
    "release": [(ROI, {})],
    "release signed today": [(ROI, {"signed_at": datetime(2026, 3, 2), "valid_from": TODAY})],
    "release from today": [(ROI, {"valid_from": TODAY})],
    "release from tomorrow": [(ROI, {"valid_from": TOMORROW})],
    "release until today": [(ROI, {"valid_to": TODAY})],
    "release until tomorrow": [(ROI, {"valid_to": TOMORROW})],
    "release revoked": [(ROI, {"revoked_at": datetime(2026, 3, 1, 12), "status": "inactive"})],
    "release revoked, then signed again": [
        (ROI, {"revoked_at": datetime(2026, 2, 1, 12), "status": "inactive"}),
        (ROI, {"signed_at": datetime(2026, 2, 2, 12)}),
    ],
    "release without signature date": [(ROI, {"signed_at": None})],
    "release without expiry": [(ROI, {"valid_to": None})],
    "release without recipient": [(ROI, {"recipients": []})],
    "release without signature": [(ROI, {"signed_by": None})],
    "release without purpose": [(ROI, {"purposes": None})],
    "release without description": [(ROI, {"element_classes": []})],
    "release marked defective by the source": [(ROI, {"is_defective": True})],
    "release on an unknown form": [(ROI, {"form_version": "99"})],
    "release for treatment payment only": [(ROI, {"purposes": ["HPAYMT"]})],
    "release to the programme only": [(ROI, {"recipients": ["behavioral_health"]})],
    "release signed by a parent": [(ROI, {"signed_by": "parent"})],
    "release signed by a representative": [(ROI, {"signed_by": "representative"})],
    "restriction": [
        (
            ROI,
            {
                "kind": "restriction_522",
                "provision_type": "deny",
                "recipients": ["behavioral_health"],
                "element_classes": ["co_responder_encounters"],
            },
        )
    ],
    "opt-out": [("opt_out", {})],
    "opt-out withdrawn": [("opt_out", {"revoked_at": datetime(2026, 2, 3)})],
    "opt-out badly filled in": [("opt_out", {"signed_at": None, "signed_by": None, "discloser": None, "is_defective": True})],
    "Part 2 consent": [(PART2, {})],
    "Part 2 consent until today": [(PART2, {"valid_to": TODAY})],
    "Part 2 consent revoked": [(PART2, {"revoked_at": datetime(2026, 3, 1), "status": "inactive"})],
}
BIRTHDAYS = {"turns 18 today": date(2008, 3, 2), "turns 18 tomorrow": date(2008, 3, 3), "age unknown": None}
RELEASES = {
    "released last night": datetime(2026, 3, 1, 23, 59),
    "released at midnight": datetime(2026, 3, 2),
    "released after midnight": datetime(2026, 3, 2, 0, 1),
}
OTHER_FACTS = {
    "nothing", "Part 2", "programme unknown", "no encounter", "encounter as a juvenile", "never booked before midnight",
    "booking as a juvenile", "booking sealed", "vendor key reused", "doubtful link",
}  # fmt: skip

ROW, COUNT = "disclose_row", "disclose_aggregate"
PLANNING = ["crisis_system_planning", "disparity_reporting"]
MEASURING = ["jail_operations_measurement", "disparity_reporting"]
QUESTIONS: dict[str, tuple[str, str, list[str], str, str]] = {
    "own number": ("h", "health", ["care_coordination"], ROW, "health.source_person_id"),
    "custody": ("j", "health", ["care_coordination"], ROW, "jail_booking.booked_at"),
    "crisis": ("m", "health", ["care_coordination"], ROW, "co_responder_encounter.started_at"),
    "call": ("c", "health", ["care_coordination"], ROW, "cad_person.event_at"),
    "board": ("h", "county", PLANNING, COUNT, "health_encounter.started_at"),
    "sheriff": ("h", "sheriff", MEASURING, COUNT, "health_encounter.started_at"),
    "audit": ("h", "governance", ["governance_audit"], COUNT, "health_encounter.__present__"),
    "own booking": ("j", "sheriff", MEASURING, ROW, "jail_booking.booked_at"),
    "row to sheriff": ("h", "sheriff", MEASURING, ROW, "health_encounter.started_at"),
}


def facts_of(text: str) -> list[str]:
    """Split at commas, but keep facts whose name holds one."""
    if text in CONSENT_FACTS:
        return [text]
    return [part.strip() for part in text.split(",")]


def build(world: ConsentedWorld, tag: str, facts: list[str]) -> None:
    """One row's person, every subject's name beginning with the row's tag."""
    h, j, c, m = (f"{tag}{letter}" for letter in "hjcm")
    born = next((BIRTHDAYS[fact] for fact in facts if fact in BIRTHDAYS), date(1980, 5, 17))
    world.subject(h, "health", born=born, reuse="vendor key reused" in facts)
    for subject, system in ((j, "jail"), (c, "cad"), (m, "co_responder")):
        world.subject(subject, system)
    if "no encounter" not in facts:
        part2 = None if "programme unknown" in facts else "Part 2" in facts
        world.encounter(h, part2=part2, juvenile="encounter as a juvenile" in facts)
    released = next((RELEASES[fact] for fact in facts if fact in RELEASES), None)
    booked = datetime(2026, 3, 2, 0, 1) if "never booked before midnight" in facts else datetime(2026, 2, 20, 9)
    booking = world.booking(j, booked=booked, released=released, juvenile="booking as a juvenile" in facts)
    if "booking sealed" in facts:
        world.content("legal_event", j, "jail", event_type="sealed", event_date=date(2026, 2, 25), affects_record_id=booking)
    world.call(c)
    world.crisis(m)
    for fact in facts:
        for form, changes in CONSENT_FACTS.get(fact, []):
            world.consent(h, form, **changes)
    world.same_person(h, c, m, j, person=f"{tag}p", confidence=0.98 if "doubtful link" in facts else 1.0)


@pytest.fixture(scope="module")
def answers() -> dict[int, set[str]]:
    """Row number -> reasons given. Rows under the same terms are run together, as a county's people are."""
    by_terms: dict[tuple[str, ...], list[int]] = {}
    table = rows()
    for number, (facts, _, _) in enumerate(table):
        by_terms.setdefault(tuple(fact for fact in facts_of(facts) if fact in TERM_FACTS), []).append(number)
    found: dict[int, set[str]] = {}
    for term_facts, numbers in by_terms.items():
        terms = TERMS
        for fact in term_facts:
            terms = TERM_FACTS[fact](terms)
        world = ConsentedWorld(terms)
        for number in numbers:
            build(world, f"{number}_", facts_of(table[number][0]))
        world.run()
        for asked in sorted({table[number][1] for number in numbers}):
            about = [number for number in numbers if table[number][1] == asked]
            found.update(ask(world, asked, about))
    return found


def ask(world: ConsentedWorld, asked: str, numbers: list[int]) -> dict[int, set[str]]:
    if asked == "link":
        return {number: {world.link_reason(f"{number}_h")} for number in numbers}
    letter, recipient, purposes, operation, element = QUESTIONS[asked]
    said = world.decide(recipient, purposes, operation, [element])
    return {number: {answer[0] for (who, _, _), answer in said.items() if who == f"{number}_{letter}"} for number in numbers}


def test_every_fact_and_question_of_the_table_is_known() -> None:
    known = {*TERM_FACTS, *CONSENT_FACTS, *BIRTHDAYS, *RELEASES, *OTHER_FACTS}
    assert {fact for facts, _, _ in rows() for fact in facts_of(facts)} <= known
    assert {asked for _, asked, _ in rows()} <= {*QUESTIONS, "link"}
    assert len(rows()) >= 75


@pytest.mark.parametrize("number", range(len(rows())), ids=[f"{facts} / {asked}" for facts, asked, _ in rows()])
def test_the_case_is_decided_as_written(number: int, answers: dict[int, set[str]]) -> None:
    _, _, answer = rows()[number]
    # A record that the law has erased is in no table of facts any more: nothing is left to decide.
    assert answers[number] == ({answer} if answer != "erased" else set())
