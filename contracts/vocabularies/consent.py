"""Words of a delivered consent.

Belongs here: status, effect, kind, ending and signer. Does not belong here: what makes one valid and which requirement it satisfies,
which are matters of law (contracts.consents).
"""

from __future__ import annotations

from enum import StrEnum


class ConsentStatus(StrEnum):
    """Status as the source keeps it."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    ACTIVE = "active"
    REJECTED = "rejected"
    INACTIVE = "inactive"
    ENTERED_IN_ERROR = "entered-in-error"


class ProvisionType(StrEnum):
    """What a provision does."""

    PERMIT = "permit"
    DENY = "deny"


class ConsentKind(StrEnum):
    """What a person said."""

    ROI_508 = "roi_508"  # HIPAA authorisation
    PART2_TPO = "part2_tpo"  # 42 CFR 2.31, treatment, payment and operations
    PART2_SPECIFIC = "part2_specific"  # 42 CFR 2.31, named recipients and purpose
    PART2_CJ = "part2_cj"  # 42 CFR 2.35, treatment a court has ordered
    PART2_LEGAL = "part2_legal"  # separate consent to use in a proceeding
    FERPA = "ferpa"  # 34 CFR 99.30
    SUD_NOTES = "sud_notes"  # 42 CFR 2.31(b), counselling notes and nothing else
    PSYCH_NOTES = "psych_notes"  # 45 CFR 164.508(a)(2), psychotherapy notes and nothing else
    OPT_OUT = "opt_out"  # a deny: leave me out
    RESTRICTION_522 = "restriction_522"  # a deny the provider agreed to, 45 CFR 164.522(a)


class ExpiryEvent(StrEnum):
    """What ends a consent that names no last day (42 CFR 2.31(a)(7), 2.35)."""

    END_OF_TREATMENT = "end_of_treatment"
    FINAL_DISPOSITION = "final_disposition"  # of the case in which treatment was ordered
    EIGHTEENTH_BIRTHDAY = "eighteenth_birthday"


class SignedBy(StrEnum):
    """Who signed."""

    SELF = "self"
    PARENT = "parent"
    GUARDIAN = "guardian"
    BOTH = "both"  # the minor and a parent or guardian
    REPRESENTATIVE = "representative"  # of an adult, with authority on file
