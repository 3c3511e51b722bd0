"""One vendor column's way into one canonical field, as the county's text says it.

Belongs here: the shape of that text, how shipped crosswalks fill its codes, and what can be said against it. Does not belong here: feeds
and files (source_feeds), any reading of values (assets.checked).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import polars as pl
from pydantic import Field, field_validator

from contracts.records import RecordType
from contracts.records.registry import DERIVED_FIELDS
from contracts.reviewed import Reviewed
from contracts.vocabularies import crosswalk
from contracts.vocabularies.person import SexQuestion
from contracts.vocabularies.race import CategorySystem, RaceMethod

Code = str | bool | None


class Parser(StrEnum):
    """How one vendor column fills more than its own field, or is cleaned on the way."""

    LAST_FIRST = "last_comma_first"  # "LAST, FIRST MIDDLE JR" into full_name and its parts
    OTHER_NAMES = "other_names_json"  # JSON list of names into other_names
    ICD10 = "icd10"  # adds the point that some systems leave out
    DAY_AFTER = "day_after"  # a last day into the first day after it: our periods are half-open
    DATE_WITH_X = "date_with_x"  # 1980-05-XX: digits nobody knew are written X
    IS_WRITTEN = "is_written"  # true where anything is written: a day of deletion into is_deleted
    FIRST_OF_SEVERAL = "first_of_several"  # ids joined by the separator: the smallest, so that their order does not matter


PARSER_TARGETS: Mapping[Parser, frozenset[str]] = {
    Parser.LAST_FIRST: frozenset({"full_name"}),
    Parser.OTHER_NAMES: frozenset({"other_names"}),
    Parser.ICD10: frozenset({"icd10"}),
    Parser.DAY_AFTER: frozenset({"valid_to", "data_to"}),
    Parser.DATE_WITH_X: frozenset({"birth_date"}),
    Parser.IS_WRITTEN: frozenset(),
    Parser.FIRST_OF_SEVERAL: frozenset(),
}
"""The fields a parser fills; empty: any field of text."""

PARSER_ALSO_FILLS = {Parser.LAST_FIRST: ("last_name", "first_name", "middle_name", "name_suffix")}
NEEDS_NO_FORMAT = frozenset({Parser.DATE_WITH_X})


class SourceFormats(Reviewed):
    """How the source writes dates and times, in strptime's letters. A format without a day gives a partial birth date."""

    timestamp: tuple[str, ...] = ()
    date: tuple[str, ...] = ()


class Column(Reviewed):
    """One vendor column's way into one canonical field."""

    to: str = Field(description="Canonical field.")
    crosswalk: str | None = Field(default=None, description="A shipped list of codes, by name, instead of or besides codes.")
    codes: dict[str, Code] | None = Field(default=None, description="Every raw code and what it means; null says: not known.")
    formats: tuple[str, ...] = Field(default=(), description="strptime formats, tried in order, instead of the source's.")
    parse: Parser | None = None
    separator: str | None = Field(default=None, min_length=1, max_length=3, description="Between the codes of a list.")
    placeholders: tuple[date, ...] = Field(default=(), description="Birth dates that stand for not known, besides 1900-01-01 and its like.")
    missing: tuple[str, ...] = Field(default=(), description="Texts that stand for nothing written, such as N/A.")

    @field_validator("codes", mode="before")
    @classmethod
    def _quoted_codes(cls, value: Any) -> Any:
        if isinstance(value, dict):
            for code in value:
                if not isinstance(code, str):
                    raise ValueError(f"the code [{code}] is not text; put it in quotes")
        return value


class Race(Reviewed):
    """How the source asks for race, and who answers."""

    category_system: CategorySystem
    method: RaceMethod


class SexAsked(Reviewed):
    """What the source's column of sex or gender really asks, and who answers."""

    question: SexQuestion = SexQuestion.UNKNOWN
    method: RaceMethod = RaceMethod.UNKNOWN


def with_crosswalk(vendor_column: str, said: Any) -> Any:
    """A column's text with the codes of the crosswalk it names; the text may add codes, and contradict none.

    Raises:
        ValueError: if there is no such crosswalk, it has nothing for the field, or the text says otherwise of a code.
    """
    if not isinstance(said, dict) or not isinstance(said.get("crosswalk"), str):
        return said
    try:
        listed = crosswalk.codes_for(said["crosswalk"], str(said.get("to")), vendor_column)
    except KeyError as error:
        message = str(error.args[0])
    else:
        own: dict[Any, Any] = said["codes"] if isinstance(said.get("codes"), dict) else {}
        contradicted = [code for code, word in own.items() if code in listed and listed[code] != word]
        if not contradicted:
            return {**said, "codes": {**listed, **own}}
        codes = ", ".join(f"[{code}]" for code in contradicted)
        message = f"the crosswalk [{said['crosswalk']}] says otherwise of {codes}; write every code out, without the crosswalk"
    raise ValueError(message)


def column_messages(column: Column, record_type: RecordType, formats: SourceFormats) -> list[str]:
    """Everything wrong with one column's text."""
    field = column.to
    if field in DERIVED_FIELDS or field == "source_record_id":
        return [f"the field [{field}] is derived; map what it is derived from, or name the column under key"]
    if field not in record_type.fields:
        return [f"[{record_type.name}] has no field [{field}]; it has {', '.join(mappable_fields(record_type))}"]
    dtype = record_type.fields[field]
    words = record_type.vocabularies.get(field)
    messages = _parser_messages(column)
    if column.parse is Parser.IS_WRITTEN and dtype != pl.Boolean:
        messages.append(f"the parser is_written fills a yes or no, which [{field}] is not")
    if field == "other_names" and column.parse is not Parser.OTHER_NAMES:
        messages.append("the field [other_names] needs parse: other_names_json")
    if (words or dtype == pl.Boolean) and column.codes is None and column.parse is not Parser.IS_WRITTEN:
        allowed = ", ".join(words) if words else "true, false"
        messages.append(f"the field [{field}] needs codes: every raw code and one of {allowed} (or null: not known)")
    for code, word in (column.codes or {}).items():
        messages += _word_messages(field, code, word, words, is_boolean=dtype == pl.Boolean)
    dated = dtype in (pl.Date, pl.Datetime("us")) and column.parse not in NEEDS_NO_FORMAT
    if dated and not (column.formats or (formats.date if dtype == pl.Date else formats.timestamp)):
        messages.append(f"nothing says how the field [{field}] is written; add formats here or to the source")
    if column.separator and not isinstance(dtype, pl.List) and column.parse is not Parser.FIRST_OF_SEVERAL:
        messages.append(f"the field [{field}] is not a list; remove separator")
    if column.placeholders and field != "birth_date":
        messages.append("placeholders are for birth_date only")
    return messages


def _parser_messages(column: Column) -> list[str]:
    if column.parse is None:
        return []
    targets = PARSER_TARGETS[column.parse]
    messages = []
    if targets and column.to not in targets:
        messages.append(f"the parser {column.parse.value} fills [{', '.join(sorted(targets))}], not [{column.to}]")
    if column.parse is Parser.FIRST_OF_SEVERAL and not column.separator:
        messages.append("the parser first_of_several needs a separator, such as ;")
    return messages


def _word_messages(field: str, code: str, word: Code, words: tuple[str, ...] | None, *, is_boolean: bool) -> list[str]:
    if word is None:
        return []
    if is_boolean:
        return [] if isinstance(word, bool) else [f"the code [{code}] of [{field}] must mean true, false or null"]
    if isinstance(word, bool):
        return [f"the code [{code}] of [{field}] means [{str(word).lower()}], which is not text; put it in quotes"]
    if words and word not in words:
        return [f"the code [{code}] means [{word}], which [{field}] does not know; it knows {', '.join(words)}"]
    return []


def mappable_fields(record_type: RecordType) -> tuple[str, ...]:
    """Fields of a record type that a vendor column may map to."""
    return tuple(field for field in record_type.fields if field not in DERIVED_FIELDS and field != "source_record_id")
