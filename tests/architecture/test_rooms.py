"""Who may do what where: the lines that keep the house standing."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("pipelines", "assets", "resources", "contracts")
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
SQL_FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.sql"))
DAGSTER_FILES = ("assets.py", "checks.py")


def _relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _imports(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_resolves_inside_the_repository(room: str) -> None:
    module = importlib.import_module(room)
    assert module.__file__ is not None
    assert Path(module.__file__).resolve().is_relative_to(ROOT)


def test_every_folder_of_the_rooms_is_a_regular_package() -> None:
    bare = {_relative(path.parent) for path in MODULES if not (path.parent / "__init__.py").exists()}
    assert bare == set()


def test_only_the_thin_modules_import_dagster() -> None:
    offenders = [
        _relative(path)
        for path in MODULES
        if any(name.split(".")[0] in {"dagster", "dagster_dg_cli"} for name in _imports(ast.parse(path.read_text())))
        and not (path.name in DAGSTER_FILES and path.is_relative_to(ROOT / "assets"))
        and not path.is_relative_to(ROOT / "pipelines")
    ]
    assert offenders == []


def test_nothing_but_pipelines_imports_the_thin_modules() -> None:
    thin = re.compile(r"^assets\.\w+\.(assets|checks)$")
    offenders = [
        (_relative(path), name)
        for path in MODULES
        if not path.is_relative_to(ROOT / "pipelines") and path.name not in DAGSTER_FILES
        for name in _imports(ast.parse(path.read_text()))
        if thin.match(name)
    ]
    assert offenders == []


def test_dagster_modules_do_not_postpone_annotations() -> None:
    # Dagster reads the context type from the annotation; a string there breaks it at run time.
    offenders = [
        _relative(path)
        for path in MODULES
        if path.name in DAGSTER_FILES and path.is_relative_to(ROOT / "assets") and "from __future__ import annotations" in path.read_text()
    ]
    assert offenders == []


def _outside_functions(tree: ast.Module) -> list[ast.AST]:
    found: list[ast.AST] = []
    waiting: list[ast.AST] = [*tree.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        found.append(node)
        waiting.extend(ast.iter_child_nodes(node))
    return found


def test_nothing_reads_the_environment_at_import() -> None:
    offenders = [
        (_relative(path), node.lineno)
        for path in MODULES
        if path.name not in {"__main__.py"}
        for node in _outside_functions(ast.parse(path.read_text()))
        if (isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} and getattr(node.value, "id", "") == "os")
    ]
    assert offenders == []


def test_logic_never_reads_the_clock() -> None:
    clock = {("datetime", "now"), ("datetime", "today"), ("date", "today"), ("datetime", "utcnow"), ("time", "time")}
    offenders = [
        (_relative(path), node.lineno)
        for path in MODULES
        if path.is_relative_to(ROOT / "assets") or path.is_relative_to(ROOT / "contracts")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and (getattr(node.value, "id", getattr(node.value, "attr", "")), node.attr) in clock
    ]
    assert offenders == []


def test_every_module_says_what_belongs_in_it() -> None:
    silent = [_relative(path) for path in MODULES if path.name != "__init__.py" and not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


def test_no_module_is_longer_than_four_hundred_lines() -> None:
    long = {_relative(path): count for path in MODULES if (count := len(path.read_text().splitlines())) > 400}
    assert long == {}


@pytest.mark.parametrize("path", SQL_FILES, ids=_relative)
def test_every_sql_file_is_one_select_that_opens_with_its_question(path: Path) -> None:
    text = path.read_text()
    first = text.splitlines()[0]
    assert first.startswith("-- "), "the first line is a comment"
    question = re.match(r"(?:--.*\n)+", text)
    assert question is not None
    assert "?" in question.group(0), "the opening comment asks the question the SELECT answers"
    statements = [statement for statement in sqlglot.parse(text, read="duckdb") if statement is not None]
    assert len(statements) == 1
    assert isinstance(statements[0], exp.Query)


@pytest.mark.parametrize("path", SQL_FILES, ids=_relative)
def test_no_sql_file_reads_the_clock_or_a_positional_parameter(path: Path) -> None:
    statement = sqlglot.parse_one(path.read_text(), read="duckdb")
    clocks = (exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentTime)
    assert [node for node in statement.walk() if isinstance(node, clocks)] == []
    assert [node for node in statement.find_all(exp.Placeholder) if not node.name] == []


def test_the_lock_names_no_index_and_pins_the_versions_that_belong_together() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert re.findall(r"https?://|--index|--find-links", lock) == []
    pinned = dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", lock, flags=re.MULTILINE))
    assert pinned["dagster"] == pinned["dagster-webserver"] == pinned["dagster-dg-cli"]
    assert pinned["duckdb"].startswith("2.0.")
    assert tuple(map(int, pinned["typer"].split(".")[:2])) < (0, 26)
    assert int(pinned["pandas"].split(".")[0]) < 3


def test_every_declared_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[\[<>=!~ ]", name)[0].lower() for name in [*project["dependencies"], *project["optional-dependencies"]["dev"]]}
    locked = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), flags=re.MULTILINE))
    assert {name.replace("_", "-") for name in wanted} - locked == set()


def test_no_tracked_text_names_a_machine_path() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    # Assembled, so that this file does not name what it forbids.
    machine = re.compile("|".join(f"(?<![A-Za-z0-9_.$}}~]){folder}" for folder in ("/wo" + "rk/", "/ro" + "ot/", "/fa" + "rm/")))
    offenders = []
    for name in filter(None, tracked):
        path = ROOT / name
        if path.suffix in {".png", ".parquet", ".gz", ".xlsx"} or not path.is_file():
            continue
        if machine.search(path.read_text(encoding="utf-8", errors="ignore")):
            offenders.append(name)
    assert offenders == []


def test_importing_the_rooms_is_light() -> None:
    # Great Expectations and Splink cost seconds; they are imported where they are used.
    code = (
        "import sys, contracts.county, resources.warehouse; print(sorted({'splink', 'great_expectations', 'dagster'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
