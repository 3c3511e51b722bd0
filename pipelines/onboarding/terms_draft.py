"""What a new source needs besides its own text: an agency that owns the system, an instrument under which it is received and linked.

Belongs here: drafting those, so that only what people must agree on is left open. Does not belong here: any permission: a draft is never in
force, and existing files of a county are never changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.agencies import Agencies, AgencyRole
from contracts.columns import Label
from contracts.instruments import Instrument, InstrumentKind, LawfulBasis
from contracts.records import RecordType
from pipelines.onboarding.yaml_text import SCHEMA_LINE, decide, listed, scalar

_LINKED_FOR = "record_linkage"


@dataclass(frozen=True)
class InstrumentDraft:
    """A data sharing agreement that nobody has signed."""

    id: str
    text: str

    @property
    def file(self) -> str:
        """Where it belongs in the county folder."""
        return f"instruments/{self.id.lower()}.yaml"


def instrument_id(name: str, year: int) -> str:
    """``DSA-2026-HMIS`` for the source ``hmis``."""
    return f"DSA-{year}-{name.upper().replace('_', '-')}"


def draft_instrument(
    name: str,
    *,
    system: str,
    agency: str | None,
    integrator: str,
    others: Iterable[str],
    record_types: Iterable[RecordType],
    instruments: Iterable[Instrument],
    year: int,
    schema: str,
) -> InstrumentDraft:
    """The agreement a source would be received and linked under; status draft, and every sentence of it still to be agreed.

    Args:
        name: the source.
        system: its system.
        agency: who contributes it; None where nobody has said.
        integrator: who receives it.
        others: systems whose identities it may be compared with.
        record_types: what it delivers; their labels must be covered for its people to be linked.
        instruments: the county's, to find the memorandum it hangs on.
        year: of the agreement.
        schema: path or URL of the JSON Schema of instruments.
    """
    memoranda = sorted(instrument.id for instrument in instruments if instrument.kind is InstrumentKind.MOU)
    parents = listed(memoranda[:1]) if memoranda else "[DECIDE]   # DECIDE: the memorandum of understanding it hangs on"
    labels = sorted({Label.JUVENILE.value, *(label.value for record_type in record_types for label in record_type.labels)})
    compared = sorted(set(others) - {system})
    contributor = agency or decide("the agency that owns the system")
    lines = [
        SCHEMA_LINE.format(where=schema),
        "# A draft of `throughcare source new`. Nothing is received or linked under it until status is active and every party signed.",
        f"id: {instrument_id(name, year)}",
        "kind: DSA",
        'version: "0.1"',
        f"title: {scalar(f'Data sharing agreement, {name}')}",
        "status: draft",
        f"parent_ids: {parents}",
        "parties:",
        f"  - agency: {contributor}",
        "    role: contributor",
        f"  - {{agency: {integrator}, role: integrator}}",
        "legal_authority: [DECIDE]   # DECIDE: the statutes and rules it rests on",
        f"purposes: [{_LINKED_FOR}]   # and what the county will do with what it learns; no clause under it may serve any other",
        "signed: []                    # one line a party: {party, signatory, title, signed_on}",
        f"effective_from: {decide('first day on which it holds')}",
        f"expires_on: {decide('first day on which it no longer holds')}",
        "notice_days: 60",
        "min_cell: 11",
        "reid_prohibited: true",
        "counsel_review: null          # empty until counsel has read it, and shown as such",
        "clauses:",
        '  - number: "1"',
        f"    quote: {decide('the sentence of the signed document that says so')}",
        "    effect: permit",
        "    operation: link",
        f"    contributor: {contributor}",
        f"    recipient: {integrator}",
        f"    elements: [{name}.__identity__]",
        _with_systems(compared),
        f"    labels: {listed(labels)}     # unknown age counts as juvenile; a person whose rows carry another label is not compared",
        f"    purposes: [{_LINKED_FOR}]",
        f"    lawful_basis: {decide('one of ' + ', '.join(LawfulBasis))}",
        "    consent_requirement: none     # or opt_out, part2_tpo, …: what is asked of the person first",
    ]
    return InstrumentDraft(instrument_id(name, year), "\n".join(lines) + "\n")


def _with_systems(compared: list[str]) -> str:
    if not compared:
        return "    with_systems: [DECIDE]        # DECIDE: systems it may be compared with; theirs must name this one too"
    return f"    with_systems: {listed(compared)}     # each of them needs a clause that names this system too"


def agency_entry(agency: str | None, system: str, agencies: Agencies | None, *, title: str) -> str | None:
    """What to put into agencies.yaml so that the system has an owner; None if it has one."""
    if agencies is not None and agencies.owner_of(system) is not None:
        return None
    known = agencies.agencies.get(agency or "") if agencies else None
    if known is not None:
        roles = known.roles if AgencyRole.CONTRIBUTOR in known.roles else (AgencyRole.CONTRIBUTOR, *known.roles)
        opening = f"  {agency}:                 # the entry that is there, with these two lines"
        return f"{opening}\n    roles: {listed(roles)}\n    systems: {listed([*known.systems, system])}\n"
    return (
        f"  {agency or 'DECIDE'}:\n    title: {scalar(title)}\n    roles: [contributor]\n    systems: [{system}]\n"
        "    breach_contact: DECIDE            # DECIDE: who is told of a breach\n"
    )
