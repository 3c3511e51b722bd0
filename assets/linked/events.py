"""What happened to persons, as the warehouse shows it.

Belongs here: ``linked.person_event``, a copy of the register's events that is brought up to date by night, and ``linked.person_change``,
what of it concerns whoever holds a person's key. Does not belong here: what makes an event (register.py).
"""

from __future__ import annotations

from resources.sql import Connection, insert_into, load_sql, replace_table, rows, table_exists

PACKAGE = "assets.linked"
ALONE = "_alone"
"""Ending of the single-system domain in which subjects that may not be linked are a person of their own."""
_TOLD, _SHOWN = "registers.main.person_event", "linked.person_event"
_RETOLD = "night in (select night from temp.linked_retold_night)"


def show(con: Connection) -> None:
    """Bring both tables up to what the register tells: only nights that it tells otherwise are written again."""
    if table_exists(con, "linked", "person_event") and _columns(con, _TOLD) == _columns(con, _SHOWN):
        replace_table(con, "temp.linked_retold_night", load_sql(PACKAGE, "retold_night"))
        con.execute(f"delete from {_SHOWN} where {_RETOLD}").fetchall()
        insert_into(con, _SHOWN, f"select * from {_TOLD} where {_RETOLD}")
    else:
        replace_table(con, _SHOWN, f"select * from {_TOLD}")
    replace_table(con, "linked.person_change", load_sql(PACKAGE, "person_change"), {"alone": ALONE})


def _columns(con: Connection, table: str) -> list[tuple[str, str]]:
    return [(str(name), str(kind)) for name, kind in rows(con, f"select column_name, column_type from (describe {table})")]
