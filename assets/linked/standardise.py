"""How identities become comparable: one row per subject, every value written one way.

Belongs here: the order of the standardising steps. Does not belong here: words (contracts/vocabularies), the rules themselves
(the .sql files beside this module), or any comparison of two subjects.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assets.linked import parsers, vocabulary
from resources.sql import Connection, count, drop_tables, insert_into, load_sql, replace_table

PACKAGE = "assets.linked"
STEPS: tuple[str, ...] = ("name_text", "observation", "key_conflict", "standardised")
"""One .sql file each; step ``x`` fills the temporary table ``linked_x`` from the tables of the steps before it."""


SHARE = 150_000
"""Subjects standardised at once: a first night holds everybody's values in every state between raw and written one way."""


def standardise(con: Connection, *, share: int = SHARE) -> int:
    """Fill ``temp.linked_standardised`` for the subjects of ``temp.linked_delta`` (subject_id, identity_hash), ``share`` at once.

    Reads ``checked.identity``, ``checked.subject`` and ``consented.erased_record``. Returns the number of subjects.
    """
    load_nicknames(con)
    words = vocabulary.parameters()
    shares = 1 + count(con, "temp.linked_delta") // share
    for number in range(shares):
        _standardise_share(con, words, {"share": number, "shares": shares})
        if number == 0:
            replace_table(con, "temp.linked_standardised", "select * from temp.linked_standardised_share")
        else:
            insert_into(con, "temp.linked_standardised", "select * from temp.linked_standardised_share")
    spent = (*(step for step in STEPS if step != "standardised"), "raw_identity", "standardised_share", "delta_share")
    drop_tables(con, *(f"temp.linked_{name}" for name in spent))
    return count(con, "temp.linked_standardised")


def _standardise_share(con: Connection, words: Mapping[str, Any], share: Mapping[str, int]) -> None:
    replace_table(con, "temp.linked_delta_share", "select * from temp.linked_delta where hash(subject_id) % $shares = $share", share)
    parsers.split_full_names(con)
    replace_table(con, "temp.linked_raw_identity", load_sql(PACKAGE, "raw_identity"), words)
    parsers.look_up(con, words)
    for step in STEPS:
        replace_table(con, f"temp.linked_{'standardised_share' if step == 'standardised' else step}", load_sql(PACKAGE, step), words)


def load_nicknames(con: Connection) -> None:
    """Put the nickname table where the standardising SQL finds it."""
    con.register("linked_nickname_frame", vocabulary.nicknames())
    replace_table(con, "temp.linked_nickname", "select name, roots from linked_nickname_frame")
    con.unregister("linked_nickname_frame")
