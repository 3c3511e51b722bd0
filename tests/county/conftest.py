"""A small simulated county and the command line, as a person would use them.

What must be isolated runs in a process of its own with a bare environment, so that nothing leaks in from the developer's machine; the rest
runs here, for a process costs more than most commands.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typed import Typed, typed

from pipelines.clock import set_simulated_day
from resources.home import Home
from resources.simulated_county.deliver import deliver
from resources.simulated_county.simulate import simulate

ROOT = Path(__file__).resolve().parents[2]
NIGHTS = (date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4))


@dataclass
class Office:
    """One integrator's office: a home, a county folder, and what its commands printed."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    printed: list[str] = field(default_factory=list)

    def type(self, *words: str, expect: int | None = 0, answers: str | None = None) -> Typed:
        """Type ``throughcare <words>``; ``expect`` is the exit code (None: any), ``answers`` what is typed at its prompts."""
        done = subprocess.run(
            [sys.executable, "-m", "pipelines", *words],
            cwd=ROOT,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
            input=answers,
        )
        return self._printed(words, Typed(done.returncode, done.stdout, done.stderr), expect)

    def here(self, *words: str, expect: int | None = 0, answers: str | None = None) -> Typed:
        """Type it in this process, which saves the start of another; what must be isolated is given a process of its own."""
        done = typed(*words, environment=self._environment(), folder=ROOT, answers=answers)
        return self._printed(words, done, expect)

    def ask(self, *words: str, expect: int = 0) -> Any:
        """Ask a reporting command with ``--json`` in this process and read what it says."""
        return json.loads(self.here(*words, "--json", expect=expect).stdout)

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.home.parent), "THROUGHCARE_HOME": str(self.home), **self.environment}

    def _printed(self, words: tuple[str, ...], done: Typed, expect: int | None) -> Typed:
        self.printed += [done.stdout, done.stderr]
        if expect is not None:
            assert done.returncode == expect, f"throughcare {' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *words: str, expect: int | None = 0) -> Any:
        """Type a reporting command with ``--json`` and read what it says."""
        return json.loads(self.type(*words, "--json", expect=expect).stdout)


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,000 residents and three nights, written once."""
    out = tmp_path_factory.mktemp("simulated")
    simulate(out, residents=1_000, first_night=NIGHTS[0], nights=len(NIGHTS), seed=1)
    return out


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An empty office."""
    return Office(tmp_path / "home")


@pytest.fixture(scope="session")
def new_office() -> Callable[[Path], Office]:
    """An office at a given home, for fixtures that several tests share."""
    return Office


@pytest.fixture
def delivered(simulated: Path) -> Callable[[Office, date], None]:
    """Bring one night's files to where the county's connectors look."""

    def bring(office: Office, night: date) -> None:
        deliver(simulated, office.home / "county_systems", night)

    return bring


@pytest.fixture(scope="session")
def settled(simulated: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, int], None]:
    """Put a home after one or two nights of the simulated county where it is asked for; the nights themselves are run once."""
    office = Office(tmp_path_factory.mktemp("settled") / "home")
    kept: dict[int, Path] = {}

    def put(home: Path, nights: int) -> None:
        while len(kept) < nights:
            night = NIGHTS[len(kept)]
            deliver(simulated, office.home / "county_systems", night)
            set_simulated_day(Home(office.home), night)
            office.here("run", "--night", night.isoformat())
            kept[len(kept) + 1] = Path(shutil.copytree(office.home, office.home.with_name(f"after_{len(kept) + 1}")))
        shutil.copytree(kept[nights], home, dirs_exist_ok=True)

    return put
