"""Words for courts and community supervision.

Belongs here: our words for events, findings and terms. Does not belong here: a court's own codes.
"""

from __future__ import annotations

from enum import StrEnum


class CourtEventType(StrEnum):
    """What happened in court."""

    FIRST_APPEARANCE = "first_appearance"
    ARRAIGNMENT = "arraignment"
    BAIL_HEARING = "bail_hearing"
    PRETRIAL_HEARING = "pretrial_hearing"
    COMPETENCY_HEARING = "competency_hearing"
    SPECIALTY_COURT = "specialty_court"
    PLEA = "plea"
    TRIAL = "trial"
    SENTENCING = "sentencing"
    VIOLATION_HEARING = "violation_hearing"
    REVIEW = "review"
    CASE_FILED = "case_filed"
    CASE_CLOSED = "case_closed"
    OTHER = "other"


class Finding(StrEnum):
    """What the court found or did with the case."""

    GUILTY = "guilty"
    NOT_GUILTY = "not_guilty"
    DISMISSED = "dismissed"
    DIVERTED = "diverted"
    CONTINUED_WITHOUT_FINDING = "continued_without_finding"
    INCOMPETENT = "incompetent"
    CONTINUED = "continued"  # put off
    OTHER = "other"


class SupervisionType(StrEnum):
    """Who supervises, and on what ground."""

    PROBATION = "probation"
    PAROLE = "parole"
    PRETRIAL = "pretrial"
    SPECIALTY_COURT = "specialty_court"
    COMMUNITY_CORRECTIONS = "community_corrections"
    OTHER = "other"


class SupervisionEnd(StrEnum):
    """How a term ended."""

    COMPLETED = "completed"
    REVOKED_TECHNICAL = "revoked_technical"
    REVOKED_NEW_OFFENSE = "revoked_new_offense"
    ABSCONDED = "absconded"
    TRANSFERRED = "transferred"
    EARLY_DISCHARGE = "early_discharge"
    DIED = "died"
    OTHER = "other"
