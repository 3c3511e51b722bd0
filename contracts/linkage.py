"""What a county decides about linkage, and what a trained model must say about itself.

Belongs here: the shape of ``linkage/linkage.yaml`` (choice of model, thresholds, caps, gates) and of the model card. Does not belong
here: comparisons, scoring, clustering, or any figure computed at run time.
All weights are match weights in bits: log2 of the ratio of the odds of a match to even odds, prior included, as Splink reports them.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from contracts.reviewed import Reviewed

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Share = Annotated[float, Field(ge=0, le=1)]
ModelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*\.v[0-9]+$")]


class Thresholds(Reviewed):
    """Where a match weight starts to mean something; fixed before a night is run, never chosen from its result."""

    link: float = Field(description="Least weight at which two subjects may become one person.")
    attach: float = Field(description="Least weight at which a record with only name, phone or address may attach to a person.")
    attach_margin: float = Field(
        ge=0, description="By how many bits the best person must beat the second best before a weak record attaches."
    )
    review: float = Field(description="Least weight at which an unlinked pair is worth a person's look.")

    @model_validator(mode="after")
    def _ordered(self) -> Thresholds:
        if not self.review <= self.link <= self.attach:
            raise ValueError("thresholds must rise: review <= link <= attach (a weak record needs at least the weight of a full one)")
        return self


class Caps(Reviewed):
    """Limits that keep a night's work proportional and shared values from gluing strangers together."""

    largest_block: int = Field(
        ge=2, description="Subjects that share a blocking key with more than this are compared only with a few of them; reported."
    )
    largest_component: int = Field(
        ge=2, description="A component above this is resolved at a higher weight until it falls apart; reported."
    )
    shared_phone_names: int = Field(ge=2, description="A phone used under this many different initials is shared and is no evidence.")
    shared_address_names: int = Field(ge=2, description="An address used under this many different initials is shared and is no evidence.")


class Gates(Reviewed):
    """What must hold before linked tables may be used; a failed gate keeps last night's products."""

    largest_person: int = Field(ge=1, description="Most subjects one person may hold.")
    merges_per_thousand: float = Field(ge=0, description="Most persons per thousand of last night's that may merge in one night.")
    splits_per_thousand: float = Field(ge=0, description="Most persons per thousand of last night's that may split in one night.")
    settled_persons: int = Field(
        ge=0, description="Merges, splits and parity are judged only when last night held at least this many persons."
    )
    candidates_per_subject: float = Field(
        default=200, ge=0, description="Most candidate pairs per compared subject that one blocking rule may give."
    )
    compared_subjects: int = Field(
        default=1000, ge=0, description="Candidates are judged only when at least so many subjects were compared."
    )
    score_drift: float = Field(
        default=0.25,
        ge=0,
        description="Largest population stability index of a system's weights or comparison levels against the model's first night here.",
    )
    drift_pairs: int = Field(default=2000, ge=1, description="Drift is judged only where both nights hold at least so many scored pairs.")
    parity_persons: int = Field(default=100, ge=0, description="Persons that are standardised, compared and resolved anew every night.")


class LinkageChoice(Reviewed):
    """``linkage/linkage.yaml``: which frozen model scores this county, and under which limits."""

    model: ModelName = Field(description="Name of the model file and card beside this file, without their endings: person.v1.")
    thresholds: Thresholds
    caps: Caps
    gates: Gates
    one_id_systems: tuple[str, ...] = Field(
        default=(), description="Systems that never give one person two ids of their own: two of their ids are two people."
    )


class Interval(Reviewed):
    """A proportion with its 95 % Wilson interval (Wilson 1927)."""

    hits: int = Field(ge=0)
    of: int = Field(ge=0)
    value: Share | None = Field(default=None, description="hits / of; null where there is nothing to divide by.")
    low: Share | None = None
    high: Share | None = None


class AccuracyRow(Reviewed):
    """Pairwise accuracy in one slice of the data."""

    population: Literal["permitted", "everyone"] = Field(
        default="permitted", description="Subjects that the county's terms allow to be linked, or, in a simulation, all."
    )
    scope: Literal["all", "with_birth_date"] = Field(description="Every linkable subject, or only those with a full birth date.")
    by: Literal["overall", "race_group", "sex", "age_band", "system_pair"]
    group: str
    precision: Interval
    recall: Interval
    f1: Share | None = None


class TermFrequencies(Reviewed):
    """One frozen table of how common each value of a column is."""

    column: str
    file: str
    sha256: Sha256
    minimum_count: int = Field(ge=2, description="Values seen in fewer subjects are not in the file, so that it names nobody.")
    rest: float = Field(gt=0, lt=1, description="Frequency assumed for a value that the file does not hold.")


class Training(Reviewed):
    """What the model learned from, where it was measured, and the command by which it can be learned again."""

    data: str
    residents: int = Field(ge=1)
    simulation_seed: int = Field(description="Of the county that the model learned from.")
    measured_simulation_seed: int = Field(description="Of the county on which its accuracy was measured; another one.")
    seed: int = Field(description="Of the random pairs drawn while learning.")
    command: str
    subjects: int = Field(ge=1)
    labels_used: Literal[False] = Field(
        default=False, description="Training is unsupervised: truth measures the model, it never teaches it."
    )
    software: dict[str, str]


class SexEvidence(Reviewed):
    """Sex may be evidence only when declared here together with what it changes."""

    used: bool
    reason: str
    agreement_bits: float | None = Field(default=None, description="Weight a shared sex adds.")
    disagreement_bits: float | None = Field(default=None, description="Weight a different sex takes away.")
    recall_without: Share | None = Field(default=None, description="Recall among subjects with a birth date when sex is left out.")
    precision_without: Share | None = Field(default=None, description="Precision among subjects with a birth date when sex is left out.")


class GroupRecall(Reviewed):
    """How well one race group's people are found, among records with a full birth date, pooled over several simulated counties."""

    group: str
    people_per_county: int = Field(ge=0, description="True people with such a record in one county, on average.")
    pairs: int = Field(ge=0, description="Pairs of records that belong together, in all counties.")
    recall: Share | None = Field(description="Share of these pairs that was found.")
    low: Share | None = Field(description="95 % interval by resampling people: one person's records stand or fall together.")
    high: Share | None = None
    recall_of_named: Share | None = Field(description="The same among records that give any name.")


class MissedPairs(Reviewed):
    """Why pairs of records of one group were not found, all counties together. The causes add up to ``missed``."""

    group: str
    pairs: int = Field(ge=0, description="Pairs of records that belong together.")
    missed: int = Field(ge=0, description="Of these, pairs that were not found.")
    unnamed: int = Field(ge=0, description="One side gives no name at all.")
    never_compared: int = Field(
        ge=0, description="Both give a name, and no key brought them together, or their weight was below even odds."
    )
    forbidden: int = Field(ge=0, description="Compared, and a rule forbids them: another birth date, given name, suffix or number.")
    below: int = Field(ge=0, description="Compared, and the weight is below the threshold.")
    parted: int = Field(
        ge=0, description="At or above the threshold and not forbidden, and still two persons: other records spoke against it."
    )


class CountyGap(Reviewed):
    """Recall by race group in one county alone: there a few people with many records decide."""

    simulation_seed: int
    groups: tuple[GroupRecall, ...]
    gap_points: float | None = Field(description="Percentage points between the best and the worst recall of the groups judged.")
    low: float | None = Field(description="95 % interval of the gap by resampling people of the two groups.")
    high: float | None = None
    gap_points_of_named: float | None = Field(description="The gap among records that give any name.")
    missed: tuple[MissedPairs, ...] = Field(default=(), description="Why pairs were not found here, by race group.")


class GroupEffect(Reviewed):
    """What one mitigation changes for one group."""

    group: str
    recall_points: float = Field(description="Percentage points of recall that it adds.")


class Mitigation(Reviewed):
    """One thing that was tried against unequal recall, with what it changes over all counties, where that was measured."""

    tried: str
    effect: str
    kept: bool
    overall_points: float | None = Field(default=None, description="Percentage points of recall that it adds over all groups.")
    by_group: tuple[GroupEffect, ...] = Field(default=(), description="The same for every group whose recall is judged.")
    precision_points: float | None = Field(default=None, description="Percentage points that it adds to precision.")


class Fairness(Reviewed):
    """Whether every race group is found equally well; measured on truth after the fact. Race is never evidence."""

    counties: tuple[int, ...] = Field(description="Seeds of the simulated counties; the model learned on none of them.")
    smallest_group: int = Field(description="People per county from which on a group's recall is judged.")
    groups: tuple[GroupRecall, ...]
    gap_points: float | None = Field(description="Percentage points between the best and the worst recall of the groups judged.")
    gap_points_of_named: float | None = Field(description="The same among records that give any name.")
    causes: tuple[str, ...]
    mitigations: tuple[Mitigation, ...]
    measured: CountyGap | None = Field(default=None, description="The measured county alone; null in cards of earlier versions.")
    missed: tuple[MissedPairs, ...] = Field(default=(), description="Causes in figures, by race group.")


class Evidence(Reviewed):
    """One comparison of the model in words."""

    name: str
    columns: tuple[str, ...]
    meaning: str


class Review(Reviewed):
    """Who has read this card. Empty fields are shown as empty, never hidden."""

    reviewed_by: str | None = None
    reviewed_on: date | None = None
    remarks: str | None = None


class ScoreBaseline(Reviewed):
    """How the scored pairs of one system were spread on the first nights of the counties that a version was measured on."""

    system: str
    spread: dict[str, dict[int, int]] = Field(
        description="Pairs by bucket: match_weight in steps of two bits up to forty, and each comparison by level (-1: nothing to compare)."
    )


class ModelCard(Reviewed):
    """``linkage/<model>.card.yaml``: everything a reader needs to accept or refuse a model version."""

    model: ModelName
    linker_uid: str
    sha256: Sha256 = Field(description="Of the model file; a model that does not match its card is refused.")
    engine: Literal["duckdb", "spark"] = Field(default="duckdb", description="The one backend that scores with this version.")
    intended_use: str
    training: Training
    evidence: tuple[Evidence, ...]
    never_evidence: tuple[str, ...]
    sex: SexEvidence
    term_frequencies: tuple[TermFrequencies, ...]
    thresholds: Thresholds
    accuracy: tuple[AccuracyRow, ...]
    fairness: Fairness | None = Field(default=None, description="Null in cards of models that were made before it was measured.")
    baseline: tuple[ScoreBaseline, ...] = Field(
        default=(), description="What the scores of a county's first night are compared with; empty in cards made before it was kept."
    )
    limits: tuple[str, ...]
    review: Review

    @model_validator(mode="after")
    def _race_is_named(self) -> ModelCard:
        if not {"race", "ethnicity"} <= set(self.never_evidence):
            raise ValueError("never_evidence must name race and ethnicity")
        return self


def model_file(folder: Path, model: str) -> Path:
    """Where the frozen model of that name lies in a county's ``linkage`` folder."""
    return folder / f"{model}.json"


def card_file(folder: Path, model: str) -> Path:
    """Where the card of that model lies."""
    return folder / f"{model}.card.yaml"
