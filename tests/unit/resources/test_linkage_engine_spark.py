"""The same frozen model on Spark and on DuckDB: the same pairs, weights within the stated tolerance."""

from __future__ import annotations

import random
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from linked_world import NIGHT, open_world, simulate

from assets.linked import block, delta, score, versions
from assets.linked.model import TERM_FREQUENCY_COLUMNS, FrozenModel, load_model
from contracts.linkage import LinkageChoice
from contracts.reviewed import load_reviewed
from resources.linkage_engine import DuckDBEngine, EngineMissing, Limits, ScoringModel, duckdb_condition, engine

FOLDER = Path(__file__).resolve().parents[3] / "contracts" / "demo_county" / "linkage"
PEOPLE = 60
WITHIN = 0.02
"""Bits: weights of a pair on the two engines count as equal within this."""
SHARE_EQUAL = 0.99
"""At least so many of the pairs weigh the same; the others differ because one string similarity falls on the other side of a level."""
LARGEST_DIFFERENCE = 16.0
"""Bits: at most one comparison's best and worst level may be exchanged."""
HAS_SPARK = find_spec("pyspark") is not None and shutil.which("java") is not None
needs_spark = pytest.mark.skipif(not HAS_SPARK, reason="pyspark or Java 17 is not installed: scoring on Spark is not tested here")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[ScoringModel, pa.Table, pa.Table]:
    """Model, features and candidate pairs of a fixed small county."""
    choice = load_reviewed(FOLDER / "linkage.yaml", LinkageChoice)
    model = load_model(FOLDER, choice.model)
    world = open_world(tmp_path_factory.mktemp("spark"))
    seen, _ = simulate(PEOPLE, 11)
    con = world.hold(seen).con
    versions.prepare(con)
    rest = score.load_frequencies(con, model)
    delta.find(con, domain="county", night=NIGHT, choice=choice, model=model)
    delta.needed(con, domain="county", subjects="select subject_id from linked_touched", rest=rest)
    block.index(con, domain="county", night=NIGHT, largest_block=choice.caps.largest_block)
    block.reach(con, domain="county", largest_block=choice.caps.largest_block)
    block.share(con, 0, of=1)
    scored = _scored(model)
    kept = scored.keeping([name for (name,) in con.execute("select column_name from (describe temp.linked_feature)").fetchall()])
    columns = f"md5_number_lower(subject_id) as node, {', '.join(kept)}"
    features = con.sql(f"select {columns} from temp.linked_feature order by node").to_arrow_table()
    pairs = con.sql("select node_a, node_b from temp.linked_node_pair order by all").to_arrow_table()
    return scored, features, pairs


def _scored(model: FrozenModel) -> ScoringModel:
    return ScoringModel(model.settings, {column: model.frequencies[column] for column in TERM_FREQUENCY_COLUMNS})


def _weights(backend: Any, sample: tuple[ScoringModel, pa.Table, pa.Table], floor: float = -1000.0) -> dict[tuple[int, int], float]:
    model, features, pairs = sample
    with backend.open(model, features, limits=Limits(threads=2)) as scoring:
        edges = scoring.edges(pairs, floor=floor)
    return {(a, b): weight for a, b, weight in zip(*(edges.column(i).to_pylist() for i in range(3)), strict=True)}


@pytest.fixture(scope="module")
def on_duckdb(sample: tuple[ScoringModel, pa.Table, pa.Table]) -> dict[tuple[int, int], float]:
    return _weights(DuckDBEngine(), sample)


@pytest.fixture(scope="module")
def on_spark(sample: tuple[ScoringModel, pa.Table, pa.Table]) -> dict[tuple[int, int], float]:
    from resources.linkage_engine_spark import SparkEngine

    return _weights(SparkEngine(), sample)


@needs_spark
def test_spark_scores_the_same_pairs_to_the_stated_tolerance(
    on_duckdb: dict[tuple[int, int], float], on_spark: dict[tuple[int, int], float]
) -> None:
    assert len(on_duckdb) > 200
    assert on_spark.keys() == on_duckdb.keys()
    differences = [abs(on_spark[pair] - weight) for pair, weight in on_duckdb.items()]
    equal = sum(difference <= WITHIN for difference in differences) / len(differences)
    assert equal >= SHARE_EQUAL, (
        f"{equal:.4f} of {len(differences)} pairs weigh the same; the largest difference is {max(differences):.2f} bits"
    )
    assert max(differences) <= LARGEST_DIFFERENCE


@pytest.mark.parametrize(
    ("duckdb", "spark"),
    [
        ("list_has_any(a_l, a_r)", "ARRAYS_OVERLAP(a_l, a_r)"),
        ("len(a_l) = 0 and length(b_l) >= 3", "SIZE(a_l) = 0 AND LENGTH(b_l) >= 3"),
        ("d_l[1:4] = d_r[6:7]", "SUBSTRING(d_l, 1, 4) = SUBSTRING(d_r, 6, 2)"),
        ("d_l[6:] = '01-01'", "SUBSTRING(d_l, 6) = '01-01'"),
        (
            "len(list_filter(a_l, lambda x: jaro_winkler_similarity(x, b_r) >= 0.9)) > 0",
            "SIZE(FILTER(a_l, x -> JARO_WINKLER(x, b_r) >= 0.9)) > 0",
        ),
        ("ELSE", "ELSE"),
    ],
)
def test_a_condition_of_the_frozen_model_is_said_in_sparks_words(duckdb: str, spark: str) -> None:
    from resources.linkage_engine_spark import spark_condition

    assert spark_condition(duckdb) == spark


def test_every_condition_of_the_shipped_model_can_be_said_in_sparks_words(sample: tuple[ScoringModel, pa.Table, pa.Table]) -> None:
    from resources.linkage_engine_spark import spark_settings

    told = spark_settings(sample[0].settings)
    conditions = [level["sql_condition"] for comparison in told["comparisons"] for level in comparison["comparison_levels"]]
    assert len(conditions) > 20
    assert not [condition for condition in conditions if "&&" in condition or "list_" in condition.lower() or "[" in condition]


def test_a_pair_weighs_the_same_in_either_order(
    sample: tuple[ScoringModel, pa.Table, pa.Table], on_duckdb: dict[tuple[int, int], float]
) -> None:
    # Look-alikes stand for each other, whichever id is smaller: no comparison may care which side is which.
    model, features, pairs = sample
    turned = pa.table({"node_a": pairs.column("node_b"), "node_b": pairs.column("node_a")})
    assert _weights(DuckDBEngine(), (model, features, turned)) == pytest.approx(on_duckdb, abs=1e-6)


def test_a_repeated_node_is_refused(sample: tuple[ScoringModel, pa.Table, pa.Table]) -> None:
    model, features, pairs = sample
    doubled = pa.concat_tables([features, features.slice(0, 1)])
    with pytest.raises(ValueError, match="not unique"):
        _weights(DuckDBEngine(), (model, doubled, pairs))


def test_the_order_of_features_and_pairs_changes_no_weight(
    sample: tuple[ScoringModel, pa.Table, pa.Table], on_duckdb: dict[tuple[int, int], float]
) -> None:
    model, features, pairs = sample
    draw = random.Random(5)
    shuffled = [table.take(draw.sample(range(table.num_rows), table.num_rows)) for table in (features, pairs)]
    assert _weights(DuckDBEngine(), (model, *shuffled)) == on_duckdb


def test_an_unknown_engine_is_named() -> None:
    with pytest.raises(EngineMissing, match="duckdb or spark"):
        engine("abacus")


def test_without_java_spark_says_what_to_install(sample: tuple[ScoringModel, pa.Table, pa.Table], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(EngineMissing, match="Java 17"):
        _weights(engine("spark"), sample)


@pytest.mark.parametrize("edits", [1, 2])
def test_the_cheaper_condition_holds_exactly_where_the_models_own_does(edits: int) -> None:
    draw = random.Random(7)
    words = ["".join(draw.choice("AB") for _ in range(draw.randrange(7))) for _ in range(60)]
    own = f"damerau_levenshtein(a, b) <= {edits}"
    with duckdb.connect() as con:
        con.execute("create table word as select unnest($words) as text union all select null", {"words": words}).fetchall()
        found = con.execute(
            f"select count(*), count(*) filter (where {own}), count(*) filter (where ({own}) is distinct from {duckdb_condition(own)})"
            " from (select one.text as a, other.text as b from word as one, word as other)"
        ).fetchall()
    assert found[0][0] > found[0][1] > 0
    assert found[0][2] == 0


def test_the_shipped_model_is_scored_with_the_cheaper_condition() -> None:
    model = load_model(FOLDER, load_reviewed(FOLDER / "linkage.yaml", LinkageChoice).model)
    conditions = [str(level["sql_condition"]) for comparison in model.settings["comparisons"] for level in comparison["comparison_levels"]]
    dear = [condition for condition in conditions if "damerau_levenshtein" in condition]
    assert dear
    assert all(duckdb_condition(condition).count("levenshtein(") == 2 * condition.count("levenshtein(") for condition in dear)
