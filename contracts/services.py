"""What care the county has room for: services.csv.

Belongs here: reading and checking the file. Does not belong here: need, and anything counted from records.
Columns: intercept (0 to 5), region (of regions.csv), service, capacity (places, beds, teams or caseload), language.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contracts.reviewed import Fault, TermsFaults

HEADER: Final = ("intercept", "region", "service", "capacity", "language")


@dataclass(frozen=True)
class Service:
    """One line: so many places of a service at an intercept, in a region, in a language."""

    intercept: int
    region: str
    service: str
    capacity: int
    language: str


def read_services(path: Path, *, named: str = "services.csv") -> tuple[Service, ...]:
    """Read and check the file.

    Raises:
        TermsFaults: with every fault and its line.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise TermsFaults([Fault(named, 1, "-", "the file is missing")]) from None
    reader = csv.reader(lines)
    if tuple(next(reader, ())) != HEADER:
        raise TermsFaults([Fault(named, 1, "-", f"the header must be {','.join(HEADER)}")])
    faults: list[Fault] = []
    found: list[Service] = []
    for line, values in enumerate(reader, start=2):
        if not values:
            continue
        if len(values) != len(HEADER):
            faults.append(Fault(named, line, "-", f"has [{len(values)}] values and needs [{len(HEADER)}]"))
            continue
        row = dict(zip(HEADER, (value.strip() for value in values), strict=True))
        wrong = []
        if row["intercept"] not in {"0", "1", "2", "3", "4", "5"}:
            wrong.append(Fault(named, line, "intercept", "must be 0 to 5"))
        if not row["capacity"].isdecimal():
            wrong.append(Fault(named, line, "capacity", "must be a whole number, 0 or more"))
        wrong += [Fault(named, line, key, "is empty") for key in ("region", "service", "language") if not row[key]]
        faults += wrong
        if not wrong:
            found.append(Service(int(row["intercept"]), row["region"], row["service"], int(row["capacity"]), row["language"]))
    if faults:
        raise TermsFaults(faults)
    return tuple(found)
