"""Every row about a person that the county knows tonight, under one roof, with what the rules need of it.

Belongs here: the one place where this stage's SQL is put together from record type names, which come from the repository's own catalogue.
Does not belong here: any rule.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from contracts.elements import CONTENT, SUBJECT_LEVEL, WITHOUT_SUBJECT
from resources.sql import Connection, rows, table_exists

PARTS_OF_BOOKING: Final = frozenset({"jail_charge", "housing_move", "screening"})
"""Record types whose rows hang on a booking; an order about the booking reaches them, as a sealing of it does."""

RECORD_TYPES: Final = tuple(sorted(set(CONTENT) - set(SUBJECT_LEVEL) - WITHOUT_SUBJECT))
"""Record types whose rows are about a person, in order."""

_CONTENT_COLUMNS: Final = (
    "subject_id varchar, record_id varchar, record_type varchar, labels varchar[], is_juvenile boolean, has_age boolean, "
    "is_part2 boolean, has_programme boolean, is_erased boolean, ordered_booking varchar"
)

_PLACEHOLDERS: Final = {
    "jail_booking": (
        "subject_id varchar, record_id varchar, person_role varchar, booked_at timestamp, released_at timestamp, facility varchar"
    ),
    "jail_charge": "record_id varchar, parent_record_id varchar, subject_id varchar",
    "housing_move": "record_id varchar, parent_record_id varchar, subject_id varchar",
    "screening": "record_id varchar, parent_record_id varchar, subject_id varchar",
    "legal_event": (
        "record_id varchar, subject_id varchar, person_role varchar, affects_record_id varchar, event_type varchar, event_date date, "
        "ends_on date, authority varchar, facility varchar, known_from date"
    ),
    "consent": (
        "record_id varchar, subject_id varchar, system varchar, source varchar, status varchar, kind varchar, form_id varchar, "
        "form_version varchar, discloser varchar, recipients varchar[], purposes varchar[], element_classes varchar[], "
        "provision_type varchar, valid_from date, valid_to date, signed_at timestamp, signed_by varchar, revoked_at timestamp, "
        "data_from date, data_to date, not_revocable_before date, expiry_event varchar, expiry_event_open boolean, "
        "excluded_recipients varchar[], excluded_classes varchar[], excluded_purposes varchar[], is_defective boolean, known_from date"
    ),
}


def stand_in(con: Connection) -> None:
    """Give a county without jail bookings, legal events or consents the empty views this stage reads; ``checked`` may replace them."""
    for record_type, columns in _PLACEHOLDERS.items():
        if not table_exists(con, "checked", record_type):
            selected = ", ".join(f"null::{kind} as {name}" for name, kind in (column.split(" ", 1) for column in columns.split(", ")))
            con.execute(f"create view checked.{record_type} as select {selected} where false")


def gather(con: Connection) -> None:
    """Create the temporary view ``consented_content``: subject, record, record type, labels, juvenile, Part 2, erased, ordered booking.

    ``is_juvenile`` and ``is_part2`` are read where the record type has them, beside the labels that should say the same: the stricter
    of the two counts. Reads ``checked.*``, ``consented.erased_record`` and, if it is there already, ``consented.court_order``.
    """
    parts = [_part(con, record_type) for record_type in RECORD_TYPES if table_exists(con, "checked", record_type)]
    if not parts:
        nulls = ", ".join(f"null::{kind} as {name}" for name, kind in (column.split(" ") for column in _CONTENT_COLUMNS.split(", ")))
        parts = [f"select {nulls} where false"]
    con.execute(f"create or replace temp view consented_content as {' union all by name '.join(parts)}")


def ordered_booking_sql(record_type: str, columns: Container[str]) -> str:
    """SQL of the booking that a row of ``content`` is, or hangs on, where a court order names that booking; else NULL.

    Args:
        record_type: which type the rows are of.
        columns: columns that ``content`` has.
    """
    if record_type == "jail_booking":
        booking = "record_id"
    elif record_type in PARTS_OF_BOOKING:
        booking = "parent_record_id"
    else:
        return "null::varchar"
    if booking not in columns:
        return "null::varchar"
    named = "select booking_id from consented.court_order where booking_id is not null"
    return f"case when content.{booking} in ({named}) then content.{booking} end"


def _part(con: Connection, record_type: str) -> str:
    held = {
        name
        for (name,) in rows(
            con,
            "select column_name from information_schema.columns where table_schema = 'checked' and table_name = $table",
            {"table": record_type},
        )
    }
    juvenile = ("content.is_juvenile", "true") if "is_juvenile" in held else ("null::boolean", "false")
    part2 = ("content.is_part2", "true") if "is_part2" in held else ("null::boolean", "false")
    labels = "coalesce(content.labels, [])" if "labels" in held else "[]::varchar[]"
    booking = ordered_booking_sql(record_type, held) if table_exists(con, "consented", "court_order") else "null::varchar"
    return (
        f"select content.subject_id, content.record_id, '{record_type}' as record_type, {labels}::varchar[] as labels, "
        f"{juvenile[0]} as is_juvenile, {juvenile[1]} as has_age, {part2[0]} as is_part2, {part2[1]} as has_programme, "
        f"content.record_id in (select record_id from consented.erased_record) as is_erased, {booking} as ordered_booking "
        f"from checked.{record_type} as content where content.subject_id is not null"
    )
