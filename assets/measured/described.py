"""What every measured table is, in one sentence, and which tables it is made of.

Belongs here: the sentence and the edges of the asset graph. Does not belong here: formulas and caveats (catalogue.py), columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from assets.catalogue import TableKey, linked, measured

SCOPE_READ: Final = linked(
    "contact", "jail_booking", "jail_charge", "cad_person", "co_responder_encounter", "health_encounter", "health_diagnosis",
    "race_assertion", "person_attribute", "jail_count", "source_total", "membership",
)  # fmt: skip
"""Linked tables that the timeline and with it every measure may rest on."""
_PEOPLE: Final = linked("person_attribute", "membership")


def _of(*names: str) -> tuple[TableKey, ...]:
    return measured(*names)


_BOOKED: Final = (*_of("person_timeline", "person_race"), *linked("jail_booking", "health_encounter", "health_diagnosis"))

TABLES: Final[Mapping[str, tuple[str, tuple[TableKey, ...]]]] = {
    "person_timeline": ("Every contact of a person in order, along the Sequential Intercept Model.", SCOPE_READ),
    "person_race": (
        "One race group per person and category system, and how it was chosen among assertions.",
        (*linked("race_assertion", "contact"), *_PEOPLE),
    ),
    "frequent_utilizers": (
        "People who meet a stated definition of frequent contact, by definition.",
        (*_of("person_timeline"), *_PEOPLE),
    ),
    "frequent_utilizer_summary": (
        "How many people meet each definition, by race group, and how many could have.",
        (*_of("frequent_utilizers", "person_race"), *_PEOPLE),
    ),
    "frequent_utilizer_overlap": ("Whom one definition of frequent contact finds and another does not.", _of("frequent_utilizers")),
    "frequent_utilizer_stability": (
        "Who stayed, came and went on each list from month to month; change, not effect.",
        (*_of("person_timeline"), *_PEOPLE),
    ),
    "frequent_utilizer_equity": ("Who is eligible and who is listed, by race, with limits and tests.", _of("frequent_utilizer_summary")),
    "racial_disparity": (
        "Counts, bases, rates and rate ratios with intervals by race group and decision point, with bounds for the unlinkable.",
        (*_of("person_timeline", "person_race"), *_PEOPLE),
    ),
    "person_race_view": (
        "How each person appears under every rule for race, and in the categories of 1997 and 2024.",
        (*_of("person_race"), *linked("race_assertion")),
    ),
    "race_agreement": ("What two systems say of the same person's race, group against group.", linked("race_assertion")),
    "race_missingness": ("Of how many people of each system race or ethnicity is not known.", linked("race_assertion", "contact")),
    "race_kappa": ("How far two systems agree about race beyond chance.", _of("race_agreement")),
    "racial_disparity_sensitivity": (
        "Disparity under other rules for race, and where that changes a conclusion.",
        _of("racial_disparity", "person_race_view"),
    ),
    "racial_disparity_aggregate": (
        "Disparity at decision points of other fields, from delivered totals; about no person.",
        _of("racial_disparity"),
    ),
    "policy_change": ("A decision point before and after a policy changed, group against group.", _of("person_timeline", "person_race")),
    "stepping_up": (
        "The four Stepping Up measures of people with serious mental illness: bookings, stay, connection to treatment, return.",
        _BOOKED,
    ),
    "screening_result": ("What each delivered screen says, scored by the form's own rule.", linked("jail_booking")),
    "screening_summary": ("How soon and how often people are screened, assessed and connected.", _BOOKED),
    "follow_up_curve": ("What has happened by which day after release, with competing outcomes.", _BOOKED),
    "yearly_reassessment": ("This year's Stepping Up figures against last year's; change, not effect.", _of("stepping_up")),
    "target_status": ("Where each of the county's targets stands.", _of("stepping_up")),
    "six_questions": (
        "Stepping Up's Six Questions, from text and from records.",
        _of("target_status", "screening_summary"),
    ),
    "reconciliation": (
        "From rows to bookings to people to the jail's own count, with every difference explained or shown.",
        linked("jail_booking", "jail_count", "source_total"),
    ),
    "intercept_flow": ("How people move from one intercept to the next.", _of("person_timeline")),
    "episode": ("Contacts of a person, in whatever system, that belong together.", _of("person_timeline")),
    "person_summary": (
        "When each person was first and last met, how often, and days held.",
        _of("person_timeline", "episode"),
    ),
    "pathway": ("The ways through the systems that episodes take most often.", _of("episode")),
    "service_gap": ("Need, contact and capacity by region and intercept.", (*_of("person_timeline", "person_race"), *_PEOPLE)),
    "link_threshold_sensitivity": (
        "Disparity and frequent contact at other link thresholds, and where a conclusion changes.",
        (*_of("racial_disparity", "frequent_utilizer_equity"), *linked("edge", "membership")),
    ),
    "link_imputation": (
        "Disparity and frequent contact over imputed uncertain links, pooled by Rubin's rules.",
        (*_of("racial_disparity", "frequent_utilizer_equity"), *linked("edge", "membership")),
    ),
    "linkage_by_race": (
        "How many subjects are linked, and how many links are likely wrong or missing, by race.",
        (*_of("person_race"), *linked("edge", "membership")),
    ),
}

WHERE_DELIVERED: Final[Mapping[str, tuple[str, ...]]] = {
    "stepping_up": ("screening",),
    "screening_result": ("screening",),
    "screening_summary": ("screening",),
    "racial_disparity": ("police_stop",),
    "racial_disparity_aggregate": ("aggregate_count",),
}
"""Linked tables that a table rests on where some source of the county delivers such records."""

DESCRIPTIONS: Final = {name: description for name, (description, _) in TABLES.items()}
READS: Final = {name: reads for name, (_, reads) in TABLES.items()}
