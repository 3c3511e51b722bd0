"""The checked stage as Dagster sees it: one step a source, one asset a record type; identities apart from content.

Belongs here: keys, descriptions, lineage from the county's mapping, and calling the functions beside this file. Does not belong here:
any rule a row must satisfy.
"""

from collections.abc import Iterator, Mapping
from datetime import date

import dagster as dg

from assets.acquired.assets import feed_key
from assets.assets import POOL, Declared, materialized, night_of, nights, spec, table_asset
from assets.catalogue import Table, TableKey, checked
from assets.checked import checks
from assets.checked.check import check_source, derive_identity, derive_race, derive_subject
from assets.checked.quality import assets as quality
from assets.checked.quality.catalogue import quality_tables
from assets.lineage import Origin, union_of
from assets.source_groups import SourceGroup, source_groups
from contracts.county import County
from contracts.records import RECORD_TYPES
from contracts.sources import Source
from resources.integrator import Integrator
from resources.sql import Connection, rows

IDENTITY, SUBJECT, RACE, SEX, KEY_REUSE, SOURCE_RECORD, DISPOSITION = checked(
    "identity", "subject", "race_assertion", "sex_assertion", "key_reuse", "source_record", "disposition"
)
ROW_CONSERVATION, SCHEMA_DRIFT = checked("row_conservation", "schema_drift")


def record_key(record_type: str) -> TableKey:
    """The asset of one record type."""
    return checked(record_type)[0]


def record_tables(county: County, group: SourceGroup) -> tuple[Table, ...]:
    """Canonical records of the types that a group of sources delivers."""
    return tuple(
        Table(
            record_key(record_type),
            f"{_summary(record_type)} Content only: what happened, never who. Every version with the nights in which it was known.",
            group.sources[0].agency if len(group.sources) == 1 else county.agencies.integrator,
            (
                *(
                    feed_key(source, name)
                    for source in group.sources
                    for name, feed in source.feeds_in_order
                    if feed.record_type == record_type
                ),
                *(record_key(reference) for reference in _references(county, group, record_type)),
            ),
        )
        for record_type in group.record_types
    )


def _summary(record_type: str) -> str:
    documentation = RECORD_TYPES[record_type].model.__doc__ or record_type
    return documentation.strip().splitlines()[0]


def _references(county: County, group: SourceGroup, record_type: str) -> tuple[str, ...]:
    delivered = {name for other in source_groups(county.sources) for name in other.record_types}
    named = {
        reference
        for source in group.sources
        for feed in source.feeds.values()
        if feed.record_type == record_type
        for reference in feed.references
    }
    return tuple(sorted((named & delivered) - set(group.record_types)))


def derived_tables(county: County) -> tuple[Table, ...]:
    """Who the records are about, apart from what they say."""
    steward = county.agencies.integrator
    records = tuple(record_key(name) for group in source_groups(county.sources) for name in group.record_types)
    about_people = tuple(key for key in records if RECORD_TYPES[key.name].identity_fields)
    with_race = tuple(key for key in records if RECORD_TYPES[key.name].race_fields)
    return (
        Table(
            IDENTITY,
            "Every distinct statement of who a subject is: names, birth date, address. Apart from content; no race.",
            steward,
            about_people,
            ("identity",),
        ),
        Table(
            SUBJECT,
            "Every subject: one person id of one system, or one record where the system has none, with its role.",
            steward,
            about_people,
            ("subject",),
        ),
        Table(
            RACE,
            "Race and ethnicity as each source asserts it, with its category system and method; measured, never linkage evidence.",
            steward,
            with_race,
            ("race_assertion",),
        ),
        Table(
            SEX,
            "Sex or gender as each source codes it, what the source asked and who answered; stays with the integrator.",
            steward,
            about_people,
            ("sex_assertion",),
        ),
        Table(
            SOURCE_RECORD,
            "The sources' own keys of their records, for giving an agency its own rows back.",
            steward,
            records,
        ),
        Table(
            KEY_REUSE,
            "Person ids that a vendor gave to two people, or changed: for review, never merged in silence.",
            steward,
            about_people,
            ("key_reuse",),
        ),
    )


def disposition_table(county: County) -> Table:
    """Where every row of every delivery went."""
    return Table(
        DISPOSITION,
        "Rows read by source, feed and night, and where they went: admitted, unchanged, duplicate, superseded, refused. The five sum.",
        county.agencies.integrator,
        tuple(record_key(name) for group in source_groups(county.sources) for name in group.record_types),
    )


def change_tables(county: County) -> tuple[Table, Table]:
    """The night's account of rows and records, and of columns that changed."""
    reads = tuple(record_key(name) for group in source_groups(county.sources) for name in group.record_types)
    return (
        Table(
            ROW_CONSERVATION,
            "One row per source, record type and night: rows read and where they went, records known before, begun, ended, known after.",
            county.agencies.integrator,
            reads,
        ),
        Table(
            SCHEMA_DRIFT,
            "Columns of a delivery that were new, missing or renamed, by position and hash, and whether that blocked it.",
            county.agencies.integrator,
            reads,
        ),
    )


def tables(county: County) -> tuple[Table, ...]:
    """Every table of the stage."""
    records = tuple(table for group in source_groups(county.sources) for table in record_tables(county, group))
    return (
        *records,
        *derived_tables(county),
        disposition_table(county),
        *change_tables(county),
        *quality_tables(county, record_keys(county)),
    )


def record_keys(county: County) -> tuple[TableKey, ...]:
    """Assets of the canonical records that the county's sources deliver."""
    return tuple(record_key(name) for group in source_groups(county.sources) for name in group.record_types)


def mapping_lineage(sources: tuple[Source, ...], record_type: str) -> Declared:
    """Which vendor column fills each canonical field, as the county's text says."""
    parts: list[Mapping[str, tuple[Origin, ...]]] = []
    for source in sources:
        for name, feed in source.feeds_in_order:
            if feed.record_type != record_type:
                continue
            table = feed_key(source, name).qualified
            fields: dict[str, tuple[Origin, ...]] = {"record_id": tuple(Origin(table, column) for column in feed.key)}
            for vendor_column, into in feed.columns.items():
                for column in into:
                    fields[column.to] = (*fields.get(column.to, ()), Origin(table, vendor_column))
            parts.append(fields)
    return union_of(parts)


def build(county: County) -> list[dg.AssetsDefinition]:
    """The stage's assets for one county."""
    return [
        *(_records(county, group) for group in source_groups(county.sources)),
        _derived(county),
        table_asset(county, disposition_table(county), _disposed),
        *(table_asset(county, table, figures) for table, figures in zip(change_tables(county), (_conserved, _drifted), strict=True)),
        *quality.build(county, record_keys(county)),
    ]


def _records(county: County, group: SourceGroup) -> dg.AssetsDefinition:
    listed = record_tables(county, group)

    @dg.multi_asset(
        name=f"checked_{group.name}",
        specs=[spec(table) for table in listed],
        check_specs=[item for table in listed for item in checks.record_specs(table)],
        partitions_def=nights(county),
        pool=POOL,
    )
    def admit(context: dg.AssetExecutionContext, integrator: dg.ResourceParam[Integrator]) -> Iterator[dg.MaterializeResult[None]]:
        """Map, validate and admit the rows of tonight's deliveries."""
        with integrator.step(f"checked.{group.name}") as con:
            found = [
                check_source(source, county=integrator.terms.county, night=night_of(context), home=integrator.home, con=con)
                for source in group.sources
            ]
            results = [
                materialized(
                    con,
                    table,
                    checks.figures_of(found, table.key.name),
                    checks=checks.record_results(con, table, found),
                    declared=mapping_lineage(group.sources, table.key.name),
                )
                for table in listed
            ]
        yield from results

    return admit


def _derived(county: County) -> dg.AssetsDefinition:
    listed = derived_tables(county)

    @dg.multi_asset(name="checked_people", specs=[spec(table) for table in listed], partitions_def=nights(county), pool=POOL)
    def people(context: dg.AssetExecutionContext, integrator: dg.ResourceParam[Integrator]) -> Iterator[dg.MaterializeResult[None]]:
        """Identities, subjects and asserted race of everything known tonight."""
        night = night_of(context)
        with integrator.step("checked.people") as con:
            derive_identity(con, night)
            derive_subject(con, night)
            derive_race(con, night)
            results = [materialized(con, table) for table in listed]
        yield from results

    return people


def _conserved(con: Connection, county: County, night: date) -> dict[str, int]:
    sql = "select count(*), count(*) filter (not is_conserved), sum(known_after) from checked.row_conservation where night = $night"
    accounts, broken, known = rows(con, sql, {"night": night})[0]
    return {"accounts": int(accounts), "accounts_that_do_not_sum": int(broken), "records_known": int(known or 0)}


def _drifted(con: Connection, county: County, night: date) -> dict[str, int]:
    found = rows(con, "select drift, count(*) from checked.schema_drift where night = $night group by all order by all", {"night": night})
    return {f"columns.{drift}": int(number) for drift, number in found}


def _disposed(con: Connection, county: County, night: date) -> dict[str, int]:
    names = ("rows_read", "admitted", "unchanged", "duplicate", "superseded", "refused")
    totals = rows(
        con,
        "select sum(rows_read), sum(admitted), sum(unchanged), sum(duplicate), sum(superseded), sum(refused)"
        " from checked.disposition where night = $night",
        {"night": night},
    )[0]
    return {name: int(total or 0) for name, total in zip(names, totals, strict=True)}
