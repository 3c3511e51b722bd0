"""A scope that holds only the people whom other links would change, once for every scenario.

Belongs here: carrying their rows over under the persons of each scenario, each scenario as a link domain of its own, so that every question
of the measures answers all scenarios at once. Does not belong here: who is grouped how (link_scenarios.py), any figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from assets.measured.link_scenarios import Ints, Links, changed, links_of
from assets.measured.run import PACKAGE
from assets.measured.scope import SCOPE, SCOPE_TABLES, whole_of
from contracts.linkage import Thresholds
from resources.sql import Connection, drop_tables, load_sql, replace_table

SEAT: Final = "temp.link_seat"
NUMBERED: Final = "temp.link_subject"
BY_SUBJECT: Final = tuple(name for name, columns in SCOPE_TABLES.items() if {"subject_id", "person_key", "domain"} <= set(columns))
"""Scope tables whose rows say which subject they are about."""
KEPT: Final = (
    "link_base_point", "link_base_found", "link_base_total", "link_base_cut", "link_base_definition_domain", "link_base_person",
)  # fmt: skip
"""What is carried from the scope as it stands to the scope of scenarios, as temporary tables in between."""


@dataclass(frozen=True)
class Tonight:
    """Subjects in a fixed order with their persons, and how they are linked."""

    subjects: pl.DataFrame
    links: Links

    @property
    def size(self) -> int:
        """How many subjects there are."""
        return self.subjects.height


def tonight(con: Connection, thresholds: Thresholds) -> Tonight:
    """Read tonight's persons and pairs from the linked stage."""
    replace_table(con, NUMBERED, load_sql(PACKAGE, "link_subject"))
    try:
        subjects = con.sql(f"select * exclude (number) from {NUMBERED} order by number").pl()
        pairs = con.sql(load_sql(PACKAGE, "link_pair")).pl()
    finally:
        drop_tables(con, NUMBERED)
    least = np.where(pairs["is_weak"].to_numpy(), thresholds.attach, thresholds.link)
    links = links_of(
        subjects["person_no"].to_numpy().astype(np.int64),
        pairs["a"].to_numpy().astype(np.int64),
        pairs["b"].to_numpy().astype(np.int64),
        pairs["match_weight"].to_numpy().astype(np.float64),
        pairs["match_probability"].to_numpy().astype(np.float64),
        least=least.astype(np.float64),
    )
    return Tonight(subjects, links)


def write_seats(con: Connection, known: Tonight, scenarios: Mapping[str, Ints]) -> None:
    """Fill ``temp.link_seat``: every subject that a scenario puts with others than tonight, and the person it makes of them."""
    frames = [_seats(known, name, group) for name, group in scenarios.items()]
    empty = {"scenario": pl.String, "domain": pl.String, "subject_id": pl.String, "person_key": pl.String, "new_key": pl.String}
    seats = pl.concat([pl.DataFrame(schema=empty), *frames])
    con.register("link_seat_frame", seats.to_arrow())
    con.execute(f"create or replace temp table {SEAT.removeprefix('temp.')} as select * from link_seat_frame").fetchall()
    con.unregister("link_seat_frame")


def _seats(known: Tonight, name: str, group: Ints) -> pl.DataFrame:
    moved = np.flatnonzero(changed(known.links, group))
    chosen = known.subjects[moved].select("domain", "subject_id", "person_key").with_columns(pl.Series("part", group[moved]))
    # The new person is named for its first subject, so that the name depends on who is in it and nothing else.
    named = chosen.with_columns(pl.col("subject_id").min().over("domain", "part").alias("new_key"))
    return named.select(pl.lit(name).alias("scenario"), "domain", "subject_id", "person_key", "new_key")


def scenario_tables(con: Connection) -> dict[str, str]:
    """One SELECT for every scope table: rows of changed subjects only, under their person of each scenario."""
    held = whole_of(con, "linked")
    seated = "seat.domain || '#' || seat.scenario as domain, seat.new_key as person_key"
    tables = {
        name: f"select given.* replace ({seated}) from ({question}) as given"
        f" join {SEAT} as seat on seat.domain = given.domain and seat.subject_id = given.subject_id"
        for name, question in held.items()
        if name in BY_SUBJECT
    }
    persons = f"(select distinct on (scenario, domain, new_key) * from {SEAT} order by scenario, domain, new_key, subject_id)"
    if "person_attribute" in held:
        tables["person_attribute"] = (
            f"select given.* replace ({seated}) from ({held['person_attribute']}) as given"
            f" join {persons} as seat on seat.domain = given.domain and seat.person_key = given.person_key"
        )
    tables["membership"] = (
        "select seat.new_key as person_key, seat.domain || '#' || seat.scenario as domain, member.system, member.link_state"
        f" from linked.membership as member join {SEAT} as seat"
        " on seat.domain = member.domain and seat.subject_id = member.subject_id"
    )
    if "source_total" in held:
        tables["source_total"] = held["source_total"]
    return tables


_CODE: Final = f"{SCOPE}.person_code using (domain, person_key)"
_TEXT: Final = "given_domain as domain, given_key as person_key"
"""Persons by their own keys: the numbers of one scope say nothing in another."""


def keep_base(con: Connection) -> None:
    """Copy what tonight's scope says of every person to temporary tables, before another scope takes its place."""
    tonight_only = f"definition_id in (select rule_id from {SCOPE}.definition)"
    copies = {
        "link_base_point": (
            f"select point_id, {_TEXT}, n, x, race_group, hispanic_unknown"
            f" from {SCOPE}.point_person join {SCOPE}.decision_point using (point_no) join {_CODE}"
        ),
        "link_base_person": f"select {_TEXT}, race_group from {SCOPE}.person join {_CODE}",
        "link_base_cut": f"select * replace (domain::varchar as domain) from {SCOPE}.criterion_cut where {tonight_only}",
        "link_base_definition_domain": f"select * replace (domain::varchar as domain) from {SCOPE}.definition_domain",
        "link_base_total": (
            f"select definition_id, domain, race_group, people, eligible from {SCOPE}.frequent_utilizer_summary"
            " where reason is null and race_group <> 'ALL'"
        ),
        "link_base_found": (
            f"select person.definition_id, {_TEXT}, person.race_group,"
            " coalesce(found.qualifies, false) as qualifies"
            f" from {SCOPE}.definition_person as person join {_CODE}"
            f" semi join (select distinct domain, person_key from {SEAT}) as seat"
            " on seat.domain = person_code.given_domain and seat.person_key = person_code.given_key"
            f" left join {SCOPE}.frequent_utilizer_draft as found on found.definition_id = person.definition_id"
            " and found.domain = person.domain and found.person_key = person.person_key"
            f" where person.{tonight_only}"
        ),
    }
    for name, question in copies.items():
        con.execute(f"create or replace temp table {name} as {question}").fetchall()


def bring_base(con: Connection, scenarios: Sequence[str]) -> None:
    """Show the copies, the seats and the list of scenarios to the questions of the new scope."""
    for name in (*KEPT, "link_seat"):
        con.execute(f"create or replace table {SCOPE}.{name} as select * from temp.{name}").fetchall()
    con.execute(
        f"create or replace table {SCOPE}.link_scenario as select unnest($scenarios::varchar[]) as scenario", {"scenarios": list(scenarios)}
    ).fetchall()


def drop_base(con: Connection) -> None:
    """Leave no copy behind."""
    for name in (*KEPT, "link_seat"):
        con.execute(f"drop table if exists temp.{name}").fetchall()
