"""What a column of a table of quality means.

Belongs here: columns of checked.quality_metric, quality_count, quality_refusal and race_collection. Does not belong here: columns that
several stages share (dictionary), what the tables are (checked/quality/catalogue).
"""

from __future__ import annotations

from collections.abc import Mapping

from assets.meaning import Meaning, plain

_SHARED = {"record_type": plain("canonical record type"), "rows": plain("rows the figure rests on")}
QUALITY: Mapping[str, Mapping[str, Meaning]] = {
    "checked.quality_metric": {
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
    "checked.quality_count": {
        **_SHARED,
        "field": plain("coded field"),
        "word": plain("our word; empty: blank"),
        "rows": plain("rows learned tonight with this word"),
    },
    "checked.quality_refusal": {
        "column_name": plain("vendor column, as the county's text names it"),
        "rule": plain("rule that was broken"),
        "faults": plain("how often"),
    },
    "checked.race_collection": {
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
