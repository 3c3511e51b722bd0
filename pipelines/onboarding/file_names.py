"""The pattern of a vendor's file names, from one of them.

Belongs here: finding the date in a name. Does not belong here: matching names with a pattern (resources.source_systems.drop_folder).
"""

from __future__ import annotations

import re
from datetime import datetime

_WRITTEN = (
    (r"\d{4}-\d{2}-\d{2}", "%Y-%m-%d"),
    (r"\d{4}_\d{2}_\d{2}", "%Y_%m_%d"),
    (r"\d{8}", "%Y%m%d"),
    (r"\d{8}", "%m%d%Y"),
    (r"\d{2}-\d{2}-\d{4}", "%m-%d-%Y"),
)


def pattern_of(name: str) -> str | None:
    """``jail_20260302.csv`` as ``jail_{date:%Y%m%d}.csv``; None if no part of the name is a date."""
    for digits, date_format in _WRITTEN:
        for found in re.finditer(rf"(?<!\d){digits}(?!\d)", name):
            try:
                day = datetime.strptime(found.group(0), date_format)
            except ValueError:
                continue
            if 1990 <= day.year <= 2100:
                return f"{name[: found.start()]}{{date:{date_format}}}{name[found.end() :]}"
    return None
