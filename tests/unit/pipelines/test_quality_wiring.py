"""Quality as Dagster sees it: an asset that says where its pages lie, and one advisory check a source."""

from __future__ import annotations

import dagster as dg
import pytest

from assets.checked.assets import record_keys
from assets.checked.quality import assets as quality_assets
from assets.checked.quality import checks as quality_checks
from assets.checked.quality.bands import METRICS, Metric
from contracts.county import County, load_county
from contracts.source_quality import MetricName
from pipelines.place import demo_county


@pytest.fixture(scope="module")
def county() -> County:
    return load_county(demo_county())


def test_the_asset_says_where_its_pages_lie_without_naming_a_machine(county: County) -> None:
    (step,) = quality_assets.build(county, record_keys(county))
    metadata = step.metadata_by_key[dg.AssetKey(["checked", "quality_metric"])]
    said = {name: metadata[name].value for name in ("report_cards", "data_docs")}
    assert said == {"report_cards": "quality/index.html", "data_docs": "quality/data_docs/index.html"}


def test_every_source_has_one_advisory_check(county: County) -> None:
    (checks,) = quality_checks.build(county)
    specs = list(checks.check_specs)
    assert {spec.name for spec in specs} == {f"{source}_is_as_usual" for source in county.sources}
    assert not any(spec.blocking for spec in specs)


def test_a_county_may_set_a_band_for_every_metric_there_is() -> None:
    assert set(MetricName.__args__) == {metric.value for metric in Metric} == {metric.value for metric in METRICS}


def test_every_cadence_of_a_source_has_a_limit_of_freshness_and_can_be_proposed() -> None:
    from assets.checked.quality.bands import DAYS_BY_CADENCE
    from contracts.sources import Source
    from pipelines.commands.source import Cadence

    known = set(Source.model_fields["cadence"].annotation.__args__)
    assert known == set(DAYS_BY_CADENCE) == set(Cadence.__args__)
