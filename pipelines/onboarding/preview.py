"""What canonical rows a delivery would give: counts, fill and words by field.

Belongs here: reading the tables of a trial. Does not belong here: running it (trial), printing (commands/source_trial). Words are shown for
fields with a vocabulary only: those are our words, and no field with a name, date or number is ever listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from assets.checked.registry_sql import known_view
from contracts.columns import Kind
from contracts.records import RecordType
from resources.sql import Connection, count, rows

MOST_WORDS = 12
IDENTITY = ("first_name", "middle_name", "last_name", "name_suffix", "full_name", "birth_date", "sex", "phone", "street_address", "city",
            "state", "zip", "ssn4", "state_id")  # fmt: skip


@dataclass(frozen=True)
class FieldPreview:
    """One field of the canonical rows. ``words``: rows by word, commonest first; only for fields with a vocabulary."""

    name: str
    kind: Kind
    filled: int
    words: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class RecordPreview:
    """One record type of the delivery."""

    record_type: str
    rows: int
    subjects: int
    fields: tuple[FieldPreview, ...]


def previews(con: Connection, record_types: tuple[RecordType, ...]) -> tuple[RecordPreview, ...]:
    """Counts by field of everything a trial admitted."""
    return tuple(_preview(con, record_type) for record_type in record_types)


def _preview(con: Connection, record_type: RecordType) -> RecordPreview:
    view = known_view(record_type)
    fields = [*_fields(con, record_type, view, record_type.content_fields)]
    if record_type.identity_fields:
        stated = f"(select * from checked.observation_versions where record_type = '{record_type.name}' and known_to is null)"
        fields += _fields(con, record_type, stated, tuple(name for name in IDENTITY if name in record_type.fields))
    if record_type.race_fields:
        fields.append(_races(con, record_type))
    subjects = rows(con, f"select count(distinct subject_id) from {view}")[0][0]
    return RecordPreview(record_type.name, count(con, view), int(subjects), tuple(fields))


def _fields(con: Connection, record_type: RecordType, table: str, names: tuple[str, ...]) -> Iterator[FieldPreview]:
    for name in names:
        filled = int(rows(con, f"select count({name}) from {table}")[0][0])
        words: dict[str, int] = {}
        if name in record_type.vocabularies or record_type.fields[name] == pl.Boolean:
            found = rows(con, f"select {name}::varchar, count(*) from {table} group by 1 order by 2 desc, 1 limit {MOST_WORDS}")
            words = {"(blank)" if word is None else str(word): int(number) for word, number in found}
        yield FieldPreview(name, record_type.kind(name), filled, words)


def _races(con: Connection, record_type: RecordType) -> FieldPreview:
    table = f"checked.race_code_versions as stated join {known_view(record_type)} as known using (record_id)"
    found = rows(
        con,
        f"select coalesce(array_to_string(race, '+'), '(blank)') || coalesce(' / ' || ethnicity, ''), count(*) from {table}"
        f" group by 1 order by 2 desc, 1 limit {MOST_WORDS}",
    )
    words = {str(word): int(number) for word, number in found}
    return FieldPreview("race / ethnicity", Kind.PROTECTED, sum(words.values()), words)


def sample_rows(con: Connection, record_type: RecordType, most: int) -> pl.DataFrame:
    """The first canonical rows of a record type, identity beside content: rows of people, for the person who asked only."""
    view = known_view(record_type)
    content = ", ".join(f"known.{name}" for name in record_type.content_fields) or "null as no_content"
    identity = [name for name in IDENTITY if name in record_type.identity_fields]
    if not identity:
        return _frame(con, f"select {content} from {view} as known order by known.record_id limit {int(most)}")
    stated = ", ".join(f"stated.{name}" for name in identity)
    joined = f"{view} as known left join checked.observation_versions as stated on stated.record_id = known.record_id"
    only = "stated.evidence = 'primary' and stated.known_to is null"
    return _frame(con, f"select {stated}, {content} from {joined} and {only} order by known.record_id limit {int(most)}")


def _frame(con: Connection, sql: str) -> pl.DataFrame:
    frame: pl.DataFrame = con.sql(sql).pl()
    return frame
