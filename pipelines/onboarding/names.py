"""How vendors call what our fields hold, and how alike two names are.

Belongs here: words, their abbreviations, phrases by field, the score. Does not belong here: what a column holds (profile) and the choice
(propose). The phrases are the field names of the published layouts named in docs/reference (DSSG jail schema, HUD HMIS CSV, CAD exports)
and of record systems' documentation; whatever else a field is called, its own name and its description stand in for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import cache

from contracts.records import RecordType

ABBREVIATIONS: Mapping[str, str] = {
    "addr": "address", "adm": "admission", "agcy": "agency", "arr": "arrest",
    "bk": "booking", "bkg": "booking", "bkd": "booked", "book": "booking",
    "cd": "code", "chg": "charge", "desc": "description", "disp": "disposition", "dob": "birthdate", "dt": "date", "dtm": "date",
    "dttm": "date", "enc": "encounter", "eth": "ethnicity", "fac": "facility", "fl": "flag", "flg": "flag", "fname": "firstname",
    "fnm": "firstname", "ind": "flag", "lname": "lastname", "lnm": "lastname", "lvl": "level", "mid": "middle", "mname": "middlename",
    "nbr": "number", "nm": "name", "no": "number", "num": "number", "pers": "person", "pos": "position", "rel": "release",
    "sfx": "suffix", "seq": "sequence", "tel": "phone", "telephone": "phone", "upd": "updated", "upddt": "updated", "postcode": "zip",
    "postal": "zip", "zipcode": "zip", "gender": "sex", "forename": "firstname", "surname": "lastname", "given": "firstname",
    "family": "lastname", "birth": "birth", "datetime": "date", "time": "date", "ts": "date", "timestamp": "date", "unhoused": "homeless",
}  # fmt: skip
_IDLE = frozenset({"code", "the", "of", "a", "flag", "value", "text", "type", "at", "on"})

PHRASES: Mapping[str, tuple[str, ...]] = {
    "source_person_id": ("person id", "internal person id", "inmate number", "jacket number", "inmate id", "client id", "client number",
                         "personal id", "patient id", "subject id", "offender id", "mni number", "defendant id", "mrn", "name id"),
    "source_parent_id": ("booking number", "booking id", "incident number", "encounter id", "enrollment id", "event id", "case number"),
    "source_updated_at": ("last updated", "updated date", "date updated", "last update", "modified date", "last modified", "change date"),
    "is_deleted": ("deleted", "is deleted", "void", "record status", "deleted date"),
    "first_name": ("first name", "given name", "first"),
    "middle_name": ("middle name", "middle initial", "middle"),
    "last_name": ("last name", "family name", "last"),
    "name_suffix": ("suffix", "name suffix", "generation"),
    "full_name": ("full name", "name", "person name", "inmate name", "defendant name"),
    "birth_date": ("birth date", "date of birth", "born"),
    "sex": ("sex", "sex code"),
    "phone": ("phone", "phone number", "cell phone", "home phone"),
    "street_address": ("street address", "address", "street", "address line", "home address"),
    "city": ("city", "town", "city name"),
    "state": ("state", "address state"),
    "zip": ("zip", "zip code", "postal code"),
    "ssn4": ("ssn last four", "ssn 4", "last four ssn", "ssn"),
    "state_id": ("state id", "state identification number", "sid", "state number"),
    "race": ("race", "race code", "race ethnicity"),
    "ethnicity": ("ethnicity", "ethnic", "hispanic", "hispanic origin"),
    "booked_at": ("booking date", "jail entry date", "admission date", "admitted", "intake date", "booked", "commit date", "date in",
                  "entry date"),
    "released_at": ("release date", "jail exit date", "released", "discharge date", "date out", "exit date", "left"),
    "release_type": ("release reason", "release type", "release code", "reason released", "left why"),
    "facility": ("facility", "jail facility", "building", "location", "housing facility"),
    "arresting_agency": ("arresting agency", "arrest agency", "agency", "arresting ori"),
    "booking_type": ("booking type", "admission reason", "booking reason", "admission type", "commitment type", "reason booked"),
    "bjmhs_positive": ("bjmhs result", "bjmhs", "mental health screen", "screen result"),
    "bjmhs_at": ("bjmhs date", "screen date", "screened"),
    "homeless": ("homeless", "homeless flag", "housing status"),
    "charge_date": ("charge date", "offense date", "filed date"),
    "statute": ("statute", "statute code", "offense code", "charge code"),
    "charge_description": ("charge description", "charge", "offense description", "offense"),
    "charge_level": ("charge level", "charge type", "severity", "offense level", "charge class"),
    "position": ("charge position", "sequence", "sequence number", "position", "count number"),
    "count_date": ("count date", "day", "census date", "date"),
    "population": ("population", "held", "count", "census", "adp"),
    "bookings": ("bookings", "admissions", "admitted", "booking count"),
    "event_type": ("event type", "event code", "order type"),
    "event_date": ("event date", "order date", "effective date"),
    "received_at": ("call received", "received", "call date", "created", "time received", "call time"),
    "dispatched_at": ("dispatched", "dispatch date", "first dispatched"),
    "en_route_at": ("en route", "enroute"),
    "arrived_at": ("arrived", "on scene", "first arrived"),
    "cleared_at": ("cleared", "closed", "clear date", "close date"),
    "initial_call_type": ("initial call type", "original type", "call type", "nature", "call nature"),
    "final_call_type": ("final call type", "final type", "closing type"),
    "call_disposition": ("call disposition", "disposition", "final disposition"),
    "priority": ("priority", "call priority"),
    "beat": ("beat", "district", "zone", "area"),
    "cancelled": ("cancelled", "canceled"),
    "person_role": ("role", "involvement", "person role", "involvement type"),
    "started_at": ("start", "encounter start", "start date", "begin", "admit date", "service date", "encounter date"),
    "ended_at": ("end", "encounter end", "end date", "discharge"),
    "cad_incident_id": ("cad incident", "incident number", "cad number", "event number"),
    "team_type": ("team type", "team", "unit type"),
    "clinician_present": ("clinician present", "clinician"),
    "presenting_issue": ("presenting issue", "reason", "presenting problem"),
    "suicidal": ("suicidal", "suicide risk"),
    "intoxicated": ("intoxicated", "under influence"),
    "weapon": ("weapon", "weapon present"),
    "disposition": ("disposition", "outcome"),
    "icd10": ("diagnosis code", "icd10", "dx code", "icd code"),
    "diagnosed_on": ("diagnosis date", "dx date", "recorded date"),
    "encounter_type": ("encounter type", "service type"),
    "program_id": ("program id", "program", "provider id", "project id"),
}  # fmt: skip

KEYS: Mapping[str, tuple[str, ...]] = {
    "jail_booking": ("booking number", "booking id", "internal event id", "admission ref", "commitment number"),
    "jail_charge": ("charge id", "charge number", "charge key"),
    "jail_alias": ("alias id",),
    "jail_count": ("count id",),
    "legal_event": ("event id", "order id"),
    "cad_event": ("incident number", "event number", "cad number", "call id"),
    "cad_person": ("involvement id", "person involvement id"),
    "co_responder_encounter": ("encounter id", "contact id"),
    "arrest": ("arrest id", "arrest number"),
    "police_stop": ("stop id", "stop number"),
    "ed_visit": ("visit id", "account number"),
    "ems_response": ("response number", "record number", "pcr number"),
    "court_event": ("event id", "hearing id", "docket id"),
    "supervision": ("supervision id", "term id"),
    "housing_move": ("move id", "housing id"),
}
"""Record type to what vendors call its key."""


@cache
def tokens(name: str) -> tuple[str, ...]:
    """The words of a name, abbreviations written out, idle words left out unless nothing else is there."""
    apart = re.sub(r"([a-z])([A-Z])|([A-Za-z])(\d)", lambda found: " ".join(filter(None, found.groups())), name)
    words = [word for word in re.split(r"[^a-z0-9]+", apart.casefold()) if word]
    full = " ".join(ABBREVIATIONS.get(word, word) for word in words).split()
    return tuple(word for word in full if word not in _IDLE) or tuple(full)


@cache
def alike(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1: shared words over all words, and over those of the shorter."""
    left, right = tokens(one), tokens(other)
    if not left or not right:
        return 0.0
    if "".join(left) == "".join(right):
        return 1.0
    shared = sum(any(_same(word, against) for against in right) for word in left)
    if not shared:
        return 0.0
    return round(0.5 * shared / (len(left) + len(right) - shared) + 0.5 * shared / max(min(len(left), len(right)), 1) * 0.9, 3)


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    return min(len(one), len(other)) >= 4 and SequenceMatcher(None, one, other).ratio() >= 0.87


def likeness(column: str, field: str, record_type: RecordType) -> float:
    """How well a column's name fits a field: against its own name, what vendors call it, and, more weakly, its description."""
    told = max(alike(column, phrase) for phrase in (field.replace("_", " "), *PHRASES.get(field, ())))
    description = record_type.model.to_schema().columns[field].description or ""
    return max(told, 0.6 * alike(column, description.split(";")[0].split(".")[0]))


def key_likeness(column: str, record_type: str) -> float:
    """How well a column's name fits the key of a record type."""
    return max(alike(column, phrase) for phrase in (f"{record_type.replace('_', ' ')} id", *KEYS.get(record_type, ())))
