"""The part of the instruments page that says what law asks: rule packs, rule by rule.

Belongs here: reading rules out in an order a person can follow. Does not belong here: what agencies signed (agreed.py), judging a rule.
"""

from __future__ import annotations

from collections.abc import Iterator

from contracts.county import County
from contracts.law import Rule, RuleEffect, RulePack
from pipelines.reference.markdown import code, codes, table

_LAW = (
    "Rules that hold whatever anybody signed, pack by pack; `county.yaml` may name state packs beside them. A rule only denies or asks for "
    "more, and all that fit a request hold at once. Evidence that lifts a rule lifts it for one clause, one person and no longer than it "
    "lasts."
)


def law_parts(county: County) -> Iterator[str]:
    """The heading, the words before the packs, and a table for each pack that holds in the county."""
    yield "## What law asks"
    yield _LAW
    for pack in county.law.packs:
        yield from _pack(pack, county)


def _pack(pack: RulePack, county: County) -> Iterator[str]:
    reviewed = {item.rule.id: item.reviewed for item in county.law.cited}
    yield f"### {pack.title}"
    yield f"{code(pack.id)}, {pack.jurisdiction}."
    yield table(
        ("rule", "source", "in plain words", "fits", "does", "lifted by", "counsel"),
        (
            (
                code(rule.id),
                rule.citation,
                rule.says,
                _fits(rule),
                _does(rule),
                codes(rule.unless) if rule.unless else "",
                reviewed[rule.id],
            )
            for rule in pack.rules
        ),
    )


def _fits(rule: Rule) -> str:
    said = [
        f"{name} {codes(sorted(word.value for word in words))}"
        for name, words in (
            ("labels", rule.when.labels),
            ("purposes", rule.when.purposes),
            ("operations", rule.when.operations),
            ("recipients", rule.when.recipients),
            ("lawful bases", rule.when.lawful_bases),
        )
        if words
    ]
    return "; ".join([*said, *([] if rule.when.to_owner else ["not when records return to their owner"])]) or "everything"


def _does(rule: Rule) -> str:
    asked = rule.consent or rule.instrument or rule.population or rule.accounting
    instead = f", or {codes(sorted(rule.accepts))} where the clause asks for it" if rule.accepts else ""
    of = f" in the letter {code(rule.letter.value)}" if rule.effect is RuleEffect.ACCOUNT else ""
    return f"{rule.effect.value}{f' {code(asked.value)}' if asked else ''}{of}{instead}"
