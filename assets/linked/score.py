"""How candidate pairs get a match weight: Splink, a frozen model, exactly the pairs that were asked for.

Belongs here: the one call into Splink's prediction. Does not belong here: which pairs, which model, what a weight means.
Splink works in a scratch database in memory: its tables hold names, and the warehouse must not.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from assets.linked.model import TERM_FREQUENCY_COLUMNS, UNIQUE_ID, FrozenModel
from resources.sql import Connection, count, replace_table, scalar

_EDGES = """
select
    least(subject_id_l, subject_id_r) as subject_a,
    greatest(subject_id_l, subject_id_r) as subject_b,
    round(match_weight, 6) as match_weight,
    match_probability,
    {gammas} as gammas
from {predictions}
"""


def load_frequencies(con: Connection, model: FrozenModel) -> dict[str, float]:
    """Fill ``temp.linked_frequency`` from the frozen tables; returns the rest frequencies that feature.sql names."""
    import polars as pl

    held = [
        (column, value, frequency) for column in TERM_FREQUENCY_COLUMNS for value, frequency in sorted(model.frequencies[column].items())
    ]
    con.register(
        "linked_frequency_frame",
        pl.DataFrame(held, schema={"column_name": pl.String, "value": pl.String, "frequency": pl.Float64}, orient="row"),
    )
    replace_table(con, "temp.linked_frequency", "select column_name, value, frequency from linked_frequency_frame")
    con.unregister("linked_frequency_frame")
    return {f"{column}_rest": model.rest(column) for column in TERM_FREQUENCY_COLUMNS}


def score(con: Connection, model: FrozenModel, *, floor: float, into: str = "linked_scored") -> int:
    """Score ``temp.linked_pair`` with the rows of ``temp.linked_feature``.

    Fills the temporary table ``into``: subject_a < subject_b, match_weight (bits, prior included), match_probability, gammas (JSON:
    level of each comparison, -1 where there was nothing to compare). Only pairs at or above ``floor`` bits are kept. Returns their number.
    """
    if count(con, "temp.linked_pair") == 0:
        return replace_table(con, f"temp.{into}", _EMPTY)
    pairs = con.sql("select '0' as match_key, subject_a as join_key_l, subject_b as join_key_r from temp.linked_pair").to_arrow_table()
    features = con.sql("select * from temp.linked_feature").to_arrow_table()
    with scratch_splink(con, features) as (scratch, api, source):
        from splink import Linker

        linker = Linker(source, {**model.settings, **_PAIRS_ARE_GIVEN}, log_level=logging.ERROR)
        _register_frequencies(linker, api, scratch, model)
        scratch.register("pairs_frame", pairs)
        scratch.execute("create table candidate_pairs as select * from pairs_frame").fetchall()
        linker.table_management.register_blocked_pairs_for_predict(api.register("candidate_pairs"))
        predictions = linker.inference.predict(threshold_match_weight=floor, warning_mode="never")
        names = [comparison.output_column_name for comparison in linker._settings_obj.comparisons]
        gammas = "to_json(struct_pack(" + ", ".join(f"{name} := gamma_{name}" for name in names) + "))::varchar"
        edges = scratch.sql(_EDGES.format(gammas=gammas, predictions=predictions.physical_name)).to_arrow_table()
    con.register("linked_scored_frame", edges)
    scored = replace_table(con, f"temp.{into}", "select * from linked_scored_frame")
    con.unregister("linked_scored_frame")
    return scored


_PAIRS_ARE_GIVEN = {
    "blocking_rules_to_generate_predictions": [{"blocking_rule": f"l.{UNIQUE_ID} = r.{UNIQUE_ID}", "sql_dialect": "duckdb"}]
}
"""In the place of the model's own rule, which reads the keys of every subject: here the pairs come from the index, and no rule is run."""

_EMPTY = (
    "select null::varchar as subject_a, null::varchar as subject_b, null::double as match_weight, null::double as match_probability,"
    " null::varchar as gammas where false"
)


@contextmanager
def scratch_splink(con: Connection, features: Any) -> Iterator[tuple[Connection, Any, Any]]:
    """A database in memory with Splink on it and the features registered; gone with everything in it afterwards.

    Yields (connection, Splink's database interface, registered features).
    """
    from splink import DuckDBAPI

    scratch = duckdb.connect(":memory:")
    try:
        scratch.execute(f"set threads={int(scalar(con, 'select current_setting($name)', {'name': 'threads'}))}").fetchall()
        scratch.execute("set enable_progress_bar=false").fetchall()
        scratch.register("features_frame", features)
        # Splink trusts that ids are unique; a repeated one would be scored twice without a word.
        scratch.execute("create table features as select * from features_frame").fetchall()
        if scalar(scratch, f"select count(*) <> count(distinct {UNIQUE_ID}) from features"):
            raise ValueError(f"{UNIQUE_ID} is not unique among the features; every subject must have one row")
        api = DuckDBAPI(connection=scratch)
        yield scratch, api, api.register("features", dataset_display_name="subjects")
    finally:
        scratch.close()


def _register_frequencies(linker: Any, api: Any, scratch: Connection, model: FrozenModel) -> None:
    # predict() would derive frequencies from tonight's few records, which moves weights by bits.
    for column in TERM_FREQUENCY_COLUMNS:
        held = json.dumps([{"value": value, "frequency": frequency} for value, frequency in sorted(model.frequencies[column].items())])
        scratch.execute(
            f"create table frequency_of_{column} as select item.value::varchar as {column}, item.frequency::double as tf_{column}"
            ' from (select unnest(from_json($held, \'[{"value":"VARCHAR","frequency":"DOUBLE"}]\')) as item)',
            {"held": held},
        ).fetchall()
        linker.table_management.register_term_frequency_lookup(api.register(f"frequency_of_{column}"), column)
