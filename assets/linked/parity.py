"""Is what the nights have built the same as what a full run would build? Sampled persons are standardised, compared and resolved anew.

Belongs here: the sample and the comparison. Does not belong here: whether a difference holds the night (gates.py). Everything runs through
the functions of the night itself on temporary tables and writes nothing.
"""

from __future__ import annotations

import hashlib
from datetime import date

from assets.linked import block, delta, resolve, score
from assets.linked.model import FrozenModel
from assets.linked.standardise import standardise
from contracts.linkage import LinkageChoice
from resources.sql import Connection, count, load_sql, replace_table, rows

PACKAGE = "assets.linked"
_NOBODY = "select null::varchar as subject_id where false"


def differing(
    con: Connection, *, domain: str, night: date, model: FrozenModel, choice: LinkageChoice, rest: dict[str, float], floor: float
) -> int:
    """How many subjects of sampled persons, or of those they touch, come out otherwise than they are stored.

    Reads ``temp.linked_identity_hash`` of tonight; overwrites the temporary tables of the night.
    """
    # A start that moves with the night: over the months everybody is looked at.
    start = hashlib.sha256(f"{domain}|{night.isoformat()}".encode()).hexdigest()[:32]
    parameters = {"domain": domain, "start": start, "persons": choice.gates.parity_persons}
    if not replace_table(con, "temp.linked_sampled", load_sql(PACKAGE, "parity_sample"), parameters):
        return 0
    replace_table(
        con,
        "temp.linked_delta",
        "select hash.subject_id, hash.identity_hash from linked_identity_hash as hash"
        " semi join linked_sampled as sampled on sampled.subject_id = hash.subject_id",
    )
    standardise(con)
    found = set(rows(con, load_sql(PACKAGE, "parity_standardised"), parameters))
    _spread(con, domain=domain, night=night, choice=choice)
    _compare(con, domain=domain, model=model, choice=choice, rest=rest, floor=floor)
    found |= set(rows(con, load_sql(PACKAGE, "parity_edge"), parameters))
    return len(found | _resolve(con, domain=domain, choice=choice, rest=rest))


def _spread(con: Connection, *, domain: str, night: date, choice: LinkageChoice) -> None:
    """Who is resolved anew with the sampled: known before anything is compared, so that everybody's features are read at once."""
    replace_table(con, "temp.linked_touched", "select subject_id from linked_sampled")
    replace_table(con, "temp.linked_removed", _NOBODY)
    replace_table(con, "temp.linked_moved_edge", "select null::varchar as subject_a, null::varchar as subject_b where false")
    resolve.affected(con, domain=domain, night=night, choice=choice, again=True)


def _compare(con: Connection, *, domain: str, model: FrozenModel, choice: LinkageChoice, rest: dict[str, float], floor: float) -> None:
    replace_table(con, "temp.linked_rescored", "select subject_id, md5_number_lower(subject_id) as node from linked_sampled")
    _, shares = block.reach(con, domain=domain, largest_block=choice.caps.largest_block)
    # The sampled are among the affected.
    delta.needed(con, domain=domain, subjects=f"{block.MEMBERS} union select subject_id from linked_affected", rest=rest)
    replace_table(con, "temp.linked_scored", score.NOTHING)
    with score.scoring(con, model) as opened:
        for number in range(shares):
            block.share(con, number, of=shares)
            if count(con, "temp.linked_node_pair"):
                opened.share(con, floor=floor, into="linked_scored")
    replace_table(con, "temp.linked_pair", "select subject_a, subject_b from temp.linked_scored")
    replace_table(con, "temp.linked_judgement", load_sql(PACKAGE, "judgement"))
    replace_table(con, "temp.linked_known", load_sql(PACKAGE, "known_judgement"))
    replace_table(con, "temp.linked_edge", load_sql(PACKAGE, "edge"), {"model": model.name})


def _resolve(con: Connection, *, domain: str, choice: LinkageChoice, rest: dict[str, float]) -> set[tuple[str]]:
    resolved = resolve.resolve(con, domain=domain, choice=choice, rest=rest)
    con.register("linked_frame", resolved.members)
    replace_table(con, "temp.linked_anew", "select subject_id, person from linked_frame")
    con.unregister("linked_frame")
    return set(rows(con, load_sql(PACKAGE, "parity_group"), {"domain": domain}))
