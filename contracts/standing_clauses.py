"""Which clauses of a county's text do not hold on a day, and where they stand.

Belongs here: naming file, line and reason of what is dark. Does not belong here: what makes it so (instruments.py), and faults, which a day
does not mend.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from contracts.instruments import Instrument, Standing, chain, clause_standing, own_standing
from contracts.reviewed import Fault, file_lines, line_of, load_reviewed


def dark_clauses(folder: Path, instruments: Iterable[Instrument], night: date) -> list[Fault]:
    """Every clause that permits or prohibits nothing on ``night``, by file and line, with the reason and what it hangs on that has lapsed.

    Args:
        folder: the county's folder.
        instruments: as loaded from it, without faults.
        night: the day asked about.
    """
    held = {instrument.id: instrument for instrument in instruments}
    found: list[Fault] = []
    for path in sorted((folder / "instruments").glob("*.yaml")):
        instrument = load_reviewed(path, Instrument)
        lines = file_lines(path)
        for index, clause in enumerate(instrument.clauses):
            standing = clause_standing(instrument, clause, held, night)
            if standing is not Standing.IN_FORCE:
                place = ("clauses", index, "number")
                above = _lapsed(instrument, clause.under, held, night)
                message = f"{instrument.clause_id(clause)} permits nothing on {night}: {standing}{above}"
                found.append(Fault(f"instruments/{path.name}", line_of(lines, place), ".".join(map(str, place)), message))
    return found


def _lapsed(instrument: Instrument, under: Iterable[str], held: dict[str, Instrument], night: date) -> str:
    lapsed = [
        f"{name} {own_standing(held[name], night)}"
        for name in chain((instrument.id, *under), held)
        if name in held and own_standing(held[name], night) is not Standing.IN_FORCE
    ]
    return f" ({', '.join(lapsed)})" if lapsed else ""
