"""Words of a delivered consent that its source alone decides.

Belongs here: status and effect. Does not belong here: kinds, signers and defects, which are matters of law (contracts.consents).
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
