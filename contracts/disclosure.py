"""How small a group may be before its figures are withheld: disclosure.yaml as a frozen model.

Belongs here: the thresholds a county decides and where they come from. Does not belong here: applying them (assets/published/).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from contracts.reviewed import Reviewed


class DisclosurePolicy(Reviewed):
    """The county's rule for small cells of aggregate tables."""

    minimum_cell: int = Field(ge=3, description="A count of people below this is withheld. CMS and many use letters: 11.")
    zeros: Literal["withhold", "show"] = Field(description="Whether a count of zero people is withheld as well.")
    complementary: Literal["exact"] = Field(description="No withheld count may be computable from shown ones by exact linear arithmetic.")
    interval_cells: int = Field(ge=0, description="Tables up to this many different counts also pass the interval audit.")
    interval_width: int = Field(ge=1, description="A withheld count must remain uncertain by at least this much to a reader of the table.")
    rounding: int = Field(default=1, ge=1, description="Shown counts are rounded to a multiple of this; 1 leaves them exact.")
    dominance_contributors: int = Field(default=2, ge=1, description="A sum is withheld where so many people…")
    dominance_percent: float = Field(default=90, gt=0, le=100, description="…make up more than this percentage of it, or…")
    p_percent: float = Field(
        default=10, ge=0, description="…where the second largest could estimate the largest to within this percentage: the p % rule."
    )
    difference_releases: int = Field(
        default=4, ge=0, description="Releases before the new one whose figures must not give a small change away; 0: none are compared."
    )
    pooling_months: tuple[int, ...] = Field(min_length=1, description="Windows tried in order, until every group of a table can be shown.")
    maximum_dimensions: int = Field(default=3, ge=1, description="Most dimensions an aggregate table may have.")
    citation: str = Field(min_length=8, description="Where the rule comes from.")
    reviewed_by: str | None = Field(default=None, description="Who reviewed the rule; empty is shown as such.")
    reviewed_on: date | None = Field(default=None)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if list(self.pooling_months) != sorted(set(self.pooling_months)):
            raise ValueError("pooling_months must rise")
        if self.interval_width > self.minimum_cell:
            raise ValueError("interval_width cannot exceed minimum_cell")
        return self

    def too_small(self, people: int) -> bool:
        """Whether a count of people must be withheld on its own account."""
        return people < self.minimum_cell and (people != 0 or self.zeros == "withhold")

    def too_little_changed(self, people: int) -> bool:
        """Whether a count moved by so few people that both figures together would show them: 1 to the minimum less one."""
        return 0 < abs(people) < self.minimum_cell

    def dominated(self, total: float, largest: Sequence[float]) -> bool:
        """Whether a sum over people gives one of them away, by the (n, k) rule or the p % rule.

        (n, k): the ``dominance_contributors`` largest contributions exceed ``dominance_percent`` of the total. p %: what is left after the
        two largest is less than ``p_percent`` of the largest, so that the second could estimate the first too well (Hundepool et al. 2012,
        Statistical Disclosure Control, section 4.2.2). At the limit itself neither rule withholds. A sum of nothing is dominated by nobody.

        Args:
            total: the sum.
            largest: the largest contributions of single people, largest first; as many as there are, at most those asked for.
        """
        if total <= 0 or not largest:
            return False
        # A float's last digit must not decide at the limit.
        slack = 1e-9 * total
        of_few = sum(largest[: self.dominance_contributors])
        left = total - sum(largest[:2])
        return of_few * 100 > (self.dominance_percent * total) + 100 * slack or left * 100 < self.p_percent * largest[0] - 100 * slack
