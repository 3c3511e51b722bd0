"""Quality over time as Dagster sees it: one step that fills its tables and writes its pages.

Belongs here: the step and where its pages lie. Does not belong here: what is measured (measure), what is usual (checks).
"""

from collections.abc import Iterator

import dagster as dg

from assets.assets import POOL, materialized, night_of, nights, spec
from assets.catalogue import TableKey
from assets.checked.quality.catalogue import METRIC, quality_tables
from assets.checked.quality.measure import measure_quality
from assets.checked.quality.pages import write_cards
from contracts.county import County
from resources.integrator import Integrator

PAGES = {
    "report_cards": dg.MetadataValue.path("quality/index.html"),
    "data_docs": dg.MetadataValue.path("quality/data_docs/index.html"),
}
"""Where the pages lie, below the home; a path that names no machine."""


def build(county: County, records: tuple[TableKey, ...]) -> list[dg.AssetsDefinition]:
    """The step of quality for one county.

    Args:
        county: its terms.
        records: assets of the canonical records.
    """
    listed = quality_tables(county, records)
    specs = [spec(table) for table in listed]
    linked = [item.merge_attributes(metadata=PAGES) if item.key == dg.AssetKey(METRIC.path) else item for item in specs]

    @dg.multi_asset(name="checked_quality", specs=linked, partitions_def=nights(county), pool=POOL)
    def quality(context: dg.AssetExecutionContext, integrator: dg.ResourceParam[Integrator]) -> Iterator[dg.MaterializeResult[None]]:
        """Tonight's figures of every source, beside what is usual, and the report cards."""
        night = night_of(context)
        with integrator.step("checked.quality") as con:
            county_now = integrator.terms.county
            standing = measure_quality(con, county=county_now, night=night, home=integrator.home)
            cards = write_cards(con, county=county_now, home=integrator.home)
            known = {f"figures.{name}": number for name, number in standing.items()} | {"cards": cards}
            results = [materialized(con, table, known if table.key == METRIC else None) for table in listed]
        yield from results

    return [quality]
