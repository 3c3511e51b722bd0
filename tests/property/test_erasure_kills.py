"""Killed at any moment, an erasure leaves a home that is whole, that knows what was begun, and in which it can be typed again.

Two kills with SIGKILL in an ordinary run, at moments that a seeded clock picks; ``--soak`` lengthens it.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assets.acquired.landing import read_landed
from assets.checked.erased_rows import Erased, registered
from assets.published.erasure import unfinished
from pipelines.erasing import erase
from resources.home import Home
from resources.ledger import Ledger
from resources.warehouse import Warehouse
from tests.fixtures.counts import times
from tests.fixtures.erasable import BENS, ORDER, Office, settled_office

ROOT = Path(__file__).resolve().parents[2]
KILLS = 2
TAKES = 1.5
"""Seconds within which the kill comes: about as long as an erasure of the tiny source takes."""


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return settled_office(tmp_path_factory.mktemp("settled"))


def _killed_once(office: Office, after: float) -> bool:
    """Let an erasure begin, kill it that many seconds later; whether it was done by then."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fixtures.killed_eraser", str(office.home.root), str(office.drop.parent / "tiny.yaml")],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begins\n"
    try:
        time.sleep(after)
    finally:
        process.send_signal(signal.SIGKILL)
    said = process.stdout.read()
    process.wait(timeout=60)
    return "done" in said


def test_killed_at_any_moment_an_erasure_is_typed_again_and_proven(settled: Office, tmp_path: Path) -> None:
    rng = random.Random(20260302)
    for number in range(times(KILLS)):
        office = Office(Home(shutil.copytree(settled.home.root, tmp_path / str(number))), settled.source, settled.drop)
        done = _killed_once(office, rng.random() * TAKES)
        ledger = Ledger(office.home)
        assert [fault for fault in ledger.verify().faults if "torn" not in fault] == []
        for manifest in office.home.landing.glob("*/[0-9a-f]*/manifest.json"):
            read_landed(office.home, manifest.parent.parent.name, manifest.parent.name)
        with Warehouse(office.home).reader() as con:
            people = {person for (person,) in con.execute("select source_person_id from checked.subject").fetchall()}
            begun, known = unfinished(con, ledger), registered(con)
        assert "p1" in people, "whoever is not erased stays"
        assert not done or (begun == () and known)
        assert not known or begun or ledger.entries(), "what is registered is never forgotten"

        # What a person types after a kill; without a name everything registered is swept.
        _, _, proof = erase(office.home, office.county, Erased() if known else BENS, ORDER, rebuild=lambda: True)
        assert (proof.proven, proof.hits) == (True, {})
        assert b"quillfeather" not in office.bytes().lower()
        assert ledger.verify().sound
        with Warehouse(office.home).reader() as con:
            assert unfinished(con, ledger) == ()
            assert con.execute("select source_person_id from checked.subject").fetchall() == [("p1",)]
        shutil.rmtree(office.home.root, ignore_errors=True)
