"""Whether each source's night was as usual: advisory, judged by Great Expectations, counts only.

Belongs here: turning the suites' verdicts into Dagster's types. Does not belong here: suites and bands.
"""

from collections.abc import Iterator

import dagster as dg

from assets.assets import POOL, asset_key
from assets.checked.quality.bands import METRICS
from assets.checked.quality.catalogue import METRIC
from assets.checked.quality.pages import judge_night
from assets.checks import check_result
from contracts.county import County
from resources.integrator import Integrator
from resources.sql import scalar


def check_name(source: str) -> str:
    """Name of the check of one source."""
    return f"{source}_is_as_usual"


def build(county: County) -> list[dg.AssetChecksDefinition]:
    """One advisory check a source."""
    said = ", ".join(metric.value.replace("_", " ") for metric in METRICS)

    @dg.multi_asset_check(
        name="checked_is_as_usual",
        specs=[
            dg.AssetCheckSpec(
                check_name(source),
                asset=asset_key(METRIC),
                description=f"Advisory: {said} of [{source}] lie in their usual bands. Its report card: quality/{source}.html in the home.",
            )
            for source in county.sources
        ],
        pool=POOL,
    )
    def usual(context: dg.AssetCheckExecutionContext, integrator: dg.ResourceParam[Integrator]) -> Iterator[dg.AssetCheckResult]:
        with integrator.step("checked.is_as_usual") as con:
            night = scalar(con, "select max(night) from checked.quality_metric")
            verdicts = judge_night(con, county=integrator.terms.county, home=integrator.home, night=night)
        for verdict in verdicts:
            figures = {"looked_at": verdict.looked_at, **{f"unusual.{metric.value}": True for metric in verdict.unmet}}
            yield check_result(METRIC, check_name(verdict.source), verdict.passed, figures, blocks=False)

    return [usual]
