"""A failing step leaves in words without values, and a run that must not start does not."""

from __future__ import annotations

import traceback
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from resources.home import Home
from resources.integrator import (
    REDACTION,
    Integrator,
    QuietJournal,
    RunRefused,
    StepFailed,
    describe,
    freeze,
    refreeze,
    refuse_older_night,
    refuse_unredacted,
)
from resources.sql import rows
from resources.warehouse import Warehouse, WarehouseBusy

NIGHT = date(2026, 3, 2)
CANARY = "QUARRELWICK"


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(Home(tmp_path))


def _integrator(con: duckdb.DuckDBPyConnection, journal: QuietJournal) -> Integrator:
    terms: Any = SimpleNamespace(sha256="0" * 64)
    return Integrator(con=con, terms=terms, home=Home(Path()), environment={}, journal=journal, run_id="run")


def test_the_message_of_a_library_never_leaves_a_step() -> None:
    journal = QuietJournal()
    with duckdb.connect() as con, pytest.raises(StepFailed) as failed, _integrator(con, journal).step("checked.jail") as cursor:
        cursor.execute(f"select '{CANARY}'::date").fetchall()
    assert "ConversionException" in str(failed.value)
    assert CANARY not in str(failed.value)
    assert CANARY not in "".join(traceback.format_exception(failed.value))
    assert CANARY not in str(journal.failures)


def test_our_own_messages_do_leave_a_step() -> None:
    with duckdb.connect() as con, pytest.raises(StepFailed, match="another run"), _integrator(con, QuietJournal()).step("linked"):
        raise WarehouseBusy("another run is writing")


def test_a_step_that_ends_is_in_the_journal_with_its_time() -> None:
    journal = QuietJournal()
    with duckdb.connect() as con, _integrator(con, journal).step("linked.edge") as cursor:
        assert cursor.execute("select 1").fetchall() == [(1,)]
    assert set(journal.seconds) == {"linked.edge"}


def test_a_foreign_error_is_described_by_kind_and_place() -> None:
    try:
        refuse_older_night(duckdb.connect(), NIGHT)
    except duckdb.Error as error:
        described = describe(error)
    assert "CatalogException at resources/" in described


@pytest.mark.parametrize("setting", [{}, {REDACTION: ""}, {REDACTION: "0"}])
def test_a_run_does_not_start_unless_tracebacks_are_masked(setting: dict[str, str]) -> None:
    with pytest.raises(RunRefused, match=REDACTION):
        refuse_unredacted(setting)


def test_the_first_attempt_freezes_the_terms_and_a_rerun_must_have_the_same(warehouse: Warehouse) -> None:
    first: Any = SimpleNamespace(sha256="a" * 64)
    other: Any = SimpleNamespace(sha256="b" * 64)
    with warehouse.writer() as con:
        freeze(con, NIGHT, first)
        freeze(con, NIGHT, first)
        with pytest.raises(RunRefused, match="--new-terms"):
            freeze(con, NIGHT, other)
        assert refreeze(con, NIGHT, other) == "a" * 64
        freeze(con, NIGHT, other)
        kinds = rows(con, "select kind from registers.main.night_item order by kind")
    assert kinds == [("code",), ("terms",)]


def test_an_older_night_than_the_newest_is_refused(warehouse: Warehouse) -> None:
    terms: Any = SimpleNamespace(sha256="a" * 64)
    with warehouse.writer() as con:
        refuse_older_night(con, NIGHT)
        freeze(con, date(2026, 3, 3), terms)
        refuse_older_night(con, date(2026, 3, 3))
        with pytest.raises(RunRefused, match="replayed in a scratch"):
            refuse_older_night(con, NIGHT)


def test_two_writers_never_meet(warehouse: Warehouse) -> None:
    with warehouse.lock(), pytest.raises(WarehouseBusy), warehouse.lock():
        pass
    with warehouse.lock():
        assert (warehouse.home.root / "writer.lock").exists()
