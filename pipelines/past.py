"""The county's terms as a past night used them.

Belongs here: finding the snapshot of a night and loading it. Does not belong here: taking snapshots (resources/terms).
"""

from __future__ import annotations

from datetime import date

from contracts.county import County, load_county
from contracts.reviewed import TermsFaults
from pipelines.place import Place


def terms_on(place: Place, county: County, night: date) -> tuple[County, bool]:
    """The terms under which ``night`` was run, and whether they are exactly those; else the county folder as it is now.

    The ledger says which text each run used; every run keeps that text under ``terms/`` in the home.
    """
    from resources.ledger import EntryKind, Ledger
    from resources.terms import KEPT_PACKS

    used = [
        entry["fields"]["terms_sha256"]
        for entry in Ledger(place.home).entries()
        if entry["kind"] == EntryKind.RUN_STARTED and entry["night"] == night.isoformat()
    ]
    if not used:
        return county, False
    if used[-1] == county.sha256:
        return county, True
    kept = place.home.terms / str(used[-1])
    if not kept.is_dir():
        return county, False
    try:
        packs = kept / KEPT_PACKS
        return (load_county(kept, packs=packs), True) if packs.is_dir() else (load_county(kept), False)
    except TermsFaults:
        # Text that today's models no longer read cannot be answered from.
        return county, False
