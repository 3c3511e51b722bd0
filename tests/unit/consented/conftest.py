"""A fresh hand-made county under the demo county's own terms."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fixtures.consented_world import ConsentedWorld, DemoTerms, demo_terms


@pytest.fixture(scope="session")
def terms() -> DemoTerms:
    return demo_terms()


@pytest.fixture
def world(terms: DemoTerms) -> Iterator[ConsentedWorld]:
    made = ConsentedWorld(terms)
    yield made
    made.con.close()
