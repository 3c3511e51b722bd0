"""A sample becomes a proposal: what is clear is decided, what is not is marked, and no value of a person is written down."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from contracts.records import RECORD_TYPES
from contracts.reviewed import UNDECIDED, TermsFaults, load_reviewed
from contracts.sources import Source
from pipelines.onboarding.asked import Asked, CannotPropose
from pipelines.onboarding.crosswalks import propose_codes
from pipelines.onboarding.file_names import pattern_of
from pipelines.onboarding.names import alike
from pipelines.onboarding.plan import NewSource, plan_source, surroundings
from pipelines.onboarding.profile import FEWEST_SEEN, Look, profile
from pipelines.onboarding.propose import State
from pipelines.onboarding.sample import UnreadableSample, read_sample
from pipelines.onboarding.source_text import render
from pipelines.place import demo_county

BOOKING = RECORD_TYPES["jail_booking"]
HEADER = ("BookingNo", "JacketNo", "BookDt", "RelDt", "LastNm", "FirstNm", "DOB", "SexCd", "RaceCd", "Why", "Mystery", "PlaceOfBirth")


def _rows(many: int = 120) -> list[tuple[str, ...]]:
    rows = []
    for number in range(many):
        booked = date(2025, 1, 1) + timedelta(days=number)
        rows.append(
            (f"B{number:05d}", f"P{number % 70:04d}", f"{booked:%m/%d/%Y} 08:15", f"{booked:%m/%d/%Y} 20:00", "QUARRELWICK" if number % 2
             else "OSTERHAGEN", "TAMSIN", f"19{number % 40 + 50}-0{number % 9 + 1}-11", "MF"[number % 2], "WBIA"[number % 4],
             ("NEW", "ZZ")[number % 2], f"free text {number}", "ELSEWHERE")
        )  # fmt: skip
    return rows


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "bookings_20260302.csv"
    with path.open("w", newline="", encoding="windows-1252") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(HEADER)
        writer.writerows(_rows())
        writer.writerow(("B99999", "P9999", "02/03/2026 01:00", "", "MUÑOZ", "ÍÑIGO", "1970-01-01", "M", "W", "RARE", "", ""))
    return path


def _plan(sample: Path, **said: str) -> NewSource:
    return plan_source(Asked("bookings", ("jail_booking",), (sample,), agency="sheriff", **said), surroundings(demo_county()))


def test_encoding_and_delimiter_are_found_and_prohibited_columns_never_looked_at(sample: Path) -> None:
    found = read_sample(sample)
    assert (found.encoding, found.delimiter, found.dropped) == ("windows-1252", ";", 1)
    assert "PlaceOfBirth" not in found.frame.columns


def test_columns_go_to_the_fields_their_names_and_shapes_say(sample: Path) -> None:
    feed = _plan(sample).feeds[0]
    mapped = {item.column.name: item.field for item in feed.columns if item.state is State.MAPPED}
    assert feed.key == ("BookingNo",)
    expected = {"JacketNo": "source_person_id", "LastNm": "last_name", "FirstNm": "first_name", "DOB": "birth_date", "SexCd": "sex"}
    assert mapped | expected | {"RaceCd": "race"} == mapped
    assert next(item.state for item in feed.columns if item.column.name == "Mystery") is State.UNUSED


def test_what_is_not_clear_is_marked_and_refused_until_it_is_decided(sample: Path, tmp_path: Path) -> None:
    found = _plan(sample)
    text = render(found.text)
    path = tmp_path / "bookings.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TermsFaults) as refused:
        load_reviewed(path, Source)
    marked = {number for number, line in enumerate(text.splitlines(), start=1) if "# DECIDE:" in line}
    assert {fault.line for fault in refused.value.faults} == marked
    assert found.text.undecided == len(marked) > 0


def test_no_value_of_a_person_is_written(sample: Path) -> None:
    found = _plan(sample)
    written = render(found.text) + found.instrument.text
    assert [
        value for value in ("QUARRELWICK", "OSTERHAGEN", "TAMSIN", "MUÑOZ", "P0001", "B00001", "free text", "ELSEWHERE") if value in written
    ] == []


def test_a_code_that_few_rows_have_is_counted_and_not_named() -> None:
    values = pl.Series("why", ["NEW"] * 20 + ["HOLD"] * FEWEST_SEEN + ["OSTERHAGEN"])
    found = propose_codes(values, "booking_type", BOOKING)
    assert "OSTERHAGEN" not in (*found.undecided, *found.codes)
    assert found.rare == 1


def test_names_that_repeat_are_no_codes_to_be_written() -> None:
    frame = pl.DataFrame({"LastNm": ["SMITH", "JONES"] * 50, "BookingNo": [str(number) for number in range(100)]})
    assert profile(frame)["LastNm"].look is Look.CODE
    from pipelines.onboarding.propose import propose_feed

    proposed = propose_feed("b", BOOKING, frame, profile(frame))
    assert next(item for item in proposed.columns if item.column.name == "LastNm").codes is None


def test_a_shipped_crosswalk_that_knows_every_code_is_named() -> None:
    found = propose_codes(pl.Series("race", ["W", "B", "H", "N", "D"] * 10), "race", BOOKING, prefer="dssg")
    assert found.shipped is not None
    assert found.shipped.startswith("dssg")
    assert not found.undecided


def test_lists_that_read_a_code_differently_are_left_to_a_person() -> None:
    found = propose_codes(pl.Series("race", ["W", "B", "O", "U"] * 10), "race", BOOKING)
    assert found.choices or found.shipped
    if found.choices:
        assert len(found.choices) > 1


@pytest.mark.parametrize(
    ("values", "formats"),
    [
        (["2026-03-02", "2026-12-31"], ("%Y-%m-%d",)),
        (["03/04/2026", "05/06/2026"], ("%m/%d/%Y", "%d/%m/%Y")),
        (["03/14/2026", "05/06/2026"], ("%m/%d/%Y",)),
        (["2026-03-02 01:02:03", "2026-03-04 05:06:07"], ("%Y-%m-%d %H:%M:%S",)),
    ],
)
def test_formats_that_read_every_value_alike_are_one(values: list[str], formats: tuple[str, ...]) -> None:
    assert profile(pl.DataFrame({"at": values}))["at"].formats == formats


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("jail_20260302.csv", "jail_{date:%Y%m%d}.csv"),
        ("jail-2026-03-02.txt", "jail-{date:%Y-%m-%d}.txt"),
        ("jail.csv", None),
        ("jail_99999999.csv", None),
    ],
)
def test_the_night_is_found_in_a_file_name(name: str, pattern: str | None) -> None:
    assert pattern_of(name) == pattern


@pytest.mark.parametrize(
    ("one", "other"), [("BookDt", "booking date"), ("LAST_NM", "last name"), ("dob", "birth date"), ("ZipCode", "zip")]
)
def test_abbreviated_names_are_alike(one: str, other: str) -> None:
    assert alike(one, other) >= 0.9


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\xff\xfea\x00", "UTF-16"),
        (b"a,b\x00\n", "NUL"),
        (b"a,a\n1,2\n", "repeat a name"),
        (b"1999-01-01,123-45-6789,44\n", "looks like a row"),
        (b"QUARRELWICK,TAMSIN,M\nOSTERHAGEN,RUFINA,M\n", "stands again"),
        (b'a,b\n"1,2\n', ""),
    ],
)
def test_a_sample_that_cannot_be_used_is_refused_without_its_values(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "sample.csv"
    path.write_bytes(content)
    if not why:
        assert read_sample(path).frame.height <= 1
        return
    with pytest.raises(UnreadableSample, match=why) as refused:
        read_sample(path)
    assert not any(value in str(refused.value) for value in ("123-45-6789", "QUARRELWICK", "TAMSIN"))


def test_types_and_samples_go_together(sample: Path) -> None:
    with pytest.raises(CannotPropose, match="one --type for each --from"):
        plan_source(Asked("x", (), (sample,)), surroundings(demo_county()))
    with pytest.raises(CannotPropose, match="no record type"):
        plan_source(Asked("x", ("jail_visit",), (sample,)), surroundings(demo_county()))
    with pytest.raises(CannotPropose, match="not a name"):
        Asked("Jail Bookings", (), ())


def test_several_files_are_feeds_of_one_source(sample: Path, tmp_path: Path) -> None:
    charges = tmp_path / "charges_20260302.csv"
    charges.write_text("charge_id;booking_number;statute;charge_level\n" + "".join(f"C{n};B{n:05d};12-{n};F\n" for n in range(50)))
    found = plan_source(Asked("jail2", ("jail_booking", "jail_charge"), (sample, charges), agency="sheriff"), surroundings(demo_county()))
    assert [(feed.name, feed.record_type.name) for feed in found.feeds] == [("bookings", "jail_booking"), ("charges", "jail_charge")]
    charge = {item.column.name: item.field for item in found.feeds[1].columns if item.state is State.MAPPED}
    assert charge == {"booking_number": "source_parent_id", "statute": "statute", "charge_level": "charge_level"}


def test_the_draft_agreement_is_a_draft_and_names_the_other_systems(sample: Path) -> None:
    draft = _plan(sample).instrument
    assert draft.file == "instruments/dsa-2026-bookings.yaml"
    assert "status: draft" in draft.text
    assert f"with_systems: [{', '.join(surroundings(demo_county()).systems)}]" in draft.text
    assert UNDECIDED in draft.text


def test_a_proposal_is_never_written_over_a_file(sample: Path, tmp_path: Path) -> None:
    import typer

    from pipelines.commands.source import files_of, write_files

    files = files_of(_plan(sample))
    write_files(tmp_path / "county", files)
    kept = (tmp_path / "county" / "sources" / "bookings.yaml").read_text(encoding="utf-8")
    with pytest.raises(typer.Exit):
        write_files(tmp_path / "county", dict.fromkeys(files, "another text"))
    assert (tmp_path / "county" / "sources" / "bookings.yaml").read_text(encoding="utf-8") == kept


def test_a_workbook_is_proposed_as_the_nightly_run_reads_it(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "visits.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Stops")
        sheet.write_row(0, 0, ["booking_number", "last_name", "jail_entry_date"])
        for number in range(1, 30):
            sheet.write_row(number, 0, [f"B{number}", "QUARRELWICK", f"2026-01-{number:02d} 08:00:00"])
    found = plan_source(Asked("stops", ("jail_booking",), (path,), agency="sheriff"), surroundings(demo_county()))
    text = render(found.text)
    assert "kind: excel_drop" in text
    assert "from: {file: DECIDE, sheet: Stops}   # DECIDE:" in text
    assert "jail_entry_date: booked_at" in text


def test_the_layout_of_a_standard_says_where_its_columns_go(tmp_path: Path) -> None:
    from onboarding_samples import people, write_jail

    path = tmp_path / "jail_bookings_20260302.csv"
    write_jail(path, people(60))
    asked = Asked("jail3", ("jail_booking",), (path,), agency="sheriff", standard="dssg")
    found = plan_source(asked, surroundings(demo_county()))
    text = render(found.text)
    assert "race: {to: race, crosswalk: dssg" in text
    assert "dob: {to: birth_date, parse: date_with_x}" in text
    assert "adm_reason" in text
    assert "clerk_note" in text.partition("unused:")[2]


def test_a_folder_that_is_no_export_is_refused(tmp_path: Path) -> None:
    for standard, why in (("hmis", "no Export.csv"), ("fhir", "no Patient.ndjson")):
        with pytest.raises(CannotPropose, match=why):
            plan_source(Asked("x", (), (tmp_path,), standard=standard), surroundings(demo_county()))
