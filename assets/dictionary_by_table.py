"""What a column means in one table, where the shared list cannot say it.

Belongs here: columns of consented, linked and measured tables that have a meaning of their own there. Does not belong here: columns that
several stages share (dictionary) or that a record contract describes.
"""

from __future__ import annotations

from collections.abc import Mapping

from assets.checked.quality.catalogue import MEANINGS as _QUALITY
from assets.meaning import Meaning, identifier, plain, protected, quasi, sensitive

_PEOPLE = plain("distinct people counted")
_PERIOD = {
    "period_start": plain("first moment of the period, no earlier than the records of the system begin"),
    "period_end": plain("the as-of moment; the period ends just before it"),
}
_BOUNDS = {
    "base_total": plain("the whole base, people whose records may not be looked up included; only of figures that cross systems"),
    "base_linkable": plain("the part of the base whose records may be looked up in the other system"),
}
_WINDOW = {
    "window_start": plain("first moment of the definition's longest window"),
    "window_end": plain("the as-of moment; the window ends just before it"),
}
_DEFINITION = {
    "definition_id": plain("short name of the definition"),
    "definition_version": plain("version of the definition; raised whenever its rule changes"),
    "reason": plain("why there is no figure; null where there is one"),
}
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
    "checked.disposition": {
        "deleted": plain("records that ended tonight: voided by the source, or absent from a full snapshot"),
        "awaiting_parent": plain("admitted rows whose event or encounter has not been delivered yet"),
        "verdict": plain("accepted, or refused as a whole above a cap"),
    },
}

_CONSENTED: Mapping[str, Mapping[str, Meaning]] = {
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
        "with_systems": plain("of a link clause: systems the identities may be compared with"),
        "record_days": plain("only records at most so many days before the night"),
    },
    "consented.clause_out_of_force": {
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
        "delivered_recipients": plain("recipients as the source wrote them"),
        "delivered_classes": plain("classes of elements as the source wrote them"),
        "delivered_valid_to": plain("end as the source wrote it"),
    },
    "consented.consent": {"operations": _OPERATIONS},
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
    },
    "consented.link_permission": {
        "reason": plain("permitted, or the first gate that denied"),
        "valid_until": plain("first day on which the clause or consent behind it no longer holds"),
    },
}

_LINKED: Mapping[str, Mapping[str, Meaning]] = {
    "linked.edge": {"gammas": plain("levels of agreement the pair reached, comparison by comparison")},
    "linked.cad_person": {"event_at": _EVENT_AT, "call_type": _CALL_TYPE},
    "linked.health_encounter": {"is_part2": _DIAGNOSIS["is_part2"]},
    "linked.health_diagnosis": _DIAGNOSIS,
}

_MEASURED: Mapping[str, Mapping[str, Meaning]] = {
    "measured.person_timeline": {
        "position": plain("place of the step in the person's timeline, from 1"),
        "step": plain("contact, stay (after first appearance) or release"),
        "is_open": plain("whether the stay has not ended by the as-of moment"),
        "end_is_impossible": plain("whether the record ends before it begins; it then has no length"),
        "is_counted": plain("whether the county's rule counts it as a booking; true for every other contact"),
        "days": sensitive("length of the contact or stay in days, up to the as-of moment"),
        "previous_system": plain("system of the step before"),
        "previous_intercept": plain("intercept of the step before"),
        "days_since_previous": sensitive("days since the step before began"),
    },
    "measured.person_race": {
        "race_rule": plain("name of the county's rule that chose the group"),
        "decided_by": plain("how the deciding assertion was made: self, observed, proxy or unknown"),
        "decided_as": plain("latest or modal"),
        "assertions": plain("assertions known"),
        "usable_assertions": plain("assertions that can decide"),
        "groups_asserted": plain("different groups that usable assertions name"),
        "races_ever": protected("every race ever asserted"),
        "hispanic_ever": protected("whether Hispanic or Latino ethnicity was ever asserted"),
        "hispanic_unknown": plain("whether a race is known but no ethnicity, so that the group is UNKNOWN"),
        "category_systems": plain("category systems of the assertions"),
    },
    "measured.frequent_utilizers": {
        **_DEFINITION,
        **_WINDOW,
        "criteria": plain("names of the definition's criteria, in order"),
        "criterion_values": sensitive("the person's value of each criterion, in the same order"),
        "criteria_met": sensitive("how many criteria the person meets"),
        "qualifies": sensitive("whether the person meets the definition"),
        "composite": sensitive("mean of the person's percentile ranks within the criteria, 0 to 1"),
        "list_rank": sensitive("place on the list; shared by people with the same composite"),
        "listed": sensitive("whether the person is on the list"),
        "tied_at_cut": plain("whether the person shares the last place of a full list"),
    },
    "measured.frequent_utilizer_summary": {
        **_DEFINITION,
        **_WINDOW,
        "definition_name": plain("what pages call the definition"),
        "definition_source": plain("where the rule comes from"),
        "people": plain("people whom the definition can find"),
        "eligible": plain("people who meet it"),
        "listed": plain("people on its list"),
        "tied_at_cut": plain("people who share the last place of a full list"),
        "list_size": plain("length the list is meant to have; null: everybody who meets the definition"),
        "listed_beyond_size": plain("people listed beyond that length because they are tied; only in the row ALL"),
        "share_of_people": plain("share of all people found, 0 to 1"),
        "share_of_eligible": plain("share of all who meet the definition, 0 to 1"),
        "share_of_listed": plain("share of the list, 0 to 1"),
        "listed_of_eligible": plain("listed per eligible person of the group, 0 to 1"),
        "reaches_before_records": plain("whether the window begins before the records do"),
    },
    "measured.racial_disparity": {
        **_PERIOD,
        **_BOUNDS,
        "point_no": plain("place of the decision point in the county's text"),
        "point_id": plain("short name of the decision point"),
        "point_name": plain("what is decided there"),
        "reference_group": plain("race group whose rate the others are divided by"),
        "race_rule": plain("name of the county's rule that chose one group a person"),
        "category_system": plain("race categories that numerator and base share"),
        "repeat": plain("people: once each; events: as often as it happens"),
        "base_kind": plain("population or previous_point"),
        "base_point": plain("the earlier decision point that is the base"),
        "base_is_previous_numerator": plain("whether the base is exactly what the earlier point counts"),
        "events": plain("how often it happened"),
        "people": plain("people it happened to, each counted once"),
        "base": plain("what the rate is divided by: residents, people or events"),
        "base_people": plain("people behind the base"),
        "excluded_events": plain("events left out: not a resident, outside the ages, or residence or age unknown"),
        "ethnicity_unknown_people": plain("people whose race is known and whose ethnicity is not"),
        "rate": plain("rate of the group, per rate_per of the base"),
        "rate_per": plain("what the rate is per"),
        "rate_lower": plain("lower 95 % limit of the rate"),
        "rate_upper": plain("upper 95 % limit of the rate"),
        "rate_method": plain("how the limits were found"),
        "rate_ratio": plain("rate divided by the rate of the reference group"),
        "ratio_lower": plain("lower 95 % limit of the ratio"),
        "ratio_upper": plain("upper 95 % limit of the ratio"),
        "ratio_method": plain("how the limits were found"),
        "rate_difference": plain("rate minus the rate of the reference group, in the unit of the rate"),
        "difference_lower": plain("lower 95 % limit of the difference"),
        "difference_upper": plain("upper 95 % limit of the difference"),
        "difference_method": plain("how the limits were found"),
        "excess_events": plain("events beyond those that the reference group's rate would give"),
        "withheld_people": plain("people whose records of the other system may not be looked up"),
        "rate_if_none_connected": plain("the rate if none of them was connected"),
        "rate_if_all_connected": plain("the rate if all of them were connected"),
        "benchmark_source": plain("where the population figure comes from"),
        "benchmark_year": plain("year of the population figure"),
        "decided_by": plain("who decides at this point"),
        "discretion": plain("how free the decider is"),
        "policy_ref": plain("where the rule that binds the decider is written"),
        "reason": plain("why a figure is not given; null where it is"),
    },
    "measured.stepping_up": {
        **_PERIOD,
        **_BOUNDS,
        "measure": plain("which of the four measures"),
        "submeasure": plain("which part of it"),
        "evidence": plain("bjmhs, smi_dx_proxy, either, or ALL"),
        "smi_status": plain("what the evidence says: positive, negative, unknown, or ALL"),
        "numerator": plain("bookings, releases or days counted"),
        "denominator": plain("bookings, releases or days they are a part of"),
        "people": plain("people behind the numerator"),
        "base_people": plain("people behind the denominator"),
        "value": plain("the measure, in the unit beside it"),
        "unit": plain("unit of the value"),
        "value_if_none": plain("the value if nobody whose records may not be looked up was connected"),
        "value_if_all": plain("the value if everybody whose records may not be looked up was connected"),
        "excluded": plain("releases left out because their follow-up is not complete"),
        "reason": plain("why there is no figure; null where there is one"),
    },
    "measured.reconciliation": {
        **_PERIOD,
        "step_no": plain("place of the step on the way from rows to the jail's own count"),
        "step": plain("the step"),
        "count_date": plain("day of the jail's own count, where the step is of one day"),
        "people": _PEOPLE,
        "ours": plain("our figure at this step"),
        "theirs": plain("the jail's own figure; null where the jail gives none"),
        "difference": plain("ours minus theirs"),
        "difference_pct": plain("difference per 100 of theirs"),
        "reason": plain("why a figure is missing; null where none is"),
    },
    "measured.intercept_flow": {
        **_PERIOD,
        "from_intercept": plain("intercept left"),
        "from_system": plain("system left"),
        "to_intercept": plain("intercept reached next"),
        "to_system": plain("system reached next"),
        "transitions": plain("how often people passed"),
        "people": plain("people who passed at least once"),
        "median_days": plain("median days between the two steps"),
    },
}

BY_TABLE: Mapping[str, Mapping[str, Meaning]] = {**_CHECKED, **_QUALITY, **_CONSENTED, **_LINKED, **_MEASURED}
"""``schema.table`` -> column -> meaning."""
