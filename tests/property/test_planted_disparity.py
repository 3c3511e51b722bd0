"""A planted disparity is found again within its limits: the small, deterministic sister of tests/bench/bench_coverage.py."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

RUNS = 120


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    path = Path(__file__).resolve().parents[1] / "bench" / "bench_coverage.py"
    spec = importlib.util.spec_from_file_location("bench_coverage", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_limits_that_know_repeat_people_hold_the_truth_and_those_that_do_not_miss_it_too_often(bench: ModuleType) -> None:
    found = {method: share for method, (share, _) in bench.coverage(bench.repeat_people, RUNS, seed=11).items()}
    # With 120 runs the coverage of a 95 % method lies between 90 and 99 % almost surely.
    assert 0.90 <= found["formula for repeat people"] <= 0.99
    assert 0.90 <= found["resampling of people"] <= 0.99
    assert found["every event somebody else's"] < found["formula for repeat people"] - 0.02


def test_pooled_draws_of_uncertain_links_hold_the_truth_where_trusting_every_link_does_not(bench: ModuleType) -> None:
    found = {method: share for method, (share, _) in bench.coverage(bench.uncertain_links, RUNS, seed=11).items()}
    # Limits that always hold the truth say nothing: they must miss it now and then.
    assert 0.92 <= found["uncertain links drawn and pooled"] <= 0.995
    assert found["every link above the threshold taken as true"] < 0.5
