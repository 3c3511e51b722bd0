"""The trends of a report card as one picture of vectors.

Belongs here: which figures are drawn and how. Does not belong here: the figures (card) and the page (card_page). Altair describes and
vl-convert draws; neither needs a browser or a network, and what comes out holds no script.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assets.checked.quality.bands import Metric
from assets.checked.quality.card import Card, named, of_metric

MOST_LINES = 6
WIDTH, HEIGHT = 400, 150
_SCHEME = "tableau10"


def draw(card: Card) -> str:
    """All trends of a card as SVG; empty if there is nothing to draw."""
    charts = [
        chart
        for chart in (
            _lines("Rows read", _deliveries(card), "rows", scale="symlog"),
            _bars("Refused, by rule", _refusals(card), "rows"),
            _lines("Filled share (fields that vary most)", _figures(card, Metric.FILL), "share"),
            _lines("Days from newest event to night", _figures(card, Metric.FRESHNESS), "days"),
            _lines("Distance from the usual mix (PSI)", _figures(card, Metric.DRIFT), "index"),
            _lines("Race not known", _figures(card, Metric.RACE_MISSING), "share"),
            _lines("Our total over the agency's own", _figures(card, Metric.OWN_TOTAL), "ratio"),
        )
        if chart is not None
    ]
    if not charts:
        return ""
    import altair as alt
    import vl_convert

    whole = alt.concat(*charts, columns=2).resolve_scale(color="independent").configure_view(strokeWidth=0)
    return str(vl_convert.vegalite_to_svg(whole.to_dict(), allowed_base_urls=[]))


def _deliveries(card: Card) -> list[dict[str, Any]]:
    return [{"night": line["night"].isoformat(), "of": line["feed"], "value": line["rows_read"]} for line in card.deliveries]


def _refusals(card: Card) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], int] = {}
    for line in card.refusals:
        key = (line["night"].isoformat(), line["rule"])
        found[key] = found.get(key, 0) + line["faults"]
    return [{"night": night, "of": rule, "value": faults} for (night, rule), faults in found.items()]


def _figures(card: Card, metric: Metric) -> list[dict[str, Any]]:
    """The lines that vary most; a chart with sixty lines shows none."""
    by_name: dict[str, list[dict[str, Any]]] = {}
    for figure in of_metric(card, metric):
        line = {"night": figure["night"].isoformat(), "of": named(figure), "value": figure["value"]}
        by_name.setdefault(line["of"], []).append(line)
    ranked = sorted(by_name.items(), key=lambda item: (-_range(item[1]), item[0]))
    return [point for _, line in ranked[:MOST_LINES] for point in line]


def _range(line: Sequence[dict[str, Any]]) -> float:
    values = [float(point["value"]) for point in line]
    return max(values) - min(values)


def _lines(title: str, points: list[dict[str, Any]], unit: str, *, scale: str = "linear") -> Any:
    if not points:
        return None
    import altair as alt

    return (
        alt.Chart(alt.InlineData(values=points), title=title, width=WIDTH, height=HEIGHT)
        .mark_line(point=True)
        .encode(
            x=alt.X("night:T", title=None, axis=alt.Axis(format="%b %d", tickCount=6)),
            y=alt.Y("value:Q", title=unit, scale=alt.Scale(type=scale, zero=scale != "linear")),
            color=_colour(),
        )
    )


def _bars(title: str, points: list[dict[str, Any]], unit: str) -> Any:
    if not points:
        return None
    import altair as alt

    return (
        alt.Chart(alt.InlineData(values=points), title=title, width=WIDTH, height=HEIGHT)
        .mark_bar()
        .encode(
            x=alt.X("yearmonthdate(night):T", title=None, axis=alt.Axis(format="%b %d", tickCount=6)),
            y=alt.Y("value:Q", title=unit),
            color=_colour(),
        )
    )


def _colour() -> Any:
    import altair as alt

    return alt.Color("of:N", title=None, scale=alt.Scale(scheme=_SCHEME), legend=alt.Legend(orient="bottom", columns=3, labelLimit=180))
