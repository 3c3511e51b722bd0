"""Columns that are dropped at intake, whatever the county's text says.

Belongs here: how such a column is recognised by its name. Does not belong here: the dropping (resources.source_systems).
Birthplace, citizenship and immigration status serve none of the purposes of this store and are never landed.
"""

from __future__ import annotations

import re
import unicodedata

PROHIBITED_NAME_PARTS: tuple[str, ...] = (
    "alien",
    "birthcountry",
    "birthplace",
    "citizen",
    "countryofbirth",
    "countryoforigin",
    "immigra",
    "nationality",
    "placeofbirth",
    "visastatus",
)
"""Parts of a column name, letters only, that mark it."""

PROHIBITED_FHIR_EXTENSIONS: tuple[str, ...] = ("patient-birthPlace", "patient-citizenship", "patient-nationality", "us-core-birthplace")
"""Ends of the URLs of FHIR extensions that are removed from a resource before it is landed."""


def is_prohibited(column: str) -> bool:
    """Whether a vendor column is dropped at intake because of what its name says it holds."""
    letters = re.sub(r"[^a-z]", "", unicodedata.normalize("NFKC", column).casefold())
    return any(part in letters for part in PROHIBITED_NAME_PARTS)
