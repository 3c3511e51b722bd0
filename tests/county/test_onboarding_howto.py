"""The how-to on onboarding, followed word for word: every command typed, every YAML block put where its first line says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
from onboarding_samples import PLANTED, people, write_all
from typed import Typed, typed

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "onboard-a-source.md"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"# (\S+?\.yaml)(, in place of the lines that begin alike)?$")
EXITS = re.compile(r"\s+# exits (\d)")


@dataclass
class Stranger:
    """Somebody who does what the page says and nothing else."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)

    def follow(self, language: str, block: str) -> None:
        if language == "yaml":
            self.put(block)
        else:
            for line in block.strip().splitlines():
                self.type(line)

    def type(self, line: str) -> None:
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            self.environment[name] = value
            return
        expected = int(found.group(1)) if (found := EXITS.search(line)) else 0
        words = shlex.split(line, comments=True)
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **self.environment}
        done: Typed | subprocess.CompletedProcess[str]
        if words[0] == "throughcare":
            done = typed(*words[1:], environment=environment, folder=self.folder)
        else:
            done = subprocess.run(words, cwd=self.folder, env=environment, capture_output=True, text=True, check=False, timeout=600)
        assert done.returncode == expected, f"{line}\nended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        self.printed[line] = done.stdout + done.stderr

    def put(self, block: str) -> None:
        first, _, rest = block.partition("\n")
        place = PLACE.match(first)
        assert place, f"a YAML block begins with the file it belongs to: {first}"
        path = self.folder / place.group(1)
        if not place.group(2):
            path.write_text(rest, encoding="utf-8")
            return
        lines = path.read_text(encoding="utf-8").splitlines()
        for chunk in _chunks(rest.splitlines()):
            lines = _replaced(lines, chunk, path.name)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _chunks(lines: list[str]) -> Iterator[list[str]]:
    """Each line with what hangs on it."""
    chunk: list[str] = []
    for line in lines:
        if chunk and _indent(line) <= _indent(chunk[0]):
            yield chunk
            chunk = []
        chunk.append(line)
    if chunk:
        yield chunk


def _replaced(lines: list[str], chunk: list[str], name: str) -> list[str]:
    key = chunk[0].partition(":")[0] + ":"
    found = [number for number, line in enumerate(lines) if line.startswith(key)]
    assert len(found) == 1, f"{name}: {len(found)} lines begin with [{key}]"
    end = found[0] + 1
    while end < len(lines) and lines[end].strip() and _indent(lines[end]) > _indent(chunk[0]):
        end += 1
    return [*lines[: found[0]], *chunk, *lines[end:]]


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Stranger:
    folder = tmp_path_factory.mktemp("afternoon")
    write_all(folder / "exports")
    who = Stranger(folder)
    for language, block in FENCE.findall(PAGE.read_text(encoding="utf-8")):
        who.follow(language, block)
    return who


def test_the_page_ends_with_the_planted_people_linked_across_all_three_systems(stranger: Stranger) -> None:
    with duckdb.connect(str(stranger.folder / "home" / "warehouse.duckdb"), read_only=True) as con:
        keys = dict(
            con.execute(
                "select subject.system || ':' || subject.source_person_id, membership.person_key"
                " from checked.subject as subject inner join linked.membership as membership using (subject_id)"
            ).fetchall()
        )
    whole = 0
    for person in people()[:PLANTED]:
        found = {keys.get(f"jail:J{person.number:05d}"), keys.get(f"hmis:H{person.number:05d}"), keys.get(f"health:pt-{person.number:05d}")}
        whole += len(found) == 1 and None not in found
    assert whole >= 0.9 * PLANTED, f"{whole} of {PLANTED} planted people have one key in all three systems"


def test_nobody_is_linked_who_was_not_planted(stranger: Stranger) -> None:
    with duckdb.connect(str(stranger.folder / "home" / "warehouse.duckdb"), read_only=True) as con:
        across = con.execute(
            "select count(*) from (select person_key from linked.membership group by person_key having count(distinct system) > 1)"
        ).fetchall()[0][0]
    assert across <= PLANTED + 2


def test_the_first_check_names_what_is_undecided_and_the_last_is_sound(stranger: Stranger) -> None:
    checks = {line: said for line, said in stranger.printed.items() if line.startswith("throughcare county check")}
    first, last = checks.values()
    assert "sources/jail.yaml" in first
    assert "not decided yet" in first
    assert "sound" in last
    assert "not yet" not in last


def test_no_command_and_no_page_shows_a_value_of_a_person(stranger: Stranger) -> None:
    pages = [path.read_text(encoding="utf-8") for path in (stranger.folder / "home" / "quality").rglob("*") if path.is_file()]
    texts = [path.read_text(encoding="utf-8") for path in (stranger.folder / "our_county").rglob("*.yaml")]
    assert len(pages) > 5
    said = "\n".join([*stranger.printed.values(), *pages, *texts]).casefold()
    told = [person.number for person in people() if person.last.casefold() in said or person.phone in said]
    assert told == []


def test_the_card_the_page_ends_with_is_there(stranger: Stranger) -> None:
    page = (stranger.folder / "home" / "quality" / "jail.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "Race collection at booking" in page
