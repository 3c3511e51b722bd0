"""Every generated page by its path under ``docs/reference/``.

Belongs here: which pages there are and what each is made from. Does not belong here: what a page says.
"""

from __future__ import annotations

from collections.abc import Mapping

from assets.catalogue import Table
from contracts.county import County
from contracts.stages import Stage
from pipelines.reference.agreed import definitions_page, elements_page, instruments_page
from pipelines.reference.commands import commands_page
from pipelines.reference.empty_night import columns_of_every_table
from pipelines.reference.formulas import formulas_page
from pipelines.reference.model_card import model_card_page
from pipelines.reference.records import records_page
from pipelines.reference.schemas import schema_texts
from pipelines.reference.tables import tables_page
from pipelines.reference.vocabularies import vocabularies_page

SCHEMAS = "schemas"


def catalogue_of(county: County) -> Mapping[Stage, tuple[Table, ...]]:
    """Every asset of every stage."""
    # Imported here: these modules are Dagster's, and nothing else of this package needs it.
    from assets.acquired import assets as acquired
    from assets.checked import assets as checked
    from assets.consented import assets as consented
    from assets.linked import assets as linked
    from assets.measured import assets as measured
    from assets.published import assets as published

    return {
        Stage.ACQUIRED: acquired.tables(county),
        Stage.CHECKED: checked.tables(county),
        Stage.CONSENTED: consented.tables(county),
        Stage.LINKED: linked.tables(county),
        Stage.MEASURED: measured.tables(county),
        Stage.PUBLISHED: published.tables(county),
    }


def generated_pages(county: County) -> dict[str, str]:
    """Path -> text of every generated page, in order of path."""
    from pipelines.cli import build_command

    pages = {
        "records.md": records_page(),
        "vocabularies.md": vocabularies_page(),
        "tables.md": tables_page(county, catalogue_of(county), columns_of_every_table(county)),
        "elements.md": elements_page(county),
        "instruments.md": instruments_page(county),
        "definitions.md": definitions_page(county),
        "formulas.md": formulas_page(),
        "linkage-model.md": model_card_page(county),
        "commands.md": commands_page(build_command()),
        **{f"{SCHEMAS}/{name}": text for name, text in schema_texts().items()},
    }
    return dict(sorted(pages.items()))


def is_generated(path: str) -> bool:
    """Whether a file under ``docs/reference/`` is of a kind that only this package writes."""
    return path.startswith(f"{SCHEMAS}/")
