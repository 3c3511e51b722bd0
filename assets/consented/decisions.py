"""Every decision about one product's elements at once: policy compiled to SQL and run set-based.

Belongs here: running ``decide`` for all subjects of the warehouse, into a table. Does not belong here: the rule itself (decide.py is its
specification, decisions.sql its compiled form, a property test holds them equal) or building anything from the answers (published).

How to use the answer
---------------------
One row of the target table answers: may this recipient have this element of those rows of this subject that carry exactly these labels?

=============== ==========================================================================================================
subject_id      VARCHAR; NULL for elements without a person behind a row (``jail_count.population``)
system          VARCHAR; the subject's system, or the one that delivers the element
element         VARCHAR; ``<record_type>.<column>``, ``<record_type>.__present__``, ``<source>.__present__``
labels          VARCHAR; the row labels decided on, sorted, comma-joined: ``labels_key(row.labels)``; '' for rows without labels.
                For elements without row labels of their own (``<source>.__present__``, ``race_assertion.*``, ``person_attribute.*``)
                it is always '' and the decision is about what all rows of the subject have in common
ordered_booking VARCHAR; booking that a court order names, where the rows decided on are of it or hang on it; NULL for all other rows
verdict         VARCHAR; ``permit`` or ``deny``; a missing row is a deny
reason          VARCHAR; ``permitted`` or the first gate that denied (``Reason``)
clause_id       VARCHAR; the clause that permits, ``DUL-2026-SO §3.1``; NULL when denied
consent_id      VARCHAR; record_id of the consent that was needed and found; NULL when none was needed
transform       VARCHAR; raw | zip3 | age_band | year | flag | suppress; NULL when denied
output_form     VARCHAR; identified | lds | pseudonymised | aggregate; NULL when denied
obligations     VARCHAR[]; union over the clauses that permit
min_cell        INTEGER; largest of the clauses that permit
records_from    DATE; first day of records that clauses and consent reach; NULL when unlimited
records_to      DATE; first day of records that the consent no longer reaches; NULL when unlimited
valid_until     DATE; first night on which clause or consent no longer holds
=============== ==========================================================================================================

Decisions are taken once for every distinct signature of facts and joined back: the target is a view over ``<target>_row``, one row a
decision with the number of its answer, and ``<target>_answer``, one row an answer.

A row of content may be shown only if ``<record_type>.__present__`` is permitted *for the row's own labels*; a column only if its element
is. Joining on subject and element alone would show a juvenile's or a Part 2 row on the strength of another row: join on labels too, or
use :func:`assets.consented.permitted.write_permitted_rows`, which does it all. A recipient's own subjects may carry another agency's rows
only when their own ``linked.membership.link_confidence`` is at least ``PERMITS_ACROSS``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from assets.consented.decide import BAN_REASONS, DENY_REASONS, NEED_NO_COVER
from assets.consented.facts import DENIES_ACROSS, PERMITS_ACROSS, SUBJECT_ROLE
from contracts.consents import SATISFIED_BY, ConsentRequirement
from contracts.instruments import Operation, OutputForm, Transform
from contracts.law import Recipient
from contracts.purposes import Purpose
from contracts.vocabularies.consent import ConsentKind
from resources.sql import Connection, load_sql, rows, scalar, table_exists

PACKAGE = "assets.consented"
_PREPARED = ("decision_element", "decision_membership", "decision_edge", "decision_requirement")
_STEPS = (
    "decision_law", "decision_consent", "decision_order", "decision_authority", "decision_deny", "decision_subject", "decision_fact",
    "decision_case", "decision_unit", "decision_question", "decision_spoken", "decision_rule",
)  # fmt: skip


def write_decisions(
    con: Connection,
    *,
    target_table: str,
    recipient: str,
    purposes: Sequence[str],
    operation: Operation | str,
    elements: Sequence[str],
    night: date,
) -> dict[str, int]:
    """Create or replace the view ``target_table``: one decision per subject, label set and element; columns as in the module's table.

    Reads ``consented.*`` of ``night``, ``linked.membership`` and, if it is there, ``linked.edge``.

    Args:
        con: the warehouse, writable.
        target_table: qualified name from this repository, never from input; ``temp.<name>`` for a temporary one.
        recipient: the agency, as clauses name it (``behavioral_health``), or the folder it receives in (``health``).
        purposes: what the product may be used for; a permit needs a clause, and where one is due a consent, that covers all of them.
        operation: ``disclose_row``, ``disclose_aggregate`` or ``research_extract``.
        elements: elements to decide; an element the county's catalogue does not hold yields no row, which is a deny.
        night: tonight.

    Returns:
        decisions by reason, in order of reason.

    Raises:
        ValueError: if the operation is unknown, or is ``link``, which is decided before anything is compared.
    """
    if operation not in {Operation.DISCLOSE_ROW, Operation.DISCLOSE_AGGREGATE, Operation.RESEARCH_EXTRACT}:
        raise ValueError(f"[{operation}] is not a disclosure; linking is decided by link_permission before anything is compared")
    return decide_all(
        con,
        target_table=target_table,
        recipient=agency_of(con, recipient),
        purposes=purposes,
        operation=Operation(operation),
        elements=elements,
        night=night,
    )


def agency_of(con: Connection, recipient: str) -> str:
    """The agency that receives under this name: its own or its folder's; an unknown name stays itself, and is denied everything."""
    found = rows(
        con, "select agency from consented.agency where $name in (agency, receives_as) order by agency = $name desc", {"name": recipient}
    )
    return str(found[0][0]) if found else recipient


def decide_all(
    con: Connection,
    *,
    target_table: str,
    recipient: str,
    purposes: Sequence[str],
    operation: Operation,
    elements: Sequence[str],
    night: date,
) -> dict[str, int]:
    """As :func:`write_decisions`, for an agency by its own name and for linking too, which no membership influences."""
    parameters = _parameters(con, recipient=recipient, purposes=purposes, operation=operation, night=night)
    _prepare(con, elements=elements, operation=operation, parameters=parameters)
    for step in _STEPS:
        _replace_temporary(con, step, load_sql(PACKAGE, step), parameters)
    sql = load_sql(PACKAGE, "decisions")
    kind = table_kind(target_table)
    con.execute(f"create or replace {kind} {target_table}_row as {sql}", _named(sql, parameters))
    con.execute(f"create or replace {kind} {target_table}_answer as select * from temp.decision_rule")
    con.execute(f"create or replace {kind.replace('table', 'view')} {target_table} as {_of(target_table, 'decision_answered')}")
    for step in (*_STEPS, *_PREPARED):
        con.execute(f"drop table temp.{step}")
    return {str(reason): int(number) for reason, number in rows(con, _of(target_table, "decision_counts"))}


def _of(target_table: str, question: str) -> str:
    """A question about the decisions of one target, put to its own tables."""
    text = load_sql(PACKAGE, question)
    return text.replace("from decision_row", f"from {target_table}_row").replace("join decision_answer", f"join {target_table}_answer")


def table_kind(target_table: str) -> str:
    """``temp table`` for a name in ``temp``, else ``table``: DuckDB wants both said."""
    return "temp table" if target_table.startswith("temp.") else "table"


def _parameters(con: Connection, *, recipient: str, purposes: Sequence[str], operation: Operation, night: date) -> dict[str, Any]:
    integrator = str(scalar(con, "select coalesce(min(agency), '') from consented.agency where is_integrator"))
    recipients = {agency for (agency,) in rows(con, "select agency from consented.agency where is_integrator or is_recipient")}
    by_row = operation in {Operation.DISCLOSE_ROW, Operation.RESEARCH_EXTRACT}
    return {
        "recipient": recipient,
        "integrator": integrator,
        "named_recipients": sorted({recipient, integrator} if by_row else {integrator}),
        "purposes": sorted(set(purposes)),
        "operation": operation.value,
        "night": night,
        "as_of": datetime.combine(night, time()),
        "permits_across": PERMITS_ACROSS,
        "denies_across": DENIES_ACROSS,
        "subject_role": SUBJECT_ROLE,
        "terms_known": recipient in recipients and bool(purposes) and set(purposes) <= {purpose.value for purpose in Purpose},
        "part": (Recipient.INTEGRATOR if recipient == integrator else Recipient.RECIPIENT).value,
        "need_no_cover": sorted(NEED_NO_COVER),
        "consent_kinds": [kind.value for kind in ConsentKind],
        "ban_reasons": [reason.value for reason in BAN_REASONS],
        "deny_reasons": [reason.value for reason in DENY_REASONS],
        "transforms": [transform.value for transform in Transform],
        "output_forms": [form.value for form in OutputForm],
    }


def _prepare(con: Connection, *, elements: Sequence[str], operation: Operation, parameters: Mapping[str, Any]) -> None:
    _replace_temporary(con, "decision_element", load_sql(PACKAGE, "decision_element"), {"elements": sorted(set(elements))})
    # What a person's other subjects said is known only after linking, and must not decide what may be linked.
    linked = operation is not Operation.LINK
    for table, source in (("decision_membership", "membership"), ("decision_edge", "edge")):
        empty = (
            "subject_a varchar, subject_b varchar" if source == "edge" else "subject_id varchar, person_key varchar, link_confidence double"
        )
        if linked and table_exists(con, "linked", source):
            _replace_temporary(con, table, load_sql(PACKAGE, table), parameters)
        else:
            con.execute(f"create or replace temp table {table} ({empty})")
    con.execute("create or replace temp table decision_requirement (requirement varchar, kinds varchar[])")
    satisfied = [[requirement.value, sorted(SATISFIED_BY[requirement])] for requirement in ConsentRequirement]
    con.executemany("insert into decision_requirement values (?, ?)", satisfied)


def _named(sql: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if f"${name}" in sql}


def _replace_temporary(con: Connection, table: str, sql: str, parameters: Mapping[str, Any]) -> None:
    con.execute(f"create or replace temp table {table} as {sql}", _named(sql, parameters))
