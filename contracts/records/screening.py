"""The canonical record of a mental health or suicide screen.

Belongs here: who was screened, with which form, what was answered. Does not belong here: what the answers amount to (measures score them).
"""

from __future__ import annotations

from typing import Any

import polars as pl

from contracts.columns import Kind, Label, field
from contracts.records.counting import CountingRules
from contracts.records.declaring import Parent, SubjectFrom, declares
from contracts.records.rules import WithinForm
from contracts.records.shared import Marks, OfPerson, Timestamp, coded, identifier, sensitive
from contracts.vocabularies.screening import FORMS, MOST_ITEMS, Screen, ScreenResult

_PHI = (Label.PHI,)
_ITEMS = tuple(f"item_{number}" for number in range(1, MOST_ITEMS + 1))
_FORMS = "BJMHS, CMHS-M, CMHS-W, C-SSRS: no 0, yes 1; K6: none 0 to all of the time 4"


def _item(number: int) -> Any:
    return field(
        f"Answer to item {number} of the form; null if not answered.",
        kind=Kind.SENSITIVE,
        labels=_PHI,
        standard=f"{_FORMS}; item {number}",
        unit="points",
        nullable=True,
        ge=0,
        le=4,
    )


class Screening(OfPerson):
    """One screen of one person, answer by answer, at a booking or anywhere else."""

    source_parent_id: str = identifier(
        "The source's own key of the booking, if the screen was given at one.", standard="DSSG jail-bookings: booking_number", nullable=True
    )
    screened_at: Timestamp = sensitive(
        "When the screen was given.", standard="Johnson County, KS, jail: mhs date; US Core: Observation.effective", phi=True
    )
    screen: str = coded(
        "Which form.", Screen, standard="Stepping Up list of screening tools; US Core: Observation.code", kind=Kind.SENSITIVE, labels=_PHI
    )
    answers: Marks = field(
        "Answers in the order of the form, null where an item was not answered; null if none was. Delivered so, or item by item.",
        kind=Kind.SENSITIVE,
        labels=_PHI,
        standard=f"{_FORMS}; US Core: Observation.component",
        unit="points",
        nullable=True,
    )
    item_1: pl.Int32 = _item(1)
    item_2: pl.Int32 = _item(2)
    item_3: pl.Int32 = _item(3)
    item_4: pl.Int32 = _item(4)
    item_5: pl.Int32 = _item(5)
    item_6: pl.Int32 = _item(6)
    item_7: pl.Int32 = _item(7)
    item_8: pl.Int32 = _item(8)
    item_9: pl.Int32 = _item(9)
    item_10: pl.Int32 = _item(10)
    item_11: pl.Int32 = _item(11)
    item_12: pl.Int32 = _item(12)
    total_score: pl.Int32 = field(
        "Total as the source states it.",
        kind=Kind.SENSITIVE,
        labels=_PHI,
        standard="Johnson County, KS, jail: mhs_total; US Core: Observation.valueInteger",
        unit="points",
        nullable=True,
        ge=0,
        le=100,
    )
    stated_result: str = coded(
        "Result as the source states it; refused and not completed are results too.",
        ScreenResult,
        standard="Johnson County, KS, jail: bjmhs_referred; US Core: Observation.interpretation",
        kind=Kind.SENSITIVE,
        labels=_PHI,
        nullable=True,
    )

    class Config:
        """About whoever was booked, else the source's person. Screens are counted by measures, not as contacts."""

        metadata = declares(
            name="screening",
            system="any",
            subject=SubjectFrom.PERSON_ID,
            start="screened_at",
            parent=Parent("jail_booking", required=False, column="booking_record_id"),
            labels=_PHI,
            folded=_ITEMS,
            element_class="screenings",
            rules=(
                WithinForm(
                    "answer_beyond_the_form", "A form has so many items, and each so many points.", "screen", "answers", _ITEMS, FORMS
                ),
            ),
            counting=CountingRules(start="screened_at"),
        )
