"""What law asks whatever agencies agreed: rule packs (rule_packs/*.yaml, a county's own or its state's) as frozen models.

Belongs here: the shape of a rule and of a pack, reading packs, and holding a state's pack to what it may do. Does not belong here: applying
a rule to a request (assets/consented/decide.py), or what agencies signed (instruments).

Every rule only takes away: it denies, or asks for something more. All rules that fit a request hold at once, so that no pack can undo
another; a state's pack that tries is refused when it is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final, Self

from pydantic import Field, field_validator, model_validator

from contracts.accounting import Accounting, Letter
from contracts.columns import Label
from contracts.consents import DENYING, NO_CONSENT_NEEDED, SATISFIED_BY, ConsentRequirement
from contracts.instruments import CounselReview, InstrumentKind, LawfulBasis, Operation, Population
from contracts.purposes import Purpose
from contracts.reviewed import Fault, Reviewed, TermsFaults, file_lines, line_of, load_reviewed
from contracts.vocabularies.consent import ConsentKind

SHIPPED: Final = Path(__file__).parent / "rule_packs"
"""Packs that hold in every county; ``state/`` beside them holds those that a county may name."""

NOT_REVIEWED: Final = "not reviewed by counsel"
COURT_ORDER: Final = "court_order"
"""Evidence that is no consent: an order filed as an instrument, and delivered about the person."""


class RuleEffect(StrEnum):
    """What a rule does; each takes away or asks for more."""

    DENY = "deny"  # not shown, not compared
    CONSENT = "consent"  # only on a consent at least of this kind
    INSTRUMENT = "instrument"  # only with such an instrument above the clause
    POPULATION = "population"  # only about these people
    COVER = "cover"  # only where the clause names the label
    ACCOUNT = "account"  # how a disclosure is accounted for to the person
    ERASE = "erase"  # as if it had never been delivered; done before anything is decided


class Recipient(StrEnum):
    """What part the recipient of a request plays."""

    INTEGRATOR = "integrator"
    RECIPIENT = "recipient"


class When(Reviewed):
    """Which requests a rule fits: those that fit every key; a key left out fits all, and of a list one is enough."""

    labels: tuple[Label, ...] = Field(default=(), description="Any label of the value.")
    purposes: tuple[Purpose, ...] = Field(default=(), description="Any purpose asked for.")
    operations: tuple[Operation, ...] = Field(default=(), description="The operation.")
    recipients: tuple[Recipient, ...] = Field(default=(), description="The part the recipient plays.")
    lawful_bases: tuple[LawfulBasis, ...] = Field(default=(), description="The lawful basis of the clause.")
    to_owner: bool = Field(default=True, description="Whether also when records return to the agency that gave them; linking is no return.")


class Rule(Reviewed):
    """One rule, with its source and its words."""

    id: str = Field(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)+$", description="As pages cite it: P2-CONSENT.")
    citation: str = Field(min_length=4, description="Statute, regulation or policy.")
    says: str = Field(min_length=20, description="In plain words, for the reader who signs.")
    effect: RuleEffect
    when: When = When()
    consent: ConsentRequirement | None = Field(default=None, description="Of a consent rule: the least that is enough.")
    accepts: tuple[ConsentRequirement, ...] = Field(default=(), description="Of a consent rule: what a clause may ask for instead.")
    instrument: InstrumentKind | None = Field(default=None, description="Of an instrument rule: what must stand above the clause.")
    population: Population | None = Field(default=None, description="Of a population rule: about whom alone.")
    accounting: Accounting | None = Field(default=None, description="Of an account rule: how 45 CFR 164.528 sees the disclosure.")
    letter: Letter = Field(default=Letter.ACCOUNTING, description="Of an account rule: the account it speaks of.")
    unless: tuple[str, ...] = Field(default=(), description="Evidence that lifts it for one clause: court_order, or a kind of consent.")
    tightens: str | None = Field(default=None, description="Of a state's rule: the rule of another pack that it makes stricter.")
    counsel_review: CounselReview | None = Field(default=None, description="Empty until counsel has read it; default: the pack's.")

    @field_validator("effect", mode="before")
    @classmethod
    def _takes_away(cls, value: object) -> object:
        if value not in {effect.value for effect in RuleEffect}:
            there = ", ".join(RuleEffect)
            raise ValueError(f"[{value}] is nothing a rule can do: it denies or asks for more, and lifts nothing; there are {there}")
        return value

    @field_validator("unless")
    @classmethod
    def _is_evidence(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        known = {COURT_ORDER, *(kind.value for kind in ConsentKind if kind not in DENYING)}
        if unknown := sorted(set(value) - known):
            raise ValueError(f"[{', '.join(unknown)}] is no evidence; there are {', '.join(sorted(known))}")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        belongs = {
            RuleEffect.CONSENT: "consent",
            RuleEffect.INSTRUMENT: "instrument",
            RuleEffect.POPULATION: "population",
            RuleEffect.ACCOUNT: "accounting",
        }
        for effect, name in belongs.items():
            if (getattr(self, name) is not None) != (self.effect is effect):
                raise ValueError(f"{name} belongs to a rule with the effect {effect}, and to no other")
        if self.letter is not Letter.ACCOUNTING and self.effect is not RuleEffect.ACCOUNT:
            raise ValueError("letter belongs to a rule with the effect account")
        if self.accepts and self.effect is not RuleEffect.CONSENT:
            raise ValueError("accepts belongs to a rule with the effect consent")
        if self.unless and self.effect not in {RuleEffect.DENY, RuleEffect.CONSENT}:
            raise ValueError("only a deny or a consent rule can be lifted by evidence")
        if self.effect is RuleEffect.DENY and not (self.when.labels or self.when.purposes or self.when.operations):
            raise ValueError("a deny must say of which labels, purposes or operations; this one would deny everything")
        if self.effect is RuleEffect.COVER and not self.when.labels:
            raise ValueError("a cover rule must name labels")
        if self.unless and not self.when.labels:
            raise ValueError("what is refused for every label is refused for good; no evidence lifts it")
        if self.when.lawful_bases and self.effect in {RuleEffect.DENY, RuleEffect.COVER, RuleEffect.ERASE}:
            raise ValueError("lawful_bases belongs to rules that ask for something of a clause")
        if self.consent in NO_CONSENT_NEEDED:
            raise ValueError(f"[{self.consent}] asks for no consent")
        return self

    @property
    def kinds(self) -> frozenset[ConsentKind]:
        """Kinds of consent that are enough for a consent rule; of any other, none."""
        return SATISFIED_BY[self.consent] if self.consent else frozenset()

    def is_as_strict_as(self, other: Rule) -> bool:
        """Whether it denies wherever ``other`` does, or asks there for no less."""
        wider = all(
            not getattr(self.when, key) or (getattr(other.when, key) and set(getattr(self.when, key)) >= set(getattr(other.when, key)))
            for key in ("labels", "purposes", "operations", "recipients", "lawful_bases")
        )
        if not wider or (other.when.to_owner and not self.when.to_owner) or not set(self.unless) <= set(other.unless):
            return False
        if self.effect is RuleEffect.DENY:
            return True
        same = (self.effect, self.instrument, self.population, self.accounting, self.letter) == (
            other.effect,
            other.instrument,
            other.population,
            other.accounting,
            other.letter,
        )
        return same and self.kinds <= other.kinds and set(self.accepts) <= set(other.accepts)


class RulePack(Reviewed):
    """One body of law."""

    id: str = Field(pattern=r"^[A-Za-z0-9]+([_-][A-Za-z0-9]+)*$", description="The file's own name.")
    title: str = Field(min_length=4)
    jurisdiction: str = Field(min_length=4, description="Whose law it is.")
    counsel_review: CounselReview | None = Field(default=None, description="Empty until counsel has read it, and shown as such.")
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Cited:
    """One rule with the pack it stands in."""

    rule: Rule
    pack: str
    is_state: bool
    reviewed: str

    @property
    def citation(self) -> str:
        """The rule as pages cite it."""
        return f"{self.rule.id} ({self.rule.citation})"


@dataclass(frozen=True)
class Law:
    """Every rule that holds in one county. ``sha256`` covers the text of all packs."""

    packs: tuple[RulePack, ...]
    cited: tuple[Cited, ...]
    sha256: str
    files: tuple[Path, ...] = ()

    def sha256_now(self) -> str:
        """Hash of the packs' files as they are now."""
        return packs_sha256(self.files)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, in order of pack."""
        return tuple(item.rule for item in self.cited)

    @property
    def prohibited_purposes(self) -> frozenset[Purpose]:
        """Purposes that are refused whatever the label, the operation and the evidence."""
        refusing = (rule.when for rule in self.rules if rule.effect is RuleEffect.DENY)
        return frozenset().union(
            *(set(when.purposes) for when in refusing if not (when.labels or when.operations or when.recipients) and when.to_owner)
        )

    @property
    def instruments_by_basis(self) -> Mapping[LawfulBasis, frozenset[InstrumentKind]]:
        """Lawful basis -> kinds of instrument that must stand above a clause on it, whatever the label."""
        found: dict[LawfulBasis, frozenset[InstrumentKind]] = {}
        for rule in self.rules:
            if rule.instrument is not None and not rule.when.labels:
                for basis in rule.when.lawful_bases:
                    found[basis] = found.get(basis, frozenset()) | {rule.instrument}
        return found


@dataclass(frozen=True)
class _Read:
    name: str
    path: Path
    pack: RulePack
    is_state: bool


def load_law(state_packs: Iterable[str] = (), *, own: Path | None = None, packs: Path = SHIPPED) -> Law:
    """The federal packs and those that a county names.

    Args:
        state_packs: names of packs: ``<county>/rule_packs/NAME.yaml``, else one that ships in ``rule_packs/state/``.
        own: the county's own folder of packs.
        packs: where the packs that hold everywhere lie; a run's snapshot keeps those it used.

    Raises:
        TermsFaults: with everything wrong with any pack, each naming file, line and key.
    """
    faults: list[Fault] = []
    read: list[_Read] = []
    for path in sorted(packs.glob("*.yaml")):
        read += _one(f"rule_packs/{path.name}", path, is_state=False, faults=faults)
    for index, name in enumerate(state_packs):
        candidates = [own / f"{name}.yaml"] if own else []
        candidates.append(packs / "state" / f"{name}.yaml")
        found = next((path for path in candidates if path.is_file()), None)
        if found is None:
            message = f"no rule pack [{name}]; put rule_packs/{name}.yaml into the county folder, or name one that ships: {_shipped(packs)}"
            faults.append(Fault("county.yaml", 1, f"rule_packs.{index}", message))
        else:
            folder = "rule_packs" if found.parent == own else "rule_packs/state"
            read += _one(f"{folder}/{found.name}", found, is_state=True, faults=faults)
    faults += _faults_between(read)
    if faults:
        raise TermsFaults(faults)
    return Law(
        packs=tuple(item.pack for item in read),
        cited=tuple(Cited(rule, item.pack.id, item.is_state, _reviewed(rule, item.pack)) for item in read for rule in item.pack.rules),
        sha256=packs_sha256(item.path for item in read),
        files=tuple(item.path for item in read),
    )


@lru_cache(maxsize=1)
def shipped_law() -> Law:
    """The packs that hold in every county."""
    return load_law()


def _shipped(packs: Path) -> str:
    return ", ".join(sorted(path.stem for path in (packs / "state").glob("*.yaml"))) or "none"


def packs_sha256(paths: Iterable[Path]) -> str:
    """sha256 over the files of packs: names and bytes, in their order."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _one(name: str, path: Path, *, is_state: bool, faults: list[Fault]) -> list[_Read]:
    try:
        pack = load_reviewed(path, RulePack, named=name)
    except TermsFaults as error:
        faults += error.faults
        return []
    if pack.id != path.stem:
        faults.append(Fault(name, line_of(file_lines(path), ("id",)), "id", f"[{pack.id}] must be the file's own name"))
    return [_Read(name, path, pack, is_state)]


def _reviewed(rule: Rule, pack: RulePack) -> str:
    review = rule.counsel_review or pack.counsel_review
    return f"{review.name}, {review.reviewed_on}" if review else NOT_REVIEWED


def _faults_between(read: list[_Read]) -> list[Fault]:
    """What only several packs together can show: a rule said twice, or a state's rule that would loosen another."""
    faults: list[Fault] = []
    known: dict[str, tuple[str, Rule]] = {}
    for item in read:
        lines = file_lines(item.path)
        for index, rule in enumerate(item.pack.rules):

            def fault(
                key: str, message: str, *, name: str = item.name, at: int = index, within: dict[tuple[str | int, ...], int] = lines
            ) -> Fault:
                return Fault(name, line_of(within, ("rules", at, key)), f"rules.{at}.{key}", message)

            if rule.id in known:
                faults.append(
                    fault("id", f"[{rule.id}] is a rule of {known[rule.id][0]}, and nothing can take its place; give yours its own id")
                )
            if item.is_state:
                faults += [fault(key, message) for key, message in _state_faults(rule, known)]
            elif rule.tightens:
                faults.append(fault("tightens", "only a state's pack says what it makes stricter"))
            known.setdefault(rule.id, (item.name, rule))
    return faults


def _state_faults(rule: Rule, known: Mapping[str, tuple[str, Rule]]) -> Iterable[tuple[str, str]]:
    if rule.effect is RuleEffect.ACCOUNT and rule.accounting is not Accounting.REQUIRED:
        yield "accounting", "a state's pack cannot exempt what federal law has accounted for; only required"
    if rule.tightens is None:
        return
    if rule.tightens not in known:
        yield "tightens", f"no rule [{rule.tightens}]; there are {', '.join(sorted(known))}"
    elif not rule.is_as_strict_as(known[rule.tightens][1]):
        yield "tightens", f"it is laxer than [{rule.tightens}]: a state's pack can only add a deny or ask for more"
