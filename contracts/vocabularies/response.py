"""Words for 911 events and crisis response in the field.

Belongs here: call types, which of them concern behavioural health, and how calls and encounters end.
Does not belong here: a dispatch centre's own codes.
"""

from __future__ import annotations

from enum import StrEnum


class CallType(StrEnum):
    """Nature of a call for service."""

    MENTAL_HEALTH = "mental_health"
    SUICIDE = "suicide"  # threat or attempt
    OVERDOSE = "overdose"
    INTOXICATED_PERSON = "intoxicated_person"
    WELFARE_CHECK = "welfare_check"
    DISTURBANCE = "disturbance"
    DOMESTIC = "domestic"
    TRESPASS = "trespass"
    THEFT = "theft"
    BURGLARY = "burglary"
    ROBBERY = "robbery"
    ASSAULT = "assault"
    DRUGS = "drugs"
    TRAFFIC = "traffic"
    MEDICAL = "medical"
    SUSPICIOUS = "suspicious"
    MISSING_PERSON = "missing_person"
    NOISE = "noise"
    ALARM = "alarm"
    WARRANT = "warrant"
    OTHER = "other"


BEHAVIORAL_HEALTH_CALL_TYPES: frozenset[CallType] = frozenset(
    {CallType.MENTAL_HEALTH, CallType.SUICIDE, CallType.OVERDOSE, CallType.INTOXICATED_PERSON}
)
"""Call types counted as behavioural health. A welfare check is not: most end without any such finding."""


class CallDisposition(StrEnum):
    """How a call ended."""

    REPORT_TAKEN = "report_taken"
    RESOLVED = "resolved"
    ARREST = "arrest"
    CITATION = "citation"
    WARNING = "warning"
    TRANSPORT = "transport"  # to an emergency department or other care, voluntarily
    INVOLUNTARY_HOLD = "involuntary_hold"
    CO_RESPONDER = "co_responder"  # handed to a co-responder team
    REFERRAL = "referral"
    UNFOUNDED = "unfounded"
    GONE_ON_ARRIVAL = "gone_on_arrival"
    CANCELLED = "cancelled"
    OTHER = "other"


class TeamType(StrEnum):
    """Who went to the encounter."""

    CO_RESPONSE = "co_response"  # an officer and a clinician together
    MOBILE_CRISIS = "mobile_crisis"  # clinicians without an officer
    CIT = "cit"  # officers trained in crisis intervention
    TELEHEALTH = "telehealth"
    FOLLOW_UP = "follow_up"


class PresentingIssue(StrEnum):
    """What the encounter was about."""

    SUICIDAL = "suicidal"
    PSYCHOSIS = "psychosis"
    MOOD = "mood"  # depression, mania, anxiety
    SUBSTANCE_USE = "substance_use"
    AGGRESSION = "aggression"
    DISORIENTED = "disoriented"
    FAMILY_CONFLICT = "family_conflict"
    BASIC_NEEDS = "basic_needs"
    WELFARE_CHECK = "welfare_check"
    OTHER = "other"


class EncounterDisposition(StrEnum):
    """How a crisis encounter ended."""

    RESOLVED_ON_SCENE = "resolved_on_scene"
    VOLUNTARY_TRANSPORT = "voluntary_transport"
    INVOLUNTARY_HOLD = "involuntary_hold"
    CRISIS_CENTER = "crisis_center"
    ED = "ed"
    ARREST = "arrest"
    CITATION = "citation"
    REFERRAL = "referral"
    REFUSED = "refused"
