"""Documented views of a product: text over its own tables, run, explained, and nothing more."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from assets.published.file import TableToWrite, hashes_in, write_data
from assets.published.product_views import VIEWS, ViewFault, view_named, view_rows, views_of
from contracts.county import load_county
from contracts.products import Product
from resources.sql import load_sql

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "assets" / "published" / "views"
NAMES = sorted(path.stem for path in FOLDER.glob("*.sql"))
PRODUCTS = load_county(ROOT / "contracts" / "demo_county").products


def _product(**changed: object) -> Product:
    (product,) = [each for each in PRODUCTS if each.path == "county/measures"]
    return product.model_copy(update=changed)


@pytest.mark.parametrize("name", NAMES)
def test_a_view_begins_with_its_question_and_belongs_to_a_product(name: str) -> None:
    view = view_named(name)
    assert view.question.endswith("?")
    assert view.reads
    assert "$" not in view.select
    assert any(name in product.views for product in PRODUCTS)
    assert load_sql(VIEWS, name).startswith("-- ")


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.path)
def test_a_product_has_only_views_of_its_own_tables(product: Product) -> None:
    assert [view.name for view in views_of(product)] == list(product.views)


def test_a_view_that_reads_elsewhere_is_left_out_and_one_that_hides_a_table_is_refused() -> None:
    fewer = tuple(table for table in _product().tables if table.name != "racial_disparity")
    assert {view.name for view in views_of(_product())} - {view.name for view in views_of(_product(tables=fewer))} == {"rates_by_race"}
    with pytest.raises(ViewFault, match=r"there is no view \[not_written\]"):
        views_of(_product(views=("not_written",)))
    renamed = tuple(table.model_copy(update={"name": "progress"}) if table.name == "flows" else table for table in _product().tables)
    with pytest.raises(ViewFault, match="a table and a view"):
        views_of(_product(tables=renamed))


def test_a_view_lies_in_the_file_explains_itself_and_moves_no_hash(tmp_path: Path) -> None:
    view = view_named("this_version")
    tables = [TableToWrite("_about", "select 'night' as name, '2026-03-02' as value union all select 'title', 'a title'")]
    with duckdb.connect(str(tmp_path / "scratch.duckdb")) as con:
        write_data(con, tmp_path / "plain.duckdb", tables)
        write_data(con, tmp_path / "built.duckdb", tables, [view])
        assert con.execute("select current_database()").fetchall() == [("scratch",)]
    moved = (tmp_path / "built.duckdb").rename(tmp_path / "under-another-name.duckdb")
    assert hashes_in(moved) == hashes_in(tmp_path / "plain.duckdb")
    with duckdb.connect(str(moved), read_only=True) as con:
        assert con.execute("select title, night, minimum_cell from this_version").fetchall() == [("a title", "2026-03-02", None)]
        ((comment,),) = con.execute("select comment from duckdb_views() where not internal").fetchall()
    assert comment.startswith(view.question)
    assert view_rows([view]) == [("this_version", view.question, " ".join(view.caveats), "_about")]
    assert view.entry()["reads"] == ["_about"]
