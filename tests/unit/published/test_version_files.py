"""A version on disk: written fresh, named by its content, placed whole."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from assets.published.file import (
    PublishFault,
    TableToWrite,
    hashes_in,
    make_current,
    place,
    purge,
    version_of,
    withdraw,
    write_data,
)
from resources.published_files import ProductFiles

NIGHT = date(2026, 3, 2)
TABLE = TableToWrite("counts", "select * from (values ('b', 2), ('a', 1)) as v (name, people)", ("name",))


def _written(path: Path, *tables: TableToWrite) -> dict[str, str]:
    with duckdb.connect() as con:
        return {table.name: table.logical_hash for table in write_data(con, path, tables or (TABLE,))}


def _manifest(hashes: dict[str, str], **more: object) -> dict[str, object]:
    manifest = {"tables": [{"name": name, "logical_hash": value} for name, value in hashes.items()], **more}
    return {**manifest, "version": version_of(NIGHT, manifest)}


def test_a_file_holds_exactly_its_tables_in_the_order_asked(tmp_path: Path) -> None:
    hashes = _written(tmp_path / "p.duckdb")
    with duckdb.connect(str(tmp_path / "p.duckdb"), read_only=True) as con:
        assert con.execute("select * from counts").fetchall() == [("a", 1), ("b", 2)]
        assert con.execute("select table_name from duckdb_tables() where not internal").fetchall() == [("counts",)]
    assert hashes_in(tmp_path / "p.duckdb") == hashes


def test_a_file_is_of_the_storage_version_that_older_readers_open(tmp_path: Path) -> None:
    _written(tmp_path / "p.duckdb")
    with duckdb.connect() as con:
        con.execute(f"attach '{tmp_path / 'p.duckdb'}' as p (read_only)")
        tags = con.execute("select tags from duckdb_databases() where database_name = 'p'").fetchall()[0][0]
    assert tags["storage_version"] == "v1.4.0+"


def test_text_lies_in_the_file_as_text_so_that_a_byte_scan_can_prove_absence(tmp_path: Path) -> None:
    _written(tmp_path / "p.duckdb", TableToWrite("t", "select 'client-' || lpad(i::varchar, 8, '0') as id from range(5000) as r (i)"))
    content = (tmp_path / "p.duckdb").read_bytes()
    assert all(f"client-{number:08d}".encode() in content for number in range(0, 5000, 250))


def test_a_file_is_fresh_and_its_owners_alone(tmp_path: Path) -> None:
    _written(tmp_path / "p.duckdb", TableToWrite("secret", "select 'old-secret' as value"))
    _written(tmp_path / "p.duckdb")
    assert b"old-secret" not in (tmp_path / "p.duckdb").read_bytes()
    assert (tmp_path / "p.duckdb").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p.duckdb"]


def test_a_path_with_a_quote_is_a_path(tmp_path: Path) -> None:
    path = tmp_path / "o'brien" / "p.duckdb"
    assert _written(path) == hashes_in(path)


@pytest.mark.parametrize("column", ["record_id", "subject_id", "person_key"])
def test_an_integrators_key_is_never_written(tmp_path: Path, column: str) -> None:
    with pytest.raises(PublishFault, match=column):
        _written(tmp_path / "p.duckdb", TableToWrite("t", f"select 1 as {column}"))


def test_a_version_is_named_by_night_and_content_and_not_by_run() -> None:
    one = version_of(NIGHT, {"tables": [1], "run_id": "a", "decided_on": "2026-03-02"})
    assert one.startswith("2026-03-02-")
    assert one == version_of(NIGHT, {"tables": [1], "run_id": "b", "decided_on": "2026-03-03"})
    assert one != version_of(NIGHT, {"tables": [2], "run_id": "a"})


def _placed(folder: Path, people: int = 1) -> tuple[ProductFiles, str]:
    files = ProductFiles(folder / "county" / "measures")
    built = folder / f"built-{people}.duckdb"
    hashes = _written(built, TableToWrite("counts", f"select {people} as people"))
    manifest = _manifest(hashes)
    place(files, built, manifest, "notice\n")
    assert not built.exists()
    return files, str(manifest["version"])


def test_a_version_is_placed_beside_the_others_and_read_only_once_current_says_so(tmp_path: Path) -> None:
    files, version = _placed(tmp_path)
    assert files.current() is None
    make_current(files, version)
    assert files.current() == version
    assert files.notice_file(version).read_text() == "notice\n"
    assert files.manifest(version)["version"] == version


def test_placing_the_same_version_again_changes_nothing(tmp_path: Path) -> None:
    files, version = _placed(tmp_path)
    inode = files.data(version).stat().st_ino
    assert _placed(tmp_path)[1] == version
    assert files.data(version).stat().st_ino == inode


@pytest.mark.parametrize("content", [b"", b"not a database at all"])
def test_a_damaged_version_is_never_made_good_by_its_name(tmp_path: Path, content: bytes) -> None:
    files, version = _placed(tmp_path)
    files.data(version).write_bytes(content)
    with pytest.raises(PublishFault, match="publish again"):
        _placed(tmp_path)


def test_a_version_that_was_tampered_with_is_noticed(tmp_path: Path) -> None:
    files, version = _placed(tmp_path)
    with duckdb.connect(str(files.data(version))) as con:
        con.execute("update counts set people = 99")
    with pytest.raises(PublishFault, match="does not hold what its name says"):
        _placed(tmp_path)


def test_purging_keeps_the_current_version_and_what_it_is_told_to_keep(tmp_path: Path) -> None:
    files, first = _placed(tmp_path, 1)
    _, second = _placed(tmp_path, 2)
    _, third = _placed(tmp_path, 3)
    make_current(files, third)
    (files.folder / ".CURRENT.part").write_text("left by a kill")
    assert purge(files, keep=lambda version: version == first) == [second]
    assert {path.name.split(".")[0] for path in files.folder.iterdir()} == {first, third, "CURRENT"}


def test_purging_what_was_never_published_does_nothing(tmp_path: Path) -> None:
    assert purge(ProductFiles(tmp_path / "nothing"), keep=lambda _: False) == []


def test_withdrawing_takes_current_first_and_then_everything(tmp_path: Path) -> None:
    files, version = _placed(tmp_path)
    make_current(files, version)
    assert withdraw(files) == [version]
    assert list(files.folder.iterdir()) == []
    assert withdraw(files) == []
