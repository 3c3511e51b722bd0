"""The quick-start notebook runs as a script on a published product, offline, and leaves the file as it was."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys

import pytest

from contracts.county import load_county
from pipelines.place import REPOSITORY
from resources.published_files import current_product
from tests.fixtures.consented_world import DEMO
from tests.unit.surfaces.conftest import Desk

NOTEBOOK = REPOSITORY / "docs" / "notebooks" / "quickstart.py"
NO_NETWORK = (
    "import runpy, socket, sys\n"
    "def refuse(*_, **__): raise OSError('the notebook asked for a network')\n"
    "socket.socket.connect = refuse\n"
    "socket.getaddrinfo = refuse\n"
    "runpy.run_path(sys.argv[1], run_name='__main__')\n"
)


@pytest.mark.skipif(importlib.util.find_spec("marimo") is None, reason="marimo is not installed; pip install -e '.[dev]'")
def test_the_notebook_runs_as_a_script_without_a_network(desk: Desk) -> None:
    current = current_product(desk.home, "county", "measures")
    before = hashlib.sha256(current.data.read_bytes()).hexdigest()
    environment = {"PATH": os.environ["PATH"], "HOME": str(desk.home.root), "THROUGHCARE_HOME": str(desk.home.root)}
    done = subprocess.run(
        [sys.executable, "-c", NO_NETWORK, str(NOTEBOOK)], env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[0] == f"{current.manifest['title']}, version {current.version}, as of {current.manifest['as_of']}"
    assert said[1].startswith(f"{len(load_county(DEMO).product('county', 'measures').tables)} tables, ")
    assert said[2].startswith("average days in jail: ALL ")
    assert hashlib.sha256(current.data.read_bytes()).hexdigest() == before
