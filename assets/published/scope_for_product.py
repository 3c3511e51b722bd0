"""What one product may be made of: its decisions, and the permitted contacts handed over to a database of its own.

Belongs here: asking for decisions, carrying permitted rows over under the product's own pseudonyms, and the account of what was decided.
Does not belong here: the rule (assets/consented), the tables of the product (build), small cells.

What is handed over lies in the schema ``linked`` of the scratch database under the names of the linked stage, so that the questions which
derive contacts there are put to the permitted rows unchanged. Person keys are replaced by the product's pseudonyms on the way: not even
the product's own scratch knows whom the integrator means.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl

from assets.consented.decisions import write_decisions
from assets.consented.facts import PERMITS_ACROSS
from assets.consented.permitted import write_permitted_rows
from assets.linked.content import CONTENT, COUNTS
from assets.published.consent_scope import note_scopes, note_terms
from assets.published.scratch import handed_over
from contracts.elements import with_presence
from contracts.instruments import Operation
from contracts.products import Product
from resources.key_register import epoch_of, hold, told_since
from resources.keyring import Keyring, pseudonym_secret
from resources.sql import Connection, load_sql, replace_table, rows

PACKAGE: Final = "assets.published"
DECISIONS: Final = "temp.product_decision"
PERMITTED: Final = "temp.product_permitted"
KEYS: Final = (
    "record_id", "subject_id", "person_key", "domain", "system", "source", "record_type", "labels", "parent_record_id", "cad_record_id",
    "booking_record_id", "counts",
)  # fmt: skip
"""What is carried along with a permitted row: keys for joining, and its labels; none of it is published."""


@dataclass(frozen=True)
class Decided:
    """What was decided for one operation of a product; counts of decisions, never who.

    ``reasons`` counts decisions by reason; ``withheld`` people (subjects) some of whose rows may not be there, by the reason;
    ``valid_until`` is the first day on which a clause or consent behind it no longer holds; ``min_cell`` the largest minimum cell of the
    clauses; ``labels`` those of the rows that were permitted; ``mark`` tells this set of decisions from every other.
    """

    operation: Operation
    reasons: Mapping[str, int]
    withheld: Mapping[str, int] = field(default_factory=dict)
    clauses: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    consents: int = 0
    min_cell: int = 0
    valid_until: date | None = None
    rows: Mapping[str, int] = field(default_factory=dict)
    mark: str = ""

    @property
    def permits(self) -> bool:
        """Whether anything at all is permitted."""
        return self.reasons.get("permitted", 0) > 0


def decide_for(con: Connection, product: Product, operation: Operation, *, night: date, target_table: str = DECISIONS) -> Decided:
    """Write the decisions of one operation of a product to ``target_table`` and say what they amount to."""
    elements = with_presence(product.elements(operation))
    reasons = write_decisions(
        con,
        target_table=target_table,
        recipient=product.agency,
        purposes=[purpose.value for purpose in product.purposes],
        operation=operation,
        elements=elements,
        night=night,
    )
    ((clauses, obligations, labels, consents, min_cell, valid_until),) = rows(con, _of(target_table, "decided"))
    withheld = {str(reason): int(people) for reason, people in rows(con, _of(target_table, "withheld_people"))}
    ((decisions, mark),) = rows(con, _of(target_table, "decided_set"))
    return Decided(
        operation=operation,
        reasons=reasons,
        withheld=withheld,
        clauses=tuple(clauses),
        obligations=tuple(obligations),
        labels=tuple(labels),
        consents=int(consents),
        min_cell=int(min_cell),
        valid_until=valid_until,
        mark=hashlib.sha256(f"{decisions}:{mark}".encode()).hexdigest(),
    )


def _of(decision_table: str, question: str) -> str:
    """A question about decisions, put to one table of them."""
    return load_sql(PACKAGE, question).replace("product_decision", decision_table)


def hand_over(
    con: Connection, path: Path, product: Product, operation: Operation, *, keyring: Keyring, night: date, with_pairs: bool = False
) -> Decided:
    """Decide one operation of a product and write what it may be made of to a fresh scratch database at ``path``.

    Tables of its schema ``linked``: the content types, ``race_assertion``, ``membership``, ``jail_count``, ``aggregate_count``,
    ``source_total``, ``own_id``, ``person_change``, ``consent_scope``; ``edge`` where figures are asked again under other links
    (``with_pairs``).
    """
    decided = decide_for(con, product, operation, night=night)
    _name_people(con, product, keyring, night)
    note_terms(con, product, operation, night=night)
    by_row = operation is Operation.DISCLOSE_ROW
    wanted = {element.split(".")[0] for element in product.elements(operation)}
    parameters = {
        "recipient": product.agency,
        "record_types": sorted(wanted),
        "by_row": by_row,
        "permits_across": PERMITS_ACROSS,
        # A row of another agency leaves only over a link that could carry a consent; a count may rest on likelier ones.
        "rows_across": 0.0 if operation is Operation.DISCLOSE_AGGREGATE else PERMITS_ACROSS,
    }
    with handed_over(con, path) as alias:
        con.execute(f"create schema {alias}.linked")
        counts: dict[str, int] = {}
        for name in (*CONTENT, "race_assertion"):
            _permit(con, name, is_wanted=name in wanted, with_grounds=operation is not Operation.DISCLOSE_AGGREGATE)
            note_scopes(con, product, alias)
            counts[name] = replace_table(con, f"{alias}.linked.{name}", load_sql(PACKAGE, "handed_rows"), parameters)
        others = ("source_total", "membership", "own_id", "person_change", *(["edge"] if with_pairs else []))
        for name in (*COUNTS, *others):
            counts[name] = replace_table(con, f"{alias}.linked.{name}", load_sql(PACKAGE, f"handed_{name}"), parameters)
    return replace(decided, rows=counts)


def _name_people(con: Connection, product: Product, keyring: Keyring, night: date) -> None:
    """What the product calls every person it may hold a row of, and each withheld subject.

    Fills ``temp.product_pseudonym``, and ``temp.former_pseudonym`` with the names of the epoch before where the recipient may be told them.
    """
    asked = [str(key) for (key,) in rows(con, load_sql(PACKAGE, "people_to_name"))]
    epoch = epoch_of(con, product.recipient, product.name, product.key_epoch)
    named = _names(con, product, keyring, epoch, night)
    _write_names(con, "product_pseudonym", named(asked))
    told = told_since(con, product.recipient, product.name, epoch)
    _write_names(con, "former_pseudonym", _names(con, product, keyring, epoch - 1, night)(asked) if told else {}, since=told)


def _names(con: Connection, product: Product, keyring: Keyring, epoch: int, night: date) -> Callable[[list[str]], dict[str, str]]:
    """How the product calls people in an epoch, once its secret is known to be the one that was used before."""
    hold(con, keyring, pseudonym_secret(product.recipient, product.name, epoch), night)
    return partial(keyring.pseudonyms, product.recipient, product.name, epoch)


def _write_names(con: Connection, table: str, named: Mapping[str, str], *, since: date | None = None) -> None:
    columns = {"person_key": list(named), "pseudonym": list(named.values())}
    con.register("product_names", pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)).to_arrow())
    try:
        con.execute(f"create or replace temp table {table} as select *, $since::date as since from product_names", {"since": since})
    finally:
        con.unregister("product_names")


def _permit(con: Connection, record_type: str, *, is_wanted: bool, with_grounds: bool) -> None:
    """Fill ``temp.product_permitted`` with the permitted rows of one type; none of a type the product does not name."""
    held = {name for (name,) in rows(con, f"select column_name from (describe select * from linked.{record_type})")}
    write_permitted_rows(
        con,
        target_table=PERMITTED,
        content_table=f"linked.{record_type}",
        decision_table=DECISIONS if is_wanted else f"(select * from {DECISIONS} where false)",
        record_type=record_type,
        keep=[name for name in KEYS if name in held],
        with_grounds=with_grounds,
    )


def first_end(decided: Sequence[Decided]) -> date | None:
    """The first day on which any clause or consent behind the decisions no longer holds."""
    ends = [item.valid_until for item in decided if item.valid_until is not None]
    return min(ends) if ends else None
