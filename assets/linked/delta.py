"""What changed since last night, so that only that is compared again.

Belongs here: permitted subjects, identity hashes, shared values, the sets ``linked_delta``, ``linked_touched`` and ``linked_removed``.
Does not belong here: comparing, scoring, resolving. Everything here is a cheap scan; everything after it is proportional to its result.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from assets.linked import versions, vocabulary
from assets.linked.model import FrozenModel
from assets.linked.standardise import standardise
from contracts.linkage import LinkageChoice
from resources.sql import Connection, count, drop_tables, insert_into, load_sql, replace_table, rows, scalar

PACKAGE = "assets.linked"
RULES_VERSION = "3"
"""Moves when a .sql file of this stage changes what is comparable or what is vetoed: everybody is then compared again."""
_NO_USER = "select null::varchar as subject_id, null::varchar as kind, null::varchar as value where false"


class SubjectTwice(RuntimeError):
    """A subject stands twice in ``checked.subject``; the message says how many do."""


@dataclass(frozen=True)
class Delta:
    """How much of a domain moved: subjects in it, standardised again, compared again, gone; and why."""

    subjects: int
    standardised: int
    touched: int
    removed: int
    changes: Mapping[str, int]
    """Subjects by cause: new, changed, deleted, newly_permitted, newly_denied. A changed hash alone changes nothing and is not counted."""


def fingerprint(model: FrozenModel, choice: LinkageChoice) -> str:
    """One hash of everything but the data that decides who is linked."""
    parts = [RULES_VERSION, vocabulary.fingerprint(), model.card.sha256, choice.thresholds.model_dump(), choice.caps.model_dump()]
    parts += [sorted(choice.one_id_systems)] if choice.one_id_systems else []
    frequencies = [(table.column, table.sha256, table.rest) for table in model.card.term_frequencies]
    return hashlib.sha256(json.dumps([parts, frequencies], sort_keys=True).encode()).hexdigest()


def find(con: Connection, *, domain: str, night: date, choice: LinkageChoice, model: FrozenModel) -> Delta:
    """Bring standardised identities and shared values of one domain up to date, and say whose comparisons are stale.

    Fills temporary tables ``linked_permitted``, ``linked_delta``, ``linked_touched`` and ``linked_removed``, all by ``subject_id``.

    Raises:
        SubjectTwice: if an id is not unique: its rows would be compared with each other and pass for two records of one person.
    """
    shared = {"phone_names": choice.caps.shared_phone_names, "address_names": choice.caps.shared_address_names}
    parameters: dict[str, Any] = {"domain": domain, **shared}
    stale = _rules_moved(con, domain=domain, night=night, seal=fingerprint(model, choice))
    subjects = replace_table(con, "temp.linked_permitted", load_sql(PACKAGE, "permitted"), parameters)
    replace_table(con, "temp.linked_identity_hash", load_sql(PACKAGE, "identity_hash"))
    replace_table(con, "temp.linked_delta", load_sql(PACKAGE, "delta"), parameters)
    removed = replace_table(con, "temp.linked_removed", load_sql(PACKAGE, "removed"), parameters)
    came_and_went = rows(con, load_sql(PACKAGE, "cause"), parameters)
    again = standardise(con)
    twice = scalar(con, "select count(*) from (select 1 from temp.linked_standardised group by subject_id having count(*) > 1)")
    if twice:
        raise SubjectTwice(f"{twice} subjects stand twice in checked.subject; run the check of their source again before linking")
    con.execute(
        "create or replace temp table linked_scope as select subject_id from linked_delta union select subject_id from linked_removed"
    ).fetchall()
    versions.replace(con, "standardised", staged="linked_standardised", domain=domain, night=night, scope="linked_scope")
    # Where nothing was before, everybody changed.
    changed = load_sql(PACKAGE, "changed") if count(con, "temp.linked_closed") else "select subject_id from temp.linked_opened"
    replace_table(con, "temp.linked_changed", changed)
    _share(con, parameters, night=night, everybody=stale)
    touched = replace_table(con, "temp.linked_touched", load_sql(PACKAGE, "touched"), {**parameters, "stale": stale})
    came = sum(subjects for cause, subjects in came_and_went if cause in {"new", "newly_permitted"})
    changes = {**dict(came_and_went), "changed": count(con, "temp.linked_changed") - came - removed}
    return Delta(subjects=subjects, standardised=again, touched=touched, removed=removed, changes=changes)


def _rules_moved(con: Connection, *, domain: str, night: date, seal: str) -> bool:
    con.execute("create or replace temp table linked_setting as select $seal::varchar as fingerprint", {"seal": seal}).fetchall()
    opened, _ = versions.replace(con, "setting", staged="linked_setting", domain=domain, night=night)
    return opened > 0


def _share(con: Connection, parameters: Mapping[str, Any], *, night: date, everybody: bool) -> None:
    """Bring shared values up to date, and fill ``temp.linked_value_user`` with who uses one that may have moved.

    Args:
        con: the warehouse, with ``temp.linked_opened`` as standardising left it.
        parameters: domain and caps.
        night: the newest night.
        everybody: all is compared again: everything is counted, and nobody need be looked for.
    """
    if not everybody:
        replace_table(con, "temp.linked_moved_value", load_sql(PACKAGE, "moved_value"), parameters)
    drop_tables(con, "temp.linked_standardised", "temp.linked_opened", "temp.linked_closed", "temp.linked_live")
    replace_table(con, "temp.linked_value_user", _NO_USER if everybody else load_sql(PACKAGE, "value_user"), parameters)
    shared = load_sql(PACKAGE, "shared_value" if everybody else "shared_value_again")
    replace_table(con, "temp.linked_shared_value", shared, parameters)
    versions.replace(con, "shared_value", staged="linked_shared_value", domain=parameters["domain"], night=night)


def needed(con: Connection, *, domain: str, subjects: str, rest: dict[str, float]) -> int:
    """Fill ``temp.linked_feature`` for every subject named in ``subjects`` (a SELECT of subject_id from this stage's tables)."""
    con.execute(f"create or replace temp table linked_needed as select subject_id from ({subjects})").fetchall()
    return replace_table(con, "temp.linked_feature", load_sql(PACKAGE, "feature"), {"domain": domain, **rest})


def also_needed(con: Connection, *, domain: str, subjects: str, rest: dict[str, float]) -> None:
    """Add to ``temp.linked_feature`` whoever is named in ``subjects`` and not there yet: a night derives nobody's features twice."""
    con.execute(
        f"create or replace temp table linked_needed as select named.subject_id from ({subjects}) as named"
        " anti join linked_feature as feature on feature.subject_id = named.subject_id"
    ).fetchall()
    if count(con, "temp.linked_needed"):
        insert_into(con, "temp.linked_feature", load_sql(PACKAGE, "feature"), {"domain": domain, **rest})


def keep(con: Connection, subjects: str) -> None:
    """Keep in ``temp.linked_feature`` only whoever is named in ``subjects``."""
    replace_table(
        con,
        "temp.linked_feature",
        f"select feature.* from temp.linked_feature as feature semi join ({subjects}) as named on named.subject_id = feature.subject_id",
    )


def domains(con: Connection) -> list[str]:
    """Link domains of tonight, in order."""
    return [domain for (domain,) in rows(con, "select domain from consented.link_domain order by domain")]


def is_empty(con: Connection) -> bool:
    """Whether nothing of the domain moved."""
    return count(con, "temp.linked_touched") + count(con, "temp.linked_removed") == 0
