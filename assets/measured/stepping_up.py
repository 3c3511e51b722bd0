"""The table ``stepping_up``: four measures, overall, by race group and by what else the county asks, with what they leave open.

Belongs here: which question is asked over which cohort, and which cannot be asked of this scope. Does not belong here: the questions.

A follow-up of d days is asked of the releases of one whole period that ended d days before the records end: every one of them has been
seen for d days. Their period is printed in the row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final, Literal

from assets.measured.comparison import ALL
from assets.measured.decision_points import WITHHELD_PEOPLE
from assets.measured.run import Run
from assets.measured.scope import SCOPE
from assets.measured.settled import CONNECTION, append, create_from, records_begin, words
from contracts.definition_parts import Window

STEPPING_UP: Final = {
    "measure": "VARCHAR",
    "submeasure": "VARCHAR",
    "domain": "VARCHAR",
    "breakdown": "VARCHAR",
    "category": "VARCHAR",
    "race_group": "VARCHAR",
    "evidence": "VARCHAR",
    "smi_status": "VARCHAR",
    "period_start": "TIMESTAMP",
    "period_end": "TIMESTAMP",
    "numerator": "DOUBLE",
    "denominator": "DOUBLE",
    "people": "BIGINT",
    "base_people": "BIGINT",
    "value": "DOUBLE",
    "unit": "VARCHAR",
    "base_total": "BIGINT",
    "base_linkable": "BIGINT",
    "value_if_none": "DOUBLE",
    "value_if_all": "DOUBLE",
    "excluded": "BIGINT",
    "reason": "VARCHAR",
    "largest": "DOUBLE",
    "second_largest": "DOUBLE",
}
"""Columns of ``stepping_up`` in order. ``people`` are behind the numerator, ``base_people`` behind the denominator; ``largest``
and ``second_largest`` are what the two people with most of it have of the numerator: bookings, releases, days."""

_EVIDENCE_REASON: Final = {"evidence": "VARCHAR", "reason": "VARCHAR"}
JAIL: Final = "jail"
_OF_PERIOD: Final = {
    "bookings_with_smi": "stepping_up_bookings",
    "average_length_of_stay": "stepping_up_stays",
    "average_daily_population": "stepping_up_population",
}
"""Measures of one period -> the question that answers each."""

MEASURES: Final = (*_OF_PERIOD, "connection_to_treatment", "recidivism_backward", "recidivism_forward")
"""What ``stepping_up.measure`` can be."""


def write_stepping_up(run: Run) -> None:
    """Fill ``target.stepping_up``; ``booking``, ``person``, ``matched_contact`` are there."""
    rules = run.definitions.stepping_up
    create_from(run.con, f"{SCOPE}.stepping_up_draft", STEPPING_UP, ())
    create_from(run.con, f"{SCOPE}.withheld_people", WITHHELD_PEOPLE, ())
    create_from(run.con, f"{SCOPE}.evidence_reason", _EVIDENCE_REASON, _evidence_reasons(run))
    run.keep(
        "counted_booking",
        connection_system=rules.connection.system,
        leaves_community=words(rules.connection.leaves_community),
        earliest=_earliest(run),
    )
    show_bookings(run, "cells_shown", in_detail=True)
    ask(run, "stepping_up_draft", run.as_of)
    run.publish("stepping_up")


def show_bookings(run: Run, cells: Literal["cells_shown", "cells_by_race", "cells_by_race[1:4]"], *, in_detail: bool) -> None:
    """Let questions see bookings in these cells only (``shown_booking``): earlier periods are not asked by facility and charge."""
    details = "cells_in_detail" if in_detail else "[]::integer[]"
    run.con.execute(
        f"create or replace view {SCOPE}.shown_booking as select *, {cells} as cells, {details} as details from {SCOPE}.counted_booking"
    )


def _earliest(run: Run) -> datetime:
    """First moment of any period that can be asked: the oldest baseline or year, and the longest follow-up before it."""
    rules = run.definitions.stepping_up
    ends = [Window(years=rules.years).start(run.as_of)]
    ends += [
        datetime.combine(target.baseline.period_end, time.min)
        for target in run.definitions.progress.targets
        if target.baseline.period_end is not None
    ]
    longest = max(*rules.connection.within_days, *rules.recidivism.forward_days)
    return rules.period.start(min(ends)) - timedelta(days=longest)


def ask(run: Run, draft: str, end: datetime, *, measures: Collection[str] = MEASURES) -> None:
    """Append every figure of the period that ends at ``end`` to a scratch table, by what is known at the run's moment.

    ``measures`` are asked and no others. ``end`` may be earlier than the run's moment: the past as it is known tonight, which may be more
    than was known then.
    """
    rules = run.definitions.stepping_up
    start = _since(run, rules.period.start(end))
    if reason := no_bookings(run) or no_history(start, end):
        for measure in (each for each in _OF_PERIOD if each in measures):
            _unanswered(run, draft, measure, None, reason)
    else:
        for measure in (each for each in _OF_PERIOD if each in measures):
            run.extend(draft, _OF_PERIOD[measure], period_start=start, period_end=end)
    if "connection_to_treatment" in measures:
        _connection(run, draft, end)
    if "recidivism_backward" in measures:
        _backward(run, draft, start, end)
    if "recidivism_forward" in measures:
        _forward(run, draft, end)


def _since(run: Run, start: datetime) -> datetime:
    begin = records_begin(run.definitions, JAIL)
    return start if begin is None else max(start, begin)


def _connection(run: Run, draft: str, end: datetime) -> None:
    rules = run.definitions.stepping_up.connection
    reason = no_bookings(run) or no_connection(run)
    for days in rules.within_days:
        cohort = None if reason else mature_releases(run, days, min(run.horizons[JAIL], run.horizons[rules.system], end))
        if cohort is None:
            _unanswered(run, draft, "connection_to_treatment", f"connected_{days}d", reason or "no_mature_follow_up")
            continue
        label = f"{draft}:{days}:{cohort[1].isoformat()}"
        run.extend(
            "withheld_people",
            "withheld_people",
            label=label,
            follow_system=rules.system,
            follow_filter=CONNECTION,
            first_at=cohort[0],
            last_at=cohort[1] + timedelta(days=days),
        )
        run.extend(
            draft,
            "stepping_up_connection",
            follow_days=days,
            cohort_start=cohort[0],
            cohort_end=cohort[1],
            label=label,
            membership_known=run.held.membership_is_known,
        )


def _backward(run: Run, draft: str, start: datetime, end: datetime) -> None:
    rules = run.definitions.stepping_up.recidivism
    begin = records_begin(run.definitions, JAIL)
    ways = [(f"returned_within_{rules.backward_days}d", False, rules.backward_days)]
    ways += [(f"{rule.id}_{rule.days}d", rule.since == "custody", rule.days) for rule in rules.variants]
    for submeasure, since_custody, days in ways:
        first = start if begin is None else max(start, begin + timedelta(days=days))
        if reason := no_bookings(run) or no_history(first, end):
            _unanswered(run, draft, "recidivism_backward", submeasure, reason)
            continue
        run.extend(
            draft,
            "stepping_up_recidivism_backward",
            period_start=first,
            period_end=end,
            backward_days=days,
            since_custody=since_custody,
            submeasure=submeasure,
        )


def _forward(run: Run, draft: str, end: datetime) -> None:
    reason = no_bookings(run) or ("completeness_unknown" if JAIL not in run.horizons else _no_release_type(run))
    for days in run.definitions.stepping_up.recidivism.forward_days:
        cohort = None if reason else mature_releases(run, days, min(run.horizons[JAIL], end))
        if cohort is None:
            _unanswered(run, draft, "recidivism_forward", f"rebooked_{days}d", reason or "no_mature_follow_up")
            continue
        run.extend(draft, "stepping_up_recidivism_forward", follow_days=days, cohort_start=cohort[0], cohort_end=cohort[1])


def mature_releases(run: Run, days: int, horizon: datetime) -> tuple[datetime, datetime] | None:
    """The last whole period of releases that have been seen for ``days`` days; shorter where the records begin later."""
    end = horizon - timedelta(days=days)
    start = _since(run, run.definitions.stepping_up.period.start(end))
    return (start, end) if start < end else None


def no_history(start: datetime, end: datetime) -> str | None:
    """Why a period cannot be asked: nothing is left of it."""
    return None if start < end else "history_too_short"


def no_bookings(run: Run) -> str | None:
    """Why nothing can be said about bookings."""
    if not run.held.has_bookings:
        return "system_not_in_scope"
    booking = run.definitions.stepping_up.booking.types
    switched_off = len(booking.counted) < len(type(booking).model_fields)
    return "booking_type_not_in_scope" if switched_off and not run.held.booking_type_is_known else None


def no_connection(run: Run) -> str | None:
    """Why nothing can be said about connection to treatment."""
    rules = run.definitions.stepping_up.connection
    if rules.system not in run.systems:
        return "system_not_in_scope"
    if not any(run.can_filter(domain, rules.system, rules.filter) for domain, system in run.seen if system == rules.system):
        return "column_not_in_scope"
    if JAIL not in run.horizons or rules.system not in run.horizons:
        return "completeness_unknown"
    return _no_release_type(run)


def _no_release_type(run: Run) -> str | None:
    leaves = run.definitions.stepping_up.connection.leaves_community
    return "release_type_not_in_scope" if leaves and not run.held.release_type_is_known else None


def _evidence_reasons(run: Run) -> list[Mapping[str, Any]]:
    screen = None if run.held.bjmhs_is_known else "screen_not_in_scope"
    diagnosis = None if run.held.diagnosis_is_known else "diagnosis_not_in_scope"
    either = screen or diagnosis
    reasons = {
        "ALL": None,
        "bjmhs": screen,
        "screen": screen,
        "smi_dx_proxy": diagnosis,
        "either": either,
        "evidence_early": either,
        "landmark": either,
    }
    return [{"evidence": evidence, "reason": reason} for evidence, reason in reasons.items()]


def _unanswered(run: Run, draft: str, measure: str, submeasure: str | None, reason: str) -> None:
    shown = {"breakdown": ALL, "category": ALL, "race_group": ALL}
    row = {"measure": measure, "submeasure": submeasure, **shown, "evidence": ALL, "smi_status": ALL, "reason": reason}
    append(run.con, f"{SCOPE}.{draft}", STEPPING_UP, [row])
