from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from contracts.benchmarks import read_population
from resources.simulated_county.draw import generator
from resources.simulated_county.place import OUTSIDE_ZIPS, ZIPS, phone_numbers, regions
from resources.simulated_county.population import (
    AGE_BANDS,
    AGE_ENDS,
    AGE_STARTS,
    GROUPS,
    SEXES,
    ages,
    benchmark,
    draw_residents,
    split_dates,
)

DEMO = Path(__file__).parents[3] / "contracts" / "demo_county"
ON = date(2026, 3, 2)


@pytest.mark.parametrize("residents", [1_000, 1_237, 20_000, 1_000_000])
def test_the_benchmark_sums_to_the_residents_whatever_the_size(residents: int) -> None:
    assert benchmark(residents)["population"].sum() == residents


@pytest.mark.parametrize("residents", [0, 999, 1_000_001])
def test_a_county_outside_the_sizes_it_was_made_for_is_refused(residents: int) -> None:
    with pytest.raises(ValueError, match=r"between 1,000 and 1,000,000"):
        benchmark(residents)


def test_the_demo_county_ships_the_population_its_people_are_drawn_to(tmp_path: Path) -> None:
    benchmark(20_000).write_csv(tmp_path / "population.csv", line_terminator="\n")
    assert (DEMO / "benchmarks" / "population.csv").read_bytes() == (tmp_path / "population.csv").read_bytes()
    assert sum(row.population for row in read_population(DEMO / "benchmarks" / "population.csv")) == 20_000


def test_people_are_drawn_in_exactly_the_benchmarks_numbers() -> None:
    drawn = draw_residents(generator(3, "test"), 2_000, ON)
    counted = pl.DataFrame(
        {
            "race_group": pl.Series(GROUPS).gather(drawn.group),
            "sex": pl.Series(SEXES).gather(drawn.sex),
            "age_band": pl.Series(AGE_BANDS).gather(drawn.band),
        }
    )
    counted = counted.group_by(pl.all()).len("drawn")
    joined = benchmark(2_000).join(counted, on=["race_group", "sex", "age_band"], how="left").with_columns(pl.col("drawn").fill_null(0))
    assert (joined["drawn"] == joined["population"]).all()


@pytest.mark.parametrize("on", [ON, date(2027, 12, 31), date(2028, 2, 29)])
def test_every_birth_date_lies_in_its_age_band(on: date) -> None:
    drawn = draw_residents(generator(5, "test"), 5_000, on)
    age = ages(drawn.birth, on)
    assert (age >= np.array(AGE_STARTS)[drawn.band]).all()
    assert (age <= np.array(AGE_ENDS)[drawn.band]).all()


def test_dates_are_split_into_year_month_and_day() -> None:
    year, month, day = split_dates(np.array(["1969-12-31", "2000-02-29"], dtype="datetime64[D]"))
    assert (year.tolist(), month.tolist(), day.tolist()) == ([1969, 2000], [12, 2], [31, 29])


def test_the_demo_county_ships_its_own_zip_codes_and_regions() -> None:
    shipped = pl.read_csv(DEMO / "regions.csv", infer_schema=False)
    assert shipped.equals(regions())
    assert set(shipped["region"]) == {"north", "central", "south"}


def test_zip_codes_and_telephones_are_ones_nobody_has() -> None:
    assert all(row[0].startswith("699") for row in (*ZIPS, *OUTSIDE_ZIPS))
    numbers = phone_numbers(generator(1, "test"), 50_000)
    assert len(np.unique(numbers)) == 50_000
    assert set((numbers // 10_000_000).tolist()) == {555}


def test_services_name_an_intercept_a_region_and_a_capacity() -> None:
    services = pl.read_csv(DEMO / "services.csv")
    assert services.columns == ["intercept", "region", "service", "capacity", "language"]
    assert services["intercept"].is_between(0, 5).all()
    assert set(services["region"]) <= set(regions()["region"])
    assert (services["capacity"] > 0).all()
