"""Contracts are applied, never silently switched off, and never quote a value."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.checked.contract import ContractMismatch, breaches, refuse_disabled_validation, rule_name
from contracts.records import RECORD_TYPES

ROOT = Path(__file__).resolve().parents[3]


def _frame(name: str, **columns: Any) -> pl.DataFrame:
    record_type = RECORD_TYPES[name]
    rows = len(next(iter(columns.values())))
    given = {"source_record_id": [f"k{n}" for n in range(rows)], "is_deleted": [False] * rows, **columns}
    if "birth_date_quality" in record_type.fields:
        given.setdefault("birth_date_quality", ["full"] * rows)
    return pl.DataFrame(
        {field: pl.Series(field, given.get(field, [None] * rows), dtype=dtype) for field, dtype in record_type.fields.items()}
    )


def test_contracts_that_are_switched_off_stop_the_run() -> None:
    code = "from assets.checked.contract import refuse_disabled_validation as check\ncheck()"
    environment = {**os.environ, "PANDERA_VALIDATION_ENABLED": "False"}
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert "contracts are switched off" in result.stderr


def test_contracts_that_are_switched_on_are_applied() -> None:
    refuse_disabled_validation()
    found = breaches(_frame("jail_count", count_date=[date(2026, 1, 1)], facility=["MAIN"], population=[-1]), RECORD_TYPES["jail_count"])
    assert found.rows() == [(0, "population", "too_small")]


def test_a_call_must_run_in_order_and_unknown_times_are_passed_over() -> None:
    at = [datetime(2026, 1, 1, 0, minute) for minute in range(5)]
    frame = _frame(
        "cad_event",
        received_at=[at[0], at[1], at[0], at[0], at[3]],
        dispatched_at=[at[1], at[0], None, at[2], None],
        en_route_at=[at[2], at[2], None, None, None],
        arrived_at=[at[3], at[3], None, at[1], None],
        cleared_at=[at[4], at[4], at[1], at[4], at[2]],
    )
    found = breaches(frame, RECORD_TYPES["cad_event"])
    assert sorted(found.rows()) == [
        (1, "(row)", "received_not_after_dispatched"),
        (3, "(row)", "en_route_not_after_arrived"),
        (4, "(row)", "arrived_not_after_cleared"),
    ]


@pytest.mark.parametrize(
    ("record_type", "start", "end", "rule"),
    [
        ("jail_booking", "booked_at", "released_at", "release_not_before_booking"),
        ("co_responder_encounter", "started_at", "ended_at", "end_not_before_start"),
        ("health_encounter", "started_at", "ended_at", "end_not_before_start"),
    ],
)
def test_nothing_ends_before_it_begins(record_type: str, start: str, end: str, rule: str) -> None:
    others = {"booking_type": "new_charge", "encounter_class": "AMB", "encounter_type": "outpatient"}
    others |= {"source_person_id": "p", "last_name": "Q"}
    known = {field: [word] * 2 for field, word in others.items() if field in RECORD_TYPES[record_type].fields}
    frame = _frame(record_type, **known, **{start: [datetime(2026, 1, 2)] * 2, end: [datetime(2026, 1, 2), datetime(2026, 1, 1)]})
    assert breaches(frame, RECORD_TYPES[record_type]).rows() == [(1, "(row)", rule)]


def test_a_breach_names_row_column_and_rule_and_no_value() -> None:
    frame = _frame("jail_charge", source_parent_id=["b1"], charge_level=["Vandersnoot"])
    found = breaches(frame, RECORD_TYPES["jail_charge"])
    assert found.rows() == [(0, "charge_level", "not_in_vocabulary")]
    assert "Vandersnoot" not in str(found.to_dicts())


def test_a_frame_of_another_shape_is_a_fault_of_the_software_and_quotes_nothing() -> None:
    frame = _frame("jail_charge", source_parent_id=["Vandersnoot"]).with_columns(position=pl.lit("Vandersnoot"))
    with pytest.raises(ContractMismatch) as caught:
        breaches(frame, RECORD_TYPES["jail_charge"])
    assert "Vandersnoot" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("check", "name"),
    [("isin(['a', 'b'])", "not_in_vocabulary"), ("not_nullable", "required"), ("str_matches(^x$)", "malformed"), ("own_rule", "own_rule")],
)
def test_a_rule_has_a_name_without_arguments(check: str, name: str) -> None:
    assert rule_name(check) == name
