"""The page of the county's linkage model, from its card.

Belongs here: reading the card out in an order a person can follow. Does not belong here: any figure, and any judgement of one.
"""

from __future__ import annotations

from collections.abc import Iterator

from contracts.county import County
from contracts.linkage import AccuracyRow, GroupRecall, Interval, ModelCard, card_file
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
    yield "Causes:"
    yield bullets(fair.causes)
    yield table(("tried", "effect", "kept"), ((item.tried, item.effect, "yes" if item.kept else "no") for item in fair.mitigations))


def _group(group: GroupRecall) -> tuple[object, ...]:
    between = f"{_three(group.low)}-{_three(group.high)}"
    return group.group, f"{group.people_per_county:,}", f"{group.pairs:,}", _three(group.recall), between, _three(group.recall_of_named)


def _three(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _accuracy(card: ModelCard) -> Iterator[str]:
    measured = dict.fromkeys((row.population, row.scope) for row in card.accuracy)
    for population, scope in measured:
        yield f"### {_POPULATIONS[population]}, {_SCOPES[scope]}"
        rows = [row for row in card.accuracy if (row.population, row.scope) == (population, scope)]
        yield table(("by", "group", "true pairs", "precision", "recall", "F1"), (_line(row) for row in rows))


def _line(row: AccuracyRow) -> tuple[object, ...]:
    f1 = "" if row.f1 is None else f"{row.f1:.3f}"
    return row.by.replace("_", " "), row.group, f"{row.recall.of:,}", shown(row.precision), shown(row.recall), f1
