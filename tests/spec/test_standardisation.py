"""The page of standardising rules, held to the code line by line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from linked_world import DOMAIN, Seen, open_world

from assets.linked.standardise import standardise
from resources.sql import load_sql, replace_table

PAGE = Path(__file__).with_name("standardisation.md")


def _lines() -> Iterator[tuple[str, list[str]]]:
    section = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line[3:]
        elif line.startswith("| ") and not line.startswith("| ---"):
            yield section, [cell.strip() for cell in line.strip().strip("|").split("|")]


def _sections() -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for section, cells in _lines():
        found.setdefault(section, []).append(cells)
    # The first line of a table names its columns.
    return {section: lines[1:] for section, lines in found.items()}


SECTIONS = _sections()


def _seen(section: str, number: int, cells: list[str]) -> Seen:
    given = [cell or None for cell in cells]
    key = f"{section}-{number}"
    match section:
        case "Names":
            return Seen("jail", key, given[0], given[2], middle=given[1], suffix=given[3])
        case "Whole names":
            return Seen("jail", key, full=given[0])
        case "Telephone numbers":
            return Seen("jail", key, "Ana", "Lee", phone=given[0])
        case "Addresses":
            return Seen("jail", key, "Ana", "Lee", address=given[0], city=given[1], zip=given[2])
        case "Birth dates":
            return Seen("jail", key, "Ana", "Lee", dob=given[0])
        case _:
            return Seen("jail", key, "Ana", "Lee", ssn4=given[0])


def _said(section: str, row: dict[str, Any]) -> list[str]:
    match section:
        case "Names":
            said = [row["first_name"], row["middle_initials"], row["last_name"], row["last_names"], row["suffix"]]
        case "Whole names":
            said = [row["first_name"], row["middle_initials"], row["last_name"], row["suffix"]]
        case "Telephone numbers":
            said = [row["phones"]]
        case "Addresses":
            said = [row["addresses"], row["cities"], row["zips"]]
        case "Birth dates":
            said = [row["dob"], row["birth_ym"], row["dob_variants"]]
        case _:
            said = [row["ssn4s"]]
    return [" ".join(value) if isinstance(value, list) else value or "" for value in said]


@pytest.fixture(scope="module")
def standardised(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    world = open_world(tmp_path_factory.mktemp("spec"))
    world.hold([_seen(section, number, cells) for section, lines in SECTIONS.items() for number, cells in enumerate(lines)])
    replace_table(world.con, "temp.linked_permitted", load_sql("assets.linked", "permitted"), {"domain": DOMAIN})
    replace_table(world.con, "temp.linked_delta", load_sql("assets.linked", "identity_hash"))
    standardise(world.con)
    return {row["subject_id"]: row for row in world.con.sql("select * from temp.linked_standardised").pl().rows(named=True)}


GIVEN = {"Names": 4, "Whole names": 1, "Telephone numbers": 1, "Addresses": 3, "Birth dates": 1, "Social Security numbers": 1}


def test_the_page_has_the_sections_that_are_read() -> None:
    assert set(SECTIONS) == set(GIVEN)


@pytest.mark.parametrize(
    ("section", "number"),
    [(section, number) for section, lines in SECTIONS.items() for number in range(len(lines))],
    ids=str,
)
def test_every_line_holds(section: str, number: int, standardised: dict[str, dict[str, Any]]) -> None:
    cells = SECTIONS[section][number]
    row = standardised[_seen(section, number, cells).subject]
    assert _said(section, row) == cells[GIVEN[section] :]
