"""Words for behavioural health care, and the diagnosis code sets used as proxies.

Belongs here: encounter class and type, and ICD-10-CM code roots. Does not belong here: a provider's own codes, the sets (diagnosis).
A diagnosis is not a functional impairment: these sets are proxies and every column made from them says so.
"""

from __future__ import annotations

from enum import StrEnum

from contracts.vocabularies.diagnosis import SMI_DX_PROXY, SUD_DX_PROXY, SmiVariant, SudVariant, roots


class EncounterClass(StrEnum):
    """HL7 v3 ActCode classes of an encounter."""

    AMBULATORY = "AMB"
    EMERGENCY = "EMER"
    FIELD = "FLD"
    HOME = "HH"
    INPATIENT = "IMP"
    ACUTE = "ACUTE"
    NON_ACUTE = "NONAC"
    OBSERVATION = "OBSENC"
    SHORT_STAY = "SS"
    VIRTUAL = "VR"


class EncounterType(StrEnum):
    """What kind of care it was."""

    CRISIS = "crisis"
    OUTPATIENT = "outpatient"
    INPATIENT = "inpatient"
    EMERGENCY = "emergency"
    SUBSTANCE_USE = "substance_use"
    RESIDENTIAL = "residential"
    CASE_MANAGEMENT = "case_management"
    OTHER = "other"


COMMUNITY_ENCOUNTER_TYPES: frozenset[EncounterType] = frozenset(
    {
        EncounterType.CRISIS,
        EncounterType.OUTPATIENT,
        EncounterType.EMERGENCY,
        EncounterType.SUBSTANCE_USE,
        EncounterType.CASE_MANAGEMENT,
    }
)
"""Encounters that stand at intercept 0: community services and crisis care."""

SMI_DX_PROXY_ROOTS: tuple[str, ...] = roots(SMI_DX_PROXY, SmiVariant.STANDARD)
"""ICD-10-CM roots of ``smi_dx_proxy`` where the county's text does not choose another variant."""

SUD_DX_ROOTS: tuple[str, ...] = roots(SUD_DX_PROXY, SudVariant.STANDARD)
"""ICD-10-CM roots of ``sud_dx_proxy`` where the county's text does not choose another variant: F10-F19 without F17, nicotine."""

ICD10_PATTERN = r"^[A-TV-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$"
"""An ICD-10-CM code with its point."""


def in_code_set(code: str, roots: tuple[str, ...]) -> bool:
    """Whether a dotted ICD-10-CM code is one of the roots or lies under one.

    >>> in_code_set("F20.9", SMI_DX_PROXY_ROOTS), in_code_set("F17.210", SUD_DX_ROOTS)
    (True, False)
    """
    return any(code == root or code.startswith(root if "." in root else f"{root}.") for root in roots)


def code_set_pattern(roots: tuple[str, ...]) -> str:
    """The same rule as :func:`in_code_set`, as a regular expression."""
    alternatives = (root.replace(".", r"\.") + (".*" if "." in root else r"(\..*)?") for root in roots)
    return f"^({'|'.join(alternatives)})$"
