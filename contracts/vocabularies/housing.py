"""Words of the homeless management information system (HMIS): kinds of project, where people live.

Belongs here: our words. Does not belong here: HUD's numbers (crosswalks/housing.csv), the files of an export (hmis).
Source of the categories: HUD HMIS data standards FY2024, 2.02.6, 3.917 and 3.12.
"""

from __future__ import annotations

from enum import StrEnum


class ProjectType(StrEnum):
    """What a project offers."""

    EMERGENCY_SHELTER = "emergency_shelter"
    EMERGENCY_SHELTER_NIGHT_BY_NIGHT = "emergency_shelter_night_by_night"
    TRANSITIONAL_HOUSING = "transitional_housing"
    PERMANENT_SUPPORTIVE_HOUSING = "permanent_supportive_housing"
    STREET_OUTREACH = "street_outreach"
    SERVICES_ONLY = "services_only"
    SAFE_HAVEN = "safe_haven"
    PERMANENT_HOUSING = "permanent_housing"
    PERMANENT_HOUSING_WITH_SERVICES = "permanent_housing_with_services"
    DAY_SHELTER = "day_shelter"
    HOMELESSNESS_PREVENTION = "homelessness_prevention"
    RAPID_REHOUSING = "rapid_rehousing"
    COORDINATED_ENTRY = "coordinated_entry"
    OTHER = "other"


class LivingSituation(StrEnum):
    """Where a person lives, came from, or went."""

    EMERGENCY_SHELTER = "emergency_shelter"
    UNSHELTERED = "unsheltered"  # a place not meant for habitation
    SAFE_HAVEN = "safe_haven"
    PSYCHIATRIC_FACILITY = "psychiatric_facility"
    SUBSTANCE_USE_FACILITY = "substance_use_facility"
    HOSPITAL = "hospital"
    JAIL_OR_PRISON = "jail_or_prison"  # juvenile detention included
    FOSTER_CARE = "foster_care"
    LONG_TERM_CARE = "long_term_care"
    TRANSITIONAL_HOUSING = "transitional_housing"
    HOTEL = "hotel"  # without an emergency shelter voucher
    HALFWAY_HOUSE = "halfway_house"
    HOST_HOME = "host_home"
    WITH_FAMILY = "with_family"
    WITH_FRIENDS = "with_friends"
    RENTAL = "rental"
    RENTAL_WITH_SUBSIDY = "rental_with_subsidy"
    OWNED = "owned"
    WITH_FAMILY_PERMANENTLY = "with_family_permanently"
    WITH_FRIENDS_PERMANENTLY = "with_friends_permanently"
    DECEASED = "deceased"
    OTHER = "other"


HOMELESS_SITUATIONS: frozenset[LivingSituation] = frozenset(
    {LivingSituation.EMERGENCY_SHELTER, LivingSituation.UNSHELTERED, LivingSituation.SAFE_HAVEN}
)
"""HUD's 1xx: literally homeless."""

INSTITUTIONAL_SITUATIONS: frozenset[LivingSituation] = frozenset(
    {
        LivingSituation.PSYCHIATRIC_FACILITY,
        LivingSituation.SUBSTANCE_USE_FACILITY,
        LivingSituation.HOSPITAL,
        LivingSituation.JAIL_OR_PRISON,
        LivingSituation.FOSTER_CARE,
        LivingSituation.LONG_TERM_CARE,
    }
)
"""HUD's 2xx."""
