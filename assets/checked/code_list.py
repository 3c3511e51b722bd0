"""The code list of ICD-10-CM, which a package supplies: what is on it, and what lies under a code.

Belongs here: asking the package. Does not belong here: which codes stand for what (contracts.vocabularies.diagnosis), the form of a code
(contracts.vocabularies.health).

The package holds one release. A code that was retired before it, or added after, is not on its list and is no fault of the record: the list
serves to review sets of codes and to count what is strange, never to refuse a row.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache


def is_listed(code: str) -> bool:
    """Whether the list has a code, with or without its point; codes that are divided further are on it too."""
    import simple_icd_10_cm  # takes a second

    return bool(simple_icd_10_cm.is_valid_item(code))


@cache
def codes_under(root: str) -> tuple[str, ...]:
    """The root and every code under it, sorted.

    Raises:
        KeyError: if the list does not have the root.
    """
    import simple_icd_10_cm

    if not is_listed(root):
        raise KeyError(f"ICD-10-CM has no code [{root}]")
    return tuple(sorted({root, *simple_icd_10_cm.get_descendants(root)}))


def codes_of(roots: Iterable[str]) -> tuple[str, ...]:
    """Every listed code of a set given by its roots, sorted."""
    return tuple(sorted({code for root in roots for code in codes_under(root)}))


def unlisted(codes: Iterable[str]) -> int:
    """How many different codes are not on the list."""
    return sum(not is_listed(code) for code in set(codes))
