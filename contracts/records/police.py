"""Canonical records of police: arrests and citations, stops.

Belongs here: what such a row must be. Does not belong here: how a vendor writes it, any benchmark of stops.
"""

from __future__ import annotations

import polars as pl

from contracts.columns import CONVENTION, Kind
from contracts.records.counting import CountingRules
from contracts.records.declaring import Contact, Intercept, Reference, SubjectFrom, Unit, declares
from contracts.records.rules import InOrder, NeedsYes, NotBeforeBirth
from contracts.records.shared import Raced, Timestamp, coded, identifier, plain, quasi, sensitive
from contracts.vocabularies.jail import ChargeCategory, ChargeLevel
from contracts.vocabularies.police import (
    ArrestBasis,
    ArrestDisposition,
    ArrestKind,
    Force,
    SearchBasis,
    StopKind,
    StopOutcome,
    StopReason,
)
from contracts.vocabularies.race import RaceMethod

_CPE = "Center for Policing Equity and Policing Project, stop data guidebook (COPS 2020)"


class Arrest(Raced):
    """One arrest, summons or citation of one person, whether or not a booking follows."""

    cad_incident_id: str = identifier("The dispatch centre's key of the 911 event.", standard="NIBRS: incident number", nullable=True)
    arrested_at: Timestamp = sensitive("Arrest, or issue of the summons or citation.", standard="NIBRS: data element 42, arrest date")
    arrest_kind: str = coded(
        "Taken into custody, summoned, or cited in lieu of arrest.",
        ArrestKind,
        standard="NIBRS: data element 43, type of arrest; Massachusetts JJPAD: custodial arrest or summons",
        kind=Kind.SENSITIVE,
    )
    arrest_basis: str = coded("On what ground.", ArrestBasis, standard="NIBRS: data element 43", kind=Kind.SENSITIVE, nullable=True)
    agency: str = plain("Agency that made it.", standard="DSSG jail-bookings: arresting_agency", nullable=True)
    charge_level: str = coded(
        "Level of the gravest charge.", ChargeLevel, standard="DSSG jail-booking-charges: charge_type", kind=Kind.SENSITIVE, nullable=True
    )
    charge_category: str = coded(
        "What the gravest charge is about.",
        ChargeCategory,
        standard="NIBRS: data element 45, arrest offense code; NCIC uniform offence classification",
        kind=Kind.SENSITIVE,
        nullable=True,
    )
    statute: str = sensitive("Statute of the gravest charge.", standard="DSSG jail-booking-charges: statute", nullable=True)
    charge_description: str = sensitive(
        "The gravest charge in the agency's words.", standard="DSSG jail-booking-charges: charge_desc", nullable=True
    )
    disposition: str = coded("What the police did next.", ArrestDisposition, standard=CONVENTION, kind=Kind.SENSITIVE, nullable=True)
    force: str = coded("The gravest force used.", Force, standard=f"{_CPE}: force", kind=Kind.SENSITIVE, nullable=True)
    beat: str = plain("Patrol beat.", standard="police-eis: beat", nullable=True)
    officer_code: str = plain("Anonymised code of the officer.", standard=f"{_CPE}: officer id, anonymised", nullable=True)

    class Config:
        """A contact with the police, at intercept 1."""

        metadata = declares(
            name="arrest",
            system="police",
            subject=SubjectFrom.OWN_ID,
            start="arrested_at",
            unit=Unit.EVENT,
            intercept=Intercept(1),
            contact=Contact("arrest_kind", "disposition"),
            references=(Reference("cad_incident_id", "cad_event", "cad_record_id"),),
            element_class="arrests",
            rules=(NotBeforeBirth("arrested_at", "arrest_not_before_birth", "Nobody is arrested before birth."),),
            counting=CountingRules(start="arrested_at"),
        )


class PoliceStop(Raced):
    """One person stopped: vehicle, pedestrian or otherwise. Race is what the officer perceived, since that is what may bear on the stop."""

    cad_incident_id: str = identifier("The dispatch centre's key of the 911 event.", standard=f"{_CPE}: incident", nullable=True)
    stopped_at: Timestamp = sensitive("Begin of the stop.", standard=f"{_CPE}: date and time")
    ended_at: Timestamp = sensitive("End of the stop (half-open).", standard=f"{_CPE}: duration", nullable=True)
    stop_kind: str = coded("Vehicle, pedestrian, bicycle or other.", StopKind, standard=f"{_CPE}: type of stop", nullable=True)
    reason: str = coded("Why, as the officer gave it.", StopReason, standard=f"{_CPE}: reason", kind=Kind.SENSITIVE, nullable=True)
    searched: bool = sensitive("Whether the person or the vehicle was searched.", standard=f"{_CPE}: search", nullable=True)
    search_basis: str = coded("On what ground.", SearchBasis, standard=f"{_CPE}: search basis", kind=Kind.SENSITIVE, nullable=True)
    contraband_found: bool = sensitive("Whether the search found anything: a hit.", standard=f"{_CPE}: search hit", nullable=True)
    force: str = coded("The gravest force used.", Force, standard=f"{_CPE}: force", kind=Kind.SENSITIVE, nullable=True)
    outcome: str = coded("How the stop ended.", StopOutcome, standard=f"{_CPE}: outcome", kind=Kind.SENSITIVE, nullable=True)
    perceived_age: pl.Int32 = quasi(
        "Age as the officer perceived it.", standard=f"{_CPE}: perceived age", unit="years", nullable=True, ge=0, le=120
    )
    beat: str = plain("Place, as a patrol beat.", standard=f"{_CPE}: place", nullable=True)
    officer_code: str = plain("Anonymised code of the officer.", standard=f"{_CPE}: officer id, anonymised", nullable=True)
    assignment: str = plain("Unit or assignment of the officer.", standard=f"{_CPE}: assignment", nullable=True)

    class Config:
        """A contact with the police, at intercept 1; perceived race only."""

        metadata = declares(
            name="police_stop",
            system="police",
            subject=SubjectFrom.OWN_ID,
            start="stopped_at",
            end="ended_at",
            unit=Unit.EVENT,
            intercept=Intercept(1),
            contact=Contact("reason", "outcome"),
            references=(Reference("cad_incident_id", "cad_event", "cad_record_id"),),
            age_field="perceived_age",
            race_methods=frozenset({RaceMethod.OBSERVED}),
            element_class="police_stops",
            rules=(
                InOrder("end_not_before_stop", "A stop does not end before it begins.", ("stopped_at",), "ended_at"),
                NotBeforeBirth("stopped_at", "stop_not_before_birth", "Nobody is stopped before birth."),
                NeedsYes("basis_without_search", "Only a search has a basis.", "search_basis", "searched"),
                NeedsYes("hit_without_search", "Only a search can find anything.", "contraband_found", "searched"),
            ),
            counting=CountingRules(start="stopped_at", end="ended_at"),
        )
