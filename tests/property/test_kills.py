"""Killed at any moment while publishing, the product that was current stays readable and nothing acknowledged is lost.

Twenty kills with SIGKILL in an ordinary run, at moments that a seeded clock picks; ``--soak`` lengthens it.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import duckdb

from assets.published.file import hashes_in
from resources.home import Home
from resources.ledger import EntryKind, Ledger
from resources.published_files import ProductFiles
from tests.fixtures.counts import times

ROOT = Path(__file__).resolve().parents[2]
KILLS = 20


def _killed_once(home: Path, begin: int, rng: random.Random) -> list[tuple[int, str]]:
    """Start the publisher, let it acknowledge a few versions, kill it a random while later; returns what it acknowledged."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fixtures.killed_publisher", str(home), str(begin)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = []
    try:
        for _ in range(rng.randint(1, 3)):
            said.append(process.stdout.readline())
        time.sleep(rng.random() * 0.06)
    finally:
        process.send_signal(signal.SIGKILL)
    said += process.stdout.read().splitlines(keepends=True)
    process.wait(timeout=60)
    return [(int(number), version) for number, version in (line.split() for line in said if line.endswith("\n"))]


def test_killed_at_any_moment_the_current_product_is_whole_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    files = ProductFiles.of(home, "county", "measures")
    rng = random.Random(20260302)
    acknowledged: list[tuple[int, str]] = []
    begin = 0
    for _ in range(times(KILLS)):
        acknowledged += _killed_once(home.root, begin, rng)
        last, version = acknowledged[-1]
        current = files.current()
        assert current is not None
        with duckdb.connect(str(files.data(current)), read_only=True) as con:
            found = con.execute("select distinct version_number from counts").fetchall()
        assert len(found) == 1, "a reader saw two versions in one file"
        assert found[0][0] >= last, "a version that was acknowledged is not current any more"
        manifest = files.manifest(current)
        assert hashes_in(files.data(current)) == {table["name"]: table["logical_hash"] for table in manifest["tables"]}
        ledger = Ledger(home)
        published = {entry["fields"]["version"] for entry in ledger.entries() if entry["kind"] == EntryKind.PUBLISHED}
        assert version in published
        begun = {entry["fields"]["version"] for entry in ledger.entries() if entry["kind"] == EntryKind.PUBLISHING}
        assert current in begun, "a version can be read that the ledger never heard of"
        begin = int(manifest["number"]) + 1
    assert len({version for _, version in acknowledged}) >= times(KILLS)
    last_ledger = Ledger(home)
    last_ledger.append(EntryKind.NOTE, night=date(2026, 12, 31), text="after the kills")
    assert last_ledger.verify().sound, "what a kill tore is repaired by the next entry"
    assert {version for _, version in acknowledged} <= {
        entry["fields"]["version"] for entry in last_ledger.entries() if entry["kind"] == EntryKind.PUBLISHED
    }
