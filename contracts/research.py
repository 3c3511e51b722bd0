"""What a research project may receive: research/*.yaml as frozen models.

Belongs here: the shape of a project's text: agreement, columns, how each may be made coarser, when everything must be gone. Does not belong
here: whether a clause permits it (decided when it is extracted), making it (assets/published/research.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Final, Self

from pydantic import Field, model_validator

from contracts.agencies import Agencies
from contracts.columns import Label
from contracts.elements import CONTENT, PRESENT
from contracts.instruments import Instrument, InstrumentKind, Operation
from contracts.products import Grain, Product, ProductColumn, ProductForm, ProductTable
from contracts.purposes import Purpose
from contracts.reviewed import Fault, Path_, Reviewed

NAME = r"^[a-z][a-z0-9_]*$"
PSEUDONYM: Final = "research_pseudonym"
"""Column of an extract that names a person within one project. No source may deliver a column of this name: research never flows back."""
SUPPRESS: Final = "suppress"
STEP: Final = re.compile(r"raw|year|month|zip3|band_([1-9]\d?)|suppress")
LineOf = Callable[[str, Path_], int]


class ResearchRole(StrEnum):
    """What a column of an extract is to somebody who would find out who is who."""

    QUASI = "quasi"  # known to others: made coarser until enough people share it
    SENSITIVE = "sensitive"  # what must not follow from the others
    PLAIN = "plain"  # neither


class ResearchForm(StrEnum):
    """How closely the rows name a person; no form has an identifier."""

    LDS = "lds"  # 45 CFR 164.514(e): dates and five-digit ZIP may stay
    PSEUDONYMISED = "pseudonymised"  # dates to the year, ZIP to three digits


class ResearchColumn(Reviewed):
    """One column of an extract."""

    name: str = Field(pattern=NAME, description="The content column of the record type.")
    description: str = Field(min_length=8, description="Meaning and unit.")
    role: ResearchRole
    ladder: tuple[str, ...] = Field(
        default=("raw",),
        min_length=1,
        description="From the finest form to the coarsest: raw, month, year, zip3, band_N (N years or units), suppress.",
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for step in self.ladder:
            if not STEP.fullmatch(step):
                raise ValueError(f"[{step}] is no step of a ladder; write raw, month, year, zip3, band_N or suppress")
        if self.role is not ResearchRole.QUASI and len(self.ladder) > 1:
            raise ValueError("only a quasi-identifier is made coarser; give the others the one form they have")
        if self.name == PSEUDONYM:
            raise ValueError(f"[{PSEUDONYM}] is the extract's own column")
        return self


class ResearchProject(Reviewed):
    """One research project and the extract it may have."""

    id: str = Field(pattern=NAME, description="The project; its pseudonyms are its own.")
    title: str = Field(min_length=4)
    agency: str = Field(pattern=NAME, description="Agency that receives, as agencies.yaml names it.")
    instrument: str = Field(description="Agreement it rests on; a limited data set needs a DUA_LDS.")
    form: ResearchForm
    review_board: str = Field(min_length=4, description="Who approved the research, and under which number.")
    record_type: str = Field(pattern=NAME, description="Kind of record; one row is one record.")
    columns: tuple[ResearchColumn, ...] = Field(min_length=1)
    uses: tuple[str, ...] = Field(default=(), description="Presences that decide which rows are there: jail.__present__.")
    k: int = Field(default=11, ge=11, description="At least so many people share every combination of quasi-identifiers.")
    l_diversity: int = Field(default=2, ge=2, description="At least so many values of every sensitive column in each combination.")
    suppress_percent: float = Field(
        default=5, ge=0, le=50, description="Up to so many of a hundred records may be left out before columns are made coarser."
    )
    destroy_by: date = Field(description="First day on which the recipient may not have it any more.")
    key_epoch: int = Field(default=1, ge=1, description="Raised to give every person new pseudonyms.")

    @property
    def folder(self) -> str:
        """Name of its folder under ``research/``."""
        return self.id

    def with_role(self, role: ResearchRole) -> tuple[ResearchColumn, ...]:
        """Its columns of one role, in order."""
        return tuple(column for column in self.columns if column.role is role)

    def as_product(self, recipient: str) -> Product:
        """The project as decisions know it: a product of one table, whose operation is ``research_extract``."""
        columns = [
            ProductColumn(name=column.name, description=column.description, elements=(f"{self.record_type}.{column.name}",))
            for column in self.columns
        ]
        table = ProductTable(
            name="extract",
            description=self.title.ljust(8),
            grain=Grain.RESEARCH,
            question="extract",
            uses=self.uses,
            columns=tuple(columns),
        )
        return Product(
            name=self.id, recipient=recipient, agency=self.agency, title=self.title, purposes=(Purpose.RESEARCH_STATISTICAL,),
            form=ProductForm.PSEUDONYMISED, cadence="quarterly", fresh_days=400, key_epoch=self.key_epoch, tables=(table,),
        )  # fmt: skip

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError("a column is named twice")
        known = CONTENT.get(self.record_type)
        if known is None:
            raise ValueError(f"[{self.record_type}] is no record type with content")
        for column in self.columns:
            if column.name not in known or column.name == PRESENT:
                raise ValueError(f"[{self.record_type}] has no column [{column.name}]")
            if Label.FREE_TEXT in known[column.name] or Label.DIRECT_ID in known[column.name]:
                raise ValueError(f"[{column.name}] could name a person; no extract has it")
            if Label.QUASI_ID in known[column.name] and column.role is ResearchRole.PLAIN:
                raise ValueError(f"[{column.name}] is known to others; give it the role quasi and a ladder")
            if self.form is ResearchForm.PSEUDONYMISED and _is_date(column.name) and set(column.ladder) & {"raw", "month"}:
                raise ValueError(f"[{column.name}] is a date: to the year in pseudonymised rows, finer only in a limited data set")
        if not self.with_role(ResearchRole.QUASI):
            raise ValueError("name the columns that others know: the quasi-identifiers")
        return self


def _is_date(name: str) -> bool:
    return name.endswith(("_at", "_on", "_date"))


def research_faults(
    projects: Mapping[str, ResearchProject],
    products: Mapping[str, Product],
    *,
    instruments: Collection[Instrument],
    agencies: Agencies,
    line_of: LineOf,
) -> Iterator[Fault]:
    """What is wrong with research beside the rest of the county, and with products that research would flow into.

    Args:
        projects: by file.
        products: by file: none of them may serve research, which has no way back into them (28 CFR 22.21).
        instruments: every instrument.
        agencies: who there is.
        line_of: (file, place in it) -> line.
    """
    by_id = {instrument.id: instrument for instrument in instruments}
    for file, project in sorted(projects.items()):
        for key, message in _project_faults(project, by_id, agencies):
            yield Fault(file, line_of(file, (key,)), key, message)
    for file, product in sorted(products.items()):
        if Purpose.RESEARCH_STATISTICAL in product.purposes:
            message = "a product does not serve research; write a project in research/, whose rows never come back"
            yield Fault(file, line_of(file, ("purposes",)), "purposes", message)
        for index, table in enumerate(product.tables):
            if table.grain is Grain.RESEARCH:
                place: Path_ = ("tables", index, "grain")
                yield Fault(file, line_of(file, place), "grain", "the grain research belongs to projects in research/")


def _project_faults(project: ResearchProject, by_id: Mapping[str, Instrument], agencies: Agencies) -> Iterator[tuple[str, str]]:
    if project.agency not in agencies.recipients:
        yield "agency", f"[{project.agency}] is not a recipient in agencies.yaml"
    instrument = by_id.get(project.instrument)
    if instrument is None:
        yield "instrument", f"no instrument [{project.instrument}] in instruments/"
        return
    if project.form is ResearchForm.LDS and instrument.kind is not InstrumentKind.DUA_LDS:
        yield "form", f"a limited data set needs a DUA_LDS (45 CFR 164.514(e)); {instrument.id} is a {instrument.kind}"
    if not instrument.reid_prohibited:
        yield "instrument", f"{instrument.id} does not forbid re-identification"
    if not any(clause.operation is Operation.RESEARCH_EXTRACT and clause.recipient == project.agency for clause in instrument.clauses):
        yield "instrument", f"no clause of {instrument.id} permits research_extract to [{project.agency}]"
    if instrument.retention_until is not None and project.destroy_by > instrument.retention_until:
        yield "destroy_by", f"{instrument.id} wants what was received gone by {instrument.retention_until}"
