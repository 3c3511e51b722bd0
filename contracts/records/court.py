"""Canonical records of courts and community supervision.

Belongs here: what such a row must be. Does not belong here: how a vendor writes it.
"""

from __future__ import annotations

import polars as pl

from contracts.columns import CONVENTION, Kind
from contracts.records.counting import CountingRules
from contracts.records.declaring import Contact, Intercept, Reference, SubjectFrom, Unit, declares
from contracts.records.rules import InOrder, NotBeforeBirth
from contracts.records.shared import Raced, Timestamp, coded, identifier, plain, sensitive
from contracts.vocabularies.court import CourtEventType, Finding, SupervisionEnd, SupervisionType
from contracts.vocabularies.jail import BondType, ChargeCategory, ChargeLevel

_SIM = "PRA/SAMHSA, Data Collection Across the Sequential Intercept Model (2019)"


class CourtEvent(Raced):
    """One event of one person's case in court, that was held."""

    jail_booking_no: str = identifier(
        "The jail's key of the booking, where the court knows it.", standard="Johnson County, KS, court tables", nullable=True
    )
    event_at: Timestamp = sensitive("When it was held.", standard=f"{_SIM}: intercepts 2 and 3")
    event_type: str = coded("What it was.", CourtEventType, standard=f"{_SIM}: intercepts 2 and 3", kind=Kind.SENSITIVE)
    court: str = plain("Which court.", standard=CONVENTION, nullable=True)
    finding: str = coded(
        "What the court found or did.", Finding, standard="Johnson County, KS, court tables: finding", kind=Kind.SENSITIVE, nullable=True
    )
    charge_level: str = coded(
        "Level of the gravest charge.", ChargeLevel, standard="DSSG jail-booking-charges: charge_type", kind=Kind.SENSITIVE, nullable=True
    )
    charge_category: str = coded(
        "What the gravest charge is about.",
        ChargeCategory,
        standard="NCIC uniform offence classification",
        kind=Kind.SENSITIVE,
        nullable=True,
    )
    bond_type: str = coded(
        "Release that was set.", BondType, standard="Johnson County, KS, bail tables", kind=Kind.SENSITIVE, nullable=True
    )
    bond_amount: float = sensitive(
        "Bond that was set.", standard="Johnson County, KS, bail tables", unit="US dollars", nullable=True, ge=0, le=1e9
    )
    failed_to_appear: bool = sensitive("Whether the person did not appear.", standard=f"{_SIM}: intercept 3", nullable=True)
    competency_raised: bool = sensitive("Whether competency was in question.", standard=f"{_SIM}: intercept 3", phi=True, nullable=True)
    sentence_days: pl.Int32 = sensitive(
        "Days of jail imposed, suspended ones left out.", standard=f"{_SIM}: intercept 3", unit="days", nullable=True, ge=0, le=40_000
    )

    class Config:
        """A first appearance is intercept 2, everything after it 3."""

        metadata = declares(
            name="court_event",
            system="court",
            subject=SubjectFrom.OWN_ID,
            start="event_at",
            unit=Unit.EVENT,
            intercept=Intercept(2, "event_type", frozenset({CourtEventType.FIRST_APPEARANCE.value}), otherwise=3),
            contact=Contact("event_type", "finding"),
            references=(Reference("jail_booking_no", "jail_booking", "booking_record_id"),),
            element_class="court_events",
            rules=(NotBeforeBirth("event_at", "event_not_before_birth", "Nobody is in court before birth."),),
            counting=CountingRules(start="event_at"),
        )


class Supervision(Raced):
    """One term of community supervision: probation, parole, pretrial."""

    started_on: pl.Date = sensitive("First day of the term.", standard=f"{_SIM}: intercept 5")
    ended_on: pl.Date = sensitive("Day the term ended (half-open). Null while it runs.", standard=f"{_SIM}: intercept 5", nullable=True)
    planned_end_on: pl.Date = sensitive("Day it is to end.", standard=CONVENTION, nullable=True, ahead=True)
    supervision_type: str = coded(
        "Who supervises.", SupervisionType, standard="Justice Counts, supervision: populations", kind=Kind.SENSITIVE
    )
    supervision_level: str = sensitive(
        "Level as the agency names it.", standard="Justice Counts, supervision: caseload severity", nullable=True
    )
    office: str = plain("Office or agency.", standard=CONVENTION, nullable=True)
    specialized_caseload: bool = sensitive(
        "Whether on a caseload for mental health.", standard=f"{_SIM}: specialized caseloads", phi=True, nullable=True
    )
    violations: pl.Int32 = sensitive(
        "Violations filed so far.", standard="Justice Counts, supervision: violations", unit="violations", nullable=True, ge=0
    )
    end_type: str = coded(
        "How the term ended.",
        SupervisionEnd,
        standard="Justice Counts, supervision: discharges and revocations",
        kind=Kind.SENSITIVE,
        nullable=True,
    )

    class Config:
        """Community corrections, at intercept 5."""

        metadata = declares(
            name="supervision",
            system="supervision",
            subject=SubjectFrom.OWN_ID,
            start="started_on",
            end="ended_on",
            unit=Unit.EVENT,
            intercept=Intercept(5),
            contact=Contact("supervision_type", "end_type"),
            element_class="supervision_terms",
            rules=(
                InOrder("end_not_before_start", "A term does not end before it begins.", ("started_on",), "ended_on"),
                NotBeforeBirth("started_on", "supervision_not_before_birth", "Nobody is supervised before birth."),
            ),
            counting=CountingRules(start="started_on", end="ended_on"),
        )
