"""One column's text as values: dates by declared formats only, codes by exhaustive lists only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from assets.checked import values
from contracts.source_feeds import Column

AS_OF = datetime(2026, 3, 2)


def _made(text: list[str | None], made: values.Values) -> dict[str, list[Any]]:
    frame = pl.DataFrame({"raw": text}, schema={"raw": pl.String})
    fields = {name: expression.alias(name) for name, expression in made.fields.items()}
    faults = {f"wrong_{name}": expression.fill_null(False).alias(f"wrong_{name}") for name, expression in made.faults.items()}
    return frame.select(**fields, **faults).to_dict(as_series=False)


@pytest.mark.parametrize(
    ("text", "day", "year", "month", "quality", "fault"),
    [
        ("1985-02-03", date(1985, 2, 3), 1985, 2, "full", None),
        ("1985-02", None, 1985, 2, "partial", None),
        ("1985", None, 1985, None, "partial", None),
        (None, None, None, None, "missing", None),
        ("1900-01-01", None, None, None, "placeholder", None),
        ("1911-11-11", None, None, None, "placeholder", None),
        ("1985-02-30", None, None, None, "partial", "not_a_date"),
        ("02/03/1985", None, None, None, "partial", "not_a_date"),
        ("epoch", None, None, None, "partial", "not_a_date"),
        ("1899-12-31", date(1899, 12, 31), 1899, 12, "full", "birth_date_out_of_range"),
        ("0085-02-03", date(85, 2, 3), 85, 2, "full", "birth_date_out_of_range"),
        ("2026-03-03", date(2026, 3, 3), 2026, 3, "full", "birth_date_out_of_range"),
        ("2026-03-02", date(2026, 3, 2), 2026, 3, "full", None),
    ],
)
def test_a_birth_date_is_read_with_its_quality(  # noqa: PLR0917
    text: str | None, day: date | None, year: int | None, month: int | None, quality: str, fault: str | None
) -> None:
    column = Column(to="birth_date", placeholders=(date(1911, 11, 11),))
    found = _made([text], values.birth_date_values(values.clean("raw"), column, ["%Y-%m-%d", "%Y-%m", "%Y"], as_of=AS_OF))
    assert [name for name in ("not_a_date", "birth_date_out_of_range") if found[f"wrong_{name}"][0]] == ([fault] if fault else [])
    assert (found["birth_date"][0], found["birth_year"][0], found["birth_month"][0], found["birth_date_quality"][0]) == (
        day, year, month, quality,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-01T12:00:00-05:00", datetime(2026, 3, 1, 12)),
        ("2026-03-01T17:00:00Z", datetime(2026, 3, 1, 12)),
        ("2026-03-01T17:00:00.250Z", datetime(2026, 3, 1, 12, 0, 0, 250_000)),
        ("2026-07-01T17:00:00Z", datetime(2026, 7, 1, 13)),
        ("2026-03-01T12:00:00", datetime(2026, 3, 1, 12)),
        ("2026-03-01", datetime(2026, 3, 1)),
        ("2026-03-01T24:00:00", None),
        ("03/01/2026", None),
        ("infinity", None),
    ],
)
def test_a_time_is_read_by_the_declared_formats_into_the_countys_wall_time(text: str, at: datetime | None) -> None:
    formats = ["%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]
    found = _made([text], values.timestamp_values(values.clean("raw"), "at", formats, "America/New_York"))
    assert found["at"] == [at]
    assert found["wrong_not_a_timestamp"] == [at is None]


def test_codes_are_exhaustive_and_case_matters() -> None:
    made = values.coded_values(values.clean("raw"), "sex", {"M": "M", "F": "F", "U": None}, pl.String())
    found = _made(["M", " F ", "U", None, "", "m", "MALE"], made)
    assert found["sex"] == ["M", "F", None, None, None, None, None]
    assert found["wrong_unknown_code"] == [False, False, False, False, False, True, True]


def test_a_blank_code_can_mean_something() -> None:
    made = values.coded_values(values.clean("raw"), "person_role", {"SUBJ": "subject", "": "unknown"}, pl.String())
    assert _made(["SUBJ", "  ", None], made)["person_role"] == ["subject", "unknown", "unknown"]


def test_every_code_of_a_list_must_be_known() -> None:
    made = values.coded_list_values(values.clean("raw"), "race", {"1": "WHITE", "2": "BLACK", "9": None}, "|")
    found = _made(["1|2", "2", "9", "1| |2", "1|3", None], made)
    assert found["race"][:4] == [["WHITE", "BLACK"], ["BLACK"], [], ["WHITE", "BLACK"]]
    assert found["wrong_unknown_code"] == [False, False, False, False, True, False]


@pytest.mark.parametrize(
    ("text", "number", "wrong"), [("7", 7, False), ("-1", -1, False), ("7.5", None, True), ("1e308", None, True), (None, None, False)]
)
def test_a_number_is_whole_or_wrong(text: str | None, number: int | None, wrong: bool) -> None:
    found = _made([text], values.integer_values(values.clean("raw"), "position"))
    assert (found["position"], found["wrong_not_a_number"]) == ([number], [wrong])


@pytest.mark.parametrize(
    ("field", "text", "tidy"),
    [
        ("zip", "69901", "69901"),
        ("zip", "69901-1234", "69901"),
        ("zip", "699011234", "69901"),
        ("zip", "99999", None),
        ("zip", "6990", None),
        ("ssn4", "xxx-xx-4321", "4321"),
        ("ssn4", "0000", None),
        ("ssn4", "none", None),
        ("city", "Larkmoor", "Larkmoor"),
    ],
)
def test_zip_codes_and_last_digits_have_one_right_form(field: str, text: str, tidy: str | None) -> None:
    assert pl.DataFrame({"raw": [text]}).select(values.tidy(field, values.clean("raw")).alias("made")).item() == tidy


@pytest.mark.parametrize(("text", "code"), [("f20.9", "F20.9"), ("F3181", "F31.81"), ("F20", "F20"), ("F20.", "F20"), (None, None)])
def test_a_diagnosis_code_gets_its_point(text: str | None, code: str | None) -> None:
    assert _made([text], values.icd10_values(values.clean("raw"), "icd10"))["icd10"] == [code]


def test_a_last_day_becomes_the_first_day_after_it() -> None:
    found = _made(["2026-12-31", "2026-02-28"], values.day_after_values(values.clean("raw"), "valid_to", ["%Y-%m-%d"], "UTC"))
    assert found["valid_to"] == [date(2027, 1, 1), date(2026, 3, 1)]


@pytest.mark.parametrize(
    ("text", "day", "year", "month", "quality", "fault"),
    [
        ("1980-05-17", date(1980, 5, 17), 1980, 5, "full", None),
        ("1980-05-XX", None, 1980, 5, "partial", None),
        ("1980-XX-XX", None, 1980, None, "partial", None),
        ("1980-xx-17", None, 1980, None, "partial", None),
        ("XXXX-05-17", None, None, None, "missing", None),
        ("198X-05-17", None, None, None, "missing", None),
        ("XXXX-XX-XX", None, None, None, "missing", None),
        ("1980-13-XX", None, None, None, "partial", "not_a_date"),
        ("1980-02-30", None, None, None, "partial", "not_a_date"),
        ("17.05.1980", None, None, None, "partial", "not_a_date"),
        ("1980-05-XXX", None, None, None, "partial", "not_a_date"),
    ],
)
def test_digits_of_a_birth_date_that_nobody_knew_are_written_x(  # noqa: PLR0917
    text: str, day: date | None, year: int | None, month: int | None, quality: str, fault: str | None
) -> None:
    found = _made([text], values.date_with_x_values(values.clean("raw"), Column(to="birth_date"), as_of=AS_OF))
    assert (found["birth_date"][0], found["birth_year"][0], found["birth_month"][0], found["birth_date_quality"][0]) == (
        day, year, month, quality,
    )  # fmt: skip
    assert found["wrong_not_a_date"] == [fault is not None]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1500", 1500.0), ("1500.50", 1500.5), ("$1,500.00", 1500.0), ("-3", -3.0), ("0", 0.0),
        ("1,50", None), ("1e308", None), ("inf", None), ("nan", None), ("12345678901234567890", None), ("$", None), ("5 %", None),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_money_is_written(text: str, number: float | None) -> None:
    found = _made([text], values.decimal_values(values.clean("raw"), "bond_amount"))
    assert found["bond_amount"] == [number]
    assert found["wrong_not_a_number"] == [number is None]


@pytest.mark.parametrize(
    ("text", "numbers", "wrong"),
    [("1|0|1", [1, 0, 1], False), ("1||0", [1, None, 0], False), (" 1 | 2 ", [1, 2], False), ("1|x", [1, None], True), (None, None, False)],
)
def test_answers_keep_their_places(text: str | None, numbers: list[int | None] | None, wrong: bool) -> None:
    found = _made([text], values.integer_list_values(values.clean("raw"), "answers", "|"))
    assert found["answers"] == [numbers]
    assert found["wrong_not_a_number"] == [wrong]


@pytest.mark.parametrize(("text", "key"), [("1002;1001", "1001"), ("1001; 1002", "1001"), ("1003", "1003"), (";;", None), (None, None)])
def test_of_several_ids_the_smallest_counts_whatever_their_order(text: str | None, key: str | None) -> None:
    assert _made([text], values.first_of_several_values(values.clean("raw"), "id", ";"))["id"] == [key]
