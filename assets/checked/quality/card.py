"""A source's report card: how its deliveries have been, in figures.

Belongs here: reading the figures into one document, as JSON and as Markdown. Does not belong here: drawing (plots, card_page), measuring.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from assets.checked.quality.bands import METRICS, Metric, Standing
from contracts.sources import Source
from resources.sql import Connection, load_sql, rows

PACKAGE = "assets.checked.quality"
TREND_NIGHTS = 90


@dataclass(frozen=True)
class Card:
    """Everything a card shows; counts, shares and names of the county's text.

    ``deliveries``: night, feed, rows_read, admitted, unchanged, duplicate, superseded, refused, verdict. ``refusals``: night, feed, column,
    rule, faults. ``figures``: night, about, metric, dimension, value, baseline, compared, low, high, rows, verdict. ``race``: facility,
    month, method, category_system, bookings, race_known, race_refused, race_unknown, ethnicity_known.
    """

    source: str
    title: str
    system: str
    agency: str
    steward: str
    cadence: str
    night: date | None
    complete_through: date | None
    deliveries: tuple[dict[str, Any], ...]
    refusals: tuple[dict[str, Any], ...]
    figures: tuple[dict[str, Any], ...]
    race: tuple[dict[str, Any], ...]

    @property
    def tonight(self) -> tuple[dict[str, Any], ...]:
        """Figures of the newest night."""
        return tuple(figure for figure in self.figures if figure["night"] == self.night)

    @property
    def unusual(self) -> tuple[dict[str, Any], ...]:
        """Figures of the newest night that lie outside their band."""
        return tuple(figure for figure in self.tonight if figure["verdict"] == Standing.UNUSUAL.value)

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "meanings": {metric.value: band.meaning for metric, band in METRICS.items()}}


def read_card(con: Connection, source: Source, *, nights: int = TREND_NIGHTS) -> Card:
    """Read the card of a source from the warehouse.

    Args:
        con: the warehouse; every table of quality is there.
        source: its text.
        nights: how many of the newest nights are shown.
    """
    asked = {"source": source.name, "nights": nights}
    deliveries = _read(con, "card_delivery", asked)
    newest = deliveries[-1] if deliveries else {}
    return Card(
        source=source.name,
        title=source.title,
        system=source.system,
        agency=source.agency,
        steward=source.steward,
        cadence=source.cadence,
        night=newest.get("night"),
        complete_through=newest.get("complete_through"),
        deliveries=deliveries,
        refusals=_read(con, "card_refusal", asked),
        figures=_read(con, "card_figure", asked),
        race=_read(con, "card_race", asked),
    )


def _read(con: Connection, name: str, asked: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    sql = load_sql(PACKAGE, name)
    columns = [str(column) for column, *_ in rows(con, f"describe {sql}", asked)]
    return tuple(dict(zip(columns, line, strict=True)) for line in rows(con, sql, asked))


def markdown(card: Card) -> str:
    """The card as Markdown: tonight, and what is not as usual."""
    lines = [
        f"# {card.title}",
        "",
        f"Source `{card.source}`, {card.cadence}; steward {card.steward}; night {card.night or 'none yet'}.",
        "",
    ]
    if card.unusual:
        lines += ["## Not as usual", "", "| what | of | figure | usually | rows |", "|---|---|---|---|---|"]
        lines += [
            f"| {figure['metric']} | {named(figure)} | {number(figure['compared'])} | {number(figure['low'])} to {number(figure['high'])} "
            f"| {figure['rows']} |"
            for figure in card.unusual
        ]
    else:
        lines.append("Nothing that could be judged was unusual.")
    lines += ["", "## Rows", "", "| night | feed | read | admitted | refused |", "|---|---|---|---|---|"]
    lines += [
        f"| {line['night']} | {line['feed']} | {line['rows_read']} | {line['admitted']} | {line['refused']} |"
        for line in card.deliveries[-14:]
    ]
    lines += ["", "## What is measured", "", *(f"* **{metric.value}**: {band.meaning}" for metric, band in METRICS.items())]
    return "\n".join(lines) + "\n"


def named(figure: dict[str, Any]) -> str:
    """Whose figure it is."""
    return " ".join(part for part in (figure["about"], figure["dimension"]) if part) or "the source"


def number(value: float | int | None) -> str:
    """A figure as it is shown; a middle dot where there is none."""
    if value is None:
        return "·"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3f}".rstrip("0").rstrip(".")


def of_metric(card: Card, metric: Metric) -> tuple[dict[str, Any], ...]:
    """All figures of one metric, oldest first."""
    return tuple(figure for figure in card.figures if figure["metric"] == metric.value)
