"""A county's text with one instrument drafted, lapsed or taken away, read and checked as a whole like the county itself.

Belongs here: making the other text and loading it. Does not belong here: comparing texts (assets/consented/sharing, whatif).
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

from contracts.county import County, load_county
from contracts.instruments import Instrument, InstrumentStatus, Signature
from contracts.reviewed import load_reviewed


class NoSuchInstrument(LookupError):
    """The county has no instrument of that id; the message lists those it has."""


def with_draft(county: County, draft: Path, night: date) -> County:
    """The county as if everybody had signed ``draft`` by ``night``: it is active, signed by all its parties and already effective.

    An instrument of the same id is replaced. The whole folder is checked with the draft in it.

    Raises:
        contracts.reviewed.TermsFaults: with everything wrong with the draft, or with the county because of it.
    """
    drafted = load_reviewed(draft, Instrument, named=draft.name)
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept) / "county"
        shutil.copytree(county.folder, folder, ignore=shutil.ignore_patterns(".*"))
        for path in sorted((folder / "instruments").glob("*.yaml")):
            if load_reviewed(path, Instrument).id == drafted.id:
                path.unlink()
        shutil.copyfile(draft, folder / "instruments" / draft.name)
        checked = load_county(folder)
    as_signed = _signed(drafted, night)
    instruments = tuple(as_signed if item.id == drafted.id else item for item in checked.instruments)
    return replace(county, instruments=instruments)


def _signed(drafted: Instrument, night: date) -> Instrument:
    parties = {party.agency for party in drafted.parties}
    signed = {signature.party for signature in drafted.signed if signature.signed_on <= night}
    missing = tuple(
        Signature(party=party, signatory="assumed for this comparison", title="assumed", signed_on=min(night, drafted.effective_from))
        for party in sorted(parties - signed)
    )
    kept = tuple(signature for signature in drafted.signed if signature.party in signed)
    return drafted.model_copy(
        update={
            "status": InstrumentStatus.ACTIVE,
            "signed": (*kept, *missing),
            "effective_from": min(night, drafted.effective_from),
        }
    )


def without(county: County, instrument_id: str) -> County:
    """The county as if one instrument had lapsed.

    Raises:
        NoSuchInstrument: if it has none of that id.
    """
    known = {instrument.id for instrument in county.instruments}
    if instrument_id not in known:
        raise NoSuchInstrument(f"the county has no instrument [{instrument_id}]; there are {', '.join(sorted(known))}")
    lapsed = tuple(
        item.model_copy(update={"status": InstrumentStatus.EXPIRED}) if item.id == instrument_id else item for item in county.instruments
    )
    return replace(county, instruments=lapsed)
