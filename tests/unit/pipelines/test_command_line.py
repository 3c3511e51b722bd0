"""What every verb promises: an example, JSON where it reports, an exit code that tells, and never a value in an error."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from pipelines.cli import build_command
from pipelines.place import REPOSITORY, demo_county

SILENT = {"county new", "county simulate", "county deliver", "link train", "up"}
"""Verbs that do something and report nothing."""


def _verbs(command: click.Command, name: str = "") -> dict[str, click.Command]:
    if isinstance(command, click.Group):
        found: dict[str, click.Command] = {}
        for word, inner in command.commands.items():
            found |= _verbs(inner, f"{name} {word}".strip())
        return found
    return {name: command}


VERBS = _verbs(build_command())


def _type(home: Path, *words: str) -> Result:
    return CliRunner().invoke(build_command(), list(words), env={"THROUGHCARE_HOME": str(home), "THROUGHCARE_COUNTY": str(demo_county())})


@pytest.mark.parametrize("name", sorted(VERBS))
def test_every_verb_shows_an_example_of_itself(name: str) -> None:
    help_text = VERBS[name].help or ""
    assert f"Example: throughcare {name}" in help_text


@pytest.mark.parametrize("name", sorted(VERBS))
def test_every_verb_that_reports_can_report_json(name: str) -> None:
    options = {option for parameter in VERBS[name].params for option in parameter.opts}
    assert ("--json" in options) == (name not in SILENT)


@pytest.mark.parametrize("name", sorted(VERBS))
def test_every_option_says_what_it_is_for(name: str) -> None:
    silent = [parameter.name for parameter in VERBS[name].params if not getattr(parameter, "help", None)]
    assert silent == []


def test_a_sound_county_is_said_to_be_sound(tmp_path: Path) -> None:
    done = _type(tmp_path, "county", "check", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["sound"] is True


def test_every_fault_of_a_county_is_named_with_file_line_and_key(tmp_path: Path) -> None:
    folder = tmp_path / "county"
    assert _type(tmp_path, "county", "new", str(folder)).exit_code == 0
    path = folder / "county.yaml"
    path.write_text(path.read_text().replace("timezone: America/New_York", "timezone: Larkmoor\nmoon: full"))
    (folder / "disclosure.yaml").unlink()
    done = _type(tmp_path, "county", "check", str(folder), "--json")
    assert done.exit_code == 1
    faults = {(fault["file"], fault["key"]) for fault in json.loads(done.stdout)["faults"]}
    assert {("county.yaml", "timezone"), ("county.yaml", "moon"), ("disclosure.yaml", "-")} <= faults
    lines = [fault["line"] for fault in json.loads(done.stdout)["faults"] if fault["key"] == "moon"]
    assert path.read_text().splitlines()[lines[0] - 1].startswith("moon")


def test_a_county_is_never_copied_over_another(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "precious.txt").write_text("kept")
    done = _type(tmp_path, "county", "new", str(tmp_path / "mine"))
    assert done.exit_code == 2
    assert (tmp_path / "mine" / "precious.txt").read_text() == "kept"


def test_an_empty_home_is_reported_as_bad_with_the_way_to_begin(tmp_path: Path) -> None:
    done = _type(tmp_path, "status", "--json")
    said = json.loads(done.stdout)
    assert done.exit_code == 1
    assert said["night"] is None
    assert any("throughcare run --night" in fault for fault in said["faults"])
    assert {product["standing"] for product in said["products"]} == {"absent"}


@pytest.mark.parametrize("product", ["county/measures", "nobody/nothing", "measures", "../../etc/passwd"])
def test_a_product_that_is_not_there_cannot_be_asked(tmp_path: Path, product: str) -> None:
    done = _type(tmp_path, "query", product, "select 1")
    assert done.exit_code == 2
    assert done.stdout == ""


def test_a_home_without_a_ledger_is_not_called_sound(tmp_path: Path) -> None:
    done = _type(tmp_path, "ledger", "verify", "--json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "there is no ledger in" in done.output
    assert "set THROUGHCARE_HOME" in done.output


def test_a_night_that_is_no_date_is_refused(tmp_path: Path) -> None:
    assert _type(tmp_path, "run", "--night", "yesterday").exit_code == 2


@pytest.mark.parametrize("overruled", [("--override-gate", "merges"), ("--new-terms",)])
@pytest.mark.parametrize(("said", "lacks"), [((), "--reason"), (("--reason", "confirmed"), "--by"), (("--by", "D. Osei"), "--reason")])
def test_nothing_is_overruled_without_a_reason_and_a_name(
    tmp_path: Path, overruled: tuple[str, ...], said: tuple[str, ...], lacks: str
) -> None:
    done = _type(tmp_path, "run", "--night", "2026-03-02", *overruled, *said)
    assert done.exit_code == 2
    assert lacks in done.output


def test_the_demo_leaves_a_home_alone_that_it_did_not_make(tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").write_text("a county's year of work")
    done = _type(tmp_path, "demo", "--residents", "1000", "--nights", "1")
    assert done.exit_code == 2
    assert (tmp_path / "warehouse.duckdb").read_text() == "a county's year of work"


def test_a_night_that_was_not_simulated_cannot_be_delivered(tmp_path: Path) -> None:
    done = _type(tmp_path, "county", "deliver", "--night", "2026-03-02")
    assert done.exit_code == 2
    assert "county simulate" in done.output


def _process(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipelines", *words],
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], "THROUGHCARE_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_error_is_a_line_without_a_traceback(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("")
    done = _process(home, "run", "--night", "2026-03-02")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "NotADirectoryError" in done.stderr or "FileExistsError" in done.stderr


def test_a_county_with_faults_stops_a_run_before_anything_is_read(tmp_path: Path) -> None:
    done = _process(tmp_path / "home", "run", "--night", "2026-03-02", THROUGHCARE_COUNTY=str(tmp_path))
    assert done.returncode == 2
    assert "county.yaml:1:" in done.stderr
    assert not (tmp_path / "home").exists()


def _documents(home: Path, *words: str) -> Any:
    return json.loads(_type(home, *words).stdout)


def test_json_is_alone_on_standard_output(tmp_path: Path) -> None:
    assert _documents(tmp_path, "ledger", "show", "--json") == []


def _examples(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command, list[str]]]:
    """Every example of every verb, with the verb it is of and the words after its name."""
    for name, inner in command.commands.items() if isinstance(command, click.Group) else ():
        yield from _examples(inner, (*path, name))
    for line in (command.help or "").splitlines():
        if line.strip().startswith("Example: throughcare "):
            words = shlex.split(line.strip().removeprefix("Example: throughcare "), comments=True)
            assert words[: len(path)] == list(path), f"an example of {' '.join(path)} is of another verb"
            yield " ".join(words), command, words[len(path) :]


def test_every_example_in_the_help_is_understood_as_it_stands() -> None:
    found = list(_examples(build_command()))
    assert len(found) > 60
    refused = {}
    for text, command, words in found:
        try:
            command.make_context(text, list(words))
        except click.ClickException as error:
            refused[text] = error.format_message()
    assert refused == {}
