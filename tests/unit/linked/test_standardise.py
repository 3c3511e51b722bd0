"""How names, dates, phones and addresses come to be written one way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from linked_world import DOMAIN, Seen, World, open_world

from assets.linked.standardise import standardise
from resources.sql import load_sql, replace_table


@pytest.fixture
def world(tmp_path: Path) -> World:
    return open_world(tmp_path)


def _standard(world: World, *seen: Seen) -> dict[str, Any]:
    world.hold(seen)
    replace_table(world.con, "temp.linked_permitted", load_sql("assets.linked", "permitted"), {"domain": DOMAIN})
    replace_table(world.con, "temp.linked_delta", load_sql("assets.linked", "identity_hash"))
    standardise(world.con)
    (row,) = world.con.sql("select * from temp.linked_standardised").pl().rows(named=True)
    return row


@pytest.mark.parametrize(
    ("first", "last", "suffix", "expected"),
    [
        ("José", "Núñez", None, ("JOSE", "NUNEZ", None)),
        ("sean", "O'Brien", None, ("SEAN", "OBRIEN", None)),
        ("SEAN", "O BRIEN", None, ("SEAN", "OBRIEN", None)),
        ("Ann", "Mc Donald", None, ("ANN", "MCDONALD", None)),
        ("Søren", "Weiß", None, ("SOREN", "WEISS", None)),
        ("Robert", "Smith Jr.", None, ("ROBERT", "SMITH", "2")),
        ("Robert", "Smith", "II", ("ROBERT", "SMITH", "2")),
        ("Robert", "Smith", "Sr", ("ROBERT", "SMITH", "1")),
        ("Robert Jr", "Smith", None, ("ROBERT", "SMITH", "2")),
        ("Mr. Robert", "Smith", None, ("ROBERT", "SMITH", None)),
        ("V", "I", None, ("V", "I", None)),
        ("John", "Doe", None, (None, None, None)),
        ("Baby Boy", "Garcia", None, (None, "GARCIA", None)),
        ("UNKNOWN", "Unk.", None, (None, None, None)),
        ("Refused", "Lee", None, (None, "LEE", None)),
    ],
)
def test_a_name_is_written_one_way(
    world: World, first: str, last: str, suffix: str | None, expected: tuple[str | None, str | None, str | None]
) -> None:
    row = _standard(world, Seen("jail", "1", first, last, suffix=suffix))
    assert (row["first_name"], row["last_name"], row["suffix"]) == expected


@pytest.mark.parametrize(
    ("last", "parts"),
    [
        ("Smith-Jones", ["JONES", "SMITH", "SMITHJONES"]),
        ("de la Cruz", ["CRUZ", "DELACRUZ"]),
        ("Garcia Lopez", ["GARCIA", "GARCIALOPEZ", "LOPEZ"]),
        ("Van Buren", ["BUREN", "VANBUREN"]),
        ("Lee", ["LEE"]),
    ],
)
def test_a_compound_surname_keeps_its_whole_and_its_parts(world: World, last: str, parts: list[str]) -> None:
    assert _standard(world, Seen("jail", "1", "Ana", last))["last_names"] == parts


@pytest.mark.parametrize(
    ("full", "expected"),
    [
        ("SMITH, JOHN A", ("JOHN", "SMITH", ["A"])),
        ("SMITH JR, JOHN", ("JOHN", "SMITH", [])),
        ("John Allen Smith", ("JOHN", "SMITH", ["A"])),
        ("Smith", (None, "SMITH", [])),
    ],
)
def test_a_full_name_is_split_where_the_parts_are_missing(world: World, full: str, expected: tuple[str | None, str, list[str]]) -> None:
    row = _standard(world, Seen("cad", "1", full=full))
    assert (row["first_name"], row["last_name"], row["middle_initials"]) == expected


@pytest.mark.parametrize(
    ("phone", "kept"),
    [
        ("(614) 555-0134", ["6145550134"]),
        ("1-614-555-0134", ["6145550134"]),
        ("555-0134", []),
        ("0145550134", []),
        ("9999999999", []),
        ("1234567890", []),
        (None, []),
    ],
)
def test_a_phone_is_ten_digits_or_nothing(world: World, phone: str | None, kept: list[str]) -> None:
    assert _standard(world, Seen("jail", "1", "Ana", "Lee", phone=phone))["phones"] == kept


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("12 North Main Street, Apt. 4", ["12 N MAIN ST 45201"]),
        ("12 N. MAIN ST #4", ["12 N MAIN ST 45201"]),
        ("HOMELESS", []),
        ("Main St & 4th Ave", []),
    ],
)
def test_an_address_is_a_numbered_street_without_its_flat(world: World, address: str, kept: list[str]) -> None:
    assert _standard(world, Seen("jail", "1", "Ana", "Lee", address=address, zip="45201-1234"))["addresses"] == kept


def test_nicknames_meet_in_their_formal_name(world: World) -> None:
    roots = set(_standard(world, Seen("jail", "1", "Bill", "Lee"))["first_roots"])
    assert "WILLIAM" in roots
    assert "BILL" in roots


def test_a_swapped_day_and_month_is_a_variant_of_the_date(world: World) -> None:
    row = _standard(world, Seen("jail", "1", "Ana", "Lee", dob="1980-03-07"))
    assert row["dob_variants"] == ["1980-03-07", "1980-07-03"]


def test_a_partial_birth_date_is_kept_to_the_month(world: World) -> None:
    row = _standard(world, Seen("health", "1", "Ana", "Lee", dob="1980-03"))
    assert (row["dob"], row["birth_ym"], row["is_weak"]) == (None, "1980-03", False)


def test_a_placeholder_birth_date_is_no_birth_date(world: World) -> None:
    row = _standard(world, Seen("jail", "1", "Ana", "Lee", dob="1900-01-01"))
    assert (row["dob"], row["birth_ym"], row["is_weak"]) == (None, None, True)


def test_aliases_are_values_of_the_subject_but_not_its_best(world: World) -> None:
    row = _standard(
        world,
        Seen("jail", "1", "Ana", "Lee", dob="1980-03-07"),
        Seen("jail", "1", "Anna", "Chen", dob="1981-03-07", evidence="alias"),
        Seen("jail", "1", "Annie", "Chen", evidence="alias"),
    )
    assert (row["first_name"], row["last_name"], row["dob"]) == ("ANA", "LEE", "1980-03-07")
    assert row["last_names"] == ["CHEN", "LEE"]
    assert row["dobs"] == ["1980-03-07", "1981-03-07"]


def test_a_vendor_id_that_holds_two_people_is_held(world: World) -> None:
    row = _standard(
        world,
        Seen("jail", "1", "Ana", "Lee", dob="1980-03-07"),
        Seen("jail", "1", "Robert", "Brown", dob="1955-11-21"),
    )
    assert row["is_held"] is True


def test_a_misspelt_name_with_another_date_is_not_two_people(world: World) -> None:
    row = _standard(
        world,
        Seen("jail", "1", "Katherine", "Lee", dob="1980-03-07"),
        Seen("jail", "1", "Kathrine", "Lee", dob="1955-11-21"),
    )
    assert row["is_held"] is False


@pytest.mark.parametrize("role", ["caller", "victim", "witness", "unknown"])
def test_only_a_subject_is_standardised(world: World, role: str) -> None:
    world.hold([Seen("cad", "1", "Ana", "Lee", role=role)])
    assert replace_table(world.con, "temp.linked_permitted", load_sql("assets.linked", "permitted"), {"domain": DOMAIN}) == 0
