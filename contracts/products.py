"""What a recipient may receive: products/*.yaml as frozen models.

Belongs here: the shape of a product's text and the faults that one product's text can show by itself. Does not belong here: whether a
clause permits any of it (decided every night, per subject and element) or how a table is built.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from contracts.instruments import Operation
from contracts.purposes import Purpose
from contracts.reviewed import Reviewed

NAME = r"^[a-z][a-z0-9_]*$"
ELEMENT = re.compile(r"[a-z][a-z0-9_]*\.([a-z][a-z0-9_]*|__present__)")
INTERNAL_COLUMNS = frozenset(
    {"record_id", "subject_id", "parent_record_id", "person_key", "cad_record_id", "version", "known_from", "known_to"}
)
"""Integrator keys: no product column may bear one of these names."""
CONSENT_SCOPE = "consent_scope"
"""Table of every product with rows about people: what the consents cover that its rows were disclosed on (42 CFR 2.32)."""
CONSENT_SCOPE_ID = "consent_scope_id"
"""Column that says on which scope of consent a row was disclosed; the integrator puts it there, no product's text does."""


class ProductForm(StrEnum):
    """How closely a product's rows name a person."""

    AGGREGATE = "aggregate"  # counts of people, under disclosure control
    PSEUDONYMISED = "pseudonymised"  # one row a person or record, under the product's own pseudonyms
    IDENTIFIED = "identified"  # rows under the recipient's own ids of its own records


class Grain(StrEnum):
    """What one row of a table stands for."""

    RECORD = "record"
    PERSON = "person"
    AGGREGATE = "aggregate"
    RESEARCH = "research"  # one row a record in a project's extract; never in a product
    OPERATIONS = "operations"  # instruments, deliveries, rules: no people behind a row


class Role(StrEnum):
    """What disclosure control does with a column of an aggregate table."""

    DIMENSION = "dimension"  # names the cell
    PEOPLE = "people"  # distinct people: the protected count
    MAGNITUDE = "magnitude"  # a sum over the people of another column: published only with them
    DERIVED = "derived"  # a rate, ratio, limit or mean: published only when every input is
    PLAIN = "plain"  # says nothing of people: a definition's name, a source, a year
    HIDDEN = "hidden"  # needed to protect other columns, and not published


class OwnId(Reviewed):
    """The recipient's own identifier of its own record: the only identifier an identified product carries."""

    system: str = Field(pattern=NAME, description="The recipient's own system.")
    key: Literal["person", "record"] = Field(description="Whether the id is the system's id of the person or of the record.")


class Within(Reviewed):
    """A count that contains another: of the same row, or of the row that some columns point to."""

    people: str = Field(pattern=NAME, description="The people column that contains it.")
    row: dict[str, str] = Field(default={}, description="Dimension -> column with its value in the row of the whole; empty: this row.")
    table: str | None = Field(default=None, pattern=NAME, description="Table of this product that has the whole; default: this one.")
    may_be_all: bool = Field(default=False, description="That the part is the whole says nothing about anyone, so it may be shown.")


class SameAs(Reviewed):
    """A count that another table of the product shows: whoever reads both finds it shown in both or withheld in both."""

    table: str = Field(pattern=NAME, description="The table, named before this one.")
    people: str = Field(pattern=NAME, description="Its people column.")
    row: dict[str, str] = Field(
        default={}, description="Its dimension -> column with the value here; a dimension not named: that of its name."
    )


class ProductColumn(Reviewed):
    """One published column."""

    name: str = Field(pattern=NAME, description="As the recipient sees it.")
    description: str = Field(min_length=8, description="Meaning and unit, for the reader who receives it.")
    elements: tuple[str, ...] = Field(default=(), description="Elements (record_type.column or source.__present__) it is derived from.")
    own_id: OwnId | None = Field(default=None, description="Set when the column carries the recipient's own identifier.")
    pseudonym: bool = Field(default=False, description="Set when the column carries this product's pseudonym of a person.")
    role: Role = Field(default=Role.PLAIN, description="What disclosure control does with it; only for aggregate tables.")
    total: str | None = Field(default=None, description="Of a dimension: the value that marks the sum of all others; none if they overlap.")
    within: tuple[Within, ...] = Field(default=(), description="Of a people column: the counts that contain it; the rest is protected too.")
    same_as: SameAs | None = Field(default=None, description="Of a people column: the count of another table that it repeats.")
    universe: str | None = Field(
        default=None,
        pattern=NAME,
        description="Of a people column: what it counts. Columns of one universe say one number for one group, in any table or product.",
    )
    top: tuple[str, ...] = Field(
        default=(),
        description="Of a magnitude that adds up: hidden columns with the largest contributions of single people, largest first.",
    )
    of: tuple[str, ...] = Field(
        default=(), description="Of a magnitude or derived column: the people columns, and sums with `top`, that it is computed from."
    )
    reference: dict[str, str] = Field(
        default={}, description="Of a derived column: dimension -> value or =column of the row compared with."
    )
    numerator: str | None = Field(default=None, description="Of a derived rate: recomputed from the protected count of this column…")
    base: str | None = Field(default=None, description="…divided by the protected count of this one…")
    per: float | None = Field(default=None, description="…times this.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for element in self.elements:
            if not ELEMENT.fullmatch(element):
                raise ValueError(f"[{element}] is not an element; write record_type.column or source.__present__")
        if self.name in INTERNAL_COLUMNS:
            raise ValueError(f"[{self.name}] is an integrator's key and never leaves; use own_id or pseudonym under another name")
        if self.name == CONSENT_SCOPE_ID:
            raise ValueError(f"[{CONSENT_SCOPE_ID}] is added to rows that rest on a consent; leave it out")
        if self.own_id and self.pseudonym:
            raise ValueError("a column is an own id or a pseudonym, not both")
        if self.total and self.role is not Role.DIMENSION:
            raise ValueError("total belongs to a dimension")
        if (self.within or self.same_as) and self.role is not Role.PEOPLE:
            raise ValueError("within and same_as belong to a people column")
        if self.universe and self.role is not Role.PEOPLE:
            raise ValueError("universe belongs to a people column")
        if self.top and self.role is not Role.MAGNITUDE:
            raise ValueError("top belongs to a magnitude")
        if self.role in {Role.MAGNITUDE, Role.DERIVED} and not self.of:
            raise ValueError(f"a {self.role} column must name in `of` the people columns it is computed from")
        if len({self.numerator is None, self.base is None, self.per is None}) != 1:
            raise ValueError("numerator, base and per go together")
        return self


class ProductTable(Reviewed):
    """One published table."""

    name: str = Field(pattern=NAME, description="As the recipient sees it.")
    description: str = Field(min_length=8, description="What one row is and when it is there.")
    grain: Grain = Field(description="What one row stands for.")
    question: str = Field(pattern=NAME, description="Name of the published question (assets/published/questions/<name>.sql) that fills it.")
    order_by: tuple[str, ...] = Field(default=(), description="Columns by which rows are stored; default: all of them.")
    period: tuple[str, str] | None = Field(
        default=None,
        description="Columns with the first day of what a row counts and the day after its last; lines of disjoint periods "
        "are not compared between releases.",
    )
    pooled: bool = Field(default=False, description="Whether longer windows are tried before a group is withheld; measured tables only.")
    uses: tuple[str, ...] = Field(default=(), description="Elements that decide which rows are there without being shown.")
    columns: tuple[ProductColumn, ...] = Field(min_length=1)

    @property
    def operation(self) -> Operation | None:
        """The permission its contacts need; None when there are no people behind its rows."""
        return {
            Grain.RECORD: Operation.DISCLOSE_ROW,
            Grain.PERSON: Operation.DISCLOSE_ROW,
            Grain.AGGREGATE: Operation.DISCLOSE_AGGREGATE,
            Grain.RESEARCH: Operation.RESEARCH_EXTRACT,
            Grain.OPERATIONS: None,
        }[self.grain]

    @property
    def follows(self) -> frozenset[str]:
        """Tables whose counts it repeats, and whose window it therefore has."""
        return frozenset(column.same_as.table for column in self.columns if column.same_as)

    @property
    def elements(self) -> frozenset[str]:
        """Every element the table shows or uses."""
        return frozenset(self.uses).union(*(column.elements for column in self.columns))

    def with_role(self, role: Role) -> tuple[ProductColumn, ...]:
        """Columns that disclosure control treats so, in order."""
        return tuple(column for column in self.columns if column.role is role)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError("a column is named twice")
        if unknown := sorted(set(self.order_by) - set(names)):
            raise ValueError(f"order_by names no column of this table: {', '.join(unknown)}")
        for element in self.uses:
            if not ELEMENT.fullmatch(element):
                raise ValueError(f"[{element}] is not an element; write record_type.column or source.__present__")
        if self.grain is not Grain.AGGREGATE:
            if any(column.role is not Role.PLAIN for column in self.columns):
                raise ValueError("roles belong to aggregate tables")
            if self.operation is not None and not self.elements:
                raise ValueError("a table about people must say which elements it is derived from")
            return self
        self._check_roles(set(names))
        return self

    def _check_roles(self, names: set[str]) -> None:
        people = {column.name for column in self.with_role(Role.PEOPLE)}
        hidden = {column.name for column in self.with_role(Role.HIDDEN)}
        sums = {column.name for column in self.with_role(Role.MAGNITUDE) if column.top}
        if strange := sorted(set(self.period or ()) - names):
            raise ValueError(f"period names no column of this table: {', '.join(strange)}")
        dimensions = {column.name for column in self.with_role(Role.DIMENSION)}
        if not people:
            raise ValueError("an aggregate table needs a column with the role people: the count that disclosure control protects")
        for column in self.columns:
            if column.own_id or column.pseudonym:
                raise ValueError(f"[{column.name}] names a person; an aggregate table has no such column")
            made_of = set(column.of) - (sums if column.role is Role.DERIVED else set())
            inside = {whole.people for whole in column.within if whole.table is None}
            named = {*made_of, *inside, *filter(None, (column.numerator, column.base))}
            if strange := sorted(named - people):
                raise ValueError(f"[{column.name}] names no people column of this table: {', '.join(strange)}")
            if strange := sorted(set(column.top) - hidden):
                raise ValueError(f"[{column.name}] finds the largest contributions in no hidden column of this table: {', '.join(strange)}")
            pointed = {value[1:] for value in column.reference.values() if value.startswith("=")}
            pointed |= {name for whole in column.within for name in whole.row.values()}
            if strange := sorted(pointed - names):
                raise ValueError(f"[{column.name}] finds another row by no column of this table: {', '.join(strange)}")
            if strange := sorted(set(column.reference).union(*(whole.row for whole in column.within if whole.table is None)) - dimensions):
                raise ValueError(f"[{column.name}] compares by no dimension of this table: {', '.join(strange)}")


class Product(Reviewed):
    """One product of one recipient for one purpose."""

    name: str = Field(pattern=NAME, description="The product; the folder it is published in.")
    recipient: str = Field(pattern=NAME, description="The folder of the recipient under published/.")
    agency: str = Field(pattern=NAME, description="The agency, as agencies.yaml and the clauses name it.")
    title: str = Field(min_length=4, description="As pages show it.")
    purposes: tuple[Purpose, ...] = Field(min_length=1, description="What it may be used for; a clause must permit all of them.")
    form: ProductForm
    cadence: Literal["nightly", "monthly", "quarterly"] = Field(
        description="Nightly: rows for the recipient's own use. Monthly, quarterly: one version a period. A quarterly one may go public."
    )
    aggregates: Literal["monthly", "quarterly"] = Field(
        default="monthly",
        description="Of a nightly product: how often its counts of people are made anew; between, a version carries the last ones over.",
    )
    fresh_days: int = Field(ge=1, le=400, description="Days after its night from which readers refuse it, whatever its instruments say.")
    key_epoch: int = Field(default=1, ge=1, description="Raised to give every person new pseudonyms, after a leak or by schedule.")
    tables: tuple[ProductTable, ...] = Field(min_length=1)
    views: tuple[str, ...] = Field(default=(), description="Documented readings of its own tables (assets/published/views/<name>.sql).")

    def keeps(self, version_night: date, night: date, superseded_days: int) -> bool:
        """Whether a superseded version may stay: never one with rows about people, others as long as the county says."""
        return not self.has_person_rows and superseded_days > 0 and version_night + timedelta(days=superseded_days) > night

    @property
    def path(self) -> str:
        """``recipient/name``, as the command line and the ledger write it."""
        return f"{self.recipient}/{self.name}"

    @property
    def has_person_rows(self) -> bool:
        """Whether any table has rows about single people."""
        return any(table.operation is Operation.DISCLOSE_ROW for table in self.tables)

    def elements(self, operation: Operation) -> frozenset[str]:
        """Every element that tables of one operation show or use."""
        return frozenset().union(*(table.elements for table in self.tables if table.operation is operation))

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The permissions this product needs, in order."""
        needed = {table.operation for table in self.tables}
        return tuple(operation for operation in Operation if operation in needed)

    def stale_from(self, night: date) -> date:
        """The first day on which readers refuse a version of ``night`` for its age alone."""
        return night + timedelta(days=self.fresh_days)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [table.name for table in self.tables]
        if len(set(names)) != len(names):
            raise ValueError("a table is named twice")
        if CONSENT_SCOPE in {*names, *self.views}:
            raise ValueError(f"[{CONSENT_SCOPE}] is the product's own table about its consents; give yours another name")
        if len({*names, *self.views}) != len(names) + len(self.views):
            raise ValueError("a view is named twice, or as a table is")
        if self.form is ProductForm.AGGREGATE and self.has_person_rows:
            raise ValueError("an aggregate product has no table with rows about people")
        for table in self.tables:
            for column in table.columns:
                self._check_across(table, column)
                if column.own_id and self.form is not ProductForm.IDENTIFIED:
                    raise ValueError(f"[{table.name}.{column.name}] carries an own id; only an identified product may")
        for number, table in enumerate(self.tables):
            for column in table.columns:
                if column.same_as:
                    _check_same_as(f"{table.name}.{column.name}", table, column.same_as, self.tables[:number])
        return self

    def _check_across(self, table: ProductTable, column: ProductColumn) -> None:
        """What a column says of another table of the product is there."""
        by_name = {other.name: other for other in self.tables}
        for whole in column.within:
            if whole.table is None:
                continue
            other = by_name.get(whole.table)
            if other is None or whole.people not in {each.name for each in other.with_role(Role.PEOPLE)}:
                raise ValueError(f"[{table.name}.{column.name}] lies within no people column of this product: {whole.table}.{whole.people}")
            if strange := sorted(set(whole.row) - {each.name for each in other.with_role(Role.DIMENSION)}):
                raise ValueError(f"[{table.name}.{column.name}] compares by no dimension of [{whole.table}]: {', '.join(strange)}")


def _check_same_as(place: str, table: ProductTable, same: SameAs, before: tuple[ProductTable, ...]) -> None:
    other = next((each for each in before if each.name == same.table and each.grain is Grain.AGGREGATE), None)
    if other is None:
        raise ValueError(f"[{place}] repeats a count of [{same.table}], which is no aggregate table before it")
    if same.people not in {column.name for column in other.with_role(Role.PEOPLE)}:
        raise ValueError(f"[{place}] repeats [{same.table}.{same.people}], which is no people column")
    dimensions = {column.name for column in other.with_role(Role.DIMENSION)}
    if strange := sorted(set(same.row) - dimensions):
        raise ValueError(f"[{place}] finds a row by [{', '.join(strange)}], no dimension of [{same.table}]")
    own = {column.name for column in table.columns}
    if strange := sorted({same.row.get(name, name) for name in dimensions} - own):
        raise ValueError(f"[{place}] finds a row of [{same.table}] by no column of this table: {', '.join(strange)}")
