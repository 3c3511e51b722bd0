"""The measured stage as Dagster sees it: the integrator's own measures, over everything that may be linked.

Belongs here: keys, descriptions, what reads what, and calling the measures beside this file. Does not belong here: any definition.
A recipient never sees these tables: its measures are computed again on its own permitted contacts (assets/published).
"""

from collections.abc import Iterator
from datetime import datetime

import dagster as dg

from assets.assets import POOL, materialized, night_of, nights, spec
from assets.catalogue import Table, TableKey, linked, measured
from assets.measured import checks
from assets.measured.measure import MEASURED_TABLES, measure
from assets.measured.scope import SCOPE_TABLES, close_scope, open_scope, whole_of
from contracts.county import County
from resources.integrator import Integrator
from resources.warehouse import logical_hash

TIMELINE, RACE, FREQUENT, SUMMARY, DISPARITY, STEPPING_UP, RECONCILIATION, FLOW = measured(*MEASURED_TABLES)
SCOPE = tuple(SCOPE_TABLES)
"""Linked tables that are the integrator's scope."""


RENAMED = {f"scope.{name}": key for name, key in zip(SCOPE, linked(*SCOPE), strict=True)}
"""What the measures' SQL calls ``scope`` is, for the integrator, the linked stage."""


def tables(county: County) -> tuple[Table, ...]:
    """Every table of the stage."""

    def table(key: TableKey, description: str, *reads: TableKey) -> Table:
        # Intervals and bounds of disparity are computed, so no one text fills it.
        return Table(key, description, county.agencies.integrator, reads, () if key == DISPARITY else (key.name,))

    people = linked("person_attribute", "membership")
    return (
        table(TIMELINE, "Every contact of a person in order, along the Sequential Intercept Model.", *linked(*SCOPE)),
        table(
            RACE,
            "One race group per person and category system, and how it was chosen among assertions.",
            *linked("race_assertion", "contact"),
            *people,
        ),
        table(FREQUENT, "People who meet a stated definition of frequent contact, by definition.", TIMELINE, *people),
        table(SUMMARY, "How many people meet each definition, by race group, and how many could have.", FREQUENT, RACE, *people),
        table(
            DISPARITY,
            "Counts, bases, rates and rate ratios with intervals by race group and decision point, with bounds for the unlinkable.",
            TIMELINE,
            RACE,
            *people,
        ),
        table(
            STEPPING_UP,
            "The four Stepping Up measures of people with serious mental illness: bookings, stay, connection to treatment, return.",
            TIMELINE,
            RACE,
            *linked("jail_booking", "health_encounter", "health_diagnosis"),
        ),
        table(
            RECONCILIATION,
            "From rows to bookings to people to the jail's own count, with every difference explained or shown.",
            *linked("jail_booking", "jail_count", "source_total"),
        ),
        table(FLOW, "How people move from one intercept to the next.", TIMELINE),
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
                measure(
                    con,
                    target_schema="measured",
                    definitions=terms.definitions,
                    benchmarks=terms.population,
                    as_of=as_of,
                    services=terms.services,
                )
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
