"""What is measured of a source every night, and the band it usually lies in.

Belongs here: metrics, bands, verdicts. Does not belong here: measuring (measure, the .sql files), judging by Great Expectations (suites).
Bands are county-neutral widths of a warning, not of a gate; a source's text may say other ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Metric(StrEnum):
    """What is measured. ``value`` and what it is compared by are said in METRICS."""

    VOLUME = "volume"
    REFUSED = "refused"
    UNKNOWN_CODE = "unknown_code"
    FILL = "fill"
    DRIFT = "drift"
    RACE_MISSING = "race_missing"
    FRESHNESS = "freshness"
    REFERENCE = "reference"
    OWN_TOTAL = "own_total"


class Standing(StrEnum):
    """How a figure stands to its band."""

    USUAL = "usual"
    UNUSUAL = "unusual"
    NO_BASELINE = "no_baseline"  # fewer than three usual nights before
    TOO_FEW = "too_few"  # too few rows to say
    EXEMPT = "exempt"  # the source's text says that the night is no usual one


class Compared(StrEnum):
    """How a value is set against its baseline before the band is asked."""

    RATIO = "ratio"  # value / baseline
    DIFFERENCE = "difference"  # value - baseline
    ITSELF = "itself"  # the value needs no baseline, or is already a distance from it


@dataclass(frozen=True)
class Band:
    """What a figure usually is.

    Attributes:
        meaning: what is measured, in plain words with its unit.
        compared: how it is set against its baseline.
        low: least usual figure.
        high: greatest usual figure.
        fewest_rows: below this nothing is judged.
    """

    meaning: str
    compared: Compared
    low: float
    high: float
    fewest_rows: int = 0


METRICS: Mapping[Metric, Band] = {
    # A holiday halves a night, an outage quarters it.
    Metric.VOLUME: Band("rows of a feed; times the median of the usual nights before", Compared.RATIO, 0.25, 4.0),
    Metric.REFUSED: Band("share of a feed's rows that broke a rule", Compared.ITSELF, 0.0, 0.02, 20),
    Metric.UNKNOWN_CODE: Band("share of a feed's rows with a code that is not listed, by column", Compared.ITSELF, 0.0, 0.005, 20),
    Metric.FILL: Band("share of tonight's rows in which a field is filled; less that of the usual nights before",
                      Compared.DIFFERENCE, -0.1, 0.1, 30),
    # 0.25 is the customary bound of a population stability index that calls for action.
    Metric.DRIFT: Band("population stability index of a coded field against the usual nights before", Compared.ITSELF, 0.0, 0.25, 50),
    Metric.RACE_MISSING: Band("share of tonight's rows without a known race; less that of the usual nights before",
                              Compared.DIFFERENCE, -0.1, 0.1, 30),
    Metric.FRESHNESS: Band("days from the newest event to the night", Compared.ITSELF, 0.0, 3.0),
    Metric.REFERENCE: Band("share of tonight's rows that name a record nobody has delivered", Compared.ITSELF, 0.0, 0.05, 20),
    Metric.OWN_TOTAL: Band("our count over the agency's own, of the days it counted", Compared.ITSELF, 0.9, 1.1),
}  # fmt: skip

DAYS_BY_CADENCE: Mapping[str, float] = {"nightly": 3.0, "weekly": 10.0, "monthly": 38.0, "yearly": 730.0}
"""Newest event of a source, in days before the night, beyond which it is late. A year is published within the next, by its first day."""
USUAL_NIGHTS = 28
"""Nights looked back on; the first night, which brings the backlog, and exempt nights are left out."""
FEWEST_NIGHTS = 3
OWN_TOTAL_DAYS = 28
