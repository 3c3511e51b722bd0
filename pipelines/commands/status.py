"""``throughcare status``: what stands tonight.

Belongs here: the verb and its reading of verdicts, dispositions and products. Does not belong here: judging any of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb
import typer

from assets.checked.recheck import records_by_older_mappings
from contracts.county import County
from pipelines.commands.common import BAD, AsJson, here, terms
from pipelines.display import complain, emit_json, say, table
from pipelines.place import Place
from pipelines.products import ProductState, product_states
from resources.sql import rows, scalar, table_exists
from resources.warehouse import Warehouse

GOOD_VERDICTS = frozenset({"accepted", "unchanged"})


@dataclass(frozen=True)
class NightState:
    """The newest night: verdict by source, rows by source and disposition."""

    night: date | None = None
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    dispositions: list[dict[str, Any]] = field(default_factory=list)
    conservation: list[dict[str, Any]] = field(default_factory=list)
    drift: list[dict[str, Any]] = field(default_factory=list)
    older_mapping: dict[str, int] = field(default_factory=dict)
    busy: bool = False


def status(as_json: AsJson = False) -> None:
    """Say which night is newest, how every source was delivered, and which products may be read.

    Exits non-zero if a source was not accepted or a product cannot be read.

    Example: throughcare status
    """
    from resources.ledger import Ledger

    place = here()
    county = terms(place)
    night = night_state(place, county)
    products = product_states(place.home, county)
    ledger = Ledger(place.home).verify()
    bad = _faults(county, night, products) + [f"ledger: {fault}" for fault in ledger.faults]
    if as_json:
        emit_json(
            {
                "county": county.text.name,
                "terms": county.sha256,
                "good": not bad,
                "faults": bad,
                **vars(night),
                "products": [vars(state) for state in products],
                "ledger": {"entries": ledger.entries, "sound": ledger.sound},
            }
        )
    else:
        _say(county, night, products)
        say(f"ledger: {ledger.entries} entries, {'sound' if ledger.sound else 'NOT SOUND'}")
        for fault in bad:
            complain(fault)
    if bad:
        raise typer.Exit(BAD)


CONSERVATION = ("source", "record_type", "rows_read", "admitted", "refused", "known_before", "begun", "ended", "known_after",
                "subjects_linked", "subjects_withheld", "is_conserved")  # fmt: skip


def night_state(place: Place, county: County | None = None) -> NightState:
    """Read the newest night from the warehouse; ``busy`` while a run is writing to it."""
    if not place.home.warehouse.exists():
        return NightState()
    try:
        with Warehouse(place.home).reader() as con:
            if not table_exists(con, "acquired", "delivery"):
                return NightState()
            newest = scalar(con, "select max(night) from acquired.delivery")
            if newest is None:
                return NightState()
            deliveries = rows(
                con,
                "select source, verdict, reason, complete_through from acquired.delivery where night = $night order by source",
                {"night": newest},
            )
            dispositions = []
            if table_exists(con, "checked", "disposition"):
                dispositions = rows(
                    con,
                    "select source, feed, rows_read, admitted, unchanged, duplicate, superseded, refused"
                    " from checked.disposition where night = $night order by source, feed",
                    {"night": newest},
                )
            conservation = _conservation(con, newest)
            drift = []
            if table_exists(con, "checked", "schema_drift"):
                drift = rows(
                    con,
                    "select source, feed, drift, column_name, column_position, action from checked.schema_drift"
                    " where night = $night order by all",
                    {"night": newest},
                )
            older = {}
            if county and conservation:
                counted = {name: records_by_older_mappings(con, source) for name, source in county.sources.items()}
                older = {name: number for name, number in counted.items() if number}
    except duckdb.IOException:
        return NightState(busy=True)
    names = ("source", "feed", "rows_read", "admitted", "unchanged", "duplicate", "superseded", "refused")
    return NightState(
        night=newest,
        verdicts={
            source: {"verdict": verdict, "reason": reason, "complete_through": through} for source, verdict, reason, through in deliveries
        },
        dispositions=[dict(zip(names, line, strict=True)) for line in dispositions],
        conservation=[dict(zip(CONSERVATION, line, strict=True)) for line in conservation],
        drift=[dict(zip(("source", "feed", "drift", "column_name", "column_position", "action"), line, strict=True)) for line in drift],
        older_mapping=older,
    )


def _conservation(con: Any, newest: date) -> list[tuple[Any, ...]]:
    """The night's account of rows and records, with what became of the people they are about where they were linked."""
    if not table_exists(con, "checked", "row_conservation"):
        return []
    linked = "null as linked, null as withheld"
    joined = ""
    if table_exists(con, "linked", "source_total"):
        linked = "total.linked, total.withheld"
        joined = (
            " left join (select source, record_type, max(subjects_linked) as linked, max(subjects_withheld) as withheld"
            " from linked.source_total group by all) as total using (source, record_type)"
        )
    sql = (
        "select source, record_type, rows_read, admitted, refused, known_before, begun, ended, known_after, " + linked + ", is_conserved"
        " from checked.row_conservation" + joined + " where night = $night order by source, record_type"
    )
    return rows(con, sql, {"night": newest})


def _faults(county: County, night: NightState, products: list[ProductState]) -> list[str]:
    if night.busy:
        return ["a run is writing to the warehouse; deliveries can be read when it has ended"]
    if night.night is None:
        return ["no night has been run; start with: throughcare run --night " + county.text.first_night.isoformat()]
    faults = [
        f"source {source}: {state['verdict']}" + (f" ({state['reason']})" if state["reason"] else "")
        for source, state in night.verdicts.items()
        if state["verdict"] not in GOOD_VERDICTS
    ]
    faults += [
        f"source {line['source']}, {line['record_type']}: the rows or records of the night do not add up"
        for line in night.conservation
        if not line["is_conserved"]
    ]
    faults += [
        f"source {source}: {number} records stand as an older mapping read them; the next night reads what was delivered again"
        for source, number in night.older_mapping.items()
    ]
    faults += [f"source {source}: no delivery was looked for" for source in county.sources if source not in night.verdicts]
    return faults + [f"product {state.name}: {state.standing.value}" for state in products if not state.readable]


def _say(county: County, night: NightState, products: list[ProductState]) -> None:
    say(f"[bold]{county.text.name}[/bold]  terms {county.sha256[:12]}  newest night {night.night or 'none'}")
    if night.verdicts:
        table(
            "Deliveries",
            ("source", "verdict", "complete through", "reason"),
            ((source, state["verdict"], state["complete_through"], state["reason"]) for source, state in night.verdicts.items()),
        )
    if night.dispositions:
        columns = tuple(night.dispositions[0])
        table("Rows", columns, (tuple(line.values()) for line in night.dispositions), numbers=columns[2:])
    if night.conservation:
        columns = tuple(night.conservation[0])
        table("Records", columns, (tuple(line.values()) for line in night.conservation), numbers=columns[2:11])
    if night.drift:
        columns = tuple(night.drift[0])
        table("Columns that changed", columns, (tuple(line.values()) for line in night.drift))
    table(
        "Products",
        ("product", "standing", "version", "readable until", "rows by table"),
        ((state.name, state.standing.value, state.version, state.valid_until, state.tables) for state in products),
    )
