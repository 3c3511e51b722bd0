"""Scores that no longer look as the model's did: on a first night against its card, later against the county's own first night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from assets.linked import diff, drift
from assets.linked.model import FrozenModel
from contracts.linkage import ScoreBaseline
from resources.sql import Connection, load_sql, replace_table, rows

FIRST, SECOND, THIRD = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)
ALIKE = {3: 500, 9: 500}
MOVED = {3: 950, 9: 50}
CARD = (ScoreBaseline(system="jail", spread={"match_weight": ALIKE, "sex": {-1: 100, 0: 10, 1: 890}}),)


@pytest.fixture
def con() -> Iterator[Connection]:
    with duckdb.connect() as con:
        con.execute("create schema linked").fetchall()
        yield con


def _noted(con: Connection, night: date, weights: dict[int, int], baseline: tuple[ScoreBaseline, ...] = CARD) -> dict[str, float]:
    drift.prepare(con, night, baseline)
    lines = [("match_weight", bucket, pairs) for bucket, pairs in weights.items()]
    for kind, bucket, pairs in (*lines, ("sex", -1, 100), ("sex", 0, 10), ("sex", 1, 890)):
        con.execute("insert into linked.score_profile values (?, 'county', 'person.v9', 'jail', ?, ?, ?)", [night, kind, bucket, pairs])
    return drift.drift(con, night=night, model="person.v9", drift_pairs=1000)


def test_a_first_night_is_compared_with_the_card(con: Connection) -> None:
    assert _noted(con, FIRST, ALIKE) == {"jail": pytest.approx(0, abs=1e-9)}
    # By hand, with half a pair in each of two buckets: 0.44955 x (ln(0.94955 / 0.5) - ln(0.05045 / 0.5)).
    assert _noted(con, FIRST, MOVED) == {"jail": pytest.approx(1.31945, abs=1e-4)}


def test_later_nights_are_compared_with_the_countys_own_first(con: Connection) -> None:
    assert _noted(con, FIRST, MOVED)["jail"] > 1
    assert _noted(con, SECOND, MOVED) == {"jail": pytest.approx(0, abs=1e-9)}
    assert _noted(con, THIRD, ALIKE)["jail"] > 1


def test_a_night_that_was_held_is_no_baseline(con: Connection) -> None:
    assert _noted(con, FIRST, MOVED)["jail"] > 1
    drift.forget(con, FIRST)
    assert _noted(con, SECOND, ALIKE) == {"jail": pytest.approx(0, abs=1e-9)}


def test_too_few_pairs_and_a_card_without_a_baseline_are_not_judged(con: Connection) -> None:
    assert _noted(con, FIRST, {3: 900}) == {}
    assert _noted(con, SECOND, MOVED, ()) == {}


def test_baselines_of_several_counties_add_up() -> None:
    (found,) = drift.baseline([[("jail", "sex", 1, 3), ("jail", "sex", -1, 2)], [("jail", "sex", 1, 4)]])
    assert found == ScoreBaseline(system="jail", spread={"sex": {-1: 2, 1: 7}})


def test_a_difference_says_how_far_scores_moved_and_leaves_out_what_one_side_does_not_know(con: Connection) -> None:
    for side, weights in (("before", ALIKE), ("after", MOVED)):
        _noted(con, FIRST, weights)
        replace_table(con, f"temp.diff_profile_{side}", diff.PROFILE)
    con.execute("delete from temp.diff_profile_before where kind = 'sex'").fetchall()
    assert rows(con, load_sql("assets.linked", "diff_profile")) == [("jail", "match_weight", 1000, 1000, pytest.approx(1.3194, abs=1e-3))]


def test_levels_are_compared_between_models_only_where_the_comparison_is_the_same(model: FrozenModel) -> None:
    other = {**model.settings, "comparisons": [dict(comparison) for comparison in model.settings["comparisons"]]}
    other["comparisons"][0]["comparison_levels"] = other["comparisons"][0]["comparison_levels"][1:]
    names = {comparison["output_column_name"] for comparison in model.settings["comparisons"]}
    changed = model.settings["comparisons"][0]["output_column_name"]
    assert set(diff.same_comparisons(model.settings, other)) == names - {changed}
