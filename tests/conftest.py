"""Options of every test run.

Belongs here: ``--soak``, and what every property has in common. Does not belong here: fixtures, which lie beside the tests that need them.
"""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.fixtures import counts


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--soak N``: try every property on N times as many examples."""
    parser.addoption("--soak", type=int, default=1, metavar="N", help="try every property on N times as many examples")


def pytest_configure(config: pytest.Config) -> None:
    """Lengthen the properties before they are collected; no example has a deadline, for that would be a test of the machine."""
    settings.register_profile("throughcare", deadline=None)
    settings.load_profile("throughcare")
    counts.FACTOR = config.getoption("--soak")
