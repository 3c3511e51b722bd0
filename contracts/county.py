"""A county is a folder: loading all of its reviewed text at once.

Belongs here: which files a county folder holds, reading them, and the checks that need more than one file.
Does not belong here: the shape of any one file (beside its model) or anything that acts on the terms.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, Field, field_validator

from contracts.agencies import Agencies
from contracts.consents import Form
from contracts.definitions import Definitions, load_definitions
from contracts.disclosure import DisclosurePolicy
from contracts.instrument_faults import instrument_faults
from contracts.instruments import Instrument
from contracts.law import SHIPPED, Law, load_law
from contracts.linkage import LinkageChoice, card_file, model_file
from contracts.product_faults import product_faults
from contracts.products import Product
from contracts.records import RECORD_TYPES
from contracts.records.counting import CountingRules
from contracts.research import PSEUDONYM, ResearchProject, research_faults
from contracts.reviewed import Fault, Reviewed, TermsFaults, file_lines, line_of, load_reviewed
from contracts.services import read_services
from contracts.sources import Source

Model = TypeVar("Model", bound=BaseModel)
DATA_SUFFIXES = frozenset({".yaml", ".csv", ".json", ".md", ".parquet", ".sql"})
CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class LegalHold(Reviewed):
    """What must be kept whatever its time: a claim, a subpoena, an audit."""

    source: str = Field(description="Source whose deliveries and refused rows stay.")
    until: date = Field(description="First day on which the hold no longer holds; a hold is renewed by name, never open-ended.")
    reason: str = Field(min_length=8, description="Who asked for it and why.")


class Retention(Reviewed):
    """How long each kind of state is kept, in days."""

    landing_days: int = Field(ge=1, description="Deliveries and manifests.")
    quarantine_days: int = Field(ge=1, description="Refused rows.")
    superseded_products_days: int = Field(ge=0, description="Superseded product versions; 0 purges them at once.")
    landing_budget_gb: float | None = Field(default=None, gt=0, description="Disk that deliveries may take; more is reported.")
    legal_holds: tuple[LegalHold, ...] = Field(default=(), description="What stays whatever its time.")


class CountyText(Reviewed):
    """county.yaml: what the county decides about the pipeline as a whole."""

    name: str = Field(min_length=1, description="The county, as pages show it.")
    timezone: str = Field(description="IANA name; every date and time of the county is local to it.")
    first_night: date = Field(description="First partition of the nightly job.")
    night_cutoff: str = Field(description="County-local HH:MM before which a record belongs to the night.")
    nightly_start: str = Field(description="County-local HH:MM at which the schedule starts the run.")
    fiscal_year_start: str = Field(pattern=r"^\d{2}-\d{2}$", description="MM-DD.")
    reference_group: str = Field(description="Race group whose rate others are divided by.")
    sources: tuple[str, ...] = Field(min_length=1, description="Sources in use; each has a file in sources/.")
    integrator: str = Field(description="Agency that runs the pipeline.")
    rule_packs: tuple[str, ...] = Field(
        default=(), description="State packs that hold beside the federal ones: rule_packs/NAME.yaml here, or one that ships."
    )
    retention: Retention
    counting: dict[str, dict[str, bool]] = Field(
        default_factory=dict,
        description="Record type to the kinds of record that count there or do not, where the county departs from ours.",
    )

    @field_validator("counting")
    @classmethod
    def _known_switches(cls, value: dict[str, dict[str, bool]]) -> dict[str, dict[str, bool]]:
        for name, said in value.items():
            rules = RECORD_TYPES[name].counting if name in RECORD_TYPES else None
            if rules is None:
                counted = ", ".join(other for other, record_type in RECORD_TYPES.items() if record_type.counting)
                raise ValueError(f"records of [{name}] are not counted; there are: {counted}")
            try:
                rules.turned(said)
            except KeyError as error:
                raise ValueError(f"{name}: {error.args[0]}") from None
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"[{value}] is not an IANA time zone; write one like America/New_York") from None
        return value

    @field_validator("night_cutoff", "nightly_start")
    @classmethod
    def _clock_time(cls, value: str) -> str:
        if not CLOCK_TIME.fullmatch(value):
            raise ValueError(f"[{value}] is not a time of day; write HH:MM in quotes")
        return value


@dataclass(frozen=True)
class County:
    """One county's terms, checked as a whole. ``sha256`` covers every file of the folder and every rule pack that holds."""

    folder: Path
    text: CountyText
    agencies: Agencies
    sources: dict[str, Source]
    instruments: tuple[Instrument, ...]
    forms: tuple[Form, ...]
    law: Law
    products: tuple[Product, ...]
    definitions: Definitions
    disclosure: DisclosurePolicy
    linkage: LinkageChoice
    regions: dict[str, str]
    sha256: str
    research: tuple[ResearchProject, ...] = ()

    @property
    def population(self) -> Path:
        """Benchmark population by race group, sex, age band and year."""
        return self.folder / "benchmarks" / "population.csv"

    @property
    def services(self) -> Path | None:
        """What care there is room for; None where the county has not said."""
        path = self.folder / "services.csv"
        return path if path.is_file() else None

    def counting(self, record_type: str) -> CountingRules:
        """How records of a type are counted here: the type's own rules, with the county's switches.

        Raises:
            KeyError: if there is no such type, or its records are not counted.
        """
        rules = RECORD_TYPES[record_type].counting
        if rules is None:
            raise KeyError(f"records of [{record_type}] are not counted")
        return rules.turned(self.text.counting.get(record_type, {}))

    @property
    def counting_rules(self) -> dict[str, CountingRules]:
        """How records are counted here, by record type, for every type whose records a county may leave out."""
        switched = (name for name, record_type in RECORD_TYPES.items() if record_type.counting and record_type.counting.switches)
        return {name: self.counting(name) for name in switched}

    def product(self, recipient: str, name: str) -> Product:
        """The product of that recipient and name.

        Raises:
            KeyError: naming the products there are.
        """
        for product in self.products:
            if (product.recipient, product.name) == (recipient, name):
                return product
        there = ", ".join(sorted(f"{product.recipient}/{product.name}" for product in self.products))
        raise KeyError(f"no product [{recipient}/{name}] in this county; there are: {there}")


@dataclass
class _Reading:
    """Files read so far and what was wrong with them."""

    folder: Path
    faults: list[Fault] = field(default_factory=list)

    def one(self, name: str, model: type[Model]) -> Model | None:
        try:
            return load_reviewed(self.folder / name, model, named=name)
        except TermsFaults as error:
            self.faults += error.faults
            return None

    def each(self, subfolder: str, model: type[Model]) -> dict[str, Model]:
        found: dict[str, Model] = {}
        for path in sorted((self.folder / subfolder).glob("*.yaml")):
            name = f"{subfolder}/{path.name}"
            item = self.one(name, model)
            if item is not None:
                found[name] = item
        return found

    def attempt(self, read: Callable[[], Model]) -> Model | None:
        try:
            return read()
        except TermsFaults as error:
            self.faults += error.faults
            return None


def terms_sha256(folder: Path, law_sha256: str) -> str:
    """sha256 of everything that decides in a county: its folder, and the rule packs that hold there, by their hash."""
    return hashlib.sha256(f"{folder_sha256(folder)} {law_sha256}".encode()).hexdigest()


def folder_sha256(folder: Path) -> str:
    """sha256 over every file of a county folder: names and bytes, in order of name; what a name with a dot hides is left out."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not _is_hidden(path, folder):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def load_county(folder: Path, *, packs: Path = SHIPPED) -> County:
    """Read and check a county folder.

    Args:
        folder: the county's.
        packs: the rule packs that hold everywhere; a past night is read with those it used.

    Raises:
        TermsFaults: with everything that is wrong, each naming file, line and key.
    """
    folder = folder.resolve()
    if not (folder / "county.yaml").is_file():
        raise TermsFaults([Fault("county.yaml", 1, "-", "this is not a county folder; make one with `throughcare county new PATH`")])
    reading = _Reading(folder)
    reading.faults += _strange_files(folder)
    text = reading.one("county.yaml", CountyText)
    agencies = reading.one("agencies.yaml", Agencies)
    sources = reading.each("sources", Source)
    instruments = reading.each("instruments", Instrument)
    forms = reading.each("forms", Form)
    products = reading.each("products", Product)
    research = reading.each("research", ResearchProject)
    disclosure = reading.one("disclosure.yaml", DisclosurePolicy)
    linkage = reading.one("linkage/linkage.yaml", LinkageChoice)
    definitions = reading.attempt(lambda: load_definitions(folder / "definitions"))
    regions = _regions(folder / "regions.csv", reading.faults)
    law = None
    if text is not None:
        reading.faults += _source_faults(text, sources)
        law = _law(reading, text, packs)
    if reading.faults or text is None or law is None or agencies is None or definitions is None or disclosure is None or linkage is None:
        raise TermsFaults(reading.faults)
    county = County(
        folder=folder,
        text=text,
        agencies=agencies,
        sources={source.name: source for source in sources.values() if source.name in text.sources},
        instruments=tuple(instruments.values()),
        forms=tuple(forms.values()),
        law=law,
        products=tuple(products.values()),
        definitions=definitions,
        disclosure=disclosure,
        linkage=linkage,
        regions=regions,
        sha256=terms_sha256(folder, law.sha256),
        research=tuple(research.values()),
    )
    across = [
        *_faults_across(county, sources=sources, instruments=instruments, forms=forms, products=products),
        *research_faults(
            research,
            products,
            instruments=county.instruments,
            agencies=agencies,
            line_of=lambda file, place: line_of(file_lines(county.folder / file), place),
        ),
        *(fault for file, source in sources.items() for fault in _flows_back(file, source)),
    ]
    if across:
        raise TermsFaults(across)
    return county


def _law(reading: _Reading, text: CountyText, packs: Path) -> Law | None:
    try:
        return load_law(text.rule_packs, own=reading.folder / "rule_packs", packs=packs)
    except TermsFaults as error:
        lines = file_lines(reading.folder / "county.yaml")
        for fault in error.faults:
            index = fault.key.rpartition(".")[2]
            is_named = fault.file == "county.yaml" and index.isdigit()
            reading.faults.append(replace(fault, line=line_of(lines, ("rule_packs", int(index)))) if is_named else fault)
        return None


def _strange_files(folder: Path) -> list[Fault]:
    return [
        Fault(path.relative_to(folder).as_posix(), 1, "-", "a county folder is data only; remove this file")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not _is_hidden(path, folder) and path.suffix not in DATA_SUFFIXES
    ]


def _regions(path: Path, faults: list[Fault]) -> dict[str, str]:
    if not path.is_file():
        faults.append(Fault("regions.csv", 1, "-", "the file is missing; write the header zip,region and one line per ZIP code"))
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        if reader.fieldnames != ["zip", "region"]:
            faults.append(Fault("regions.csv", 1, "-", "the header must be zip,region"))
            return {}
        return {row["zip"]: row["region"] for row in reader}


def _source_faults(text: CountyText, sources: dict[str, Source]) -> list[Fault]:
    named = {source.name for source in sources.values()}
    missing = [name for name in text.sources if name not in named]
    faults = [Fault("county.yaml", 1, "sources", f"[{name}] has no file sources/{name}.yaml") for name in missing]
    for file, source in sources.items():
        if Path(file).stem != source.name:
            faults.append(Fault(file, 1, "name", f"[{source.name}] must be the file's own name"))
    return faults


def _flows_back(file: str, source: Source) -> Iterable[Fault]:
    """Nothing of a research extract is delivered as a record (28 CFR 22.21)."""
    for index, feed in enumerate(source.feeds.values()):
        if PSEUDONYM in feed.vendor_columns:
            yield Fault(file, 1, f"feeds.{index}.columns", f"[{PSEUDONYM}] names people in a research extract, which never flows back")


def _diagnosis_faults(sources: dict[str, Source]) -> Iterable[Fault]:
    """A person is not seriously mentally ill by one source's list and not by another's."""
    first: Source | None = None
    for file, source in sorted(sources.items()):
        if source.has_diagnoses:
            first = first or source
            if source.diagnosis_sets != first.diagnosis_sets:
                message = f"these are not the sets of the source [{first.name}]; a county holds to one variant of each"
                yield Fault(file, 1, "diagnosis_sets", message)


def _faults_across(
    county: County,
    *,
    sources: dict[str, Source],
    instruments: dict[str, Instrument],
    forms: dict[str, Form],
    products: dict[str, Product],
) -> Iterable[Fault]:
    """What only several files together can show."""
    agencies = county.agencies
    if county.text.integrator != agencies.integrator:
        yield Fault("county.yaml", 1, "integrator", f"agencies.yaml names [{agencies.integrator}] as the integrator; make them equal")
    yield from instrument_faults(
        instruments=instruments,
        agencies=agencies,
        sources={file: source for file, source in sources.items() if source.name in county.sources},
        forms=forms,
        law=county.law,
        line_of=lambda file, place: line_of(file_lines(county.folder / file), place),
    )
    yield from product_faults(
        products,
        agencies=agencies,
        sources={source.name for source in sources.values()},
        line_of=lambda file, place: line_of(file_lines(county.folder / file), place),
    )
    systems = {source.system for source in county.sources.values()}
    yield from county.definitions.faults_against(systems=systems, reference_group=county.text.reference_group)
    for path in (model_file(county.folder / "linkage", county.linkage.model), card_file(county.folder / "linkage", county.linkage.model)):
        if not path.is_file():
            yield Fault("linkage/linkage.yaml", 1, "model", f"[{county.linkage.model}] has no {path.name} beside it; name a trained model")
    yield from _diagnosis_faults({file: source for file, source in sources.items() if source.name in county.sources})
    if county.services is not None:
        try:
            read_services(county.services)
        except TermsFaults as error:
            yield from error.faults
    if not county.population.is_file():
        yield Fault("benchmarks/population.csv", 1, "-", "the file is missing; rates by population need it")
