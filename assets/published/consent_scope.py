"""The scope of the consents that rows rest on, told with every row (42 CFR 2.32: "a clear explanation of the scope of the consent").

Belongs here: naming the terms under which rows were permitted on a consent, numbering distinct sets of them, and the table of a product
that says what each number stands for. Does not belong here: which consent permits what (assets/consented), the notice in words (notice.py).

A scope is a set of terms, not a person's: whoever consented to the same on the same days has the same number. No subject, no person, no
consent's own key and no source id is in it. Rows that ask for no consent, and an agency's own rows on their way back, have none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from assets.consented.permitted import CONSENTED_UNDER
from assets.lineage import tables_read
from contracts.instruments import Operation
from contracts.products import CONSENT_SCOPE, CONSENT_SCOPE_ID, Product, ProductForm, ProductTable
from resources.sql import Connection, insert_into, load_sql, replace_table, rows, table_exists

PACKAGE: Final = "assets.published"
TERM: Final = "temp.product_consent_term"
OF_ROWS: Final = "temp.product_consent_scope"

COLUMNS: Final[Mapping[str, tuple[str, str]]] = {
    CONSENT_SCOPE_ID: ("VARCHAR", "Number of the scope; rows that carry it were disclosed on these terms and on no others."),
    "clause_id": ("VARCHAR", "Clause that asks for the consent and permits the disclosure."),
    "consent_kind": ("VARCHAR", "What the signed form means in law: part2_tpo, roi_508, …"),
    "form": ("VARCHAR", "Printed form that was signed, and its version; its wording can be had from the integrator."),
    "discloser": ("VARCHAR", "Agency whose records may be disclosed."),
    "recipient": ("VARCHAR", "Agency that may receive them; nobody else may."),
    "purposes": ("VARCHAR", "What for; nothing else."),
    "element_classes": ("VARCHAR", "What may be disclosed, by class of element."),
    "labels": ("VARCHAR", "Labels that the clause expressly covers."),
    "valid_from": ("DATE", "First day of the consent; to the month where rows go out under pseudonyms."),
    "valid_until": (
        "DATE",
        "First day on which it no longer holds, likewise; empty: until the event beside it or its revocation.",
    ),
    "expiry_event": ("VARCHAR", "Event that ends it, if one does."),
    "records_from": ("DATE", "First day of the records it is about, likewise to the month; empty: from the first."),
    "records_until": ("DATE", "First day of records it is no longer about, likewise; empty: to the last."),
    "revocation": ("VARCHAR", "When the person may take it back."),
}
"""Column of a product's ``consent_scope`` -> type and meaning."""

MEANING: Final = "Scope of consent that the row was disclosed on, as the table consent_scope says it; empty where no consent is asked."
TABLE_MEANING: Final = "What each scope of consent covers that a row of this product carries; one line a clause and form behind it."
_NO_GROUNDS: Final = "struct(clause_id varchar, consent_id varchar)[]"


def note_terms(con: Connection, product: Product, operation: Operation, *, night: date) -> None:
    """Say in words, from the decisions just made (``temp.product_decision``), what every consent behind them gives under which clause."""
    parameters = {
        "by_row": operation is not Operation.DISCLOSE_AGGREGATE,
        "recipient": product.agency,
        "purposes": sorted(purpose.value for purpose in product.purposes),
        "by_month": product.form is not ProductForm.IDENTIFIED or operation is Operation.RESEARCH_EXTRACT,
        "night": night,
    }
    replace_table(con, TERM, load_sql(PACKAGE, "consent_term"), parameters)


def note_scopes(con: Connection, product: Product, handover: str) -> None:
    """Number the scopes of the rows just permitted (``temp.product_permitted``), and hand their terms over beside them."""
    con.execute(f"alter table temp.product_permitted add column if not exists {CONSENTED_UNDER} {_NO_GROUNDS} default []")
    replace_table(con, OF_ROWS, load_sql(PACKAGE, "consent_scope_of_rows"), {"product": product.path})
    target = f"{handover}.linked.{CONSENT_SCOPE}"
    if rows(con, f"select 1 from duckdb_tables() where database_name = '{handover}' and table_name = '{CONSENT_SCOPE}'"):
        insert_into(con, target, load_sql(PACKAGE, "consent_scope"))
    else:
        replace_table(con, target, load_sql(PACKAGE, "consent_scope"))


def drops_scope(con: Connection, question: str, answered: Iterable[str]) -> bool:
    """Whether a question about rows reads some that rest on a consent and answers without saying on which."""
    if CONSENT_SCOPE_ID in set(answered):
        return False
    read = [name.removeprefix("linked.") for name in sorted(tables_read(question)) if name.startswith("linked.")]
    carrying = {
        str(name)
        for (name,) in rows(
            con,
            "select table_name from duckdb_columns() where schema_name = 'linked' and column_name = $column and table_name <> $scopes",
            {"column": CONSENT_SCOPE_ID, "scopes": CONSENT_SCOPE},
        )
    }
    return any(rows(con, f"select 1 from linked.{name} where {CONSENT_SCOPE_ID} is not null limit 1") for name in read if name in carrying)


def scopes_in(con: Connection, tables: Iterable[ProductTable], schema: str) -> list[tuple[Any, ...]]:
    """Lines of ``consent_scope``: the terms of every scope that a row of the finished tables carries, and of no other.

    Args:
        con: the scratch database of the operation: handed-over rows in ``linked``, finished tables in ``schema``.
        tables: the product's tables by row that were built there.
        schema: where they lie.
    """
    if not table_exists(con, "linked", CONSENT_SCOPE):
        return []
    carried = {name for (name,) in rows(con, f"select table_name from duckdb_columns() where column_name = '{CONSENT_SCOPE_ID}'")}
    shown = [f'select {CONSENT_SCOPE_ID} from {schema}."{table.name}"' for table in tables if table.name in carried]
    return lines_of(con, {str(scope) for (scope,) in rows(con, " union ".join(shown))}) if shown else []


def lines_of(con: Connection, scopes: Iterable[str]) -> list[tuple[Any, ...]]:
    """The terms of these scopes, from those handed over to the scratch database ``con``."""
    text = f"select distinct {', '.join(COLUMNS)} from linked.{CONSENT_SCOPE} where list_contains($scopes, {CONSENT_SCOPE_ID}) order by all"
    return rows(con, text, {"scopes": sorted(scopes)})
