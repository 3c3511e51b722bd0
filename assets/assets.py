"""What the assets of every stage share: a table of the catalogue as a Dagster asset, and the figures of one materialisation.

Belongs here: the one translation from the catalogue and from plain figures to Dagster's types. Does not belong here: any table, any SQL,
any figure of a particular stage.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
from dagster import MetadataValue

from assets.catalogue import Table, TableKey
from assets.dictionary import meaning_of
from assets.figures import Digest, Figure, figures
from assets.lineage import Origin, column_lineage, tables_read, union_of
from assets.meaning import Meaning
from contracts.county import County
from contracts.records import RECORD_TYPES
from contracts.stages import STAGES, Stage
from resources.integrator import Integrator
from resources.sql import Connection, count, load_sql, rows

Declared = Mapping[str, tuple[Origin, ...]]
"""Column lineage: output column to the columns it is drawn from."""

POOL = "warehouse"
"""Every step writes to the one warehouse; the pool has one slot."""


def asset_key(key: TableKey) -> dg.AssetKey:
    """The asset key of a table."""
    return dg.AssetKey(key.path)


def nights(county: County) -> dg.DailyPartitionsDefinition:
    """One partition a night, from the county's first night, in the county's own time."""
    return dg.DailyPartitionsDefinition(
        start_date=datetime.combine(county.text.first_night, datetime.min.time(), tzinfo=ZoneInfo(county.text.timezone)),
        timezone=county.text.timezone,
        end_offset=1,  # the night that began today is runnable today
    )


def night_of(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> date:
    """The night a step works for."""
    return date.fromisoformat(context.partition_key)


def spec(table: Table, columns: Mapping[str, tuple[str, Meaning]] | None = None) -> dg.AssetSpec:
    """A catalogued table as Dagster knows it before any run; ``columns`` (name to type and meaning) where they are known by then."""
    return dg.AssetSpec(
        key=asset_key(table.key),
        deps=[asset_key(read) for read in table.reads],
        group_name=table.key.stage.value,
        description=table.description,
        kinds={"duckdb"},
        owners=[f"team:{table.steward}"],
        metadata={"dagster/column_schema": _schema(columns)} if columns else None,
    )


Fill = Callable[[Connection, County, date], object]
"""Fills one table for one night; what it returns is reported if it is a mapping of figures."""


def table_asset(county: County, table: Table, fill: Fill) -> dg.AssetsDefinition:
    """A table that one function fills."""

    @dg.multi_asset(name=f"{table.key.stage.value}_{table.key.name}", specs=[spec(table)], partitions_def=nights(county), pool=POOL)
    def step(context: dg.AssetExecutionContext, integrator: dg.ResourceParam[Integrator]) -> Iterator[dg.MaterializeResult[None]]:
        with integrator.step(table.key.qualified) as con:
            known = fill(con, integrator.terms.county, night_of(context))
            result = materialized(con, table, known if isinstance(known, Mapping) else None)
        yield result

    return step


def materialized(
    con: Connection,
    table: Table,
    known: Mapping[str, object] | None = None,
    *,
    checks: Sequence[dg.AssetCheckResult] = (),
    data_version: str | None = None,
    declared: Declared | None = None,
    renamed: Mapping[str, TableKey] | None = None,
) -> dg.MaterializeResult[None]:
    """Report a table that now lies in the warehouse: row count, column schema, lineage and the given figures; never a row.

    Args:
        con: the warehouse.
        table: what was filled.
        known: further figures.
        checks: results of checks that the same step made.
        data_version: logical hash of the content, where the stage computes one.
        declared: column lineage that no SQL text shows, such as the county's own mapping.
        renamed: tables that the SQL text knows under another name.
    """
    metadata: dict[str, MetadataValue | dg.TableColumnLineage] = dict(metadata_of(known or {}))
    described = describe(con, table.key.qualified)
    metadata["dagster/row_count"] = MetadataValue.int(count(con, table.key.qualified))
    metadata["dagster/column_schema"] = MetadataValue.table_schema(
        _schema(
            {name: (kind, meaning_of(name, _record_type(table.key.name), table=table.key.qualified)) for name, kind in described.items()}
        )
    )
    lineage = union_of([declared or {}, lineage_of(con, table, renamed or {})])
    lineage = {column: origins for column, origins in lineage.items() if column in described and origins}
    if lineage:
        metadata["dagster/column_lineage"] = MetadataValue.column_lineage(_lineage(lineage))
    return dg.MaterializeResult(
        asset_key=asset_key(table.key),
        metadata=metadata,
        check_results=list(checks),
        data_version=dg.DataVersion(data_version) if data_version else None,
    )


def reported(
    table: Table, known: Mapping[str, object], *, checks: Sequence[dg.AssetCheckResult] = (), link: Path | None = None
) -> dg.MaterializeResult[None]:
    """Report an asset that is not a warehouse table: figures only, and where a page of this repository's own making lies."""
    metadata = metadata_of(known)
    if link is not None:
        metadata["page"] = MetadataValue.url(link.resolve().as_uri())
    return dg.MaterializeResult(asset_key=asset_key(table.key), metadata=metadata, check_results=list(checks))


def metadata_of(known: Mapping[str, object]) -> dict[str, MetadataValue]:
    """Figures as Dagster metadata; the only way for a figure of a run into the control plane."""
    return {name: _metadata_value(value) for name, value in figures(known).items()}


def _metadata_value(value: Figure) -> MetadataValue:
    if isinstance(value, bool):
        return MetadataValue.bool(value)
    if isinstance(value, int):
        return MetadataValue.int(value)
    return MetadataValue.text(str(value) if isinstance(value, Digest) else value.value)


def describe(con: Connection, qualified: str) -> dict[str, str]:
    """Columns and types of a table or view of the warehouse; empty if it is not there."""
    schema, _, name = qualified.rpartition(".")
    found = rows(
        con,
        "select column_name, data_type from information_schema.columns"
        " where table_schema = $schema and table_name = $table and table_catalog = current_database() order by ordinal_position",
        {"schema": schema, "table": name},
    )
    return {str(column): str(kind) for column, kind in found}


def lineage_of(con: Connection, table: Table, renamed: Mapping[str, TableKey]) -> dict[str, tuple[Origin, ...]]:
    """Column lineage read from the SQL text that fills a table; only tables of a stage are named as origins."""
    parts = []
    for query in table.queries:
        sql = load_sql(f"assets.{table.key.stage.value}", query)
        real = {name: renamed[name].qualified if name in renamed else name for name in tables_read(sql)}
        columns = {name: described for name, qualified in real.items() if (described := describe(con, qualified))}
        found = column_lineage(sql, columns)
        parts.append(
            {name: tuple(Origin(real.get(origin.table, ""), origin.column) for origin in origins) for name, origins in found.items()}
        )
    stages = {stage.value for stage in STAGES}
    return {
        name: tuple(origin for origin in origins if origin.table.partition(".")[0] in stages) for name, origins in union_of(parts).items()
    }


def declared_lineage(con: Connection, sql: str) -> dict[str, tuple[Origin, ...]]:
    """Column lineage of a table that a SELECT fills which lies in no file, because the registry writes it."""
    return column_lineage(sql, {name: described for name in tables_read(sql) if (described := describe(con, name))})


def _record_type(name: str) -> str | None:
    return name if name in RECORD_TYPES else None


def _schema(columns: Mapping[str, tuple[str, Meaning]]) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(name=name, type=kind, description=meaning.description, tags=meaning.tags)
            for name, (kind, meaning) in columns.items()
        ]
    )


def _lineage(lineage: Mapping[str, tuple[Origin, ...]]) -> dg.TableColumnLineage:
    return dg.TableColumnLineage(
        deps_by_column={
            name: [
                dg.TableColumnDep(asset_key=dg.AssetKey([Stage(schema).value, table]), column_name=origin.column)
                for origin in origins
                for schema, _, table in [origin.table.partition(".")]
            ]
            for name, origins in lineage.items()
        }
    )
