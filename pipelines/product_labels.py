"""Whether what a product's columns inherit is covered by clauses: a check of the county's text, before any night.

Belongs here: bringing the questions' inputs and the county's clauses together. Does not belong here: reading a SELECT (assets/inheritance),
faults that the text shows without any SQL (contracts), deciding about a person.

A column of a row table inherits the labels of every element its question reads, in a filter or a join as much as in a value. An aggregate
inherits those of everything the product is handed, because every figure is made over those rows; only a clause for aggregates that covers
them declassifies it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from assets.consented.clauses import catalogue
from assets.consented.decide import NEED_NO_COVER
from assets.inheritance import inputs_of
from assets.lineage import Origin
from assets.measured.scope import SCOPE_TABLES
from contracts.county import County
from contracts.elements import CONTENT, PRESENT, Element, expand
from contracts.instruments import Effect, Operation
from contracts.products import CONSENT_SCOPE_ID, Product, ProductTable
from contracts.reviewed import Fault, Path_, file_lines, line_of
from resources.sql import load_sql

QUESTIONS: Final = "assets.published.questions"
_OWN_ID: Final = {
    "person_key": "VARCHAR", "subject_id": "VARCHAR", "record_id": "VARCHAR", "system": "VARCHAR", "key": "VARCHAR", "own_id": "VARCHAR",
    "is_sure": "BOOLEAN",
}  # fmt: skip
HANDED: Final = {f"linked.{name}": {**columns, CONSENT_SCOPE_ID: "VARCHAR"} for name, columns in SCOPE_TABLES.items()} | {
    "linked.own_id": _OWN_ID
}
"""Tables that a question about rows reads."""


@dataclass(frozen=True)
class InheritedColumn:
    """One published column with every element it depends on and the labels these carry."""

    product: str
    table: str
    column: str
    elements: frozenset[str]
    labels: frozenset[str]


def inherited_columns(county: County) -> tuple[InheritedColumn, ...]:
    """Every published column of tables about people, with what it inherits."""
    carried = _labels_of_elements(county)
    return tuple(
        InheritedColumn(product.path, table.name, name, elements, frozenset().union(*(carried.get(item, frozenset()) for item in elements)))
        for product in county.products
        for table in product.tables
        if table.operation is not None
        for name, elements in _elements(product, table)
    )


def label_faults(county: County) -> list[Fault]:
    """Every column that depends on what its table does not declare, or on what no clause covers; sorted."""
    places = {
        (product.path, table.name, column.name): (product, table, ("tables", index, "columns", number))
        for product in county.products
        for index, table in enumerate(product.tables)
        for number, column in enumerate(table.columns)
    }
    held = catalogue(county.sources.values())
    covered = {
        (product.path, operation): _covered(county, product, operation, held)
        for product in county.products
        for operation in product.operations
    }
    texts = _texts(county)
    found: list[Fault] = []
    for item in inherited_columns(county):
        product, table, place = places[item.product, item.table, item.column]
        operation = table.operation or Operation.DISCLOSE_ROW
        undeclared = item.elements - product.elements(operation)
        messages = [f"it depends on [{name}], which neither its table's columns nor `uses` name" for name in sorted(undeclared)]
        uncovered = sorted(item.elements - undeclared - covered[product.path, operation])
        messages += [f"it inherits from [{name}], which no clause for [{product.agency}] permits with all its labels" for name in uncovered]
        found += [_fault(texts, product, place, message) for message in messages]
    return sorted(found)


def _elements(product: Product, table: ProductTable) -> Iterator[tuple[str, frozenset[str]]]:
    handed = product.elements(table.operation or Operation.DISCLOSE_ROW)
    read = inputs_of(load_sql(QUESTIONS, table.question), HANDED) if table.operation is not Operation.DISCLOSE_AGGREGATE else {}
    for column in table.columns:
        inputs = read.get(column.name)
        followed = inputs is not None and inputs.is_resolved
        # What is made of keys alone says how records were linked, which hangs on all that is handed over.
        yield column.name, frozenset(column.elements) | ((_named(inputs.all) if inputs and followed else handed) or handed)


def _named(origins: Iterable[Origin]) -> frozenset[str]:
    found: set[str] = set()
    for origin in origins:
        record_type = origin.table.removeprefix("linked.")
        columns = CONTENT.get(record_type, {})
        # A key says that the row is there.
        name = origin.column if origin.column in columns else PRESENT
        if name in columns:
            found.add(f"{record_type}.{name}")
    return frozenset(found)


def _labels_of_elements(county: County) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for element in catalogue(county.sources.values()):
        found[element.name] = found.get(element.name, frozenset()) | frozenset(element.labels)
    return found


def _covered(county: County, product: Product, operation: Operation, held: tuple[Element, ...]) -> frozenset[str]:
    """Elements that some clause permits this product with all the labels they always carry."""
    found: set[str] = set()
    for instrument in county.instruments:
        for clause in instrument.clauses:
            speaks = (clause.effect, clause.recipient, clause.operation) == (Effect.PERMIT, product.agency, operation)
            if not speaks or not set(product.purposes) <= set(clause.purposes):
                continue
            labels = {label.value for label in clause.labels}
            own = [element for element in held if element.agency == clause.contributor]
            named = {name for selector in clause.elements for name in expand(selector, own)}
            found |= {element.name for element in own if element.name in named and set(element.labels) - NEED_NO_COVER <= labels}
    return frozenset(found)


def _texts(county: County) -> dict[str, tuple[str, dict[Path_, int]]]:
    """Of each product, by name: its file and the line of every key. Read once, for one gap in a clause is many faults."""
    found = {}
    for path in sorted((county.folder / "products").glob("*.yaml")):
        lines = file_lines(path)
        text = path.read_text(encoding="utf-8").splitlines()
        name = text[line_of(lines, ("name",)) - 1].split("#")[0].strip().removeprefix("name: ")
        found[name] = (f"products/{path.name}", lines)
    return found


def _fault(texts: dict[str, tuple[str, dict[Path_, int]]], product: Product, place: Path_, message: str) -> Fault:
    if product.name not in texts:
        return Fault("products", 1, product.path, message)
    file, lines = texts[product.name]
    return Fault(file, line_of(lines, place), ".".join(map(str, place)), message)
