"""One version of one product on disk: built apart, placed whole, never changed.

Belongs here: writing the DuckDB file, naming the version by its content, placing, replacing ``CURRENT``, purging, withdrawing.
Does not belong here: what the tables contain, what the manifest says of terms, the ledger.

Killed between any two steps, the product that was current stays current and whole, and doing it again ends in the same state: a version's
name is never used for other content, ``CURRENT`` is replaced by rename, and everything a reader opens lies in place before it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import rfc8785

from assets.published.product_views import View, write_views
from contracts.products import INTERNAL_COLUMNS, Product
from resources.home import Home, sync_folder, write_atomically
from resources.published_files import ProductFiles
from resources.sql import Connection, count, quoted, rows
from resources.warehouse import logical_hash

STORAGE_VERSION = "v1.4.0"
"""DuckDB's file format that R, DBeaver and Tableau on any 1.4 or later can open."""

NOT_CONTENT = frozenset({"run_id", "decided_on", "version"})
"""Manifest entries that do not influence the version's name: who made it and when, not what it is."""


class PublishFault(RuntimeError):
    """The product cannot be published as built; says which table or file and how to mend it."""


@dataclass(frozen=True)
class TableToWrite:
    """One table of the file: ``select`` is text of this repository, ``order_by`` columns of it."""

    name: str
    select: str
    order_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class WrittenTable:
    """One table as it lies in the file."""

    name: str
    rows: int
    logical_hash: str
    columns: tuple[tuple[str, str], ...]


def write_data(con: Connection, path: Path, tables: Sequence[TableToWrite], views: Sequence[View] = ()) -> list[WrittenTable]:
    """Write a fresh DuckDB file with exactly these tables, and views over them; returns the tables as written.

    Raises:
        PublishFault: if a column bears the name of an integrator's key.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    remove_data(path)
    # Compressed text could hide a name from the byte scan that proves an erasure.
    con.execute("set force_compression='uncompressed'")
    con.execute(f"attach {quoted(path)} as product_file (storage_version '{STORAGE_VERSION}')")
    try:
        written = [_write_table(con, table) for table in tables]
        write_views(con, "product_file", views)
        con.execute("checkpoint product_file")
    finally:
        con.execute("detach product_file")
    path.chmod(0o600)
    _sync_file(path)
    return written


def _write_table(con: Connection, table: TableToWrite) -> WrittenTable:
    target = f'product_file.main."{table.name}"'
    order = (
        f" order by {', '.join(f'{chr(34)}{name}{chr(34)} nulls last' for name in table.order_by)}" if table.order_by else " order by all"
    )
    con.execute(f"create table {target} as select * from ({table.select}) as built{order}").fetchall()
    columns = tuple(
        (str(name), str(kind)) for name, kind in rows(con, f"select column_name, column_type from (describe select * from {target})")
    )
    if keys := sorted(INTERNAL_COLUMNS & {name for name, _ in columns}):
        raise PublishFault(
            f"table [{table.name}] would publish the integrator's key [{', '.join(keys)}]; name its columns in the product's text"
        )
    return WrittenTable(table.name, count(con, target), logical_hash(con, target), columns)


def version_of(night: date, manifest: Mapping[str, Any]) -> str:
    """Name of a version: its night and a hash of everything the manifest says but the run, so equal content has one name."""
    content = {key: value for key, value in manifest.items() if key not in NOT_CONTENT}
    return f"{night.isoformat()}-{hashlib.sha256(rfc8785.dumps(content)).hexdigest()[:12]}"


def place(files: ProductFiles, built: Path, manifest: Mapping[str, Any], notice: str) -> None:
    """Put a built file, its manifest and its notice where readers will find them once ``CURRENT`` says so.

    Raises:
        PublishFault: if a file of that version is there already and holds something else.
    """
    version = str(manifest["version"])
    files.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = files.data(version)
    if target.exists():
        _refuse_damaged(target, manifest)
        remove_data(built)
    else:
        built.rename(target)
        sync_folder(files.folder)
    for path, content in (
        (files.notice_file(version), notice.encode()),
        (files.manifest_file(version), rfc8785.dumps(dict(manifest)) + b"\n"),
    ):
        if not path.exists():
            write_atomically(path, content, mode=0o600)


def make_current(files: ProductFiles, version: str) -> None:
    """Let readers get this version from now on."""
    write_atomically(files.current_file, f"{version}\n".encode(), mode=0o600)


def purge(files: ProductFiles, keep: Callable[[str], bool]) -> list[str]:
    """Remove every version but the current one and those to keep, and whatever a killed run left; returns the versions removed."""
    current = files.current()
    kept = {version for version in files.versions() if version == current or keep(version)}
    removed = [version for version in files.versions() if version not in kept]
    if not files.folder.is_dir():
        return removed
    for path in sorted(files.folder.iterdir()):
        if path != files.current_file and path.name.split(".", 1)[0] not in kept:
            path.unlink()
    sync_folder(files.folder)
    return removed


def withdraw(files: ProductFiles) -> list[str]:
    """Take a product away: first ``CURRENT``, so that no reader begins, then every version; returns the versions removed."""
    if files.current_file.exists():
        files.current_file.unlink()
        sync_folder(files.folder)
    return purge(files, keep=lambda _: False)


def scratch_file(home: Home, product: Product, purpose: str) -> Path:
    """Where a file of this product is built: in the home, so that placing it is a rename."""
    return home.scratch / f"{product.recipient}-{product.name}-{purpose}.duckdb"


def remove_data(path: Path) -> None:
    """Remove a DuckDB file and its write-ahead log, if they are there."""
    for name in (path, path.with_name(f"{path.name}.wal")):
        name.unlink(missing_ok=True)


def hashes_in(path: Path) -> dict[str, str]:
    """Logical hash of every table of a product file.

    Raises:
        PublishFault: if the file cannot be opened.
    """
    try:
        con = duckdb.connect(str(path), read_only=True)
    except duckdb.Error:
        raise PublishFault(f"{path.name} cannot be opened; withdraw the product, remove the file and publish again") from None
    try:
        names = [str(name) for (name,) in rows(con, "select table_name from duckdb_tables() where not internal order by table_name")]
        return {name: logical_hash(con, f'main."{name}"') for name in names}
    finally:
        con.close()


def _refuse_damaged(target: Path, manifest: Mapping[str, Any]) -> None:
    stated = {table["name"]: table["logical_hash"] for table in manifest["tables"]}
    if hashes_in(target) != stated:
        raise PublishFault(f"{target.name} does not hold what its name says; withdraw the product, remove the file and publish again")


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
