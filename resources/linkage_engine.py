"""What scores candidate pairs: Splink on DuckDB, or the same model on Splink's Spark backend.

Belongs here: handing features, pairs and a frozen model to a backend and taking edges back. Does not belong here: which pairs, which
model, thresholds, or what a weight means. A backend works in a scratch database of its own: its tables hold names, and the warehouse must
not. A model version is scored by the one backend its card declares: the two agree only to a tolerance (docs/decisions/0006).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import duckdb

NODE = "node"
"""Column that names a record in features and pairs; a number, since joins on numbers are several times cheaper than on hashes in text."""
EDGE_COLUMNS = ("node_a", "node_b", "match_weight", "match_probability", "gammas")


class EngineName(StrEnum):
    """The backends."""

    DUCKDB = "duckdb"
    SPARK = "spark"


class EngineMissing(RuntimeError):
    """A backend cannot run here; the message says what to install."""


@dataclass(frozen=True)
class ScoringModel:
    """What a backend needs of a frozen model: Splink's settings as DuckDB wrote them, and how common each value of a column is."""

    settings: Mapping[str, Any]
    frequencies: Mapping[str, Mapping[str, float]]

    @property
    def columns(self) -> frozenset[str]:
        """Feature columns that the model's conditions read."""
        return frozenset(re.findall(r"\b(\w+)_l\b", repr(self.settings["comparisons"]))) | self.frequencies.keys()

    @property
    def comparisons(self) -> tuple[str, ...]:
        """Names of the comparisons, in order."""
        return tuple(str(comparison["output_column_name"]) for comparison in self.settings["comparisons"])

    def keeping(self, features: Sequence[str]) -> list[str]:
        """Of ``features``' columns, those that a backend is given, in order."""
        held = self.columns | {f"tf_{column}" for column in self.frequencies}
        return [column for column in features if column in held]


@dataclass(frozen=True)
class Limits:
    """What a backend may use: threads, DuckDB's memory (``1GB``; None: its own default) and the folder it spills to beyond that."""

    threads: int
    memory: str | None = None
    spill: str | None = None


class Scoring(Protocol):
    """A backend that holds a night's features and scores pairs of them, share by share."""

    def edges(self, pairs: Any, *, floor: float) -> Any:
        """Score pairs.

        Args:
            pairs: Arrow table of ``node_a``, ``node_b``; a pair may name one node twice.
            floor: least match weight in bits that is kept.

        Returns:
            Arrow table of :data:`EDGE_COLUMNS`; ``gammas`` is JSON, the level of each comparison, -1 where there was nothing to compare.
        """
        ...


class LinkageEngine(Protocol):
    """A backend that can be opened on features."""

    @property
    def name(self) -> EngineName:
        """Which backend it is, as a model's card says it."""
        ...

    def open(self, model: ScoringModel, features: Any, *, limits: Limits) -> AbstractContextManager[Scoring]:
        """Hold ``features`` (Arrow table, or reader, with ``node`` and the model's columns) until the context ends.

        Raises:
            EngineMissing: if the backend cannot run here.
            ValueError: if a node is there twice.
        """
        ...


def engine(name: EngineName | str) -> LinkageEngine:
    """The backend of that name.

    Raises:
        EngineMissing: if nothing of that name exists.
    """
    if name == EngineName.DUCKDB:
        return DuckDBEngine()
    if name == EngineName.SPARK:
        from resources.linkage_engine_spark import SparkEngine

        return SparkEngine()
    raise EngineMissing(f"[{name}] is no linkage engine; a model's card says duckdb or spark")


def pairs_given(model: ScoringModel, dialect: EngineName) -> dict[str, Any]:
    """The model's settings for scoring given pairs: nodes as ids, and in the rule's place one that no run uses."""
    return {
        **model.settings,
        "unique_id_column_name": NODE,
        "blocking_rules_to_generate_predictions": [{"blocking_rule": f"l.{NODE} = r.{NODE}", "sql_dialect": dialect.value}],
    }


_TRANSPOSED = re.compile(r"damerau_levenshtein\((\w+), (\w+)\) <= (\d+)")


def duckdb_condition(condition: str) -> str:
    """The same condition, cheaper for DuckDB: whoever is within n edits with transpositions is within 2n edits without.

    A transposition is two plain edits. DuckDB's ``damerau_levenshtein`` costs seven times its ``levenshtein``, and nearly all candidate
    pairs differ by more. Null where the condition as written is null.
    """
    return _TRANSPOSED.sub(
        lambda found: f"(levenshtein({found[1]}, {found[2]}) <= {2 * int(found[3])} and {found[0]})",
        condition,
    )


def for_duckdb(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with every level's condition in its cheaper form."""
    comparisons = [
        {
            **comparison,
            "comparison_levels": [
                {**level, "sql_condition": duckdb_condition(str(level["sql_condition"]))} for level in comparison["comparison_levels"]
            ],
        }
        for comparison in settings["comparisons"]
    ]
    return {**settings, "comparisons": comparisons}


@dataclass(frozen=True)
class DuckDBEngine:
    """Splink on a DuckDB database in memory."""

    name: EngineName = EngineName.DUCKDB

    @contextmanager
    def open(self, model: ScoringModel, features: Any, *, limits: Limits) -> Iterator[Scoring]:
        """See :class:`LinkageEngine`."""
        from splink import Linker

        with scratch_duckdb(features, unique_id=NODE, limits=limits) as (scratch, api, source):
            # The settings are frozen and were validated when they were trained.
            linker = Linker(source, for_duckdb(pairs_given(model, self.name)), validate_settings=False, log_level=logging.ERROR)
            _register_frequencies(linker, api, scratch, model)
            # Pushed below the comparisons, the filter on their sum would have every kept pair compared twice.
            scratch.execute("set disabled_optimizers='filter_pushdown'").fetchall()
            yield _DuckDBScoring(scratch, api, linker, model.comparisons)


@dataclass
class _DuckDBScoring:
    scratch: duckdb.DuckDBPyConnection
    api: Any
    linker: Any
    comparisons: Sequence[str]
    shares: int = 0

    def edges(self, pairs: Any, *, floor: float) -> Any:
        self.shares += 1
        table = f"pairs_{self.shares}"
        self.scratch.register("pairs_frame", pairs)
        self.scratch.execute(
            f"create table {table} as select '0' as match_key, node_a as join_key_l, node_b as join_key_r from pairs_frame"
        ).fetchall()
        self.scratch.unregister("pairs_frame")
        given = self.linker.table_management.register_blocked_pairs_for_predict(self.api.register(table))
        # Else Splink copies the features of every pair's two sides before it compares: here they are what the pairs need already.
        given.metadata["registered_for_predict"] = False
        predictions = self.linker.inference.predict(threshold_match_weight=floor, warning_mode="never").physical_name
        gammas = ", ".join(f"{name} := gamma_{name}" for name in self.comparisons)
        found = self.scratch.sql(
            f"select least(node_l, node_r) as node_a, greatest(node_l, node_r) as node_b, round(match_weight, 6) as match_weight,"
            f" match_probability, to_json(struct_pack({gammas}))::varchar as gammas from {predictions}"
        ).to_arrow_table()
        for spent in (table, predictions):
            self.scratch.execute(f"drop table {spent}").fetchall()
        return found


@contextmanager
def scratch_duckdb(features: Any, *, unique_id: str, limits: Limits) -> Iterator[tuple[duckdb.DuckDBPyConnection, Any, Any]]:
    """A database in memory with Splink on it and the features registered; gone with everything in it afterwards.

    Yields (connection, Splink's database interface, registered features).

    Raises:
        ValueError: if an id is there twice: Splink trusts that it is not, and would score it twice without a word.
    """
    from splink import DuckDBAPI

    scratch = duckdb.connect(":memory:")
    try:
        scratch.execute(f"set threads={int(limits.threads)}").fetchall()
        if limits.memory is not None:
            scratch.execute("set memory_limit=$memory", {"memory": limits.memory}).fetchall()
        if limits.spill is not None:
            scratch.execute("set temp_directory=$spill", {"spill": limits.spill}).fetchall()
        scratch.execute("set enable_progress_bar=false").fetchall()
        scratch.execute("set preserve_insertion_order=false").fetchall()
        scratch.register("features_frame", features)
        scratch.execute("create table features as select * from features_frame").fetchall()
        scratch.unregister("features_frame")
        ((repeated,),) = scratch.execute(f"select count(*) - count(distinct {unique_id}) from features").fetchall()
        if repeated:
            raise ValueError(f"{unique_id} is not unique among the features ({repeated} repeated); every subject must have one row")
        api = DuckDBAPI(connection=scratch)
        yield scratch, api, api.register("features", dataset_display_name="subjects")
    finally:
        scratch.close()


def _register_frequencies(linker: Any, api: Any, scratch: duckdb.DuckDBPyConnection, model: ScoringModel) -> None:
    import pyarrow as pa

    # predict() would derive frequencies from tonight's few records, which moves weights by bits.
    for column, held in model.frequencies.items():
        scratch.register("frequency_frame", pa.table({column: list(held), f"tf_{column}": list(held.values())}))
        scratch.execute(
            f"create table frequency_of_{column} as select {column}::varchar as {column}, tf_{column}::double as tf_{column}"
            " from frequency_frame"
        ).fetchall()
        scratch.unregister("frequency_frame")
        linker.table_management.register_term_frequency_lookup(api.register(f"frequency_of_{column}"), column)
