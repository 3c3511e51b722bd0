"""Our canonical records, one contract each, and the registry of all of them.

A new vendor of a type named here needs YAML only. A new type is one model, whose ``Config`` declares what it is, and its name here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from contracts.records.counts import AggregateCount
from contracts.records.court import CourtEvent, Supervision
from contracts.records.custody import LegalEvent
from contracts.records.emergency import EdVisit, EmsResponse
from contracts.records.health import Consent, HealthDiagnosis, HealthEncounter, HealthPatient
from contracts.records.housing import HmisClient, HmisEnrollment
from contracts.records.jail import HousingMove, JailAlias, JailBooking, JailCharge, JailCount
from contracts.records.police import Arrest, PoliceStop
from contracts.records.registry import Intercept, Parent, RecordType, Reference, SubjectFrom, Unit, record_type_of
from contracts.records.response import CadEvent, CadPerson, CoResponderEncounter
from contracts.records.screening import Screening

__all__ = ["RECORD_TYPES", "Intercept", "Parent", "RecordType", "Reference", "SubjectFrom", "Unit"]

_MODELS = (
    JailBooking,
    JailCharge,
    JailAlias,
    HousingMove,
    JailCount,
    LegalEvent,
    CadEvent,
    CadPerson,
    PoliceStop,
    Arrest,
    CoResponderEncounter,
    EmsResponse,
    EdVisit,
    HealthPatient,
    HealthEncounter,
    HealthDiagnosis,
    Screening,
    HmisClient,
    HmisEnrollment,
    CourtEvent,
    Supervision,
    Consent,
    AggregateCount,
)

RECORD_TYPES: Mapping[str, RecordType] = MappingProxyType({record_type.name: record_type for record_type in map(record_type_of, _MODELS)})
"""Every record type by name, parents before their children."""
