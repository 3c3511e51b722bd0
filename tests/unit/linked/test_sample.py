"""The sample that measures a real county: every pair has a chance, and the intervals hold what they promise against known truth."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from assets.linked.cluster_accuracy import mean
from assets.linked.decisions import Verdict
from assets.linked.review_sheet import SheetRefused
from assets.linked.sample import Drawn, Sample, SampleRefused, allocate
from assets.linked.sample_estimate import CellCount, JudgedPair, Share, bounds, estimates, is_together, ratio, wilson
from assets.linked.sample_files import KEY, PAIRS, read_judged, read_key, write_sample
from contracts.linkage import Interval

RATES = {
    "together_direct": 0.985,
    "together_through_others": 0.9,
    "apart_likely": 0.35,
    "apart_even": 0.12,
    "apart_low": 0.004,
    "near_miss_likely": 0.1,
    "near_miss": 0.002,
}
SIZES = {
    "together_direct": 6000,
    "together_through_others": 500,
    "apart_likely": 120,
    "apart_even": 300,
    "apart_low": 6000,
    "near_miss_likely": 60,
    "near_miss": 9000,
}
Pair = tuple[str, str, tuple[str, str], bool]


def _county(seed: int) -> list[Pair]:
    draw = random.Random(seed)
    races = ["WHITE"] * 60 + ["BLACK"] * 25 + ["HISPANIC"] * 12 + ["AIAN"] * 3
    systems = ["cad / jail"] * 5 + ["health / jail"] * 3 + ["cad / cad"] * 2
    pairs: list[Pair] = []
    for band, size in SIZES.items():
        for _ in range(size):
            one = draw.choice(races)
            other = one if draw.random() < 0.9 else draw.choice(races)
            worse = one == "HISPANIC"
            rate = RATES[band] * (0.97 if is_together(band) else 2) if worse else RATES[band]
            pairs.append((band, draw.choice(systems), (min(one, other), max(one, other)), draw.random() < rate))
    return pairs


def _truth(pairs: list[Pair], race: str | None = None) -> dict[str, float]:
    own = [pair for pair in pairs if race is None or race in pair[2]]
    right = sum(match for band, _, _, match in own if is_together(band))
    held = sum(is_together(band) for band, *_ in own)
    missed = sum(match for band, _, _, match in own if not is_together(band))
    return {"precision": right / held, "recall": right / (right + missed), "f1": 2 * right / (held + right + missed)}


def test_intervals_hold_the_truth_as_often_as_they_promise_and_estimates_are_not_biased() -> None:
    pairs = _county(1)
    cells = Counter((band, systems, " / ".join(races)) for band, systems, races, _ in pairs)
    frame = [CellCount(band, systems, (one, other), n) for (band, systems, names), n in cells.items()
             for one, other in [names.split(" / ")]]  # fmt: skip
    strata = allocate(cells, 400)
    members: dict[str, list[Pair]] = {}
    for pair in pairs:
        members.setdefault(strata[pair[0], pair[1], " / ".join(pair[2])][0], []).append(pair)
    sizes = {stratum: (n, of) for stratum, n, of in strata.values()}
    assert sum(n for n, _ in sizes.values()) == 400
    truth = {("overall", "all"): _truth(pairs)} | {("race_group", race): _truth(pairs, race) for race in ("WHITE", "BLACK", "HISPANIC")}
    draw, rounds = random.Random(9), 120
    held: Counter[tuple[str, str, str]] = Counter()
    off: Counter[tuple[str, str, str]] = Counter()
    for _ in range(rounds):
        judged = []
        for stratum, (n, of) in sizes.items():
            # One answer in twenty is unsure; the others stand for the whole stratum.
            answers = [
                (pair, Verdict.UNSURE if draw.random() < 0.05 else Verdict.SAME if pair[3] else Verdict.DIFFERENT)
                for pair in draw.sample(members[stratum], n)
            ]
            told = sum(verdict is not Verdict.UNSURE for _, verdict in answers)
            judged += [JudgedPair(band, of / (told or n), systems, races, said) for (band, systems, races, _), said in answers]
        for line in estimates(judged, frame):
            key = (line.grouped_by, line.group)
            if key in truth and line.value is not None and line.low is not None and line.high is not None:
                known = truth[key][line.measure]
                held[*key, line.measure] += line.low - 1e-6 <= known <= line.high + 1e-6
                off[*key, line.measure] += line.value - known
    for group, measures in truth.items():
        for measure in measures:
            assert held[*group, measure] / rounds >= 0.88, (group, measure)
            assert abs(off[*group, measure]) / rounds < 0.012, (group, measure)


def test_a_frame_that_is_judged_whole_gives_the_truth_without_a_margin() -> None:
    pairs = _county(2)[:6100]
    frame = [CellCount(band, systems, races, 1) for band, systems, races, _ in pairs]
    judged = [JudgedPair(band, 1.0, systems, races, Verdict.SAME if match else Verdict.DIFFERENT) for band, systems, races, match in pairs]
    (precision,) = [line for line in estimates(judged, frame) if (line.group, line.measure) == ("all", "precision")]
    assert precision.value == precision.low == precision.high == round(_truth(pairs)["precision"], 6)


def test_a_group_without_a_judged_link_has_no_figure_and_a_band_without_an_answer_no_recall() -> None:
    frame = [
        CellCount("together_direct", "a / b", ("WHITE", "WHITE"), 100),
        CellCount("together_direct", "a / b", ("AIAN", "AIAN"), 5),
        CellCount("apart_low", "a / b", ("WHITE", "WHITE"), 1000),
    ]
    judged = [JudgedPair("together_direct", 10.0, "a / b", ("WHITE", "WHITE"), Verdict.SAME)] * 10
    found = {(line.group, line.measure): line for line in estimates(judged, frame)}
    assert found["AIAN", "precision"].value is None
    assert found["all", "precision"].value == 1.0
    assert found["all", "recall"].value is None


def test_a_band_in_which_nothing_of_the_group_was_judged_says_nothing_against_the_group() -> None:
    white, few = ("a / b", ("WHITE", "WHITE")), ("a / b", ("AIAN", "AIAN"))
    sizes = {"together_direct": (200, 8), "apart_even": (90, 3), "apart_low": (400, 9)}
    frame = [CellCount(band, *of, n) for band, both in sizes.items() for of, n in zip((white, few), both, strict=True)]
    same, different = Verdict.SAME, Verdict.DIFFERENT
    judged = [JudgedPair("together_direct", 10.0, *white, same)] * 20 + [JudgedPair("together_direct", 4.0, *few, same)] * 2
    judged += [JudgedPair("apart_even", 3.0, *white, said) for said in [same] * 25 + [different] * 5]
    judged += [JudgedPair("apart_low", 20.0, *white, said) for said in [same] * 2 + [different] * 18]
    found = {(line.group, line.measure): line for line in estimates(judged, frame)}
    recall = found["AIAN", "recall"]
    # The whole county's share is the best guess, and the group may still have lost nobody, or far more.
    assert recall.value is not None
    assert recall.low is not None
    assert 0.6 < recall.value < 0.8
    assert recall.high == 1.0
    assert recall.low < 0.5
    overall = found["all", "recall"]
    assert overall.high is not None
    assert overall.high < 0.9


def test_unsure_answers_are_left_out_and_their_bounds_said() -> None:
    frame = [CellCount("together_direct", "a / b", ("W", "W"), 40), CellCount("apart_low", "a / b", ("W", "W"), 40)]
    sides = ("a / b", ("W", "W"))
    judged = (
        [JudgedPair("together_direct", 4.0, *sides, Verdict.SAME)] * 8
        + [JudgedPair("together_direct", 4.0, *sides, Verdict.UNSURE)] * 2
        + [JudgedPair("apart_low", 4.0, *sides, Verdict.DIFFERENT)] * 10
    )
    (precision,) = [line for line in estimates(judged, frame) if (line.group, line.measure) == ("all", "precision")]
    assert (precision.value, precision.judged) == (1.0, 18)
    assert bounds(judged, frame)["precision"] == (0.8, 1.0)


def test_every_cell_of_the_frame_is_in_a_stratum_that_is_drawn_from() -> None:
    cells = Counter((band, systems, " / ".join(races)) for band, systems, races, _ in _county(3))
    for size in (20, 77, 400, 5000):
        strata = allocate(cells, size)
        assert set(strata) == set(cells)
        sizes: Counter[str] = Counter()
        for cell, (stratum, _, _) in strata.items():
            sizes[stratum] += cells[cell]
        drawn = {stratum: (n, of) for stratum, n, of in strata.values()}
        assert sum(n for n, _ in drawn.values()) == size
        assert all(1 <= n <= of == sizes[stratum] for stratum, (n, of) in drawn.items())


def test_a_sample_larger_than_the_frame_is_the_frame() -> None:
    strata = allocate({("apart_low", "a / b", "W / W"): 3, ("near_miss", "a / b", "W / W"): 4}, 400)
    assert sorted(n for _, n, _ in strata.values()) == [3, 4]


def test_the_ratio_of_a_certain_and_an_uncertain_total_takes_its_limits_from_the_uncertain_one() -> None:
    low, high = ratio(Share(10.0, 5.0, 20.0), Share(100.0, 100.0, 100.0))
    assert (low, high) == pytest.approx((0.05, 0.2))
    low, high = ratio(Share(0.0, 0.0, 4.0), Share(100.0, 100.0, 100.0))
    assert (low, high) == pytest.approx((0.0, 0.04))
    assert ratio(Share(1.0, 0.5, 2.0), Share(1.0, 0.0, 3.0))[1] == float("inf")


def test_wilson_limits_are_those_of_statsmodels() -> None:
    from statsmodels.stats.proportion import proportion_confint

    for hits, of in ((0, 57), (57, 57), (13, 40)):
        assert wilson(hits / of, of) == pytest.approx(proportion_confint(hits, of, method="wilson"), abs=1e-9)


def test_a_mean_over_persons_of_equal_size_has_the_interval_of_their_number() -> None:
    whole = mean([(2, 2.0)] * 30 + [(2, 1.0)] * 10)
    assert whole.value == 0.875
    assert whole.low is not None
    assert whole.high is not None
    assert whole.low < 0.875 < whole.high
    assert mean([]).value is None
    assert mean([(3, 3.0)] * 20).high == 1.0
    assert isinstance(Interval(hits=0, of=0), Interval)


def _sample() -> Sample:
    bands, sides = ("together_direct", "apart_low"), ("WHITE", "WHITE")
    pairs = tuple(Drawn(f"a{n}", f"b{n}", n % 2 == 0, bands[n % 2], "cad / jail", sides, "s", (6, 12)) for n in range(6))
    return Sample(pairs, {(band, "cad / jail", "WHITE / WHITE"): 6 for band in bands}, outside=9)


def test_the_reviewers_file_says_nothing_of_links_race_systems_or_ids(tmp_path: Path) -> None:
    values = {f"{side}{n}": {"first_name": (f"Name{side}{n}",)} for side in "ab" for n in range(6)}
    sealed = write_sample(tmp_path / "s", _sample(), values, night=date(2026, 3, 2), model="person.v1", seed=3)
    text = (tmp_path / "s" / PAIRS).read_text()
    assert "Namea0" in text
    for hidden in ("together", "apart", "WHITE", "jail", "cad", "\na0", ",a0,", "person.v1"):
        assert hidden not in text
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "s").iterdir()} == {0o600}
    key = read_key(tmp_path / "s" / KEY)
    assert key.sample == sealed
    assert (key.outside, len(key.pairs)) == (9, 6)
    with pytest.raises(SampleRefused, match="already"):
        write_sample(tmp_path / "s", _sample(), values, night=date(2026, 3, 2), model="person.v1", seed=3)


def test_answers_are_weighted_by_what_was_judged_of_their_stratum_and_bad_lines_are_named(tmp_path: Path) -> None:
    write_sample(tmp_path, _sample(), {}, night=date(2026, 3, 2), model="person.v1", seed=3)
    key = read_key(tmp_path / KEY)
    judged = tmp_path / "judged.csv"
    judged.write_text("pair,judgement\n1,same\n2,different\n3,unsure\n4,\n5,\n6,\n")
    answers, unanswered = read_judged(judged, key)
    assert [answer.weight for answer in answers] == [6.0, 6.0, 6.0], "twelve pairs behind the two that were judged"
    assert unanswered == 3
    judged.write_text("pair,judgement\n1,same\n1,different\n99,same\n2,perhaps\n")
    with pytest.raises(SheetRefused) as refused:
        read_judged(judged, key)
    said = str(refused.value).splitlines()
    assert [line.split(":")[0] for line in said] == ["line 3", "line 4", "line 5"]
    assert "perhaps" not in str(refused.value)


@pytest.mark.parametrize("content", ["", "{}", "[]", json.dumps({"night": "yesterday"})])
def test_a_key_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / KEY).write_text(content)
    with pytest.raises(SampleRefused, match="not the key"):
        read_key(tmp_path / KEY)
    with pytest.raises(SampleRefused, match="not there"):
        read_key(tmp_path / "other.json")
