"""Persons that were parted stay parted: the machine that split them does not put them together again.

Belongs here: which subjects tonight may not meet because a split stands between their persons. Does not belong here: what people judged.
A merge that was undone has shown somebody's history to the wrong people once; evidence that comes back queues the pair for review, and
only a judgement ``same`` joins it. Weak records come and go by the day and are not held by this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import polars as pl

from assets.linked.cluster import Edge, Pair, canonical, components
from resources.sql import Connection, load_sql, replace_table, rows

PACKAGE = "assets.linked"


def parted(con: Connection, domain: str) -> list[Pair]:
    """Pairs of ``temp.linked_present`` whose persons a split has parted, themselves or those they came from."""
    relations = [(str(one), str(other)) for one, other in rows(con, load_sql(PACKAGE, "split_event"), {"domain": domain})]
    splits = {key for (key,) in rows(con, _SPLIT, {"domain": domain})}
    if not splits:
        return []
    family_of = components({key for pair in relations for key in pair}, [Edge(*canonical(*pair), 0.0) for pair in relations])
    families = {family_of[key] for key in splits}
    keys = sorted(key for key, family in family_of.items() if family in families)
    con.register("linked_frame", pl.DataFrame({"person_key": keys}, schema={"person_key": pl.String}))
    replace_table(con, "temp.linked_parted", "select person_key from linked_frame")
    con.unregister("linked_frame")
    persons: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    subjects = dict(rows(con, "select number, subject_id from temp.linked_present")) if keys else {}
    for number, person_key in rows(con, load_sql(PACKAGE, "split_member"), {"domain": domain}):
        persons[family_of[person_key]][person_key].append(subjects[number])
    return sorted(pair for family in persons.values() for pair in _across(list(family.values())))


_SPLIT = (
    "with split as materialized ("
    "select night, person_key from registers.main.person_event where domain = $domain and event = 'split')"
    " select distinct split.person_key from split join registers.main.person as person"
    " on person.person_key = split.person_key and person.domain = $domain where person.created_on = split.night"
)


def _across(persons: list[list[str]]) -> Iterator[Pair]:
    for number, one in enumerate(persons):
        for other in persons[number + 1 :]:
            yield from (canonical(a, b) for a in one for b in other)
