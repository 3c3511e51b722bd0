"""The published questions: what they may read, and that what a product declares is what it shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.lineage import column_lineage, tables_read
from assets.measured.scope import SCOPE_TABLES
from assets.published.build import QUESTIONS
from contracts.county import load_county
from contracts.products import CONSENT_SCOPE_ID, Operation, Product, ProductTable
from resources.sql import load_sql

DEMO = Path(__file__).resolve().parents[3] / "contracts" / "demo_county"
FOLDER = Path(__file__).resolve().parents[3] / "assets" / "published" / "questions"
PRODUCTS = load_county(DEMO).products
TABLES = [(product, table) for product in PRODUCTS for table in product.tables]
OWN_ID = {
    "person_key": "VARCHAR", "subject_id": "VARCHAR", "record_id": "VARCHAR", "system": "VARCHAR", "key": "VARCHAR", "own_id": "VARCHAR",
    "is_sure": "BOOLEAN",
}  # fmt: skip
CHANGE = {"night": "DATE", "kind": "VARCHAR", "old_key": "VARCHAR", "new_key": "VARCHAR", "subjects": "BIGINT"}
LINKED = {f"linked.{name}": {**columns, CONSENT_SCOPE_ID: "VARCHAR"} for name, columns in SCOPE_TABLES.items()} | {
    "linked.own_id": OWN_ID,
    "linked.person_change": CHANGE,
}


def _rows() -> list[tuple[Product, ProductTable]]:
    return [(product, table) for product, table in TABLES if table.operation is Operation.DISCLOSE_ROW]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.sql")), ids=lambda path: path.stem)
def test_a_question_reads_only_what_was_handed_over(path: Path) -> None:
    read = tables_read(path.read_text())
    assert {name.partition(".")[0] for name in read} <= {"linked", "measured", "facts"}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.sql")), ids=lambda path: path.stem)
def test_every_question_is_asked_by_a_product_of_the_demo_county(path: Path) -> None:
    assert path.stem in {table.question for _, table in TABLES}


@pytest.mark.parametrize(("product", "table"), TABLES, ids=lambda item: getattr(item, "path", None) or item.name)
def test_a_table_asks_a_question_that_is_there(product: Product, table: ProductTable) -> None:
    assert load_sql(QUESTIONS, table.question)
    assert product.path


@pytest.mark.parametrize(("product", "table"), _rows(), ids=lambda item: getattr(item, "path", None) or item.name)
def test_what_a_column_declares_is_what_it_is_drawn_from(product: Product, table: ProductTable) -> None:
    lineage = column_lineage(load_sql(QUESTIONS, table.question), LINKED)
    for column in table.columns:
        drawn = {(origin.table, origin.column) for origin in lineage[column.name]}
        assert drawn, f"[{column.name}] cannot be resolved"
        if column.own_id:
            assert drawn == {("linked.own_id", "own_id")}
            assert set(column.elements) == {f"{column.own_id.system}.source_person_id"}
        elif column.pseudonym:
            assert drawn <= {("linked.person_change", "old_key"), ("linked.person_change", "new_key")}
        elif not column.elements:
            assert {name for name, _ in drawn} == {"linked.person_change"}, "only linkage itself is no element"
        else:
            assert {f"{name.removeprefix('linked.')}.{origin}" for name, origin in drawn} == set(column.elements)
    assert product.form == "identified"
