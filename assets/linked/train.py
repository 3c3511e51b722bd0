"""How a model version comes about: unsupervised, seeded, written down with its card. Never part of a night.

Belongs here: estimating a model from standardised identities and writing it with its frequencies and card. Does not belong here: truth
(evaluate.py measures a model, nothing teaches it), and the model's comparisons (model.py).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Any

import yaml

from assets.linked import card_words, score
from assets.linked import model as models
from assets.linked.model import FrozenModel
from assets.linked.standardise import standardise
from contracts.linkage import (
    AccuracyRow,
    Caps,
    Fairness,
    ModelCard,
    Review,
    ScoreBaseline,
    SexEvidence,
    TermFrequencies,
    Thresholds,
    Training,
    card_file,
    model_file,
)
from resources.home import write_atomically
from resources.sql import Connection, load_sql, replace_table, rows

PACKAGE = "assets.linked"
CERTAIN_RECALL = 0.6
"""Assumed share of true pairs that the certain rules find: where the estimate of the share of matches starts."""
SHARE_ROUNDS = 100
SHARE_STANDS_STILL = 1e-6
U_PAIRS = 2_000_000
NEGLIGIBLE = -12.0
"""Bits below which a candidate adds nothing to the matches expected (one in four thousand): nearly all candidates."""
LARGEST_BLOCK = 1_000
BLOCKED_PAIRS = 200_000_000
U_PER_LEVEL = 20
M_FLOOR = 0.01
U_FLOOR = 1e-6
DIGITS = 9
MODE = 0o644
"""Model files are reviewed text in the repository, not secrets."""


class TrainingFailed(RuntimeError):
    """The data cannot teach a model; the message says how to mend that."""


@dataclass(frozen=True)
class Trained:
    """Estimated settings and the name frequencies they belong to."""

    settings: Mapping[str, Any]
    frequencies: Mapping[str, Sequence[tuple[str, float]]]
    rests: Mapping[str, float]
    subjects: int


def prepare(con: Connection, *, domain: str, caps: Caps) -> int:
    """Fill ``temp.linked_feature`` with every subject that may be compared in ``domain``, as a first night would. Returns their number."""
    replace_table(con, "temp.linked_permitted", load_sql(PACKAGE, "permitted"), {"domain": domain})
    replace_table(con, "temp.linked_delta", load_sql(PACKAGE, "identity_hash"))
    standardise(con)
    shared_limits = {"phone_names": caps.shared_phone_names, "address_names": caps.shared_address_names}
    subjects = replace_table(con, "temp.linked_feature", load_sql(PACKAGE, "training_feature"), shared_limits)
    replace_table(con, "temp.linked_block_key", load_sql(PACKAGE, "block_key"))
    return subjects


def estimate(
    con: Connection,
    *,
    name: str,
    seed: int,
    minimum_count: int = 10,
    pairs: int = U_PAIRS,
    without: Sequence[str] = (),
    comparisons: Sequence[Callable[[], models.Comparison]] = models.COMPARISONS,
) -> Trained:
    """Estimate a model from ``temp.linked_feature`` and ``temp.linked_block_key``.

    Fellegi-Sunter weights: u from random pairs, m by expectation-maximisation inside blocks, the share of matches from rules that are
    almost never wrong. The same data and seed give the same model.

    Args:
        con: connection prepared by :func:`prepare`.
        name: model name and version; also the linker's id, so that a retrained file differs only where the model does.
        seed: of the random pairs.
        minimum_count: names carried by fewer people stay out of the frequency files, so that these name nobody.
        pairs: random pairs from which u is estimated.
        without: names of comparisons to leave out, to measure what they are worth.
        comparisons: all evidence; a county's is ``models.COMPARISONS``, and benchmarks add what only their data have.

    Raises:
        TrainingFailed: if the data are too few or too clean.
    """
    from splink import Linker, SettingsCreator

    refuse_swollen_blocks(con)
    frequencies, rests = _frequencies(con, minimum_count)
    _load_training_frequencies(con, frequencies, rests)
    features = con.sql(load_sql(PACKAGE, "training_input"), params={"cap": LARGEST_BLOCK}).to_arrow_table()
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name=models.UNIQUE_ID,
        comparisons=[build() for build in comparisons if build.__name__ not in without],
        blocking_rules_to_generate_predictions=[models.candidate_rule()],
        # Splink keeps the level that each comparison reached only together with the compared values; score.py takes the levels.
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=False,
        em_convergence=0.0001,
        max_iterations=25,
        linker_uid=name,
    )
    with score.scratch_splink(con, features) as (scratch, _api, source):
        linker = Linker(source, settings, log_level=logging.ERROR)
        linker.training.estimate_probability_two_random_records_match(models.certain_pairs(), recall=CERTAIN_RECALL)
        linker.training.estimate_u_using_random_sampling(max_pairs=pairs, seed=seed, min_count_per_level=U_PER_LEVEL)
        for rule in models.training_rules():
            maximise(linker, rule)
        weights = _candidate_weights(linker, scratch)
        estimated = linker.misc.save_model_to_json()
    subjects = features.num_rows
    share = matching_share(weights, assumed=estimated["probability_two_random_records_match"], pairs=subjects * (subjects - 1) // 2)
    estimated = {**estimated, "probability_two_random_records_match": share}
    return Trained(settings=_rounded(_completed(estimated)), frequencies=frequencies, rests=rests, subjects=subjects)


def _candidate_weights(linker: Any, scratch: Connection) -> list[float]:
    """Match weights in bits of the candidate pairs that could matter, with the share of matches that was assumed."""
    predictions = linker.inference.predict(threshold_match_weight=NEGLIGIBLE, warning_mode="never")
    return [float(weight) for (weight,) in rows(scratch, f"select match_weight from {predictions.physical_name} order by match_weight")]


def matching_share(weights: Sequence[float], *, assumed: float, pairs: int) -> float:
    """Share of all pairs that match, such that the model expects as many matches as its own probabilities add up to.

    The certain rules only give a start, through an assumed recall. This is the expectation-maximisation step for the share alone
    (Fellegi-Sunter mixture, other parameters fixed), repeated until it stands still.

    Args:
        weights: match weights in bits of the candidate pairs, given ``assumed``; other pairs are taken not to match.
        assumed: the share that these weights contain.
        pairs: number of all pairs, candidates or not.
    """
    import numpy as np

    evidence = np.asarray(weights, dtype=float) - log2(assumed / (1 - assumed))
    share = assumed
    for _ in range(SHARE_ROUNDS):
        prior = log2(share / (1 - share))
        expected = float((1 / (1 + np.exp2(-(evidence + prior)))).sum()) / pairs
        expected = min(max(expected, 1 / pairs), 0.5)
        if abs(expected - share) <= SHARE_STANDS_STILL * share:
            return expected
        share = expected
    return share


def refuse_swollen_blocks(con: Connection) -> None:
    """See to it that no value is so common that learning among those who share it would never end.

    Raises:
        TrainingFailed: naming the field and how many subjects share one value; never the value.
    """
    for rule, pairs, largest in rows(con, load_sql(PACKAGE, "training_block")):
        if pairs > BLOCKED_PAIRS:
            raise TrainingFailed(
                f"{largest:,} subjects share one {rule}, which makes {pairs:,} pairs to learn from (at most {BLOCKED_PAIRS:,});"
                " if it stands for 'not known', add it to contracts/vocabularies/placeholders.csv"
            )


def write(
    folder: Path,
    trained: Trained,
    *,
    name: str,
    training: Training,
    thresholds: Thresholds,
    sex: SexEvidence,
    accuracy: Sequence[AccuracyRow] = (),
    fairness: Fairness | None = None,
    baseline: Sequence[ScoreBaseline] = (),
    minimum_count: int = 10,
) -> ModelCard:
    """Write the model file, its frequency files and its card into a county's ``linkage`` folder.

    The reviewer's fields are written empty: a card is complete when a person has filled them.
    """
    content = (json.dumps(trained.settings, indent=1, sort_keys=True) + "\n").encode()
    write_atomically(model_file(folder, name), content, mode=MODE)
    tables = tuple(_write_frequencies(folder, name, column, trained, minimum_count) for column in models.TERM_FREQUENCY_COLUMNS)
    card = ModelCard(
        model=name,
        linker_uid=trained.settings["linker_uid"],
        sha256=sha256_of(content),
        intended_use=card_words.INTENDED_USE,
        training=training,
        evidence=models.evidence(),
        never_evidence=("race", "ethnicity", "language", "birthplace", "citizenship", "religion"),
        sex=sex,
        term_frequencies=tables,
        thresholds=thresholds,
        accuracy=tuple(accuracy),
        fairness=fairness,
        baseline=tuple(baseline),
        limits=card_words.LIMITS,
        review=Review(),
    )
    text = yaml.safe_dump(card.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=200, default_flow_style=None)
    write_atomically(card_file(folder, name), (CARD_HEAD + text).encode(), mode=MODE)
    return card


CARD_HEAD = "# The card of a frozen linkage model. Figures are measured on simulated truth that training never saw. Weights are in bits.\n"


def _frequencies(con: Connection, minimum_count: int) -> tuple[dict[str, list[tuple[str, float]]], dict[str, float]]:
    held: dict[str, list[tuple[str, float]]] = {column: [] for column in models.TERM_FREQUENCY_COLUMNS}
    rests: dict[str, float] = {}
    for column, value, seen, everyone in rows(con, load_sql(PACKAGE, "frequency")):
        # Half the cut: what is left out is carried by one to minimum_count - 1 people.
        rests[column] = round(minimum_count / 2 / everyone, DIGITS)
        if seen >= minimum_count:
            held[column].append((value, round(seen / everyone, DIGITS)))
    return held, rests


def _load_training_frequencies(con: Connection, frequencies: Mapping[str, Sequence[tuple[str, float]]], rests: Mapping[str, float]) -> None:
    import polars as pl

    held = [(column, value, frequency) for column, values in frequencies.items() for value, frequency in values]
    con.register(
        "linked_frequency_frame",
        pl.DataFrame(held, schema={"column_name": pl.String, "value": pl.String, "frequency": pl.Float64}, orient="row"),
    )
    replace_table(con, "temp.linked_frequency", "select * from linked_frequency_frame")
    con.unregister("linked_frequency_frame")
    replace_table(
        con,
        "temp.linked_rest",
        "select $first_name::double as first_name, $last_name::double as last_name",
        {column: rests[column] for column in models.TERM_FREQUENCY_COLUMNS},
    )


def _write_frequencies(folder: Path, name: str, column: str, trained: Trained, minimum_count: int) -> TermFrequencies:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["value", "frequency"])
    writer.writerows((value, f"{frequency:.{DIGITS}f}") for value, frequency in trained.frequencies[column])
    content = stream.getvalue().encode()
    file = f"{name}.{column}.csv"
    write_atomically(folder / file, content, mode=MODE)
    return TermFrequencies(
        column=column,
        file=file,
        sha256=sha256_of(content),
        minimum_count=minimum_count,
        rest=trained.rests[column],
    )


def maximise(linker: Any, rule: Any) -> None:
    """Expectation-maximisation in one block.

    Raises:
        TrainingFailed: if Splink finds a probability that underflows.
    """
    try:
        linker.training.estimate_parameters_using_expectation_maximisation(rule, estimate_without_term_frequencies=True)
    except ValueError as error:
        # Splink refuses a probability that underflows to zero: a level that no match of the block reaches.
        if "below the minimum" not in str(error):
            raise
        failure = TrainingFailed("some level of a comparison is reached by no match in this data; train on more records")
    else:
        return
    raise failure


def _completed(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings in which every level has both probabilities.

    A level that no pair reached while learning is worth nothing; one that no match reached is rare among matches, never impossible:
    an m of zero would let a single slip outweigh all other evidence.
    """
    comparisons = []
    for comparison in settings["comparisons"]:
        levels = [level if level.get("is_null_level") else {**level, **_floored(level)} for level in comparison["comparison_levels"]]
        comparisons.append({**comparison, "comparison_levels": levels})
    return {**settings, "comparisons": comparisons}


def _floored(level: Mapping[str, Any]) -> dict[str, float]:
    m, u = level.get("m_probability"), level.get("u_probability")
    if m is None and u is None:
        return {"m_probability": M_FLOOR, "u_probability": M_FLOOR}
    return {"m_probability": max(m or 0, M_FLOOR), "u_probability": max(u or 0, U_FLOOR)}


def _rounded(value: Any) -> Any:
    # The last digits of an estimate depend on the order of a floating-point sum; twelve are far beyond what a weight can use.
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value


def sha256_of(content: bytes) -> str:
    """Hash of a model or frequency file as its card states it."""
    return hashlib.sha256(content).hexdigest()


def bits(trained: Trained, comparison: str) -> tuple[float, float]:
    """Weight in bits of the best and of the worst level of one comparison."""
    (found,) = (item for item in trained.settings["comparisons"] if item["output_column_name"] == comparison)
    levels = [level for level in found["comparison_levels"] if not level.get("is_null_level")]
    weights = [log2(level["m_probability"] / level["u_probability"]) for level in levels]
    return round(weights[0], 3), round(weights[-1], 3)


def frozen(trained: Trained, card: ModelCard) -> FrozenModel:
    """The trained model in hand, without a round trip over files."""
    return FrozenModel(
        card=card,
        settings=trained.settings,
        frequencies={column: dict(values) for column, values in trained.frequencies.items()},
    )
