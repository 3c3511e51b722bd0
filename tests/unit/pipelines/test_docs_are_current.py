"""The generated pages say what the code says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from contracts.county import load_county
from pipelines.cli import build_command
from pipelines.commands.docs import left_over_pages, stale_pages
from pipelines.place import REPOSITORY, demo_county
from pipelines.reference import generated_pages, is_generated
from pipelines.reference.commands import verbs
from pipelines.reference.empty_night import columns_of_every_table
from pipelines.reference.pages import catalogue_of
from pipelines.reference.schemas import KINDS
from pipelines.reference.tables import undescribed

REFERENCE = REPOSITORY / "docs" / "reference"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Every generated page as the code would write it now."""
    return generated_pages(load_county(demo_county()))


def test_no_generated_page_is_stale(pages: dict[str, str]) -> None:
    assert stale_pages(REFERENCE, pages) == [], "write them again with: make docs"


def test_no_generated_file_is_left_over(pages: dict[str, str]) -> None:
    assert left_over_pages(REFERENCE, pages) == [], "remove them with: make docs"


def test_a_changed_page_and_a_left_over_schema_are_named(pages: dict[str, str], tmp_path: Path) -> None:
    for path, text in pages.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert stale_pages(tmp_path, pages) == []
    (tmp_path / "elements.md").write_text("edited by hand", encoding="utf-8")
    (tmp_path / "schemas" / "gone.schema.json").write_text("{}", encoding="utf-8")
    assert stale_pages(tmp_path, pages) == ["elements.md"]
    assert left_over_pages(tmp_path, pages) == ["schemas/gone.schema.json"]


def test_hand_written_pages_are_never_left_over() -> None:
    assert not is_generated("state.md")
    assert is_generated("schemas/county.schema.json")


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(build_command(), ["docs", "--into", str(tmp_path / "nowhere")])
    assert done.exit_code == 2


def test_every_column_of_every_stage_is_described() -> None:
    county = load_county(demo_county())
    assert undescribed(catalogue_of(county), columns_of_every_table(county)) == []


def test_every_verb_has_a_page_entry_with_an_example(pages: dict[str, str]) -> None:
    listed = dict(verbs(build_command()))
    assert {"throughcare run", "throughcare county check", "throughcare link evaluate"} <= set(listed)
    for path, verb in listed.items():
        assert f"## {path}\n" in pages["commands.md"]
        assert f"Example: {path}" in " ".join((verb.help or "").split()), f"{path} needs an example in its help"


def test_arguments_keep_their_help() -> None:
    check = dict(verbs(build_command()))["throughcare county check"]
    assert "county folder" in str(getattr(check.params[0], "help", ""))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_file_of_the_demo_county_fits_its_schema(kind: str) -> None:
    where, _ = KINDS[kind]
    files = sorted(demo_county().glob(where))
    assert files, f"the demo county has no {where}"
    schema = json.loads((REFERENCE / "schemas" / f"{kind}.schema.json").read_text(encoding="utf-8"))
    for file in files:
        jsonschema.validate(_as_json(file), schema)


def test_a_schema_refuses_an_unknown_key() -> None:
    schema = json.loads((REFERENCE / "schemas" / "disclosure.schema.json").read_text(encoding="utf-8"))
    content = _as_json(demo_county() / "disclosure.yaml") | {"minimum_sell": 11}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, schema)


def _as_json(file: Path) -> Any:
    return json.loads(json.dumps(yaml.safe_load(file.read_text(encoding="utf-8")), default=str))
