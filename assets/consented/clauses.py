"""From reviewed instruments to clauses that stand by themselves: selectors expanded, chains followed, days worked out.

Belongs here: the pure step from a county's text to clause facts and catalogue. Does not belong here: tables (consent.py) or any subject.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from contracts.agencies import Agencies
from contracts.consents import Form
from contracts.elements import Element, expand, system_catalogue
from contracts.instruments import (
    Clause,
    Effect,
    Instrument,
    InstrumentKind,
    Standing,
    chain,
    clause_min_cell,
    clause_period,
    clause_purposes,
    clause_standing,
)
from contracts.law import Cited, Law


class NamedType(Protocol):
    """A record type, as far as this stage knows it."""

    @property
    def name(self) -> str:
        """As in the county's text."""


class SourceTerms(Protocol):
    """A source, as far as this stage knows it."""

    @property
    def name(self) -> str:
        """The source."""

    @property
    def system(self) -> str:
        """Whose person ids it uses."""

    @property
    def agency(self) -> str:
        """Who contributes it."""

    @property
    def instruments(self) -> tuple[str, ...]:
        """Under which it is received."""

    @property
    def record_types(self) -> tuple[NamedType, ...]:
        """What it delivers."""


class Terms(Protocol):
    """A county's terms, as far as this stage knows them."""

    @property
    def agencies(self) -> Agencies:
        """Who takes part."""

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """What they signed."""

    @property
    def forms(self) -> tuple[Form, ...]:
        """What people sign."""

    @property
    def law(self) -> Law:
        """What law asks whatever they signed."""

    @property
    def sources(self) -> Mapping[str, SourceTerms]:
        """What is delivered."""


@dataclass(frozen=True)
class StandingClause:
    """One clause for one system's elements: a row of ``consented.clause`` for each, or one row with NULL when it speaks of everything."""

    clause: Clause
    clause_id: str
    instrument_id: str
    system: str | None
    elements: tuple[str, ...] | None
    purposes: tuple[str, ...]
    valid_from: date
    valid_to: date
    min_cell: int
    standing: Standing
    instrument_kinds: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()


def catalogue(sources: Iterable[SourceTerms]) -> tuple[Element, ...]:
    """Every element of the county, in order of name and system, each once."""
    return tuple(
        sorted(
            {
                element
                for source in sources
                for element in system_catalogue(
                    source=source.name,
                    system=source.system,
                    agency=source.agency,
                    record_types=[record_type.name for record_type in source.record_types],
                )
            }
        )
    )


def system_instruments(sources: Iterable[SourceTerms]) -> dict[str, frozenset[str]]:
    """System -> instruments under which any of its sources is received; its records live only while all of them do."""
    found: dict[str, frozenset[str]] = {}
    for source in sources:
        found[source.system] = found.get(source.system, frozenset()) | frozenset(source.instruments)
    return found


def standing_clauses(
    instruments: Iterable[Instrument], elements: Iterable[Element], received_under: Mapping[str, frozenset[str]], night: date
) -> tuple[StandingClause, ...]:
    """Every clause with its standing on ``night``, in order of id and system.

    A permission is worked out for each system of its contributor apart: it hangs on the instruments under which that system's records are
    received as well as on its own chain. A permission that names nothing its contributor's systems hold yields nothing.
    """
    held = tuple(elements)
    by_id = {instrument.id: instrument for instrument in instruments}
    found: list[StandingClause] = []
    for instrument in by_id.values():
        for clause in instrument.clauses:
            found += _of_clause(instrument, clause, by_id=by_id, elements=held, received_under=received_under, night=night)
    return tuple(sorted(found, key=lambda item: (item.clause_id, item.system or "")))


def _of_clause(
    instrument: Instrument,
    clause: Clause,
    *,
    by_id: Mapping[str, Instrument],
    elements: tuple[Element, ...],
    received_under: Mapping[str, frozenset[str]],
    night: date,
) -> list[StandingClause]:
    if clause.effect is Effect.PROHIBIT and not clause.elements:
        return [_standing(instrument, clause, by_id, night, system=None, named=None)]
    found = []
    systems = {element.system for element in elements if clause.contributor in {None, element.agency}}
    for system in sorted(systems):
        own = [element for element in elements if element.system == system]
        named = tuple(sorted({name for selector in clause.elements for name in expand(selector, own)}))
        if not named:
            continue
        hanging_on = clause
        if clause.effect is Effect.PERMIT:
            under = tuple(sorted({*clause.under, *received_under.get(system, frozenset())}))
            hanging_on = clause.model_copy(update={"under": under})
        found.append(_standing(instrument, hanging_on, by_id, night, system=system, named=named))
    return found


def _standing(
    instrument: Instrument,
    clause: Clause,
    by_id: Mapping[str, Instrument],
    night: date,
    *,
    system: str | None,
    named: tuple[str, ...] | None,
) -> StandingClause:
    is_permit = clause.effect is Effect.PERMIT
    purposes = clause_purposes(instrument, clause, by_id) if is_permit else clause.purposes
    first, end = clause_period(instrument, clause, by_id)
    above = [by_id[name] for name in chain((instrument.id, *clause.under), by_id) if name in by_id]
    return StandingClause(
        clause=clause,
        clause_id=instrument.clause_id(clause),
        instrument_id=instrument.id,
        system=system,
        elements=named,
        purposes=tuple(sorted(purpose.value for purpose in purposes)),
        valid_from=first,
        valid_to=end,
        min_cell=clause_min_cell(instrument, clause, by_id),
        standing=clause_standing(instrument, clause, by_id, night),
        instrument_kinds=tuple(sorted({item.kind.value for item in above})),
        authorities=tuple(sorted({name for item in above if item.kind is InstrumentKind.COURT_ORDER for name in item.legal_authority})),
    )


def clause_rows(clauses: Iterable[StandingClause]) -> list[dict[str, object]]:
    """Rows of ``consented.clause`` and ``consented.clause_out_of_force``: one an element."""
    return [_row(item, element) for item in clauses for element in (item.elements if item.elements is not None else (None,))]


def _row(item: StandingClause, element: str | None) -> dict[str, object]:
    clause = item.clause
    return {
        "clause_id": item.clause_id,
        "instrument_id": item.instrument_id,
        "effect": clause.effect.value,
        "contributor": clause.contributor,
        "recipient": clause.recipient,
        "operation": clause.operation.value if clause.operation else None,
        "system": item.system,
        "element": element,
        "with_systems": sorted(clause.with_systems),
        "labels": sorted(label.value for label in clause.labels),
        "purposes": list(item.purposes),
        "lawful_basis": clause.lawful_basis.value if clause.lawful_basis else None,
        "consent_requirement": clause.consent_requirement.value,
        "population": sorted(population.value for population in clause.population),
        "record_days": clause.record_days,
        "output_form": clause.output_form.value if clause.output_form else None,
        "transform": clause.transform.value,
        "valid_from": item.valid_from,
        "valid_to": item.valid_to,
        "obligations": sorted(obligation.value for obligation in clause.obligations),
        "min_cell": item.min_cell,
        "instrument_kinds": list(item.instrument_kinds),
        "authorities": list(item.authorities),
        "quote": clause.quote,
        "standing": item.standing.value,
    }


def rule_row(item: Cited) -> dict[str, object]:
    """One row of ``consented.rule``."""
    rule, when = item.rule, item.rule.when
    return {
        "rule_id": rule.id,
        "pack": item.pack,
        "citation": rule.citation,
        "says": " ".join(rule.says.split()),
        "counsel_review": item.reviewed,
        "effect": rule.effect.value,
        "labels": sorted(when.labels),
        "purposes": sorted(when.purposes),
        "operations": sorted(when.operations),
        "recipients": sorted(when.recipients),
        "lawful_bases": sorted(when.lawful_bases),
        "to_owner": when.to_owner,
        "kinds": sorted(rule.kinds),
        "accepts": sorted(rule.accepts),
        "instrument": rule.instrument.value if rule.instrument else None,
        "population": rule.population.value if rule.population else None,
        "unless": sorted(rule.unless),
    }
