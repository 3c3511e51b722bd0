"""Canonical records of 911 dispatch and of crisis response in the field.

Belongs here: what such a row must be. Does not belong here: how a vendor writes it.
"""

from __future__ import annotations

from contracts.columns import CONVENTION, Kind, Label
from contracts.records.counting import CountingRules
from contracts.records.declaring import Contact, Derived, Intercept, Parent, Reference, SubjectFrom, Unit, declares
from contracts.records.rules import InOrder, NotBeforeBirth, stages
from contracts.records.shared import Raced, Record, Timestamp, coded, identifier, person_role, plain, sensitive
from contracts.vocabularies.response import CallDisposition, CallType, EncounterDisposition, PresentingIssue, TeamType

_PMC = "co-response reporting framework, PMC6094921, table 3"


class CadEvent(Record):
    """One 911 event. It has no person: people come with their own rows."""

    received_at: Timestamp = sensitive("Call received.", standard="police-eis dispatches: time received; NEMSIS 3.5.1: eTimes.01")
    dispatched_at: Timestamp = sensitive("First unit dispatched.", standard="police-eis dispatches: time assigned", nullable=True)
    en_route_at: Timestamp = sensitive("First unit on its way.", standard="police-eis dispatches: travel time", nullable=True)
    arrived_at: Timestamp = sensitive("First unit on scene.", standard="police-eis dispatches: time arrived", nullable=True)
    cleared_at: Timestamp = sensitive("Event closed.", standard="police-eis dispatches: time cleared", nullable=True)
    initial_call_type: str = coded(
        "What the call was taken for.", CallType, standard="police-eis dispatches: original type", kind=Kind.SENSITIVE, nullable=True
    )
    final_call_type: str = coded(
        "What it turned out to be.", CallType, standard="police-eis dispatches: final type", kind=Kind.SENSITIVE, nullable=True
    )
    priority: str = plain("Dispatch priority as the centre numbers it.", standard="police-eis dispatches: final priority", nullable=True)
    call_disposition: str = coded(
        "How the call ended.", CallDisposition, standard="one-line CAD exports: call_disposition", kind=Kind.SENSITIVE, nullable=True
    )
    beat: str = plain("Patrol beat.", standard="police-eis dispatches: unit beat", nullable=True)
    cancelled: bool = plain("Whether the call was cancelled before a unit arrived.", standard=CONVENTION, nullable=True)

    class Config:
        """An event has no subject; its people do."""

        metadata = declares(
            name="cad_event",
            system="dispatch",
            subject=SubjectFrom.NOBODY,
            start="received_at",
            end="cleared_at",
            default_role=None,
            element_class="dispatch_events",
            derived=(
                Derived(
                    "is_behavioral_health",
                    "boolean",
                    "Whether the call concerned behavioural health, by what it turned out to be.",
                    at_admission=True,
                ),
            ),
            rules=stages("received_at", "dispatched_at", "en_route_at", "arrived_at", "cleared_at"),
        )


class CadPerson(Raced):
    """One person's involvement in a 911 event."""

    source_parent_id: str = identifier("The dispatch centre's own key of the event.", standard="police-eis dispatches: dispatch_id")
    person_role: str = person_role("Subject, caller, victim, witness or unknown. Only subjects link and count.")

    class Config:
        """When and what is the event's; who and in which role is the row's own."""

        metadata = declares(
            name="cad_person",
            system="dispatch",
            subject=SubjectFrom.OWN_ID,
            start="event_at",
            unit=Unit.EVENT,
            intercept=Intercept(1),
            contact=Contact("call_type", "call_disposition", "is_behavioral_health"),
            parent=Parent("cad_event", required=True),
            default_role=None,
            derived=(
                Derived("event_at", "timestamp", "When the call was received.", copied_from=("received_at",)),
                Derived(
                    "call_type",
                    "varchar",
                    "What the call turned out to be, else what it was taken for.",
                    copied_from=("final_call_type", "initial_call_type"),
                ),
                Derived(
                    "is_behavioral_health",
                    "boolean",
                    "Whether the call concerned behavioural health.",
                    copied_from=("is_behavioral_health",),
                ),
                Derived("call_disposition", "varchar", "How the call ended.", copied_from=("call_disposition",)),
            ),
            counting=CountingRules(start="event_at"),
        )


class CoResponderEncounter(Raced):
    """One encounter of a crisis team with one client."""

    cad_incident_id: str = identifier("The dispatch centre's key of the 911 event the team answered.", standard=_PMC, nullable=True)
    started_at: Timestamp = sensitive("Begin of the encounter.", standard=_PMC, phi=True)
    ended_at: Timestamp = sensitive("End of the encounter.", standard=_PMC, phi=True, nullable=True)
    team_type: str = coded("Who went.", TeamType, standard=f"{_PMC}: model", nullable=True)
    clinician_present: bool = plain("Whether a clinician was there.", standard=f"{_PMC}: staffing", nullable=True)
    presenting_issue: str = coded(
        "What the encounter was about.",
        PresentingIssue,
        standard="Johnson County, KS, mental health calls: presenting_issue",
        kind=Kind.SENSITIVE,
        labels=(Label.PHI,),
        nullable=True,
    )
    suicidal: bool = sensitive(
        "Whether the person was suicidal.",
        standard="Johnson County, KS, mental health calls: risk_to_self_value",
        phi=True,
        nullable=True,
    )
    intoxicated: bool = sensitive("Whether the person was intoxicated.", standard=_PMC, phi=True, nullable=True)
    weapon: bool = sensitive("Whether a weapon was involved.", standard=_PMC, nullable=True)
    disposition: str = coded(
        "How the encounter ended.",
        EncounterDisposition,
        standard="Johnson County, KS, mental health calls: disposition",
        kind=Kind.SENSITIVE,
        nullable=True,
    )
    homeless: bool = sensitive("Whether the person was without a home.", standard=_PMC, nullable=True)

    class Config:
        """A team goes out because a call is about behavioural health."""

        metadata = declares(
            name="co_responder_encounter",
            system="crisis_team",
            subject=SubjectFrom.OWN_ID,
            start="started_at",
            end="ended_at",
            unit=Unit.EVENT,
            intercept=Intercept(1),
            contact=Contact("presenting_issue", "disposition", True),
            references=(Reference("cad_incident_id", "cad_event", "cad_record_id"),),
            labels=(Label.PHI,),
            element_class="co_responder_encounters",
            rules=(
                InOrder("end_not_before_start", "An encounter does not end before it begins.", ("started_at",), "ended_at"),
                NotBeforeBirth("started_at", "encounter_not_before_birth", "Nobody is met before birth."),
            ),
            counting=CountingRules(start="started_at", end="ended_at"),
        )
