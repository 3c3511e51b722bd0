"""One night's figures of every source, and how they stand to what is usual.

Belongs here: the order of the questions and the tables they fill. Does not belong here: the questions (.sql files), the bands, the pages.

* ``checked.quality_refusal``: night, source, feed, column_name (the vendor's), rule, faults.
* ``checked.quality_count``: night, source, record_type, field, word (one of ours; empty: blank), rows; of what was learned tonight.
* ``checked.quality_metric``: night, source, feed, record_type, metric, dimension, value, baseline, compared, low, high, rows, verdict.
* ``checked.race_collection``: source, facility, month, method, category_system, bookings, race_known, race_refused, race_unknown,
  ethnicity_known; the last 24 months as known tonight.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import duckdb
import polars as pl

from assets.checked.quality.bands import (
    DAYS_BY_CADENCE,
    FEWEST_NIGHTS,
    METRICS,
    OWN_TOTAL_DAYS,
    USUAL_NIGHTS,
    Metric,
    Standing,
)
from assets.checked.quality.profile_sql import filled_view, newest_view, reference_view, words_view
from assets.checked.quarantine import quarantine_file
from contracts.county import County
from contracts.records import RECORD_TYPES
from contracts.sources import Source
from resources.home import Home
from resources.sql import Connection, insert_into, load_sql, replace_table, rows

PACKAGE = "assets.checked.quality"
_TABLES = (
    """create table if not exists checked.quality_refusal (
            night date not null, source varchar not null, feed varchar not null, column_name varchar, rule varchar not null,
            faults bigint not null)""",
    """create table if not exists checked.quality_count (
            night date not null, source varchar not null, record_type varchar not null, field varchar not null, word varchar not null,
            rows bigint not null)""",
    """create table if not exists checked.quality_metric (
            night date not null, source varchar not null, feed varchar, record_type varchar, metric varchar not null,
            dimension varchar not null, value double not null, baseline double, compared double, low double not null,
            high double not null, rows bigint, verdict varchar not null)""",
)
_FOUND = """create or replace temp table quality_found (
            source varchar, feed varchar, record_type varchar, metric varchar, dimension varchar, value double, rows bigint)"""


def measure_quality(con: Connection, *, county: County, night: date, home: Home) -> dict[str, int]:
    """Fill the stage's tables of quality for a night; a rerun replaces the night's figures.

    Args:
        con: the warehouse after every source was checked.
        county: for its sources and what they say about usual nights.
        night: tonight.
        home: where the quarantine lies; only its counts are read.

    Returns:
        Number of figures by verdict.
    """
    _create(con)
    for table in ("quality_refusal", "quality_count", "quality_metric"):
        con.execute(f"delete from checked.{table} where night = $night", {"night": night}).fetchall()
    _prepare(con, county, night)
    _count_refusals(con, county.sources.values(), night, home)
    insert_into(con, "checked.quality_count", "select $night::date as night, * from temp.quality_word", {"night": night})
    con.execute(_FOUND).fetchall()
    asked = {"night": night, "days": OWN_TOTAL_DAYS}
    for metric in Metric:
        insert_into(con, "temp.quality_found", load_sql(PACKAGE, metric.value), asked)
    judged = {"night": night, "fewest_nights": FEWEST_NIGHTS}
    insert_into(con, "checked.quality_metric", load_sql(PACKAGE, "verdict"), judged)
    collect_race(con, night)
    _tidy(con)
    found = rows(con, "select verdict, count(*) from checked.quality_metric where night = $night group by verdict", {"night": night})
    counted = {str(verdict): int(number) for verdict, number in found}
    return {standing.value: counted.get(standing.value, 0) for standing in Standing}


def collect_race(con: Connection, night: date) -> int:
    """Fill ``checked.race_collection``; returns its rows."""
    return replace_table(con, "checked.race_collection", load_sql(PACKAGE, "race_collection"), {"night": night})


def create_quality_tables(con: Connection) -> None:
    """Create every table of quality, empty, where it is not there."""
    _create(con)


def _create(con: Connection) -> None:
    con.execute("create schema if not exists checked").fetchall()
    for statement in _TABLES:
        con.execute(statement).fetchall()


def _prepare(con: Connection, county: County, night: date) -> None:
    """The views and temporary tables that the questions name."""
    with_race = [item.name for item in RECORD_TYPES.values() if item.race_fields]
    con.execute("set variable quality_night = $night::date", {"night": night}).fetchall()
    con.execute("set variable quality_race_types = $types", {"types": with_race}).fetchall()
    for view in (filled_view, words_view, newest_view, reference_view):
        con.execute(view(RECORD_TYPES.values())).fetchall()
    con.execute(f"create or replace temp view quality_race as {load_sql(PACKAGE, 'race_stated')}").fetchall()
    _register(con, "quality_band", _bands(county.sources.values()))
    _register(con, "quality_exempt", _exempt(county.sources.values()))
    replace_table(con, "temp.quality_usual_night", load_sql(PACKAGE, "usual_night"), {"night": night, "nights": USUAL_NIGHTS})


def _register(con: Connection, name: str, frame: pl.DataFrame) -> None:
    con.register("quality_frame", frame)
    replace_table(con, f"temp.{name}", "select * from quality_frame")
    con.unregister("quality_frame")


def _bands(sources: Iterable[Source]) -> pl.DataFrame:
    lines = []
    for source in sources:
        for metric, band in METRICS.items():
            high = DAYS_BY_CADENCE[source.cadence] if metric is Metric.FRESHNESS else band.high
            own = source.quality.bands.get(metric.value)
            low, high = (own.low, own.high) if own else (band.low, high)
            lines.append((source.name, metric.value, band.compared.value, low, high, band.fewest_rows))
    schema = {
        "source": pl.String,
        "metric": pl.String,
        "compared": pl.String,
        "low": pl.Float64,
        "high": pl.Float64,
        "fewest_rows": pl.Int64,
    }
    return pl.DataFrame(lines, schema=schema, orient="row")


def _exempt(sources: Iterable[Source]) -> pl.DataFrame:
    lines = [(source.name, night) for source in sources for night in source.quality.exempt_nights]
    return pl.DataFrame(lines, schema={"source": pl.String, "night": pl.Date}, orient="row")


def _count_refusals(con: Connection, sources: Iterable[Source], night: date, home: Home) -> None:
    """Refused rows by rule and column; only counts leave the quarantine."""
    for source in sources:
        path = quarantine_file(home, source.name, night)
        if not path.exists():
            continue
        with duckdb.connect(str(path), read_only=True) as quarantine:
            found = rows(quarantine, load_sql(PACKAGE, "refusal"))
        for feed, column, rule, faults in found:
            con.execute(
                "insert into checked.quality_refusal values ($night, $source, $feed, $column, $rule, $faults)",
                {"night": night, "source": source.name, "feed": feed, "column": column, "rule": rule, "faults": faults},
            ).fetchall()


def _tidy(con: Connection) -> None:
    for view in ("quality_filled", "quality_word", "quality_newest", "quality_reference", "quality_race"):
        con.execute(f"drop view if exists temp.{view}").fetchall()
    for table in ("quality_found", "quality_band", "quality_exempt", "quality_usual_night"):
        con.execute(f"drop table if exists temp.{table}").fetchall()
