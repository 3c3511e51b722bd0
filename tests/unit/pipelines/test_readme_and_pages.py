"""README and the hand-written pages promise only what is there: tests, commands, links, figures."""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from contracts.county import load_county
from pipelines.cli import build_command
from pipelines.place import REPOSITORY, demo_county
from pipelines.reference import with_figures

README = REPOSITORY / "README.md"
DOCS = REPOSITORY / "docs"
PAGES = [README, *sorted(REPOSITORY.glob("[A-Z]*.md")), *sorted(DOCS.rglob("*.md"))]
HAND_WRITTEN = [path for path in dict.fromkeys(PAGES) if "Written by `throughcare docs`" not in path.read_text(encoding="utf-8")[:100]]
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\((?!https?:|mailto:)([^)\s]+)\)")


def _named(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _promises() -> list[str]:
    section = _text(README).split("## Promises")[1].split("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| ") and "`tests/" in line]


def test_every_promise_names_a_test_that_is_there() -> None:
    promises = _promises()
    assert len(promises) > 10
    for promise in promises:
        for path in re.findall(r"`(tests/[^`]+)`", promise):
            assert (REPOSITORY / path).is_file(), path
            assert "\ndef test_" in _text(REPOSITORY / path), f"{path} holds no test"


def test_every_row_of_the_promise_table_names_a_test() -> None:
    section = _text(README).split("## Promises")[1].split("\n\n")[1]
    assert len(_promises()) == len(section.splitlines()) - 2


def test_the_readme_says_what_the_model_card_says() -> None:
    assert with_figures(_text(README), load_county(demo_county())) == _text(README), "write them again with: make docs"


def test_a_readme_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="marks"):
        with_figures("# Throughcare", load_county(demo_county()))


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", _text(REPOSITORY / "Makefile"), re.MULTILINE))
    named = {target for path in HAND_WRITTEN for target in re.findall(r"(?:^|`)make ([a-z]+)", _text(path), re.MULTILINE)}
    assert {"demo", "test"} <= named
    assert named <= targets


def _typed(path: Path) -> Iterator[str]:
    """Commands a reader would type: lines of fenced blocks."""
    for block in FENCE.findall(_text(path)):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("throughcare "):
                yield line.split("  #")[0]


def _mentioned(path: Path) -> Iterator[str]:
    """Commands named in running text."""
    for words in re.findall(r"`(throughcare [^`]+)`", FENCE.sub("", _text(path))):
        yield " ".join(words.split())


def _verb(words: list[str]) -> tuple[click.Command, list[str]]:
    command = build_command()
    while isinstance(command, click.Group) and words and words[0] in command.commands:
        command, words = command.commands[words[0]], words[1:]
    return command, words


@pytest.mark.parametrize("path", HAND_WRITTEN, ids=_named)
def test_every_typed_command_parses(path: Path) -> None:
    for line in _typed(path):
        command, words = _verb(shlex.split(line)[1:])
        assert not isinstance(command, click.Group), line
        command.make_context("throughcare", words)


@pytest.mark.parametrize("path", HAND_WRITTEN, ids=_named)
def test_every_mentioned_command_and_option_exists(path: Path) -> None:
    for line in _mentioned(path):
        command, words = _verb(shlex.split(line)[1:])
        if words == ["VERB"]:
            continue
        options = {name for parameter in command.params for name in parameter.opts} | {"--help"}
        assert not isinstance(command, click.Group) or not words, line
        assert {word for word in words if word.startswith("--")} <= options, line


def test_the_pages_do_name_commands() -> None:
    assert sum(1 for path in HAND_WRITTEN for _ in (*_typed(path), *_mentioned(path))) > 40


@pytest.mark.parametrize("path", HAND_WRITTEN, ids=_named)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    for target in LINK.findall(FENCE.sub("", _text(path))):
        place, _, anchor = target.partition("#")
        found = (path.parent / place).resolve() if place else path
        assert found.exists(), f"{target} of {_named(path)}"
        if anchor:
            assert anchor in _anchors(found), f"{target} of {_named(path)}"


def _anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", _text(path)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", unicodedata.normalize("NFC", heading).lower()).strip().replace(" ", "-") for heading in headings}


def test_every_page_is_listed_in_the_index() -> None:
    listed = {(DOCS / target.partition("#")[0]).resolve() for target in LINK.findall(_text(DOCS / "README.md"))}
    pages = {path.resolve() for path in DOCS.rglob("*.md") if path.parent.name != "decisions" and path.name != "README.md"}
    assert {path.name for path in pages - listed} == set()


def test_the_sql_of_the_pages_names_tables_and_columns_that_exist() -> None:
    from pipelines.reference.empty_night import columns_of_every_table

    columns = columns_of_every_table(load_county(demo_county()))
    statements = re.findall(r"select ([\w, ]+) from ((?:checked|consented|linked|measured)\.\w+)", "\n".join(map(_text, HAND_WRITTEN)))
    assert len(statements) >= 5
    for selected, table in statements:
        assert {name.strip() for name in selected.split(",")} <= set(columns[table]), table


def test_the_queries_of_the_pages_ask_for_columns_that_products_have() -> None:
    products = {product.path: product for product in load_county(demo_county()).products}
    asked = re.findall(r'throughcare query (\w+/\w+) "select ([\w, ]+) from (\w+)', "\n".join(map(_text, HAND_WRITTEN)))
    own = {"_about": {"name", "value"}, "_columns": {"table_name", "column_name", "description"}}
    assert len(asked) >= 5
    for path, selected, name in asked:
        shown_ = own.get(name) or next({column.name for column in table.columns} for table in products[path].tables if table.name == name)
        assert {column.strip() for column in selected.split(",")} <= shown_ | {"withheld"}, f"{path} {name}"
