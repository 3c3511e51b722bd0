"""The ledger held against the home: what its newest entries say is there, is missing, or lies there again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from assets.published.accounted import file_faults
from assets.published.file import TableToWrite, make_current, place, version_of, withdraw, write_data
from resources.home import Home
from resources.ledger import EntryKind, Ledger
from resources.published_files import ProductFiles
from resources.warehouse import Warehouse

NIGHT = date(2026, 3, 2)
PATH = "county/measures"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").prepare()


def _written(home: Home, content: int) -> tuple[Path, dict[str, object]]:
    built = home.scratch / "built.duckdb"
    with duckdb.connect() as con:
        written = write_data(con, built, [TableToWrite("counts", f"select {content} as n")])
    return built, {"tables": [{"name": table.name, "rows": table.rows, "logical_hash": table.logical_hash} for table in written]}


def _published(home: Home, content: int = 1) -> tuple[ProductFiles, str]:
    """One version of a product, published and accounted for as a night does."""
    files, ledger = ProductFiles.of(home, "county", "measures"), Ledger(home)
    built, manifest = _written(home, content)
    version = version_of(NIGHT, manifest)
    ledger.append(EntryKind.PUBLISHING, night=NIGHT, product=PATH, version=version, tables=manifest["tables"])
    place(files, built, {**manifest, "version": version}, "notice\n")
    make_current(files, version)
    ledger.append(EntryKind.PUBLISHED, night=NIGHT, product=PATH, version=version)
    return files, version


def _faults(home: Home) -> list[str]:
    return file_faults(home, Ledger(home))


def _remove(files: ProductFiles, version: str) -> None:
    files.data(version).unlink()


def _change(files: ProductFiles, version: str) -> None:
    with duckdb.connect(str(files.data(version))) as con:
        con.execute("update counts set n = 7")


def _tear(files: ProductFiles, version: str) -> None:
    files.data(version).write_bytes(b"torn")


def _forget(files: ProductFiles, version: str) -> None:
    files.current_file.unlink()


@pytest.mark.parametrize(
    ("done", "says"),
    [
        (_remove, "is missing; the next run writes it again"),
        (_change, "does not hold what its entry says; withdraw it, remove the file and run the night again"),
        (_tear, "does not hold what its entry says; withdraw it, remove the file and run the night again"),
        (_forget, "was published, and readers get nothing"),
    ],
)
def test_a_published_version_lies_there_as_its_entry_says(home: Home, done: Callable[[ProductFiles, str], None], says: str) -> None:
    files, version = _published(home)
    assert _faults(home) == []
    done(files, version)
    assert [fault.removeprefix(f"published/{PATH}: {version} ") for fault in _faults(home)] == [says]


def test_what_was_withdrawn_or_purged_lies_nowhere_until_it_is_published_again(home: Home) -> None:
    files, version = _published(home)
    kept = files.data(version).read_bytes()
    Ledger(home).append(EntryKind.WITHDRAWN, night=NIGHT, product=PATH, reason="nothing_permitted", versions=withdraw(files))
    assert _faults(home) == []
    files.data(version).write_bytes(kept)
    make_current(files, version)
    assert [fault.split(" (")[0] for fault in _faults(home)] == [
        f"published/{PATH}: was withdrawn",
        f"published/{PATH}: {version} was removed and lies there again",
    ]
    withdraw(files)
    _published(home)
    assert _faults(home) == []


def test_a_version_that_a_kill_left_begun_is_no_fault(home: Home) -> None:
    Ledger(home).append(EntryKind.PUBLISHING, night=NIGHT, product=PATH, version="2026-03-02-0123456789ab", tables=[])
    assert _faults(home) == []


def test_a_home_with_nights_and_no_ledger_is_a_fault_and_an_empty_one_is_none(home: Home) -> None:
    assert _faults(home) == []
    with Warehouse(home).writer():
        pass
    assert _faults(home) == ["nights were run in this home and the ledger has no entry of them; restore ledger/ from its backup"]


def test_the_text_of_the_newest_run_is_missed(home: Home) -> None:
    Ledger(home).append(EntryKind.RUN_STARTED, night=NIGHT, run_id="r", terms_sha256="a" * 64, code_sha256="b" * 64, secrets=[])
    assert _faults(home) == [f"terms/{'a' * 12}: the text of the newest run is missing; restore terms/ from the backup"]
    (home.terms / ("a" * 64)).mkdir()
    assert _faults(home) == []


def test_an_extract_lies_there_until_it_is_destroyed_and_a_public_snapshot_for_ever(home: Home) -> None:
    ledger, version = Ledger(home), "2026-03-02-0123456789ab"
    built, manifest = _written(home, 1)
    files = ProductFiles(home.research / "reentry")
    ledger.append(EntryKind.RESEARCH_EXTRACT, night=NIGHT, project="reentry", version=version, step="extracted")
    assert _faults(home) == [f"research/reentry: {version} is missing, and no entry says that it was destroyed"]
    place(files, built, {**manifest, "version": version}, "notice\n")
    assert _faults(home) == []
    files.manifest_file(version).write_text("{}")
    assert _faults(home) == [f"research/reentry: {version} does not hold what its manifest says"]
    ledger.append(EntryKind.RESEARCH_EXTRACT, night=NIGHT, project="reentry", version=version, step="destroyed")
    assert _faults(home) == [f"research/reentry: {version} was destroyed and lies there again"]
    files.data(version).unlink()
    ledger.append(EntryKind.RELEASE, night=NIGHT, step="publish", snapshot="county_measures/2026-Q1")
    assert _faults(home) == ["public/county_measures/2026-Q1: the snapshot is missing"]


def test_a_product_that_no_county_can_have_is_named_and_looked_for_nowhere(home: Home) -> None:
    Ledger(home).append(EntryKind.PUBLISHING, night=NIGHT, product="../../etc", version="x", tables=[])
    assert _faults(home) == ["the ledger names a product [../../etc] that no county can have"]
