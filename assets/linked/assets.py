"""The linked stage as Dagster sees it: who is one person tonight, and permitted content joined to person keys.

Belongs here: keys, descriptions, what reads what, and calling the functions beside this file. Does not belong here: any evidence, weight
or threshold.
"""

from collections.abc import Iterator

import dagster as dg

from assets.assets import POOL, declared_lineage, materialized, night_of, nights, spec
from assets.catalogue import Table, TableKey, checked, consented, linked
from assets.linked import checks, night
from assets.linked.content import CONTENT, COUNTS, contact_select, shown
from assets.source_groups import delivered
from contracts.county import County
from contracts.records import RECORD_TYPES
from resources.integrator import Integrator, overridden_gates
from resources.keyring import Keyring

EDGE, MEMBERSHIP, PERSON_EVENT, REVIEW_QUEUE = linked("edge", "membership", "person_event", "review_queue")
PERSON_CHANGE, BLOCK_REPORT, SCORE_PROFILE, GATE = linked("person_change", "block_report", "score_profile", "gate")


def linking_tables(county: County) -> tuple[Table, ...]:
    """What linking one night writes."""
    steward = county.agencies.integrator
    permitted = (*consented("link_permission", "link_domain", "erased_record"), *checked("identity", "subject"))
    return (
        Table(
            EDGE,
            "Scored pairs of subjects that may be compared, with match weight, veto and model version, by night known.",
            steward,
            permitted,
        ),
        Table(
            MEMBERSHIP,
            "Person key of every subject in every link domain it may be linked in, with the confidence of its tie.",
            steward,
            (EDGE, *permitted),
        ),
        Table(PERSON_EVENT, "Persons created, extended, merged, split and retired, by night.", steward, (MEMBERSHIP,)),
        Table(
            PERSON_CHANGE,
            "Person keys that went into another, were parted or ended, by night, so that recipients can follow.",
            steward,
            (MEMBERSHIP,),
        ),
        Table(BLOCK_REPORT, "What each blocking rule gave and which blocks stood over the cap, by night.", steward, permitted),
        Table(SCORE_PROFILE, "How weights and comparison levels of scored pairs are spread by system, by night.", steward, (EDGE,)),
        Table(
            GATE,
            "What was judged before the night's persons could be used: figure, limit, verdict, override.",
            steward,
            (MEMBERSHIP, BLOCK_REPORT, SCORE_PROFILE),
        ),
        Table(
            REVIEW_QUEUE,
            "Pairs and groups that the model cannot decide and a person should.",
            steward,
            (EDGE, MEMBERSHIP),
            ("review_queue",),
        ),
    )


def content_tables(county: County) -> tuple[Table, ...]:
    """What joining content to person keys writes."""
    steward = county.agencies.integrator
    joined = (MEMBERSHIP, *consented("erased_record"))
    held = delivered(county.sources)
    content = tuple(
        Table(
            _key(name),
            f"checked.{name} of subjects with a person key, erased records left out.",
            steward,
            (*joined, *checked(*({name} & held))),
        )
        for name in shown(CONTENT, held)
    )
    counts = tuple(
        Table(_key(name), f"checked.{name}: what an agency counted itself; no person.", steward, checked(*({name} & held)))
        for name in shown(COUNTS, held)
    )
    return (
        *content,
        Table(
            _key("race_assertion"),
            "Race as every source asserts it, by person key; measured, never evidence.",
            steward,
            (*joined, *checked("race_assertion")),
            ("race_assertion",),
        ),
        Table(
            _key("contact"),
            "One row per countable contact of a person with a system, with its intercept.",
            steward,
            tuple(table.key for table in content),
        ),
        Table(
            _key("person_attribute"),
            "Sex, age tonight, residence and region by person; no birth date.",
            steward,
            (*joined, *checked("identity"), *(table.key for table in content), _key("contact")),
            ("person_attribute",),
        ),
        *counts,
        Table(
            _key("source_total"),
            "Rows, records and subjects by source, and how many of them could be linked.",
            steward,
            (MEMBERSHIP, *checked("disposition", "identity", "subject", *sorted(held & set(RECORD_TYPES)))),
            ("source_total",),
        ),
    )


def tables(county: County) -> tuple[Table, ...]:
    """Every table of the stage."""
    return (*linking_tables(county), *content_tables(county))


def _key(name: str) -> TableKey:
    return linked(name)[0]


def build(county: County) -> list[dg.AssetsDefinition]:
    """The stage's assets for one county."""
    linking, content = linking_tables(county), content_tables(county)

    @dg.multi_asset(
        name="linked_persons",
        specs=[spec(table) for table in linking],
        check_specs=checks.gate_specs(MEMBERSHIP),
        partitions_def=nights(county),
        pool=POOL,
    )
    def persons(
        context: dg.AssetExecutionContext, integrator: dg.ResourceParam[Integrator], keyring: dg.ResourceParam[Keyring]
    ) -> Iterator[dg.MaterializeResult[None]]:
        """Standardise, compare, resolve: tonight's persons."""
        with integrator.step("linked.persons") as con:
            tonight = night_of(context)
            found = night.link_night(con, county=integrator.terms.county, keyring=keyring, night=tonight)
            overridden = overridden_gates(con, tonight)
            if checks.held(found, overridden):
                night.take_back(con, tonight)
            results = [
                materialized(
                    con,
                    table,
                    found.figures() if table.key == MEMBERSHIP else None,
                    checks=checks.gates(found, overridden) if table.key == MEMBERSHIP else (),
                )
                for table in linking
            ]
        yield from results

    @dg.multi_asset(
        name="linked_content",
        specs=[spec(table) for table in content],
        check_specs=checks.conserved_specs(content, CONTENT),
        partitions_def=nights(county),
        pool=POOL,
    )
    def joined(context: dg.AssetExecutionContext, integrator: dg.ResourceParam[Integrator]) -> Iterator[dg.MaterializeResult[None]]:
        """Join permitted content to person keys."""
        with integrator.step("linked.content") as con:
            night.join_content(con, night=night_of(context), counting=integrator.terms.county.counting_rules)
            results = [
                materialized(
                    con,
                    table,
                    checks=[checks.conserved(con, table)] if table.key.name in CONTENT else (),
                    declared=declared_lineage(con, contact_select()) if table.key.name == "contact" else None,
                )
                for table in content
            ]
        yield from results

    return [persons, joined]
