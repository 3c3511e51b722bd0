"""The figures that the README quotes.

Belongs here: the lines between two marks, from the model's card. Does not belong here: any other line of the README.
"""

from __future__ import annotations

from contracts.county import County
from pipelines.reference.markdown import table
from pipelines.reference.model_card import model_card, shown

BEGIN = "<!-- linkage figures, written by `throughcare docs` -->"
END = "<!-- end of linkage figures -->"


def with_figures(text: str, county: County) -> str:
    """The README with today's figures of the county's model.

    Raises:
        ValueError: if the marks are not there.
    """
    if BEGIN not in text or END not in text:
        raise ValueError(f"README.md needs the marks {BEGIN} and {END} around its linkage figures")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{_figures(county)}\n{END}{after}"


def _figures(county: County) -> str:
    rows = [row for row in model_card(county).accuracy if row.population == "permitted" and row.scope == "with_birth_date"]
    chosen = [row for row in rows if row.by in {"overall", "race_group"}]
    return table(
        ("subjects", "true pairs", "precision (95 %)", "recall (95 %)"),
        (("all" if row.by == "overall" else row.group, f"{row.recall.of:,}", shown(row.precision), shown(row.recall)) for row in chosen),
    )
