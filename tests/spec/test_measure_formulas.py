"""Hand-worked examples: every row of the text tables in ``measures/`` against the functions they describe.

The tables are the specification. Figures are given to as many digits as were worked by hand; a row agrees if the function gives the same
digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path

import pytest

from assets.measured import intervals, rates

FOLDER = Path(__file__).parent / "measures"
Cells = dict[str, str]


def number(cell: str) -> float | None:
    return None if cell == "none" else float(cell)


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


EXAMPLES = list(examples())


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
    assert {heading for heading, _ in EXAMPLES} == set(FORMULAS)
