"""What a column of the warehouse means and what it can do to a person's privacy.

Belongs here: the meaning of columns that several tables share or that no record contract declares. Does not belong here: columns of
canonical records, which their contracts describe and each under its own name.
A column that neither names is shown as sensitive: an undescribed column is not a harmless one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from contracts.columns import Kind, Label
from contracts.records import RECORD_TYPES


@dataclass(frozen=True)
class Meaning:
    """Description, privacy kind and labels of a column."""

    description: str
    kind: Kind
    labels: tuple[Label, ...] = ()

    @property
    def tags(self) -> dict[str, str]:
        """As Dagster shows them beside the column."""
        return {"kind": self.kind.value, **{f"label/{label.value}": "" for label in self.labels}}


def _identifier(description: str) -> Meaning:
    return Meaning(description, Kind.IDENTIFIER, (Label.DIRECT_ID,))


def _quasi(description: str) -> Meaning:
    return Meaning(description, Kind.QUASI, (Label.QUASI_ID,))


def _plain(description: str) -> Meaning:
    return Meaning(description, Kind.PLAIN)


def _sensitive(description: str) -> Meaning:
    return Meaning(description, Kind.SENSITIVE)


UNDESCRIBED = _sensitive("not described; treated as sensitive")

SHARED: Mapping[str, Meaning] = {
    # keys
    "record_id": _identifier("unkeyed hash of source, record type and vendor key; never leaves the integrator"),
    "subject_id": _identifier("unkeyed hash of system and source person id; never leaves the integrator"),
    "parent_record_id": _identifier("record_id of the booking, event or encounter this row belongs to"),
    "affects_record_id": _identifier("record_id of the booking that was sealed or expunged"),
    "cad_record_id": _identifier("record_id of the 911 event the encounter answered"),
    "identity_id": _identifier("key of one identity observation"),
    "consent_id": _identifier("record_id of a consent"),
    "consent_key": _identifier("the source's own key of a consent"),
    "source_person_id": _identifier("the source system's own person id"),
    "person_key": _identifier("random-looking key of a person in one link domain"),
    "other_key": _identifier("the other person key of a merge or split"),
    "subject_a": _identifier("smaller subject of a pair"),
    "subject_b": _identifier("larger subject of a pair"),
    "version": _plain("hash of the row's content"),
    # where a row comes from
    "source": _plain("the source that delivered the row"),
    "system": _plain("the system of the source"),
    "feed": _plain("the feed of the delivery"),
    "record_type": _plain("canonical record type"),
    "domain": _plain("link domain: a maximal set of systems all of whose pairs may be linked"),
    "domains": _plain("link domains"),
    "systems": _plain("systems of a link domain"),
    "known_from": _plain("first night on which this version was known"),
    "known_to": _plain("night from which it was no longer known; null while it is"),
    "night": _plain("the night of the run"),
    "as_of": _plain("midnight at the start of the night"),
    "labels": _plain("bodies of rules the row carries wherever it goes"),
    "person_role": _plain("subject, caller, victim, witness or unknown; only subjects link and count"),
    "is_key_reuse": _plain("whether the vendor gave this person id to more than one person"),
    "first_seen_on": _plain("night on which the subject was first delivered"),
    # deliveries
    "sha256": _plain("hash of the delivery"),
    "delivery_sha256": _plain("hash of the delivery the rows came from"),
    "delivered_sha256_used": _plain("hash of the delivery that was used tonight"),
    "verdict": _plain("what was decided about the delivery"),
    "rows": _plain("rows by feed"),
    "rows_read": _plain("rows of the delivery"),
    "admitted": _plain("rows that became a new or corrected record"),
    "unchanged": _plain("rows that say what was known"),
    "duplicate": _plain("rows repeated within the delivery"),
    "superseded": _plain("rows overtaken by a later row of the delivery"),
    "refused": _plain("rows in quarantine"),
    "complete_through": _plain("day through which the source is complete"),
    "admitted_now": _plain("records known tonight"),
    "subjects": _plain("number of subjects"),
    "subjects_linked": _plain("number of subjects joined with another system"),
    "subjects_withheld": _plain("number of subjects that may not be linked"),
    # identity
    "evidence": _plain("primary identity or alias"),
    "first_name": _identifier("given name"),
    "middle_name": _identifier("middle name or initial"),
    "last_name": _identifier("surname"),
    "name_suffix": _identifier("generation suffix"),
    "full_name": _identifier("whole name where the source does not split it"),
    "birth_date": _quasi("birth date"),
    "birth_date_quality": _plain("full, partial, placeholder or missing"),
    "birth_year": _quasi("birth year"),
    "birth_month": _quasi("birth month"),
    "birth_year_band": _quasi("band of birth years"),
    "phone": _identifier("telephone number"),
    "street_address": _identifier("street address"),
    "city": _quasi("city"),
    "state": _quasi("state"),
    "zip": _quasi("ZIP code"),
    "ssn4": _identifier("last four digits of the Social Security number"),
    "state_id": _identifier("state identification number"),
    "recorded_on": _plain("day the identity was recorded"),
    # persons
    "sex": _quasi("sex as the source states it"),
    "age": _quasi("age tonight"),
    "age_band": _quasi("band of ages"),
    "age_at_event": _quasi("age on the day of the event"),
    "is_juvenile": _quasi("under 18 on the day of the event, or of unknown age"),
    "region": _quasi("region of residence"),
    "resident": _quasi("whether the address lies in the county"),
    "raw_code": Meaning("race or ethnicity as the source coded it", Kind.PROTECTED),
    "races": Meaning("race categories asserted", Kind.PROTECTED),
    "race_group": Meaning("race group of the category system named beside it", Kind.PROTECTED),
    "hispanic": Meaning("whether Hispanic or Latino ethnicity is asserted", Kind.PROTECTED),
    "category_system": _plain("which race and ethnicity categories a source uses"),
    "method": _plain("how race was asserted: self, observed, proxy or unknown"),
    "asserted_on": _plain("day of the assertion"),
    # linkage
    "match_weight": _plain("log2 of the odds ratio that two subjects are one person"),
    "match_probability": _plain("probability that two subjects are one person"),
    "model_version": _plain("name of the frozen model"),
    "veto": _plain("why a pair may not be one person although its weight says so"),
    "link_state": _plain("linked, single, withheld or weak_unattached"),
    "link_confidence": _plain("probability that the subject belongs to the person"),
    "event": _plain("what happened to a person key: created, merged, split"),
    "status": _plain("state of the row's matter"),
    "reason": _plain("rule by which it was decided"),
    # governance
    "clause_id": _plain("clause of an instrument"),
    "clause_ids": _plain("clauses it rests on"),
    "instrument_id": _plain("the instrument"),
    "effect": _plain("permit or prohibit"),
    "contributor": _plain("agency whose records it speaks of"),
    "recipient": _plain("agency that receives"),
    "operation": _plain("link, disclose_row, disclose_aggregate or research_extract"),
    "element": _plain("table column that the clause names"),
    "element_class": _plain("class of elements a consent covers"),
    "purposes": _plain("purposes for which it holds"),
    "purpose": _plain("purpose for which it holds"),
    "lawful_basis": _plain("code of the lawful basis"),
    "consent_requirement": _plain("consent the clause requires"),
    "population": _plain("whom it covers"),
    "output_form": _plain("how closely rows may name a person"),
    "transform": _plain("least revealing form that the clause allows"),
    "valid_from": _plain("first day it holds"),
    "valid_to": _plain("day from which it no longer holds"),
    "from_night": _plain("first night it holds"),
    "obligations": _plain("what the recipient takes on"),
    "min_cell": _plain("smallest number of people a cell may show"),
    "quote": _plain("the clause's own words"),
    "permitted": _plain("whether the subject may be compared with other systems"),
    "kind": _plain("kind of consent or instrument"),
    # content that measures share
    "start_at": _sensitive("begin of the contact"),
    "end_at": _sensitive("end of the contact"),
    "unit": _plain("event or bed_day"),
    "intercept": _plain("place in the Sequential Intercept Model, 0 to 5"),
    "event_type": _sensitive("kind of contact"),
    "disposition": _sensitive("how the contact ended"),
    "is_behavioral_health": _sensitive("whether the contact concerned behavioural health"),
    "booked_at": _sensitive("begin of custody"),
    "released_at": _sensitive("end of custody"),
    "facility": _plain("jail facility"),
}


@cache
def _described(record_type: str) -> dict[str, Meaning]:
    return {
        str(name): Meaning(
            str(column.description), Kind(column.metadata["kind"]), tuple(Label(label) for label in column.metadata["labels"])
        )
        for name, column in RECORD_TYPES[record_type].model.to_schema().columns.items()
    }


def meaning_of(column: str, record_type: str | None = None) -> Meaning:
    """Meaning of a column: as its record contract says, else as the shared list says, else as any record contract says."""
    own = _described(record_type).get(column) if record_type else None
    return own or SHARED.get(column) or _anywhere(column)


def _anywhere(column: str) -> Meaning:
    found = (_described(name).get(column) for name in RECORD_TYPES)
    return next((meaning for meaning in found if meaning), UNDESCRIBED)
