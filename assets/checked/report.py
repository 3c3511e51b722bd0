"""What became of every row of one source's delivery.

Belongs here: the counts and their shape. Does not belong here: any row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Disposition(StrEnum):
    """Where a row read from a delivery ends; every row ends in exactly one."""

    ADMITTED = "admitted"  # it is what is known of its record from tonight on (or ends it)
    UNCHANGED = "unchanged"  # it says what was known already
    DUPLICATE = "duplicate"  # the same row stands in the delivery once more
    SUPERSEDED = "superseded"  # a newer version of the record is in the delivery, or known already
    REFUSED = "refused"  # it breaks a rule; it lies in quarantine


class CheckVerdict(StrEnum):
    """What became of a delivery when it was checked."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # too many rows refused, or too many records gone; what was known last night stays
    HELD = "held"  # known records stand under new keys: a person has to look at it; what was known last night stays
    NOTHING_NEW = "nothing_new"  # no delivery to read: what was known last night stays


@dataclass(frozen=True)
class FeedReport:
    """One feed, one night. The five dispositions sum to ``rows_read``.

    ``deleted``: records that ended because a full snapshot lacks them. ``awaiting_parent``: admitted rows whose parent has not arrived.
    ``refused_by_rule``: faults by rule; a row can have several. ``set_aside``: rows of the delivery that the feed's text says are not its
    own (``only``); they are not among ``rows_read``.
    """

    feed: str
    record_type: str
    rows_read: int = 0
    admitted: int = 0
    unchanged: int = 0
    duplicate: int = 0
    superseded: int = 0
    refused: int = 0
    deleted: int = 0
    awaiting_parent: int = 0
    set_aside: int = 0
    refused_by_rule: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether every row read has a disposition."""
        return self.rows_read == self.admitted + self.unchanged + self.duplicate + self.superseded + self.refused


@dataclass(frozen=True)
class CheckReport:
    """One source, one night. ``reason`` says in words without values why a delivery was refused.

    ``read_again``: deliveries of earlier nights that were read again because the source's mapping has changed.
    """

    source: str
    night: date
    verdict: CheckVerdict
    feeds: tuple[FeedReport, ...]
    reason: str = ""
    delivery_sha256: str | None = None
    complete_through: date | None = None
    read_again: int = 0
