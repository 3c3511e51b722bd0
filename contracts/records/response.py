"""Canonical records of 911 dispatch and of crisis response in the field.

Belongs here: what such a row must be. Does not belong here: how a vendor writes it.
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from contracts.columns import Kind, Label, field
from contracts.records.shared import Raced, Record, Timestamp, coded, identifier, in_order, not_before_birth, person_role
from contracts.vocabularies.response import CallDisposition, CallType, EncounterDisposition, PresentingIssue, TeamType


class CadEvent(Record):
    """One 911 event. It has no person: people come with their own rows."""

    received_at: Timestamp = field("Call received.", kind=Kind.SENSITIVE)
    dispatched_at: Timestamp = field("First unit dispatched.", kind=Kind.SENSITIVE, nullable=True)
    en_route_at: Timestamp = field("First unit on its way.", kind=Kind.SENSITIVE, nullable=True)
    arrived_at: Timestamp = field("First unit on scene.", kind=Kind.SENSITIVE, nullable=True)
    cleared_at: Timestamp = field("Event closed.", kind=Kind.SENSITIVE, nullable=True)
    initial_call_type: str = coded("What the call was taken for.", CallType, kind=Kind.SENSITIVE, nullable=True)
    final_call_type: str = coded("What it turned out to be.", CallType, kind=Kind.SENSITIVE, nullable=True)
    priority: str = field("Dispatch priority as the centre numbers it.", kind=Kind.PLAIN, nullable=True)
    call_disposition: str = coded("How the call ended.", CallDisposition, kind=Kind.SENSITIVE, nullable=True)
    beat: str = field("Patrol beat.", kind=Kind.PLAIN, nullable=True)
    cancelled: bool = field("Whether the call was cancelled before a unit arrived.", kind=Kind.PLAIN, nullable=True)

    @pa.dataframe_check(name="received_not_after_dispatched")
    def received_not_after_dispatched(cls, data: PolarsData) -> pl.LazyFrame:
        """Received <= dispatched, and through every stage that is known."""
        return in_order(data, "received_at", "dispatched_at")

    @pa.dataframe_check(name="dispatched_not_after_en_route")
    def dispatched_not_after_en_route(cls, data: PolarsData) -> pl.LazyFrame:
        """Dispatched <= en route, or received <= en route where dispatch is unknown."""
        return _after_earlier(data, ("received_at", "dispatched_at"), "en_route_at")

    @pa.dataframe_check(name="en_route_not_after_arrived")
    def en_route_not_after_arrived(cls, data: PolarsData) -> pl.LazyFrame:
        """En route <= arrived, with unknown stages passed over."""
        return _after_earlier(data, ("received_at", "dispatched_at", "en_route_at"), "arrived_at")

    @pa.dataframe_check(name="arrived_not_after_cleared")
    def arrived_not_after_cleared(cls, data: PolarsData) -> pl.LazyFrame:
        """Arrived <= cleared, with unknown stages passed over."""
        return _after_earlier(data, ("received_at", "dispatched_at", "en_route_at", "arrived_at"), "cleared_at")


def _after_earlier(data: PolarsData, earlier: tuple[str, ...], later: str) -> pl.LazyFrame:
    return data.lazyframe.select(pl.max_horizontal(earlier) <= pl.col(later))


class CadPerson(Raced):
    """One person's involvement in a 911 event."""

    source_parent_id: str = identifier("The dispatch centre's own key of the event.")
    person_role: str = person_role("Subject, caller, victim, witness or unknown. Only subjects link and count.")


class CoResponderEncounter(Raced):
    """One encounter of a crisis team with one client."""

    cad_incident_id: str = identifier("The dispatch centre's key of the 911 event the team answered.", nullable=True)
    started_at: Timestamp = field("Begin of the encounter.", kind=Kind.SENSITIVE, labels=(Label.PHI,))
    ended_at: Timestamp = field("End of the encounter.", kind=Kind.SENSITIVE, labels=(Label.PHI,), nullable=True)
    team_type: str = coded("Who went.", TeamType, nullable=True)
    clinician_present: bool = field("Whether a clinician was there.", kind=Kind.PLAIN, nullable=True)
    presenting_issue: str = coded("What the encounter was about.", PresentingIssue, kind=Kind.SENSITIVE, labels=(Label.PHI,), nullable=True)
    suicidal: bool = field("Whether the person was suicidal.", kind=Kind.SENSITIVE, labels=(Label.PHI,), nullable=True)
    intoxicated: bool = field("Whether the person was intoxicated.", kind=Kind.SENSITIVE, labels=(Label.PHI,), nullable=True)
    weapon: bool = field("Whether a weapon was involved.", kind=Kind.SENSITIVE, nullable=True)
    disposition: str = coded("How the encounter ended.", EncounterDisposition, kind=Kind.SENSITIVE, nullable=True)
    homeless: bool = field("Whether the person was without a home.", kind=Kind.SENSITIVE, nullable=True)

    @pa.dataframe_check(name="end_not_before_start")
    def end_not_before_start(cls, data: PolarsData) -> pl.LazyFrame:
        """An encounter does not end before it begins."""
        return in_order(data, "started_at", "ended_at")

    @pa.dataframe_check(name="encounter_not_before_birth")
    def encounter_not_before_birth(cls, data: PolarsData) -> pl.LazyFrame:
        """Nobody is met before birth."""
        return not_before_birth(data, "started_at")
