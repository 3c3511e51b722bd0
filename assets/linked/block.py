"""Which pairs are worth comparing: an index of hashed keys, kept from night to night.

Belongs here: keys, caps and candidate pairs of what changed. Does not belong here: the rules themselves (block_key.sql) or any score.
A pair is a candidate if its subjects share a key. Where more than ``largest_block`` subjects hold the key, they are compared only with a
few anchors among them, the smallest subject ids: a person recorded a thousand times is still found, a value shared by strangers costs
little. When a block crosses the cap, or changes anchors above it, all its members are compared again, so that a night's result is what a
full run would give.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from assets.linked import versions
from resources.sql import Connection, count, load_sql, replace_table, rows

PACKAGE = "assets.linked"
RULES: Mapping[int, str] = {
    1: "birth_date",
    2: "state_id",
    3: "phone",
    4: "ssn4_and_birth_year",
    5: "surname_and_given_name",
    6: "surname_sound_initial_and_birth_year",
    7: "given_name_and_birth_month",
    8: "address_and_initial",
    9: "ssn4_and_surname_sound",
    10: "given_name_and_day",
}
"""Names of the rules of block_key.sql by the number in a key's last four bits."""


@dataclass(frozen=True)
class Blocking:
    """What blocking did: candidate pairs in all; by rule, keys over the cap and the subjects behind them."""

    candidates: int
    capped_keys: Mapping[str, int]
    capped_subjects: Mapping[str, int]


def _parameters(domain: str, largest_block: int) -> dict[str, object]:
    return {"domain": domain, "cap": largest_block, "anchors": 1 + largest_block // 20}


def index(con: Connection, *, domain: str, night: date, largest_block: int) -> int:
    """Bring the key index up to date for ``temp.linked_touched`` and ``temp.linked_removed``.

    Reads ``temp.linked_feature`` of the touched subjects. Fills ``temp.linked_rescored`` (subject_id): the touched, and every member of a
    block that crossed the cap tonight. Returns its size.
    """
    con.execute(
        "create or replace temp table linked_moved as select subject_id from linked_touched union select subject_id from linked_removed"
    ).fetchall()
    replace_table(con, "temp.linked_block_key", load_sql(PACKAGE, "block_key"))
    parameters = _parameters(domain, largest_block)
    sizes = load_sql(PACKAGE, "block_size")
    # Sizes before: of every key that a moved subject holds or will hold.
    replace_table(con, "temp.linked_size_before", sizes, parameters)
    versions.replace(con, "block_key", staged="linked_block_key", domain=domain, night=night, scope="linked_moved")
    replace_table(con, "temp.linked_size_after", sizes, parameters)
    return replace_table(con, "temp.linked_rescored", load_sql(PACKAGE, "rescored"), parameters)


def candidates(con: Connection, *, domain: str, largest_block: int) -> Blocking:
    """Fill ``temp.linked_pair`` (subject_a, subject_b) with the candidate pairs that have a rescored subject in them."""
    parameters = _parameters(domain, largest_block)
    replace_table(con, "temp.linked_pair", load_sql(PACKAGE, "candidate_pair"), parameters)
    capped = rows(con, load_sql(PACKAGE, "capped_block"), parameters)
    return Blocking(
        candidates=count(con, "temp.linked_pair"),
        capped_keys={RULES[int(rule)]: int(keys) for rule, keys, _ in capped},
        capped_subjects={RULES[int(rule)]: int(subjects) for rule, _, subjects in capped},
    )
