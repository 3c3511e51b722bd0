"""What the county set out to reach: targets, yearly re-assessment, policy changes, the Six Questions.

Belongs here: which period is asked for which text, and writing the answers. Does not belong here: the figures (stepping_up.py), the
statistics (policy.py), whether a target is on track (targets.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from assets.measured.comparison import ALL, Reason
from assets.measured.decision_points import collect_points, missing_for
from assets.measured.policy import Person, Side, ratio_of_ratios, side
from assets.measured.run import PACKAGE, Run
from assets.measured.scope import SCOPE
from assets.measured.settled import create_from, records_begin
from assets.measured.significance import LEVEL, false_discovery
from assets.measured.stepping_up import JAIL, STEPPING_UP, ask, show_bookings
from assets.measured.targets import track
from contracts.benchmarks import PopulationBase
from contracts.definition_parts import POPULATION, Window
from contracts.definitions import PolicyChange, Target
from contracts.progress import QUESTIONS
from resources.sql import count, load_sql, rows

TARGET_STATUS: Final = {
    "target_id": "VARCHAR", "target_name": "VARCHAR", "measure": "VARCHAR", "submeasure": "VARCHAR", "evidence": "VARCHAR",
    "smi_status": "VARCHAR", "figure": "VARCHAR", "domain": "VARCHAR", "people": "BIGINT", "base_people": "BIGINT",
    "people_before": "BIGINT", "base_people_before": "BIGINT", "baseline": "DOUBLE", "baseline_source": "VARCHAR",
    "baseline_period_end": "TIMESTAMP", "current": "DOUBLE", "current_period_end": "TIMESTAMP", "target": "DOUBLE",
    "expected_now": "DOUBLE", "change": "DOUBLE", "change_percent": "DOUBLE", "due": "DATE", "standing": "VARCHAR",
    "is_on_track": "BOOLEAN", "reason": "VARCHAR",
}  # fmt: skip
POLICY_CHANGE: Final = {
    "policy_id": "VARCHAR", "policy_name": "VARCHAR", "policy_source": "VARCHAR", "changed_at": "TIMESTAMP", "point_id": "VARCHAR",
    "domain": "VARCHAR", "race_group": "VARCHAR", "reference_group": "VARCHAR", "before_start": "TIMESTAMP", "after_end": "TIMESTAMP",
    "is_complete": "BOOLEAN", "people": "BIGINT", "events_before": "BIGINT", "events_after": "BIGINT", "base_before": "BIGINT",
    "base_after": "BIGINT", "change_ratio": "DOUBLE", "reference_change_ratio": "DOUBLE", "ratio_of_ratios": "DOUBLE",
    "ratio_lower": "DOUBLE", "ratio_upper": "DOUBLE", "p_value": "DOUBLE", "p_adjusted": "DOUBLE", "is_significant": "BOOLEAN",
    "reason": "VARCHAR",
}  # fmt: skip
SIX_QUESTIONS: Final = {
    "question_no": "INTEGER", "question": "VARCHAR", "status": "VARCHAR", "since": "DATE", "stated_evidence": "VARCHAR",
    "data_evidence": "VARCHAR", "people": "BIGINT", "figures_known": "BIGINT", "figures_asked": "BIGINT",
}  # fmt: skip
_YEAR: Final = {**STEPPING_UP, "years_back": "INTEGER"}


def write_progress(run: Run) -> None:
    """Fill ``yearly_reassessment``, ``target_status`` and ``six_questions``; ``counted_booking`` is there."""
    show_bookings(run, "cells_by_race", in_detail=False)
    _ask_years(run)
    run.publish("yearly_reassessment")
    show_bookings(run, "cells_by_race[1:4]", in_detail=False)
    _put(run, "target_status", TARGET_STATUS, list(_targets(run)))
    _put(run, "six_questions", SIX_QUESTIONS, list(_questions(run)))


def _put(run: Run, name: str, columns: Mapping[str, str], lines: list[Mapping[str, Any]]) -> None:
    table = f"{run.target}.{name}"
    create_from(run.con, table, columns, lines)
    run.written[name] = count(run.con, table)
    run.show(name)


def _ask_years(run: Run) -> None:
    rules = run.definitions.stepping_up
    begin = records_begin(run.definitions, JAIL)
    create_from(run.con, f"{SCOPE}.stepping_up_year", _YEAR, ())
    for years_back in range(rules.years):
        end = run.as_of if years_back == 0 else Window(years=years_back).start(run.as_of)
        if begin is not None and end <= begin:
            break
        if years_back == 0:  # tonight has been asked already
            run.extend("stepping_up_year", "stepping_up_tonight")
        else:
            ask(run, "stepping_up_year", end)
        run.con.execute(
            f"update {SCOPE}.stepping_up_year set years_back = $years_back where years_back is null", {"years_back": years_back}
        ).fetchall()


def _targets(run: Run) -> Iterator[Mapping[str, Any]]:
    for target in run.definitions.progress.targets:
        current = _figures(run, "stepping_up", target)
        before, source, end = _baseline(run, target)
        shared = {
            **{name: getattr(target, name) for name in ("measure", "submeasure", "evidence", "smi_status", "figure")},
            "target_id": target.id,
            "target_name": target.name,
            "baseline_source": source,
            "baseline_period_end": end,
            "due": target.due.isoformat(),
        }
        if not current:
            yield {**shared, "reason": "no_current_figure"}
        for domain, now in sorted(current.items(), key=lambda item: item[0] or ""):
            then = before.get(domain, Figure())
            behind = {
                "people": now.people, "base_people": now.base_people, "people_before": then.people, "base_people_before": then.base_people,
            }  # fmt: skip
            baseline = target.baseline.value if target.baseline.value is not None else then.value
            yield {**shared, "domain": domain, **behind, **_standing(run, target, baseline, now, end)}


def _standing(run: Run, target: Target, baseline: float | None, current: Figure, end: datetime | None) -> Mapping[str, Any]:
    value, period_end = current.value, current.period_end
    known = {"baseline": baseline, "current": value, "current_period_end": period_end}
    if value is None or baseline is None:
        return {**known, "reason": "no_current_figure" if value is None else "no_baseline_figure"}
    goal = target.value if target.value is not None else baseline * (1 + (target.change_percent or 0) / 100)
    begin = end or _first_day(run)
    found = track(baseline=baseline, current=value, target=goal, begin=begin.date(), due=target.due, today=run.as_of.date())
    return {
        **known,
        "target": found.target,
        "expected_now": found.expected_now,
        "change": found.change,
        "change_percent": found.change_percent,
        "standing": found.standing,
        "is_on_track": found.standing in {"reached", "on_track"},
    }


def _first_day(run: Run) -> datetime:
    """Where a stated baseline stands on the line: where the records begin, else at the run's moment."""
    return records_begin(run.definitions, JAIL) or run.as_of


@dataclass(frozen=True)
class Figure:
    """What a target is about in one link domain, and the people behind it and its base."""

    value: float | None = None
    period_end: datetime | None = None
    people: int | None = None
    base_people: int | None = None


Figures = dict[str | None, Figure]


def _baseline(run: Run, target: Target) -> tuple[Figures, str, datetime | None]:
    stated = target.baseline
    if stated.period_end is None:
        return {}, stated.source or "", None
    end = datetime.combine(stated.period_end, time.min)
    create_from(run.con, f"{SCOPE}.stepping_up_baseline", STEPPING_UP, ())
    if end > run.as_of:
        return {}, "the baseline period has not ended", end
    ask(run, "stepping_up_baseline", end, measures=(target.measure,))
    return _figures(run, "stepping_up_baseline", target), "the period that ended then, as known tonight", end


def _figures(run: Run, table: str, target: Target) -> Figures:
    question = (
        f"select domain, {target.figure}, period_end, people, base_people from {SCOPE}.{table}"
        " where measure = $measure and submeasure = $submeasure and breakdown = 'ALL' and evidence = $evidence"
        " and smi_status = $smi_status and reason is null order by domain"
    )
    asked = {name: getattr(target, name) for name in ("measure", "submeasure", "evidence", "smi_status")}
    return {domain: Figure(*values) for domain, *values in rows(run.con, question, asked)}


def _questions(run: Run) -> Iterator[Mapping[str, Any]]:
    said = {each.question: each for each in run.definitions.progress.six_questions}
    data = _data(run)
    for number, question in QUESTIONS.items():
        own = said.get(number)
        known, asked, words, people = data.get(number, (None, None, None, None))
        computed = None if asked is None or known is None else "yes" if known == asked else "partly" if known else "no"
        yield {
            "question_no": number,
            "question": question,
            "status": own.status if own else computed or "not_said",
            "since": own.since.isoformat() if own and own.since else None,
            "stated_evidence": own.evidence if own else None,
            "data_evidence": words,
            "people": people,
            "figures_known": known,
            "figures_asked": asked,
        }


def _data(run: Run) -> Mapping[int, tuple[int, int, str, int | None]]:
    """What the records answer: question -> figures known, figures asked, in words, people whose screens the words rest on."""
    quoted = rows(
        run.con,
        "select submeasure, any_value(value order by domain), any_value(people order by domain) from scope.screening_summary"
        " where breakdown = 'ALL' and reason is null"
        " and submeasure in ('screened_in_time', 'hours_to_screen_median', 'assessed') group by submeasure",
    )
    screening = {submeasure: value for submeasure, value, _ in quoted}
    screened = min((people for submeasure, _, people in quoted if submeasure != "assessed" and people is not None), default=None)
    share, hours = screening.get("screened_in_time"), screening.get("hours_to_screen_median")
    timely = (
        "nothing is known of screening"
        if share is None
        else f"{share:.0%} screened in time" + ("" if hours is None else f", half of them within {hours:.1f} hours")
    )
    measures = (
        "select count(distinct measure) from scope.stepping_up where breakdown = 'ALL' and reason is null and value is not null"
        " and measure in ('bookings_with_smi', 'average_length_of_stay', 'connection_to_treatment', 'recidivism_forward')"
    )
    known = int(rows(run.con, measures)[0][0])
    asked = "select count(intercept) from (select intercept from scope.step where start_at < $as_of group by intercept)"
    met = int(rows(run.con, asked, {"as_of": run.as_of})[0][0])
    targets = rows(
        run.con, "select count(distinct target_id), count(distinct target_id) filter (where standing is not null) from scope.target_status"
    )
    set_, measured = (int(value) for value in targets[0])
    return {
        2: (len(screening), 3, timely, screened),
        3: (known, 4, f"{known} of the four measures have a figure", None),
        4: (min(met, 6), 6, f"contacts are counted at {met} of six intercepts", None),
        6: (measured, max(1, set_), f"{measured} of {set_} targets are measured", None),
    }


def write_policy_changes(run: Run, bases: Mapping[str, PopulationBase]) -> None:
    """Fill ``policy_change``: every policy, every race group, before against after and group against group."""
    lines = [line for change in run.definitions.progress.policy_changes for line in _policy(run, change, bases)]
    for line, p in zip(lines, false_discovery([line.get("p_value") for line in lines]), strict=True):
        line["p_adjusted"] = p
        line["is_significant"] = None if p is None else p < LEVEL
    _put(run, "policy_change", POLICY_CHANGE, list(lines))


def _policy(run: Run, change: PolicyChange, bases: Mapping[str, PopulationBase]) -> Iterator[dict[str, Any]]:
    rules = run.definitions.decision_points
    point = next((point for point in rules.points if point.id == change.point), None)
    if point is None:
        yield {"policy_id": change.id, "policy_name": change.name, "policy_source": change.source, "reason": "point_not_defined"}
        return
    changed_at = datetime.combine(change.since, time.min)
    first_at = Window(months=change.months_before).start(changed_at)
    whole = _later(changed_at, change.months_after)
    last_at = min(whole, run.as_of)
    shared = {
        "policy_id": change.id, "policy_name": change.name, "policy_source": change.source, "changed_at": changed_at,
        "point_id": point.id, "reference_group": run.definitions.race.reference_group, "before_start": first_at, "after_end": last_at,
        "is_complete": whole <= run.as_of,
    }  # fmt: skip
    begin = records_begin(run.definitions, point.numerator.system)
    reason = missing_for(run, rules, point) or (
        Reason.HISTORY_TOO_SHORT if last_at <= changed_at or (begin is not None and first_at < begin) else None
    )
    if reason is not None:
        yield {**shared, "race_group": ALL, "reason": reason}
        return
    wide = rules.model_copy(update={"period": Window(days=max(1, (run.as_of - first_at).days)), "points": rules.chain(point)})
    collect_points(run, wide)
    asked = {"point": point.id, "changed_at": changed_at, "first_at": first_at, "last_at": last_at}
    found: dict[str, dict[str, list[Person]]] = {}
    for domain, race_group, *person in rows(run.con, load_sql(PACKAGE, "policy_person"), asked):
        found.setdefault(domain, {}).setdefault(race_group, []).append((person[0], person[1], person[2], person[3], person[4]))
    on_population = point.base == POPULATION
    exposure = (last_at - changed_at) / (changed_at - first_at)
    for domain, groups in sorted(found.items()):
        sides = {group: side(people, on_population=on_population, exposure=exposure) for group, people in groups.items()}
        for group, own in sorted(sides.items()):
            yield {**shared, "domain": domain, "race_group": group, **_change(run, group, own, sides)}


def _later(moment: datetime, months: int) -> datetime:
    """The same day some months later; the last day of a shorter month."""
    target = moment + timedelta(days=31 * months + 31)
    while Window(months=months).start(target) > moment:
        target -= timedelta(days=1)
    return target


def _change(run: Run, group: str, own: Side, sides: Mapping[str, Side]) -> dict[str, Any]:
    least = run.definitions.decision_points.insufficient
    reference = sides.get(run.definitions.race.reference_group)
    line: dict[str, Any] = {
        "people": own.people, "events_before": own.hits_before, "events_after": own.hits_after, "base_before": own.base_before,
        "base_after": own.base_after, "change_ratio": own.change,
        "reference_change_ratio": reference.change if reference else None,
    }  # fmt: skip
    if min(own.hits_before, own.hits_after) < least.events or own.people < least.people:
        return {**line, "reason": Reason.INSUFFICIENT}
    if group in (ALL, run.definitions.race.reference_group):
        return line
    if reference is None or min(reference.hits_before, reference.hits_after) < least.events or reference.people < least.people:
        return {**line, "reason": Reason.REFERENCE_MISSING}
    found = ratio_of_ratios(own, reference)
    if found is None:
        return {**line, "reason": Reason.INSUFFICIENT}
    value, limits, p = found
    return {**line, "ratio_of_ratios": value, "ratio_lower": limits.lower, "ratio_upper": limits.upper, "p_value": p}
