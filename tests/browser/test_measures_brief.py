"""The brief in a real browser: it looks like a page, asks nobody for anything, and prints."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assets.published.scope_document import print_pdf
from contracts.county import load_county
from pipelines.surfaces.brief import gather, page, write
from tests.fixtures.consented_world import DEMO
from tests.fixtures.reader_home import COUNTY, NIGHT, publish_for_readers

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOT = ROOT / "docs" / "images" / "measures-brief.png"
"""What the pages show; taken anew when it is not there."""
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.fixture
def brief(tmp_path: Path) -> Path:
    county = load_county(DEMO)
    home = publish_for_readers(county, tmp_path, (COUNTY,))
    return write(tmp_path / "brief.html", page(gather(home, COUNTY, NIGHT), county=county.text.name))


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium on this machine; apt-get install chromium")
def test_the_brief_is_drawn_and_printed_without_a_single_request(brief: Path, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    asked: list[str] = []
    complaints: list[str] = []
    taken = tmp_path / "brief.png"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        shown = browser.new_page(viewport={"width": 900, "height": 1150})
        shown.on("request", lambda request: asked.append(request.url))
        shown.on("console", lambda message: complaints.append(message.text))
        shown.goto(brief.as_uri())
        assert shown.locator("h1").inner_text() == "Mental health and the jail"
        assert shown.locator("svg").count() >= 3
        assert shown.locator("h2").count() >= 10
        width = shown.evaluate("document.documentElement.scrollWidth")
        assert width <= 900, "nothing is cut off at the side"
        shown.screenshot(path=str(taken))
        shown.set_viewport_size({"width": 480, "height": 900})
        assert shown.locator("h2").first.is_visible()
        assert all(shown.locator(target).count() == 1 for target in shown.locator("nav a").evaluate_all("all => all.map(a => a.hash)"))
        browser.close()
    assert asked == [brief.as_uri()], "one request: itself"
    assert complaints == [], "nothing that the content security policy had to refuse"
    assert taken.stat().st_size > 10_000
    assert print_pdf(brief, tmp_path / "brief.pdf").read_bytes().startswith(b"%PDF")
    if not SCREENSHOT.exists():
        SCREENSHOT.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(taken, SCREENSHOT)
