"""One small county for the tests of the simulation: simulated once, read by many."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from resources.simulated_county import JAIL_TABLES, simulate

FIRST = date(2026, 3, 2)
NIGHTS = 4
RESIDENTS = 1_500
SEED = 11


@dataclass(frozen=True)
class OnDisk:
    """A simulated county and ways to read what it delivered."""

    out: Path

    def night(self, k: int) -> date:
        return FIRST + timedelta(days=k)

    def folder(self, k: int) -> Path:
        return self.out / "nights" / self.night(k).isoformat()

    def jail(self, k: int, table: str) -> pl.DataFrame:
        with sqlite3.connect(self.folder(k) / "jail.sqlite") as connection:
            types = {column.name: pl.Int64 if column.type.python_type is int else pl.String for column in JAIL_TABLES[table].columns}
            return pl.read_database(f"select * from {table}", connection, schema_overrides=types)

    def cad(self, k: int, name: str) -> pl.DataFrame:
        return pl.read_csv(self.folder(k) / "cad" / f"cad_{name}_{self.night(k):%Y%m%d}.csv", infer_schema=False)

    def co_responder(self, k: int) -> pl.DataFrame:
        return pl.read_csv(self.folder(k) / "co_responder" / f"encounters_{self.night(k)}.csv", separator=";", infer_schema=False)

    def fhir(self, k: int, resource: str) -> list[dict[str, Any]]:
        path = self.folder(k) / "health" / self.night(k).isoformat() / f"{resource}.ndjson"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    def truth(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.out / "truth" / f"{name}.parquet")


@pytest.fixture(scope="session")
def make_county(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., OnDisk]:
    def make(**changes: Any) -> OnDisk:
        out = tmp_path_factory.mktemp("county")
        simulate(out, **({"residents": RESIDENTS, "first_night": FIRST, "nights": NIGHTS, "seed": SEED} | changes))
        return OnDisk(out)

    return make


@pytest.fixture(scope="session")
def county(make_county: Callable[..., OnDisk]) -> OnDisk:
    return make_county()
