"""One vendor column's text as values of a canonical field, and where that failed.

Belongs here: dates, times, codes, numbers, names, as Polars expressions over text. Does not belong here: which column goes where
(mapping), what a row must be (contracts).

Every expression takes cleaned text (``clean``): null where the vendor wrote nothing. A value that cannot be read is null, and the fault
expression beside it is true; the two are decided by the same parse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl
from polars.datatypes import DataType

from contracts.source_feeds import Code, Column
from contracts.vocabularies.person import EARLIEST_BIRTH_DATE, PLACEHOLDER_BIRTH_DATES, BirthDateQuality

LONGEST = 8_192
"""Longest text of one field, in bytes; a longer one is a fault of the export."""
EARLIEST_EVENT = date(1900, 1, 1)
LATEST_VALIDITY = date(2200, 1, 1)
_CONTROL = r"[\x00-\x1f\x7f-\x9f]"
_HIDDEN = r"[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
"""Letters nobody sees: marks of byte order and direction, and blanks without width. Two keys must not differ by them."""
_SUFFIX = r"(?i)[\s,]+(JR|SR|II|III|IV)\.?$"


@dataclass(frozen=True)
class Values:
    """Canonical fields made from one column, and what can be wrong with it: rule name to a true-where-wrong expression."""

    fields: Mapping[str, pl.Expr]
    faults: Mapping[str, pl.Expr]


def clean(column: str) -> pl.Expr:
    """Text without control and hidden characters and outer white space; null where nothing is left."""
    return _stripped(pl.col(column).str.replace_all(_HIDDEN, "").str.replace_all(f"{_CONTROL}+", " "))


def _stripped(value: pl.Expr) -> pl.Expr:
    text = value.str.strip_chars()
    return pl.when(text != "").then(text)


def cleaned(frame: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """``columns`` of a frame as :func:`clean` makes them, once; a column that the frame lacks is null.

    Few texts hold a control character, and looking for one costs a quarter of replacing none.
    """
    named = list(dict.fromkeys(columns))
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in named if name not in frame.columns]
    frame = frame.with_columns(absent)
    marked = (
        frame.lazy()
        .select(pl.col(name).str.contains(f"{_CONTROL}|{_HIDDEN}").any().alias(name) for name in named)
        .collect()
        .row(0, named=True)
    )
    texts = [(clean(name) if marked[name] else _stripped(pl.col(name))).alias(name) for name in named]
    return frame.lazy().with_columns(texts).collect()


def text_values(text: pl.Expr, field: str) -> Values:
    """Text as it stands."""
    return Values({field: text}, {})


def too_long(column: str) -> pl.Expr:
    """Whether the vendor's text is longer than any real one."""
    return pl.col(column).str.len_bytes() > LONGEST


def coded_values(text: pl.Expr, field: str, codes: Mapping[str, Code], dtype: DataType) -> Values:
    """Words by an exhaustive list of codes; the code ``""`` stands for nothing written."""
    known = [code for code in codes if code != ""]
    blank = codes.get("")
    empty = pl.lit(blank, dtype=dtype)
    words = text.replace_strict(list(known), [codes[code] for code in known], default=None, return_dtype=dtype)
    return Values(
        {field: pl.when(text.is_null()).then(empty).otherwise(words)},
        {"unknown_code": text.is_not_null() & ~text.is_in(known)},
    )


def coded_list_values(text: pl.Expr, field: str, codes: Mapping[str, Code] | None, separator: str | None) -> Values:
    """Several words; without codes each is kept as it stands."""
    items = text.str.split(separator) if separator else pl.concat_list(text)
    items = items.list.eval(pl.element().str.strip_chars()).list.eval(pl.element().filter(pl.element() != ""))
    if codes is None:
        return Values({field: pl.when(text.is_not_null()).then(items)}, {})
    known = [code for code in codes if code != ""]
    words = items.list.eval(
        pl.element().replace_strict(known, [codes[code] for code in known], default=None, return_dtype=pl.String).drop_nulls()
    )
    strange = items.list.eval(~pl.element().is_in(known)).list.any()
    return Values({field: pl.when(text.is_not_null()).then(words)}, {"unknown_code": text.is_not_null() & strange})


def integer_values(text: pl.Expr, field: str) -> Values:
    """Whole numbers."""
    number = text.cast(pl.Int32, strict=False)
    return Values({field: number}, {"not_a_number": text.is_not_null() & number.is_null()})


def decimal_values(text: pl.Expr, field: str) -> Values:
    """Amounts: digits with a decimal point, with or without a dollar sign and commas between thousands."""
    shaped = text.str.contains(r"^-?\$?(\d{1,3}(,\d{3})+|\d{1,15})(\.\d{1,6})?$")
    number = pl.when(shaped).then(text.str.replace_all(r"[$,]", "")).cast(pl.Float64, strict=False)
    return Values({field: number}, {"not_a_number": text.is_not_null() & number.is_null()})


def number_or_text_values(text: pl.Expr, field: str, dtype: DataType, separator: str | None) -> Values:
    """Whole numbers, one or several, amounts, or text as it stands, as the field's type asks."""
    if dtype == pl.List(pl.Int32):
        return integer_list_values(text, field, separator or "|")
    if dtype == pl.Int32:
        return integer_values(text, field)
    return decimal_values(text, field) if dtype == pl.Float64 else text_values(text, field)


def timestamps(text: pl.Expr, formats: Iterable[str], timezone: str) -> pl.Expr:
    """Wall time in the county: a time with an offset is carried over, one without is taken as the county's own."""
    parsed = []
    for pattern in formats:
        if "%:z" in pattern or "%z" in pattern or "%#z" in pattern:
            written = text.str.replace(r"[zZ]$", "+00:00")
            at = written.str.to_datetime(pattern, strict=False, time_unit="us")
            parsed.append(at.dt.convert_time_zone(timezone).dt.replace_time_zone(None))
        elif any(part in pattern for part in ("%H", "%I", "%T")):
            parsed.append(text.str.to_datetime(pattern, strict=False, time_unit="us"))
        else:
            parsed.append(text.str.to_date(pattern, strict=False).cast(pl.Datetime("us")))
    return pl.coalesce(parsed)


def timestamp_values(text: pl.Expr, field: str, formats: Iterable[str], timezone: str) -> Values:
    """Times."""
    at = timestamps(text, formats, timezone)
    return Values({field: at}, {"not_a_timestamp": text.is_not_null() & at.is_null()})


def date_values(text: pl.Expr, field: str, formats: Iterable[str], timezone: str) -> Values:
    """Days; of a time, its day."""
    day = timestamps(text, formats, timezone).cast(pl.Date)
    return Values({field: day}, {"not_a_date": text.is_not_null() & day.is_null()})


def day_after_values(text: pl.Expr, field: str, formats: Iterable[str], timezone: str) -> Values:
    """The day after a last day."""
    values = date_values(text, field, formats, timezone)
    return Values({field: values.fields[field].dt.offset_by("1d")}, values.faults)


def outside(value: pl.Expr, *, earliest: date, latest: datetime | date) -> pl.Expr:
    """Whether a date or time lies outside ``[earliest, latest]``."""
    return (value.cast(pl.Date) < pl.lit(earliest)) | (value > pl.lit(latest))


def birth_date_values(text: pl.Expr, column: Column, formats: Iterable[str], *, as_of: datetime) -> Values:
    """Birth date with its quality; a format without a day gives a partial one, a placeholder none at all."""
    full = pl.coalesce([pl.lit(None, dtype=pl.Date), *(text.str.to_date(pattern, strict=False) for pattern in formats if "%d" in pattern)])
    partial = [pattern for pattern in formats if "%d" not in pattern]
    month = [_padded(text, pattern, " 01", " %d") for pattern in partial if "%m" in pattern]
    year = [_padded(text, pattern, " 01 01", " %m %d") for pattern in partial if "%m" not in pattern]
    nothing = pl.lit(None, dtype=pl.Date)
    by_month = pl.when(full.is_null()).then(pl.coalesce([nothing, *month]))
    by_year = pl.when(full.is_null() & by_month.is_null()).then(pl.coalesce([nothing, *year]))
    some = pl.coalesce(full, by_month, by_year)
    placeholder = some.is_in(sorted({*PLACEHOLDER_BIRTH_DATES, *column.placeholders}))
    quality = (
        pl.when(text.is_null())
        .then(pl.lit(BirthDateQuality.MISSING.value))
        .when(placeholder)
        .then(pl.lit(BirthDateQuality.PLACEHOLDER.value))
        .when(full.is_not_null())
        .then(pl.lit(BirthDateQuality.FULL.value))
        .otherwise(pl.lit(BirthDateQuality.PARTIAL.value))
    )
    known = pl.when(~placeholder)
    return Values(
        {
            "birth_date": known.then(full),
            "birth_date_quality": quality,
            "birth_year": known.then(some.dt.year()),
            "birth_month": known.then(pl.coalesce(full, by_month).dt.month().cast(pl.Int32)),
        },
        {
            "not_a_date": text.is_not_null() & some.is_null(),
            "birth_date_out_of_range": ~placeholder & ((some < pl.lit(EARLIEST_BIRTH_DATE)) | (some > pl.lit(as_of.date()))),
        },
    )


def _padded(text: pl.Expr, pattern: str, more_text: str, more_pattern: str) -> pl.Expr:
    return (text + more_text).str.to_date(pattern + more_pattern, strict=False)


def last_first_values(text: pl.Expr) -> Values:
    """``LAST, FIRST MIDDLE JR`` as a full name and its parts; without a comma only the full name is sure."""
    parts = text.str.splitn(",", 2)
    comma = text.str.contains(",", literal=True)
    family = parts.struct.field("field_0").str.strip_chars()
    given = parts.struct.field("field_1").str.strip_chars()
    suffix = pl.coalesce((pl.lit(" ") + given).str.extract(_SUFFIX, 1), family.str.extract(_SUFFIX, 1))
    given = (pl.lit(" ") + given).str.replace(_SUFFIX, "").str.strip_chars()
    words = given.str.splitn(" ", 2)
    return Values(
        {
            "full_name": text,
            "last_name": _if_any(comma, family.str.replace(_SUFFIX, "")),
            "first_name": _if_any(comma, words.struct.field("field_0").str.strip_chars()),
            "middle_name": _if_any(comma, words.struct.field("field_1").str.strip_chars()),
            "name_suffix": _if_any(comma, suffix),
        },
        {},
    )


def _if_any(condition: pl.Expr, value: pl.Expr) -> pl.Expr:
    return pl.when(condition & (value != "")).then(value)


def icd10_values(text: pl.Expr, field: str) -> Values:
    """An ICD-10-CM code in capitals with its point."""
    code = text.str.to_uppercase().str.replace_all(" ", "", literal=True)
    bare = code.str.replace_all(".", "", literal=True)
    return Values({field: pl.when(bare.str.len_chars() > 3).then(bare.str.slice(0, 3) + "." + bare.str.slice(3)).otherwise(bare)}, {})


def other_names_values(text: pl.Expr, dtype: DataType) -> Values:
    """The JSON list that the reader of the standard wrote."""
    return Values({"other_names": text.str.json_decode(dtype)}, {})


_UNKNOWN_DIGIT = r"(?i)X"


def date_with_x_values(text: pl.Expr, column: Column, *, as_of: datetime) -> Values:
    """A birth date ``YYYY-MM-DD`` in which digits nobody knew are written X: a partial one, or none where the year is not known."""
    shaped = text.str.contains(r"(?i)^[0-9X]{4}-[0-9X]{2}-[0-9X]{2}$")
    year, month = text.str.slice(0, 4), text.str.slice(5, 2)
    said = (
        pl.when(~shaped)
        .then(text)
        .when(year.str.contains(_UNKNOWN_DIGIT))
        .then(None)
        .when(month.str.contains(_UNKNOWN_DIGIT))
        .then(year)
        .when(text.str.slice(8, 2).str.contains(_UNKNOWN_DIGIT))
        .then(text.str.slice(0, 7))
        .otherwise(text)
    )
    return birth_date_values(said, column, ("%Y-%m-%d", "%Y-%m", "%Y"), as_of=as_of)


def is_written_values(text: pl.Expr, field: str) -> Values:
    """Whether anything is written."""
    return Values({field: text.is_not_null()}, {})


def first_of_several_values(text: pl.Expr, field: str, separator: str) -> Values:
    """The smallest of several ids, whatever their order; ids are compared as text."""
    items = text.str.split(separator).list.eval(pl.element().str.strip_chars()).list.eval(pl.element().filter(pl.element() != ""))
    return Values({field: items.list.min()}, {})


def integer_list_values(text: pl.Expr, field: str, separator: str) -> Values:
    """Whole numbers in their order; an empty place is a number nobody gave."""
    items = text.str.split(separator).list.eval(pl.element().str.strip_chars())
    numbers = items.list.eval(pl.element().cast(pl.Int32, strict=False))
    written = items.list.eval(pl.element() != "").list.sum()
    read = numbers.list.eval(pl.element().is_not_null()).list.sum()
    return Values({field: numbers}, {"not_a_number": text.is_not_null() & (written != read)})


def tidy(field: str, value: pl.Expr) -> pl.Expr:
    """Values of fields that have one right form: five digits of a ZIP code, four of a number; anything else is not known."""
    if field == "zip":
        digits = value.str.extract(r"^(\d{5})(-?\d{4})?$", 1)
        return pl.when(~digits.is_in(["00000", "99999"])).then(digits)
    if field == "ssn4":
        digits = value.str.extract(r"(\d{4})$", 1)
        return pl.when(digits != "0000").then(digits)
    return value
