"""A person who types ``throughcare up`` and opens the page sees the six stages as asset groups; Ctrl-C leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.stages import STAGES
from pipelines.commands.up import LOOPBACK, wait_until_ready

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOT = ROOT / "docs" / "images" / "dagster-assets.png"
"""What the README shows; taken anew when it is not there."""
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
READY_SECONDS = 300


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _processes_of(home: Path) -> list[int]:
    """Processes whose environment names this home; only Linux tells."""
    mark = f"THROUGHCARE_HOME={home}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[str]:
    port, home = _free_port(), tmp_path / "home"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "THROUGHCARE_HOME": str(home)}
    command = [sys.executable, "-m", "pipelines", "up", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert wait_until_ready(process, port, READY_SECONDS), "the Dagster UI did not answer"
        yield f"http://{LOOPBACK}:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert (process.returncode, said.decode().splitlines()[-1]) == (0, "stopped")
    assert _processes_of(home) == []
    with socket.socket() as probe:
        assert probe.connect_ex((LOOPBACK, port)) != 0, "something still listens after the stop"


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium on this machine; apt-get install chromium")
def test_the_dagster_ui_shows_the_six_groups(pages: str, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    taken = tmp_path / "dagster-assets.png"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1400, "height": 620})
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{pages}/asset-groups", wait_until="domcontentloaded")
        for stage in STAGES:
            page.get_by_text(stage.value, exact=True).first.wait_for(timeout=READY_SECONDS * 1000)
        page.wait_for_timeout(2_000)
        page.screenshot(path=str(taken))
        browser.close()
    assert taken.stat().st_size > 10_000
    if not SCREENSHOT.exists():
        SCREENSHOT.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(taken, SCREENSHOT)
    outside = [url for url in asked if not url.startswith((pages, pages.replace("http", "ws"), "data:", "blob:"))]
    assert outside == []
