"""A new source from samples: everything ``throughcare source new`` would write, before it writes anything.

Belongs here: from files and record types to the texts of source, instrument and agency. Does not belong here: printing and writing them
(commands/source), and each step by itself (sample, profile, propose, source_text, terms_draft).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from contracts.agencies import Agencies
from contracts.county import CountyText
from contracts.instruments import Instrument
from contracts.records import RECORD_TYPES
from contracts.reviewed import TermsFaults, load_reviewed
from contracts.sources import Source
from contracts.standards import Template, template
from pipelines.onboarding.asked import Asked, CannotPropose
from pipelines.onboarding.file_names import pattern_of
from pipelines.onboarding.profile import profile
from pipelines.onboarding.propose import FeedProposal, propose_feed
from pipelines.onboarding.sample import Sample, read_sample
from pipelines.onboarding.source_text import FeedText, SourceText, feed_name
from pipelines.onboarding.standards import FOLDER_STANDARDS, by_layout, by_standard
from pipelines.onboarding.terms_draft import InstrumentDraft, agency_entry, draft_instrument, instrument_id
from pipelines.onboarding.yaml_text import scalar

Model = TypeVar("Model", bound=BaseModel)
FEW_ROWS = 100


@dataclass(frozen=True)
class Surroundings:
    """What of a county a new source needs to know; read leniently, because a county that is being started is not sound yet."""

    folder: Path
    agencies: Agencies | None
    systems: tuple[str, ...]
    instruments: tuple[Instrument, ...]
    integrator: str | None
    year: int | None
    timezone: str | None


@dataclass(frozen=True)
class NewSource:
    """Everything that would be written, and what was found on the way."""

    text: SourceText
    instrument: InstrumentDraft
    agency: str | None
    feeds: tuple[FeedProposal, ...]
    samples: Mapping[str, Sample] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def schema_address(kind: str) -> str:
    """Where an editor finds the JSON Schema of a kind of file, from a subfolder of a county folder."""
    return f"../schemas/{kind}.schema.json"


def surroundings(folder: Path) -> Surroundings:
    """What a county folder says so far."""
    agencies = _read(folder / "agencies.yaml", Agencies)
    county = _read(folder / "county.yaml", CountyText)
    instruments = _read_all(folder / "instruments", Instrument)
    sources = _read_all(folder / "sources", Source)
    used = [source.system for source in sources if county is None or source.name in county.sources]
    owned = [system for agency in (agencies.agencies.values() if agencies else ()) for system in agency.systems]
    return Surroundings(
        folder=folder,
        agencies=agencies,
        systems=tuple(sorted({*used, *owned})),
        instruments=instruments,
        integrator=agencies.integrator if agencies else None,
        year=county.first_night.year if county else None,
        timezone=county.timezone if county else None,
    )


def _read_all(folder: Path, model: type[Model]) -> tuple[Model, ...]:
    read = (_read(path, model) for path in sorted(folder.glob("*.yaml")))
    return tuple(item for item in read if item is not None)


def _read(path: Path, model: type[Model]) -> Model | None:
    try:
        return load_reviewed(path, model)
    except TermsFaults:
        return None


def plan_source(asked: Asked, around: Surroundings) -> NewSource:
    """Profile the samples and propose the source.

    Args:
        asked: what the person has said.
        around: the county it is for.

    Raises:
        CannotPropose: if record types and samples do not fit together.
        UnreadableSample: if a sample cannot be opened.
    """
    layout: Template | None = None
    further: tuple[str, ...] = ()
    if asked.standard in FOLDER_STANDARDS:
        feeds, samples, connector, layout, further = by_standard(asked)
    else:
        feeds, samples, connector = _from_files(asked)
        laid = next((feed.proposal.standard for feed in feeds if feed.proposal.standard), "")
        if laid:
            layout = template(laid)
    system = asked.system or asked.name
    year = around.year or 2026
    record_types = [feed.proposal.record_type for feed in feeds]
    text = SourceText(
        name=asked.name,
        title=asked.title or f"{asked.name.replace('_', ' ').capitalize()}",
        system=system,
        agency=asked.agency,
        instruments=(instrument_id(asked.name, year),),
        steward=asked.steward,
        cadence=asked.cadence,
        delivery_mode=asked.delivery_mode or (layout.delivery_mode if layout and asked.standard in FOLDER_STANDARDS else None),
        connector=connector,
        feeds=feeds,
        schema=schema_address("source"),
        race_method=asked.race_method,
        formats=layout.formats if layout else {},
        further=further,
        opening=_opening(asked),
    )
    draft = draft_instrument(
        asked.name,
        system=system,
        agency=asked.agency,
        integrator=around.integrator or "DECIDE",
        others=around.systems,
        record_types=record_types,
        instruments=around.instruments,
        year=year,
        schema=schema_address("instrument"),
    )
    agency = agency_entry(asked.agency, system, around.agencies, title=text.title)
    return NewSource(text, draft, agency, tuple(feed.proposal for feed in feeds), samples, _remarks(feeds, samples, around))


def _opening(asked: Asked) -> tuple[str, ...]:
    whence = f"the layout [{asked.standard}] and samples" if asked.standard else "samples"
    marked = "A line marked DECIDE waits for a person; every other line for a review."
    return (f"Proposed by `throughcare source new` from {whence}. {marked}",)


def _from_files(asked: Asked) -> tuple[tuple[FeedText, ...], dict[str, Sample], dict[str, object]]:
    if len(asked.record_types) != len(asked.samples):
        raise CannotPropose(
            f"{len(asked.record_types)} --type and {len(asked.samples)} --from: give one --type for each --from, in the same order"
        )
    unknown = [name for name in asked.record_types if name not in RECORD_TYPES]
    if unknown:
        raise CannotPropose(f"no record type {', '.join(f'[{name}]' for name in unknown)}; there are {', '.join(RECORD_TYPES)}")
    if len(set(asked.record_types)) < len(asked.record_types):
        raise CannotPropose("a record type is named twice; one feed of a source delivers each")
    samples: dict[str, Sample] = {}
    feeds = []
    for record_type, path in zip(asked.record_types, asked.samples, strict=True):
        sample = read_sample(path)
        name = feed_name(path.name)
        name = name if name not in samples else record_type
        samples[name] = sample
        columns = profile(sample.frame)
        proposal = propose_feed(name, RECORD_TYPES[record_type], sample.frame, columns)
        if asked.standard:
            proposal = by_layout(proposal, asked.standard, sample.frame, columns)
        pattern = pattern_of(path.name)
        question = "the vendor's file name with the night in it, such as " + scalar(f"{name}_{{date:%Y%m%d}}{path.suffix}")
        sheet = {"sheet": sample.sheet} if sample.sheet else {}
        feeds.append(FeedText(proposal, {"file": pattern, **sheet} if pattern else question, sheet))
    return tuple(feeds), samples, _drop(asked.name, list(samples.values()))


def _drop(name: str, samples: list[Sample]) -> dict[str, object]:
    encodings = {sample.encoding for sample in samples if not sample.plain} or {samples[0].encoding}
    delimiters = {sample.delimiter for sample in samples}
    if len(encodings) > 1:
        raise CannotPropose("the samples are in different encodings; a source has one, so ask the vendor for UTF-8")
    if len(delimiters) > 1:
        raise CannotPropose("the samples have different delimiters; write one source for each")
    (encoding,), (delimiter,) = encodings, delimiters
    where = {"env": f"THROUGHCARE_{name.upper()}_DROP", "default": f"{{home}}/county_systems/{name}"}
    if encoding is None:
        return {"kind": "excel_drop", "where": where}
    return {"kind": "csv_drop", "where": where, "encoding": encoding.value, "delimiter": delimiter}


def _remarks(feeds: Sequence[FeedText], samples: Mapping[str, Sample], around: Surroundings) -> tuple[str, ...]:
    found = []
    for name, sample in samples.items():
        if sample.dropped:
            found.append(
                f"{name}: {sample.dropped} column(s) say birthplace, citizenship or immigration; they are dropped at intake, unread"
            )
        if sample.ragged:
            found.append(f"{name}: {sample.ragged} row(s) have another number of fields than the header; they were not looked at")
        if not sample.whole:
            found.append(f"{name}: only the first {sample.frame.height:,} rows were looked at")
        if sample.frame.height < FEW_ROWS:
            found.append(
                f"{name}: {sample.frame.height} rows are few; codes and formats that they do not show will be refused later, not guessed"
            )
    zoned = any("%:z" in pattern for feed in feeds for item in feed.proposal.columns for pattern in item.formats)
    county = around.timezone or "the county's zone"
    found.append(f"times carry an offset and are brought to {county}" if zoned else f"times carry no offset: they are read as {county}")
    return tuple(found)
