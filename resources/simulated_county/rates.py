"""How often things happen, and how often they are recorded wrongly, in the simulated county.

Belongs here: every rate of the simulation, as named constants. Does not belong here: the drawing itself.

The rates were fixed before any linkage model was trained on the county and are not tuned to one: a change here is a change
of the county, to be argued from what real systems look like, never from how well the linkage scores. They are plausible
middle values for a United States county, not measurements of any; docs/reference/simulated-county.md prints them and is
compared with this module by a test.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

HISTORY_DAYS = 730
"""Days of history before the first night."""
JAIL_BURN_IN_DAYS = 180
"""Bookings are also drawn this long before the history, so that the jail is not empty on its first day."""


@dataclass(frozen=True)
class IdentityRates:
    """Chances, per identity that a system writes down, of each fault; each is taken among the people it can happen to."""

    first_name_typo: float
    last_name_typo: float
    nickname: float  # among people who go by a nickname
    middle_missing: float
    middle_initial: float  # among middle names that are written at all
    names_swapped: float
    surname_respelled: float  # among compound or spaced surnames: one part only, joined, or other separator
    old_surname: float  # among people whose surname changed
    suffix_missing: float
    birth_date_missing: float
    birth_date_placeholder: float
    birth_date_january_first: float
    birth_date_partial: float  # year and month only
    birth_date_swapped: float  # month and day, where the day allows it
    birth_date_wrong: float  # one digit, or a year off
    sex_wrong: float
    sex_missing: float
    phone_missing: float
    phone_old: float  # among people whose number changed
    phone_shared: float  # the household's or shelter's number instead of the person's
    address_missing: float
    address_old: float  # among people who moved
    address_typo: float
    ssn4_present: float
    ssn4_wrong: float
    state_id_present: float


JAIL = IdentityRates(
    first_name_typo=0.015, last_name_typo=0.015, nickname=0.06, middle_missing=0.25, middle_initial=0.40, names_swapped=0.003,
    surname_respelled=0.25, old_surname=0.15, suffix_missing=0.20,
    birth_date_missing=0.010, birth_date_placeholder=0.005, birth_date_january_first=0.005, birth_date_partial=0.0,
    birth_date_swapped=0.004, birth_date_wrong=0.011, sex_wrong=0.003, sex_missing=0.004,
    phone_missing=0.35, phone_old=0.30, phone_shared=0.08, address_missing=0.05, address_old=0.25, address_typo=0.05,
    ssn4_present=0.70, ssn4_wrong=0.015, state_id_present=0.45,
)  # fmt: skip
"""Fingerprinted and read from a document in most cases."""

HEALTH = IdentityRates(
    first_name_typo=0.008, last_name_typo=0.008, nickname=0.05, middle_missing=0.30, middle_initial=0.30, names_swapped=0.002,
    surname_respelled=0.20, old_surname=0.12, suffix_missing=0.45,
    birth_date_missing=0.003, birth_date_placeholder=0.001, birth_date_january_first=0.004, birth_date_partial=0.010,
    birth_date_swapped=0.004, birth_date_wrong=0.006, sex_wrong=0.002, sex_missing=0.010,
    phone_missing=0.12, phone_old=0.20, phone_shared=0.06, address_missing=0.03, address_old=0.25, address_typo=0.03,
    ssn4_present=0.60, ssn4_wrong=0.010, state_id_present=0.0,
)  # fmt: skip
"""Registered at a desk, mostly with an insurance card."""

CO_RESPONDER = IdentityRates(
    first_name_typo=0.030, last_name_typo=0.035, nickname=0.30, middle_missing=0.60, middle_initial=0.60, names_swapped=0.006,
    surname_respelled=0.40, old_surname=0.20, suffix_missing=0.60,
    birth_date_missing=0.120, birth_date_placeholder=0.004, birth_date_january_first=0.015, birth_date_partial=0.0,
    birth_date_swapped=0.010, birth_date_wrong=0.025, sex_wrong=0.005, sex_missing=0.030,
    phone_missing=0.35, phone_old=0.20, phone_shared=0.10, address_missing=0.20, address_old=0.20, address_typo=0.06,
    ssn4_present=0.0, ssn4_wrong=0.0, state_id_present=0.0,
)  # fmt: skip
"""Typed on a tablet in the street by a clinician or officer."""

CAD = IdentityRates(
    first_name_typo=0.050, last_name_typo=0.060, nickname=0.45, middle_missing=0.85, middle_initial=0.95, names_swapped=0.010,
    surname_respelled=0.55, old_surname=0.25, suffix_missing=0.85,
    birth_date_missing=0.450, birth_date_placeholder=0.006, birth_date_january_first=0.030, birth_date_partial=0.0,
    birth_date_swapped=0.012, birth_date_wrong=0.035, sex_wrong=0.010, sex_missing=0.080,
    phone_missing=0.40, phone_old=0.15, phone_shared=0.25, address_missing=0.35, address_old=0.20, address_typo=0.10,
    ssn4_present=0.0, ssn4_wrong=0.0, state_id_present=0.0,
)  # fmt: skip
"""Heard over the telephone or radio and typed by a dispatcher."""

CLEAN = IdentityRates(**{field.name: float(field.name in {"ssn4_present"}) for field in fields(IdentityRates)})
"""What a correction writes: no fault at all."""

CAD_NAME_PARTIAL = 0.14
"""Share of CAD names with one part only."""
CAD_NAME_ABSENT = 0.05
"""Share of CAD people without any name, or with UNKNOWN for a name."""
CAD_PHONE_IS_CALLERS = 0.35
"""Share of CAD subjects whose phone field holds the caller's number."""
CAD_ADDRESS_IS_INCIDENTS = 0.40
"""Share of CAD subjects whose address field holds the place of the incident."""
CAD_ROLE_BLANK = 0.03

CAD_BIRTH_DATE_IMPOSSIBLE = 0.001
"""Share of CAD people whose birth date is no date, such as 02/30/1988: rows that have to be refused. None in files under 1,000 rows."""
CAD_EXPORTED_TWICE = 0.0005
"""Share of the backlog's CAD rows that the export repeats."""
CAD_AMENDED_IN_BACKLOG = 0.001
"""Share of the backlog's CAD events that stand in it in two versions, the later one after the earlier."""
CO_RESPONDER_BIRTH_DATE_AHEAD = 0.001
"""Share of co-responder encounters whose birth date lies in the future: a year of two digits read wrongly."""

JAIL_IDENTITY_RETAKEN = 0.35
"""Share of later bookings at which the jail writes the identity afresh instead of copying the jacket's."""
JAIL_ALIAS_PEOPLE = 0.08
JAIL_SECOND_JACKET = 0.03
"""Share of people with two or more bookings who hold two JacketNos."""
JAIL_JACKET_REUSED = 0.0008
"""Share of JacketNos later given to another person; at least one in a county of 2,000 or more."""
CO_RESPONDER_NEW_CLIENT_NO = 0.20
"""Share of later encounters for which a known person is entered as a new client."""
HEALTH_DUPLICATE_PATIENT = 0.02

NICKNAME_USED = 0.28
"""Share of people with a name that has nicknames who go by one."""
NICKNAME_NOT_IN_A_DICTIONARY = 0.25
"""Share of those nicknames that are a cut-off form or the middle name, so that no dictionary of nicknames finds them."""

# Households and names
TWIN_PAIRS = 0.016
"""Share of people who are the first of a twin pair."""
TWINS_NAMED_ALIKE = 0.30
"""Share of twin pairs whose first names begin with the same letter."""
ADULT_TWINS_AT_ONE_ADDRESS = 0.35
SON_NAMED_FOR_FATHER = 0.07
COMPOUND_SURNAME = 0.22
"""Share of Hispanic people with two surnames."""
WIFE_TAKES_SURNAME = 0.68
WIFE_TAKES_SURNAME_HISPANIC = 0.35
WIFE_JOINS_SURNAMES = 0.06
MARRIED_IN_WINDOW = 0.045
"""Share of married couples who marry during the two years of history."""
HOUSEHOLD_MOVES = 0.20
"""Share of households that move during the two years."""
PHONE_CHANGES = 0.22
PHONE_SHARED_BY_COUPLE = 0.10

# Health and housing of adults
SMI_ADULTS = 0.055
SUD_ADULTS = 0.085
SUD_GIVEN_SMI = 0.32
HOMELESS_ADULTS = 0.0032
HOMELESS_FACTOR_SMI = 7.0
HOMELESS_FACTOR_SUD = 3.5
HOMELESS_FACTOR_RACE = {"WHITE": 1.0, "BLACK": 2.4, "HISPANIC": 1.1, "ASIAN": 0.5, "AIAN": 2.6, "NHPI": 1.8, "MULTIRACIAL": 1.5}

# Volumes, per 1,000 residents and year
BOOKINGS_PER_1000 = 66.0
BOOKINGS_OF_NON_RESIDENTS = 0.20
NON_RESIDENTS_PER_RESIDENT = 0.03
CAD_EVENTS_PER_1000 = 200.0
CO_RESPONDER_PER_1000 = 30.0
PATIENTS_PER_1000 = 125.0
"""Per 1,000 residents over the two years, not per year."""
HEALTH_ENCOUNTERS_PER_PATIENT = 6.0

PLANTED_BOOKING_RATE_RATIO = {"WHITE": 1.0, "BLACK": 2.6, "HISPANIC": 1.5, "ASIAN": 0.4, "AIAN": 2.2, "NHPI": 1.4, "MULTIRACIAL": 1.3}
"""Expected bookings per resident against White residents: a planted disparity, known in truth, that a measure must find."""
BOOKING_FACTOR_SMI = 3.0
BOOKING_FACTOR_SUD = 2.5
BOOKING_FACTOR_HOMELESS = 6.0
BOOKING_GAMMA_SHAPE = 0.35
"""Shape of the gamma variate by which people of one kind differ; below 1 means that few people have most of the bookings."""
STAY_FACTOR_SMI = 1.6
CAD_FACTOR_SMI = 5.0
CAD_FACTOR_SUD = 2.5
CAD_FACTOR_HOMELESS = 8.0
CAD_GAMMA_SHAPE = 0.35
HEALTH_GAMMA_SHAPE = 0.60
PATIENT_SHARE = {"smi": 0.72, "sud": 0.38, "homeless": 0.50}
"""Chance to be a patient of the behavioural health system within two years; everyone else shares the rest evenly."""

# Screening in jail
SCREENED = 0.78
"""Share of bookings held at least six hours that get a Brief Jail Mental Health Screen."""
SCREEN_SENSITIVITY = 0.70
SCREEN_FALSE_POSITIVE = 0.12
SCREEN_HOSPITAL = 0.45
SCREEN_MEDICINE = 0.40
"""Answers to items 7 and 8 of positive screens; items 1 to 6 carry the rest."""
SCREEN_ONE_SYMPTOM = 0.22
"""Negative screens with one yes among items 1 to 6."""
JAIL_SMI_CONNECTED = 0.25
"""Share of releases of people with SMI that are followed by an outpatient visit within 14 days, beyond chance."""

# The jail's own count
COUNT_DIFFERS = 0.04
"""Share of days on which the jail's midnight count is off by one or two (a recount at another hour)."""
COUNT_BOOKINGS_DIFFERS = 0.02

# Seals, consents
SEALED_BOOKINGS = 0.004
CONSENT_ROI = 0.62
"""Share of patients with a signed release of information (45 CFR 164.508)."""
CONSENT_ROI_WITH_SHERIFF = 0.30
"""Share of those releases that also name the sheriff."""
CONSENT_PART2 = 0.66
"""Share of patients of a substance use programme with a Part 2 consent."""
CONSENT_EXPIRED = 0.09
CONSENT_REVOKED = 0.04
CONSENT_DEFECTIVE = 0.04
CONSENT_OPT_OUT = 0.03

# Later nights; every system has at least one of each on every later night, so that the smallest county shows them
CORRECTED_PER_NIGHT = 0.0006
"""Share of known records that a later night corrects."""
DELETED_PER_NIGHT = 0.0001
LATE = 0.006
"""Share of records that arrive one to six days late."""
REVOKED_PER_NIGHT = 0.0003

# Race, as each system writes it, by what the person would say: (code, chance) pairs that sum to one
JAIL_RACE = {
    "WHITE": (("W", 0.965), ("U", 0.015), ("O", 0.012), ("B", 0.008)),
    "BLACK": (("B", 0.955), ("W", 0.015), ("U", 0.020), ("O", 0.010)),
    "HISPANIC": (("W", 0.80), ("O", 0.09), ("U", 0.06), ("B", 0.04), ("I", 0.01)),
    "ASIAN": (("A", 0.86), ("O", 0.05), ("U", 0.05), ("W", 0.03), ("P", 0.01)),
    "AIAN": (("I", 0.58), ("W", 0.33), ("U", 0.05), ("O", 0.04)),
    "NHPI": (("P", 0.50), ("A", 0.28), ("O", 0.12), ("U", 0.10)),
    "MULTIRACIAL": (("B", 0.42), ("W", 0.40), ("O", 0.09), ("U", 0.06), ("A", 0.03)),
}
JAIL_ETHNICITY = {
    "HISPANIC": (("H", 0.62), ("N", 0.22), ("U", 0.16)),
    "OTHER": (("H", 0.012), ("N", 0.808), ("U", 0.18)),
}
CAD_RACE = {
    "WHITE": (("W", 0.83), ("U", 0.16), ("H", 0.01)),
    "BLACK": (("B", 0.83), ("U", 0.15), ("W", 0.02)),
    "HISPANIC": (("H", 0.60), ("W", 0.22), ("U", 0.17), ("B", 0.01)),
    "ASIAN": (("A", 0.68), ("U", 0.26), ("W", 0.06)),
    "AIAN": (("I", 0.40), ("W", 0.34), ("U", 0.20), ("H", 0.06)),
    "NHPI": (("A", 0.55), ("U", 0.37), ("H", 0.08)),
    "MULTIRACIAL": (("B", 0.40), ("W", 0.33), ("U", 0.22), ("H", 0.05)),
}
CO_RESPONDER_RACE = {
    "WHITE": (("White", 0.89), ("Unknown", 0.07), ("Refused", 0.03), ("Other", 0.01)),
    "BLACK": (("Black/African American", 0.88), ("Unknown", 0.06), ("Refused", 0.04), ("Other", 0.02)),
    "HISPANIC": (("Hispanic/Latino", 0.79), ("White", 0.08), ("Unknown", 0.07), ("Refused", 0.03), ("Other", 0.03)),
    "ASIAN": (("Asian", 0.84), ("Unknown", 0.08), ("Other", 0.05), ("Refused", 0.03)),
    "AIAN": (("Native American", 0.62), ("White", 0.20), ("Unknown", 0.10), ("Multiracial", 0.06), ("Refused", 0.02)),
    "NHPI": (("Pacific Islander", 0.62), ("Asian", 0.20), ("Unknown", 0.10), ("Other", 0.08)),
    "MULTIRACIAL": (("Multiracial", 0.48), ("Black/African American", 0.22), ("White", 0.18), ("Unknown", 0.09), ("Refused", 0.03)),
}
HEALTH_RACE_MISSING = 0.07
HEALTH_RACE_DECLINED = 0.025
HEALTH_ETHNICITY_MISSING = 0.06
HEALTH_HISPANIC_WITHOUT_RACE = 0.35
"""Share of Hispanic patients who give an ethnicity but no race."""
HEALTH_MULTIRACIAL_GIVES_ONE = 0.35
HEALTH_RACE_MISREGISTERED = 0.015
"""Share of patients registered with another person's answer."""


def identity_table() -> list[tuple[str, float, float, float, float]]:
    """(fault, jail, health, co_responder, cad) for the documentation; rates as fractions."""
    systems = (JAIL, HEALTH, CO_RESPONDER, CAD)
    return [(field.name, *(float(getattr(system, field.name)) for system in systems)) for field in fields(IdentityRates)]  # type: ignore[misc]  # attribute by name: mypy sees Any
