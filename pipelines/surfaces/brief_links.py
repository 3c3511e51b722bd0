"""What the brief says of uncertain links: how many conclusions rest on them, and how well each group's records are linked.

Belongs here: reading it off the product's own tables. Does not belong here: the other sections (brief.py), any figure that is the
integrator's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

LINK_TABLES: Final = ("disparity_by_links", "frequent_contact_by_links", "linkage_by_race")
_NAME: Final = {"disparity_by_links": "point", "frequent_contact_by_links": "definition"}


@dataclass(frozen=True)
class LinkWords:
    """``asked`` conclusions about groups that may be shown, ``changed`` of them by any other links; ``rates``: lines of tonight's links."""

    asked: int = 0
    changed: int = 0
    rates: Sequence[Mapping[str, Any]] = ()


def link_words(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> LinkWords:
    """What the product's tables about links come to; empty where it has none.

    A conclusion is one group at one decision point or definition, whatever the links it was asked again under.
    """
    changes: dict[tuple[str, str, str], bool] = {}
    for table, name in _NAME.items():
        for line in tables.get(table, ()):
            if line["conclusion_changes"] is None or line["race_group"] == line["reference_group"]:
                continue
            key = (table, str(line[name]), str(line["race_group"]))
            changes[key] = changes.get(key, False) or bool(line["conclusion_changes"])
    tonight = [line for line in tables.get("linkage_by_race", ()) if str(line["links"]).startswith("tonight")]
    return LinkWords(len(changes), sum(changes.values()), _widest(tonight))


def _widest(lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Lines of the domain that joins most systems, everybody last."""
    domain = max((str(line["links"]) for line in lines), key=lambda named: (named.count("+"), named), default=None)
    return sorted((line for line in lines if line["links"] == domain), key=lambda line: (line["race_group"] == "ALL", line["race_group"]))
