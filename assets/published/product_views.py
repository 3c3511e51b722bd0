"""Documented views of a product's file: readings of its own tables that most people ask for.

Belongs here: reading a view's text, holding it against the product's tables, writing it. Does not belong here: the views (views/*.sql), the
tables. A view adds no row: it is text over the file's own tables, and the reader's own guard says that it reads nothing else, so that the
file stays the unit of access. Its first comment line is the question it answers, the lines after it what to beware of.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from assets.lineage import tables_read
from contracts.products import Product
from resources.query_guard import guarded
from resources.sql import Connection, load_sql, scalar

VIEWS: Final = "assets.published.views"
OWN: Final = frozenset({"_about", "_columns", "_notice"})
"""Tables that explain a product and lie in every file."""


class ViewFault(ValueError):
    """A view that the product's text names cannot be part of it; says which and why."""


@dataclass(frozen=True)
class View:
    """One documented view: its name, the question it answers, what to beware of, its SELECT and the tables it reads."""

    name: str
    question: str
    caveats: tuple[str, ...]
    select: str
    reads: tuple[str, ...]

    @property
    def comment(self) -> str:
        """Question and caveats, as the file itself says them."""
        return " ".join((self.question, *self.caveats))

    def entry(self) -> dict[str, Any]:
        """What the manifest says of it."""
        digest = hashlib.sha256(self.select.encode()).hexdigest()
        return {
            "name": self.name,
            "question": self.question,
            "caveats": list(self.caveats),
            "reads": list(self.reads),
            "sql_sha256": digest,
        }


def view_named(name: str) -> View:
    """The view that views/<name>.sql describes.

    Raises:
        ViewFault: if there is no such text, or it does not begin with its question.
    """
    try:
        lines = load_sql(VIEWS, name).splitlines()
    except FileNotFoundError:
        raise ViewFault(
            f"there is no view [{name}]; write assets/published/views/{name}.sql or take it out of the product's text"
        ) from None
    said = [line.removeprefix("--").strip() for line in lines if line.startswith("--")]
    select = "\n".join(line for line in lines if not line.startswith("--"))
    if not said or not said[0].endswith("?"):
        raise ViewFault(f"view [{name}] does not begin with the question it answers")
    return View(name, said[0], tuple(said[1:]), select, tuple(sorted(tables_read(select))))


def views_of(product: Product) -> tuple[View, ...]:
    """The views of a product, each made of its own tables alone; one whose tables the product does not have is left out.

    Raises:
        ViewFault: if there is no text of a view, or it bears a table's name.
        RefusedQuery: if it is not a SELECT that the guarded reader would run.
    """
    tables = {table.name for table in product.tables}
    named = [view_named(name) for name in product.views]
    if hidden := sorted(tables & set(product.views)):
        raise ViewFault(f"{product.path} has a table and a view [{', '.join(hidden)}]; rename one of them")
    held = tuple(view for view in named if set(view.reads) <= tables | OWN)
    for view in held:
        guarded(view.select, {*tables, *OWN})
    return held


def write_views(con: Connection, database: str, views: Sequence[View]) -> None:
    """Create the views in an attached file; their text names no database, so that the file can bear any name."""
    if not views:
        return
    current = scalar(con, "select current_database()")
    con.execute(f"use {database}")
    try:
        for view in views:
            con.execute(f'create view "{view.name}" as {view.select}').fetchall()
            told = view.comment.replace("'", "''")
            con.execute(f"comment on view \"{view.name}\" is '{told}'").fetchall()
    finally:
        con.execute(f'use "{current}"')


def view_rows(views: Sequence[View]) -> list[tuple[str, str, str, str]]:
    """Rows of ``_views``: name, question, what to beware of, tables read."""
    return [(view.name, view.question, " ".join(view.caveats), ", ".join(view.reads)) for view in views]
