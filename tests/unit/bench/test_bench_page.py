"""The page of all benchmarks: what it refuses, and how it writes."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "bench" / "page.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_page", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _figures(**changes: Any) -> dict[str, Any]:
    return {
        "title": "A title",
        "command": "python tests/bench/bench_x.py",
        "versions": {"duckdb": "2.0.0"},
        "seed": 1,
        "notes": ["A note."],
        "tables": [{"caption": "A table", "columns": ["a", "b"], "rows": [[1234567, None], ["x|y", True]]}],
        **changes,
    }


def test_every_benchmark_has_its_section_in_order_of_file(script: ModuleType, tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.json").write_text(json.dumps(_figures(title=f"Title {name}")))
    text = script.page(tmp_path)
    assert text.index("## Title a") < text.index("## Title b")
    assert "| 1,234,567 | - |" in text
    assert "| x\\|y | yes |" in text
    assert "duckdb 2.0.0" in text


def test_figures_of_several_commits_say_so_by_section_and_table(script: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(_figures(commit="aaa1111")))
    assert "figures were measured on" not in script.page(tmp_path)
    apart = {"caption": "T", "columns": ["a"], "rows": [[1]], "commit": "bbb2222", "command": "python other.py", "versions": {"x": "1"}}
    (tmp_path / "b.json").write_text(json.dumps(_figures(commit="aaa1111", tables=[apart])))
    text = script.page(tmp_path)
    assert "measured on 2 commits** (aaa1111, bbb2222)" in text
    assert "Commit aaa1111." in text
    assert "Measured apart: `python other.py`; commit bbb2222; x 1" in text
    (tmp_path / "c.json").write_text(json.dumps(_figures()))
    assert "Commit unknown." in script.page(tmp_path)


def test_figures_without_a_part_are_refused_by_name(script: ModuleType, tmp_path: Path) -> None:
    figures = _figures()
    del figures["seed"]
    (tmp_path / "x.json").write_text(json.dumps(figures))
    with pytest.raises(script.FigureFault, match=r"x\.json lacks seed"):
        script.page(tmp_path)


def test_a_row_that_does_not_fit_its_columns_is_refused(script: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps(_figures(tables=[{"caption": "T", "columns": ["a"], "rows": [[1, 2]]}])))
    with pytest.raises(script.FigureFault, match="2 cells for 1 columns"):
        script.page(tmp_path)


def test_without_figures_there_is_no_page(script: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="run the benchmarks first"):
        script.page(tmp_path)
