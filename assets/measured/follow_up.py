"""The table ``follow_up_curve``: what has happened by which day after release.

Belongs here: which releases are followed and which days are shown. Does not belong here: the estimators (incidence.py), the question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from assets.measured.incidence import Incidence, aalen_johansen, kaplan_meier, share_on
from assets.measured.run import PACKAGE, Run
from assets.measured.settled import create_from
from assets.measured.stepping_up import JAIL, no_bookings, no_connection
from resources.sql import count, load_sql, rows

SHOWN_DAYS: Final = (7, 14, 30, 60, 90, 180, 270, 365)
CENSORED: Final = "censored"
CURVE: Final = {
    "curve": "VARCHAR",
    "cause": "VARCHAR",
    "method": "VARCHAR",
    "domain": "VARCHAR",
    "race_group": "VARCHAR",
    "evidence": "VARCHAR",
    "smi_status": "VARCHAR",
    "day": "INTEGER",
    "releases": "BIGINT",
    "at_risk": "BIGINT",
    "events": "BIGINT",
    "people": "BIGINT",
    "people_with_event": "BIGINT",
    "share": "DOUBLE",
    "share_error": "DOUBLE",
    "share_lower": "DOUBLE",
    "share_upper": "DOUBLE",
    "period_start": "TIMESTAMP",
    "seen_until": "TIMESTAMP",
    "reason": "VARCHAR",
}
"""Columns of ``follow_up_curve``. method: aalen_johansen (others come first) or kaplan_meier (as if they could not)."""

Curves = Mapping[tuple[str, str, str, str, str], Mapping[str, Mapping[int, int]]]
"""(curve, domain, race group, evidence, status) -> cause -> day -> releases."""


@dataclass
class People:
    """Who is behind one curve: people followed, and cause -> day -> people whom it reached first that day."""

    followed: int = 0
    reached: dict[str, dict[int, int]] = field(default_factory=dict)

    def by(self, cause: str, day: int) -> int:
        """People to whom it had happened by the end of ``day``, each counted once."""
        return sum(people for on, people in self.reached.get(cause, {}).items() if on <= day)


def write_follow_up(run: Run) -> None:
    """Fill ``follow_up_curve``; ``counted_booking`` is there."""
    table = f"{run.target}.follow_up_curve"
    create_from(run.con, table, CURVE, list(_lines(run)))
    run.written["follow_up_curve"] = count(run.con, table)
    run.show("follow_up_curve")


def _lines(run: Run) -> Iterator[Mapping[str, Any]]:
    rules = run.definitions.stepping_up
    reason = no_bookings(run) or ("completeness_unknown" if JAIL not in run.horizons else None)
    if reason is not None:
        yield {"curve": "recidivism", "reason": reason}
        return
    horizons = [run.horizons[JAIL], *([run.horizons[rules.connection.system]] if rules.connection.system in run.horizons else [])]
    seen_until = min(horizons)
    period_start = run.since(rules.period, [JAIL])
    unconnected = no_connection(run)
    parameters = {"period_start": period_start, "seen_until": seen_until, "curve_days": rules.recidivism.curve_days}
    shared = {"period_start": period_start, "seen_until": seen_until}
    if unconnected is not None:
        yield {"curve": "connection", "reason": unconnected}
    counted, behind = _counted(run, parameters)
    for key, causes in counted.items():
        if key[0] == "connection" and unconnected is not None:
            continue
        for line in _shown(causes, behind[key], rules.recidivism.curve_days):
            named = dict(zip(("curve", "domain", "race_group", "evidence", "smi_status"), key, strict=True))
            yield {**named, **shared, **line}


def _counted(run: Run, parameters: Mapping[str, Any]) -> tuple[Curves, dict[tuple[str, str, str, str, str], People]]:
    found: dict[tuple[str, str, str, str, str], dict[str, dict[int, int]]] = {}
    behind: dict[tuple[str, str, str, str, str], People] = {}
    for *key_parts, cause, day, releases, first, new in rows(run.con, load_sql(PACKAGE, "follow_up_day"), parameters):
        curve, domain, race_group, evidence, status = key_parts
        key = (curve, domain, race_group, evidence, status)
        found.setdefault(key, {}).setdefault(cause, {})[day] = releases
        people = behind.setdefault(key, People())
        people.followed += new
        people.reached.setdefault(cause, {})[day] = first
    return found, behind


def _shown(causes: Mapping[str, Mapping[int, int]], behind: People, longest: int) -> Iterator[Mapping[str, Any]]:
    censored = causes.get(CENSORED, {})
    events = {cause: days for cause, days in causes.items() if cause != CENSORED}
    releases = sum(sum(days.values()) for days in causes.values())
    for cause, curve in aalen_johansen(events, censored).items():
        others: dict[int, int] = dict(censored)
        for other, days in events.items():
            for day, number in days.items() if other != cause else ():
                others[day] = others.get(day, 0) + number
        for method, each in (("aalen_johansen", curve), ("kaplan_meier", kaplan_meier(events[cause], others))):
            for line in _days(each, longest):
                people = {"people": behind.followed, "people_with_event": behind.by(cause, line["day"] - 1)}
                yield {"cause": cause, "method": method, "releases": releases, **people, **line}


def _days(curve: list[Incidence], longest: int) -> Iterator[dict[str, Any]]:
    for day in SHOWN_DAYS:
        entry = share_on(curve, day - 1)  # "within 30 days" ends with day 29: day 0 is the first
        if day > longest or entry is None:
            continue
        yield {
            "day": day,
            "at_risk": entry.at_risk,
            "events": entry.events,
            "share": entry.share,
            "share_error": entry.error,
            "share_lower": entry.limits.lower,
            "share_upper": entry.limits.upper,
        }
