"""How two subjects hang together through others: the widest path, whose weakest edge is as strong as can be.

Belongs here: walking edges and judgements. Does not belong here: whether they are one person, which clustering decides.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass

from assets.linked.cluster import canonical
from resources.sql import Connection, load_sql, rows

PACKAGE = "assets.linked"
FARTHEST = 2_000
"""Subjects looked at before the search gives up: a component larger than this explains nobody."""


@dataclass(frozen=True)
class Step:
    """One edge on the way: to which subject, of which system, with which weight in bits (None: a person judged them the same)."""

    subject_id: str
    system: str
    weight: float | None


def widest(con: Connection, *, domain: str, start: str, end: str, least: float) -> list[Step]:
    """The path from ``start`` to ``end`` over live edges of at least ``least`` bits without a veto, and pairs judged the same.

    Empty if there is none, or if it lies beyond :data:`FARTHEST` subjects. Needs ``decisions.stand``.
    """
    edges = _component(con, domain=domain, start=start, least=least)
    width, came_from = {start: float("inf")}, {start: (start, 0.0)}
    waiting = [(-width[start], start)]
    while waiting:
        reached, node = heapq.heappop(waiting)
        if node == end:
            break
        for other, weight in sorted(edges[node].items()):
            through = min(-reached, weight)
            if through > width.get(other, float("-inf")):
                width[other], came_from[other] = through, (node, weight)
                heapq.heappush(waiting, (-through, other))
    if end not in came_from:
        return []
    steps: list[tuple[str, float]] = []
    node = end
    while node != start:
        before, weight = came_from[node]
        steps.append((node, weight))
        node = before
    listed = [node for node, _ in steps]
    system = dict(rows(con, "select subject_id, system from checked.subject where list_contains($listed, subject_id)", {"listed": listed}))
    return [Step(node, system[node], None if weight == float("inf") else weight) for node, weight in reversed(steps)]


def _component(con: Connection, *, domain: str, start: str, least: float) -> dict[str, dict[str, float]]:
    same = rows(
        con,
        "select subject_a, subject_b from temp.linked_judged where domain = $domain and decision = 'same' and not is_corrected",
        {"domain": domain},
    )
    apart = {
        canonical(a, b)
        for a, b in rows(
            con,
            "select subject_a, subject_b from temp.linked_judged where domain = $domain and decision in ('different', 'disagreed')",
            {"domain": domain},
        )
    }
    near: dict[str, dict[str, float]] = defaultdict(dict)
    known = {start}
    frontier = {start}
    while frontier and len(known) <= FARTHEST:
        found = rows(con, load_sql(PACKAGE, "explain_edge"), {"domain": domain, "least": least, "reached": sorted(frontier)})
        judged = [(a, b, float("inf")) for a, b in same if a in frontier or b in frontier]
        for a, b, weight in [*found, *judged]:
            if canonical(a, b) not in apart:
                near[a][b] = near[b][a] = max(weight, near[a].get(b, weight))
        frontier = {end for a, b, _ in [*found, *judged] for end in (a, b)} - known
        known |= frontier
    return near
