"""Simulating a whole county: true people and events, what each system recorded, every night on disk, and the truth beside them.

Belongs here: the order of the parts and the files of a night. Does not belong here: any part itself.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from resources.simulated_county.bookings import draw_bookings
from resources.simulated_county.cad import Cad, record_cad
from resources.simulated_county.calendar import Calendar
from resources.simulated_county.calls import draw_calls
from resources.simulated_county.care import draw_care
from resources.simulated_county.co_responder import CoResponder, record_co_responder
from resources.simulated_county.consents import draw_consents
from resources.simulated_county.crises import draw_crises
from resources.simulated_county.deliver import DROPS, HEALTH, JAIL_FILE, MANIFEST, deliver, night_folder
from resources.simulated_county.draw import Progress, generator
from resources.simulated_county.health import LINES, Health, record_health
from resources.simulated_county.jail import Jail, record_jail
from resources.simulated_county.jail_database import write_jail
from resources.simulated_county.people import draw_people
from resources.simulated_county.state_reports import state_reports
from resources.simulated_county.truth import write_truth
from resources.simulated_county.writing import instant_text

__all__ = ["SimulationReport", "deliver", "simulate"]

DESCRIPTION = "county.json"
LAYOUT = 1


@dataclass(frozen=True)
class SimulationReport:
    """What was written: parameters, and rows by night and by table, file or resource."""

    residents: int
    first_night: date
    nights: int
    seed: int
    rows: Mapping[str, Mapping[str, int]]


def _fresh_folder(out: Path) -> None:
    """Make ``out`` ready; only what an earlier simulation wrote is removed."""
    if out.exists() and any(out.iterdir()) and not (out / DESCRIPTION).is_file():
        raise FileExistsError(f"[{out.name}] holds something that no simulation wrote; name an empty or a new folder")
    out.mkdir(parents=True, exist_ok=True)
    for name in ("nights", "truth"):
        if (out / name).is_dir():
            shutil.rmtree(out / name)


def _write_health(folder: Path, health: Health, calendar: Calendar, k: int) -> dict[str, int]:
    folder.mkdir(parents=True)
    counts: dict[str, int] = {}
    for resource in LINES:
        counts[resource] = 0
        with (folder / f"{resource}.ndjson").open("w", encoding="utf-8", newline="\n") as stream:
            for lines in health.lines(k, resource):
                stream.writelines(f"{line}\n" for line in lines)
                counts[resource] += len(lines)
    as_of = pl.select(instant_text(pl.lit(calendar.as_of(k)))).item()
    manifest = {
        "transactionTime": as_of,
        "request": "https://health.larkmoor.example/fhir/$export?_type=" + ",".join(LINES),
        "requiresAccessToken": True,
        "output": [{"type": resource, "url": f"{resource}.ndjson", "count": count} for resource, count in counts.items()],
        "error": [],
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return counts


def _write_night(
    out: Path, calendar: Calendar, k: int, *, jail: Jail, cad: Cad, co_responder: CoResponder, health: Health, reports: pl.DataFrame
) -> dict[str, int]:
    night = calendar.night(k)
    folder = night_folder(out, night)
    for drop in DROPS:
        (folder / drop).mkdir(parents=True)
    counts = write_jail(f"sqlite:///{folder / JAIL_FILE}", jail.night(k))
    for name, frame in cad.night(k).items():
        frame.write_csv(folder / "cad" / f"cad_{name}_{night:%Y%m%d}.csv", line_terminator="\n")
        counts[f"cad_{name}"] = frame.height
    encounters = co_responder.night(k)
    encounters.write_csv(folder / "co_responder" / f"encounters_{night}.csv", separator=";", include_bom=True, line_terminator="\n")
    counts["encounters"] = encounters.height
    reports.write_csv(folder / "state_reports" / f"aggregate_counts_{night:%Y%m%d}.csv", line_terminator="\n")
    counts["aggregate_counts"] = reports.height
    return counts | _write_health(folder / HEALTH / night.isoformat(), health, calendar, k)


def _silent(stage: str, fraction: float) -> None:
    """Nobody watches."""


def simulate(out: Path, *, residents: int, first_night: date, nights: int, seed: int, progress: Progress | None = None) -> SimulationReport:
    """Simulate a county and write every night and the truth.

    Equal arguments give equal bytes of every text file and equal rows of every table.

    Args:
        out: folder to write; an earlier simulation in it is replaced.
        residents: 1,000 to 1,000,000.
        first_night: the first night; the history of the 24 months before it arrives as a backlog.
        nights: how many nights, one or more.
        seed: a whole number, 0 or more.
        progress: called with the stage and the fraction done (0 to 1).

    Raises:
        ValueError: for residents, nights or seed out of range.
        FileExistsError: if ``out`` holds anything that no simulation wrote.
    """
    if nights < 1:
        raise ValueError(f"nights must be at least 1, not {nights}")
    if seed < 0:
        raise ValueError("seed must be 0 or more")
    say = progress or _silent
    say("people", 0.0)
    people = draw_people(residents=residents, first_night=first_night, seed=seed)
    _fresh_folder(out)
    calendar = Calendar(first_night, nights)
    say("events", 0.08)
    bookings = draw_bookings(generator(seed, "bookings"), people, calendar)
    calls = draw_calls(generator(seed, "calls"), people, calendar, bookings)
    crises = draw_crises(generator(seed, "crises"), people, calendar, bookings, calls)
    care = draw_care(generator(seed, "care"), people, calendar, bookings=bookings, crises=crises)
    consents = draw_consents(generator(seed, "consents"), people, calendar, care)
    say("records", 0.16)
    jail = record_jail(generator(seed, "jail"), people, calendar, bookings)
    cad = record_cad(generator(seed, "cad"), people, calendar, calls)
    co_responder = record_co_responder(generator(seed, "co_responder"), people, calendar, crises=crises, incidents=cad.numbers)
    health = record_health(generator(seed, "health"), people, calendar, care=care, consents=consents)
    reports = state_reports(residents)
    del calls, crises, care, consents
    say("truth", 0.35)
    write_truth(out / "truth", people=people, calendar=calendar, jail=jail, cad=cad, co_responder=co_responder, health=health)
    del people, bookings
    rows: dict[str, dict[str, int]] = {}
    for k in range(nights):
        say("nights", 0.40 + 0.60 * k / nights)
        rows[calendar.night(k).isoformat()] = _write_night(
            out, calendar, k, jail=jail, cad=cad, co_responder=co_responder, health=health, reports=reports
        )
    description = {
        "layout": LAYOUT,
        "residents": residents,
        "first_night": first_night.isoformat(),
        "nights": nights,
        "seed": seed,
        "rows": rows,
    }
    (out / DESCRIPTION).write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")
    say("done", 1.0)
    return SimulationReport(residents=residents, first_night=first_night, nights=nights, seed=seed, rows=rows)
