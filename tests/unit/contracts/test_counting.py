"""What counts is declared on the record type, once, and a county turns switches, not rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.county import CountyText
from contracts.records import RECORD_TYPES
from contracts.records.counting import CountingRules, counts

BOOKINGS = RECORD_TYPES["jail_booking"].counting or CountingRules(start="booked_at")
JUSTICE_COUNTS = {
    "paper_bookings", "temporary_returns", "facility_transfers", "under_12_hours", "from_12_to_24_hours", "holds", "failures_to_appear",
    "unpaid_fines", "sanctions",
}  # fmt: skip


def _stay(hours: float | None = 48, **more: Any) -> dict[str, Any]:
    booked = datetime(2026, 1, 1, 8)
    released = None if hours is None else datetime.fromtimestamp(booked.timestamp() + hours * 3600)
    return {"booked_at": booked, "released_at": released, "booking_type": "new_charge", "admission_type": None, **more}


def test_every_option_of_the_published_list_is_a_switch() -> None:
    assert {switch.name for switch in BOOKINGS.switches} == JUSTICE_COUNTS
    assert {switch.name for switch in BOOKINGS.left_out} == {"paper_bookings", "temporary_returns", "facility_transfers"}


def test_a_switch_speaks_of_words_its_field_knows() -> None:
    words = RECORD_TYPES["jail_booking"].vocabularies
    for switch in BOOKINGS.switches:
        assert (switch.field is None) == (switch.hours_to is not None)
        assert set(switch.words) <= set(words[switch.field]) if switch.field else True


@pytest.mark.parametrize("word", ["paper_booking", "temporary_return", "facility_transfer"])
def test_a_move_a_return_and_a_paper_are_no_bookings(word: str) -> None:
    assert not counts(_stay(admission_type=word), BOOKINGS)
    assert counts(_stay(admission_type="new_admission"), BOOKINGS)


@pytest.mark.parametrize(
    ("switch", "stay"),
    [
        ("under_12_hours", _stay(11.9)),
        ("from_12_to_24_hours", _stay(12)),
        ("holds", _stay(booking_type="hold")),
        ("failures_to_appear", _stay(booking_type="fta")),
        ("unpaid_fines", _stay(booking_type="unpaid_fines")),
        ("sanctions", _stay(booking_type="sanction")),
    ],
)
def test_a_county_leaves_out_what_it_says_and_nothing_else(switch: str, stay: dict[str, Any]) -> None:
    turned = BOOKINGS.turned({switch: False})
    assert counts(stay, BOOKINGS)
    assert not counts(stay, turned)
    assert counts(_stay(24), turned)


def test_an_open_or_unknown_stay_is_never_left_out_for_its_length() -> None:
    turned = BOOKINGS.turned({"under_12_hours": False, "from_12_to_24_hours": False})
    assert counts(_stay(None), turned)
    assert counts({}, turned)


def test_the_parameters_say_what_is_left_out_and_always_have_the_same_names() -> None:
    assert BOOKINGS.parameters() == {
        "not_counted_admission_type": ["facility_transfer", "paper_booking", "temporary_return"],
        "not_counted_booking_type": [],
        "not_counted_hours_from": [],
        "not_counted_hours_to": [],
    }
    turned = BOOKINGS.turned({"holds": False, "from_12_to_24_hours": False, "paper_bookings": True})
    assert turned.parameters() == {
        "not_counted_admission_type": ["facility_transfer", "temporary_return"],
        "not_counted_booking_type": ["hold"],
        "not_counted_hours_from": [12],
        "not_counted_hours_to": [24],
    }


def test_a_switch_that_there_is_not_is_named_with_those_there_are() -> None:
    with pytest.raises(KeyError, match=r"weekenders.*paper_bookings"):
        BOOKINGS.turned({"weekenders": True})


def test_the_countys_text_turns_switches_of_what_is_counted() -> None:
    text = {
        "name": "Testshire", "timezone": "America/New_York", "first_night": "2026-03-02", "night_cutoff": "00:00", "nightly_start": "02:30",
        "fiscal_year_start": "07-01", "reference_group": "WHITE", "sources": ["jail"], "integrator": "office",
        "retention": {"landing_days": 1, "quarantine_days": 1, "superseded_products_days": 0},
    }  # fmt: skip
    assert CountyText.model_validate(text).counting == {}
    assert CountyText.model_validate({**text, "counting": {"jail_booking": {"holds": False}}}).counting["jail_booking"] == {"holds": False}
    for wrong, said in (({"jail_charge": {}}, "are not counted"), ({"jail_booking": {"weekends": False}}, "no counting switch weekends")):
        with pytest.raises(ValidationError, match=said):
            CountyText.model_validate({**text, "counting": wrong})


def test_an_ambulance_is_counted_in_distinct_days_and_a_stay_can_be_one_of_two_systems() -> None:
    assert {name for name, kind in RECORD_TYPES.items() if kind.counting and kind.counting.distinct_days} == {"ems_response"}
    assert BOOKINGS.same_contact == ("person_key", "start_at", "end_at")
    assert BOOKINGS.clip_to_window
    assert BOOKINGS.open_ends_at_as_of
