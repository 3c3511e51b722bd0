"""What a column means in one table, where the shared list cannot say it.

Belongs here: columns of checked, consented and linked tables that have a meaning of their own there. Does not belong here: columns that
several stages share (dictionary), that a record contract describes, or of the measures (dictionary_of_measures).
"""

from __future__ import annotations

from collections.abc import Mapping

from assets.dictionary_of_measures import MEASURED
from assets.dictionary_of_quality import QUALITY
from assets.meaning import Meaning, identifier, plain, quasi, sensitive

_EVENT_AT = sensitive("when the call was received")
_CALL_TYPE = sensitive("what the call turned out to be, else what it was taken for")
_DIAGNOSIS = {
    "is_smi": sensitive("whether the code is one of a serious mental illness; a proxy, nothing is known of functioning"),
    "is_sud": sensitive("whether the code is one of a substance use disorder"),
    "is_part2": plain("whether the record comes from a Part 2 programme; unknown programme: yes"),
}
_STANDING = plain("whether it holds tonight, and if not, why")
_OPERATIONS = plain("what signing permits: link, disclose_row, disclose_aggregate")

_CHECKED: Mapping[str, Mapping[str, Meaning]] = {
    "checked.cad_person": {"event_at": _EVENT_AT, "call_type": _CALL_TYPE},
    "checked.consent": {
        "is_defective": plain("whether the source or our rules find something missing on the paper"),
        "defect": plain("what is missing"),
    },
    "checked.health_encounter": {"is_part2": _DIAGNOSIS["is_part2"]},
    "checked.health_diagnosis": _DIAGNOSIS,
    "checked.sex_assertion": {
        "raw_code": quasi("sex or gender as the source coded it"),
        "question": plain("what the source asked: sex, gender, administrative sex, or unknown"),
        "method": plain("who answered: self, observed, proxy or unknown"),
    },
    "checked.row_conservation": {
        "known_before": plain("records of the type that were known of the source before tonight"),
        "begun": plain("versions known from tonight on: new records and corrections"),
        "ended": plain("versions known until tonight: corrected, voided or absent from a full snapshot"),
        "known_after": plain("records known after tonight"),
        "is_conserved": plain("whether both sums hold: of the rows read, and of the records known"),
    },
    "checked.schema_drift": {
        "drift": plain("new, missing or renamed"),
        "column_name": plain("the column's name in the county's text; null for a new one, whose name nobody here knows"),
        "column_position": plain("where the new or renamed column stands in the delivery, from 1"),
        "column_hash": plain("hash of its name there; the name itself is never kept"),
        "similarity": plain("how much a renamed column resembles the missing one, by name and shape of values"),
        "action": plain("what the source's text says is done: warn or block"),
    },
    "checked.disposition": {
        "deleted": plain("records that ended tonight: voided by the source, or absent from a full snapshot"),
        "awaiting_parent": plain("admitted rows whose event or encounter has not been delivered yet"),
        "verdict": plain("accepted, or refused as a whole above a cap"),
    },
}

_CONSENTED: Mapping[str, Mapping[str, Meaning]] = {
    "consented.rule": {
        "rule_id": plain("the rule, as pages cite it"),
        "pack": plain("rule pack it stands in"),
        "citation": plain("statute, regulation or policy"),
        "says": plain("the rule in plain words"),
        "counsel_review": plain("who read it for counsel, or that nobody has"),
        "effect": plain("deny, consent, instrument, population, cover, account or erase"),
        "labels": plain("labels it speaks of; empty: any"),
        "purposes": plain("purposes it speaks of; empty: any"),
        "operations": plain("operations it speaks of; empty: any"),
        "recipients": plain("parts a recipient plays that it speaks of; empty: any"),
        "lawful_bases": plain("lawful bases of a clause it speaks of; empty: any"),
        "to_owner": plain("whether it also holds when records return to their owner"),
        "kinds": plain("of a consent rule: kinds of consent that are enough"),
        "accepts": plain("of a consent rule: what a clause may ask for instead"),
        "instrument": plain("of an instrument rule: kind that must stand above the clause"),
        "population": plain("of a population rule: about whom alone"),
        "unless": plain("evidence that lifts it for one clause"),
    },
    "consented.court_order": {
        "booking_id": identifier("record_id of the booking that the order names and alone reaches; null: the person as a whole"),
        "authority": plain("court and docket number, as the order and the filed instrument both say them"),
        "valid_from": plain("first day the order holds"),
        "valid_to": plain("first day it no longer holds"),
    },
    "consented.agency": {
        "agency": plain("the agency, as agencies.yaml names it"),
        "receives_as": plain("folder of its products under published/"),
        "is_integrator": plain("whether it is the one that links"),
        "is_recipient": plain("whether it receives products"),
    },
    "consented.element": {
        "agency": plain("agency that owns the system"),
        "classes": plain("classes of elements it belongs to"),
        "labels": plain("labels every value of it carries"),
        "decided_on": plain("record type, __present__ or __identity__ whose rows decide about it; empty where nobody stands behind a row"),
    },
    "consented.form": {
        "form_id": plain("the form, as printed at its foot"),
        "form_version": plain("its version"),
        "kind": plain("what a signature on it means in law"),
        "denies": plain("whether signing it takes permission away"),
        "requires": plain("what must not be missing on a consent of this kind"),
        "operations": _OPERATIONS,
        "in_use_from": plain("first day on which it could be signed"),
        "withdrawn_on": plain("first day on which it could no longer be signed"),
        "longest_days": plain("days after signature on which a consent lapses at the latest"),
        "signers_adult": plain("who may have signed for an adult"),
        "signers_minor": plain("who may have signed for a minor"),
        "signers_unknown_age": plain("who may have signed for somebody whose age is unknown: it must hold both ways"),
    },
    "consented.instrument": {
        "title": plain("title of the instrument"),
        "version": plain("version of the instrument"),
        "parent_ids": plain("instruments it hangs on; it holds only while all of them do"),
        "parties": plain("agencies that are party to it"),
        "unsigned": plain("parties whose signature is missing"),
        "effective_from": plain("first day it holds"),
        "expires_on": plain("first day it no longer holds"),
        "standing": _STANDING,
        "counsel_review": plain("who read it for the county's counsel; null: nobody"),
    },
    "consented.clause": {
        "instrument_kinds": plain("kinds of all instruments it hangs on"),
        "authorities": plain("courts and docket numbers of the orders among them"),
        "with_systems": plain("of a link clause: systems the identities may be compared with"),
        "record_days": plain("only records at most so many days before the night"),
    },
    "consented.clause_out_of_force": {
        "instrument_kinds": plain("kinds of all instruments it hangs on"),
        "authorities": plain("courts and docket numbers of the orders among them"),
        "with_systems": plain("of a link clause: systems the identities might be compared with"),
        "record_days": plain("only records at most so many days before the night"),
        "standing": _STANDING,
    },
    "consented.erased_record": {"reason": plain("sealed or expunged")},
    "consented.subject_age": {"adult_since": quasi("day from which the subject is surely an adult; null where the age is unknown")},
    "consented.consent_state": {
        "state": plain("where the consent stands tonight"),
        "defects": plain("what is missing on it"),
        "operations": _OPERATIONS,
        "left_out_recipients": plain("recipients that a nested provision leaves out"),
        "left_out_classes": plain("classes of elements that a nested provision leaves out"),
        "data_from": plain("first day of the records it is about; null: from the first"),
        "data_to": plain("first day of records it is no longer about; null: to the last"),
        "delivered_recipients": plain("recipients as the source wrote them"),
        "delivered_classes": plain("classes of elements as the source wrote them"),
        "delivered_valid_to": plain("end as the source wrote it"),
    },
    "consented.consent": {
        "operations": _OPERATIONS,
        "data_from": plain("first day of the records it is about; null: from the first"),
        "data_to": plain("first day of records it is no longer about; null: to the last"),
    },
    "consented.deny": {"reason": plain("revoked, opted_out, restricted, sealed or expunged")},
    "consented.own_id": {
        "key": plain("person or record"),
        "own_id": identifier("the contributing agency's own identifier"),
        "is_reused": plain("whether the id has meant more than one person"),
    },
    "consented.subject": {
        "agency": plain("agency that owns the subject's system"),
        "is_erased": plain("whether everything known of the subject is sealed or expunged"),
        "adult_since": quasi("day from which the subject is surely an adult; null where the age is unknown"),
    },
    "consented.label_group": {
        "decided_on": plain("record type, or __present__ or __identity__ for what all rows of the subject have in common"),
        "labels_key": plain("labels as the rows spell them"),
        "labels": plain("labels the group is decided under, tonight's age and programme included"),
        "ordered_booking": identifier("record_id of the booking that a court order names, where the rows are of it"),
    },
    "consented.link_permission": {
        "reason": plain("permitted, or the first gate that denied"),
        "valid_until": plain("first day on which the clause or consent behind it no longer holds"),
    },
}

_LINKED: Mapping[str, Mapping[str, Meaning]] = {
    "linked.edge": {"gammas": plain("levels of agreement the pair reached, comparison by comparison")},
    "linked.person_change": {
        "kind": plain("merge, split or retire"),
        "old_key": identifier("person key as it was known"),
        "new_key": identifier("person key under which its subjects go on; none where nobody does"),
        "subjects": plain("subjects that moved"),
    },
    "linked.block_report": {
        "rule": plain("blocking rule"),
        "blocks": plain("keys that several subjects hold, one of them compared tonight"),
        "candidates": plain("pairs the rule gives; a pair that shares two keys counts under both"),
        "capped_blocks": plain("blocks over the cap, in which only pairs with an anchor are compared"),
        "capped_subjects": plain("subjects in blocks over the cap"),
        "largest_block": plain("subjects in the largest block"),
    },
    "linked.gate": {
        "gate": plain("what is judged before tonight's persons may be used"),
        "scope": plain("system or blocking rule it is about, or all"),
        "verdict": plain("passed or held"),
        "figure": plain("what was measured; merges and splits per thousand persons, drift as an index"),
        "limit_value": plain("most that the county allows, in the same unit"),
        "is_overridden": plain("whether somebody let the gate pass by name and reason"),
    },
    "linked.score_profile": {
        "kind": plain("match_weight, or the comparison whose levels are counted"),
        "bucket": plain("weight in steps of two bits up to forty, or the comparison's level; -1: nothing to compare"),
        "pairs": plain("scored pairs at or above even odds with a subject of the system"),
    },
    "linked.jail_booking": {"counts": plain("whether the county counts it as a booking, by the switches of county.yaml")},
    "linked.cad_person": {"event_at": _EVENT_AT, "call_type": _CALL_TYPE},
    "linked.health_encounter": {"is_part2": _DIAGNOSIS["is_part2"]},
    "linked.health_diagnosis": _DIAGNOSIS,
}

BY_TABLE: Mapping[str, Mapping[str, Meaning]] = {**_CHECKED, **QUALITY, **_CONSENTED, **_LINKED, **MEASURED}
"""``schema.table`` -> column -> meaning."""
