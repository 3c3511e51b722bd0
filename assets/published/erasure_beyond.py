"""What lies beyond the rows an erasure names: the same person in other sources, extracts for research, what recipients were shown.

Belongs here: looking for it and saying it in counts, and writing an extract's copy anew. Does not belong here: whom an erasure speaks of
(erasure.py) and the proof (erasure_proof.py).

An extract calls people by names of its own, so no byte scan finds anybody in it: rows are found by what the project calls the persons of
the erased. All rows of such a person go, for an extract does not say which record a row was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import duckdb
import rfc8785

from assets.checked.erased_rows import Erased, Tombstone
from assets.published.file import TableToWrite, remove_data, write_data
from contracts.research import PSEUDONYM
from resources.home import Home, sync_folder, write_atomically
from resources.keyring import Keyring
from resources.published_files import ProductFiles
from resources.sql import Connection, load_sql, quoted, rows, scalar

KNOWN: Final = "assets.checked"
_SECRET: Final = "pseudonym__research__"  # noqa: S105  the beginning of a name
_TABLE: Final = "extract"


@dataclass(frozen=True)
class InExtract:
    """Rows of the erased in one extract that lies here; None where its key is gone and nobody can tell."""

    project: str
    version: str
    agency: str
    rows: int | None


@dataclass(frozen=True)
class Beyond:
    """What an erasure meets besides the rows it names; counts and names of the county's own text.

    ``elsewhere`` people by source that are the same person and stay; ``extracts`` for research that hold rows of them; ``shown`` the last
    version by product in which a recipient was shown something of them.
    """

    elsewhere: Mapping[str, int] = field(default_factory=dict)
    extracts: tuple[InExtract, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict)

    def account(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "stays_elsewhere": [{"source": source, "people": people} for source, people in self.elsewhere.items()],
            "research_extracts": [vars(item) for item in self.extracts],
            "shown_in": [{"product": product, "last_version": version} for product, version in self.shown.items()],
        }


def beyond(con: Connection, home: Home, erased: Erased) -> Beyond:
    """Look beyond an erasure. ``con`` is the warehouse with ``registers``, before anything is removed; read-only will do."""
    values = {"records": sorted(erased.records), "subjects": sorted(erased.subjects)}
    people = people_of(con, erased)
    asked = {"people": people, "subjects": values["subjects"]}
    elsewhere = {str(source): int(number) for source, number in rows(con, load_sql(KNOWN, "erased_elsewhere"), asked)}
    shown = {str(product): str(version) for product, version in rows(con, load_sql(KNOWN, "erased_shown"), values)}
    return Beyond(elsewhere, in_extracts(home, people), shown)


def people_of(con: Connection, erased: Erased) -> list[str]:
    """Keys of the persons who have, or had, something erased among theirs."""
    values = {"records": sorted(erased.records), "subjects": sorted(erased.subjects)}
    return sorted(str(key) for (key,) in rows(con, load_sql(KNOWN, "erased_person"), values))


def in_extracts(home: Home, people: Sequence[str]) -> tuple[InExtract, ...]:
    """Extracts that hold rows of these persons, or of whom nobody can tell any more."""
    found = []
    for files, version, manifest in _extracts(home) if people else []:
        names = _names(home, str(manifest["project"]), people)
        number = None if names is None else _held(files, version, names)
        if number != 0:
            found.append(InExtract(str(manifest["project"]), version, str(manifest["agency"]), number))
    return tuple(found)


def write_out_of_extracts(home: Home, people: Sequence[str], tombstone: Tombstone) -> None:
    """Write every extract that holds rows of these persons anew without them; the manifest says that it was done, and of how many rows.

    The manifest first: killed in between, the rows are found again and it is done again.
    """
    for files, version, manifest in _extracts(home) if people else []:
        names = _names(home, str(manifest["project"]), people)
        number = _held(files, version, names) if names else 0
        if names and number:
            _write_out(home, files, version, manifest=manifest, names=names, said={**_said(tombstone), "rows": number})


def _extracts(home: Home) -> list[tuple[ProductFiles, str, dict[str, Any]]]:
    folders = [ProductFiles(folder) for folder in sorted(home.research.glob("*")) if folder.is_dir()]
    return [(files, version, files.manifest(version)) for files in folders for version in files.versions()]


def _names(home: Home, project: str, people: Sequence[str]) -> set[str] | None:
    """What a project ever called these persons; None where a key of it is gone."""
    keyring, begin = Keyring(home.keys), f"{_SECRET}{project}__"
    epochs = [int(name.removeprefix(begin)) for name in keyring.names() if name.startswith(begin)]
    if not epochs:
        return None
    return {name for epoch in epochs for name in keyring.pseudonyms("research", project, epoch, people).values()}


def _held(files: ProductFiles, version: str, names: set[str]) -> int:
    with duckdb.connect(str(files.data(version)), read_only=True) as con:
        return int(scalar(con, f'select count(*) from {_TABLE} where list_contains($names, "{PSEUDONYM}")', {"names": sorted(names)}))


def _said(tombstone: Tombstone) -> dict[str, Any]:
    return {"erasure": tombstone.erasure, "reason": tombstone.reason, "on": tombstone.on.isoformat()}


def _write_out(
    home: Home, files: ProductFiles, version: str, *, manifest: dict[str, Any], names: set[str], said: Mapping[str, Any]
) -> None:
    fresh = home.scratch / f"research-{manifest['project']}-erased.duckdb"
    try:
        with duckdb.connect() as con:
            con.execute(f"attach {quoted(files.data(version))} as held (read_only)").fetchall()
            con.execute("create temp table gone as select unnest($names) as name", {"names": sorted(names)}).fetchall()
            tables = [
                str(name) for (name,) in rows(con, "select table_name from duckdb_tables() where database_name = 'held' order by all")
            ]
            kept = {name: f' where "{PSEUDONYM}" not in (from temp.gone)' if name == _TABLE else "" for name in tables}
            written = write_data(con, fresh, [TableToWrite(name, f'select * from held.main."{name}"{kept[name]}') for name in tables])
        told = [item for item in manifest.get("erased", []) if item["erasure"] != said["erasure"]]
        manifest |= {
            "records": next(table.rows for table in written if table.name == _TABLE),
            "tables": [{"name": table.name, "rows": table.rows, "logical_hash": table.logical_hash} for table in written],
            "erased": [*told, dict(said)],
        }
        write_atomically(files.manifest_file(version), rfc8785.dumps(manifest) + b"\n", mode=0o600)
        fresh.replace(files.data(version))
        sync_folder(files.folder)
    finally:
        remove_data(fresh)
