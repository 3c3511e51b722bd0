"""What is wrong with instruments, forms and agencies when they are read together.

Belongs here: faults that need more than one file of the county folder. Does not belong here: faults one file shows by itself (its model)
or whether an instrument is in force, which changes with the night and is no fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from contracts.agencies import Agencies, AgencyRole
from contracts.consents import Form
from contracts.elements import CLASS_NAMES, IDENTITY, Element, expand, system_catalogue
from contracts.instruments import (
    Clause,
    Effect,
    Instrument,
    Operation,
    OutputForm,
    Population,
    chain,
)
from contracts.law import Law
from contracts.reviewed import Fault, Path_
from contracts.sources import Source

LineOf = Callable[[str, Path_], int]
"""(file, place in it) -> line, so that a fault found between files still names its line."""


@dataclass(frozen=True)
class _County:
    agencies: Agencies
    instruments: Mapping[str, Instrument]
    sources: Mapping[str, Source]
    elements: tuple[Element, ...]
    law: Law

    @property
    def systems(self) -> frozenset[str]:
        return frozenset(system for agency in self.agencies.agencies.values() for system in agency.systems)

    def chain_of(self, instrument: Instrument, clause: Clause) -> tuple[str, ...]:
        received = {name for source in self.sources.values() if source.agency == clause.contributor for name in source.instruments}
        return chain((instrument.id, *clause.under, *(received if clause.effect is Effect.PERMIT else ())), self.instruments)


def instrument_faults(
    *,
    instruments: Mapping[str, Instrument],
    agencies: Agencies,
    sources: Mapping[str, Source],
    forms: Mapping[str, Form],
    law: Law,
    line_of: LineOf = lambda file, place: 1,
) -> list[Fault]:
    """Every fault between agencies.yaml, instruments, forms and sources, sorted.

    Args:
        instruments: file name -> instrument.
        agencies: agencies.yaml.
        sources: file name -> source in use.
        forms: file name -> form.
        law: the rule packs that hold in the county.
        line_of: finds the line of a place in a file; the default names line 1.
    """
    elements = [
        element
        for source in sources.values()
        for element in system_catalogue(
            source=source.name,
            system=source.system,
            agency=source.agency,
            record_types=[record_type.name for record_type in source.record_types],
        )
    ]
    county = _County(agencies, {item.id: item for item in instruments.values()}, sources, tuple(elements), law)
    found = [
        *_repeated_ids(instruments, "id"),
        *_repeated_forms(forms),
        *((file, place, text) for file, source in sources.items() for place, text in _of_source(source, county)),
        *((file, place, text) for file, instrument in instruments.items() for place, text in _of_instrument(instrument, county)),
        *((file, place, text) for file, form in forms.items() for place, text in _of_form(form, county)),
    ]
    return sorted(Fault(file, line_of(file, place), ".".join(map(str, place)) or "-", text) for file, place, text in found)


def _repeated_ids(instruments: Mapping[str, Instrument], key: str) -> Iterator[tuple[str, Path_, str]]:
    seen: dict[str, str] = {}
    for file, instrument in sorted(instruments.items()):
        first = seen.setdefault(instrument.id, file)
        if first != file:
            yield file, (key,), f"[{instrument.id}] is the id of {first} already"


def _repeated_forms(forms: Mapping[str, Form]) -> Iterator[tuple[str, Path_, str]]:
    seen: dict[tuple[str, str], str] = {}
    for file, form in sorted(forms.items()):
        first = seen.setdefault((form.id, form.version), file)
        if first != file:
            yield file, ("version",), f"version [{form.version}] of [{form.id}] is in {first} already; give it its own version"


def _of_source(source: Source, county: _County) -> Iterator[tuple[Path_, str]]:
    if source.agency not in county.agencies.agencies:
        yield ("agency",), f"[{source.agency}] is not in agencies.yaml"
        return
    if county.agencies.owner_of(source.system) != source.agency:
        yield ("system",), f"agencies.yaml does not list [{source.system}] among the systems of [{source.agency}]"
    for index, name in enumerate(source.instruments):
        instrument = county.instruments.get(name)
        if instrument is None:
            yield ("instruments", index), f"no instrument [{name}]; without one nothing of this source may be read"
        elif not _is_party(instrument, source.agency, AgencyRole.CONTRIBUTOR):
            yield ("instruments", index), f"[{source.agency}] is not a contributor in [{name}]"


def _is_party(instrument: Instrument, agency: str, role: AgencyRole) -> bool:
    return any((party.agency, party.role) == (agency, role) for party in instrument.parties)


def _of_instrument(instrument: Instrument, county: _County) -> Iterator[tuple[Path_, str]]:
    for index, party in enumerate(instrument.parties):
        agency = county.agencies.agencies.get(party.agency)
        if agency is None:
            yield ("parties", index, "agency"), f"[{party.agency}] is not in agencies.yaml"
        elif party.role not in agency.roles:
            yield ("parties", index, "role"), f"agencies.yaml does not give [{party.agency}] the role {party.role}"
    for index, name in enumerate(instrument.parent_ids):
        if name not in county.instruments:
            yield ("parent_ids", index), f"no instrument [{name}]; everything under it would stay dark"
    if instrument.supersedes and instrument.supersedes not in county.instruments:
        yield ("supersedes",), f"no instrument [{instrument.supersedes}]"
    above = (name for name in instrument.parent_ids if instrument.id in chain((name,), county.instruments))
    for name in sorted(above):
        yield ("parent_ids",), f"[{instrument.id}] hangs on itself through [{name}]"
    for index, clause in enumerate(instrument.clauses):
        for place, text in _of_clause(instrument, clause, county):
            yield ("clauses", index, *place), f"§{clause.number}: {text}"


def _of_clause(instrument: Instrument, clause: Clause, county: _County) -> Iterator[tuple[Path_, str]]:
    for key in ("contributor", "recipient"):
        agency = getattr(clause, key)
        if agency and agency not in county.agencies.agencies:
            yield (key,), f"[{agency}] is not in agencies.yaml"
    yield from _of_elements(clause, county)
    for index, name in enumerate(clause.under):
        if name not in county.instruments:
            yield ("under", index), f"no instrument [{name}]"
    for index, system in enumerate(clause.with_systems):
        if system not in county.systems:
            yield ("with_systems", index), f"no agency has the system [{system}]"
    if clause.effect is Effect.PERMIT:
        yield from _of_permission(instrument, clause, county)


def _of_elements(clause: Clause, county: _County) -> Iterator[tuple[Path_, str]]:
    known = {element.name for element in county.elements}
    own = [element for element in county.elements if clause.contributor in {None, element.agency}]
    for index, selector in enumerate(clause.elements):
        place = ("elements", index)
        if selector not in CLASS_NAMES and selector not in known:
            yield place, f"[{selector}] is neither an element of a source in use nor a class; classes: {', '.join(sorted(CLASS_NAMES))}"
        elif not expand(selector, own):
            yield place, f"[{clause.contributor}] contributes nothing named [{selector}]"
        elif clause.effect is Effect.PERMIT and selector.endswith(f".{IDENTITY}") != (clause.operation is Operation.LINK):
            yield place, f"identity is linked and never disclosed, and nothing else is linked: [{selector}] does not fit {clause.operation}"


def _of_permission(instrument: Instrument, clause: Clause, county: _County) -> Iterator[tuple[Path_, str]]:
    if banned := sorted(set(clause.purposes) & county.law.prohibited_purposes):
        yield ("purposes",), f"{', '.join(banned)}: no clause can permit what is prohibited for the whole linked store"
    for other, prohibition in _swallowing(instrument, clause, county):
        yield ("number",), f"[{other.clause_id(prohibition)}] prohibits all of it, and a prohibition wins; take one of the two away"
    links = county.chain_of(instrument, clause)
    above = [county.instruments[name] for name in links if name in county.instruments]
    for parent in above:
        if beyond := sorted(set(clause.purposes) - set(parent.purposes)):
            yield ("purposes",), f"{', '.join(beyond)}: [{parent.id}], on which the clause hangs, does not serve it"
    is_link = clause.operation is Operation.LINK
    if is_link and clause.recipient != county.agencies.integrator:
        yield ("recipient",), f"only the integrator [{county.agencies.integrator}] links"
    recipient = county.agencies.agencies.get(clause.recipient or "")
    if not is_link and recipient and AgencyRole.RECIPIENT not in recipient.roles:
        yield ("recipient",), f"agencies.yaml does not make [{clause.recipient}] a recipient"
    if clause.contributor and not any(_is_party(parent, clause.contributor, AgencyRole.CONTRIBUTOR) for parent in above):
        yield ("contributor",), f"[{clause.contributor}] is a contributor in no instrument this clause hangs on"
    if clause.recipient and clause.recipient not in {party.agency for party in instrument.parties}:
        yield ("recipient",), f"[{clause.recipient}] has not signed [{instrument.id}]; only a party can be bound as its recipient"
    needed = county.law.instruments_by_basis.get(clause.lawful_basis, frozenset()) if clause.lawful_basis else frozenset()
    for kind in sorted(needed - {parent.kind for parent in above}):
        yield ("lawful_basis",), f"{clause.lawful_basis} needs a {kind} among the instruments it hangs on"
    names_a_person = clause.operation is Operation.DISCLOSE_ROW and clause.output_form is OutputForm.IDENTIFIED
    if names_a_person and clause.contributor != clause.recipient and Population.CLIENT_OF_RECIPIENT not in clause.population:
        yield (
            ("population",),
            f"rows that name a person go to another agency only about its own clients; add {Population.CLIENT_OF_RECIPIENT}",
        )


def _swallowing(instrument: Instrument, clause: Clause, county: _County) -> Iterator[tuple[Instrument, Clause]]:
    """Prohibitions that leave nothing of a permission on any of its days: the two contradict each other."""
    own = [element for element in county.elements if element.agency == clause.contributor]
    named = {name for selector in clause.elements for name in expand(selector, own)}
    for other in county.instruments.values():
        if other.effective_from > instrument.effective_from or other.expires_on < instrument.expires_on:
            continue
        for item in other.clauses:
            if item.effect is not Effect.PROHIBIT or item.labels or item.valid_from or item.valid_to:
                continue
            same = all(getattr(item, key) in {None, getattr(clause, key)} for key in ("contributor", "recipient", "operation"))
            elements = not item.elements or named <= {name for selector in item.elements for name in expand(selector, own)}
            if same and elements and (not item.purposes or set(clause.purposes) <= set(item.purposes)):
                yield other, item


def _of_form(form: Form, county: _County) -> Iterator[tuple[Path_, str]]:
    for key in ("discloser", "recipients"):
        for index, agency in enumerate(getattr(form, key)):
            if agency not in county.agencies.agencies:
                yield (key, index), f"[{agency}] is not in agencies.yaml"
    if Operation.LINK in form.operations and county.agencies.integrator not in form.recipients:
        yield ("recipients",), f"a form that speaks of linking must name the integrator [{county.agencies.integrator}]"
