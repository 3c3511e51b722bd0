"""Hand-worked examples: every row of the text tables in ``measures/`` against the functions they describe.

The tables are the specification. Figures are given to as many digits as were worked by hand; a row agrees if the function gives the same
digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from math import inf
from pathlib import Path

import pytest

from assets.measured import agreement, incidence, intervals, policy, rates, rubin, significance, targets
from assets.measured.screening_rules import score
from contracts.stepping_up import Screening, ScreenRules

FOLDER = Path(__file__).parent / "measures"
Cells = dict[str, str]


def number(cell: str) -> float | None:
    return None if cell == "none" else float(cell)


def numbers(cell: str) -> list[float]:
    return [float(text) for text in cell.split()]


def by_day(cell: str) -> dict[int, int]:
    return {int(day): int(count) for day, _, count in (text.partition(":") for text in cell.split())}


def whole(cell: str) -> int:
    return int(cell)


def limits(found: intervals.Interval) -> list[float | None]:
    return [found.lower, None if found.upper == inf else found.upper]


def four(cells: Cells) -> tuple[int, int, int, int]:
    return (whole(cells["events"]), whole(cells["base"]), whole(cells["reference events"]), whole(cells["reference base"]))


def newcombe(cells: Cells) -> list[float | None]:
    a, n, b, m = four(cells)
    return limits(intervals.mover_difference(a / n, intervals.wilson(a, n), b / m, intervals.wilson(b, m)))


def count_variance(cells: Cells) -> list[float | None]:
    people = [whole(text) for text in cells["events of each person"].split()]
    assert sum(people) == whole(cells["total"])
    return [intervals.clustered_count(sum(people), sum(x * x for x in people))]


def share_variance(cells: Cells) -> list[float | None]:
    people = [tuple(map(whole, text.split("/"))) for text in cells["hits of events of each person"].split()]
    hits, base = sum(x for x, _ in people), sum(n for _, n in people)
    assert hits / base == float(cells["share"])
    squares, products, base_squares = (sum(x * x for x, _ in people), sum(x * n for x, n in people), sum(n * n for _, n in people))
    return [intervals.clustered_share(hits, base, squares, products, base_squares)]


def p_of_two(c: Cells) -> list[float | None]:
    found = significance.two_by_two(*four(c))
    return [found[0] if found else None]


def log_tested(c: Cells) -> list[float | None]:
    found = significance.log_ratio(float(c["ratio"]), float(c["variance"]))
    return [found[0] if found else None]


def kappa(c: Cells) -> list[float | None]:
    found = agreement.cohens_kappa([[int(text) for text in row.split()] for row in c["table"].split("/")])
    return [found.observed, found.expected, found.kappa]


def pooled(c: Cells) -> list[float | None]:
    found = rubin.pool(numbers(c["estimates"]), numbers(c["variances"]))
    assert found is not None
    return [found.estimate, found.total, None if found.freedom == inf else found.freedom]


def incident(c: Cells) -> list[float | None]:
    curves = incidence.aalen_johansen({"event": by_day(c["event"]), "other": by_day(c["other event"])}, by_day(c["censored"]))
    found = incidence.share_on(curves["event"], int(c["by day"]))
    return [found.share if found else None]


def product_limit(c: Cells) -> list[float | None]:
    left = by_day(c["censored"])
    for day, count in by_day(c["other event"]).items():
        left[day] = left.get(day, 0) + count
    found = incidence.share_on(incidence.kaplan_meier(by_day(c["event"]), left), int(c["by day"]))
    return [found.share if found else None]


def ratio_of_ratios(c: Cells) -> list[float | None]:
    sides = []
    for column in ("group", "reference"):
        people = [tuple(map(int, text.split("/"))) for text in c[column].split()]
        sides.append(policy.side([(before, before, after, after, 1) for before, after in people], on_population=True))
    own, reference = sides
    assert own.change is not None
    assert reference.change is not None
    return [own.change / reference.change, (own.variance or 0) + (reference.variance or 0)]


FORMULAS: dict[str, tuple[tuple[str, ...], Callable[[Cells], list[float | None]]]] = {
    "Rate": (("rate",), lambda c: [rates.rate(number(c["events"]), number(c["base"]), float(c["per"]))]),
    "Rate ratio": (("ratio",), lambda c: [rates.rate_ratio(number(c["rate"]), number(c["reference"]))]),
    "Rate difference": (("difference",), lambda c: [rates.rate_difference(number(c["rate"]), number(c["reference"]))]),
    "Disproportionality index": (
        ("index",),
        lambda c: [
            rates.disproportionality_index(float(c["events"]), float(c["all events"]), float(c["base"]), float(c["all base"])),
        ],
    ),
    "Disparity index": (("index",), lambda c: [rates.disparity_index(number(c["own index"]), number(c["reference index"]))]),
    "Excess events": (
        ("excess",),
        lambda c: [rates.excess_events(number(c["events"]), number(c["base"]), number(c["reference rate of one"]))],
    ),
    "Bounds": (
        ("none", "all"),
        lambda c: list(rates.share_bounds(whole(c["connected"]), whole(c["not known"]), whole(c["total"])) or (None, None)),
    ),
    "Poisson count": (("lower", "upper"), lambda c: limits(intervals.poisson_count(whole(c["events"])))),
    "Wilson": (("lower", "upper"), lambda c: limits(intervals.wilson(whole(c["events"]), whole(c["base"])))),
    "Clopper-Pearson": (("lower", "upper"), lambda c: limits(intervals.clopper_pearson(whole(c["events"]), whole(c["base"])))),
    "Katz ratio": (("lower", "upper"), lambda c: limits(intervals.katz_ratio(*four(c)))),
    "Score ratio": (("lower", "upper"), lambda c: limits(intervals.score_ratio(*four(c)))),
    "Poisson ratio, log": (("lower", "upper"), lambda c: limits(intervals.poisson_ratio_log(*four(c)))),
    "Poisson ratio, exact": (("lower", "upper"), lambda c: limits(intervals.poisson_ratio_exact(*four(c)))),
    "Difference": (("lower", "upper"), newcombe),
    "Count of repeat people": (("variance",), count_variance),
    "Share of repeat people": (("variance",), share_variance),
    "Two by two": (("p",), p_of_two),
    "Test of a log ratio": (("p",), log_tested),
    "Cohen's kappa": (("observed", "expected", "kappa"), kappa),
    "Rubin's rules": (("pooled", "total", "freedom"), pooled),
    "Cumulative incidence": (("share",), incident),
    "Kaplan-Meier": (("share",), product_limit),
    "Ratio of ratios": (("ratio", "variance"), ratio_of_ratios),
}


def examples() -> Iterator[tuple[str, Cells]]:
    for path in sorted(FOLDER.glob("*.txt")):
        heading, header = "", []
        for line in path.read_text().splitlines():
            if line.startswith("# "):
                heading, header = line.removeprefix("# "), []
            elif line.startswith("|") and not line.startswith("|-"):
                cells = [cell.strip() for cell in line.strip("|").split("|")]
                if header:
                    yield heading, dict(zip(header, cells, strict=True))
                else:
                    header = cells


WORDED = {"False discovery", "Screens", "Target"}
"""Tables whose answers are words or lists; each has a test of its own below."""
ALL_EXAMPLES = list(examples())
EXAMPLES = [(heading, cells) for heading, cells in ALL_EXAMPLES if heading not in WORDED]


def worded(heading: str) -> list[Cells]:
    return [cells for found, cells in ALL_EXAMPLES if found == heading]


@pytest.mark.parametrize(("heading", "cells"), EXAMPLES, ids=[f"{heading}: {cells['worked']}" for heading, cells in EXAMPLES])
def test_the_formula_gives_what_was_worked_by_hand(heading: str, cells: Cells) -> None:
    columns, formula = FORMULAS[heading]
    found = formula(cells)
    assert len(found) == len(columns)
    for column, value in zip(columns, found, strict=True):
        expected = number(cells[column])
        if expected is None:
            assert value is None
        else:
            digits = len(cells[column].partition(".")[2])
            assert value is not None
            assert abs(value - expected) <= 0.500001 * 10**-digits if digits else value == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_every_table_has_a_formula_and_every_formula_a_table() -> None:
    assert {heading for heading, _ in ALL_EXAMPLES} == set(FORMULAS) | WORDED


@pytest.mark.parametrize("cells", worded("False discovery"), ids=lambda cells: cells["worked"])
def test_false_discovery_as_worked(cells: Cells) -> None:
    assert significance.false_discovery(numbers(cells["p-values"])) == pytest.approx(numbers(cells["adjusted"]), abs=5e-5)


@pytest.mark.parametrize("cells", worded("Screens"), ids=lambda cells: f"{cells['screen']}: {cells['worked']}")
def test_a_screen_is_scored_as_worked(cells: Cells) -> None:
    answers = [None if text == "-" else int(text) for text in cells["answers"].split()]
    found = score(Screening(cells["screen"]), answers, ScreenRules())
    assert (found.result, found.total, found.level or "none") == (cells["result"], int(cells["total"]), cells["level"])


@pytest.mark.parametrize("cells", worded("Target"), ids=lambda cells: cells["worked"])
def test_a_target_stands_as_worked(cells: Cells) -> None:
    begin, due = date(2025, 1, 1), date(2026, 2, 5)  # four hundred days
    found = targets.track(
        baseline=float(cells["baseline"]),
        current=float(cells["current"]),
        target=float(cells["target"]),
        begin=begin,
        due=due,
        today=begin + timedelta(days=round(400 * float(cells["passed"]))),
    )
    assert (found.standing, round(found.expected_now, 9)) == (cells["standing"], float(cells["expected"]))
