"""What is asked of each kind of database is what tests/spec/database_statements.md shows."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite

from contracts.source_feeds import Watermark
from resources.source_systems.database_session import ISOLATION, session_statements
from resources.source_systems.database_statement import Found, Mark, highest_statement, latest, low_bound, rows_statement

SPEC = Path(__file__).parent / "database_statements.md"
DIALECTS: dict[str, Any] = {
    "postgresql": postgresql.dialect(),
    "sqlite": sqlite.dialect(),
    "mysql": mysql.dialect(),
    "oracle": oracle.dialect(),
    "mssql": mssql.dialect(),
}
COLUMNS: dict[str, tuple[str, Any]] = {
    "BookingNo": ("BookingNo", sa.String()),
    "Order": ("order", sa.Integer()),
    "LastUpdDt": ("LastUpdDt", sa.DateTime()),
    "Bond": ("bond%amt", sa.Numeric()),
    "Held": ("held", sa.Boolean()),
}
FOUND = Found("Inmate Booking", "jms", COLUMNS)
WATERMARK = Watermark(column="LastUpdDt", overlap_hours=48)
MARK = Mark("time", "2026-03-01T12:30:00")


def sql(statement: Any, backend: str) -> str:
    text = str(statement.compile(dialect=DIALECTS[backend], compile_kwargs={"literal_binds": True}))
    return re.sub(r"\s+", " ", text).strip()


def questions(backend: str) -> dict[str, str]:
    until, _ = latest(FOUND, WATERMARK, night=date(2026, 3, 2), formats=())
    return {
        "every row": sql(rows_statement(FOUND, backend=backend), backend),
        "what changed": sql(rows_statement(FOUND, backend=backend, watermark=WATERMARK, since=MARK), backend),
        "how far": sql(highest_statement(FOUND, WATERMARK, until=until), backend),
        "first rows": sql(rows_statement(FOUND, backend=backend, limit=20), backend),
    }


def described(backend: str) -> str:
    session = [f"(isolation level {ISOLATION[backend]})"] if backend in ISOLATION else []
    session += session_statements(backend, timeout_seconds=3_600)
    lines = [f"## {backend}", "", "| | |", "|---|---|", *(f"| session | `{text}` |" for text in session)]
    return "\n".join([*lines, *(f"| {name} | `{text}` |" for name, text in questions(backend).items())])


@pytest.mark.parametrize("backend", DIALECTS)
def test_every_dialect_is_asked_what_the_page_shows(backend: str) -> None:
    assert described(backend) in SPEC.read_text(encoding="utf-8")


@pytest.mark.parametrize("backend", DIALECTS)
def test_no_dialect_is_asked_for_anything_but_rows(backend: str) -> None:
    for text in questions(backend).values():
        assert text.upper().startswith("SELECT ")
        assert not re.search(r"\b(INSERT|UPDATE|DELETE|MERGE|DROP|ALTER|CREATE|GRANT|INTO)\b", text.upper())


@pytest.mark.parametrize(
    ("mark", "low"),
    [
        (Mark("time", "2026-03-01T12:30:00"), datetime(2026, 2, 27, 12, 30)),
        (Mark("day", "2026-03-01"), date(2026, 2, 27)),
        (Mark("number", "5000"), 4_000),
        (Mark("text", "2026-03-01 12:30", "%Y-%m-%d %H:%M"), "2026-02-27 12:30"),
        (Mark("text", "no time at all", "%Y-%m-%d %H:%M"), ""),
    ],
)
def test_reading_goes_on_the_overlap_before_the_mark(mark: Mark, low: Any) -> None:
    assert low_bound(mark, WATERMARK) == low
    assert Mark.from_json(mark.as_json()) == mark
