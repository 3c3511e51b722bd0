"""Canonical records of behavioural health: patients, encounters, diagnoses, consents.

Belongs here: what such a row must be. Does not belong here: FHIR, or any vendor's way of writing it.
"""

from __future__ import annotations

import polars as pl

from contracts.columns import Kind, Label
from contracts.records.counting import CountingRules
from contracts.records.declaring import Contact, Derived, Intercept, Parent, RowLabel, SubjectFrom, Unit, declares
from contracts.records.rules import InOrder
from contracts.records.shared import OfPerson, OtherNames, Raced, Texts, Timestamp, coded, identifier, plain, sensitive
from contracts.vocabularies.consent import ConsentKind, ConsentStatus, ExpiryEvent, ProvisionType, SignedBy
from contracts.vocabularies.health import COMMUNITY_ENCOUNTER_TYPES, ICD10_PATTERN, EncounterClass, EncounterType

_PHI = (Label.PHI,)
_PART2 = (RowLabel("is_part2", Label.PART2, if_unknown=True),)


class HealthPatient(Raced):
    """One patient of a health system: identity and self-reported race, nothing that happened."""

    other_names: OtherNames = identifier("Maiden, former and other names.", standard="US Core: Patient.name, other uses", nullable=True)

    class Config:
        """Nothing but identity."""

        metadata = declares(name="health_patient", system="health", subject=SubjectFrom.OWN_ID, labels=_PHI, is_shared=False)


class OfPatient(OfPerson):
    """A record that means nothing without its patient."""

    source_person_id: str = identifier("The source's own id of the patient.", standard="FHIR R4: subject, a reference to Patient")


class HealthEncounter(OfPatient):
    """One encounter of a patient with a programme."""

    started_at: Timestamp = sensitive("Begin of the encounter.", standard="US Core: Encounter.period.start", phi=True)
    ended_at: Timestamp = sensitive("End of the encounter.", standard="US Core: Encounter.period.end", phi=True, nullable=True)
    encounter_class: str = coded(
        "Ambulatory, emergency, inpatient, …", EncounterClass, standard="US Core: Encounter.class", kind=Kind.SENSITIVE, labels=_PHI
    )
    encounter_type: str = coded("Kind of care.", EncounterType, standard="US Core: Encounter.type", kind=Kind.SENSITIVE, labels=_PHI)
    program_id: str = sensitive(
        "Programme that gave it; decides Part 2.", standard="US Core: Encounter.serviceProvider; 42 CFR 2.11", phi=True, nullable=True
    )

    class Config:
        """Care in the community stands at intercept 0."""

        metadata = declares(
            name="health_encounter",
            system="health",
            subject=SubjectFrom.PERSON_ID,
            start="started_at",
            end="ended_at",
            unit=Unit.EVENT,
            intercept=Intercept(0, "encounter_type", frozenset(word.value for word in COMMUNITY_ENCOUNTER_TYPES)),
            contact=Contact("encounter_type", None, True),
            labels=_PHI,
            row_labels=_PART2,
            element_class="treatment_encounters",
            derived=(
                Derived(
                    "is_part2",
                    "boolean",
                    "Whether the programme is a Part 2 programme; an unknown one is.",
                    kind=Kind.PLAIN,
                    standard="42 CFR 2.11",
                    at_admission=True,
                ),
            ),
            rules=(InOrder("end_not_before_start", "An encounter does not end before it begins.", ("started_at",), "ended_at"),),
            counting=CountingRules(start="started_at", end="ended_at"),
        )


class HealthDiagnosis(OfPatient):
    """One recorded diagnosis."""

    source_parent_id: str = identifier("The source's own key of the encounter.", standard="US Core: Condition.encounter", nullable=True)
    diagnosed_on: pl.Date = sensitive("Day it was recorded.", standard="US Core: Condition.recordedDate", phi=True)
    icd10: str = sensitive(
        "ICD-10-CM code with its point.", standard="ICD-10-CM; US Core: Condition.code", phi=True, str_matches=ICD10_PATTERN
    )

    class Config:
        """A diagnosis without a known encounter may come from any programme."""

        metadata = declares(
            name="health_diagnosis",
            system="health",
            subject=SubjectFrom.PERSON_ID,
            start="diagnosed_on",
            parent=Parent("health_encounter", required=False),
            labels=_PHI,
            row_labels=_PART2,
            element_class="diagnoses",
            derived=(
                Derived(
                    "is_smi", "boolean", "Whether the code is in the proxy set of serious mental illness; nothing is known of functioning.",
                    standard="ICD-10-CM roots in contracts/vocabularies/health.py", at_admission=True,
                ),
                Derived(
                    "is_sud", "boolean", "Whether the code is one of a substance use disorder.",
                    standard="ICD-10-CM F10-F19 without F17", at_admission=True,
                ),
                Derived(
                    "is_part2", "boolean", "Whether the encounter's programme is a Part 2 programme; an unknown one is.",
                    kind=Kind.PLAIN, standard="42 CFR 2.11", copied_from=("is_part2",), if_absent=True,
                ),
            ),
        )  # fmt: skip


class Consent(OfPatient):
    """One consent or refusal, as the source that holds the form delivers it. Its defects are derived, not trusted."""

    status: str = coded("Status as the source keeps it.", ConsentStatus, standard="FHIR R4: Consent.status")
    kind: str = coded(
        "Which rules the form satisfies; null where the source's category is not one of them.",
        ConsentKind,
        standard="42 CFR 2.31; 45 CFR 164.508; FHIR R4: Consent.category",
        nullable=True,
    )
    form_id: str = plain("Form that was signed.", standard="FHIR R4: Consent.policyRule", nullable=True)
    form_version: str = plain("Version of the form.", standard="FHIR R4: Consent.policyRule", nullable=True)
    discloser: str = plain("Who may disclose.", standard="42 CFR 2.31(a)(2); FHIR R4: Consent.organization", nullable=True)
    recipients: Texts = plain("Who may receive.", standard="42 CFR 2.31(a)(4); FHIR R4: Consent.provision.actor", nullable=True)
    purposes: Texts = plain("For which purposes.", standard="42 CFR 2.31(a)(5); FHIR R4: Consent.provision.purpose", nullable=True)
    element_classes: Texts = sensitive(
        "Which classes of elements.", standard="42 CFR 2.31(a)(3); FHIR R4: Consent.provision.class", nullable=True
    )
    provision_type: str = coded("Permit or deny.", ProvisionType, standard="FHIR R4: Consent.provision.type", nullable=True)
    valid_from: pl.Date = plain("First day it holds.", standard="FHIR R4: Consent.provision.period.start", nullable=True, ahead=True)
    valid_to: pl.Date = plain(
        "Day from which it no longer holds (half-open).",
        standard="42 CFR 2.31(a)(7); FHIR R4: Consent.provision.period.end",
        nullable=True,
        ahead=True,
    )
    signed_at: Timestamp = plain("When it was signed.", standard="42 CFR 2.31(a)(9); FHIR R4: Consent.dateTime", nullable=True)
    signed_by: str = coded(
        "Who signed: the patient, a parent, a guardian, a representative.",
        SignedBy,
        standard="42 CFR 2.31(a)(8); FHIR R4: Consent.performer",
        nullable=True,
    )
    revoked_at: Timestamp = plain("When the person revoked it.", standard="42 CFR 2.31(a)(6)", nullable=True)
    data_from: pl.Date = plain(
        "First day of the records it is about; null: from the first.", standard="FHIR R4: Consent.provision.dataPeriod.start", nullable=True
    )
    data_to: pl.Date = plain(
        "Day from which records are no longer what it is about (half-open); null: to the last.",
        standard="FHIR R4: Consent.provision.dataPeriod.end",
        nullable=True,
        ahead=True,
    )
    not_revocable_before: pl.Date = plain(
        "Day before which consent to treatment that a court ordered cannot be taken back.",
        standard="42 CFR 2.35(c)",
        nullable=True,
        ahead=True,
    )
    expiry_event: str = coded(
        "Event that ends it, beside or instead of a last day.", ExpiryEvent, standard="42 CFR 2.31(a)(7), 2.35", nullable=True
    )
    expiry_event_open: bool = plain(
        "Whether the source knows that the event has not happened; null: it does not know, and the consent has ended.",
        standard="42 CFR 2.31(a)(7)",
        nullable=True,
    )
    excluded_recipients: Texts = plain(
        "Who is left out by a nested provision.", standard="FHIR R4: Consent.provision.provision.actor", nullable=True
    )
    excluded_classes: Texts = sensitive(
        "Classes of elements that a nested provision leaves out.", standard="FHIR R4: Consent.provision.provision.class", nullable=True
    )
    excluded_purposes: Texts = plain(
        "Purposes that a nested provision leaves out.", standard="FHIR R4: Consent.provision.provision.purpose", nullable=True
    )

    class Config:
        """A fact about what may be disclosed, never itself disclosed."""

        metadata = declares(
            name="consent",
            system="health",
            subject=SubjectFrom.PERSON_ID,
            start="signed_at",
            labels=_PHI,
            is_shared=False,
            derived=(
                Derived(
                    "is_defective", "boolean", "Whether something that the law requires is missing.", kind=Kind.PLAIN, at_admission=True
                ),
                Derived("defect", "varchar", "What is missing.", kind=Kind.PLAIN, at_admission=True),
                Derived("consent_key", "varchar", "The source's own key of the consent.", kind=Kind.IDENTIFIER, labels=(Label.DIRECT_ID,)),
            ),
            rules=(
                InOrder("end_not_before_begin", "A consent does not end before it begins.", ("valid_from",), "valid_to"),
                InOrder("records_end_not_before_begin", "The records it is about do not end first.", ("data_from",), "data_to"),
            ),
        )
