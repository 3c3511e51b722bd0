"""An officer opens the scope document: it says who may see what, and asks nothing of anybody."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path

import pytest

from contracts.county import load_county
from pipelines.place import Place
from pipelines.scope_document import page
from tests.fixtures.consented_world import DEMO
from tests.fixtures.published_world import crowd, published_world

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOT = ROOT / "docs" / "images" / "scope-document.png"
"""What the how-to shows; taken anew when it is not there."""
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
NIGHT = date(2026, 3, 2)


@pytest.fixture
def document(tmp_path: Path) -> Path:
    county = load_county(DEMO)
    world = published_world(county, tmp_path, NIGHT)
    crowd(world, 12, race="WHITE", prefix="W")
    client, met = world.client("pt-00000001"), world.made.subject("met pt-00000001", "co_responder")
    world.made.encounter(client)
    world.made.crisis(met, started_at=datetime(2026, 2, 20, 22))
    world.same_person(client, met)
    world.made.consent(client, "roi_508")
    world.ready().publish("health/care_coordination")
    text = page(world.con, place=Place(world.home, DEMO, {}), county=county, night=NIGHT, run_id="a run")
    world.con.close()
    assert "pt-00000001" not in text
    path = tmp_path / "scope.html"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium on this machine; apt-get install chromium")
def test_the_scope_document_shows_clauses_lineage_and_ledger_and_requests_nothing(document: Path, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    taken = tmp_path / "scope-document.png"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"])
        opened = browser.new_page(viewport={"width": 1240, "height": 1000})
        asked: list[str] = []
        opened.on("request", lambda request: asked.append(request.url))
        opened.goto(document.as_uri(), wait_until="load")
        for heading in ("Who receives whose records, for what", "Every clause, with its words", "Disclosure control"):
            opened.get_by_role("heading", name=heading).wait_for(timeout=20_000)
        assert opened.get_by_text("DUL-2026-BH §3.4").count() > 0
        assert opened.get_by_text("Not reviewed by counsel: ", exact=False).first.is_visible()
        opened.get_by_text("health/care_coordination.recent_crisis_contacts", exact=False).first.click()
        assert opened.get_by_text("linked.co_responder_encounter.disposition").first.is_visible()
        opened.evaluate("window.scrollTo(0, 0)")
        opened.screenshot(path=str(taken))
        browser.close()
    assert asked == [document.as_uri()]
    assert taken.stat().st_size > 10_000
    if not SCREENSHOT.exists():
        SCREENSHOT.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(taken, SCREENSHOT)
