"""Extracts for research: permitted rows of one project under its own pseudonyms, coarse enough, counted, and with an end.

Belongs here: deciding, extracting, writing and destroying an extract. Does not belong here: the ladders (generalised.py), the project's
text (contracts/research.py).

An extract lies under ``research/<project>/``: one DuckDB file a version (``extract``, ``_about``, ``_columns``, ``_notice``, and
``consent_scope`` where rows rest on consents), its manifest and NOTICE.txt. It is a one-way street (28 CFR 22.21): no product serves
research, no asset reads that folder, and no source may deliver the column that names a person in an extract.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from assets.published.canon import SecondCount, second_count
from assets.published.consent_scope import COLUMNS as SCOPE_COLUMNS
from assets.published.consent_scope import MEANING as SCOPE_MEANING
from assets.published.consent_scope import lines_of
from assets.published.file import STORAGE_VERSION, TableToWrite, WrittenTable, place, remove_data, scratch_file, version_of, write_data
from assets.published.generalised import Generalised, generalise
from assets.published.manifest import instruments_of
from assets.published.notice import notice_lines, notice_text
from assets.published.scope_for_product import Decided, hand_over
from assets.published.scratch import open_scratch
from contracts.county import County
from contracts.instruments import Instrument, Obligation, Operation, Standing, standing
from contracts.products import CONSENT_SCOPE, CONSENT_SCOPE_ID, Product
from contracts.research import PSEUDONYM, ResearchProject, ResearchRole
from resources.home import Home
from resources.integrator import code_sha256
from resources.keyring import Keyring
from resources.ledger import EntryKind, Ledger
from resources.ledger_lines import says_why
from resources.published_files import ProductFiles
from resources.sql import Connection

ONE_WAY: Final = "For research and statistics only (28 CFR 22.21): nothing of it may be used about a person, nor flow back into any record."
_RECIPIENT: Final = "research"
"""Part of the name of a project's secret: no recipient's product has it."""


class ResearchRefused(ValueError):
    """The extract cannot be made; says which rule and how to mend it."""


@dataclass(frozen=True)
class Desk:
    """Where an extract is made. ``night`` is that of the warehouse's tables, ``today`` the day on which it is handed out."""

    con: Connection
    county: County
    home: Home
    keyring: Keyring
    ledger: Ledger
    night: date
    today: date


@dataclass(frozen=True)
class Extract:
    """One extract: what was decided, how coarse it came out, until when it may be had, and where it lies (None: a dry run).

    ``scopes`` are the lines of its ``consent_scope``; none where no row of it rests on a consent. ``verified`` is the count of k and l by
    another library; None where that is not installed.
    """

    project: str
    made: Generalised
    clauses: tuple[str, ...]
    valid_until: date
    version: str | None = None
    folder: Path | None = None
    scopes: tuple[tuple[Any, ...], ...] = ()
    verified: SecondCount | None = None


def project_of(county: County, name: str) -> ResearchProject:
    """A project of the county's text.

    Raises:
        ResearchRefused: if there is none of that name.
    """
    for project in county.research:
        if project.id == name:
            return project
    there = ", ".join(sorted(project.id for project in county.research)) or "none"
    raise ResearchRefused(f"no research project [{name}] in this county; there are: {there}")


def extract(desk: Desk, project: ResearchProject, *, by: str, reason: str, write: bool) -> Extract:
    """Make an extract of tonight's permitted rows.

    Args:
        desk: where it is made.
        project: whose it is.
        by: who hands it out.
        reason: why now.
        write: without it everything is worked out and nothing is kept or handed out.

    Raises:
        ResearchRefused: if its agreement is not in force, no clause of it permits anything, it is past its day, no reason is given, or
            k or l cannot be reached.
    """
    if not says_why(reason):
        raise ResearchRefused("say why, in words that somebody else understands later")
    instrument = _agreement(desk, project)
    product = project.as_product(_RECIPIENT)
    path = scratch_file(desk.home, product, "extract")
    try:
        decided = hand_over(desk.con, path, product, Operation.RESEARCH_EXTRACT, keyring=desk.keyring, night=desk.night)
        if not decided.permits or project.instrument not in instruments_of(decided.clauses):
            raise ResearchRefused(f"no clause of {project.instrument} permits any of it; `throughcare explain` says why")
        made, scopes = _made(desk.con, path, project)
        ends = min(filter(None, [project.destroy_by, instrument.retention_until, decided.valid_until]))
        found = Extract(project.id, made, decided.clauses, ends, scopes=scopes, verified=_verified(made, project))
        return _written(desk, project, product, decided, found, by=by, reason=reason) if write else found
    finally:
        remove_data(path)


def _agreement(desk: Desk, project: ResearchProject) -> Instrument:
    """The instrument a project rests on, in force.

    Raises:
        ResearchRefused: if it is not, or the project's last day is over.
    """
    held = {instrument.id: instrument for instrument in desk.county.instruments}
    instrument = held[project.instrument]
    if standing(instrument, held, desk.today) is not Standing.IN_FORCE:
        raise ResearchRefused(f"{project.instrument} is not in force on {desk.today}; nothing is handed out under it")
    if project.destroy_by <= desk.today:
        raise ResearchRefused(f"everything of {project.id} was to be destroyed by {project.destroy_by}")
    return instrument


def _made(con: Connection, path: Path, project: ResearchProject) -> tuple[Generalised, tuple[tuple[Any, ...], ...]]:
    columns = ", ".join(f'"{column.name}"' for column in project.columns)
    selected = f'select person_key as "{PSEUDONYM}", {columns}, {CONSENT_SCOPE_ID} from linked."{project.record_type}"'
    with open_scratch(path, like=con) as scratch:
        frame = scratch.sql(selected).pl()
        consented = frame[CONSENT_SCOPE_ID].null_count() < frame.height
        made = generalise(frame if consented else frame.drop(CONSENT_SCOPE_ID), project)
        scopes = lines_of(scratch, set(made.rows[CONSENT_SCOPE_ID].drop_nulls())) if consented else []
    sensitive = project.with_role(ResearchRole.SENSITIVE)
    if made.rows.height == 0 or made.k < project.k or (sensitive and made.l_diversity < project.l_diversity):
        raise ResearchRefused(
            f"none of {made.records} records reaches k {project.k} and l {project.l_diversity}; give the columns longer ladders"
        )
    return made, tuple(scopes)


def _verified(made: Generalised, project: ResearchProject) -> SecondCount | None:
    """What another library counts: k and l.

    Raises:
        ResearchRefused: if it counts anything else than we do: then one of the two is wrong, and nobody is told which rows are safe.
    """
    quasi, sensitive = ([column.name for column in project.with_role(role)] for role in (ResearchRole.QUASI, ResearchRole.SENSITIVE))
    counted = second_count(made.rows, quasi, sensitive)
    if counted is not None and (counted.k, counted.l_diversity) != (made.k, made.l_diversity):
        raise ResearchRefused(
            f"{counted.by} counts k {counted.k} and l {counted.l_diversity} where we count k {made.k} and l {made.l_diversity}; "
            "nothing is handed out until both agree: report it with the project's ladders"
        )
    return counted


def _written(desk: Desk, project: ResearchProject, product: Product, decided: Decided, found: Extract, *, by: str, reason: str) -> Extract:
    """Write the extract, account for it, and put it in its place."""
    built = scratch_file(desk.home, product, "written")
    notice = _notice(desk.county, project, product, decided, found)
    try:
        tables = _write(desk.con, built, project, found, notice)
        manifest = _manifest(desk, project, decided, found, (tables, notice_text(notice)))
        version = version_of(desk.night, manifest)
        files = ProductFiles(desk.home.research / project.folder)
        account: dict[str, Any] = {
            "project": project.id, "version": version, "agency": project.agency, "by": by, "reason": reason,
            "clauses": list(decided.clauses), "records": found.made.rows.height, "left_out": found.made.left_out, "k": found.made.k,
            "l_diversity": found.made.l_diversity, "destroy_by": found.valid_until.isoformat(), "step": "extracted",
        }  # fmt: skip
        desk.ledger.append(EntryKind.RESEARCH_EXTRACT, night=desk.today, **account)
        place(files, built, {**manifest, "version": version}, notice_text(notice))
    finally:
        remove_data(built)
    return replace(found, version=version, folder=files.folder)


def _notice(county: County, project: ResearchProject, product: Product, decided: Decided, found: Extract) -> list[str]:
    obligations = {
        *decided.obligations,
        Obligation.NO_REIDENTIFICATION.value,
        Obligation.DESTROY_BY.value,
        Obligation.NO_REDISCLOSURE.value,
    }
    lines = notice_lines(
        product,
        agency_title=county.agencies.agencies[project.agency].title,
        obligations=obligations,
        labels=decided.labels,
        clauses=decided.clauses,
        valid_until=found.valid_until,
    )
    return [*lines, ONE_WAY, f"It must be destroyed by {found.valid_until.isoformat()}, and the destruction confirmed to the integrator."]


def _write(con: Connection, path: Path, project: ResearchProject, found: Extract, notice: Sequence[str]) -> list[WrittenTable]:
    meanings = {column.name: column.description for column in project.columns}
    about = {
        "project": project.id, "title": project.title, "form": project.form.value, "review_board": project.review_board,
        "one_way": ONE_WAY, "destroy_by": found.valid_until.isoformat(), "k": str(found.made.k), "l": str(found.made.l_diversity),
        "verified_by": found.verified.by if found.verified else "nobody but ourselves",
        "records_left_out": str(found.made.left_out),
    }  # fmt: skip
    frames = {
        "extract": found.made.rows,
        "_about": pl.DataFrame({"name": list(about), "value": list(about.values())}),
        "_columns": pl.DataFrame(
            [(name, found.made.steps[name], text) for name, text in meanings.items()]
            + ([(CONSENT_SCOPE_ID, "raw", SCOPE_MEANING)] if found.scopes else []),
            schema=["column_name", "step", "description"],
            orient="row",
        ),
        "_notice": pl.DataFrame({"line": range(1, len(notice) + 1), "notice": notice}),
    }
    if found.scopes:
        frames[CONSENT_SCOPE] = pl.DataFrame(list(found.scopes), schema=list(SCOPE_COLUMNS), orient="row", infer_schema_length=None)
    assembly = path.with_name(f"{path.stem}-assembly.duckdb")
    try:
        with open_scratch(assembly, like=con) as scratch:
            for name, frame in frames.items():
                scratch.register(f"frame_{name}", frame.to_arrow())
            return write_data(scratch, path, [TableToWrite(name, f"select * from frame_{name}") for name in frames])
    finally:
        remove_data(assembly)


def _manifest(
    desk: Desk, project: ResearchProject, decided: Decided, found: Extract, written: tuple[Sequence[WrittenTable], str]
) -> dict[str, Any]:
    tables, notice = written
    made = found.made
    return {
        "format": 1, "storage_version": STORAGE_VERSION, "project": project.id, "title": project.title, "agency": project.agency,
        "form": project.form.value, "purposes": ["research_statistical"], "one_way": ONE_WAY, "night": desk.night.isoformat(),
        "valid_until": found.valid_until.isoformat(), "destroy_by": found.valid_until.isoformat(), "instrument": project.instrument,
        "clauses": list(decided.clauses), "obligations": sorted({*decided.obligations, "no_reidentification", "destroy_by"}),
        "labels": list(decided.labels), "review_board": project.review_board, "k": made.k, "l_diversity": made.l_diversity,
        "verified_by": found.verified.by if found.verified else None, "records": made.rows.height, "left_out": made.left_out,
        "columns": [{"name": column.name, "role": column.role.value, "step": made.steps[column.name]} for column in project.columns],
        "tables": [{"name": table.name, "rows": table.rows, "logical_hash": table.logical_hash} for table in tables],
        "terms_sha256": desk.county.sha256, "code_sha256": code_sha256(), "notice_sha256": hashlib.sha256(notice.encode()).hexdigest(),
    }  # fmt: skip


def extracts(home: Home) -> list[dict[str, Any]]:
    """The manifest of every extract that lies here, by project and version."""
    found = []
    for folder in sorted(path for path in home.research.glob("*") if path.is_dir()):
        files = ProductFiles(folder)
        found += [files.manifest(version) for version in files.versions()]
    return found


def destroy(desk: Desk, project: str, version: str, *, by: str, evidence: str) -> None:
    """Remove our copy of an extract, and account for the evidence that the recipient's is gone too.

    Raises:
        ResearchRefused: if it is not here, or no evidence is named.
    """
    if not says_why(evidence):
        raise ResearchRefused("name the evidence of destruction: whose certificate, of which day")
    files = ProductFiles(desk.home.research / project)
    if version not in files.versions():
        raise ResearchRefused(f"no extract {version} of [{project}] lies here")
    desk.ledger.append(
        EntryKind.RESEARCH_EXTRACT, night=desk.today, project=project, version=version, by=by, reason=evidence, step="destroyed"
    )
    for path in (files.data(version), files.notice_file(version), files.manifest_file(version)):
        path.unlink(missing_ok=True)
