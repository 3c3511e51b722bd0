"""The consented stage as Dagster sees it: one asset a table of facts, none of them a verdict about disclosure.

Belongs here: keys, descriptions, what reads what, and calling the functions beside this file. Does not belong here: any rule.
"""

import dagster as dg

from assets.assets import Fill, table_asset
from assets.catalogue import Table, TableKey, checked, consented
from assets.consented import consent
from contracts.county import County

CLAUSE, LINK_DOMAIN, CONSENT, CUSTODY, ERASED, DENY, LINK_PERMISSION = consented(
    "clause", "link_domain", "consent", "custody", "erased_record", "deny", "link_permission"
)


def tables(county: County) -> tuple[Table, ...]:
    """Every table of the stage, in the order in which they are filled."""
    steward = county.agencies.integrator
    return (
        Table(CLAUSE, "Clauses of instruments that are in force tonight, with every instrument above them in force.", steward),
        Table(
            LINK_DOMAIN,
            "Link domains: maximal sets of systems all of whose pairs a clause permits to be compared.",
            steward,
            reads=(CLAUSE,),
        ),
        Table(
            CONSENT,
            "Consents in force tonight by subject: not defective, not expired, not revoked, on a form the county knows.",
            steward,
            reads=checked("consent", "subject"),
        ),
        Table(
            CUSTODY,
            "Custody intervals by subject, half-open from booking to release.",
            steward,
            reads=checked("jail_booking"),
        ),
        Table(
            ERASED,
            "Records that a sealing or an expungement removes from everything that follows, link features included.",
            steward,
            reads=checked("legal_event", "jail_booking"),
        ),
        Table(
            DENY,
            "Denies by subject: revocations, opt-outs, sealings, defective consents; each stronger than any permit.",
            steward,
            reads=(*checked("consent", "legal_event"), ERASED),
        ),
        Table(
            LINK_PERMISSION,
            "For every known subject whether it may be compared with the other systems of its domain tonight, by which clause or consent.",
            steward,
            reads=(*checked("subject"), CLAUSE, LINK_DOMAIN, CONSENT, DENY, ERASED),
        ),
    )


_WRITERS: dict[TableKey, Fill] = {
    CLAUSE: consent.write_clauses,
    LINK_DOMAIN: consent.write_link_domains,
    CONSENT: consent.write_consents,
    CUSTODY: consent.write_custody,
    ERASED: consent.write_erased_records,
    DENY: consent.write_denies,
    LINK_PERMISSION: consent.write_link_permissions,
}


def build(county: County) -> list[dg.AssetsDefinition]:
    """The stage's assets for one county."""
    return [table_asset(county, table, _WRITERS[table.key]) for table in tables(county)]
