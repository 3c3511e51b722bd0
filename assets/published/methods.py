"""How the figures of a public snapshot were made and protected, in words, for whoever reads them without the integrator.

Belongs here: the text of METHODS.md. Does not belong here: the figures, the rule itself (contracts/disclosure.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.county import County
from contracts.products import Product


def methods_note(product: Product, manifest: Mapping[str, Any], county: County) -> str:
    """METHODS.md: what is counted, how small counts are protected, what an empty field means, what to cite."""
    policy = county.disclosure
    zeros = "so is a count of none" if policy.zeros == "withhold" else "a count of none is shown"
    review = f"Reviewed by {policy.reviewed_by} on {policy.reviewed_on}." if policy.reviewed_by else "Not reviewed by counsel."
    tables = "\n".join(_table(table) for table in manifest["tables"] if table.get("protection"))
    return f"""\
# {product.title}: methods

{county.text.name}. Figures as of {manifest["night"]}, version {manifest["version"]}. This folder does not change: `SHA256SUMS` lists every
file, and a later quarter has a folder of its own.

## What is counted
Distinct people, each counted once in a line, as linked across the agencies that contribute; what each table and column means is in the
file of columns. Race is as the agencies recorded it, one group a person by the rule named beside the figure. Linking people errs in both
directions; the county's methods of linkage and their measured accuracy are with its Data Governance Office.

## How people are protected
* A count of fewer than {manifest["minimum_cell"]} people is withheld; {zeros}.
* So is every count from which a withheld one could be computed by adding and subtracting, across all tables of this product together. In
  systems of up to {policy.interval_cells} counts every withheld one also stays uncertain by at least {policy.interval_width}.
* A figure that differs from one of the last {policy.difference_releases} releases by 1 to {policy.minimum_cell - 1} people is withheld,
  and what was withheld there stays protected here.
* A sum of which {policy.dominance_contributors} people make up more than {policy.dominance_percent:g} %, or whose largest contribution
  could be estimated to within {policy.p_percent:g} %, is withheld where the largest contributions are known.
* Rates, ratios and medians are shown only where every count behind them is. No noise was added.
* Source of the thresholds: {policy.citation}. {review}

## What an empty field means
`withheld = true`: something in the line is withheld, for one of these reasons. `withheld = false`: the figure could not be given for the
reason beside it. An empty field never means nought.

## Tables
{tables}
"""


def _table(table: Mapping[str, Any]) -> str:
    audit = "interval audit held" if table["protection"]["audited"] else "too large for the interval audit"
    return (
        f"* `{table['name']}`: {table['description']} {table['cells_withheld']} of {table['protection']['cells']} counts withheld; {audit}."
    )
