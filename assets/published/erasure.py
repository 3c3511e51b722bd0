"""Erasure: what a court sealed, what was entered in error, what has to be destroyed, is gone from every place that held it.

Belongs here: whom an erasure speaks of, where they are found, the order in which places are written anew, the register. Does not belong
here: single deliveries (assets/checked/erased_rows), copying a database file (resources/fresh_copy), proving absence (erasure_proof), and
rebuilding products, which the denies job does right after.

Order: the register first, so that whatever is killed later is finished by doing it again; then deliveries, quarantine, the registers' own
words, and the warehouse, which is written anew because DELETE does not erase.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from assets.acquired.landing import Landed, read_landed
from assets.checked.erased_rows import (
    Erased,
    Found,
    Tombstone,
    find_rows,
    note_rewritten,
    quarantine_hits,
    quarantined,
    recover,
    registered,
    rewrite,
    rewrite_quarantine,
)
from assets.checked.registry_sql import versions_table
from assets.linked.versions import TABLES as LINK_TABLES
from assets.published.erasure_beyond import Beyond, people_of, write_out_of_extracts
from contracts.county import County
from contracts.keys import record_id, subject_id
from contracts.records import RECORD_TYPES
from resources.fresh_copy import LeftOut, count_mentions, write_fresh
from resources.home import Home
from resources.ledger import EntryKind, Ledger
from resources.ledger_lines import says_why
from resources.sql import Connection, load_sql, rows, table_exists

KNOWN: Final = "assets.checked"
"""Where it is asked who an erasure concerns: nothing that is published is read for it."""
_ADDRESS: Final = re.compile(r"[0-9a-f]{64}")
_NAMES_NOBODY: Final = frozenset({"domain", "subject_id", "system", "known_from", "known_to"})


class Reason(StrEnum):
    """Why something is erased."""

    SEALED = "sealed"
    EXPUNGED = "expunged"
    ENTERED_IN_ERROR = "entered_in_error"
    DESTROY_BY = "destroy_by"


class ErasureRefused(ValueError):
    """An erasure cannot be carried out as asked; the message says what to mend and repeats no identifier."""


@dataclass(frozen=True)
class Delivered:
    """Rows found in one delivery of the landing."""

    source: str
    landed: Landed
    found: Mapping[int, Found]

    @property
    def rows(self) -> int:
        """Rows found."""
        return sum(len(part.positions) for part in self.found.values())

    @property
    def naming(self) -> int:
        """Those of them that only name what is erased."""
        return sum(part.naming for part in self.found.values())


@dataclass(frozen=True)
class Plan:
    """What an erasure would take, place by place. ``identifiers`` are the vendors' numbers of it, for the proof; they are never printed."""

    erased: Erased
    deliveries: tuple[Delivered, ...]
    quarantine: Mapping[str, int]
    warehouse: Mapping[str, int]
    unread: tuple[str, ...]
    identifiers: frozenset[str]
    beyond: Beyond = field(default_factory=Beyond)

    @property
    def naming(self) -> dict[str, int]:
        """Rows by source that go because they name what is erased: an order, another agency's report."""
        found: Counter[str] = Counter()
        for delivery in self.deliveries:
            found[delivery.source] += delivery.naming
        return dict(sorted((source, number) for source, number in found.items() if number))

    @property
    def places(self) -> dict[str, int]:
        """Rows by place, for a person to read: counts only."""
        found: Counter[str] = Counter()
        for delivery in self.deliveries:
            found[f"landing/{delivery.source}"] += delivery.rows
        found.update({f"quarantine/{source}": number for source, number in self.quarantine.items()})
        for table, number in self.warehouse.items():
            found[f"warehouse {table.split('.')[0]}"] += number
        found.update({f"research/{item.project}": item.rows for item in self.beyond.extracts if item.rows})
        return dict(sorted((place, number) for place, number in found.items() if number))


def expanded(con: Connection, erased: Erased) -> Erased:
    """The same with every record of an erased subject, and everything that hangs on an erased record.

    Records of several levels hang on each other (booking, charge, sentence), so it is asked until nothing is added.
    """
    records = set(erased.records)
    while True:
        before = len(records)
        asked = {"records": sorted(records), "subjects": sorted(erased.subjects)}
        for record_type in RECORD_TYPES.values():
            found = rows(
                con,
                f"select distinct record_id from {versions_table(record_type)} "
                "where list_contains($subjects, subject_id) or list_contains($records, parent_record_id)",
                asked,
            )
            records |= {str(name) for (name,) in found}
        if len(records) == before:
            return Erased(frozenset(records), erased.subjects)


def ordered(con: Connection) -> dict[Reason, Erased]:
    """What sealings and expungements known tonight remove, by reason: from ``consented.erased_record``."""
    found: dict[Reason, Erased] = {}
    for reason in (Reason.SEALED, Reason.EXPUNGED):
        values = {"reason": reason.value}
        records = rows(con, "select record_id from consented.erased_record where reason = $reason", values)
        subjects = rows(con, "select distinct subject_id from consented.deny where reason = $reason and operation is null", values)
        one = Erased(frozenset(str(name) for (name,) in records), frozenset(str(name) for (name,) in subjects))
        if one:
            found[reason] = one
    return found


def received_under(con: Connection, county: County, instrument: str) -> Erased:
    """Everything received from sources that nothing but one instrument licenses: what a destroy-by date asks for.

    Raises:
        ErasureRefused: if no source of the county is received under that instrument alone.
    """
    sources = [source.name for source in county.sources.values() if tuple(source.instruments) == (instrument,)]
    if not sources:
        raise ErasureRefused("no source is received under that instrument alone; name SOURCE:PERSON or SOURCE/RECORD_TYPE:RECORD instead")
    values = {"sources": sources}
    records = rows(con, "select distinct record_id from checked.source_record where list_contains($sources, source)", values)
    subjects = rows(con, "select distinct subject_id from checked.subject where list_contains($sources, source)", values)
    return Erased(frozenset(str(name) for (name,) in records), frozenset(str(name) for (name,) in subjects))


def plan(con: Connection, erased: Erased, *, county: County, home: Home, night: date) -> Plan:
    """Where an erasure would find rows, without changing anything.

    Args:
        con: the warehouse, read-only will do.
        erased: whom, expanded.
        county: tonight's terms: they say how each source's deliveries are read.
        home: where everything lies.
        night: tonight.
    """
    deliveries, unread = [], []
    for folder in sorted(home.landing.glob("*")):
        source = county.sources.get(folder.name)
        if source is None:
            unread.append(folder.name)
            continue
        for delivery in sorted(path for path in folder.iterdir() if _ADDRESS.fullmatch(path.name)):
            landed = read_landed(home, source.name, delivery.name)
            found = find_rows(con, source, landed, erased, night=night, timezone=county.text.timezone)
            if found:
                deliveries.append(Delivered(source.name, landed, found))
    quarantine = {
        source.name: sum(quarantine_hits(source, path, erased)[1] for _, path in quarantined(home, source))
        for source in county.sources.values()
    }
    identifiers = {name for delivery in deliveries for part in delivery.found.values() for name in part.identifiers}
    return Plan(
        erased=erased,
        deliveries=tuple(deliveries),
        quarantine={name: number for name, number in quarantine.items() if number},
        warehouse={},
        unread=tuple(unread),
        identifiers=frozenset(identifiers | _known_identifiers(con, erased)),
    )


def left_out(con: Connection, erased: Erased) -> LeftOut:
    """What the warehouse's fresh copy leaves out.

    Rows that hold an erased id go; so do the measures of everybody concerned, which the next night works out again. The linking tables keep
    their rows, which hold ids only, so that the next night notices who is missing and lets go of them; what they say of names is emptied.
    """
    concerned = set(people_of(con, erased))
    linking = {f"linked.{name}" for name in LINK_TABLES} - {"linked.standardised"}
    blocks = {f"linked.{name}" for (name,) in rows(con, _BLOCKS)}
    return LeftOut(
        ids=erased.records | erased.subjects,
        ids_in={"measured": concerned},
        untouched=linking | blocks | {"linked.membership", "linked.person_event", "linked.person_change"},
        # Of the table as it lies there, which a night of another version may have written.
        blanked={"linked.standardised": sorted({str(name) for (name,) in rows(con, _STANDARDISED)} - _NAMES_NOBODY)},
    )


def unfinished(con: Connection, ledger: Ledger) -> tuple[str, ...]:
    """Erasures that were registered and of which the ledger tells no proof: killed on the way, or something was still found."""
    if not table_exists(con, "main", "erasure"):
        return ()
    told = {name for entry in ledger.entries() if entry["kind"] == EntryKind.ERASED for name in _proven(entry["fields"])}
    found = rows(con, "select distinct erasure_id from registers.main.erasure order by erasure_id")
    return tuple(str(name) for (name,) in found if name not in told)


def _proven(fields: Mapping[str, Any]) -> list[str]:
    return [str(fields["erasure"]), *map(str, fields.get("finished", []))] if fields.get("proven") else []


def erased_before(con: Connection, county: County, name: str) -> Erased:
    """What a name meant that nobody is known by any more, because it was erased; nothing if it never was.

    Args:
        con: the warehouse with ``registers``.
        county: tonight's terms.
        name: as a person types it, ``SOURCE:PERSON`` or ``SOURCE/RECORD_TYPE:RECORD``, or one of the integrator's ids.
    """
    place, _, key = name.rpartition(":")
    source_name, _, record_type = place.partition("/")
    source = county.sources.get(source_name)
    meant = {key}
    if source is not None:
        meant.add(record_id(source.name, record_type, key) if record_type else subject_id(source.system, key))
    known = registered(con)
    return Erased(known.records & meant, known.subjects & meant)


_STANDARDISED: Final = "select column_name from duckdb_columns() where schema_name = 'linked' and table_name = 'standardised'"
_BLOCKS: Final = "select table_name from duckdb_tables() where schema_name = 'linked' and starts_with(table_name, 'block')"


def _known_identifiers(con: Connection, erased: Erased) -> set[str]:
    """The vendors' numbers of erased records, and of erased people, as the warehouse knows them."""
    values = {"records": sorted(erased.records), "subjects": sorted(erased.subjects)}
    return {str(name) for (name,) in rows(con, load_sql(KNOWN, "erased_identifier"), values) if name is not None}


def erasure_name(erased: Erased, reason: Reason, night: date) -> str:
    """Name of an erasure: the same one asked for twice on a night has one name."""
    text = "\n".join([reason.value, *sorted(erased.records), *sorted(erased.subjects)])
    return f"ERA-{night.isoformat()}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def register(con: Connection, erased: Erased, *, name: str, reason: str, night: date, by: str, why: str) -> int:
    """Enter an erasure, so that what is delivered or restored again stays out; returns ids that were not entered before.

    Raises:
        ErasureRefused: if nobody says why.
    """
    if not says_why(why):
        raise ErasureRefused("say in a few words why and by which order; it is kept with the entry")
    before = registered(con)
    new = [("record", item) for item in sorted(erased.records - before.records)]
    new += [("subject", item) for item in sorted(erased.subjects - before.subjects)]
    if new:
        con.executemany(
            "insert into registers.main.erasure values (?, ?, ?, ?, ?, ?, ?)",
            [[name, kind, item, reason, night, by, why] for kind, item in new],
        )
    return len(new)


def carry_out(con: Connection, planned: Plan, *, county: County, home: Home, tombstone: Tombstone) -> None:
    """Write deliveries, quarantine and extracts anew, and empty what people wrote about the erased into the registers.

    The caller has registered the erasure, holds the writer's lock, and writes the database files anew when this is done.
    """
    recover(home)
    for delivery in planned.deliveries:
        manifest = rewrite(county.sources[delivery.source], delivery.landed, delivery.found, tombstone, con)
        note_rewritten(con, delivery.source, manifest)
    for name in planned.quarantine:
        source = county.sources[name]
        for night, path in quarantined(home, source):
            kept, gone = quarantine_hits(source, path, planned.erased)
            if gone:
                rewrite_quarantine(home, source, night, kept)
    write_out_of_extracts(home, people_of(con, planned.erased), tombstone)
    subjects = {"subjects": sorted(planned.erased.subjects)}
    for statement in _REGISTERS:
        con.execute(statement, subjects).fetchall()


_REGISTERS: Final = (
    "update registers.main.review_decision set reason = 'erased' where len(list_intersect($subjects, [subject_a, subject_b])) > 0",
    (
        "update registers.main.paper_revocation set reason = 'erased' where consent_id in "
        "(select consent_id from registers.main.paper_consent where list_contains($subjects, subject_id))"
    ),
    "delete from registers.main.paper_consent where list_contains($subjects, subject_id)",
)


def write_anew(home: Home, out: LeftOut | None) -> dict[str, int]:
    """Write warehouse and registers anew, so that freed blocks are gone; nobody may have them open. Returns rows left out by table."""
    counted = write_fresh(home.warehouse, out)
    # The registers hold ids and counts; what was emptied there must not lie in a freed block either.
    write_fresh(home.registers)
    return counted


def would_leave_out(home: Home, out: LeftOut) -> dict[str, int]:
    """Rows of the warehouse that would be left out or emptied, by table."""
    return count_mentions(home.warehouse, out)


def erasures_after(con: Connection, night: date) -> int:
    """How many records and people were erased after a night: what an answer about that night can no longer show."""
    if not table_exists(con, "main", "erasure"):
        return 0
    ((number,),) = rows(con, "select count(*) from registers.main.erasure where from_night > $night", {"night": night})
    return int(number)


def account(planned: Plan, name: str, reason: str, *, by: str, why: str, proof: Mapping[str, Any]) -> dict[str, Any]:
    """What the ledger says of an erasure: places and counts, no person."""
    places: Sequence[dict[str, Any]] = [{"place": place, "rows": number} for place, number in planned.places.items()]
    return {
        "erasure": name,
        "reason": reason,
        "records": len(planned.erased.records),
        "people": len(planned.erased.subjects),
        "places": list(places),
        **planned.beyond.account(),
        "entered_by": by,
        "why": why,
        **proof,
    }
