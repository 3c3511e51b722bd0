"""A house, a drop folder and a small source, for the tests of checking; and the demo county's sources fed by hand."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from assets.acquired.acquire import acquire
from assets.checked.check import CheckReport, check_delivery, derive_identity, derive_race, derive_subject
from assets.checked.quarantine import quarantine_file
from contracts.reviewed import load_reviewed
from contracts.sources import Source
from resources.home import Home
from resources.sql import Connection
from resources.warehouse import Warehouse

ROOT = Path(__file__).resolve().parents[3]
FIXTURES = ROOT / "tests" / "fixtures" / "bad"
FIRST = date(2026, 3, 2)
REGIONS = {"69901": "north", "69902": "south"}


@dataclass
class House:
    """Deliver, acquire and check, night by night."""

    root: Path
    con: Connection

    @property
    def home(self) -> Home:
        return Home(self.root)

    @property
    def place(self) -> Path:
        return self.root / "county_systems"

    def source(self, name: str, **changes: Any) -> Source:
        path = FIXTURES / "visits.yaml" if name == "visits" else ROOT / "contracts" / "demo_county" / "sources" / f"{name}.yaml"
        return load_reviewed(path, Source).model_copy(update=changes)

    def night(self, k: int) -> date:
        return FIRST + timedelta(days=k)

    def check(self, source: Source, k: int = 0) -> CheckReport:
        environment = {"VISITS_DROP": str(self.place / "visits")}
        acquire(source, night=self.night(k), home=self.home, con=self.con, environment=environment)
        return check_delivery(source, timezone="America/New_York", regions=REGIONS, night=self.night(k), home=self.home, con=self.con)

    def derive(self, k: int = 0) -> None:
        for derive in (derive_identity, derive_subject, derive_race):
            derive(self.con, self.night(k))

    def fixture(self, name: str, k: int = 0) -> None:
        """Drop one of the files named after a fault."""
        folder = self.place / "visits"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(FIXTURES / name, folder / f"visits_{self.night(k):%Y%m%d}.csv")

    def jail(self, **tables: Sequence[Mapping[str, Any]]) -> None:
        """Write the jail's database; a table that is not given is empty."""
        source = self.source("jail")
        self.place.mkdir(parents=True, exist_ok=True)
        path = self.place / "jail.sqlite"
        path.unlink(missing_ok=True)
        with sqlite3.connect(path) as connection:
            for feed in source.feeds.values():
                table = feed.origin.table
                connection.execute(f"create table {table} ({', '.join(feed.vendor_columns)})")
                for row in tables.get(str(table), ()):
                    names, marks = ", ".join(row), ", ".join("?" * len(row))
                    connection.execute(f"insert into {table} ({names}) values ({marks})", tuple(row.values()))
        connection.close()

    def csv(self, source: Source, feed: str, rows: Sequence[Mapping[str, str]], k: int = 0) -> None:
        """Drop one file of delimited text; columns that are not given are blank."""
        folder = self.place / source.name
        folder.mkdir(parents=True, exist_ok=True)
        said = source.feeds[feed]
        pattern = said.origin.file or ""
        before, rest = pattern.split("{date:")
        date_format, after = rest.split("}")
        with (folder / f"{before}{self.night(k).strftime(date_format)}{after}").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, said.vendor_columns, restval="", delimiter=source.connector.delimiter)
            writer.writeheader()
            writer.writerows(rows)

    def fhir(self, k: int = 0, **resources: Sequence[Mapping[str, Any] | str]) -> None:
        """Drop one night's bulk export."""
        folder = self.place / "health" / self.night(k).isoformat()
        folder.mkdir(parents=True)
        for name, items in resources.items():
            lines = [item if isinstance(item, str) else json.dumps({"resourceType": name, **item}) for item in items]
            (folder / f"{name}.ndjson").write_text("".join(line + "\n" for line in lines))
        output = [{"type": name, "url": f"{name}.ndjson", "count": len(items)} for name, items in resources.items()]
        (folder / "manifest.json").write_text(json.dumps({"output": output}))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.con.execute(sql).fetchall()

    def quarantine(self, source: str, k: int = 0) -> pl.DataFrame:
        with duckdb.connect(str(quarantine_file(self.home, source, self.night(k))), read_only=True) as con:
            return con.sql("select * from refused order by all").pl()


def booking(number: str, jacket: str, **changes: Any) -> dict[str, Any]:
    """A sound booking."""
    return {
        "BookingNo": number,
        "JacketNo": jacket,
        "BookDt": "2026-01-10 08:00:00",
        "LastNm": "VANDERSNOOT",
        "FirstNm": "QUILLON",
        "DOB": "1980-05-17",
        "SexCd": "M",
        "RaceCd": "W",
        "EthCd": "N",
        "BookTypeCd": "NEW",
        "Zip": "69901",
        "LastUpdDt": "2026-01-10 09:00:00",
        **changes,
    }


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    warehouse = Warehouse(Home(tmp_path / "home"))
    with warehouse.writer() as con:
        yield House(tmp_path / "home", con)


@pytest.fixture
def sound_booking() -> Any:
    return booking
