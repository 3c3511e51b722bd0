"""The page of formulas: every measure in words, and every formula with its worked examples.

Belongs here: turning the catalogue of measures and the text tables of tests/spec/measures into Markdown. Does not belong here: the tables
themselves, which are the specification that the tests hold the functions to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from assets.measured.catalogue import MEASURES, Measure
from pipelines.reference.markdown import bullets, code, codes, page, table

FOLDER: Final = Path(__file__).resolve().parents[2] / "tests" / "spec" / "measures"
_MEASURES: Final = (
    "What each measure asks, by which formula, over which base, and what to know before quoting it. Columns are in "
    "[tables.md](tables.md#measured); how a figure is made is told in [measures.md](../explanation/measures.md)."
)
_EXAMPLES: Final = (
    "Every row below was worked by hand and is held by a test to as many digits as it shows; where statsmodels or scipy define the same "
    "quantity, another test holds ours to theirs to 1e-9. *none* is an answer: there is no figure, and tables say why."
)


@dataclass
class Formula:
    """One heading of the text tables: what it says, and its rows."""

    title: str
    words: list[str] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def formulas_page() -> str:
    """``formulas.md``."""
    return page(
        "Measures and formulas",
        source="assets/measured/catalogue.py and tests/spec/measures/*.txt",
        parts=[_MEASURES, *(part for measure in MEASURES for part in _measure(measure)), "## Formulas", _EXAMPLES, *_formulas()],
    )


def _measure(measure: Measure) -> Iterator[str]:
    yield f"## {measure.title}"
    yield f"{code(measure.name)}: {measure.question}"
    yield bullets(
        (
            f"formula: {measure.formula}",
            f"base: {measure.base}",
            f"unit: {measure.unit}",
            f"source: {measure.source}",
            f"tables: {codes(measure.tables)}",
            *(f"beware: {caveat}" for caveat in measure.caveats),
            *(["rows are about one person: never published as they are"] if measure.by_person else []),
            *(["asked of tonight's links only"] if measure.of_tonight else []),
        )
    )


def _formulas() -> Iterator[str]:
    for path in sorted(FOLDER.glob("*.txt")):
        for formula in read_formulas(path.read_text(encoding="utf-8")):
            yield f"### {formula.title}"
            yield " ".join(formula.words)
            yield table(formula.header, formula.rows)


def read_formulas(text: str) -> list[Formula]:
    """The headings of one text table file, each with its words and rows."""
    found: list[Formula] = []
    for line in text.splitlines():
        if line.startswith("# "):
            found.append(Formula(line.removeprefix("# ")))
        elif line.startswith("|") and not line.startswith("|-"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if found[-1].header:
                found[-1].rows.append(cells)
            else:
                found[-1].header = cells
        elif line.strip():
            found[-1].words.append(line.strip())
    return [formula for formula in found if formula.rows]
