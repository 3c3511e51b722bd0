"""The file in which reviewers judge away from the machine, and what comes back in it.

Belongs here: the columns of that file, writing it, reading it back. Does not belong here: which cases, or what a judgement does.
The file names people: it is written for its owner only, and every text cell is kept from being read as a formula by a spreadsheet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from defusedcsv import csv as safe_csv

from assets.linked.decisions import Verdict
from assets.linked.review import FIELDS, CaseShown
from resources.home import write_atomically

ANSWERS = ("judgement", "decided_by", "reason")
SIDES = tuple(f"{field}_{side}" for field in FIELDS for side in ("left", "right"))
MOST_BYTES = 50_000_000


class SheetRefused(ValueError):
    """The file cannot be used; the message names lines and columns, never a value."""


@dataclass(frozen=True)
class Answer:
    """One judged line."""

    line: int
    case: str
    verdict: Verdict
    decided_by: str
    reason: str


def write_sheet(path: Path, listed: Iterable[CaseShown]) -> int:
    """Write the cases to ``path`` with empty columns for the answers, mode 0600; returns their number."""
    lines = [
        {"case": case.case} | {f"{field.field}_{side}": " | ".join(values) for field in case.fields
                               for side, values in (("left", field.left), ("right", field.right))}
        for case in listed
    ]  # fmt: skip
    write_table(path, ("case", *SIDES, *ANSWERS), lines)
    return len(lines)


def write_table(path: Path, columns: Sequence[str], lines: Iterable[Mapping[str, object]]) -> None:
    """Write a CSV for its owner only, its cells kept from being formulas."""
    text = io.StringIO()
    writer = safe_csv.DictWriter(text, fieldnames=list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    for line in lines:
        writer.writerow(dict(line))
    write_atomically(path, text.getvalue().encode(), mode=0o600)


def read_table(path: Path, needed: Sequence[str]) -> list[dict[str, str]]:
    """Lines of a CSV by column.

    Raises:
        SheetRefused: naming what is wrong with the file as a whole, or the lines with a wrong number of fields.
    """
    if not path.is_file():
        raise SheetRefused(f"{path.name} is not a file")
    if path.stat().st_size > MOST_BYTES:
        raise SheetRefused(f"{path.name} is larger than {MOST_BYTES:,} bytes; a sheet of judgements is not")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SheetRefused(f"{path.name} is not written in UTF-8; save it as CSV UTF-8") from None
    if "\0" in text:
        raise SheetRefused(f"{path.name} holds NUL bytes; save it as CSV UTF-8")
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise SheetRefused(f"{path.name} is not CSV: a quote is opened and not closed, or closed in the middle of a cell") from None
    header = [name.strip() for name in table[0]] if table else []
    if len(set(header)) < len(header):
        raise SheetRefused(f"{path.name} has two columns of one name")
    missing = [name for name in needed if name not in header]
    if missing:
        raise SheetRefused(f"{path.name} has no column {', '.join(missing)}; keep the header as it was exported")
    broken = [str(number) for number, cells in enumerate(table[1:], start=2) if cells and len(cells) != len(header)]
    if broken:
        raise SheetRefused(f"{path.name}: line {', '.join(broken[:20])} has another number of fields than the header")
    return [dict(zip(header, cells, strict=True)) for cells in table[1:] if any(cell.strip() for cell in cells)]


def read_sheet(path: Path) -> tuple[list[Answer], int]:
    """Answers of a sheet, and how many of its lines are still open.

    Raises:
        SheetRefused: with everything wrong with it at once.
    """
    answers: list[Answer] = []
    faults: list[str] = []
    opened = 0
    for number, line in enumerate(read_table(path, ("case", *ANSWERS)), start=2):
        word, who, why = (line[name].strip() for name in ANSWERS)
        if not word:
            if who or why:
                faults.append(f"line {number}: who or why is given, but no judgement")
            opened += 1
            continue
        if word.lower() not in {verdict.value for verdict in Verdict}:
            faults.append(f"line {number}: judgement is none of same, different, unsure")
            continue
        if not who or not why:
            faults.append(f"line {number}: {'decided_by' if not who else 'reason'} is empty; both are required")
            continue
        answers.append(Answer(number, line["case"].strip(), Verdict(word.lower()), who, why))
    if faults:
        raise SheetRefused("\n".join(faults))
    return answers, opened
