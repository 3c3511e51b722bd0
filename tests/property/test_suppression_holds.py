"""Small cells of any table stay unknown: checked with rational arithmetic written here, apart from the code under test."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from typing import Any

import pytest

from assets.published.cells import system_of, table_of, vectors_of
from assets.published.linear import interval
from assets.published.suppression import WITHHELD, protect
from contracts.disclosure import DisclosurePolicy
from contracts.products import ProductTable
from tests.fixtures.counts import times

TOTAL = "all"
POLICY = DisclosurePolicy(
    minimum_cell=11,
    zeros="withhold",
    complementary="exact",
    interval_cells=0,
    interval_width=5,
    pooling_months=(12,),
    maximum_dimensions=3,
    citation="a rule for tests",
)


def _table(dimensions: int, *, with_part: bool) -> ProductTable:
    columns: list[dict[str, Any]] = [
        {"name": f"d{i}", "description": "a dimension", "role": "dimension", "total": TOTAL} for i in range(dimensions)
    ]
    columns.append({"name": "people", "description": "people in the cell", "role": "people"})
    if with_part:
        columns.append({"name": "part", "description": "some of them", "role": "people", "within": [{"people": "people"}]})
    return ProductTable.model_validate(
        {"name": "t", "description": "a table of counts", "grain": "aggregate", "question": "t", "columns": columns}
    )


def _cube(rng: random.Random, *, with_part: bool) -> tuple[ProductTable, list[dict[str, Any]], dict[tuple[str, ...], dict[str, int]]]:
    sizes = [rng.randint(2, 4) for _ in range(rng.randint(1, 3))]
    names = [[f"v{i}" for i in range(size)] for size in sizes]
    atoms: dict[tuple[str, ...], dict[str, int]] = {}
    for place in itertools.product(*names):
        people = rng.choice([0, rng.randint(1, 10), rng.randint(11, 30), rng.randint(31, 500)])
        atoms[place] = {"people": people, "part": rng.randint(0, people)}
    rows = []
    for place in itertools.product(*([*values, TOTAL] for values in names)):
        sums = {"people": 0, "part": 0}
        for atom, counts in atoms.items():
            if _covers(place, atom):
                sums = {key: sums[key] + counts[key] for key in sums}
        row: dict[str, Any] = {f"d{i}": value for i, value in enumerate(place)} | {"people": sums["people"]}
        rows.append(row | ({"part": sums["part"]} if with_part else {}))
    rng.shuffle(rows)
    return _table(len(sizes), with_part=with_part), rows, atoms


def _covers(place: tuple[str, ...], atom: tuple[str, ...]) -> bool:
    return all(mine in {value, TOTAL} for mine, value in zip(place, atom, strict=True))


def _rank(vectors: list[list[int]]) -> int:
    matrix = [[Fraction(value) for value in vector] for vector in vectors]
    rank = 0
    for column in range(len(matrix[0]) if matrix else 0):
        pivot = next((row for row in range(rank, len(matrix)) if matrix[row][column]), None)
        if pivot is None:
            continue
        matrix[rank], matrix[pivot] = matrix[pivot], matrix[rank]
        for row in range(rank + 1, len(matrix)):
            times = matrix[row][column] / matrix[rank][column]
            if times:
                matrix[row] = [mine - times * other for mine, other in zip(matrix[row], matrix[rank], strict=True)]
        rank += 1
    return rank


def _vector(place: tuple[str, ...], atoms: list[tuple[str, ...]], counted: dict[str, int]) -> list[int]:
    return [counted.get(name, 0) if _covers(place, atom) else 0 for atom in atoms for name in ("people", "part")]


def _place(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(value for key, value in row.items() if key.startswith("d"))


def _recoverable(rows: list[dict[str, Any]], truth: list[dict[str, Any]], atoms: list[tuple[str, ...]], *, with_part: bool) -> int:
    """How many small counts, groups minus parts included, lie in the span of the published counts."""
    names = ("people", "part") if with_part else ("people",)
    shown = [_vector(_place(row), atoms, {name: 1}) for row in rows for name in names if row[name] is not None]
    base = _rank(shown)
    secrets = []
    for row in truth:
        counts = [({name: 1}, row[name]) for name in names]
        if with_part:
            counts.append(({"people": 1, "part": -1}, row["people"] - row["part"]))
        secrets += [_vector(_place(row), atoms, counted) for counted, value in counts if value < POLICY.minimum_cell]
    return sum(_rank([*shown, secret]) == base for secret in secrets)


@pytest.mark.parametrize("with_part", [False, True])
@pytest.mark.parametrize("batch", range(6))
def test_no_small_count_can_be_computed_from_the_published_ones(batch: int, with_part: bool) -> None:
    found, shown, small = 0, 0, 0
    for seed in range(times(30)):
        table, rows, atoms = _cube(random.Random(f"{batch}:{seed}"), with_part=with_part)
        if with_part and len(atoms) > 24:
            continue
        protected = protect(table, rows, POLICY)
        found += _recoverable(protected.rows, rows, list(atoms), with_part=with_part)
        shown += sum(row["people"] is not None for row in protected.rows)
        small += protected.primary
    assert found == 0
    assert small > 0, "the tables tried hold small cells"
    assert shown > 0, "protection does not mean withholding everything"


@pytest.mark.parametrize("seed", range(25))
def test_what_is_shown_is_true_and_what_is_small_is_not_shown(seed: int) -> None:
    table, rows, _ = _cube(random.Random(seed), with_part=True)
    truth = {_place(row): row for row in rows}
    for row in protect(table, rows, POLICY).rows:
        for name in ("people", "part"):
            real = truth[_place(row)][name]
            assert row[name] in {None, real}
            assert not (row[name] is not None and real < POLICY.minimum_cell)
        assert row[WITHHELD] == (row["people"] is None or row["part"] is None)


@pytest.mark.parametrize("seed", range(12))
def test_after_the_interval_audit_every_small_count_stays_uncertain(seed: int) -> None:
    table, rows, _ = _cube(random.Random(1000 + seed), with_part=seed % 2 == 0)
    policy = POLICY.model_copy(update={"interval_cells": 300})
    protected = protect(table, rows, policy)
    if not protected.audited:
        pytest.skip("larger than the audit looks at")
    work = table_of(table, rows, policy)
    system = system_of([work], vectors_of([work]))
    published = {
        ("t", number, name) for number, row in enumerate(protected.rows) for name in ("people", "part") if row.get(name) is not None
    }
    visible = [cell for cell in system.cells if cell.key in published]
    for cell in (cell for cell in system.cells if cell.sensitive):
        ends = interval(cell, visible, system.parts, system.zeros) if visible else None
        assert ends is None or ends[1] - ends[0] >= policy.interval_width - 0.5


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    table, rows, _ = _cube(random.Random(seed), with_part=True)
    assert protect(table, rows, POLICY) == protect(table, list(reversed(rows)), POLICY)


@pytest.mark.parametrize("seed", range(10))
def test_a_stricter_minimum_never_shows_more_small_cells(seed: int) -> None:
    table, rows, _ = _cube(random.Random(seed), with_part=False)
    lax, strict = protect(table, rows, POLICY), protect(table, rows, POLICY, minimum=30)
    assert strict.primary >= lax.primary
    assert all(row["people"] is None or row["people"] >= 30 for row in strict.rows)


def _shares(rng: random.Random, people: int) -> dict[str, list[float]]:
    """What each of so many people has: events, of which a few people may have very many, and costs, of which one may have nearly all."""
    events = [1 if rng.random() < 0.7 else rng.choice((2, 5, 400)) for _ in range(people)]
    return {
        "events": [float(number) for number in events],
        "cost": [round(rng.choice((50, 900, 250_000)) * rng.random(), 2) for _ in events],
    }


def _amounts(rng: random.Random) -> tuple[ProductTable, list[dict[str, Any]], dict[tuple[str, ...], int]]:
    names = [[f"v{i}" for i in range(rng.randint(2, 4))] for _ in range(rng.randint(1, 2))]
    held = {
        place: _shares(rng, rng.choice((rng.randint(11, 14), rng.randint(11, 60), rng.randint(0, 10))))
        for place in itertools.product(*names)
    }
    rows = []
    for place in itertools.product(*([*values, TOTAL] for values in names)):
        row: dict[str, Any] = {f"d{i}": value for i, value in enumerate(place)}
        for name in ("events", "cost"):
            every = sorted((share for atom, shares in held.items() if _covers(place, atom) for share in shares[name]), reverse=True)
            row |= {"people": len(every), name: round(sum(every), 2), f"{name}_1": None, f"{name}_2": None}
            row |= {f"{name}_{number}": share for number, share in enumerate(every[:2], start=1)}
        rows.append(row | {"mean": 1.0})
    columns: list[dict[str, Any]] = [
        {"name": f"d{i}", "description": "a dimension", "role": "dimension", "total": TOTAL} for i in range(len(names))
    ]
    columns.append({"name": "people", "description": "people in the cell", "role": "people"})
    for name in ("events", "cost"):
        top = [f"{name}_1", f"{name}_2"]
        columns.append({"name": name, "description": "what they add up to", "role": "magnitude", "of": ["people"], "top": top})
        columns += [{"name": hidden, "description": "one contribution", "role": "hidden"} for hidden in top]
    columns.append({"name": "mean", "description": "cost of an event", "role": "derived", "of": ["people", "events", "cost"]})
    declared = {"name": "t", "description": "a table of sums", "grain": "aggregate", "question": "t", "columns": columns}
    return ProductTable.model_validate(declared), rows, {place: number for number, place in enumerate(held)}


def _gives_one_away(total: float, largest: list[float]) -> bool:
    """The (n, k) = (2, 90 %) and p % = 10 rules in words of their own."""
    if not total or not largest:
        return False
    two = sum(largest)
    return two > 0.9 * total * (1 + 1e-9) or total - two < 0.1 * largest[0] - 1e-7 * total


def test_no_sum_of_events_or_costs_that_one_or_two_people_make_up_is_shown_or_can_be_computed() -> None:
    dominated, shown, computed = 0, 0, 0
    for seed in range(times(60)):
        table, rows, atoms = _amounts(random.Random(f"amounts {seed}"))
        truth = {_place(row): row for row in rows}
        made = protect(table, rows, POLICY)
        for name in ("events", "cost"):
            vectors = {place: [int(_covers(place, atom)) for atom in atoms] for place in truth}
            secret = {
                place for place, row in truth.items()
                if _gives_one_away(row[name], [share for share in (row[f"{name}_1"], row[f"{name}_2"]) if share is not None])
            }  # fmt: skip
            given = [_place(row) for row in made.rows if row[name] is not None]
            assert not secret & set(given), f"[{seed}] shows a sum that one or two people make up"
            base = _rank([vectors[place] for place in given])
            computed += sum(_rank([*(vectors[one] for one in given), vectors[place]]) == base for place in secret if given)
            dominated, shown = dominated + len(secret), shown + len(given)
        assert all(row["mean"] is None for row in made.rows if row["events"] is None or row["cost"] is None)
        assert made.dominated <= 2 * len(rows)
    assert computed == 0
    assert min(dominated, shown) > times(60), "the tables tried hold sums of both kinds"
