"""What a county says about the usual quality of a source: nights that are no usual ones, other bands.

Belongs here: the shape of ``quality:`` in sources/<name>.yaml. Does not belong here: the metrics and their default bands
(assets/checked/quality/bands).
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from contracts.reviewed import Reviewed

MetricName = Literal["volume", "refused", "unknown_code", "fill", "drift", "race_missing", "freshness", "reference", "own_total"]


class UsualBand(Reviewed):
    """Between which figures a metric usually lies."""

    low: float
    high: float

    @model_validator(mode="after")
    def _in_order(self) -> UsualBand:
        if self.low > self.high:
            raise ValueError("low is more than high")
        return self


class SourceQuality(Reviewed):
    """What is usual of a source, where the software's own bands do not fit. Advisory: nothing stops a night because of it."""

    exempt_nights: tuple[date, ...] = Field(
        default=(), description="Nights that are neither judged nor part of what is usual: holidays, migrations, outages."
    )
    bands: dict[MetricName, UsualBand] = Field(default_factory=dict, description="Other bands for this source.")
