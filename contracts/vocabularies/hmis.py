"""The files of a HUD HMIS CSV export, and the flat columns into which clients and enrolments are read.

Belongs here: which columns each year's files must have, what the readers make of them. Does not belong here: HUD's code lists
(crosswalks/housing.csv), the reading (resources.source_systems.hmis_export).
Source: HMIS CSV format specifications FY2024 and FY2026.

Gender beyond woman, man and another, sexual orientation and disabilities are not read: what is self-reported about them is counted, never
held of a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class HmisVersion(StrEnum):
    """Year of the format, as Export.CSVVersion names it."""

    FY2024 = "2024"
    FY2026 = "2026"


_COMMON_CLIENT = (
    "PersonalID", "FirstName", "MiddleName", "LastName", "NameSuffix", "NameDataQuality", "SSN", "SSNDataQuality", "DOB", "DOBDataQuality",
    "AmIndAKNative", "Asian", "BlackAfAmerican", "MidEastNAfrican", "NativeHIPacific", "White", "RaceNone", "VeteranStatus", "DateCreated",
    "DateUpdated", "DateDeleted", "ExportID",
)  # fmt: skip
GENDER_FLAGS: tuple[str, ...] = ("Woman", "Man", "NonBinary", "CulturallySpecific", "DifferentIdentity")
"""Flags of FY2024 that say something about sex or gender here; the others are never read."""

OF_ONE_YEAR: Mapping[HmisVersion, tuple[str, ...]] = {
    HmisVersion.FY2024: ("HispanicLatinaeo", *GENDER_FLAGS, "GenderNone"),
    HmisVersion.FY2026: ("HispanicLatinao", "Sex"),
}
"""Columns of Client.csv that only one year has: a file of another year is told by them."""

RACE_FLAGS: Mapping[HmisVersion, tuple[str, ...]] = {
    version: ("AmIndAKNative", "Asian", "BlackAfAmerican", hispanic, "MidEastNAfrican", "NativeHIPacific", "White")
    for version, hispanic in ((HmisVersion.FY2024, "HispanicLatinaeo"), (HmisVersion.FY2026, "HispanicLatinao"))
}

_FILES: Mapping[str, tuple[str, ...]] = {
    "Export": ("ExportID", "CSVVersion", "HashStatus"),
    "Client": _COMMON_CLIENT,
    "Enrollment": (
        "EnrollmentID", "PersonalID", "ProjectID", "EntryDate", "LivingSituation", "TimesHomelessPastThreeYears",
        "MonthsHomelessPastThreeYears", "MoveInDate", "DateUpdated", "DateDeleted", "ExportID",
    ),
    "Exit": ("ExitID", "EnrollmentID", "PersonalID", "ExitDate", "Destination", "DateUpdated", "DateDeleted", "ExportID"),
    "Project": ("ProjectID", "OrganizationID", "ProjectType", "DateDeleted", "ExportID"),
    "Organization": ("OrganizationID", "VictimServiceProvider", "DateDeleted", "ExportID"),
    "Services": ("ServicesID", "EnrollmentID", "PersonalID", "DateProvided", "RecordType", "TypeProvided", "ExportID"),
    "Disabilities": ("DisabilitiesID", "EnrollmentID", "PersonalID", "DisabilityType", "DisabilityResponse", "ExportID"),
    "CurrentLivingSituation": ("CurrentLivingSitID", "EnrollmentID", "PersonalID", "InformationDate", "CurrentLivingSituation", "ExportID"),
}  # fmt: skip
HMIS_FILES: tuple[str, ...] = tuple(_FILES)
"""Files of an export that are looked into; any other is left where it is."""
NEEDED_FILES: tuple[str, ...] = ("Export", "Client", "Enrollment", "Exit", "Project", "Organization")
"""Files without which an export cannot be read."""


def needed_columns(file: str, version: HmisVersion) -> tuple[str, ...]:
    """Columns a file of the year must have."""
    return (*_FILES[file], *(OF_ONE_YEAR[version] if file == "Client" else ()))


def foreign_columns(file: str, version: HmisVersion) -> tuple[str, ...]:
    """Columns that show a file to be of another year."""
    if file != "Client":
        return ()
    return tuple(name for other, names in OF_ONE_YEAR.items() if other is not version for name in names)


HMIS_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "Client": (
        "id",
        "date_created",
        "date_updated",
        "date_deleted",
        "first_name",
        "middle_name",
        "last_name",
        "name_suffix",
        "ssn",
        "dob",  # empty where its quality says that it is not known
        "race",  # flags that are set, or RaceNone=…, joined with |
        "sex",  # FY2024: the one gender flag that is set, several, or GenderNone=…; FY2026: Sex
        "veteran",
    ),
    "Enrollment": (
        "id",
        "client_id",
        "date_updated",
        "date_deleted",
        "entry_date",
        "exit_date",
        "move_in_date",
        "project_id",
        "project_type",
        "living_situation",
        "destination",
        "times_homeless",  # 1 to 4
        "months_homeless",  # 1 to 13
        "victim_service_provider",
    ),
}
"""Columns by what a feed's ``from`` names."""
