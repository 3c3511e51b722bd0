"""What agencies signed: memoranda, data sharing agreements, data use licences and what law asks beside them (instruments/*.yaml).

Belongs here: the shape of an instrument and its clauses, and which of them are in force on a day. Does not belong here: faults that need
the other files of a county (instrument_faults) or deciding about a person (assets/consented/decide.py).

The text is the county's own: a clause carries its number and its quote, so that every permission can be read back to a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, field_validator, model_validator

from contracts.agencies import AgencyRole
from contracts.columns import Label
from contracts.consents import ConsentRequirement
from contracts.purposes import Purpose
from contracts.reviewed import Reviewed

NAME = r"^[a-z][a-z0-9_]*$"
INSTRUMENT_ID = r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$"


class InstrumentKind(StrEnum):
    """What was signed."""

    MOU = "MOU"  # vision and governance, all agencies
    DSA = "DSA"  # terms of records coming in: contributor and integrator
    DUL = "DUL"  # licence of one product: recipient and integrator
    BAA = "BAA"  # HIPAA business associate agreement
    QSOA = "QSOA"  # 42 CFR 2.11 qualified service organisation agreement
    DUA_LDS = "DUA_LDS"  # 45 CFR 164.514(e) limited data set
    COURT_ORDER = "COURT_ORDER"  # 42 CFR 2.64, 2.65


class InstrumentStatus(StrEnum):
    """Where an instrument stands; only an active one is ever in force."""

    DRAFT = "draft"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    EXPIRED = "expired"


class Effect(StrEnum):
    """What a clause does; a prohibition always wins."""

    PERMIT = "permit"
    PROHIBIT = "prohibit"


class Operation(StrEnum):
    """What may be done with an element. Linking shows nobody anything and is a permission of its own."""

    LINK = "link"
    DISCLOSE_ROW = "disclose_row"
    DISCLOSE_AGGREGATE = "disclose_aggregate"
    RESEARCH_EXTRACT = "research_extract"


class LawfulBasis(StrEnum):
    """Why the law allows it; each asks for its own evidence."""

    OWN_RECORDS = "own_records"  # returned to the agency that gave them
    BUSINESS_ASSOCIATE = "business_associate"  # 45 CFR 164.502(e), 164.504(e)
    QSO = "qso"  # 42 CFR 2.12(c)(4)
    TREATMENT = "treatment"  # 45 CFR 164.506(c)
    HEALTH_CARE_OPERATIONS = "health_care_operations"  # 45 CFR 164.506(c)
    AUTHORISATION = "authorisation"  # 45 CFR 164.508
    PART2_CONSENT = "part2_consent"  # 42 CFR 2.31, 2.33
    CUSTODY_CARE = "custody_care"  # 45 CFR 164.512(k)(5)
    PUBLIC_RECORD = "public_record"  # open by state law
    LIMITED_DATA_SET = "limited_data_set"  # 45 CFR 164.514(e)
    AGGREGATE = "aggregate"  # no individual in it: 45 CFR 164.514(a), 42 CFR 2.16(b)
    AUDIT = "audit"  # oversight and evaluation: 45 CFR 164.512(d), 42 CFR 2.53
    AGREEMENT = "agreement"  # records no statute closes, shared by contract
    COURT_ORDER = "court_order"  # 42 CFR 2.64, 2.65


class Population(StrEnum):
    """About whom an element may be shown; every predicate of a clause must hold tonight."""

    ADULT = "adult"
    IN_CUSTODY = "in_custody"
    CLIENT_OF_RECIPIENT = "client_of_recipient"  # the recipient's own systems hold the person


class OutputForm(StrEnum):
    """How closely the output names a person, from the most revealing to the least."""

    IDENTIFIED = "identified"
    LDS = "lds"
    PSEUDONYMISED = "pseudonymised"
    AGGREGATE = "aggregate"


class Transform(StrEnum):
    """What happens to a value before it is shown, from the most revealing to the least."""

    RAW = "raw"
    ZIP3 = "zip3"
    AGE_BAND = "age_band"
    YEAR = "year"
    FLAG = "flag"
    SUPPRESS = "suppress"


class Obligation(StrEnum):
    """What binds whoever receives a value."""

    NOTICE = "notice"  # 42 CFR 2.32
    COPY_OF_CONSENT = "copy_of_consent"  # 42 CFR 2.32
    NO_REDISCLOSURE = "no_redisclosure"
    NO_REIDENTIFICATION = "no_reidentification"
    MIN_CELL = "min_cell"
    DESTROY_BY = "destroy_by"
    ACCOUNT = "account"  # 45 CFR 164.528


class Party(Reviewed):
    """One agency that signed."""

    agency: str = Field(pattern=NAME, description="As agencies.yaml names it.")
    role: AgencyRole = Field(description="The part it plays in this instrument.")


class Signature(Reviewed):
    """One signature."""

    party: str = Field(pattern=NAME, description="Agency that signed.")
    signatory: str = Field(min_length=1, description="Who signed.")
    title: str = Field(min_length=1, description="Office held.")
    signed_on: date = Field(description="Date of signature.")


class CounselReview(Reviewed):
    """Who read the instrument for the county's counsel."""

    name: str = Field(min_length=1)
    reviewed_on: date


class Clause(Reviewed):
    """One permission or prohibition, with its number and its words."""

    number: str = Field(pattern=r"^\d+(\.\d+)*[a-z]?$", description="As printed: 4.2.")
    page: int | None = Field(default=None, ge=1, description="Page of the signed document.")
    quote: str = Field(min_length=20, description="The sentence that says so.")
    effect: Effect
    operation: Operation | None = Field(default=None, description="What may be done; a prohibition may leave it out: anything.")
    contributor: str | None = Field(default=None, pattern=NAME, description="Whose records; a prohibition may leave it out: everyone's.")
    recipient: str | None = Field(default=None, pattern=NAME, description="Who receives; a prohibition may leave it out: anyone.")
    elements: tuple[str, ...] = Field(default=(), description="Elements or classes; a prohibition may leave them out: everything.")
    with_systems: tuple[str, ...] = Field(default=(), description="Of a link clause: systems the identities may be compared with.")
    labels: tuple[Label, ...] = Field(default=(), description="Labels expressly covered; a value with any other is not.")
    purposes: tuple[Purpose, ...] = Field(default=(), description="What for; a prohibition may leave it out: anything.")
    lawful_basis: LawfulBasis | None = Field(default=None, description="Why the law allows it; every permission has one.")
    consent_requirement: ConsentRequirement = Field(default=ConsentRequirement.NONE, description="Its own; labels may ask for more.")
    population: tuple[Population, ...] = Field(default=(), description="All must hold; empty means any person.")
    record_days: int | None = Field(default=None, ge=1, description="Only records at most so many days before the night.")
    output_form: OutputForm | None = Field(default=None, description="How closely the output may name a person.")
    transform: Transform = Field(default=Transform.RAW, description="What happens to the value.")
    valid_from: date | None = Field(default=None, description="Default: the instrument's.")
    valid_to: date | None = Field(default=None, description="First day on which it no longer holds; default: the instrument's.")
    obligations: tuple[Obligation, ...] = Field(default=())
    min_cell: int | None = Field(default=None, ge=3, description="Smallest count an aggregate may show; default: the instrument's.")
    under: tuple[str, ...] = Field(default=(), description="Instruments this clause also hangs on: the contributor's DSA.")

    @field_validator("elements")
    @classmethod
    def _no_wildcard(cls, elements: tuple[str, ...]) -> tuple[str, ...]:
        if any("*" in element or "%" in element for element in elements):
            raise ValueError("a wildcard grants what nobody has read; name elements or classes")
        return elements

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_from >= self.valid_to:
            raise ValueError("valid_to must be later than valid_from; the last day is the one before it")
        if self.effect is Effect.PERMIT:
            self._permit_is_specific()
        return self

    def _permit_is_specific(self) -> None:
        given = {
            "operation": self.operation,
            "contributor": self.contributor,
            "recipient": self.recipient,
            "elements": self.elements,
            "purposes": self.purposes,
            "lawful_basis": self.lawful_basis,
        }
        missing = sorted(name for name, value in given.items() if not value)
        if missing:
            raise ValueError(f"a permission must say {', '.join(missing)}")
        if self.operation is Operation.LINK:
            if not self.with_systems:
                raise ValueError("a link clause must name in with_systems the systems it may be compared with")
            return
        if self.with_systems:
            raise ValueError("with_systems belongs to a link clause")
        if self.output_form is None:
            raise ValueError("a disclosure must say its output_form")
        if (self.operation is Operation.DISCLOSE_AGGREGATE) != (self.output_form is OutputForm.AGGREGATE):
            raise ValueError("the output_form aggregate and the operation disclose_aggregate go together")


class Instrument(Reviewed):
    """One signed instrument. ``effective_from`` is its first day, ``expires_on`` the first day on which it no longer holds."""

    id: str = Field(pattern=INSTRUMENT_ID, description="As the county files it: DSA-2025-SO.")
    kind: InstrumentKind
    version: str = Field(min_length=1)
    title: str = Field(min_length=1)
    status: InstrumentStatus
    parent_ids: tuple[str, ...] = Field(default=(), description="Instruments it hangs on; it holds only while all of them do.")
    supersedes: str | None = Field(default=None, description="Instrument it replaces.")
    parties: tuple[Party, ...] = Field(min_length=2)
    legal_authority: tuple[str, ...] = Field(min_length=1, description="Statutes and rules it rests on.")
    purposes: tuple[Purpose, ...] = Field(min_length=1, description="No clause under it may serve any other.")
    signed: tuple[Signature, ...] = Field(default=())
    effective_from: date
    expires_on: date
    notice_days: int = Field(ge=0, description="Days of notice for leaving.")
    doc_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$", description="Of the signed document.")
    min_cell: int = Field(ge=3, description="Smallest count of people any table under it may show.")
    redisclosure: tuple[str, ...] = Field(default=(), description="To whom a recipient may pass it on; empty: to nobody.")
    retention_until: date | None = Field(default=None, description="When what was received must be gone.")
    destruction_evidence: str | None = Field(default=None, description="What shows that it is.")
    breach_contact: str | None = Field(default=None)
    reid_prohibited: bool = Field(description="Whether re-identifying anyone is forbidden.")
    counsel_review: CounselReview | None = Field(default=None, description="Empty until counsel has read it, and shown as such.")
    clauses: tuple[Clause, ...] = Field(default=())

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.effective_from >= self.expires_on:
            raise ValueError("expires_on must be later than effective_from; the last day is the one before it")
        numbers = [clause.number for clause in self.clauses]
        twice = sorted({number for number in numbers if numbers.count(number) > 1})
        if twice:
            raise ValueError(f"clause {', '.join(twice)} is there twice")
        agencies = {party.agency for party in self.parties}
        strangers = sorted({signature.party for signature in self.signed} - agencies)
        if strangers:
            raise ValueError(f"signed by [{', '.join(strangers)}], who is not a party")
        if self.id in self.parent_ids:
            raise ValueError("an instrument cannot be its own parent")
        if self.kind is not InstrumentKind.MOU and self.kind is not InstrumentKind.COURT_ORDER and not self.parent_ids:
            raise ValueError(f"a {self.kind} must name its parents: the memorandum it hangs on")
        return self

    @property
    def unsigned(self) -> tuple[str, ...]:
        """Parties whose signature is missing, in order of name; an instrument they have not signed is not in force."""
        return tuple(sorted({party.agency for party in self.parties} - {signature.party for signature in self.signed}))

    def clause_id(self, clause: Clause) -> str:
        """The id a person would cite: ``DSA-2025-SO §4.2``."""
        return f"{self.id} §{clause.number}"


class Standing(StrEnum):
    """Whether an instrument or clause holds on a night, and if not, why."""

    IN_FORCE = "in_force"
    NOT_ACTIVE = "not_active"
    UNSIGNED = "unsigned"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    PARENT_MISSING = "parent_missing"
    PARENT_NOT_IN_FORCE = "parent_not_in_force"
    PURPOSE_BEYOND_PARENTS = "purpose_beyond_parents"


def own_standing(instrument: Instrument, night: date) -> Standing:
    """Standing of an instrument by itself, its parents apart."""
    if instrument.status is not InstrumentStatus.ACTIVE:
        return Standing.NOT_ACTIVE
    signed = {signature.party for signature in instrument.signed if signature.signed_on <= night}
    if {party.agency for party in instrument.parties} - signed:
        return Standing.UNSIGNED
    if night < instrument.effective_from:
        return Standing.NOT_YET
    return Standing.IN_FORCE if night < instrument.expires_on else Standing.EXPIRED


def chain(roots: Iterable[str], instruments: Mapping[str, Instrument]) -> tuple[str, ...]:
    """Ids of ``roots`` and everything they hang on, sorted; a missing parent is listed too, and a circle is walked once."""
    seen: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += instruments[name].parent_ids if name in instruments else ()
    return tuple(sorted(seen))


def standing(instrument: Instrument, instruments: Mapping[str, Instrument], night: date, *, under: Iterable[str] = ()) -> Standing:
    """Standing of an instrument with its whole chain, ``under`` included: it holds only while all its parents do."""
    own = own_standing(instrument, night)
    if own is not Standing.IN_FORCE:
        return own
    parents = [name for name in chain((instrument.id, *under), instruments) if name != instrument.id]
    if any(name not in instruments for name in parents):
        return Standing.PARENT_MISSING
    if any(own_standing(instruments[name], night) is not Standing.IN_FORCE for name in parents):
        return Standing.PARENT_NOT_IN_FORCE
    return Standing.IN_FORCE


def clause_purposes(instrument: Instrument, clause: Clause, instruments: Mapping[str, Instrument]) -> tuple[Purpose, ...]:
    """Purposes of a clause that every tier above it shares, sorted: a licence cannot be wider than what it hangs on."""
    shared = set(clause.purposes)
    for name in chain((instrument.id, *clause.under), instruments):
        if name in instruments:
            shared &= set(instruments[name].purposes)
    return tuple(sorted(shared))


def clause_standing(instrument: Instrument, clause: Clause, instruments: Mapping[str, Instrument], night: date) -> Standing:
    """Standing of one clause: its own days, its instrument, and everything these hang on.

    A prohibition hangs on nothing but its own instrument: the lapse of a licence must never lift a ban that stands above it.
    """
    if clause.effect is Effect.PROHIBIT:
        held = own_standing(instrument, night)
    else:
        held = standing(instrument, instruments, night, under=clause.under)
    if held is not Standing.IN_FORCE:
        return held
    if clause.valid_from and night < clause.valid_from:
        return Standing.NOT_YET
    if clause.valid_to and night >= clause.valid_to:
        return Standing.EXPIRED
    if clause.effect is Effect.PERMIT and not clause_purposes(instrument, clause, instruments):
        return Standing.PURPOSE_BEYOND_PARENTS
    return Standing.IN_FORCE


def clause_period(instrument: Instrument, clause: Clause, instruments: Mapping[str, Instrument]) -> tuple[date, date]:
    """First day and first day no longer, of a clause within its whole chain; empty (equal days) when these never overlap."""
    within = [instruments[name] for name in chain((instrument.id, *clause.under), instruments) if name in instruments]
    if clause.effect is Effect.PROHIBIT:
        within = [instrument]
    first = max([*(item.effective_from for item in within), *filter(None, [clause.valid_from])])
    end = min([*(item.expires_on for item in within), *filter(None, [clause.valid_to])])
    return first, max(first, end)


def clause_min_cell(instrument: Instrument, clause: Clause, instruments: Mapping[str, Instrument]) -> int:
    """Smallest count the clause lets an aggregate show: the largest of its chain's."""
    within = [instruments[name].min_cell for name in chain((instrument.id, *clause.under), instruments) if name in instruments]
    return max([*within, *filter(None, [clause.min_cell])])
