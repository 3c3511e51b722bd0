"""What a column of the warehouse means and what it can do to a person's privacy.

Belongs here: the meaning of columns that several tables share or that no record contract declares. Does not belong here: columns of
canonical records, which their contracts describe and each under its own name.
A column that neither names is shown as sensitive: an undescribed column is not a harmless one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from assets.dictionary_by_table import BY_TABLE
from assets.meaning import Meaning, identifier, plain, protected, quasi, sensitive
from contracts.columns import Kind, Label
from contracts.records import RECORD_TYPES

UNDESCRIBED = sensitive("not described; treated as sensitive")

SHARED: Mapping[str, Meaning] = {
    # keys
    "record_id": identifier("unkeyed hash of source, record type and vendor key; never leaves the integrator"),
    "subject_id": identifier("unkeyed hash of system and source person id; never leaves the integrator"),
    "parent_record_id": identifier("record_id of the booking, event or encounter this row belongs to"),
    "affects_record_id": identifier("record_id of the booking that was sealed, expunged or named by an order"),
    "booking_record_id": identifier("record_id of the booking a screen was given at, where the source says so"),
    "cad_record_id": identifier("record_id of the 911 event the encounter answered"),
    "identity_id": identifier("key of one identity observation"),
    "consent_id": identifier("record_id of a consent"),
    "consent_key": identifier("the source's own key of a consent"),
    "source_person_id": identifier("the source system's own person id"),
    "person_key": identifier("random-looking key of a person in one link domain"),
    "other_key": identifier("the other person key of a merge or split"),
    "subject_a": identifier("smaller subject of a pair"),
    "subject_b": identifier("larger subject of a pair"),
    "version": plain("hash of the row's content"),
    # where a row comes from
    "source": plain("the source that delivered the row"),
    "system": plain("the system of the source"),
    "feed": plain("the feed of the delivery"),
    "record_type": plain("canonical record type"),
    "domain": plain("link domain: a maximal set of systems all of whose pairs may be linked"),
    "domains": plain("link domains"),
    "systems": plain("systems of a link domain"),
    "known_from": plain("first night on which this version was known"),
    "known_to": plain("night from which it was no longer known; null while it is"),
    "night": plain("the night of the run"),
    "as_of": plain("midnight at the start of the night"),
    "labels": plain("bodies of rules the row carries wherever it goes"),
    "person_role": plain("subject, caller, victim, witness or unknown; only subjects link and count"),
    "is_key_reuse": plain("whether the vendor gave this person id to more than one person"),
    "first_seen_on": plain("night on which the subject was first delivered"),
    # deliveries
    "sha256": plain("hash of the delivery"),
    "delivery_sha256": plain("hash of the delivery the rows came from"),
    "delivered_sha256_used": plain("hash of the delivery that was used tonight"),
    "verdict": plain("what was decided about the delivery"),
    "rows": plain("rows by feed"),
    "rows_read": plain("rows of the delivery"),
    "admitted": plain("rows that became a new or corrected record"),
    "unchanged": plain("rows that say what was known"),
    "duplicate": plain("rows repeated within the delivery"),
    "superseded": plain("rows overtaken by a later row of the delivery"),
    "refused": plain("rows in quarantine"),
    "complete_through": plain("day through which the source is complete"),
    "admitted_now": plain("records known tonight"),
    "subjects": plain("number of subjects"),
    "subjects_linked": plain("number of subjects joined with another system"),
    "subjects_withheld": plain("number of subjects that may not be linked"),
    # identity
    "evidence": plain("primary identity or alias"),
    "first_name": identifier("given name"),
    "middle_name": identifier("middle name or initial"),
    "last_name": identifier("surname"),
    "name_suffix": identifier("generation suffix"),
    "full_name": identifier("whole name where the source does not split it"),
    "birth_date": quasi("birth date"),
    "birth_date_quality": plain("full, partial, placeholder or missing"),
    "birth_year": quasi("birth year"),
    "birth_month": quasi("birth month"),
    "birth_year_band": quasi("band of birth years"),
    "phone": identifier("telephone number"),
    "street_address": identifier("street address"),
    "city": quasi("city"),
    "state": quasi("state"),
    "zip": quasi("ZIP code"),
    "ssn4": identifier("last four digits of the Social Security number"),
    "state_id": identifier("state identification number"),
    "recorded_on": plain("day the identity was recorded"),
    # persons
    "sex": quasi("sex as the source states it"),
    "age": quasi("age tonight"),
    "age_band": quasi("band of ages"),
    "age_at_event": quasi("age on the day of the event"),
    "is_juvenile": quasi("under 18 on the day of the event, or of unknown age"),
    "region": quasi("region of residence"),
    "resident": quasi("whether the address lies in the county"),
    "raw_code": protected("race or ethnicity as the source coded it"),
    "races": protected("race categories asserted"),
    "race_group": protected("race group of the category system named beside it"),
    "hispanic": protected("whether Hispanic or Latino ethnicity is asserted"),
    "category_system": plain("which race and ethnicity categories a source uses"),
    "method": plain("how race was asserted: self, observed, proxy or unknown"),
    "asserted_on": plain("day of the assertion"),
    # linkage
    "match_weight": plain("log2 of the odds ratio that two subjects are one person"),
    "match_probability": plain("probability that two subjects are one person"),
    "model_version": plain("name of the frozen model"),
    "veto": plain("why a pair may not be one person although its weight says so"),
    "link_state": plain("linked, single, withheld or weak_unattached"),
    "link_confidence": plain("probability that the subject belongs to the person"),
    "event": plain("what happened to a person key: created, merged, split"),
    "status": plain("state of the row's matter"),
    "reason": plain("rule by which it was decided"),
    # governance
    "clause_id": plain("clause of an instrument"),
    "clause_ids": plain("clauses it rests on"),
    "instrument_id": plain("the instrument"),
    "effect": plain("permit or prohibit"),
    "contributor": plain("agency whose records it speaks of"),
    "recipient": plain("agency that receives"),
    "operation": plain("link, disclose_row, disclose_aggregate or research_extract"),
    "element": plain("table column that the clause names"),
    "element_class": plain("class of elements a consent covers"),
    "purposes": plain("purposes for which it holds"),
    "purpose": plain("purpose for which it holds"),
    "lawful_basis": plain("code of the lawful basis"),
    "consent_requirement": plain("consent the clause requires"),
    "population": plain("whom it covers"),
    "output_form": plain("how closely rows may name a person"),
    "transform": plain("least revealing form that the clause allows"),
    "valid_from": plain("first day it holds"),
    "valid_to": plain("day from which it no longer holds"),
    "from_night": plain("first night it holds"),
    "obligations": plain("what the recipient takes on"),
    "min_cell": plain("smallest number of people a cell may show"),
    "quote": plain("the clause's own words"),
    "permitted": plain("whether the subject may be compared with other systems"),
    "kind": plain("kind of consent or instrument"),
    # content that measures share
    "start_at": sensitive("begin of the contact"),
    "end_at": sensitive("end of the contact"),
    "unit": plain("event or bed_day"),
    "intercept": plain("place in the Sequential Intercept Model, 0 to 5"),
    "event_type": sensitive("kind of contact"),
    "disposition": sensitive("how the contact ended"),
    "is_behavioral_health": sensitive("whether the contact concerned behavioural health"),
    "booked_at": sensitive("begin of custody"),
    "released_at": sensitive("end of custody"),
    "facility": plain("jail facility"),
}


@cache
def _described(record_type: str) -> dict[str, Meaning]:
    known = RECORD_TYPES[record_type]
    derived = {item.name: Meaning(item.description, item.kind, tuple(sorted({*item.labels, *known.labels}))) for item in known.derived}
    return derived | {
        str(name): Meaning(
            str(column.description), Kind(column.metadata["kind"]), tuple(Label(label) for label in column.metadata["labels"])
        )
        for name, column in RECORD_TYPES[record_type].model.to_schema().columns.items()
    }


def meaning_of(column: str, record_type: str | None = None, *, table: str | None = None) -> Meaning:
    """Meaning of a column: as its table says, else its record contract, else the shared list, else any record contract.

    Args:
        column: name of the column.
        record_type: record type whose rows the table holds, if it holds any.
        table: ``schema.table``, if the column is of a table of the warehouse.
    """
    special = BY_TABLE.get(table, {}).get(column) if table else None
    own = _described(record_type).get(column) if record_type else None
    return special or own or SHARED.get(column) or _anywhere(column)


def _anywhere(column: str) -> Meaning:
    found = (_described(name).get(column) for name in RECORD_TYPES)
    return next((meaning for meaning in found if meaning), UNDESCRIBED)
