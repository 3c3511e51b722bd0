"""How anyone but the integrator reads a published product: read-only, locked down, one guarded SELECT at a time.

Belongs here: opening a product, the guard over SQL, the caps. Does not belong here: who may ask (the file's owner decides) or what the
product contains.

The guard allows what it knows and refuses the rest: known functions, the product's own tables, one SELECT. What runs is the text written
from the parsed tree, not the text received, so that nothing the parser overlooked reaches the engine (query_guard).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from resources.home import Home
from resources.published_files import CurrentProduct, current_product
from resources.query_guard import RefusedQuery, guarded
from resources.sql import Connection

if TYPE_CHECKING:
    import pyarrow as pa

DEFAULT_ROW_CAP = 10_000
DEFAULT_SECONDS = 30.0

LOCKED_DOWN = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_unsigned_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
    "threads": "2",
    "memory_limit": "1GB",
    "temp_directory": "",
    "lock_configuration": "true",
}
"""Every door DuckDB has, closed, and the key thrown away (``lock_configuration``)."""


class StaleProduct(RuntimeError):
    """The product's terms have run out; it may no longer be read."""


@contextmanager
def open_product(path: Path) -> Iterator[Connection]:
    """One product file, read-only and locked down."""
    con = duckdb.connect(str(path), read_only=True, config=dict(LOCKED_DOWN))
    try:
        yield con
    finally:
        con.close()


def query(
    home: Home,
    recipient: str,
    product: str,
    sql: str,
    *,
    as_of: date,
    row_cap: int = DEFAULT_ROW_CAP,
    seconds: float = DEFAULT_SECONDS,
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Answer one SELECT from the current version of a product.

    Args:
        home: where products lie.
        recipient: the recipient's folder, for example ``county``.
        product: the product's name, for example ``measures``.
        sql: one SELECT over the product's own tables.
        as_of: today; a product whose ``valid_until`` is not after it is refused.
        row_cap: most rows answered; a longer answer is refused rather than cut.
        seconds: time after which the query is interrupted.

    Returns:
        Column names and rows.

    Raises:
        NoSuchProduct: if nothing is current under that name.
        StaleProduct: if its terms have run out.
        RefusedQuery: if the query is not a plain SELECT, fails, takes too long or answers too much.
    """
    current = _fresh(home, recipient, product, as_of)
    with open_product(current.data) as con:
        text = guarded(sql, _tables(con))
        return _answer(con, text, row_cap, seconds)


def read_whole(home: Home, recipient: str, product: str, table: str, *, as_of: date) -> pa.Table:
    """One whole table of the current version of a product, as Arrow, in the order it was written.

    Args:
        home: where products lie.
        recipient: the recipient's folder.
        product: the product's name.
        table: one of its own tables.
        as_of: today.

    Raises:
        NoSuchProduct: if nothing is current under that name.
        StaleProduct: if its terms have run out.
        RefusedQuery: if the product has no such table.
    """
    current = _fresh(home, recipient, product, as_of)
    with open_product(current.data) as con:
        held = _tables(con)
        if table.lower() not in held:
            raise RefusedQuery(f"there is no table [{table}]; there are: {', '.join(sorted(held))}")
        return con.sql(guarded(f'select * from "{table}"', held)).to_arrow_table()


def _fresh(home: Home, recipient: str, product: str, as_of: date) -> CurrentProduct:
    current = current_product(home, recipient, product)
    if as_of < current.night:
        raise StaleProduct(
            f"{recipient}/{product} is of night {current.night}, which lies ahead of {as_of}: the clock was set back, and whether its "
            "terms still hold cannot be told; set it right"
        )
    if as_of >= current.valid_until:
        raise StaleProduct(
            f"{recipient}/{product} of night {current.night} may be read until {current.valid_until}; run a newer night or renew its terms"
        )
    return current


def _tables(con: Connection) -> set[str]:
    """Tables of the file and its documented views, which are over those tables alone."""
    asked = "select table_name from duckdb_tables() where not internal union all select view_name from duckdb_views() where not internal"
    return {name.lower() for (name,) in con.execute(asked).fetchall()}


def _answer(con: Connection, text: str, row_cap: int, seconds: float) -> tuple[list[str], list[tuple[Any, ...]]]:
    timer = threading.Timer(seconds, con.interrupt)
    timer.start()
    try:
        result = con.execute(f"select * from ({text}) as answer limit {int(row_cap) + 1}")
        names = [column[0] for column in result.description or []]
        rows = result.fetchall()
    except duckdb.InterruptException:
        raise RefusedQuery(f"the query took longer than {seconds:g} seconds; narrow it") from None
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException) as error:
        # These speak of names and types of the query itself, never of a row.
        raise RefusedQuery(str(error).splitlines()[0]) from None
    except duckdb.Error as error:
        raise RefusedQuery(f"the query failed ({type(error).__name__}); the engine's message may quote rows and is withheld") from None
    finally:
        timer.cancel()
    if len(rows) > row_cap:
        raise RefusedQuery(f"the answer has more than {row_cap} rows; add a where, a group by or a limit")
    return names, rows
