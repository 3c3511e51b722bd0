"""A delivery counts as complete when every file is there and looks the same twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.county import load_county
from contracts.sources import Source
from pipelines.place import Place, demo_county
from pipelines.schedules import night_at
from pipelines.sensors import Drop, drop_sources, expected_files, look, settled
from resources.home import Home

NIGHT = date(2026, 3, 2)


def test_a_delivery_is_settled_only_when_it_looks_the_same_twice() -> None:
    drops = [Drop("cad", "a" * 64), Drop("health", "b" * 64)]
    first, cursor = settled(drops, None)
    assert first is None
    second, _ = settled(drops, cursor)
    assert second is not None


def test_a_file_that_still_grows_keeps_the_night_waiting() -> None:
    _, cursor = settled([Drop("cad", "a" * 64)], None)
    key, cursor = settled([Drop("cad", "c" * 64)], cursor)
    assert key is None
    assert settled([Drop("cad", "c" * 64)], cursor)[0] is not None


def test_a_missing_file_keeps_the_night_waiting_however_often_one_looks() -> None:
    drops = [Drop("cad", "a" * 64), Drop("health", None)]
    _, cursor = settled(drops, None)
    assert settled(drops, cursor)[0] is None


def test_another_delivery_has_another_run_key() -> None:
    def key(fingerprint: str) -> str | None:
        _, cursor = settled([Drop("cad", fingerprint)], None)
        return settled([Drop("cad", fingerprint)], cursor)[0]

    assert key("a" * 64) != key("b" * 64)


def test_a_county_without_drop_folders_never_asks_for_a_run() -> None:
    _, cursor = settled([], None)
    assert settled([], cursor)[0] is None


@pytest.mark.parametrize(
    ("cutoff", "utc", "night"),
    [
        ("00:00", datetime(2026, 3, 2, 4, 59, tzinfo=UTC), date(2026, 3, 1)),
        ("00:00", datetime(2026, 3, 2, 5, 0, tzinfo=UTC), date(2026, 3, 2)),
        ("04:00", datetime(2026, 3, 2, 8, 59, tzinfo=UTC), date(2026, 3, 1)),
        ("04:00", datetime(2026, 3, 2, 9, 0, tzinfo=UTC), date(2026, 3, 2)),
        ("00:00", datetime(2026, 7, 2, 4, 0, tzinfo=UTC), date(2026, 7, 2)),  # daylight saving time
    ],
)
def test_the_night_changes_at_the_county_local_cut_off(cutoff: str, utc: datetime, night: date) -> None:
    county: Any = SimpleNamespace(text=SimpleNamespace(timezone="America/New_York", night_cutoff=cutoff))
    assert night_at(county, utc) == night


def test_a_drop_folder_is_looked_at_by_name_and_size_only(tmp_path: Path) -> None:
    county = load_county(demo_county())
    place = Place(Home(tmp_path), demo_county(), {})
    sources = drop_sources(county)
    assert {source.name for source in sources} == {"cad", "co_responder", "health", "state_reports"}
    for source in sources:
        assert look(source, place, NIGHT).fingerprint is None
        where = source.connector.where.resolve({}, tmp_path)
        assert where is not None
        for path in expected_files(source, Path(where), NIGHT):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"unreadable \xff\x00")
        before = look(source, place, NIGHT).fingerprint
        assert before == look(source, place, NIGHT).fingerprint
        path.write_bytes(b"longer than before, and as unreadable \xff")
        assert look(source, place, NIGHT).fingerprint not in {None, before}


def test_an_empty_file_is_not_a_complete_delivery(tmp_path: Path) -> None:
    place = Place(Home(tmp_path), demo_county(), {})
    (source,) = [source for source in drop_sources(load_county(demo_county())) if source.name == "co_responder"]
    for path in expected_files(source, tmp_path / "county_systems" / "co_responder", NIGHT):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert look(source, place, NIGHT).fingerprint is None


def test_a_file_whose_marker_or_checksum_is_not_there_keeps_the_night_waiting(tmp_path: Path) -> None:
    place = Place(county=demo_county(), home=Home(tmp_path), environment={"THROUGHCARE_CAD_DROP": str(tmp_path)})
    text = load_county(demo_county()).sources["cad"].model_dump(by_alias=True)
    text["connector"] |= {"ready": {"rule": "marker"}, "checksums": "SHA256SUMS"}
    source = Source.model_validate(text)
    files = expected_files(source, tmp_path, NIGHT)
    for file in files:
        file.write_text("header\n")
        assert look(source, place, NIGHT).fingerprint is None
    (tmp_path / "SHA256SUMS").touch()
    for file in files:
        assert look(source, place, NIGHT).fingerprint is None
        file.with_name(f"{file.name}.done").touch()
    assert look(source, place, NIGHT).fingerprint is not None
