"""How candidate pairs get a match weight: a linkage engine, a frozen model, exactly the pairs that were asked for.

Belongs here: handing features and pairs to the engine, once for all records that look exactly alike. Does not belong here: the engine
itself (resources/linkage_engine.py), which pairs, which model, what a weight means.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from assets.linked.model import TERM_FREQUENCY_COLUMNS, UNIQUE_ID, FrozenModel
from resources.linkage_engine import NODE, Limits, Scoring, ScoringModel, engine, scratch_duckdb
from resources.sql import Connection, count, drop_tables, insert_into, load_sql, replace_table, rows

PACKAGE = "assets.linked"
SPENT = tuple(f"temp.linked_{name}" for name in ("node_pair", "crowded_pair", "asked_pair", "weighed", "told"))
"""What a share leaves behind that nothing reads: at a million identities it would be pushed out to disk."""
WORTH_ASKING = 8
"""Pairs a record from which on looking for records that look alike saves more than it costs."""
BATCH = 100_000
"""Features handed to the engine at once."""
NOTHING = (
    "select null::varchar as subject_a, null::varchar as subject_b, null::double as match_weight, null::double as match_probability,"
    " null::varchar as gammas where false"
)
"""``temp.linked_scored`` before the first share."""


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
    """Score ``temp.linked_pair`` (subject_a, subject_b) with the rows of ``temp.linked_feature``.

    Fills the temporary table ``into``: subject_a < subject_b, match_weight (bits, prior included), match_probability, gammas (JSON:
    level of each comparison, -1 where there was nothing to compare). Only pairs at or above ``floor`` bits are kept. Returns their number.
    """
    replace_table(con, f"temp.{into}", NOTHING)
    if count(con, "temp.linked_pair") == 0:
        return 0
    replace_table(
        con,
        "temp.linked_node_pair",
        "select md5_number_lower(subject_a) as node_a, md5_number_lower(subject_b) as node_b from temp.linked_pair",
    )
    with scoring(con, model) as opened:
        opened.share(con, floor=floor, into=into)
    return count(con, f"temp.{into}")


@dataclass(frozen=True)
class Opened:
    """An engine that holds the features of ``temp.linked_feature``."""

    engine: Scoring
    are_alike: bool
    """Whether any two records look exactly alike."""

    def share(self, con: Connection, *, floor: float, into: str) -> None:
        """Score ``temp.linked_node_pair`` (node_a, node_b) and append what reaches ``floor`` to the temporary table ``into``."""
        if self.are_alike:
            replace_table(con, "temp.linked_crowded_pair", load_sql(PACKAGE, "crowded_pair"))
            replace_table(con, "temp.linked_asked_pair", load_sql(PACKAGE, "asked_pair"))
        asked = "linked_asked_pair" if self.are_alike else "linked_node_pair"
        weighed = self.engine.edges(con.sql(f"select node_a, node_b from temp.{asked}").to_arrow_table(), floor=floor)
        con.register("linked_weighed_frame", weighed)
        replace_table(con, "temp.linked_weighed", "select * from linked_weighed_frame")
        con.unregister("linked_weighed_frame")
        told = load_sql(PACKAGE, "told_pair") if self.are_alike else "select * from temp.linked_weighed"
        replace_table(con, "temp.linked_told", told)
        insert_into(con, f"temp.{into}", load_sql(PACKAGE, "scored_pair"))
        drop_tables(con, *SPENT)


@contextmanager
def scoring(con: Connection, model: FrozenModel, *, may_be_alike: bool = True) -> Iterator[Opened]:
    """Open the model's engine on ``temp.linked_feature``.

    Args:
        con: the warehouse.
        model: what weighs.
        may_be_alike: look for records that look exactly alike and score one of them for all. It changes no weight, only the cost.

    Raises:
        EngineMissing: if the backend that the model's card declares cannot run here.
    """
    scored = ScoringModel(model.settings, {column: model.frequencies[column] for column in TERM_FREQUENCY_COLUMNS})
    shown = scored.keeping([name for (name,) in rows(con, "select column_name from (describe temp.linked_feature)")])
    values = ", ".join(f"{name} := {name}" for name in shown)
    con.execute(
        f"create or replace temp view linked_shown as select {NODE}, struct_pack({values}) as shown from temp.linked_feature"
    ).fetchall()
    alike = replace_table(con, "temp.linked_look_alike", load_sql(PACKAGE, "look_alike")) if may_be_alike else 0
    others = f"anti join temp.linked_look_alike as alike on alike.{NODE} = shown.{NODE}" if alike else ""
    limits = _limits(con)
    # Read in batches: everybody's features would else be held twice.
    features = con.sql(
        f"select shown.{NODE}, {', '.join(f'shown.{name}' for name in shown)} from temp.linked_feature as shown {others}"
    ).to_arrow_reader(BATCH)
    backend = engine(getattr(model.card, "engine", "duckdb"))
    with backend.open(scored, features, limits=limits) as opened:
        yield Opened(opened, alike > 0)


@contextmanager
def scratch_splink(con: Connection, features: Any) -> Iterator[tuple[Connection, Any, Any]]:
    """A database in memory with Splink on it and the features registered by ``subject_id``; for training.

    Yields (connection, Splink's database interface, registered features).
    """
    with scratch_duckdb(features, unique_id=UNIQUE_ID, limits=_limits(con)) as opened:
        yield opened


def _limits(con: Connection) -> Limits:
    """A scratch database may use what the warehouse may, and spill where it does."""
    ((threads, memory, spill),) = rows(
        con, "select current_setting('threads'), current_setting('memory_limit'), current_setting('temp_directory')"
    )
    return Limits(threads=int(threads), memory=str(memory), spill=str(spill))
