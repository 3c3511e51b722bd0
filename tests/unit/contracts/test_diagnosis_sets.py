"""Proxy sets of diagnoses and published case definitions: what is in them, that every root exists, that variants contain one another."""

from __future__ import annotations

import re

import pytest

from assets.checked.code_list import codes_of, codes_under, is_listed, unlisted
from contracts.vocabularies.diagnosis import SMI_DX_PROXY, SUD_DX_PROXY, SmiVariant, SudVariant, case_codes, case_pattern, members, roots
from contracts.vocabularies.health import SMI_DX_PROXY_ROOTS, SUD_DX_ROOTS, in_code_set

SMI = {variant: roots(SMI_DX_PROXY, variant) for variant in SmiVariant}


@pytest.mark.parametrize("member", members(), ids=lambda member: f"{member.set}-{member.variant}-{member.root}")
def test_every_root_is_on_the_code_list(member: object) -> None:
    assert is_listed(member.root)


@pytest.mark.parametrize(
    ("code", "strict", "standard", "core", "broad"),
    [
        ("F20.9", True, True, True, True),
        ("F25.0", True, True, True, True),
        ("F31.81", True, True, True, True),
        ("F32.2", True, True, True, True),
        ("F33.3", True, True, True, True),
        ("F22", False, True, False, True),
        ("F29", False, True, False, True),
        ("F33.1", False, False, True, True),
        ("F32.5", False, False, True, True),
        ("F32.9", False, False, False, True),
        ("F43.12", False, False, False, True),
        ("F32.0", False, False, False, False),
        ("F41.1", False, False, False, False),
        ("F200", False, False, False, False),
    ],
)
def test_each_variant_of_serious_mental_illness_holds_what_it_says(
    code: str, strict: bool, standard: bool, core: bool, broad: bool
) -> None:
    found = {variant.value: in_code_set(code, listed) for variant, listed in SMI.items()}
    assert found == {"strict": strict, "standard": standard, "core": core, "broad": broad}


def test_variants_grow_from_strict_to_broad() -> None:
    listed = {variant: set(codes_of(found)) for variant, found in SMI.items()}
    assert listed[SmiVariant.STRICT] < listed[SmiVariant.STANDARD] < listed[SmiVariant.BROAD]
    assert listed[SmiVariant.STRICT] < listed[SmiVariant.CORE] < listed[SmiVariant.BROAD]
    assert set(codes_of(roots(SUD_DX_PROXY, SudVariant.STRICT))) < set(codes_of(SUD_DX_ROOTS))


def test_the_variant_used_where_nobody_chooses_is_the_standard_one() -> None:
    assert roots(SMI_DX_PROXY, "standard") == SMI_DX_PROXY_ROOTS
    assert not any(root.startswith("F17") for root in SUD_DX_ROOTS)


def test_a_set_or_root_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError, match="no code set"):
        roots(SMI_DX_PROXY, "widest")
    with pytest.raises(KeyError, match="no code"):
        codes_under("F99.99")
    assert unlisted(["F20.9", "F20.9", "X99.1Q", "ZZZ"]) == 2


BEHAVIORAL = ("F20.9", "F10.129", "R45.851", "R46.89", "T14.91XA", "T36.0X2A", "T50.902A", "T58.02XA", "T71.162A", "X71.0XXA", "X83.8XXA")
NOT_BEHAVIORAL = ("R41.82", "T14.90XA", "T36.0X1A", "T40.2X1A", "T72.0X2A", "X84", "X70.1", "Z59.00", "R07.9")


@pytest.mark.parametrize("code", [*BEHAVIORAL, *NOT_BEHAVIORAL])
def test_the_behavioural_health_case_definition_takes_disorders_and_self_harm_only(code: str) -> None:
    assert bool(re.fullmatch(case_pattern("nemsis_behavioral_health", "eSituation.11"), code)) is (code in BEHAVIORAL)
    of_injury = bool(re.fullmatch(case_pattern("nemsis_behavioral_health", "eInjury.01"), code))
    assert of_injury is (code in BEHAVIORAL and code[0] in "TX")


@pytest.mark.parametrize(
    ("code", "is_case"),
    [
        ("F11.20", True), ("T40.0X1A", True), ("T40.1X4A", True), ("T40.2X2A", True), ("T40.411A", True), ("T40.601A", True),
        ("T40.2X5A", False), ("T40.5X1A", False), ("T40.711A", False), ("F14.10", False),
    ],
)  # fmt: skip
def test_the_opioid_overdose_case_definition_takes_poisoning_not_adverse_effects(code: str, is_case: bool) -> None:
    assert bool(re.fullmatch(case_pattern("nemsis_opioid_overdose", "eSituation.09"), code)) is is_case


def test_naloxone_makes_a_case_by_its_codes() -> None:
    assert case_codes("nemsis_opioid_overdose", "eMedications.03") == ("7242", "203192", "197117")
    assert case_codes("nemsis_opioid_overdose", "eMedications.07") == ("9916001",)
    with pytest.raises(KeyError, match="says nothing"):
        case_pattern("nemsis_behavioral_health", "eMedications.03")
