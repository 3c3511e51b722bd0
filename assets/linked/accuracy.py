"""The measured accuracy of this county's links: kept in the register, which outlives the warehouse.

Belongs here: writing an estimate. Does not belong here: estimating (sample_estimate.py), or who is shown it (the published stage's audit).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from assets.linked.sample_estimate import Estimate
from assets.linked.sample_files import SampleKey
from resources.sql import Connection


def keep(con: Connection, key: SampleKey, found: Sequence[Estimate], *, on: date) -> None:
    """Write the estimate of one sample; judged further, the same sample's estimate takes the place of its earlier one."""
    con.execute("begin").fetchall()
    con.execute("delete from registers.main.linkage_accuracy where sample = $sample", {"sample": key.sample}).fetchall()
    for line in found:
        con.execute(
            "insert into registers.main.linkage_accuracy values"
            " ($sample, $on, $night, $model, $by, $group, $measure, $value, $low, $high, $judged, $pairs)",
            {
                "sample": key.sample,
                "on": on,
                "night": key.night,
                "model": key.model,
                "by": line.grouped_by,
                "group": line.group,
                "measure": line.measure,
                "value": line.value,
                "low": line.low,
                "high": line.high,
                "judged": line.judged,
                "pairs": line.pairs,
            },
        ).fetchall()
    con.execute("commit").fetchall()
