"""What each field says for and against two subjects being one person: the frozen model's weight, taken apart.

Belongs here: scoring given pairs and splitting the weight by comparison. Does not belong here: which pairs, paths, wording for a
terminal.
A match weight is the sum of the prior, of log2(m/u) of the level each comparison fell into, and of what the rarity of a shared name adds
(Fellegi and Sunter 1969; Splink's term frequency adjustment log2(u of the exact level / frequency of the value)).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Any

import polars as pl

from assets.linked import delta, score
from assets.linked.cluster import Pair
from assets.linked.model import FrozenModel
from resources.sql import Connection, load_sql, replace_table, rows

PACKAGE = "assets.linked"
NO_FLOOR = -1_000.0
"""In bits: every pair that is asked for is answered."""


@dataclass(frozen=True)
class Contribution:
    """What one comparison adds to the weight, in bits; ``rarity`` is the part that comes from how rare a shared name is."""

    field: str
    level: str
    bits: float
    rarity: float
    is_compared: bool
    """False: one side has no value, which says nothing either way."""

    @property
    def total(self) -> float:
        """Both parts."""
        return self.bits + self.rarity


@dataclass(frozen=True)
class Weighed:
    """One pair's weight and its parts, and what hard facts say of it."""

    subject_a: str
    subject_b: str
    weight: float
    probability: float
    prior: float
    contributions: tuple[Contribution, ...]
    veto: str | None
    is_forbidden: bool
    dates: int
    names: int


def weigh(con: Connection, model: FrozenModel, *, domain: str, pairs: Sequence[Pair]) -> dict[Pair, Weighed]:
    """Score ``pairs`` (smaller subject first) with the frozen model and take the weights apart.

    Pairs whose subjects may not be compared in ``domain`` are absent from the answer. Writes temporary tables only.
    """
    rest = score.load_frequencies(con, model)
    con.register("linked_pair_frame", pl.DataFrame(list(pairs), schema={"subject_a": pl.String, "subject_b": pl.String}, orient="row"))
    replace_table(con, "temp.linked_asked", "select distinct subject_a, subject_b from linked_pair_frame")
    con.unregister("linked_pair_frame")
    ends = "select subject_a as subject_id from linked_asked union select subject_b from linked_asked"
    delta.needed(con, domain=domain, subjects=ends, rest=rest)
    replace_table(
        con,
        "temp.linked_pair",
        "select asked.* from linked_asked as asked semi join linked_feature as a on a.subject_id = asked.subject_a"
        " semi join linked_feature as b on b.subject_id = asked.subject_b",
    )
    score.score(con, model, floor=NO_FLOOR)
    judged = {(a, b): rest_ for a, b, *rest_ in rows(con, load_sql(PACKAGE, "judgement"))}
    scored = rows(
        con,
        "select scored.subject_a, scored.subject_b, scored.match_weight, scored.match_probability, scored.gammas,"
        " greatest(a.tf_first_name, b.tf_first_name), greatest(a.tf_last_name, b.tf_last_name)"
        " from linked_scored as scored join linked_feature as a on a.subject_id = scored.subject_a"
        " join linked_feature as b on b.subject_id = scored.subject_b order by all",
    )
    found: dict[Pair, Weighed] = {}
    for a, b, weight, probability, gammas, first, last in scored:
        forbidden, dates, names, veto = judged.get((a, b), (False, 0, 0, None))
        found[a, b] = Weighed(
            subject_a=a,
            subject_b=b,
            weight=float(weight),
            probability=float(probability),
            prior=prior(model),
            contributions=taken_apart(model, json.loads(gammas), {"first_name": first, "last_name": last}),
            veto=veto,
            is_forbidden=forbidden,
            dates=dates,
            names=names,
        )
    return found


def prior(model: FrozenModel) -> float:
    """Weight of two subjects of whom nothing is known, in bits: log2 of the prior odds."""
    share = float(model.settings["probability_two_random_records_match"])
    return log2(share / (1 - share))


def taken_apart(model: FrozenModel, gammas: Mapping[str, int], frequencies: Mapping[str, float]) -> tuple[Contribution, ...]:
    """The parts of one weight, in the model's order.

    Args:
        model: whose m and u probabilities apply.
        gammas: level of each comparison, -1 where there was nothing to compare.
        frequencies: of the commoner of the two values, by column with a term frequency.
    """
    return tuple(
        _part(comparison, int(gammas[comparison["output_column_name"]]), frequencies) for comparison in model.settings["comparisons"]
    )


def _part(comparison: Mapping[str, Any], gamma: int, frequencies: Mapping[str, float]) -> Contribution:
    level = _level(comparison, gamma)
    if level.get("is_null_level"):
        return Contribution(comparison["output_column_name"], "nothing to compare", 0.0, 0.0, is_compared=False)
    m, u = level.get("m_probability"), level.get("u_probability")
    bits = log2(m / u) if m and u else 0.0
    column = level.get("tf_adjustment_column")
    rarity = log2(u / frequencies[column]) * float(level.get("tf_adjustment_weight", 1.0)) if column and u else 0.0
    return Contribution(comparison["output_column_name"], _worded(str(level["label_for_charts"])), bits, rarity, is_compared=True)


def _level(comparison: Mapping[str, Any], gamma: int) -> Mapping[str, Any]:
    levels: list[Mapping[str, Any]] = comparison["comparison_levels"]
    if gamma < 0:
        return next(level for level in levels if level.get("is_null_level"))
    compared = [level for level in levels if not level.get("is_null_level")]
    return compared[len(compared) - 1 - gamma]


def _worded(label: str) -> str:
    """Splink's own labels in this repository's words."""
    if label.startswith("Exact match"):
        return "equal"
    return "different" if label == "All other comparisons" else label
