"""Cases that wait for a person: in the order of what hangs on them, and what is shown of each.

Belongs here: the queue by consequence, and both sides of a case with the evidence between them. Does not belong here: writing judgements
(decisions.py), files for reviewers (review_sheet.py), drawing.
What is shown holds no person key, no race, no total weight and no verdict of the model, so that nobody judges what the machine said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from assets.linked import decisions
from assets.linked.cluster import canonical
from assets.linked.decisions import case_of
from assets.linked.model import FrozenModel
from assets.linked.weigh import Contribution, weigh
from contracts.linkage import LinkageChoice
from resources.sql import Connection, load_sql, replace_table, rows

PACKAGE = "assets.linked"
COMPARED = {
    "first_name": "first_name",
    "last_name": "last_name",
    "middle_name": "middle_name",
    "birth_date": "birth_date",
    "sex": "sex",
    "phone": "contact",
    "address": "contact",
    "ssn4": "ssn4",
    "state_id": "state_id",
}
"""Which comparison of the model speaks of each field that a reviewer sees; a suffix is a veto and has no weight."""

FIELDS = ("first_name", "last_name", "middle_name", "suffix", "birth_date", "sex", "phone", "address", "ssn4", "state_id")


class UnknownCase(ValueError):
    """No case of that name waits, and none was judged."""


@dataclass(frozen=True)
class Case:
    """One case and what hangs on it. ``subject_b`` is null where one vendor key seems to stand for two people."""

    case: str
    domain: str
    subject_a: str
    subject_b: str | None
    reason: str
    status: str
    match_weight: float | None
    systems_bridged: int
    systems: tuple[str, ...]
    disclosures: int
    records: int
    in_custody: bool


@dataclass(frozen=True)
class FieldShown:
    """One line of the side-by-side view: the values of both sides, newest first, and what the model makes of them."""

    field: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    level: str | None
    bits: float | None


@dataclass(frozen=True)
class CaseShown:
    """Both sides of a case. ``systems`` are for reviewers who may know them."""

    case: str
    systems: tuple[str, ...]
    fields: tuple[FieldShown, ...]


def cases(con: Connection, *, choice: LinkageChoice, night: date, through: date) -> list[Case]:
    """Every case that waits, the weightiest first.

    Args:
        con: the warehouse after a night of linkage, with ``registers`` attached; only temporary tables are written.
        choice: the county's thresholds.
        night: the newest night; custody is asked for its beginning.
        through: judgements made up to this day have been heard, though no night has followed them yet.
    """
    decisions.stand(con, through)
    # Whoever judged after the night was read is not asked again before the next; a doubt or a correction is asked about again.
    replace_table(
        con,
        "temp.linked_judged_since",
        "select distinct judged.subject_a, judged.subject_b from temp.linked_judged as judged"
        " where not judged.is_corrected and judged.decision in ('same', 'different')"
        " and not exists (select 1 from linked.review_queue as queue where queue.subject_a = judged.subject_a"
        " and queue.subject_b = judged.subject_b and queue.reason = 'contradiction')",
    )
    parameters = {"as_of": datetime.combine(night, time()), "link": choice.thresholds.link}
    return [
        Case(case_of((a, b)), domain, a, b, reason, status, weight, bridged, tuple(systems), disclosures, records, custody)
        for domain, a, b, reason, status, weight, bridged, systems, disclosures, records, custody in rows(
            con, load_sql(PACKAGE, "review_case"), parameters
        )
    ]


def find(con: Connection, waiting: Sequence[Case], case: str) -> Case:
    """The case of that name, waiting or judged before. Needs :func:`cases` first.

    Raises:
        UnknownCase: if there is none.
    """
    for found in waiting:
        if found.case == case:
            return found
    for domain, a, b, decision in rows(con, "select domain, subject_a, subject_b, decision from temp.linked_judged order by all"):
        if case_of((a, b)) == case:
            return pair_case(domain, a, b, reason="judged", status=decision)
    raise UnknownCase("no case of that name waits or was judged; list them with: throughcare link review list")


def pair_case(domain: str, a: str, b: str, *, reason: str, status: str) -> Case:
    """A pair that does not wait in the queue, in the shape of a case."""
    return Case(case_of((a, b)), domain, a, b, reason, status, None, 0, (), 0, 0, in_custody=False)


def comparable(con: Connection, a: str, b: str) -> Case:
    """Any pair that may be compared, as a case.

    Raises:
        UnknownCase: if the two may not be compared in any domain.
    """
    a, b = canonical(a, b)
    found = rows(
        con,
        "select one.domain from linked.standardised as one join linked.standardised as other on other.domain = one.domain"
        " and other.subject_id = $b and other.known_to is null where one.subject_id = $a and one.known_to is null order by one.domain",
        {"a": a, "b": b},
    )
    if not found or a == b:
        raise UnknownCase("the two are one record, or may not be compared tonight; there is nothing to judge")
    return pair_case(found[0][0], a, b, reason="asked", status="open")


def shown(con: Connection, model: FrozenModel, case: Case) -> CaseShown:
    """Both sides of one case, with what the model makes of each field."""
    return side_by_side(con, model, [case])[0]


def side_by_side(con: Connection, model: FrozenModel, listed: Sequence[Case]) -> list[CaseShown]:
    """Both sides of many cases, in the order given."""
    weights: dict[tuple[str, str], tuple[Contribution, ...]] = {}
    for domain in sorted({case.domain for case in listed}):
        pairs = [(case.subject_a, case.subject_b) for case in listed if case.domain == domain and case.subject_b is not None]
        weights |= {pair: found.contributions for pair, found in weigh(con, model, domain=domain, pairs=pairs).items()}
    values = written(con, [subject for case in listed for subject in (case.subject_a, case.subject_b) if subject])
    system = dict(
        rows(
            con,
            "select subject_id, system from checked.subject where list_contains($listed, subject_id)",
            {"listed": sorted({subject for case in listed for subject in (case.subject_a, case.subject_b) if subject})},
        )
    )
    return [
        CaseShown(
            case.case,
            tuple(system[subject] for subject in (case.subject_a, case.subject_b) if subject),
            _fields(values, case.subject_a, case.subject_b, weights.get((case.subject_a, case.subject_b or ""), ())),
        )
        for case in listed
    ]


def written(con: Connection, subjects: Sequence[str]) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Every value ever written of each subject, by field, newest first; an alias says so."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for subject, field, value, is_alias, _ in rows(con, load_sql(PACKAGE, "review_side"), {"subjects": sorted(set(subjects))}):
        found[subject][field].append(f"{value} (alias)" if is_alias else value)
    return {subject: {field: tuple(values) for field, values in fields.items()} for subject, fields in found.items()}


def _fields(
    values: Mapping[str, Mapping[str, tuple[str, ...]]], a: str, b: str | None, parts: Sequence[Contribution]
) -> tuple[FieldShown, ...]:
    by_field = {part.field: part for part in parts if part.is_compared}
    lines = []
    for field in FIELDS:
        left, right = values.get(a, {}).get(field, ()), values.get(b or "", {}).get(field, ())
        part = by_field.get(COMPARED.get(field, ""))
        # Phone and address are one piece of evidence: its weight stands once, beside the field it comes from.
        if part is not None and part.field == "contact" and ("phone" in part.level) != (field == "phone"):
            part = None
        if left or right:
            lines.append(FieldShown(field, left, right, part.level if part else None, round(part.total, 1) if part else None))
    return tuple(lines)
