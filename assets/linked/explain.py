"""Why two subjects are, or are not, one person tonight.

Belongs here: gathering everything that speaks for and against one pair into one answer. Does not belong here: scoring (weigh.py), paths
(path.py), drawing.
What may not be compared is not explained: the answer then says that the link is withheld, and nothing about either side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from itertools import product

from assets.linked import decisions, delta, path, score
from assets.linked.block import RULES
from assets.linked.cluster import Pair, canonical
from assets.linked.model import FrozenModel
from assets.linked.path import Step
from assets.linked.references import Reference
from assets.linked.weigh import Weighed, weigh
from contracts.linkage import LinkageChoice
from resources.sql import Connection, load_sql, replace_table, rows

PACKAGE = "assets.linked"
MOST_PAIRS = 400
"""Pairs weighed when two persons are compared: enough for people, not for a person of thousands of records."""


class Standing(StrEnum):
    """What holds of the pair tonight, and what decided it."""

    WITHHELD = "withheld"
    JUDGED_SAME = "judged_same"
    JUDGED_DIFFERENT = "judged_different"
    LINKED_BY_EDGE = "linked_by_edge"
    LINKED_THROUGH_OTHERS = "linked_through_others"
    VETOED = "vetoed"
    NOT_COMPARED = "not_compared"
    BELOW_THRESHOLD = "below_threshold"
    REFUSED_IN_COMPANY = "refused_in_company"


MEANS = {
    Standing.WITHHELD: "withheld: link not permitted",
    Standing.JUDGED_SAME: "one person, because a reviewer judged them the same",
    Standing.JUDGED_DIFFERENT: "two persons, because a reviewer judged them different",
    Standing.LINKED_BY_EDGE: "one person: their own weight is at or above the threshold",
    Standing.LINKED_THROUGH_OTHERS: "one person, through other records that both belong with",
    Standing.VETOED: "two persons: a hard fact speaks against one person, whatever the weight",
    Standing.NOT_COMPARED: "two persons: no blocking rule brought them together, so the night never compared them",
    Standing.BELOW_THRESHOLD: "two persons: their weight is below the threshold",
    Standing.REFUSED_IN_COMPANY: "two persons: the weight is enough, but the records each belongs with, or a close rival, speak against it",
}


class NotAPair(ValueError):
    """The two references do not name two subjects that could be compared."""


@dataclass(frozen=True)
class Meeting:
    """A blocking rule under which both look for their like, by how many keys, and how many subjects hold the rarest of these."""

    rule: str
    keys: int
    subjects: int


@dataclass(frozen=True)
class Judged:
    """What a person said of the pair."""

    verdict: str
    decided_by: str
    decided_on: date
    reason: str


@dataclass(frozen=True)
class Explanation:
    """Everything that is known about one pair. Only ``standing`` is filled when the link is withheld."""

    standing: Standing
    domain: str | None = None
    systems: tuple[str, str] | None = None
    weighed: Weighed | None = None
    threshold: float | None = None
    threshold_kind: str | None = None
    is_weak: bool = False
    meetings: tuple[Meeting, ...] = ()
    judged: tuple[Judged, ...] = ()
    path: tuple[Step, ...] = ()
    model: str | None = None

    @property
    def pair(self) -> Pair:
        """Subjects, smaller first.

        Raises:
            ValueError: if the link is withheld.
        """
        if self.weighed is None:
            raise ValueError("a withheld pair has no subjects to show")
        return self.weighed.subject_a, self.weighed.subject_b

    def to_dict(self) -> dict[str, object]:
        """Plain values without any id, key or value of a person."""
        if self.weighed is None:
            return {"standing": self.standing.value, "meaning": MEANS[self.standing]}
        weighed = self.weighed
        return {
            "standing": self.standing.value,
            "meaning": MEANS[self.standing],
            "systems": list(self.systems or ()),
            "model": self.model,
            "match_weight": round(weighed.weight, 6),
            "match_probability": weighed.probability,
            "threshold": self.threshold,
            "threshold_kind": self.threshold_kind,
            "is_weak": self.is_weak,
            "prior": round(weighed.prior, 6),
            "evidence": [
                {
                    "field": part.field,
                    "level": part.level,
                    "bits": round(part.bits, 6),
                    "rarity": round(part.rarity, 6),
                    "is_compared": part.is_compared,
                }
                for part in weighed.contributions
            ],
            "veto": weighed.veto,
            "birth_dates_speak": weighed.dates,
            "given_names_speak": weighed.names,
            "blocking": [asdict(meeting) for meeting in self.meetings],
            "judged": [asdict(judged) for judged in self.judged],
            "path": [{"system": step.system, "match_weight": step.weight} for step in self.path],
        }


def explain(con: Connection, model: FrozenModel, choice: LinkageChoice, a: Reference, b: Reference, *, night: date) -> Explanation:
    """Explain the pair that ``a`` and ``b`` mean; of two persons, the pair that speaks most for them.

    Args:
        con: the warehouse after a night of linkage, with ``registers`` attached; only temporary tables are written.
        model: the model that scored the night.
        choice: the county's thresholds.
        a: one side.
        b: the other side.
        night: through which night judgements count.

    Raises:
        NotAPair: if both name one subject, a person without subjects, or persons too large to weigh against each other.
    """
    decisions.stand(con, night)
    pairs = _pairs(a, b)
    domain = _domain(con, pairs)
    if domain is None:
        return Explanation(Standing.WITHHELD)
    weighed = weigh(con, model, domain=domain, pairs=pairs)
    if not weighed:
        return Explanation(Standing.WITHHELD)
    best = max(weighed.values(), key=lambda item: (item.weight, item.subject_a, item.subject_b))
    return _explained(con, best, domain=domain, choice=choice, model=model, night=night)


def _pairs(a: Reference, b: Reference) -> list[Pair]:
    if not a.subjects or not b.subjects:
        raise NotAPair("one of the two is a person whose key has ended; throughcare link history says where its records went")
    pairs = sorted({canonical(x, y) for x, y in product(a.subjects, b.subjects) if x != y})
    if not pairs:
        raise NotAPair("both name one subject; a pair has two")
    if len(pairs) > MOST_PAIRS:
        raise NotAPair(f"the two persons make {len(pairs)} pairs, more than {MOST_PAIRS}; name one record of each instead")
    return pairs


def _domain(con: Connection, pairs: Sequence[Pair]) -> str | None:
    """The domain in which some of the pairs may be compared; None: in none."""
    ends = sorted({end for pair in pairs for end in pair})
    found = rows(
        con,
        "select permission.domain, permission.subject_id from consented.link_permission as permission"
        " join linked.standardised as standardised on standardised.domain = permission.domain"
        " and standardised.subject_id = permission.subject_id and standardised.known_to is null"
        " where permission.permitted and list_contains($ends, permission.subject_id) order by all",
        {"ends": ends},
    )
    permitted = {(domain, subject) for domain, subject in found}
    return next((domain for domain, _ in found if any({(domain, a), (domain, b)} <= permitted for a, b in pairs)), None)


def _explained(con: Connection, found: Weighed, *, domain: str, choice: LinkageChoice, model: FrozenModel, night: date) -> Explanation:
    pair = {"a": found.subject_a, "b": found.subject_b, "domain": domain}
    facts = {
        subject: (system, weak, key)
        for subject, system, weak, key in rows(
            con,
            "select standardised.subject_id, standardised.system, standardised.is_weak, membership.person_key"
            " from linked.standardised as standardised left join linked.membership as membership"
            " on membership.domain = standardised.domain and membership.subject_id = standardised.subject_id"
            " where standardised.domain = $domain and standardised.known_to is null and standardised.subject_id in ($a, $b)",
            pair,
        )
    }
    (system_a, weak_a, person_a), (system_b, weak_b, person_b) = facts[found.subject_a], facts[found.subject_b]
    is_weak = bool(weak_a or weak_b)
    limits = choice.thresholds
    threshold, kind = (limits.attach, "attach") if is_weak else (limits.link, "link")
    meetings = _meetings(con, found, domain=domain, model=model)
    is_together = person_a is not None and person_a == person_b
    follows = {(a, b): said for a, b, said in rows(con, load_sql(PACKAGE, "decision"), pair)}
    return Explanation(
        standing=_standing(
            found,
            is_together=is_together,
            meets=bool(meetings),
            threshold=threshold,
            judged=follows.get((found.subject_a, found.subject_b)),
        ),
        domain=domain,
        systems=(system_a, system_b),
        weighed=found,
        threshold=threshold,
        threshold_kind=kind,
        is_weak=is_weak,
        meetings=meetings,
        judged=_judged(con, found, night),
        path=tuple(path.widest(con, domain=domain, start=found.subject_a, end=found.subject_b, least=limits.attach - limits.attach_margin)),
        model=model.name,
    )


def _meetings(con: Connection, found: Weighed, *, domain: str, model: FrozenModel) -> tuple[Meeting, ...]:
    ends = f"select unnest(['{found.subject_a}', '{found.subject_b}']) as subject_id"
    delta.needed(con, domain=domain, subjects=ends, rest=score.load_frequencies(con, model))
    shared = f"select key from ({load_sql(PACKAGE, 'block_key')}) group by key having count(*) = 2"
    replace_table(con, "temp.linked_shared_key", shared)
    listed = rows(con, load_sql(PACKAGE, "explain_rule"), {"domain": domain})
    return tuple(Meeting(RULES.get(rule, f"rule_{rule}"), keys, subjects) for rule, keys, subjects in listed)


def _standing(found: Weighed, *, is_together: bool, meets: bool, threshold: float, judged: str | None) -> Standing:
    # What was judged since the night has not been obeyed yet.
    if judged == "different" and not is_together:
        return Standing.JUDGED_DIFFERENT
    enough = found.weight >= threshold and found.veto is None
    if is_together:
        if enough and meets:
            return Standing.LINKED_BY_EDGE
        return Standing.JUDGED_SAME if judged == "same" else Standing.LINKED_THROUGH_OTHERS
    if not meets:
        return Standing.NOT_COMPARED
    if found.veto is not None:
        return Standing.VETOED
    return Standing.REFUSED_IN_COMPANY if enough else Standing.BELOW_THRESHOLD


def _judged(con: Connection, found: Weighed, night: date) -> tuple[Judged, ...]:
    said = rows(
        con,
        "select decision, decided_by, decided_on, reason from registers.main.review_decision"
        " where least(subject_a, subject_b) = $a and greatest(subject_a, subject_b) = $b and decided_on <= $night"
        " order by coalesce(decided_at, decided_on::timestamp), number",
        {"a": found.subject_a, "b": found.subject_b, "night": night},
    )
    return tuple(Judged(*line) for line in said)
