"""The consented stage as Dagster sees it: facts that bear on linking and disclosing, none of them a verdict about disclosure.

Belongs here: keys, descriptions, what reads what, and calling the functions beside this file. Does not belong here: any rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import dagster as dg

from assets.assets import POOL, Fill, materialized, night_of, nights, spec
from assets.catalogue import Table, TableKey, checked, consented
from assets.consented import consent
from assets.consented.own_id import write_own_ids
from assets.source_groups import delivered
from contracts.county import County
from contracts.elements import WITHOUT_SUBJECT
from resources.integrator import Integrator
from resources.sql import Connection

RULE, AGENCY, ELEMENT, FORM, INSTRUMENT = consented("rule", "agency", "element", "form", "instrument")
CLAUSE, LAPSED = consented("clause", "clause_out_of_force")
(LINK_DOMAIN,) = consented("link_domain")
(ERASED,) = consented("erased_record")
SUBJECT_AGE, CONSENT_STATE, CONSENT = consented("subject_age", "consent_state", "consent")
(CUSTODY,) = consented("custody")
(COURT_ORDER,) = consented("court_order")
(DENY,) = consented("deny")
(OWN_ID,) = consented("own_id")
SUBJECT, LABEL_GROUP, LINK_PERMISSION = consented("subject", "label_group", "link_permission")


@dataclass(frozen=True)
class _Step:
    """Tables that one function writes."""

    name: str
    fill: Fill
    tables: tuple[Table, ...]


def _steps(county: County) -> tuple[_Step, ...]:
    steward = county.agencies.integrator
    held = delivered(county.sources)

    def of_checked(*names: str) -> tuple[TableKey, ...]:
        # A county without a jail or without consents has no such table, and no edge to it.
        derived = {"identity", "subject", "race_assertion", "source_record"}
        return checked(*(name for name in names if name in held or name in derived))

    def table(key: TableKey, description: str, *reads: TableKey, query: str | None = None) -> Table:
        return Table(key, description, steward, reads, (query,) if query else ())

    about_people = of_checked(*sorted(held - WITHOUT_SUBJECT))
    return (
        _Step(
            "clauses",
            consent.write_clauses,
            (
                table(RULE, "What law asks whatever agencies signed: the rule packs that hold in the county, rule by rule."),
                table(AGENCY, "Agencies with the folders they receive in."),
                table(ELEMENT, "Everything that can be shared, element by element, with its classes and labels."),
                table(FORM, "Release forms by version: what each kind of consent must carry, and what signing it permits."),
                table(INSTRUMENT, "Signed agreements and how each stands tonight."),
                table(CLAUSE, "Clauses in force tonight, with every instrument above theirs in force; one row an element.", INSTRUMENT),
                table(LAPSED, "Clauses not in force tonight, with the reason: what went dark.", INSTRUMENT),
            ),
        ),
        _Step(
            "link_domains",
            _write_link_domains,
            (table(LINK_DOMAIN, "Maximal sets of systems all of whose pairs may be compared, both contributors agreeing.", CLAUSE),),
        ),
        _Step(
            "erased_records",
            consent.write_erased_records,
            (
                table(
                    ERASED,
                    "Records that a sealing or an expungement removes from everything that follows, link features included.",
                    *of_checked("legal_event", "jail_booking", "jail_charge", "housing_move", "screening", "identity"),
                    query="erased_record",
                ),
            ),
        ),
        _Step(
            "consents",
            consent.write_consents,
            (
                table(SUBJECT_AGE, "From which day each subject is surely an adult.", *of_checked("identity"), ERASED, query="subject_age"),
                table(
                    CONSENT_STATE,
                    "Where every delivered consent stands: in force, expired, revoked, defective, and why.",
                    *of_checked("consent"),
                    FORM,
                    SUBJECT_AGE,
                    query="consent_state",
                ),
                table(CONSENT, "Consents in force tonight, by subject.", CONSENT_STATE, query="consent"),
            ),
        ),
        _Step(
            "custody",
            consent.write_custody,
            (
                table(
                    CUSTODY,
                    "Stays in custody by subject, half-open: the jail's bookings, and what events begin and end elsewhere.",
                    *of_checked("jail_booking", "legal_event"),
                    ERASED,
                    query="custody",
                ),
            ),
        ),
        _Step(
            "court_orders",
            consent.write_court_orders,
            (
                table(
                    COURT_ORDER,
                    "Court orders about people, each with its authority and its days: evidence for a clause that stands on the same order.",
                    *of_checked("legal_event"),
                    ERASED,
                    query="court_order",
                ),
            ),
        ),
        _Step(
            "denies",
            consent.write_denies,
            (
                table(
                    DENY,
                    "What each person, or the law, has taken away: revocations, opt-outs, sealings. Stronger than any permit.",
                    CONSENT_STATE,
                    ERASED,
                    *about_people,
                    query="deny",
                ),
            ),
        ),
        _Step(
            "own_ids",
            _write_own_ids,
            (
                table(
                    OWN_ID,
                    "Identifiers by which an agency gets its own rows back; no name, no birth date.",
                    *of_checked("source_record", "subject", "jail_booking", "co_responder_encounter", "health_encounter"),
                    query="own_id",
                ),
            ),
        ),
        _Step(
            "link_permissions",
            consent.write_link_permissions,
            (
                table(
                    SUBJECT,
                    "Who each known subject is to the rules: whose, in which role, erased or not, of age since when.",
                    *of_checked("subject"),
                    SUBJECT_AGE,
                    ERASED,
                    ELEMENT,
                    *about_people,
                    query="subject",
                ),
                table(
                    LABEL_GROUP,
                    "Sets of labels that the rows of each subject carry; rows of a booking that a court order names apart.",
                    ELEMENT,
                    SUBJECT,
                    COURT_ORDER,
                    *about_people,
                    query="label_group",
                ),
                table(
                    LINK_PERMISSION,
                    "Whether each known subject may be compared tonight, in which domain, and if not, why.",
                    CLAUSE,
                    RULE,
                    LINK_DOMAIN,
                    CONSENT,
                    COURT_ORDER,
                    DENY,
                    SUBJECT,
                    LABEL_GROUP,
                    query="link_permission",
                ),
            ),
        ),
    )


def _write_own_ids(con: Connection, county: County, night: date) -> dict[str, int]:
    return {"own_ids": write_own_ids(con)}


def _write_link_domains(con: Connection, county: County, night: date) -> dict[str, int]:
    # The names of domains are the county's, and no names of figures.
    systems = consent.write_link_domains(con, county, night)
    return {"domains": len(systems), "systems_linked": sum(systems.values())}


def tables(county: County) -> tuple[Table, ...]:
    """Every table of the stage, in the order in which they are filled."""
    return tuple(table for step in _steps(county) for table in step.tables)


def fill_stage(con: Connection, county: County, night: date) -> None:
    """Fill every table of the stage for one night, in their order: what a rebuild of earlier nights does without a run."""
    for step in _steps(county):
        step.fill(con, county, night)


def build(county: County) -> list[dg.AssetsDefinition]:
    """The stage's assets for one county."""
    return [_assets(county, step) for step in _steps(county)]


def _assets(county: County, step: _Step) -> dg.AssetsDefinition:
    @dg.multi_asset(name=f"consented_{step.name}", specs=[spec(table) for table in step.tables], partitions_def=nights(county), pool=POOL)
    def write(context: dg.AssetExecutionContext, integrator: dg.ResourceParam[Integrator]) -> Iterator[dg.MaterializeResult[None]]:
        with integrator.step(f"consented.{step.name}") as con:
            known = step.fill(con, integrator.terms.county, night_of(context))
            results = [
                materialized(con, table, known if table is step.tables[-1] and isinstance(known, dict) else None) for table in step.tables
            ]
        yield from results

    return write
