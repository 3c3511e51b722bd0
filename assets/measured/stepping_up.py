"""The table ``stepping_up``: four measures, overall and by race group, with numerator, denominator and what they leave open.

Belongs here: which question is asked over which cohort, and which cannot be asked of this scope. Does not belong here: the questions.

A follow-up of d days is asked of the releases of one whole period that ended d days before the records end: every one of them has been
seen for d days. Their period is printed in the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from assets.measured.disparity import ALL
from assets.measured.run import Run
from assets.measured.scope import SCOPE
from assets.measured.settled import CONNECTION, append, create_from, records_begin, words

STEPPING_UP: Final = {
    "measure": "VARCHAR",
    "submeasure": "VARCHAR",
    "domain": "VARCHAR",
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
}
"""Columns of ``stepping_up`` in order. ``people`` are behind the numerator, ``base_people`` behind the denominator."""

_EVIDENCE_REASON: Final = {"evidence": "VARCHAR", "reason": "VARCHAR"}
JAIL: Final = "jail"


def write_stepping_up(run: Run) -> None:
    """Fill ``target.stepping_up``; ``booking``, ``person``, ``matched_contact`` and ``withheld_people`` are there."""
    rules = run.definitions.stepping_up
    start = run.since(rules.period, [JAIL])
    create_from(run.con, f"{SCOPE}.stepping_up_draft", STEPPING_UP, ())
    create_from(run.con, f"{SCOPE}.evidence_reason", _EVIDENCE_REASON, _evidence_reasons(run))
    run.keep("booking_evidence")
    if reason := _no_bookings(run) or _no_history(run, start):
        for measure in ("bookings_with_smi", "average_length_of_stay", "average_daily_population"):
            _unanswered(run, measure, None, reason)
    else:
        for question in ("stepping_up_bookings", "stepping_up_stays", "stepping_up_population"):
            run.extend("stepping_up_draft", question, period_start=start)
    run.keep(
        "release_outcome",
        connection_system=rules.connection.system,
        leaves_community=words(rules.connection.leaves_community),
    )
    _connection(run)
    _recidivism(run, start)
    run.publish("stepping_up")


def _connection(run: Run) -> None:
    rules = run.definitions.stepping_up.connection
    reason = _no_bookings(run) or _no_connection(run)
    for days in rules.within_days:
        cohort = None if reason else _cohort(run, days, min(run.horizons[JAIL], run.horizons[rules.system]))
        if cohort is None:
            _unanswered(run, "connection_to_treatment", f"connected_{days}d", reason or "no_mature_follow_up")
            continue
        label = f"connection:{days}"
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
            "stepping_up_draft",
            "stepping_up_connection",
            follow_days=days,
            cohort_start=cohort[0],
            cohort_end=cohort[1],
            label=label,
            membership_known=run.held.membership_is_known,
        )


def _recidivism(run: Run, start: datetime) -> None:
    rules = run.definitions.stepping_up.recidivism
    none = _no_bookings(run)
    begin = records_begin(run.definitions, JAIL)
    first = start if begin is None else max(start, begin + timedelta(days=rules.backward_days))
    if without := none or _no_history(run, first):
        _unanswered(run, "recidivism_backward", f"returned_within_{rules.backward_days}d", without)
    else:
        run.extend("stepping_up_draft", "stepping_up_recidivism_backward", period_start=first, backward_days=rules.backward_days)
    reason = none or ("completeness_unknown" if JAIL not in run.horizons else _no_release_type(run))
    for days in rules.forward_days:
        cohort = None if reason else _cohort(run, days, run.horizons[JAIL])
        if cohort is None:
            _unanswered(run, "recidivism_forward", f"rebooked_{days}d", reason or "no_mature_follow_up")
            continue
        run.extend(
            "stepping_up_draft",
            "stepping_up_recidivism_forward",
            follow_days=days,
            cohort_start=cohort[0],
            cohort_end=cohort[1],
        )


def _cohort(run: Run, days: int, horizon: datetime) -> tuple[datetime, datetime] | None:
    """The last whole period of releases that have been seen for ``days`` days; shorter where the records begin later."""
    end = horizon - timedelta(days=days)
    start = run.definitions.stepping_up.period.start(end)
    begin = records_begin(run.definitions, JAIL)
    if begin is not None:
        start = max(start, begin)
    return (start, end) if start < end else None


def _no_history(run: Run, start: datetime) -> str | None:
    return None if start < run.as_of else "history_too_short"


def _no_bookings(run: Run) -> str | None:
    if not run.held.has_bookings:
        return "system_not_in_scope"
    booking = run.definitions.stepping_up.booking.types
    switched_off = len(booking.counted) < len(type(booking).model_fields)
    return "booking_type_not_in_scope" if switched_off and not run.held.booking_type_is_known else None


def _no_connection(run: Run) -> str | None:
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
    reasons = {"ALL": None, "bjmhs": screen, "smi_dx_proxy": diagnosis, "either": screen or diagnosis}
    return [{"evidence": evidence, "reason": reason} for evidence, reason in reasons.items()]


def _unanswered(run: Run, measure: str, submeasure: str | None, reason: str) -> None:
    row = {"measure": measure, "submeasure": submeasure, "race_group": ALL, "evidence": ALL, "smi_status": ALL, "reason": reason}
    append(run.con, f"{SCOPE}.stepping_up_draft", STEPPING_UP, [row])
