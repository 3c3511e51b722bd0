"""The page of tables, stage by stage.

Belongs here: joining the stages' own lists of tables with the columns they have. Does not belong here: the lists (assets), any column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from assets.catalogue import Table
from assets.dictionary import UNDESCRIBED, meaning_of
from assets.meaning import Meaning
from assets.published.product_views import views_of
from contracts.county import County
from contracts.products import Product, ProductTable, Role
from contracts.records import RECORD_TYPES
from contracts.sources import Feed
from contracts.stages import STAGES, Stage
from pipelines.reference.empty_night import Columns
from pipelines.reference.markdown import code, codes, page, table

_INTRODUCTION = (
    "The six stages are the DuckDB schemas of `warehouse.duckdb`; only the integrator opens that file. Kinds and labels are explained in "
    "[records.md](records.md)."
)
_STAGE = {
    Stage.ACQUIRED: "Deliveries as they came: immutable, addressed by their hash, every value still text. They lie as files under "
    "`landing/`; only `acquired.delivery` is a table of the warehouse. A column that no field takes is *unused*.",
    Stage.CHECKED: "Canonical records that satisfy their contract: content apart from identities. Each record type also has a table "
    "`checked.<record type>_versions` with every version ever known; the table named here shows what is known tonight.",
    Stage.CONSENTED: "Facts that bear on linking and disclosing, by subject. No verdict about disclosure.",
    Stage.LINKED: "Person keys, and permitted content joined to them.",
    Stage.MEASURED: "The integrator's own measures. No recipient sees these tables: a product's measures are computed again on its own "
    "permitted contacts.",
    Stage.PUBLISHED: "One freshly built DuckDB file per product, under `published/<recipient>/<product>/`. Every aggregate table also has "
    "a column `withheld`; every file has `_about`, `_columns` and `_notice`.",
}


def tables_page(county: County, catalogue: Mapping[Stage, Iterable[Table]], columns: Columns) -> str:
    """``tables.md``.

    Args:
        county: whose sources and products are shown.
        catalogue: every asset of every stage, as the stages list them.
        columns: columns of the warehouse's tables.
    """
    return page(
        "Tables",
        source="the assets, the dictionary in assets/dictionary*.py and contracts/demo_county/",
        parts=[
            f"Every asset of every stage, for {county.text.name}. {_INTRODUCTION}",
            *(part for stage in STAGES for part in _stage(county, stage, tuple(catalogue[stage]), columns)),
        ],
    )


def undescribed(catalogue: Mapping[Stage, Iterable[Table]], columns: Columns) -> list[str]:
    """``schema.table.column`` of every column of a warehouse table that nothing describes."""
    return [
        f"{listed.key.qualified}.{column}"
        for stage in STAGES
        for listed in catalogue[stage]
        for column in columns.get(listed.key.qualified, {})
        if _meaning(listed, column) == UNDESCRIBED
    ]


def _meaning(listed: Table, column: str) -> Meaning:
    name = listed.key.name
    return meaning_of(column, name if name in RECORD_TYPES else None, table=listed.key.qualified)


def _stage(county: County, stage: Stage, listed: tuple[Table, ...], columns: Columns) -> Iterator[str]:
    yield f"## {stage.value}"
    yield _STAGE[stage]
    feeds = {f"{source.name}_{name}": feed for source in county.sources.values() for name, feed in source.feeds.items()}
    products = {f"{product.recipient}_{product.name}": product for product in county.products}
    for asset in listed:
        yield f"### {asset.key.qualified}"
        yield asset.description
        if stage is Stage.ACQUIRED and asset.key.name in feeds:
            yield _feed(feeds[asset.key.name])
        elif stage is Stage.PUBLISHED and asset.key.name in products:
            yield from _product(products[asset.key.name])
        elif asset.key.qualified in columns:
            yield _columns(asset, columns[asset.key.qualified])
        read = sorted({other.qualified for other in asset.reads})
        if read:
            yield f"Reads {codes(read)}."


def _columns(asset: Table, typed: Mapping[str, str]) -> str:
    return table(
        ("column", "type", "kind", "labels", "meaning"),
        (
            (code(name), kind, known.kind.value, ", ".join(label.value for label in known.labels), known.description)
            for name, kind in typed.items()
            for known in [_meaning(asset, name)]
        ),
    )


def _feed(feed: Feed) -> str:
    return table(
        ("vendor column", "fills"),
        (
            (code(name), codes(column.to for column in feed.columns[name]) if name in feed.columns else _other(feed, name))
            for name in feed.vendor_columns
        ),
    )


def _other(feed: Feed, name: str) -> str:
    return "`source_record_id`" if name in feed.key else "unused"


def _product(product: Product) -> Iterator[str]:
    for shown in product.tables:
        yield f"#### {product.path}: {shown.name}"
        yield f"{shown.description} Grain: {shown.grain.value}."
        yield _published(shown)
    if views := views_of(product):
        yield f"#### {product.path}: views"
        yield "Documented readings of its own tables; a view holds no figure of its own. The file says the same in `_views`."
        yield table(
            ("view", "question it answers", "beware", "reads"),
            ((code(view.name), view.question, " ".join(view.caveats), codes(view.reads)) for view in views),
        )


def _published(shown: ProductTable) -> str:
    return table(
        ("column", "role", "derived from", "meaning"),
        (
            (code(column.name), _role(column.role), codes(column.elements), column.description)
            for column in shown.columns
            if column.role is not Role.HIDDEN
        ),
    )


def _role(role: Role) -> str:
    return "" if role is Role.PLAIN else role.value
