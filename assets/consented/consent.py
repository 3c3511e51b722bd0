"""The consented stage: facts that bear on linking and disclosing tonight, table by table.

Belongs here: one function a table, in the order in which they are called. Does not belong here: the rule that weighs the facts
(decide.py), how clauses are read (clauses.py), or any disclosure.

Order: :func:`write_clauses`, :func:`write_link_domains`, :func:`write_erased_records`, :func:`write_consents`, :func:`write_custody`,
:func:`write_court_orders`, :func:`write_denies`, :func:`write_link_permissions`. Each replaces its tables, so that a rerun leaves the same
rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from assets.consented import tables
from assets.consented.clauses import StandingClause, Terms, catalogue, clause_rows, rule_row, standing_clauses, system_instruments
from assets.consented.content import gather, stand_in
from assets.consented.decisions import PACKAGE, decide_all
from assets.consented.domains import domain_name, maximal_sets, mutual_pairs
from assets.consented.facts import LABELS_SEPARATOR, SUBJECT_ROLE
from assets.consented.paper import write_known_consents
from contracts.agencies import AgencyRole
from contracts.consents import DEFECTS_OF, DENYING, Form, authorised_signers
from contracts.elements import CLASS_NAMES, IDENTITY
from contracts.instruments import Effect, Operation, Standing, standing
from contracts.purposes import Purpose, purpose_codes
from contracts.vocabularies.consent import ExpiryEvent
from resources.sql import Connection, insert_into, load_sql, replace_table, rows, table_exists

ADULT_AGE = 18
"""Age in years from which a person is an adult."""


def write_clauses(con: Connection, county: Terms, night: date) -> dict[str, int]:
    """What the county's text permits and prohibits tonight, and what law asks whatever it says.

    Writes ``consented.rule`` (the rule packs), ``consented.agency``, ``consented.element`` (the catalogue), ``consented.form``,
    ``consented.instrument`` (each with its standing), ``consented.clause`` (in force, one row an element) and
    ``consented.clause_out_of_force`` (the rest, with the reason).

    Returns:
        rows by table.
    """
    elements = catalogue(county.sources.values())
    clauses = standing_clauses(county.instruments, elements, system_instruments(county.sources.values()), night)
    in_force = [row for row in clause_rows(clauses) if row["standing"] == Standing.IN_FORCE]
    out_of_force = [row for row in clause_rows(clauses) if row["standing"] != Standing.IN_FORCE]
    return {
        "rule": tables.fill(con, "consented.rule", tables.RULE, [rule_row(item) for item in county.law.cited]),
        "agency": tables.fill(con, "consented.agency", tables.AGENCY, _agency_rows(county)),
        "element": tables.fill(
            con,
            "consented.element",
            tables.ELEMENT,
            [
                {**vars(element), "element": element.name, "classes": list(element.classes), "labels": list(element.labels)}
                for element in elements
            ],
        ),
        "form": tables.fill(con, "consented.form", tables.FORM, [_form_row(form) for form in county.forms]),
        "instrument": tables.fill(con, "consented.instrument", tables.INSTRUMENT, _instrument_rows(county, night)),
        "clause": tables.fill(con, "consented.clause", tables.CLAUSE, in_force),
        "clause_out_of_force": tables.fill(con, "consented.clause_out_of_force", tables.CLAUSE_OUT_OF_FORCE, out_of_force),
    }


def write_link_domains(con: Connection, county: Terms, night: date) -> dict[str, int]:
    """Maximal sets of systems all of whose pairs may be linked tonight, both contributors agreeing: ``consented.link_domain``.

    Returns:
        systems by domain.
    """
    elements = catalogue(county.sources.values())
    clauses = standing_clauses(county.instruments, elements, system_instruments(county.sources.values()), night)
    return write_domains(con, clauses, integrator=county.agencies.integrator)


def write_domains(con: Connection, clauses: tuple[StandingClause, ...], *, integrator: str) -> dict[str, int]:
    """As :func:`write_link_domains`, from standing clauses."""
    linking = [
        item
        for item in clauses
        if item.standing is Standing.IN_FORCE
        and item.clause.effect is Effect.PERMIT
        and item.clause.operation is Operation.LINK
        and item.clause.recipient == integrator
        and item.system is not None
        and any(element.endswith(f".{IDENTITY}") for element in item.elements or ())
    ]
    permitted_with: dict[str, set[str]] = {}
    clause_ids: dict[str, set[str]] = {}
    for item in linking:
        system = str(item.system)
        permitted_with.setdefault(system, set()).update(item.clause.with_systems)
        clause_ids.setdefault(system, set()).add(item.clause_id)
    domains = maximal_sets(permitted_with, mutual_pairs(permitted_with))
    values = [
        {
            "domain": domain_name(systems),
            "systems": list(systems),
            "clause_ids": sorted({clause_id for system in systems for clause_id in clause_ids[system]}),
        }
        for systems in domains
    ]
    tables.fill(con, "consented.link_domain", tables.LINK_DOMAIN, values)
    return {domain_name(systems): len(systems) for systems in domains}


def write_erased_records(con: Connection, county: Terms, night: date) -> dict[str, int]:
    """Records that a sealing or an expungement removes from everything that follows: ``consented.erased_record``.

    Returns:
        records by reason.
    """
    stand_in(con)
    replace_table(con, "consented.erased_record", load_sql(PACKAGE, "erased_record"))
    if table_exists(con, "main", "erasure"):
        # The deliveries that told of an erasure were written anew without it; the register still knows.
        replace_table(con, "consented.erased_record", load_sql(PACKAGE, "erased_record_known"))
    return _counts(con, "select reason, count(*) from consented.erased_record group by reason order by reason")


def write_consents(con: Connection, county: Terms, night: date) -> dict[str, int]:
    """Where every delivered consent stands (``consented.consent_state``) and those in force tonight (``consented.consent``).

    Also writes ``consented.subject_age``, from which day each subject is surely an adult.

    Returns:
        consents by state.
    """
    stand_in(con)
    replace_table(con, "consented.subject_age", load_sql(PACKAGE, "subject_age"), {"adult_age": ADULT_AGE})
    parameters = {
        "night": night,
        "as_of": datetime.combine(night, time()),
        "purpose_codes": [[code, purpose.value] for code, purpose in purpose_codes()],
        "expiry_events": [event.value for event in ExpiryEvent],
        "class_names": sorted(CLASS_NAMES),
    }
    write_known_consents(con, night)
    # The text names the delivered consents, which is what its lineage should say; tonight's include those on paper.
    text = load_sql(PACKAGE, "consent_state").replace("from checked.consent\n", "from temp.consent_known as consent\n")
    replace_table(con, "consented.consent_state", text, parameters)
    replace_table(con, "consented.consent", load_sql(PACKAGE, "consent"))
    return _counts(con, "select state, count(*) from consented.consent_state group by state order by state")


def write_custody(con: Connection, county: Terms, night: date) -> dict[str, int]:
    """Stays in custody by subject, half-open, erased ones apart: ``consented.custody``.

    Bookings and events are combined so that whatever is in doubt is no custody (custody.sql says how).

    Returns:
        stays, and those that last at the midnight that begins ``night``.
    """
    stand_in(con)
    total = replace_table(con, "consented.custody", load_sql(PACKAGE, "custody"), {"subject_role": SUBJECT_ROLE})
    now = rows(
        con,
        "select count(*) from consented.custody where booked_at <= $as_of and (released_at is null or $as_of < released_at)",
        {"as_of": datetime.combine(night, time())},
    )
    return {"stays": total, "in_custody": int(now[0][0])}


def write_court_orders(con: Connection, county: Terms, night: date) -> dict[str, int]:
    """Court orders delivered about people, each with its authority and its days: ``consented.court_order``.

    Returns:
        orders that hold tonight.
    """
    stand_in(con)
    replace_table(con, "consented.court_order", load_sql(PACKAGE, "court_order"))
    return _counts(
        con,
        "select 'orders', count(*) from consented.court_order where valid_from <= $night and $night < valid_to",
        {"night": night},
    )


def write_denies(con: Connection, county: Terms, night: date) -> dict[str, int]:
    """What people and the law have taken away: ``consented.deny``.

    Rows with the reasons ``sealed`` and ``expunged`` name subjects of whom nothing is left; decisions find these in ``consented.subject``.

    Returns:
        subjects by reason.
    """
    gather(con)
    replace_table(con, "consented.deny", load_sql(PACKAGE, "deny"), {"night": night, "integrator": county.agencies.integrator})
    if table_exists(con, "main", "replayed_deny"):
        insert_into(con, "consented.deny", load_sql(PACKAGE, "deny_replayed"), {"night": night})
    return _counts(con, "select reason, count(distinct subject_id) from consented.deny group by reason order by reason")


def write_link_permissions(con: Connection, county: Terms, night: date) -> dict[str, int]:
    """Whether each known subject may be compared tonight, and if not, why: ``consented.link_permission``.

    Also writes ``consented.subject`` and ``consented.label_group``, which decisions about disclosure read.

    Returns:
        subjects by reason.
    """
    gather(con)
    replace_table(con, "consented.subject", load_sql(PACKAGE, "subject"))
    replace_table(con, "consented.label_group", load_sql(PACKAGE, "label_group"), {"night": night, "separator": LABELS_SEPARATOR})
    decide_all(
        con,
        target_table="temp.link_decision",
        recipient=county.agencies.integrator,
        purposes=[Purpose.RECORD_LINKAGE.value],
        operation=Operation.LINK,
        elements=[f"{name}.{IDENTITY}" for name in sorted(county.sources)],
        night=night,
    )
    replace_table(con, "consented.link_permission", load_sql(PACKAGE, "link_permission"))
    return _counts(con, "select reason, count(distinct subject_id) from consented.link_permission group by reason order by reason")


def _agency_rows(county: Terms) -> list[dict[str, object]]:
    return [
        {
            "agency": name,
            "receives_as": county.agencies.folder_of(name),
            "is_integrator": AgencyRole.INTEGRATOR in agency.roles,
            "is_recipient": AgencyRole.RECIPIENT in agency.roles,
        }
        for name, agency in sorted(county.agencies.agencies.items())
    ]


def _form_row(form: Form) -> dict[str, object]:
    return {
        "form_id": form.id,
        "form_version": form.version,
        "kind": form.kind.value,
        "denies": form.kind in DENYING,
        "requires": [defect.value for defect in DEFECTS_OF[form.kind]],
        "recipients": sorted(form.recipients),
        "purposes": sorted(purpose.value for purpose in form.purposes),
        "element_classes": sorted(form.element_classes),
        "operations": sorted(form.operations),
        "in_use_from": form.in_use_from,
        "withdrawn_on": form.withdrawn_on,
        "longest_days": form.longest_days,
        **{
            f"signers_{name}": sorted(signer.value for signer in authorised_signers(form.minor_signature, adult=adult))
            for name, adult in (("adult", True), ("minor", False), ("unknown_age", None))
        },
    }


def _instrument_rows(county: Terms, night: date) -> list[dict[str, object]]:
    by_id = {instrument.id: instrument for instrument in county.instruments}
    return [
        {
            "instrument_id": instrument.id,
            "kind": instrument.kind.value,
            "title": instrument.title,
            "version": instrument.version,
            "parent_ids": sorted(instrument.parent_ids),
            "parties": sorted(party.agency for party in instrument.parties),
            "unsigned": list(instrument.unsigned),
            "effective_from": instrument.effective_from,
            "expires_on": instrument.expires_on,
            "min_cell": instrument.min_cell,
            "standing": standing(instrument, by_id, night).value,
            "counsel_review": instrument.counsel_review.reviewed_on.isoformat() if instrument.counsel_review else None,
        }
        for _, instrument in sorted(by_id.items())
    ]


def _counts(con: Connection, sql: str, parameters: Mapping[str, object] | None = None) -> dict[str, int]:
    return {str(name): int(number) for name, number in rows(con, sql, dict(parameters or {}))}
