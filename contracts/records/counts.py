"""The canonical record of what an agency delivers already counted.

Belongs here: one count at one decision point for one group in one period. Does not belong here: any row about a person, any rate.

So that disparities in child welfare, youth justice, schools and stops can be tracked with no minor's row in the store. The only record type
in which language, disability and LGBTQ strata exist.
"""

from __future__ import annotations

import polars as pl

from contracts.columns import CONVENTION
from contracts.records.declaring import SubjectFrom, declares
from contracts.records.rules import InOrder, PointOfField, Together
from contracts.records.shared import Record, coded, plain
from contracts.vocabularies.counts import POINTS_OF, CountedField, CountedPoint, CountedRace, Stratum
from contracts.vocabularies.person import Sex
from contracts.vocabularies.race import CategorySystem

_POINTS = "OJJDP R/ED Databook; Connecticut DCF racial justice data; Civil Rights Data Collection; CPE stop data guidebook"


class AggregateCount(Record):
    """How often something happened at one decision point, for one group and period, as the agency counted it. No person."""

    period_start: pl.Date = plain("First day of the period.", standard=CONVENTION)
    period_end: pl.Date = plain("Day after its last (half-open).", standard=CONVENTION, ahead=True)
    field: str = coded("What the count is about.", CountedField, standard=_POINTS)
    decision_point: str = coded("At which decision point.", CountedPoint, standard=_POINTS)
    race_group: str = coded(
        "Race group; ALL is everybody.", CountedRace, standard="OMB Statistical Policy Directive 15, 1997; groups of the R/ED Databook"
    )
    sex: str = coded("Sex; null: all.", Sex, standard="OJJDP R/ED Databook", nullable=True)
    age_band: str = plain(
        "Age band in whole years, such as 12-17; null: all.",
        standard="OJJDP R/ED Databook: ages",
        nullable=True,
        str_matches=r"^\d{1,2}(-\d{1,2}|\+)$",
    )
    region: str = plain("Region of the county; null: all.", standard=CONVENTION, nullable=True)
    stratum: str = coded("Trait that people themselves stated; null: not counted by one.", Stratum, standard=CONVENTION, nullable=True)
    stratum_value: str = plain("Value of that trait.", standard=CONVENTION, nullable=True)
    count: pl.Int32 = plain("How many.", standard=_POINTS, unit="events or people, as the decision point says", ge=0)
    category_system: str = coded(
        "How race was asked where the count was made; null: not said.",
        CategorySystem,
        standard="OMB Statistical Policy Directive 15, 1997 and 2024",
        nullable=True,
    )

    class Config:
        """A count has no subject."""

        metadata = declares(
            name="aggregate_count",
            system="any",
            subject=SubjectFrom.NOBODY,
            start="period_start",
            end="period_end",
            default_role=None,
            element_class="aggregate_counts",
            rules=(
                InOrder("end_not_before_begin", "A period does not end before it begins.", ("period_start",), "period_end"),
                Together("stratum_without_value", "A stratum has a value, and a value a stratum.", ("stratum", "stratum_value")),
                PointOfField(
                    "point_not_of_the_field",
                    "Each field has decision points of its own.",
                    field="field",
                    point="decision_point",
                    points={name.value: frozenset(point.value for point in points) for name, points in POINTS_OF.items()},
                ),
            ),
        )
