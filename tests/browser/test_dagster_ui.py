"""A person who opens the Dagster UI sees the six stages as asset groups."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.stages import STAGES
from pipelines.commands.up import LOOPBACK, start, stop, wait_until_ready
from pipelines.place import Place, demo_county, place_of, prepare_dagster

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOT = ROOT / "docs" / "images" / "dagster-assets.png"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
READY_SECONDS = 240


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name in ("DAGSTER_HOME", "THROUGHCARE_HOME", "DAGSTER_REDACT_USER_CODE_ERRORS"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    monkeypatch.setenv("DAGSTER_REDACT_USER_CODE_ERRORS", "1")
    found = place_of({"THROUGHCARE_HOME": str(tmp_path), "THROUGHCARE_COUNTY": str(demo_county())})
    prepare_dagster(found)
    return found


@pytest.fixture
def pages(place: Place) -> Iterator[str]:
    port = _free_port()
    process = start(place, port)
    try:
        assert wait_until_ready(process, port, READY_SECONDS), "the Dagster UI did not answer"
        yield f"http://{LOOPBACK}:{port}"
    finally:
        stop(process)
    with socket.socket() as probe:
        assert probe.connect_ex((LOOPBACK, port)) != 0, "something still listens after the stop"


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium on this machine; apt-get install chromium")
def test_the_dagster_ui_shows_the_six_groups(pages: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{pages}/asset-groups", wait_until="domcontentloaded")
        for stage in STAGES:
            page.get_by_text(stage.value, exact=True).first.wait_for(timeout=READY_SECONDS * 1000)
        page.wait_for_timeout(2_000)
        SCREENSHOT.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(SCREENSHOT))
        browser.close()
    assert SCREENSHOT.stat().st_size > 10_000
    outside = [url for url in asked if not url.startswith((pages, pages.replace("http", "ws"), "data:", "blob:"))]
    assert outside == []
