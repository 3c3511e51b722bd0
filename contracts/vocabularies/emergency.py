"""Words for emergency medical services and emergency departments.

Belongs here: how a response and a visit end. Does not belong here: NEMSIS or UB-04 numbers (crosswalks/emergency.csv), case definitions
(case_definitions).
"""

from __future__ import annotations

from enum import StrEnum

from contracts.vocabularies.diagnosis import case_pattern


class UnitDisposition(StrEnum):
    """Whether the unit met a patient (NEMSIS eDisposition.27)."""

    CONTACT_MADE = "contact_made"
    CANCELLED = "cancelled"
    NO_CONTACT = "no_contact"
    NO_PATIENT = "no_patient"
    NON_PATIENT = "non_patient"


class CareDisposition(StrEnum):
    """What care was given (NEMSIS eDisposition.28)."""

    CARE_PROVIDED = "care_provided"
    REFUSED_CARE = "refused_care"
    NO_CARE_REQUIRED = "no_care_required"
    REFUSED_EVALUATION = "refused_evaluation"
    SUPPORT_SERVICES = "support_services"


class TransportDisposition(StrEnum):
    """Whether the patient was taken anywhere (NEMSIS eDisposition.30)."""

    TRANSPORTED = "transported"
    TRANSPORTED_BY_OTHER = "transported_by_other"
    REFUSED_TRANSPORT = "refused_transport"
    NON_PATIENT = "non_patient"
    NO_TRANSPORT = "no_transport"


class EdDisposition(StrEnum):
    """How a visit to an emergency department ended (UB-04 discharge status)."""

    HOME = "home"
    ADMITTED = "admitted"
    TRANSFER = "transfer"
    PSYCHIATRIC_FACILITY = "psychiatric_facility"
    NURSING_FACILITY = "nursing_facility"
    HOSPICE = "hospice"
    LEFT_AGAINST_ADVICE = "left_against_advice"
    LAW_ENFORCEMENT = "law_enforcement"
    DIED = "died"
    OTHER = "other"


class ArrivalMode(StrEnum):
    """How a person came to the emergency department."""

    WALK_IN = "walk_in"
    AMBULANCE = "ambulance"
    POLICE = "police"
    TRANSFER = "transfer"
    OTHER = "other"


class EmsDestination(StrEnum):
    """Where the patient was taken (NEMSIS eDisposition.21)."""

    EMERGENCY_DEPARTMENT = "emergency_department"
    PSYCHIATRIC = "psychiatric"
    CRISIS_CENTER = "crisis_center"
    SOBERING_CENTER = "sobering_center"
    JAIL = "jail"
    OTHER = "other"


class EmsPlace(StrEnum):
    """Where the county sees an ambulance in the Sequential Intercept Model: its own choice."""

    COMMUNITY = "community"  # intercept 0
    LAW_ENFORCEMENT = "law_enforcement"  # intercept 1


EMS_BEHAVIORAL_HEALTH_PATTERN = case_pattern("nemsis_behavioral_health", "eSituation.11")
"""Codes of the NEMSIS behavioural health case definition (case_definitions.csv): F, R45, R46, and intentional self-harm."""

OPIOID_OVERDOSE_PATTERN = case_pattern("nemsis_opioid_overdose", "eSituation.11")
"""Codes of the NEMSIS opioid overdose case definition (case_definitions.csv): F11, and poisoning by an opioid, not its adverse effects."""
