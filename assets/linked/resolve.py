"""Who is one person tonight: the subjects that a change can affect, resolved anew from their edges.

Belongs here: closing the affected set, gathering what clustering needs, and handing it over in the right order (full records, then weak
ones, then judgements of a person). Does not belong here: the clustering itself (grouping.py, cluster.py), attaching (attach.py), keys,
or scoring.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from assets.linked import attach, cluster, delta, grouping
from assets.linked.cluster import Edge, Judgement, Pair
from assets.linked.grouping import Edges, Verdicts
from assets.linked.parted import parted
from contracts.linkage import LinkageChoice
from resources.sql import Connection, count, drop_tables, insert_into, load_sql, replace_table, rows, scalar, table_exists

PACKAGE = "assets.linked"
GRAPH = "temp.linked_graph"
"""Which persons are tied to which others, as affected_graph.sql finds it once a night and domain."""


@dataclass(frozen=True)
class Resolved:
    """Tonight's groups among the affected subjects, how firmly each subject is tied, and what was left for a person.

    ``members``: subject_id, person (number of the group), tie (bits; null: alone, or tied by a person's judgement), is_weak.
    """

    members: pl.DataFrame
    refused: list[Edge] = field(default_factory=list)
    ambiguous: dict[str, float] = field(default_factory=dict)
    contradictions: list[Pair] = field(default_factory=list)
    cut_components: int = 0

    @property
    def groups(self) -> list[tuple[str, ...]]:
        """The groups, each sorted, in order."""
        held: dict[int, list[str]] = defaultdict(list)
        for subject, person in self.members.select("subject_id", "person").sort("subject_id").iter_rows():
            held[person].append(subject)
        return sorted(tuple(group) for group in held.values())


def affected(con: Connection, *, domain: str, night: date, choice: LinkageChoice, again: bool = False) -> int:
    """Fill ``temp.linked_affected`` (subject_id): closed under relevant edges, judgements and last night's persons. Returns its size.

    Reads ``temp.linked_moved_edge`` (subject_a, subject_b): edges opened or closed tonight.

    Args:
        con: the warehouse.
        domain: link domain.
        night: the newest night.
        choice: limits of a relevant edge.
        again: asked a second time in this night and domain, after the register was written: judgements and the ties found before are kept,
            and what the register wrote is added to them.
    """
    if not again:
        drop_tables(con, GRAPH)
    parameters = {"domain": domain, "night": night, **choice.thresholds.model_dump()}
    if not again:
        replace_table(con, "temp.linked_decision", load_sql(PACKAGE, "decision"), parameters)
    started = replace_table(con, "temp.linked_affected", load_sql(PACKAGE, "affected_start"))
    everybody = "select count(*) from linked.standardised where domain = $domain and known_to is null"
    if started >= scalar(con, everybody, parameters) + count(con, "temp.linked_removed"):
        return started
    replace_table(con, "temp.linked_start", "select subject_id from temp.linked_affected")
    if again and table_exists(con, "main", GRAPH.removeprefix("temp.")):
        insert_into(con, GRAPH, load_sql(PACKAGE, "affected_since"), parameters)
    else:
        replace_table(con, GRAPH, load_sql(PACKAGE, "affected_graph"), parameters)
    replace_table(con, "temp.linked_reached", load_sql(PACKAGE, "affected_reached"), parameters)
    replace_table(con, "temp.linked_frontier", "select number from temp.linked_reached")
    while count(con, "temp.linked_frontier"):
        replace_table(con, "temp.linked_frontier", load_sql(PACKAGE, "affected_next"))
        insert_into(con, "temp.linked_reached", "select number from temp.linked_frontier")
    return replace_table(con, "temp.linked_affected", load_sql(PACKAGE, "affected"), parameters)


def resolve(con: Connection, *, domain: str, choice: LinkageChoice, rest: dict[str, float]) -> Resolved:
    """Group the affected subjects that may still be compared."""
    import numpy as np

    # What was judged of scored pairs holds here too; whoever resolves without comparing starts with nothing.
    con.execute(
        "create temp table if not exists linked_known as select null::varchar as subject_a, null::varchar as subject_b,"
        " false as is_forbidden, 0 as dates, 0 as names where false"
    ).fetchall()
    con.execute(f"create or replace temp table linked_present as {load_sql(PACKAGE, 'present')}", {"domain": domain}).fetchall()
    present = con.sql("select * from temp.linked_present order by number").pl()
    if present.is_empty():
        return Resolved(members=_members(present, np.zeros(0, int), np.zeros(0)))
    subjects = present["subject_id"].to_list()
    weak = present["is_weak"].to_numpy()
    delta.also_needed(con, domain=domain, subjects="select subject_id from linked_present", rest=rest)
    edges = edges_of(con, domain=domain, choice=choice)
    firm, were_cut = grouping.cut(
        len(subjects), edges.where(~weak[edges.a] & ~weak[edges.b]), subjects, largest=choice.caps.largest_component
    )
    different = dict.fromkeys(_judged(con, "different"), cluster.FORBIDDEN)
    apart = dict.fromkeys(parted(con, domain), cluster.FORBIDDEN) | different
    verdicts = _inside(con, len(subjects), firm, domain=domain, rest=rest)
    full = grouping.group(len(subjects), firm, verdicts, apart, subjects)

    fits = attach.fits_of(edges, weak, full.of)
    verdicts = _near(con, fits, full.of, weak, domain=domain, rest=rest)
    placed = attach.place(fits, full, verdicts, different, subjects, limits=choice.thresholds)
    left = weak & ~placed.is_placed & ~placed.is_ambiguous
    among = edges.where(left[edges.a] & left[edges.b] & (edges.weight >= choice.thresholds.attach))
    verdicts = _inside(con, len(subjects), among, domain=domain, rest=rest)
    loose = grouping.group(len(subjects), among, verdicts, different, subjects)

    person = np.where(weak, np.where(left, loose.of, placed.person), full.of)
    tie = np.where(left, loose.tie, placed.tie)
    person, contradictions = _must_link(con, person, subjects, different)
    return Resolved(
        members=_members(present, person, tie),
        refused=full.refused,
        ambiguous={subjects[number]: float(placed.best[number]) for number in np.flatnonzero(placed.is_ambiguous).tolist()},
        contradictions=contradictions,
        cut_components=were_cut,
    )


def _members(present: pl.DataFrame, person: Any, tie: Any) -> pl.DataFrame:
    columns = [pl.Series("person", person, pl.Int64), pl.Series("tie", tie, pl.Float64).fill_nan(None)]
    return present.select("subject_id", *columns, "is_weak")


def edges_of(con: Connection, *, domain: str, choice: LinkageChoice) -> Edges:
    """Edges among ``temp.linked_present`` that can decide who is one person."""
    limits = choice.thresholds
    parameters = {"domain": domain, "link": limits.link, "attach": limits.attach, "attach_margin": limits.attach_margin}
    found = con.execute(load_sql(PACKAGE, "present_edge"), parameters).fetchnumpy()
    return Edges(found["a"], found["b"], found["weight"])


def _judged(con: Connection, decision: str) -> list[Pair]:
    found = rows(
        con, "select subject_a, subject_b from temp.linked_decision where decision = $decision order by all", {"decision": decision}
    )
    return [(a, b) for a, b in found]


def _inside(con: Connection, size: int, edges: Edges, *, domain: str, rest: dict[str, float]) -> Verdicts:
    """Verdicts of every pair inside a component of three or more; a pair that is a component of its own was judged when it was scored."""
    import numpy as np

    of = grouping.components(size, edges)
    sizes = np.bincount(of, minlength=size)
    numbers = np.flatnonzero(sizes[of] > 2)
    _hold(con, "linked_component", number=numbers, component=of[numbers])
    return judge(con, load_sql(PACKAGE, "component_pair"), domain=domain, rest=rest)


def _near(con: Connection, fits: pl.DataFrame, of: Any, weak: Any, *, domain: str, rest: dict[str, float]) -> Verdicts:
    """Verdicts of every pair that attaching could bring together."""
    import numpy as np

    numbers = np.flatnonzero(np.isin(of, fits["person"].to_numpy()) & ~weak)
    _hold(con, "linked_component", number=numbers, component=of[numbers])
    _hold(con, "linked_fit", number=fits["record"].to_numpy(), component=fits["person"].to_numpy())
    return judge(con, load_sql(PACKAGE, "fit_pair"), domain=domain, rest=rest)


def _hold(con: Connection, table: str, **columns: Any) -> None:
    con.register("linked_frame", pl.DataFrame({name: pl.Series(name, values, pl.Int64) for name, values in columns.items()}))
    replace_table(con, f"temp.{table}", "select * from linked_frame")
    con.unregister("linked_frame")


def judge(con: Connection, pairs: str, *, domain: str, rest: dict[str, float]) -> Verdicts:
    """What hard facts say of the pairs (subject_a, subject_b) that the SELECT ``pairs`` finds among ``temp.linked_present``.

    Facts do not change within a night: ``temp.linked_known`` keeps what was asked before, scored pairs among it.
    """
    replace_table(con, "temp.linked_asked", pairs)
    if replace_table(con, "temp.linked_pair", load_sql(PACKAGE, "unjudged_pair")):
        ends = "select subject_a as subject_id from linked_pair union select subject_b from linked_pair"
        delta.also_needed(con, domain=domain, subjects=ends, rest=rest)
        replace_table(con, "temp.linked_judgement", load_sql(PACKAGE, "judgement"))
        insert_into(con, "temp.linked_known", load_sql(PACKAGE, "known_judgement"))
    found = con.execute(load_sql(PACKAGE, "verdict")).fetchnumpy()
    return Verdicts(found["a"], found["b"], found["is_forbidden"], found["dates"], found["names"])


def _must_link(con: Connection, person: Any, subjects: list[str], different: Mapping[Pair, Judgement]) -> tuple[Any, list[Pair]]:
    """Join the groups that a person has judged to be the same, after resolution (:func:`cluster.must_link`)."""
    import numpy as np

    same = _judged(con, "same")
    if not same:
        return person, []
    number_of = {subject: number for number, subject in enumerate(subjects)}
    named = sorted({int(person[number_of[subject]]) for pair in same for subject in pair if subject in number_of})
    members = {group: [subjects[number] for number in np.flatnonzero(person == group).tolist()] for group in named}
    groups, contradictions = cluster.must_link([tuple(group) for group in members.values()], same, different)
    for group in groups:
        numbers = [number_of[subject] for subject in group]
        person[numbers] = min(int(person[number]) for number in numbers)
    return person, contradictions


def violations(con: Connection, resolved: Resolved, *, domain: str, rest: dict[str, float]) -> int:
    """Groups that are no person by :func:`cluster.contradicts`.

    Counted anew from the finished groups, to be zero. Groups that a person put together with a judgement are not counted.
    """
    same = [subject for pair in _judged(con, "same") for subject in pair]
    size = pl.len().over("person")
    crowd = resolved.members.filter(size > 1, ~pl.col("subject_id").is_in(same).any().over("person"))
    con.register("linked_frame", crowd.select("subject_id", "person"))
    replace_table(
        con,
        "temp.linked_component",
        "select present.number, frame.person as component from linked_frame as frame"
        " join temp.linked_present as present on present.subject_id = frame.subject_id",
    )
    con.unregister("linked_frame")
    verdicts = judge(con, load_sql(PACKAGE, "component_pair"), domain=domain, rest=rest)
    subjects = resolved.members["subject_id"].to_list()
    person = resolved.members["person"].to_numpy()
    different = dict.fromkeys(_judged(con, "different"), cluster.FORBIDDEN)
    suspects = set(person[verdicts.a[verdicts.against]].tolist())
    number_of = {subject: number for number, subject in enumerate(subjects)} if different else {}
    suspects |= {int(person[number_of[a]]) for a, _ in different if a in number_of}
    suspicious = crowd.filter(pl.col("person").is_in(sorted(suspects))).sort("subject_id").group_by("person").agg("subject_id")
    import numpy as np

    said = verdicts.among(np.isin(person[verdicts.a], sorted(suspects)), subjects) | different
    return sum(cluster.contradicts(members, said) for members in suspicious["subject_id"].to_list())
