"""One decision in words: which gates a request passed, by which clause, by which consent, and what would have been needed.

Belongs here: asking ``decide`` about one subject and gathering the text behind its answer. Does not belong here: the rule itself, printing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from assets.consented.asking import asking_about
from assets.consented.decide import Decision, GateAnswer, Reason, Request, Verdict, decide, explain
from assets.consented.decisions import agency_of
from assets.consented.facts_of import Named, facts_about, label_sets, named
from contracts.instruments import Operation
from resources.sql import Connection, rows

_CLAUSE_TEXT: Final = (
    "select distinct clause_id, {standing} as standing, quote, consent_requirement, valid_from, valid_to from consented.{table} "
    "where effect = 'permit' and recipient = $recipient and operation = $operation and element = $element and system = $system "
    "order by clause_id"
)


@dataclass(frozen=True)
class ClauseText:
    """A clause that speaks of the element, with its words, and whether it holds that night (``in_force`` or why not)."""

    clause_id: str
    standing: str
    quote: str
    consent_requirement: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True)
class ConsentText:
    """A delivered consent of the subject: which form, and where it stands that night."""

    consent_id: str
    kind: str | None
    form: str
    state: str
    defects: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True)
class RuleText:
    """A rule of law that fits a request, with its source, its words and who read it for counsel (``not reviewed by counsel``)."""

    rule_id: str
    pack: str
    effect: str
    citation: str
    says: str
    counsel_review: str


@dataclass(frozen=True)
class Explanation:
    """The answer to one request about rows with one set of labels; ``rules`` are those of law that fit it.

    ``of_ordered_booking``: the rows are of a booking that a court order names.
    """

    labels: tuple[str, ...]
    decision: Decision
    gates: tuple[GateAnswer, ...]
    rules: tuple[RuleText, ...] = ()
    of_ordered_booking: bool = False


@dataclass(frozen=True)
class Explained:
    """Everything there is to say about one request on one night."""

    element: str
    recipient: str
    purposes: tuple[str, ...]
    operation: str
    night: date
    system: str
    answers: tuple[Explanation, ...]
    clauses: tuple[ClauseText, ...]
    consents: tuple[ConsentText, ...]

    @property
    def permitted(self) -> bool:
        """Whether every set of labels is permitted; without any row there is nothing to permit."""
        return bool(self.answers) and all(answer.decision.verdict is Verdict.PERMIT for answer in self.answers)


class UnknownTerm(LookupError):
    """An element, recipient, purpose or operation that the county's text does not know; the message lists what there is."""


def explained(
    con: Connection, name: str | None, *, element: str, recipient: str, purposes: Sequence[str], operation: str, night: date
) -> Explained:
    """Explain one request.

    Args:
        con: the warehouse as of ``night``, or a replay of that night.
        name: the record or person asked about, as :func:`assets.consented.facts_of.named` reads it; None for an element without a person.
        element: ``jail_booking.facility``, ``jail.__present__``.
        recipient: an agency, or the folder it receives in.
        purposes: what for.
        operation: link, disclose_row, disclose_aggregate, research_extract.
        night: the night asked about.

    Raises:
        assets.consented.facts_of.UnknownRecord: if nobody is known by that name.
        UnknownTerm: if the county's catalogue has no such element for the subject's system.
    """
    who = None if name is None else named(con, name)
    agency = agency_of(con, recipient)
    system, decided_on = _place(con, element, who)
    if operation not in {item.value for item in Operation}:
        raise UnknownTerm(f"[{operation}] is no operation; there are {', '.join(Operation)}")
    asked = {"recipient": agency, "operation": operation, "element": element, "system": system}
    facts = facts_about(con, who.subject_id if who else None)
    texts = _rule_texts(con)
    answers = []
    about = label_sets(con, who, decided_on) if who and decided_on else [((), None)]
    for labels, booking in about:
        subject_id = who.subject_id if who and decided_on else None
        request = Request(agency, frozenset(purposes), operation, element, system, night, subject_id, frozenset(labels), booking)
        fitting = tuple(texts[rule.rule_id] for rule in asking_about(request, facts).rules)
        answers.append(Explanation(labels, decide(request, facts), explain(request, facts), fitting, booking is not None))
    return Explained(
        element,
        agency,
        tuple(purposes),
        operation,
        night,
        system,
        tuple(answers),
        _clause_texts(con, asked),
        _consent_texts(con, who) if who else (),
    )


def _place(con: Connection, element: str, who: Named | None) -> tuple[str, str]:
    """System and kind of row that the element is decided on, for this subject."""
    question = "select system, decided_on from consented.element where element = $element order by system"
    found = [(str(system), str(decided_on)) for system, decided_on in rows(con, question, {"element": element})]
    if not found:
        known = [str(name) for (name,) in rows(con, "select distinct element from consented.element order by element")]
        kind = element.partition(".")[0]
        near = [name for name in known if name.partition(".")[0] == kind] or sorted({name.partition(".")[0] for name in known})
        raise UnknownTerm(f"the catalogue holds no element [{element}]; there are {', '.join(near)}")
    if who is None:
        return found[0]
    own = [place for place in found if place[0] == who.system]
    if not own:
        raise UnknownTerm(
            f"[{element}] is an element of {', '.join(system for system, _ in found)}, and the one asked about is of {who.system}"
        )
    return own[0]


def _rule_texts(con: Connection) -> dict[str, RuleText]:
    question = "select rule_id, pack, effect, citation, says, counsel_review from consented.rule order by rule_id"
    return {str(row[0]): RuleText(*row) for row in rows(con, question)}


def _clause_texts(con: Connection, asked: dict[str, str]) -> tuple[ClauseText, ...]:
    found = rows(con, _CLAUSE_TEXT.format(table="clause", standing="'in_force'"), asked)
    lapsed = rows(con, _CLAUSE_TEXT.format(table="clause_out_of_force", standing="standing"), asked)
    return tuple(ClauseText(*row) for row in (*found, *lapsed))


def _consent_texts(con: Connection, who: Named) -> tuple[ConsentText, ...]:
    question = (
        "select consent_id, kind, form_id, form_version, state, defects, valid_from, valid_to from consented.consent_state "
        "where subject_id = $subject_id order by valid_from, consent_id"
    )
    return tuple(
        ConsentText(
            str(consent_id), kind, f"{form or 'unknown form'} {version or ''}".strip(), str(state), tuple(defects or ()), first, end
        )
        for consent_id, kind, form, version, state, defects, first, end in rows(con, question, {"subject_id": who.subject_id})
    )


MEANING: Final[dict[Reason, str]] = {
    Reason.PERMITTED: "every gate was passed",
    Reason.UNKNOWN_TERM: "a term is unknown: the recipient, the purpose or the element is not in the county's text",
    Reason.ERASED: "the record was sealed, expunged or entered in error",
    Reason.NOT_A_SUBJECT: "the person is a caller, witness or victim, or nobody knows which, and is never shown",
    Reason.KEY_REUSED: "the vendor has used this number for two people",
    Reason.LABEL_BANNED: "law closes a label of the value, and no clause bears the evidence that would open it",
    Reason.PURPOSE_PROHIBITED: "the whole linked store refuses this purpose",
    Reason.PART2_PROCEEDING: "a Part 2 record may not be used against its patient (42 CFR 2.12(d)): no order and no consent to that",
    Reason.LAW_DENIES: "a rule of law denies it",
    Reason.NO_CLAUSE: "no clause lets this recipient have it for this purpose",
    Reason.INSTRUMENT_NOT_IN_FORCE: "a clause speaks of it, but it or something it hangs on does not hold tonight",
    Reason.INSTRUMENT_MISSING: "an instrument that law asks for does not stand above the clause",
    Reason.PART2_NOT_COVERED: "the clause does not expressly cover Part 2 records",
    Reason.JUVENILE_NOT_COVERED: "the clause does not expressly cover records of minors, or the age is unknown",
    Reason.LABEL_NOT_COVERED: "the clause does not expressly cover a label of the row",
    Reason.CLAUSE_PROHIBITS: "a clause prohibits it, and a prohibition wins",
    Reason.REVOKED: "the person took a consent back",
    Reason.OPTED_OUT: "the person opted out",
    Reason.RESTRICTED: "a restriction was agreed with the person (45 CFR 164.522)",
    Reason.PART2_CONSENT_MISSING: "no Part 2 consent in force reaches it (42 CFR 2.31)",
    Reason.CONSENT_MISSING: "no consent in force reaches it",
    Reason.NOT_IN_POPULATION: "the clause speaks of other people: tonight this person is not among them",
}
"""Every reason in plain words; complete, which a test holds."""
