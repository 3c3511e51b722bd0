"""The question what is known tonight of each record type, put together from the registry.

Belongs here: the SELECT of a view ``checked.<record type>``, made of column names that the repository's own contracts declare. Does not
belong here: what one type has besides (``known_<record type>.sql`` beside this file: one row a record, ``record_id`` and the columns that
the type declares as derived), the tables underneath (registry_sql).

Content never carries a birth date: age on the day is worked out here from the identity that the record, its booking or its patient states.
"""

from __future__ import annotations

from typing import Final

from assets.checked.registry_sql import RECORD_COLUMNS, known_columns, versions_table
from contracts.records import RECORD_TYPES, RecordType, SubjectFrom
from contracts.records.declaring import Derived
from resources.sql import load_sql

PACKAGE: Final = "assets.checked"
PERSON_COLUMNS: Final = {"age_at_event": "integer", "is_juvenile": "boolean", "sex": "varchar", "region": "varchar"}
"""What is known of the person on the day, beside the content of a record."""

_STATED: Final = "evidence = 'primary' and known_to is null"


def has_person(record_type: RecordType) -> bool:
    """Whether a row shows age, sex and region of its person on the day."""
    return record_type.is_about_people and record_type.is_content


def shown_columns(record_type: RecordType) -> dict[str, str]:
    """Every column of the view ``checked.<record type>`` and its SQL type, in order."""
    keys = {name: kind.removesuffix(" not null") for name, kind in RECORD_COLUMNS.items()} | {"known_from": "date", "known_to": "date"}
    return keys | (PERSON_COLUMNS if has_person(record_type) else {}) | known_columns(record_type)


def known_select(record_type: RecordType) -> str:
    """SELECT of everything that is known tonight of a record type."""
    parts = [f"content as ({_content(record_type)})"]
    if has_person(record_type):
        parts.append(f"person as ({_person(record_type)})")
    extra = _extra(record_type)
    if extra:
        parts.append(f"extra as ({load_sql(PACKAGE, f'known_{record_type.name}')})")
    parts.append(f"seen as ({_seen(record_type, extra)})")
    listed = ", ".join(_shown(record_type, name) for name in shown_columns(record_type))
    question = f"-- What is known tonight of each {record_type.name.replace('_', ' ')}?"
    return f"{question}\nwith {', '.join(parts)} select {listed} from seen"


def _extra(record_type: RecordType) -> list[str]:
    """Derived columns that only the type's own question can answer."""
    ours = (item for item in record_type.derived if not (item.at_admission or item.copied_from or item.of_identity))
    return [item.name for item in ours]


def _of_identity(record_type: RecordType) -> list[str]:
    return [item.name for item in record_type.derived if item.of_identity]


def _content(record_type: RecordType) -> str:
    """Versions known tonight, with the subject and the columns that come from the parent."""
    own = versions_table(record_type)
    parent = record_type.parent
    if parent is None:
        return f"select own.*, {_day(record_type)} as happened_on from {own} as own where own.known_to is null"
    held = RECORD_TYPES[parent.record_type]
    copied = "".join(f", {_copied(item)} as {item.name}" for item in record_type.derived if item.copied_from)
    named = f", own.parent_record_id as {parent.column}" if parent.column else ""
    join = "join" if parent.required else "left join"
    return (
        f"select own.* exclude (subject_id, person_role), {_subject(record_type, held)}, {_role(record_type)},"
        f" {_day(record_type)} as happened_on{copied}{named}"
        f" from {own} as own {join} {versions_table(held)} as parent on parent.record_id = own.parent_record_id and parent.known_to is null"
        " where own.known_to is null"
    )


def _subject(record_type: RecordType, parent: RecordType) -> str:
    if record_type.subject is SubjectFrom.PARENT:
        return "parent.subject_id"
    if record_type.subject is SubjectFrom.PERSON_ID and parent.identity_fields:
        # A parent that states an identity knows whom a reused person id meant.
        return "coalesce(parent.subject_id, own.subject_id) as subject_id"
    return "own.subject_id"


def _role(record_type: RecordType) -> str:
    return "parent.person_role" if record_type.subject is SubjectFrom.PARENT else "own.person_role"


def _day(record_type: RecordType) -> str:
    """The day of the event; of a parent where the row has none."""
    start, parent = record_type.start, record_type.parent
    copied = next((derived for derived in record_type.derived if derived.name == start), None)
    own = _copied(copied) if copied else f"own.{start}" if start else "own.known_from"
    if not start or start in record_type.required_fields or copied:
        return f"({own})::date"
    of_parent = RECORD_TYPES[parent.record_type].start if parent else None
    fallback = f"parent.{of_parent}::date" if of_parent else "coalesce(own.source_updated_at::date, own.known_from)"
    return f"coalesce(({own})::date, {fallback})"


def _copied(item: Derived) -> str:
    columns = [f"parent.{name}" for name in item.copied_from]
    columns += [] if item.if_absent is None else [str(item.if_absent).lower()]
    return f"coalesce({', '.join(columns)})" if len(columns) > 1 else columns[0]


def _person(record_type: RecordType) -> str:
    """Who the record is about, by the identity that it, its parent or its subject states."""
    columns = ", ".join(("latest_birth_date", "sex", "region", *_of_identity(record_type)))
    if record_type.subject is SubjectFrom.PERSON_ID:
        # Of several statements about a subject the latest counts.
        return (
            f"select subject_id as joined_by, {columns} from checked.observation_versions where {_STATED}"
            " and subject_id in (select subject_id from content)"
            " qualify row_number() over (partition by subject_id order by recorded_on desc nulls last, record_id) = 1"
        )
    return f"select record_id as joined_by, {columns} from checked.observation_versions where {_STATED}"


def _seen(record_type: RecordType, extra: list[str]) -> str:
    columns, joins = ["content.*"], ["content"]
    if has_person(record_type):
        stated = f"content.{record_type.age_field}" if record_type.age_field else "null::integer"
        age = "date_sub('year', person.latest_birth_date, content.happened_on)"
        columns += [
            f"coalesce(case when {age} between 0 and 120 then {age}::integer end, {stated}) as age_at_event",
            *(f"person.{name}" for name in ("sex", "region", *_of_identity(record_type))),
        ]
        by = {SubjectFrom.PERSON_ID: "subject_id", SubjectFrom.PARENT: "parent_record_id"}.get(record_type.subject, "record_id")
        joins.append(f"left join person on person.joined_by = content.{by}")
    if extra:
        columns += [f"extra.{name}" for name in extra]
        joins.append("left join extra on extra.record_id = content.record_id")
    return f"select {', '.join(columns)} from {' '.join(joins)}"


def _shown(record_type: RecordType, name: str) -> str:
    if name == "is_juvenile":
        # Of unknown age is a juvenile.
        return "coalesce(age_at_event, 0) < 18 as is_juvenile"
    if name == "labels":
        return f"{_labels(record_type)} as labels"
    return name


def _labels(record_type: RecordType) -> str:
    """Labels of the row: those it was admitted with, and those that its age and its own columns put on it."""
    more = ["case when coalesce(age_at_event, 0) < 18 then ['juvenile'] else [] end"] if has_person(record_type) else []
    more += [
        f"case when coalesce({said.column}, {str(said.if_unknown).lower()}) then ['{said.label.value}'] else [] end"
        for said in record_type.row_labels
    ]
    made = "labels"
    for each in more:
        made = f"list_concat({made}, {each})"
    return f"list_sort(list_distinct({made}))" if more else "labels"
