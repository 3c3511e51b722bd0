"""What a delivery usually is: advisory expectations over aggregates, run by Great Expectations.

Belongs here: the suites and the small frames they look at. Does not belong here: what a row must be (the record contracts, blocking), and
any frame with a row about a person: Great Expectations keeps what it sees, so it sees shares and counts prepared in SQL.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from resources.sql import Connection, load_sql

if TYPE_CHECKING:
    import pandas as pd

VOLUME = "usual_volume"
IDENTITY = "usual_identity"
RACE = "usual_race"


@dataclass(frozen=True)
class Expected:
    """A column of a prepared frame and the band it usually lies in; nulls (no usual night yet) are not judged."""

    column: str
    low: float
    high: float


SUITES: Mapping[str, tuple[Expected, ...]] = {
    VOLUME: (
        Expected("ratio_to_usual", 0.25, 4.0),  # a holiday halves a night, an outage quarters it
        Expected("refused_share", 0.0, 0.02),
    ),
    IDENTITY: (
        Expected("named", 0.05, 1.0),
        Expected("named_change", -0.05, 0.05),
        Expected("with_birth_date_change", -0.05, 0.05),
        Expected("with_sex_change", -0.05, 0.05),
    ),
    RACE: (
        Expected("unknown_share", 0.0, 0.6),
        Expected("unknown_change", -0.05, 0.05),
    ),
}
"""Suite to its expectations. Widths are the county-neutral defaults of a warning, not of a gate."""


@dataclass(frozen=True)
class Verdict:
    """How many expectations of a suite were looked at and how many did not hold; columns named, values never."""

    suite: str
    looked_at: int
    unmet: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything was as usual."""
        return not self.unmet


Judge = Callable[[Any, tuple[Expected, ...]], tuple[bool, ...]]


def run_suite(con: Connection, suite: str, night: date, *, judge: Judge | None = None) -> Verdict:
    """Prepare a suite's frame in SQL and judge it.

    Args:
        con: the warehouse.
        suite: one of ``SUITES``.
        night: tonight.
        judge: what judges a frame; Great Expectations unless a test says otherwise.
    """
    expected = SUITES[suite]
    frame = _frame(con, load_sql("assets.checked", suite), night)
    answers = (judge or with_great_expectations)(frame, expected)
    unmet = tuple(item.column for item, met in zip(expected, answers, strict=True) if not met)
    return Verdict(suite, len(expected), unmet)


def _frame(con: Connection, sql: str, night: date) -> pd.DataFrame:
    frame: pd.DataFrame = con.sql(sql, params={"night": night}).df()
    return frame


def with_great_expectations(frame: pd.DataFrame, expected: tuple[Expected, ...]) -> tuple[bool, ...]:
    """Judge one frame; only a boolean per expectation leaves Great Expectations."""
    # Its import costs seconds and its context phones home unless told not to.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.core.batch_definition import BatchDefinition

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("aggregates")
    batch: BatchDefinition[Any] = source.add_dataframe_asset("aggregate").add_batch_definition_whole_dataframe("tonight")
    suite = gx.ExpectationSuite(
        name="usual",
        expectations=[
            gx.expectations.ExpectColumnValuesToBeBetween(column=item.column, min_value=item.low, max_value=item.high) for item in expected
        ],
    )
    validation = gx.ValidationDefinition(name="usual", data=batch, suite=context.suites.add(suite))
    context.validation_definitions.add(validation)
    result = validation.run(batch_parameters={"dataframe": frame}, result_format="BOOLEAN_ONLY")
    met = {item.expectation_config.kwargs["column"]: bool(item.success) for item in result.results}
    return tuple(met[item.column] for item in expected)
