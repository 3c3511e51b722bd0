"""``throughcare retention``: deliveries and refused rows whose time is up.

Belongs here: the verb and its words. Does not belong here: what may go (assets/published/retention).
"""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from pipelines.clock import today
from pipelines.commands.common import BAD, AsJson, here
from pipelines.commands.common import terms as county_terms
from pipelines.commands.desk import reading, writing
from pipelines.display import complain, emit_json, say, table


def retention(
    write: Annotated[bool, typer.Option("--write/--dry-run", help="Remove; by default it is only shown what would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove deliveries and refused rows past the days of county.yaml. A legal hold, and what the newest state rests on, stays.

    Example: throughcare retention --dry-run
    """
    from assets.published.retention import plan_retention, remove
    from resources.ledger import EntryKind, Ledger

    place, county = here(), county_terms(here())
    day = today(county, place.home)
    with writing() if write else reading() as desk:
        found = plan_retention(desk.con, place.home, county.text.retention, night=day)
        if write and found.going:
            # Entered first: an account may say too much, never too little.
            removed = [{"place": name, "removed": number} for name, number in found.counts().items()]
            freed = sum(item.bytes for item in found.going)
            Ledger(place.home).append(EntryKind.RETIRED, night=day, removed=removed, bytes=freed, entered_by=getpass.getuser())
        freed = remove(found) if write else 0
    kept = [vars(item) | {"path": None} for item in found.expired if item.kept_for]
    if as_json:
        emit_json(
            {
                "written": write,
                "going": found.counts(),
                "kept": kept,
                "landing_bytes": found.landing_bytes - freed,
                "over_budget_bytes": found.over_budget,
            }
        )
    else:
        word = "removed" if write else "would go"
        lines = ((item.place, item.source, item.night, item.bytes, item.kept_for or word) for item in found.expired)
        table("Past their time", ("place", "source", "night", "bytes", "what becomes of it"), lines, numbers=("bytes",))
        say(f"{len(found.going)} of {len(found.expired)} {'removed' if write else 'would go; add --write to remove them'}")
    if found.over_budget:
        complain(f"deliveries take {found.over_budget:,} bytes more than the budget; shorten landing_days or give them more disk")
        raise typer.Exit(BAD)
