"""Which disclosures the law asks to be accounted for to the person.

Belongs here: the accounts there are and the codes of one (45 CFR 164.528, 42 CFR 2.24). Does not belong here: which basis has which code
(rule packs), which rule asks for an account (accounts.py), finding disclosures, letters.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Letter(StrEnum):
    """Which account is asked for."""

    ACCOUNTING = "accounting"  # 45 CFR 164.528
    PART2 = "part2"  # 42 CFR 2.24


class Accounting(StrEnum):
    """How 45 CFR 164.528 sees a disclosure, from what must be told to what need not be."""

    REQUIRED = "required"
    EXEMPT_TREATMENT = "exempt_treatment"  # 164.528(a)(1)(i): treatment, payment, health care operations
    EXEMPT_AUTHORISATION = "exempt_authorisation"  # (a)(1)(iv)
    EXEMPT_CUSTODY = "exempt_custody"  # (a)(1)(vii): correctional institutions, 164.512(k)(5)
    EXEMPT_LIMITED_DATA_SET = "exempt_limited_data_set"  # (a)(1)(viii)
    NOT_HEALTH_INFORMATION = "not_health_information"  # the rule does not reach it


ACCOUNTED_YEARS: Final = 6
"""Years that an accounting looks back (164.528(a)(1))."""

PART2_YEARS: Final = 3
"""Years that a list of disclosures under a general designation looks back (42 CFR 2.24)."""


MEANING: Final[dict[Accounting, str]] = {
    Accounting.REQUIRED: "must be told to the person who asks (45 CFR 164.528)",
    Accounting.EXEMPT_TREATMENT: "for treatment or health care operations; no account is owed",
    Accounting.EXEMPT_AUTHORISATION: "under the person's own authorisation; no account is owed",
    Accounting.EXEMPT_CUSTODY: "to an institution with lawful custody; no account is owed",
    Accounting.EXEMPT_LIMITED_DATA_SET: "part of a limited data set; no account is owed",
    Accounting.NOT_HEALTH_INFORMATION: "not health information; 45 CFR 164.528 does not reach it",
}
"""In plain words; complete, which a test holds."""
