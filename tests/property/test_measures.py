"""What must hold for any counts, any stays, any assertions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from math import inf, isclose, prod

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.measured import intervals
from assets.measured.disparity import BaseKind, PointCount, Setting, compare
from assets.measured.ground import code
from assets.measured.run import PACKAGE
from assets.measured.scope import open_scope
from assets.measured.settled import CRITERION, DEFINITION, PLAIN_COUNT, RACE_STEP, UNIT_COST, append, create_from
from contracts.benchmarks import RACE_GROUPS, PopulationBase
from contracts.definition_parts import Repeat
from contracts.definitions import Insufficient
from resources.sql import load_sql, replace_table, rows

AS_OF = datetime(2026, 3, 2)
SQL = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
COUNTS = st.integers(0, 400)


def setting(kind: BaseKind, repeat: Repeat) -> Setting:
    return Setting(kind, repeat, 1.0, "WHITE", Insufficient(events=1, base=1, people=1), 1.0)


@st.composite
def chains(draw: st.DrawFn) -> tuple[dict[str, int], list[dict[str, int]]]:
    """A population by group, and points of which each counts part of the one before."""
    population = {group: draw(st.integers(50, 100_000)) for group in ("WHITE", "BLACK", "HISPANIC")}
    points, above = [], population
    for _ in range(draw(st.integers(1, 5))):
        above = {group: draw(st.integers(1, size)) for group, size in above.items()}
        points.append(above)
    return population, points


def people(group: str, hits: int, base: int = 0) -> PointCount:
    return PointCount(group, base, base, hits, hits, squares=hits, products=hits, base_squares=base)


@given(chains(), st.sampled_from(Repeat))
def test_along_a_chain_of_exact_bases_the_ratios_multiply_to_the_ratio_on_the_population(
    chain: tuple[dict[str, int], list[dict[str, int]]], repeat: Repeat
) -> None:
    population, points = chain
    bases = {group: PopulationBase(group, size, "s", 2025) for group, size in population.items()}
    ratios: dict[str, list[float]] = {group: [] for group in population}
    for number, point in enumerate(points):
        kind = BaseKind.PREVIOUS_POINT if number else BaseKind.POPULATION
        above = points[number - 1] if number else dict.fromkeys(point, 0)
        counts = {group: people(group, hits, above[group]) for group, hits in point.items()}
        for found in compare(counts, bases, setting(kind, repeat)):
            if found.race_group in population:
                assert found.ratio.value is not None
                ratios[found.race_group].append(found.ratio.value)
    whole = compare({group: people(group, hits) for group, hits in points[-1].items()}, bases, setting(BaseKind.POPULATION, repeat))
    for found in whole:
        if found.race_group in population:
            assert found.ratio.value is not None
            assert isclose(prod(ratios[found.race_group]), found.ratio.value, rel_tol=1e-9)


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 60), st.integers(1, 60))
def test_every_interval_holds_its_estimate(a: int, n: int, b: int, m: int) -> None:
    a, b = min(a, n), min(b, m)
    assert intervals.poisson_count(a).lower <= a <= intervals.poisson_count(a).upper
    for limits in (intervals.wilson(a, n), intervals.clopper_pearson(a, n)):
        assert limits.lower >= 0
        assert limits.lower - 1e-12 <= a / n <= limits.upper + 1e-12
        assert limits.upper <= 1
    score = intervals.score_ratio(a, n, b, m)
    assert 0 <= score.lower <= score.upper
    if b:
        assert score.lower - 1e-9 <= (a / n) / (b / m) <= score.upper + 1e-9


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 60), st.integers(1, 60))
def test_exchanging_group_and_reference_inverts_a_ratio(a: int, n: int, b: int, m: int) -> None:
    n, m = max(a, n), max(b, m)
    for method in (intervals.katz_ratio, intervals.poisson_ratio_log, intervals.poisson_ratio_exact, intervals.score_ratio):
        there, back = method(a, n, b, m), method(b, m, a, n)
        assert isclose(there.lower, 0 if back.upper == inf else 1 / back.upper, rel_tol=1e-6, abs_tol=1e-9)


@given(st.integers(1, 500), st.integers(1, 500))
def test_where_nobody_comes_again_the_clustered_variance_is_the_plain_one(hits: int, base: int) -> None:
    base = max(hits, base)
    assert isclose(intervals.clustered_count(hits, hits), 1 / hits)
    assert isclose(intervals.clustered_share(hits, base, hits, hits, base), 1 / hits - 1 / base, abs_tol=1e-12)


@given(
    st.dictionaries(st.sampled_from([*RACE_GROUPS, "OTHER", "UNKNOWN"]), st.tuples(COUNTS, COUNTS)),
    st.sampled_from(BaseKind),
    st.sampled_from(Repeat),
)
def test_there_is_never_a_ratio_on_a_hidden_base_and_always_a_figure_or_a_reason(
    found: dict[str, tuple[int, int]], kind: BaseKind, repeat: Repeat
) -> None:
    counts = {group: people(group, min(pair), max(pair)) for group, pair in found.items()}
    bases = {group: PopulationBase(group, size, "s", 2025) for group, (size, _) in found.items() if group in RACE_GROUPS}
    for row in compare(counts, bases, setting(kind, repeat)):
        assert (row.rate.value is None) == (row.base is None or row.base <= 0)
        if row.ratio.value is None:
            assert row.reason is not None
            assert row.disparity_index is None
        else:
            assert row.reason is None
            assert row.base


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    con = duckdb.connect()
    yield con
    con.close()


def settle_definition(con: duckdb.DuckDBPyConnection, **said: object) -> None:
    open_scope(con, {})
    con.execute("create type scope.word as enum ('f')")
    criterion = {
        "criterion_code": 1,
        "count_code": 1,
        "definition_id": "d",
        "criterion_no": 1,
        "criterion_name": "c",
        "filter_id": "f",
        "system": "jail",
        "unit": "event",
        "window_start": datetime(2025, 3, 2),
        "window_end": AS_OF,
        "among": "users",
        **{key: value for key, value in said.items() if key != "list_size"},
    }
    create_from(con, "scope.criterion", CRITERION, [criterion])
    definition = {
        "definition_code": 1,
        "definition_id": "d",
        "rule_id": "d",
        "months_back": 0,
        "is_filtered": False,
        "window_end": AS_OF,
        "name": "d",
        "version": 1,
        "source": "s",
        "needed": 1,
        "list_size": said.get("list_size"),
        "window_start": datetime(2025, 3, 2),
    }
    create_from(con, "scope.definition", DEFINITION, [definition])
    create_from(con, "scope.unit_cost", UNIT_COST, [])
    filtered = {"definition_code": "INTEGER", "domain": "VARCHAR", "person_key": "VARCHAR", "race_group": "VARCHAR"}
    create_from(con, "scope.filtered_person", filtered, [])
    create_from(con, "scope.plain_count", PLAIN_COUNT, [])
    plain = {"criterion_code": "INTEGER", "domain": "VARCHAR", "person_key": "VARCHAR", "tonight": "BIGINT"}
    create_from(con, "scope.plain_value", plain, [])
    answered = {"definition_id": "VARCHAR", "domain": "VARCHAR", "reason": "VARCHAR"}
    create_from(con, "scope.definition_domain", answered, [{"definition_id": "d", "domain": "c"}])


def people_with(con: duckdb.DuckDBPyConnection, values: list[float]) -> None:
    value = {"criterion_code": "INTEGER", "domain": "VARCHAR", "person_key": "VARCHAR", "value": "DOUBLE"}
    person = {"domain": "VARCHAR", "person_key": "VARCHAR", "race_group": "VARCHAR", "definition_id": "VARCHAR"}
    named = [
        {"definition_id": "d", "criterion_code": 1, "domain": "c", "person_key": f"p{n:03d}", "value": v, "race_group": "WHITE"}
        for n, v in enumerate(values)
    ]
    create_from(con, "scope.person", person, named)
    create_from(con, "scope.definition_person", person, named)
    create_from(con, "scope.criterion_value", value, [each for each in named if each["value"]])


VALUES = st.lists(st.integers(0, 12), min_size=1, max_size=60).filter(any)


@SQL
@given(VALUES, st.floats(0.5, 99.5), st.sampled_from(["users", "linked_people"]))
def test_a_percentile_is_the_linear_one_of_numpy(con: duckdb.DuckDBPyConnection, values: list[int], percentile: float, among: str) -> None:
    settle_definition(con, percentile=percentile, among=among)
    people_with(con, [float(value) for value in values])
    ((cut,),) = rows(con, f"select cut from ({load_sql(PACKAGE, 'criterion_cut')}) as cuts")
    base = [value for value in values if value] if among == "users" else values
    assert cut == pytest.approx(float(np.percentile(base, percentile)), abs=1e-9)


@SQL
@given(VALUES, st.integers(1, 20))
def test_a_list_holds_everybody_tied_with_its_last_place_and_nobody_below(
    con: duckdb.DuckDBPyConnection, values: list[int], size: int
) -> None:
    settle_definition(con, minimum=1, list_size=size)
    people_with(con, [float(value) for value in values])
    con.execute(f"create table scope.criterion_cut as {load_sql(PACKAGE, 'criterion_cut')}")
    question = load_sql(PACKAGE, "frequent_utilizer_draft")
    listed = rows(con, f"select criterion_values[1] from ({question}) as found where listed", {"as_of": AS_OF})
    found = sorted((value for (value,) in listed), reverse=True)
    ordered = sorted((value for value in values if value), reverse=True)
    last = ordered[min(size, len(ordered)) - 1]
    assert found == [value for value in ordered if value >= last]


STAYS = st.lists(st.tuples(st.integers(0, 700), st.integers(0, 60)), min_size=1, max_size=12)


@SQL
@given(STAYS)
def test_bed_days_are_the_hours_of_the_window_in_which_any_stay_holds(con: duckdb.DuckDBPyConnection, stays: list[tuple[int, int]]) -> None:
    start, hours_in_window = datetime(2025, 3, 2), 400
    window_start, as_of = start + timedelta(hours=150), start + timedelta(hours=150 + hours_in_window)
    settle_definition(con, unit="bed_day", minimum=1, window_start=window_start, window_end=as_of)
    create_from(
        con,
        "scope.definition_person",
        {"definition_id": "VARCHAR", "domain": "VARCHAR", "person_key": "VARCHAR"},
        [{"definition_id": "d", "domain": "c", "person_key": "p"}],
    )
    contact = {
        "filter_id": "VARCHAR",
        "domain": "VARCHAR",
        "person_key": "VARCHAR",
        "record_id": "VARCHAR",
        "system": "VARCHAR",
        "record_type": "VARCHAR",
        "start_at": "TIMESTAMP",
        "end_at": "TIMESTAMP",
        "end_is_impossible": "BOOLEAN",
        "is_stay": "BOOLEAN",
        "is_lapped": "BOOLEAN",
        "known_at": "TIMESTAMP",
        "uncounted_from": "TIMESTAMP",
    }
    known = [(begin, begin + length) for begin, length in stays if start + timedelta(hours=begin) < as_of]
    create_from(con, "scope.matched_contact", contact, [])
    append(
        con,
        "scope.matched_contact",
        contact,
        [
            {
                "filter_id": "f",
                "domain": "c",
                "person_key": "p",
                "record_id": f"r{number:02d}",
                "system": "jail",
                "end_is_impossible": False,
                "is_stay": True,
                "is_lapped": True,
                "start_at": start + timedelta(hours=begin),
                "known_at": start + timedelta(hours=begin),
                "end_at": None if end >= 550 else start + timedelta(hours=end),
            }
            for number, (begin, end) in enumerate(known)
        ],
    )
    found = rows(con, load_sql(PACKAGE, "criterion_value"), {"as_of": as_of})
    held = {hour for begin, end in known for hour in range(max(begin, 150), min(end, 550))}
    assert (found[0][3] if found else 0) == pytest.approx(len(held) / 24)


ASSERTIONS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["WHITE", "BLACK", "ASIAN", "AIAN", "NHPI", "OTHER", "MULTIPLE"]), max_size=3),
        st.sampled_from([True, False, None]),
        st.sampled_from(["self", "observed", "proxy", "unknown", None]),
        st.dates(date(2024, 1, 1), date(2026, 3, 1)) | st.none(),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=15,
)


@SQL
@given(ASSERTIONS)
def test_every_person_is_in_exactly_one_race_group_whatever_the_order_of_assertions(
    con: duckdb.DuckDBPyConnection, assertions: list[tuple[list[str], bool | None, str | None, date | None, int]]
) -> None:
    made = [
        {
            "record_id": f"r{number}",
            "person_key": f"p{person}",
            "domain": "c",
            "races": races,
            "hispanic": hispanic,
            "method": method,
            "asserted_on": None if on is None else on.isoformat(),
        }
        for number, (races, hispanic, method, on, person) in enumerate(assertions)
    ]
    found = []
    for order in (made, list(reversed(made))):
        open_scope(con, {})
        create_from(
            con,
            "scope.race_step",
            RACE_STEP,
            [{"position": 1, "method": "self", "take": "latest"}, {"position": 2, "method": "observed", "take": "modal"}],
        )
        append(
            con,
            "scope.given_race_assertion",
            {
                "record_id": "VARCHAR",
                "person_key": "VARCHAR",
                "domain": "VARCHAR",
                "races": "VARCHAR[]",
                "hispanic": "BOOLEAN",
                "method": "VARCHAR",
                "asserted_on": "DATE",
            },
            order,
        )
        replace_table(con, "scope.event_filter", "select ''::varchar as filter_id where false")
        code(con)
        replace_table(con, "scope.race_evidence", load_sql(PACKAGE, "race_evidence"))
        replace_table(con, "scope.race_new", "select distinct domain, person_key from scope.race_evidence")
        replace_table(con, "scope.person_group", load_sql(PACKAGE, "person_group"), {"as_of": AS_OF})
        named = (
            "select given_key, race_group, decided_by, decided_as, hispanic_unknown from scope.person_group join scope.person_code "
            "using (domain, person_key) order by given_key"
        )
        found.append(rows(con, named))
    assert found[0] == found[1]
    assert [row[0] for row in found[0]] == sorted({row["person_key"] for row in made})
    assert {row[1] for row in found[0]} <= {*RACE_GROUPS, "OTHER", None}
