"""The facts about one subject, read from the tables that decide about everybody.

Belongs here: ``consented`` and ``linked`` rows that bear on one subject, as the plain values ``decide`` reads; finding the subject that
somebody names. Does not belong here: the rule (decide.py) or any wording (explained.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from assets.consented.content import gather
from assets.consented.facts import (
    DENIES_ACROSS,
    ClauseFact,
    ConsentFact,
    CustodyFact,
    DenyFact,
    EdgeFact,
    Facts,
    MembershipFact,
    OrderFact,
    RuleFact,
    SubjectFact,
)
from contracts.elements import Element
from contracts.instruments import Effect, Obligation, Operation, OutputForm, Population, Transform
from resources.sql import Connection, load_sql, rows, scalar

PACKAGE: Final = "assets.consented"


class UnknownRecord(LookupError):
    """Nobody is known by the name that was given. The message does not repeat it: it may be an identifier."""


@dataclass(frozen=True)
class Named:
    """What a name means: a subject, and one of its records where a record was named.

    ``labels`` are then the record's own, and ``ordered_booking`` the booking it is or hangs on, where a court order names that.
    """

    subject_id: str
    system: str
    record_id: str | None = None
    record_type: str | None = None
    labels: tuple[str, ...] = ()
    ordered_booking: str | None = None


def named(con: Connection, name: str) -> Named:
    """The subject or record that ``name`` means.

    Args:
        con: the warehouse, or a replay of a night.
        name: ``jail:100234`` (a person by the source's own id), ``jail/jail_booking:2026-00017`` (a record by its own key), or one of the
            integrator's ids, 32 hexadecimal digits.

    Raises:
        UnknownRecord: if the name means nobody, or more than one subject.
    """
    place, _, key = name.rpartition(":")
    source, _, record_type = place.partition("/")
    gather(con)
    con.execute("create or replace temp view named_content as select * from temp.consented_content")
    found = rows(con, load_sql(PACKAGE, "named_record"), {"source": source, "record_type": record_type, "key": key})
    if not found:
        raise UnknownRecord(
            "nobody is known by that name; write SOURCE:PERSON (jail:100234), SOURCE/RECORD_TYPE:RECORD (jail/jail_booking:2026-00017) "
            "or one of the integrator's own ids"
        )
    people = [row for row in found if row[2] is None]
    # A record that its system files under nobody is a subject of its own, with the same id.
    if len({row[0] for row in found}) > 1 or (len(found) > 1 and len(people) != 1):
        raise UnknownRecord(f"that name means {len(found)} subjects or records; write SOURCE/RECORD_TYPE:RECORD instead")
    subject_id, system, record_id, kind = (people or found)[0]
    labels, booking = _rows_of(con, record_id) if record_id else ((), None)
    return Named(str(subject_id), str(system), record_id, kind, labels, booking)


def _rows_of(con: Connection, record_id: str) -> tuple[tuple[str, ...], str | None]:
    """Labels of a record, and the booking it is or hangs on where a court order names that."""
    question = "select labels, ordered_booking from temp.consented_content where record_id = $record_id"
    found = rows(con, question, {"record_id": record_id})
    return tuple(sorted({str(label) for labels, _ in found for label in labels})), next((booking for _, booking in found if booking), None)


def label_sets(con: Connection, who: Named, decided_on: str) -> list[tuple[tuple[str, ...], str | None]]:
    """Every set of labels under which an element is decided about this subject, with the booking whose rows they are where a court order
    names it; of a named record, only its own.
    """
    question = (
        "select distinct labels, ordered_booking from consented.label_group "
        "where subject_id = $subject_id and decided_on = $decided_on order by labels, ordered_booking nulls first"
    )
    found = rows(con, question, {"subject_id": who.subject_id, "decided_on": decided_on})
    held = [(tuple(str(label) for label in labels), booking) for labels, booking in found]
    if who.record_id is not None and decided_on == who.record_type:
        own = [(labels, booking) for labels, booking in held if booking == who.ordered_booking]
        return [(labels, booking) for labels, booking in own if set(who.labels) <= set(labels)] or own
    return held


def facts_about(con: Connection, subject_id: str | None) -> Facts:
    """Everything that may bear on a decision about one subject; None for elements that no person stands behind.

    The whole of the clauses and of the catalogue, and of people only this subject, its person and whoever one scored pair away.
    """
    near = [] if subject_id is None else _near(con, subject_id)
    about = {"subjects": near}
    return Facts(
        integrator=str(scalar(con, "select coalesce(min(agency), '') from consented.agency where is_integrator")),
        recipients=frozenset(
            str(agency) for (agency,) in rows(con, "select agency from consented.agency where is_integrator or is_recipient")
        ),
        elements=_elements(con),
        rules=_rules(con),
        subjects=tuple(
            SubjectFact(*row) for row in rows(con, f"select {_SUBJECT} from consented.subject where {_NEAR} order by all", about)
        ),
        clauses=_clauses(con),
        consents=tuple(_consent(row) for row in _rows_near(con, _CONSENT, "consent", near)),
        denies=tuple(DenyFact(*row) for row in _rows_near(con, _DENY, "deny", near)),
        custody=tuple(
            CustodyFact(*row) for row in rows(con, f"select {_CUSTODY} from consented.custody where {_NEAR} order by all", about)
        ),
        orders=tuple(OrderFact(*row) for row in _rows_near(con, _ORDER, "court_order", near)),
        memberships=tuple(
            MembershipFact(*row) for row in rows(con, f"{load_sql(PACKAGE, 'decision_membership')} and {_NEAR} order by all", about)
        ),
        edges=tuple(
            EdgeFact(*row)
            for row in rows(
                con,
                "select subject_a, subject_b, match_probability from linked.edge where veto is null and known_to is null "
                "and list_contains($subjects, subject_a) and list_contains($subjects, subject_b) order by all",
                about,
            )
        ),
    )


_NEAR: Final = "list_contains($subjects, subject_id)"
_SUBJECT: Final = "subject_id, system, agency, person_role, is_erased, is_key_reuse, adult_since"
_CONSENT: Final = (
    "consent_id, subject_id, kind, recipients, purposes, element_classes, operations, valid_from, valid_to, data_from, data_to"
)
_ORDER: Final = "subject_id, authority, valid_from, valid_to, booking_id"
_DENY: Final = "subject_id, reason, operation, recipient, element_class"
_CUSTODY: Final = "subject_id, booked_at, released_at"
_CLAUSE: Final = (
    "clause_id, effect, operation, contributor, recipient, system, labels, purposes, consent_requirement, valid_from, valid_to, "
    "population, output_form, transform, obligations, min_cell, record_days, lawful_basis, instrument_kinds, authorities"
)
_RULE: Final = (
    "rule_id, effect, labels, purposes, operations, recipients, lawful_bases, to_owner, kinds, accepts, instrument, population, unless"
)


def _rows_near(con: Connection, columns: str, table: str, near: list[str]) -> list[tuple[Any, ...]]:
    return rows(con, f"select {columns} from consented.{table} where {_NEAR} order by all", {"subjects": near})


def _near(con: Connection, subject_id: str) -> list[str]:
    found = rows(con, load_sql(PACKAGE, "neighbourhood"), {"subject_id": subject_id, "denies_across": DENIES_ACROSS})
    return [str(name) for (name,) in found]


def _elements(con: Connection) -> tuple[Element, ...]:
    question = "select element, record_type, system, agency, classes, labels, decided_on from consented.element order by element, system"
    return tuple(
        Element(name, record_type, system, agency, tuple(classes), tuple(labels), decided_on)
        for name, record_type, system, agency, classes, labels, decided_on in rows(con, question)
    )


def _consent(row: tuple[Any, ...]) -> ConsentFact:
    consent_id, subject_id, kind, recipients, purposes, classes, operations, first, end, data_from, data_to = row
    sets = [frozenset(str(word) for word in words) for words in (recipients, purposes, classes, operations)]
    return ConsentFact(consent_id, subject_id, kind, sets[0], sets[1], sets[2], sets[3], first, end, data_from, data_to)


def _clauses(con: Connection) -> tuple[ClauseFact, ...]:
    found: list[ClauseFact] = []
    for table, in_force in (("clause", True), ("clause_out_of_force", False)):
        question = (
            f"select {_CLAUSE}, list(element order by element) filter (element is not null) as elements "
            f"from consented.{table} group by {_CLAUSE} order by {_CLAUSE}"
        )
        found += [_clause(row, in_force=in_force) for row in rows(con, question)]
    return tuple(found)


def _clause(row: tuple[Any, ...], *, in_force: bool) -> ClauseFact:
    first: date
    end: date
    (clause_id, effect, operation, contributor, recipient, system, labels, purposes, requirement, first, end, population, form, transform,
     obligations, min_cell, record_days, basis, kinds, authorities, elements) = row  # fmt: skip
    return ClauseFact(
        clause_id=clause_id,
        effect=Effect(effect),
        operation=Operation(operation) if operation else None,
        contributor=contributor,
        recipient=recipient,
        system=system,
        elements=frozenset(elements) if elements else None,
        labels=frozenset(labels),
        purposes=frozenset(purposes),
        consent_requirement=requirement,
        valid_from=first,
        valid_to=end,
        in_force=in_force,
        population=frozenset(Population(name) for name in population),
        output_form=OutputForm(form) if form else None,
        transform=Transform(transform),
        obligations=frozenset(Obligation(name) for name in obligations),
        min_cell=min_cell,
        record_days=record_days,
        lawful_basis=basis,
        instrument_kinds=frozenset(kinds),
        authorities=frozenset(authorities),
    )


def _rules(con: Connection) -> tuple[RuleFact, ...]:
    found = rows(con, f"select {_RULE} from consented.rule order by rule_id")
    sets: list[list[Any]] = [[frozenset(value) if isinstance(value, list) else value for value in row] for row in found]
    return tuple(RuleFact(*row) for row in sets)
