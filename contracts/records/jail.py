"""Canonical records of a jail: bookings, charges, aliases, housing moves, daily counts.

Belongs here: what such a row must be and how a booking is counted. Does not belong here: how a vendor writes it.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from contracts.columns import CONVENTION, Kind, Label
from contracts.records.counting import CountingRules, Switch
from contracts.records.declaring import Contact, Derived, Intercept, Parent, SubjectFrom, Unit, declares
from contracts.records.rules import InOrder, NotBeforeBirth, OneOf
from contracts.records.shared import Identified, Raced, Record, Timestamp, coded, identifier, plain, sensitive
from contracts.vocabularies.jail import (
    AdmissionType,
    BondType,
    BookingType,
    ChargeCategory,
    ChargeLevel,
    DetentionStatus,
    HousingType,
    ReleaseType,
)
from contracts.vocabularies.person import Evidence

BOOKING_SWITCHES: Final = (
    Switch(
        "paper_bookings",
        "Bookings on paper of people who were never admitted.",
        counts=False,
        field="admission_type",
        words=(AdmissionType.PAPER_BOOKING.value,),
    ),
    Switch(
        "temporary_returns",
        "Returns from court, hospital or another temporary absence.",
        counts=False,
        field="admission_type",
        words=(AdmissionType.TEMPORARY_RETURN.value,),
    ),
    Switch(
        "facility_transfers",
        "Moves between the jail's own facilities.",
        counts=False,
        field="admission_type",
        words=(AdmissionType.FACILITY_TRANSFER.value,),
    ),
    Switch("under_12_hours", "Booked and released within 12 hours.", counts=True, hours_from=0, hours_to=12),
    Switch("from_12_to_24_hours", "Booked and released after 12 hours and before 24.", counts=True, hours_from=12, hours_to=24),
    Switch(
        "holds",
        "Holds for another jurisdiction: federal, tribal, another county.",
        counts=True,
        field="booking_type",
        words=(BookingType.HOLD.value,),
    ),
    Switch("failures_to_appear", "Holds for failure to appear.", counts=True, field="booking_type", words=(BookingType.FTA.value,)),
    Switch("unpaid_fines", "Stays for unpaid fines.", counts=True, field="booking_type", words=(BookingType.UNPAID_FINES.value,)),
    Switch(
        "sanctions",
        "Short stays as a sanction of supervision or of a specialty court, weekends included.",
        counts=True,
        field="booking_type",
        words=(BookingType.SANCTION.value,),
    ),
)
"""What counts as a booking, kind by kind."""


class JailBooking(Raced):
    """One admission of one person to the jail. Housing moves and charges are not bookings."""

    booked_at: Timestamp = sensitive(
        "Admission; begin of custody.", standard="DSSG jail-bookings: jail_entry_date; York County jail: CommitDateTime"
    )
    released_at: Timestamp = sensitive(
        "Release; end of custody (half-open). Null while held.",
        standard="DSSG jail-bookings: jail_exit_date; York County jail: DateTimeRelease",
        nullable=True,
    )
    release_type: str = coded(
        "How custody ended, death and transfer included.",
        ReleaseType,
        standard="York County jail: ReleaseType; Justice Counts: release types",
        kind=Kind.SENSITIVE,
        nullable=True,
    )
    facility: str = plain(
        "Facility that holds or held the person.", standard="DSSG jail-bookings: building or annex; Justice Counts: facility", nullable=True
    )
    arresting_agency: str = plain("Agency that brought the person in.", standard="DSSG jail-bookings: arresting_agency", nullable=True)
    booking_type: str = coded(
        "Why the person was admitted.", BookingType, standard="Justice Counts: which admissions are counted", kind=Kind.SENSITIVE
    )
    bjmhs_positive: bool = sensitive(
        "Result of the Brief Jail Mental Health Screen; null if not screened.",
        standard="BJMHS: 2 or more of items 1-6, or item 7, or item 8",
        phi=True,
        nullable=True,
    )
    bjmhs_at: Timestamp = sensitive(
        "When the screen was given.", standard="Stepping Up, measure 1: hours from booking to screen", phi=True, nullable=True
    )
    homeless: bool = sensitive(
        "Whether the person was without a home at booking; null if not asked.", standard="DSSG jail-bookings: homeless", nullable=True
    )
    admission_type: str = coded(
        "How the person came in, where bookings are written for more than new admissions.",
        AdmissionType,
        standard="Justice Counts: which admissions are counted",
        kind=Kind.SENSITIVE,
        nullable=True,
    )
    arrested_at: Timestamp = sensitive(
        "Arrest that led to the booking.", standard="Johnson County, KS, jail: arrest date and time", nullable=True
    )
    projected_release_at: Timestamp = sensitive(
        "When release is planned; usually still to come.", standard="York County jail: ProjectedReleaseDateTime", nullable=True, ahead=True
    )
    release_reason: str = sensitive("Reason of the release in the jail's own code.", standard="York County jail: ReasonCode", nullable=True)
    released_to: str = plain("Agency or place the person was handed to.", standard="DSSG jail-bookings: detention", nullable=True)
    detention_status: str = coded(
        "Whether held before trial, sentenced, for another authority, or on several grounds.",
        DetentionStatus,
        standard="Stepping Up, measure 2: by pretrial, sentenced, hold; DSSG jail-bookings: detention",
        kind=Kind.SENSITIVE,
        nullable=True,
    )
    classification: str = sensitive("Custody level as the jail names it.", standard="DSSG jail-bookings: classification", nullable=True)
    bond_type: str = coded(
        "How pretrial release was secured.",
        BondType,
        standard="Johnson County, KS, jail: bail type",
        kind=Kind.SENSITIVE,
        nullable=True,
    )
    bond_amount: float = sensitive(
        "Bond set for all charges of the booking.",
        standard="DSSG jail-bookings: bond_amount",
        unit="US dollars",
        nullable=True,
        ge=0,
        le=1e9,
    )
    veteran: bool = sensitive("Whether the person served in the armed forces.", standard="DSSG jail-bookings: veteran", nullable=True)
    mental_health_flag: bool = sensitive(
        "The jail's own mark of a mental health need, however it was reached.",
        standard="DSSG jail-bookings: mental_health",
        phi=True,
        nullable=True,
    )
    mental_health_referred_at: Timestamp = sensitive(
        "Referral to mental health staff.", standard="Johnson County, KS, jail: mnh_refer_dt", phi=True, nullable=True
    )
    assessed_at: Timestamp = sensitive(
        "Clinical assessment during the stay.", standard="Stepping Up, measure 1: hours from screen to assessment", phi=True, nullable=True
    )
    assessed_smi: bool = sensitive(
        "Whether the assessment found a serious mental illness.", standard="Stepping Up, measure 1: confirmed SMI", phi=True, nullable=True
    )

    class Config:
        """One booking is one contact, in bed days, at intercept 2."""

        metadata = declares(
            name="jail_booking",
            system="jail",
            subject=SubjectFrom.OWN_ID,
            start="booked_at",
            end="released_at",
            unit=Unit.BED_DAY,
            intercept=Intercept(2),
            contact=Contact("booking_type", "release_type", "bjmhs_positive"),
            derived=(
                Derived("charge_level", "varchar", "Level of the gravest charge: F, M or I."),
                Derived(
                    "resident",
                    "boolean",
                    "Whether the address lies in the county.",
                    kind=Kind.QUASI,
                    standard="derived from the ZIP code",
                    of_identity=True,
                ),
            ),
            rules=(
                OneOf("last_or_full_name", "A booking names the person, by last or by full name.", ("last_name", "full_name")),
                InOrder("release_not_before_booking", "A stay does not end before it begins.", ("booked_at",), "released_at"),
                NotBeforeBirth("booked_at", "booking_not_before_birth", "Nobody is booked before birth."),
                InOrder("booking_not_before_arrest", "Nobody is booked before the arrest.", ("arrested_at",), "booked_at"),
                InOrder("assessment_not_before_booking", "An assessment of the stay lies in the stay.", ("booked_at",), "assessed_at"),
            ),
            counting=CountingRules(
                start="booked_at",
                end="released_at",
                same_contact=("person_key", "start_at", "end_at"),
                switches=BOOKING_SWITCHES,
            ),
        )


class JailCharge(Record):
    """One charge of a booking."""

    source_parent_id: str = identifier("The source's own key of the booking.", standard="DSSG jail-booking-charges: booking_number")
    charge_date: pl.Date = sensitive("Day the charge was laid.", standard="DSSG jail-booking-charges: charge_date", nullable=True)
    statute: str = sensitive("Statute as the jail writes it.", standard="DSSG jail-booking-charges: statute", nullable=True)
    charge_description: str = sensitive("The charge in the jail's words.", standard="DSSG jail-booking-charges: charge_desc", nullable=True)
    charge_level: str = coded(
        "Felony, misdemeanour or infraction.",
        ChargeLevel,
        standard="DSSG jail-booking-charges: charge_type",
        kind=Kind.SENSITIVE,
        nullable=True,
    )
    position: pl.Int32 = plain(
        "Place of the charge in the booking, from 1.",
        standard="DSSG jail-booking-charges: charge_position",
        unit="place in order",
        nullable=True,
        ge=0,
    )
    charge_category: str = coded(
        "What the charge is about, in broad groups.",
        ChargeCategory,
        standard="DSSG jail-booking-charges: offense_category; NCIC uniform offence classification",
        kind=Kind.SENSITIVE,
        nullable=True,
    )

    class Config:
        """Whoever was booked was charged."""

        metadata = declares(
            name="jail_charge",
            system="jail",
            subject=SubjectFrom.PARENT,
            start="charge_date",
            parent=Parent("jail_booking", required=True),
        )


class JailAlias(Identified):
    """Another name or birth date under which a jail knows a person. Carries nothing but identity."""

    class Config:
        """Evidence of identity, beside the one the jail files a person under."""

        metadata = declares(name="jail_alias", system="jail", subject=SubjectFrom.OWN_ID, evidence=Evidence.ALIAS, is_shared=False)


class JailCount(Record):
    """A jail's own count of one facility on one day: the figure our bookings are reconciled with. No person."""

    count_date: pl.Date = plain("Day of the count.", standard="Justice Counts, jails: daily population")
    facility: str = plain("Facility counted.", standard="Justice Counts, jails: facility")
    population: pl.Int32 = plain(
        "People in custody at midnight at the start of the day.", standard="Justice Counts, jails: daily population", unit="people", ge=0
    )
    bookings: pl.Int32 = plain(
        "Admissions during the day.", standard="Justice Counts, jails: admissions", unit="bookings", nullable=True, ge=0
    )

    class Config:
        """A count has no subject."""

        metadata = declares(
            name="jail_count",
            system="jail",
            subject=SubjectFrom.NOBODY,
            start="count_date",
            default_role=None,
            element_class="jail_counts",
        )


class HousingMove(Record):
    """One stay in one location of the jail within a booking. A move is never another booking."""

    source_parent_id: str = identifier("The source's own key of the booking.", standard="DSSG jail-bookings: booking_number")
    moved_at: Timestamp = sensitive("Begin of the stay in the location.", standard="DSSG jail-bookings: location_date")
    left_at: Timestamp = sensitive("End of it (half-open). Null for the present one.", standard=CONVENTION, nullable=True)
    facility: str = plain("Facility, building or annex.", standard="DSSG jail-bookings: building or annex", nullable=True)
    housing_unit: str = sensitive("Floor, block or pod.", standard="DSSG jail-bookings: floor or block", nullable=True)
    cell: str = sensitive("Cell in it.", standard="DSSG jail-bookings: cell", nullable=True)
    bed: str = sensitive("Bed in it.", standard="DSSG jail-bookings: bed", nullable=True)
    housing_type: str = coded(
        "Kind of housing.",
        HousingType,
        standard="DSSG jail-bookings: location_type",
        kind=Kind.SENSITIVE,
        labels=(Label.PHI,),
        nullable=True,
    )
    classification: str = sensitive("Custody level at the time.", standard="DSSG jail-bookings: classification", nullable=True)

    class Config:
        """Whoever was booked was housed."""

        metadata = declares(
            name="housing_move",
            system="jail",
            subject=SubjectFrom.PARENT,
            start="moved_at",
            end="left_at",
            parent=Parent("jail_booking", required=True, column="booking_record_id"),
            element_class="housing_moves",
            rules=(InOrder("leaving_not_before_moving", "A stay in a location does not end before it begins.", ("moved_at",), "left_at"),),
        )
