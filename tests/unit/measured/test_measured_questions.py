"""The .sql files of the stage: one question each, read from the scope and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

import assets.measured
from assets.measured.measure import MEASURED_TABLES
from assets.measured.scope import SCOPE_TABLES

FOLDER = Path(assets.measured.__file__).parent
# The first compares the finished stage with the one before it; the others read persons and pairs, which no product's scope holds.
CHECKS = {"conservation", "link_subject", "link_pair"}
FILES = sorted(path for path in FOLDER.glob("*.sql") if path.stem not in CHECKS)
SCRATCH = {
    "booking_category",
    "booking_split",
    "booking_ready",
    "booking_screened",
    "booking_screened_late",
    "late_service",
    "plain_value",
    "shown_booking",
    "way_step",
    "booking_known",
    "booking_service",
    "brief_person",
    "contact_fact",
    "contact_source",
    "episode_brief",
    "episode_contact",
    "episode_known",
    "every_person",
    "person_code",
    "person_group",
    "person_known",
    "person_system",
    "race_new",
    "step",
    "withheld",
    "withheld_contact",
    "withheld_seen",
    "decision_point",
    "point_rule",
    "point_count",
    "link_base_definition_domain",
    "link_base_cut",
    "link_base_total",
    "link_base_found",
    "link_base_point",
    "link_scenario",
    "link_seat",
    "frequent_utilizer_month",
    "month_met",
    "plain_count",
    "cell",
    "split",
    "counted_booking",
    "stepping_up_year",
    "service",
    "race_system_group",
    "race_evidence",
    "frequent_utilizer_draft",
    "screening_score",
    "booking_screen",
    "unit_cost",
    "booking",
    "criterion",
    "criterion_cut",
    "criterion_value",
    "decision_event",
    "definition",
    "definition_domain",
    "definition_person",
    "filtered_person",
    "event_filter",
    "evidence_reason",
    "matched_contact",
    "person",
    "point_event",
    "point_person",
    "race_step",
    "stepping_up_draft",
    "system_seen",
    "given_membership",
    "withheld_people",
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_question_is_one_select_and_its_first_line_asks_it(path: Path) -> None:
    text = path.read_text()
    first = text.splitlines()[0]
    assert first.startswith("-- ")
    assert first.endswith("?")
    statements = [statement for statement in sqlglot.parse(text, read="duckdb") if statement is not None]
    assert len(statements) == 1
    assert isinstance(statements[0], exp.Query)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_question_reads_the_scope_and_nothing_else(path: Path) -> None:
    statement = sqlglot.parse_one(path.read_text(), read="duckdb")
    known = set(SCOPE_TABLES) | set(MEASURED_TABLES) | SCRATCH
    named = {cte.alias_or_name for cte in statement.find_all(exp.CTE)}
    tables = [table for table in statement.find_all(exp.Table) if table.name]
    elsewhere = {table.sql() for table in tables if table.db != "scope" and not (table.db == "" and table.name in named)}
    assert elsewhere == set()
    assert {table.name for table in tables if table.db == "scope"} <= known


def test_names_of_scratch_tables_are_not_names_of_scope_tables() -> None:
    assert (SCRATCH | set(MEASURED_TABLES)).isdisjoint(SCOPE_TABLES)


def test_no_parameter_name_begins_another_of_the_same_question() -> None:
    # The loader looks for "$name" in the text: a name that begins another would be passed where it is not asked for.
    clashes = []
    for path in FILES:
        names = sorted({node.name for node in sqlglot.parse_one(path.read_text(), read="duckdb").find_all(exp.Parameter)})
        names += sorted({node.name for node in sqlglot.parse_one(path.read_text(), read="duckdb").find_all(exp.Placeholder)})
        clashes += [(path.stem, one, other) for one in names for other in names if one != other and other.startswith(one)]
    assert clashes == []
