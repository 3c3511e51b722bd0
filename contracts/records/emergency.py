"""Canonical records of emergency care: ambulance responses, emergency department visits.

Belongs here: what such a row must be. Does not belong here: NEMSIS files or any vendor's way of writing them.
"""

from __future__ import annotations

import polars as pl

from contracts.columns import CONVENTION, Kind, Label, field
from contracts.records.counting import CountingRules
from contracts.records.declaring import Contact, Derived, Intercept, Reference, SubjectFrom, Unit, declares
from contracts.records.rules import InOrder, NotBeforeBirth, stages
from contracts.records.shared import Raced, Texts, Timestamp, coded, identifier, quasi, sensitive
from contracts.vocabularies.emergency import (
    ArrivalMode,
    CareDisposition,
    EdDisposition,
    EmsDestination,
    EmsPlace,
    TransportDisposition,
    UnitDisposition,
)
from contracts.vocabularies.health import ICD10_PATTERN
from contracts.vocabularies.response import CallType

_PHI = (Label.PHI,)
_NEMSIS = "NEMSIS 3.5.1"
_ED = "UB-04 and hospital emergency department registers"


class EmsResponse(Raced):
    """One patient care report: one unit's response to one person."""

    cad_incident_id: str = identifier(
        "The dispatch centre's key of the 911 event.", standard=f"{_NEMSIS}: eDispatch.06, unit dispatched CAD record id", nullable=True
    )
    call_received_at: Timestamp = sensitive("Call reached the 911 centre.", standard=f"{_NEMSIS}: eTimes.01", phi=True, nullable=True)
    notified_at: Timestamp = sensitive("Unit notified by dispatch.", standard=f"{_NEMSIS}: eTimes.03", phi=True)
    en_route_at: Timestamp = sensitive("Unit on its way.", standard=f"{_NEMSIS}: eTimes.05", phi=True, nullable=True)
    arrived_at: Timestamp = sensitive("Unit on scene.", standard=f"{_NEMSIS}: eTimes.06", phi=True, nullable=True)
    at_patient_at: Timestamp = sensitive("Unit at the patient.", standard=f"{_NEMSIS}: eTimes.07", phi=True, nullable=True)
    left_scene_at: Timestamp = sensitive("Unit left the scene.", standard=f"{_NEMSIS}: eTimes.09", phi=True, nullable=True)
    at_destination_at: Timestamp = sensitive("Patient at the destination.", standard=f"{_NEMSIS}: eTimes.11", phi=True, nullable=True)
    cleared_at: Timestamp = sensitive("Unit back in service.", standard=f"{_NEMSIS}: eTimes.13", phi=True, nullable=True)
    dispatch_reason: str = coded(
        "What the call was taken for.", CallType, standard=f"{_NEMSIS}: eDispatch.01", kind=Kind.SENSITIVE, labels=_PHI, nullable=True
    )
    chief_complaint: str = field(
        "Complaint in the crew's words.",
        kind=Kind.SENSITIVE,
        labels=(Label.FREE_TEXT, Label.PHI),
        standard=f"{_NEMSIS}: eSituation.04",
        nullable=True,
    )
    primary_symptom: str = sensitive("Primary symptom, ICD-10-CM.", standard=f"{_NEMSIS}: eSituation.09", phi=True, nullable=True)
    other_symptoms: Texts = sensitive("Other symptoms, ICD-10-CM.", standard=f"{_NEMSIS}: eSituation.10", phi=True, nullable=True)
    primary_impression: str = sensitive("Primary impression, ICD-10-CM.", standard=f"{_NEMSIS}: eSituation.11", phi=True, nullable=True)
    other_impressions: Texts = sensitive("Secondary impressions, ICD-10-CM.", standard=f"{_NEMSIS}: eSituation.12", phi=True, nullable=True)
    unit_disposition: str = coded(
        "Whether the unit met a patient.", UnitDisposition, standard=f"{_NEMSIS}: eDisposition.27", labels=_PHI, nullable=True
    )
    care_disposition: str = coded(
        "What care was given.", CareDisposition, standard=f"{_NEMSIS}: eDisposition.28", kind=Kind.SENSITIVE, labels=_PHI, nullable=True
    )
    transport_disposition: str = coded(
        "Whether the patient was taken anywhere.",
        TransportDisposition,
        standard=f"{_NEMSIS}: eDisposition.30",
        kind=Kind.SENSITIVE,
        labels=_PHI,
        nullable=True,
    )
    destination_type: str = coded(
        "Where the patient was taken.",
        EmsDestination,
        standard=f"{_NEMSIS}: eDisposition.21",
        kind=Kind.SENSITIVE,
        labels=_PHI,
        nullable=True,
    )
    police_on_scene: bool = sensitive(
        "Whether police were at the scene.", standard=f"{_NEMSIS}: eScene.04, type of other service at scene", phi=True, nullable=True
    )
    naloxone_given: bool = sensitive(
        "Whether naloxone was given, before or by the crew.", standard=f"{_NEMSIS}: eMedications.03, RxNorm 7242", phi=True, nullable=True
    )
    homeless: bool = sensitive(
        "Whether the patient was without a home.", standard=f"{_NEMSIS}: ePatient.22, alternate home residence", phi=True, nullable=True
    )
    stated_age: pl.Int32 = quasi(
        "Age as the crew wrote it.", standard=f"{_NEMSIS}: ePatient.15 in years (ePatient.16)", unit="years", nullable=True, ge=0, le=120
    )
    intercept_place: str = coded(
        "Where the county sees an ambulance: a constant of the source's text; null: with the police, at intercept 1.",
        EmsPlace,
        standard="Sequential Intercept Model: emergency services at 0 or 1 by local choice",
        nullable=True,
    )

    class Config:
        """An ambulance has no duration for counting: distinct days."""

        metadata = declares(
            name="ems_response",
            system="ems",
            subject=SubjectFrom.OWN_ID,
            start="notified_at",
            unit=Unit.EVENT,
            intercept=Intercept(0, "intercept_place", frozenset({EmsPlace.COMMUNITY.value}), otherwise=1),
            contact=Contact("dispatch_reason", "transport_disposition", "is_behavioral_health"),
            references=(Reference("cad_incident_id", "cad_event", "cad_record_id"),),
            labels=_PHI,
            age_field="stated_age",
            element_class="ems_responses",
            derived=(
                Derived(
                    "is_behavioral_health",
                    "boolean",
                    "Whether any symptom or impression is in the behavioural health case definition; null if none is coded.",
                    standard=f"{_NEMSIS} behavioural health case definition, 27 May 2025",
                    at_admission=True,
                ),
                Derived(
                    "is_opioid_overdose",
                    "boolean",
                    "Whether any symptom or impression is in the opioid overdose case definition; null if none is coded.",
                    standard=f"{_NEMSIS} opioid overdose case definition, codes only",
                    at_admission=True,
                ),
            ),
            rules=(
                *stages(
                    "call_received_at", "notified_at", "en_route_at", "arrived_at", "at_patient_at", "left_scene_at", "at_destination_at",
                    "cleared_at",
                ),
                NotBeforeBirth("notified_at", "response_not_before_birth", "Nobody is met before birth."),
            ),
            counting=CountingRules(start="notified_at", distinct_days=True),
        )  # fmt: skip


class EdVisit(Raced):
    """One visit to an emergency department."""

    arrived_at: Timestamp = sensitive("Arrival.", standard=f"{_ED}: arrival date and time", phi=True)
    departed_at: Timestamp = sensitive(
        "Departure from the department.", standard=f"{_ED}: departure date and time", phi=True, nullable=True
    )
    facility: str = sensitive("Hospital.", standard=f"{_ED}: facility", phi=True, nullable=True)
    arrival_mode: str = coded(
        "How the patient came.", ArrivalMode, standard=f"{_ED}: arrival mode", kind=Kind.SENSITIVE, labels=_PHI, nullable=True
    )
    acuity: pl.Int32 = sensitive(
        "Emergency Severity Index, 1 the gravest.", standard="Emergency Severity Index", phi=True, unit="level", nullable=True, ge=1, le=5
    )
    chief_complaint: str = field(
        "Complaint in the department's words.",
        kind=Kind.SENSITIVE,
        labels=(Label.FREE_TEXT, Label.PHI),
        standard=f"{_ED}: chief complaint",
        nullable=True,
    )
    icd10: str = sensitive(
        "First diagnosis, ICD-10-CM with its point.", standard="UB-04: FL 67, ICD-10-CM", phi=True, nullable=True, str_matches=ICD10_PATTERN
    )
    other_diagnoses: Texts = sensitive(
        "Further diagnoses, ICD-10-CM, up to 24.", standard="UB-04: FL 67 A-Q, ICD-10-CM", phi=True, nullable=True
    )
    ed_disposition: str = coded(
        "How the visit ended.",
        EdDisposition,
        standard="UB-04: FL 17, patient discharge status",
        kind=Kind.SENSITIVE,
        labels=_PHI,
        nullable=True,
    )
    payer: str = sensitive("Who pays, as the hospital writes it.", standard="UB-04: FL 50, payer", phi=True, nullable=True)
    homeless: bool = sensitive("Whether homelessness is coded (Z59.0x).", standard="ICD-10-CM Z59.0", phi=True, nullable=True)
    self_harm: bool = sensitive("Whether self-harm is recorded.", standard="ICD-10-CM X71-X83, T14.91", phi=True, nullable=True)
    toxicology: bool = sensitive("Whether a toxicology screen found anything.", standard=CONVENTION, phi=True, nullable=True)

    class Config:
        """A psychiatric visit is community care, at intercept 0."""

        metadata = declares(
            name="ed_visit",
            system="hospital",
            subject=SubjectFrom.OWN_ID,
            start="arrived_at",
            end="departed_at",
            unit=Unit.EVENT,
            intercept=Intercept(0),
            contact=Contact("arrival_mode", "ed_disposition", "is_behavioral_health"),
            labels=_PHI,
            element_class="ed_visits",
            derived=(
                Derived(
                    "is_behavioral_health",
                    "boolean",
                    "Whether any diagnosis is a mental or substance use disorder or self-harm; null if none is coded.",
                    standard="NEMSIS 3.5.1 behavioural health case definition, applied to diagnoses",
                    at_admission=True,
                ),
                Derived(
                    "is_smi",
                    "boolean",
                    "Whether any diagnosis is in the proxy set of serious mental illness; null if none is coded.",
                    standard="ICD-10-CM roots in contracts/vocabularies/health.py",
                    at_admission=True,
                ),
                Derived(
                    "is_sud",
                    "boolean",
                    "Whether any diagnosis is one of a substance use disorder; null if none is coded.",
                    standard="ICD-10-CM F10-F19 without F17",
                    at_admission=True,
                ),
            ),
            rules=(
                InOrder("departure_not_before_arrival", "A visit does not end before it begins.", ("arrived_at",), "departed_at"),
                NotBeforeBirth("arrived_at", "visit_not_before_birth", "Nobody is seen before birth."),
            ),
            counting=CountingRules(start="arrived_at", end="departed_at"),
        )
