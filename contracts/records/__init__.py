"""Our canonical records, one contract each, and the registry of all of them.

A new vendor of a type named here needs YAML only. A new type is one model and one entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from contracts.columns import Label
from contracts.records.health import Consent, HealthDiagnosis, HealthEncounter, HealthPatient
from contracts.records.jail import JailAlias, JailBooking, JailCharge, JailCount, LegalEvent
from contracts.records.registry import Intercept, Parent, RecordType, Reference, SubjectFrom, Unit
from contracts.records.response import CadEvent, CadPerson, CoResponderEncounter
from contracts.vocabularies.health import COMMUNITY_ENCOUNTER_TYPES
from contracts.vocabularies.person import Evidence

__all__ = ["RECORD_TYPES", "Intercept", "Parent", "RecordType", "Reference", "SubjectFrom", "Unit"]

_PHI = (Label.PHI,)

_TYPES = (
    RecordType(
        name="jail_booking",
        model=JailBooking,
        subject=SubjectFrom.OWN_ID,
        start="booked_at",
        end="released_at",
        unit=Unit.BED_DAY,
        intercept=Intercept(2),
    ),
    RecordType(
        name="jail_charge",
        model=JailCharge,
        subject=SubjectFrom.PARENT,
        start="charge_date",
        parent=Parent("jail_booking", required=True),
    ),
    RecordType(name="jail_alias", model=JailAlias, subject=SubjectFrom.OWN_ID, evidence=Evidence.ALIAS),
    RecordType(name="jail_count", model=JailCount, subject=SubjectFrom.NOBODY, start="count_date", default_role=None),
    RecordType(
        name="legal_event",
        model=LegalEvent,
        subject=SubjectFrom.PERSON_ID,
        start="event_date",
        parent=Parent("jail_booking", required=False),
    ),
    RecordType(name="cad_event", model=CadEvent, subject=SubjectFrom.NOBODY, start="received_at", end="cleared_at", default_role=None),
    RecordType(
        name="cad_person",
        model=CadPerson,
        subject=SubjectFrom.OWN_ID,
        start="event_at",
        unit=Unit.EVENT,
        intercept=Intercept(1),
        parent=Parent("cad_event", required=True),
        default_role=None,
    ),
    RecordType(
        name="co_responder_encounter",
        model=CoResponderEncounter,
        subject=SubjectFrom.OWN_ID,
        start="started_at",
        end="ended_at",
        unit=Unit.EVENT,
        intercept=Intercept(1),
        references=(Reference("cad_incident_id", "cad_event", "cad_record_id"),),
        labels=_PHI,
    ),
    RecordType(name="health_patient", model=HealthPatient, subject=SubjectFrom.OWN_ID, labels=_PHI),
    RecordType(
        name="health_encounter",
        model=HealthEncounter,
        subject=SubjectFrom.PERSON_ID,
        start="started_at",
        end="ended_at",
        unit=Unit.EVENT,
        intercept=Intercept(0, "encounter_type", frozenset(word.value for word in COMMUNITY_ENCOUNTER_TYPES)),
        labels=_PHI,
    ),
    RecordType(
        name="health_diagnosis",
        model=HealthDiagnosis,
        subject=SubjectFrom.PERSON_ID,
        start="diagnosed_on",
        parent=Parent("health_encounter", required=False),
        labels=_PHI,
    ),
    RecordType(name="consent", model=Consent, subject=SubjectFrom.PERSON_ID, start="signed_at", labels=_PHI),
)

RECORD_TYPES: Mapping[str, RecordType] = MappingProxyType({record_type.name: record_type for record_type in _TYPES})
"""Every record type by name, parents before their children."""
