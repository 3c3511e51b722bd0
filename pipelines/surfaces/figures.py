"""The figures of a measure as a reader gets them: from the integrator's own tables, or from a product.

Belongs here: which tables of a measure there are in either, reading them, their columns in words. Does not belong here: any formula
(assets/measured), how a terminal shows them (shown.py).
The integrator's figures are not protected: small counts stand in them. Tables with a row a person or contact are never read here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import duckdb

from assets.dictionary import meaning_of
from assets.measured.catalogue import Measure
from assets.measured.described import DESCRIPTIONS
from contracts.county import County
from resources.home import Home
from resources.sql import Connection, load_sql, quoted, rows, table_exists

MOST_ROWS: Final = 1_000_000


class NoFigures(RuntimeError):
    """There is nothing to show; the message says why and what would mend it."""


@dataclass(frozen=True)
class Figures:
    """One table of a measure.

    Attributes:
        table: its name.
        description: what it is.
        columns: column -> meaning, in order.
        rows: the figures, in the order of the columns.
        counts: columns that disclosure control withholds where a line says so; none in the integrator's tables.
    """

    table: str
    description: str
    columns: Mapping[str, str]
    rows: Sequence[tuple[Any, ...]]
    counts: frozenset[str] = field(default=frozenset())


def by_group(measure: Measure) -> tuple[str, ...]:
    """Tables of a measure that are about groups, never about one person.

    Raises:
        NoFigures: if it has none.
    """
    from assets.measured.run import BY_PERSON

    found = tuple(name for name in measure.tables if name not in BY_PERSON)
    if not found:
        raise NoFigures(f"[{measure.name}] has a row a person or contact, which is never printed; its columns: measures explain")
    return found


def integrator_figures(home: Home, county: County, measure: Measure, as_of: date | None = None) -> tuple[date, list[Figures]]:
    """Tonight's figures of the integrator; or those of another midnight by what is known tonight.

    Args:
        home: where the warehouse lies.
        county: the terms.
        measure: which one.
        as_of: the midnight at the start of which day is asked; None: the newest night's.

    Returns:
        The day asked and the tables.

    Raises:
        NoFigures: if no night was run, the warehouse is being written to, or the measure cannot be asked of another day.
    """
    names = by_group(measure)
    if not home.warehouse.exists():
        raise NoFigures("no night has been run; start with: throughcare run --night DATE")
    try:
        with duckdb.connect() as con:
            con.execute("set timezone='UTC'")
            con.execute("set autoinstall_known_extensions=false")
            con.execute("set autoload_known_extensions=false")
            con.execute(f"attach {quoted(home.warehouse)} as kept (read_only)")
            con.execute("use kept")
            newest = _newest(con)
            day = as_of or newest
            held = "kept.measured" if _held_tonight(day, newest) else _asked_again(con, county, measure, day)
            return day, [_read(con, held, name) for name in names]
    except duckdb.IOException:
        raise NoFigures("a run is writing to the warehouse; the figures can be read when it has ended") from None


def _held_tonight(day: date, newest: date) -> bool:
    return day == newest


def _newest(con: Connection) -> date:
    if not table_exists(con, "acquired", "delivery") or not table_exists(con, "measured", "stepping_up"):
        raise NoFigures("nothing has been measured yet; run a night first: throughcare run --night DATE")
    ((found,),) = rows(con, "select max(night) from acquired.delivery")
    if not isinstance(found, date):
        raise NoFigures("nothing has been measured yet; run a night first: throughcare run --night DATE")
    return found


def _asked_again(con: Connection, county: County, measure: Measure, day: date) -> str:
    from assets.measured.measure import measure as answer
    from assets.measured.scope import close_scope, open_scope, whole_of

    if measure.of_tonight:
        raise NoFigures(f"[{measure.name}] is measured of the newest night only, with that night's links")
    con.execute("create schema memory.measured")
    open_scope(con, whole_of(con, "linked"))
    try:
        answer(
            con,
            target_schema="memory.measured",
            definitions=county.definitions,
            benchmarks=county.population,
            as_of=datetime.combine(day, datetime.min.time()),
            services=county.services,
            tables=measure.tables,
        )
    finally:
        close_scope(con)
    return "memory.measured"


def _read(con: Connection, schema: str, name: str) -> Figures:
    columns = [column for (column,) in rows(con, f"select column_name from (describe {schema}.{name})")]
    return Figures(name, DESCRIPTIONS[name], _meanings(name, columns), rows(con, f"select * from {schema}.{name} order by all"))


def _meanings(table: str, columns: Sequence[str]) -> dict[str, str]:
    return {column: meaning_of(column, table=f"measured.{table}").description for column in columns}


def product_tables(county: County, measure: Measure, path: str) -> list[str]:
    """Tables of a product that show a measure: those whose question reads one of its tables.

    Raises:
        NoFigures: if the county has no such product, or none of its tables shows the measure.
    """
    from assets.lineage import tables_read
    from assets.published.build import QUESTIONS

    recipient, _, name = path.partition("/")
    try:
        product = county.product(recipient, name)
    except KeyError as error:
        raise NoFigures(str(error.args[0])) from None
    wanted = {f"measured.{table}" for table in measure.tables}
    found = [table.name for table in product.tables if tables_read(load_sql(QUESTIONS, table.question)) & wanted]
    if not found:
        shown = ", ".join(table.name for table in product.tables)
        raise NoFigures(f"{path} does not show [{measure.name}]; its tables: {shown}")
    return found


def product_figures(home: Home, county: County, measure: Measure, path: str, as_of: date) -> tuple[date, list[Figures]]:
    """The figures of a measure in the current version of a product, through the locked reader.

    Args:
        home: where products lie.
        county: the terms, which say what each of its tables asks.
        measure: which one.
        path: the product as recipient/name.
        as_of: today; a product past its terms is refused.

    Returns:
        The night of the version and the tables.

    Raises:
        NoFigures: if the product does not show the measure.
        NoSuchProduct: if nothing is current under that name.
        StaleProduct: if its terms have run out.
    """
    from resources.published_files import current_product

    names = product_tables(county, measure, path)
    recipient, _, name = path.partition("/")
    current = current_product(home, recipient, name)
    return current.night, [read_table(home, path, current.manifest, table, as_of) for table in names]


def read_table(home: Home, path: str, manifest: Mapping[str, Any], table: str, as_of: date) -> Figures:
    """One whole table of a product with what its manifest says of it, ordered by its dimensions.

    Raises:
        NoFigures: if the version has no such table.
        StaleProduct: if the product's terms have run out.
    """
    from resources.published_reader import query

    told = next((item for item in manifest["tables"] if item["name"] == table), None)
    if told is None:
        there = ", ".join(item["name"] for item in manifest["tables"])
        raise NoFigures(f"{path} has no table [{table}]; there are: {there}")
    recipient, _, name = path.partition("/")
    order = [column["name"] for column in told["columns"] if column["role"] == "dimension"]
    asked = f'select * from "{table}"' + (f" order by {', '.join(f'{chr(34)}{column}{chr(34)}' for column in order)}" if order else "")
    columns, found = query(home, recipient, name, asked, as_of=as_of, row_cap=MOST_ROWS)
    meanings = {column["name"]: str(column["description"]) for column in told["columns"]}
    meanings.setdefault("withheld", "whether anything in this line is withheld")
    counts = frozenset(column["name"] for column in told["columns"] if column["role"] in {"people", "magnitude"})
    return Figures(table, str(told.get("description", "")), {column: meanings.get(column, "") for column in columns}, found, counts)


def columns_of(county: County, measure: Measure) -> dict[str, dict[str, str]]:
    """Column -> meaning of every table of a measure, in order, as a night writes them: asked of nobody's records."""
    from assets.measured.links import IMPUTATION, LINKAGE, THRESHOLD
    from assets.measured.measure import measure as answer
    from assets.measured.scope import open_scope

    of_links = {"link_threshold_sensitivity": THRESHOLD, "link_imputation": IMPUTATION, "linkage_by_race": LINKAGE}
    if set(measure.tables) <= set(of_links):
        return {name: _meanings(name, list(of_links[name])) for name in measure.tables}
    with duckdb.connect() as con:
        con.execute("set timezone='UTC'")
        con.execute("create schema measured")
        open_scope(con, {})
        answer(
            con,
            target_schema="measured",
            definitions=county.definitions,
            benchmarks=county.population,
            as_of=datetime.combine(county.text.first_night, datetime.min.time()),
            services=county.services,
            tables=measure.tables,
        )
        return {name: dict(_read(con, "measured", name).columns) for name in measure.tables}
