"""Carrying out an erasure from end to end: plan, register, write anew, rebuild products, prove, account.

Belongs here: the order across the stages and the locks. Does not belong here: any single step (assets/published/erasure), words for people
(commands/erase).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from assets.checked.erased_rows import Erased, Tombstone, registered
from assets.published.erasure import (
    Plan,
    Reason,
    account,
    carry_out,
    erasure_name,
    expanded,
    left_out,
    plan,
    register,
    unfinished,
    would_leave_out,
    write_anew,
)
from assets.published.erasure_beyond import beyond, in_extracts, people_of
from assets.published.erasure_proof import ErasureProof, in_databases, prove_erasure
from contracts.county import County
from resources.home import Home
from resources.ledger import EntryKind, Ledger
from resources.sql import Connection
from resources.warehouse import Warehouse


@dataclass(frozen=True)
class Order:
    """Who asks for an erasure, when, and why."""

    reason: Reason
    night: date
    by: str
    why: str


def planned_erasure(con: Connection, erased: Erased, *, county: County, home: Home, night: date) -> Plan:
    """What an erasure would take, place by place; nothing is changed. ``con`` is the warehouse, read-only."""
    asked = expanded(con, erased)
    found = plan(con, asked, county=county, home=home, night=night)
    return replace(found, warehouse=would_leave_out(home, left_out(con, asked)), beyond=beyond(con, home, asked))


def erase(home: Home, county: County, erased: Erased, order: Order, *, rebuild: Callable[[], bool]) -> tuple[str, Plan, ErasureProof]:
    """Erase, rebuild every product, prove that nothing is left, and enter it in the ledger.

    Everything that was ever erased is swept again on the way, so that what a killed erasure left is finished.

    Args:
        home: where everything lies.
        county: tonight's terms.
        erased: whom.
        order: why, by whom.
        rebuild: runs the denies job; whether it succeeded.

    Returns:
        the erasure's name, what was found where, and the proof.

    Raises:
        resources.warehouse.WarehouseBusy: while a run is writing.
    """
    warehouse, ledger = Warehouse(home), Ledger(home)
    with warehouse.lock():
        with warehouse.writer() as con:
            whole = expanded(con, erased | registered(con))
            name = erasure_name(expanded(con, erased), order.reason, order.night)
            found = replace(plan(con, whole, county=county, home=home, night=order.night), beyond=beyond(con, home, whole))
            people, out = people_of(con, whole), left_out(con, whole)
            register(con, expanded(con, erased), name=name, reason=order.reason.value, night=order.night, by=order.by, why=order.why)
            finished = [begun for begun in unfinished(con, ledger) if begun != name]
            carry_out(con, found, county=county, home=home, tombstone=Tombstone(name, order.reason.value, order.night))
        found = replace(found, warehouse=write_anew(home, out))
    rebuilt = rebuild()
    with warehouse.lock():
        # The job replaced tables; blocks it freed still hold what it read before they are written over.
        write_anew(home, None)
        in_tables = in_databases(home, found)
        with warehouse.reader() as con:
            proof = prove_erasure(con, found, county=county, home=home, night=order.night)
    in_research = {f"research/{item.project}": item.rows for item in in_extracts(home, people) if item.rows}
    hits = {**proof.hits, **in_tables, **in_research, **({} if rebuilt else {"products not rebuilt": 1})}
    proof = replace(proof, hits=hits)
    ledger.append(
        EntryKind.ERASED,
        night=order.night,
        finished=finished,
        **account(found, name, order.reason.value, by=order.by, why=order.why, proof=proof.account()),
    )
    return name, found, proof
