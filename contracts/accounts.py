"""Which rule asks for an account of a disclosure, or frees from it.

Belongs here: bringing account rules together with one disclosure. Does not belong here: the codes (accounting.py), the packs
(law.py), finding disclosures or wording letters (assets/published).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from contracts.accounting import Accounting, Letter
from contracts.columns import Label
from contracts.instruments import LawfulBasis, Operation
from contracts.law import Cited, Law, Recipient, RuleEffect


@dataclass(frozen=True)
class Accounted:
    """How one disclosure is to be accounted for, and the rules that say so; none where no rule speaks of its basis, and then it is owed."""

    code: Accounting
    rules: tuple[Cited, ...]

    @property
    def cited(self) -> tuple[str, ...]:
        """Pack, rule and source of each, as letters and tables give them: ``hipaa HIPAA-ACCT (45 CFR 164.528(a)(1))``."""
        return tuple(f"{item.pack} {item.citation}" for item in self.rules)


def accounted(law: Law, letter: Letter, *, bases: Collection[str], labels: Collection[str], purposes: Collection[str] = ()) -> Accounted:
    """How a disclosure by row is to be accounted for in this letter, under the packs that hold in the county, the state's among them.

    Of several lawful bases the one that asks for most counts, and one that no rule speaks of asks for all: an account may say too much,
    never too little. A rule that names labels speaks of rows with any of them, health information or not.

    Args:
        law: the rules of the county.
        letter: which account.
        bases: lawful bases of the clauses it was made under.
        labels: labels of the rows.
        purposes: what it was made for.
    """
    fitting = [item for item in law.cited if _fits(item, letter, labels=set(labels), purposes=set(purposes))]
    if letter is Letter.PART2:
        # What has to be listed is said by label alone: an exemption from one account frees from no other.
        owed = tuple(item for item in fitting if item.rule.accounting is Accounting.REQUIRED)
        is_listed = bool(owed) or Label.PART2.value in labels
        return Accounted(Accounting.REQUIRED if is_listed else Accounting.NOT_HEALTH_INFORMATION, owed)
    if not {Label.PHI.value, Label.PART2.value} & set(labels):
        fitting = [item for item in fitting if item.rule.when.labels]
        if not fitting:
            return Accounted(Accounting.NOT_HEALTH_INFORMATION, ())
    speaking = {basis: [item for item in fitting if _speaks(item, basis)] for basis in bases}
    codes = [_strictest(found) for found in speaking.values()] or [Accounting.REQUIRED]
    code = min(codes, key=list(Accounting).index)
    saying = {item.rule.id: item for found in speaking.values() for item in found if item.rule.accounting is code}
    return Accounted(code, tuple(item for item in law.cited if item.rule.id in saying))


def _fits(item: Cited, letter: Letter, *, labels: set[str], purposes: set[str]) -> bool:
    rule, when = item.rule, item.rule.when
    return (
        rule.effect is RuleEffect.ACCOUNT
        and rule.letter is letter
        and (not when.labels or bool(labels.intersection(when.labels)))
        and (not when.purposes or bool(purposes.intersection(when.purposes)))
        and (not when.operations or Operation.DISCLOSE_ROW in when.operations)
        and (not when.recipients or Recipient.RECIPIENT in when.recipients)
    )


def _speaks(item: Cited, basis: str) -> bool:
    named = item.rule.when.lawful_bases
    return not named or (basis in {word.value for word in LawfulBasis} and LawfulBasis(basis) in named)


def _strictest(found: Collection[Cited]) -> Accounting:
    codes = [item.rule.accounting for item in found if item.rule.accounting is not None]
    return min(codes, key=list(Accounting).index, default=Accounting.REQUIRED)
