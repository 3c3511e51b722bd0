"""The tables of one product, worked out from what was handed over to it.

Belongs here: deriving contacts, running the measures again on the product's own scope, answering the published questions, protecting small
cells. Does not belong here: deciding what is handed over (scope_for_product), writing the product's file (file).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

import polars as pl

from assets.lineage import tables_read
from assets.linked.contact import contact_parameters, contact_select
from assets.measured.links import LINK_TABLES, RESTS_ON, measure_links
from assets.measured.measure import Standing, measure
from assets.measured.scope import close_scope, open_scope, whole_of
from assets.published.consent_scope import drops_scope
from assets.published.left import Mark
from assets.published.released import Before, protect_after
from assets.published.suppression import WITHHELD, Protected, Row, has_small
from contracts.definition_parts import Window
from contracts.definitions import Definitions
from contracts.disclosure import DisclosurePolicy
from contracts.linkage import Thresholds
from contracts.products import CONSENT_SCOPE_ID, Grain, ProductTable, Role
from resources.sql import Connection, load_sql, replace_table, rows

QUESTIONS: Final = "assets.published.questions"
OUTPUT: Final = "product"
"""Schema of the finished tables in a scratch database."""
ANSWER: Final = "temp.answered"


class BuildFault(RuntimeError):
    """A table cannot be built as the product's text declares it; says which table and column."""


@dataclass(frozen=True)
class BuiltTable:
    """One finished table: what protecting it took (None where there was nothing to protect), over how long a window, counted when.

    ``carried_from`` is the night of the version it is carried over from, where it was not made anew.
    """

    table: ProductTable
    protected: Protected | None = None
    months: int | None = None
    carried_from: date | None = None


@dataclass
class Bench:
    """A scratch connection with everything that was handed over, and what the questions need to know."""

    con: Connection
    definitions: Definitions
    population: Path
    policy: DisclosurePolicy
    night: date
    minimum: int = 0
    services: Path | None = None
    thresholds: Thresholds | None = None
    before: Before = field(default_factory=Before)
    mark: Mark | None = None
    standing: Standing | None = None
    """What the measures have laid for the window before, while their scope is open."""

    @property
    def as_of(self) -> datetime:
        """Midnight at the start of the night."""
        return datetime.combine(self.night, time())

    def prepare(self) -> None:
        """Derive contacts and persons from the permitted rows, by the linked stage's own questions."""
        parameters = {**contact_parameters(), "as_of": self.as_of}
        replace_table(self.con, "linked.contact", contact_select(), parameters)
        replace_table(self.con, "linked.person_attribute", load_sql("assets.published", "person_attribute"), parameters)

    def measure(self, months: int, wanted: Collection[str]) -> None:
        """Have the measures lie in the schema ``measured`` for a window of so many months; 0 for the windows the county's text says.

        Only the tables ``wanted`` and what they build on: a product does not pay for what nobody asks of it. The scope stays open for the
        next window; :meth:`leave` closes it.
        """
        again = set(wanted) & set(LINK_TABLES)
        definitions = widened(self.definitions, months) if months else self.definitions
        if self.standing is None:
            self.con.execute("create schema if not exists measured")
            open_scope(self.con, whole_of(self.con, "linked"))
            self.standing = Standing()
        measure(
            self.con,
            target_schema="measured",
            definitions=definitions,
            benchmarks=self.population,
            as_of=self.as_of,
            services=self.services,
            tables={*wanted, *(RESTS_ON if again else ())} - again,
            standing=self.standing,
        )
        if again:
            # The scope of other links takes the place of this one.
            self._measure_links(definitions)
            self.leave()

    def leave(self) -> None:
        """Close the scope of the measures, if it is open."""
        for name in self.standing.views if self.standing else ():
            self.con.execute(f"drop view if exists measured.{name}")
        close_scope(self.con)
        self.standing = None

    def _measure_links(self, definitions: Definitions) -> None:
        """Have the figures asked again under other links among the permitted rows."""
        if self.thresholds is None:
            raise BuildFault("figures under other links need the thresholds of linkage.yaml")
        measure_links(
            self.con,
            target_schema="measured",
            definitions=definitions,
            benchmarks=self.population,
            as_of=self.as_of,
            thresholds=self.thresholds,
        )


def widened(definitions: Definitions, months: int) -> Definitions:
    """The county's definitions with the periods of decision points and Stepping Up measures of so many months."""
    period = Window(months=months)
    return definitions.model_copy(
        update={
            "decision_points": definitions.decision_points.model_copy(update={"period": period}),
            "stepping_up": definitions.stepping_up.model_copy(update={"period": period}),
        }
    )


def build_tables(bench: Bench, tables: Sequence[ProductTable]) -> list[BuiltTable]:
    """Answer the question of every table; finished tables lie in the schema ``product`` of the bench's database, in the order asked.

    Pooled tables with a group too small for the county's own window wait for a longer one, so that each window is measured once. Tables
    that ask figures again under other links wait for all whose counts they repeat, so that they are asked once.
    """
    bench.con.execute(f"create schema if not exists {OUTPUT}")
    found: dict[str, BuiltTable] = {}
    answered: dict[str, _Answered] = {}
    try:
        _answer_windows(bench, tables, found, answered)
    finally:
        bench.leave()
    found |= _protect(bench, list(answered.values()))
    return [found[table.name] for table in tables]


def _answer_windows(bench: Bench, tables: Sequence[ProductTable], found: dict[str, BuiltTable], answered: dict[str, _Answered]) -> None:
    """Fill ``found`` with tables of rows and ``answered`` with counted ones, window by window."""
    again = {table.name: table for table in tables if _measures_read(table) & set(LINK_TABLES)}
    windows = [0, *_longer_windows(bench)]
    for months in windows:
        is_last = months == windows[-1]
        waiting = [table for table in tables if table.name not in {*found, *answered, *again}]
        leading = [table for table in waiting if not table.follows]
        due = leading if is_last else [table for table in leading if not table.pooled]
        certain = _following(waiting, {*found, *answered, *(table.name for table in due)})
        if _can_follow(again, {*found, *answered, *(table.name for table in (*due, *certain))}, answered):
            certain += again.values()
        _measure(bench, months, [*leading, *certain])
        for table in (*leading, *certain):
            if table.grain is not Grain.AGGREGATE:
                found[table.name] = _build_rows(bench, table)
            elif answer := _count(bench, table, _window(table, tables, again, months), is_last=is_last or not table.pooled):
                answered[table.name] = answer
        # Who repeats the counts of a table has that table's window, which only now is known.
        late = [table for table in _following(waiting, {*found, *answered}) if table.name not in answered]
        if _can_follow(again, {*found, *answered}, answered):
            late += again.values()
        _measure(bench, months, late)
        for table in late:
            if answer := _count(bench, table, _window(table, tables, again, months), is_last=True):
                answered[table.name] = answer


def _following(waiting: Sequence[ProductTable], built: Collection[str]) -> list[ProductTable]:
    """Tables that repeat counts of tables that are all built."""
    return [table for table in waiting if table.follows and table.follows <= set(built)]


def _can_follow(again: Mapping[str, ProductTable], built: Collection[str], answered: Collection[str]) -> bool:
    """Whether the tables that ask again can be asked now, all of them: not before, and not twice."""
    return not set(again) & set(answered) and all(table.follows <= set(built) for table in again.values())


def _window(table: ProductTable, tables: Sequence[ProductTable], again: Collection[str], months: int) -> int:
    """Months of the window a table was counted over; a table that asks again and repeats no count of a window has none."""
    return 0 if table.name in again and not any(each.pooled for each in tables if each.name in table.follows) else months


def _measure(bench: Bench, months: int, tables: Sequence[ProductTable]) -> None:
    if wanted := {name for table in tables for name in _measures_read(table)}:
        bench.measure(months, wanted)


def _longer_windows(bench: Bench) -> list[int]:
    own = bench.definitions.decision_points.period.months or 0
    return [months for months in bench.policy.pooling_months if months > own]


def _measures_read(table: ProductTable) -> set[str]:
    """Measured tables that a product's table is answered from."""
    read = tables_read(load_sql(QUESTIONS, table.question))
    return {name.removeprefix("measured.") for name in read if name.startswith("measured.")}


@dataclass(frozen=True)
class _Answered:
    """An aggregate table as the question answered it: not protected yet."""

    table: ProductTable
    rows: list[Row]
    types: dict[str, str]
    months: int


def _build_rows(bench: Bench, table: ProductTable) -> BuiltTable:
    """One table of rows, with the scope of consent beside each where its question reads rows that can have one.

    Raises:
        BuildFault: if rows rest on a consent and the question does not say on which: none may leave without its scope (42 CFR 2.32).
    """
    target, question = _target(table), load_sql(QUESTIONS, table.question)
    types = _answer(bench, table, question)
    answered = [str(name) for (name,) in rows(bench.con, f"select column_name from (describe select * from {ANSWER})")]
    if table.operation is not None and drops_scope(bench.con, question, answered):
        raise BuildFault(
            f"table [{table.name}]: rows behind the question [{table.question}] rest on a consent, and it has no column {CONSENT_SCOPE_ID}"
        )
    if CONSENT_SCOPE_ID in answered:
        types = {**types, CONSENT_SCOPE_ID: "VARCHAR"}
    replace_table(bench.con, target, f"select {_listed(types)} from {ANSWER}")
    return BuiltTable(table)


def _count(bench: Bench, table: ProductTable, months: int, *, is_last: bool) -> _Answered | None:
    """The counts of one table over one window; None if a longer window should be tried first."""
    types = _answer(bench, table, load_sql(QUESTIONS, table.question))
    counted = _answered_rows(bench.con, types)
    if not is_last and has_small(table, counted, bench.policy, minimum=bench.minimum):
        return None
    return _Answered(table, counted, types, months)


def _protect(bench: Bench, answered: Sequence[_Answered]) -> dict[str, BuiltTable]:
    """Protect every aggregate table of the bench together, for one reader gets them all, and write them."""
    if not answered:
        return {}
    made = protect_after([(item.table, item.rows) for item in answered], bench.policy, bench.before, minimum=bench.minimum, mark=bench.mark)
    found: dict[str, BuiltTable] = {}
    for item in answered:
        table, protected = item.table, made[item.table.name]
        types = {name: kind for name, kind in item.types.items() if name not in _hidden(table)}
        _write_rows(bench.con, _target(table), protected.rows, types)
        found[table.name] = BuiltTable(table, protected, item.months or None)
    return found


def _target(table: ProductTable) -> str:
    return f'{OUTPUT}."{table.name}"'


def _hidden(table: ProductTable) -> set[str]:
    return {column.name for column in table.with_role(Role.HIDDEN)}


def _answer(bench: Bench, table: ProductTable, question: str) -> dict[str, str]:
    """Answer a question into a temporary table; returns name and type of the columns that the product's text names, in its order.

    Raises:
        BuildFault: if the text names a column that the question does not answer.
    """
    least = max(bench.policy.minimum_cell, bench.minimum)
    replace_table(bench.con, ANSWER, question, {"as_of": bench.as_of, "night": bench.night, "least": least})
    described = rows(bench.con, f"select column_name, column_type from (describe select * from {ANSWER})")
    held = {str(name): str(kind) for name, kind in described}
    missing = [column.name for column in table.columns if column.name not in held]
    if missing:
        raise BuildFault(
            f"table [{table.name}]: the question [{table.question}] has no column {', '.join(missing)}; it has {', '.join(sorted(held))}"
        )
    return {column.name: held[column.name] for column in table.columns}


def _listed(types: Mapping[str, str]) -> str:
    return ", ".join(f'"{name}"' for name in types)


def _answered_rows(con: Connection, types: Mapping[str, str]) -> list[Row]:
    return [dict(zip(types, values, strict=True)) for values in rows(con, f"select {_listed(types)} from {ANSWER}")]


def _write_rows(con: Connection, target: str, protected: Sequence[Row], types: Mapping[str, str]) -> None:
    """Write protected rows with the types their question gave them and the column that says whether anything is withheld."""
    kinds = {**types, WITHHELD: "BOOLEAN"}
    columns = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
    con.execute(f"create or replace table {target} ({columns})")
    if not protected:
        return
    frame = pl.DataFrame([{name: row[name] for name in kinds} for row in protected], infer_schema_length=None, strict=False)
    con.register("protected_rows", frame.to_arrow())
    try:
        con.execute(f"insert into {target} by name select * from protected_rows")
    finally:
        con.unregister("protected_rows")
