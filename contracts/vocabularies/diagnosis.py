"""Sets of ICD-10-CM codes that stand for something nobody recorded: serious mental illness, substance use disorder, an emergency call
about either.

Belongs here: reading the reviewed tables diagnosis_sets.csv and case_definitions.csv, and turning one into a pattern. Does not belong here:
42 CFR Part 2, which goes by programme and never by
code; the code list itself (assets.checked.code_list).

A diagnosis is not a functional impairment. These sets are proxies; every column made from one is named after it or says so.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache

from contracts.vocabularies.tables import table_rows

SMI_DX_PROXY = "smi_dx_proxy"
SUD_DX_PROXY = "sud_dx_proxy"


class SmiVariant(StrEnum):
    """How much counts as serious mental illness."""

    STRICT = "strict"
    STANDARD = "standard"
    CORE = "core"
    BROAD = "broad"


class SudVariant(StrEnum):
    """How much counts as substance use disorder."""

    STRICT = "strict"
    STANDARD = "standard"


@dataclass(frozen=True)
class Member:
    """One root of a set: it and every code under it belong."""

    set: str
    variant: str
    root: str
    meaning: str
    why: str


@cache
def members() -> tuple[Member, ...]:
    """Every root of every variant of every set, in the order of the table."""
    return tuple(Member(**row) for row in table_rows("diagnosis_sets.csv", [field.name for field in fields(Member)]))


@cache
def roots(name: str, variant: str) -> tuple[str, ...]:
    """Roots of one variant of a set.

    Raises:
        KeyError: if there is no such set or variant.
    """
    found = tuple(member.root for member in members() if (member.set, member.variant) == (name, variant))
    if not found:
        raise KeyError(f"no code set [{name}] in the variant [{variant}]")
    return found


@dataclass(frozen=True)
class CaseRule:
    """One alternative of a published case definition: an element of a record, and a pattern or code that makes the case."""

    definition: str
    element: str
    kind: str
    value: str
    meaning: str
    source: str


@cache
def case_rules(definition: str) -> tuple[CaseRule, ...]:
    """Alternatives of a case definition.

    Raises:
        KeyError: if there is no such definition.
    """
    rows = table_rows("case_definitions.csv", [field.name for field in fields(CaseRule)])
    found = tuple(CaseRule(**row) for row in rows if row["definition"] == definition)
    if not found:
        raise KeyError(f"no case definition [{definition}]")
    return found


@cache
def case_pattern(definition: str, element: str) -> str:
    """A regular expression, to be matched with a whole code, for one element of a case definition.

    Args:
        definition: ``nemsis_behavioral_health`` or ``nemsis_opioid_overdose``.
        element: such as ``eSituation.11``.

    Raises:
        KeyError: if the definition says nothing of the element.
    """
    found = [rule.value for rule in case_rules(definition) if rule.kind == "pattern" and element in rule.element.split()]
    if not found:
        raise KeyError(f"the case definition [{definition}] says nothing of [{element}]")
    return "^(" + "|".join(found) + ")$"


@cache
def case_codes(definition: str, element: str) -> tuple[str, ...]:
    """Codes of one element that make a case together with the definition's other codes (naloxone, and that it helped)."""
    return tuple(rule.value for rule in case_rules(definition) if rule.kind == "code" and element in rule.element.split())
