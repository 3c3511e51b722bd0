"""The pages of what a county agreed: elements, instruments, definitions.

Belongs here: reading them out of the county's text in an order a person can follow. Does not belong here: judging whether they hold
tonight (consented) or are wise (the county).
"""

from __future__ import annotations

from collections.abc import Iterator

from contracts.county import County
from contracts.definition_parts import AgeRange, Criterion, EventFilter, PersonFilter, PointEvents, Window
from contracts.definitions import (
    AtLeast,
    DecisionPoint,
    DecisionPoints,
    FrequentUtilizerDefinition,
    LinkageSensitivity,
    Progress,
    RaceRule,
    SteppingUp,
)
from contracts.elements import CONTENT, ELEMENT_CLASSES, Element, classes_of, system_catalogue
from contracts.instruments import Clause, Effect, Instrument
from contracts.law import shipped_law
from contracts.purposes import PURPOSE_MEANING, Purpose
from pipelines.reference.law import law_parts
from pipelines.reference.markdown import bullets, code, codes, page, table

_ELEMENTS = (
    "What a clause may name. A clause names elements or classes; there is no wildcard. `__present__` is that a row exists at all, and it "
    "is asked before any column; `__identity__` can be compared and never shown."
)
_LABELS = (
    "Labels below are those every value of the element carries. Rows add their own: `part2` and `juvenile` depend on the row. Labels are "
    "explained in [records.md](records.md)."
)
_INSTRUMENTS = (
    "What the agencies signed, clause by clause. An instrument holds only while everything it hangs on holds; a clause is in force only on "
    "its days; a prohibition always wins; whatever no clause permits is denied. The agencies, people and sentences of the demo county are "
    "invented, and no counsel has read them."
)
_DEFINITIONS = (
    "What this county means by its words. Every window is half-open and ends at the as-of moment: `[as-of − window, as-of)`. "
    "[What the measures mean](../explanation/what-the-measures-mean.md) says how they are computed."
)


def elements_page(county: County) -> str:
    """``elements.md``."""
    brought = [
        element
        for source in county.sources.values()
        for element in system_catalogue(
            source=source.name, system=source.system, agency=source.agency, record_types=[kind.name for kind in source.record_types]
        )
    ]
    of_sources = sorted({element for element in brought if not element.record_type}, key=lambda element: element.name)
    return page(
        "Elements",
        source="contracts/elements.py and the sources of contracts/demo_county/",
        parts=[
            _ELEMENTS,
            _LABELS,
            "## Classes",
            table(("class", "elements"), ((code(name), codes(ELEMENT_CLASSES[name])) for name in sorted(ELEMENT_CLASSES))),
            f"## Elements of the sources of {county.text.name}",
            table(("element", "system", "agency", "classes"), (_source_element(element) for element in of_sources)),
            "## Elements of record types",
            *(part for record_type in CONTENT for part in _record_type(record_type)),
        ],
    )


def _source_element(element: Element) -> tuple[object, ...]:
    return code(element.name), element.system, element.agency, codes(element.classes)


def _record_type(record_type: str) -> Iterator[str]:
    yield f"### {record_type}"
    yield table(
        ("element", "labels", "classes"),
        (
            (code(f"{record_type}.{column}"), codes(sorted(label.value for label in labels)), codes(classes_of(f"{record_type}.{column}")))
            for column, labels in CONTENT[record_type].items()
        ),
    )


def instruments_page(county: County) -> str:
    """``instruments.md``."""
    return page(
        f"Instruments of {county.text.name}",
        source="contracts/demo_county/instruments/ and contracts/demo_county/forms/",
        parts=[
            _INSTRUMENTS,
            "## Purposes",
            table(("purpose", "meaning", "refused for the whole store"), (_purpose(purpose) for purpose in Purpose)),
            *law_parts(county),
            *(part for instrument in county.instruments for part in _instrument(instrument)),
            "## Release forms",
            table(
                ("form", "title", "kind", "discloser", "recipients", "classes", "purposes", "operations", "counsel"),
                (
                    (
                        f"{code(form.id)} {form.version}",
                        form.title,
                        form.kind.value,
                        ", ".join(form.discloser),
                        ", ".join(form.recipients),
                        ", ".join(form.element_classes),
                        ", ".join(form.purposes),
                        ", ".join(form.operations),
                        form.counsel_review or "nobody yet",
                    )
                    for form in county.forms
                ),
            ),
        ],
    )


def _purpose(purpose: Purpose) -> tuple[object, ...]:
    return code(purpose.value), PURPOSE_MEANING[purpose], "yes" if purpose in shipped_law().prohibited_purposes else ""


def _instrument(instrument: Instrument) -> Iterator[str]:
    yield f"## {instrument.id}: {instrument.title}"
    read_by = instrument.counsel_review.name if instrument.counsel_review else "nobody yet"
    yield bullets(
        (
            f"kind {instrument.kind.value}, version {instrument.version}, status {instrument.status.value}",
            f"hangs on {codes(instrument.parent_ids)}",
            f"parties: {', '.join(f'{party.agency} ({party.role.value})' for party in instrument.parties)}",
            f"in force from {instrument.effective_from} until {instrument.expires_on}, that day excluded",
            f"authority: {'; '.join(instrument.legal_authority)}",
            f"purposes: {codes(instrument.purposes)}",
            f"smallest count of people shown: {instrument.min_cell}",
            f"read by counsel: {read_by}",
        )
    )
    if instrument.clauses:
        yield table(
            ("clause", "operation", "from", "to", "elements", "labels covered", "purposes", "basis", "consent", "only", "quote"),
            (_clause(clause) for clause in instrument.clauses),
        )


def _clause(clause: Clause) -> tuple[object, ...]:
    prohibits = clause.effect is Effect.PROHIBIT
    operation = clause.operation.value if clause.operation else "anything"
    elements = codes(clause.elements) if clause.elements else "everything"
    if clause.with_systems:
        elements += f" with {', '.join(clause.with_systems)}"
    only = [population.value for population in clause.population]
    if clause.record_days:
        only.append(f"records of the last {clause.record_days} days")
    return (
        f"§{clause.number}",
        f"**prohibits** {operation}" if prohibits else f"permits {operation}",
        clause.contributor or "anyone",
        clause.recipient or "anyone",
        elements,
        ", ".join(clause.labels),
        ", ".join(clause.purposes) or "any",
        clause.lawful_basis.value if clause.lawful_basis else "",
        "" if prohibits else clause.consent_requirement.value,
        ", ".join(only),
        clause.quote,
    )


def definitions_page(county: County) -> str:
    """``definitions.md``."""
    points, race, timeline = county.definitions.decision_points, county.definitions.race, county.definitions.timeline
    return page(
        f"Definitions of {county.text.name}",
        source="contracts/demo_county/definitions/",
        parts=[
            _DEFINITIONS,
            "## People with frequent contact",
            *(part for definition in county.definitions.frequent_utilizers.every() for part in _definition(definition)),
            "## Decision points",
            _points_in_words(points),
            table(
                ("point", "name", "intercept", "counts", "base", "counted as", "decided by", "discretion", "policy"),
                (_point(point) for point in points.points),
            ),
            "### Points from delivered totals",
            table(
                ("point", "name", "field", "totals named", "base", "decided by", "discretion", "policy"),
                (
                    (
                        code(each.id),
                        each.name,
                        each.field.value,
                        each.decision_point,
                        each.base,
                        each.decided_by,
                        each.discretion,
                        each.policy_ref,
                    )
                    for each in points.aggregate_points
                ),
            )
            if points.aggregate_points
            else "None.",
            "## Race",
            _race_in_words(race),
            "## Stepping Up",
            bullets(_stepping_up(county.definitions.stepping_up)),
            "## What the county set out to reach",
            bullets(_progress(county.definitions.progress)) or "Nothing yet.",
            "## Uncertain links",
            _uncertain_links(county.definitions.linkage_sensitivity),
            "## Timeline",
            bullets(
                (
                    *(f"records of {code(system)} are complete from {day}" for system, day in sorted(timeline.records_begin.items())),
                    f"a stay passes from intercept 2 to 3 after {timeline.first_appearance_hours} hours",
                    f"two contacts more than {timeline.transition_days} days apart are not one step",
                    f"contacts no more than {timeline.episode_days} days apart are one episode",
                    f"the jail's own count is taken at the {timeline.jail_count_taken.replace('_', ' ')}",
                )
            ),
        ],
    )


def _progress(progress: Progress) -> Iterator[str]:
    for target in progress.targets:
        goal = f"{target.change_percent:+g} %" if target.change_percent is not None else f"{target.value:g}"
        start = target.baseline
        begin = f"the period that ended on {start.period_end}" if start.period_end else f"{start.value:g} ({start.source})"
        yield f"target {code(target.id)}: {target.name}; {goal} against {begin}, due {target.due}"
    for change in progress.policy_changes:
        yield (
            f"policy {code(change.id)}: {change.name}, since {change.since}; {change.months_before} months before against "
            f"{change.months_after} after at {code(change.point)}; source: {change.source}"
        )
    for said in progress.six_questions:
        yield f"question {said.question}: {said.status}{f' since {said.since}' if said.since else ''}; {said.evidence}"


def _uncertain_links(rules: LinkageSensitivity) -> str:
    listed = ", ".join(f"{threshold:g}" for threshold in rules.thresholds)
    return (
        f"Figures are asked again at link thresholds of {listed} bits and over {rules.imputations} draws of uncertain links. A link is "
        f"certain from a probability of {rules.certain:g}; a pair that fell short is drawn from {rules.impossible:g} on."
    )


def _points_in_words(points: DecisionPoints) -> str:
    least = points.insufficient
    return (
        f"Events of the last {_window(points.period)}; {'residents only' if points.residents_only else 'everybody'}; "
        f"{_ages(points.ages)}. Rates are per {points.per.population:,} of the population or per {points.per.previous_point:,} of the "
        f"earlier point. No ratio is given below {least.events} events or a base of {least.base}, nor, where people count as often as they "
        f"come, below {least.people} people."
    )


def _race_in_words(race: RaceRule) -> str:
    return (
        f"Rule {code(race.id)}: one group a person, in the categories {code(race.category_system)}. Tried in order: "
        f"{', '.join(f'{step.method.value} ({step.take.value})' for step in race.prefer)}. Reference group "
        f"{code(race.reference_group)}. No ratio on the population is given where the ethnicity of more than "
        f"{race.max_mismatch_share:.0%} of the people is unknown."
    )


def _definition(definition: FrequentUtilizerDefinition) -> Iterator[str]:
    yield f"### {definition.name}"
    combine = f"at least {definition.combine.at_least}" if isinstance(definition.combine, AtLeast) else definition.combine
    size = f"the list holds {definition.list_size} people, and everybody tied at the cut" if definition.list_size else "everybody is listed"
    yield bullets(
        (
            f"{code(definition.id)}, version {definition.version}; {size}",
            f"source: {definition.source}",
            f"who can be found: {_person(definition.person)}",
            f"criteria to be met: {combine}",
        )
    )
    yield table(
        ("criterion", "system", "only", "unit", "window", "threshold"),
        (
            (code(item.name), item.system, _filter(item.filter), item.unit.value, _window(item.window), _threshold(item))
            for item in definition.criteria
        ),
    )


def _person(person: PersonFilter) -> str:
    said = [f"{name} = {str(value).lower()}" for name, value in person.model_dump().items() if value is not None]
    return ", ".join(said) or "anybody"


def _threshold(criterion: Criterion) -> str:
    if criterion.min is not None:
        return f"at least {criterion.min:g}"
    if criterion.rank is not None:
        return f"the first {criterion.rank}, ties included"
    return f"{criterion.percentile:g}th percentile among {criterion.among.value.replace('_', ' ')}"


def _window(window: Window) -> str:
    ((name, value),) = ((name, value) for name, value in window.model_dump().items() if value is not None)
    return f"{value} {name}"


def _ages(ages: AgeRange) -> str:
    return f"aged {ages.min} and over" if ages.max is None else f"aged {ages.min} to {ages.max}"


def _filter(filter_: EventFilter) -> str:
    said = []
    for name, value in filter_.model_dump().items():
        if value is not None:
            words = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value).lower()
            said.append(f"{name}: {words}")
    return "; ".join(said)


def _counts(events: PointEvents) -> str:
    said = [events.system]
    said += [part for part in [_filter(events.filter)] if part]
    for name in ("screen", "charge_level", "release_type", "stop"):
        words = getattr(events, name)
        if words:
            said.append(f"{name}: {', '.join(word.value for word in words)}")
    if events.held_at_least_hours:
        said.append(f"held at least {events.held_at_least_hours} hours")
    if events.released:
        said.append("released")
    if events.followed_by:
        followed = events.followed_by
        only = f" ({_filter(followed.filter)})" if _filter(followed.filter) else ""
        said.append(f"followed by {followed.system}{only} within {followed.within_days} days")
    return "; ".join(said)


def _point(point: DecisionPoint) -> tuple[object, ...]:
    return (
        code(point.id),
        point.name,
        point.intercept,
        _counts(point.numerator),
        code(point.base),
        point.repeat.value,
        point.decided_by,
        point.discretion,
        point.policy_ref,
    )


def _stepping_up(rules: SteppingUp) -> Iterator[str]:
    yield f"period: the {_window(rules.period)} before the as-of moment"
    switches = rules.booking.types.model_dump()
    left_out = [name for name, on in switches.items() if not on]
    yield f"bookings that count: {codes(rules.booking.types.counted)}; left out: {codes(left_out)}"
    if rules.booking.minimum_stay_hours:
        yield f"stays of less than {rules.booking.minimum_stay_hours} hours are not counted"
    else:
        yield "every stay counts, however short"
    yield f"a screen counts up to {rules.smi.screened_within_hours} hours after booking"
    yield f"a diagnosis counts in the {_window(rules.smi.diagnosis_window)} before booking; a proxy"
    days = ", ".join(map(str, rules.connection.within_days))
    yield f"connected: {_filter(rules.connection.filter)} in {code(rules.connection.system)} within {days} days of release"
    yield f"competing outcomes of a release: {codes(word.value for word in rules.connection.leaves_community)}"
    yield f"return, backward: an earlier admission within {rules.recidivism.backward_days} days"
    yield f"return, forward: another booking within {', '.join(map(str, rules.recidivism.forward_days))} days of release"
