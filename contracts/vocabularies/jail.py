"""Words for custody.

Belongs here: our words for release, booking, charge and legal event. Does not belong here: a jail's own codes.
"""

from __future__ import annotations

from enum import StrEnum


class BookingType(StrEnum):
    """Why a person was admitted. Holds, sanctions and failures to appear are switches of the measures, so they are kept apart."""

    NEW_CHARGE = "new_charge"
    FTA = "fta"  # failure to appear
    HOLD = "hold"  # held for another jurisdiction
    SENTENCED = "sentenced"  # serving a sentence, weekends included
    TECHNICAL_VIOLATION = "technical_violation"  # of probation or parole
    UNPAID_FINES = "unpaid_fines"
    SANCTION = "sanction"  # a short stay that supervision or a specialty court imposes, weekends included


class AdmissionType(StrEnum):
    """How the person came in, where a jail writes a booking for more than a new admission."""

    NEW_ADMISSION = "new_admission"
    PAPER_BOOKING = "paper_booking"  # booked on paper and never admitted
    TEMPORARY_RETURN = "temporary_return"  # back from court, hospital or another temporary absence
    FACILITY_TRANSFER = "facility_transfer"  # from another of the jail's own facilities


class DetentionStatus(StrEnum):
    """On what ground the person is held."""

    PRETRIAL = "pretrial"
    SENTENCED = "sentenced"
    HOLD = "hold"
    MIXED = "mixed"  # sentenced on one charge, awaiting trial on another


class BondType(StrEnum):
    """How pretrial release is secured."""

    RECOGNIZANCE = "recognizance"
    UNSECURED = "unsecured"
    CASH = "cash"
    SURETY = "surety"
    PROPERTY = "property"
    NO_BOND = "no_bond"  # held without


class HousingType(StrEnum):
    """What kind of housing a location is."""

    GENERAL = "general"
    INTAKE = "intake"
    MEDICAL = "medical"
    MENTAL_HEALTH = "mental_health"
    PROTECTIVE = "protective"
    RESTRICTIVE = "restrictive"  # disciplinary or administrative segregation
    OUTSIDE = "outside"  # hospital, court, work release
    OTHER = "other"


class ReleaseType(StrEnum):
    """How custody ended."""

    RECOGNIZANCE = "recognizance"
    BAIL = "bail"
    COURT_ORDER = "court_order"
    TIME_SERVED = "time_served"
    SUPERVISION = "supervision"  # to probation, parole or other community supervision
    CHARGES_DROPPED = "charges_dropped"
    TRANSFER = "transfer"  # to another jurisdiction
    PRISON = "prison"
    HOSPITAL = "hospital"
    FINES_PAID = "fines_paid"  # fines and costs paid
    ESCAPE = "escape"  # absent without leave included
    DEATH = "death"
    OTHER = "other"


class ChargeLevel(StrEnum):
    """Gravity of a charge, gravest first."""

    FELONY = "F"
    MISDEMEANOR = "M"
    INFRACTION = "I"


class ChargeCategory(StrEnum):
    """What a charge is about, in groups like those of the NCIC classification. The gravity is another matter (:class:`ChargeLevel`)."""

    PERSON = "person"
    SEX = "sex"
    PROPERTY = "property"
    DRUG = "drug"
    WEAPON = "weapon"
    PUBLIC_ORDER = "public_order"
    DUI = "dui"  # driving under the influence
    TRAFFIC = "traffic"
    SUPERVISION_VIOLATION = "supervision_violation"  # of probation or parole
    COURT_PROCESS = "court_process"  # failure to appear, contempt
    OTHER = "other"


class LegalEventType(StrEnum):
    """An event that changes what may be held of a person, or where the person is."""

    SEALED = "sealed"  # removes records and their contribution to links and aggregates
    EXPUNGED = "expunged"  # the same
    COURT_ORDER = "court_order"
    CUSTODY_BEGIN = "custody_begin"  # outside the jail's own bookings: another facility, a hospital under guard
    CUSTODY_END = "custody_end"
    DEATH = "death"


ERASING: frozenset[LegalEventType] = frozenset({LegalEventType.SEALED, LegalEventType.EXPUNGED})
"""Events after which a record is as if it had never been delivered."""
