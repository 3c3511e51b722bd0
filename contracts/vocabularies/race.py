"""Race and ethnicity: the targets of every source's crosswalk.

Belongs here: categories, how a source's question was put, and who answered it. Does not belong here: vendors' codes, and any rule that
picks one value from several assertions.
Source of the categories: OMB Statistical Policy Directive 15 (1997 and 2024). A crosswalk is an exhaustive list and fails on an unknown
code: matching by prefix has put "NATIVE AMERICAN" among Pacific Islanders before.
"""

from __future__ import annotations

from enum import StrEnum


class RaceCode(StrEnum):
    """What one raw race code of a source can mean."""

    AIAN = "AIAN"  # American Indian or Alaska Native
    ASIAN = "ASIAN"
    BLACK = "BLACK"  # Black or African American
    MENA = "MENA"  # Middle Eastern or North African; part of WHITE where categories are those of 1997
    NHPI = "NHPI"  # Native Hawaiian or other Pacific Islander
    WHITE = "WHITE"
    OTHER = "OTHER"
    MULTIPLE = "MULTIPLE"  # two or more races, not said which
    HISPANIC = "HISPANIC"  # in systems that mix ethnicity into race
    UNKNOWN = "UNKNOWN"
    REFUSED = "REFUSED"


RACES: tuple[RaceCode, ...] = (
    RaceCode.AIAN,
    RaceCode.ASIAN,
    RaceCode.BLACK,
    RaceCode.MENA,
    RaceCode.NHPI,
    RaceCode.WHITE,
    RaceCode.OTHER,
    RaceCode.MULTIPLE,
)
"""Codes that name a race; the others say something about ethnicity or about the answer."""


class Ethnicity(StrEnum):
    """Answer to a separate question about Hispanic or Latino origin."""

    HISPANIC = "HISPANIC"
    NOT_HISPANIC = "NOT_HISPANIC"
    UNKNOWN = "UNKNOWN"


class CategorySystem(StrEnum):
    """How a source asks. Numerators and bases of a rate must share one."""

    OMB1997_TWO_QUESTION = "omb1997_two_question"  # race, and Hispanic origin apart
    OMB2024_COMBINED = "omb2024_combined"  # one question of seven categories, Hispanic or Latino and MENA among them, any number chosen
    COMBINED = "combined"  # one question that offers Hispanic or Latino beside the races, without MENA
    SINGLE_MIXED = "single_mixed"  # one code, Hispanic mixed in, not an answer to a question


class RaceMethod(StrEnum):
    """Who said so."""

    SELF = "self"
    OBSERVED = "observed"
    PROXY = "proxy"
    UNKNOWN = "unknown"
