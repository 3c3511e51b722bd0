"""Canonical records of a jail: bookings, charges, aliases, daily counts, legal events.

Belongs here: what such a row must be. Does not belong here: how a vendor writes it.
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from contracts.columns import Kind, Label, field
from contracts.records.shared import Identified, OfPerson, Raced, Record, Timestamp, coded, identifier, in_order, not_before_birth
from contracts.vocabularies.jail import BookingType, ChargeLevel, LegalEventType, ReleaseType


class JailBooking(Raced):
    """One admission of one person to the jail. Housing moves and charges are not bookings."""

    booked_at: Timestamp = field("Admission; begin of custody.", kind=Kind.SENSITIVE)
    released_at: Timestamp = field("Release; end of custody (half-open). Null while held.", kind=Kind.SENSITIVE, nullable=True)
    release_type: str = coded("How custody ended.", ReleaseType, kind=Kind.SENSITIVE, nullable=True)
    facility: str = field("Facility that holds or held the person.", kind=Kind.PLAIN, nullable=True)
    arresting_agency: str = field("Agency that brought the person in.", kind=Kind.PLAIN, nullable=True)
    booking_type: str = coded("Why the person was admitted.", BookingType, kind=Kind.SENSITIVE)
    bjmhs_positive: bool = field(
        "Result of the Brief Jail Mental Health Screen; null if not screened.",
        kind=Kind.SENSITIVE,
        labels=(Label.PHI,),
        source="BJMHS: 2 or more of items 1-6, or item 7, or item 8",
        nullable=True,
    )
    bjmhs_at: Timestamp = field("When the screen was given.", kind=Kind.SENSITIVE, labels=(Label.PHI,), nullable=True)
    homeless: bool = field("Whether the person was without a home at booking; null if not asked.", kind=Kind.SENSITIVE, nullable=True)

    @pa.dataframe_check(name="release_not_before_booking")
    def release_not_before_booking(cls, data: PolarsData) -> pl.LazyFrame:
        """A stay does not end before it begins."""
        return in_order(data, "booked_at", "released_at")

    @pa.dataframe_check(name="booking_not_before_birth")
    def booking_not_before_birth(cls, data: PolarsData) -> pl.LazyFrame:
        """Nobody is booked before birth."""
        return not_before_birth(data, "booked_at")


class JailCharge(Record):
    """One charge of a booking."""

    source_parent_id: str = identifier("The source's own key of the booking.")
    charge_date: pl.Date = field("Day the charge was laid.", kind=Kind.SENSITIVE, nullable=True)
    statute: str = field("Statute as the jail writes it.", kind=Kind.SENSITIVE, nullable=True)
    charge_description: str = field("The charge in the jail's words.", kind=Kind.SENSITIVE, nullable=True)
    charge_level: str = coded("Felony, misdemeanour or infraction.", ChargeLevel, kind=Kind.SENSITIVE, nullable=True)
    position: pl.Int32 = field("Place of the charge in the booking, from 1.", kind=Kind.PLAIN, nullable=True, ge=0)


class JailAlias(Identified):
    """Another name or birth date under which a jail knows a person. Carries nothing but identity."""


class JailCount(Record):
    """A jail's own count of one facility on one day: the figure our bookings are reconciled with. No person."""

    count_date: pl.Date = field("Day of the count.", kind=Kind.PLAIN)
    facility: str = field("Facility counted.", kind=Kind.PLAIN)
    population: pl.Int32 = field("People in custody at midnight at the start of the day.", kind=Kind.PLAIN, unit="people", ge=0)
    bookings: pl.Int32 = field("Admissions during the day.", kind=Kind.PLAIN, unit="bookings", nullable=True, ge=0)


class LegalEvent(OfPerson):
    """Sealing or expungement. With a booking it removes that booking; without, every booking of the person."""

    source_parent_id: str = identifier("The source's own key of the booking, where the order names one.", nullable=True)
    event_type: str = coded("Sealed or expunged.", LegalEventType, kind=Kind.SENSITIVE)
    event_date: pl.Date = field("Day the order took effect.", kind=Kind.SENSITIVE)
