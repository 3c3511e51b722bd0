"""From decisions to the rows and values a recipient may have: the one place where a decision touches content.

Belongs here: dropping rows that are not permitted, emptying columns that are not, and applying transforms. Does not belong here: deciding
(decisions.py), or what a product makes of its rows (published).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from assets.consented.content import ordered_booking_sql
from assets.consented.decisions import table_kind
from assets.consented.facts import LABELS_SEPARATOR
from contracts.elements import CONTENT, PRESENT, SUBJECT_LEVEL
from contracts.instruments import Transform
from contracts.records import RECORD_TYPES
from resources.sql import Connection, count, rows

CONSENTED_UNDER: Final = "consented_under"
"""Column with the grounds of a row: every clause that asked for a consent, with the consent that was found."""

_GROUND: Final = "{'clause_id': clause_id, 'consent_id': consent_id}"

_ROW_DATES: Final[Mapping[str, str]] = {
    name: record_type.start for name, record_type in RECORD_TYPES.items() if record_type.is_about_people and record_type.start
}
"""Column that dates a row, for clauses that reach back only so many days. A row without that date is beyond every such clause."""


class NotContent(ValueError):
    """A table or column was asked for that the catalogue does not hold, or that the content table lacks."""


def write_permitted_rows(
    con: Connection,
    *,
    target_table: str,
    content_table: str,
    decision_table: str,
    record_type: str,
    keep: Sequence[str],
    with_grounds: bool = False,
) -> int:
    """Create or replace ``target_table`` with the permitted rows of ``content_table``, unpermitted values emptied.

    A row stays if ``<record_type>.__present__`` is permitted for its subject, its own labels and, where a court order names one, its
    booking, and it lies within the days that clauses and consent reach; a column keeps its value if its element is permitted likewise,
    after the clause's transform. Columns of the content table that are neither elements of the record type nor in ``keep`` are left out.

    Args:
        con: the warehouse, writable.
        target_table: qualified table name from this repository; ``temp.<name>`` for a temporary one.
        content_table: rows of one record type with ``subject_id`` and ``labels`` (``linked.jail_booking``).
        decision_table: what ``write_decisions`` wrote for this recipient and operation, or a bracketed SELECT from it.
        record_type: which type the rows are of; ``race_assertion`` and ``person_attribute`` go by ``<source>.__present__``.
        keep: keys to carry along untouched (``record_id``, ``person_key``, …).
        with_grounds: also say in ``consented_under`` under which clauses and consents the row and its values are permitted; the list is
            empty for a row that needs no consent.

    Returns:
        rows written.

    Raises:
        NotContent: if the type, a kept column or ``subject_id`` is not there; the message names it.
    """
    if record_type not in CONTENT:
        raise NotContent(f"[{record_type}] is not a record type with content; there are {', '.join(CONTENT)}")
    described = rows(con, f"select column_name, column_type from (describe select * from {content_table})")
    held = {str(name): str(kind) for name, kind in described}
    absent = sorted({"subject_id", *keep} - set(held))
    if absent:
        raise NotContent(f"[{content_table}] has no column {', '.join(absent)}")
    columns = {column: held[column] for column in CONTENT[record_type] if column in held and column not in keep}
    dated = _ROW_DATES.get(record_type)
    reach = f'cast(content."{dated}" as date)' if dated in held else "null"
    kept = [f'content."{column}"' for column in keep]
    shown = [_value(column, kind, reach) for column, kind in columns.items()]
    if with_grounds:
        shown.append(f"permit.{CONSENTED_UNDER}")
    con.execute(
        f"create or replace {table_kind(target_table)} {target_table} as "
        f"with permit as ({_permit_sql(decision_table, record_type, columns)}) "
        f"select {', '.join([*kept, *shown])} from {content_table} as content "
        f"join permit on permit.subject_id = content.subject_id and permit.labels = {_labels_sql(record_type)} "
        f"and permit.ordered_booking is not distinct from {ordered_booking_sql(record_type, held)} "
        f"where permit.may_show and (permit.from_row is null or {reach} >= permit.from_row) "
        f"and (permit.to_row is null or {reach} < permit.to_row)"
    )
    return count(con, target_table)


def _labels_sql(record_type: str) -> str:
    if record_type in SUBJECT_LEVEL:
        return "''"
    return f"array_to_string(list_sort(list_distinct(coalesce(content.labels, []))), '{LABELS_SEPARATOR}')"


def _permit_sql(decision_table: str, record_type: str, columns: Iterable[str]) -> str:
    """One row a subject and label set: whether its rows may be there, and each column's transform and first day."""
    gate = f"element = '{record_type}.{PRESENT}'"
    if record_type in SUBJECT_LEVEL:
        # Presence of one type's rows is no leave to say that the person is in the source.
        of_rows = ", ".join(f"'{name}.{PRESENT}'" for name in CONTENT)
        gate = f"ends_with(element, '.{PRESENT}') and element not in ({of_rows})"
    each = [
        f"max(transform) filter (element = '{record_type}.{column}') as \"t_{column}\", "
        f"max(records_from) filter (element = '{record_type}.{column}') as \"f_{column}\", "
        f"min(records_to) filter (element = '{record_type}.{column}') as \"u_{column}\""
        for column in columns
    ]
    consented = f"consent_id is not null and starts_with(element, '{record_type}.')"
    gates = [
        f"count(*) filter ({gate}) > 0 as may_show",
        f"max(records_from) filter ({gate}) as from_row",
        f"min(records_to) filter ({gate}) as to_row",
        f"coalesce(list_sort(list(distinct {_GROUND}) filter ({consented})), []) as {CONSENTED_UNDER}",
    ]
    return (
        f"select subject_id, labels, ordered_booking, {', '.join([*gates, *each])} from {decision_table} "
        f"where verdict = 'permit' group by subject_id, labels, ordered_booking"
    )


def _value(column: str, kind: str, reach: str) -> str:
    """SQL of one column under its own decision; an element without a permit has no transform, and its value is NULL."""
    value = f'content."{column}"'
    is_day = kind in {"DATE", "TIMESTAMP"}
    transformed = {
        Transform.RAW: value,
        Transform.YEAR: f"cast(date_trunc('year', {value}) as {kind})" if is_day else "null",
        Transform.AGE_BAND: f"cast({value} // 10 * 10 as {kind})" if kind == "INTEGER" else "null",
        Transform.ZIP3: f"left({value}, 3)" if kind == "VARCHAR" else "null",
        Transform.FLAG: f"{value} is not null" if kind == "BOOLEAN" else "null",
    }
    cases = " ".join(f"when '{transform.value}' then {sql}" for transform, sql in transformed.items())
    after = f'permit."f_{column}" is null or {reach} >= permit."f_{column}"'
    before = f'permit."u_{column}" is null or {reach} < permit."u_{column}"'
    return f'case when ({after}) and ({before}) then case permit."t_{column}" {cases} end end as "{column}"'
