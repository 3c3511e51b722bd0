"""Bare Splink at the size of a large county: the features, keys and model of a county's link, and nothing of ours around them.

Belongs here: laying out Splink's input and running Splink as its documentation does. Does not belong here: measuring, or any step of the
product beyond the features and keys that both sides start from.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import linkage_scale_world as world

MEMORY = "4GB"


@dataclass(frozen=True)
class Ready:
    """A database with ``input``, frequency tables and, if asked for, ``given_pairs``; the settings and the link threshold."""

    con: duckdb.DuckDBPyConnection
    settings: dict[str, Any]
    link: float
    is_given: bool


def prepare(ours: duckdb.DuckDBPyConnection, scratch: Path, folder: Path, *, given: bool) -> Ready:
    """Lay out what bare Splink starts from.

    Args:
        ours: a linked warehouse.
        scratch: file of Splink's database; written anew.
        folder: the county's ``linkage`` folder.
        given: whether the candidate pairs are handed over as well.
    """
    from assets.linked import block, delta, score
    from assets.linked.model import TERM_FREQUENCY_COLUMNS, load_model
    from contracts.linkage import LinkageChoice
    from contracts.reviewed import load_reviewed
    from resources.linkage_engine import EngineName, ScoringModel, pairs_given
    from resources.sql import replace_table

    choice = load_reviewed(folder / "linkage.yaml", LinkageChoice)
    model = load_model(folder, choice.model)
    cap = choice.caps.largest_block
    scratch.unlink(missing_ok=True)
    con = duckdb.connect(str(scratch), config={"threads": 2, "memory_limit": MEMORY})
    con.execute("set enable_progress_bar=false").fetchall()
    rest = score.load_frequencies(ours, model)
    delta.needed(ours, domain=world.DOMAIN, subjects="select subject_id from linked.standardised where known_to is null", rest=rest)
    scoring = ScoringModel(model.settings, {column: {} for column in TERM_FREQUENCY_COLUMNS})
    kept = scoring.keeping([name for (name,) in ours.execute("select column_name from (describe temp.linked_feature)").fetchall()])
    features = f"select md5_number_lower(subject_id) as node, {', '.join(kept)} from temp.linked_feature"
    if given:
        _take(con, "input", ours, features)
        replace_table(ours, "temp.linked_rescored", "select distinct node from linked.block_key where known_to is null")
        replace_table(ours, "temp.linked_touched", "select 1")
        block.reach(ours, domain=world.DOMAIN, largest_block=cap)
        block.share(ours, 0, of=1)
        _take(con, "given_pairs", ours, "select '0' as match_key, node_a as join_key_l, node_b as join_key_r from temp.linked_node_pair")
    else:
        _take(con, "features", ours, features)
        # Splink cannot cap a block: it is given the keys under the cap only.
        _take(con, "keys", ours, (
            "select node, list(key) as block_keys from linked.block_key where known_to is null and key in (select key from linked.block_key"
            f" where known_to is null group by key having count(*) between 2 and {cap}) group by node"
        ))  # fmt: skip
        con.execute(
            "create table input as select features.*, coalesce(keys.block_keys, []) as block_keys from features left join keys using (node)"
        ).fetchall()
        con.execute("drop table features").fetchall()
    for column in TERM_FREQUENCY_COLUMNS:
        con.register("frame", _frequency_table(column, model.frequencies[column]))
        con.execute(f"create table frequency_of_{column} as select * from frame").fetchall()
        con.unregister("frame")
    settings = pairs_given(scoring, EngineName.DUCKDB) if given else {**model.settings, "unique_id_column_name": "node"}
    return Ready(con, settings, choice.thresholds.link, given)


def link(ready: Ready, *, cheaper: bool = False) -> str:
    """Block (unless pairs are given), score and cluster with Splink; returns the table of the pairs it scored.

    Args:
        ready: from :func:`prepare`.
        cheaper: take the model's conditions as our engine rewrites them.
    """
    from splink import DuckDBAPI, Linker

    from assets.linked.model import TERM_FREQUENCY_COLUMNS
    from resources.linkage_engine import for_duckdb

    api = DuckDBAPI(connection=ready.con)
    linker = Linker(api.register("input"), for_duckdb(ready.settings) if cheaper else ready.settings, log_level=40)
    for column in TERM_FREQUENCY_COLUMNS:
        linker.table_management.register_term_frequency_lookup(api.register(f"frequency_of_{column}"), column)
    if ready.is_given:
        linker.table_management.register_blocked_pairs_for_predict(api.register("given_pairs"))
    blocked = "given_pairs" if ready.is_given else str(linker.inference.compute_blocked_pairs_for_predict().physical_name)
    predictions = linker.inference.predict(threshold_match_weight=0.0, warning_mode="never")
    linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, threshold_match_weight=ready.link)
    return blocked


def candidates(ready: Ready, blocked: str) -> int:
    """How many pairs Splink scored; closes its database."""
    found = int(ready.con.execute(f"select count(*) from {blocked}").fetchall()[0][0])
    ready.con.close()
    return found


def _take(con: duckdb.DuckDBPyConnection, table: str, ours: duckdb.DuckDBPyConnection, query: str) -> None:
    con.register("frame", ours.sql(query).to_arrow_reader(100_000))
    con.execute(f"create table {table} as select * from frame").fetchall()
    con.unregister("frame")


def _frequency_table(column: str, frequencies: Any) -> Any:
    import pyarrow as pa

    return pa.table({column: list(frequencies), f"tf_{column}": list(frequencies.values())})
