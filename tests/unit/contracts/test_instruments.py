"""Instruments and clauses: specific, quoted, and in force only while everything above them is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.instruments import (
    Clause,
    Instrument,
    Standing,
    chain,
    clause_min_cell,
    clause_period,
    clause_purposes,
    clause_standing,
    own_standing,
    standing,
)

NIGHT = date(2026, 3, 2)
PERMIT: dict[str, Any] = {
    "number": "3.1",
    "quote": "The recipient may have counts of these records.",
    "effect": "permit",
    "operation": "disclose_aggregate",
    "contributor": "sheriff",
    "recipient": "board",
    "elements": ["bookings"],
    "purposes": ["crisis_system_planning"],
    "lawful_basis": "aggregate",
    "output_form": "aggregate",
}
LINK: dict[str, Any] = {**PERMIT, "operation": "link", "with_systems": ["cad"], "output_form": None}


def instrument(name: str = "DUL-2026-X", kind: str = "DUL", **changes: Any) -> Instrument:
    return Instrument.model_validate(
        {
            "id": name,
            "kind": kind,
            "version": "1",
            "title": "An instrument",
            "status": "active",
            "parent_ids": [] if kind == "MOU" else ["MOU-2025-X"],
            "parties": [{"agency": "sheriff", "role": "contributor"}, {"agency": "hub", "role": "integrator"}],
            "legal_authority": ["an ordinance"],
            "purposes": ["crisis_system_planning", "disparity_reporting"],
            "signed": [
                {"party": "sheriff", "signatory": "A", "title": "B", "signed_on": date(2025, 12, 1)},
                {"party": "hub", "signatory": "A", "title": "B", "signed_on": date(2025, 12, 2)},
            ],
            "effective_from": date(2026, 1, 1),
            "expires_on": date(2027, 1, 1),
            "notice_days": 30,
            "min_cell": 11,
            "reid_prohibited": True,
            **changes,
        }
    )


def family(**changes: dict[str, Any]) -> dict[str, Instrument]:
    """MOU above DSA above DUL; ``changes`` by the first three letters."""
    members = [
        instrument("MOU-2025-X", "MOU", **changes.get("MOU", {})),
        instrument("DSA-2025-X", "DSA", **{"parent_ids": ["MOU-2025-X"], **changes.get("DSA", {})}),
        instrument(**{"parent_ids": ["DSA-2025-X"], "clauses": [PERMIT], **changes.get("DUL", {})}),
    ]
    return {member.id: member for member in members}


def dul_standing(night: date = NIGHT, **changes: dict[str, Any]) -> Standing:
    members = family(**changes)
    dul = members["DUL-2026-X"]
    return clause_standing(dul, dul.clauses[0], members, night)


@pytest.mark.parametrize("missing", ["quote", "number", "effect"])
def test_a_clause_without_its_words_is_refused(missing: str) -> None:
    with pytest.raises(ValidationError, match=missing):
        Clause.model_validate({key: value for key, value in PERMIT.items() if key != missing})


@pytest.mark.parametrize("quote", ["", "   ", "see above"])
def test_a_quote_must_say_something(quote: str) -> None:
    with pytest.raises(ValidationError, match="quote"):
        Clause.model_validate({**PERMIT, "quote": quote})


@pytest.mark.parametrize("elements", [["*"], ["jail_booking.*"], ["bookings", "%"]])
def test_a_wildcard_is_refused(elements: list[str]) -> None:
    with pytest.raises(ValidationError, match="wildcard"):
        Clause.model_validate({**PERMIT, "elements": elements})


@pytest.mark.parametrize("key", ["contributor", "recipient", "elements", "purposes", "lawful_basis", "operation"])
def test_a_permission_is_specific(key: str) -> None:
    with pytest.raises(ValidationError, match=f"a permission must say {key}"):
        Clause.model_validate({name: value for name, value in PERMIT.items() if name != key})


def test_a_prohibition_may_be_as_wide_as_it_likes() -> None:
    clause = Clause.model_validate({"number": "6", "quote": "Nothing goes to anybody for anything at all.", "effect": "prohibit"})
    assert clause.contributor is None
    assert clause.elements == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({**LINK, "with_systems": []}, "must name in with_systems"),
        ({**PERMIT, "with_systems": ["cad"]}, "belongs to a link clause"),
        ({**PERMIT, "output_form": None}, "must say its output_form"),
        ({**PERMIT, "operation": "disclose_row"}, "go together"),
        ({**PERMIT, "output_form": "identified"}, "go together"),
        ({**PERMIT, "purposes": ["curiosity"]}, "Input should be"),
        ({**PERMIT, "labels": ["secret"]}, "Input should be"),
        ({**PERMIT, "valid_from": date(2026, 2, 1), "valid_to": date(2026, 2, 1)}, "must be later"),
        ({**PERMIT, "min_cell": 2}, "greater than or equal to 3"),
        ({**PERMIT, "surprise": 1}, "Extra inputs"),
    ],
)
def test_a_clause_that_contradicts_itself_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Clause.model_validate(changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"expires_on": date(2026, 1, 1)}, "must be later"),
        ({"clauses": [PERMIT, PERMIT]}, "is there twice"),
        ({"signed": [{"party": "stranger", "signatory": "A", "title": "B", "signed_on": date(2025, 1, 1)}]}, "not a party"),
        ({"parent_ids": ["DUL-2026-X"]}, "its own parent"),
        ({"parent_ids": []}, "must name its parents"),
        ({"id": "dul 1"}, "String should match pattern"),
        ({"status": "valid"}, "Input should be"),
    ],
)
def test_an_instrument_that_contradicts_itself_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        instrument(**changes)


def test_a_clause_is_cited_by_instrument_and_number() -> None:
    dul = family()["DUL-2026-X"]
    assert dul.clause_id(dul.clauses[0]) == "DUL-2026-X §3.1"


@pytest.mark.parametrize(
    ("night", "expected"),
    [
        (date(2025, 12, 31), Standing.NOT_YET),
        (date(2026, 1, 1), Standing.IN_FORCE),
        (date(2026, 12, 31), Standing.IN_FORCE),
        (date(2027, 1, 1), Standing.EXPIRED),
    ],
)
def test_an_instrument_is_in_force_from_its_first_day_until_the_day_before_its_end(night: date, expected: Standing) -> None:
    assert own_standing(instrument(), night) is expected


@pytest.mark.parametrize("status", ["draft", "suspended", "terminated", "expired"])
def test_only_an_active_instrument_is_in_force(status: str) -> None:
    assert own_standing(instrument(status=status), NIGHT) is Standing.NOT_ACTIVE


def test_an_instrument_that_a_party_has_not_signed_by_then_is_not_in_force() -> None:
    late = {"party": "hub", "signatory": "A", "title": "B", "signed_on": date(2026, 3, 3)}
    half = instrument(signed=[{"party": "sheriff", "signatory": "A", "title": "B", "signed_on": date(2025, 12, 1)}])
    assert own_standing(half, NIGHT) is Standing.UNSIGNED
    assert half.unsigned == ("hub",)
    signed_later = half.model_copy(update={"signed": (*half.signed, instrument(signed=[late]).signed[0])})
    assert own_standing(signed_later, NIGHT) is Standing.UNSIGNED
    assert own_standing(signed_later, date(2026, 3, 3)) is Standing.IN_FORCE


def test_a_clause_lives_while_everything_above_it_does() -> None:
    assert dul_standing() is Standing.IN_FORCE


@pytest.mark.parametrize("lapsed", ["DSA", "MOU"])
@pytest.mark.parametrize("change", [{"expires_on": NIGHT}, {"status": "suspended"}, {"signed": []}, {"effective_from": date(2026, 3, 3)}])
def test_a_lapse_anywhere_above_turns_the_clause_dark(lapsed: str, change: dict[str, Any]) -> None:
    assert dul_standing(**{lapsed: change}) is Standing.PARENT_NOT_IN_FORCE


def test_a_missing_parent_turns_the_clause_dark() -> None:
    members = family()
    del members["DSA-2025-X"]
    dul = members["DUL-2026-X"]
    assert clause_standing(dul, dul.clauses[0], members, NIGHT) is Standing.PARENT_MISSING


def test_a_circle_of_parents_is_walked_once_and_holds_while_all_do() -> None:
    members = family(MOU={"parent_ids": ["DUL-2026-X"]})
    assert chain(("DUL-2026-X",), members) == ("DSA-2025-X", "DUL-2026-X", "MOU-2025-X")
    assert standing(members["DUL-2026-X"], members, NIGHT) is Standing.IN_FORCE


def test_a_clause_also_hangs_on_what_it_stands_under() -> None:
    members = family(DUL={"parent_ids": ["MOU-2025-X"], "clauses": [{**PERMIT, "under": ["DSA-2025-X"]}]}, DSA={"expires_on": NIGHT})
    dul = members["DUL-2026-X"]
    assert clause_standing(dul, dul.clauses[0], members, NIGHT) is Standing.PARENT_NOT_IN_FORCE
    assert standing(dul, members, NIGHT) is Standing.IN_FORCE


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ({"valid_from": date(2026, 3, 3)}, Standing.NOT_YET),
        ({"valid_from": NIGHT}, Standing.IN_FORCE),
        ({"valid_to": NIGHT}, Standing.EXPIRED),
        ({"valid_to": date(2026, 3, 3)}, Standing.IN_FORCE),
    ],
)
def test_a_clauses_own_days_are_half_open(clause: dict[str, Any], expected: Standing) -> None:
    assert dul_standing(DUL={"clauses": [{**PERMIT, **clause}]}) is expected


def test_a_purpose_that_a_tier_above_does_not_serve_is_not_served() -> None:
    members = family(DSA={"purposes": ["disparity_reporting"]}, DUL={"clauses": [{**PERMIT, "purposes": ["crisis_system_planning"]}]})
    dul = members["DUL-2026-X"]
    assert clause_purposes(dul, dul.clauses[0], members) == ()
    assert clause_standing(dul, dul.clauses[0], members, NIGHT) is Standing.PURPOSE_BEYOND_PARENTS


def test_a_clause_keeps_the_purposes_that_every_tier_shares() -> None:
    both = {**PERMIT, "purposes": ["crisis_system_planning", "disparity_reporting"]}
    members = family(MOU={"purposes": ["disparity_reporting"]}, DUL={"clauses": [both]})
    dul = members["DUL-2026-X"]
    assert clause_purposes(dul, dul.clauses[0], members) == ("disparity_reporting",)


def test_a_prohibition_stands_although_the_agreement_above_it_has_lapsed() -> None:
    ban = {"number": "6", "quote": "Nothing goes to anybody for anything at all.", "effect": "prohibit"}
    assert dul_standing(DUL={"clauses": [ban]}, DSA={"expires_on": NIGHT}) is Standing.IN_FORCE


def test_a_clauses_days_are_those_its_whole_chain_shares() -> None:
    members = family(MOU={"effective_from": date(2026, 2, 1)}, DSA={"expires_on": date(2026, 6, 1)})
    dul = members["DUL-2026-X"]
    assert clause_period(dul, dul.clauses[0], members) == (date(2026, 2, 1), date(2026, 6, 1))


def test_days_that_never_overlap_are_no_days() -> None:
    members = family(MOU={"effective_from": date(2026, 8, 1)}, DSA={"expires_on": date(2026, 6, 1)})
    first, end = clause_period(members["DUL-2026-X"], members["DUL-2026-X"].clauses[0], members)
    assert first == end


def test_the_largest_minimum_cell_of_the_chain_counts() -> None:
    members = family(DSA={"min_cell": 20}, DUL={"clauses": [{**PERMIT, "min_cell": 15}]})
    assert clause_min_cell(members["DUL-2026-X"], members["DUL-2026-X"].clauses[0], members) == 20
