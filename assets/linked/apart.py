"""Evidence for data in which nobody shares a home: street, town and postal code then add up instead of counting once.

Belongs here: comparisons that lists without households may use, as the public benchmarks do. Does not belong here: anything a county is
scored with. There, people of one household share all three, and the weights must not add up (``contact`` in model.py).
"""

from __future__ import annotations

from collections.abc import Callable

from assets.linked import model
from assets.linked.levels import any_alike, level, nothing_to_compare
from assets.linked.model import Comparison


def street() -> Comparison:
    """Street address on its own, for data in which people do not share homes: equal, spelt alike, words in another order."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    return cl.CustomComparison(
        output_column_name="street",
        comparison_description="street address, apart from the town",
        comparison_levels=[
            nothing_to_compare("len(addresses_l) = 0 or len(addresses_r) = 0"),
            level("list_has_any(addresses_l, addresses_r)", "equal"),
            level(any_alike("addresses", "jaro_winkler_similarity(x, y) >= 0.94"), "spelt alike"),
            level(any_alike("addresses", "jaro_winkler_similarity(x, y) >= 0.88"), "somewhat alike"),
            level(any_alike("addresses", "jaccard(x, y) >= 0.75"), "letters in another order"),
            cll.ElseLevel(),
        ],
    )


def town() -> Comparison:
    """Town on its own: equal or spelt alike."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    return cl.CustomComparison(
        output_column_name="town",
        comparison_description="town, apart from the street",
        comparison_levels=[
            nothing_to_compare("len(cities_l) = 0 or len(cities_r) = 0"),
            level("list_has_any(cities_l, cities_r)", "equal"),
            level(any_alike("cities", "jaro_winkler_similarity(x, y) >= 0.88"), "spelt alike"),
            cll.ElseLevel(),
        ],
    )


def postcode() -> Comparison:
    """Postal code on its own: equal, one sign wrong, or of one delivery area."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    return cl.CustomComparison(
        output_column_name="postcode",
        comparison_description="postal code, apart from the street",
        comparison_levels=[
            nothing_to_compare("len(zips_l) = 0 or len(zips_r) = 0"),
            level("list_has_any(zips_l, zips_r)", "equal"),
            level(any_alike("zips", "damerau_levenshtein(x, y) <= 1"), "one sign wrong"),
            # The last three signs of a British or Canadian code name the street, the last two digits of a ZIP code the post office.
            level(any_alike("zips", "left(x, greatest(3, length(x) - 3)) = left(y, greatest(3, length(y) - 3))"), "same area"),
            cll.ElseLevel(),
        ],
    )


HOMES_ARE_NOT_SHARED: tuple[Callable[[], Comparison], ...] = (
    *(build for build in model.COMPARISONS if build is not model.contact), street, town, postcode,
)  # fmt: skip
"""All evidence for such data. Never a county's."""
