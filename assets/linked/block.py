"""Which pairs are worth comparing: an index of hashed keys, kept from night to night.

Belongs here: keys, caps and candidate pairs of what changed. Does not belong here: the rules themselves (block_key.sql) or any score.
A pair is a candidate if its subjects share a key. Where more than ``largest_block`` subjects hold the key, they are compared only with a
few anchors among them, the smallest nodes: a person recorded a thousand times is still found, a value shared by strangers costs little.
When a block crosses the cap, or changes anchors above it, all its members are compared again, so that a night's result is what a full run
would give. Pairs come in shares, so that memory holds one share at a time however many there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from assets.linked import versions
from resources.sql import Connection, count, load_sql, replace_table, rows, scalar

PACKAGE = "assets.linked"
RULES: Mapping[int, str] = {
    1: "birth_date",
    2: "state_id",
    3: "phone",
    4: "ssn4_and_birth_year",
    5: "surname_and_given_name",
    6: "sounds_of_both_names",
    7: "given_name_and_birth_month",
    8: "surname_sound_initial_and_birth_year",
    9: "ssn4_and_surname_sound",
    10: "given_name_and_day",
    11: "house_number_and_street",
    12: "given_name_and_place",
    13: "sound_of_a_name_and_place",
}
"""Names of the rules of block_key.sql by the number in a key's last four bits."""
MEMBERS = (
    "select known.subject_id from linked.standardised as known semi join linked_numbered as numbered on numbered.node = known.node"
    " where known.known_to is null"
)
"""Who is in any block that :func:`reach` found: nobody else can be in a candidate pair."""
SPENT = tuple(f"temp.linked_{name}" for name in ("member", "block", "anchor", "numbered"))
"""What :func:`reach` leaves for :func:`share`, and nobody reads after the last."""
SHARE = 8_000_000
"""Pairs that one share holds about, some fifty bytes of memory each; every share reads the features of all its subjects once more."""


@dataclass(frozen=True)
class RuleReport:
    """One blocking rule tonight: shared blocks and pairs with a compared subject in them; of these, the blocks over the cap."""

    rule: str
    blocks: int
    candidates: int
    capped_blocks: int
    capped_subjects: int
    largest_block: int


@dataclass(frozen=True)
class Blocking:
    """What blocking did: candidate pairs in all (a pair counts once however many rules give it), and by rule."""

    candidates: int
    rules: tuple[RuleReport, ...]

    @property
    def capped_keys(self) -> Mapping[str, int]:
        """Keys over the cap, by rule."""
        return {rule.rule: rule.capped_blocks for rule in self.rules if rule.capped_blocks}

    @property
    def capped_subjects(self) -> Mapping[str, int]:
        """Subjects behind the keys over the cap, by rule."""
        return {rule.rule: rule.capped_subjects for rule in self.rules if rule.capped_blocks}


def _parameters(domain: str, largest_block: int) -> dict[str, object]:
    return {"domain": domain, "cap": largest_block, "anchors": 1 + largest_block // 20}


@dataclass(frozen=True)
class Indexed:
    """How many subjects' pairs must be compared again, and whether ``temp.linked_near_after`` holds everybody whom they could meet."""

    rescored: int
    is_near: bool


def index(con: Connection, *, domain: str, night: date, largest_block: int) -> Indexed:
    """Bring the key index up to date for ``temp.linked_touched`` and ``temp.linked_removed``.

    Reads ``temp.linked_feature`` of the touched subjects. Fills ``temp.linked_rescored`` (subject_id, node): the touched, and every member
    of a block that crossed the cap tonight.
    """
    con.execute(
        "create or replace temp table linked_moved as select subject_id, md5_number_lower(subject_id) as node, is_touched"
        " from (select subject_id, true as is_touched from linked_touched union all select subject_id, false from linked_removed)"
    ).fetchall()
    replace_table(con, "temp.linked_block_key", load_sql(PACKAGE, "block_key"))
    parameters = _parameters(domain, largest_block)
    everybody = is_everybody(con, domain, "temp.linked_touched")
    if not everybody:
        replace_table(con, "temp.linked_own_key", load_sql(PACKAGE, "block_own"), parameters)
        # The index is read for its neighbours once, before it changes: at a million identities every further pass is a tenth of the night.
        replace_table(con, "temp.linked_near", load_sql(PACKAGE, "block_near"), parameters)
        replace_table(con, "temp.linked_near_after", load_sql(PACKAGE, "block_near_after"))
    versions.replace(
        con,
        "block_key",
        staged="linked_block_key",
        domain=domain,
        night=night,
        scope="linked_moved",
        live=None if everybody else "linked_own_key",
    )
    again = "select subject_id, node from temp.linked_moved where is_touched" if everybody else load_sql(PACKAGE, "rescored")
    rescored = replace_table(con, "temp.linked_rescored", again, parameters)
    return Indexed(rescored, is_near=not everybody and rescored == count(con, "temp.linked_touched"))


def reach(con: Connection, *, domain: str, largest_block: int, is_near: bool = False) -> tuple[tuple[RuleReport, ...], int]:
    """Find the blocks of ``temp.linked_rescored``: what each rule gives, and in how many shares :func:`share` hands out the pairs.

    Args:
        con: the warehouse.
        domain: link domain.
        largest_block: the cap.
        is_near: as :func:`index` said tonight of these very subjects; else the whole index is read.
    """
    parameters = _parameters(domain, largest_block)
    everybody = is_everybody(con, domain, "temp.linked_rescored")
    where = "block_reach_all" if everybody else "block_reach_near" if is_near else "block_reach"
    replace_table(con, "temp.linked_reach", load_sql(PACKAGE, where), parameters)
    for table, name in (("block", "block"), ("numbered", "block_number"), ("anchor", "block_anchor"), ("member", "block_member")):
        replace_table(con, f"temp.linked_{table}", load_sql(PACKAGE, name), parameters)
    con.execute("drop table temp.linked_reach").fetchall()
    found = rows(con, load_sql(PACKAGE, "block_report"), parameters)
    reports = tuple(RuleReport(RULES.get(int(rule), f"rule_{rule}"), *(int(figure) for figure in figures)) for rule, *figures in found)
    return reports, 1 + sum(report.candidates for report in reports) // SHARE


def share(con: Connection, number: int, *, of: int) -> int:
    """Fill ``temp.linked_node_pair`` (node_a < node_b) with one share of the candidate pairs; returns how many they are."""
    return replace_table(con, "temp.linked_node_pair", load_sql(PACKAGE, "candidate_pair"), {"share": number, "shares": of})


def candidates(con: Connection, *, domain: str, largest_block: int) -> Blocking:
    """Fill ``temp.linked_pair`` (subject_a, subject_b) with every candidate pair that has a rescored subject in it, all at once."""
    reports, _ = reach(con, domain=domain, largest_block=largest_block)
    share(con, 0, of=1)
    replace_table(
        con,
        "temp.linked_node",
        "select subject_id, node from linked.standardised where domain = $domain and known_to is null",
        {"domain": domain},
    )
    return Blocking(candidates=replace_table(con, "temp.linked_pair", load_sql(PACKAGE, "named_pair")), rules=reports)


def is_everybody(con: Connection, domain: str, table: str) -> bool:
    """Whether ``table`` names every subject of the domain: a full link takes shorter ways."""
    everybody = scalar(con, "select count(*) from linked.standardised where domain = $domain and known_to is null", {"domain": domain})
    return bool(count(con, table) == everybody)
