"""Great Expectations' suites: one a source, over a small frame of figures, all in one context.

Belongs here: the frames, the suites, running them, and writing their Data Docs. Does not belong here: the figures (measure) and bands
(bands). Great Expectations keeps what it sees, so it sees figures only; and only booleans leave it.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from assets.checked.quality.bands import METRICS, Metric
from resources.sql import Connection, load_sql

if TYPE_CHECKING:
    import pandas as pd

PACKAGE = "assets.checked.quality"
SITE = "quality"


@dataclass(frozen=True)
class SuiteVerdict:
    """What was looked at of one source and what did not hold; metrics named, figures never."""

    source: str
    looked_at: int
    unmet: tuple[Metric, ...]

    @property
    def passed(self) -> bool:
        """Whether everything was as usual."""
        return not self.unmet


@dataclass(frozen=True)
class Suite:
    """One source's figures of a night in wide form (a column a metric, nulls where nothing is judged), and its bands."""

    source: str
    frame: pd.DataFrame
    bands: Mapping[Metric, tuple[float, float]] = field(default_factory=dict)


def suites_of(con: Connection, sources: Sequence[str], night: date) -> tuple[Suite, ...]:
    """The suites of a night, from ``checked.quality_metric``."""
    found = con.sql(load_sql(PACKAGE, "judged_figure"), params={"night": night}).df()
    made = []
    for source in sources:
        own = found[found["source"] == source]
        # Every metric is a column, so that a suite says the same on every night; one without figures has nothing to fail.
        wide = own.pivot(index=["about", "dimension"], columns="metric", values="compared")
        frame = wide.reindex(columns=[metric.value for metric in METRICS]).astype("float64").reset_index()
        bands = {Metric(name): (float(part["low"].iloc[0]), float(part["high"].iloc[0])) for name, part in own.groupby("metric")}
        made.append(Suite(source, frame, bands))
    return tuple(made)


def run_suites(suites: Sequence[Suite], night: date, *, docs: Path | None = None) -> tuple[SuiteVerdict, ...]:
    """Judge every source in one ephemeral context; write Data Docs if a folder is given.

    Args:
        suites: from :func:`suites_of`.
        night: names the validation.
        docs: folder of the rendered site, emptied before by whoever calls.
    """
    gx = _great_expectations()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("figures")
    if docs is not None:
        _only_site(context, docs)
    verdicts = tuple(_judge(gx, context, source, suite, night) for suite in suites)
    if docs is not None:
        context.build_data_docs(site_names=[SITE])
    return verdicts


_SPARK_CLIENT = "pyspark.sql.connect"


def _great_expectations() -> Any:
    # Its import costs seconds, and its context phones home unless told not to.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with _without_spark():
        import great_expectations as gx

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    return gx


@contextmanager
def _without_spark() -> Iterator[None]:
    """Hide Spark's client from the import, where scoring on Spark is installed.

    The suites read small frames and never Spark; its client ends the whole process on import where a library of its own is missing.
    """
    if _SPARK_CLIENT in sys.modules:
        yield
        return
    # None is how Python spells "cannot be imported"; the stubs know only modules.
    sys.modules[_SPARK_CLIENT] = cast(ModuleType, None)
    try:
        yield
    finally:
        del sys.modules[_SPARK_CLIENT]


def _only_site(context: Any, docs: Path) -> None:
    site = {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs)},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }
    context.add_data_docs_site(SITE, site)
    for name, other in dict(context.list_data_docs_sites()).items():
        if name != SITE:
            context.delete_data_docs_site(name)
            # An ephemeral context makes a folder of its own for a site that nobody asked for.
            shutil.rmtree(other["store_backend"]["base_directory"], ignore_errors=True)


def _judge(gx: Any, context: Any, source: Any, suite: Suite, night: date) -> SuiteVerdict:
    from great_expectations.core.run_identifier import RunIdentifier

    asked = [metric for metric in METRICS if metric in suite.bands]
    batch = source.add_dataframe_asset(suite.source).add_batch_definition_whole_dataframe("tonight")
    expected = [
        gx.expectations.ExpectColumnValuesToBeBetween(
            column=metric.value,
            min_value=suite.bands[metric][0],
            max_value=suite.bands[metric][1],
            severity="warning",
            meta={"notes": {"format": "string", "content": [METRICS[metric].meaning]}},
        )
        for metric in asked
    ]
    made = context.suites.add(gx.ExpectationSuite(name=suite.source, expectations=expected))
    validation = context.validation_definitions.add(gx.ValidationDefinition(name=suite.source, data=batch, suite=made))
    # The run is named for the night, so that the same night gives the same page.
    at = datetime.combine(night, time.min, tzinfo=UTC)
    result = validation.run(
        batch_parameters={"dataframe": suite.frame},
        result_format="BOOLEAN_ONLY",
        run_id=RunIdentifier(run_name=night.isoformat(), run_time=at),
    )
    met = {item.expectation_config.kwargs["column"]: bool(item.success) for item in result.results}
    return SuiteVerdict(suite.source, len(asked), tuple(metric for metric in asked if not met[metric.value]))
