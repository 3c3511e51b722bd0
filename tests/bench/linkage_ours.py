"""Our own method in the linkage benchmark: the code of a production night over a public data set.

Belongs here: laying a data set out as checked identities, evidence that only a public data set has (an e-mail address, an occupation), and
calling the production steps in their order. Does not belong here: a comparison, key or rule that a county's night would use; those are
imported. Nothing here sees the truth.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from linkage_data import DataSet, birth_parts

from assets.linked import apart, block, delta, model, score, train, versions
from assets.linked import cluster as clustering
from assets.linked.levels import level
from contracts.linkage import LinkageChoice, ModelCard, SexEvidence, Training
from contracts.reviewed import load_reviewed
from resources.sql import load_sql, replace_table
from resources.warehouse import migrate

ROOT = Path(__file__).resolve().parents[2]
NIGHT = date(2026, 3, 2)
DOMAIN = "public"
SEED = 1
EXTRA_RULE = 15
IDENTITY: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "identity_id": pl.String, "subject_id": pl.String, "system": pl.String, "source": pl.String, "record_id": pl.String,
    "person_role": pl.String, "evidence": pl.String, "first_name": pl.String, "middle_name": pl.String, "last_name": pl.String,
    "name_suffix": pl.String, "full_name": pl.String, "birth_date": pl.Date, "birth_date_quality": pl.String, "birth_year": pl.Int32,
    "birth_month": pl.Int32, "sex": pl.String, "phone": pl.String, "street_address": pl.String, "city": pl.String, "state": pl.String,
    "zip": pl.String, "ssn4": pl.String, "state_id": pl.String, "recorded_on": pl.Date, "known_from": pl.Date, "known_to": pl.Date,
}  # fmt: skip


def email() -> Any:
    """E-mail address: equal, the same before the @, spelt alike."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    levels = [
        cll.NullLevel("email"),
        level("email_l = email_r", "equal"),
        level("split_part(email_l, '@', 1) = split_part(email_r, '@', 1)", "same name"),
        level("jaro_winkler_similarity(email_l, email_r) >= 0.9", "spelt alike"),
        cll.ElseLevel(),
    ]
    return cl.CustomComparison(output_column_name="email", comparison_levels=levels)


def occupation() -> Any:
    """Occupation: equal, or not."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    return cl.CustomComparison(
        output_column_name="occupation",
        comparison_levels=[cll.NullLevel("occupation"), cll.ExactMatchLevel("occupation"), cll.ElseLevel()],
    )


EXTRA: Mapping[str, Callable[[], Any]] = {"email": email, "occupation": occupation}


OF_HOUSEHOLDS = ("birth_date", "twin_or_household", "given_name", "ssn4_and_birth_date", "missing_evidence")
"""Vetoes that keep the people of one home apart, and the guard for 911 records. These lists have no homes and no such records: of people
who share an address and a surname there are not two in them. They are lifted for all data sets alike, for that reason and no other."""


@dataclass(frozen=True)
class Found:
    """What a method found: pairs (record_a, record_b) and clusters (record_id, cluster)."""

    pairs: pl.DataFrame
    clusters: pl.DataFrame


def choice() -> LinkageChoice:
    """The demo county's choice, unchanged: its link threshold was fixed on simulated counties, never on these data."""
    return load_reviewed(ROOT / "contracts" / "demo_county" / "linkage" / "linkage.yaml", LinkageChoice)


def open_county(data: DataSet) -> duckdb.DuckDBPyConnection:
    """A warehouse in memory whose checked identities are the data set's records, all of them permitted."""
    con = duckdb.connect(":memory:")
    con.execute("set threads=2").fetchall()
    con.execute("set enable_progress_bar=false").fetchall()
    for stage in ("checked", "consented", "linked"):
        con.execute(f"create schema {stage}").fetchall()
    con.execute("attach ':memory:' as registers").fetchall()
    migrate(con)
    identity = identities(data.blind)
    con.register("identity_frame", identity)
    con.execute("create table checked.identity as select * from identity_frame").fetchall()
    con.execute(
        "create table checked.subject as select subject_id, system, source, subject_id as source_person_id, person_role,"
        " false as is_key_reuse, known_from as first_seen_on from checked.identity"
    ).fetchall()
    con.execute(
        "create table consented.link_permission as select subject_id, system, $domain as domain, true as permitted, 'public' as reason"
        " from checked.subject",
        {"domain": DOMAIN},
    ).fetchall()
    con.execute("create table consented.erased_record (record_id varchar)").fetchall()
    extra = data.blind.select(pl.col("record_id").alias("subject_id"), *(pl.col(name).str.to_uppercase() for name in EXTRA))
    con.register("extra_frame", extra)
    con.execute("create table extra as select * from extra_frame").fetchall()
    return con


def identities(records: pl.DataFrame) -> pl.DataFrame:
    """Each record as one row of ``checked.identity``."""
    born = [birth_parts(text) for text in records["birth_text"]]
    return records.select(
        pl.col("record_id").alias("identity_id"),
        pl.col("record_id").alias("subject_id"),
        pl.col("source").alias("system"),
        pl.col("source"),
        pl.col("record_id"),
        pl.lit("subject").alias("person_role"),
        pl.lit("primary").alias("evidence"),
        "first_name",
        "middle_name",
        "last_name",
        pl.lit(None, pl.String).alias("name_suffix"),
        pl.lit(None, pl.String).alias("full_name"),
        pl.Series("birth_date", [day for day, *_ in born], pl.String).str.to_date("%Y-%m-%d"),
        pl.Series("birth_date_quality", [quality for _, quality, *_ in born], pl.String),
        pl.Series("birth_year", [year for *_, year, _ in born], pl.Int32),
        pl.Series("birth_month", [month for *_, month in born], pl.Int32),
        "sex",
        pl.lit(None, pl.String).alias("phone"),
        # A street whose number is not given is numbered 0: without a number it would be no address.
        pl.concat_str(
            pl.when(pl.coalesce("street", "locality").is_not_null()).then(pl.col("house_number").fill_null("0")),
            "street",
            "locality",
            separator=" ",
            ignore_nulls=True,
        ).alias("street_address"),
        "city",
        "state",
        "zip",
        pl.lit(None, pl.String).alias("ssn4"),
        pl.lit(None, pl.String).alias("state_id"),
        pl.lit(NIGHT).alias("recorded_on"),
        pl.lit(NIGHT).alias("known_from"),
        pl.lit(None, pl.Date).alias("known_to"),
    ).select(pl.col(name).cast(kind) for name, kind in IDENTITY.items())


def _with_extra(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "create or replace temp table linked_feature as"
        " select feature.*, extra.* exclude (subject_id) from linked_feature as feature join extra using (subject_id)"
    ).fetchall()


def _extra_keys(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """An e-mail address is a key to look under, as a number is."""
    return con.sql(
        "select md5_number_lower(subject_id) as node, md5_number_lower(email) - md5_number_lower(email) % 16 + $rule::ubigint as key"
        " from extra where email is not null",
        params={"rule": EXTRA_RULE},
    ).pl()


def cluster(data: DataSet) -> Found:
    """Train on the data set without its truth and link it as a first night would."""
    con = open_county(data)
    chosen = choice()
    subjects = train.prepare(con, domain=DOMAIN, caps=chosen.caps)
    _with_extra(con)
    con.register("extra_key", _extra_keys(con))
    con.execute("insert into temp.linked_block_key by name select * from extra_key").fetchall()
    comparisons = (*apart.HOMES_ARE_NOT_SHARED, *(build for name, build in EXTRA.items() if name in data.fields))
    trained = train.estimate(con, name="public.v1", seed=SEED, comparisons=comparisons)
    _link(con, train.frozen(trained, _card(trained, chosen, subjects)), chosen)
    edges = con.sql(
        "select subject_a, subject_b, match_weight from linked.edge"
        " where known_to is null and match_weight >= $link and (veto is null or list_contains($lifted, veto))"
        " order by subject_a, subject_b",
        params={"link": chosen.thresholds.link, "lifted": list(OF_HOUSEHOLDS)},
    ).pl()
    records = data.records["record_id"].to_list()
    firm, _ = clustering.bounded(records, [clustering.Edge(*row) for row in edges.rows()], largest=chosen.caps.largest_component)
    groups = clustering.agglomerate(records, firm, {}).groups
    return Found(
        pairs=edges.select(record_a="subject_a", record_b="subject_b"),
        clusters=pl.DataFrame([(record, group[0]) for group in groups for record in group], schema=["record_id", "cluster"], orient="row"),
    )


def _link(con: duckdb.DuckDBPyConnection, frozen: model.FrozenModel, chosen: LinkageChoice) -> None:
    """The steps of assets/linked/night.py up to its edges, with the extra evidence put in where features and keys are."""
    versions.prepare(con)
    cap = chosen.caps.largest_block
    rest = score.load_frequencies(con, frozen)
    delta.find(con, domain=DOMAIN, night=NIGHT, choice=chosen, model=frozen)
    delta.needed(con, domain=DOMAIN, subjects="select subject_id from linked_touched", rest=rest)
    block.index(con, domain=DOMAIN, night=NIGHT, largest_block=cap)
    con.execute(
        "insert into linked.block_key by name select extra_key.*, $domain as domain, $night::date as known_from from extra_key",
        {"domain": DOMAIN, "night": NIGHT},
    ).fetchall()
    block.candidates(con, domain=DOMAIN, largest_block=cap)
    _with_extra(con)
    score.score(con, frozen, floor=min(0.0, chosen.thresholds.review))
    replace_table(con, "temp.linked_pair", "select subject_a, subject_b from temp.linked_scored")
    replace_table(con, "temp.linked_judgement", load_sql("assets.linked", "judgement"))
    replace_table(con, "temp.linked_edge", load_sql("assets.linked", "edge"), {"model": frozen.name})
    versions.replace(con, "edge", staged="linked_edge", domain=DOMAIN, night=NIGHT)


def _card(trained: train.Trained, chosen: LinkageChoice, subjects: int) -> ModelCard:
    training = Training(
        data="public", residents=1, simulation_seed=0, measured_simulation_seed=1, seed=SEED, command="-", subjects=subjects, software={}
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        return train.write(
            Path(folder), trained, name="public.v1", training=training, thresholds=chosen.thresholds, sex=SexEvidence(used=True, reason="-")
        )
