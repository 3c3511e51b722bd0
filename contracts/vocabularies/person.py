"""How people are described: sex, role in a record, quality of a birth date, kind of identity evidence.

Belongs here: our words and what they mean. Does not belong here: any vendor's codes (they lie in the county's sources/*.yaml).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum


class Sex(StrEnum):
    """Sex as the source states it; unknown is null, never a code."""

    FEMALE = "F"
    MALE = "M"
    ANOTHER = "X"


class SexQuestion(StrEnum):
    """What a source's column of sex or gender really asks. Answers to different questions are kept apart."""

    SEX = "sex"
    GENDER = "gender"
    ADMINISTRATIVE = "administrative"  # sex for administrative purposes (FHIR gender)
    UNKNOWN = "unknown"


class PersonRole(StrEnum):
    """What a person was to the event. Only a subject links and counts."""

    SUBJECT = "subject"
    CALLER = "caller"
    VICTIM = "victim"
    WITNESS = "witness"
    UNKNOWN = "unknown"


class BirthDateQuality(StrEnum):
    """How much of a birth date the source knew."""

    FULL = "full"
    PARTIAL = "partial"  # year, or year and month
    PLACEHOLDER = "placeholder"  # a date that stands for "not known", such as 1900-01-01
    MISSING = "missing"


class Evidence(StrEnum):
    """Whether an identity is the one a system files a person under, or another that it knows."""

    PRIMARY = "primary"
    ALIAS = "alias"


PLACEHOLDER_BIRTH_DATES: frozenset[date] = frozenset({date(1900, 1, 1), date(1901, 1, 1), date(1850, 1, 1), date(1800, 1, 1)})
"""Dates that record systems fill in when nobody knew; a county may name more of them per column."""

EARLIEST_BIRTH_DATE = date(1900, 1, 1)
"""No living person was born before; earlier values are faults of entry."""
