"""``throughcare query``: one SELECT over one published product.

Belongs here: the verb. Does not belong here: the guard and the locked-down reader (resources/published_reader).
"""

from __future__ import annotations

import hashlib
import re
from datetime import date
from typing import Annotated, Final

import typer

from pipelines.clock import today
from pipelines.commands.common import USAGE, AsJson, here, parse_night, terms
from pipelines.display import complain, emit_json, table

PRODUCT: Final = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")


def query(
    product: Annotated[str, typer.Argument(metavar="RECIPIENT/PRODUCT", help="For example county/measures.")],
    sql: Annotated[str, typer.Argument(metavar="SELECT", help="One SELECT over the product's own tables.")],
    rows: Annotated[int, typer.Option(min=1, max=1_000_000, help="Most rows answered; a longer answer is refused, not cut.")] = 10_000,
    as_of: Annotated[
        date | None, typer.Option(parser=parse_night, metavar="DATE", help="Today; a product past its terms is refused.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask a published product one question, read-only and locked down.

    Example: throughcare query county/measures "select * from stepping_up limit 5"
    """
    from resources.ledger import spool
    from resources.published_files import NoSuchProduct
    from resources.published_reader import StaleProduct
    from resources.published_reader import query as ask
    from resources.query_guard import RefusedQuery

    place = here()
    recipient, _, name = product.partition("/")
    day = as_of or today(terms(place), place.home)
    try:
        columns, found = ask(place.home, recipient, name, sql, as_of=day, row_cap=rows)
    except (NoSuchProduct, StaleProduct, RefusedQuery) as error:
        # What was typed in place of a product may be anything, so only a name of that shape is kept.
        named = product if PRODUCT.fullmatch(product) else "unknown"
        spool(place.home, product=named, query_sha256=_hashed(sql), rows=0, asked_on=day.isoformat(), refused=True)
        complain(str(error))
        raise typer.Exit(USAGE) from None
    # The text may hold anything an analyst typed, so its hash is kept and not the text.
    spool(place.home, product=product, query_sha256=_hashed(sql), rows=len(found), asked_on=day.isoformat())
    if as_json:
        emit_json({"columns": columns, "rows": [[_plain(value) for value in row] for row in found]})
    else:
        table(product, columns, found)


def _hashed(sql: str) -> str:
    return hashlib.sha256(sql.encode()).hexdigest()


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | list | type(None)) else str(value)
