"""How the county counts for Stepping Up: stepping_up.yaml.

Belongs here: what is a booking, what is evidence, what is a connection, which variant of a measure is asked. Does not belong here: queries.
Option lists after Justice Counts; the formulas are in docs/reference/formulas.md.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from contracts.definition_parts import EventFilter, Window
from contracts.reviewed import Reviewed
from contracts.vocabularies.jail import ReleaseType


class Screening(StrEnum):
    """Screens whose answers can be scored."""

    BJMHS = "bjmhs"  # Brief Jail Mental Health Screen
    K6 = "k6"  # Kessler, six items
    CMHS_M = "cmhs_m"  # Correctional Mental Health Screen for men
    CMHS_W = "cmhs_w"  # the same for women
    C_SSRS = "c_ssrs"  # Columbia suicide severity, screener


class BookingTypes(Reviewed):
    """Which kinds of booking count as a booking; one switch each (Justice Counts lists them as separate choices)."""

    new_charge: bool
    fta: bool
    hold: bool
    sentenced: bool
    technical_violation: bool
    unknown: bool = Field(description="Bookings whose kind the jail did not record.")

    @property
    def counted(self) -> tuple[str, ...]:
        """The kinds that count, as records spell them; `unknown` stands for no value."""
        return tuple(name for name, on in self.model_dump().items() if on)


class BookingRule(Reviewed):
    """What counts as a booking."""

    types: BookingTypes
    minimum_stay_hours: int = Field(default=0, ge=0, description="Stays that ended sooner are not counted; 0 counts every stay.")


class ScreenRules(Reviewed):
    """From which answers on a screen is positive. Cut-offs of K6 and CMHS are common knowledge, not re-read: configuration, not truth."""

    bjmhs_current: int = Field(default=2, ge=1, le=6, description="BJMHS: so many of items 1 to 6, or item 7, or item 8.")
    k6: int = Field(default=13, ge=1, le=24, description="K6: total from which distress is serious.")
    cmhs_m: int = Field(default=6, ge=1, le=12, description="Correctional Mental Health Screen for men.")
    cmhs_w: int = Field(default=5, ge=1, le=8, description="Correctional Mental Health Screen for women.")


class SmiEvidence(Reviewed):
    """What counts as evidence of serious mental illness at a booking. Unknown is shown, never folded into no."""

    screened_within_hours: int = Field(ge=1, description="A BJMHS later than this after booking says nothing about the booking.")
    diagnosis_window: Window = Field(
        description="smi_dx_proxy: a diagnosis in this window before the booking. A proxy: nothing is known of functioning."
    )
    early_hours: int = Field(default=24, ge=1, description="evidence_early: a screen within so many hours, or a diagnosis before.")
    landmark_hours: int = Field(default=72, ge=1, description="landmark: what is known after so many hours of those still held then.")
    screens: tuple[Screening, ...] = Field(
        default=(Screening.BJMHS, Screening.K6, Screening.CMHS_M, Screening.CMHS_W),
        description="Screens whose result is evidence; a screen for suicide risk says nothing about serious mental illness.",
    )
    rules: ScreenRules = Field(default_factory=ScreenRules)


class Connection(Reviewed):
    """What counts as connected to treatment after release."""

    within_days: tuple[int, ...] = Field(min_length=1, description="Follow-up lengths in days.")
    system: str
    filter: EventFilter = Field(default_factory=EventFilter, description="Which contacts are a community service.")
    leaves_community: tuple[ReleaseType, ...] = Field(
        description="Release types after which no community service can follow: death, prison, another agency."
    )

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if min(self.within_days) < 1 or len(set(self.within_days)) < len(self.within_days):
            raise ValueError("follow-up days are whole numbers from 1, each said once")
        return self


class Assessment(Reviewed):
    """What counts as a clinical assessment after a screen."""

    system: str
    filter: EventFilter = Field(default_factory=EventFilter)
    within_days: int = Field(ge=1, description="Longest wait after a positive screen that is still its assessment.")


class ReturnRule(Reviewed):
    """One way of saying that an admission is a return."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Short name of the variant: york, justice_counts.")
    since: Literal["admission", "custody"] = Field(
        description="admission: an earlier admission in the days before (York); custody: in custody at any time in them (Justice Counts)."
    )
    days: int = Field(ge=1)
    source: str = Field(min_length=1)


class Recidivism(Reviewed):
    """Backward (York: admissions that follow an earlier one) and forward (release cohort); two questions, two names."""

    backward_days: int = Field(ge=1, description="How far before an admission an earlier admission counts.")
    forward_days: tuple[int, ...] = Field(min_length=1, description="Follow-up lengths after release.")
    variants: tuple[ReturnRule, ...] = Field(default=(), description="Other ways of counting returns backward, each under its own name.")
    curve_days: int = Field(default=365, ge=1, description="Length of the follow-up curves after release.")


class Breakdown(StrEnum):
    """By what, besides race, the measures are shown."""

    SEX = "sex"
    AGE_BAND = "age_band"
    CHARGE_LEVEL = "charge_level"
    ARRESTING_AGENCY = "arresting_agency"
    REGION = "region"
    FACILITY = "facility"
    BOOKING_TYPE = "booking_type"


class SteppingUp(Reviewed):
    """stepping_up.yaml."""

    period: Window
    booking: BookingRule
    smi: SmiEvidence
    connection: Connection
    recidivism: Recidivism
    assessment: Assessment | None = Field(default=None, description="Without it, time to assessment has no figure.")
    breakdowns: tuple[Breakdown, ...] = Field(default=tuple(Breakdown), description="By what, besides race, measures are shown.")
    age_bands: tuple[int, ...] = Field(default=(18, 25, 35, 45, 55, 65), description="First age of every band but the youngest.")
    years: int = Field(default=3, ge=1, le=10, description="How many periods of a year the yearly re-assessment compares.")

    @model_validator(mode="after")
    def _bands_rise(self) -> Self:
        if not self.age_bands or list(self.age_bands) != sorted(set(self.age_bands)) or self.age_bands[0] < 1:
            raise ValueError("age bands must be ages above zero that rise, each said once")
        return self
