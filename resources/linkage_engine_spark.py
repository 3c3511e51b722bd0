"""Splink on Spark: the same frozen model where one machine is too small.

Belongs here: a local or given Spark session, the model's conditions in Spark's words, scoring given pairs. Does not belong here: which
pairs, training, thresholds. A frozen model is written in DuckDB's SQL; what it says is said here in Spark's, condition by condition, so
that there is one model text. String similarity is another implementation on either side and differs in rare cases at the edge of a level
(docs/decisions/0006), so a model version is scored by one engine only.
"""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resources.linkage_engine import NODE, EngineMissing, EngineName, Limits, Scoring, ScoringModel, pairs_given

_SIZE = "size_of_list"
FUNCTIONS: Mapping[str, str] = {"JAROWINKLER_SIMILARITY": "JARO_WINKLER", "JARO_WINKLER_SIMILARITY": "JARO_WINKLER", _SIZE.upper(): "SIZE"}
"""Functions that sqlglot does not rename, by their name in DuckDB: those of Splink's similarity jar, and the length of a list."""


def spark_condition(condition: str) -> str:
    """One condition of a comparison level in Spark's SQL.

    Raises:
        ValueError: if it holds a slice whose bounds are not written out: it cannot be said in Spark.
    """
    import sqlglot
    from sqlglot import exp

    if condition.strip().upper() == "ELSE":
        return condition
    # DuckDB says len of a list and length of a text; sqlglot would make them one.
    tree = sqlglot.parse_one(re.sub(r"\blen\(", f"{_SIZE}(", condition), read="duckdb")

    def said(node: Any) -> Any:
        if isinstance(node, exp.ArrayOverlaps):
            return exp.Anonymous(this="ARRAYS_OVERLAP", expressions=[node.this, node.expression])
        if isinstance(node, exp.Bracket) and isinstance(node.expressions[0], exp.Slice):
            return _substring(node)
        if isinstance(node, exp.JarowinklerSimilarity):
            return exp.Anonymous(this="JARO_WINKLER", expressions=[node.this, node.expression])
        if isinstance(node, exp.Anonymous) and str(node.this).upper() in FUNCTIONS:
            return exp.Anonymous(this=FUNCTIONS[str(node.this).upper()], expressions=node.expressions)
        return node

    # Innermost first: what stands inside a replaced function is said in Spark's words already.
    for node in reversed(list(tree.walk())):
        new = said(node)
        if new is not node and node is tree:
            tree = new
        elif new is not node:
            node.replace(new)
    return str(tree.sql(dialect="spark"))


def _substring(node: Any) -> Any:
    from sqlglot import exp

    part = node.expressions[0]
    if not isinstance(part.this, exp.Literal) or not isinstance(part.expression, exp.Literal | None):
        raise ValueError("a slice in a comparison must name its bounds as numbers")
    # sqlglot counts brackets from 0; text positions in both engines count from 1.
    start = int(part.this.this) + node.args.get("offset", 0)
    length = [] if part.expression is None else [exp.Literal.number(int(part.expression.this) - int(part.this.this) + 1)]
    return exp.Anonymous(this="SUBSTRING", expressions=[node.this, exp.Literal.number(start), *length])


def spark_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The frozen settings with every condition in Spark's SQL."""
    comparisons = []
    for comparison in settings["comparisons"]:
        levels = [{**level, "sql_condition": spark_condition(level["sql_condition"])} for level in comparison["comparison_levels"]]
        comparisons.append({**comparison, "comparison_levels": levels})
    return {**settings, "comparisons": comparisons, "sql_dialect": EngineName.SPARK.value}


@dataclass(frozen=True)
class SparkEngine:
    """Splink on Spark: local by default, or on the cluster that ``master`` names."""

    name: EngineName = EngineName.SPARK
    master: str | None = None
    driver_memory: str = "2g"

    @contextmanager
    def open(self, model: ScoringModel, features: Any, *, limits: Limits) -> Iterator[Scoring]:
        """See :class:`resources.linkage_engine.LinkageEngine`."""
        with self._session(limits.threads) as spark:
            from splink import Linker, SparkAPI

            features = features.read_all() if hasattr(features, "read_all") else features
            told = {f"tf_{column}" for column in model.frequencies}
            held = spark.createDataFrame(_signed(features.drop_columns(sorted(told & set(features.column_names))), NODE))
            repeated = held.count() - held.select(NODE).distinct().count()
            if repeated:
                raise ValueError(f"{NODE} is not unique among the features ({repeated} repeated); every subject must have one row")
            # Persisted in memory: breaking lineage over parquet would write names to disk.
            api = SparkAPI(spark_session=spark, break_lineage_method="persist", num_partitions_on_repartition=limits.threads)
            given = ScoringModel(spark_settings(model.settings), model.frequencies)
            source = api.register(held, table_name="features", dataset_display_name="subjects")
            linker = Linker(source, pairs_given(given, self.name), validate_settings=False, log_level=logging.ERROR)
            for column in model.frequencies:
                lookup = spark.createDataFrame(_frequencies(features, column))
                linker.table_management.register_term_frequency_lookup(api.register(lookup, table_name=f"frequency_of_{column}"), column)
            yield _SparkScoring(spark, api, linker, model.comparisons)

    @contextmanager
    def _session(self, threads: int) -> Iterator[Any]:
        """A session of our own, its scratch folder readable by nobody else and gone afterwards.

        Raises:
            EngineMissing: without pyspark or Java 17.
        """
        if shutil.which("java") is None:
            raise EngineMissing("this model version is scored on Spark, which needs Java 17; install it and put java on the PATH")
        try:
            from pyspark.sql import SparkSession
        except ImportError:
            raise EngineMissing("this model version is scored on Spark; install the extra: pip install 'throughcare[spark]'") from None
        from splink.internals.spark.jar_location import similarity_jar_location

        scratch = Path(tempfile.mkdtemp(prefix="throughcare-spark-"))
        builder = SparkSession.builder.master(self.master or f"local[{threads}]").appName("throughcare linkage")
        for key, value in {
            "spark.jars": similarity_jar_location(),
            "spark.driver.memory": self.driver_memory,
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.local.dir": str(scratch),
            "spark.sql.warehouse.dir": str(scratch / "warehouse"),
            "spark.sql.shuffle.partitions": str(2 * threads),
            "spark.sql.ansi.enabled": "false",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
        }.items():
            builder = builder.config(key, value)
        spark = builder.getOrCreate()
        spark.sparkContext.setLogLevel("ERROR")
        try:
            yield spark
        finally:
            spark.stop()
            shutil.rmtree(scratch, ignore_errors=True)


@dataclass
class _SparkScoring:
    spark: Any
    api: Any
    linker: Any
    comparisons: Sequence[str]
    shares: int = 0

    def edges(self, pairs: Any, *, floor: float) -> Any:
        self.shares += 1
        view = f"pairs_{self.shares}"
        given = self.spark.createDataFrame(_signed(_signed(pairs, "node_a"), "node_b"))
        given.selectExpr("'0' as match_key", "node_a as join_key_l", "node_b as join_key_r").createOrReplaceTempView(view)
        self.linker.table_management.register_blocked_pairs_for_predict(self.api.register(view))
        predictions = self.linker.inference.predict(threshold_match_weight=floor, warning_mode="never")
        gammas = ", ".join(f"'{name}', gamma_{name}" for name in self.comparisons)
        found = self.spark.sql(
            f"select {NODE}_l as node_a, {NODE}_r as node_b, round(match_weight, 6) as match_weight, match_probability,"
            f" to_json(named_struct({gammas})) as gammas from {predictions.physical_name}"
        ).toArrow()
        return _ordered(found)


def _frequencies(features: Any, column: str) -> Any:
    """How common each value is, as the features say it: a value outside the frozen table has the table's rest frequency there."""
    import polars as pl

    held = pl.DataFrame(features.select([column, f"tf_{column}"])).drop_nulls().unique(column)
    return held.sort(column).to_arrow()


def _signed(table: Any, column: str) -> Any:
    """Spark has no unsigned numbers: the same 64 bits, read as signed."""
    import numpy as np
    import pyarrow as pa

    held = table.column(column).combine_chunks().to_numpy(zero_copy_only=False)
    return table.set_column(table.schema.get_field_index(column), column, pa.array(held.astype(np.uint64).view(np.int64)))


def _ordered(edges: Any) -> Any:
    """Nodes read as unsigned again, the smaller one first."""
    import numpy as np
    import pyarrow as pa

    one, other = (edges.column(name).combine_chunks().to_numpy(zero_copy_only=False).view(np.uint64) for name in ("node_a", "node_b"))
    kept = [edges.column(name) for name in ("match_weight", "match_probability", "gammas")]
    columns = [pa.array(np.minimum(one, other)), pa.array(np.maximum(one, other)), *kept]
    return pa.table(columns, names=["node_a", "node_b", "match_weight", "match_probability", "gammas"])
