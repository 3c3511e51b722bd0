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
from assets.measured.measure import measure
from assets.measured.scope import close_scope, open_scope
from contracts.county import County
from resources.integrator import Integrator
from resources.warehouse import logical_hash

TIMELINE, RACE, FREQUENT, DISPARITY, STEPPING_UP, RECONCILIATION = measured(
    "person_timeline", "person_race", "frequent_utilizers", "racial_disparity", "stepping_up", "reconciliation"
)
SCOPE = (
    "contact",
    "jail_booking",
    "jail_charge",
    "cad_person",
    "co_responder_encounter",
    "health_encounter",
    "health_diagnosis",
    "race_assertion",
    "person_attribute",
    "jail_count",
    "source_total",
    "membership",
)
"""Linked tables that are the integrator's scope."""


def tables(county: County) -> tuple[Table, ...]:
    """Every table of the stage."""
    steward = county.agencies.integrator
    return (
        Table(
            TIMELINE,
            "Every contact of a person in order, with its Sequential Intercept and the gap to the one before.",
            steward,
            linked(*SCOPE),
        ),
        Table(
            RACE,
            "One race group per person and category system, with the rule that chose it among assertions.",
            steward,
            linked("race_assertion", "membership"),
        ),
        Table(
            FREQUENT,
            "People who meet a stated definition of frequent contact, by definition.",
            steward,
            (TIMELINE, *linked("person_attribute", "membership")),
        ),
        Table(
            DISPARITY,
            "Counts, bases, rates and rate ratios with intervals by race group and decision point, with bounds for the unlinkable.",
            steward,
            (TIMELINE, RACE, *linked("person_attribute", "membership")),
        ),
        Table(
            STEPPING_UP,
            "The four Stepping Up measures of people with serious mental illness: bookings, stay, connection to treatment, return.",
            steward,
            (TIMELINE, RACE),
        ),
        Table(
            RECONCILIATION,
            "From rows to bookings to people to the jail's own count, with every difference explained or shown.",
            steward,
            linked("jail_booking", "jail_count", "source_total"),
        ),
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
    def measures(context: dg.AssetExecutionContext, integrator: dg.ResourceParam[Integrator]) -> Iterator[dg.MaterializeResult]:
        """Every measure over the integrator's scope."""
        terms = integrator.terms.county
        as_of = datetime.combine(night_of(context), datetime.min.time())
        with integrator.step("measured") as con:
            open_scope(con, {name: f"select * from linked.{name}" for name in SCOPE})
            try:
                measure(
                    con,
                    target_schema="measured",
                    definitions=terms.definitions,
                    benchmarks=terms.population,
                    as_of=as_of,
                )
            finally:
                close_scope(con)
            results = [
                materialized(
                    con,
                    table,
                    checks=checks.timeline_results(con, TIMELINE, as_of) if table.key == TIMELINE else (),
                    data_version=logical_hash(con, table.key.qualified),
                )
                for table in listed
            ]
        yield from results

    return [measures]
