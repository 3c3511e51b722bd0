"""What was tried against unequal recall, and what each of it is worth: the same counties linked once more without it.

Belongs here: the list of what was tried, how a model is asked to do without one thing, and the difference in points. Does not belong here:
making links, simulating (pipelines/training.py), or the recall of groups as it is (fairness.py).
A level is taken away by giving it the weight of "nothing agrees": the model is not learned again, so that only that one thing differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assets.linked.fairness import Outcome, PersonPairs
from assets.linked.model import TWO_SURNAMES, FrozenModel
from contracts.linkage import GroupEffect, LinkageChoice, Mitigation

Setting = tuple[FrozenModel, LinkageChoice]
Change = Callable[[Setting], Setting]
SOUNDS_AND_PLACES = (6, 12, 13)
"""Blocking rules (block_key.sql) by the sounds of both names in either order, and by a name with a street or town."""


@dataclass(frozen=True)
class Tried:
    """One thing: kept ones are measured by doing without (``change`` takes them away), others by doing them."""

    tried: str
    effect: str
    kept: bool
    change: Change | None = None
    """Another model or choice to link with."""
    instead: Callable[[Outcome], Sequence[PersonPairs]] | None = None
    """Or: what the people would come to, from what was found."""
    without_rules: tuple[int, ...] = ()
    """Or: blocking rules to do without."""


def without_levels(*labels: str) -> Change:
    """A change after which these levels of comparisons weigh as much as no agreement at all.

    Raises (when applied):
        KeyError: if the model has no level of that label.
    """

    def change(setting: Setting) -> Setting:
        model, choice = setting
        known = {level.get("label_for_charts") for comparison in model.settings["comparisons"] for level in comparison["comparison_levels"]}
        if not known.issuperset(labels):
            raise KeyError(f"{model.name} has no level {', '.join(sorted(set(labels) - known))}")
        comparisons = [_flattened(comparison, labels) for comparison in model.settings["comparisons"]]
        return replace(model, settings={**model.settings, "comparisons": comparisons}), choice

    return change


def holding_two_surnames_against_the_given_name(setting: Setting) -> Setting:
    """Compare the first of two surnames with the given name, as a plain comparison would."""
    model, choice = setting
    comparisons = [
        {
            **comparison,
            "comparison_levels": [
                {**level, "sql_condition": level["sql_condition"].replace(f" or {TWO_SURNAMES}", "")}
                for level in comparison["comparison_levels"]
            ],
        }
        for comparison in model.settings["comparisons"]
    ]
    return replace(model, settings={**model.settings, "comparisons": comparisons}), choice


def one_bit_lower(setting: Setting) -> Setting:
    """The link threshold one bit lower."""
    model, choice = setting
    return model, choice.model_copy(update={"thresholds": choice.thresholds.model_copy(update={"link": choice.thresholds.link - 1})})


def attaching_sooner(setting: Setting) -> Setting:
    """Weak records attach at the link threshold and with one bit less of a margin."""
    model, choice = setting
    limits = choice.thresholds
    changed = limits.model_copy(update={"attach": limits.link, "attach_margin": max(0.0, limits.attach_margin - 1)})
    return model, choice.model_copy(update={"thresholds": changed})


def unnamed_left_alone(outcome: Outcome) -> list[PersonPairs]:
    """People as found if no record without a name were attached to anybody."""
    return [(group, true, named_right, named, named_right) for group, true, _, named, named_right in outcome.people]


TRIED: tuple[Tried, ...] = (
    Tried(
        tried="Surnames of several parts compared part by part, also misspelt, with former surnames and with the other's middle name.",
        effect="A paternal surname alone, a hyphen more or less, a birth name: equal parts count as agreement.",
        kept=True,
        change=without_levels(
            "a part or a former surname is equal", "a part or a former surname is spelt alike", "the other's middle name"
        ),
    ),
    Tried(
        tried="Two surnames written without a given name are not held against the given name.",
        effect="Godoy Monterrosa of Sergio Godoy Monterrosa; in use since person.v1.",
        kept=True,
        change=holding_two_surnames_against_the_given_name,
    ),
    Tried(
        tried="Given name and surname written in each other's field count as swapped.",
        effect="Names whose order the writer did not know.",
        kept=True,
        change=without_levels("swapped with the surname", "swapped with the given name"),
    ),
    Tried(
        tried="Nicknames, beginnings and second spellings of a given name count as agreement.",
        effect="Names that are shortened, or carried over from another script in two ways, where an alias or the list says so.",
        kept=True,
        change=without_levels("nicknames of one formal name, or its beginning", "an alias or second spelling is equal"),
    ),
    Tried(
        tried="A phone or address that many people use (a shelter) is weak evidence instead of none.",
        effect="People without a home of their own share what they can be reached by.",
        kept=True,
        change=without_levels("phone or address of many people equal"),
    ),
    Tried(
        tried="Records with a birth date and no name attach to the one person they fit best, and bridge nobody.",
        effect="Those that share a phone or an address are found; those with nothing else stay alone, as they must.",
        kept=True,
        instead=unnamed_left_alone,
    ),
    Tried(
        tried="Candidates also by the sounds of both names in either order, and by a name with a street or town.",
        effect="Either part of a surname is a key. At most: pairs that also hang together through other records are counted as well.",
        kept=True,
        without_rules=SOUNDS_AND_PLACES,
    ),
    Tried(
        tried="A link threshold one bit lower.",
        effect="Pairs that agree in little more than a surname and a birth date a digit apart.",
        kept=False,
        change=one_bit_lower,
    ),
    Tried(
        tried="Weak records attach at the link threshold, with one bit less of a margin over the second best person.",
        effect="Mostly records without a name whose recorded sex is another.",
        kept=False,
        change=attaching_sooner,
    ),
    Tried(
        tried="A birth date a digit off beside a shared phone or address ties a record without a name.",
        effect="Measured once on the counties of person.v2: 0.09 points (BLACK 0.01, HISPANIC 0.03, WHITE 0.13) and no wrong link more. Not"
        " kept: real households hold brothers, sisters and couples born a digit apart, which the simulator draws less often.",
        kept=False,
    ),
    Tried(
        tried="A shared 1 January beside a shared phone or address ties a record without a name.",
        effect="Measured once on the counties of person.v2: no pair more or less; such records share the addresses of shelters.",
        kept=False,
    ),
    Tried(
        tried="Other thresholds by group.",
        effect="Not tried: it needs race as an input of linkage, which is never permitted.",
        kept=False,
    ),
)


def told(tried: Tried, as_is: Sequence[Outcome], changed: Sequence[Outcome], judged: Sequence[str]) -> Mitigation:
    """What ``tried`` is worth over all counties, in percentage points.

    Args:
        tried: what was tried.
        as_is: what came of every county.
        changed: the same counties without it (kept) or with it (not kept); empty if it was not measured.
        judged: groups large enough to be told of.
    """
    plain = Mitigation(tried=tried.tried, effect=tried.effect, kept=tried.kept)
    if not changed:
        return plain
    with_it, without_it = (as_is, changed) if tried.kept else (changed, as_is)
    precision = None
    if tried.change is not None:
        precision = _points(_share(with_it, "right", "found"), _share(without_it, "right", "found"))
    groups = [GroupEffect(group=group, recall_points=_points(_recall(with_it, group), _recall(without_it, group))) for group in judged]
    overall = _points(_recall(with_it), _recall(without_it))
    return plain.model_copy(update={"overall_points": overall, "by_group": tuple(groups), "precision_points": precision})


def _recall(outcomes: Sequence[Outcome], group: str | None = None) -> float:
    people = [person for outcome in outcomes for person in outcome.people if group in (None, person[0])]
    return sum(person[2] for person in people) / max(sum(person[1] for person in people), 1)


def _share(outcomes: Sequence[Outcome], hits: str, of: str) -> float:
    return sum(int(getattr(outcome, hits)) for outcome in outcomes) / max(sum(int(getattr(outcome, of)) for outcome in outcomes), 1)


def _points(with_it: float, without_it: float) -> float:
    return round(100 * (with_it - without_it), 2)


def _flattened(comparison: Mapping[str, Any], labels: Sequence[str]) -> dict[str, Any]:
    levels = comparison["comparison_levels"]
    last = levels[-1]
    worth = {key: last[key] for key in ("m_probability", "u_probability")}
    return {
        **comparison,
        "comparison_levels": [{**level, **worth} if level.get("label_for_charts") in labels else level for level in levels],
    }
