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
    """An event that removes records and their contribution to links and aggregates."""

    SEALED = "sealed"
    EXPUNGED = "expunged"
