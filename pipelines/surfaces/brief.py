"""The brief: one printable page for whoever coordinates Stepping Up, from one product of groups and nothing else.

Belongs here: which figures of the product the page shows, and their words. Does not belong here: drawing (brief_charts), the page's layout
(brief.html.j2), any figure of the integrator's own: those are not protected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources as packaged
from pathlib import Path
from typing import Any, Final

from pipelines.surfaces.brief_links import LINK_TABLES, LinkWords, link_words
from pipelines.surfaces.figures import NoFigures, read_table
from resources.home import Home, write_atomically
from resources.published_files import CurrentProduct, current_product

NEEDED: Final = ("stepping_up", "frequent_utilizers", "racial_disparity", "flows")
ASKED: Final = (
    "screening_summary", "yearly_reassessment", "target_status", "six_questions", "service_gap", "racial_disparity_sensitivity",
    *LINK_TABLES,
)  # fmt: skip
"""Tables that the page shows where the product has them."""
YEARLY: Final = {
    "bookings_with_smi bookings": "share of bookings of people with evidence of serious mental illness",
    "average_length_of_stay mean": "average days in jail",
    "average_daily_population custody_days_per_day": "people in jail on an average day",
    "connection_to_treatment connected_30d": "share of releases connected to care within 30 days",
    "recidivism_backward returned_within_365d": "share of bookings that follow another within a year",
    "recidivism_forward rebooked_365d": "share of releases booked again within a year",
}
SCREENS: Final = {
    "screened_in_time": "screened in time, share of bookings",
    "screened_positive": "screen positive, share of those screened",
    "assessed": "seen by a clinician in time, share of positive screens",
    "hours_to_screen_median": "half are screened within (hours)",
    "hours_to_assessment_median": "half are seen within (hours)",
}
STANDING: Final = {"reached": "reached", "on_track": "on its way", "behind": "behind", "missed": "due and not reached"}
STATUS: Final = {"yes": "yes", "partly": "partly", "no": "no", "not_said": "not said"}
TOTAL: Final = "ALL"
WHO: Final = {"positive": "evidence of serious mental illness", "negative": "no evidence", "unknown": "unknown", TOTAL: "everybody"}
EVIDENCE: Final = {
    "bjmhs": "Screen at booking (Brief Jail Mental Health Screen)",
    "smi_dx_proxy": "Diagnosis in health records (a proxy)",
    "either": "Either of the two",
}
_FIGURE: Final = re.compile(r"(?P<measure>\w+) (?P<part>\w+) in (?P<domain>\S+) by (?P<evidence>\w+)")
_STEPS: Final = {
    "0": "community care",
    "1": "911 and crisis teams",
    "2": "booking",
    "3": "stay in jail",
    "4": "release",
    "5": "supervision",
}
MOST_FLOWS: Final = 10


@dataclass(frozen=True)
class Line:
    """One figure of one group. ``value`` None: withheld if ``withheld``, else not given and ``reason`` says why."""

    label: str
    group: str
    value: float | None
    withheld: bool
    people: int | None = None
    base: int | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None
    period: tuple[date, date] | None = None


@dataclass(frozen=True)
class Progress:
    """What the county set out to do and where it stands; each is empty where the product does not have the table."""

    screens: Sequence[Line] = ()
    yearly: Sequence[Line] = ()
    targets: Sequence[Mapping[str, Any]] = ()
    questions: Sequence[Mapping[str, Any]] = ()
    gaps: Sequence[Mapping[str, Any]] = ()
    rules_asked: int = 0
    conclusions_changed: int = 0


@dataclass(frozen=True)
class Brief:
    """Everything the page says, section by section."""

    product: CurrentProduct
    bookings: Sequence[Line]
    stays: Sequence[Line]
    connection: Sequence[Line]
    returns: Sequence[Line]
    frequent: Sequence[Line]
    frequent_by_race: Sequence[Line]
    ratios: Sequence[Line]
    flows: Sequence[Line]
    progress: Progress
    links: LinkWords
    minimum: int
    withheld: int
    lines: int


def gather(home: Home, path: str, as_of: date) -> Brief:
    """Read the figures of the brief from the current version of a product of groups.

    Raises:
        NoFigures: if the product has rows about single people or lacks a table that the brief needs.
        NoSuchProduct: if nothing is current under that name.
        StaleProduct: if its terms have run out.
    """
    recipient, _, name = path.partition("/")
    current = current_product(home, recipient, name)
    if current.manifest["form"] != "aggregate":
        raise NoFigures(f"{path} has rows about single people; a brief is made of figures about groups only")
    there = {table["name"] for table in current.manifest["tables"]}
    wanted = [*NEEDED, *(table for table in ASKED if table in there)]
    tables = {table: _lines_of(home, path, current, table, as_of) for table in wanted}
    stepping = _stepping(tables["stepping_up"])
    everything = [line for table in NEEDED for line in tables[table]]
    return Brief(
        product=current,
        bookings=[line for kind in EVIDENCE for line in _of(stepping, "bookings_with_smi", {kind: EVIDENCE[kind]}, by="evidence")],
        stays=_of(stepping, "average_length_of_stay", {"median": "half stay no longer than", "mean": "average", "p90": "nine in ten"}),
        connection=_of(stepping, "connection_to_treatment", {f"connected_{days}d": f"within {days} days" for days in (7, 14, 30)}),
        returns=_of(
            stepping,
            "recidivism_backward",
            {"returned_within_365d": "bookings that follow another within a year"},
        )
        + _of(stepping, "recidivism_forward", {f"rebooked_{days}d": f"releases booked again within {days} days" for days in (90, 365)}),
        frequent=_frequent(tables["frequent_utilizers"]),
        frequent_by_race=_frequent_by_race(tables["frequent_utilizers"]),
        ratios=_ratios(tables["racial_disparity"]),
        flows=_flows(tables["flows"]),
        progress=_progress(tables),
        links=link_words(tables),
        minimum=int(current.manifest["minimum_cell"]),
        withheld=sum(bool(line["withheld"]) for line in everything),
        lines=len(everything),
    )


def _progress(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> Progress:
    rules = [line for line in tables.get("racial_disparity_sensitivity", ()) if line["conclusion_changes"] is not None]
    return Progress(
        screens=_screens(tables.get("screening_summary", ())),
        yearly=_yearly(tables.get("yearly_reassessment", ())),
        targets=tables.get("target_status", ()),
        questions=tables.get("six_questions", ()),
        gaps=[line for line in tables.get("service_gap", ()) if line["percent_met"] is not None],
        rules_asked=len(rules),
        conclusions_changed=sum(bool(line["conclusion_changes"]) for line in rules),
    )


def _screens(lines: Sequence[Mapping[str, Any]]) -> list[Line]:
    named = [(str(line["figure"]).partition(" in ")[0], line) for line in lines if line["race_group"] == TOTAL]
    return [
        Line(
            label=SCREENS[figure], group="", value=line["value"], withheld=bool(line["withheld"]), people=line["people"],
            base=line["base_people"], reason=line["reason"], period=(line["period_start"], line["period_end"]),
        )
        for wanted in SCREENS
        for figure, line in named
        if figure == wanted
    ]  # fmt: skip


def _yearly(lines: Sequence[Mapping[str, Any]]) -> list[Line]:
    """``low`` is the year before, ``high`` the change per cent."""
    return [
        Line(
            label=YEARLY[wanted], group=WHO.get(line["who"], line["who"]), value=line["value"], withheld=bool(line["withheld"]),
            people=line["people"], low=line["value_before"], high=line["change_percent"], period=(line["period_start"], line["period_end"]),
        )
        for wanted in YEARLY
        for line in lines
        if f"{line['measure']} {line['part']}" == wanted
    ]  # fmt: skip


def _lines_of(home: Home, path: str, current: CurrentProduct, table: str, as_of: date) -> list[dict[str, Any]]:
    found = read_table(home, path, current.manifest, table, as_of)
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def _stepping(lines: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Lines of all races together, in the domain that joins most systems: others are parts of the same county seen with fewer systems."""
    named = [{**line, **match.groupdict()} for line in lines if (match := _FIGURE.fullmatch(str(line["figure"])))]
    total = [line for line in named if line["race_group"] == TOTAL]
    widest = max((line["domain"] for line in total), key=lambda domain: (domain.count("+"), domain), default=None)
    return [line for line in total if line["domain"] == widest]


def _of(lines: Iterable[Mapping[str, Any]], measure: str, parts: Mapping[str, str], *, by: str = "part") -> list[Line]:
    order = list(parts)
    chosen = [line for line in lines if line["measure"] == measure and line[by] in parts]
    chosen = [line for line in chosen if by == "part" or line["who"] != TOTAL]
    chosen.sort(key=lambda line: (order.index(line[by]), list(WHO).index(line["who"]) if line["who"] in WHO else len(WHO)))
    return [
        Line(
            label=parts[line[by]], group=WHO.get(line["who"], line["who"]), value=line["value"], withheld=bool(line["withheld"]),
            people=line["people"], base=line["base_people"], low=line["value_if_none"], high=line["value_if_all"],
            period=(line["period_start"], line["period_end"]),
        )
        for line in chosen
    ]  # fmt: skip


def _frequent(lines: Iterable[Mapping[str, Any]]) -> list[Line]:
    return [
        Line(
            label=line["definition_name"] or line["definition"], group=line["definition_source"] or "", value=line["eligible"],
            withheld=bool(line["withheld"]), people=line["listed"], base=line["people"], reason=line["reason"],
            period=(line["window_start"], line["window_end"]) if line["window_start"] else None,
        )
        for line in lines
        if line["race_group"] == TOTAL
    ]  # fmt: skip


def _frequent_by_race(lines: Iterable[Mapping[str, Any]]) -> list[Line]:
    """Definitions of which at least two groups can be shown: the group's share of those who meet them, beside its share of all found."""
    shown = [line for line in lines if line["race_group"] != TOTAL and line["percent_of_eligible"] is not None]
    names = [line["definition"] for line in shown]
    return [
        Line(
            label=line["definition_name"] or line["definition"], group=line["race_group"], value=line["percent_of_eligible"],
            withheld=False, people=line["eligible"], low=line["percent_of_people"],
        )
        for line in shown
        if names.count(line["definition"]) > 1
    ]  # fmt: skip


def _ratios(lines: Iterable[Mapping[str, Any]]) -> list[Line]:
    return [
        Line(
            label=line["point_name"], group=line["race_group"], value=line["rate_ratio"], withheld=bool(line["withheld"]),
            people=line["people"], low=line["ratio_lower"], high=line["ratio_upper"], reason=line["reason"],
            period=(line["period_start"], line["period_end"]),
        )
        for line in lines
        if line["race_group"] not in {TOTAL, line["reference_group"], "UNKNOWN"}
    ]  # fmt: skip


def _flows(lines: Iterable[Mapping[str, Any]]) -> list[Line]:
    shown = [
        Line(label=f"{_step(line['from_step'])} → {_step(line['to_step'])}", group="", value=line["people"], withheld=False)
        for line in lines
        if line["race_group"] == TOTAL and line["people"] and not _within_jail(line)
    ]
    return sorted(shown, key=lambda line: (-(line.value or 0), line.label))[:MOST_FLOWS]


def _within_jail(line: Mapping[str, Any]) -> bool:
    """Booking, stay and release of one stay are no way through the systems."""
    return str(line["from_step"])[0] in "23" and str(line["to_step"])[0] in "34"


def _step(text: str) -> str:
    number, system, *_ = text.split()
    return f"{_STEPS.get(number, number)} ({system.replace('_', ' ')})"


def page(brief: Brief, *, county: str) -> str:
    """The brief as one HTML page that loads nothing and holds no script."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    from pipelines.surfaces import brief_charts as draw

    template = packaged.files("pipelines.surfaces").joinpath("brief.html.j2").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    pictures = {
        "bookings": draw.shares(brief.bookings, "of bookings"),
        "stays": draw.bars(brief.stays, "days"),
        "connection": draw.bars(brief.connection, "share of releases", share=True),
        "returns": draw.bars(brief.returns, "share", share=True),
        "frequent": draw.pairs(brief.frequent_by_race),
        "ratios": draw.ratios(brief.ratios),
        "flows": draw.counts(brief.flows, "people"),
    }
    return environment.from_string(template).render(
        brief=brief,
        county=county,
        notice=brief.product.notice.splitlines(),
        said=said,
        sentence=_sentence(brief),
        standing=STANDING,
        status=STATUS,
        alt=_alt(brief),
        step=lambda number: _STEPS.get(str(number), str(number)),
        pictures={name: Markup(svg) for name, svg in pictures.items()},  # noqa: S704 - drawn here, from protected figures and the county's words
        ratio_reasons=sorted({line.reason for line in brief.ratios if line.reason}),
    )


def said(line: Line, unit: str = "") -> str:
    """A figure in words: the value, or that it is withheld, or why it is not given."""
    if line.value is None:
        return "withheld" if line.withheld else f"not given: {(line.reason or 'no figure').replace('_', ' ')}"
    if unit == "%":
        return f"{100 * line.value:.0f} %"
    return f"{line.value:,.0f}" if unit == "people" else f"{line.value:,.1f}{f' {unit}' if unit else ''}"


def _alt(brief: Brief) -> Mapping[str, str]:
    """What each picture shows, for whoever does not see it; the figures themselves are in the table beneath it."""

    def drawn(lines: Sequence[Line], what: str) -> str:
        shown = [line for line in lines if line.value is not None]
        return f"{what}: {len(shown)} figures drawn, {len(lines) - len(shown)} withheld or not given. The table below has them all."

    return {
        "bookings": drawn(brief.bookings, "Bars: shares of bookings by what each kind of evidence says"),
        "stays": drawn(brief.stays, "Bars: days in jail by evidence of serious mental illness"),
        "connection": drawn(brief.connection, "Bars: shares of releases connected to care, with the range for those not looked up"),
        "returns": drawn(brief.returns, "Bars: shares that come back, by evidence of serious mental illness"),
        "frequent": drawn(
            brief.frequent_by_race, "Points: each group's share of those with frequent contact beside its share of all found"
        ),
        "ratios": drawn(brief.ratios, "Points with limits: how many times the reference group's rate each group has"),
        "flows": "; ".join(f"{line.label}: {line.value:,.0f} people" for line in brief.flows if line.value is not None),
    }


def _sentence(brief: Brief) -> Mapping[str, str]:
    """One sentence a section, of figures that are shown."""
    screen = next((line for line in brief.bookings if line.label == EVIDENCE["bjmhs"] and line.group == WHO["positive"]), None)
    unknown = next((line for line in brief.bookings if line.label == EVIDENCE["bjmhs"] and line.group == WHO["unknown"]), None)
    bookings = f"Of all bookings, {said(screen, '%')} screened positive" if screen and screen.value is not None else ""
    if bookings and unknown and unknown.value is not None:
        bookings += f"; of {said(unknown, '%')} nobody knows, and they are not counted as no"
    month = next((line for line in brief.connection if line.label == "within 30 days" and line.group == WHO[TOTAL]), None)
    connection = ""
    if month and month.value is not None:
        connection = f"{said(month, '%')} of releases are known to be followed by community care within 30 days"
        if month.low is not None and month.high is not None:
            between = f"between {100 * month.low:.0f} % and {100 * month.high:.0f} %"
            connection += f"; counting everybody whose health records may not be looked up, it is {between}"
    return {
        "bookings": bookings and f"{bookings}.",
        "stays": _stay(brief),
        "connection": connection and f"{connection}.",
        "returns": _return(brief),
        "targets": _targets(brief),
    }


def _everybody(lines: Sequence[Line], label: str) -> Line | None:
    """The line of everybody under a label, if its figure is shown."""
    return next((line for line in lines if line.label == label and line.group == WHO[TOTAL] and line.value is not None), None)


def _stay(brief: Brief) -> str:
    mean, half = _everybody(brief.stays, "average"), _everybody(brief.stays, "half stay no longer than")
    if mean is None or half is None:
        return ""
    return f"People stay {said(mean, 'days')} on average, and half of them no longer than {said(half, 'days')}."


def _return(brief: Brief) -> str:
    back = _everybody(brief.returns, "bookings that follow another within a year")
    return f"{said(back, '%')} of bookings follow another of the same person within a year." if back else ""


def _targets(brief: Brief) -> str:
    known = [str(line["standing"]) for line in brief.progress.targets if line["standing"]]
    if not brief.progress.targets:
        return ""
    on_way = sum(standing in {"reached", "on_track"} for standing in known)
    return f"Of {len(brief.progress.targets)} targets, {len(known)} can be judged and {on_way} of them are reached or on their way."


def write(path: Path, text: str) -> Path:
    """Put the page where it belongs, whole or not at all, readable by the owner."""
    write_atomically(path, text.encode(), mode=0o600)
    return path
