"""How a match weight adds up, drawn: bars in a terminal, a chart in a page that needs nothing from outside.

Belongs here: drawing given figures. Does not belong here: any figure. The page holds no value of a person: fields, levels and bits only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 48
"""Characters of the terminal's bars."""


@dataclass(frozen=True)
class Bar:
    """One step: its name, what it adds, and where it starts from, in bits."""

    name: str
    bits: float
    start: float
    is_total: bool = False

    @property
    def end(self) -> float:
        """Where the weight stands after this step."""
        return self.start + self.bits


def bars(prior: float, parts: Sequence[tuple[str, float]], total_name: str) -> list[Bar]:
    """The steps from the prior to the total."""
    steps = [Bar("before looking (prior)", prior, 0.0)]
    for name, bits in parts:
        steps.append(Bar(name, bits, steps[-1].end))
    return [*steps, Bar(total_name, steps[-1].end, 0.0, is_total=True)]


def lines(steps: Sequence[Bar], threshold: float) -> Iterator[str]:
    """The steps as lines of text; ``|`` stands where the threshold is."""
    edges = [0.0, threshold, *(step.start for step in steps), *(step.end for step in steps)]
    low, high = min(edges), max(edges)
    scale = (WIDTH - 1) / ((high - low) or 1.0)
    width = max(len(step.name) for step in steps)
    mark = round((threshold - low) * scale)
    for step in steps:
        first, last = sorted((round((step.start - low) * scale), round((step.end - low) * scale)))
        glyph = "=" if step.is_total else "+" if step.bits >= 0 else "-"
        cells = [glyph if first <= cell <= last and step.bits else " " for cell in range(WIDTH)]
        if cells[mark] == " ":
            cells[mark] = "|"
        yield f"{step.name:<{width}} {step.bits:>+8.2f}  {''.join(cells).rstrip()}"


def page(title: str, steps: Sequence[Bar], threshold: float, paragraphs: Sequence[str]) -> str:
    """A self-contained HTML page with the chart drawn by Vega, whose code is inside the page."""
    import altair as alt

    values = [
        {
            "step": step.name,
            "bits": round(step.bits, 3),
            "start": step.start,
            "end": step.end,
            "kind": "total" if step.is_total else "for" if step.bits >= 0 else "against",
        }
        for step in steps
    ]
    colours = alt.Scale(domain=["for", "against", "total"], range=["#2a7f62", "#b4442e", "#44546a"])
    drawn = (
        alt.Chart(alt.Data(values=values))
        .mark_bar()
        .encode(
            y=alt.Y("step:N", sort=[step.name for step in steps], title=None, axis=alt.Axis(labelLimit=400)),
            x=alt.X("start:Q", title="match weight, bits"),
            x2="end:Q",
            color=alt.Color("kind:N", scale=colours, title=None),
            tooltip=["step:N", "bits:Q", "end:Q"],
        )
    )
    rule = alt.Chart(alt.Data(values=[{"threshold": threshold}])).mark_rule(strokeDash=[4, 4]).encode(x="threshold:Q")
    chart = (drawn + rule).properties(width=640, title=title)
    html = str(chart.to_html(inline=True, embed_options={"actions": False}))
    text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return html.replace("<body>", f"<body>{text}", 1)
