"""One product worked out, from decisions to the finished file in scratch; nothing of it can be seen yet.

Belongs here: the benches a product needs, one an operation, and putting their tables into one file. Does not belong here: placing the file,
the ledger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb

from assets.lineage import tables_read
from assets.measured.links import LINK_TABLES
from assets.published.audit import hand_over_people, hand_over_products, hand_over_terms
from assets.published.build import OUTPUT, QUESTIONS, Bench, BuiltTable, build_tables
from assets.published.carried import Carried, carried
from assets.published.consent_scope import scopes_in
from assets.published.disclosed import Shown, note_ground, shown_in
from assets.published.file import TableToWrite, WrittenTable, scratch_file, write_data
from assets.published.manifest import OwnTables, Scopes, Terms, instruments_of, own_tables
from assets.published.notice import notice_lines, notice_text
from assets.published.product_views import View, views_of
from assets.published.proof import note_permitted_own_ids
from assets.published.released import Before, marked_by, released_before
from assets.published.scope_for_product import Decided, first_end, hand_over
from assets.published.scratch import clear, handed_over, open_scratch
from contracts.county import County
from contracts.instruments import Operation
from contracts.products import CONSENT_SCOPE_ID, Product, ProductTable
from resources.home import Home
from resources.integrator import code_sha256
from resources.keyring import Keyring
from resources.published_files import ProductFiles
from resources.sql import Connection, load_sql, quoted, rows

ABOUT_TERMS: Final = frozenset({"facts.instrument", "facts.delivery", "facts.disposition", "facts.review_count", "facts.accuracy"})
ABOUT_PAIRS: Final = frozenset(f"measured.{name}" for name in LINK_TABLES)
ABOUT_PEOPLE: Final = frozenset({"facts.consent_standing", "facts.link_count", "facts.decision_count"})


@dataclass(frozen=True)
class Workplace:
    """Where and with what a product is worked out.

    ``night`` is the data's, ``decided_on`` that of the decisions; ``thawed`` counts anew what would stand until its period ends.
    """

    con: Connection
    county: County
    home: Home
    keyring: Keyring
    night: date
    decided_on: date
    thawed: bool = False


@dataclass(frozen=True)
class Worked:
    """A product worked out. ``file`` is empty where nothing is permitted, and then there is nothing to publish."""

    decided: tuple[Decided, ...]
    terms: Terms
    file: Path | None = None
    built: tuple[BuiltTable, ...] = ()
    written: tuple[WrittenTable, ...] = ()
    notice: str = ""
    shown: tuple[Shown, ...] = ()

    @property
    def notice_sha256(self) -> str:
        """Hash of NOTICE.txt."""
        return hashlib.sha256(self.notice.encode()).hexdigest()


@contextmanager
def worked_out(product: Product, place: Workplace) -> Iterator[Worked]:
    """Decide and build one product; its file lies in scratch until the context ends."""
    paths = {operation: scratch_file(place.home, product, operation.value) for operation in product.operations}
    plain = scratch_file(place.home, product, "terms")
    target = scratch_file(place.home, product, "product")
    assembly = scratch_file(place.home, product, "assembly")
    scratch = [*paths.values(), plain, target, assembly]
    clear(scratch)
    try:
        decided = [_handed(product, place, operation, path) for operation, path in paths.items()]
        terms = _terms(product, place, decided)
        if decided and not any(item.permits for item in decided):
            yield Worked(tuple(decided), terms)
            return
        everywhere: list[tuple[Operation | None, Path]] = [(None, plain), *paths.items()]
        built = _built(product, place, decided, dict(everywhere), _carried(product, place, terms))
        shown, scopes = _shown(product, place, paths)
        notice = notice_lines(
            product,
            agency_title=place.county.agencies.agencies[product.agency].title,
            obligations=terms.obligations,
            labels=terms.labels,
            clauses=terms.clauses,
            valid_until=terms.valid_until,
        )
        explained = own_tables(product, terms, notice, scopes)
        written = _assembled(built, explained, views_of(product), target, assembly, like=place.con)
        yield Worked(tuple(decided), terms, target, tuple(item for _, item in built), tuple(written), notice_text(notice), shown)
    finally:
        clear(scratch)


def _handed(product: Product, place: Workplace, operation: Operation, path: Path) -> Decided:
    asked = _asked(table for table in product.tables if table.operation is operation)
    decided = hand_over(
        place.con, path, product, operation, keyring=place.keyring, night=place.decided_on, with_pairs=bool(asked & ABOUT_PAIRS)
    )
    if operation is Operation.DISCLOSE_ROW:
        note_permitted_own_ids(place.con, product)
        note_ground(place.con, product)
    if asked & ABOUT_PEOPLE:
        with handed_over(place.con, path, fresh=False) as alias:
            hand_over_people(place.con, alias, place.county.products, night=place.decided_on)
    return decided


def _asked(tables: Iterator[ProductTable] | Sequence[ProductTable]) -> frozenset[str]:
    """Tables that the questions of these product tables read."""
    return frozenset().union(*(tables_read(load_sql(QUESTIONS, table.question)) for table in tables))


def _terms(product: Product, place: Workplace, decided: Sequence[Decided]) -> Terms:
    end = product.stale_from(place.night)
    clauses = sorted({clause for item in decided for clause in item.clauses})
    by_row = [item for item in decided if item.operation is Operation.DISCLOSE_ROW]
    return Terms(
        night=place.night,
        decided_on=place.decided_on,
        valid_until=min([end, *filter(None, [first_end(decided)])]),
        clauses=tuple(clauses),
        instruments=instruments_of(clauses),
        obligations=tuple(sorted({word for item in decided for word in item.obligations})),
        labels=tuple(sorted({label for item in by_row for label in item.labels})),
        minimum_cell=max([place.county.disclosure.minimum_cell, *(item.min_cell for item in decided)]),
        terms_sha256=place.county.sha256,
        code_sha256=code_sha256(),
    )


def _carried(product: Product, place: Workplace, terms: Terms) -> Carried | None:
    if place.thawed:
        return None
    same = {
        "terms_sha256": terms.terms_sha256,
        "code_sha256": terms.code_sha256,
        "minimum_cell": terms.minimum_cell,
        "clauses": list(terms.clauses),
    }
    return carried(product, ProductFiles.of(place.home, product.recipient, product.name), same, place.night)


def _built(
    product: Product, place: Workplace, decided: Sequence[Decided], paths: Mapping[Operation | None, Path], standing: Carried | None
) -> list[tuple[Path, BuiltTable]]:
    """Every table of the product, in the order of its text, with the database it lies in."""
    found: dict[str, tuple[Path, BuiltTable]] = {}
    if standing:
        found |= {built.table.name: (standing.path, built) for built in standing.tables}
    for item in decided:
        tables = [table for table in product.tables if table.operation is item.operation and table.name not in found]
        found |= {
            built.table.name: (paths[item.operation], built) for built in _on_bench(product, place, paths[item.operation], tables, item)
        }
    operations = [table for table in product.tables if table.operation is None]
    if operations:
        with handed_over(place.con, paths[None]) as alias:
            hand_over_terms(place.con, alias, night=place.decided_on)
            hand_over_products(place.con, alias, place.county.products)
        found |= {built.table.name: (paths[None], built) for built in _on_bench(product, place, paths[None], operations, None)}
    return [found[table.name] for table in product.tables]


def _shown(product: Product, place: Workplace, paths: Mapping[Operation, Path]) -> tuple[tuple[Shown, ...], Scopes | None]:
    """Whose records the finished tables by row draw on, for the account of disclosures, and on which scopes of consent, for the reader."""
    tables = [table for table in product.tables if table.operation is Operation.DISCLOSE_ROW]
    if not tables:
        return (), None
    with open_scratch(paths[Operation.DISCLOSE_ROW], like=place.con) as con:
        question = "select table_name from duckdb_columns() where schema_name = $schema and column_name = $column order by table_name"
        scoped = rows(con, question, {"schema": OUTPUT, "column": CONSENT_SCOPE_ID})
        return shown_in(con, tables), Scopes(tuple(str(name) for (name,) in scoped), tuple(scopes_in(con, tables, OUTPUT)))


def _on_bench(product: Product, place: Workplace, path: Path, tables: Sequence[ProductTable], decided: Decided | None) -> list[BuiltTable]:
    if not tables:
        return []
    with open_scratch(path, like=place.con) as con:
        bench = Bench(
            con=con,
            definitions=place.county.definitions,
            population=place.county.population,
            policy=place.county.disclosure,
            night=place.night,
            minimum=decided.min_cell if decided else 0,
            services=place.county.services,
            thresholds=place.county.linkage.thresholds,
            before=released_before(place.con, product, place.county.disclosure, decided_on=place.decided_on) if decided else Before(),
            mark=marked_by(place.keyring, product),
        )
        if decided:
            bench.prepare()
        return build_tables(bench, tables)


def _assembled(
    built: Sequence[tuple[Path, BuiltTable]],
    explaining: OwnTables,
    views: Sequence[View],
    target: Path,
    assembly: Path,
    *,
    like: Connection,
) -> list[WrittenTable]:
    """Put every table, those that explain the product and the views over them into one fresh file."""
    aliases = {path: f"bench_{number}" for number, path in enumerate(dict.fromkeys(path for path, _ in built))}
    tables = [
        TableToWrite(item.table.name, f'select * from {aliases[path]}.{_schema(item)}."{item.table.name}"', item.table.order_by)
        for path, item in built
    ]
    with open_scratch(assembly, like=like) as con:
        for path, alias in aliases.items():
            con.execute(f"attach {quoted(path)} as {alias} (read_only)")
        for name, (columns, values) in explaining.items():
            _write_values(con, name, columns, values)
            tables.append(TableToWrite(name, f"select * from {name}"))
        return write_data(con, target, tables, views)


def _schema(item: BuiltTable) -> str:
    return "main" if item.carried_from else OUTPUT


def _write_values(con: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str], values: Sequence[tuple[Any, ...]]) -> None:
    con.execute(f"create table {name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})")
    if not values:
        return
    con.executemany(f"insert into {name} values ({', '.join('?' for _ in columns)})", [list(row) for row in values])
