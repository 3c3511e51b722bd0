"""What a judged sample says about the accuracy of linkage: precision, recall and F1 with design-based intervals.

Belongs here: the estimator, as pure functions. Does not belong here: drawing (sample.py), files, tables.

With bands b of N_b pairs, of which the frame knows every count, and n_b judged pairs with weights w_i = N_h / n_h of their strata:

    p_b  = sum w_i y_i / sum w_i                     share of one person among the pairs of the band (Hajek 1971)
    TP   = sum over bands together of N_b p_b        FN = sum over bands apart of N_b p_b        T = pairs together
    precision = TP / T        recall = TP / (TP + FN)        F1 = 2 TP / (T + TP + FN)

Interval of p_b: Wilson (1927) with the effective sample size (sum w)^2 / sum w^2 (Kish 1965), times (N_b - 1) / (N_b - n_b) for a finite
band. Sums and ratios of bands are combined by recovering variances from these limits (MOVER: Zou and Donner 2008, Statistics in Medicine
27:1693; ratios: Donner and Zou 2012, Statistical Methods in Medical Research 21:347). Unlike a linearised variance, a band in which nothing
was found does not count as certain. A group's figures use the pairs with either side in the group; a band in which no pair of the group was
judged borrows the whole band's share, with limits from no error to nearly all, for the group may differ. Unsure answers are left out, and
bounds say what they could change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import sqrt

from assets.linked.decisions import Verdict

Z = 1.959963984540054
"""Two-sided 95 %."""
BORROWED = 1.0
"""Answers that a share borrowed from other groups counts for: nothing of the group itself was judged in that band."""


@dataclass(frozen=True)
class JudgedPair:
    """One judged pair of the sample: its band, weight N_h / n_h, the groups it counts for and the answer."""

    band: str
    weight: float
    systems: str
    races: tuple[str, str]
    verdict: Verdict


@dataclass(frozen=True)
class CellCount:
    """How many pairs of the frame lie in one band, between two systems, of two race groups."""

    band: str
    systems: str
    races: tuple[str, str]
    pairs: int


@dataclass(frozen=True)
class Estimate:
    """One figure with its 95 % interval; null where nothing can be said. ``judged`` pairs stand behind it, of ``pairs`` in the frame."""

    grouped_by: str
    group: str
    measure: str
    value: float | None
    low: float | None
    high: float | None
    judged: int
    pairs: int


@dataclass(frozen=True)
class Share:
    """Matches in one band: N p with limits."""

    value: float
    low: float
    high: float
    is_borrowed: bool = False
    """Of the group itself nothing was judged in the band: the limits hold for all such bands at once, not independently."""


def estimates(judged: Sequence[JudgedPair], frame: Sequence[CellCount]) -> list[Estimate]:
    """Precision, recall and F1 overall, by race group and by system pair."""
    found: list[Estimate] = []
    for grouped_by, group, belongs in _groups(frame):
        found += _of_group(judged, frame, grouped_by=grouped_by, group=group, belongs=belongs)
    return found


def bounds(judged: Sequence[JudgedPair], frame: Sequence[CellCount]) -> dict[str, tuple[float | None, float | None]]:
    """What each overall figure would be if every unsure answer were the worse one, and the better one."""
    found: dict[str, tuple[float | None, float | None]] = {}
    for measure in ("precision", "recall", "f1"):
        values = []
        for together, apart in ((Verdict.DIFFERENT, Verdict.SAME), (Verdict.SAME, Verdict.DIFFERENT)):
            settled = [_settled(pair, together if is_together(pair.band) else apart) for pair in judged]
            everything = _of_group(settled, frame, grouped_by="overall", group="all", belongs=lambda *_: True)
            values.append(next(line.value for line in everything if line.measure == measure))
        found[measure] = (values[0], values[1])
    return found


def is_together(band: str) -> bool:
    """Whether the pairs of a band are one person tonight."""
    return band.startswith("together")


def _settled(pair: JudgedPair, verdict: Verdict) -> JudgedPair:
    if pair.verdict is not Verdict.UNSURE:
        return pair
    return JudgedPair(pair.band, pair.weight, pair.systems, pair.races, verdict)


def _groups(frame: Sequence[CellCount]) -> Iterator[tuple[str, str, Callable[[str, tuple[str, str]], bool]]]:
    yield "overall", "all", lambda systems, races: True
    for race in sorted({race for cell in frame for race in cell.races}):
        yield "race_group", race, partial(_has_race, race)
    for pair in sorted({cell.systems for cell in frame}):
        yield "system_pair", pair, partial(_is_pair, pair)


def _has_race(race: str, systems: str, races: tuple[str, str]) -> bool:
    return race in races


def _is_pair(pair: str, systems: str, races: tuple[str, str]) -> bool:
    return systems == pair


def _of_group(
    judged: Sequence[JudgedPair],
    frame: Sequence[CellCount],
    *,
    grouped_by: str,
    group: str,
    belongs: Callable[[str, tuple[str, str]], bool],
) -> list[Estimate]:
    sizes: dict[str, int] = {}
    for cell in frame:
        if belongs(cell.systems, cell.races):
            sizes[cell.band] = sizes.get(cell.band, 0) + cell.pairs
    whole: dict[str, int] = {}
    for cell in frame:
        whole[cell.band] = whole.get(cell.band, 0) + cell.pairs
    answered = [pair for pair in judged if pair.verdict is not Verdict.UNSURE]
    own = [pair for pair in answered if belongs(pair.systems, pair.races)]
    together = _shares(sizes, whole, own, answered, is_together)
    apart = _shares(sizes, whole, own, answered, lambda band: not is_together(band))
    held = sum(pairs for band, pairs in sizes.items() if is_together(band))
    # Without one judged pair that is together, nothing of the group's own speaks for its links.
    known = any(is_together(pair.band) for pair in own) and together is not None
    right, missed = (_total(together or ()), None if apart is None else _total(apart))
    figures = _figures(right, missed, held) if known else {}
    counts = {"judged": len(own), "pairs": sum(sizes.values())}
    empty = (None, None, None)
    return [
        Estimate(grouped_by, group, measure, *(_rounded(figures.get(measure, empty))), **counts)
        for measure in ("precision", "recall", "f1")
    ]


def _shares(
    sizes: Mapping[str, int],
    whole: Mapping[str, int],
    own: Sequence[JudgedPair],
    everybody: Sequence[JudgedPair],
    wanted: Callable[[str], bool],
) -> list[Share] | None:
    """Matches in every band of one kind; None where a band was not judged at all."""
    found: list[Share] = []
    for band, pairs in sorted(sizes.items()):
        if not wanted(band):
            continue
        sample = [pair for pair in own if pair.band == band]
        others = [pair for pair in everybody if pair.band == band]
        if not others:
            return None
        if sample:
            value, low, high = share(sample, pairs)
        else:
            value, *_ = share(others, whole[band])
            # Of the group itself nothing was seen here: one answer's worth of knowledge, which reaches from no error to nearly all.
            low, high = wilson(value, BORROWED)
            low = 0.0 if not is_together(band) else low
            high = 1.0 if is_together(band) else high
        found.append(Share(pairs * value, pairs * low, pairs * high, is_borrowed=not sample))
    return found


def share(sample: Sequence[JudgedPair], pairs: int) -> tuple[float, float, float]:
    """Weighted share of one person among judged pairs of a band of ``pairs``, with its limits."""
    weights = [pair.weight for pair in sample]
    value = sum(pair.weight for pair in sample if pair.verdict is Verdict.SAME) / sum(weights)
    if len(sample) >= pairs:
        return value, value, value
    effective = sum(weights) ** 2 / sum(weight**2 for weight in weights) * (pairs - 1) / (pairs - len(sample))
    return (value, *wilson(value, effective))


def wilson(value: float, effective: float) -> tuple[float, float]:
    """Limits of a share behind which ``effective`` independent answers stand (Wilson 1927)."""
    centre = (value + Z**2 / (2 * effective)) / (1 + Z**2 / effective)
    half = Z / (1 + Z**2 / effective) * sqrt(value * (1 - value) / effective + Z**2 / (4 * effective**2))
    return max(0.0, min(value, centre - half)), min(1.0, max(value, centre + half))


def _total(bands: Sequence[Share]) -> Share:
    """Sum of bands that were drawn independently (Zou and Donner 2008); of borrowed bands the limits themselves are added."""
    value = sum(band.value for band in bands)
    drawn, borrowed = [band for band in bands if not band.is_borrowed], [band for band in bands if band.is_borrowed]
    below = sqrt(sum((band.value - band.low) ** 2 for band in drawn)) + sum(band.value - band.low for band in borrowed)
    above = sqrt(sum((band.high - band.value) ** 2 for band in drawn)) + sum(band.high - band.value for band in borrowed)
    return Share(value, max(0.0, value - below), value + above)


def _figures(right: Share, missed: Share | None, held: int) -> dict[str, tuple[float, float, float]]:
    figures = {"precision": (right.value / held, right.low / held, min(1.0, right.high / held))}
    if missed is None or right.value == 0:
        return figures
    low, high = ratio(missed, right)
    odds = missed.value / right.value
    figures["recall"] = (1 / (1 + odds), 1 / (1 + high), 1 / (1 + low))
    # 1 / F1 = 1/2 + (T + FN) / (2 TP): the same ratio with the known T added above.
    beside = Share(held + missed.value, held + missed.low, held + missed.high)
    low, high = ratio(beside, right)
    figures["f1"] = (2 / (1 + beside.value / right.value), 2 / (1 + high), min(1.0, 2 / (1 + low)))
    return figures


def ratio(above: Share, below: Share) -> tuple[float, float]:
    """Limits of above / below, both positive and independent (Donner and Zou 2012); infinite where below may be nothing."""
    product = above.value * below.value
    u2, l2 = below.high * (2 * below.value - below.high), below.low * (2 * below.value - below.low)
    if u2 > 0:
        low = (product - sqrt(max(0.0, product**2 - above.low * (2 * above.value - above.low) * u2))) / u2
    else:
        low = above.low / below.high
    if l2 <= 0:
        return max(0.0, low), float("inf")
    high = (product + sqrt(max(0.0, product**2 - above.high * (2 * above.value - above.high) * l2))) / l2
    return max(0.0, low), high


def _rounded(figure: tuple[float | None, float | None, float | None]) -> tuple[float | None, float | None, float | None]:
    value, low, high = (None if number is None else round(number, 6) for number in figure)
    return value, low, high
