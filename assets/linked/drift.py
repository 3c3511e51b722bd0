"""Whether the scores of tonight's pairs still look like those the model version began with, by system.

Belongs here: the spread of weights and levels by night, and its population stability index: on a first night against the baseline of the
model's card, from then on against the county's own first night with enough pairs. Does not belong here: whether that is too much
(gates.py). A vendor that begins to leave out birth dates shows here before anybody is linked wrongly. Of pairs at or above even odds; the
others are not kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from contracts.linkage import ScoreBaseline
from resources.sql import Connection, insert_into, load_sql, replace_table, rows

PACKAGE = "assets.linked"
WEIGHT = "match_weight"


def prepare(con: Connection, night: date, baseline: Sequence[ScoreBaseline] = ()) -> None:
    """Make ``linked.score_profile`` if it is missing, forget what a first attempt at ``night`` wrote, and lay out the card's baseline."""
    con.execute(
        "create table if not exists linked.score_profile (night date not null, domain varchar not null, model_version varchar not null,"
        " system varchar not null, kind varchar not null, bucket integer not null, pairs bigint not null)"
    ).fetchall()
    forget(con, night)
    kept = [(of.system, kind, bucket, pairs) for of in baseline for kind, buckets in of.spread.items() for bucket, pairs in buckets.items()]
    schema = {"system": pl.String, "kind": pl.String, "bucket": pl.Int32, "pairs": pl.Int64}
    con.register("score_baseline_frame", pl.DataFrame(kept, schema=schema, orient="row"))
    replace_table(con, "temp.linked_score_baseline", "select * from score_baseline_frame")
    con.unregister("score_baseline_frame")


def forget(con: Connection, night: date) -> None:
    """Forget the scores of ``night``: of a first attempt, or of a night that was held, which nothing may be compared with later."""
    con.execute("delete from linked.score_profile where night = $night", {"night": night}).fetchall()


def note(con: Connection, *, domain: str, night: date, model: str) -> None:
    """Keep the spread of ``temp.linked_edge``."""
    insert_into(
        con,
        "linked.score_profile",
        f"select $night::date as night, $domain as domain, $model as model_version, profile.* from ({load_sql(PACKAGE, 'score_profile')})"
        " as profile",
        {"night": night, "domain": domain, "model": model},
    )


def drift(con: Connection, *, night: date, model: str, drift_pairs: int) -> dict[str, float]:
    """The index by system, the largest of its weights and comparisons; systems without enough pairs on both sides are absent."""
    parameters = {"night": night, "model": model, "drift_pairs": drift_pairs}
    found: dict[str, float] = {}
    for _, system, index, _ in rows(con, load_sql(PACKAGE, "score_drift"), parameters):
        found[system] = max(found.get(system, 0.0), float(index))
    return found


def spread(con: Connection) -> list[tuple[str, str, int, int]]:
    """Everything that ``linked.score_profile`` holds: system, kind, bucket, pairs."""
    return [
        (str(system), str(kind), int(bucket), int(pairs))
        for system, kind, bucket, pairs in rows(
            con, "select system, kind, bucket, sum(pairs) from linked.score_profile group by system, kind, bucket order by all"
        )
    ]


def baseline(counties: Sequence[Sequence[tuple[str, str, int, int]]]) -> tuple[ScoreBaseline, ...]:
    """The spreads of several counties' first nights added up, as the card keeps them."""
    total: dict[str, dict[str, dict[int, int]]] = {}
    for system, kind, bucket, pairs in (line for county in counties for line in county):
        buckets = total.setdefault(system, {}).setdefault(kind, {})
        buckets[bucket] = buckets.get(bucket, 0) + pairs
    return tuple(
        ScoreBaseline(system=system, spread={kind: dict(sorted(kinds[kind].items())) for kind in sorted(kinds)})
        for system, kinds in sorted(total.items())
    )
