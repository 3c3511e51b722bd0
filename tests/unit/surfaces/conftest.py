"""A home with products to read, made once, and the command line over it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contracts.county import load_county
from pipelines.cli import build_command
from pipelines.clock import set_simulated_day
from resources.home import Home
from tests.fixtures.consented_world import DEMO
from tests.fixtures.reader_home import NIGHT, publish_for_readers


@dataclass(frozen=True)
class Desk:
    """A reader's desk: the home, and the command line."""

    home: Home

    def type(self, *words: str, expect: int = 0) -> Result:
        """Type ``throughcare <words>``."""
        environment = {"THROUGHCARE_HOME": str(self.home.root), "THROUGHCARE_COUNTY": str(DEMO)}
        done = CliRunner().invoke(build_command(), list(words), env=environment)
        assert done.exit_code == expect, f"{words}: {done.exit_code}\n{done.output}\n{done.exception!r}"
        return done

    def json(self, *words: str) -> Any:
        """Type a reporting command with ``--json`` and read what it says."""
        return json.loads(self.type(*words, "--json").stdout)

    def spooled(self) -> list[dict[str, Any]]:
        """What was noted of reading, oldest first."""
        return [json.loads(line) for file in sorted((self.home.ledger / "spool").glob("*.jsonl")) for line in file.read_text().splitlines()]


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    home = publish_for_readers(load_county(DEMO), tmp_path_factory.mktemp("reader"))
    set_simulated_day(home, NIGHT)
    return Desk(home)


@pytest.fixture
def stale(desk: Desk) -> Callable[[str], Result]:
    """A command typed long after every product's terms have run out."""

    def type_it(*words: str) -> Result:
        return desk.type(*words, "--as-of", "2030-01-01", expect=2)

    return type_it


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to write to."""
    return tmp_path / "out"
