"""A vendor's rows as canonical rows, as the county's text maps them.

Belongs here: which column fills which field, and which rows cannot be used. Does not belong here: reading one value (values), reading a
file (formats), what other rows say about a row (judge).

Rows that cannot be used are named by position, column and rule. They are never shifted, guessed or repaired.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from assets.checked import values
from assets.checked.contract import PLACE, ROW_RULE, breaches
from assets.checked.formats.text_rows import POSITION, RAGGED, ROW_FAULT
from assets.checked.values import Values
from contracts.records import RecordType
from contracts.records.registry import DERIVED_FIELDS, SEX_RAW_FIELD
from contracts.source_feeds import Column, Feed, Parser, SourceFormats
from contracts.vocabularies.person import BirthDateQuality

KEY_SEPARATOR = "|"
TOLERANCE = timedelta(days=1)
"""A snapshot is taken a little after midnight; what happened in between is not yet wrong."""


@dataclass(frozen=True)
class Plan:
    """How one feed's rows are mapped, worked out once.

    Attributes:
        feed: its text.
        record_type: what its rows become.
        fields: every canonical field as an expression over the vendor's text.
        faults: (vendor column, rule, true-where-wrong expression over vendor text). Both read cleaned text.
        checks_after: (vendor column, rule, true-where-wrong expression over canonical fields).
        vendor_column: canonical field to the vendor column it comes from.
    """

    feed: Feed
    record_type: RecordType
    fields: Mapping[str, pl.Expr]
    faults: tuple[tuple[str, str, pl.Expr], ...]
    checks_after: tuple[tuple[str, str, pl.Expr], ...]
    vendor_column: Mapping[str, str]


@dataclass(frozen=True)
class Mapped:
    """Rows of one chunk: those that can be used, and why the others cannot.

    ``rows``: ``_position`` and every canonical field. ``refusals``: ``_position``, ``column_name``, ``rule``.
    ``refused_keys``: ``_position``, ``source_record_id`` (null where it cannot be read) of every refused row.
    """

    rows: pl.DataFrame
    refusals: pl.DataFrame
    refused_keys: pl.DataFrame


def plan_of(feed: Feed, record_type: RecordType, *, formats: SourceFormats, as_of: datetime, timezone: str) -> Plan:
    """Work out how a feed is mapped.

    Args:
        feed: the feed's text, already checked.
        record_type: what its rows become.
        formats: the source's formats.
        as_of: midnight at the start of the night.
        timezone: the county's zone, for times that carry an offset.
    """
    fields: dict[str, pl.Expr] = {}
    faults: list[tuple[str, str, pl.Expr]] = []
    vendor_column: dict[str, str] = {}
    for name, columns in feed.columns.items():
        faults.append((name, "too_long", values.too_long(name)))
        for column in columns:
            made = _values(_written(pl.col(name), column), column, record_type, formats=formats, as_of=as_of, timezone=timezone)
            for field, value in made.fields.items():
                tidied = values.tidy(field, value)
                fields[field] = _added(fields[field], tidied) if field in fields and record_type.is_list(field) else tidied
            faults += [(name, rule, wrong) for rule, wrong in made.faults.items()]
            vendor_column |= dict.fromkeys(made.fields, name)
    fields["source_record_id"] = _key(feed.key)
    faults.append((feed.key[0], "key_missing", fields["source_record_id"].is_null()))
    vendor_column["source_record_id"] = feed.key[0]
    for rule, said in feed.one_of.items():
        fields[said.fills] = pl.coalesce(pl.col(name) for name in said.columns)
        vendor_column[said.fills] = said.columns[0]
        faults = [fault for fault in faults if said.fills != "source_record_id" or fault[1] != "key_missing"]
        faults.append((ROW_RULE, rule, fields[said.fills].is_null()))
    fields |= {field: pl.lit(value, dtype=record_type.fields[field]) for field, value in feed.constants.items()}
    fields["is_deleted"] = fields.get("is_deleted", pl.lit(False)).fill_null(False)
    if "race_raw" in record_type.fields:
        fields["race_raw"] = _raw(feed, {"race", "ethnicity"})
    if SEX_RAW_FIELD in record_type.fields:
        fields[SEX_RAW_FIELD] = _raw(feed, {"sex"})
    if "birth_date_quality" in record_type.fields and "birth_date_quality" not in fields:
        fields["birth_date_quality"] = pl.lit(BirthDateQuality.MISSING.value)
    in_order = {field: fields.get(field, pl.lit(None, dtype=dtype)).cast(dtype).alias(field) for field, dtype in record_type.fields.items()}
    after = tuple(_out_of_range(record_type, vendor_column, as_of))
    return Plan(feed, record_type, in_order, tuple(faults), after, vendor_column)


def _written(text: pl.Expr, column: Column) -> pl.Expr:
    return pl.when(~text.is_in(list(column.missing))).then(text) if column.missing else text


def _added(words: pl.Expr, more: pl.Expr) -> pl.Expr:
    """The words of two columns as one list; null only where neither column says anything."""
    empty = pl.lit([], dtype=pl.List(pl.String))
    both = pl.concat_list(words.fill_null(empty), more.fill_null(empty))
    return pl.when(words.is_not_null() | more.is_not_null()).then(both)


def _key(columns: tuple[str, ...]) -> pl.Expr:
    parts = [pl.col(name) for name in columns]
    return parts[0] if len(parts) == 1 else pl.concat_str(parts, separator=KEY_SEPARATOR)


def _raw(feed: Feed, fields: Set[str]) -> pl.Expr:
    """What the source wrote in the columns of some fields, joined with /; of columns that add up to a list each with its name."""
    names = [name for name, columns in feed.columns.items() if any(column.to in fields for column in columns)]
    if not names:
        return pl.lit(None, dtype=pl.String)
    adding = {name for name in names if sum(feed.targets.count(column.to) > 1 for column in feed.columns[name])}
    written = [pl.lit(f"{name}=") + pl.col(name) if name in adding else pl.col(name) for name in names]
    joined = pl.concat_str(written, separator="/", ignore_nulls=True)
    return pl.when(joined != "").then(joined)


def _values(text: pl.Expr, column: Column, record_type: RecordType, *, formats: SourceFormats, as_of: datetime, timezone: str) -> Values:
    dtype = record_type.fields[column.to]
    days = column.formats or formats.date
    if column.parse is not None:
        return _parsed(text, column, record_type, days=days, as_of=as_of, timezone=timezone)
    if column.to == "birth_date":
        made = values.birth_date_values(text, column, days, as_of=as_of)
    elif record_type.is_list(column.to):
        made = values.coded_list_values(text, column.to, column.codes, column.separator)
    elif column.codes is not None:
        made = values.coded_values(text, column.to, column.codes, dtype)
    elif dtype == pl.Date:
        made = values.date_values(text, column.to, days, timezone)
    elif dtype == pl.Datetime("us"):
        made = values.timestamp_values(text, column.to, column.formats or formats.timestamp, timezone)
    else:
        made = values.number_or_text_values(text, column.to, dtype, column.separator)
    return made


def _parsed(  # noqa: PLR0911 - one return a parser
    text: pl.Expr, column: Column, record_type: RecordType, *, days: Sequence[str], as_of: datetime, timezone: str
) -> Values:
    match column.parse:
        case Parser.LAST_FIRST:
            return values.last_first_values(text)
        case Parser.OTHER_NAMES:
            return values.other_names_values(text, record_type.fields["other_names"])
        case Parser.DATE_WITH_X:
            return values.date_with_x_values(text, column, as_of=as_of)
        case Parser.FIRST_OF_SEVERAL:
            return values.first_of_several_values(text, column.to, column.separator or ";")
        case Parser.IS_WRITTEN:
            return values.is_written_values(text, column.to)
        case Parser.DAY_AFTER:
            return values.day_after_values(text, column.to, days, timezone)
        case _:
            return values.icd10_values(text, column.to)


def _out_of_range(record_type: RecordType, vendor_column: Mapping[str, str], as_of: datetime) -> Iterator[tuple[str, str, pl.Expr]]:
    for field, dtype in record_type.fields.items():
        if dtype not in (pl.Date, pl.Datetime("us")) or field in DERIVED_FIELDS or field == "birth_date" or field not in vendor_column:
            continue
        latest: date | datetime = values.LATEST_VALIDITY if record_type.may_lie_ahead(field) else as_of + TOLERANCE
        yield vendor_column[field], "time_out_of_range", values.outside(pl.col(field), earliest=values.EARLIEST_EVENT, latest=latest)


def map_rows(text: pl.DataFrame, plan: Plan) -> Mapped:
    """Map one chunk of a feed's text.

    Args:
        text: ``_position``, the vendor's columns as text, and where they apply ``_fields`` (rows with a wrong number of fields) and
            ``_fault`` (rows the reader could not read).
        plan: from :func:`plan_of`.
    """
    unreadable = _unreadable(text)
    readable = text.join(unreadable.select(POSITION).unique(), on=POSITION, how="anti") if unreadable.height else text
    marks = [wrong.fill_null(False).alias(f"wrong_{number}") for number, (_, _, wrong) in enumerate(plan.faults)]
    text = values.cleaned(readable, plan.feed.used_columns)
    # Lazily, because several fields read one column, and only a lazy query reads it once.
    made = text.lazy().select(pl.col(POSITION), *plan.fields.values(), *marks).collect()
    late = [wrong.fill_null(False).alias(f"late_{number}") for number, (_, _, wrong) in enumerate(plan.checks_after)]
    made = made.lazy().with_columns(late).collect()
    marked = {f"wrong_{number}": (column, rule) for number, (column, rule, _) in enumerate(plan.faults)}
    marked |= {f"late_{number}": (column, rule) for number, (column, rule, _) in enumerate(plan.checks_after)}
    seen = made.select(pl.col(*marked).any()).row(0, named=True)
    found = [_marked(made, mark, column, rule) for mark, (column, rule) in marked.items() if seen[mark]]
    refusals = pl.concat([unreadable, *found])
    # A record that is void need not be sound; it needs a key.
    void = made.filter(pl.col("is_deleted") & pl.col("source_record_id").is_not_null()).select(POSITION)
    refusals = refusals.join(void, on=POSITION, how="anti")
    rows = made.join(refusals.select(POSITION).unique(), on=POSITION, how="anti").select(POSITION, *plan.record_type.fields)
    broken = _contract(rows, plan)
    refusals = pl.concat([refusals, broken]).sort(POSITION, "column_name", "rule")
    refused = refusals.select(POSITION).unique()
    keys = refused.join(made.select(POSITION, "source_record_id"), on=POSITION, how="left").sort(POSITION)
    return Mapped(rows.join(refused, on=POSITION, how="anti"), refusals, keys)


def _unreadable(text: pl.DataFrame) -> pl.DataFrame:
    parts = [_refusals(pl.Series([], dtype=pl.Int64), ROW_RULE, "")]
    if RAGGED in text.columns:
        parts.append(_refusals(text.filter(pl.col(RAGGED).is_not_null())[POSITION], ROW_RULE, "wrong_field_count"))
    if ROW_FAULT in text.columns:
        faulty = text.filter(pl.col(ROW_FAULT).is_not_null())
        parts.append(faulty.select(POSITION, pl.lit(ROW_RULE).alias("column_name"), pl.col(ROW_FAULT).alias("rule")))
    return pl.concat(parts)


def _marked(made: pl.DataFrame, mark: str, column: str, rule: str) -> pl.DataFrame:
    return _refusals(made.filter(pl.col(mark))[POSITION], column, rule)


def _refusals(positions: pl.Series, column: str, rule: str) -> pl.DataFrame:
    return pl.DataFrame({POSITION: positions}).with_columns(pl.lit(column).alias("column_name"), pl.lit(rule).alias("rule"))


def _contract(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    held = rows.filter(~pl.col("is_deleted"))
    found = breaches(held.select(*plan.record_type.fields), plan.record_type)
    names = found["field"].replace(dict(plan.vendor_column))
    positions = held[POSITION].gather(found[PLACE])
    return pl.DataFrame({POSITION: positions, "column_name": names, "rule": found["rule"]})
