"""A scope made by hand: people and contacts spelled out in the test, everything else absent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from assets.measured.measure import MeasureReport, measure
from assets.measured.scope import SCOPE_TABLES, open_scope
from contracts.definitions import Definitions, load_definitions

DEMO = Path(__file__).resolve().parents[3] / "contracts" / "demo_county" / "definitions"
AS_OF = datetime(2026, 3, 2)

POPULATION = "race_group,sex,age_band,population,source,year\n" + "".join(
    f"{group},{sex},{band},{size},simulated census,2025\n"
    for group, size in {
        "WHITE": 2000,
        "BLACK": 800,
        "HISPANIC": 600,
        "ASIAN": 200,
        "AIAN": 60,
        "NHPI": 20,
        "MULTIRACIAL": 100,
    }.items()
    for sex in ("F", "M")
    for band in ("0-17", "18-64", "65+")
)


@dataclass
class HandMade:
    """Rows of scope tables, added one by one; ``measured()`` runs every measure over them."""

    con: duckdb.DuckDBPyConnection
    folder: Path
    definitions: Definitions
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    number: int = 0

    def add(self, table: str, **values: Any) -> None:
        assert set(values) <= set(SCOPE_TABLES[table]), set(values) - set(SCOPE_TABLES[table])
        self.rows.setdefault(table, []).append(values)

    def _record(self, system: str, values: dict[str, Any]) -> dict[str, Any]:
        self.number += 1
        return {"record_id": f"{system}-{self.number:05d}", "domain": "county", "system": system, "source": system, **values}

    def person(
        self,
        key: str,
        *,
        race: str | None = "WHITE",
        hispanic: bool | None = False,
        resident: bool | None = True,
        age: int | None = 30,
        sex: str | None = "M",
        method: str = "self",
        system: str = "jail",
        link: str = "linked",
    ) -> str:
        self.add("person_attribute", person_key=key, domain="county", sex=sex, age=age, resident=resident, region="north")
        if race is not None or hispanic:
            self.assertion(key, races=[] if race is None else race.split("+"), hispanic=hispanic, method=method, system=system)
        self.add("membership", person_key=key, domain="county", system=system, link_state=link)
        return key

    def assertion(
        self,
        key: str,
        *,
        races: list[str],
        hispanic: bool | None,
        method: str = "self",
        on: date | None = date(2025, 1, 1),
        system: str = "jail",
        category_system: str = "omb1997_two_question",
    ) -> None:
        self.add(
            "race_assertion",
            **self._record(
                system,
                {
                    "person_key": key,
                    "races": races,
                    "hispanic": hispanic,
                    "method": method,
                    "asserted_on": on,
                    "category_system": category_system,
                },
            ),
        )

    def booking(self, key: str, booked: datetime, released: datetime | None = None, *, age: int | None = 30, **values: Any) -> str:
        row = self._record(
            "jail",
            {
                "person_key": key,
                "booked_at": booked,
                "released_at": released,
                "facility": "main",
                "booking_type": "new_charge",
                "age_at_event": age,
                "release_type": "bail" if released else None,
                **values,
            },
        )
        self.add("jail_booking", **row)
        self.add(
            "contact",
            **{name: row[name] for name in ("record_id", "domain", "system", "source", "person_key")},
            record_type="jail_booking",
            start_at=booked,
            end_at=released,
            unit="bed_day",
            intercept=2,
            event_type=row["booking_type"],
            disposition=row["release_type"],
            age_at_event=age,
            is_behavioral_health=False,
        )
        return str(row["record_id"])

    def contact(self, key: str, at: datetime, *, system: str, record_type: str, intercept: int, age: int | None = 30, **values: Any) -> str:
        row = self._record(
            system,
            {
                "person_key": key,
                "record_type": record_type,
                "start_at": at,
                "unit": "event",
                "intercept": intercept,
                "age_at_event": age,
                **values,
            },
        )
        self.add("contact", **row)
        return str(row["record_id"])

    def care(self, key: str, at: datetime, kind: str = "outpatient", **values: Any) -> str:
        identifier = self.contact(key, at, system="health", record_type="health_encounter", intercept=0, event_type=kind, **values)
        self.add(
            "health_encounter",
            record_id=identifier,
            person_key=key,
            domain="county",
            system="health",
            source="health",
            started_at=at,
            encounter_type=kind,
        )
        return identifier

    def call(self, key: str, at: datetime, *, mental: bool = True) -> str:
        return self.contact(
            key, at, system="cad", record_type="cad_person", intercept=1, event_type="mental_health", is_behavioral_health=mental
        )

    def encounter(self, key: str, at: datetime, disposition: str = "resolved_on_scene") -> str:
        return self.contact(
            key,
            at,
            system="co_responder",
            record_type="co_responder_encounter",
            intercept=1,
            event_type="psychosis",
            disposition=disposition,
            is_behavioral_health=True,
        )

    def diagnosis(self, key: str, on: date, *, smi: bool = True) -> None:
        self.add("health_diagnosis", **self._record("health", {"person_key": key, "diagnosed_on": on, "is_smi": smi, "icd10": "F20.9"}))

    def complete(self, *systems: str, through: date = date(2026, 3, 2)) -> None:
        for system in systems or ("jail", "cad", "co_responder", "health"):
            self.add(
                "source_total",
                source=system,
                system=system,
                feed="all",
                record_type={"jail": "jail_booking"}.get(system, system),
                rows_read=100,
                admitted_now=90,
                complete_through=through,
            )

    def open(self) -> None:
        self.con.execute("create schema if not exists by_hand")
        for name, columns in SCOPE_TABLES.items():
            typed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            self.con.execute(f"create or replace table by_hand.{name} ({typed})")
            for row in self.rows.get(name, []):
                names = ", ".join(f'"{column}"' for column in row)
                self.con.execute(f"insert into by_hand.{name} ({names}) values ({', '.join('?' * len(row))})", list(row.values()))
        open_scope(self.con, {name: f"select * from by_hand.{name}" for name in SCOPE_TABLES})

    def measured(self, *, as_of: datetime = AS_OF, definitions: Definitions | None = None, population: str = POPULATION) -> MeasureReport:
        self.open()
        path = self.folder / "population.csv"
        path.write_text(population)
        self.con.execute("create schema if not exists measured")
        return measure(self.con, target_schema="measured", definitions=definitions or self.definitions, benchmarks=path, as_of=as_of)

    def ask(self, query: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return self.con.execute(query, parameters or {}).fetchall()


@pytest.fixture(scope="session")
def demo_definitions() -> Definitions:
    return load_definitions(DEMO)


def lean(definitions: Definitions) -> Definitions:
    """The demo county's definitions with one decision point and one definition of frequent contact: quicker to ask."""
    points = definitions.decision_points
    frequent = definitions.frequent_utilizers
    booking = tuple(point for point in points.points if point.id == "booking")
    return definitions.model_copy(
        update={
            "decision_points": points.model_copy(update={"points": booking}),
            "frequent_utilizers": frequent.model_copy(update={"definitions": frequent.definitions[:1], "presets": (), "months": 0}),
        }
    )


@pytest.fixture
def county(tmp_path: Path, demo_definitions: Definitions) -> Iterator[HandMade]:
    con = duckdb.connect(config={"threads": 1})
    yield HandMade(con, tmp_path, lean(demo_definitions))
    con.close()
