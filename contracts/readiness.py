"""What a sound county still lacks before its sources can be received and linked.

Belongs here: the standing of each source's instruments and of each pair of systems on a night, in words for whoever must act.
Does not belong here: faults of the text (county), and any decision about a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import combinations

from contracts.county import County
from contracts.instruments import Effect, Instrument, Operation, Standing, own_standing, standing
from contracts.sources import Source


def missing_for_receiving(county: County, night: date) -> list[str]:
    """Why sources could not be received on a night: instruments that are drafts, unsigned, not yet or no longer in force."""
    known = _by_id(county)
    return [
        f"source [{source.name}] cannot be received on {night}: {_why(known[name], known, night)}"
        for source in county.sources.values()
        for name in source.instruments
        if name in known and standing(known[name], known, night) is not Standing.IN_FORCE
    ]


def missing_for_linking(county: County, night: date) -> list[str]:
    """Which pairs of systems could not be linked on a night, and whose clause is missing: both sides must permit it."""
    known = _by_id(county)
    # A source without identities, such as totals, has nobody to link.
    sources = {source.system: source for source in county.sources.values() if any(item.identity_fields for item in source.record_types)}
    open_ = {system: _compared_with(source, known.values(), known, night) for system, source in sources.items()}
    said = {system: _compared_with(source, known.values()) for system, source in sources.items()}
    found = []
    for one, other in combinations(sorted(sources), 2):
        lacking = []
        for here, there in ((one, other), (other, one)):
            if there not in open_[here]:
                has = "a clause that is not in force" if there in said[here] else "no clause"
                lacking.append(f"{sources[here].agency} has {has} for [{here}] with [{there}]")
        if lacking:
            found.append(f"[{one}] and [{other}] are not linked: {'; '.join(lacking)}")
    return found


def _by_id(county: County) -> dict[str, Instrument]:
    return {instrument.id: instrument for instrument in county.instruments}


def _compared_with(
    source: Source, instruments: Iterable[Instrument], known: Mapping[str, Instrument] | None = None, night: date | None = None
) -> frozenset[str]:
    """Systems that clauses let a source's identities be compared with; those in force on a night, if one is given."""
    return frozenset(
        system
        for instrument in instruments
        for clause in instrument.clauses
        if clause.effect is Effect.PERMIT and clause.operation is Operation.LINK and clause.contributor == source.agency
        if f"{source.name}.__identity__" in clause.elements
        if known is None or night is None or standing(instrument, known, night, under=clause.under) is Standing.IN_FORCE
        for system in clause.with_systems
    )


def _why(instrument: Instrument, known: Mapping[str, Instrument], night: date) -> str:
    stands = standing(instrument, known, night)
    if stands is Standing.PARENT_NOT_IN_FORCE:
        parents = [known[name] for name in instrument.parent_ids if name in known]
        down = [f"[{parent.id}] ({_own(parent, night)})" for parent in parents if own_standing(parent, night) is not Standing.IN_FORCE]
        return f"[{instrument.id}] hangs on {', '.join(down) or 'an instrument that is not in force'}"
    return f"[{instrument.id}] is {_own(instrument, night)}"


def _own(instrument: Instrument, night: date) -> str:
    stands = own_standing(instrument, night)
    if stands is Standing.NOT_ACTIVE:
        return f"{instrument.status.value}; status must be active"
    if stands is Standing.UNSIGNED:
        return f"not signed by {', '.join(instrument.unsigned) or 'everybody by that night'}"
    if stands is Standing.NOT_YET:
        return f"in force from {instrument.effective_from} only"
    return (
        f"{stands.value.replace('_', ' ')} since {instrument.expires_on}" if stands is Standing.EXPIRED else stands.value.replace("_", " ")
    )
