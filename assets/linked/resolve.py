"""Who is one person tonight: the subjects that a change can affect, resolved anew from their edges.

Belongs here: closing the affected set, gathering what clustering needs, and handing it to cluster.py in the right order (full records,
then weak ones, then judgements of a person). Does not belong here: the clustering itself, keys, or scoring.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import polars as pl

from assets.linked import cluster, delta
from assets.linked.cluster import Edge, Judgement, Pair
from contracts.linkage import LinkageChoice
from resources.sql import Connection, count, insert_into, load_sql, replace_table, rows

PACKAGE = "assets.linked"


@dataclass(frozen=True)
class Resolved:
    """Tonight's groups among the affected subjects, how firmly each subject is tied, and what was left for a person."""

    groups: list[tuple[str, ...]]
    tie: dict[str, float]
    weak: frozenset[str]
    refused: list[Edge]
    ambiguous: dict[str, float]
    contradictions: list[Pair]
    cut_components: int


def affected(con: Connection, *, domain: str, night: date, choice: LinkageChoice) -> int:
    """Fill ``temp.linked_affected`` (subject_id): closed under relevant edges, judgements and last night's persons. Returns its size.

    Reads ``temp.linked_moved_edge`` (subject_a, subject_b): edges opened or closed tonight.
    """
    parameters = {"domain": domain, "night": night, **choice.thresholds.model_dump()}
    replace_table(con, "temp.linked_relevant_edge", load_sql(PACKAGE, "relevant_edge"), parameters)
    replace_table(con, "temp.linked_decision", load_sql(PACKAGE, "decision"), parameters)
    replace_table(con, "temp.linked_affected", load_sql(PACKAGE, "affected_start"))
    con.execute("create or replace temp table linked_frontier as select subject_id from linked_affected").fetchall()
    while count(con, "temp.linked_frontier"):
        replace_table(con, "temp.linked_next", load_sql(PACKAGE, "affected_next"), parameters)
        insert_into(con, "temp.linked_affected", "select subject_id from temp.linked_next")
        con.execute("create or replace temp table linked_frontier as select subject_id from linked_next").fetchall()
    return count(con, "temp.linked_affected")


def resolve(con: Connection, *, domain: str, choice: LinkageChoice, rest: dict[str, float]) -> Resolved:
    """Group the affected subjects that may still be compared."""
    present = rows(
        con,
        "select standardised.subject_id, standardised.is_weak, standardised.is_held from linked.standardised as standardised"
        " semi join temp.linked_affected as affected on affected.subject_id = standardised.subject_id"
        " where standardised.domain = $domain and standardised.known_to is null order by standardised.subject_id",
        {"domain": domain},
    )
    held = [subject for subject, _, is_held in present if is_held]
    weak = [subject for subject, is_weak, is_held in present if is_weak and not is_held]
    full = [subject for subject, is_weak, is_held in present if not is_weak and not is_held]
    edges = [(Edge(a, b, weight), a_weak, b_weak) for a, b, weight, a_weak, b_weak in _edges(con)]
    must, different = _judged(con, "same"), _judged(con, "different")

    firm, cut = cluster.bounded(
        full, [edge for edge, a_weak, b_weak in edges if not a_weak and not b_weak], largest=choice.caps.largest_component
    )
    judgements = _judgements(con, _inside(firm), different, domain=domain, rest=rest)
    resolution = cluster.agglomerate(full, firm, judgements)

    ties = dict(resolution.tie)
    groups, ambiguous = _attach(
        con, weak, resolution.groups, edges=edges, different=different, ties=ties, choice=choice, domain=domain, rest=rest
    )
    groups, contradictions = cluster.must_link([*groups, *((subject,) for subject in held)], must, different)
    return Resolved(
        groups=groups,
        tie=ties,
        weak=frozenset(weak),
        refused=resolution.refused,
        ambiguous=ambiguous,
        contradictions=contradictions,
        cut_components=cut,
    )


def _edges(con: Connection) -> list[tuple[str, str, float, bool, bool]]:
    return [
        (a, b, weight, a_weak, b_weak)
        for a, b, weight, a_weak, b_weak in rows(
            con,
            "select edge.subject_a, edge.subject_b, edge.match_weight, edge.a_is_weak, edge.b_is_weak"
            " from temp.linked_relevant_edge as edge semi join temp.linked_affected as affected on affected.subject_id = edge.subject_a",
        )
    ]


def _judged(con: Connection, decision: str) -> list[Pair]:
    found = rows(
        con, "select subject_a, subject_b from temp.linked_decision where decision = $decision order by all", {"decision": decision}
    )
    return [(a, b) for a, b in found]


def _inside(edges: Sequence[Edge]) -> Iterable[Pair]:
    """Every pair inside a component of three or more; a pair that is a component of its own was judged when it was scored."""
    members: dict[str, list[str]] = defaultdict(list)
    for node, root in cluster.components({node for edge in edges for node in edge[:2]}, edges).items():
        members[root].append(node)
    for group in members.values():
        if len(group) > 2:
            yield from combinations(sorted(group), 2)


def _judgements(
    con: Connection, pairs: Iterable[Pair], different: Iterable[Pair], *, domain: str, rest: dict[str, float]
) -> dict[Pair, Judgement]:
    """What hard facts say of each pair, and what a person said: a pair judged different is forbidden."""
    judged = dict.fromkeys(different, cluster.FORBIDDEN)
    listed = sorted({cluster.canonical(a, b) for a, b in pairs})
    if not listed:
        return judged
    con.register("linked_pair_frame", pl.DataFrame(listed, schema={"subject_a": pl.String, "subject_b": pl.String}, orient="row"))
    replace_table(con, "temp.linked_pair", "select subject_a, subject_b from linked_pair_frame")
    con.unregister("linked_pair_frame")
    delta.needed(
        con, domain=domain, subjects="select subject_a as subject_id from linked_pair union select subject_b from linked_pair", rest=rest
    )
    found = rows(con, load_sql(PACKAGE, "judgement"))
    return {(a, b): Judgement(forbidden, dates, names) for a, b, forbidden, dates, names, _ in found} | judged


def _attach(
    con: Connection,
    weak: Sequence[str],
    groups: list[tuple[str, ...]],
    *,
    edges: Sequence[tuple[Edge, bool, bool]],
    different: Sequence[Pair],
    ties: dict[str, float],
    choice: LinkageChoice,
    domain: str,
    rest: dict[str, float],
) -> tuple[list[tuple[str, ...]], dict[str, float]]:
    """Put weak records where they belong; adds their ties to ``ties``. Returns (groups, ambiguous weak records)."""
    group_of = {subject: index for index, group in enumerate(groups) for subject in group}
    fits: dict[str, dict[int, float]] = defaultdict(dict)
    for edge, a_weak, b_weak in edges:
        if a_weak == b_weak:
            continue
        record, other = (edge.a, edge.b) if a_weak else (edge.b, edge.a)
        index = group_of[other]
        fits[record][index] = max(fits[record].get(index, edge.weight), edge.weight)
    judgements = _judgements(con, _across(fits, groups), different, domain=domain, rest=rest)
    limits = choice.thresholds
    placed = cluster.attach(fits, groups, judgements, least=limits.attach, margin=limits.attach_margin)
    joined: dict[int, list[str]] = defaultdict(list)
    for record, index in placed.person.items():
        joined[index].append(record)
    for index, records in joined.items():
        # A person of one full record has no tie of its own yet; it is as sure as its surest weak record. A weak record is tied no more
        # firmly than the loosest member, since the path between two members may lead through that one.
        loosest = min((ties[member] for member in groups[index] if member in ties), default=float("inf"))
        ties.update({record: min(placed.tie[record], loosest) for record in records})
        if loosest == float("inf"):
            ties.update(dict.fromkeys(groups[index], max(placed.tie[record] for record in records)))
    full_groups = [tuple(sorted((*group, *joined.get(index, ())))) for index, group in enumerate(groups)]
    left = [record for record in weak if record not in placed.person and record not in placed.ambiguous]
    among = [edge for edge, a_weak, b_weak in edges if a_weak and b_weak and edge.weight >= limits.attach]
    loose = _weak_groups(con, left, among, different=different, domain=domain, rest=rest)
    ties.update(loose.tie)
    return [*full_groups, *loose.groups, *((record,) for record in placed.ambiguous)], placed.ambiguous


def _across(fits: Mapping[str, Mapping[int, float]], groups: Sequence[tuple[str, ...]]) -> Iterable[Pair]:
    """Pairs that attaching could bring together: a weak record with every member, and with every other weak record of the same person."""
    near: dict[int, list[str]] = defaultdict(list)
    for record, own in fits.items():
        for index in own:
            near[index].append(record)
            yield from ((record, member) for member in groups[index])
    for records in near.values():
        yield from combinations(sorted(records), 2)


def _weak_groups(
    con: Connection, left: Sequence[str], among: Sequence[Edge], *, different: Sequence[Pair], domain: str, rest: dict[str, float]
) -> cluster.Resolution:
    """Weak records that fit nobody may still be the same unknown person: one name with one phone or address, again and again."""
    own = set(left)
    edges = [edge for edge in among if edge.a in own and edge.b in own]
    return cluster.agglomerate(left, edges, _judgements(con, _inside(edges), different, domain=domain, rest=rest))


def violations(con: Connection, groups: Sequence[tuple[str, ...]], *, domain: str, rest: dict[str, float]) -> int:
    """Groups that are no person by :func:`cluster.contradicts`.

    Counted anew from the finished groups, to be zero. Groups that a person put together with a judgement are not counted.
    """
    same = {subject for pair in _judged(con, "same") for subject in pair}
    checked = [group for group in groups if len(group) > 1 and same.isdisjoint(group)]
    judgements = _judgements(
        con, (pair for group in checked for pair in combinations(group, 2)), _judged(con, "different"), domain=domain, rest=rest
    )
    return sum(cluster.contradicts(group, judgements) for group in checked)
