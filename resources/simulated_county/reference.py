"""The tables of docs/reference/simulated-county.md, made from the constants themselves.

Belongs here: printing rates as Markdown. Does not belong here: the rates (rates.py) or the prose around them.

    python -m resources.simulated_county.reference

prints the tables; a test holds that the document contains them word for word.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from resources.simulated_county import rates
from resources.simulated_county.population import GROUP_SHARES, GROUPS
from resources.simulated_county.state_reports import POINTS, STRATA

FAULTS = {
    "first_name_typo": "slip in the first name",
    "last_name_typo": "slip in the surname",
    "nickname": "nickname in place of the name (of people who go by one)",
    "middle_missing": "middle name left out",
    "middle_initial": "middle initial only (of those written)",
    "names_swapped": "first name and surname exchanged",
    "surname_respelled": "compound or spaced surname written otherwise",
    "old_surname": "former surname still used (of those that changed)",
    "suffix_missing": "JR, SR, III left out",
    "birth_date_missing": "birth date missing",
    "birth_date_placeholder": "1900-01-01 in place of a birth date",
    "birth_date_january_first": "1 January of the birth year",
    "birth_date_partial": "year and month only",
    "birth_date_swapped": "month and day exchanged (where the day allows it)",
    "birth_date_wrong": "birth date with one slip",
    "sex_wrong": "wrong sex",
    "sex_missing": "sex missing",
    "phone_missing": "telephone missing",
    "phone_old": "former number (of those that changed)",
    "phone_shared": "partner's, parent's or shelter's number",
    "address_missing": "address missing",
    "address_old": "former address (of those who moved)",
    "address_typo": "slip in the street",
    "ssn4_present": "last four digits of the SSN present",
    "ssn4_wrong": "one of those digits wrong",
    "state_id_present": "state identification number present",
}
SINGLE = {
    "CAD_NAME_PARTIAL": "CAD: one part of the name only",
    "CAD_NAME_ABSENT": "CAD: no name, UNKNOWN, UNK MALE or UNK FEMALE",
    "CAD_PHONE_IS_CALLERS": "CAD: the caller's telephone with the subject",
    "CAD_ADDRESS_IS_INCIDENTS": "CAD: the place of the incident as the subject's address",
    "CAD_ROLE_BLANK": "CAD: role left blank",
    "CAD_BIRTH_DATE_IMPOSSIBLE": "CAD: a birth date that is no date (no row in files under 1,000 rows)",
    "CAD_EXPORTED_TWICE": "CAD: rows of the backlog that the export repeats",
    "CAD_AMENDED_IN_BACKLOG": "CAD: events that stand in the backlog in two versions",
    "CO_RESPONDER_BIRTH_DATE_AHEAD": "co-responder: a birth date in the future (no row in files under 1,000 rows)",
    "JAIL_IDENTITY_RETAKEN": "jail: identity taken afresh at a later booking",
    "JAIL_ALIAS_PEOPLE": "jail: people with aliases on file",
    "JAIL_SECOND_JACKET": "jail: people with two or more bookings who hold two JacketNos",
    "JAIL_JACKET_REUSED": "jail: JacketNos later given to somebody else",
    "CO_RESPONDER_NEW_CLIENT_NO": "co-responder: known person entered as a new client",
    "HEALTH_DUPLICATE_PATIENT": "health: people with two patient records",
    "NICKNAME_USED": "people who go by a nickname (of those whose name has one)",
    "NICKNAME_NOT_IN_A_DICTIONARY": "of these, nickname no dictionary lists",
    "TWINS_NAMED_ALIKE": "twins whose names begin alike",
    "SON_NAMED_FOR_FATHER": "sons named for their father",
    "COMPOUND_SURNAME": "Hispanic people with two surnames",
    "WIFE_TAKES_SURNAME": "wives who take the husband's surname (not Hispanic)",
    "WIFE_TAKES_SURNAME_HISPANIC": "the same, Hispanic",
    "WIFE_JOINS_SURNAMES": "wives who join the surnames with a hyphen",
    "HOUSEHOLD_MOVES": "households that move in the two years",
    "SCREENED": "bookings of six hours or more that are screened",
    "SCREEN_SENSITIVITY": "screen positive, given serious mental illness",
    "SCREEN_FALSE_POSITIVE": "screen positive, without it",
    "SCREEN_HOSPITAL": "positive screen: ever in a hospital for mental health (item 7)",
    "SCREEN_MEDICINE": "positive screen: medication for mental health (item 8)",
    "SCREEN_ONE_SYMPTOM": "negative screen: one yes among items 1 to 6",
    "COUNT_DIFFERS": "days on which the jail's midnight count is off by one or two",
    "COUNT_BOOKINGS_DIFFERS": "days on which its count of bookings is off by one",
    "SEALED_BOOKINGS": "finished bookings sealed or expunged before the first night",
    "CONSENT_ROI": "patients with a release of information",
    "CONSENT_PART2": "patients of a substance use programme with a Part 2 consent",
    "CONSENT_EXPIRED": "of these consents, expired",
    "CONSENT_REVOKED": "of these consents, revoked before the first night",
    "CONSENT_DEFECTIVE": "of these consents, defective",
    "CONSENT_OPT_OUT": "patients who opted out",
    "LATE": "records that arrive one to six days late",
    "CORRECTED_PER_NIGHT": "known records that a later night corrects",
    "DELETED_PER_NIGHT": "known records that a later night deletes",
    "REVOKED_PER_NIGHT": "consents in force that a later night revokes",
    "HEALTH_RACE_MISSING": "health: race missing or unknown",
    "HEALTH_RACE_DECLINED": "health: race declined",
    "HEALTH_HISPANIC_WITHOUT_RACE": "health: Hispanic patients who give no race",
    "HEALTH_MULTIRACIAL_GIVES_ONE": "health: patients of several races who give one",
    "HEALTH_RACE_MISREGISTERED": "health: registered with another person's answer",
    "HEALTH_ETHNICITY_MISSING": "health: ethnicity missing",
}

AMOUNTS = {
    "HISTORY_DAYS": "days of history before the first night",
    "JAIL_BURN_IN_DAYS": "days before the history from which bookings are drawn, so that the jail is not empty on its first day",
    "BOOKINGS_PER_1000": "bookings per 1,000 residents and year, before those of people already in custody are dropped",
    "BOOKINGS_OF_NON_RESIDENTS": "share of bookings of people from other counties",
    "NON_RESIDENTS_PER_RESIDENT": "people from other counties per resident",
    "CAD_EVENTS_PER_1000": "calls for service per 1,000 residents and year",
    "CO_RESPONDER_PER_1000": "co-responder encounters per 1,000 residents and year",
    "PATIENTS_PER_1000": "patients per 1,000 residents over the two years",
    "HEALTH_ENCOUNTERS_PER_PATIENT": "encounters per patient over the two years",
    "SMI_ADULTS": "share of adults with serious mental illness",
    "SUD_ADULTS": "share of adults with a substance use disorder, without SMI",
    "SUD_GIVEN_SMI": "the same, with SMI",
    "HOMELESS_ADULTS": "share of White adults without SMI or SUD who are homeless",
    "HOMELESS_FACTOR_SMI": "factor of homelessness with SMI",
    "HOMELESS_FACTOR_SUD": "factor of homelessness with SUD",
    "BOOKING_FACTOR_SMI": "factor of the booking rate with SMI",
    "BOOKING_FACTOR_SUD": "factor of the booking rate with SUD",
    "BOOKING_FACTOR_HOMELESS": "factor of the booking rate of homeless people",
    "BOOKING_GAMMA_SHAPE": "gamma shape by which booking rates differ within a kind of people",
    "STAY_FACTOR_SMI": "factor of the length of stay with SMI",
    "CAD_FACTOR_SMI": "factor of being the subject of a behavioural call with SMI (times 1.6)",
    "CAD_FACTOR_SUD": "factor of being a subject with SUD",
    "CAD_FACTOR_HOMELESS": "factor of being a subject for homeless people",
    "CAD_GAMMA_SHAPE": "gamma shape of calls and crises",
    "HEALTH_GAMMA_SHAPE": "gamma shape of encounters per patient",
    "JAIL_SMI_CONNECTED": "share of releases with SMI followed by care within 14 days, beyond chance",
    "TWIN_PAIRS": "share of people who are the first of a twin pair",
    "ADULT_TWINS_AT_ONE_ADDRESS": "share of single adult twins who live together",
    "MARRIED_IN_WINDOW": "share of married women's changes of surname that fall into the two years",
    "PHONE_CHANGES": "share of people who change their number in the two years",
    "PHONE_SHARED_BY_COUPLE": "share of women in couples who use their partner's number",
    "CONSENT_ROI_WITH_SHERIFF": "share of releases of information that also name the sheriff",
}


def _percent(value: float) -> str:
    return f"{value * 100:.3g} %"


def _rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def identity_rates() -> str:
    """Chance of each fault per recorded identity, by system."""
    body = [[FAULTS[name], *(_percent(value) for value in values)] for name, *values in rates.identity_table()]
    return _rows(["fault", "jail", "health", "co-responder", "CAD"], body)


def single_rates() -> str:
    """Rates that belong to one system or to the people themselves."""
    return _rows(["what", "rate"], [[text, _percent(float(getattr(rates, name)))] for name, text in SINGLE.items()])


def amounts() -> str:
    """Volumes, needs and factors."""
    return _rows(["what", "value"], [[text, f"{getattr(rates, name):g}"] for name, text in AMOUNTS.items()])


def _codes(pairs: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{code} {_percent(chance)}" for code, chance in pairs)


def race_codes() -> str:
    """What each system writes for people of each group."""
    systems: tuple[Mapping[str, Sequence[tuple[str, float]]], ...] = (rates.JAIL_RACE, rates.CAD_RACE, rates.CO_RESPONDER_RACE)
    rows = [[group, *(_codes(system[group]) for system in systems)] for group in GROUPS]
    return _rows(["group", "jail RaceCd", "CAD Race", "co-responder"], rows)


def disparity() -> str:
    """Shares of the population and the planted rate ratio of bookings."""
    rows = [
        [group, _percent(share), f"{rates.PLANTED_BOOKING_RATE_RATIO[group]:g}"] for group, share in zip(GROUPS, GROUP_SHARES, strict=True)
    ]
    return _rows(["group", "share of residents", "planted rate ratio of bookings"], rows)


def reported() -> str:
    """Rates of the state's reports: that of the White group, and every other group's as a multiple of it."""
    rows = [[item.report, item.point, item.base, _percent(item.rate), *(f"{ratio:g}" for ratio in item.ratios[1:])] for item in POINTS]
    return _rows(["report", "decision point", "per", "White", *GROUPS[1:]], rows)


def reported_strata() -> str:
    """Shares of pupils, and of suspended pupils, by what they said of themselves."""
    rows = [[stratum, value, _percent(enrolled), _percent(suspended)] for stratum, value, enrolled, suspended in STRATA]
    return _rows(["stratum", "value", "of the enrolled", "of the suspended"], rows)


def tables() -> dict[str, str]:
    """Every generated table by the title it stands under."""
    return {
        "Faults of recorded identities": identity_rates(),
        "Other rates": single_rates(),
        "Volumes, needs and factors": amounts(),
        "Race as each system writes it": race_codes(),
        "The planted disparity": disparity(),
        "Counts that the state reports": reported(),
        "Pupils by what they say of themselves": reported_strata(),
    }


if __name__ == "__main__":
    sys.stdout.write("\n\n".join(f"### {title}\n\n{table}" for title, table in tables().items()) + "\n")
