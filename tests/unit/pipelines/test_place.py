"""Where a process works, and what day it is there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from pipelines import place as places
from pipelines.clock import set_simulated_day, simulated_day
from pipelines.place import REPOSITORY, StrangePackage, assert_rooms, demo_county, place_of, prepare_dagster
from resources.home import Home
from resources.integrator import REDACTION


def test_without_an_environment_the_demo_county_is_run_in_the_folder_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = place_of({})
    assert found.county == demo_county()
    assert found.home.root == tmp_path / "data"
    assert found.environment["THROUGHCARE_HOME"] == str(tmp_path / "data")


def test_home_and_county_may_lie_anywhere(tmp_path: Path) -> None:
    found = place_of({"THROUGHCARE_HOME": str(tmp_path / "h"), "THROUGHCARE_COUNTY": str(tmp_path / "c")})
    assert (found.home.root, found.county) == (tmp_path / "h", tmp_path / "c")


def test_the_rooms_are_ours() -> None:
    assert_rooms()
    assert (REPOSITORY / "contracts").is_dir()


def test_a_stray_package_is_named_and_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "REPOSITORY", tmp_path)
    with pytest.raises(StrangePackage, match="pipelines"):
        assert_rooms()


def test_dagster_keeps_no_telemetry_no_output_and_no_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DAGSTER_HOME", "THROUGHCARE_HOME", "GX_ANALYTICS_ENABLED"):
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.delenv(REDACTION, raising=False)
    monkeypatch.setenv(REDACTION, "1")
    found = place_of({"THROUGHCARE_HOME": str(tmp_path)})
    prepare_dagster(found)
    assert os.environ["DAGSTER_HOME"] == str(found.dagster_home)
    program = (
        "import json, dagster as dg\n"
        "with dg.DagsterInstance.get() as instance:\n"
        "    settings = instance.get_settings('telemetry'), instance.get_settings('nux')\n"
        "    print(json.dumps([*settings, type(instance.compute_log_manager).__name__]))\n"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert json.loads(answer.stdout) == [{"enabled": False}, {"enabled": False}, "NoOpComputeLogManager"]


def test_the_clock_of_a_simulated_county_stands_where_it_was_set(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert simulated_day(home) is None
    set_simulated_day(home, date(2026, 3, 4))
    assert simulated_day(home) == date(2026, 3, 4)
