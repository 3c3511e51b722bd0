"""The tables ``screening_result`` and ``screening_summary``: what screens say, and how soon people are screened, assessed and connected.

Belongs here: which facts the scope must hold for a figure. Does not belong here: the scoring rules (screening_rules.py), the questions.
"""

from __future__ import annotations

from assets.measured.run import Run
from assets.measured.scope import SCOPE
from assets.measured.stepping_up import JAIL, mature_releases, no_bookings, no_connection
from resources.sql import count


def write_screening(run: Run) -> None:
    """Fill both tables; ``counted_booking`` and ``booking_screen`` are there."""
    rules = run.definitions.stepping_up
    assessment = rules.assessment
    # How long people wait for care is asked of releases that were seen for the longest follow-up: of later ones only short waits are known.
    longest = max(rules.connection.within_days)
    unconnected = no_bookings(run) or no_connection(run)
    followed = None if unconnected else mature_releases(run, longest, min(run.horizons[JAIL], run.horizons[rules.connection.system]))
    run.publish("screening_result")
    run.publish(
        "screening_summary",
        period_start=run.since(rules.period, [JAIL]),
        assess_days=assessment.within_days if assessment else None,
        assessed_through=run.horizons.get(assessment.system) if assessment else None,
        assessment_reason=_no_assessment(run),
        connect_days=longest,
        cohort_start=followed[0] if followed else None,
        cohort_end=followed[1] if followed else None,
        connection_reason=unconnected or (None if followed else "no_mature_follow_up"),
        screens_are_known=run.held.bjmhs_is_known,
        attempts_are_known=count(run.con, f"{SCOPE}.screening") > 0,
    )


def _no_assessment(run: Run) -> str | None:
    """Why nothing can be said about assessments."""
    assessment = run.definitions.stepping_up.assessment
    if assessment is None:
        return "assessment_not_defined"
    if not run.held.bjmhs_is_known:
        return "screen_not_in_scope"
    if assessment.system not in run.systems:
        return "system_not_in_scope"
    domains = {domain for domain, system in run.seen if system == assessment.system}
    if not any(run.can_filter(domain, assessment.system, assessment.filter) for domain in domains):
        return "column_not_in_scope"
    return None if assessment.system in run.horizons else "completeness_unknown"
