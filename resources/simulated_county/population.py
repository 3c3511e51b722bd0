"""Who lives in the simulated county: counts by race group, sex and age band, and the people drawn to those counts.

Belongs here: the population shares, which are also the demo county's benchmark. Does not belong here: names, households, events.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from resources.simulated_county.draw import Ints

GROUPS = ("WHITE", "BLACK", "HISPANIC", "ASIAN", "AIAN", "NHPI", "MULTIRACIAL")
"""Race groups; every group but HISPANIC is not Hispanic."""
GROUP_SHARES = (0.580, 0.170, 0.150, 0.050, 0.012, 0.003, 0.035)
SEXES = ("F", "M")
AGE_BANDS = ("0-11", "12-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+")
AGE_STARTS = (0, 12, 18, 25, 35, 45, 55, 65, 75)
AGE_ENDS = (11, 17, 24, 34, 44, 54, 64, 74, 99)
AGE_SHARES = {
    "WHITE": (0.112, 0.066, 0.081, 0.122, 0.124, 0.126, 0.146, 0.127, 0.096),
    "BLACK": (0.155, 0.085, 0.106, 0.150, 0.132, 0.122, 0.123, 0.080, 0.047),
    "HISPANIC": (0.205, 0.112, 0.118, 0.158, 0.147, 0.118, 0.078, 0.042, 0.022),
    "ASIAN": (0.130, 0.072, 0.092, 0.165, 0.172, 0.140, 0.108, 0.075, 0.046),
    "AIAN": (0.170, 0.096, 0.105, 0.146, 0.130, 0.119, 0.122, 0.072, 0.040),
    "NHPI": (0.172, 0.092, 0.108, 0.164, 0.142, 0.120, 0.104, 0.064, 0.034),
    "MULTIRACIAL": (0.300, 0.132, 0.125, 0.150, 0.105, 0.072, 0.058, 0.036, 0.022),
}
"""Share of each age band within the group."""
MALE_BY_AGE = (0.511, 0.511, 0.510, 0.505, 0.500, 0.496, 0.487, 0.470, 0.420)
YEAR = 2025
SOURCE = "simulated county: the population the people were drawn to"


def benchmark(residents: int) -> pl.DataFrame:
    """race_group, sex, age_band, population, source, year for a county of this size.

    Populations are whole numbers that sum to ``residents`` exactly (largest remainder), so that a county of another size has
    the same shares to within one person a cell.

    Raises:
        ValueError: outside 1,000 to 1,000,000 residents, the sizes the county was designed for.
    """
    if not 1_000 <= residents <= 1_000_000:
        raise ValueError(f"residents must be between 1,000 and 1,000,000, not {residents:,}")
    cells = [
        (group, sex, band, share * AGE_SHARES[group][age] * (MALE_BY_AGE[age] if sex == "M" else 1 - MALE_BY_AGE[age]))
        for group, share in zip(GROUPS, GROUP_SHARES, strict=True)
        for sex in SEXES
        for age, band in enumerate(AGE_BANDS)
    ]
    shares = np.array([cell[3] for cell in cells])
    exact = shares / shares.sum() * residents
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: residents - int(whole.sum())]] += 1
    return pl.DataFrame(
        {
            "race_group": [cell[0] for cell in cells],
            "sex": [cell[1] for cell in cells],
            "age_band": [cell[2] for cell in cells],
            "population": whole,
            "source": [SOURCE] * len(cells),
            "year": [YEAR] * len(cells),
        }
    )


@dataclass(frozen=True)
class Drawn:
    """Parallel columns, one row a person: index into GROUPS, index into SEXES, index into AGE_BANDS, and birth date."""

    group: Ints
    sex: Ints
    band: Ints
    birth: npt.NDArray[np.datetime64]

    def __len__(self) -> int:
        return len(self.group)


def _birth_dates(rng: np.random.Generator, band: Ints, on: date) -> npt.NDArray[np.datetime64]:
    first = np.array([np.datetime64(date(on.year - end - 1, on.month, 1)) for end in AGE_ENDS])
    last = np.array([np.datetime64(date(on.year - start, on.month, 1)) for start in AGE_STARTS])
    # Both ends move by the day of the month, so that the age on that day is inside the band.
    days = (last - first).astype(np.int64)[band]
    within = rng.random(len(band))
    within = np.where(band == len(AGE_BANDS) - 1, 1 - within**1.8, within)  # few reach 99
    born: npt.NDArray[np.datetime64] = first[band] + (1 + (within * (days - 1)).astype(np.int64)) + (on.day - 1)
    return born


def draw_residents(rng: np.random.Generator, residents: int, on: date) -> Drawn:
    """People in exactly the benchmark's numbers, in random order; ages are as of ``on``."""
    cells = benchmark(residents)
    counts = cells["population"].to_numpy()
    group = np.repeat(np.array([GROUPS.index(name) for name in cells["race_group"]]), counts)
    sex = np.repeat(np.array([SEXES.index(name) for name in cells["sex"]]), counts)
    band = np.repeat(np.array([AGE_BANDS.index(name) for name in cells["age_band"]]), counts)
    order = rng.permutation(residents)
    group, sex, band = (column[order].astype(np.int8) for column in (group, sex, band))
    return Drawn(group=group, sex=sex, band=band, birth=_birth_dates(rng, band, on))


def draw_visitors(rng: np.random.Generator, size: int, on: date) -> Drawn:
    """People of the neighbouring counties who turn up in this county's systems: adults, mostly young men."""
    group = rng.choice(len(GROUPS), size, p=GROUP_SHARES).astype(np.int8)
    sex = (rng.random(size) < 0.7).astype(np.int8)
    band = rng.choice(np.arange(2, 8), size, p=(0.22, 0.34, 0.22, 0.12, 0.07, 0.03)).astype(np.int8)
    return Drawn(group=group, sex=sex, band=band, birth=_birth_dates(rng, band, on))


def ages(birth: npt.NDArray[np.datetime64], on: date) -> Ints:
    """Completed years on that day."""
    year, month, day = split_dates(birth)
    completed: Ints = on.year - year - ((month > on.month) | ((month == on.month) & (day > on.day)))
    return completed


def split_dates(dates: npt.NDArray[np.datetime64]) -> tuple[Ints, Ints, Ints]:
    """Year, month, day of each date."""
    months = dates.astype("datetime64[M]")
    year = months.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (dates.astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64) + 1
    return year, month, day
