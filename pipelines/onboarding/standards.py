"""Layouts that a standard fixes: their columns need no guessing.

Belongs here: laying a published layout (contracts/standards) over profiled columns, and the folders of standards that are delivered whole
(FHIR, HMIS). Does not belong here: the layouts themselves, and guessing (propose).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from contracts.records import RECORD_TYPES
from contracts.reviewed import UNDECIDED
from contracts.standards import Template, names, template
from pipelines.onboarding.asked import Asked, CannotPropose
from pipelines.onboarding.profile import FEWEST_SEEN, ColumnProfile, Look
from pipelines.onboarding.propose import FeedProposal, Proposal, State
from pipelines.onboarding.sample import Sample
from pipelines.onboarding.source_text import FeedText
from pipelines.onboarding.yaml_text import scalar

FOLDER_STANDARDS = frozenset({"fhir", "hmis"})
"""Standards whose sample is a folder with several files."""
STANDARDS = ("dssg", "fhir", "hmis")
_FHIR = "fhir_us_core"
MOST_PROGRAMMES = 200
MOST_LINES = 200_000
LONGEST_NAME = 80


def layout_for(standard: str, record_type: str, header: tuple[str, ...]) -> tuple[str, str, Mapping[str, Any]] | None:
    """(layout, feed, text of the feed for this header) of the standard's layout that delivers a record type; None if none fits."""
    for name in names():
        if not name.startswith(standard):
            continue
        feeds = template(name).narrowed(header).feeds
        for feed, said in feeds.items():
            if said is not None and said["record_type"] == record_type:
                return name, feed, said
    return None


def by_layout(proposal: FeedProposal, standard: str, frame: pl.DataFrame, columns: Mapping[str, ColumnProfile]) -> FeedProposal:
    """A proposal in which the columns that the standard names go where it says; the others stay as they were proposed.

    Raises:
        CannotPropose: if no layout of the standard has this record type's key among the columns.
    """
    found = layout_for(standard, proposal.record_type.name, tuple(columns))
    if found is None:
        raise CannotPropose(f"no layout of [{standard}] for [{proposal.record_type.name}] has its key in this header; leave --standard out")
    layout, _, said = found
    laid = {name: _targets(to) for name, to in said["columns"].items()}
    unused = set(said.get("unused", ()))
    taken = {str(one["to"]) for to in laid.values() for one in to}
    proposals = []
    for item in proposal.columns:
        name = item.column.name
        if name in laid:
            proposals.append(Proposal(item.column, State.MAPPED, str(laid[name][0]["to"]), 1.0, said=laid[name]))
        elif name in said["key"]:
            proposals.append(Proposal(item.column, State.KEY))
        elif name in unused or item.field in taken:
            proposals.append(Proposal(item.column, State.UNUSED))
        else:
            proposals.append(item)
    filled = {item.field for item in proposals if item.state in {State.MAPPED, State.UNDECIDED}} | taken
    constants = dict(said.get("constants", {}))
    missing = tuple(
        name for name in (*proposal.missing, *(key for key, value in constants.items() if value == UNDECIDED)) if name not in filled
    )
    return FeedProposal(
        proposal.name,
        proposal.record_type,
        tuple(proposals),
        tuple(said["key"]),
        missing=tuple(dict.fromkeys(missing)),
        constants={key: value for key, value in constants.items() if value != UNDECIDED},
        standard=layout,
        race=dict(said["race"]) if "race" in said else None,
        rest={key: said[key] for key in ("sex", "only", "references", "sets") if key in said},
    )


def _targets(to: Any) -> tuple[Mapping[str, object], ...]:
    listed = to if isinstance(to, list | tuple) else [to]
    return tuple({"to": one} if isinstance(one, str) else dict(one) for one in listed)


def formats_of(layout: str) -> Mapping[str, tuple[str, ...]]:
    """How a layout writes dates and times."""
    return template(layout).formats


def by_standard(asked: Asked) -> tuple[tuple[FeedText, ...], dict[str, Sample], dict[str, object], Template, tuple[str, ...]]:
    """The feeds of a folder of a standard, its connector, its layout, and further lines of the source.

    Raises:
        CannotPropose: if the folder is not one of the standard.
    """
    if len(asked.samples) != 1 or not asked.samples[0].is_dir():
        raise CannotPropose(f"--standard {asked.standard} takes one --from: the folder of one export")
    if asked.record_types:
        raise CannotPropose(f"--standard {asked.standard} knows its record types; leave --type out")
    folder = asked.samples[0]
    if asked.standard == "fhir":
        layout = template(_FHIR)
        present = {name for name, said in layout.feeds.items() if (folder / f"{said['from']['resource']}.ndjson").is_file()}
        if not present:
            raise CannotPropose(f"{folder} has no Patient.ndjson; name the folder of one bulk export")
        further = _programmes(folder)
    else:
        layout, present, further = _hmis_layout(folder), set(), ()
        present = set(layout.feeds)
    feeds = tuple(_whole_feed(name, said) for name, said in layout.feeds.items() if name in present)
    where = {"env": f"THROUGHCARE_{asked.name.upper()}_DROP", "default": f"{{home}}/county_systems/{asked.name}"}
    connector = {
        "kind": layout.connector["kind"],
        "where": where,
        **{key: value for key, value in layout.connector.items() if key != "kind"},
    }
    return feeds, {}, connector, layout, further


def _whole_feed(name: str, said: Mapping[str, Any]) -> FeedText:
    """A feed whose columns the reader of the standard makes: the layout, word for word."""
    record_type = RECORD_TYPES[said["record_type"]]
    columns = [
        Proposal(_made(column), State.MAPPED, str(_targets(to)[0]["to"]), 1.0, said=_targets(to)) for column, to in said["columns"].items()
    ]
    columns += [Proposal(_made(column), State.UNUSED) for column in said.get("unused", ())]
    proposal = FeedProposal(
        name,
        record_type,
        tuple(columns),
        tuple(said["key"]),
        constants=dict(said.get("constants", {})),
        race=dict(said["race"]) if "race" in said else None,
        rest={key: said[key] for key in ("sex", "only", "references", "sets") if key in said},
    )
    return FeedText(proposal, said["from"])


def _made(name: str) -> ColumnProfile:
    return ColumnProfile(name, 0, 0, 0, Look.EMPTY)


def _hmis_layout(folder: Path) -> Template:
    """The layout of the year that Export.csv says.

    Raises:
        CannotPropose: if it says none that ships.
    """
    import csv

    path = folder / "Export.csv"
    if not path.is_file():
        raise CannotPropose(f"{folder} has no Export.csv; name the folder of one whole HMIS CSV export")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        said = next(csv.DictReader(stream), {})
    year = str(said.get("CSVVersion") or "").strip().removeprefix("FY").split(" ")[0]
    name = f"hmis_fy{year}"
    if name not in names():
        there = ", ".join(item for item in names() if item.startswith("hmis_fy"))
        raise CannotPropose(f"Export.csv names no CSVVersion that this software reads; there are {there}")
    return template(name)


def _programmes(folder: Path) -> tuple[str, ...]:
    """The organisations that gave care, for a person to say which are Part 2 programmes; one that is not listed counts as such."""
    seen: Counter[str] = Counter()
    named: dict[str, str] = {}
    for resource in _resources(folder / "Encounter.ndjson"):
        provider = resource.get("serviceProvider") or {}
        reference = str(provider.get("reference") or "").rpartition("/")[2]
        if reference:
            seen[reference] += 1
            named.setdefault(reference, str(provider.get("display") or ""))
    for resource in _resources(folder / "Organization.ndjson"):
        named[str(resource.get("id"))] = str(resource.get("name") or "")
    lines = ["programmes:" if seen else "programmes: {}   # one that is not listed counts as a Part 2 programme"]
    for reference, number in sorted(seen.items(), key=lambda item: (-item[1], item[0]))[:MOST_PROGRAMMES]:
        if number < FEWEST_SEEN:
            continue
        title = named.get(reference, "")[:LONGEST_NAME]
        name = scalar(title) if title else f"{UNDECIDED}"
        lines.append(
            f"  {scalar(reference)}: {{name: {name}, part2: {UNDECIDED}}}   # DECIDE: does 42 CFR Part 2 cover its records (true, false)?"
        )
    return tuple(lines)


def _resources(path: Path) -> Any:
    if not path.is_file():
        return
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream):
            if number >= MOST_LINES:
                return
            try:
                resource = json.loads(line)
            except ValueError:
                continue
            if isinstance(resource, dict):
                yield resource
