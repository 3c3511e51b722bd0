"""Canonical records of behavioural health: patients, encounters, diagnoses, consents.

Belongs here: what such a row must be. Does not belong here: FHIR, or any vendor's way of writing it.
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from contracts.columns import Kind, Label, field
from contracts.consents import ConsentKind, SignedBy
from contracts.records.shared import OfPerson, OtherNames, Raced, Texts, Timestamp, coded, identifier, in_order
from contracts.vocabularies.consent import ConsentStatus, ProvisionType
from contracts.vocabularies.health import ICD10_PATTERN, EncounterClass, EncounterType


class HealthPatient(Raced):
    """One patient of a health system: identity and self-reported race, nothing that happened."""

    other_names: OtherNames = identifier("Maiden, former and other names.", nullable=True)


class OfPatient(OfPerson):
    """A record that means nothing without its patient."""

    source_person_id: str = identifier("The source's own id of the patient.")


class HealthEncounter(OfPatient):
    """One encounter of a patient with a programme."""

    started_at: Timestamp = field("Begin of the encounter.", kind=Kind.SENSITIVE, labels=(Label.PHI,))
    ended_at: Timestamp = field("End of the encounter.", kind=Kind.SENSITIVE, labels=(Label.PHI,), nullable=True)
    encounter_class: str = coded("Ambulatory, emergency, inpatient, …", EncounterClass, kind=Kind.SENSITIVE, labels=(Label.PHI,))
    encounter_type: str = coded("Kind of care.", EncounterType, kind=Kind.SENSITIVE, labels=(Label.PHI,))
    program_id: str = field("Programme that gave it; decides Part 2.", kind=Kind.SENSITIVE, labels=(Label.PHI,), nullable=True)

    @pa.dataframe_check(name="end_not_before_start")
    def end_not_before_start(cls, data: PolarsData) -> pl.LazyFrame:
        """An encounter does not end before it begins."""
        return in_order(data, "started_at", "ended_at")


class HealthDiagnosis(OfPatient):
    """One recorded diagnosis."""

    source_parent_id: str = identifier("The source's own key of the encounter.", nullable=True)
    diagnosed_on: pl.Date = field("Day it was recorded.", kind=Kind.SENSITIVE, labels=(Label.PHI,))
    icd10: str = field(
        "ICD-10-CM code with its point.", kind=Kind.SENSITIVE, labels=(Label.PHI,), source="ICD-10-CM", str_matches=ICD10_PATTERN
    )


class Consent(OfPatient):
    """One consent or refusal, as the source that holds the form delivers it. Its defects are derived, not trusted."""

    status: str = coded("Status as the source keeps it.", ConsentStatus)
    kind: str = coded("Which rules the form satisfies; null where the source's category is not one of them.", ConsentKind, nullable=True)
    form_id: str = field("Form that was signed.", kind=Kind.PLAIN, nullable=True)
    form_version: str = field("Version of the form.", kind=Kind.PLAIN, nullable=True)
    discloser: str = field("Who may disclose.", kind=Kind.PLAIN, nullable=True)
    recipients: Texts = field("Who may receive.", kind=Kind.PLAIN, nullable=True)
    purposes: Texts = field("For which purposes.", kind=Kind.PLAIN, nullable=True)
    element_classes: Texts = field("Which classes of elements.", kind=Kind.SENSITIVE, nullable=True)
    provision_type: str = coded("Permit or deny.", ProvisionType, nullable=True)
    valid_from: pl.Date = field("First day it holds.", kind=Kind.PLAIN, nullable=True)
    valid_to: pl.Date = field("Day from which it no longer holds (half-open).", kind=Kind.PLAIN, nullable=True)
    signed_at: Timestamp = field("When it was signed.", kind=Kind.PLAIN, nullable=True)
    signed_by: str = coded("Who signed: the patient, a parent, a guardian, a representative.", SignedBy, nullable=True)
    revoked_at: Timestamp = field("When the person revoked it.", kind=Kind.PLAIN, nullable=True)

    @pa.dataframe_check(name="end_not_before_begin")
    def end_not_before_begin(cls, data: PolarsData) -> pl.LazyFrame:
        """A consent does not end before it begins."""
        return in_order(data, "valid_from", "valid_to")
