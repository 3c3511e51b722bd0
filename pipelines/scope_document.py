"""The scope document as an asset and as a file: gathered from the warehouse, with lineage walked across stages.

Belongs here: putting facts and lineage together for one night, the asset that writes the page. Does not belong here: facts or HTML
(assets/published), walking (column_lineage).
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg

from assets.assets import POOL, asset_key, night_of, nights, reported, spec
from assets.catalogue import Table, published
from assets.published.assets import product_key
from assets.published.scope_document import Lineage, render, write
from assets.published.scope_facts import scope_facts
from contracts.county import County
from pipelines.column_lineage import Branch, published_branch, walker
from pipelines.past import terms_on
from pipelines.place import Place
from resources.home import Home
from resources.integrator import Integrator, code_sha256
from resources.sql import Connection, rows

DOCUMENT = published("scope_document")[0]


def table(county: County) -> Table:
    """The document among the tables of the published stage."""
    return Table(
        DOCUMENT,
        "The scope of sharing as one page to sign and archive: clauses with their words, column lineage, expiries, coverage, ledger head.",
        county.agencies.integrator,
        (),
    )


def page_of(home: Home, night: date) -> Path:
    """Where the page of a night lies."""
    return home.governance / f"scope-{night.isoformat()}.html"


def page(con: Connection, *, place: Place, county: County, night: date, run_id: str) -> str:
    """The page of one night as HTML, from the warehouse as it stands."""
    nights = "select distinct night from registers.main.night_item where kind = 'delivery' and night < $night"
    before = [found for (found,) in rows(con, nights, {"night": night})]
    last = max(before, default=None)
    previous = (last, terms_on(place, county, last)[0]) if last is not None else None
    facts = scope_facts(con, county=county, previous=previous, home=place.home, night=night, run_id=run_id, code=code_sha256())
    return render(facts, lineages(con, county))


def lineages(con: Connection, county: County) -> list[Lineage]:
    """Lineage of every published column."""
    found = walker(con, county)
    return [
        _flat(product.path, item.name, published_branch(found, product, item, column.name))
        for product in sorted(county.products, key=lambda one: one.path)
        for item in product.tables
        for column in item.columns
    ]


def _flat(path: str, name: str, branch: Branch) -> Lineage:
    lines = tuple(line for below in branch.upstream for line in _lines(below, 0)) or ((0, "", branch.note, (), ""),)
    return Lineage(path, name, branch.column, branch.labels, lines)


def _lines(branch: Branch, depth: int) -> Iterator[tuple[int, str, str, tuple[str, ...], str]]:
    yield depth, branch.table, branch.column, branch.labels, branch.note
    for below in branch.upstream:
        yield from _lines(below, depth + 1)


def build(county: County, place: Place) -> list[dg.AssetsDefinition]:
    """The asset, after every product of the night."""
    products = [asset_key(product_key(product)) for product in sorted(county.products, key=lambda item: item.path)]

    @dg.multi_asset(
        name="published_scope_document",
        specs=[spec(table(county)).replace_attributes(deps=products)],
        partitions_def=nights(county),
        pool=POOL,
    )
    def scope_document(context: dg.AssetExecutionContext, integrator: dg.ResourceParam[Integrator]) -> Iterator[dg.MaterializeResult[None]]:
        night = night_of(context)
        with integrator.step(DOCUMENT.qualified) as con:
            terms = integrator.terms.county
            text = page(con, place=place, county=terms, night=night, run_id=integrator.run_id)
            written = write(page_of(integrator.home, night), text)
        yield reported(table(county), {"bytes": len(text)}, link=written)

    return [scope_document]
