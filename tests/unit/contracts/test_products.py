"""The text of a product: what it may say, and what it may not."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.disclosure import DisclosurePolicy
from contracts.instruments import Operation
from contracts.products import Grain, Product, ProductTable
from contracts.reviewed import load_reviewed

DEMO = Path(__file__).resolve().parents[3] / "contracts" / "demo_county"

COLUMN = {"name": "booked_at", "description": "when it began", "elements": ["jail_booking.booked_at"]}
TABLE: dict[str, Any] = {
    "name": "own_bookings",
    "description": "one row a booking",
    "grain": "record",
    "question": "own_bookings",
    "columns": [COLUMN],
}
COUNTS: dict[str, Any] = {
    "name": "counts",
    "description": "one row a group",
    "grain": "aggregate",
    "question": "flows",
    "columns": [
        {"name": "race_group", "description": "the group", "role": "dimension", "total": "ALL"},
        {"name": "people", "description": "how many people", "role": "people"},
    ],
}
PRODUCT: dict[str, Any] = {
    "name": "measures",
    "recipient": "sheriff",
    "agency": "sheriff",
    "title": "Measures",
    "purposes": ["jail_operations_measurement"],
    "form": "identified",
    "cadence": "nightly",
    "fresh_days": 7,
    "tables": [TABLE, COUNTS],
}


def _product(**changes: Any) -> Product:
    return Product.model_validate({**deepcopy(PRODUCT), **changes})


def _table(base: dict[str, Any], **changes: Any) -> ProductTable:
    return ProductTable.model_validate({**deepcopy(base), **changes})


def _counts(**column: Any) -> ProductTable:
    described = {"name": "extra", "description": "another column", **column}
    return _table(COUNTS, columns=[*COUNTS["columns"], described])


def test_a_product_knows_its_path_operations_and_elements() -> None:
    product = _product()
    assert product.path == "sheriff/measures"
    assert product.operations == (Operation.DISCLOSE_ROW, Operation.DISCLOSE_AGGREGATE)
    assert product.elements(Operation.DISCLOSE_ROW) == {"jail_booking.booked_at"}
    assert product.has_person_rows
    assert product.stale_from(date(2026, 3, 2)) == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("grain", "operation"),
    [
        (Grain.RECORD, Operation.DISCLOSE_ROW),
        (Grain.PERSON, Operation.DISCLOSE_ROW),
        (Grain.AGGREGATE, Operation.DISCLOSE_AGGREGATE),
        (Grain.OPERATIONS, None),
    ],
)
def test_what_a_row_stands_for_decides_which_permission_it_needs(grain: Grain, operation: Operation | None) -> None:
    base = COUNTS if grain is Grain.AGGREGATE else TABLE
    assert _table(base, grain=grain).operation is operation


def test_a_superseded_version_with_rows_about_people_is_never_kept() -> None:
    assert not _product().keeps(date(2026, 3, 1), date(2026, 3, 2), 30)


@pytest.mark.parametrize(("days", "kept"), [(0, False), (1, False), (2, True), (30, True)])
def test_a_superseded_version_of_counts_is_kept_as_long_as_the_county_says(days: int, kept: bool) -> None:
    product = _product(form="aggregate", tables=[COUNTS])
    assert product.keeps(date(2026, 3, 1), date(2026, 3, 2), days) is kept


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"elements": ["booked_at"]}, "is not an element"),
        ({"elements": ["jail_booking.*"]}, "is not an element"),
        ({"name": "record_id"}, "never leaves"),
        ({"own_id": {"system": "jail", "key": "person"}, "pseudonym": True}, "not both"),
        ({"total": "ALL"}, "total belongs to a dimension"),
        ({"within": [{"people": "people"}]}, "within and same_as belong to a people column"),
        ({"role": "magnitude"}, "must name in `of`"),
        ({"role": "derived"}, "must name in `of`"),
        ({"numerator": "people"}, "go together"),
        ({"shoe_size": 44}, "Extra inputs"),
    ],
)
def test_a_column_that_contradicts_itself_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        _table(TABLE, columns=[{**COLUMN, **changes}])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"columns": [COLUMN, COLUMN]}, "named twice"),
        ({"order_by": ["elsewhere"]}, "order_by names no column"),
        ({"uses": ["jail"]}, "is not an element"),
        ({"columns": [{**COLUMN, "role": "people"}]}, "roles belong to aggregate tables"),
        ({"columns": [{**COLUMN, "elements": []}]}, "must say which elements"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        _table(TABLE, **changes)


def test_a_table_about_the_terms_needs_no_elements() -> None:
    assert _table(TABLE, grain="operations", columns=[{**COLUMN, "elements": []}]).elements == frozenset()


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ({"own_id": {"system": "jail", "key": "person"}}, "names a person"),
        ({"pseudonym": True}, "names a person"),
        ({"role": "magnitude", "of": ["nobody"]}, "names no people column"),
        ({"role": "people", "within": [{"people": "nobody"}]}, "names no people column"),
        ({"role": "people", "within": [{"people": "people", "row": {"nowhere": "race_group"}}]}, "by no dimension"),
        ({"role": "people", "within": [{"people": "people", "row": {"race_group": "nowhere"}}]}, "by no column"),
        ({"role": "derived", "of": ["people"], "reference": {"nowhere": "ALL"}}, "by no dimension"),
        ({"role": "derived", "of": ["people"], "reference": {"race_group": "=nowhere"}}, "by no column"),
        ({"role": "derived", "of": ["people"], "numerator": "nobody", "base": "people", "per": 100}, "names no people column"),
    ],
)
def test_a_column_of_counts_must_name_what_is_there(column: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        _counts(**column)


def test_counts_without_people_are_refused() -> None:
    with pytest.raises(ValidationError, match="needs a column with the role people"):
        _table(COUNTS, columns=COUNTS["columns"][:1])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tables": [TABLE, TABLE]}, "a table is named twice"),
        ({"form": "aggregate"}, "no table with rows about people"),
        ({"purposes": ["curiosity"]}, "purposes"),
        ({"fresh_days": 0}, "fresh_days"),
        ({"recipient": "../elsewhere"}, "recipient"),
        (
            {"form": "pseudonymised", "tables": [{**TABLE, "columns": [{**COLUMN, "own_id": {"system": "jail", "key": "person"}}]}]},
            "only an identified product may",
        ),
    ],
)
def test_a_product_that_contradicts_itself_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        _product(**changes)


@pytest.mark.parametrize("path", sorted((DEMO / "products").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_demo_countys_products_are_sound_and_lie_under_their_own_name(path: Path) -> None:
    product = load_reviewed(path, Product)
    assert path.stem == f"{product.recipient}_{product.name}"


POLICY: dict[str, Any] = {
    "minimum_cell": 11,
    "zeros": "withhold",
    "complementary": "exact",
    "interval_cells": 300,
    "interval_width": 5,
    "pooling_months": [12, 24],
    "citation": "a rule for tests",
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pooling_months": [24, 12]}, "must rise"),
        ({"pooling_months": [12, 12]}, "must rise"),
        ({"interval_width": 12}, "cannot exceed"),
        ({"minimum_cell": 2}, "minimum_cell"),
        ({"complementary": "none"}, "complementary"),
    ],
)
def test_a_rule_that_protects_nobody_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        DisclosurePolicy.model_validate({**POLICY, **changes})


@pytest.mark.parametrize(
    ("people", "zeros", "small"), [(0, "withhold", True), (0, "show", False), (10, "show", True), (11, "withhold", False)]
)
def test_what_is_too_small(people: int, zeros: str, small: bool) -> None:
    assert DisclosurePolicy.model_validate({**POLICY, "zeros": zeros}).too_small(people) is small


def test_the_demo_countys_rule_is_sound() -> None:
    assert load_reviewed(DEMO / "disclosure.yaml", DisclosurePolicy).minimum_cell == 11
