"""Everything under ``$THROUGHCARE_HOME/quality/``: report cards and Data Docs of the newest night.

Belongs here: which files are written of a night. Does not belong here: each of them.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from assets.checked.quality.card import read_card
from assets.checked.quality.card_page import write_card, write_list
from assets.checked.quality.data_docs import write_data_docs
from assets.checked.quality.suites import SuiteVerdict, suites_of
from contracts.county import County
from resources.home import Home
from resources.sql import Connection


def quality_folder(home: Home) -> Path:
    """Where the pages lie."""
    return home.root / "quality"


def write_cards(con: Connection, *, county: County, home: Home) -> int:
    """Write the card of every source and the page that lists them; returns how many."""
    folder = quality_folder(home)
    cards = [read_card(con, source) for source in county.sources.values()]
    for card in cards:
        write_card(folder, card)
    write_list(folder, cards, docs=True)
    return len(cards)


def judge_night(con: Connection, *, county: County, home: Home, night: date) -> tuple[SuiteVerdict, ...]:
    """Judge every source's figures of a night and write their Data Docs."""
    return write_data_docs(quality_folder(home) / "data_docs", suites_of(con, tuple(county.sources), night), night)
