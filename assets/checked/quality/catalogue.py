"""The tables of quality, in words.

Belongs here: their descriptions, what they read and what their columns mean. Does not belong here: filling them (measure).
"""

from __future__ import annotations

from collections.abc import Mapping

from assets.catalogue import Table, TableKey, checked
from assets.meaning import Meaning, plain
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


_SHARED = {"record_type": plain("canonical record type"), "rows": plain("rows the figure rests on")}
MEANINGS: Mapping[str, Mapping[str, Meaning]] = {
    METRIC.qualified: {
        **_SHARED,
        "metric": plain("what is measured; the report card says it in words"),
        "dimension": plain("field, vendor column, or record type the figure is about; empty: the whole feed"),
        "value": plain("the figure of the night"),
        "baseline": plain("median of the usual nights before; null with fewer than three"),
        "compared": plain("value as it is set against its band: times the baseline, less the baseline, or itself"),
        "low": plain("least usual figure"),
        "high": plain("greatest usual figure"),
        "verdict": plain("usual, unusual, no_baseline, too_few or exempt"),
    },
    COUNT.qualified: {
        **_SHARED,
        "field": plain("coded field"),
        "word": plain("our word; empty: blank"),
        "rows": plain("rows learned tonight with this word"),
    },
    REFUSAL.qualified: {
        "column_name": plain("vendor column, as the county's text names it"),
        "rule": plain("rule that was broken"),
        "faults": plain("how often"),
    },
    RACE_COLLECTION.qualified: {
        "facility": plain("facility of the booking; empty: not stated"),
        "month": plain("first day of the month of booking"),
        "method": plain("who says so: self, observed, proxy, unknown; not_collected: nobody was asked"),
        "category_system": plain("how the source asks"),
        "bookings": plain("bookings of the month"),
        "race_known": plain("of them, with a race or Hispanic origin"),
        "race_refused": plain("of them, the person did not want to say"),
        "race_unknown": plain("of them, unknown or not asked"),
        "ethnicity_known": plain("of them, with an answer about Hispanic origin"),
    },
}
"""``schema.table`` -> column -> meaning."""
