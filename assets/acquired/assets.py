"""The acquired stage as Dagster sees it: one step a source, one asset a feed, and the verdicts of the night.

Belongs here: keys, descriptions, retries, and calling the functions beside this file. Does not belong here: connectors and verdicts.
A bad source never stops the night: a refused or missing delivery is a verdict, and the last accepted one stands in.
"""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from assets.acquired import checks
from assets.acquired.acquire import acquire
from assets.assets import POOL, night_of, nights, reported, spec, table_asset
from assets.catalogue import Table, TableKey, acquired
from assets.dictionary import UNDESCRIBED, meaning_of
from assets.meaning import Meaning
from contracts.county import County
from contracts.sources import Feed, Source
from resources.integrator import Integrator
from resources.sql import Connection, rows

DELIVERY = acquired("delivery")[0]
RETRIES = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""Only here: a network may recover, a rule does not."""


def feed_key(source: Source, feed: str) -> TableKey:
    """The asset of one feed."""
    return acquired(f"{source.name}_{feed}")[0]


def feed_tables(source: Source) -> tuple[Table, ...]:
    """The feeds of one source as delivered: every value still text, immutable, addressed by hash."""
    return tuple(
        Table(
            feed_key(source, name),
            f"{source.title}: [{feed.origin.name}] as delivered, to become {feed.record_type}. Delivered {source.cadence}, "
            f"{source.delivery_mode.value.replace('_', ' ')}.",
            source.agency,
        )
        for name, feed in source.feeds_in_order
    )


def tables(county: County) -> tuple[Table, ...]:
    """Every asset of the stage."""
    feeds = tuple(table for source in county.sources.values() for table in feed_tables(source))
    return (
        *feeds,
        Table(
            DELIVERY,
            "One row per source and night: what was delivered, by hash, the verdict on it, and what is used instead where it was refused.",
            county.agencies.integrator,
            tuple(table.key for table in feeds),
        ),
    )


def vendor_columns(feed: Feed) -> dict[str, tuple[str, Meaning]]:
    """Vendor columns of a feed, with the meaning of the field each one fills; a column nobody reads keeps no meaning."""
    described: dict[str, tuple[str, Meaning]] = {}
    for name in feed.vendor_columns:
        into = feed.columns.get(name)
        described[name] = ("VARCHAR", meaning_of(into[0].to, feed.record_type) if into else UNDESCRIBED)
    return described


def build(county: County) -> list[dg.AssetsDefinition]:
    """The stage's assets for one county."""
    delivery = next(table for table in tables(county) if table.key == DELIVERY)
    return [*(_source(county, source) for source in county.sources.values()), table_asset(county, delivery, _verdicts)]


def _source(county: County, source: Source) -> dg.AssetsDefinition:
    listed = feed_tables(source)
    feeds = dict(source.feeds_in_order)

    @dg.multi_asset(
        name=f"acquired_{source.name}",
        specs=[spec(table, vendor_columns(feed)) for table, feed in zip(listed, feeds.values(), strict=True)],
        check_specs=checks.delivery_specs(listed[0]),
        partitions_def=nights(county),
        retry_policy=RETRIES,
        pool=POOL,
    )
    def deliver(context: dg.AssetExecutionContext, integrator: dg.ResourceParam[Integrator]) -> Iterator[dg.MaterializeResult[None]]:
        """Read one source's delivery of tonight and judge it."""
        with integrator.step(f"acquired.{source.name}") as con:
            found = acquire(source, night=night_of(context), home=integrator.home, con=con, environment=integrator.environment)
        for feed, table in zip(feeds, listed, strict=True):
            first = table is listed[0]
            yield reported(table, checks.figures_of(found, feed), checks=checks.delivery_results(table, found) if first else ())

    return deliver


def _verdicts(con: Connection, county: County, night: date) -> dict[str, int]:
    found = rows(con, "select verdict, count(*) from acquired.delivery where night = $night group by all order by all", {"night": night})
    return {"sources": len(county.sources), **{f"verdict.{verdict}": int(number) for verdict, number in found}}
