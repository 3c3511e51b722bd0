"""Under which instruments a source may be received on a night.

Belongs here: the one question asked before anything is read. Does not belong here: what may be linked or disclosed (clauses), and reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from contracts.instruments import Instrument, Standing, standing
from contracts.reviewed import Fault
from contracts.sources import Source


def unlicensed_sources(sources: Mapping[str, Source], instruments: Iterable[Instrument], *, folder: Path, night: date) -> list[Fault]:
    """Every source that may not be received tonight, because an instrument it is received under does not hold with its whole chain.

    Args:
        sources: the county's sources in use.
        instruments: all its instruments.
        folder: the county folder, to say the line.
        night: tonight.
    """
    known = {instrument.id: instrument for instrument in instruments}
    faults = []
    for source in sources.values():
        for name in source.instruments:
            held = standing(known[name], known, night) if name in known else None
            if held is Standing.IN_FORCE:
                continue
            file = f"sources/{source.name}.yaml"
            why = "the county has no such instrument" if held is None else f"it is not in force on {night} ({held.value.replace('_', ' ')})"
            message = f"[{name}]: {why}; renew it, or take [{source.name}] out of county.yaml. Nothing was read"
            faults.append(Fault(file, _line_of_key(folder / file, "instruments"), "instruments", message))
    return sorted(faults)


def _line_of_key(path: Path, key: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return next((number for number, line in enumerate(lines, start=1) if line.startswith(f"{key}:")), 1)
