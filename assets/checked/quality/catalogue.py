"""The tables of quality, in words.

Belongs here: their descriptions and what they read. Does not belong here: filling them (measure), and what their columns
mean (assets/dictionary_of_quality).
"""

from __future__ import annotations

from assets.catalogue import Table, TableKey, checked
from contracts.county import County

METRIC, COUNT, REFUSAL, RACE_COLLECTION = checked("quality_metric", "quality_count", "quality_refusal", "race_collection")


def quality_tables(county: County, records: tuple[TableKey, ...]) -> tuple[Table, ...]:
    """Every table of quality, those that are read before those that read them.

    Args:
        county: whose integrator answers for them.
        records: assets of the canonical records.
    """
    steward = county.agencies.integrator
    everything = (*records, *checked("disposition", "identity", "race_assertion"))
    return (
        Table(COUNT, "Rows learned tonight by word of each coded field, for the distance from the usual mix.", steward, records),
        Table(
            REFUSAL, "Refused rows by source, feed, vendor column and rule: counts of the quarantine, by night.", steward, everything[-3:-2]
        ),
        Table(RACE_COLLECTION, "How race is collected at booking: by facility, month and method.", steward, everything),
        Table(
            METRIC,
            "What was measured of each source tonight (volume, refusals, fill, drift, missing race, freshness, references, own totals), "
            "what is usual, and how the two stand. Advisory. Pages: quality/ in the home.",
            steward,
            (*everything, COUNT, REFUSAL),
        ),
    )
