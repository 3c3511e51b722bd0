"""The brief's pictures, as vectors inside the page.

Belongs here: how a figure is drawn. Does not belong here: choosing figures (brief), the page. Altair describes and vl-convert draws;
neither needs a browser or a network, and what comes out holds no script. A withheld figure is drawn as the word, never as a bar of nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pipelines.surfaces.brief import Line

WIDTH: Final = 430
_COLOURS: Final = ["#8c510a", "#01665e", "#9aa3b2", "#35507a"]
_GROUPS: Final = ["evidence of serious mental illness", "no evidence", "unknown", "everybody"]


def _svg(chart: Any) -> str:
    import vl_convert

    whole = chart.configure_view(strokeWidth=0).configure(font="Georgia, serif").configure_axis(labelLimit=300, labelFontSize=12)
    return str(vl_convert.vegalite_to_svg(whole.to_dict(), allowed_base_urls=[]))


def _rows(lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [
        {
            "label": line.label, "group": line.group, "value": line.value, "low": line.low, "high": line.high, "order": number,
            "note": "withheld" if line.withheld else "not given",
        }
        for number, line in enumerate(lines)
    ]  # fmt: skip


def _colour() -> Any:
    import altair as alt

    return alt.Color(
        "group:N",
        title=None,
        scale=alt.Scale(domain=_GROUPS, range=_COLOURS),
        legend=alt.Legend(orient="bottom", columns=2, labelLimit=260, labelFontSize=12),
    )


def shares(lines: Sequence[Line], unit: str) -> str:
    """Parts of a whole, one bar a kind of evidence; empty where nothing can be shown."""
    return bars(lines, f"share {unit}", share=True)


def bars(lines: Sequence[Line], unit: str, *, share: bool = False) -> str:
    """Groups beside each other under every label; a thin line from the bound "none" to the bound "all" where there are bounds."""
    import altair as alt

    if not any(line.value is not None for line in lines):
        return ""
    rows = _rows(lines)
    axis = alt.Axis(format="%" if share else "~g", tickCount=5)
    y = alt.Y("label:N", title=None, sort=alt.EncodingSortField("order", op="min"))
    offset = alt.YOffset("group:N", sort=_GROUPS)
    data = alt.InlineData(values=[row for row in rows if row["value"] is not None])
    bounds = alt.InlineData(values=[row for row in rows if row["low"] is not None and row["high"] is not None])
    absent = alt.InlineData(values=[row for row in rows if row["value"] is None])
    x = alt.X("value:Q", title=unit, axis=axis)
    drawn = alt.Chart(data, width=WIDTH, height=alt.Step(15)).mark_bar().encode(y=y, yOffset=offset, x=x, color=_colour())
    ruled = alt.Chart(bounds).mark_rule(color="#1d2433").encode(y=y, yOffset=offset, x=alt.X("low:Q", title=unit), x2="high:Q")
    noted = (
        alt.Chart(absent)
        .mark_text(align="left", dx=3, fontStyle="italic", fontSize=11, color="#5b6272")
        .encode(y=y, yOffset=offset, x=alt.XDatum(0), text="note:N")
    )
    return _svg(drawn + ruled + noted)


def counts(lines: Sequence[Line], unit: str) -> str:
    """One bar a label, longest first."""
    import altair as alt

    if not lines:
        return ""
    data = alt.InlineData(values=_rows(lines))
    y = alt.Y("label:N", title=None, sort=alt.EncodingSortField("order"))
    x = alt.X("value:Q", title=unit)
    base = alt.Chart(data, width=WIDTH, height=alt.Step(20)).encode(y=y, x=x)
    return _svg(base.mark_bar(color=_COLOURS[3]) + base.mark_text(align="left", dx=4, fontSize=11).encode(text="value:Q"))


def pairs(lines: Sequence[Line]) -> str:
    """Share of a group among all people (hollow) and among those who meet a definition (full)."""
    import altair as alt

    if not lines:
        return ""
    kept = [row for row in _rows(lines) if row["low"] is not None]
    if not kept:
        return ""
    data = alt.InlineData(values=[{**row, "of": f"{row['group']}: {row['label']}"} for row in kept])
    y = alt.Y("of:N", title=None, sort=alt.EncodingSortField("order"))
    title = "per cent: hollow of all people found, full of those with frequent contact"
    x = alt.X("value:Q", title=title)
    chart = alt.Chart(data, width=WIDTH, height=alt.Step(20))
    joined = chart.mark_rule(color="#9aa3b2").encode(y=y, x=x, x2="low:Q")
    before = chart.mark_point(size=60, color=_COLOURS[3]).encode(y=y, x=alt.X("low:Q", title=title))
    after = chart.mark_point(size=60, filled=True, color=_COLOURS[3]).encode(y=y, x=x)
    return _svg(joined + before + after)


def ratios(lines: Sequence[Line]) -> str:
    """Ratios with their limits on a logarithmic axis, the line of no difference at one."""
    import altair as alt

    kept = [row for row in _rows(lines) if row["value"] and row["low"] and row["high"]]
    if not kept:
        return ""
    data = alt.InlineData(values=[{**row, "of": f"{row['label']}: {row['group']}"} for row in kept])
    y = alt.Y("of:N", title=None, sort=alt.EncodingSortField("order"))
    x = alt.X("value:Q", title="times the rate of the reference group", scale=alt.Scale(type="log"))
    chart = alt.Chart(data, width=WIDTH, height=alt.Step(20))
    limits = chart.mark_rule(color=_COLOURS[3]).encode(y=y, x=alt.X("low:Q", scale=alt.Scale(type="log")), x2="high:Q")
    points = chart.mark_point(filled=True, size=50, color=_COLOURS[3]).encode(y=y, x=x)
    one = alt.Chart(alt.InlineData(values=[{"one": 1}])).mark_rule(strokeDash=[4, 3], color="#8c510a").encode(x="one:Q")
    return _svg(limits + points + one)
