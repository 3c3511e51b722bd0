"""Words for arrests and stops.

Belongs here: our words for how somebody was arrested or stopped and what came of it. Does not belong here: an agency's own codes, and any
word for the race of the person stopped (race).
Source of the stop words: the stop-data guidebook of the Center for Policing Equity and the Policing Project (COPS Office, 2020).
"""

from __future__ import annotations

from enum import StrEnum


class ArrestKind(StrEnum):
    """How a person was charged. Taken in or summoned is itself a decision point of youth justice."""

    CUSTODIAL = "custodial"  # taken into custody
    SUMMONS = "summons"  # told to appear
    CITATION = "citation"  # cited in lieu of arrest


class ArrestBasis(StrEnum):
    """On what ground."""

    ON_VIEW = "on_view"
    WARRANT = "warrant"
    PROBATION_OR_PAROLE = "probation_or_parole"
    OTHER = "other"


class ArrestDisposition(StrEnum):
    """What the police did next."""

    BOOKED = "booked"
    RELEASED = "released"
    DIVERTED = "diverted"
    REFERRED = "referred"  # to services
    TRANSFERRED = "transferred"  # to another agency
    HOSPITAL = "hospital"
    OTHER = "other"


class StopKind(StrEnum):
    """What was stopped."""

    VEHICLE = "vehicle"
    PEDESTRIAN = "pedestrian"
    BICYCLE = "bicycle"
    OTHER = "other"


class StopReason(StrEnum):
    """Why, as the officer gave it."""

    TRAFFIC_VIOLATION = "traffic_violation"
    EQUIPMENT = "equipment"
    REASONABLE_SUSPICION = "reasonable_suspicion"
    WARRANT = "warrant"
    CALL_FOR_SERVICE = "call_for_service"
    CHECKPOINT = "checkpoint"
    CONSENSUAL = "consensual"
    COMMUNITY_CARETAKING = "community_caretaking"
    OTHER = "other"


class SearchBasis(StrEnum):
    """On what ground a search rested."""

    CONSENT = "consent"
    PROBABLE_CAUSE = "probable_cause"
    INCIDENT_TO_ARREST = "incident_to_arrest"
    FRISK = "frisk"
    WARRANT = "warrant"
    INVENTORY = "inventory"
    SUPERVISION_CONDITION = "supervision_condition"
    OTHER = "other"


class Force(StrEnum):
    """The gravest force used."""

    NONE = "none"
    HANDCUFFS = "handcuffs"
    PHYSICAL = "physical"
    LESS_LETHAL = "less_lethal"
    FIREARM_POINTED = "firearm_pointed"
    FIREARM_USED = "firearm_used"


class StopOutcome(StrEnum):
    """How a stop ended."""

    NO_ACTION = "no_action"
    WARNING = "warning"
    CITATION = "citation"
    ARREST = "arrest"
    FIELD_INTERVIEW = "field_interview"
    REFERRAL = "referral"
    TRANSPORT = "transport"  # to care
    OTHER = "other"
