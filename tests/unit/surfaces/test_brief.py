"""The brief: figures of one product of groups in plain words, what is withheld said to be withheld, nothing loaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result

from pipelines.surfaces import brief as pages
from pipelines.surfaces import brief_charts
from pipelines.surfaces.brief import Brief, Line, Progress, gather, page, said
from pipelines.surfaces.brief_links import LinkWords, link_words
from resources.published_reader import query
from tests.fixtures.reader_home import NIGHT
from tests.unit.surfaces.conftest import Desk

COUNTY = "county/measures"


@pytest.fixture(scope="module")
def facts(desk: Desk) -> Brief:
    return gather(desk.home, COUNTY, NIGHT)


@pytest.fixture(scope="module")
def text(facts: Brief) -> str:
    return page(facts, county="Larkmoor")


def test_the_page_holds_pictures_and_loads_nothing(text: str) -> None:
    assert text.count("<svg") >= 3
    assert "<script" not in text
    assert "default-src 'none'" in text
    outside = [url for url in re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]+)""", text) if not url.startswith("#")]
    assert outside == []


def test_the_page_speaks_of_people_and_of_change(text: str) -> None:
    assert "People with frequent contact" in text
    for word in ("utilizer", "frequent flyer", "offender", "inmate"):
        assert word not in text.lower(), word
    assert "change, not effect" in text
    assert "Withheld is not zero" in text


def test_every_figure_is_the_products_own(desk: Desk, facts: Brief) -> None:
    asked = "select value, people from stepping_up where figure like 'average_length_of_stay mean %' and race_group = 'ALL' and who = 'ALL'"
    _, ((value, people),) = query(desk.home, "county", "measures", asked, as_of=NIGHT)
    (line,) = [line for line in facts.stays if (line.label, line.group) == ("average", "everybody")]
    assert (line.value, line.people) == (value, people)
    _, ((withheld, lines),) = query(
        desk.home, "county", "measures", "select count(*) filter (where withheld), count(*) from stepping_up", as_of=NIGHT
    )
    assert facts.withheld > withheld > 0
    assert facts.lines > lines


def test_targets_years_questions_and_room_are_said_in_words(facts: Brief, text: str) -> None:
    assert [line["target_name"] for line in facts.progress.targets]
    assert [line["question_no"] for line in facts.progress.questions] == [1, 2, 3, 4, 5, 6]
    assert {line.label for line in facts.progress.screens} >= {"screened in time, share of bookings"}
    for heading in ("8. Is the county on its way?", "9. Stepping Up's Six Questions"):
        assert heading.replace("'", "&#39;") in text or heading in text
    for code in ("not_said", "screened_in_time", "on_track", "connected_30d"):
        assert code not in text


def test_the_page_says_how_far_it_rests_on_links(facts: Brief, text: str) -> None:
    assert [line["race_group"] for line in facts.links.rates][-1] == "ALL"
    everybody = facts.links.rates[-1]
    assert f"{everybody['percent_links_likely_wrong']:.1f} %" in text
    assert "How well are the records of each group linked?" in text
    assert "would change" in page(replace(facts, links=LinkWords(asked=9, changed=2)), county="Larkmoor")


def test_a_conclusion_counts_once_whatever_the_links_it_was_asked_again_under() -> None:
    line = {"point": "booking", "race_group": "BLACK", "reference_group": "WHITE", "links": "8 bits", "conclusion_changes": False}
    lines = [
        line,
        {**line, "links": "drawn", "conclusion_changes": True},
        {**line, "race_group": "ASIAN"},
        {**line, "race_group": "NHPI", "conclusion_changes": None},
        {**line, "race_group": "WHITE"},
    ]
    found = link_words({"disparity_by_links": lines})
    assert (found.asked, found.changed, found.rates) == (2, 1, [])


def test_every_picture_says_what_it_shows_to_whoever_does_not_see_it(text: str) -> None:
    labels = re.findall(r'<figure role="img" aria-label="([^"]*)"', text)
    assert len(labels) == text.count("<figure") >= 3
    assert all(len(label) > 40 for label in labels)


def test_no_small_count_of_people_is_on_the_page(facts: Brief) -> None:
    for lines in (facts.bookings, facts.stays, facts.connection, facts.returns, facts.frequent, facts.frequent_by_race, facts.ratios):
        assert all(line.people is None or line.people >= facts.minimum for line in lines)


def test_what_is_withheld_is_said_so_and_what_is_not_given_says_why() -> None:
    line = Line("label", "group", None, withheld=True)
    assert said(line) == "withheld"
    assert said(replace(line, withheld=False, reason="column_not_in_scope")) == "not given: column not in scope"
    assert said(replace(line, value=0.254), "%") == "25 %"
    assert said(replace(line, value=1234.0), "people") == "1,234"


def test_a_page_of_withheld_figures_alone_can_still_be_written(facts: Brief) -> None:
    def hide(lines: object) -> list[Line]:
        return [replace(line, value=None, withheld=True, low=None, high=None, people=None) for line in lines]

    hidden = replace(
        facts, bookings=hide(facts.bookings), stays=hide(facts.stays), connection=hide(facts.connection), returns=hide(facts.returns),
        frequent=hide(facts.frequent), frequent_by_race=[], ratios=hide(facts.ratios), flows=[], progress=Progress(),
    )  # fmt: skip
    text = page(hidden, county="Larkmoor")
    assert "<svg" not in text
    assert text.count("Nothing of this can be drawn") == 5
    assert "No ratio between groups can be shown" in text


def test_markup_in_the_countys_words_stays_text(facts: Brief) -> None:
    evil = "<script>alert(1)</script>"
    text = page(replace(facts, frequent=[Line(evil, evil, 12.0, withheld=False)]), county=evil)
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_the_command_writes_the_page_for_its_owner_and_notes_it(desk: Desk, folder: Path) -> None:
    before = len(desk.spooled())
    told = desk.json("measures", "brief", "--out", str(folder / "brief.html"))
    assert told["files"] == [str(folder / "brief.html")]
    assert (folder / "brief.html").stat().st_mode & 0o777 == 0o600
    assert [note["product"] for note in desk.spooled()[before:]] == [COUNTY]


def test_a_product_with_rows_about_people_or_past_its_terms_makes_no_brief(desk: Desk, stale: Callable[..., Result], folder: Path) -> None:
    out = str(folder / "brief.html")
    assert "about groups only" in desk.type("measures", "brief", "--product", "sheriff/jail_measures", "--out", out, expect=2).stderr
    assert "may be read until" in stale("measures", "brief", "--out", out).stderr
    assert not folder.exists()


def test_the_most_common_ways_leave_out_the_stay_itself() -> None:
    lines = [
        {"from_step": f, "to_step": t, "race_group": r, "people": n}
        for f, t, r, n in [
            ("2 jail in d", "3 jail", "ALL", 90), ("1 cad in d", "1 co_responder", "ALL", 20), ("4 jail in d", "2 jail", "ALL", 30),
            ("1 cad in d", "2 jail", "WHITE", 70), ("0 health in d", "2 jail", "ALL", None),
        ]
    ]  # fmt: skip
    assert [(line.label, line.value) for line in pages._flows(lines)] == [
        ("release (jail) → booking (jail)", 30),
        ("911 and crisis teams (cad) → 911 and crisis teams (co responder)", 20),
    ]


def test_limits_pairs_and_ratios_are_drawn_and_what_is_withheld_is_a_word() -> None:
    shown = Line("within 30 days", "everybody", 0.2, withheld=False, low=0.1, high=0.7)
    hidden = replace(shown, group="unknown", value=None, withheld=True, low=None, high=None)
    drawn = brief_charts.bars([shown, hidden], "share of releases", share=True)
    assert drawn.startswith("<svg")
    assert ">withheld<" in drawn
    assert ">withheld<" not in brief_charts.bars([shown], "share of releases", share=True)
    assert "times the rate" in brief_charts.ratios([replace(shown, label="Booking", group="BLACK", value=1.4, low=1.1, high=1.8)])
    assert brief_charts.ratios([hidden]) == ""
    assert "hollow" in brief_charts.pairs([shown])
    assert brief_charts.pairs([]) == brief_charts.counts([], "people") == brief_charts.bars([hidden], "days") == ""
