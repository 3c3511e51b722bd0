"""Words of a delivered consent.

Belongs here: status, kind, effect and the ways a form can be defective. Does not belong here: what a consent allows (consented).
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


class ConsentKind(StrEnum):
    """Which body of rules the form satisfies."""

    ROI_508 = "roi_508"  # authorisation under 45 CFR 164.508
    PART2_TPO = "part2_tpo"  # 42 CFR 2.31, treatment, payment and operations
    PART2_SPECIFIC = "part2_specific"  # 42 CFR 2.31, named recipients
    PART2_CJ = "part2_cj"  # 42 CFR 2.35, criminal justice mandate
    PART2_LEGAL = "part2_legal"  # 42 CFR 2.31(d), legal proceedings
    OPT_OUT = "opt_out"


class ProvisionType(StrEnum):
    """What a provision does."""

    PERMIT = "permit"
    DENY = "deny"


class ConsentDefect(StrEnum):
    """What is missing from a form that 45 CFR 164.508(c) and 42 CFR 2.31 require. A defective consent is no consent."""

    NO_SIGNATURE_DATE = "no_signature_date"
    NO_SIGNER = "no_signer"
    NO_RECIPIENT = "no_recipient"
    NO_PURPOSE = "no_purpose"
    NO_DISCLOSER = "no_discloser"
    NO_EXPIRY = "no_expiry"
    NO_FORM = "no_form"
