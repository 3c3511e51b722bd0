"""The population base: benchmarks/population.csv.

Belongs here: reading and checking the file, and cutting it to ages and year. Does not belong here: rates, and where the figures come from
(the file itself says, in its ``source`` column).

Columns: race_group, sex (M, F or X), age_band (``18-24`` or ``65+``, both ends included), population (whole number), source, year.
The groups are OMB 1997's: Hispanic of any race, everybody else by race, more than one race apart.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contracts.definition_parts import AgeRange
from contracts.reviewed import Fault, TermsFaults

RACE_GROUPS: Final = ("WHITE", "BLACK", "HISPANIC", "ASIAN", "AIAN", "NHPI", "MULTIRACIAL")
"""Groups that a population base can have, in the order tables show them."""

CATEGORY_SYSTEM: Final = "omb1997_two_question"
HEADER: Final = ("race_group", "sex", "age_band", "population", "source", "year")
_BAND: Final = re.compile(r"(\d{1,3})(?:-(\d{1,3})|(\+))")


@dataclass(frozen=True)
class PopulationRow:
    """One line: how many people of a group, sex and age band live in the county."""

    race_group: str
    sex: str
    age_from: int
    age_to: int | None
    population: int
    source: str
    year: int


@dataclass(frozen=True)
class PopulationBase:
    """Residents of one group in the ages asked for; source and year are printed beside every rate on it."""

    race_group: str
    population: int
    source: str
    year: int


def read_population(path: Path, *, named: str = "benchmarks/population.csv") -> tuple[PopulationRow, ...]:
    """Read and check the benchmark.

    Raises:
        TermsFaults: with every fault, each with its line: header, unknown group, band or number that cannot be read, a line said twice.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise TermsFaults([Fault(named, 1, "-", "the file is missing")]) from None
    except UnicodeDecodeError as error:
        raise TermsFaults([Fault(named, 1, "-", f"not UTF-8 text (byte {error.start})")]) from None
    reader = csv.reader(lines)
    header = tuple(next(reader, ()))
    if header != HEADER:
        raise TermsFaults([Fault(named, 1, "-", f"the header must be {','.join(HEADER)}")])
    faults: list[Fault] = []
    found: list[PopulationRow] = []
    cells: Counter[tuple[str, ...]] = Counter()
    for line, values in enumerate(reader, start=2):
        if not values:
            continue
        if len(values) != len(HEADER):
            faults.append(Fault(named, line, "-", f"has [{len(values)}] values and needs [{len(HEADER)}]"))
            continue
        row = dict(zip(HEADER, (value.strip() for value in values), strict=True))
        wrong = [Fault(named, line, key, message) for key, message in _wrong(row)]
        cells[row["race_group"], row["sex"], row["age_band"], row["year"]] += 1
        if cells[row["race_group"], row["sex"], row["age_band"], row["year"]] == 2:
            wrong.append(Fault(named, line, "-", "says group, sex, age band and year of an earlier line again; keep one"))
        faults += wrong
        if not wrong:
            found.append(_row(row))
    if not found and not faults:
        faults.append(Fault(named, 1, "-", "has a header and no lines"))
    if faults:
        raise TermsFaults(faults)
    return tuple(found)


def _wrong(row: dict[str, str]) -> list[tuple[str, str]]:
    wrong: list[tuple[str, str]] = []
    if row["race_group"] not in RACE_GROUPS:
        wrong.append(("race_group", f"[{row['race_group']}] is not a group; there are: {', '.join(RACE_GROUPS)}"))
    if row["sex"] not in {"M", "F", "X"}:
        wrong.append(("sex", "must be M, F or X"))
    band = _BAND.fullmatch(row["age_band"])
    if band is None or (band[2] is not None and int(band[2]) < int(band[1])):
        wrong.append(("age_band", "must be two ages like 18-24, or an open end like 65+"))
    if not row["population"].isdecimal():
        wrong.append(("population", "must be a whole number, 0 or more"))
    if not row["year"].isdecimal() or len(row["year"]) != 4:
        wrong.append(("year", "must be a year of four digits"))
    if not row["source"]:
        wrong.append(("source", "is empty; say where the figure comes from"))
    return wrong


def _row(row: dict[str, str]) -> PopulationRow:
    band = _BAND.fullmatch(row["age_band"])
    assert band is not None  # noqa: S101 - checked by _wrong
    return PopulationRow(
        race_group=row["race_group"],
        sex=row["sex"],
        age_from=int(band[1]),
        age_to=int(band[2]) if band[2] else None,
        population=int(row["population"]),
        source=row["source"],
        year=int(row["year"]),
    )


def population_bases(lines: Sequence[PopulationRow], *, ages: AgeRange, year: int) -> dict[str, PopulationBase]:
    """Population by group in ``ages``, of the latest benchmark year not after ``year`` (else the earliest there is).

    A group that the benchmark lacks is missing from the answer, and so is every group where an age band crosses the end of ``ages``:
    a base that is not quite the right one is worse than none.
    """
    years = sorted({line.year for line in lines})
    if not years:
        return {}
    chosen = max((candidate for candidate in years if candidate <= year), default=years[0])
    inside: dict[str, list[PopulationRow]] = {}
    crossed: set[str] = set()
    for line in lines:
        if line.year != chosen or _outside(line, ages):
            continue
        if _crosses(line, ages):
            crossed.add(line.race_group)
        inside.setdefault(line.race_group, []).append(line)
    return {
        group: PopulationBase(
            race_group=group,
            population=sum(line.population for line in inside[group]),
            source="; ".join(sorted({line.source for line in inside[group]})),
            year=chosen,
        )
        for group in RACE_GROUPS
        if group in inside and group not in crossed
    }


def _outside(line: PopulationRow, ages: AgeRange) -> bool:
    return (line.age_to is not None and line.age_to < ages.min) or (ages.max is not None and line.age_from > ages.max)


def _crosses(line: PopulationRow, ages: AgeRange) -> bool:
    starts_before = line.age_from < ages.min
    ends_after = ages.max is not None and (line.age_to is None or line.age_to > ages.max)
    return starts_before or ends_after
