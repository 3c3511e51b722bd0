"""The top of an aggregate table, short enough to read.

Belongs here: which columns and rows stand for a table. Does not belong here: reading a product (resources/published_reader) or rendering.
"""

from __future__ import annotations

from contracts.products import Grain, ProductTable, Role

DIMENSIONS = 4
FIGURES = 6
ROWS = 5
WITHHELD = "withheld"
"""The column that says whether anything in a line is withheld."""


def excerpt_sql(table: ProductTable) -> str | None:
    """A SELECT of the first groups of an aggregate table that are shown whole: dimensions, people, first figures; None for other tables.

    Names come from the county's text, which holds plain names only.
    """
    if table.grain is not Grain.AGGREGATE:
        return None
    dimensions = [column.name for column in table.columns if column.role is Role.DIMENSION][:DIMENSIONS]
    people = [column.name for column in table.columns if column.role is Role.PEOPLE]
    figures = [column.name for column in table.columns if column.role in {Role.MAGNITUDE, Role.DERIVED}]
    shown = [*dimensions, *people[:3], *figures[: FIGURES - len(people[:3])]]
    return f"select {', '.join(shown)} from {table.name} where not {WITHHELD} order by {', '.join(dimensions)} limit {ROWS}"
