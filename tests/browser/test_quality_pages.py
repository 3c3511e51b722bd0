"""Report cards and Data Docs in a real browser: they look like pages, ask nobody for anything, and name nobody."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from assets.checked.quality.measure import measure_quality
from assets.checked.quality.pages import judge_night, write_cards
from assets.checked.tables import create_tables
from contracts.county import load_county
from resources.home import Home

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
NIGHT = date(2026, 3, 2)


@pytest.fixture
def pages(tmp_path: Path) -> list[Path]:
    county = load_county(ROOT / "contracts" / "demo_county")
    home = Home(tmp_path)
    with duckdb.connect() as con:
        con.execute("set timezone='UTC'")
        create_tables(con)
        con.execute(
            "insert into checked.disposition by name select date '2026-03-02' as night, 'jail' as source, 'booking' as feed,"
            " 'jail_booking' as record_type, 100 as rows_read, 90 as admitted, 0 as unchanged, 0 as duplicate, 0 as superseded,"
            " 10 as refused, 0 as deleted, 0 as awaiting_parent, 'accepted' as verdict, date '2026-03-02' as complete_through"
        ).fetchall()
        measure_quality(con, county=county, night=NIGHT, home=home)
        write_cards(con, county=county, home=home)
        judge_night(con, county=county, home=home, night=NIGHT)
    return sorted((tmp_path / "quality").rglob("*.html"))


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium on this machine; apt-get install chromium")
def test_the_pages_load_nothing_and_say_what_is_unusual(pages: list[Path]) -> None:
    from playwright.sync_api import sync_playwright

    asked: list[str] = []
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        for path in pages:
            page.goto(path.as_uri())
            assert page.locator("body").inner_text().strip(), path.name
            if path.parent.name == "quality" and path.name == "jail.html":
                assert page.locator("h1").inner_text() == "Jail management system"
                assert page.locator("svg").count() == 1
                assert "refused" in page.locator("tr.unusual").first.inner_text()
        browser.close()
    assert len(pages) >= 5
    assert [url for url in asked if not url.startswith("file://")] == []
    assert len(asked) == len(pages), "one request a page: itself"
    assert said == [], "nothing that the content security policy had to refuse"
