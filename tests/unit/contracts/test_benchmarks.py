from __future__ import annotations

from pathlib import Path

import pytest

from contracts.benchmarks import PopulationBase, population_bases, read_population
from contracts.definition_parts import AgeRange
from contracts.reviewed import TermsFaults

HEADER = "race_group,sex,age_band,population,source,year\n"
ADULTS = AgeRange(min=18)


def written(tmp_path: Path, *lines: str, header: str = HEADER) -> Path:
    path = tmp_path / "population.csv"
    path.write_text(header + "".join(f"{line}\n" for line in lines))
    return path


def faults(path: Path) -> str:
    with pytest.raises(TermsFaults) as caught:
        read_population(path)
    return str(caught.value)


def test_a_base_is_the_residents_of_a_group_in_the_ages_asked_for(tmp_path: Path) -> None:
    lines = read_population(
        written(
            tmp_path,
            "WHITE,F,0-17,100,census,2025",
            "WHITE,F,18-64,200,census,2025",
            "WHITE,M,65+,50,census,2025",
            "BLACK,M,18-64,70,acs,2025",
        )
    )
    assert population_bases(lines, ages=ADULTS, year=2026) == {
        "WHITE": PopulationBase("WHITE", 250, "census", 2025),
        "BLACK": PopulationBase("BLACK", 70, "acs", 2025),
    }


@pytest.mark.parametrize(("year", "chosen"), [(2026, 2025), (2025, 2025), (2024, 2023), (2020, 2023)])
def test_the_latest_year_that_is_not_in_the_future_is_used(tmp_path: Path, year: int, chosen: int) -> None:
    lines = read_population(written(tmp_path, "WHITE,F,18-64,1,s,2023", "WHITE,F,18-64,2,s,2025"))
    assert population_bases(lines, ages=ADULTS, year=year)["WHITE"].year == chosen


@pytest.mark.parametrize(("ages", "groups"), [(AgeRange(min=18), set()), (AgeRange(min=15), {"WHITE"}), (AgeRange(min=0, max=20), set())])
def test_a_band_across_the_end_of_the_ages_leaves_no_base(tmp_path: Path, ages: AgeRange, groups: set[str]) -> None:
    lines = read_population(written(tmp_path, "WHITE,F,15-24,10,s,2025", "WHITE,F,25+,10,s,2025"))
    assert set(population_bases(lines, ages=ages, year=2026)) == groups


def test_a_group_the_benchmark_lacks_is_missing_and_not_zero(tmp_path: Path) -> None:
    lines = read_population(written(tmp_path, "WHITE,F,18-64,0,s,2025"))
    bases = population_bases(lines, ages=ADULTS, year=2026)
    assert bases["WHITE"].population == 0
    assert "BLACK" not in bases


def test_no_lines_have_no_bases() -> None:
    assert population_bases((), ages=ADULTS, year=2026) == {}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("PURPLE,F,18-64,1,s,2025", "population.csv:2: race_group: [PURPLE] is not a group"),
        ("WHITE,female,18-64,1,s,2025", "population.csv:2: sex"),
        ("WHITE,F,adults,1,s,2025", "population.csv:2: age_band"),
        ("WHITE,F,64-18,1,s,2025", "population.csv:2: age_band"),
        ("WHITE,F,18-64,-1,s,2025", "population.csv:2: population"),
        ("WHITE,F,18-64,1.5,s,2025", "population.csv:2: population"),
        ("WHITE,F,18-64,1,,2025", "population.csv:2: source"),
        ("WHITE,F,18-64,1,s,25", "population.csv:2: year"),
        ("WHITE,F,18-64,1,s", "population.csv:2: -: has [5] values and needs [6]"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str, message: str) -> None:
    assert message in faults(written(tmp_path, line))


def test_a_line_said_twice_is_refused(tmp_path: Path) -> None:
    assert "population.csv:3" in faults(written(tmp_path, "WHITE,F,18-64,1,s,2025", "WHITE,F,18-64,2,s,2025"))


@pytest.mark.parametrize("header", ["", "group,sex,age_band,population,source,year\n"])
def test_a_file_without_its_header_is_refused(tmp_path: Path, header: str) -> None:
    assert "the header must be race_group,sex,age_band,population,source,year" in faults(written(tmp_path, header=header))


def test_a_missing_empty_or_wrongly_encoded_file_is_refused(tmp_path: Path) -> None:
    assert "is missing" in faults(tmp_path / "population.csv")
    assert "no lines" in faults(written(tmp_path))
    (tmp_path / "population.csv").write_bytes(HEADER.encode() + b"WHITE,F,18-64,1,\xff,2025\n")
    assert "not UTF-8" in faults(tmp_path / "population.csv")
