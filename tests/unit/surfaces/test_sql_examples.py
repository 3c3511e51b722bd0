"""Every example of docs/reference/sql-examples.md runs, as it is, through the guarded reader."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from assets.lineage import tables_read
from contracts.county import load_county
from pipelines.place import REPOSITORY
from resources.published_reader import query
from tests.fixtures.consented_world import DEMO
from tests.fixtures.reader_home import NIGHT
from tests.unit.surfaces.conftest import Desk

PAGE = REPOSITORY / "docs" / "reference" / "sql-examples.md"
_SECTION = re.compile(r"^## (?P<product>\w+/\w+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```sql\n(?P<sql>.*?)^```$", re.MULTILINE | re.DOTALL)


def _examples() -> Iterator[tuple[str, str]]:
    text = PAGE.read_text(encoding="utf-8")
    marks = [*_SECTION.finditer(text)]
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=True):
        for block in _BLOCK.finditer(text, mark.end(), end):
            yield mark["product"], block["sql"]


EXAMPLES = [*_examples()]
MAY_BE_EMPTY = (
    "from linkage_review", "from recent_crisis_contacts", "from instruments", "from linkage_accuracy", "connected_30d", "reference.value",
    "percent_of_eligible is not null", "rate_ratio is not null",
    "from disparity_by_links", "from conclusions_that_rest_on_links",
    "from race_agreement", "from yearly_reassessment", "from person_changes", "from racial_disparity_aggregate",
)  # fmt: skip
"""Questions to which the few people made up here have no answer that may be shown."""


@pytest.mark.parametrize(("product", "sql"), EXAMPLES, ids=[f"{product}-{number}" for number, (product, _) in enumerate(EXAMPLES)])
def test_an_example_runs_and_answers(desk: Desk, product: str, sql: str) -> None:
    columns, rows = query(desk.home, *product.split("/"), sql, as_of=NIGHT)
    assert len(columns) == len(set(columns)) > 1
    assert rows or any(asked in sql for asked in MAY_BE_EMPTY)


def test_every_table_of_every_product_has_an_example() -> None:
    asked = {(product, table) for product, sql in EXAMPLES for table in tables_read(sql)}
    missing = [
        f"{product.path}.{table.name}"
        for product in load_county(DEMO).products
        for table in product.tables
        if (product.path, table.name) not in asked
    ]
    assert missing == []


def test_no_example_hides_what_is_withheld() -> None:
    # An empty figure that becomes 0 is the one mistake every reader of protected tables makes.
    assert [sql for _, sql in EXAMPLES if re.search(r"coalesce\(\s*(people|value|eligible|listed|events|rate\w*)\b", sql)] == []
