"""How identities become comparable: one row per subject, every value written one way.

Belongs here: the order of the standardising steps. Does not belong here: words (contracts/vocabularies), the rules themselves
(the .sql files beside this module), or any comparison of two subjects.
"""

from __future__ import annotations

from assets.linked import parsers, vocabulary
from resources.sql import Connection, load_sql, replace_table

PACKAGE = "assets.linked"
STEPS: tuple[str, ...] = ("name_text", "observation", "key_conflict", "standardised")
"""One .sql file each; step ``x`` fills the temporary table ``linked_x`` from the tables of the steps before it."""


def standardise(con: Connection) -> int:
    """Fill ``temp.linked_standardised`` for the subjects of ``temp.linked_delta`` (subject_id, identity_hash).

    Reads ``checked.identity``, ``checked.subject`` and ``consented.erased_record``. Returns the number of subjects.
    """
    load_nicknames(con)
    words = vocabulary.parameters()
    parsers.split_full_names(con)
    replace_table(con, "temp.linked_raw_identity", load_sql(PACKAGE, "raw_identity"), words)
    parsers.look_up(con, words)
    subjects = 0
    for step in STEPS:
        subjects = replace_table(con, f"temp.linked_{step}", load_sql(PACKAGE, step), words)
    return subjects


def load_nicknames(con: Connection) -> None:
    """Put the nickname table where the standardising SQL finds it."""
    con.register("linked_nickname_frame", vocabulary.nicknames())
    replace_table(con, "temp.linked_nickname", "select name, roots from linked_nickname_frame")
    con.unregister("linked_nickname_frame")
