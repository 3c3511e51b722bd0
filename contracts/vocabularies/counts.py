"""Words for counts that an agency delivers already counted.

Belongs here: fields, their decision points and the strata that may only ever be counted. Does not belong here: any rate.

Language, disability, sexual orientation and gender identity are asked of people themselves and are held here as counts only: a column that
says such a thing of one person is refused in every other record type (``is_aggregate_only``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class CountedField(StrEnum):
    """What the counts are about."""

    JUVENILE_JUSTICE = "juvenile_justice"
    CHILD_WELFARE = "child_welfare"
    EDUCATION = "education"
    ADULT_JUSTICE = "adult_justice"
    STOPS = "stops"


class CountedPoint(StrEnum):
    """A decision point, as its field's reports name it."""

    POPULATION = "population"
    ARREST = "arrest"
    REFERRAL = "referral"
    DIVERSION = "diversion"
    DETENTION = "detention"
    PETITION = "petition"
    ADJUDICATION = "adjudication"
    PROBATION = "probation"
    PLACEMENT = "placement"
    TRANSFER = "transfer"  # to the adult court
    SUMMONS = "summons"
    ALLEGED_VICTIM = "alleged_victim"
    INVESTIGATION = "investigation"
    FAMILY_ASSESSMENT = "family_assessment"
    SUBSTANTIATED = "substantiated"
    IN_CARE = "in_care"
    EXIT_REUNIFIED = "exit_reunified"
    EXIT_GUARDIANSHIP = "exit_guardianship"
    EXIT_ADOPTED = "exit_adopted"
    EXIT_AGED_OUT = "exit_aged_out"
    ENROLLED = "enrolled"
    OFFICE_REFERRAL = "office_referral"
    SUSPENSION = "suspension"
    EXPULSION = "expulsion"
    SCHOOL_ARREST = "school_arrest"
    POLICE_REFERRAL = "police_referral"
    RESTRAINT = "restraint"
    SECLUSION = "seclusion"
    STOP = "stop"
    SEARCH = "search"
    HIT = "hit"
    CITATION = "citation"
    FORCE = "force"
    BOOKING = "booking"
    CHARGE_FILED = "charge_filed"
    PRETRIAL_RELEASE = "pretrial_release"
    CONVICTION = "conviction"
    JAIL_SENTENCE = "jail_sentence"


_P = CountedPoint
POINTS_OF: Final[Mapping[CountedField, frozenset[CountedPoint]]] = {
    # OJJDP R/ED Databook, its nine points, and the summons that Massachusetts tells from a custodial arrest.
    CountedField.JUVENILE_JUSTICE: frozenset(
        {_P.POPULATION, _P.ARREST, _P.SUMMONS, _P.REFERRAL, _P.DIVERSION, _P.DETENTION, _P.PETITION, _P.ADJUDICATION, _P.PROBATION,
         _P.PLACEMENT, _P.TRANSFER}
    ),
    # Connecticut DCF, racial justice data; NCANDS and AFCARS.
    CountedField.CHILD_WELFARE: frozenset(
        {_P.POPULATION, _P.ALLEGED_VICTIM, _P.INVESTIGATION, _P.FAMILY_ASSESSMENT, _P.SUBSTANTIATED, _P.PLACEMENT, _P.IN_CARE,
         _P.EXIT_REUNIFIED, _P.EXIT_GUARDIANSHIP, _P.EXIT_ADOPTED, _P.EXIT_AGED_OUT}
    ),
    # Civil Rights Data Collection.
    CountedField.EDUCATION: frozenset(
        {_P.ENROLLED, _P.OFFICE_REFERRAL, _P.SUSPENSION, _P.EXPULSION, _P.SCHOOL_ARREST, _P.POLICE_REFERRAL, _P.RESTRAINT, _P.SECLUSION}
    ),
    CountedField.ADULT_JUSTICE: frozenset(
        {_P.POPULATION, _P.ARREST, _P.CITATION, _P.BOOKING, _P.CHARGE_FILED, _P.DIVERSION, _P.PRETRIAL_RELEASE, _P.CONVICTION,
         _P.JAIL_SENTENCE}
    ),
    CountedField.STOPS: frozenset({_P.POPULATION, _P.STOP, _P.SEARCH, _P.HIT, _P.CITATION, _P.ARREST, _P.FORCE}),
}  # fmt: skip
"""Field -> the points its counts may name."""


class CountedRace(StrEnum):
    """Race group of a count; ALL is everybody, counted by the agency itself."""

    AIAN = "AIAN"
    ASIAN = "ASIAN"
    BLACK = "BLACK"
    HISPANIC = "HISPANIC"
    MULTIRACIAL = "MULTIRACIAL"
    NHPI = "NHPI"
    WHITE = "WHITE"
    OTHER = "OTHER"
    UNKNOWN = "UNKNOWN"
    ALL = "ALL"


class Stratum(StrEnum):
    """A trait that is counted as people themselves state it, and never held of one person."""

    LANGUAGE = "language"
    DISABILITY = "disability"
    LGBTQ = "lgbtq"


AGGREGATE_ONLY_NAME_PARTS: Final[tuple[str, ...]] = (
    "disabilit", "disabled", "disablingcondition", "genderidentity", "homelanguage", "interpreter", "iep", "languagespoken", "lgb",
    "nativelanguage", "preferredlanguage", "primarylanguage", "section504", "sexualorientation", "spokenlanguage", "transgender",
)  # fmt: skip
"""Parts of a column name, letters only, that mark a trait which is held as counts only."""


def is_aggregate_only(column: str) -> bool:
    """Whether a vendor column says of one person what may only be counted, going by its name.

    >>> is_aggregate_only("Primary_Language"), is_aggregate_only("SexualOrientation"), is_aggregate_only("Recipient")
    (True, True, False)
    """
    text = unicodedata.normalize("NFKC", column)
    letters = re.sub(r"[^a-z0-9]", "", text.casefold())
    if any(part in letters for part in AGGREGATE_ONLY_NAME_PARTS if part != "iep"):
        return True
    # Three letters are too few to look for inside a word.
    return bool(re.search(r"(?i)(^|[^a-z])iep([^a-z]|$)", text))
