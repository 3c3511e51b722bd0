"""Whether the scores of tonight's pairs still look like those the model version began with here, by system.

Belongs here: the spread of weights and levels by night, and its population stability index against the version's first night with enough
pairs. Does not belong here: whether that is too much (gates.py). A vendor that begins to leave out birth dates shows here before anybody is
linked wrongly. Of pairs at or above even odds; the others are not kept.
"""

from __future__ import annotations

from datetime import date

from resources.sql import Connection, insert_into, load_sql, rows

PACKAGE = "assets.linked"


def prepare(con: Connection, night: date) -> None:
    """Make ``linked.score_profile`` if it is missing, and forget what a first attempt at ``night`` wrote."""
    con.execute(
        "create table if not exists linked.score_profile (night date not null, domain varchar not null, model_version varchar not null,"
        " system varchar not null, kind varchar not null, bucket integer not null, pairs bigint not null)"
    ).fetchall()
    con.execute("delete from linked.score_profile where night = $night", {"night": night}).fetchall()


def note(con: Connection, *, domain: str, night: date, model: str) -> None:
    """Keep the spread of ``temp.linked_edge``."""
    insert_into(
        con,
        "linked.score_profile",
        f"select $night::date as night, $domain as domain, $model as model_version, profile.* from ({load_sql(PACKAGE, 'score_profile')})"
        " as profile",
        {"night": night, "domain": domain, "model": model},
    )


def drift(con: Connection, *, night: date, model: str, drift_pairs: int) -> dict[str, float]:
    """The index by system, the largest of its weights and comparisons; systems without enough pairs on both nights are absent."""
    parameters = {"night": night, "model": model, "drift_pairs": drift_pairs}
    found: dict[str, float] = {}
    for _, system, index, _ in rows(con, load_sql(PACKAGE, "score_drift"), parameters):
        found[system] = max(found.get(system, 0.0), float(index))
    return found
