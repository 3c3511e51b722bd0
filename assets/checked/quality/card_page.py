"""Report cards as files: one self-contained page a source, the same in Markdown and JSON, and a page that lists them.

Belongs here: putting figures and pictures into pages. Does not belong here: reading them (card), drawing (plots).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from html import escape
from importlib import resources as packaged
from pathlib import Path

from assets.checked.quality.bands import METRICS
from assets.checked.quality.card import PACKAGE, Card, markdown, named, number
from assets.checked.quality.data_docs import POLICY, style
from assets.checked.quality.plots import draw
from resources.home import write_atomically


def page(card: Card) -> str:
    """A card as one page that loads nothing."""
    from jinja2 import Environment
    from markupsafe import Markup

    template = packaged.files(PACKAGE).joinpath("card.html.j2").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, trim_blocks=True)
    return environment.from_string(template).render(
        card=card,
        svg=Markup(draw(card)),  # noqa: S704 - drawn here, from counts and names of the county's text
        policy=Markup(POLICY),  # noqa: S704 - a constant of this repository
        style=Markup(style()),  # noqa: S704 - a file of this repository
        standings=dict(Counter(figure["verdict"] for figure in card.tonight)),
        meanings={metric.value: band.meaning for metric, band in METRICS.items()},
        named=named,
        number=number,
    )


def write_card(folder: Path, card: Card) -> Path:
    """Write ``<source>.html``, ``.md`` and ``.json``; returns the page."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomically(folder / f"{card.source}.json", json.dumps(card.document(), default=_plain, indent=1, sort_keys=True).encode() + b"\n")
    write_atomically(folder / f"{card.source}.md", markdown(card).encode())
    target = folder / f"{card.source}.html"
    write_atomically(target, page(card).encode())
    return target


def write_list(folder: Path, cards: Iterable[Card], *, docs: bool) -> None:
    """Write ``index.html``: every card, and the Data Docs."""
    lines = "".join(
        f'<tr><td><a href="{card.source}.html">{escape(card.title)}</a></td><td>{card.night or "none yet"}</td>'
        f"<td class={'unusual' if card.unusual else 'usual'}>{len(card.unusual)} not as usual</td></tr>"
        for card in cards
    )
    link = '<p><a href="data_docs/index.html">What is usual, judged by Great Expectations</a></p>' if docs else ""
    head = f'<meta charset="utf-8">{POLICY}<title>Report cards</title><style>{style()}</style>'
    text = f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body><h1>Report cards</h1><table>{lines}</table>{link}</body></html>\n'
    write_atomically(folder / "index.html", text.encode())


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not written as JSON")
