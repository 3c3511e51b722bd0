"""Who may have what, under which clause: the county's text read as a matrix, and what differs between two readings.

Belongs here: clauses with their words as lines of a matrix, and comparing two matrices. Does not belong here: anything about a person
(decisions), and counting what a difference would do to tonight's data (whatif.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assets.consented.clauses import StandingClause, Terms, catalogue, standing_clauses, system_instruments
from contracts.instruments import Standing


@dataclass(frozen=True, order=True)
class Shared:
    """One clause for one system: a line of the sharing matrix.

    ``elements`` are the clause's own words (elements and classes); ``covers`` counts the catalogue's elements they stand for. A prohibition
    without a contributor, system, recipient or element speaks of all of them, and the field is empty.
    """

    clause_id: str
    system: str
    contributor: str
    recipient: str
    effect: str
    operation: str
    elements: tuple[str, ...]
    covers: int
    purposes: tuple[str, ...]
    labels: tuple[str, ...]
    lawful_basis: str
    consent_requirement: str
    population: tuple[str, ...]
    output_form: str
    transform: str
    obligations: tuple[str, ...]
    record_days: int | None
    min_cell: int
    valid_from: date
    valid_to: date
    standing: str
    quote: str
    page: int | None
    counsel_review: bool

    @property
    def in_force(self) -> bool:
        """Whether it holds on the night the matrix was read for."""
        return self.standing == Standing.IN_FORCE


class Change(StrEnum):
    """What happened to a clause between two readings."""

    BEGINS = "begins"
    ENDS = "ends"
    DIFFERS = "differs"


@dataclass(frozen=True)
class Changed:
    """A clause that does not hold as it did; ``fields`` name what differs, ``line`` is the newest reading in which it holds."""

    change: Change
    clause_id: str
    system: str
    line: Shared
    before: Shared | None
    after: Shared | None
    fields: tuple[str, ...] = ()


def matrix(terms: Terms, night: date) -> tuple[Shared, ...]:
    """Every clause of a county on ``night``, in order of id and system, whether it holds or not."""
    elements = catalogue(terms.sources.values())
    clauses = standing_clauses(terms.instruments, elements, system_instruments(terms.sources.values()), night)
    reviewed = {instrument.id: instrument.counsel_review is not None for instrument in terms.instruments}
    return tuple(_line(item, reviewed=reviewed[item.instrument_id]) for item in clauses)


def _line(item: StandingClause, *, reviewed: bool) -> Shared:
    clause = item.clause
    return Shared(
        clause_id=item.clause_id,
        system=item.system or "",
        contributor=clause.contributor or "",
        recipient=clause.recipient or "",
        effect=clause.effect.value,
        operation=clause.operation.value if clause.operation else "",
        elements=clause.elements,
        covers=len(item.elements or ()),
        purposes=item.purposes,
        labels=tuple(sorted(label.value for label in clause.labels)),
        lawful_basis=clause.lawful_basis.value if clause.lawful_basis else "",
        consent_requirement=clause.consent_requirement.value,
        population=tuple(sorted(name.value for name in clause.population)),
        output_form=clause.output_form.value if clause.output_form else "",
        transform=clause.transform.value,
        obligations=tuple(sorted(name.value for name in clause.obligations)),
        record_days=clause.record_days,
        min_cell=item.min_cell,
        valid_from=item.valid_from,
        valid_to=item.valid_to,
        standing=item.standing.value,
        quote=" ".join(clause.quote.split()),
        page=clause.page,
        counsel_review=reviewed,
    )


_TERMS = tuple(name for name in Shared.__dataclass_fields__ if name not in {"clause_id", "system", "standing"})


def changes(before: Iterable[Shared], after: Iterable[Shared]) -> tuple[Changed, ...]:
    """Clauses that hold in one reading and not in the other, or hold in both with other words, in order of id and system."""
    held = {(line.clause_id, line.system): line for line in before if line.in_force}
    holds = {(line.clause_id, line.system): line for line in after if line.in_force}
    found = []
    for key in sorted(held.keys() | holds.keys()):
        old, new = held.get(key), holds.get(key)
        if old is not None and new is not None:
            differing = tuple(name for name in _TERMS if getattr(old, name) != getattr(new, name))
            if differing:
                found.append(Changed(Change.DIFFERS, *key, new, old, new, differing))
        elif new is not None:
            found.append(Changed(Change.BEGINS, *key, new, None, new))
        elif old is not None:
            found.append(Changed(Change.ENDS, *key, old, old, None))
    return tuple(found)
