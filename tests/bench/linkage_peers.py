"""The other methods of the linkage benchmark, each as its own documentation uses it, on the same fields as ours.

Belongs here: bare Splink 5, recordlinkage's ECM, dedupe. Does not belong here: any improvement of ours, and any look at the truth, but for
dedupe: it cannot learn without labels, so it is given what a person would answer.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from typing import Any

import duckdb
import numpy as np
import polars as pl
from linkage_data import DataSet
from linkage_ours import Found

SPLINK_PROBABILITY = 0.95
"""The threshold of Splink's own tutorials, for pairs and for clusters."""
DEDUPE_THRESHOLD = 0.5
"""dedupe's own default."""
DEDUPE_LABELS = 500
"""Pairs of each kind that it is told the truth of."""
DEDUPE_LEARNS_ON = 1500
"""Records on which dedupe learns its blocking; it links all of them."""
CODED = ("birth_text", "sex", "state", "zip", "house_number")
"""Fields that recordlinkage and dedupe compare as equal or not."""
SEED = 1


def connected(records: Sequence[str], pairs: pl.DataFrame) -> pl.DataFrame:
    """Connected components (record_id, cluster)."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    number = {record: at for at, record in enumerate(records)}
    left = np.array([number[record] for record in pairs["record_a"]], dtype=int)
    right = np.array([number[record] for record in pairs["record_b"]], dtype=int)
    graph = coo_matrix((np.ones(len(left)), (left, right)), shape=(len(records), len(records)))
    _, label = connected_components(graph, directed=False)
    return pl.DataFrame({"record_id": list(records), "cluster": [str(at) for at in label]})


def splink(data: DataSet) -> Found:
    """Splink 5 with the comparisons and blocking of its tutorials: link_type, u by sampling, EM in two blocks, TF on names and places."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    available: dict[str, Any] = {
        "birth_text": cl.DateOfBirthComparison("birth_text", input_is_string=True),
        "sex": cl.ExactMatch("sex"),
        "house_number": cl.ExactMatch("house_number").configure(term_frequency_adjustments=True),
        "street": cl.JaroWinklerAtThresholds("street", [0.9, 0.8]),
        "locality": cl.JaroWinklerAtThresholds("locality", [0.9, 0.8]),
        "city": cl.JaroWinklerAtThresholds("city", [0.9]).configure(term_frequency_adjustments=True),
        "state": cl.ExactMatch("state"),
        "zip": cl.PostcodeComparison("zip") if data.name == "historical_50k" else cl.DamerauLevenshteinAtThresholds("zip", [1, 2]),
        "email": cl.EmailComparison("email"),
        "occupation": cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
    }
    names = [cl.NameComparison(name).configure(term_frequency_adjustments=True) for name in ("first_name", "last_name")]
    if data.name == "historical_50k":
        names = [cl.ForenameSurnameComparison("first_name", "last_name", forename_surname_concat_col_name="both_names")]
    keys = [("birth_text",), ("first_name", "last_name"), ("first_name", "zip"), ("last_name", "zip"), ("street",), ("email",),
            ("first_name", "city"), ("last_name", "city"), ("house_number", "zip")]  # fmt: skip
    rules = [block_on(*key) for key in keys if set(key) <= set(data.fields)]
    if data.name == "historical_50k":
        # As its tutorial on this data set blocks: cities hold too many people here.
        rules = [block_on("first_name", "last_name"), block_on("last_name", "birth_text"), block_on("first_name", "birth_text"),
                 block_on("zip", "first_name"), block_on("zip", "last_name"), block_on("birth_text", "city"), block_on("zip", "birth_text"),
                 block_on("substr(first_name,1,3)", "substr(last_name,1,4)", "city")]  # fmt: skip
    con = duckdb.connect(":memory:")
    con.execute("set threads=2").fetchall()
    con.execute("set enable_progress_bar=false").fetchall()
    table = data.blind.with_columns(both_names=pl.concat_str("first_name", "last_name", separator=" "))
    api = DuckDBAPI(connection=con)
    link_type = "link_only" if data.links_two_sources else "dedupe_only"
    parts = table.partition_by("source", maintain_order=True) if data.links_two_sources else [table]
    registered = []
    for at, part in enumerate(parts):
        con.register(f"frame_{at}", part)
        con.execute(f"create table part_{at} as select * exclude (source) from frame_{at}").fetchall()
        registered.append(api.register(f"part_{at}", dataset_display_name=f"part_{at}"))
    settings = SettingsCreator(
        link_type=link_type,
        unique_id_column_name="record_id",
        comparisons=[*names, *(comparison for name, comparison in available.items() if name in data.fields)],
        blocking_rules_to_generate_predictions=rules,
    )
    linker = Linker(registered if data.links_two_sources else registered[0], settings, log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match([block_on("first_name", "last_name", "birth_text")], recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=5_000_000, seed=SEED)
    for rule in (block_on("birth_text"), block_on("first_name", "last_name")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    predictions = linker.inference.predict(threshold_match_probability=SPLINK_PROBABILITY, warning_mode="never")
    pairs = con.sql(f"select record_id_l as record_a, record_id_r as record_b from {predictions.physical_name}").pl()
    return Found(pairs=pairs, clusters=connected(data.records["record_id"].to_list(), pairs))


def ecm(data: DataSet) -> Found:
    """recordlinkage as its guide does it: blocks, string similarities, the unsupervised ECM classifier on what is alike or not."""
    import recordlinkage

    frame = data.blind.to_pandas().set_index("record_id")
    keys: list[list[str]] = [["birth_text"], ["first_name", "last_name"], ["first_name", "zip"], ["last_name", "zip"], ["street"],
                             ["email"],                              ["first_name", "city"], ["last_name", "city"]]  # fmt: skip
    if data.name == "historical_50k":
        keys = [["first_name", "last_name"], ["last_name", "birth_text"], ["first_name", "birth_text"], ["zip", "first_name"],
                ["zip", "last_name"], ["birth_text", "city"]]  # fmt: skip
    indexer = recordlinkage.Index()
    for key in keys:
        if set(key) <= set(data.fields):
            indexer.block(key)
    compare = recordlinkage.Compare()
    for name in data.fields:
        if name in CODED:
            compare.exact(name, name, label=name)
        else:
            compare.string(name, name, method="jarowinkler", threshold=0.85, label=name)
    if data.links_two_sources:
        sides = tuple(frame[frame["source"] == source] for source in ("a", "b"))
        candidates = indexer.index(*sides)
        features = compare.compute(candidates, *sides)
    else:
        candidates = indexer.index(frame)
        features = compare.compute(candidates, frame)
    matched = recordlinkage.ECMClassifier(binarize=0.5).fit_predict(features)
    pairs = pl.DataFrame([(str(a), str(b)) for a, b in matched], schema=["record_a", "record_b"], orient="row")
    return Found(pairs=pairs, clusters=connected(data.records["record_id"].to_list(), pairs))


def dedupe(data: DataSet) -> Found:
    """dedupe with its string variables, taught by the truth of pairs that it asks about itself (its own training helper)."""
    import random

    import dedupe as library
    from dedupe import serializer, variables

    random.seed(SEED)
    np.random.seed(SEED)  # dedupe draws from numpy's global generator
    rows = {
        row["record_id"]: {**{name: row[name] for name in data.fields}, "person": row["person"]} for row in data.records.rows(named=True)
    }
    fields = [(variables.Exact if name in CODED else variables.String)(name, has_missing=True) for name in data.fields]
    matcher = library.Dedupe(fields, num_cores=0)
    labels = library.training_data_dedupe(rows, common_key="person", training_size=DEDUPE_LABELS)
    labels["match"] = random.sample(labels["match"], min(len(labels["match"]), DEDUPE_LABELS))
    blind = {key: {name: value for name, value in row.items() if name != "person"} for key, row in rows.items()}
    for kind in ("match", "distinct"):
        labels[kind] = [tuple({name: side[name] for name in data.fields} for side in pair) for pair in labels[kind]]
    # On 5,000 records its cover of every predicate takes more than 20 GiB.
    keys = sorted(blind)
    some = {key: blind[key] for key in random.sample(keys, min(len(keys), DEDUPE_LEARNS_ON))}
    # As a file: labelled records that are not among those must be indexed as well.
    told = io.StringIO()
    serializer.write_training(labels, told)
    told.seek(0)
    matcher.prepare_training(some, training_file=told, sample_size=1500)
    matcher.train(recall=0.95, index_predicates=False)
    found = [(record, str(at)) for at, (group, _) in enumerate(matcher.partition(blind, DEDUPE_THRESHOLD)) for record in group]
    clusters = pl.DataFrame(found, schema=["record_id", "cluster"], orient="row")
    pairs = clusters.join(clusters, on="cluster").filter(pl.col("record_id") < pl.col("record_id_right"))
    return Found(pairs=pairs.select(record_a="record_id", record_b="record_id_right"), clusters=clusters)
