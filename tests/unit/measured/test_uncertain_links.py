"""Figures asked again under other links: persons, pairs and contacts spelled out, the linked stage as the nightly run leaves it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from assets.measured.links import LINK_TABLES, measure_links
from assets.measured.measure import measure
from assets.measured.scope import SCOPE_TABLES, close_scope, open_scope, whole_of
from contracts.definition_parts import Repeat
from contracts.linkage import Thresholds
from resources.warehouse import logical_hash

AS_OF = datetime(2026, 3, 2)
LIMITS = Thresholds(link=5, attach=6, attach_margin=3, review=2)


def linked(county: Any, pairs: list[tuple[str, str, float]], persons: dict[str, str]) -> None:
    """The linked stage: every row's person is its subject, and each two subjects of ``persons`` may share one."""
    con = county.con
    con.execute("create schema if not exists linked")
    con.execute("create schema if not exists measured")
    for name, columns in SCOPE_TABLES.items():
        typed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        con.execute(f"create or replace table linked.{name} ({typed})")
        for row in county.rows.get(name, []):
            subject = row.get("person_key")
            full = {**row, "person_key": persons.get(subject, subject)} if subject else dict(row)
            if "subject_id" in columns and subject:
                full["subject_id"] = subject
            names = ", ".join(f'"{column}"' for column in full)
            con.execute(f"insert into linked.{name} ({names}) values ({', '.join('?' * len(full))})", list(full.values()))
    con.execute("alter table linked.membership add column subject_id varchar")
    con.execute("delete from linked.membership")
    for row in county.rows["membership"]:
        subject = row["person_key"]
        con.execute(
            "insert into linked.membership by name select ? as subject_id, ? as person_key, ? as domain, ? as system, ? as link_state",
            [subject, persons.get(subject, subject), row["domain"], row["system"], row["link_state"]],
        )
    one_each = "select distinct on (domain, person_key) * from linked.person_attribute"
    con.execute(f"create or replace table linked.person_attribute as {one_each}")
    con.execute(
        "create or replace table linked.edge"
        " (domain varchar, subject_a varchar, subject_b varchar, match_weight double, match_probability double,"
        " veto varchar, known_to date)"
    )
    for one, other, weight in pairs:
        a, b = sorted((one, other))
        con.execute("insert into linked.edge values ('county', ?, ?, ?, ?, null, null)", [a, b, weight, 1 / (1 + 2**-weight)])


def asked(county: Any) -> dict[str, int]:
    (county.folder / "population.csv").write_text(POPULATION)
    open_scope(county.con, whole_of(county.con, "linked"))
    given = {"definitions": county.definitions, "benchmarks": county.folder / "population.csv", "as_of": AS_OF}
    measure(county.con, target_schema="measured", **given)
    found = measure_links(county.con, target_schema="measured", thresholds=LIMITS, **given)
    close_scope(county.con)
    return found


POPULATION = "race_group,sex,age_band,population,source,year\n" + "".join(
    f"{group},{sex},18-64,{size},simulated census,2025\n"
    for group, size in {"WHITE": 900, "BLACK": 400, "HISPANIC": 90, "ASIAN": 60, "AIAN": 60, "NHPI": 60, "MULTIRACIAL": 60}.items()
    for sex in ("F", "M")
)


def furnish(county: Any, weight: float) -> None:
    """Thirty people of each group booked once; twenty of the second group again under another vendor id that ``weight`` bits join."""
    county.complete()
    pairs, persons = [], {}
    start = datetime(2025, 6, 1)
    for number in range(30):
        for race in ("WHITE", "BLACK"):
            key = county.person(f"{race}{number:02d}", race=race)
            county.booking(key, start + timedelta(days=number), start + timedelta(days=number + 2))
        if number < 20:
            again = county.person(f"again{number:02d}", race="BLACK")
            county.booking(again, start + timedelta(days=100 + number), start + timedelta(days=101 + number))
            pairs.append((f"BLACK{number:02d}", again, weight))
            if weight >= LIMITS.link:
                persons[again] = f"BLACK{number:02d}"
    county.definitions = county.definitions.model_copy(
        update={
            "decision_points": county.definitions.decision_points.model_copy(
                update={
                    "points": (
                        *county.definitions.decision_points.points,
                        county.definitions.decision_points.points[0].model_copy(update={"id": "person_booked", "repeat": Repeat.PEOPLE}),
                    )
                }
            ),
            "linkage_sensitivity": county.definitions.linkage_sensitivity.model_copy(update={"thresholds": (8.0,), "imputations": 12}),
        }
    )
    linked(county, pairs, persons)


def figure(county: Any, table: str, columns: str, where: str = "true") -> Any:
    return county.ask(
        f"select {columns} from measured.{table} where figure_id = 'person_booked' and race_group = 'BLACK' and {where} order by all"
    )


def test_a_higher_threshold_counts_the_same_people_twice_and_says_so(county: Any) -> None:
    furnish(county, 6.0)
    assert set(asked(county)) == set(LINK_TABLES)
    assert figure(county, "link_threshold_sensitivity", "threshold, is_stored, people") == [(5.0, True, 30), (8.0, False, 50)]
    stated = county.ask("select rate_ratio from measured.racial_disparity where point_id = 'person_booked' and race_group = 'BLACK'")
    assert figure(county, "link_threshold_sensitivity", "rate_ratio", "is_stored") == stated
    ratios = figure(county, "link_threshold_sensitivity", "rate_ratio")
    assert ratios[1][0] / ratios[0][0] == pytest.approx(50 / 30)
    linkage = county.ask(
        "select threshold, people, subjects_linked, links, round(expected_false_links, 3) from measured.linkage_by_race"
        " where race_group = 'BLACK' order by threshold"
    )
    assert linkage == [(5.0, 30, 40, 20, round(20 * (1 - 64 / 65), 3)), (8.0, 50, 0, 0, 0.0)]


def test_draws_lie_between_all_links_and_none_and_their_spread_is_in_the_limits(county: Any) -> None:
    furnish(county, 1.0)  # two to one: a pair that fell short of the threshold
    asked(county)
    ((mean, between, missing, lower, upper, usable),) = figure(
        county, "link_imputation", "counted_mean, between_variance, missing_information, ratio_lower, ratio_upper, usable"
    )
    assert usable == 12
    assert 50 - 20 < mean < 50
    assert mean == pytest.approx(50 - 20 * 2 / 3, abs=3)
    assert between > 0
    assert 0 < missing < 1
    stated = county.ask(
        "select ratio_lower, ratio_upper from measured.racial_disparity where point_id = 'person_booked' and race_group = 'BLACK'"
    )
    assert lower < stated[0][0]
    assert upper < stated[0][1]


def test_certain_links_lose_no_information(county: Any) -> None:
    furnish(county, 30.0)
    asked(county)
    ((missing, between),) = figure(county, "link_imputation", "missing_information, between_variance")
    assert (missing, between) == pytest.approx((0.0, 0.0), abs=1e-12)
    ratio = figure(county, "link_imputation", "rate_ratio, stated_ratio, conclusion_changes")
    assert ratio[0][0] == pytest.approx(ratio[0][1])
    assert ratio[0][2] is False


def test_the_same_night_draws_the_same_links(county: Any) -> None:
    furnish(county, 1.0)
    asked(county)
    before = {name: logical_hash(county.con, f"measured.{name}") for name in LINK_TABLES}
    asked(county)
    assert {name: logical_hash(county.con, f"measured.{name}") for name in LINK_TABLES} == before


def test_nobody_linked_at_all_is_measured_too(county: Any) -> None:
    county.complete()
    county.booking(county.person("a"), datetime(2025, 6, 1))
    linked(county, [], {})
    assert asked(county)["linkage_by_race"] == 6  # WHITE and ALL, at each of three thresholds
