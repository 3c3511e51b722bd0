"""Every file of the corpus is refused, quarantined with a reason, or accepted as expected.csv says; no value shifts, none is told."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bad_files
import duckdb
import pytest
from bad_files import BUILT, FOLDER, LARGE, NIGHT, Expected, expected

from assets.acquired.acquire import acquire
from assets.checked import check
from assets.checked.check import check_delivery, create_tables
from assets.checked.quarantine import quarantine_file
from resources.home import Home
from resources.warehouse import Warehouse

CORPUS = expected()
CANARIES = {
    "source_record_id": r"V\d+",
    "source_person_id": r"[KV]\d+",
    "first_name": r"Quillon|Ysolde|Torquil|Araminta",
    "last_name": r"Vandersnoot|Brightwater\w*|Mistlethwaite|Thistlewood",
    "birth_date": r"19[0-9]{2}-\d\d-\d\d",
    "sex": r"M|F",
    "zip": r"6990[12]",
    "started_at": r"2026-03-01 .*|2026-02-\d\d .*",
    "disposition": r"resolved_on_scene|ed",
}
"""What each canonical field may hold if every value is in its place."""
TOLD = re.compile(r"Quillon|Vandersnoot|Ysolde|Brightwat|Torquil|Mistleth|1980-05|1991-12|69901|69902|\bK[123]\b|DROP TABLE|passwd")


class Corpus:
    """A house in which every file is a delivery of a source of its own."""

    def __init__(self, home: Home, con: Any) -> None:
        self.home, self.con = home, con

    def run(self, name: str) -> tuple[Any, Any]:
        """Acquire and check one file."""
        alias = self.alias(name)
        source = bad_files.source_of(name, alias)
        folder = self.home.root / "drops" / alias
        bad_files.deliver(name, folder)
        got = acquire(source, night=NIGHT, home=self.home, con=self.con, environment={"BAD_DROP": str(folder)})
        return got, check_delivery(source, timezone="America/New_York", regions={}, night=NIGHT, home=self.home, con=self.con)

    @staticmethod
    def alias(name: str) -> str:
        """A source's name made of a file's."""
        return "bad_" + re.sub(r"[^a-z0-9]", "_", name.lower())

    def faults(self, name: str) -> str:
        """position:column:rule of every row in quarantine."""
        path = quarantine_file(self.home, self.alias(name), NIGHT)
        if not path.exists():
            return ""
        with duckdb.connect(str(path), read_only=True) as con:
            found = con.execute("select row_position, column_name, rule from refused order by all").fetchall()
        return "|".join(f"{position}:{column}:{rule}" for position, column, rule in found)

    def known(self, name: str) -> dict[str, dict[str, str | None]]:
        """Canonical values of every known record, by its key."""
        found = self.con.execute(
            "select key.source_record_id, seen.source_person_id, seen.first_name, seen.last_name, seen.birth_date::varchar, seen.sex,"
            " seen.zip, visit.started_at::varchar, visit.disposition"
            " from checked.source_record as key"
            " join checked.observation_versions as seen on seen.record_id = key.record_id and seen.evidence = 'primary'"
            " left join checked.co_responder_encounter_versions as visit on visit.record_id = key.record_id and visit.known_to is null"
            " where key.source = ? and seen.known_to is null",
            [self.alias(name)],
        ).fetchall()
        return {row[0]: dict(zip(CANARIES, row, strict=True)) for row in found}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    warehouse = Warehouse(Home(tmp_path_factory.mktemp("corpus") / "home"))
    with warehouse.writer() as con, pytest.MonkeyPatch.context() as patch:
        create_tables(con)
        patch.setattr(check, "create_tables", lambda con: None)  # once is enough, and half the time
        yield Corpus(warehouse.home, con)


def test_the_corpus_is_listed_whole_and_every_name_once() -> None:
    names = [item.file for item in CORPUS]
    lying = {path.name for path in FOLDER.iterdir()} - {"README.md", "visits.yaml", "expected.csv"}
    assert len(names) == len(set(names)) >= 250
    assert set(names) == lying | set(BUILT)
    assert {item.verdict for item in CORPUS} == {"refused", "quarantined", "accepted", "refused_when_checked"}


@pytest.mark.parametrize("item", [item for item in CORPUS if item.file not in LARGE], ids=lambda item: item.file)
def test_a_bad_file_comes_to_what_the_list_says(corpus: Corpus, item: Expected, capfd: pytest.CaptureFixture[str], caplog: Any) -> None:
    got, checked = corpus.run(item.file)
    assert_as_expected(corpus, item, got, checked)
    captured = capfd.readouterr()
    told = f"{got}{checked}{captured.out}{captured.err}{caplog.text}"
    assert TOLD.search(told.replace(item.file, "")) is None


def assert_as_expected(corpus: Corpus, item: Expected, got: Any, checked: Any) -> None:
    if item.verdict == "refused":
        assert (got.verdict, corpus.known(item.file)) == ("refused", {})
        assert f": {item.rules}: " in f": {got.reason}"
        return
    assert got.verdict == "accepted", got.reason
    assert all(feed.is_whole for feed in checked.feeds)
    if item.verdict == "refused_when_checked":
        assert (checked.verdict, corpus.known(item.file)) == ("refused", {})
        assert "rows refused, more than the cap" in checked.reason
        return
    known = corpus.known(item.file)
    assert corpus.faults(item.file) == item.rules
    assert set(known) == set(item.admitted) or item.admitted == ("*",)
    for (key, field), value in item.canonical.items():
        assert (known[key][field] or "null") == value.removesuffix(".000000"), (key, field)
    if item.admitted != ("*",):
        shifted = [
            (key, field)
            for key, fields in known.items()
            for field, value in fields.items()
            if value is not None and (key, field) not in item.canonical and key in {"V1", "V2", "V3", "V4"} and not fits(field, value)
        ]
        assert shifted == []


def fits(field: str, value: str) -> bool:
    return re.fullmatch(CANARIES[field], value) is not None


def test_no_table_but_the_records_own_holds_a_value_of_the_corpus(corpus: Corpus) -> None:
    tables = ("acquired.delivery", "checked.disposition", "checked.row_conservation", "checked.schema_drift")
    tables += ("registers.main.intake", "registers.main.night_item", "registers.main.schema_drift")
    for table in tables:
        text = json.dumps(corpus.con.execute(f"select * from {table}").fetchall(), default=str)
        assert TOLD.search(text) is None, table
    assert corpus.con.execute("select count(*) from checked.row_conservation where not is_conserved").fetchall() == [(0,)]


MEASURE = """
import json, resource, sys
sys.path[:0] = json.loads(sys.argv[2])
import test_bad_corpus as corpus
from resources.home import Home
from resources.warehouse import Warehouse
from pathlib import Path
warehouse = Warehouse(Home(Path(sys.argv[1])))
with warehouse.writer() as con:
    ours = corpus.Corpus(warehouse.home, con)
    for item in corpus.CORPUS:
        if item.file in corpus.LARGE:
            try:
                corpus.assert_as_expected(ours, item, *ours.run(item.file))
            except AssertionError as error:
                print(json.dumps([item.file, str(error)[:300]]))
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
"""


def test_large_files_come_to_what_the_list_says_in_less_than_a_gigabyte(tmp_path: Path) -> None:
    here = Path(__file__).resolve()
    paths = [str(here.parent), str(here.parents[2] / "fixtures"), str(here.parents[3])]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path / "home"), json.dumps(paths)], capture_output=True, text=True, check=False, timeout=300
    )
    *wrong, peak = [json.loads(line) for line in done.stdout.splitlines()] or [None]
    assert (done.returncode, wrong, done.stderr[-2000:]) == (0, [], "")
    assert peak is not None
    assert peak < 1024 * 1024  # kilobytes on Linux
