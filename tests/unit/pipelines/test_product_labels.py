"""Published columns inherit labels from filters and joins as well as from values, and clauses must cover all of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assets.inheritance import inputs_of
from assets.lineage import Origin
from contracts.county import County, load_county
from pipelines.place import demo_county
from pipelines.product_labels import inherited_columns, label_faults

COLUMNS = {
    "linked.jail_booking": {"person_key": "VARCHAR", "booked_at": "TIMESTAMP", "facility": "VARCHAR"},
    "linked.health_encounter": {"person_key": "VARCHAR", "started_at": "TIMESTAMP", "is_part2": "BOOLEAN"},
}
CARE = Origin("linked.health_encounter", "is_part2")


@pytest.fixture(scope="module")
def county() -> County:
    return load_county(demo_county())


@pytest.mark.parametrize(
    "sql",
    [
        "select b.facility from linked.jail_booking b join linked.health_encounter h using (person_key) where h.is_part2",
        "select b.facility from linked.jail_booking b join linked.health_encounter h on h.person_key = b.person_key and h.is_part2",
        "select facility from linked.jail_booking where person_key in (select person_key from linked.health_encounter where is_part2)",
        (
            "with treated as (select person_key, is_part2 as yes from linked.health_encounter), "
            "known as (select person_key from treated where yes) select facility from linked.jail_booking join known using (person_key)"
        ),
        (
            "select any_value(b.facility) as facility from linked.jail_booking b join linked.health_encounter h using (person_key) "
            "group by h.is_part2"
        ),
        (
            "select facility from (select facility, row_number() over (partition by h.is_part2) as n from linked.jail_booking b "
            "join linked.health_encounter h using (person_key)) where n = 1"
        ),
        (
            "select case when h.is_part2 then b.facility end as facility from linked.jail_booking b "
            "join linked.health_encounter h using (person_key)"
        ),
        (
            "select facility from linked.jail_booking where booked_at > 1 union all "
            "select 'x' as facility from linked.health_encounter where is_part2"
        ),
    ],
)
def test_a_column_inherits_from_every_condition_of_its_row(sql: str) -> None:
    assert CARE in inputs_of(sql, COLUMNS)["facility"].all


def test_a_count_depends_on_everything_it_reads() -> None:
    found = inputs_of("select count(*) as n from linked.health_encounter", COLUMNS)["n"]
    assert not found.is_resolved
    assert {origin.column for origin in found.all} == {"person_key", "started_at", "is_part2"}


def test_what_cannot_be_followed_depends_on_everything() -> None:
    sql = "select x.facility from linked.jail_booking b, lateral (select b.facility) x, linked.health_encounter h where h.is_part2"
    assert CARE in inputs_of(sql, COLUMNS)["facility"].all
    assert inputs_of("select from where", COLUMNS) == {}
    assert inputs_of("select 1 as one from linked.jail_booking where nothing.here = 2", COLUMNS)["one"].is_resolved is False


def test_a_literal_says_only_that_the_row_is_there() -> None:
    found = inputs_of("select 'jail' as place from linked.jail_booking where facility = 'MAIN'", COLUMNS)["place"]
    assert found.is_resolved
    assert found.all == {Origin("linked.jail_booking", "facility")}


def test_every_published_column_about_people_is_followed_and_declared(county: County) -> None:
    found = inherited_columns(county)
    published = {
        (product.path, table.name, column.name)
        for product in county.products
        for table in product.tables
        if table.operation is not None
        for column in table.columns
    }
    assert {(item.product, item.table, item.column) for item in found} == published
    assert all(item.elements for item in found)
    assert label_faults(county) == []


def test_an_aggregate_inherits_the_labels_of_all_it_is_made_over(county: County) -> None:
    labels = {item.labels for item in inherited_columns(county) if (item.product, item.table) == ("county/measures", "flows")}
    assert labels == {frozenset({"phi", "quasi_id"})}


def test_a_product_whose_clause_does_not_cover_what_it_inherits_is_refused_with_file_and_line(county: County) -> None:
    bare = tuple(
        item.model_copy(update={"clauses": tuple(clause.model_copy(update={"labels": ()}) for clause in item.clauses)})
        if item.id == "DUL-2026-CB"
        else item
        for item in county.instruments
    )
    faults = label_faults(replace(county, instruments=bare))
    assert {fault.file for fault in faults} == {"products/county_measures.yaml"}
    assert any("health_encounter" in fault.message and "no clause for [county_board]" in fault.message for fault in faults)
    lines = (county.folder / "products" / "county_measures.yaml").read_text().splitlines()
    assert all("name:" in lines[fault.line - 1] for fault in faults)


def test_a_filter_that_nobody_declared_is_refused(county: County) -> None:
    def without(uses: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in uses if name != "cad_person.is_behavioral_health")

    products = tuple(
        product.model_copy(update={"tables": tuple(table.model_copy(update={"uses": without(table.uses)}) for table in product.tables)})
        for product in county.products
    )
    faults = label_faults(replace(county, products=products))
    assert {fault.file for fault in faults} == {"products/health_care_coordination.yaml"}
    assert all("[cad_person.is_behavioral_health]" in fault.message for fault in faults)
