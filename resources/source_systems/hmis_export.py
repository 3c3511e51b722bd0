"""A whole HUD HMIS CSV export as two flat tables: clients, and enrolments with their exits and projects.

Belongs here: whether the files are of the agreed year and unhashed, reading them, joining them, what may not be told. Does not belong here:
folders, nights, archives (hmis_csv), the meaning of HUD's numbers (the county's text, by crosswalk).

Victim service providers may not enter anybody's identity (34 USC 12291). An enrolment with one is refused if its client has an identity,
and a client of such providers only loses it here, before anything is landed.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from contracts.connectors import Encoding, HmisCsv
from contracts.vocabularies.hmis import GENDER_FLAGS, HMIS_COLUMNS, HMIS_FILES, NEEDED_FILES, RACE_FLAGS, HmisVersion, foreign_columns
from contracts.vocabularies.hmis import needed_columns as needed
from resources.source_systems.connector import Fault, Rule
from resources.source_systems.csv_text import POSITION, FileFaultError, pass_over_bytes

ROW_FAULT = "_fault"
HIDDEN_IDENTITY = "victim_service_identity"
"""Rule that a row breaks which would tell who is with a victim service provider."""
_KNOWN_QUALITY = ("1", "2")
_NAMES = {"FirstName": "first_name", "MiddleName": "middle_name", "LastName": "last_name", "NameSuffix": "name_suffix"}
_MONTHS_FROM = 100
"""HUD codes one month as 101."""


def flat_tables(folder: Path, options: HmisCsv) -> dict[str, pl.DataFrame]:
    """Clients and enrolments of one export.

    Args:
        folder: where its CSV files lie, by their names.
        options: the year and the hashing that were agreed.

    Returns:
        ``Client`` and ``Enrollment``: ``_position`` in its file, the columns of HMIS_COLUMNS, ``_fault`` (null for a sound row).

    Raises:
        FileFaultError: if the export as a whole cannot be used.
    """
    lacking = [name for name in NEEDED_FILES if not (folder / f"{name}.csv").is_file()]
    if lacking:
        raise FileFaultError(Fault(Rule.MISSING_MEMBER, f"the export has no {', '.join(f'{name}.csv' for name in lacking)}"))
    export = _table(folder, "Export", options)
    _refuse_other_export(export, options)
    tables = {name: _table(folder, name, options) for name in HMIS_FILES if name != "Export" and (folder / f"{name}.csv").is_file()}
    exports = set(export["ExportID"])
    strangers = sum(table.filter(~pl.col("ExportID").is_in(exports)).height for table in tables.values())
    if strangers:
        raise FileFaultError(Fault(Rule.HMIS_EXPORT, f"{strangers} rows belong to another export than Export.csv names"))
    projects = _projects(tables)
    return {
        "Client": _clients(tables, projects, options),
        "Enrollment": _enrollments(tables, projects),
    }


def _refuse_other_export(export: pl.DataFrame, options: HmisCsv) -> None:
    if export.height != 1:
        raise FileFaultError(Fault(Rule.HMIS_EXPORT, f"Export.csv has {export.height} rows where it must have one"))
    version, hashed = str(export["CSVVersion"][0] or ""), str(export["HashStatus"][0] or "")
    if version.upper().removeprefix("FY").strip().split(" ")[0] != options.version.value:
        raise FileFaultError(Fault(Rule.HMIS_EXPORT, f"CSVVersion is not that of FY{options.version.value}, which was agreed"))
    if hashed != str(options.hash_status):
        raise FileFaultError(Fault(Rule.HMIS_EXPORT, f"HashStatus is not {options.hash_status}, which was agreed"))


def _table(folder: Path, name: str, options: HmisCsv) -> pl.DataFrame:
    """The columns of one file that are read, as text, blank as null; ``_position`` from 1."""
    path = folder / f"{name}.csv"
    pass_over_bytes(path, encoding=Encoding.UTF8, max_bytes=options.max_bytes)
    header = _header(path, name, options.version)
    wanted = ", ".join(f'nullif(trim("{column}"), \'\') as "{column}"' for column in needed(name, options.version))
    con = duckdb.connect()
    failed = False
    try:
        frame: pl.DataFrame = con.sql(
            f"select {wanted} from read_csv($path, columns = $columns, header = true, auto_detect = false, delim = ',', quote = '\"',"
            " escape = '\"', strict_mode = true, null_padding = false)",
            params={"path": str(path), "columns": dict.fromkeys(header, "VARCHAR")},
        ).pl()
    except duckdb.Error:
        failed = True
    finally:
        con.close()
    if failed:
        raise FileFaultError(
            Fault(Rule.MALFORMED_QUOTES, f"{name}.csv has a row that cannot be split into the {len(header)} columns it names")
        )
    return frame.with_columns(pl.int_range(1, 1 + pl.len(), dtype=pl.Int64).alias(POSITION))


def _header(path: Path, name: str, version: HmisVersion) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header = [column.strip() for column in next(csv.reader(stream), [])]
    if len({column.casefold() for column in header}) < len(header) or "" in header:
        raise FileFaultError(Fault(Rule.DUPLICATE_HEADER, f"{name}.csv names a column twice, or not at all"))
    foreign = [column for column in foreign_columns(name, version) if column in header]
    if foreign:
        raise FileFaultError(Fault(Rule.HMIS_EXPORT, f"{name}.csv has {', '.join(foreign)}, which FY{version.value} does not have"))
    lacking = [column for column in needed(name, version) if column not in header]
    if lacking:
        raise FileFaultError(Fault(Rule.MISSING_COLUMN, f"{name}.csv has no column {', '.join(lacking)}"))
    return header


def _projects(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """ProjectID, ProjectType, VictimServiceProvider (null where nobody says)."""
    organizations = (
        tables["Organization"].filter(pl.col("DateDeleted").is_null()).unique("OrganizationID", keep="last", maintain_order=True)
    )
    return (
        tables["Project"]
        .filter(pl.col("DateDeleted").is_null())
        .unique("ProjectID", keep="last", maintain_order=True)
        .join(organizations, on="OrganizationID", how="left")
        .select("ProjectID", "ProjectType", "VictimServiceProvider")
    )


def _clients(tables: dict[str, pl.DataFrame], projects: pl.DataFrame, options: HmisCsv) -> pl.DataFrame:
    served = (
        tables["Enrollment"]
        .join(projects, on="ProjectID", how="left")
        .group_by("PersonalID")
        .agg(((pl.col("VictimServiceProvider") == "1").fill_null(False)).all().alias("is_hidden"))
    )
    clients = (
        tables["Client"].join(served, on="PersonalID", how="left", maintain_order="left").with_columns(pl.col("is_hidden").fill_null(False))
    )
    shown = ~pl.col("is_hidden")
    in_clear = shown & pl.lit(options.hash_status == 1)
    return clients.select(
        POSITION,
        pl.col("PersonalID").alias("id"),
        pl.col("DateCreated").alias("date_created"),
        pl.col("DateUpdated").alias("date_updated"),
        pl.col("DateDeleted").alias("date_deleted"),
        *(
            pl.when(in_clear).then(column).alias(name)
            for column, name in (
                ("FirstName", "first_name"),
                ("MiddleName", "middle_name"),
                ("LastName", "last_name"),
                ("NameSuffix", "name_suffix"),
            )
        ),
        pl.when(in_clear & pl.col("SSNDataQuality").is_in(_KNOWN_QUALITY)).then("SSN").alias("ssn"),
        pl.when(shown & pl.col("DOBDataQuality").is_in(_KNOWN_QUALITY)).then("DOB").alias("dob"),
        _race(options.version).alias("race"),
        _sex(options.version).alias("sex"),
        pl.col("VeteranStatus").alias("veteran"),
        pl.when(pl.col("is_hidden") & _is_named()).then(pl.lit(HIDDEN_IDENTITY)).alias(ROW_FAULT),
    ).select(POSITION, *HMIS_COLUMNS["Client"], ROW_FAULT)


def _is_named() -> pl.Expr:
    return pl.any_horizontal(pl.col("FirstName", "MiddleName", "LastName", "SSN", "DOB").is_not_null())


def _flags(columns: Sequence[str]) -> pl.Expr:
    """Names of the flags that are set, joined with |; empty where none is."""
    return pl.concat_str([pl.when(pl.col(column) == "1").then(pl.lit(column)) for column in columns], separator="|", ignore_nulls=True)


def _race(version: HmisVersion) -> pl.Expr:
    none = pl.when(pl.col("RaceNone").is_not_null()).then(pl.lit("RaceNone=") + pl.col("RaceNone"))
    said = _flags(RACE_FLAGS[version])
    return pl.when(said != "").then(said).otherwise(none)


def _sex(version: HmisVersion) -> pl.Expr:
    if version is not HmisVersion.FY2024:
        return pl.col("Sex")
    said = _flags(GENDER_FLAGS)
    none = pl.when(pl.col("GenderNone").is_not_null()).then(pl.lit("GenderNone=") + pl.col("GenderNone"))
    return pl.when(said.str.contains("|", literal=True)).then(pl.lit("several")).when(said != "").then(said).otherwise(none)


def _enrollments(tables: dict[str, pl.DataFrame], projects: pl.DataFrame) -> pl.DataFrame:
    exits = tables["Exit"].filter(pl.col("DateDeleted").is_null()).sort("DateUpdated", "ExitID", nulls_last=False)
    exits = exits.unique("EnrollmentID", keep="last", maintain_order=True).select(
        "EnrollmentID", "ExitDate", "Destination", pl.col("DateUpdated").alias("exit_updated")
    )
    named = tables["Client"].filter(_is_named()).select(pl.col("PersonalID"), pl.lit(True).alias("is_named")).unique("PersonalID")
    months = pl.col("MonthsHomelessPastThreeYears").cast(pl.Int32, strict=False) - _MONTHS_FROM
    return (
        tables["Enrollment"]
        .join(exits, on="EnrollmentID", how="left", maintain_order="left")
        .join(projects, on="ProjectID", how="left", maintain_order="left")
        .join(named, on="PersonalID", how="left", maintain_order="left")
        .select(
            POSITION,
            pl.col("EnrollmentID").alias("id"),
            pl.col("PersonalID").alias("client_id"),
            # An exit changes the enrolment without touching its own date.
            pl.max_horizontal("DateUpdated", "exit_updated").alias("date_updated"),
            pl.col("DateDeleted").alias("date_deleted"),
            pl.col("EntryDate").alias("entry_date"),
            pl.col("ExitDate").alias("exit_date"),
            pl.col("MoveInDate").alias("move_in_date"),
            pl.col("ProjectID").alias("project_id"),
            pl.col("ProjectType").alias("project_type"),
            pl.col("LivingSituation").alias("living_situation"),
            pl.col("Destination").alias("destination"),
            pl.when(pl.col("TimesHomelessPastThreeYears").is_in(["1", "2", "3", "4"]))
            .then("TimesHomelessPastThreeYears")
            .alias("times_homeless"),
            pl.when(months.is_between(1, 13)).then(months).cast(pl.String).alias("months_homeless"),
            pl.col("VictimServiceProvider").alias("victim_service_provider"),
            pl.when((pl.col("VictimServiceProvider") == "1") & pl.col("is_named").fill_null(False))
            .then(pl.lit(HIDDEN_IDENTITY))
            .alias(ROW_FAULT),
        )
    )
