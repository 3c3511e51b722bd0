"""The simulated county's ground: ZIP codes, regions, cities, streets, telephone numbers.

Belongs here: what is fictional about the place, and how an address is drawn and written. Does not belong here: who lives there.
No ZIP code beginning with 699 and no telephone number with area code 555 is in use; the state is XX.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from resources.simulated_county.draw import Ints, weighted

STATE = "XX"
ZIPS: tuple[tuple[str, str, str, float], ...] = (
    ("69901", "north", "HARROW FORD", 0.07),
    ("69902", "north", "HARROW FORD", 0.06),
    ("69903", "north", "PINE LANDING", 0.05),
    ("69904", "north", "QUILLTON", 0.05),
    ("69905", "central", "LARKMOOR", 0.14),
    ("69906", "central", "LARKMOOR", 0.13),
    ("69907", "central", "LARKMOOR", 0.12),
    ("69908", "central", "EAST LARKMOOR", 0.09),
    ("69909", "south", "SALTERS MILL", 0.10),
    ("69910", "south", "SALTERS MILL", 0.07),
    ("69911", "south", "DUNMERE", 0.07),
    ("69912", "south", "OLD FERRY", 0.05),
)
"""(ZIP code, region, city, share of residents)."""
OUTSIDE_ZIPS: tuple[tuple[str, str], ...] = (
    ("69951", "ARDEN CREEK"),
    ("69952", "WESTBRIDGE"),
    ("69953", "TALLOW HILL"),
    ("69954", "CROSSWATER"),
)
"""(ZIP code, city) of the neighbouring counties."""

STREETS = (
    "MAPLE",
    "QUARRY",
    "LANTERN",
    "HERON",
    "ORCHARD",
    "MILLRACE",
    "FOUNDRY",
    "CEDAR",
    "HOLLOW",
    "SPINDLE",
    "LARKSPUR",
    "TANNERY",
    "BRIDLE",
    "ALDER",
    "COPPER",
    "MEADOW",
    "FERRY",
    "GRANARY",
    "HARBOR",
    "IVY",
    "JUNIPER",
    "KESTREL",
    "LINDEN",
    "MASON",
    "NETTLE",
    "OSPREY",
    "PEARL",
    "QUAIL",
    "RIVERBEND",
    "SYCAMORE",
    "THISTLE",
    "UNION",
    "VINEYARD",
    "WILLOW",
    "YARROW",
    "ZEPHYR",
    "ASHWOOD",
    "BIRCH",
    "CANAL",
    "DEPOT",
    "ELM",
    "FIRST",
    "SECOND",
    "THIRD",
    "FOURTH",
    "FIFTH",
    "SIXTH",
    "SEVENTH",
    "EIGHTH",
    "NINTH",
    "TENTH",
    "GARDEN",
    "HICKORY",
    "INDIGO",
    "JASMINE",
    "KILN",
    "LOCUST",
    "MARSH",
    "NORTHGATE",
    "OAKRIDGE",
    "PRAIRIE",
    "RAILROAD",
    "SPRUCE",
    "TURNPIKE",
    "UPLAND",
    "VALLEY",
    "WALNUT",
    "CHURCH",
    "SCHOOL",
    "MARKET",
    "PARK",
    "LAKE",
    "HILL",
    "SUNSET",
    "HIGHLAND",
    "CHESTNUT",
    "DOGWOOD",
    "EVERGREEN",
    "FOXGLOVE",
    "GOLDENROD",
    "HAWTHORN",
    "IRONGATE",
    "JUBILEE",
    "KINGFISHER",
    "LAVENDER",
    "MULBERRY",
    "NIGHTINGALE",
    "ORIOLE",
    "PEBBLE",
    "QUINCE",
    "ROSEBUD",
    "SAGE",
    "TEAL",
    "UMBER",
    "VIOLET",
    "WREN",
    "STONECUTTER",
    "WHEELWRIGHT",
    "COOPERS",
    "WEAVERS",
)
SUFFIXES = (
    ("ST", "STREET"),
    ("AVE", "AVENUE"),
    ("RD", "ROAD"),
    ("LN", "LANE"),
    ("DR", "DRIVE"),
    ("CT", "COURT"),
    ("BLVD", "BOULEVARD"),
    ("PL", "PLACE"),
)
SHELTERS = (("200 HARBOR ST", "69905", "5555550140"), ("48 DEPOT AVE", "69909", "5555550141"))
"""(address, ZIP code, telephone) of the two shelters, shared by many people."""


@dataclass(frozen=True)
class Addresses:
    """Parallel columns: one row an address. ``place`` indexes ZIPS, then OUTSIDE_ZIPS."""

    number: Ints
    street: Ints
    suffix: Ints
    unit: Ints
    place: Ints

    def __len__(self) -> int:
        return len(self.number)

    def __add__(self, other: Addresses) -> Addresses:
        return Addresses(
            *(np.concatenate([getattr(self, name), getattr(other, name)]) for name in ("number", "street", "suffix", "unit", "place"))
        )


def draw_addresses(rng: np.random.Generator, size: int, *, outside: bool = False) -> Addresses:
    """Fictional addresses; three in ten are flats that share a street address with others."""
    place: Ints = weighted(rng, np.array([share for *_, share in ZIPS]), size)
    if outside:
        place = rng.integers(len(ZIPS), len(ZIPS) + len(OUTSIDE_ZIPS), size)
    flat = rng.random(size) < 0.30
    number = np.where(flat, rng.integers(1, 30, size) * 100, rng.integers(1, 2_400, size))
    return Addresses(
        number=number.astype(np.int32),
        street=rng.integers(0, len(STREETS), size).astype(np.int32),
        suffix=np.where(flat, rng.integers(0, 2, size), rng.integers(0, len(SUFFIXES), size)).astype(np.int32),
        unit=np.where(flat, rng.integers(1, 60, size), 0).astype(np.int32),
        place=place.astype(np.int32),
    )


def write_addresses(addresses: Addresses, which: Ints, *, long_suffix: np.ndarray) -> pl.DataFrame:
    """``street``, ``city``, ``zip`` of the addresses at ``which``; ``long_suffix`` spells STREET instead of ST."""
    suffix_short, suffix_long = (pl.Series([pair[form] for pair in SUFFIXES]) for form in (0, 1))
    suffix = addresses.suffix[which]
    place = addresses.place[which]
    frame = pl.DataFrame(
        {
            "number": addresses.number[which],
            "name": pl.Series(STREETS).gather(addresses.street[which]),
            "short": suffix_short.gather(suffix),
            "long": suffix_long.gather(suffix),
            "is_long": long_suffix,
            "unit": addresses.unit[which],
            "city": pl.Series([row[2] for row in ZIPS] + [row[1] for row in OUTSIDE_ZIPS]).gather(place),
            "zip": pl.Series([row[0] for row in ZIPS] + [row[0] for row in OUTSIDE_ZIPS]).gather(place),
        }
    )
    unit = pl.when(pl.col("unit") > 0).then(pl.format(" APT {}", pl.col("unit"))).otherwise(pl.lit(""))
    suffix_text = pl.when(pl.col("is_long")).then(pl.col("long")).otherwise(pl.col("short"))
    return frame.select(
        street=pl.concat_str(pl.format("{} {} {}", pl.col("number"), pl.col("name"), suffix_text), unit), city="city", zip="zip"
    )


def phone_numbers(rng: np.random.Generator, size: int) -> Ints:
    """Distinct ten-digit numbers with area code 555; a seeded permutation, so that they say nothing about order."""
    start = int(rng.integers(0, 7_000_000))
    # A step that shares no factor with the range visits every number once.
    return 5_552_000_000 + (start + np.arange(size, dtype=np.int64) * 1_234_577) % 7_900_001


def regions() -> pl.DataFrame:
    """zip, region of the county, as ``regions.csv`` of the demo county holds them."""
    return pl.DataFrame({"zip": [row[0] for row in ZIPS], "region": [row[1] for row in ZIPS]})
