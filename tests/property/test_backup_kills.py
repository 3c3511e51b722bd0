"""Killed at any moment, a backup is whole or it is none: no half of one passes for a backup.

Two kills with SIGKILL in an ordinary run, at moments that a seeded clock picks; ``--soak`` lengthens it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from resources.backup import MANIFEST, BackupFault, back_up, verified
from resources.home import Home
from resources.ledger import EntryKind, Ledger
from resources.warehouse import Warehouse
from tests.fixtures.counts import times

ROOT = Path(__file__).resolve().parents[2]
KILLS = 2


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home").prepare()
    with Warehouse(made).writer() as con:
        con.execute("create table checked.numbers as select i from range(50000) as r (i)").fetchall()
    for number in range(40):
        (made.landing / f"{number}.csv").write_text("a,b\n" * 500)
    Ledger(made).append(EntryKind.NOTE, night=date(2026, 3, 2))
    return made


def _killed_once(home: Home, into: Path, begin: int, rng: random.Random) -> int:
    """Start making backups, let one be acknowledged, kill a random while later; returns the last one acknowledged."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fixtures.killed_backup", str(home.root), str(into), str(begin)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = [process.stdout.readline()]
    try:
        time.sleep(rng.random() * 0.15)
    finally:
        process.send_signal(signal.SIGKILL)
    said += process.stdout.read().splitlines(keepends=True)
    process.wait(timeout=60)
    return max(int(line) for line in said if line.endswith("\n"))


def _listed(folder: Path) -> set[str]:
    return set(json.loads((folder / MANIFEST).read_text())["files"])


def test_killed_at_any_moment_a_backup_is_whole_or_it_is_none(home: Home, tmp_path: Path) -> None:
    rng = random.Random(20260302)
    into = tmp_path / "backups"
    whole = _listed(back_up(home, into / "0").folder)
    begin = 1
    for _ in range(times(KILLS)):
        last = _killed_once(home, into, begin, rng)
        assert {frozenset(_listed(verified(into / str(number)).folder)) for number in range(begin, last + 1)} == {frozenset(whole)}
        torn = into / str(last + 1)
        if (torn / MANIFEST).exists():
            assert _listed(verified(torn).folder) == whole, "the manifest is written last: what has one holds everything"
        else:
            with pytest.raises(BackupFault, match="no backup that was finished"):
                verified(torn)
        begin = last + 2
