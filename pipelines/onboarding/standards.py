"""Layouts that a standard fixes: their columns need no guessing.

Belongs here: laying a published layout over profiled columns, and the folders of standards that are delivered whole (FHIR, HMIS).
Does not belong here: the layouts themselves (contracts).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.onboarding.asked import Asked, CannotPropose
from pipelines.onboarding.profile import ColumnProfile
from pipelines.onboarding.propose import FeedProposal
from pipelines.onboarding.sample import Sample
from pipelines.onboarding.source_text import FeedText

FOLDER_STANDARDS = frozenset({"fhir", "hmis"})
"""Standards whose sample is a folder with several files."""
STANDARDS = ("dssg", "fhir", "hmis")


def by_layout(proposal: FeedProposal, standard: str, frame: pl.DataFrame, columns: Mapping[str, ColumnProfile]) -> FeedProposal:
    """A proposal in which the columns that the standard names go where it says."""
    return proposal


def by_standard(asked: Asked) -> tuple[tuple[FeedText, ...], dict[str, Sample], dict[str, object]]:
    """The feeds of a folder of a standard."""
    raise CannotPropose(asked.name)
