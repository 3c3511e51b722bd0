"""The published stage as Dagster sees it: one asset a product, and the proof of the last denies.

Belongs here: keys, descriptions, what reads what, and calling the functions beside this file. Does not belong here: any decision.
"""

from collections.abc import Iterator

import dagster as dg

from assets.assets import POOL, night_of, nights, reported, spec
from assets.catalogue import Table, TableKey, consented, linked, measured, published
from assets.published import checks
from assets.published.denies import run_denies
from assets.published.publish import publish_product
from contracts.county import County
from contracts.products import Product
from resources.integrator import Integrator
from resources.keyring import Keyring
from resources.ledger import Ledger

FACTS = consented("clause", "consent", "custody", "deny", "erased_record")
LINKS = linked("edge", "membership", "source_total", "jail_booking", "cad_person", "co_responder_encounter", "race_assertion")
"""What decisions follow and what a product measures again: docs/decisions/0004."""
MEASURES = measured("person_timeline", "person_race", "frequent_utilizers", "racial_disparity", "stepping_up", "reconciliation")
DENIES = published("denies")[0]


def product_key(product: Product) -> TableKey:
    """The asset of a product."""
    return published(f"{product.recipient}_{product.name}")[0]


def tables(county: County) -> tuple[Table, ...]:
    """Every asset of the stage."""
    steward = county.agencies.integrator
    return (
        *(
            Table(
                product_key(product),
                f"{product.title}: one freshly built file for {product.agency} under published/{product.path}, form {product.form.value}.",
                steward,
                (*MEASURES, *LINKS, *FACTS),
            )
            for product in sorted(county.products, key=lambda item: item.path)
        ),
        Table(DENIES, "What the last denies job rebuilt or withdrew, and the byte scan that proves absence.", steward, FACTS),
    )


def build(county: County) -> list[dg.AssetsDefinition]:
    """The stage's assets for one county."""
    by_key = {table.key: table for table in tables(county)}
    products = [_product(county, product, by_key[product_key(product)]) for product in sorted(county.products, key=lambda item: item.path)]
    return [*products, _denies(county, by_key[DENIES])]


def _product(county: County, product: Product, table: Table) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=f"published_{table.key.name}",
        specs=[spec(table)],
        check_specs=checks.product_specs(table),
        partitions_def=nights(county),
        pool=POOL,
    )
    def publish(
        context: dg.AssetExecutionContext,
        integrator: dg.ResourceParam[Integrator],
        keyring: dg.ResourceParam[Keyring],
        ledger: dg.ResourceParam[Ledger],
    ) -> Iterator[dg.MaterializeResult[None]]:
        with integrator.step(table.key.qualified) as con:
            found = publish_product(
                product,
                county=integrator.terms.county,
                con=con,
                home=integrator.home,
                keyring=keyring,
                ledger=ledger,
                night=night_of(context),
                run_id=integrator.run_id,
            )
        yield reported(table, checks.figures_of(found), checks=checks.product_results(table, found))

    return publish


def _denies(county: County, table: Table) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="published_denies",
        specs=[spec(table)],
        check_specs=checks.denies_specs(table),
        partitions_def=nights(county),
        pool=POOL,
    )
    def denies(
        context: dg.AssetExecutionContext,
        integrator: dg.ResourceParam[Integrator],
        keyring: dg.ResourceParam[Keyring],
        ledger: dg.ResourceParam[Ledger],
    ) -> Iterator[dg.MaterializeResult[None]]:
        with integrator.step(table.key.qualified) as con:
            found = run_denies(
                con,
                county=integrator.terms.county,
                home=integrator.home,
                keyring=keyring,
                ledger=ledger,
                night=night_of(context),
                run_id=integrator.run_id,
            )
        for path, why in found.why.items():
            integrator.journal.failed(f"{path} is withdrawn", why)
        yield reported(
            table,
            {
                "subjects_newly_denied": found.subjects_newly_denied,
                "products_rebuilt": sum(report.verdict == "published" for report in found.products),
                "products_withdrawn": sum(report.verdict == "withdrawn" for report in found.products),
                "files_scanned": found.files_scanned,
                "identifiers_scanned": found.identifiers_scanned,
                "hits": sum(found.hits.values()),
            },
            checks=checks.denies_results(table, found),
        )

    return denies
