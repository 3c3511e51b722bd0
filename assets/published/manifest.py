"""The manifest of a version: what is in it, under which terms, made by what.

Belongs here: its entries and the tables that explain a product from within (``_about``, ``_columns``, ``_notice``). Does not belong here:
writing files, deciding anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from assets.published.build import BuiltTable
from assets.published.consent_scope import COLUMNS, MEANING, TABLE_MEANING
from assets.published.file import STORAGE_VERSION, WrittenTable
from assets.published.product_views import view_rows, views_of
from assets.published.suppression import WITHHELD
from contracts.columns import Label
from contracts.elements import CONTENT
from contracts.products import CONSENT_SCOPE, CONSENT_SCOPE_ID, Grain, Product, ProductColumn, ProductTable, Role

OwnTables = Mapping[str, tuple[dict[str, str], list[tuple[Any, ...]]]]
"""Table -> columns with their types, and rows."""

FORMAT: Final = 1
WITHHELD_MEANING: Final = "Whether anything in this line is withheld, because it is small or would give a small count away."


@dataclass(frozen=True)
class Terms:
    """Under which terms a version is disclosed."""

    night: date
    decided_on: date
    valid_until: date
    clauses: tuple[str, ...]
    instruments: tuple[str, ...]
    obligations: tuple[str, ...]
    labels: tuple[str, ...]
    minimum_cell: int
    terms_sha256: str
    code_sha256: str


def instruments_of(clauses: Iterable[str]) -> tuple[str, ...]:
    """Instruments that clauses belong to: ``DUL-2026-SO §3.1`` is of ``DUL-2026-SO``."""
    return tuple(sorted({clause.split(" §")[0] for clause in clauses}))


def labels_of(elements: Iterable[str], row_labels: Collection[str]) -> tuple[str, ...]:
    """Labels a column inherits: those of every element it is derived from, and of the rows."""
    found = set(row_labels)
    for element in elements:
        record_type, _, column = element.partition(".")
        found |= {label.value for label in CONTENT.get(record_type, {}).get(column, ())}
        if column == "source_person_id":
            found.add(Label.DIRECT_ID.value)
    return tuple(sorted(found))


def manifest_of(
    product: Product, terms: Terms, built: Sequence[BuiltTable], written: Sequence[WrittenTable], *, notice_sha256: str, run_id: str
) -> dict[str, Any]:
    """The manifest, without its version, which is made from it."""
    by_name = {table.name: table for table in written}
    return {
        "format": FORMAT,
        "storage_version": STORAGE_VERSION,
        "recipient": product.recipient,
        "product": product.name,
        "title": product.title,
        "form": product.form.value,
        "purposes": sorted(purpose.value for purpose in product.purposes),
        "night": terms.night.isoformat(),
        "as_of": f"{terms.night.isoformat()}T00:00:00",
        "decided_on": terms.decided_on.isoformat(),
        "valid_until": terms.valid_until.isoformat(),
        "clauses": list(terms.clauses),
        "instruments": list(terms.instruments),
        "obligations": list(terms.obligations),
        "labels": list(terms.labels),
        "minimum_cell": terms.minimum_cell,
        "tables": [_table(item, by_name[item.table.name], terms) for item in built] + _own_tables(written),
        "views": [view.entry() for view in views_of(product)],
        "terms_sha256": terms.terms_sha256,
        "code_sha256": terms.code_sha256,
        "notice_sha256": notice_sha256,
        "run_id": run_id,
    }


def _table(item: BuiltTable, written: WrittenTable, terms: Terms) -> dict[str, Any]:
    table = item.table
    kinds = dict(written.columns)
    row_labels = terms.labels if table.operation is not None and table.grain is not Grain.AGGREGATE else ()
    protected = item.protected
    return {
        "name": table.name,
        "description": table.description,
        "grain": table.grain.value,
        "rows": written.rows,
        "logical_hash": written.logical_hash,
        "cells_withheld": protected.withheld if protected else 0,
        "counted_on": (item.carried_from or terms.night).isoformat() if protected else None,
        "elements": sorted(table.elements),
        "columns": [
            {
                "name": column.name,
                "type": kinds[column.name],
                "description": column.description,
                "labels": list(labels_of(column.elements or table.elements, row_labels)),
                "role": column.role.value,
            }
            for column in shown_columns(table)
        ]
        + ([_scope_column()] if CONSENT_SCOPE_ID in kinds else []),
        "protection": None
        if protected is None
        else {
            "cells": protected.cells,
            "audited": protected.audited,
            "months": item.months,
        },
    }


def _scope_column() -> dict[str, Any]:
    return {"name": CONSENT_SCOPE_ID, "type": "VARCHAR", "description": MEANING, "labels": [], "role": Role.PLAIN.value}


def _scope_table(written: WrittenTable) -> dict[str, Any]:
    return {
        "name": CONSENT_SCOPE,
        "description": TABLE_MEANING,
        "grain": Grain.OPERATIONS.value,
        "rows": written.rows,
        "logical_hash": written.logical_hash,
        "cells_withheld": 0,
        "counted_on": None,
        "elements": [],
        "columns": [
            {"name": name, "type": kind, "description": meaning, "labels": [], "role": Role.PLAIN.value}
            for name, (kind, meaning) in COLUMNS.items()
        ],
        "protection": None,
    }


def _own_tables(written: Sequence[WrittenTable]) -> list[dict[str, Any]]:
    scopes = [_scope_table(table) for table in written if table.name == CONSENT_SCOPE]
    return scopes + [
        {"name": table.name, "rows": table.rows, "logical_hash": table.logical_hash, "cells_withheld": 0}
        for table in written
        if table.name.startswith("_")
    ]


def shown_columns(table: ProductTable) -> tuple[ProductColumn, ...]:
    """Declared columns that are published."""
    return tuple(column for column in table.columns if column.role is not Role.HIDDEN)


def about_rows(product: Product, terms: Terms) -> list[tuple[str, str]]:
    """Rows of ``_about``: what a reader who has only the file needs to know."""
    return [
        ("title", product.title),
        ("recipient", product.recipient),
        ("product", product.name),
        ("form", product.form.value),
        ("purposes", ", ".join(sorted(purpose.value for purpose in product.purposes))),
        ("night", terms.night.isoformat()),
        ("as_of", f"{terms.night.isoformat()}T00:00:00"),
        ("valid_until", terms.valid_until.isoformat()),
        ("minimum_cell", str(terms.minimum_cell)),
        ("terms_sha256", terms.terms_sha256),
    ]


def column_rows(tables: Iterable[ProductTable], scoped: Collection[str] | None = None) -> list[tuple[str, str, str]]:
    """Rows of ``_columns``: table, column, meaning.

    Args:
        tables: the product's tables.
        scoped: those whose rows carry the scope of a consent; None for a product without rows about people.
    """
    found: list[tuple[str, str, str]] = []
    for table in tables:
        found += [(table.name, column.name, column.description) for column in shown_columns(table)]
        if table.grain is Grain.AGGREGATE:
            found.append((table.name, WITHHELD, WITHHELD_MEANING))
        if table.name in (scoped or ()):
            found.append((table.name, CONSENT_SCOPE_ID, MEANING))
    if scoped is not None:
        found += [(CONSENT_SCOPE, name, meaning) for name, (_, meaning) in COLUMNS.items()]
    return found


@dataclass(frozen=True)
class Scopes:
    """What rows about people say of the consents they rest on: tables whose rows carry a scope, and the lines of ``consent_scope``."""

    tables: tuple[str, ...] = ()
    lines: tuple[tuple[Any, ...], ...] = ()


def own_tables(product: Product, terms: Terms, notice: Sequence[str], scopes: Scopes | None = None) -> OwnTables:
    """The tables that explain a product from within: name -> columns and rows. ``scopes`` is None without rows about people."""
    scoped = {} if scopes is None else {CONSENT_SCOPE: ({name: kind for name, (kind, _) in COLUMNS.items()}, list(scopes.lines))}
    return {
        **scoped,
        "_about": ({"name": "VARCHAR", "value": "VARCHAR"}, [tuple(row) for row in about_rows(product, terms)]),
        "_columns": (
            {"table_name": "VARCHAR", "column_name": "VARCHAR", "description": "VARCHAR"},
            [tuple(row) for row in column_rows(product.tables, scopes.tables if scopes else None)],
        ),
        "_views": (
            {"view_name": "VARCHAR", "question": "VARCHAR", "caveats": "VARCHAR", "reads": "VARCHAR"},
            [tuple(row) for row in view_rows(views_of(product))],
        ),
        "_notice": ({"line": "INTEGER", "notice": "VARCHAR"}, [tuple(row) for row in enumerate(notice, start=1)]),
    }
