"""An HMIS export is held to what was agreed before anything of it is read: year, hashing, files, columns, rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import standard_exports as exports

from contracts.connectors import HmisCsv
from contracts.vocabularies.hmis import HMIS_COLUMNS, HmisVersion
from resources.source_systems.csv_text import FileFaultError
from resources.source_systems.hmis_export import flat_tables

FY2024, FY2026 = HmisVersion.FY2024, HmisVersion.FY2026
Rows = dict[str, list[dict[str, str]]]


def _options(version: HmisVersion = FY2024, **more: Any) -> HmisCsv:
    return HmisCsv.model_validate({"kind": "hmis_csv", "where": {"env": "HMIS_DROP"}, "version": version.value, **more})


def _fault(folder: Path, options: HmisCsv) -> str:
    with pytest.raises(FileFaultError) as caught:
        flat_tables(folder, options)
    return str(caught.value)


REFUSED: dict[str, tuple[Callable[[Rows], Any], str]] = {
    "another year": (lambda rows: rows["Export"][0].update(CSVVersion="2026 v1.0"), "hmis_export: CSVVersion is not that of FY2024"),
    "no year": (lambda rows: rows["Export"][0].update(CSVVersion=""), "hmis_export: CSVVersion is not that of FY2024"),
    "a year that only begins so": (lambda rows: rows["Export"][0].update(CSVVersion="20245"), "hmis_export: CSVVersion is not that"),
    "hashed": (lambda rows: rows["Export"][0].update(HashStatus="4"), "hmis_export: HashStatus is not 1, which was agreed"),
    "two exports": (lambda rows: rows["Export"].append(rows["Export"][0]), "hmis_export: Export.csv has 2 rows where it must have one"),
    "rows of another export": (lambda rows: rows["Exit"][0].update(ExportID="EX2"), "hmis_export: 1 rows belong to another export"),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_an_export_that_is_not_the_agreed_one_is_refused(tmp_path: Path, case: str) -> None:
    change, message = REFUSED[case]
    rows = exports.hmis_rows(FY2024)
    change(rows)
    assert _fault(exports.write_hmis(tmp_path, FY2024, rows), _options()).startswith(message)


def test_files_of_another_year_are_told_by_their_columns(tmp_path: Path) -> None:
    rows = exports.hmis_rows(FY2026)
    rows["Export"][0]["CSVVersion"] = "2024"
    found = _fault(exports.write_hmis(tmp_path, FY2026, rows), _options(FY2024))
    assert found == "hmis_export: Client.csv has HispanicLatinao, Sex, which FY2024 does not have"


@pytest.mark.parametrize("name", ["Export", "Client", "Enrollment", "Exit", "Project", "Organization"])
def test_a_file_that_is_needed_must_be_there(tmp_path: Path, name: str) -> None:
    folder = exports.write_hmis(tmp_path, FY2024, exports.hmis_rows(FY2024), leave_out=[name])
    assert _fault(folder, _options()) == f"missing_member: the export has no {name}.csv"


def _text(path: Path, change: Callable[[str], str]) -> None:
    path.write_bytes(change(path.read_text(encoding="utf-8")).encode("utf-8", "surrogateescape"))


DAMAGED: dict[str, tuple[Callable[[str], str], str]] = {
    "a column short": (lambda text: text.replace("PersonalID,", "", 1), "missing_column: Exit.csv has no column PersonalID"),
    "a column twice": (lambda text: text.replace("ExitID,", "ExitID,exitid,", 1), "duplicate_header: Exit.csv names a column twice"),
    "a field too many": (lambda text: text.replace("X1,", "X1,,", 1), "malformed_quotes: Exit.csv has a row that cannot be split"),
    "a field too few": (lambda text: text.replace("X1,", "", 1), "malformed_quotes: Exit.csv has a row that cannot be split"),
    "an open quote": (lambda text: text.replace("X1,", '"X1,', 1), "malformed_quotes: Exit.csv has a row that cannot be split"),
    "no bytes": (lambda text: "", "empty: the file has no bytes"),
    "NUL": (lambda text: text.replace("X1", "X\x001", 1), "nul_byte: byte"),
    "another encoding": (lambda text: text.replace("X1", "X\udce9", 1), "wrong_encoding: declared utf-8"),
}


@pytest.mark.parametrize("case", sorted(DAMAGED))
def test_a_damaged_file_refuses_the_export_and_tells_no_value(tmp_path: Path, case: str) -> None:
    change, message = DAMAGED[case]
    folder = exports.write_hmis(tmp_path, FY2024, exports.hmis_rows(FY2024))
    _text(folder / "Exit.csv", change)
    found = _fault(folder, _options())
    assert found.startswith(message)
    assert "2026-02-01" not in found


def test_of_a_hashed_export_no_name_and_no_number_is_kept(tmp_path: Path) -> None:
    rows = exports.hmis_rows(FY2024)
    rows["Export"][0]["HashStatus"] = "4"
    clients = flat_tables(exports.write_hmis(tmp_path, FY2024, rows), _options(hash_status=4))["Client"]
    assert clients.columns == ["_position", *HMIS_COLUMNS["Client"], "_fault"]
    assert clients.row(0, named=True) | {"race": None} == {
        "_position": 1, "id": "C1", "date_created": "2025-12-01 09:00:00", "date_updated": "2026-01-15 10:00:00", "date_deleted": None,
        "first_name": None, "middle_name": None, "last_name": None, "name_suffix": None, "ssn": None, "dob": "1991-12-05", "race": None,
        "sex": "Woman", "veteran": "0", "_fault": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("flags", "sex"),
    [
        ({"Woman": "1"}, "Woman"), ({"Man": "1"}, "Man"), ({"NonBinary": "1"}, "NonBinary"), ({"Woman": "1", "Man": "1"}, "several"),
        ({"GenderNone": "9"}, "GenderNone=9"), ({}, None),
    ],
)  # fmt: skip
def test_gender_flags_become_one_answer(tmp_path: Path, flags: dict[str, str], sex: str | None) -> None:
    rows = exports.hmis_rows(FY2024)
    rows["Client"][0] = {**rows["Client"][0], "Woman": "0", **flags}
    assert flat_tables(exports.write_hmis(tmp_path, FY2024, rows), _options())["Client"]["sex"][0] == sex


def test_a_birth_date_nobody_knew_is_left_out(tmp_path: Path) -> None:
    rows = exports.hmis_rows(FY2024)
    rows["Client"][0]["DOBDataQuality"] = "99"
    assert flat_tables(exports.write_hmis(tmp_path, FY2024, rows), _options())["Client"]["dob"].to_list() == [None, None, "1980-05-17"]


def test_the_newest_exit_that_stands_is_the_exit(tmp_path: Path) -> None:
    rows = exports.hmis_rows(FY2024)
    first = rows["Exit"][0]
    rows["Exit"] = [
        {**first, "ExitID": "X3", "ExitDate": "2026-02-05", "DateUpdated": "2026-02-05 08:00:00"},
        first,
        {**first, "ExitID": "X4", "ExitDate": "2026-02-09", "DateUpdated": "2026-02-09 08:00:00", "DateDeleted": "2026-02-10 08:00:00"},
    ]
    enrollments = flat_tables(exports.write_hmis(tmp_path, FY2024, rows), _options())["Enrollment"]
    assert enrollments.select("id", "exit_date", "date_updated").row(0) == ("E1", "2026-02-05", "2026-02-05 08:00:00")
