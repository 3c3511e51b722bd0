"""What shared data may be used for.

Belongs here: the vocabulary of purposes, and how HL7 purpose-of-use codes of a delivered consent are read. Does not belong here: which
purposes law refuses (rule packs), which agency may pursue which (instruments).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Purpose(StrEnum):
    """Every purpose a clause, a product or a consent may name."""

    RECORD_LINKAGE = "record_linkage"
    CARE_COORDINATION = "care_coordination"
    JAIL_OPERATIONS_MEASUREMENT = "jail_operations_measurement"
    CRISIS_SYSTEM_PLANNING = "crisis_system_planning"
    DISPARITY_REPORTING = "disparity_reporting"
    GOVERNANCE_AUDIT = "governance_audit"
    RESEARCH_STATISTICAL = "research_statistical"
    INVESTIGATION = "investigation"
    CHARGING = "charging"
    PROSECUTION = "prosecution"
    SENTENCING = "sentencing"
    REVOCATION = "revocation"
    IMMIGRATION_ENFORCEMENT = "immigration_enforcement"
    CHILD_WELFARE_PROCEEDING = "child_welfare_proceeding"
    CIVIL_PROCEEDING = "civil_proceeding"


PURPOSE_MEANING: dict[Purpose, str] = {
    Purpose.RECORD_LINKAGE: "compare identity fields to tell whether two records are of one person; shows nobody anything",
    Purpose.CARE_COORDINATION: "let a treating programme follow its own client into and out of custody and crisis",
    Purpose.JAIL_OPERATIONS_MEASUREMENT: "measure the jail's own population, screening and lengths of stay",
    Purpose.CRISIS_SYSTEM_PLANNING: "count, without naming anyone, how crisis, custody and care follow each other",
    Purpose.DISPARITY_REPORTING: "compare decisions and contacts by race and ethnicity, as aggregates",
    Purpose.GOVERNANCE_AUDIT: "show that the terms were kept: counts of decisions, coverage, expiries",
    Purpose.RESEARCH_STATISTICAL: "research extracts under a data use agreement; a one-way street into research",
    Purpose.INVESTIGATION: "investigate the person",
    Purpose.CHARGING: "decide charges against the person",
    Purpose.PROSECUTION: "prosecute the person",
    Purpose.SENTENCING: "sentence the person",
    Purpose.REVOCATION: "revoke the person's probation, parole or release",
    Purpose.IMMIGRATION_ENFORCEMENT: "enforce immigration law against the person or a relative",
    Purpose.CHILD_WELFARE_PROCEEDING: "proceed against the person in child welfare",
    Purpose.CIVIL_PROCEEDING: "proceed against the person in a civil or administrative matter",
}
"""Meaning in plain words, for the reader who signs; complete, which a test holds."""

_PURPOSE_OF_USE: dict[str, frozenset[Purpose]] = {
    "TREAT": frozenset({Purpose.CARE_COORDINATION}),
    "COC": frozenset({Purpose.CARE_COORDINATION}),
    "CAREMGT": frozenset({Purpose.CARE_COORDINATION}),
    "HOPERAT": frozenset({Purpose.CRISIS_SYSTEM_PLANNING, Purpose.DISPARITY_REPORTING, Purpose.GOVERNANCE_AUDIT}),
    "HQUALIMP": frozenset({Purpose.CRISIS_SYSTEM_PLANNING}),
    "HRESCH": frozenset({Purpose.RESEARCH_STATISTICAL}),
}
"""HL7 v3 ActReason PurposeOfUse -> our purposes. Codes about payment, legal matters or marketing are left out: they permit nothing here."""


def purposes_of(code: str) -> frozenset[Purpose]:
    """Purposes that one delivered code stands for: an HL7 PurposeOfUse code or one of our own words.

    An unknown code stands for nothing: a consent is never widened by a word nobody reviewed.
    """
    word = code.strip()
    if word.upper() in _PURPOSE_OF_USE:
        return _PURPOSE_OF_USE[word.upper()]
    return frozenset(purpose for purpose in Purpose if purpose.value == word)


def purpose_codes() -> tuple[tuple[str, Purpose], ...]:
    """Every (code, purpose) pair that :func:`purposes_of` knows, in order: the same reading as a table, for SQL."""
    codes: Iterable[str] = (*_PURPOSE_OF_USE, *(purpose.value for purpose in Purpose))
    return tuple(sorted((code, purpose) for code in codes for purpose in purposes_of(code)))
