"""How many people have a consent in force, by system, kind of consent and race.

Belongs here: the counts, with small ones kept back. Does not belong here: where a consent stands (assets/consented), any page.
"""

from __future__ import annotations

from dataclasses import dataclass

from resources.sql import Connection, load_sql, rows, table_exists


@dataclass(frozen=True)
class Coverage:
    """People of one race group whom a system knows, and how many have a consent of a kind in force; None where a count is kept back."""

    system: str
    kind: str
    race_group: str
    people: int | None
    in_force: int | None

    @property
    def share(self) -> float | None:
        """Of these people, the share with a consent in force; None where either count is kept back."""
        return round(self.in_force / self.people, 3) if self.people and self.in_force is not None else None


def coverage(con: Connection, *, least: int) -> tuple[Coverage, ...]:
    """Consents in force by system, kind and race group, in that order; empty before anything was measured.

    Args:
        con: the warehouse, read-only will do.
        least: smallest count shown; a smaller one is kept back, and so is one whose complement is smaller.
    """
    if not (table_exists(con, "measured", "person_race") and table_exists(con, "consented", "consent_state")):
        return ()
    return tuple(
        Coverage(system, kind, race, people if people >= least else None, held if _is_safe(people, held, least) else None)
        for system, kind, race, people, held in rows(con, load_sql("assets.published", "consent_coverage"))
    )


def _is_safe(people: int, held: int, least: int) -> bool:
    return people >= least and (held == 0 or held >= least) and (people == held or people - held >= least)
