"""The page of the county's linkage model, from its card.

Belongs here: reading the card out in an order a person can follow. Does not belong here: any figure, and any judgement of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from contracts.county import County
from contracts.linkage import AccuracyRow, Fairness, GroupRecall, Interval, MissedPairs, Mitigation, ModelCard, ScoreBaseline, card_file
from contracts.reviewed import load_reviewed
from pipelines.reference.markdown import bullets, code, codes, page, table

_INTRODUCTION = (
    "The frozen model that scores the demo county. Training never runs in a night and never sees truth; accuracy was measured afterwards "
    "on another simulated county. **These figures say nothing about a real county's records.**"
)
_POPULATIONS = {
    "permitted": "Subjects that may be linked",
    "everyone": "All subjects, as if everything were permitted",
}
WEIGHT = "match_weight"
_SCOPES = {"all": "with or without a birth date", "with_birth_date": "with a full birth date"}


def model_card(county: County) -> ModelCard:
    """The card of the model that the county chose."""
    return load_reviewed(card_file(county.folder / "linkage", county.linkage.model), ModelCard)


def model_card_page(county: County) -> str:
    """``linkage-model.md``."""
    card = model_card(county)
    training = card.training
    reviewed = f"{card.review.reviewed_by}, {card.review.reviewed_on}" if card.review.reviewed_by else "nobody yet"
    return page(
        f"Linkage model {card.model}",
        source="contracts/demo_county/linkage/",
        parts=[
            _INTRODUCTION,
            bullets(
                (
                    f"intended use: {card.intended_use}",
                    f"trained on: {training.data}; {training.residents:,} residents, {training.subjects:,} subjects, no labels",
                    f"learned again with: {code(training.command)}",
                    f"software: {', '.join(f'{name} {version}' for name, version in sorted(training.software.items()))}",
                    f"never evidence: {', '.join(card.never_evidence)}",
                    f"reviewed by: {reviewed}",
                )
            ),
            "## Evidence",
            table(("evidence", "columns", "meaning"), ((item.name, codes(item.columns), item.meaning) for item in card.evidence)),
            *_sex(card),
            "## Thresholds of the county",
            "Match weights in bits, prior included.",
            table(("threshold", "bits"), county.linkage.thresholds.model_dump().items()),
            table(("cap", "at"), county.linkage.caps.model_dump().items()),
            table(("gate", "limit"), county.linkage.gates.model_dump().items()),
            "## Accuracy",
            "Pairwise, with 95 % Wilson intervals.",
            *_accuracy(card),
            *_fairness(card),
            *_baseline(card),
            "## Limits",
            bullets(card.limits),
        ],
    )


def shown(interval: Interval) -> str:
    """A proportion with its interval, as pages write it."""
    if interval.value is None or interval.low is None or interval.high is None:
        return ""
    return f"{interval.value:.3f} ({interval.low:.3f}-{interval.high:.3f})"


def _sex(card: ModelCard) -> Iterator[str]:
    sex = card.sex
    if not sex.used:
        yield f"Sex is not evidence: {sex.reason}"
        return
    yield f"Sex is evidence: {sex.reason}"
    yield table(
        ("bits for a shared sex", "bits for a different one", "precision without", "recall without"),
        [(sex.agreement_bits, sex.disagreement_bits, sex.precision_without, sex.recall_without)],
    )


def _fairness(card: ModelCard) -> Iterator[str]:
    fair = card.fairness
    if fair is None:
        return
    yield "## By race group, over several counties"
    seeds = ", ".join(str(seed) for seed in fair.counties)
    yield (
        f"Recall among subjects with a full birth date, pooled over {len(fair.counties)} simulated counties (seeds {seeds}), with 95 % "
        f"intervals by resampling people. Between groups of {fair.smallest_group} people or more the largest gap is **{fair.gap_points} "
        f"points**, and {fair.gap_points_of_named} points among records that give any name."
    )
    yield table(
        ("group", "people in a county", "true pairs", "recall", "interval", "of records with a name"),
        (_group(group) for group in fair.groups),
    )
    yield from _one_county(fair)
    yield "Causes:"
    yield bullets(fair.causes)
    if fair.missed:
        yield (
            "Pairs that were not found, all counties together, by the first cause that holds. *No name*: one side gives none; *never "
            "compared*: no key brought them together, or the weight was below even odds; *forbidden*: another birth date, given name, "
            "suffix or number; *parted*: other records of the two spoke against it."
        )
        yield _causes(fair.missed)
    judged = [effect.group for effect in next((item.by_group for item in fair.mitigations if item.by_group), ())]
    if judged:
        yield (
            "What was tried, and the percentage points of recall that it adds, overall and for the groups judged. What is kept was "
            "measured by linking all counties once more without it, the rest by linking with it."
        )
    yield table(
        ("tried", "what it does", "kept", *(("all", *judged, "precision") if judged else ())),
        (_tried(item, judged) for item in fair.mitigations),
    )


def _one_county(fair: Fairness) -> Iterator[str]:
    found = fair.measured
    if found is None:
        return
    yield f"### The measured county alone (seed {found.simulation_seed})"
    between = "" if found.low is None else f", with a 95 % interval from {found.low:+.1f} to {found.high:+.1f} by resampling people"
    yield (
        f"Here the gap is **{found.gap_points} points**{between}; among records that give any name it is "
        f"{found.gap_points_of_named} points. One county holds a few people with forty "
        "records, and one record without a name of theirs is forty missed pairs."
    )
    yield table(
        ("group", "people", "true pairs", "recall", "interval", "of records with a name"),
        (_group(group) for group in found.groups),
    )
    if found.missed:
        yield "Pairs that were not found here:"
        yield _causes(found.missed)


def _causes(lines: Sequence[MissedPairs]) -> str:
    return table(
        ("group", "pairs", "missed", "no name", "never compared", "forbidden", "below", "parted"),
        (tuple(value if isinstance(value, str) else f"{value:,}" for value in line.model_dump().values()) for line in lines),
    )


def _tried(item: Mitigation, judged: Sequence[str]) -> tuple[object, ...]:
    plain = (item.tried, item.effect, "yes" if item.kept else "no")
    if not judged:
        return plain
    points = {effect.group: effect.recall_points for effect in item.by_group}
    return (*plain, _signed(item.overall_points), *(_signed(points.get(group)) for group in judged), _signed(item.precision_points))


def _signed(points: float | None) -> str:
    return "" if points is None else f"{points:+.2f}"


def _group(group: GroupRecall) -> tuple[object, ...]:
    between = f"{_three(group.low)}-{_three(group.high)}"
    return group.group, f"{group.people_per_county:,}", f"{group.pairs:,}", _three(group.recall), between, _three(group.recall_of_named)


def _three(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _baseline(card: ModelCard) -> Iterator[str]:
    if not card.baseline:
        return
    yield "## What its scores looked like"
    yield (
        "How pairs at or above even odds were spread on the first nights of these counties, by system. A county's first night is compared "
        "with this (population stability index, gate score_drift), later nights with its own first."
    )
    yield table(
        ("system", "pairs", "weights in steps of 2 bits from 0", "most common level of each comparison"),
        ((of.system, f"{sum(of.spread[WEIGHT].values()):,}", _shares(of.spread[WEIGHT]), _levels(of)) for of in card.baseline),
    )


def _shares(buckets: Mapping[int, int]) -> str:
    return " ".join(f"{100 * buckets.get(bucket, 0) / sum(buckets.values()):.0f} %" for bucket in range(min(buckets), max(buckets) + 1))


def _levels(of: ScoreBaseline) -> str:
    common = {kind: max(buckets, key=lambda level: (buckets[level], level)) for kind, buckets in of.spread.items() if kind != WEIGHT}
    return ", ".join(
        f"{kind.replace('_', ' ')} {level} ({100 * of.spread[kind][level] / sum(of.spread[kind].values()):.0f} %)"
        for kind, level in common.items()
    )


def _accuracy(card: ModelCard) -> Iterator[str]:
    measured = dict.fromkeys((row.population, row.scope) for row in card.accuracy)
    for population, scope in measured:
        yield f"### {_POPULATIONS[population]}, {_SCOPES[scope]}"
        rows = [row for row in card.accuracy if (row.population, row.scope) == (population, scope)]
        yield table(("by", "group", "true pairs", "precision", "recall", "F1"), (_line(row) for row in rows))


def _line(row: AccuracyRow) -> tuple[object, ...]:
    f1 = "" if row.f1 is None else f"{row.f1:.3f}"
    return row.by.replace("_", " "), row.group, f"{row.recall.of:,}", shown(row.precision), shown(row.recall), f1
