"""What people judged about pairs of subjects: kept for ever, read together, binding on later nights.

Belongs here: writing judgements into ``registers.main.review_decision``, what stands when several people judged, when a judgement is
re-opened, contradictions, agreement between reviewers. Does not belong here: which cases to look at (review.py) or what a judgement does
to persons (cluster.py).
Nothing is ever changed or deleted: who judges again adds a row.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise

from assets.linked.cluster import Pair, canonical
from resources.sql import Connection, load_sql, replace_table, rows, scalar

PACKAGE = "assets.linked"


class Verdict(StrEnum):
    """What a reviewer says of two subjects."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


class DecisionRefused(ValueError):
    """A judgement may not be written; the message says which and why, by position and never by value."""


@dataclass(frozen=True)
class Decision:
    """One judgement of one person. ``is_final`` settles whatever was said of the pair before."""

    subject_a: str
    subject_b: str
    verdict: Verdict
    decided_by: str
    decided_at: datetime
    reason: str
    is_final: bool = False

    @property
    def pair(self) -> Pair:
        """The subjects, smaller first."""
        return canonical(self.subject_a, self.subject_b)


@dataclass(frozen=True)
class Agreement:
    """How two reviewers agree on the pairs that both judged, as Cohen's kappa (Cohen 1960) over same, different and unsure."""

    one: str
    other: str
    pairs: int
    agreed: int
    kappa: float | None
    """Null where chance alone would make them agree on everything: both gave one answer throughout."""


def stand(con: Connection, night: date) -> int:
    """Prepare what the night reads of judgements made up to ``night``; returns the number of judged pairs.

    Fills ``temp.linked_standing`` and defines the temporary views ``linked_evidence_core`` and ``linked_judged``.
    """
    pairs = replace_table(con, "temp.linked_standing", load_sql(PACKAGE, "standing_decision"), {"night": night})
    for view, name in (("linked_evidence_core", "evidence_core"), ("linked_judged", "judged_pair")):
        con.execute(f"create or replace temp view {view} as {load_sql(PACKAGE, name)}").fetchall()
    return pairs


def idle(con: Connection) -> int:
    """Judged pairs that bind nothing tonight (see :func:`stand`): a record of them is unknown, gone, or may not be compared with the other.

    They are kept: what comes back is bound again.
    """
    return int(scalar(con, load_sql(PACKAGE, "idle_decision")))


def evidence_hash(con: Connection, a: str, b: str) -> str:
    """What is judged when this pair is judged now; a later correction of either record gives another hash.

    Needs :func:`stand`.

    Raises:
        DecisionRefused: if there is no domain in which both may be compared: what may not be compared cannot be judged.
    """
    a, b = canonical(a, b)
    found = rows(
        con,
        "select one.core, other.core from temp.linked_evidence_core as one join temp.linked_evidence_core as other"
        " on other.domain = one.domain and other.subject_id = $b where one.subject_id = $a order by one.domain limit 1",
        {"a": a, "b": b},
    )
    if not found:
        raise DecisionRefused("the two records may not be compared tonight, or one of them is not known; there is nothing to judge")
    return "v1:" + hashlib.sha256("".join(found[0]).encode()).hexdigest()


def check(con: Connection, new: Sequence[Decision]) -> list[str]:
    """Everything wrong with judgements that are about to be written, one line each, by their position from 1; empty: all may be written.

    Needs :func:`stand` with a night no earlier than any judgement.
    """
    faults: list[str] = []
    seen: dict[tuple[Pair, str], int] = {}
    for position, decision in enumerate(new, start=1):
        faults += [f"judgement {position}: {fault}" for fault in _own_faults(con, decision)]
        before = seen.setdefault((decision.pair, decision.decided_by), position)
        if before != position:
            faults.append(f"judgement {position}: the same reviewer judged this pair already, as judgement {before}; keep one of them")
    if not faults:
        faults = [_contradiction(chain, new) for chain in contradictions(con, new)]
    return faults


def _own_faults(con: Connection, decision: Decision) -> Iterable[str]:
    if decision.subject_a == decision.subject_b:
        yield "both sides are one record; a pair has two"
        return
    if not decision.reason.strip():
        yield "no reason is given; say why"
    if not decision.decided_by.strip():
        yield "nobody is named who judged; say who"
    try:
        evidence_hash(con, *decision.pair)
    except DecisionRefused as refused:
        yield str(refused)


def contradictions(con: Connection, new: Sequence[Decision] = ()) -> list[list[Pair]]:
    """Pairs judged different that "same" judgements, old and new, would bring together: [the different pair, the same pairs on the way].

    One "different" between two groups is one contradiction. A new judgement takes the place of what stood for its pair.
    """
    standing = {(a, b): said for a, b, said in rows(con, "select subject_a, subject_b, decision from temp.linked_standing")}
    for decision in new:
        before = standing.get(decision.pair)
        standing[decision.pair] = decision.verdict.value if before is None or decision.is_final else _together(before, decision.verdict)
    near: dict[str, set[str]] = defaultdict(set)
    for (a, b), said in standing.items():
        if said == Verdict.SAME:
            near[a].add(b)
            near[b].add(a)
    apart = sorted(pair for pair, said in standing.items() if said in {Verdict.DIFFERENT.value, "disagreed"})
    chains = [(pair, _chain(near, *pair)) for pair in apart]
    return [[pair, *chain] for pair, chain in chains if chain]


def _together(before: str, now: Verdict) -> str:
    """What stands when ``now`` is said beside ``before``, not knowing who said that: never bolder than the night would be."""
    if now is Verdict.UNSURE:
        return before if before == Verdict.DIFFERENT else now.value
    return now.value


def _chain(near: dict[str, set[str]], start: str, end: str) -> list[Pair]:
    """Fewest "same" pairs that lead from one subject to another; empty if none do."""
    came_from: dict[str, str] = {start: start}
    frontier = [start]
    while frontier and end not in came_from:
        found = sorted({(other, node) for node in frontier for other in near[node] if other not in came_from})
        frontier = []
        for other, node in found:
            if other not in came_from:
                came_from[other] = node
                frontier.append(other)
    if end not in came_from:
        return []
    path = [end]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return [canonical(a, b) for a, b in pairwise(path)]


def _contradiction(chain: Sequence[Pair], new: Sequence[Decision]) -> str:
    positions = {decision.pair: position for position, decision in enumerate(new, start=1)}
    apart, same = chain[0], chain[1:]
    said = [f"judgement {positions[pair]}" if pair in positions else f"case {case_of(pair)}, judged before" for pair in same]
    where = f"judgement {positions[apart]}" if apart in positions else f"case {case_of(apart)}, judged before"
    return f"{where} says different, but {' and '.join(said)} together say same; one of these must be judged again first"


def case_of(pair: tuple[str, str | None]) -> str:
    """Short name of a pair (or of one subject alone) under which reviewers speak of it; no key of a person can be read from it."""
    return hashlib.sha256("\x1f".join(["case", *(part or "" for part in pair)]).encode()).hexdigest()[:12]


def write(con: Connection, new: Sequence[Decision]) -> list[int]:
    """Add judgements to the register; returns their numbers.

    Needs :func:`stand` and a writer's connection.

    Raises:
        DecisionRefused: with every fault; nothing is written then.
    """
    faults = check(con, new)
    if faults:
        raise DecisionRefused("\n".join(faults))
    first = int(scalar(con, "select coalesce(max(number), 0) from registers.main.review_decision")) + 1
    values = [
        {
            "subject_a": decision.pair[0],
            "subject_b": decision.pair[1],
            "decision": decision.verdict.value,
            "decided_by": decision.decided_by.strip(),
            "decided_on": decision.decided_at.date(),
            "reason": decision.reason.strip(),
            "evidence_hash": evidence_hash(con, *decision.pair),
            "number": number,
            "decided_at": decision.decided_at,
            "is_final": decision.is_final,
        }
        for number, decision in enumerate(new, start=first)
    ]
    con.execute("begin").fetchall()
    for row in values:
        columns = ", ".join(row)
        marks = ", ".join(f"${name}" for name in row)
        con.execute(f"insert into registers.main.review_decision ({columns}) values ({marks})", row).fetchall()
    con.execute("commit").fetchall()
    return list(range(first, first + len(new)))


def agreement(con: Connection) -> list[Agreement]:
    """How every two reviewers agree on the pairs that both judged, each with the newest judgement."""
    said = rows(
        con,
        "select least(subject_a, subject_b), greatest(subject_a, subject_b), decided_by,"
        " arg_max(decision, struct_pack(at := coalesce(decided_at, decided_on::timestamp), number := coalesce(number, 0)))"
        " from registers.main.review_decision group by all order by all",
    )
    by_pair: dict[Pair, dict[str, str]] = defaultdict(dict)
    for a, b, reviewer, verdict in said:
        by_pair[a, b][reviewer] = verdict
    shared: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for judged in by_pair.values():
        reviewers = sorted(judged)
        for index, one in enumerate(reviewers):
            for other in reviewers[index + 1 :]:
                shared[one, other].append((judged[one], judged[other]))
    return [Agreement(one, other, len(both), sum(x == y for x, y in both), kappa(both)) for (one, other), both in sorted(shared.items())]


def kappa(both: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two reviewers: (observed - expected) / (1 - expected) agreement; None where expected agreement is 1."""
    if not both:
        return None
    n = len(both)
    observed = sum(x == y for x, y in both) / n
    one, other = Counter(x for x, _ in both), Counter(y for _, y in both)
    expected = sum(one[word] * other[word] for word in one) / n**2
    return None if expected == 1 else round((observed - expected) / (1 - expected), 6)
