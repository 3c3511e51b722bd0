"""Where names of fields of record types enter the SQL text of quality: counts by field, counts by word.

Belongs here: expressions made of the repository's own field names. Does not belong here: any value, any vendor's name.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from assets.checked.registry_sql import IDENTITY_TYPES, versions_table
from contracts.records import RECORD_TYPES, RecordType

_STATED = tuple(name for name in IDENTITY_TYPES if name not in {"birth_year", "birth_month", "birth_date_quality"})


def coded_fields(record_type: RecordType) -> tuple[str, ...]:
    """Content fields with a vocabulary, or of yes and no: the only ones whose words are counted."""
    return tuple(
        name
        for name in record_type.content_fields
        if record_type.fields[name] == pl.Boolean or (name in record_type.vocabularies and not record_type.is_list(name))
    )


def filled_view(record_types: Iterable[RecordType]) -> str:
    """DDL of ``temp.quality_filled``: source, record_type, field, rows, filled of what was learned tonight."""
    parts = [_filled(versions_table(item), f"'{item.name}'", item.content_fields, "true") for item in record_types if item.content_fields]
    parts.append(_filled("checked.observation_versions", "record_type", _STATED, "evidence = 'primary'"))
    return f"create or replace temp view quality_filled as {' union all '.join(parts)}"


def _filled(table: str, record_type: str, fields: Iterable[str], only: str) -> str:
    counted = ", ".join(f"count({name}) as {name}" for name in fields)
    listed = ", ".join(fields)
    inner = (
        f"select source, {record_type} as record_type, count(*) as rows, {counted} from {table}"
        f" where known_from = getvariable('quality_night') and {only} group by all"
    )
    return f"select source, record_type, field, rows, filled from ({inner}) unpivot (filled for field in ({listed}))"


def words_view(record_types: Iterable[RecordType]) -> str:
    """DDL of ``temp.quality_word``: source, record_type, field, word, rows of what was learned tonight; blank is the empty word."""
    parts = [
        f"select source, '{item.name}' as record_type, '{name}' as field, coalesce({name}::varchar, '') as word, count(*) as rows"
        f" from {versions_table(item)} where known_from = getvariable('quality_night') group by all"
        for item in record_types
        for name in coded_fields(item)
    ]
    nothing = (
        "select null::varchar as source, null::varchar as record_type, null::varchar as field, null::varchar as word, 0 as rows where false"
    )
    return f"create or replace temp view quality_word as {' union all '.join([nothing, *parts])}"


def newest_view(record_types: Iterable[RecordType]) -> str:
    """DDL of ``temp.quality_newest``: the newest event known by source and record type, none of the future."""
    parts = [
        f"select source, '{item.name}' as record_type, max({item.start}::date) as newest, count(*) as rows from {versions_table(item)}"
        f" where known_to is null and {item.start}::date <= getvariable('quality_night') group by source"
        for item in record_types
        if item.start in item.fields and item.start in item.content_fields
    ]
    nothing = "select null::varchar as source, null::varchar as record_type, null::date as newest, 0 as rows where false"
    return f"create or replace temp view quality_newest as {' union all '.join([nothing, *parts])}"


def reference_view(record_types: Iterable[RecordType]) -> str:
    """DDL of ``temp.quality_reference``: tonight's rows that name another record, and how many of those are not known."""
    parts = []
    for item in record_types:
        named = [(item.parent.record_type, "parent_record_id")] if item.parent else []
        named += [(reference.record_type, reference.column) for reference in item.references]
        for other, column in named:
            known = f"select record_id from {versions_table(RECORD_TYPES[other])} where known_to is null"
            parts.append(
                f"select source, '{item.name}' as record_type, '{other}' as names, count(*) as rows,"
                f" count(*) filter ({column} not in ({known})) as lost from {versions_table(item)}"
                f" where known_from = getvariable('quality_night') and {column} is not null group by source"
            )
    nothing = "select null::varchar as source, null::varchar as record_type, null::varchar as names, 0 as rows, 0 as lost where false"
    return f"create or replace temp view quality_reference as {' union all '.join([nothing, *parts])}"
