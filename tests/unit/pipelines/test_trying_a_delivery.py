"""A delivery tried out: the real stages in a scratch home, every problem at once, rows only in the report of their owner."""

from __future__ import annotations

import csv
import stat
from datetime import date
from pathlib import Path

import pytest

from contracts.county import load_county
from contracts.reviewed import load_reviewed
from contracts.sources import Source
from pipelines.onboarding.preview import previews, sample_rows
from pipelines.onboarding.row_report import WARNING, write_report
from pipelines.onboarding.trial import CannotTry, ranges, trial
from pipelines.place import demo_county

ROOT = Path(__file__).resolve().parents[3]
BAD = ROOT / "tests" / "fixtures" / "bad"
NIGHT = date(2026, 3, 2)


@pytest.fixture(scope="module")
def visits() -> Source:
    return load_reviewed(BAD / "visits.yaml", Source)


def _try(visits: Source, name: str, tmp_path: Path):
    return trial(visits, load_county(demo_county()), [str(BAD / name)], night=NIGHT, environment={}, home=tmp_path)


def test_a_sound_file_is_accepted_whatever_it_is_called(visits: Source, tmp_path: Path) -> None:
    with _try(visits, "sound.csv", tmp_path) as tried:
        assert tried.accepted
        assert tried.refused == ()
        assert previews(tried.con, tried.source.record_types)[0].rows > 0
    assert list(tmp_path.iterdir()) == [], "the real home is left alone"


def test_refused_rows_are_counted_by_rule_column_and_place(visits: Source, tmp_path: Path) -> None:
    with _try(visits, "unknown-code.csv", tmp_path) as tried:
        assert tried.usable
        assert not tried.accepted
        assert {item.rule for item in tried.refused} == {"unknown_code"}
        assert all(item.places and item.faults for item in tried.refused)


def test_a_file_fault_is_said_without_rows(visits: Source, tmp_path: Path) -> None:
    with _try(visits, "missing-column.csv", tmp_path) as tried:
        assert not tried.usable
        assert tried.checked is None
        assert "missing_column" in tried.acquired.reason


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_report_is_for_its_owner_only_and_runs_no_formula(visits: Source, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"report.{ending}"
    with _try(visits, "unknown-code.csv", tmp_path) as tried:
        faults = write_report(path, tried.quarantine)
    assert faults == sum(item.faults for item in tried.refused)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        write_report(path, tmp_path / "none")
    if ending == "csv":
        lines = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
        assert lines[0] == [WARNING]
        assert not any(cell.startswith(("=", "+", "@")) for line in lines for cell in line)


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.csv or \.xlsx"):
        write_report(tmp_path / "report.txt", tmp_path / "none")


def test_a_file_that_is_not_there_is_said(visits: Source, tmp_path: Path) -> None:
    with (
        pytest.raises(CannotTry, match="no such file"),
        trial(visits, load_county(demo_county()), [str(tmp_path / "x.csv")], night=NIGHT, environment={}, home=tmp_path),
    ):
        pass


def test_a_feed_without_its_parent_cannot_be_tried(tmp_path: Path) -> None:
    county = load_county(demo_county())
    file = tmp_path / "cad_persons_20260302.csv"
    file.write_text("x\n")
    with (
        pytest.raises(CannotTry, match=r"mean nothing without those of \[events\]"),
        trial(county.sources["cad"], county, [str(file)], night=NIGHT, environment={}, home=tmp_path),
    ):
        pass


def test_rows_are_shown_for_the_person_who_asks_only(visits: Source, tmp_path: Path) -> None:
    with _try(visits, "sound.csv", tmp_path) as tried:
        record_type = tried.source.record_types[0]
        frame = sample_rows(tried.con, record_type, 2)
        assert 0 < frame.height <= 2
        shown = previews(tried.con, tried.source.record_types)[0]
        names = {field.name for field in shown.fields if field.words}
        assert not names & {"last_name", "first_name", "birth_date", "phone", "street_address"}


@pytest.mark.parametrize(
    ("places", "said"),
    [([1], "1"), ([1, 2, 3, 4, 9], "1-4, 9"), ([5, 5, 6], "5-6"), (list(range(1, 40, 3)), "1, 4, 7, 10, 13, 16 and 7 more")],
)
def test_places_are_said_in_ranges(places: list[int], said: str) -> None:
    assert ranges(places) == said


def test_one_file_serves_every_feed_that_reads_it(tmp_path: Path) -> None:
    from contracts.standards import template

    layout = template("dssg_jail_bookings")
    narrowed = layout.narrowed(("booking_number", "inmate_number", "last_name", "dob", "jail_entry_date", "location_date", "cell")).feeds
    feeds = {name: {**text, "constants": {"booking_type": "new_charge"}} if name == "booking" else text for name, text in narrowed.items()}
    source = Source.model_validate(
        {
            "name": "jail", "title": "Jail", "system": "jail", "agency": "sheriff", "instruments": ["DSA-2025-SO"], "steward": "s",
            "cadence": "nightly", "delivery_mode": "increment", "formats": dict(layout.formats), "feeds": feeds,
            "connector": {"kind": "csv_drop", "where": {"env": "JAIL_DROP"}},
        }
    )  # fmt: skip
    file = tmp_path / "jail_bookings_20260302.csv"
    file.write_text(
        "booking_number,inmate_number,last_name,dob,jail_entry_date,location_date,cell\n"
        "B1,J1,QUARRELWICK,1980-05-17,2026-02-01 08:00:00,2026-02-01 09:00:00,12\n"
    )
    with trial(source, load_county(demo_county()), [str(file)], night=NIGHT, environment={}, home=tmp_path) as tried:
        assert tried.checked is not None
        assert {feed.feed: feed.admitted for feed in tried.checked.feeds} == {"booking": 1, "move": 1}
