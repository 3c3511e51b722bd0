"""Column lineage from a published column back to what the vendor delivered, read from the texts that made it.

Belongs here: walking from a column to its origins across stages: product questions, measures, content, mappings. Does not belong here:
reading one SELECT (assets/lineage), deciding what may be shown. A column whose origins no text names ends there: a guess would be worse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assets.catalogue import Table, TableKey
from assets.lineage import Origin, column_lineage, tables_read
from contracts.county import County
from contracts.products import CONSENT_SCOPE_ID, Product, ProductTable
from resources.sql import Connection, load_sql, rows

QUESTIONS: Final = "assets.published.questions"
_DESCRIBED: Final = (
    "select table_schema || '.' || table_name, column_name, data_type from information_schema.columns "
    "where table_catalog = current_database() order by table_schema, table_name, ordinal_position"
)


class NoSuchColumn(LookupError):
    """A table or column that nothing made; the message lists what is near."""


@dataclass(frozen=True)
class Branch:
    """One column and what it is drawn from. ``note`` says why it ends where it ends."""

    table: str
    column: str
    description: str
    labels: tuple[str, ...]
    upstream: tuple[Branch, ...] = ()
    note: str = ""


@dataclass
class Walker:
    """Knows every table of the county's warehouse and the text that fills it."""

    county: County
    described: Mapping[str, Mapping[str, str]]
    tables: Mapping[str, Table]
    mapped: Mapping[str, Mapping[str, tuple[Origin, ...]]]

    def upstream_of(self, table: str, column: str, seen: frozenset[tuple[str, str]] = frozenset()) -> Branch:
        """The branch that begins with one column of one warehouse table."""
        description, labels = _meaning(table, column)
        if (table, column) in seen:
            return Branch(table, column, description, labels, note="seen above")
        if table not in self.tables and table not in self.described:
            return Branch(table, column, description, labels, note="delivered by the agency" if table.startswith("acquired.") else "")
        origins = self._origins(table).get(column, ())
        if not origins:
            note = "delivered by the agency" if table.startswith("acquired.") else self._made(table)
            return Branch(table, column, description, labels, note=note)
        below = tuple(self.upstream_of(origin.table, origin.column, seen | {(table, column)}) for origin in origins)
        return Branch(table, column, description, labels, below)

    def _made(self, table: str) -> str:
        """What to say of a column that is drawn from no other: it is counted, judged or minted over the tables its text reads."""
        found = self.tables.get(table)
        reads = ", ".join(sorted(key.qualified for key in found.reads)) if found else ""
        return f"worked out over {reads}" if reads else "made here"

    def _origins(self, table: str) -> Mapping[str, tuple[Origin, ...]]:
        stage, _, name = table.partition(".")
        if table in self.mapped:
            return self.mapped[table]
        if stage == "linked" and f"checked.{name}" in self.described:
            # Content is carried over under its person's key, column by column.
            return {column: (Origin(f"checked.{name}", column),) for column in self.described[f"checked.{name}"]}
        found = self.tables.get(table)
        if found is None:
            return {}
        return self._read(found.key, found.queries)

    def _read(self, key: TableKey, queries: Sequence[str]) -> dict[str, tuple[Origin, ...]]:
        merged: dict[str, set[Origin]] = {}
        for query in queries:
            for column, origins in self.of_sql(load_sql(f"assets.{key.stage.value}", query)).items():
                merged.setdefault(column, set()).update(origins)
        return {column: tuple(sorted(origins)) for column, origins in merged.items()}

    def of_sql(self, sql: str) -> dict[str, tuple[Origin, ...]]:
        """Origins of each column of one SELECT, in tables of the warehouse's stages."""
        real = {name: _staged(name) for name in tables_read(sql)}
        columns = {name: _as_handed(place, self.described[place]) for name, place in real.items() if place in self.described}
        return {
            column: tuple(sorted({Origin(real[origin.table], origin.column) for origin in origins if origin.table in real}))
            for column, origins in column_lineage(sql, columns).items()
        }


def _staged(name: str) -> str:
    # The measures call whatever they are put to ``scope``; for the integrator that is the linked stage.
    return f"linked.{name.removeprefix('scope.')}" if name.startswith("scope.") else name


def _as_handed(place: str, columns: Mapping[str, str]) -> Mapping[str, str]:
    """Columns of a table as questions find it: rows handed over to a product also say on which scope of consent."""
    return {**columns, CONSENT_SCOPE_ID: "VARCHAR"} if place.startswith("linked.") else columns


def walker(con: Connection, county: County) -> Walker:
    """A walker over the warehouse as it is.

    Args:
        con: the warehouse, read-only will do.
        county: the terms it was made under.
    """
    from assets.acquired import assets as acquired
    from assets.checked import assets as checked
    from assets.consented import assets as consented
    from assets.linked import assets as linked
    from assets.measured import assets as measured

    described: dict[str, dict[str, str]] = {}
    for table, column, kind in rows(con, _DESCRIBED):
        described.setdefault(str(table), {})[str(column)] = str(kind)
    listed = [table for stage in (acquired, checked, consented, linked, measured) for table in stage.tables(county)]
    sources = tuple(county.sources.values())
    record_types = sorted({feed.record_type for source in sources for _, feed in source.feeds_in_order})
    mapped = {f"checked.{name}": checked.mapping_lineage(sources, name) for name in record_types}
    return Walker(county, described, {table.key.qualified: table for table in listed}, mapped)


def product_column(county: County, text: str) -> tuple[Product, ProductTable, str] | None:
    """What ``county/measures.frequent_utilizers.people`` names; None if it names no product.

    Raises:
        NoSuchColumn: if the product, its table or the column is not in the county's text.
    """
    place, _, column = text.rpartition(".")
    path, _, name = place.rpartition(".")
    if "/" not in path:
        return None
    recipient, _, product_name = path.partition("/")
    try:
        product = county.product(recipient, product_name)
    except KeyError as error:
        raise NoSuchColumn(str(error.args[0])) from None
    table = next((item for item in product.tables if item.name == name), None)
    if table is None:
        raise NoSuchColumn(f"[{path}] has no table [{name}]; there are {', '.join(item.name for item in product.tables)}")
    if column not in {item.name for item in table.columns}:
        raise NoSuchColumn(f"[{name}] has no column [{column}]; there are {', '.join(item.name for item in table.columns)}")
    return product, table, column


def published_branch(found: Walker, product: Product, table: ProductTable, column: str) -> Branch:
    """The branch that begins with one column of a product."""
    text = next(item for item in table.columns if item.name == column)
    origins = found.of_sql(load_sql(QUESTIONS, table.question)).get(column, ())
    below = tuple(found.upstream_of(origin.table, origin.column) for origin in origins)
    labels = sorted({label for item in below for label in _all_labels(item)})
    note = "" if below else "worked out for the product from: " + ", ".join(text.elements or sorted(table.elements))
    return Branch(f"{product.path}.{table.name}", column, text.description, tuple(labels), below, note)


def table_branch(found: Walker, text: str) -> Branch:
    """The branch that begins with one column of a warehouse table.

    Raises:
        NoSuchColumn: if the warehouse has no such table or column.
    """
    table, _, column = text.rpartition(".")
    if table not in found.described:
        stage = table.partition(".")[0]
        stages = sorted({name.partition(".")[0] for name in found.described})
        near = [name for name in found.described if name.startswith(f"{stage}.")] or stages
        raise NoSuchColumn(f"there is no table [{table}]; write a product as RECIPIENT/PRODUCT.TABLE.COLUMN, or one of {', '.join(near)}")
    if column not in found.described[table]:
        raise NoSuchColumn(f"[{table}] has no column [{column}]; there are {', '.join(found.described[table])}")
    return found.upstream_of(table, column)


def _meaning(table: str, column: str) -> tuple[str, tuple[str, ...]]:
    from assets.dictionary import meaning_of
    from contracts.records import RECORD_TYPES

    name = table.partition(".")[2]
    if table.startswith("acquired."):
        return "a column of the vendor's own delivery", ()
    found = meaning_of(column, name if name in RECORD_TYPES else None, table=table)
    return found.description, tuple(sorted(label.value for label in found.labels))


def _all_labels(branch: Branch) -> Iterable[str]:
    yield from branch.labels
    for below in branch.upstream:
        yield from _all_labels(below)
