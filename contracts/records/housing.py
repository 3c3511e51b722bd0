"""Canonical records of homeless services (HMIS): clients, enrolments with their exits.

Belongs here: what such a row must be. Does not belong here: the files of an export. A disabling condition is a disability: it may be
counted (aggregate_count) and is not held of a person here.
"""

from __future__ import annotations

import polars as pl

from contracts.columns import Kind, Label
from contracts.records.counting import CountingRules
from contracts.records.declaring import Contact, Derived, Intercept, RowLabel, SubjectFrom, Unit, declares
from contracts.records.rules import InOrder
from contracts.records.shared import OfPerson, Raced, coded, identifier, plain, sensitive
from contracts.vocabularies.housing import LivingSituation, ProjectType

_HMIS = "HMIS CSV FY2024 and FY2026"


class HmisClient(Raced):
    """One client of the homeless management information system: who, and whether a veteran."""

    recorded_on: pl.Date = plain("Day the client was first written down.", standard=f"{_HMIS}: Client.DateCreated", nullable=True)
    veteran: bool = sensitive("Whether the person served in the armed forces.", standard=f"{_HMIS}: Client.VeteranStatus", nullable=True)

    class Config:
        """Identity, and little else."""

        metadata = declares(
            name="hmis_client", system="hmis", subject=SubjectFrom.OWN_ID, start="recorded_on", element_class="hmis_clients"
        )


class HmisEnrollment(OfPerson):
    """One enrolment of a client in a project, with its exit if there was one."""

    source_person_id: str = identifier("The source's own id of the client.", standard=f"{_HMIS}: Enrollment.PersonalID")
    entry_date: pl.Date = sensitive("First day.", standard=f"{_HMIS}: Enrollment.EntryDate")
    exit_date: pl.Date = sensitive("Last day as delivered. Null while enrolled.", standard=f"{_HMIS}: Exit.ExitDate", nullable=True)
    move_in_date: pl.Date = sensitive("Day of moving into housing.", standard=f"{_HMIS}: Enrollment.MoveInDate", nullable=True)
    project_id: str = plain("The source's number of the project.", standard=f"{_HMIS}: Enrollment.ProjectID", nullable=True)
    project_type: str = coded(
        "What the project offers.", ProjectType, standard=f"{_HMIS}: Project.ProjectType", kind=Kind.SENSITIVE, nullable=True
    )
    prior_living_situation: str = coded(
        "Where the person lived before; jail and prison are told apart.",
        LivingSituation,
        standard=f"{_HMIS}: Enrollment.LivingSituation",
        kind=Kind.SENSITIVE,
        nullable=True,
    )
    destination: str = coded(
        "Where the person went.", LivingSituation, standard=f"{_HMIS}: Exit.Destination", kind=Kind.SENSITIVE, nullable=True
    )
    times_homeless: pl.Int32 = sensitive(
        "Times homeless in the past three years; 4 stands for four or more.",
        standard=f"{_HMIS}: Enrollment.TimesHomelessPastThreeYears",
        unit="times",
        nullable=True,
        ge=0,
        le=4,
    )
    months_homeless: pl.Int32 = sensitive(
        "Months homeless in the past three years; 13 stands for more than twelve.",
        standard=f"{_HMIS}: Enrollment.MonthsHomelessPastThreeYears",
        unit="months",
        nullable=True,
        ge=0,
        le=13,
    )
    victim_service_provider: bool = plain(
        "Whether the organisation serves victims; such rows carry the label dv.",
        standard=f"{_HMIS}: Organization.VictimServiceProvider; VAWA confidentiality",
        nullable=True,
    )

    class Config:
        """Community services, at intercept 0."""

        metadata = declares(
            name="hmis_enrollment",
            system="hmis",
            subject=SubjectFrom.PERSON_ID,
            start="entry_date",
            end="exit_date",
            unit=Unit.EVENT,
            intercept=Intercept(0),
            contact=Contact("project_type", "destination"),
            row_labels=(RowLabel("victim_service_provider", Label.DV, if_unknown=False),),
            element_class="hmis_enrollments",
            derived=(
                Derived(
                    "from_jail",
                    "boolean",
                    "Whether the person came from jail, prison or juvenile detention; null if not asked.",
                    standard=f"{_HMIS}: Enrollment.LivingSituation 207",
                    at_admission=True,
                ),
            ),
            rules=(
                InOrder("exit_not_before_entry", "An enrolment does not end before it begins.", ("entry_date",), "exit_date"),
                InOrder("move_in_not_before_entry", "Nobody moves in before entry.", ("entry_date",), "move_in_date"),
            ),
            counting=CountingRules(start="entry_date", end="exit_date"),
        )
