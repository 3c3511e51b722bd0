"""Purposes: the vocabulary is complete, prohibitions hold, unknown codes permit nothing."""

from __future__ import annotations

import pytest

from contracts.law import shipped_law
from contracts.purposes import PURPOSE_MEANING, Purpose, purpose_codes, purposes_of


def test_every_purpose_has_a_meaning_for_the_reader_who_signs() -> None:
    assert set(PURPOSE_MEANING) == set(Purpose)
    assert all(len(meaning) > 15 for meaning in PURPOSE_MEANING.values())


def test_the_whole_store_refuses_investigation_prosecution_and_immigration_enforcement() -> None:
    assert set(shipped_law().prohibited_purposes) == {
        Purpose.INVESTIGATION,
        Purpose.CHARGING,
        Purpose.PROSECUTION,
        Purpose.SENTENCING,
        Purpose.REVOCATION,
        Purpose.IMMIGRATION_ENFORCEMENT,
    }


def test_part_2_refuses_every_proceeding_against_the_patient() -> None:
    (refused,) = (set(rule.when.purposes) for rule in shipped_law().rules if rule.id == "P2-NOUSE")
    assert refused == {*shipped_law().prohibited_purposes, Purpose.CHILD_WELFARE_PROCEEDING, Purpose.CIVIL_PROCEEDING}


@pytest.mark.parametrize("code", ["TREAT", " treat ", "CAREMGT", "COC", "care_coordination"])
def test_treatment_codes_mean_care_coordination(code: str) -> None:
    assert purposes_of(code) == {Purpose.CARE_COORDINATION}


@pytest.mark.parametrize("code", ["HPAYMT", "HLEGAL", "HMARKT", "", "everything", "Care coordination"])
def test_a_code_nobody_reviewed_stands_for_nothing(code: str) -> None:
    assert purposes_of(code) == frozenset()


def test_no_code_of_a_consent_stands_for_a_prohibited_purpose() -> None:
    (refused,) = (set(rule.when.purposes) for rule in shipped_law().rules if rule.id == "P2-NOUSE")
    for code, purpose in purpose_codes():
        assert purpose not in refused or code == purpose.value, code


def test_the_table_for_sql_says_what_the_function_says() -> None:
    pairs = purpose_codes()
    for code in {code for code, _ in pairs}:
        assert {purpose for one, purpose in pairs if one == code} == purposes_of(code)
