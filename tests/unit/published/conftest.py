"""A tiny county with a home of its own, under the demo county's terms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from contracts.county import County, load_county
from tests.fixtures.consented_world import DEMO
from tests.fixtures.published_world import PublishedWorld, published_world

NIGHT = date(2026, 3, 2)


@pytest.fixture(scope="session")
def county() -> County:
    return load_county(DEMO)


@pytest.fixture
def world(county: County, tmp_path: Path) -> Iterator[PublishedWorld]:
    made = published_world(county, tmp_path, NIGHT)
    yield made
    made.con.close()
