"""The measured stage as Dagster sees it: the integrator's own measures, over everything that may be linked.

Belongs here: keys, descriptions, what reads what, and calling the measures beside this file. Does not belong here: any definition.
A recipient never sees these tables: its measures are computed again on its own permitted contacts (assets/published).
"""

from collections.abc import Iterator
from datetime import datetime

import dagster as dg

from assets.assets import POOL, materialized, night_of, nights, spec
from assets.catalogue import Table, linked, measured
from assets.measured import checks
from assets.measured.described import DESCRIPTIONS, READS, WHERE_DELIVERED
from assets.measured.links import LINK_TABLES, measure_links
from assets.measured.measure import MEASURED_TABLES, measure
from assets.measured.scope import SCOPE_TABLES, close_scope, open_scope, whole_of
from assets.source_groups import delivered
from contracts.county import County
from resources.integrator import Integrator
from resources.sql import Connection
from resources.warehouse import logical_hash

KEYS = {key.name: key for key in measured(*MEASURED_TABLES, *LINK_TABLES)}
TIMELINE = KEYS["person_timeline"]
SCOPE = tuple(SCOPE_TABLES)
"""Linked tables that are the integrator's scope."""


RENAMED = {f"scope.{name}": key for name, key in zip(SCOPE, linked(*SCOPE), strict=True)}
"""What the measures' SQL calls ``scope`` is, for the integrator, the linked stage."""


COMPUTED = frozenset(
    {
        "racial_disparity", "racial_disparity_sensitivity", "racial_disparity_aggregate", "frequent_utilizer_equity", "race_kappa",
        "policy_change", "follow_up_curve", "target_status", "six_questions", *LINK_TABLES,
    }
)  # fmt: skip
"""Tables whose intervals, tests and bounds are computed, so that no one text fills them."""


MADE_OF = {"person_timeline": ("step",)}
"""Questions whose answers, kept whatever the moment, a table shows column by column."""


def tables(county: County) -> tuple[Table, ...]:
    """Every table of the stage; screens and delivered totals are read where some source delivers them."""
    held = delivered(county.sources)
    return tuple(
        Table(
            KEYS[name],
            DESCRIPTIONS[name],
            county.agencies.integrator,
            (*READS[name], *linked(*sorted(set(WHERE_DELIVERED.get(name, ())) & held))),
            () if name in COMPUTED else (name, *MADE_OF.get(name, ())),
        )
        for name in (*MEASURED_TABLES, *LINK_TABLES)
    )


def measure_everything(con: Connection, terms: County, as_of: datetime) -> None:
    """Every measure over the integrator's scope, which is open, and then what they owe to uncertain links."""
    measure(
        con,
        target_schema="measured",
        definitions=terms.definitions,
        benchmarks=terms.population,
        as_of=as_of,
        services=terms.services,
    )
    measure_links(
        con,
        target_schema="measured",
        definitions=terms.definitions,
        benchmarks=terms.population,
        as_of=as_of,
        thresholds=terms.linkage.thresholds,
    )


def build(county: County) -> list[dg.AssetsDefinition]:
    """The stage's assets for one county."""
    listed = tables(county)

    @dg.multi_asset(
        name="measured_by_integrator",
        specs=[spec(table) for table in listed],
        check_specs=checks.timeline_specs(TIMELINE),
        partitions_def=nights(county),
        pool=POOL,
    )
    def measures(context: dg.AssetExecutionContext, integrator: dg.ResourceParam[Integrator]) -> Iterator[dg.MaterializeResult[None]]:
        """Every measure over the integrator's scope."""
        terms = integrator.terms.county
        as_of = datetime.combine(night_of(context), datetime.min.time())
        with integrator.step("measured") as con:
            open_scope(con, whole_of(con, "linked"))
            try:
                measure_everything(con, terms, as_of)
            finally:
                close_scope(con)
            results = [
                materialized(
                    con,
                    table,
                    checks=checks.timeline_results(con, TIMELINE, as_of) if table.key == TIMELINE else (),
                    data_version=logical_hash(con, table.key.qualified),
                    renamed=RENAMED,
                )
                for table in listed
            ]
        yield from results

    return [measures]
