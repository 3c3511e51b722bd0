"""What the state's agencies report of the county, already counted: youth justice, child welfare, schools, stops.

Belongs here: the counts, from fixed rates and the population; no person, and so no minor's row. Does not belong here: any event of the
simulated people, to whom these counts are not tied.

Nothing is drawn: a count is the population or the count of the point before, times a rate, rounded. So a rate ratio worked out from the
reports is the one written here, up to rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from resources.simulated_county.population import GROUPS, YEAR, benchmark

YEARS: Final = (YEAR - 2, YEAR - 1, YEAR)
YEAR_FACTORS: Final = (1.06, 1.03, 1.00)
"""Every rate by population was so much higher in the earlier years."""
DISTRICT: Final = 10
"""The reports are of the judicial district: so many times the county's people, in the same shares."""
RACE_WORDS: Final[Mapping[str, str]] = {
    "WHITE": "White",
    "BLACK": "Black or African American",
    "HISPANIC": "Hispanic or Latino",
    "ASIAN": "Asian",
    "AIAN": "American Indian or Alaska Native",
    "NHPI": "Native Hawaiian or Pacific Islander",
    "MULTIRACIAL": "Two or more races",
}
ALL: Final = "All"
COLUMNS: Final = (
    "report_id", "period_start", "period_end", "report", "decision_point", "race_ethnicity", "age_band", "stratum", "stratum_value", "n",
)  # fmt: skip


@dataclass(frozen=True)
class ReportedPoint:
    """One decision point of one report.

    ``base`` is an earlier point of the report; ``rate`` that of the White group per one of the base; ``ratios`` what the other groups' rate
    is as a multiple of it, in the order of ``GROUPS``.
    """

    report: str
    point: str
    base: str
    rate: float
    ratios: tuple[float, ...]
    by_population: bool = False


EVEN: Final = (1.0,) * len(GROUPS)
AGES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "youth_justice": ("12-17", ("12-17",)),
    "child_welfare": ("0-17", ("0-11", "12-17")),
    "education": ("5-17", ("0-11", "12-17")),
    "stops": ("18+", ("18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+")),
}
"""Report -> the ages it covers and the bands of the population they are taken from."""
OF_SCHOOL_AGE: Final = 7 / 12
"""Share of children under twelve who are five or older."""

POINTS: Final = (
    # Groups in order: WHITE, BLACK, HISPANIC, ASIAN, AIAN, NHPI, MULTIRACIAL.
    ReportedPoint("youth_justice", "custodial arrest", "population", 0.0090, (1, 3.2, 1.7, 0.4, 2.0, 1.4, 1.3), by_population=True),
    ReportedPoint("youth_justice", "summons", "population", 0.0120, (1, 1.5, 1.2, 0.5, 1.4, 1.1, 1.1), by_population=True),
    ReportedPoint("youth_justice", "referral", "population", 0.0180, (1, 2.1, 1.4, 0.4, 1.7, 1.2, 1.2), by_population=True),
    ReportedPoint("youth_justice", "diversion", "referral", 0.42, (1, 0.72, 0.85, 1.05, 0.80, 0.95, 0.95)),
    ReportedPoint("youth_justice", "detention", "referral", 0.15, (1, 1.6, 1.4, 0.8, 1.4, 1.1, 1.2)),
    ReportedPoint("youth_justice", "petition", "referral", 0.48, (1, 1.18, 1.10, 0.95, 1.12, 1.0, 1.05)),
    ReportedPoint("youth_justice", "adjudication", "petition", 0.52, (1, 0.98, 1.02, 0.95, 1.05, 1.0, 1.0)),
    ReportedPoint("youth_justice", "probation", "adjudication", 0.62, (1, 0.94, 0.97, 1.05, 0.95, 1.0, 1.0)),
    ReportedPoint("youth_justice", "placement", "adjudication", 0.14, (1, 1.5, 1.3, 0.7, 1.4, 1.1, 1.1)),
    ReportedPoint("child_welfare", "alleged victims", "population", 0.042, (1, 1.8, 1.3, 0.3, 2.1, 1.3, 1.6), by_population=True),
    ReportedPoint("child_welfare", "investigation", "alleged victims", 0.48, (1, 1.16, 1.10, 1.0, 1.18, 1.05, 1.08)),
    ReportedPoint("child_welfare", "family assessment", "alleged victims", 0.50, (1, 0.84, 0.90, 1.0, 0.82, 0.95, 0.92)),
    ReportedPoint("child_welfare", "substantiated", "alleged victims", 0.23, (1, 1.08, 1.05, 0.9, 1.12, 1.0, 1.05)),
    ReportedPoint("child_welfare", "placement", "substantiated", 0.17, (1, 1.35, 1.10, 0.8, 1.60, 1.1, 1.2)),
    ReportedPoint("education", "office referral", "enrolled", 0.090, (1, 2.0, 1.2, 0.4, 1.7, 1.2, 1.3)),
    ReportedPoint("education", "suspension", "enrolled", 0.034, (1, 2.9, 1.3, 0.35, 2.0, 1.4, 1.5)),
    ReportedPoint("education", "expulsion", "enrolled", 0.0012, (1, 2.6, 1.3, 0.3, 2.2, 1.3, 1.3)),
    ReportedPoint("education", "school arrest", "enrolled", 0.0016, (1, 2.4, 1.4, 0.3, 2.0, 1.3, 1.2)),
    ReportedPoint("stops", "stop", "population", 0.085, (1, 1.9, 1.2, 0.6, 1.3, 1.1, 1.0), by_population=True),
    ReportedPoint("stops", "search", "stop", 0.045, (1, 2.0, 1.6, 0.6, 1.7, 1.3, 1.1)),
    ReportedPoint("stops", "hit", "search", 0.29, (1, 0.82, 0.78, 0.95, 0.85, 0.9, 1.0)),
    ReportedPoint("stops", "citation", "stop", 0.36, (1, 1.05, 1.12, 0.98, 1.05, 1.0, 1.0)),
    ReportedPoint("stops", "arrest", "stop", 0.030, (1, 1.8, 1.4, 0.6, 1.7, 1.2, 1.1)),
    ReportedPoint("stops", "force", "stop", 0.004, (1, 2.2, 1.4, 0.6, 1.8, 1.2, 1.1)),
)
FIRST: Final[Mapping[str, str]] = {
    "youth_justice": "population",
    "child_welfare": "population",
    "education": "enrolled",
    "stops": "population",
}
"""Report -> the point every other hangs on: how many there are."""

STRATA: Final = (
    # Self-reported in surveys of schools; share of the enrolled, and of the suspended.
    ("disability", "yes", 0.15, 0.27),
    ("disability", "no", 0.85, 0.73),
    ("language", "English", 0.82, 0.80),
    ("language", "Spanish", 0.12, 0.14),
    ("language", "other", 0.06, 0.06),
    ("lgbtq", "yes", 0.12, 0.16),
    ("lgbtq", "no", 0.88, 0.84),
)
"""Stratum, value, share of the enrolled, share of the suspended."""


def state_reports(residents: int) -> pl.DataFrame:
    """Every count of three years, as the reporting agency writes them: one row a count.

    Args:
        residents: size of the county, which the counts of its district follow.

    Raises:
        ValueError: outside the sizes the county was designed for.
    """
    population = benchmark(residents)
    rows = [row for year, factor in zip(YEARS, YEAR_FACTORS, strict=True) for row in _year(population, year, factor)]
    return pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


def _year(population: pl.DataFrame, year: int, factor: float) -> Iterator[tuple[str, ...]]:
    for report, (ages, bands) in AGES.items():
        counted = {(FIRST[report], group): _people(population, group, bands, ages) for group in GROUPS}
        for point in (item for item in POINTS if item.report == report):
            rate = point.rate * (factor if point.by_population or point.base == "enrolled" else 1.0)
            for group, ratio in zip(GROUPS, point.ratios, strict=True):
                base = counted[point.base, group]
                counted[point.point, group] = min(base, round(base * rate * ratio))
        points = dict.fromkeys(name for name, _ in counted)
        for name in points:
            by_group = {group: counted[name, group] for group in GROUPS}
            for group, number in by_group.items():
                yield _row(year, (report, name, RACE_WORDS[group]), ages, number)
            yield _row(year, (report, name, ALL), ages, sum(by_group.values()))
        if report == "education":
            yield from _strata(year, ages, {name: sum(counted[name, group] for group in GROUPS) for name in ("enrolled", "suspension")})


def _people(population: pl.DataFrame, group: str, bands: tuple[str, ...], ages: str) -> int:
    of_group = population.filter(pl.col("race_group") == group, pl.col("age_band").is_in(bands))
    under_twelve = int(of_group.filter(pl.col("age_band") == "0-11")["population"].sum())
    people = int(of_group["population"].sum())
    return DISTRICT * (people - under_twelve + round(under_twelve * OF_SCHOOL_AGE) if ages == "5-17" else people)


def _strata(year: int, ages: str, totals: Mapping[str, int]) -> Iterator[tuple[str, ...]]:
    for stratum, value, of_enrolled, of_suspended in STRATA:
        for name, share in (("enrolled", of_enrolled), ("suspension", of_suspended)):
            yield _row(year, ("education", name, ALL), ages, round(totals[name] * share), (stratum, value))


def _row(year: int, of: tuple[str, str, str], ages: str, number: int, stratum: tuple[str, str] = ("", "")) -> tuple[str, ...]:
    """One line; ``of``: report, point and race."""
    words = (*of, str(year), *filter(None, stratum))
    key = "-".join(word.replace(" ", "_").lower() for word in words)
    return (key, f"{year}-01-01", f"{year + 1}-01-01", *of, ages, *stratum, str(number))
