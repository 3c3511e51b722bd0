"""``throughcare up``: the Dagster UI on loopback.

Belongs here: starting it, waiting, stopping it cleanly. Does not belong here: what the UI shows (definitions).
The UI has no authentication of its own: it binds to loopback, and an authenticating proxy stands before it anywhere else.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
import yaml

from pipelines.clock import set_simulated_day
from pipelines.commands.common import BAD, USAGE, here, terms
from pipelines.display import complain, counting, say
from pipelines.place import REPOSITORY, Place, demo_county, prepare_dagster

LOOPBACK = "127.0.0.1"
STOP_SECONDS = 20.0
RESIDENTS = 2_000


def up(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port on loopback; 0 takes a free one.")] = 3000,
) -> None:
    """Open the Dagster UI on loopback; Ctrl-C stops it and everything it started.

    A home without a county is given a small simulated one with its first night delivered, so that there is something to run.

    Example: throughcare up --port 3000
    """
    place = here()
    county = terms(place)
    prepare_dagster(place)
    if place.county == demo_county() and not place.systems.exists():
        _simulate(place, county.text.first_night)
    chosen = port or _free_port()
    if not _is_free(chosen):
        complain(f"port {chosen} on {LOOPBACK} is taken; choose another with --port")
        raise typer.Exit(USAGE)
    process = start(place, chosen)
    stopping = threading.Event()

    def stop_(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop_)
    say(f"starting Dagster; the pages will be at http://{LOOPBACK}:{chosen}  (Ctrl-C stops it)")
    announced = False
    while process.poll() is None and not stopping.wait(0.5):
        if not announced and answers(chosen):
            announced = True
            say(f"[green]ready[/green]  http://{LOOPBACK}:{chosen}")
    asked = stopping.is_set()
    stop(process)
    say("stopped")
    if not asked:
        raise typer.Exit(BAD)


def start(place: Place, port: int) -> subprocess.Popen[bytes]:
    """Start web server, daemon and code server in a session of their own, so that a terminal's Ctrl-C reaches this process only."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
        [
            sys.executable,
            "-m",
            "dagster",
            "dev",
            "--workspace",
            str(write_workspace(place)),
            "--host",
            LOOPBACK,
            "--port",
            str(port),
            "--log-level",
            "warning",
        ],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONWARNINGS": "ignore", "DAGSTER_HOME": str(place.dagster_home), "THROUGHCARE_COUNTY": str(place.county)},
        start_new_session=True,
    )


def write_workspace(place: Place) -> Path:
    """workspace.yaml with the installation as working directory, whatever the current folder is."""
    path = place.dagster_home / "workspace.yaml"
    module = {"module_name": "pipelines.definitions", "working_directory": str(REPOSITORY), "location_name": "throughcare"}
    path.write_text(yaml.safe_dump({"load_from": [{"python_module": module}]}), encoding="utf-8")
    return path


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the parent to end its children; end what is left of the session it led."""
    # Signalling the whole group at once leaves orphans: the parent must be the one to stop its children.
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            complain("Dagster did not stop in time; ending its processes")
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def answers(port: int) -> bool:
    """Whether the web server answers."""
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/server_info", timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_until_ready(process: subprocess.Popen[bytes], port: int, seconds: float) -> bool:
    """Wait for the web server; False if it ended or took too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        if answers(port):
            return True
        time.sleep(0.5)
    return False


def _simulate(place: Place, first_night: date) -> None:
    from resources.simulated_county.deliver import deliver
    from resources.simulated_county.simulate import simulate

    with counting(f"simulating {RESIDENTS:,} residents") as report:
        simulate(place.simulated, residents=RESIDENTS, first_night=first_night, nights=1, seed=20_260_302, progress=report)
    deliver(place.simulated, place.systems, first_night)
    set_simulated_day(place.home, first_night)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
