"""The six words a record passes through, spelled once.

Belongs here: the stage names and their allowed edges. Does not belong here: anything that a stage does.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise


class Stage(StrEnum):
    """What has already happened to the row that lies there; the six words are in alphabetical order."""

    ACQUIRED = "acquired"
    CHECKED = "checked"
    CONSENTED = "consented"
    LINKED = "linked"
    MEASURED = "measured"
    PUBLISHED = "published"


STAGES: tuple[Stage, ...] = tuple(Stage)

ALLOWED_EDGES: frozenset[tuple[Stage, Stage]] = frozenset(
    {
        *((stage, stage) for stage in STAGES),
        *pairwise(STAGES),
        # Content joins person keys only through permitted membership.
        (Stage.CHECKED, Stage.LINKED),
        # Final decisions are made from disclosure facts, never from raw consents…
        (Stage.CONSENTED, Stage.PUBLISHED),
        # …with memberships and edges, and a product measures again what it may see: docs/decisions/0004.
        (Stage.LINKED, Stage.PUBLISHED),
    }
)
"""Every permitted (upstream, downstream) pair of the asset graph. Adding one here is a design decision, not a fix."""
