"""The identifiers by which an agency gets its own rows back.

Belongs here: carrying an agency's own person and record ids to the published stage. Does not belong here: who may see them (decisions) or
any other identifier: names, birth dates and addresses stop at the checked stage.
"""

from __future__ import annotations

from resources.sql import Connection, load_sql, replace_table


def write_own_ids(con: Connection) -> int:
    """Replace ``consented.own_id``.

    Columns: subject_id, record_id (NULL for a person's id), system, source, key (person | record), own_id, is_reused (the vendor has used
    the person's id for two people: its own rows may go back under it, nobody else's rows may be tied to it).

    Returns:
        rows written.
    """
    return replace_table(con, "consented.own_id", load_sql("assets.consented", "own_id"))
