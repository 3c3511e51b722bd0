from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from resources.simulated_county import rates
from resources.simulated_county.reference import AMOUNTS, FAULTS, SINGLE, tables

DOCUMENT = Path(__file__).parents[3] / "docs" / "reference" / "simulated-county.md"


@pytest.mark.parametrize("title", list(tables()))
def test_the_document_prints_the_rates_as_they_are(title: str) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert f"### {title}\n" in text
    assert tables()[title] in text, "run python -m resources.simulated_county.reference and put the table into the document"


def test_every_fault_is_explained() -> None:
    assert set(FAULTS) == {field.name for field in fields(rates.IdentityRates)}


def test_the_document_leaves_no_rate_out() -> None:
    in_tables = {"JAIL_RACE", "CAD_RACE", "CO_RESPONDER_RACE", "PLANTED_BOOKING_RATE_RATIO"}
    in_prose = {"JAIL_ETHNICITY", "HOMELESS_FACTOR_RACE", "PATIENT_SHARE"}
    constants = {name for name in vars(rates) if name.isupper() and name not in {"JAIL", "HEALTH", "CO_RESPONDER", "CAD", "CLEAN"}}
    assert constants == set(SINGLE) | set(AMOUNTS) | in_tables | in_prose


def test_rates_are_chances() -> None:
    for system in (rates.JAIL, rates.HEALTH, rates.CO_RESPONDER, rates.CAD, rates.CLEAN):
        assert all(0 <= float(getattr(system, field.name)) <= 1 for field in fields(system))
    for name in SINGLE:
        assert 0 < getattr(rates, name) < 1


def test_a_correction_has_no_fault() -> None:
    assert {name for name in FAULTS if getattr(rates.CLEAN, name)} == {"ssn4_present"}
