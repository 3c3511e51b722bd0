"""Canonical records of what a court or an authority orders about a person or a record.

Belongs here: sealing, expungement, court orders, custody outside the jail's bookings, death. Does not belong here: what follows from them
(assets.consented).
"""

from __future__ import annotations

import polars as pl

from contracts.columns import CONVENTION, Kind
from contracts.records.declaring import Parent, SubjectFrom, declares
from contracts.records.rules import InOrder
from contracts.records.shared import OfPerson, coded, identifier, plain, sensitive
from contracts.vocabularies.jail import LegalEventType


class LegalEvent(OfPerson):
    """Sealing, expungement, court order, custody or death. An order with a booking is about that booking; without, about the person."""

    source_parent_id: str = identifier(
        "The source's own key of the booking, where the order names one.", standard="DSSG jail-bookings: booking_number", nullable=True
    )
    event_type: str = coded("What was ordered or happened.", LegalEventType, standard=CONVENTION, kind=Kind.SENSITIVE)
    event_date: pl.Date = sensitive("Day from which it holds.", standard=CONVENTION)
    ends_on: pl.Date = sensitive(
        "Day from which it no longer holds, where it has an end (half-open).",
        standard="42 CFR 2.61-2.67: an order says how long",
        nullable=True,
        ahead=True,
    )
    authority: str = plain("Court or authority that ordered it.", standard="42 CFR 2.61-2.67: the court that orders", nullable=True)
    facility: str = plain(
        "Where the person is held, for custody outside the jail's own bookings.", standard="45 CFR 164.512(k)(5)", nullable=True
    )

    class Config:
        """Filed under the source's person id; a booking it names knows better whose it is."""

        metadata = declares(
            name="legal_event",
            system="jail",
            subject=SubjectFrom.PERSON_ID,
            start="event_date",
            end="ends_on",
            parent=Parent("jail_booking", required=False, column="affects_record_id"),
            element_class="legal_events",
            is_linked=False,
            rules=(InOrder("end_not_before_begin", "An order does not end before it begins.", ("event_date",), "ends_on"),),
        )
