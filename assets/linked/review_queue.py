"""The queue of cases for a person, from night to night.

Belongs here: ``linked.review_queue``, and which of its cases must be looked for again. Does not belong here: what makes a case
(review_queue.sql), its order and its judgement (review.py). A case hangs on its two sides alone, so that a night looks again at whoever it
resolved anew; all are looked for where the queue is not last night's: on a first night, after a night that was undone or taken back, and
after a change of these rules.
"""

from __future__ import annotations

import hashlib
from datetime import date

from contracts.linkage import Thresholds
from resources.sql import Connection, insert_into, load_sql, replace_table, rows, table_exists

PACKAGE = "assets.linked"
QUEUE = "linked.review_queue"
SEAL = hashlib.sha256("".join(load_sql(PACKAGE, name) for name in ("review_queue", "review_edge", "review_near")).encode()).hexdigest()
"""What makes a case, as one hash."""


def begin(con: Connection, night: date) -> bool:
    """Whether the queue is as the night before ``night`` left it. From here to the end of :func:`fill` it is nobody's."""
    con.execute("create table if not exists linked.review_queue_of (night date not null, seal varchar not null)").fetchall()
    left = rows(con, "select night < $night and seal = $seal from linked.review_queue_of", {"night": night, "seal": SEAL})
    leave(con)
    con.execute("create or replace temp table linked_requeued (number ubigint)").fetchall()
    return left == [(True,)] and table_exists(con, "linked", "review_queue")


def leave(con: Connection) -> None:
    """The queue stays as it is, and the next night looks for everything anew."""
    con.execute("delete from linked.review_queue_of").fetchall()


def note(con: Connection, domain: str) -> None:
    """Remember that the subjects of ``temp.linked_affected`` are resolved anew."""
    insert_into(
        con, "temp.linked_requeued", "select hash($domain::varchar, subject_id) as number from temp.linked_affected", {"domain": domain}
    )


def fill(con: Connection, *, night: date, limits: Thresholds, again: bool) -> dict[str, int]:
    """Bring the queue up to date; returns open cases by reason.

    Args:
        con: the warehouse, everybody's persons as they are tonight.
        night: tonight.
        limits: the county's thresholds.
        again: as :func:`begin` said: only cases of whoever was noted are looked for.
    """
    replace_table(con, "temp.linked_judged_tonight", "from temp.linked_judged")
    parameters = {"everybody": not again, **limits.model_dump()}
    for step in ("review_near", "review_near_person", "review_edge_again") if again else ("review_edge",):
        replace_table(con, f"temp.linked_{step.removesuffix('_again')}", load_sql(PACKAGE, step), parameters)
    if again:
        con.execute(f"delete from {QUEUE} where rowid in ({load_sql(PACKAGE, 'review_gone')})").fetchall()
        insert_into(con, QUEUE, load_sql(PACKAGE, "review_queue"), parameters)
    else:
        replace_table(con, QUEUE, load_sql(PACKAGE, "review_queue"), parameters)
    con.execute("insert into linked.review_queue_of values ($night, $seal)", {"night": night, "seal": SEAL}).fetchall()
    return {reason: int(cases) for reason, cases in rows(con, f"select reason, count(*) from {QUEUE} group by reason order by reason")}
